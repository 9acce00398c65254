-- Who must confirm, who did, what was reported as trouble, and the reminders in between.

CREATE TABLE obligations (
    id              TEXT    NOT NULL PRIMARY KEY,
    broadcast_id    TEXT    NOT NULL REFERENCES broadcasts (id),
    unit_id         TEXT    NOT NULL REFERENCES units (id),
    seat_id         TEXT    NOT NULL REFERENCES seats (id),
    state           TEXT    NOT NULL CHECK (state IN ('awaiting', 'acknowledged', 'excused', 'unreachable', 'superseded', 'lapsed')),
    deadline        BIGINT  NOT NULL,
    acknowledged_at BIGINT,
    late            BOOLEAN NOT NULL,
    proxy           BOOLEAN NOT NULL,
    UNIQUE (broadcast_id, unit_id),
    CHECK ((state = 'acknowledged') = (acknowledged_at IS NOT NULL)),
    CHECK (state = 'acknowledged' OR (NOT late AND NOT proxy))
);

CREATE INDEX obligations_open ON obligations (unit_id) WHERE state IN ('awaiting', 'unreachable', 'lapsed');

CREATE TABLE acknowledgements (
    id            TEXT    NOT NULL PRIMARY KEY,
    obligation_id TEXT    NOT NULL REFERENCES obligations (id),
    person_id     TEXT    NOT NULL REFERENCES people (id),
    seat_id       TEXT    NOT NULL REFERENCES seats (id),
    way           TEXT    NOT NULL CHECK (way IN ('button', 'reply', 'code', 'private', 'proxy', 'command')),
    meaning       TEXT    NOT NULL,
    received_at   BIGINT  NOT NULL,
    late          BOOLEAN NOT NULL,
    dedupe        TEXT    NOT NULL UNIQUE
);

CREATE INDEX acknowledgements_of ON acknowledgements (obligation_id);

-- "chưa nhận được file": not an acknowledgement, and never silent.
CREATE TABLE troubles (
    id            TEXT   NOT NULL PRIMARY KEY,
    obligation_id TEXT   NOT NULL REFERENCES obligations (id),
    person_id     TEXT   NOT NULL REFERENCES people (id),
    words         TEXT   NOT NULL,
    reported_at   BIGINT NOT NULL,
    dedupe        TEXT   NOT NULL UNIQUE
);

-- The ladder of a broadcast, frozen when it fired.
CREATE TABLE reminder_steps (
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id),
    step         BIGINT NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('remind', 'list')),
    due_at       BIGINT NOT NULL,
    done_at      BIGINT,
    reminded     BIGINT NOT NULL,
    PRIMARY KEY (broadcast_id, step)
);

CREATE INDEX reminder_steps_due ON reminder_steps (due_at) WHERE done_at IS NULL;
