-- Append-only. Ids and hashes only: no title, no name, no body ever stands here.
-- `seq`, `prev_hash` and `hash` are filled by one sealer, in batches.

CREATE TABLE audit_entries (
    id         TEXT   NOT NULL PRIMARY KEY,
    commune_id TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    via        TEXT   NOT NULL,
    act        TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    seq        BIGINT UNIQUE,
    prev_hash  TEXT,
    hash       TEXT,
    CHECK ((seq IS NULL) = (hash IS NULL)),
    CHECK ((seq IS NULL) = (prev_hash IS NULL))
);

CREATE INDEX audit_unsealed ON audit_entries (id) WHERE seq IS NULL;
