//! People's accounts on the gateways, and the notices they agreed to.
//!
//! What reads an account in order to let it do something reads no locked one; private chats are those of active accounts.

use crate::domain::calendar::Millis;
use crate::domain::text_enum::text_enum;
use crate::store::binding::Chat;
use crate::store::{StoreResult, Tx, expect_one, on};

text_enum! {
    /// Where an account stands.
    pub enum AccountState {
        /// It has the rights of its person.
        Active => "active",
        /// It waits for somebody to confirm it beside another one of the person on its gateway, and may acknowledge only.
        New => "new",
        /// It is nobody's until a new code opens it.
        Locked => "locked",
    }
}

/// A person's account on one gateway.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Identity {
    /// Id.
    pub id: String,
    /// The gateway: the same Zalo account has another id for every bot and official account.
    pub gateway: String,
    /// The platform's own id of the account.
    pub external_id: String,
    /// The person.
    pub person_id: String,
    /// When it was linked, epoch milliseconds.
    pub linked_at: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: AccountState,
}

/// A person agreed to a version of the notice on personal data.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Consent {
    /// Id: that of the one-time code with which it was given.
    pub id: String,
    /// The person.
    pub person_id: String,
    /// Version of the notice that was shown.
    pub notice_version: String,
    /// The gateway on which it was given.
    pub gateway: String,
    /// When, epoch milliseconds.
    pub accepted_at: i64,
}

const IDENTITY: &str = "SELECT id, gateway, external_id, person_id, linked_at, state FROM identities \
     WHERE gateway = $1 AND external_id = $2 AND state <> 'locked'";
const ACCOUNT: &str = "SELECT id, gateway, external_id, person_id, linked_at, state FROM identities WHERE id = $1";
const OWNER: &str = "SELECT id, gateway, external_id, person_id, linked_at, state FROM identities \
     WHERE gateway = $1 AND external_id = $2";
const SPEAKER: &str = "SELECT p.name FROM identities i JOIN people p ON p.id = i.person_id \
     WHERE i.gateway = $1 AND i.external_id = $2 AND i.state <> 'locked'";
const LINK: &str = "INSERT INTO identities (id, gateway, external_id, person_id, linked_at, state) \
     VALUES ($1, $2, $3, $4, $5, 'active') ON CONFLICT (gateway, external_id) DO NOTHING";
const OPEN: &str = "INSERT INTO identities (id, gateway, external_id, person_id, linked_at, state, confirm_by) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (gateway, external_id) DO UPDATE SET person_id = excluded.person_id, \
       linked_at = excluded.linked_at, state = excluded.state, confirm_by = excluded.confirm_by, locked_at = NULL \
     WHERE identities.state = 'locked'";
const LOCK: &str =
    "UPDATE identities SET state = 'locked', locked_at = $2, confirm_by = NULL WHERE id = $1 AND state <> 'locked'";
const CONFIRM: &str = "UPDATE identities SET state = 'active', confirm_by = NULL WHERE id = $1 AND state = 'new'";
const REMINDED: &str =
    "UPDATE identities SET confirm_by = NULL WHERE id = $1 AND state = 'new' AND confirm_by IS NOT NULL";
const UNCONFIRMED: &str =
    "SELECT id FROM identities WHERE confirm_by IS NOT NULL AND confirm_by <= $1 ORDER BY confirm_by, id";
const NEXT_UNCONFIRMED: &str = "SELECT MIN(confirm_by) FROM identities WHERE confirm_by IS NOT NULL";
const ACCOUNTS_OF: &str = "SELECT id, gateway, external_id, person_id, linked_at, state FROM identities WHERE person_id = $1 \
     ORDER BY linked_at, id";
const PRIVATE_CHATS: &str = "SELECT c.id, c.gateway, c.external_id, c.kind, c.title, c.state, c.reason, c.created_at, c.heard_at, c.topic \
     FROM identities i JOIN chats c ON c.gateway = i.gateway AND c.external_id = i.external_id \
     WHERE i.person_id = $1 AND i.state = 'active' AND c.kind = 'private' AND c.state = 'active' ORDER BY i.linked_at, c.id";
const INSERT_CONSENT: &str = "INSERT INTO consents (id, person_id, notice_version, gateway, accepted_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
const CONSENT: &str = "SELECT id, person_id, notice_version, gateway, accepted_at FROM consents WHERE id = $1";
const LATEST_CONSENT: &str = "SELECT id, person_id, notice_version, gateway, accepted_at FROM consents \
     WHERE person_id = $1 ORDER BY accepted_at DESC, id DESC LIMIT 1";
const DELETE_CONSENT: &str = "DELETE FROM consents WHERE id = $1";

impl Tx {
    /// Whose account this is; nobody's, where it is locked.
    ///
    /// # Errors
    /// The database.
    pub async fn identity(&mut self, gateway: &str, external_id: &str) -> StoreResult<Option<Identity>> {
        Ok(on!(self, |c| sqlx::query_as(IDENTITY).bind(gateway).bind(external_id).fetch_optional(c).await?))
    }

