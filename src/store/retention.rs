//! What goes by itself after a while: whether any of a kind is due, how much, and the next batch of it.
//!
//! What is due is written once for each kind and asked for in three ways. A batch is [`BATCH`] rows. What is owed is no part of it, by
//! the statement itself: what waits or is on its way, a doubt that a person may still settle, what can still be repeated.

use crate::domain::calendar::Millis;
use crate::domain::retention::Kind;
use crate::id::sha256_hex;
use crate::store::{StoreResult, Tx, on};

mod bodies;

/// Rows of a batch; the statements say it too, so that a database knows how little is asked for.
pub const BATCH: u64 = 500;

/// Days for which an answer that was left out for want of budget is counted: the longest month.
const LEFT_OUT_DAYS: i64 = 31;

// Nobody decides about a doubt of these, and nobody repeats them: whatever is not to be sent any more is at its end. When it came there
// is noted when it is first seen there, whichever of many statements brought it.
const HAS_UNNOTED: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE delivery_id IS NULL AND ended_at IS NULL \
     AND state NOT IN ('pending', 'retry_wait', 'sending')) \
     OR EXISTS (SELECT 1 FROM counters WHERE used_at IS NULL AND name LIKE 'key-%')";
const NOTE: &str = "UPDATE messages SET ended_at = $1 WHERE id IN (SELECT id FROM messages WHERE delivery_id IS NULL \
     AND ended_at IS NULL AND state NOT IN ('pending', 'retry_wait', 'sending') LIMIT 500)";

// A word of a script is a counter that counts to one; the other counters never go.
const NOTE_REPEATS: &str = "UPDATE counters SET used_at = $1 WHERE used_at IS NULL AND name LIKE 'key-%'";

// An answer to a card about a broadcast that still runs is known by the card. The months' figures count what was left out.
macro_rules! private {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT m.id, m.ended_at FROM messages m WHERE m.delivery_id IS NULL AND m.ended_at < $1 \
               AND m.state NOT IN ('pending', 'retry_wait', 'sending') \
               AND (m.reason IS DISTINCT FROM 'budget' OR m.created_at < $2) \
               AND (m.broadcast_id IS NULL \
                    OR NOT EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = m.broadcast_id AND b.state = 'running')) \
               AND NOT EXISTS (SELECT 1 FROM messages e WHERE e.edit_of = m.id AND e.edit_of IS NOT NULL) \
               AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.resend_of = m.id AND r.resend_of IS NOT NULL)) ",
            $ask
        )
    };
}
const ANY_PRIVATE: &str = private!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_PRIVATE: &str = private!("SELECT COUNT(*) FROM due");
const NEXT_PRIVATE: &str = private!("SELECT id FROM due ORDER BY ended_at LIMIT 500");
const DROP_ATTEMPTS: &str = "DELETE FROM attempts WHERE message_id IN \
     ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const DROP_MESSAGES: &str = "DELETE FROM messages WHERE id IN \
     ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

macro_rules! menus {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT chat_id, account, number FROM menu_choices WHERE offered_at < $1) ", $ask)
    };
}
const ANY_MENU: &str = menus!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_MENUS: &str = menus!("SELECT COUNT(*) FROM due");
const TAKE_MENUS: &str = menus!(
    "DELETE FROM menu_choices WHERE (chat_id, account, number) IN (SELECT chat_id, account, number FROM due LIMIT 500)"
);

macro_rules! keys {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT id, received_at FROM inbox WHERE state <> 'waiting' AND event IS NULL AND received_at < $1) ",
            $ask
        )
    };
}
// In the order of the index, and not from wherever the first might stand: mostly there is none.
const ANY_KEY: &str = keys!("SELECT EXISTS (SELECT 1 FROM (SELECT id FROM due ORDER BY received_at LIMIT 1) AS first)");
const COUNT_KEYS: &str = keys!("SELECT COUNT(*) FROM due");
const NEXT_KEYS: &str = keys!("SELECT id FROM due ORDER BY received_at LIMIT 500");
const DROP_KEYS: &str =
    "DELETE FROM inbox WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

macro_rules! repeats {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT commune_id, name FROM counters WHERE used_at < $1) ", $ask)
    };
}
const ANY_REPEAT: &str = repeats!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_REPEATS: &str = repeats!("SELECT COUNT(*) FROM due");
const TAKE_REPEATS: &str =
    repeats!("DELETE FROM counters WHERE (commune_id, name) IN (SELECT commune_id, name FROM due LIMIT 500)");

