//! What goes by itself after a while: whether any of a kind is due, how much, and the next batch of it.
//!
//! What is due is written once for each kind and asked for in three ways. A batch is [`BATCH`] rows. What is owed is no part of it, by
//! the statement itself: what waits or is on its way, a doubt that a person may still settle, what can still be repeated.

use crate::domain::calendar::Millis;
use crate::domain::retention::Kind;
use crate::store::handful::{HANDFUL, filled};
use crate::store::{StoreResult, Tx, drafts, on};

mod bodies;
mod distress;
mod ended;
mod private;

/// Rows of a batch; the statements say it too, so that a database knows how little is asked for.
pub const BATCH: u64 = 500;

// Nobody decides about a doubt of these, and nobody repeats them: whatever is not to be sent any more is at its end. When it came there
// is noted when it is first seen there, whichever of many statements brought it.
const HAS_UNNOTED: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE delivery_id IS NULL AND ended_at IS NULL \
     AND state NOT IN ('pending', 'retry_wait', 'sending')) \
     OR EXISTS (SELECT 1 FROM counters WHERE used_at IS NULL AND name LIKE 'key-%')";
const NOTE: &str = "UPDATE messages SET ended_at = $1 WHERE id IN (SELECT id FROM messages WHERE delivery_id IS NULL \
     AND ended_at IS NULL AND state NOT IN ('pending', 'retry_wait', 'sending') LIMIT 500)";

// A word of a script is a counter that counts to one; the other counters never go.
const NOTE_REPEATS: &str = "UPDATE counters SET used_at = $1 WHERE used_at IS NULL AND name LIKE 'key-%'";

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
            "WITH due AS (SELECT id FROM inbox WHERE state = 'failed' AND event IS NOT NULL AND processed_at < $1) ",
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

macro_rules! strangers {
    ($ask:literal) => {
        concat!("WITH due AS (SELECT gateway, account_hash, day FROM stranger_days WHERE day < $1) ", $ask)
    };
}
const ANY_STRANGER: &str = strangers!("SELECT EXISTS (SELECT 1 FROM due)");
const COUNT_STRANGERS: &str = strangers!("SELECT COUNT(*) FROM due");
const TAKE_STRANGERS: &str = strangers!(
    "DELETE FROM stranger_days WHERE (gateway, account_hash, day) IN (SELECT gateway, account_hash, day FROM due LIMIT 500)"
);

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
    /// What ended before this instant goes; business time where [`Kind::ends_by_business_time`], machine time
    /// for the others.
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
    /// What the statements of its kind are given, in order.
    fn given(&self) -> Vec<i64> {
        let before = self.before.0;
        match self.kind {
            Kind::Bodies => vec![before, self.business.0],
            Kind::Private => vec![before, private::counted_since(self.wall).0],
            _ => vec![before],
        }
    }
}

/// The statement that asks whether something of a kind is due, and the one that counts it.
const fn questions(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Bodies => (bodies::ANY, bodies::COUNT),
        Kind::Private => (private::ANY, private::COUNT),
        Kind::Distress => (distress::ANY, distress::COUNT),
        Kind::Menus => (ANY_MENU, COUNT_MENUS),
        Kind::Keys => (ANY_KEY, COUNT_KEYS),
        Kind::Repeats => (ANY_REPEAT, COUNT_REPEATS),
        Kind::Letters => (ANY_LETTER, COUNT_LETTERS),
        Kind::Dialogues => (ANY_DIALOGUE, COUNT_DIALOGUES),
        Kind::Strangers => (ANY_STRANGER, COUNT_STRANGERS),
        Kind::Drafts => (drafts::ANY, drafts::COUNT),
        Kind::FileLinks => (ended::ANY_FILE_LINK, ended::COUNT_FILE_LINKS),
        Kind::UploadLinks => (ended::ANY_UPLOAD_LINK, ended::COUNT_UPLOAD_LINKS),
        Kind::Invites => (ended::ANY_INVITE, ended::COUNT_INVITES),
        Kind::Incidents => (ended::ANY_INCIDENT, ended::COUNT_INCIDENTS),
        Kind::Doubts => (ended::ANY_DOUBT, ended::COUNT_DOUBTS),
        Kind::CallLists => (ended::ANY_CALL_LIST, ended::COUNT_CALL_LISTS),
    }
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
            let asked = due.given().into_iter().fold(sqlx::query_scalar(any), sqlx::query::QueryScalar::bind);
            asked.fetch_one(c).await?
        }))
    }

    /// How much of a kind is due.
    ///
    /// # Errors
    /// The database.
    pub async fn count_due(&mut self, due: &Due) -> StoreResult<i64> {
        let (_, count) = questions(due.kind);
        Ok(on!(self, |c| {
            let asked = due.given().into_iter().fold(sqlx::query_scalar(count), sqlx::query::QueryScalar::bind);
            asked.fetch_one(c).await?
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
            Kind::Distress => return self.empty_distress(due).await,
            Kind::Menus => TAKE_MENUS,
            Kind::Keys => return self.take_keys(due).await,
            Kind::Repeats => TAKE_REPEATS,
            Kind::Letters => TAKE_LETTERS,
            Kind::Dialogues => TAKE_DIALOGUES,
            Kind::Strangers => TAKE_STRANGERS,
            Kind::Drafts => return self.take_drafts(due).await,
            Kind::FileLinks => ended::TAKE_FILE_LINKS,
            Kind::UploadLinks => ended::TAKE_UPLOAD_LINKS,
            Kind::Invites => ended::TAKE_INVITES,
            Kind::Incidents => ended::TAKE_INCIDENTS,
            Kind::Doubts => ended::TAKE_DOUBTS,
            Kind::CallLists => ended::TAKE_CALL_LISTS,
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

    async fn take_keys(&mut self, due: &Due) -> StoreResult<Taken> {
        let ids: Vec<String> = on!(self, |c| sqlx::query_scalar(NEXT_KEYS).bind(due.before.0).fetch_all(c).await?);
        let mut taken = Taken::default();
        for handful in ids.chunks(HANDFUL) {
            taken.rows += self.with_all(DROP_KEYS, handful).await?;
        }
        Ok(taken)
    }

    /// Files that nothing names go with whatever platforms call them by.
    async fn take_drafts(&mut self, due: &Due) -> StoreResult<Taken> {
        let files: Vec<String> =
            on!(self, |c| sqlx::query_scalar(drafts::NEXT).bind(due.before.0).fetch_all(c).await?);
        Ok(Taken { rows: self.drop_unused_files(&files).await?, attempts: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_take_as_many_as_a_batch_is_said_to_have() {
        let limit = format!("LIMIT {BATCH}");
        let takes = [
            NOTE,
            private::NEXT,
            TAKE_MENUS,
            NEXT_KEYS,
            TAKE_REPEATS,
            TAKE_LETTERS,
            TAKE_DIALOGUES,
            TAKE_STRANGERS,
            drafts::NEXT,
            bodies::NEXT,
            distress::EMPTY,
            distress::DROP_FILES,
            distress::DROP_LINKS,
            ended::TAKE_FILE_LINKS,
            ended::TAKE_UPLOAD_LINKS,
            ended::TAKE_INVITES,
            ended::TAKE_INCIDENTS,
            ended::TAKE_DOUBTS,
            ended::TAKE_CALL_LISTS,
        ];
        assert!(takes.iter().all(|statement| statement.contains(&limit)), "{takes:?}");
    }
}
