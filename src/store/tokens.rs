//! Tokens that renew themselves, sealed before they come here, and consents asked for.

use crate::domain::calendar::Millis;
use crate::store::{StoreResult, Tx, expect_one, on};

/// A pair of tokens as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TokenRow {
    /// Rises with every pair of the gateway.
    pub version: i64,
    /// The pair, sealed.
    pub sealed: Vec<u8>,
    /// Machine time at which the platform gave it, epoch milliseconds.
    pub obtained_at: i64,
    /// Machine time at which the access token ends, epoch milliseconds.
    pub expires_at: i64,
    /// Machine time of a renewal begun and not finished, epoch milliseconds.
    pub renewing_at: Option<i64>,
    /// Renewals begun with this pair.
    pub renewals: i64,
}

/// A sealed pair on its way into the database.
#[derive(Debug, Clone, Copy)]
pub struct NewTokens<'a> {
    /// The pair, sealed.
    pub sealed: &'a [u8],
    /// Machine time at which the platform gave it.
    pub obtained_at: Millis,
    /// Machine time at which the access token ends.
    pub expires_at: Millis,
}

const LOAD: &str =
    "SELECT version, sealed, obtained_at, expires_at, renewing_at, renewals FROM gateway_tokens WHERE gateway = $1";
const FIRST: &str = "INSERT INTO gateway_tokens (gateway, version, sealed, obtained_at, expires_at, renewals) \
     VALUES ($1, 1, $2, $3, $4, 0) ON CONFLICT (gateway) DO NOTHING";
const REPLACE: &str = "INSERT INTO gateway_tokens (gateway, version, sealed, obtained_at, expires_at, renewals) \
     VALUES ($1, 1, $2, $3, $4, 0) ON CONFLICT (gateway) DO UPDATE SET version = gateway_tokens.version + 1, \
     sealed = excluded.sealed, obtained_at = excluded.obtained_at, expires_at = excluded.expires_at, \
     renewing_at = NULL, renewals = 0";
/// Milliseconds by which a renewal may have begun later than now, by the clock of another service. One that began later than that was
/// begun by a clock that was ahead, and nobody is at it.
const CLOCKS_DIFFER: i64 = 120_000;

// One of several processes meets the row: the others find it begun.
const BEGIN: &str = "UPDATE gateway_tokens SET renewing_at = $3, renewals = renewals + 1 \
     WHERE gateway = $1 AND version = $2 AND (renewing_at IS NULL OR renewing_at > $6 OR (renewals > 1 AND renewing_at <= $5) OR (renewals <= 1 AND renewing_at <= $4))";
const FINISH: &str = "UPDATE gateway_tokens SET version = version + 1, sealed = $3, obtained_at = $4, expires_at = $5, \
     renewing_at = NULL, renewals = 0 WHERE gateway = $1 AND version = $2";
const ABANDON: &str = "UPDATE gateway_tokens SET renewing_at = CASE WHEN renewals > 1 THEN renewing_at END, renewals = renewals - 1 \
     WHERE gateway = $1 AND version = $2 AND renewals > 0";
const PUT_CONSENT: &str = "INSERT INTO gateway_consents (gateway, sealed, created_at) VALUES ($1, $2, $3) \
     ON CONFLICT (gateway) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at";
const CONSENT: &str = "SELECT sealed FROM gateway_consents WHERE gateway = $1";
const DROP_CONSENT: &str = "DELETE FROM gateway_consents WHERE gateway = $1";
const LAST_RECEIVED: &str = "SELECT MAX(received_at) FROM inbox WHERE gateway = $1";

impl Tx {
    /// A gateway's pair.
    ///
    /// # Errors
    /// The database.
    pub async fn tokens(&mut self, gateway: &str) -> StoreResult<Option<TokenRow>> {
        Ok(on!(self, |c| sqlx::query_as(LOAD).bind(gateway).fetch_optional(c).await?))
    }

    /// Stores a first pair unless there is one; false when there was.
    ///
    /// # Errors
    /// The database.
    pub async fn put_first_tokens(&mut self, gateway: &str, new: NewTokens<'_>) -> StoreResult<bool> {
        Ok(self.put_tokens(FIRST, gateway, new).await? == 1)
    }

    /// Stores a pair in place of whatever was there, and forgets the consent.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_tokens(&mut self, gateway: &str, new: NewTokens<'_>) -> StoreResult<()> {
        self.put_tokens(REPLACE, gateway, new).await?;
        on!(self, |c| sqlx::query(DROP_CONSENT).bind(gateway).execute(c).await?.rows_affected());
        Ok(())
    }

    async fn put_tokens(&mut self, statement: &'static str, gateway: &str, new: NewTokens<'_>) -> StoreResult<u64> {
        Ok(on!(self, |c| sqlx::query(statement)
            .bind(gateway)
            .bind(new.sealed)
            .bind(new.obtained_at.0)
            .bind(new.expires_at.0)
            .execute(c)
            .await?
            .rows_affected()))
    }

    /// Writes down that the pair of this version is about to be renewed; false when another version is there, or a renewal
    /// begun after `first_over` (after `later_over` from the second one on).
    ///
    /// # Errors
    /// The database.
    pub async fn begin_renewal(
        &mut self,
        gateway: &str,
        version: i64,
        now: Millis,
        (first_over, later_over): (Millis, Millis),
    ) -> StoreResult<bool> {
        let begun = on!(self, |c| sqlx::query(BEGIN)
            .bind(gateway)
            .bind(version)
            .bind(now.0)
            .bind(first_over.0)
            .bind(later_over.0)
            .bind(now.0 + CLOCKS_DIFFER)
            .execute(c)
            .await?
            .rows_affected());
        Ok(begun == 1)
    }

    /// Stores what a renewal of this version brought.
    ///
    /// # Errors
    /// The database; another version is there by now.
    pub async fn finish_renewal(&mut self, gateway: &str, version: i64, new: NewTokens<'_>) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(FINISH)
            .bind(gateway)
            .bind(version)
            .bind(new.sealed)
            .bind(new.obtained_at.0)
            .bind(new.expires_at.0)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "tokens", gateway)
    }

    /// Takes back a renewal that never left; the version may be another one by now, then nothing is to be done.
    ///
    /// # Errors
    /// The database.
    pub async fn abandon_renewal(&mut self, gateway: &str, version: i64) -> StoreResult<()> {
        on!(self, |c| sqlx::query(ABANDON).bind(gateway).bind(version).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Remembers a consent that is asked for, sealed.
    ///
    /// # Errors
    /// The database.
    pub async fn put_gateway_consent(&mut self, gateway: &str, sealed: &[u8], at: Millis) -> StoreResult<()> {
        on!(self, |c| sqlx::query(PUT_CONSENT).bind(gateway).bind(sealed).bind(at.0).execute(c).await?.rows_affected());
        Ok(())
    }

    /// The consent last asked for, sealed.
    ///
    /// # Errors
    /// The database.
    pub async fn gateway_consent(&mut self, gateway: &str) -> StoreResult<Option<Vec<u8>>> {
        Ok(on!(self, |c| sqlx::query_scalar(CONSENT).bind(gateway).fetch_optional(c).await?))
    }

    /// Machine time at which something was last heard through a gateway and kept.
    ///
    /// # Errors
    /// The database.
    pub async fn last_received(&mut self, gateway: &str) -> StoreResult<Option<Millis>> {
        let at: Option<i64> = on!(self, |c| sqlx::query_scalar(LAST_RECEIVED).bind(gateway).fetch_one(c).await?);
        Ok(at.map(Millis))
    }
}
