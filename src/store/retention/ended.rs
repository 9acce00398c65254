//! What has an end of its own, or that of its broadcast: links, codes, incidents, and notes that only a running broadcast needs.

macro_rules! file_links {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT token_hash FROM file_links WHERE COALESCE(revoked_at, expires_at) < $1) ", $ask)
    };
}
pub(super) const ANY_FILE_LINK: &str = file_links!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_FILE_LINKS: &str = file_links!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_FILE_LINKS: &str =
    file_links!("DELETE FROM file_links WHERE token_hash IN (SELECT token_hash FROM due LIMIT 500)");

macro_rules! upload_links {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT token_hash FROM upload_links WHERE COALESCE(used_at, expires_at) < $1) ", $ask)
    };
}
pub(super) const ANY_UPLOAD_LINK: &str = upload_links!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_UPLOAD_LINKS: &str = upload_links!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_UPLOAD_LINKS: &str =
    upload_links!("DELETE FROM upload_links WHERE token_hash IN (SELECT token_hash FROM due LIMIT 500)");

// A typed one that nobody confirmed says which consent is to be struck when the next one is made.
macro_rules! invites {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT id FROM invites WHERE COALESCE(settled_at, expires_at) < $1 AND state <> 'typed') ",
            $ask
        )
    };
}
pub(super) const ANY_INVITE: &str = invites!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_INVITES: &str = invites!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_INVITES: &str = invites!("DELETE FROM invites WHERE id IN (SELECT id FROM due LIMIT 500)");

macro_rules! incidents {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT id FROM incidents WHERE closed_at < $1) ", $ask)
    };
}
pub(super) const ANY_INCIDENT: &str = incidents!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_INCIDENTS: &str = incidents!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_INCIDENTS: &str = incidents!("DELETE FROM incidents WHERE id IN (SELECT id FROM due LIMIT 500)");

// Nobody is told of a doubt, or reads a call list, of a broadcast that is over.
macro_rules! doubts_told {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT t.message_id FROM doubts_told t CROSS JOIN messages m CROSS JOIN broadcasts b \
               WHERE m.id = t.message_id AND b.id = m.broadcast_id AND b.closed_at < $1) ",
            $ask
        )
    };
}
pub(super) const ANY_DOUBT: &str = doubts_told!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_DOUBTS: &str = doubts_told!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_DOUBTS: &str =
    doubts_told!("DELETE FROM doubts_told WHERE message_id IN (SELECT message_id FROM due LIMIT 500)");

macro_rules! call_lists {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT l.broadcast_id, l.chat_id FROM call_lists l CROSS JOIN broadcasts b \
               WHERE b.id = l.broadcast_id AND b.closed_at < $1) ",
            $ask
        )
    };
}
pub(super) const ANY_CALL_LIST: &str = call_lists!("SELECT EXISTS (SELECT 1 FROM due)");
pub(super) const COUNT_CALL_LISTS: &str = call_lists!("SELECT COUNT(*) FROM due");
pub(super) const TAKE_CALL_LISTS: &str = call_lists!(
    "DELETE FROM call_lists WHERE (broadcast_id, chat_id) IN (SELECT broadcast_id, chat_id FROM due LIMIT 500)"
);
