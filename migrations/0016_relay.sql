-- Groups that no account of ours can enter: the village's head gets the text in private, passes it on by hand and says so.

-- Such a slot is never bound: the chat is the private one of whoever holds the answering seat of its unit that day.
ALTER TABLE groups ADD COLUMN relay BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT relay OR chat_id IS NULL);

-- One row a delivery to a head and group that it is to be passed on to. `next_at` is business time, null when nothing more
-- is asked; `nudged` is 0 before the reminder, 1 after it, 2 when the composer was told.
CREATE TABLE relays (
    delivery_id TEXT   NOT NULL REFERENCES deliveries (id),
    group_id    TEXT   NOT NULL REFERENCES groups (id),
    unit_id     TEXT   NOT NULL REFERENCES units (id),
    next_at     BIGINT,
    nudged      BIGINT NOT NULL CHECK (nudged BETWEEN 0 AND 2),
    posted_at   BIGINT,
    posted_by   TEXT   REFERENCES people (id),
    PRIMARY KEY (delivery_id, group_id),
    CHECK ((posted_at IS NULL) = (posted_by IS NULL)),
    CHECK (posted_at IS NULL OR next_at IS NULL)
);

CREATE INDEX relays_due ON relays (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX relays_open ON relays (unit_id) WHERE posted_at IS NULL;
