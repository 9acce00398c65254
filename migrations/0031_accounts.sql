-- Where an account stands. `active` has the rights of its person. `new` came by a code while the person had another account on
-- the same gateway: until somebody confirms it, it may acknowledge and no more; the admins are reminded at `confirm_by` (business
-- time), once. `locked` is nobody's, as if it had never been linked; a new code opens it again.
ALTER TABLE identities ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'new', 'locked'));
ALTER TABLE identities ADD COLUMN locked_at BIGINT;
ALTER TABLE identities ADD COLUMN confirm_by BIGINT;
CREATE INDEX identities_of_person ON identities (person_id);
CREATE INDEX identities_new ON identities (confirm_by) WHERE confirm_by IS NOT NULL;

-- The chat that an address was handed to; null for what several chats were handed together before.
ALTER TABLE distress_links ADD COLUMN chat_id TEXT;

-- When the admins were told of an incident of a kind that comes in crowds (groups that nobody knows); null while it waits to be told
-- together with others, and for every other kind.
ALTER TABLE incidents ADD COLUMN told_at BIGINT;
UPDATE incidents SET told_at = opened_at WHERE kind = 'unknown_group';
CREATE INDEX incidents_told ON incidents (kind, told_at) WHERE told_at IS NOT NULL;
