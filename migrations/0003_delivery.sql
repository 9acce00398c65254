-- The queue. A broadcast is one firing; a delivery is one broadcast in one chat; a message is exactly one platform call.

CREATE TABLE broadcasts (
    id           TEXT   NOT NULL PRIMARY KEY,
    bulletin_id  TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    schedule_id  TEXT   NOT NULL REFERENCES schedules (id),
    fire_at      BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('running', 'closed', 'withdrawn')),
    ack_deadline BIGINT,
    started_at   BIGINT NOT NULL,
    closed_at    BIGINT,
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version),
    UNIQUE (schedule_id, fire_at),
    CHECK ((state = 'running') = (closed_at IS NULL))
);

CREATE TABLE deliveries (
    id           TEXT   NOT NULL PRIMARY KEY,
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id),
    chat_id      TEXT   NOT NULL REFERENCES chats (id),
    group_id     TEXT   NOT NULL REFERENCES groups (id),
    wall_due_at  BIGINT,
    wall_shown   TEXT   NOT NULL DEFAULT '',
    UNIQUE (broadcast_id, chat_id)
);

CREATE TABLE delivery_units (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    unit_id     TEXT NOT NULL REFERENCES units (id),
    PRIMARY KEY (delivery_id, unit_id)
);

CREATE TABLE messages (
    id            TEXT   NOT NULL PRIMARY KEY,
    purpose       TEXT   NOT NULL CHECK (purpose IN ('broadcast', 'reply', 'card', 'reminder', 'edit', 'alert')),
    gateway       TEXT   NOT NULL,
    chat_id       TEXT   NOT NULL REFERENCES chats (id),
    delivery_id   TEXT   REFERENCES deliveries (id),
    broadcast_id  TEXT   REFERENCES broadcasts (id),
    lane          BIGINT NOT NULL,
    part          BIGINT NOT NULL,
    parts         BIGINT NOT NULL,
    body          TEXT   NOT NULL,
    buttons       TEXT   NOT NULL,
    file_sha256   TEXT   REFERENCES attachments (sha256),
    file_name     TEXT,
    edit_of       TEXT   REFERENCES messages (id),
    reply_to      TEXT,
    resend_of     TEXT   REFERENCES messages (id),
    state         TEXT   NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'retry_wait', 'unknown', 'failed', 'expired', 'cancelled', 'skipped')),
    reason        TEXT,
    due_at        BIGINT NOT NULL,
    not_after     BIGINT,
    attempts      BIGINT NOT NULL,
    attempt_id    TEXT,
    external_id   TEXT,
    sent_at       BIGINT,
    created_at    BIGINT NOT NULL,
    CHECK (part BETWEEN 1 AND parts),
    CHECK ((file_sha256 IS NULL) = (file_name IS NULL)),
    CHECK ((purpose = 'edit') = (edit_of IS NOT NULL)),
    CHECK (state <> 'sending' OR (attempt_id IS NOT NULL AND attempts >= 1)),
    CHECK (state <> 'retry_wait' OR attempts >= 1),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'sent' OR external_id IS NOT NULL OR reason IS NOT NULL),
    CHECK (state NOT IN ('failed', 'skipped', 'unknown') OR reason IS NOT NULL)
);

-- One resend of one message, whoever presses first.
CREATE UNIQUE INDEX messages_one_resend ON messages (resend_of) WHERE resend_of IS NOT NULL;
CREATE INDEX messages_due ON messages (gateway, lane, due_at) WHERE state IN ('pending', 'retry_wait');
CREATE INDEX messages_sending ON messages (gateway) WHERE state = 'sending';
CREATE INDEX messages_of_delivery ON messages (delivery_id, part);
CREATE INDEX messages_of_broadcast ON messages (broadcast_id);
CREATE INDEX messages_by_external ON messages (chat_id, external_id);

CREATE TABLE attempts (
    id          TEXT   NOT NULL PRIMARY KEY,
    message_id  TEXT   NOT NULL REFERENCES messages (id),
    number      BIGINT NOT NULL,
    gateway     TEXT   NOT NULL,
    chat_id     TEXT   NOT NULL REFERENCES chats (id),
    epoch       BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    deadline_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome     TEXT   CHECK (outcome IN ('sent', 'retry', 'failed', 'unknown')),
    detail      TEXT,
    UNIQUE (message_id, number),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);

CREATE INDEX attempts_recent ON attempts (gateway, started_at);

-- A file uploaded once is sent again by the platform's own handle.
CREATE TABLE upload_handles (
    gateway    TEXT   NOT NULL,
    sha256     TEXT   NOT NULL REFERENCES attachments (sha256),
    file_name  TEXT   NOT NULL,
    handle     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (gateway, sha256, file_name)
);
