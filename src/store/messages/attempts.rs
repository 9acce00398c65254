//! Recording what came of a call.

use std::time::Duration;

use super::{Millis, StoreResult, Tx, on};

/// One try of one message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    /// The id.
    pub id: String,
    /// The message.
    pub message_id: String,
    /// Number of the try, from 1.
    pub number: i64,
    /// Machine time, epoch milliseconds.
    pub started_at: i64,
    /// Machine time, epoch milliseconds.
    pub finished_at: Option<i64>,
    /// `sent`, `retry`, `failed` or `unknown`.
    pub outcome: Option<String>,
    /// What the platform said, redacted.
    pub detail: Option<String>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The platform took it.
    Sent {
        /// The platform's message id.
        external_id: String,
        /// Business time.
        at: Millis,
    },
    /// Proven not delivered; to be tried again.
    Retry {
        /// After this long.
        wait: Duration,
        /// Whether it was a failure of the message's own, of which there are only so many.
        counts: bool,
        /// What the platform said.
        detail: String,
    },
    /// Proven not delivered, for good.
    Failed {
        /// A word of `FailureReason`.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Nobody can know.
    Unknown {
        /// Why.
        detail: String,
    },
}

/// Milliseconds by which clocks of services that share a database may differ.
const CLOCKS_DIFFER: i64 = 60_000;

const FINISH: &str = "UPDATE attempts SET finished_at = $2, outcome = $3, detail = $4 \
     WHERE id = $1 AND (outcome IS NULL OR outcome = 'unknown')";
const TO_SENT: &str = "UPDATE messages SET state = 'sent', external_id = $2, sent_at = $3, reason = NULL \
     WHERE id = $4 AND attempt_id = $1 AND state IN ('sending', 'unknown')";
// What its chat's new id was learned by answers nothing under it.
const TO_RETRY: &str = "UPDATE messages SET state = 'retry_wait', due_at = $2, wait_ms = $4, tries = tries + $5, external_id = NULL, \
       reply_to = CASE WHEN chat_external IS NULL THEN reply_to END, chat_external = NULL \
     WHERE id = $3 AND attempt_id = $1 AND state = 'sending'";
const TO_FAILED: &str = "UPDATE messages SET state = 'failed', reason = $2 \
     WHERE id = $3 AND attempt_id = $1 AND state IN ('sending', 'unknown')";
const TO_UNKNOWN: &str = "UPDATE messages SET state = 'unknown', reason = 'no_answer' \
     WHERE id = $2 AND attempt_id = $1 AND state = 'sending'";
// A unit on the call list because nothing had reached it: now something has, whether by a resend or late.
const REACHED: &str = "UPDATE obligations SET state = 'awaiting' WHERE state = 'unreachable' \
     AND broadcast_id = (SELECT b.id FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id \
        WHERE m.id = $1 AND m.purpose = 'broadcast' AND m.file_sha256 IS NULL AND m.state = 'sent' AND b.state = 'running') \
     AND unit_id IN (SELECT du.unit_id FROM messages m JOIN delivery_units du ON du.delivery_id = m.delivery_id WHERE m.id = $1)";
const NOTE_ECHO: &str =
    "UPDATE messages SET external_id = $2 WHERE id = $1 AND state = 'sending' AND external_id IS NULL";
// A wait ends no later than it was long: whatever is due later than that was put off by a clock that was ahead. What was never tried
// was due when it was queued; a minute for another service's clock. The lanes stand here because the index begins with them.
const HAS_PUT_OFF: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE gateway = $1 AND state IN ('pending', 'retry_wait') \
       AND lane IN (-1, 0, 1, 2, 3, 4, 5, 6, 7) AND due_at > $2 AND due_at - COALESCE(wait_ms, 60000) > $2) \
     OR EXISTS (SELECT 1 FROM attempts WHERE gateway = $1 AND started_at > $3 AND finished_at IS NULL)";
