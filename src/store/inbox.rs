//! The durable inbox: an admitted update is committed here before the platform is told that it was received.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// An admitted update that waits to be processed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InboxRow {
    /// The id.
    pub id: String,
    /// The gateway it came through.
    pub gateway: String,
    /// The platform's own key of the update.
    pub dedupe: String,
    /// The chat it is about, as the platform names it.
    pub chat: Option<String>,
    /// The event as JSON.
    pub event: Option<String>,
    /// Times it was tried before.
    pub attempts: i64,
    /// Machine time of arrival.
    pub received_at: i64,
}

/// An update to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInboxRow {
    /// The id.
    pub id: String,
    /// The gateway it came through.
    pub gateway: String,
    /// The platform's own key of the update.
    pub dedupe: String,
    /// The chat in which it has its turn, as the platform names it; none where it is about no chat.
    pub chat: Option<String>,
    /// The event as JSON; none for one that was not admitted.
    pub event: Option<String>,
    /// A button press of somebody we know: they look at a spinner until it is answered.
    pub urgent: bool,
    /// Whether nobody knows who it is from.
    pub stranger: bool,
    /// Machine time of arrival.
    pub received_at: Millis,
    /// Machine time before which it is not processed.
    pub not_before: Millis,
}

/// Updates of people nobody knows that are looked at together: those of others arrive meanwhile.
const STRANGERS: i64 = 4;
/// Tries before an update is given up as failed.
pub const MAX_ATTEMPTS: i64 = 3;

/// Milliseconds that an update waits for its next try at most: thirty seconds after each of three. What is to wait longer was put off
/// by a clock that was ahead.
const LONGEST_WAIT: i64 = 120_000;

const PUT: &str = "INSERT INTO inbox (id, gateway, dedupe, event, urgent, state, attempts, received_at, retry_at, chat, stranger) \
     VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10) ON CONFLICT (gateway, dedupe) DO NOTHING";
const WAITING: &str = "SELECT id, gateway, dedupe, chat, event, attempts, received_at FROM inbox \
     WHERE state = 'waiting' AND gateway = $1 AND stranger = $5 AND urgent = $2 AND (retry_at <= $3 OR retry_at > $6) \
       AND NOT EXISTS (SELECT 1 FROM inbox earlier \
                       WHERE earlier.gateway = $1 AND earlier.chat = inbox.chat AND earlier.state = 'waiting' \
                         AND (earlier.received_at, earlier.id) < (inbox.received_at, inbox.id) \
                         AND earlier.retry_at > $3 AND earlier.retry_at <= $6) \
     ORDER BY received_at, id LIMIT $4";
const CLAIM: &str = "UPDATE inbox SET attempts = attempts + 1, retry_at = $2 + $3 * (attempts + 1) \
     WHERE id = $1 AND state = 'waiting' AND attempts = $4";
// Somebody who holds the row has it: whoever comes later takes another one, and does not wait.
const CLAIM_UNLOCKED: &str = "UPDATE inbox SET attempts = attempts + 1, retry_at = $2 + $3 * (attempts + 1) \
     WHERE id = (SELECT free.id FROM inbox free WHERE free.id = $1 AND free.state = 'waiting' AND free.attempts = $4 \
                 FOR UPDATE SKIP LOCKED)";
const RENEW: &str = "UPDATE inbox SET retry_at = $2 WHERE id = $1 AND state = 'waiting' AND attempts = $3";
const GIVE_BACK: &str =
    "UPDATE inbox SET attempts = attempts - 1, retry_at = $2 WHERE id = $1 AND state = 'waiting' AND attempts = $3";
const LOCK_CHAT: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
const DEAD: &str = "SELECT id, gateway, dedupe, chat, event, attempts, received_at FROM inbox \
     WHERE state = 'failed' AND event IS NOT NULL ORDER BY received_at LIMIT $1";
const RETRY: &str = "UPDATE inbox SET state = 'waiting', attempts = 0, retry_at = 0, error = NULL, processed_at = NULL \
     WHERE id = $1 AND state = 'failed' AND event IS NOT NULL";
