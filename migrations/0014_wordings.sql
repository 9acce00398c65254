-- A bulletin may say the same to residents in other words; and a recorded act keeps what its channel asks for.

-- Read in residents' groups instead of `body`; none: one wording for everybody.
ALTER TABLE bulletin_versions ADD COLUMN residents_body TEXT;

-- The type of Nghị định 49/2024/NĐ-CP the act is reported under; none when it is none of the eight. Kept on the row: a
-- later version of the program must not move old acts to another type.
ALTER TABLE activities ADD COLUMN statutory TEXT CHECK (statutory IN ('commune_radio', 'public_board', 'newsletter',
    'non_commercial_document', 'local_speaker', 'portal', 'social_messaging', 'telecom_message'));
-- People present; none when nobody counted them.
ALTER TABLE activities ADD COLUMN attendees BIGINT CHECK (attendees > 0);
-- Where it hangs.
ALTER TABLE activities ADD COLUMN place TEXT;
-- It says that pieces were taken down: the inventory goes down from that day on.
ALTER TABLE activities ADD COLUMN removal BOOLEAN NOT NULL DEFAULT FALSE;

-- So far the people at an event stood in its quantity.
UPDATE activities SET attendees = quantity, quantity = 1
    WHERE channel IN ('meeting', 'culture', 'training', 'business_event', 'briefing') AND quantity > 1;

UPDATE activities SET statutory = CASE
    WHEN channel IN ('radio', 'loudspeaker') THEN 'commune_radio'
    WHEN channel IN ('portal', 'portal_image', 'portal_banner') THEN 'portal'
    WHEN channel IN ('banner', 'panel') THEN 'non_commercial_document'
    WHEN channel = 'bulletin_board' THEN 'public_board'
    WHEN channel IN ('meeting', 'briefing') THEN 'local_speaker'
    WHEN channel = 'campaign' THEN 'social_messaging' END;
