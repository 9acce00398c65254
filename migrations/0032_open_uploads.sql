-- Pages for a document that were not used yet: they end with their form, and a new one ends the one before.
CREATE INDEX upload_links_open ON upload_links (chat_id, account) WHERE used_at IS NULL;
