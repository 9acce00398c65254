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
