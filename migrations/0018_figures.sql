-- What a unit reported in figures, once its head had said that they are read right; a later report takes the place of it.
CREATE TABLE figures (
    obligation_id TEXT   NOT NULL PRIMARY KEY REFERENCES obligations (id),
    households    BIGINT,
    people        BIGINT,
    person_id     TEXT   NOT NULL REFERENCES people (id),
    told_at       BIGINT NOT NULL,
    CHECK (households IS NOT NULL OR people IS NOT NULL)
);
