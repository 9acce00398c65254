-- What somebody nobody knows was answered on a day, so that answers to them have an end. The account stands here as a hash: neither
-- its number nor a word is kept, and the row goes after a few days. `day` is the midnight with which it began, machine time.
CREATE TABLE stranger_days (
    gateway      TEXT   NOT NULL,
    account_hash TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    talks        BIGINT NOT NULL,
    checks       BIGINT NOT NULL,
    doors        BIGINT NOT NULL,
    PRIMARY KEY (gateway, account_hash, day)
);
CREATE INDEX stranger_days_by_day ON stranger_days (day);

-- Of `sent` and `heard` the part that went to, and came from, people nobody knows.
ALTER TABLE gateway_usage ADD COLUMN strangers_sent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE gateway_usage ADD COLUMN strangers_heard BIGINT NOT NULL DEFAULT 0;

-- People we know are heard before those we do not.
ALTER TABLE inbox ADD COLUMN stranger BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX inbox_waiting_of ON inbox (gateway, stranger, urgent, received_at, id) WHERE state = 'waiting';
DROP INDEX inbox_waiting_on;
