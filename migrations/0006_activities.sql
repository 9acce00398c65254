-- Off-line acts toward the plan's channels. Nothing that the engine sent is ever written here.

CREATE TABLE activities (
    id           TEXT    NOT NULL PRIMARY KEY,
    commune_id   TEXT    NOT NULL REFERENCES communes (id),
    seq          BIGINT  NOT NULL,
    plan_code    TEXT,
    channel      TEXT    NOT NULL,
    unit_id      TEXT    REFERENCES units (id),
    done_on      TEXT    NOT NULL,
    quantity     BIGINT  NOT NULL CHECK (quantity > 0),
    title        TEXT    NOT NULL,
    item_key     TEXT    NOT NULL,
    repeat       BOOLEAN NOT NULL,
    theme        TEXT,
    evidence     TEXT,
    late         BOOLEAN NOT NULL,
    late_reason  TEXT,
    recorded_by  TEXT    NOT NULL REFERENCES people (id),
    recorded_at  BIGINT  NOT NULL,
    voided_at    BIGINT,
    void_reason  TEXT,
    dedupe       TEXT    NOT NULL UNIQUE,
    UNIQUE (commune_id, seq),
    CHECK ((voided_at IS NULL) = (void_reason IS NULL))
);

CREATE INDEX activities_by_date ON activities (commune_id, done_on);