const ACCOUNTS: &str = "SELECT DISTINCT gateway FROM inbox WHERE state = 'waiting' ORDER BY gateway";
const DONE: &str = "UPDATE inbox SET state = 'done', event = NULL, processed_at = $2, error = NULL WHERE id = $1 AND state = 'waiting'";
// Again after 2 s and 4 s: whoever wrote it waits, and a short fault of the database must not use up the tries.
const FAILED: &str = "UPDATE inbox SET error = $2, state = CASE WHEN attempts >= $3 THEN 'failed' ELSE 'waiting' END, \
     processed_at = $4, retry_at = $4 + 2000 * attempts WHERE id = $1 AND state = 'waiting' RETURNING state";
const DROP_DEAD: &str = "UPDATE inbox SET state = 'done', event = NULL WHERE id = $1 AND state = 'failed'";
const PUT_UNREADABLE: &str = "INSERT INTO inbox (id, gateway, dedupe, urgent, state, attempts, received_at, processed_at, retry_at, error) \
     VALUES ($1, $2, $3, $4, 'failed', 0, $5, $5, 0, 'unreadable') ON CONFLICT (gateway, dedupe) DO NOTHING";
const UNREADABLE: &str =
    "SELECT id FROM inbox WHERE state = 'failed' AND event IS NULL AND received_at >= $1 AND gateway = $2 LIMIT 1";
const OFFSET: &str = "SELECT next_offset FROM poll_offsets WHERE gateway = $1";
const SET_OFFSET: &str = "INSERT INTO poll_offsets (gateway, next_offset) VALUES ($1, $2) \
     ON CONFLICT (gateway) DO UPDATE SET next_offset = excluded.next_offset";
const COUNT: &str = "SELECT COUNT(*) FROM inbox WHERE state = 'waiting'";

impl Tx {
    /// Stores an update once. False when its key was here before. One without an event is stored as done: only its key stays.
    ///
    /// # Errors
    /// The database.
    pub async fn put_inbox(&mut self, row: &NewInboxRow) -> StoreResult<bool> {
        let state = if row.event.is_some() { "waiting" } else { "done" };
        let affected = on!(self, |c| sqlx::query(PUT)
            .bind(&row.id)
            .bind(&row.gateway)
            .bind(&row.dedupe)
            .bind(&row.event)
            .bind(row.urgent)
            .bind(state)
            .bind(row.received_at.0)
            .bind(row.not_before.0)
            .bind(&row.chat)
            .bind(row.stranger)
            .execute(c)
            .await?
            .rows_affected());
        if affected == 1 {
            self.ring();
        }
        Ok(affected == 1)
    }

    /// Keeps that an update came which nobody can read, once: there is nothing to process. False when its key was here before.
    ///
    /// # Errors
    /// The database.
    pub async fn put_unreadable(&mut self, id: &str, gateway: &str, dedupe: &str, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(PUT_UNREADABLE)
            .bind(id)
            .bind(gateway)
            .bind(dedupe)
            .bind(false)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Whether an update that nobody can read came through a gateway since an instant, machine time.
    ///
    /// # Errors
    /// The database.
    pub async fn is_unreadable_since(&mut self, gateway: &str, since: Millis) -> StoreResult<bool> {
        let found: Option<String> =
            on!(self, |c| sqlx::query_scalar(UNREADABLE).bind(since.0).bind(gateway).fetch_optional(c).await?);
        Ok(found.is_some())
    }

    /// The next updates of a gateway to be processed, so many at most: presses before all others, then in the order in which they
    /// came; behind them a few of people nobody knows.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_inbox(&mut self, gateway: &str, now: Millis, most: i64) -> StoreResult<Vec<InboxRow>> {
        let mut waiting = Vec::new();
        // One look each, because the index runs one way: presses first, and among them the oldest.
        for (stranger, urgent, most_of_it) in [(false, true, most), (false, false, most), (true, false, STRANGERS)] {
            let room = (most - i64::try_from(waiting.len()).unwrap_or(most)).min(most_of_it);
            let more: Vec<InboxRow> = on!(self, |c| sqlx::query_as(WAITING)
                .bind(gateway)
                .bind(urgent)
                .bind(now.0)
                .bind(room)
                .bind(stranger)
                .bind(now.0 + LONGEST_WAIT)
                .fetch_all(c)
                .await?);
            waiting.extend(more);
        }
        Ok(waiting)
    }