    /// The account as it stands, locked or not.
    ///
    /// # Errors
    /// The database.
    pub async fn owner_of(&mut self, gateway: &str, external_id: &str) -> StoreResult<Option<Identity>> {
        Ok(on!(self, |c| sqlx::query_as(OWNER).bind(gateway).bind(external_id).fetch_optional(c).await?))
    }

    /// An account by its row, locked or not.
    ///
    /// # Errors
    /// The database.
    pub async fn account(&mut self, id: &str) -> StoreResult<Option<Identity>> {
        Ok(on!(self, |c| sqlx::query_as(ACCOUNT).bind(id).fetch_optional(c).await?))
    }

    /// The name of the person an account is linked to; none for a stranger, and where it is locked.
    ///
    /// # Errors
    /// The database.
    pub async fn speaker_name(&mut self, gateway: &str, external_id: &str) -> StoreResult<Option<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(SPEAKER).bind(gateway).bind(external_id).fetch_optional(c).await?))
    }

    /// Links an account to a person; `false` when the account was linked already, to whomever, or is locked: only a code opens it.
    ///
    /// # Errors
    /// The database.
    pub async fn link_identity(
        &mut self,
        gateway: &str,
        external_id: &str,
        person_id: &str,
        at: Millis,
        new_id: &str,
    ) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(LINK)
            .bind(new_id)
            .bind(gateway)
            .bind(external_id)
            .bind(person_id)
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Links an account by a code, a locked one anew; `false` when somebody has it. `confirm_by` is the business time at which the
    /// admins are reminded of one that waits to be confirmed.
    ///
    /// # Errors
    /// The database.
    pub async fn open_account(&mut self, account: &Identity, confirm_by: Option<Millis>) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(OPEN)
            .bind(&account.id)
            .bind(&account.gateway)
            .bind(&account.external_id)
            .bind(&account.person_id)
            .bind(account.linked_at)
            .bind(account.state.as_str())
            .bind(confirm_by.map(|at| at.0))
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Locks an account; `false` when it was.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_account(&mut self, id: &str, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(LOCK).bind(id).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Gives an account on probation all rights; `false` when it is not on probation.
    ///
    /// # Errors
    /// The database.
    pub async fn confirm_account(&mut self, id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(CONFIRM).bind(id).execute(c).await?.rows_affected()) == 1)
    }

    /// Accounts on probation that nobody has confirmed by business time `now`, and nobody was reminded of.
    ///
    /// # Errors
    /// The database.
    pub async fn unconfirmed_accounts(&mut self, now: Millis) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(UNCONFIRMED).bind(now.0).fetch_all(c).await?))
    }

    /// When the admins are reminded of one next, business time.
    ///
    /// # Errors
    /// The database.
    pub async fn next_unconfirmed(&mut self) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(NEXT_UNCONFIRMED).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// Notes that the admins are reminded of an account on probation; `false` when they were, or it waits no more.
    ///
    /// # Errors
    /// The database.
    pub async fn note_account_reminded(&mut self, id: &str) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query(REMINDED).bind(id).execute(c).await?.rows_affected()) == 1)
    }

    /// A person's accounts, locked ones too, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn accounts_of(&mut self, person_id: &str) -> StoreResult<Vec<Identity>> {
        Ok(on!(self, |c| sqlx::query_as(ACCOUNTS_OF).bind(person_id).fetch_all(c).await?))
    }

    /// The private chats in which a person can be reached now: those of active accounts.
    ///
    /// # Errors
    /// The database.
    pub async fn private_chat_of(&mut self, person_id: &str) -> StoreResult<Vec<Chat>> {
        Ok(on!(self, |c| sqlx::query_as(PRIVATE_CHATS).bind(person_id).fetch_all(c).await?))
    }

    /// Records a consent; `false` when there is one with this id, which then stays as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_consent(&mut self, consent: &Consent) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(INSERT_CONSENT)
            .bind(&consent.id)
            .bind(&consent.person_id)
            .bind(&consent.notice_version)
            .bind(&consent.gateway)
            .bind(consent.accepted_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// The consent given with a one-time code.
    ///
    /// # Errors
    /// The database.
    pub async fn consent(&mut self, id: &str) -> StoreResult<Option<Consent>> {
        Ok(on!(self, |c| sqlx::query_as(CONSENT).bind(id).fetch_optional(c).await?))
    }

    /// The last consent of a person.
    ///
    /// # Errors
    /// The database.
    pub async fn latest_consent(&mut self, person_id: &str) -> StoreResult<Option<Consent>> {
        Ok(on!(self, |c| sqlx::query_as(LATEST_CONSENT).bind(person_id).fetch_optional(c).await?))
    }

    /// Strikes out a consent that turned out not to be the person's own.
    ///
    /// # Errors
    /// The database; `Stale` when there is none.
    pub async fn delete_consent(&mut self, id: &str) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(DELETE_CONSENT).bind(id).execute(c).await?.rows_affected());
        expect_one(affected, "consent", id)
    }
}
