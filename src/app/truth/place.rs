//! Where an embedded database lies: which file has its name, how long it is, and the files of its log.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Executor as _};

use super::Ruin;
use crate::app::private::beside;
use crate::store::StoreResult;

/// Something that opens the log.
const ANYTHING: &str = "SELECT COUNT(*) FROM sqlite_schema";

/// Which file it is: device and number there.
type Identity = (u64, u64);

/// The files as they were found.
pub(super) struct Place {
    path: PathBuf,
    /// Holds the log open, which goes with the last connection: those of the pool come and go.
    witness: SqliteConnection,
    file: Option<Identity>,
    longest: u64,
    logs: [(PathBuf, Option<Identity>); 2],
}

impl Place {
    /// The files of a pool as they are.
    pub(super) async fn of(pool: &SqlitePool) -> StoreResult<Self> {
        let options = pool.connect_options();
        let path = options.get_filename().to_owned();
        let mut witness =
            SqliteConnection::connect_with(&options.as_ref().clone().create_if_missing(false).read_only(true)).await?;
        (&mut witness).execute(ANYTHING).await?;
        let logs = ["-wal", "-shm"].map(|ending| (beside(&path, ending), None));
        let file = tokio::fs::metadata(&path).await.ok().as_ref().map(identity);
        Ok(Self { path, witness, file, longest: 0, logs })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the same files are there; true when the database became shorter.
    pub(super) async fn look(&mut self) -> Result<bool, Ruin> {
        let found = match tokio::fs::metadata(&self.path).await {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Ruin::Deleted(self.path.clone())),
            // What the disk does not tell now, it may tell later.
            Err(_) => return Ok(false),
        };
        if *self.file.get_or_insert(identity(&found)) != identity(&found) {
            return Err(Ruin::Replaced(self.path.clone()));
        }
        // Whoever opens an empty file takes its log for another's, and deletes it.
        if found.len() == 0 {
            return Err(Ruin::Cut(self.path.clone()));
        }
        for (path, known) in &mut self.logs {
            let now = match tokio::fs::metadata(&*path).await {
                Ok(found) => Some(identity(&found)),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(_) => continue,
            };
            if known.is_some() && *known != now {
                return Err(Ruin::Log(path.clone()));
            }
            *known = now;
        }
        let is_shorter = found.len() < self.longest;
        self.longest = self.longest.max(found.len());
        Ok(is_shorter)
    }

    /// Every page that is left was read, and nothing lacks: the next look measures anew.
    pub(super) const fn is_shorter_now(&mut self) {
        self.longest = 0;
    }

    pub(super) async fn end(self) {
        // It reads only: there is nothing to lose.
        let _ = self.witness.close().await;
    }
}

fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}
