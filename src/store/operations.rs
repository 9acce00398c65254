//! Leases on gateways, and incidents.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, on};

/// Who drives something, under which epoch, until when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Lease {
    /// What is driven: a gateway's name, or `planner`.
    pub name: String,
    /// Who drives it.
    pub owner: String,
    /// Raised each time the owner changes; a claim under an older epoch is refused.
    pub epoch: i64,
    /// Machine time until which it holds.
    pub until: i64,
}

/// A fault that is open or was.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Incident {
    /// The id.
    pub id: String,
    /// What is sick: `gateway:NAME`, `receiving:NAME`, `chat:ID`, `clock`.
    pub scope: String,
    /// A word for the fault, such as `unauthorized` or `kicked`.
    pub kind: String,
    /// What the platform said, redacted.
    pub detail: String,
    /// Business time, epoch milliseconds.
    pub opened_at: i64,
    /// Business time, epoch milliseconds.
    pub closed_at: Option<i64>,
}

// Taken when free, expired, or already ours; the epoch rises only when the owner changes.
const TAKE: &str = "INSERT INTO leases (name, owner, epoch, until) VALUES ($1, $2, 1, $4) \
     ON CONFLICT (name) DO UPDATE SET \
       epoch = CASE WHEN leases.owner = excluded.owner THEN leases.epoch ELSE leases.epoch + 1 END, \
       owner = excluded.owner, until = excluded.until \
     WHERE leases.owner = excluded.owner OR leases.until < $3 \
     RETURNING name, owner, epoch, until";
const DATABASE_NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
const HOLDER: &str = "SELECT name, owner, epoch, until FROM leases WHERE name = $1";
const RELEASE: &str = "UPDATE leases SET until = 0 WHERE name = $1 AND owner = $2";
const EXPIRE_ALL: &str = "UPDATE leases SET until = 0";
const OPEN: &str =
    "INSERT INTO incidents (id, scope, kind, detail, opened_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
// That a message arrived says nothing of what runs out in a month.
const CLOSE: &str = "UPDATE incidents SET closed_at = $2 WHERE scope = $1 AND closed_at IS NULL \
     AND kind NOT IN ('asset_expires', 'token_expires', 'no_file_rights')";
const CLOSE_OF_CHAT: &str = "UPDATE incidents SET closed_at = $3 WHERE scope = $1 AND closed_at IS NULL \
     AND kind NOT IN ('asset_expires', 'token_expires', 'no_file_rights') AND (kind <> 'asked_to_wait' OR NOT EXISTS ( \
       SELECT 1 FROM messages m WHERE m.chat_id = $2 AND m.state IN ('pending', 'retry_wait') AND m.due_at > $4))";
const IS_WAITED_FOR: &str = "SELECT EXISTS (SELECT 1 FROM messages WHERE chat_id = $1 AND state IN ('pending', 'retry_wait')) \
     OR EXISTS (SELECT 1 FROM chats WHERE id = $1 AND quiet_until > $2 AND quiet_until <= $2 + quiet_ms)";
const CLOSE_KIND: &str = "UPDATE incidents SET closed_at = $3 WHERE scope = $1 AND kind = $2 AND closed_at IS NULL";
const CLOSED_SINCE: &str = "SELECT EXISTS (SELECT 1 FROM incidents WHERE closed_at >= $3 AND scope = $1 AND kind = $2)";
const OPEN_INCIDENTS: &str = "SELECT id, scope, kind, detail, opened_at, closed_at FROM incidents WHERE closed_at IS NULL ORDER BY opened_at, id";
const CHATS_WITH: &str = "SELECT COUNT(*) FROM incidents i JOIN chats c ON i.scope = 'chat:' || c.id \
     WHERE i.closed_at IS NULL AND i.kind = $2 AND c.gateway = $1";
const LAST_TOLD: &str = "SELECT MAX(told_at) FROM incidents WHERE kind = $1 AND told_at IS NOT NULL";
const UNTOLD: &str =
    "SELECT scope FROM incidents WHERE closed_at IS NULL AND kind = $1 AND told_at IS NULL ORDER BY opened_at, id";
const TOLD: &str = "UPDATE incidents SET told_at = $3 WHERE scope = $1 AND kind = $2 AND closed_at IS NULL";

impl Tx {
    /// Takes or renews a lease for `owner` until `until`. None when somebody else holds it. On `PostgreSQL` both instants are
    /// shifted to the database's own clock, which is the same for every machine that shares it.
    ///
    /// # Errors
    /// The database.
    pub async fn take_lease(
        &mut self,
        name: &str,
        owner: &str,
        now: Millis,
        until: Millis,
    ) -> StoreResult<Option<Lease>> {
        let shared = self.shared_now(now).await?;
        let until = until.plus_ms(shared.since(now));
        Ok(on!(self, |c| sqlx::query_as(TAKE)
            .bind(name)
            .bind(owner)
            .bind(shared.0)
            .bind(until.0)
            .fetch_optional(c)
            .await?))
    }

