-- Addresses of the pictures and recordings that came with a call for help, one for each time it was handed on: only the hash of
-- the secret part is stored. Those of `distress_files` moved here; its columns `token_hash` and `expires_at` are not written any more.
CREATE TABLE distress_links (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    distress_id TEXT   NOT NULL REFERENCES distress (id),
    sha256      TEXT   NOT NULL,
    file_name   TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX distress_links_of ON distress_links (distress_id);
INSERT INTO distress_links (token_hash, distress_id, sha256, file_name, expires_at)
    SELECT token_hash, distress_id, sha256, file_name, expires_at FROM distress_files WHERE token_hash IS NOT NULL;

-- Whether a call for help names a file.
CREATE INDEX distress_files_by_hash ON distress_files (sha256);