const END_PUT_OFF: &str = "UPDATE messages SET due_at = $2 WHERE gateway = $1 AND state IN ('pending', 'retry_wait') \
     AND lane IN (-1, 0, 1, 2, 3, 4, 5, 6, 7) AND due_at > $2 AND due_at - COALESCE(wait_ms, 60000) > $2";
// Such a call began now, as far as anybody knows: its deadline is no further away than it was then.
const BEGAN_NOW: &str = "UPDATE attempts SET started_at = $2, deadline_at = $2 + (deadline_at - started_at) \
     WHERE gateway = $1 AND started_at > $3 AND finished_at IS NULL";
const ABANDONED: &str = "SELECT a.id, m.id FROM attempts a JOIN messages m ON m.attempt_id = a.id \
     WHERE m.state = 'sending' AND a.gateway = $1 AND a.deadline_at < $2 ORDER BY a.id LIMIT 500";
const RECENT: &str = "SELECT chat_id, COALESCE(finished_at, started_at) FROM attempts WHERE gateway = $1 AND started_at > $2 AND started_at <= $3 ORDER BY 2";
const OF_MESSAGE: &str = "SELECT id, message_id, number, started_at, finished_at, outcome, detail FROM attempts \
     WHERE message_id = $1 ORDER BY number";
const SETTLE_SEEN: &str =
    "UPDATE messages SET state = 'sent', sent_at = $2, reason = $3 WHERE id = $1 AND state = 'unknown'";
const SET_EXTERNAL: &str =
    "UPDATE messages SET external_id = $2 WHERE id = $1 AND state = 'sent' AND external_id IS NULL";
const DROP_RESEND_OF: &str = "UPDATE messages SET state = 'cancelled', reason = 'original_arrived' \
     WHERE resend_of = $1 AND state IN ('pending', 'retry_wait')";

