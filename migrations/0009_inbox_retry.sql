-- When an update that could not be processed is tried again, machine time in milliseconds; 0 is at once.
ALTER TABLE inbox ADD COLUMN retry_at BIGINT NOT NULL DEFAULT 0;
