//! What ties the commune to the platforms: chats, the group slots bound to them, people's accounts, the one-time codes
//! that make these ties, and the consents given on the way.
//!
//! * A chat is one row per (gateway, external id). When a platform gives a group a new id, the row stays and the id in it
//!   changes (`moved`): history hangs on the row.
//! * A slot is bound to at most one chat and a chat to at most one slot.
//! * An account belongs to at most one person. On every platform a private chat has the id of the account behind it.
//!
//! Written by `usecase::bind`, `usecase::organise` and the inbox; read by everybody who sends.

use crate::domain::calendar::Millis;
pub use crate::domain::event::ChatKind;
use crate::domain::org::GroupKind;
use crate::domain::text_enum::text_enum;
use crate::store::{StoreResult, Tx, expect_one, on};

mod accounts;
mod invites;
mod locks;
mod moved;
mod quiet;

pub use accounts::{AccountState, Consent, Identity};
pub use invites::{Invite, InvitePurpose, InviteState};
pub use moved::ChatMove;

text_enum! {
    /// Whether messages may be sent to a chat now.
    pub enum ChatState {
        /// They may.
        Active => "active",
        /// They may not; the reason stands beside it.
        Suspended => "suspended",
    }
}

/// Where messages can go, as the platform names it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Chat {
    /// Id.
    pub id: String,
    /// The gateway through which it is reached.
    pub gateway: String,
    /// The platform's own id.
    pub external_id: String,
    /// Group or private.
    #[sqlx(try_from = "String")]
    pub kind: ChatKind,
    /// The title that the platform shows; empty where it tells none.
    pub title: String,
    /// Whether messages may be sent.
    #[sqlx(try_from = "String")]
    pub state: ChatState,
    /// Why they may not.
    pub reason: Option<String>,
    /// When it was first seen, epoch milliseconds.
    pub created_at: i64,
    /// Machine time at which somebody last wrote there to us.
    pub heard_at: Option<i64>,
    /// The topic of a forum in which we are to write, as the platform names it.
    pub topic: Option<String>,
}

/// A slot in the commune's list of groups.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Group {
    /// Id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// Its code, unique in the commune.
    pub code: String,
    /// The name staff use for it.
    pub name: String,
    /// Who sits in it.
    #[sqlx(try_from = "String")]
    pub kind: GroupKind,
    /// Among the groups of one unit and kind the lowest rank gets the broadcast, the next is the fallback.
    pub rank: i64,
    /// The gateway through which it is reached.
    pub gateway: String,
    /// Whether no account of ours can enter it: the head of its unit passes things on by hand, and it is never bound.
    pub relay: bool,
    /// The chat it is bound to; none while unbound.
    pub chat_id: Option<String>,
    /// When it was bound, epoch milliseconds.
    pub bound_at: Option<i64>,
}

const CHAT: &str =
    "SELECT id, gateway, external_id, kind, title, state, reason, created_at, heard_at, topic FROM chats WHERE id = $1";
const CHAT_BY_EXTERNAL: &str = "SELECT id, gateway, external_id, kind, title, state, reason, created_at, heard_at, topic FROM chats \
     WHERE gateway = $1 AND external_id = $2";
const ENSURE_CHAT: &str = "INSERT INTO chats (id, gateway, external_id, kind, title, state, created_at) \
     VALUES ($1, $2, $3, $4, $5, 'active', $6) \
     ON CONFLICT (gateway, external_id) DO UPDATE SET title = excluded.title \
     WHERE excluded.title <> '' AND chats.title <> excluded.title";
const CHAT_HEARD: &str = "UPDATE chats SET heard_at = $2 WHERE id = $1 AND (heard_at IS NULL OR heard_at < $2)";
const CHAT_TOPIC: &str = "UPDATE chats SET topic = $2 WHERE id = $1";
const CHAT_STATE: &str = "UPDATE chats SET state = $2, reason = $3 WHERE id = $1";
const GROUP: &str =
    "SELECT id, commune_id, code, name, kind, rank, gateway, relay, chat_id, bound_at FROM groups WHERE id = $1";
const GROUP_BY_CODE: &str = "SELECT id, commune_id, code, name, kind, rank, gateway, relay, chat_id, bound_at FROM groups \
     WHERE commune_id = $1 AND code = $2";
const GROUP_OF_CHAT: &str =
    "SELECT id, commune_id, code, name, kind, rank, gateway, relay, chat_id, bound_at FROM groups WHERE chat_id = $1";
const GROUPS: &str = "SELECT id, commune_id, code, name, kind, rank, gateway, relay, chat_id, bound_at FROM groups \
     WHERE commune_id = $1 ORDER BY code";
const GROUP_UNITS: &str = "SELECT gu.unit_id FROM group_units gu JOIN units u ON u.id = gu.unit_id \
     WHERE gu.group_id = $1 ORDER BY u.sort_order, u.code";
const UNITS_IN: &str = "SELECT u.id, u.name FROM groups g LEFT JOIN group_units gu ON gu.group_id = g.id \
     LEFT JOIN units u ON u.id = gu.unit_id WHERE g.chat_id = $1 ORDER BY u.sort_order, u.code";
const UNIT_NAMES_IN: &str = "SELECT u.name FROM groups g JOIN group_units gu ON gu.group_id = g.id JOIN units u ON u.id = gu.unit_id \
     WHERE g.chat_id = $1 ORDER BY u.sort_order, u.code";
const BIND: &str = "UPDATE groups SET chat_id = $2, bound_at = $3 WHERE id = $1 AND chat_id IS NULL \
     AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.chat_id = $2)";
const UNBIND: &str = "UPDATE groups SET chat_id = NULL, bound_at = NULL WHERE id = $1 AND chat_id IS NOT NULL";

