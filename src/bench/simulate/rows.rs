//! What the database of a simulation says: read straight from its tables, beside the program's own statements.
//!
//! Triggers that only a simulation has keep every step of every message and of every obligation, so that a step which was
//! taken and taken back between two looks is seen too.

use sqlx::SqlitePool;

use crate::store::Store;

/// The steps of messages and obligations, in the order in which they were taken.
const WATCH: &[&str] = &[
    "CREATE TABLE sim_steps (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, gateway TEXT NOT NULL, before TEXT, \
     after TEXT NOT NULL)",
    "CREATE TRIGGER sim_born AFTER INSERT ON messages BEGIN \
     INSERT INTO sim_steps (message_id, gateway, before, after) VALUES (NEW.id, NEW.gateway, NULL, NEW.state); END",
    "CREATE TRIGGER sim_moved AFTER UPDATE OF state ON messages WHEN OLD.state <> NEW.state BEGIN \
     INSERT INTO sim_steps (message_id, gateway, before, after) VALUES (NEW.id, NEW.gateway, OLD.state, NEW.state); END",
    "CREATE TABLE sim_gone (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, state TEXT NOT NULL, delivery_id TEXT, ended_at BIGINT)",
    "CREATE TRIGGER sim_went AFTER DELETE ON messages BEGIN INSERT INTO sim_gone (message_id, state, delivery_id, ended_at) \
     VALUES (OLD.id, OLD.state, OLD.delivery_id, OLD.ended_at); END",
    "CREATE TABLE sim_claims (seq INTEGER PRIMARY KEY, attempt_id TEXT NOT NULL)",
    "CREATE TRIGGER sim_claimed AFTER INSERT ON attempts BEGIN INSERT INTO sim_claims (attempt_id) VALUES (NEW.id); END",
    "CREATE TABLE sim_answers (seq INTEGER PRIMARY KEY, obligation_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, \
     was_at BIGINT, is_at BIGINT, was_proxy BOOLEAN NOT NULL)",
    "CREATE TRIGGER sim_answered AFTER UPDATE ON obligations WHEN OLD.state <> NEW.state OR OLD.acknowledged_at IS NOT NEW.acknowledged_at \
     BEGIN INSERT INTO sim_answers (obligation_id, before, after, was_at, is_at, was_proxy) \
     VALUES (NEW.id, OLD.state, NEW.state, OLD.acknowledged_at, NEW.acknowledged_at, OLD.proxy); END",
];

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Message {
    /// The id.
    pub(super) id: String,
    /// What it is for.
    pub(super) purpose: String,
    /// The delivery it is a part of.
    pub(super) delivery_id: Option<String>,
    /// Which part.
    pub(super) part: i64,
    /// The message it repeats.
    pub(super) resend_of: Option<String>,
    /// Whether it carries a file.
    pub(super) has_file: bool,
    /// Where it stands.
    pub(super) state: String,
    /// Why.
    pub(super) reason: Option<String>,
}

/// A step of a message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Step {
    /// Its place.
    pub(super) seq: i64,
    /// The message.
    pub(super) message_id: String,
    /// Where it stood; none when it was queued.
    pub(super) before: Option<String>,
    /// Where it stands.
    pub(super) after: String,
}

/// A message that is there no longer, as it stood.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Gone {
    /// Its place.
    pub(super) seq: i64,
    /// The message.
    pub(super) message_id: String,
    /// Where it stood.
    pub(super) state: String,
    /// The delivery it was a part of.
    pub(super) delivery_id: Option<String>,
    /// Machine time at which it was noted that nothing more would come of it.
    pub(super) ended_at: Option<i64>,
}

/// A step of an obligation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct AnswerStep {
    /// Its place.
    pub(super) seq: i64,
    /// The obligation.
    pub(super) obligation_id: String,
    /// Where it stood.
    pub(super) before: String,
    /// Where it stands.
    pub(super) after: String,
    /// When it had been confirmed.
    pub(super) was_at: Option<i64>,
    /// When it was confirmed.
    pub(super) is_at: Option<i64>,
    /// Whether it had been confirmed in the unit's stead.
    pub(super) was_proxy: bool,
}

/// A call as it was claimed, with what decides whether it may leave.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Claimed {
    /// Its place among all attempts.
    pub(super) place: i64,
    /// The message.
    pub(super) message_id: String,
    /// The platform.
    pub(super) gateway: String,
    /// The chat's id there.
    pub(super) chat: String,
    /// What the message is for.
    pub(super) purpose: String,
    /// The delivery it is a part of.
    pub(super) delivery_id: Option<String>,
    /// Which part.
    pub(super) part: i64,
    /// Business time after which it must not leave.
    pub(super) not_after: Option<i64>,
    /// Whether its broadcast was taken back.
    pub(super) is_withdrawn: bool,
    /// Units of its delivery that still await.
    pub(super) awaiting: i64,
}

