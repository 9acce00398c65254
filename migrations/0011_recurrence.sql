-- A bulletin that repeats carries its rule in canonical form; null goes once. The rule is part of what is approved, so it
-- stands beside the content and is never changed.
ALTER TABLE bulletin_versions ADD COLUMN repeat_rule TEXT;

-- The firing that the composer is asked about, business time; `fire_at` is then the next one, with which the question
-- lapses. Null in every other state.
ALTER TABLE schedules ADD COLUMN missed_at BIGINT;

-- Which firing of a repeating bulletin this is, from 1 without gaps: the number behind the code.
ALTER TABLE broadcasts ADD COLUMN number BIGINT;
CREATE UNIQUE INDEX broadcasts_numbered ON broadcasts (bulletin_id, number) WHERE number IS NOT NULL;
CREATE INDEX schedules_asked ON schedules (fire_at) WHERE state = 'asking';
