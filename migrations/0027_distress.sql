-- Calls for help of village heads, who was told of each, and the pictures and recordings that came with it.

-- `next_at` is business time: the officers' time is over, or it closes by itself; null once it is closed. `stage` is 0 while
-- the officers on duty have it, 1 when approvers and the chairman's seat have it too. `unreached_at`: nobody could be told.
-- The chat is named without a reference: one that became another chat is simply not answered any more.
CREATE TABLE distress (
    id           TEXT    NOT NULL PRIMARY KEY,
    commune_id   TEXT    NOT NULL REFERENCES communes (id),
    person_id    TEXT    NOT NULL REFERENCES people (id),
    unit_id      TEXT    REFERENCES units (id),
    chat_id      TEXT    NOT NULL,
    reply_to     TEXT,
    words        TEXT    NOT NULL,
    exercise     BOOLEAN NOT NULL,
    raised_at    BIGINT  NOT NULL,
    next_at      BIGINT,
    stage        BIGINT  NOT NULL CHECK (stage IN (0, 1)),
    unreached_at BIGINT,
    taken_by     TEXT    REFERENCES people (id),
    taken_at     BIGINT,
    denied_by    TEXT    REFERENCES people (id),
    closed_at    BIGINT,
    emptied_at   BIGINT,
    CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CHECK ((closed_at IS NULL) = (next_at IS NOT NULL)),
    CHECK (emptied_at IS NULL OR (closed_at IS NOT NULL AND words = ''))
);
CREATE INDEX distress_due ON distress (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX distress_of_person ON distress (person_id) WHERE closed_at IS NULL;
CREATE INDEX distress_to_empty ON distress (closed_at) WHERE closed_at IS NOT NULL AND emptied_at IS NULL;

-- The last part of each card: sent with it, the whole card stands there. Cards go after some days, this row stays.
CREATE TABLE distress_cards (
    distress_id TEXT   NOT NULL REFERENCES distress (id),
    message_id  TEXT   NOT NULL,
    person_id   TEXT   NOT NULL REFERENCES people (id),
    told_at     BIGINT,
    PRIMARY KEY (distress_id, message_id)
);
CREATE INDEX distress_cards_untold ON distress_cards (distress_id) WHERE told_at IS NULL;

-- `token_hash` is the hash of the secret part of an address, where somebody's platform does not carry the file.
CREATE TABLE distress_files (
    distress_id TEXT   NOT NULL REFERENCES distress (id),
    sha256      TEXT   NOT NULL,
    file_name   TEXT   NOT NULL,
    token_hash  TEXT   UNIQUE,
    expires_at  BIGINT,
    PRIMARY KEY (distress_id, sha256),
    CHECK ((token_hash IS NULL) = (expires_at IS NULL))
);