/// A schedule that may be due.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct ScheduleRow {
    /// The id.
    pub(super) id: String,
    /// The bulletin.
    pub(super) bulletin_id: String,
    /// When it fires.
    pub(super) fire_at: i64,
    /// Where it stands.
    pub(super) state: String,
    /// What is asked about.
    pub(super) missed_at: Option<i64>,
    /// The rule, where it repeats.
    pub(super) repeat_rule: Option<String>,
    /// How urgent it is.
    pub(super) urgency: String,
    /// When the bulletin ends.
    pub(super) expires_at: i64,
    /// Whether it may go.
    pub(super) is_approved: bool,
}

const MESSAGES: &str = "SELECT id, purpose, delivery_id, part, resend_of, file_sha256 IS NOT NULL AS has_file, state, reason FROM messages \
     WHERE id IN (SELECT message_id FROM sim_steps WHERE seq > $1)";
const STEPS: &str = "SELECT seq, message_id, before, after FROM sim_steps WHERE seq > $1 ORDER BY seq";
const GONE: &str = "SELECT seq, message_id, state, delivery_id, ended_at FROM sim_gone WHERE seq > $1 ORDER BY seq";
const EMPTIED: &str = "SELECT COUNT(*) FROM messages WHERE emptied_at IS NOT NULL";
const ANSWER_STEPS: &str =
    "SELECT seq, obligation_id, before, after, was_at, is_at, was_proxy FROM sim_answers WHERE seq > $1 ORDER BY seq";
const CLAIMED: &str = "SELECT s.seq AS place, m.id AS message_id, a.gateway, c.external_id AS chat, m.purpose, m.delivery_id, m.part, m.not_after, \
       EXISTS (SELECT 1 FROM broadcasts b WHERE b.id = m.broadcast_id AND b.state = 'withdrawn') AS is_withdrawn, \
       CASE m.purpose WHEN 'reminder' THEN (SELECT COUNT(*) FROM obligations o JOIN delivery_units du ON du.unit_id = o.unit_id \
          WHERE du.delivery_id = m.delivery_id AND o.broadcast_id = m.broadcast_id AND o.state = 'awaiting') ELSE 0 END AS awaiting \
     FROM sim_claims s JOIN attempts a ON a.id = s.attempt_id JOIN messages m ON m.id = a.message_id \
     JOIN chats c ON c.id = a.chat_id WHERE s.seq > $1 ORDER BY s.seq";
const DUE: &str = "SELECT s.id, s.bulletin_id, s.fire_at, s.state, s.missed_at, v.repeat_rule, v.urgency, v.expires_at, \
       b.state = 'approved' AND b.version = s.version AS is_approved \
     FROM schedules s JOIN bulletins b ON b.id = s.bulletin_id \
       JOIN bulletin_versions v ON v.bulletin_id = s.bulletin_id AND v.version = s.version \
     WHERE (s.state = 'active' OR s.state = 'asking' AND s.missed_at IS NOT NULL) AND s.fire_at <= $1 ORDER BY s.fire_at, s.id";
const ONE_SCHEDULE: &str = "SELECT s.id, s.bulletin_id, s.fire_at, s.state, s.missed_at, v.repeat_rule, v.urgency, v.expires_at, \
       b.state = 'approved' AND b.version = s.version AS is_approved \
     FROM schedules s JOIN bulletins b ON b.id = s.bulletin_id \
       JOIN bulletin_versions v ON v.bulletin_id = s.bulletin_id AND v.version = s.version WHERE s.id = $1";

const STEERED: &str = "SELECT EXISTS (SELECT 1 FROM audit_entries WHERE subject = $1 \
     AND act IN ('schedule.resumed', 'schedule.missed_shifted', 'schedule.missed_sent', 'schedule.missed_left_out'))";
const DOUBTS: &str = "SELECT id FROM messages m WHERE state = 'unknown' AND purpose = 'broadcast' \
     AND NOT EXISTS (SELECT 1 FROM messages again WHERE again.resend_of = m.id) ORDER BY id";
const NEXT_WAIT: &str = "SELECT gateway, MIN(at) FROM (SELECT gateway, due_at AS at FROM messages WHERE state IN ('pending', 'retry_wait') AND due_at > $1 \
     UNION ALL SELECT m.gateway, a.deadline_at + 1 FROM messages m JOIN attempts a ON a.id = m.attempt_id WHERE m.state = 'sending' AND a.deadline_at >= $1) \
     GROUP BY gateway";

const NEXT_DUE: &str = "SELECT MIN(at) FROM (SELECT MIN(fire_at) AS at FROM schedules WHERE state IN ('active', 'asking') AND fire_at > $1 \
     UNION ALL SELECT MIN(due_at) FROM reminder_steps WHERE done_at IS NULL AND due_at > $1 \
     UNION ALL SELECT MIN(wall_due_at) FROM deliveries WHERE wall_due_at > $1 \
     UNION ALL SELECT MIN(start_by) FROM ladders WHERE start_told_at IS NULL AND start_by > $1)";
