//! One-time codes. Only the hash of a code stands here: who reads the table cannot use it.

use crate::domain::calendar::Millis;
use crate::domain::text_enum::text_enum;
use crate::store::{StoreResult, Tx, expect_one, on};

text_enum! {
    /// What a code ties together.
    pub enum InvitePurpose {
        /// An account to a person.
        Person => "person",
        /// A chat to a group slot.
        Group => "group",
    }
}

text_enum! {
    /// Where a code stands.
    pub enum InviteState {
        /// Given out, not seen again yet.
        Open => "open",
        /// Typed once: from now on only that account, in that chat, can go on.
        Typed => "typed",
        /// It made its tie; it works no more.
        Used => "used",
        /// Refused by an admin, or replaced by a newer code.
        Refused => "refused",
    }
}

/// A one-time code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invite {
    /// Id.
    pub id: String,
    /// SHA-256 of the code, hexadecimal.
    pub code_hash: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub purpose: InvitePurpose,
    /// The person, for a person's code.
    pub person_id: Option<String>,
    /// The slot, for a group's code.
    pub group_id: Option<String>,
    /// The admin who made it; none from the command line.
    pub created_by: Option<String>,
    /// When it was made, epoch milliseconds.
    pub created_at: i64,
    /// When it stops working, epoch milliseconds.
    pub expires_at: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: InviteState,
    /// The account that typed it, as the platform names it, on the gateway of `typed_chat`.
    pub typed_by: Option<String>,
    /// The chat in which it was typed.
    pub typed_chat: Option<String>,
    /// When it was used or refused, epoch milliseconds.
    pub settled_at: Option<i64>,
}

const INSERT: &str = "INSERT INTO invites (id, code_hash, purpose, person_id, group_id, created_by, created_at, \
     expires_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')";
const INVITE: &str = "SELECT id, code_hash, purpose, person_id, group_id, created_by, created_at, expires_at, state, \
     typed_by, typed_chat, settled_at FROM invites WHERE id = $1";
const BY_HASH: &str = "SELECT id, code_hash, purpose, person_id, group_id, created_by, created_at, expires_at, state, \
     typed_by, typed_chat, settled_at FROM invites WHERE code_hash = $1";
const TYPE: &str =
    "UPDATE invites SET state = 'typed', typed_by = $2, typed_chat = $3 WHERE id = $1 AND state = 'open'";
const SETTLE: &str = "UPDATE invites SET state = $2, settled_at = $3 WHERE id = $1 AND state IN ('open', 'typed')";
const STRIKE_CONSENTS: &str =
    "DELETE FROM consents WHERE id IN (SELECT id FROM invites WHERE state = 'typed' AND person_id = $1)";
const END_BY: &str =
    "UPDATE invites SET state = 'refused', settled_at = $2 WHERE state IN ('open', 'typed') AND created_by = $1";
const REPLACE: &str = "UPDATE invites SET state = 'refused', settled_at = $3 \
     WHERE state IN ('open', 'typed') AND (person_id = $1 OR group_id = $2)";

impl Tx {
    /// Stores a new code, open.
    ///
    /// # Errors
    /// The database; a code whose hash is there already.
    pub async fn insert_invite(&mut self, invite: &Invite) -> StoreResult<()> {
        on!(self, |c| sqlx::query(INSERT)
            .bind(&invite.id)
            .bind(&invite.code_hash)
            .bind(invite.purpose.as_str())
            .bind(&invite.person_id)
            .bind(&invite.group_id)
            .bind(&invite.created_by)
            .bind(invite.created_at)
            .bind(invite.expires_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// One code's row.
    ///
    /// # Errors
    /// The database.
    pub async fn invite(&mut self, id: &str) -> StoreResult<Option<Invite>> {
        Ok(on!(self, |c| sqlx::query_as(INVITE).bind(id).fetch_optional(c).await?))
    }

    /// The row of a code that was typed.
    ///
    /// # Errors
    /// The database.
    pub async fn invite_by_hash(&mut self, code_hash: &str) -> StoreResult<Option<Invite>> {
        Ok(on!(self, |c| sqlx::query_as(BY_HASH).bind(code_hash).fetch_optional(c).await?))
    }

    /// Notes the first typing of an open code: by which account, in which chat.
    ///
    /// # Errors
    /// The database; `Stale` when it is not open.
    pub async fn type_invite(&mut self, id: &str, account: &str, chat_id: &str) -> StoreResult<()> {
        let affected =
            on!(self, |c| sqlx::query(TYPE).bind(id).bind(account).bind(chat_id).execute(c).await?.rows_affected());
        expect_one(affected, "invite", id)
    }

    /// Ends a code, `used` or `refused`.
    ///
    /// # Errors
    /// The database; `Stale` when it has ended before: of two who press at once, one gets this.
    pub async fn settle_invite(&mut self, id: &str, state: InviteState, at: Millis) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(SETTLE)
            .bind(id)
            .bind(state.as_str())
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "invite", id)
    }

    /// Ends the codes that a person made and nobody has used up. Returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn end_invites_by(&mut self, person_id: &str, at: Millis) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(END_BY).bind(person_id).bind(at.0).execute(c).await?.rows_affected()))
    }

    /// Ends every earlier code for the same person or slot: only the newest one works. An agreement given with one that
    /// never made its tie is struck out. Returns how many codes ended.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_invites(
        &mut self,
        person_id: Option<&str>,
        group_id: Option<&str>,
        at: Millis,
    ) -> StoreResult<u64> {
        on!(self, |c| sqlx::query(STRIKE_CONSENTS).bind(person_id).execute(c).await?.rows_affected());
        Ok(on!(self, |c| sqlx::query(REPLACE)
            .bind(person_id)
            .bind(group_id)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected()))
    }
}
