-- What stands in when a group or a whole gateway fails, and what an account has used up.

-- A unit of a delivery that did not get through: the delivery in another group that took its place, or none where the unit
-- has no other group. One row a delivery and unit, whatever fails afterwards, so that nobody is written to twice and
-- nobody is told twice. A delivery all of whose rows name another one is replaced: nothing of it leaves any more.
CREATE TABLE fallbacks (
    delivery_id  TEXT    NOT NULL REFERENCES deliveries (id),
    unit_id      TEXT    NOT NULL REFERENCES units (id),
    by_delivery  TEXT    REFERENCES deliveries (id),
    fault        TEXT    NOT NULL,
    told         BOOLEAN NOT NULL,
    noted_at     BIGINT  NOT NULL,
    PRIMARY KEY (delivery_id, unit_id),
    CHECK (by_delivery IS NULL OR by_delivery <> delivery_id)
);

CREATE INDEX fallbacks_by ON fallbacks (by_delivery) WHERE by_delivery IS NOT NULL;

-- Messages of an account in a calendar month ('YYYY-MM', the commune's own), both directions: whether a platform counts
-- what comes in is not documented, so it is counted.
CREATE TABLE gateway_usage (
    gateway    TEXT   NOT NULL,
    month      TEXT   NOT NULL,
    sent       BIGINT NOT NULL,
    heard      BIGINT NOT NULL,
    warned_at  BIGINT,
    PRIMARY KEY (gateway, month),
    CHECK (sent >= 0 AND heard >= 0)
);