macro_rules! letters {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT id FROM inbox WHERE state = 'failed' AND event IS NOT NULL AND received_at < $1) ",
            $ask
        )
    };
}
const ANY_LETTER: &str = letters!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_LETTERS: &str = letters!("SELECT COUNT(*) FROM due");
const TAKE_LETTERS: &str = letters!("UPDATE inbox SET event = NULL WHERE id IN (SELECT id FROM due LIMIT 500)");

macro_rules! dialogues {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT chat_id, account FROM dialogues WHERE updated_at < $1) ", $ask)
    };
}
const ANY_DIALOGUE: &str = dialogues!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_DIALOGUES: &str = dialogues!("SELECT COUNT(*) FROM due");
const TAKE_DIALOGUES: &str =
    dialogues!("DELETE FROM dialogues WHERE (chat_id, account) IN (SELECT chat_id, account FROM due LIMIT 500)");

// An open form names its files by hash inside its JSON; a hash is 64 hexadecimal digits and needs no escaping.
macro_rules! drafts {
    ($ask:literal) => {
        concat!(
            "WITH due AS (SELECT a.sha256 FROM attachments a WHERE a.created_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM version_files v WHERE v.sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.file_sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM upload_handles u WHERE u.sha256 = a.sha256) \
               AND NOT EXISTS (SELECT 1 FROM dialogues d WHERE d.data LIKE '%' || a.sha256 || '%')) ",
            $ask
        )
    };
}
const ANY_DRAFT: &str = drafts!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_DRAFTS: &str = drafts!("SELECT COUNT(*) FROM due");
const TAKE_DRAFTS: &str = drafts!("DELETE FROM attachments WHERE sha256 IN (SELECT sha256 FROM due LIMIT 500)");

const OLDER: &str = "SELECT (SELECT COUNT(*) FROM bulletins WHERE commune_id = $1 AND created_at < $2) AS bulletins, \
     (SELECT COUNT(*) FROM broadcasts WHERE started_at < $2) AS broadcasts, \
     (SELECT COUNT(*) FROM attachments WHERE created_at < $2) AS files, \
     (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM attachments WHERE created_at < $2) AS file_bytes";

/// Records that are older than an instant, with whatever belongs to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct OlderRecords {
    /// Bulletins, by when they were begun.
    pub bulletins: i64,
    /// Broadcasts, by when they fired.
    pub broadcasts: i64,
    /// Files, by when they came in.
    pub files: i64,
    /// Bytes of these files.
    pub file_bytes: i64,
}

/// From when on something of a kind goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// What goes.
    pub kind: Kind,
    /// What ended before this instant goes; business time for [`Kind::Bodies`], machine time for the others.
    pub before: Millis,
    /// Business time now: what has not expired by then can still be sent.
    pub business: Millis,
    /// Machine time now.
    pub wall: Millis,
    /// Tries of a message that stay when its text goes.
    pub attempts: i64,
}

/// What a batch took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Rows, or texts of rows that stay.
    pub rows: u64,
    /// Tries of messages that went with them.
    pub attempts: u64,
}

impl Due {
    /// A statement's second parameter, for the kinds that have one.
    const fn second(&self) -> Millis {
        match self.kind {
            Kind::Private => self.wall.plus_days(-LEFT_OUT_DAYS),
            _ => self.business,
        }
    }
}

/// The statement that asks whether something of a kind is due, and the one that counts it.
const fn questions(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bodies => (bodies::ANY, bodies::COUNT),
        Kind::Private => (ANY_PRIVATE, COUNT_PRIVATE),
        Kind::Menus => (ANY_MENU, COUNT_MENUS),
        Kind::Keys => (ANY_KEY, COUNT_KEYS),
        Kind::Repeats => (ANY_REPEAT, COUNT_REPEATS),
        Kind::Letters => (ANY_LETTER, COUNT_LETTERS),
        Kind::Dialogues => (ANY_DIALOGUE, COUNT_DIALOGUES),
        Kind::Drafts => (ANY_DRAFT, COUNT_DRAFTS),
    }
}

/// Whether the statements of a kind have a second parameter.
const fn has_second(kind: Kind) -> bool {
    matches!(kind, Kind::Bodies | Kind::Private)
}

