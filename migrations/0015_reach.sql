-- What platforms without buttons, files or lasting private chats need.

-- Choices shown with numbers where a platform has no buttons: a number typed in the chat is the button pressed. An empty
-- account stands for everybody in the chat; whether somebody may do it is checked when it is done.
CREATE TABLE menu_choices (
    chat_id    TEXT   NOT NULL REFERENCES chats (id),
    account    TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    data       TEXT   NOT NULL,
    offered_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, account, number),
    CHECK (number BETWEEN 1 AND 99)
);

-- When somebody last wrote in a chat, machine time: some platforms let a person be written to only for a while after that.
ALTER TABLE chats ADD COLUMN heard_at BIGINT;

-- When the group was last told who has confirmed, where nothing can be edited: at most once an hour.
ALTER TABLE deliveries ADD COLUMN digest_at BIGINT;

-- A link under which a file can be fetched where the platform cannot carry it. Only the hash of its secret part is kept.
CREATE TABLE file_links (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    sha256      TEXT   NOT NULL REFERENCES attachments (sha256),
    file_name   TEXT   NOT NULL,
    bulletin_id TEXT   NOT NULL REFERENCES bulletins (id),
    delivery_id TEXT   NOT NULL REFERENCES deliveries (id),
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    revoked_at  BIGINT
);

CREATE INDEX file_links_of_bulletin ON file_links (bulletin_id);

-- Versions that may not leave the circle of officials (a Party document, a mark such as "lưu hành nội bộ", a list of persons):
-- no link to their files is ever made.
CREATE TABLE confined_versions (
    bulletin_id TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (bulletin_id, version),
    FOREIGN KEY (bulletin_id, version) REFERENCES bulletin_versions (bulletin_id, version)
);

-- A one-time page on which a person puts the document that their chat cannot carry.
CREATE TABLE upload_links (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    gateway    TEXT   NOT NULL,
    chat_id    TEXT   NOT NULL REFERENCES chats (id),
    account    TEXT   NOT NULL,
    person_id  TEXT   NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
