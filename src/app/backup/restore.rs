//! Taking a database from a backup: opened beside its place, read, compared, brought up to date and put in order there; only then it
//! gets its name. Whatever is wrong leaves nothing behind, and a rehearsal is the same without the last step.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};

use super::{Database, Manifest, Workshop, archive, blocking, contents, folder_of, put, server};
use crate::app::private::beside;
use crate::app::{private, role_lock};
use crate::id;
use crate::store::backups::Backup;
use crate::store::migrations;
use crate::usecase::restored::{Numbers, Order, Origin, put_in_order};
use crate::usecase::{Act, House, Via};

/// By whom a database is put in order, and under which rules.
#[derive(Clone)]
pub struct Hand {
    /// The commune's rules and sentences.
    pub house: Arc<House>,
    /// Where the act came in.
    pub via: Via,
}

/// A database that was taken from a backup, or could be.
#[derive(Debug, serde::Serialize)]
pub struct Restored {
    /// The database; none after a rehearsal.
    pub database: Option<String>,
    /// The hash of the backup.
    pub sha256: String,
    /// What the backup says of itself.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// What was put in order.
    pub order: Order,
}

impl Workshop {
    /// Opens a backup beside the database, reads all of it, compares it with what it says of itself, and goes through what a restore
    /// would do. Leaves nothing behind.
    ///
    /// # Errors
    /// The key is another one; anything is not as it was when the backup was made; it is newer than this program.
    pub async fn verify(&self, archive: &Path, hand: &Hand) -> anyhow::Result<Restored> {
        let _lock = self.lock()?;
        let plain = self.plain()?;
        self.prepare(archive, &plain.0, hand, Numbers::MoveOn).await
    }

    /// Does the same, and leaves it as the database.
    ///
    /// # Errors
    /// As for [`Self::verify`]; something is there already; an engine runs.
    pub async fn restore(&self, archive: &Path, hand: &Hand, numbers: Numbers) -> anyhow::Result<Restored> {
        let restored = match &self.database {
            Database::Server(url) => {
                let _lock = self.lock()?;
                let plain = self.plain()?;
                let restored = self.prepare(archive, &plain.0, hand, numbers).await?;
                server::bring(&plain.0, url.expose()).await?;
                Restored { database: Some("the server's database".to_owned()), ..restored }
            }
            Database::File(file) => self.restore_file(file, archive, hand, numbers).await?,
        };
        Ok(restored)
    }

    async fn restore_file(
        &self,
        file: &Path,
        archive: &Path,
        hand: &Hand,
        numbers: Numbers,
    ) -> anyhow::Result<Restored> {
        let endings = ["", "-wal", "-shm", "-journal"];
        if let Some(there) = endings.map(|ending| beside(file, ending)).into_iter().find(|there| there.exists()) {
            bail!("{} is there already: nothing is overwritten, move it away first", there.display());
        }
        if let Some(folder) = folder_of(file) {
            private::folder(folder)?;
        }
        let _role = role_lock::take(&format!("sqlite:{}", file.display()))?;
        let _lock = self.lock()?;
        let plain = self.plain()?;
        let restored = self.prepare(archive, &plain.0, hand, numbers).await?;
        put(&plain.0, file)?;
        Ok(Restored { database: Some(file.display().to_string()), ..restored })
    }

    async fn prepare(&self, archive: &Path, plain: &Path, hand: &Hand, numbers: Numbers) -> anyhow::Result<Restored> {
        ensure!(self.key_file.exists(), "there is no key at {}: name it with --key", self.key_file.display());
        let (sealer, job) = (self.sealer()?, (archive.to_path_buf(), plain.to_path_buf()));
        let opened = blocking(move || Ok((archive::open(&job.0, &job.1, &sealer)?, archive::hash(&job.0)?)));
        let (manifest, sha256) = opened.await?;
        let is_known = manifest.contents.schema <= migrations::newest();
        ensure!(is_known, "the backup was made by a newer loa, {}: use that one", manifest.program);
        let found = contents::read(plain).await?;
        ensure!(found == manifest.contents, "what stands in the backup is not what it says of itself");
        let origin = Origin { made_at: manifest.made_at()?, sha256: &sha256 };
        let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let row = Backup {
            id: id::new_id(self.clocks.wall.now(), self.entropy.as_ref()),
            made_at: origin.made_at,
            file_name: name,
            bytes: std::fs::metadata(archive)?.len(),
            sha256: sha256.clone(),
        };
        let order =
            self.order(plain, hand, (origin, numbers), &row).await.context("the backup cannot be put in order")?;
        Ok(Restored { database: None, sha256, manifest, order })
    }

    async fn order(
        &self,
        plain: &Path,
        hand: &Hand,
        (origin, numbers): (Origin<'_>, Numbers),
        row: &Backup,
    ) -> anyhow::Result<Order> {
        let store = contents::writable(plain).await?;
        store.migrate().await?;
        let mut tx = store.begin().await?;
        let mut order = Order::default();
        if let Some(commune) = tx.commune().await? {
            let act = Act {
                commune_id: commune.id,
                person_id: None,
                unconfirmed: false,
                via: hand.via.clone(),
                at: self.clocks.business.now(),
                wall: self.clocks.wall.now(),
                entropy: self.entropy.as_ref(),
                house: &hand.house,
            };
            order = put_in_order(&mut tx, &act, origin, numbers).await?;
        }
        tx.insert_backup(row).await?;
        tx.commit().await?;
        store.close().await;
        Ok(order)
    }
}
