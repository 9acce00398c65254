-- What goes by itself after a while, each found by an index of its own.

-- When the rendered text of a message was emptied, machine time, and the SHA-256 of it: what was sent can be proven, no longer read.
ALTER TABLE messages ADD COLUMN emptied_at BIGINT;
ALTER TABLE messages ADD COLUMN body_sha256 TEXT CHECK (body_sha256 IS NULL OR (emptied_at IS NOT NULL AND body = ''));

-- When nothing more will come of a message that is part of no delivery (a card, a call list, an answer), machine time.
ALTER TABLE messages ADD COLUMN ended_at BIGINT;
UPDATE messages SET ended_at = sent_at WHERE delivery_id IS NULL AND state = 'sent';
CREATE INDEX messages_private ON messages (ended_at) WHERE delivery_id IS NULL;

-- Those of a broadcast that still have their text, without those that have not.
CREATE INDEX messages_with_text ON messages (broadcast_id) WHERE emptied_at IS NULL AND delivery_id IS NOT NULL;

-- When it was seen that a script had used a word to repeat a command by, machine time; null for what counts for ever.
ALTER TABLE counters ADD COLUMN used_at BIGINT;

-- Whether a file is part of anything, without reading the files.
CREATE INDEX attachments_by_age ON attachments (created_at, sha256);
CREATE INDEX version_files_by_content ON version_files (sha256);
CREATE INDEX upload_handles_by_content ON upload_handles (sha256);