impl Tx {
    /// Whether a message of no delivery is at its end, or a script has used a word, and nobody has noted when.
    ///
    /// # Errors
    /// The database.
    pub async fn has_unnoted_ends(&mut self) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(HAS_UNNOTED).fetch_one(c).await?))
    }

    /// Notes machine time `now` for the next [`BATCH`] of such messages, and such words; gives how many messages.
    ///
    /// # Errors
    /// The database.
    pub async fn note_ends(&mut self, now: Millis) -> StoreResult<u64> {
        on!(self, |c| sqlx::query(NOTE_REPEATS).bind(now.0).execute(c).await?.rows_affected());
        Ok(on!(self, |c| sqlx::query(NOTE).bind(now.0).execute(c).await?.rows_affected()))
    }

    /// Whether anything of a kind is due.
    ///
    /// # Errors
    /// The database.
    pub async fn is_anything_due(&mut self, due: &Due) -> StoreResult<bool> {
        let (any, _) = questions(due.kind);
        Ok(on!(self, |c| {
            let query = sqlx::query_scalar(any).bind(due.before.0);
            let query = if has_second(due.kind) { query.bind(due.second().0) } else { query };
            query.fetch_one(c).await?
        }))
    }

    /// How much of a kind is due.
    ///
    /// # Errors
    /// The database.
    pub async fn count_due(&mut self, due: &Due) -> StoreResult<i64> {
        let (_, count) = questions(due.kind);
        Ok(on!(self, |c| {
            let query = sqlx::query_scalar(count).bind(due.before.0);
            let query = if has_second(due.kind) { query.bind(due.second().0) } else { query };
            query.fetch_one(c).await?
        }))
    }

    /// Takes the next batch of a kind, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn take_due(&mut self, due: &Due) -> StoreResult<Taken> {
        let statement = match due.kind {
            Kind::Bodies => return self.empty_bodies(due).await,
            Kind::Private => return self.take_private(due).await,
            Kind::Menus => TAKE_MENUS,
            Kind::Keys => return self.take_keys(due).await,
            Kind::Repeats => TAKE_REPEATS,
            Kind::Letters => TAKE_LETTERS,
            Kind::Dialogues => TAKE_DIALOGUES,
            Kind::Drafts => TAKE_DRAFTS,
        };
        let rows = on!(self, |c| sqlx::query(statement).bind(due.before.0).execute(c).await?.rows_affected());
        Ok(Taken { rows, attempts: 0 })
    }

    /// How much of a commune's records is older than `before`.
    ///
    /// # Errors
    /// The database.
    pub async fn older_records(&mut self, commune_id: &str, before: Millis) -> StoreResult<OlderRecords> {
        Ok(on!(self, |c| sqlx::query_as(OLDER).bind(commune_id).bind(before.0).fetch_one(c).await?))
    }

    /// Messages of no delivery go with all their tries.
    async fn take_private(&mut self, due: &Due) -> StoreResult<Taken> {
        let ids: Vec<String> = on!(self, |c| sqlx::query_scalar(NEXT_PRIVATE)
            .bind(due.before.0)
            .bind(due.second().0)
            .fetch_all(c)
            .await?);
        let mut taken = Taken::default();
        for handful in ids.chunks(HANDFUL) {
            taken.attempts += self.drop_all(DROP_ATTEMPTS, handful).await?;
            taken.rows += self.drop_all(DROP_MESSAGES, handful).await?;
        }
        Ok(taken)
    }

    async fn take_keys(&mut self, due: &Due) -> StoreResult<Taken> {
        let ids: Vec<String> = on!(self, |c| sqlx::query_scalar(NEXT_KEYS).bind(due.before.0).fetch_all(c).await?);
        let mut taken = Taken::default();
        for handful in ids.chunks(HANDFUL) {
            taken.rows += self.drop_all(DROP_KEYS, handful).await?;
        }
        Ok(taken)
    }

    async fn drop_all(&mut self, statement: &'static str, ids: &[String]) -> StoreResult<u64> {
        Ok(on!(self, |c| {
            let bound = filled(ids).fold(sqlx::query(statement), sqlx::query::Query::bind);
            bound.execute(c).await?.rows_affected()
        }))
    }
}

/// Rows that a statement with a list takes.
const HANDFUL: usize = 16;

/// As many as such a statement takes, the last of them empty.
fn filled<T>(rows: &[T]) -> impl Iterator<Item = Option<&T>> {
    rows.iter().map(Some).chain(std::iter::repeat(None)).take(HANDFUL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_take_as_many_as_a_batch_is_said_to_have() {
        let limit = format!("LIMIT {BATCH}");
        let takes = [
            NOTE,
            NEXT_PRIVATE,
            TAKE_MENUS,
            NEXT_KEYS,
            TAKE_REPEATS,
            TAKE_LETTERS,
            TAKE_DIALOGUES,
            TAKE_DRAFTS,
            bodies::NEXT,
        ];
        assert!(takes.iter().all(|statement| statement.contains(&limit)), "{takes:?}");
    }
}