impl Tx {
    /// Records what came of an attempt, however late; a late truth lifts `unknown` and cancels a resend not yet started.
    /// False when the message had moved on, so that the outcome changes nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_attempt(
        &mut self,
        message_id: &str,
        attempt_id: &str,
        finished: &Finished,
        now: Millis,
    ) -> StoreResult<bool> {
        let (word, detail) = match finished {
            Finished::Sent { .. } => ("sent", ""),
            Finished::Retry { detail, .. } => ("retry", detail.as_str()),
            Finished::Failed { detail, .. } => ("failed", detail.as_str()),
            Finished::Unknown { detail } => ("unknown", detail.as_str()),
        };
        let affected = on!(self, |c| sqlx::query(FINISH)
            .bind(attempt_id)
            .bind(now.0)
            .bind(word)
            .bind(detail)
            .execute(c)
            .await?
            .rows_affected());
        if affected == 0 {
            // Its certain outcome is known already, by a commit whose answer got lost.
            return Ok(false);
        }
        self.move_on(message_id, attempt_id, finished, now).await
    }

    async fn move_on(
        &mut self,
        message_id: &str,
        attempt_id: &str,
        finished: &Finished,
        now: Millis,
    ) -> StoreResult<bool> {
        let affected = match finished {
            Finished::Sent { external_id, at } => {
                let affected = on!(self, |c| sqlx::query(TO_SENT)
                    .bind(attempt_id)
                    .bind(external_id)
                    .bind(at.0)
                    .bind(message_id)
                    .execute(c)
                    .await?
                    .rows_affected());
                self.arrived(message_id).await?;
                affected
            }
            Finished::Retry { wait, counts, .. } => {
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                on!(self, |c| sqlx::query(TO_RETRY)
                    .bind(attempt_id)
                    .bind(now.plus_ms(wait).0)
                    .bind(message_id)
                    .bind(wait)
                    .bind(i64::from(*counts))
                    .execute(c)
                    .await?
                    .rows_affected())
            }
            Finished::Failed { reason, .. } => on!(self, |c| sqlx::query(TO_FAILED)
                .bind(attempt_id)
                .bind(reason)
                .bind(message_id)
                .execute(c)
                .await?
                .rows_affected()),
            Finished::Unknown { .. } => on!(self, |c| sqlx::query(TO_UNKNOWN)
                .bind(attempt_id)
                .bind(message_id)
                .execute(c)
                .await?
                .rows_affected()),
        };
        Ok(affected == 1)
    }

    /// What follows from a message having arrived: a resend of it need not start, and its units are no longer out of reach.
    async fn arrived(&mut self, message_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(DROP_RESEND_OF).bind(message_id).execute(c).await?.rows_affected());
        on!(self, |c| sqlx::query(REACHED).bind(message_id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Attempts of a gateway that are still `sending` past their own deadline, each with its message: their
    /// process died.
    ///
    /// # Errors
    /// The database.
    pub async fn abandoned_attempts(&mut self, gateway: &str, now: Millis) -> StoreResult<Vec<(String, String)>> {
        Ok(on!(self, |c| sqlx::query_as(ABANDONED).bind(gateway).bind(now.0).fetch_all(c).await?))
    }

    /// Whether a message of a gateway waits longer than it was told to, or a call has begun in the future: the machine's clock was
    /// ahead then.
    ///
    /// # Errors
    /// The database.
    pub async fn has_put_off(&mut self, gateway: &str, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(HAS_PUT_OFF)
            .bind(gateway)
            .bind(now.0)
            .bind(now.0 + CLOCKS_DIFFER)
            .fetch_one(c)
            .await?))
    }

    /// Makes such messages due now, and such calls begin now; gives how many messages.
    ///
    /// # Errors
    /// The database.
    pub async fn end_put_off(&mut self, gateway: &str, now: Millis) -> StoreResult<u64> {
        on!(self, |c| sqlx::query(BEGAN_NOW)
            .bind(gateway)
            .bind(now.0)
            .bind(now.0 + CLOCKS_DIFFER)
            .execute(c)
            .await?
            .rows_affected());
        Ok(on!(self, |c| sqlx::query(END_PUT_OFF).bind(gateway).bind(now.0).execute(c).await?.rows_affected()))
    }

    /// Chats and machine times of a gateway's attempts since `since`: what the pacer reloads on start. Those of a clock
    /// that was ahead are none of the last minute's.
    ///
    /// # Errors
    /// The database.
    pub async fn recent_attempts(
        &mut self,
        gateway: &str,
        since: Millis,
        now: Millis,
    ) -> StoreResult<Vec<(String, i64)>> {
        Ok(on!(self, |c| sqlx::query_as(RECENT)
            .bind(gateway)
            .bind(since.0)
            .bind(now.0 + CLOCKS_DIFFER)
            .fetch_all(c)
            .await?))
    }

    /// The tries of a message, first to last.
    ///
    /// # Errors
    /// The database.
    pub async fn attempts_of(&mut self, message_id: &str) -> StoreResult<Vec<Attempt>> {
        Ok(on!(self, |c| sqlx::query_as(OF_MESSAGE).bind(message_id).fetch_all(c).await?))
    }

    /// Settles an unknown message as sent by evidence: somebody saw it, or answered it. False when it was not unknown.
    ///
    /// # Errors
    /// The database.
    pub async fn settle_as_sent(&mut self, message_id: &str, at: Millis, evidence: &str) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(SETTLE_SEEN)
            .bind(message_id)
            .bind(at.0)
            .bind(evidence)
            .execute(c)
            .await?
            .rows_affected());
        if affected == 1 {
            self.arrived(message_id).await?;
        }
        Ok(affected == 1)
    }

    /// Notes that the text of a message came back while its attempt is under way: should no answer follow, it was sent. False
    /// when the attempt has ended.
    ///
    /// # Errors
    /// The database.
    pub async fn note_echo(&mut self, message_id: &str, external_id: &str) -> StoreResult<bool> {
        let affected =
            on!(self, |c| sqlx::query(NOTE_ECHO).bind(message_id).bind(external_id).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Notes the platform's id of a message that counts as sent by evidence, once it is learnt.
    ///
    /// # Errors
    /// The database.
    pub async fn set_external_id(&mut self, message_id: &str, external_id: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(SET_EXTERNAL).bind(message_id).bind(external_id).execute(c).await?.rows_affected());
        Ok(())
    }
}