    /// The instant that all engines agree on: this machine's where there is only one, else the database's.
    async fn shared_now(&mut self, now: Millis) -> StoreResult<Millis> {
        match self {
            Self::Sqlite(_) => Ok(now),
            Self::Postgres(tx) => Ok(Millis(sqlx::query_scalar(DATABASE_NOW).fetch_one(&mut **tx).await?)),
        }
    }

    /// Ends every lease at once: for an engine that knows by other means that no other one runs. Epochs still rise, so a
    /// claim of a forgotten owner is refused.
    ///
    /// # Errors
    /// The database.
    pub async fn expire_leases(&mut self) -> StoreResult<()> {
        on!(self, |c| sqlx::query(EXPIRE_ALL).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Who holds a lease.
    ///
    /// # Errors
    /// The database.
    pub async fn lease(&mut self, name: &str) -> StoreResult<Option<Lease>> {
        Ok(on!(self, |c| sqlx::query_as(HOLDER).bind(name).fetch_optional(c).await?))
    }

    /// Gives a lease back early.
    ///
    /// # Errors
    /// The database.
    pub async fn release_lease(&mut self, name: &str, owner: &str) -> StoreResult<()> {
        on!(self, |c| sqlx::query(RELEASE).bind(name).bind(owner).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Opens an incident. False when the same fault is already open in this scope.
    ///
    /// # Errors
    /// The database.
    pub async fn open_incident(&mut self, incident: &Incident) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(OPEN)
            .bind(&incident.id)
            .bind(&incident.scope)
            .bind(&incident.kind)
            .bind(&incident.detail)
            .bind(incident.opened_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// Closes every fault of a scope, because something worked there; gives how many were open. What is about to run out
    /// stays open.
    ///
    /// # Errors
    /// The database.
    pub async fn close_incidents(&mut self, scope: &str, at: Millis) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(CLOSE).bind(scope).bind(at.0).execute(c).await?.rows_affected()))
    }

    /// Closes every fault of a chat, because something worked there; not that something waits, while a message waits beyond machine
    /// time `long`. Gives how many were closed.
    ///
    /// # Errors
    /// The database.
    pub async fn close_chat_incidents(&mut self, chat_id: &str, at: Millis, long: Millis) -> StoreResult<u64> {
        let scope = format!("chat:{chat_id}");
        Ok(on!(self, |c| sqlx::query(CLOSE_OF_CHAT)
            .bind(&scope)
            .bind(chat_id)
            .bind(at.0)
            .bind(long.0)
            .execute(c)
            .await?
            .rows_affected()))
    }

    /// Whether anything waits for a chat, or the chat is to be waited for at machine time `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn is_waited_for(&mut self, chat_id: &str, now: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(IS_WAITED_FOR).bind(chat_id).bind(now.0).fetch_one(c).await?))
    }

    /// Closes one incident. False when it was not open.
    ///
    /// # Errors
    /// The database.
    pub async fn close_incident(&mut self, scope: &str, kind: &str, at: Millis) -> StoreResult<bool> {
        let affected =
            on!(self, |c| sqlx::query(CLOSE_KIND).bind(scope).bind(kind).bind(at.0).execute(c).await?.rows_affected());
        Ok(affected == 1)
    }

    /// Whether such an incident was closed at an instant or later.
    ///
    /// # Errors
    /// The database.
    pub async fn incident_closed_since(&mut self, scope: &str, kind: &str, since: Millis) -> StoreResult<bool> {
        Ok(on!(self, |c| sqlx::query_scalar(CLOSED_SINCE).bind(scope).bind(kind).bind(since.0).fetch_one(c).await?))
    }

    /// Incidents that are open, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn open_incidents(&mut self) -> StoreResult<Vec<Incident>> {
        Ok(on!(self, |c| sqlx::query_as(OPEN_INCIDENTS).fetch_all(c).await?))
    }

    /// How many chats of a gateway have an open incident of a kind.
    ///
    /// # Errors
    /// The database.
    pub async fn chats_with_incident(&mut self, gateway: &str, kind: &str) -> StoreResult<i64> {
        Ok(on!(self, |c| sqlx::query_scalar(CHATS_WITH).bind(gateway).bind(kind).fetch_one(c).await?))
    }

    /// When the admins were last told of an incident of a kind that comes in crowds, business time.
    ///
    /// # Errors
    /// The database.
    pub async fn last_told(&mut self, kind: &str) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(LAST_TOLD).bind(kind).fetch_one(c).await?);
        Ok(at.map(Millis))
    }

    /// The scopes of the open incidents of such a kind that nobody was told of, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn untold_incidents(&mut self, kind: &str) -> StoreResult<Vec<String>> {
        Ok(on!(self, |c| sqlx::query_scalar(UNTOLD).bind(kind).fetch_all(c).await?))
    }

    /// Notes that the admins were told of an open incident.
    ///
    /// # Errors
    /// The database.
    pub async fn note_told(&mut self, scope: &str, kind: &str, at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(TOLD).bind(scope).bind(kind).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }
}
