-- Tokens that renew themselves. What is secret is sealed before it comes here: a copied database opens no account.

-- One pair a gateway. `version` rises with every pair, so that of several processes one renews and the others see it. A
-- renewal is written down before it is asked for: if the process dies in between, its successor knows that the refresh
-- token may be used up.
CREATE TABLE gateway_tokens (
    gateway      TEXT   NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    sealed       BYTEA  NOT NULL,
    obtained_at  BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    renewing_at  BIGINT,
    renewals     BIGINT NOT NULL DEFAULT 0,
    CHECK ((renewing_at IS NULL) = (renewals = 0))
);

-- A consent that was asked for and not yet given: what proves that the answer belongs to the question.
CREATE TABLE gateway_consents (
    gateway    TEXT   NOT NULL PRIMARY KEY,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
