-- When the latest message was made that the chat took, or did not refuse without a known reason, of those that are gone since,
-- machine time: refusals before and after it are not in a row.
ALTER TABLE chats ADD COLUMN taken_at BIGINT;

-- Updates that were given up, by when they were.
CREATE INDEX inbox_words_given_up ON inbox (processed_at) WHERE state = 'failed' AND event IS NOT NULL;

-- What has an end, by when it was.
CREATE INDEX file_links_ended ON file_links ((COALESCE(revoked_at, expires_at)));
CREATE INDEX upload_links_ended ON upload_links ((COALESCE(used_at, expires_at)));
CREATE INDEX invites_ended ON invites ((COALESCE(settled_at, expires_at)));
CREATE INDEX incidents_ended ON incidents (closed_at) WHERE closed_at IS NOT NULL;
