-- A chat whose platform asked us to wait for a long time: nothing is sent there before, whoever asks and whatever restarts meanwhile.
-- `quiet_ms` is how long the wait was: one that would still last longer was begun by a clock that was ahead.
ALTER TABLE chats ADD COLUMN quiet_until BIGINT;
ALTER TABLE chats ADD COLUMN quiet_ms BIGINT;
CREATE INDEX chats_quiet ON chats (quiet_until) WHERE quiet_until IS NOT NULL;
