-- The chat an update is about, as its platform names it; none where it is about no chat or two. Of one chat the next update is
-- processed when the one before it is, whichever of several services does it.
ALTER TABLE inbox ADD COLUMN chat TEXT;
CREATE INDEX inbox_in_chat ON inbox (gateway, chat, received_at, id) WHERE state = 'waiting';