const GATEWAYS_DUE: &str =
    "SELECT DISTINCT gateway FROM messages WHERE state IN ('pending', 'retry_wait') AND due_at <= $1";
const BROKEN: &str =
    "SELECT g.code FROM groups g LEFT JOIN chats c ON c.id = g.chat_id WHERE g.chat_id IS NULL OR c.state <> 'active'";

/// The tables of a simulation.
#[derive(Clone)]
pub(super) struct Rows(SqlitePool);

impl Rows {
    /// The tables behind a store, watched from now on. Nothing is synced: no power fails here.
    ///
    /// # Errors
    /// The database is another one, or cannot.
    pub(super) async fn watch(store: &Store) -> anyhow::Result<Self> {
        let Store::Sqlite(pool) = store else { anyhow::bail!("a simulation runs on SQLite") };
        sqlx::query("PRAGMA synchronous = OFF").execute(pool).await?;
        for statement in WATCH {
            sqlx::query(*statement).execute(pool).await?;
        }
        Ok(Self(pool.clone()))
    }

    /// The messages that took a step after this one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn messages(&self, after: i64) -> sqlx::Result<Vec<Message>> {
        sqlx::query_as(MESSAGES).bind(after).fetch_all(&self.0).await
    }

    /// The steps of messages after this one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn steps(&self, after: i64) -> sqlx::Result<Vec<Step>> {
        sqlx::query_as(STEPS).bind(after).fetch_all(&self.0).await
    }

    /// The messages that went after this one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn gone(&self, after: i64) -> sqlx::Result<Vec<Gone>> {
        sqlx::query_as(GONE).bind(after).fetch_all(&self.0).await
    }

    /// How many messages have lost their texts.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn emptied(&self) -> sqlx::Result<u32> {
        sqlx::query_scalar(EMPTIED).fetch_one(&self.0).await
    }

    /// The steps of obligations after this one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn answer_steps(&self, after: i64) -> sqlx::Result<Vec<AnswerStep>> {
        sqlx::query_as(ANSWER_STEPS).bind(after).fetch_all(&self.0).await
    }

    /// The calls that were claimed after this place.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn claimed(&self, after: i64) -> sqlx::Result<Vec<Claimed>> {
        sqlx::query_as(CLAIMED).bind(after).fetch_all(&self.0).await
    }

    /// The schedules that are due at a business time.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn due(&self, now: i64) -> sqlx::Result<Vec<ScheduleRow>> {
        sqlx::query_as(DUE).bind(now).fetch_all(&self.0).await
    }

    /// A schedule.
    ///
    /// # Errors
    /// The database; there is none.
    pub(super) async fn schedule(&self, id: &str) -> sqlx::Result<ScheduleRow> {
        sqlx::query_as(ONE_SCHEDULE).bind(id).fetch_one(&self.0).await
    }

    /// Business times at which the firings of a schedule were due, and at which they started.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn firings(&self, schedule_id: &str) -> sqlx::Result<Vec<(i64, i64)>> {
        let statement = "SELECT fire_at, started_at FROM broadcasts WHERE schedule_id = $1 ORDER BY fire_at";
        sqlx::query_as(statement).bind(schedule_id).fetch_all(&self.0).await
    }

    /// Whether a person decided about a schedule at some time.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn was_steered(&self, schedule_id: &str) -> sqlx::Result<bool> {
        sqlx::query_scalar(STEERED).bind(schedule_id).fetch_one(&self.0).await
    }

    /// The messages of broadcasts that are in doubt and that nobody repeated.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn doubts(&self) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(DOUBTS).fetch_all(&self.0).await
    }

    /// When the next message of each gateway becomes due or its call is given up, after a machine time.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn next_waits(&self, now: i64) -> sqlx::Result<Vec<(String, i64)>> {
        sqlx::query_as(NEXT_WAIT).bind(now).fetch_all(&self.0).await
    }

    /// When something of the keeper's or the planner's falls due next, after a business time.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn next_due(&self, now: i64) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar(NEXT_DUE).bind(now).fetch_one(&self.0).await
    }

    /// The gateways on which a message is due at a machine time.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn gateways_due(&self, now: i64) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(GATEWAYS_DUE).bind(now).fetch_all(&self.0).await
    }

    /// The groups that are not bound or in which we may not write.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn broken_groups(&self) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(BROKEN).fetch_all(&self.0).await
    }

    /// A first column of texts.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn words(&self, statement: &'static str, argument: i64) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(statement).bind(argument).fetch_all(&self.0).await
    }

    /// Pairs of a text and a number.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn counts(&self, statement: &'static str) -> sqlx::Result<Vec<(String, i64)>> {
        sqlx::query_as(statement).fetch_all(&self.0).await
    }
}
