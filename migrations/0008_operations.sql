-- Who drives a gateway right now, and what is sick.

CREATE TABLE leases (
    name   TEXT   NOT NULL PRIMARY KEY,
    owner  TEXT   NOT NULL,
    epoch  BIGINT NOT NULL,
    until  BIGINT NOT NULL
);

CREATE TABLE incidents (
    id        TEXT   NOT NULL PRIMARY KEY,
    scope     TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    detail    TEXT   NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);

-- One open incident of a kind in a scope; the same fault again changes nothing.
CREATE UNIQUE INDEX incidents_open ON incidents (scope, kind) WHERE closed_at IS NULL;
