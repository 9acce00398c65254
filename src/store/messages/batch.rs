//! Many calls begun and many successes recorded, a statement for each handful.
//!
//! What is set row by row comes in a list of fixed length ([`handful`](crate::store::handful)).

use super::{Millis, StoreResult, Tx, on};
use crate::store::handful::{HANDFUL, filled};

/// Under whose lease calls begin, and when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant<'a> {
    /// The gateway.
    pub gateway: &'a str,
    /// Who holds its lease.
    pub owner: &'a str,
    /// The lease's epoch.
    pub epoch: i64,
    /// Business time: what expired before it does not leave.
    pub business: Millis,
    /// Machine time: what is due later does not leave.
    pub now: Millis,
}

/// A call about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The message.
    pub message_id: String,
    /// The chat for which the slot was given: the message may have moved to another meanwhile.
    pub chat_id: String,
    /// The id by which its outcome may be recorded at any later time.
    pub attempt_id: String,
    /// Machine time of its slot.
    pub started_at: Millis,
    /// Machine time after which, without an outcome, nobody can know any more.
    pub deadline_at: Millis,
}

/// A message that is ours to send.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ClaimedMessage {
    /// The message.
    pub id: String,
    /// The chat's id on the platform, as it is now.
    pub chat_external: String,
    /// The topic of the forum that the chat is written to in.
    pub topic: Option<String>,
    /// HTML text, or a file's caption.
    pub body: String,
    /// Buttons as JSON.
    pub buttons: String,
    /// The platform's id of the message it answers.
    pub reply_to: Option<String>,
    /// Number of this call, from 1.
    pub attempts: i64,
    /// Failures of its own so far.
    pub tries: i64,
}

/// A call that the platform answered with a message id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCall {
    /// The message.
    pub message_id: String,
    /// The attempt.
    pub attempt_id: String,
    /// The platform's message id.
    pub external_id: String,
}

// Everything that may have changed since the row was read is asked here: nothing leaves that was taken back, has expired, goes to
// a chat that is paused (of a locked account: but for what any stranger is answered, lane 7), follows a part that is not known to be sent, or edits what stands in a chat of another id.
const CLAIM: &str = "UPDATE messages SET state = 'sending', attempts = messages.attempts + 1, attempt_id = claims.column2, \
       reason = NULL \
     FROM (VALUES ($6, $7, $8), ($9, $10, $11), ($12, $13, $14), ($15, $16, $17), ($18, $19, $20), ($21, $22, $23), \
     ($24, $25, $26), ($27, $28, $29), ($30, $31, $32), ($33, $34, $35), ($36, $37, $38), ($39, $40, $41), \
     ($42, $43, $44), ($45, $46, $47), ($48, $49, $50), ($51, $52, $53)) AS claims \
     WHERE messages.id = claims.column1 AND messages.chat_id = claims.column3 AND messages.state IN ('pending', 'retry_wait') \
       AND messages.due_at <= $5 \
       AND EXISTS (SELECT 1 FROM leases WHERE name = $1 AND owner = $2 AND epoch = $3) \
       AND (messages.not_after IS NULL OR messages.not_after >= $4) \
       AND EXISTS (SELECT 1 FROM chats c WHERE c.id = messages.chat_id \
                   AND (c.state = 'active' OR (c.reason = 'locked' AND messages.lane = 7)) \
                   AND (c.quiet_until IS NULL OR c.quiet_until <= $5 OR c.quiet_until > $5 + c.quiet_ms)) \
       AND NOT (messages.purpose IN ('broadcast', 'reminder') \
                AND EXISTS (SELECT 1 FROM broadcasts w WHERE w.id = messages.broadcast_id AND w.state = 'withdrawn')) \
       AND NOT (messages.purpose = 'edit' \
                AND EXISTS (SELECT 1 FROM messages target WHERE target.id = messages.edit_of AND target.chat_external IS NOT NULL)) \
       AND NOT EXISTS (SELECT 1 FROM messages earlier \
                       WHERE earlier.delivery_id = messages.delivery_id AND messages.purpose = 'broadcast' \
                         AND earlier.purpose = 'broadcast' AND earlier.part < messages.part \
                         AND NOT EXISTS (SELECT 1 FROM messages done \
                                         WHERE done.delivery_id = earlier.delivery_id AND done.purpose = 'broadcast' \
                                           AND done.part = earlier.part \
                                           AND (done.state = 'sent' \
                                                OR done.state = 'unknown' AND messages.file_sha256 IS NOT NULL))) \
     RETURNING id, (SELECT c.external_id FROM chats c WHERE c.id = messages.chat_id) AS chat_external, \
       (SELECT c.topic FROM chats c WHERE c.id = messages.chat_id) AS topic, body, buttons, reply_to, attempts, tries";
const OPEN_ATTEMPTS: &str = "INSERT INTO attempts (id, message_id, number, gateway, chat_id, epoch, started_at, deadline_at) \
     SELECT m.attempt_id, m.id, m.attempts, m.gateway, m.chat_id, $1, CAST(calls.column3 AS BIGINT), CAST(calls.column4 AS BIGINT) \
     FROM (VALUES ($2, $3, $4, $5), ($6, $7, $8, $9), ($10, $11, $12, $13), ($14, $15, $16, $17), ($18, $19, $20, $21), \
     ($22, $23, $24, $25), ($26, $27, $28, $29), ($30, $31, $32, $33), ($34, $35, $36, $37), ($38, $39, $40, $41), \
     ($42, $43, $44, $45), ($46, $47, $48, $49), ($50, $51, $52, $53), ($54, $55, $56, $57), ($58, $59, $60, $61), \
     ($62, $63, $64, $65)) AS calls \
     CROSS JOIN messages m WHERE m.id = calls.column1 AND m.attempt_id = calls.column2 AND m.state = 'sending'";
