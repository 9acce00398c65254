//! Hearing of what others put into the database: on `PostgreSQL` every transaction that queues, stores or schedules something
//! rings (`NOTIFY`), and each engine listens. On `SQLite` nobody rings: its one engine looks by itself within a second.

use std::ops::{Deref, DerefMut};

use sqlx::postgres::{PgConnection, PgListener};

use super::{Store, StoreResult, Tx};

/// The channel on which it is rung.
const CHANNEL: &str = "loa_work";
const RING: &str = "SELECT pg_notify('loa_work', '')";

/// One end of the line. It holds a connection; after a loss it takes another by itself.
#[derive(Debug)]
pub struct Bell(PgListener);

impl Bell {
    /// Waits until somebody rings, or until the line was lost and is there again: what was rung meanwhile is not known.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn rung(&mut self) -> StoreResult<()> {
        self.0.try_recv().await?;
        Ok(())
    }
}

/// A transaction on `PostgreSQL`, and whether its end is worth a look.
#[derive(Debug)]
pub struct Ringing {
    transaction: sqlx::Transaction<'static, sqlx::Postgres>,
    rings: bool,
}

impl Ringing {
    pub(super) const fn new(transaction: sqlx::Transaction<'static, sqlx::Postgres>) -> Self {
        Self { transaction, rings: false }
    }

    pub(super) async fn commit(mut self) -> StoreResult<()> {
        if self.rings {
            sqlx::query(RING).execute(&mut *self.transaction).await?;
        }
        Ok(self.transaction.commit().await?)
    }
}

impl Deref for Ringing {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Ringing {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

impl Store {
    /// Listens for what others put into the database; none where nobody rings.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn listen(&self) -> StoreResult<Option<Bell>> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Bell(listener)))
    }
}

impl Tx {
    /// There is something to do for an engine as soon as this is committed.
    pub(super) const fn ring(&mut self) {
        if let Self::Postgres(transaction) = self {
            transaction.rings = true;
        }
    }
}
