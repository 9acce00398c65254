-- What is open, and what is looked up, each by an index of its own: nothing that is done every second reads years.
-- Partial ones hold only what their state names, so they stay as small as the work under way.

-- The queue in its order, so that its first rows are read and no others.
DROP INDEX messages_due;
CREATE INDEX messages_due ON messages (gateway, lane, due_at, id) WHERE state IN ('pending', 'retry_wait');

-- Doubts, edits that wait, what a chat's queue begins with, and what never left.
CREATE INDEX messages_in_doubt ON messages (gateway) WHERE state = 'unknown';
CREATE INDEX messages_edits ON messages (edit_of) WHERE edit_of IS NOT NULL;
CREATE INDEX messages_waiting_in_chat ON messages (chat_id, lane, due_at) WHERE state IN ('pending', 'retry_wait');
CREATE INDEX messages_unsent ON messages (broadcast_id) WHERE state IN ('failed', 'skipped', 'expired', 'cancelled');
CREATE INDEX messages_left_out ON messages (gateway, created_at) WHERE state = 'skipped' AND reason = 'budget';
CREATE INDEX messages_with_file ON messages (file_sha256) WHERE file_sha256 IS NOT NULL;
CREATE INDEX chats_suspended ON chats (id) WHERE state = 'suspended';

CREATE INDEX broadcasts_of_bulletin ON broadcasts (bulletin_id, started_at);
CREATE INDEX broadcasts_started ON broadcasts (started_at, id);
CREATE INDEX broadcasts_running ON broadcasts (started_at, id) WHERE state = 'running';
CREATE INDEX broadcasts_withdrawn ON broadcasts (id) WHERE state = 'withdrawn';
CREATE INDEX broadcasts_closed ON broadcasts (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX schedules_of_bulletin ON schedules (bulletin_id, created_at);
CREATE INDEX schedules_planned ON schedules (fire_at) WHERE state IN ('active', 'paused', 'asking');
CREATE INDEX bulletins_of_commune ON bulletins (commune_id, created_at);
CREATE INDEX bulletins_in_state ON bulletins (state, created_at);
CREATE INDEX documents_by_number ON bulletin_versions (doc_number, doc_symbol) WHERE doc_number IS NOT NULL;
CREATE INDEX bulletins_numbered ON bulletins (commune_id, seq);

CREATE INDEX deliveries_in_chat ON deliveries (chat_id);
CREATE INDEX deliveries_wall ON deliveries (wall_due_at) WHERE wall_due_at IS NOT NULL;

CREATE INDEX obligations_unanswered ON obligations (broadcast_id) WHERE state IN ('awaiting', 'unreachable');
CREATE INDEX obligations_unreachable ON obligations (broadcast_id) WHERE state = 'unreachable';
CREATE INDEX obligations_by_deadline ON obligations (deadline) WHERE state IN ('awaiting', 'unreachable');
CREATE INDEX obligations_answered ON obligations (unit_id, acknowledged_at) WHERE state = 'acknowledged';

CREATE INDEX inbox_received ON inbox (gateway, received_at);
CREATE INDEX inbox_settled ON inbox (received_at) WHERE state <> 'waiting';

-- Nothing asks by unit which relays are open.
DROP INDEX relays_open;

-- Whether the units that no group reaches have been given to the call list: looked at once, after the broadcast fired.
ALTER TABLE broadcasts ADD COLUMN reach_checked BOOLEAN NOT NULL DEFAULT FALSE;
