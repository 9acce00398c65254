-- The commune: its units, the posts in them, the people who hold the posts, and the chats that reach them.
-- Dates are TEXT 'YYYY-MM-DD' in the commune's own calendar; instants are BIGINT epoch milliseconds UTC.

CREATE TABLE communes (
    id          TEXT   NOT NULL PRIMARY KEY,
    code        TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    short_name  TEXT   NOT NULL,
    province    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE units (
    id          TEXT   NOT NULL PRIMARY KEY,
    commune_id  TEXT   NOT NULL REFERENCES communes (id),
    code        TEXT   NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('province', 'commune', 'village', 'department', 'association', 'school', 'clinic', 'cooperative', 'team')),
    name        TEXT   NOT NULL,
    name_folded TEXT   NOT NULL,
    parent_id   TEXT   REFERENCES units (id),
    sort_order  BIGINT NOT NULL,
    valid_from  TEXT   NOT NULL,
    valid_to    TEXT,
    replaced_by TEXT   REFERENCES units (id),
    UNIQUE (commune_id, code),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);

CREATE TABLE seats (
    id      TEXT NOT NULL PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    code    TEXT NOT NULL,
    title   TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('answering', 'deputy', 'member')),
    UNIQUE (unit_id, code)
);

-- "n of 24 villages" counts answering seats: a unit can have only one.
CREATE UNIQUE INDEX seats_one_answering ON seats (unit_id) WHERE kind = 'answering';

CREATE TABLE people (
    id          TEXT   NOT NULL PRIMARY KEY,
    commune_id  TEXT   NOT NULL REFERENCES communes (id),
    code        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    name_folded TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (commune_id, code)
);

CREATE TABLE seat_holdings (
    id        TEXT NOT NULL PRIMARY KEY,
    seat_id   TEXT NOT NULL REFERENCES seats (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    held_from TEXT NOT NULL,
    held_to   TEXT,
    UNIQUE (seat_id, person_id, held_from),
    CHECK (held_to IS NULL OR held_to >= held_from)
);

CREATE TABLE role_grants (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES people (id),
    role       TEXT   NOT NULL CHECK (role IN ('composer', 'approver', 'recorder', 'admin', 'viewer')),
    unit_id    TEXT   NOT NULL REFERENCES units (id),
    granted_at BIGINT NOT NULL,
    UNIQUE (person_id, role, unit_id)
);

-- A person's account on one gateway. Zalo ids differ per bot and per official account, hence the gateway in the key.
CREATE TABLE identities (
    id          TEXT   NOT NULL PRIMARY KEY,
    gateway     TEXT   NOT NULL,
    external_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL REFERENCES people (id),
    linked_at   BIGINT NOT NULL,
    UNIQUE (gateway, external_id)
);

CREATE TABLE consents (
    id             TEXT   NOT NULL PRIMARY KEY,
    person_id      TEXT   NOT NULL REFERENCES people (id),
    notice_version TEXT   NOT NULL,
    gateway        TEXT   NOT NULL,
    accepted_at    BIGINT NOT NULL
);

-- Where messages can go: a group or a person's private chat, as the platform names it.
CREATE TABLE chats (
    id          TEXT   NOT NULL PRIMARY KEY,
    gateway     TEXT   NOT NULL,
    external_id TEXT   NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('private', 'group')),
    title       TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('active', 'suspended')),
    reason      TEXT,
    created_at  BIGINT NOT NULL,
    UNIQUE (gateway, external_id),
    CHECK (state = 'active' OR reason IS NOT NULL)
);

-- A slot in the commune's list of groups. Unbound (chat_id null) until somebody types its one-time code in a real group.
CREATE TABLE groups (
    id         TEXT   NOT NULL PRIMARY KEY,
    commune_id TEXT   NOT NULL REFERENCES communes (id),
    code       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('cadre', 'residents', 'office')),
    rank       BIGINT NOT NULL,
    gateway    TEXT   NOT NULL,
    chat_id    TEXT   UNIQUE REFERENCES chats (id),
    bound_at   BIGINT,
    UNIQUE (commune_id, code),
    CHECK ((chat_id IS NULL) = (bound_at IS NULL))
);

CREATE TABLE group_units (
    group_id TEXT NOT NULL REFERENCES groups (id),
    unit_id  TEXT NOT NULL REFERENCES units (id),
    PRIMARY KEY (group_id, unit_id)
);

-- One-time codes: to link a person (/dangky) or to bind a group (/ganhom). Only the code's hash is kept.
CREATE TABLE invites (
    id           TEXT   NOT NULL PRIMARY KEY,
    code_hash    TEXT   NOT NULL UNIQUE,
    purpose      TEXT   NOT NULL CHECK (purpose IN ('person', 'group')),
    person_id    TEXT   REFERENCES people (id),
    group_id     TEXT   REFERENCES groups (id),
    created_by   TEXT   REFERENCES people (id),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('open', 'typed', 'used', 'refused')),
    typed_by     TEXT,
    typed_chat   TEXT   REFERENCES chats (id),
    settled_at   BIGINT,
    CHECK ((purpose = 'person' AND person_id IS NOT NULL AND group_id IS NULL)
        OR (purpose = 'group' AND group_id IS NOT NULL AND person_id IS NULL)),
    CHECK ((state IN ('used', 'refused')) = (settled_at IS NOT NULL))
);