const ALL_SENT: &str = "UPDATE messages SET state = 'sent', external_id = calls.column3, sent_at = $1, reason = NULL \
     FROM (VALUES ($2, $3, $4), ($5, $6, $7), ($8, $9, $10), ($11, $12, $13), ($14, $15, $16), ($17, $18, $19), \
     ($20, $21, $22), ($23, $24, $25), ($26, $27, $28), ($29, $30, $31), ($32, $33, $34), ($35, $36, $37), \
     ($38, $39, $40), ($41, $42, $43), ($44, $45, $46), ($47, $48, $49)) AS calls \
     WHERE messages.id = calls.column1 AND messages.attempt_id = calls.column2 AND messages.state = 'sending' RETURNING id";
const FINISH_ALL: &str = "UPDATE attempts SET finished_at = $1, outcome = 'sent', detail = '' \
     WHERE id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AND (outcome IS NULL OR outcome = 'unknown')";
// Units on the call list because nothing had reached them: now something has.
const REACHED_BY_ALL: &str = "UPDATE obligations SET state = 'awaiting' WHERE state = 'unreachable' \
     AND (broadcast_id, unit_id) IN (SELECT m.broadcast_id, du.unit_id \
        FROM messages m CROSS JOIN delivery_units du CROSS JOIN broadcasts b \
        WHERE m.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
          AND m.purpose = 'broadcast' AND m.file_sha256 IS NULL AND du.delivery_id = m.delivery_id AND b.id = m.broadcast_id AND b.state = 'running')";

impl Tx {
    /// Moves messages to `sending` and opens their attempts, under a lease that must still be ours. Gives those that could be:
    /// a message that is no longer waiting, or must not leave any more, is left alone.
    ///
    /// # Errors
    /// The database.
    pub async fn claim(&mut self, by: Claimant<'_>, claims: &[Claim]) -> StoreResult<Vec<ClaimedMessage>> {
        let mut claimed = Vec::new();
        for handful in claims.chunks(HANDFUL) {
            let ours: Vec<ClaimedMessage> = on!(self, |c| {
                let query = sqlx::query_as(CLAIM)
                    .bind(by.gateway)
                    .bind(by.owner)
                    .bind(by.epoch)
                    .bind(by.business.0)
                    .bind(by.now.0);
                let bound = filled(handful).fold(query, |query, claim| {
                    query
                        .bind(claim.map(|claim| &claim.message_id))
                        .bind(claim.map(|claim| &claim.attempt_id))
                        .bind(claim.map(|claim| &claim.chat_id))
                });
                bound.fetch_all(c).await?
            });
            if !ours.is_empty() {
                self.open_attempts(by.epoch, handful).await?;
            }
            claimed.extend(ours);
        }
        Ok(claimed)
    }

    async fn open_attempts(&mut self, epoch: i64, claims: &[Claim]) -> StoreResult<()> {
        on!(self, |c| {
            let bound = filled(claims).fold(sqlx::query(OPEN_ATTEMPTS).bind(epoch), |query, claim| {
                query
                    .bind(claim.map(|claim| &claim.message_id))
                    .bind(claim.map(|claim| &claim.attempt_id))
                    .bind(claim.map(|claim| claim.started_at.0))
                    .bind(claim.map(|claim| claim.deadline_at.0))
            });
            bound.execute(c).await?.rows_affected()
        });
        Ok(())
    }

    /// Records calls that the platform took, at business time `at` and machine time `now`. Gives the messages that were moved to
    /// `sent` by it; the others were moved before, and are not touched.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_sent(&mut self, calls: &[SentCall], at: Millis, now: Millis) -> StoreResult<Vec<String>> {
        let mut moved = Vec::new();
        for handful in calls.chunks(HANDFUL) {
            let sent: Vec<String> = on!(self, |c| {
                let bound = filled(handful).fold(sqlx::query_scalar(ALL_SENT).bind(at.0), |query, call| {
                    query
                        .bind(call.map(|call| &call.message_id))
                        .bind(call.map(|call| &call.attempt_id))
                        .bind(call.map(|call| &call.external_id))
                });
                bound.fetch_all(c).await?
            });
            let theirs: Vec<&SentCall> = handful.iter().filter(|call| sent.contains(&call.message_id)).collect();
            on!(self, |c| {
                let bound = filled(&theirs).fold(sqlx::query(FINISH_ALL).bind(now.0), |query, call| {
                    query.bind(call.map(|call| &call.attempt_id))
                });
                bound.execute(c).await?.rows_affected()
            });
            on!(self, |c| {
                let bound = filled(&sent).fold(sqlx::query(REACHED_BY_ALL), sqlx::query::Query::bind);
                bound.execute(c).await?.rows_affected()
            });
            moved.extend(sent);
        }
        Ok(moved)
    }
}
