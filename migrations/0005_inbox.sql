-- What came in and was admitted, and the conversations it belongs to.

CREATE TABLE poll_offsets (
    gateway     TEXT   NOT NULL PRIMARY KEY,
    next_offset BIGINT NOT NULL
);

-- A body is kept until it is processed (a failed one for seven days); the key stays to refuse a repetition.
CREATE TABLE inbox (
    id           TEXT   NOT NULL PRIMARY KEY,
    gateway      TEXT   NOT NULL,
    dedupe       TEXT   NOT NULL,
    event        TEXT,
    urgent       BOOLEAN NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    attempts     BIGINT NOT NULL,
    received_at  BIGINT NOT NULL,
    processed_at BIGINT,
    error        TEXT,
    UNIQUE (gateway, dedupe),
    CHECK (state <> 'waiting' OR event IS NOT NULL),
    CHECK (state <> 'done' OR event IS NULL)
);

CREATE INDEX inbox_waiting ON inbox (urgent, received_at) WHERE state = 'waiting';

CREATE TABLE dialogues (
    chat_id    TEXT   NOT NULL REFERENCES chats (id),
    account    TEXT   NOT NULL,
    flow       TEXT   NOT NULL,
    data       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, account)
);
