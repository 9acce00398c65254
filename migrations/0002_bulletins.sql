-- What is to be said, its versions and files, who approved it, and when it goes.

CREATE TABLE counters (
    commune_id TEXT   NOT NULL REFERENCES communes (id),
    name       TEXT   NOT NULL,
    value      BIGINT NOT NULL,
    PRIMARY KEY (commune_id, name)
);

CREATE TABLE plans (
    id          TEXT   NOT NULL PRIMARY KEY,
    commune_id  TEXT   NOT NULL REFERENCES communes (id),
    code        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    issue_date  TEXT,
    body        TEXT   NOT NULL,
    imported_at BIGINT NOT NULL,
    UNIQUE (commune_id, code)
);

CREATE TABLE bulletins (
    id           TEXT   NOT NULL PRIMARY KEY,
    commune_id   TEXT   NOT NULL REFERENCES communes (id),
    kind         TEXT   NOT NULL CHECK (kind IN ('directive', 'announcement', 'urgent', 'script')),
    year         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    code         TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('draft', 'awaiting_approval', 'approved', 'returned', 'cancelled', 'superseded', 'withdrawn')),
    version      BIGINT NOT NULL,
    composer_id  TEXT   NOT NULL REFERENCES people (id),
    unit_id      TEXT   NOT NULL REFERENCES units (id),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (commune_id, kind, year, seq),
    UNIQUE (commune_id, code),
    CHECK (version >= 1)
);

CREATE TABLE bulletin_versions (
    bulletin_id      TEXT    NOT NULL REFERENCES bulletins (id),
    version          BIGINT  NOT NULL,
    title            TEXT    NOT NULL,
    title_folded     TEXT    NOT NULL,
    body             TEXT    NOT NULL,
    urgency          TEXT    NOT NULL CHECK (urgency IN ('normal', 'urgent', 'express', 'flash')),
    level            TEXT    NOT NULL CHECK (level IN ('superior', 'local')),
    public           TEXT    NOT NULL CHECK (public IN ('cadres', 'residents', 'businesses')),
    plan_code        TEXT,
    theme            TEXT,
    doc_type         TEXT,
    doc_number       TEXT,
    doc_symbol       TEXT,
    doc_date         TEXT,
    doc_issuer       TEXT,
    audience         TEXT    NOT NULL,
    ack_required     BOOLEAN NOT NULL,
    ack_deadline     BIGINT,
    send_at          BIGINT,
    expires_at       BIGINT  NOT NULL,
    attestation      TEXT    NOT NULL CHECK (attestation IN ('not_secret', 'not_secret_unreadable')),
    envelope_hash    TEXT    NOT NULL,
    created_by       TEXT    NOT NULL REFERENCES people (id),
    created_at       BIGINT  NOT NULL,
    PRIMARY KEY (bulletin_id, version),
    CHECK (NOT ack_required OR ack_deadline IS NOT NULL)
);

-- Files are immutable and addressed by what they contain; the same file sent twice is stored once.
CREATE TABLE attachments (
    sha256     TEXT   NOT NULL PRIMARY KEY,
    size       BIGINT NOT NULL,
    media_type TEXT   NOT NULL,
    pages      BIGINT,
    content    BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE version_files (
    bulletin_id TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    sha256      TEXT   NOT NULL REFERENCES attachments (sha256),
    file_name   TEXT   NOT NULL,
    PRIMARY KEY (bulletin_id, version, position),
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version)
);

CREATE TABLE approvals (
    id            TEXT   NOT NULL PRIMARY KEY,
    bulletin_id   TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    envelope_hash TEXT   NOT NULL,
    groups_hash   TEXT   NOT NULL,
    approver_id   TEXT   NOT NULL REFERENCES people (id),
    decision      TEXT   NOT NULL CHECK (decision IN ('approved', 'returned')),
    reason        TEXT,
    decided_at    BIGINT NOT NULL,
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version),
    CHECK (decision = 'approved' OR reason IS NOT NULL)
);

-- Two approvers pressing at once: one approval of a version is recorded.
CREATE UNIQUE INDEX approvals_one_per_version ON approvals (bulletin_id, version) WHERE decision = 'approved';

-- The groups that stood in the preview the approver saw; the firing sends to these and no others.
CREATE TABLE approved_groups (
    approval_id TEXT NOT NULL REFERENCES approvals (id),
    group_id    TEXT NOT NULL REFERENCES groups (id),
    PRIMARY KEY (approval_id, group_id)
);

CREATE TABLE schedules (
    id            TEXT   NOT NULL PRIMARY KEY,
    bulletin_id   TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    fire_at       BIGINT NOT NULL,
    missed_policy TEXT   NOT NULL CHECK (missed_policy IN ('skip', 'fire_once', 'ask')),
    state         TEXT   NOT NULL CHECK (state IN ('active', 'paused', 'asking', 'ended', 'missed')),
    warned_at     BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version)
);

CREATE INDEX schedules_due ON schedules (fire_at) WHERE state = 'active';
