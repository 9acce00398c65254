//! How much of its month an account has used up.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From us: the platform took it, or may have.
    Sent,
    /// The same, to somebody nobody knows.
    SentToStranger,
    /// To us.
    Heard,
    /// The same, from somebody nobody knows.
    HeardFromStranger,
}

/// One account in one month.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MonthUsage {
    /// The gateway.
    pub gateway: String,
    /// The month, `2025-07`.
    pub month: String,
    /// Messages that left.
    pub sent: i64,
    /// Messages that came in.
    pub heard: i64,
    /// Those of them that left to people nobody knows.
    pub strangers_sent: i64,
    /// Those that came in from them.
    pub strangers_heard: i64,
    /// When the admins were warned, machine time; none while they were not.
    pub warned_at: Option<i64>,
}

const ADD: &str = "INSERT INTO gateway_usage (gateway, month, sent, heard, strangers_sent, strangers_heard) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (gateway, month) DO UPDATE SET sent = gateway_usage.sent + excluded.sent, \
       heard = gateway_usage.heard + excluded.heard, strangers_sent = gateway_usage.strangers_sent + excluded.strangers_sent, \
       strangers_heard = gateway_usage.strangers_heard + excluded.strangers_heard";
const OF_MONTH: &str = "SELECT gateway, month, sent, heard, strangers_sent, strangers_heard, warned_at FROM gateway_usage WHERE gateway = $1 AND month = $2";
const WARN: &str = "UPDATE gateway_usage SET warned_at = $3 WHERE gateway = $1 AND month = $2 AND warned_at IS NULL";
const LEFT_OUT: &str = "SELECT COUNT(*) FROM messages WHERE gateway = $1 AND state = 'skipped' AND reason = 'budget' \
     AND purpose = 'reply' AND created_at >= $2";
const GROUPS: &str = "SELECT name FROM groups WHERE gateway = $1 AND chat_id IS NOT NULL ORDER BY code";

impl Tx {
    /// Counts so many messages of a gateway in a month (`2025-07`, see [`crate::domain::budget::month_of`]).
    ///
    /// # Errors
    /// The database.
    pub async fn count_usage(
        &mut self,
        gateway: &str,
        month: &str,
        direction: Direction,
        count: usize,
    ) -> StoreResult<()> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let [sent, heard, strangers_sent, strangers_heard] = match direction {
            Direction::Sent => [count, 0, 0, 0],
            Direction::SentToStranger => [count, 0, count, 0],
            Direction::Heard => [0, count, 0, 0],
            Direction::HeardFromStranger => [0, count, 0, count],
        };
        on!(self, |c| sqlx::query(ADD)
            .bind(gateway)
            .bind(month)
            .bind(sent)
            .bind(heard)
            .bind(strangers_sent)
            .bind(strangers_heard)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What a gateway has used in a month; none when nothing went either way.
    ///
    /// # Errors
    /// The database.
    pub async fn month_usage(&mut self, gateway: &str, month: &str) -> StoreResult<Option<MonthUsage>> {
        Ok(on!(self, |c| sqlx::query_as(OF_MONTH).bind(gateway).bind(month).fetch_optional(c).await?))
    }

    /// Notes that the admins were warned of this month. False when they were before, or nothing was used.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_usage_warned(&mut self, gateway: &str, month: &str, at: Millis) -> StoreResult<bool> {
        let affected =
            on!(self, |c| sqlx::query(WARN).bind(gateway).bind(month).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// How many answers of a gateway were left out since an instant (machine time) because its month was too far gone.
    ///
    /// # Errors
    /// The database.
    pub async fn answers_left_out(&mut self, gateway: &str, since: Millis) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(LEFT_OUT).bind(gateway).bind(since.0).fetch_one(c).await?))
    }

    /// Names of the groups that are bound on a gateway, by code.
    ///
    /// # Errors
    /// The database.
    pub async fn groups_bound_on(&mut self, gateway: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(GROUPS).bind(gateway).fetch_all(c).await?))
    }
}
