-- Failures of the message's own. A call that the platform put off, or that never left this machine, is none of them.
ALTER TABLE messages ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
-- How long a message in retry_wait was to wait, in milliseconds. Due later than that from now, the machine's clock had been ahead.
ALTER TABLE messages ADD COLUMN wait_ms BIGINT;
CREATE INDEX messages_retrying ON messages (gateway, due_at) WHERE state = 'retry_wait';
