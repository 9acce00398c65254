-- Messages whose fate nobody knows, of which the composer was told: once each.
CREATE TABLE doubts_told (
    message_id TEXT   NOT NULL PRIMARY KEY REFERENCES messages (id),
    told_at    BIGINT NOT NULL
);
