-- What urgency asks for: the duty officer's right, numbers to call, what a broadcast promised when it fired, releases that
-- must be approved after the fact, and the calls that were made.

-- The right of the officer on duty. The list of roles is a CHECK, so the table is rebuilt; nothing refers to it.
CREATE TABLE role_grants_new (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES people (id),
    role       TEXT   NOT NULL CHECK (role IN ('composer', 'approver', 'recorder', 'admin', 'viewer', 'duty')),
    unit_id    TEXT   NOT NULL REFERENCES units (id),
    granted_at BIGINT NOT NULL,
    UNIQUE (person_id, role, unit_id)
);
INSERT INTO role_grants_new (id, person_id, role, unit_id, granted_at)
    SELECT id, person_id, role, unit_id, granted_at FROM role_grants;
DROP TABLE role_grants;
ALTER TABLE role_grants_new RENAME TO role_grants;

-- Apart from people, so that no list of people carries a number by accident. Read for call lists only.
CREATE TABLE phones (
    person_id  TEXT   NOT NULL PRIMARY KEY REFERENCES people (id),
    number     TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Why it is marked Thượng khẩn or Hỏa tốc; whether it is an exercise; how many answers are enough.
ALTER TABLE bulletin_versions ADD COLUMN reason TEXT;
ALTER TABLE bulletin_versions ADD COLUMN exercise BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE bulletin_versions ADD COLUMN quorum BIGINT CHECK (quorum >= 1);

-- What was promised when a broadcast fired, beside its reminder_steps: later settings do not change it.
CREATE TABLE ladders (
    broadcast_id  TEXT    NOT NULL PRIMARY KEY REFERENCES broadcasts (id),
    urgency       TEXT    NOT NULL CHECK (urgency IN ('normal', 'urgent', 'express', 'flash')),
    after_window  TEXT    NOT NULL CHECK (after_window IN ('composer', 'approver', 'call_list', 'phone_list')),
    quorum        BIGINT  CHECK (quorum >= 1),
    exercise      BOOLEAN NOT NULL,
    start_by      BIGINT,
    start_told_at BIGINT
);
INSERT INTO ladders (broadcast_id, urgency, after_window, exercise)
    SELECT b.id, v.urgency,
           CASE v.urgency WHEN 'urgent' THEN 'approver' WHEN 'express' THEN 'call_list' WHEN 'flash' THEN 'phone_list' ELSE 'composer' END,
           FALSE
    FROM broadcasts b JOIN bulletin_versions v ON v.bulletin_id = b.bulletin_id AND v.version = b.version;
CREATE INDEX ladders_starting ON ladders (start_by) WHERE start_by IS NOT NULL AND start_told_at IS NULL;

-- A version that went out on the duty officer's word. An approver says yes or no to it afterwards; nothing is taken back by that.
CREATE TABLE releases (
    bulletin_id TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    officer_id  TEXT   NOT NULL REFERENCES people (id),
    released_at BIGINT NOT NULL,
    warn_at     BIGINT NOT NULL,
    approve_by  BIGINT NOT NULL,
    warned_at   BIGINT,
    overdue_at  BIGINT,
    decision    TEXT   CHECK (decision IN ('approved', 'refused')),
    decided_by  TEXT   REFERENCES people (id),
    decided_at  BIGINT,
    remark      TEXT,
    PRIMARY KEY (bulletin_id, version),
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version),
    CHECK (warn_at <= approve_by),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NULL OR decision = 'approved' OR remark IS NOT NULL)
);
CREATE INDEX releases_open ON releases (approve_by) WHERE decision IS NULL;

-- Where a call list was shown: "3 đã gọi" typed there is about it.
CREATE TABLE call_lists (
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id),
    chat_id      TEXT   NOT NULL REFERENCES chats (id),
    shown_at     BIGINT NOT NULL,
    PRIMARY KEY (broadcast_id, chat_id)
);

-- Calls to units that did not answer. A confirmed one has a proxy acknowledgement beside it.
CREATE TABLE calls (
    id            TEXT   NOT NULL PRIMARY KEY,
    obligation_id TEXT   NOT NULL REFERENCES obligations (id),
    caller_id     TEXT   NOT NULL REFERENCES people (id),
    outcome       TEXT   NOT NULL CHECK (outcome IN ('confirmed', 'unanswered')),
    called_at     BIGINT NOT NULL
);
CREATE INDEX calls_of ON calls (obligation_id);
