-- Backups that were made of this database: what is said of them, and which of them a later one replaced. Times are the machine's.
-- The one that a database was taken from is noted by the restore, since it cannot be in itself.
CREATE TABLE backups (
    id        TEXT   NOT NULL PRIMARY KEY,
    made_at   BIGINT NOT NULL,
    file_name TEXT   NOT NULL,
    bytes     BIGINT NOT NULL,
    sha256    TEXT   NOT NULL,
    gone_at   BIGINT
);

CREATE INDEX backups_there ON backups (made_at) WHERE gone_at IS NULL;