impl Tx {
    /// One chat.
    ///
    /// # Errors
    /// The database.
    pub async fn chat(&mut self, id: &str) -> StoreResult<Option<Chat>> {
        Ok(on!(self, |c| sqlx::query_as(CHAT).bind(id).fetch_optional(c).await?))
    }

    /// The chat that a platform names so.
    ///
    /// # Errors
    /// The database.
    pub async fn chat_by_external(&mut self, gateway: &str, external_id: &str) -> StoreResult<Option<Chat>> {
        Ok(on!(self, |c| sqlx::query_as(CHAT_BY_EXTERNAL).bind(gateway).bind(external_id).fetch_optional(c).await?))
    }

    /// Notes that somebody wrote in a chat, at a machine time.
    ///
    /// # Errors
    /// The database.
    pub async fn heard_in(&mut self, chat_id: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(CHAT_HEARD).bind(chat_id).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The chat that a platform names so, made now (with `new_id`, active) if it was never seen. A title that has changed
    /// is taken over; an empty one says nothing. State and kind of a known chat stay.
    ///
    /// # Errors
    /// The database.
    pub async fn ensure_chat(
        &mut self,
        gateway: &str,
        external_id: &str,
        kind: ChatKind,
        title: &str,
        at: Millis,
        new_id: &str,
    ) -> StoreResult<Chat> {
        on!(self, |c| sqlx::query(ENSURE_CHAT)
            .bind(new_id)
            .bind(gateway)
            .bind(external_id)
            .bind(kind.as_str())
            .bind(title)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(on!(self, |c| sqlx::query_as(CHAT_BY_EXTERNAL).bind(gateway).bind(external_id).fetch_one(c).await?))
    }

    /// Says in which topic of its forum a chat is written to; none for a group without topics.
    ///
    /// # Errors
    /// The database.
    pub async fn set_chat_topic(&mut self, id: &str, topic: Option<&str>) -> StoreResult<()> {
        on!(self, |c| sqlx::query(CHAT_TOPIC).bind(id).bind(topic).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Suspends a chat (a reason is then required) or lets messages through again.
    ///
    /// # Errors
    /// The database; `Stale` for an unknown chat.
    pub async fn set_chat_state(&mut self, id: &str, state: ChatState, reason: Option<&str>) -> StoreResult<()> {
        self.ring();
        let affected = on!(self, |c| sqlx::query(CHAT_STATE)
            .bind(id)
            .bind(state.as_str())
            .bind(reason)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "chat", id)
    }

    /// One group slot.
    ///
    /// # Errors
    /// The database.
    pub async fn group(&mut self, id: &str) -> StoreResult<Option<Group>> {
        Ok(on!(self, |c| sqlx::query_as(GROUP).bind(id).fetch_optional(c).await?))
    }

    /// The slot with this code.
    ///
    /// # Errors
    /// The database.
    pub async fn group_by_code(&mut self, commune_id: &str, code: &str) -> StoreResult<Option<Group>> {
        Ok(on!(self, |c| sqlx::query_as(GROUP_BY_CODE).bind(commune_id).bind(code).fetch_optional(c).await?))
    }

    /// The slot that a chat is bound to.
    ///
    /// # Errors
    /// The database.
    pub async fn group_of_chat(&mut self, chat_id: &str) -> StoreResult<Option<Group>> {
        Ok(on!(self, |c| sqlx::query_as(GROUP_OF_CHAT).bind(chat_id).fetch_optional(c).await?))
    }

    /// Every slot of the commune, by code.
    ///
    /// # Errors
    /// The database.
    pub async fn groups(&mut self, commune_id: &str) -> StoreResult<Vec<Group>> {
        Ok(on!(self, |c| sqlx::query_as(GROUPS).bind(commune_id).fetch_all(c).await?))
    }

    /// Ids of the units that a group covers, whether they still exist or not, in the order of lists.
    ///
    /// # Errors
    /// The database.
    pub async fn group_units(&mut self, group_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(GROUP_UNITS).bind(group_id).fetch_all(c).await?))
    }

    /// Ids and names of the units covered by the group that a chat is bound to, whether they still exist or not, in the order of
    /// lists; none when it is bound to no group.
    ///
    /// # Errors
    /// The database.
    pub async fn units_in(&mut self, chat_id: &str) -> StoreResult<Option<Vec<(String, String)>>> {
        let rows: Vec<(Option<String>, Option<String>)> =
            on!(self, |c| sqlx::query_as(UNITS_IN).bind(chat_id).fetch_all(c).await?);
        // A group that covers nothing is one row without a unit.
        Ok((!rows.is_empty()).then(|| rows.into_iter().filter_map(|(id, name)| id.zip(name)).collect()))
    }

    /// Names of the units covered by the group that a chat is bound to, in the order of lists; none in any other chat.
    ///
    /// # Errors
    /// The database.
    pub async fn unit_names_in(&mut self, chat_id: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(UNIT_NAMES_IN).bind(chat_id).fetch_all(c).await?))
    }

    /// Binds an unbound slot to a chat that no other slot has.
    ///
    /// # Errors
    /// The database; `Stale` when either is bound already.
    pub async fn bind_group(&mut self, group_id: &str, chat_id: &str, at: Millis) -> StoreResult<()> {
        let affected =
            on!(self, |c| sqlx::query(BIND).bind(group_id).bind(chat_id).bind(at.0).execute(c).await?.rows_affected());
        expect_one(affected, "group", group_id)
    }

    /// Frees a bound slot.
    ///
    /// # Errors
    /// The database; `Stale` when it was not bound.
    pub async fn unbind_group(&mut self, group_id: &str) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(UNBIND).bind(group_id).execute(c).await?.rows_affected());
        expect_one(affected, "group", group_id)
    }
}