    /// Takes an update that was read, and counts the try before it is made; false when somebody else took it meanwhile. If nobody
    /// writes down how it ended, the next try is made after `wait` milliseconds, after the second one twice as late.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_inbox(&mut self, row: &InboxRow, now: Millis, wait: i64) -> StoreResult<bool> {
        let claim = match self {
            Self::Sqlite(_) => CLAIM,
            Self::Postgres(_) => CLAIM_UNLOCKED,
        };
        let affected = on!(self, |c| sqlx::query(claim)
            .bind(&row.id)
            .bind(now.0)
            .bind(wait)
            .bind(row.attempts)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Keeps an update that was taken, as it was read before: nobody else takes it until `until`.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_inbox(&mut self, row: &InboxRow, until: Millis) -> StoreResult<()> {
        self.change_claim(RENEW, row, until).await
    }

    /// Gives an update back that was taken, as it was read before: the try is not counted, and the next one is made from `from` on.
    ///
    /// # Errors
    /// The database.
    pub async fn give_inbox_back(&mut self, row: &InboxRow, from: Millis) -> StoreResult<()> {
        self.change_claim(GIVE_BACK, row, from).await
    }

    /// Changes a claim that still stands; one that does not concerns somebody else.
    async fn change_claim(&mut self, statement: &'static str, row: &InboxRow, at: Millis) -> StoreResult<()> {
        let claimed = row.attempts + 1;
        on!(self, |c| sqlx::query(statement).bind(&row.id).bind(at.0).bind(claimed).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Waits until nobody else is in the middle of a conversation of this chat, and keeps others out of it until the end of the
    /// transaction. On `SQLite` there is one writer anyway.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_chat(&mut self, gateway: &str, chat: &str) -> StoreResult<()> {
        if let Self::Postgres(transaction) = self {
            sqlx::query(LOCK_CHAT).bind(format!("{gateway} {chat}")).execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Updates that were given up and whose bodies are still there, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn dead_letters(&mut self, limit: i64) -> StoreResult<Vec<InboxRow>> {
        Ok(on!(self, |c| sqlx::query_as(DEAD).bind(limit).fetch_all(c).await?))
    }

    /// Forgets an update that was given up. False when it is not.
    ///
    /// # Errors
    /// The database.
    pub async fn drop_dead_letter(&mut self, id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(DROP_DEAD).bind(id).execute(c).await?.rows_affected()) == 1)
    }

    /// Has an update that was given up processed anew. False when it is not given up, or its body is gone.
    ///
    /// # Errors
    /// The database.
    pub async fn retry_inbox(&mut self, id: &str) -> StoreResult<bool> {
        self.ring();
        Ok(on!(self, |c| sqlx::query(RETRY).bind(id).execute(c).await?.rows_affected()) == 1)
    }

    /// The gateways of which updates wait.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_accounts(&mut self) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(ACCOUNTS).fetch_all(c).await?))
    }

    /// How many updates wait.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_inbox_count(&mut self) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(COUNT).fetch_one(c).await?))
    }

    /// Marks an update processed and erases its body. False when it already was.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_inbox(&mut self, id: &str, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(DONE).bind(id).bind(now.0).execute(c).await?.rows_affected()) == 1)
    }

    /// Notes that a counted try failed; after [`MAX_ATTEMPTS`] the update is given up. Gives whether it is.
    ///
    /// # Errors
    /// The database.
    pub async fn fail_inbox(&mut self, id: &str, error: &str, now: Millis) -> StoreResult<bool> {
        let state: Option<String> = on!(self, |c| sqlx::query_scalar(FAILED)
            .bind(id)
            .bind(error)
            .bind(MAX_ATTEMPTS)
            .bind(now.0)
            .fetch_optional(c)
            .await?);
        Ok(state.as_deref() == Some("failed"))
    }

    /// The offset from which a gateway's updates are to be asked for.
    ///
    /// # Errors
    /// The database.
    pub async fn poll_offset(&mut self, gateway: &str) -> StoreResult<Option<i64>> {
        Ok(on!(self, |c| sqlx::query_scalar(OFFSET).bind(gateway).fetch_optional(c).await?))
    }

    /// Moves that offset, in the transaction that stored the updates before it.
    ///
    /// # Errors
    /// The database.
    pub async fn set_poll_offset(&mut self, gateway: &str, next_offset: i64) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SET_OFFSET).bind(gateway).bind(next_offset).execute(c).await?.rows_affected());
        Ok(())
    }
}
