//! Backups by the clock: made by the engine that keeps the commune's rows, the older ones taken away, the admins told when none is made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{ENDING, Made, Workshop, is_ours};
use crate::config;
use crate::domain::calendar::Millis;
use crate::engine::{Core, EngineResult, loops};
use crate::store::backups::Backup;
use crate::usecase::backups;

/// How often it is looked whether one is due.
const EVERY: Duration = Duration::from_mins(1);
/// How long it rests after one that failed.
const AFTER_FAULT: Duration = Duration::from_hours(1);
/// Minutes after a start in which none is made: what waited through an outage goes first.
const AFTER_START_MINUTES: i64 = 15;
/// Hours of a day.
const DAY: i64 = 24;

/// When backups are made, and how many are kept.
#[derive(Clone)]
pub struct Schedule {
    workshop: Workshop,
    every_hours: i64,
    at_hour: u32,
    keep: usize,
    /// When the service began, machine time.
    began: Millis,
}

impl Schedule {
    /// As configured, from `began` on (machine time); none when none is to be made.
    #[must_use]
    pub fn new(settings: &config::Backup, workshop: Workshop, began: Millis) -> Option<Self> {
        let keep = usize::try_from(settings.keep).unwrap_or(usize::MAX);
        let every_hours = i64::from(settings.every_hours);
        (every_hours > 0).then_some(Self { workshop, every_hours, at_hour: settings.at_hour, keep, began })
    }

    /// When the next one is due after the latest.
    fn due(&self, latest: Option<Millis>) -> Millis {
        let next = latest.map(|latest| match self.every_hours {
            few if few < DAY => latest.plus_minutes(few * 60),
            // Half a day of room, so that one made by hand in the afternoon moves nothing.
            many => self.hour_after(latest.plus_minutes((many - DAY / 2) * 60)),
        });
        let rested = self.began.plus_minutes(AFTER_START_MINUTES);
        next.map_or(rested, |next| next.max(rested))
    }

    /// The first time the hour strikes at an instant or after it.
    fn hour_after(&self, at: Millis) -> Millis {
        let date = at.local_date();
        let days = [Some(date), date.succ_opt()].into_iter().flatten();
        let hours = days.map(|day| Millis::start_of(day).plus_minutes(i64::from(self.at_hour) * 60));
        hours.into_iter().find(|hour| *hour >= at).unwrap_or(at)
    }

    /// Makes one if it is due here and now. What came of it stands in the database; true when one was made.
    ///
    /// # Errors
    /// None was made although one was due, which is noted, or the database cannot be asked.
    pub async fn look(&self, core: &Core) -> anyhow::Result<bool> {
        if !core.leads(loops::KEEPING).await? {
            return Ok(false);
        }
        let now = core.clocks.wall.now();
        let latest = core.store.read().await?.latest_backup(now).await?;
        if now < self.due(latest) {
            return Ok(false);
        }
        match self.workshop.make(None).await {
            Ok(made) => self.note(core, &made).await.map(|()| true),
            Err(error) => {
                self.note_failure(core, &format!("{error:#}"), latest).await?;
                Err(error)
            }
        }
    }

    async fn note(&self, core: &Core, made: &Made) -> anyhow::Result<()> {
        let (file, bytes) = (made.file.display(), made.bytes);
        tracing::info!(%file, bytes, "backup.made");
        if made.key_is_new {
            let key = made.key_file.display();
            tracing::warn!(%key, cure = "keep a copy elsewhere: without it no backup can be opened", "backup.key_made");
        }
        let commune = core.commune_id().await?;
        let act = core.act(&commune);
        let mut tx = core.store.begin().await?;
        backups::made(&mut tx, &act, &made.row(act.new_id())?).await?;
        tx.commit().await?;
        // Only then: a folder that gives nothing away, or a database that is busy, must not have another one made.
        let (gone, trouble) = self.workshop.rotate(self.keep, &made.file);
        if let Some(error) = trouble {
            tracing::warn!(%error, "backup.old_one_not_removed");
        }
        let mut tx = core.store.begin().await?;
        backups::gone(&mut tx, &act, &gone).await?;
        Ok(tx.commit().await?)
    }

    async fn note_failure(&self, core: &Core, error: &str, latest: Option<Millis>) -> anyhow::Result<()> {
        tracing::error!(error, "backup.failed");
        let commune = core.commune_id().await?;
        let act = core.act(&commune);
        let mut tx = core.store.begin().await?;
        backups::failed(&mut tx, &act, error).await?;
        let latest = latest.unwrap_or(self.began);
        if latest.plus_minutes(2 * self.every_hours * 60) < act.wall {
            backups::too_old(&mut tx, &act, latest).await?;
        }
        tx.commit().await?;
        core.wake.notify_waiters();
        Ok(())
    }
}

impl Made {
    /// What is noted of it.
    ///
    /// # Errors
    /// Its time cannot be read.
    pub fn row(&self, id: String) -> anyhow::Result<Backup> {
        let file_name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (bytes, sha256) = (self.bytes, self.sha256.clone());
        Ok(Backup { id, made_at: self.manifest.made_at()?, file_name, bytes, sha256 })
    }
}

impl Workshop {
    /// Takes the oldest backups of the folder away until so many are left beside what was just made and what bears a later name, which
    /// a clock made that was wrong; and whatever one that was cut left there. Gives the names of the backups that went, and what kept
    /// another one from going.
    fn rotate(&self, keep: usize, made: &Path) -> (Vec<String>, Option<std::io::Error>) {
        let files: Vec<PathBuf> = self.files().into_iter().filter(|file| file.as_path() < made).collect();
        let old = files.len().saturating_sub(keep.max(1) - 1);
        let (mut gone, mut trouble) = (Vec::new(), None);
        for file in files.into_iter().take(old) {
            match fs::remove_file(&file) {
                Ok(()) => gone.push(file.file_name().unwrap_or_default().to_string_lossy().into_owned()),
                Err(error) => trouble = Some(error),
            }
        }
        let cut = format!("{ENDING}.part");
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_ours(&entry.path(), &cut)) {
            trouble = fs::remove_file(entry.path()).err().or(trouble);
        }
        (gone, trouble)
    }
}

/// Makes backups as they fall due, until asked to end; one that is being made is cut then, and leaves nothing.
///
/// # Errors
/// None while it runs; a fault is logged, made an incident, and tried again.
pub async fn keep(core: Arc<Core>, schedule: Schedule, stop: CancellationToken) -> EngineResult<()> {
    loop {
        let looked = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            looked = schedule.look(&core) => looked,
        };
        // After one was made as well: whatever is wrong with the date or the rows, no disk is filled by the minute.
        let rest = if matches!(looked, Ok(false)) { EVERY } else { AFTER_FAULT };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(rest) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clocks;
    use crate::config::Settings;
    use crate::id::SeededEntropy;

    fn hours(count: i64) -> Millis {
        // From midnight of a Monday.
        Millis(1_753_635_600_000).plus_minutes(count * 60)
    }

    fn due(every_hours: i64, latest: Option<i64>, began: i64) -> i64 {
        let settings = Settings::load_for_command(None, std::iter::empty()).unwrap();
        let workshop = Workshop::new(&settings, None, Clocks::system(), SeededEntropy::new(1)).unwrap();
        let schedule = Schedule { every_hours, ..Schedule::new(&settings.backup, workshop, hours(began)).unwrap() };
        schedule.due(latest.map(hours)).since(hours(0)) / 60_000
    }

    #[test]
    fn it_is_due_at_its_hour_of_the_night_and_soon_after_a_start_that_missed_it() {
        assert_eq!(due(24, None, 10), 10 * 60 + 15);
        assert_eq!(due(24, Some(2), 0), 26 * 60, "the next night");
        assert_eq!(due(24, Some(14), 0), 26 * 60, "one made by hand in the afternoon moves nothing");
        assert_eq!(due(24, Some(13), 40), 40 * 60 + 15, "nobody was there at night");
        assert_eq!(due(6, Some(3), 0), 9 * 60);
        assert_eq!(due(168, Some(2), 0), (7 * 24 + 2) * 60);
    }

    #[test]
    fn a_date_that_is_wrong_takes_no_good_backup_away() {
        let folder = std::env::temp_dir().join(format!("loa-rotate-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut settings = Settings::load_for_command(None, std::iter::empty()).unwrap();
        settings.backup.folder = Some(folder.clone());
        let workshop = Workshop::new(&settings, None, Clocks::system(), SeededEntropy::new(1)).unwrap();
        let file = |day: &str| folder.join(format!("loa-{day}T020000{ENDING}"));
        let make = |day: &str| fs::write(file(day), "").unwrap();
        for day in ["2025-07-01", "2025-07-02", "2025-07-03", "2027-01-01", "2010-01-01"] {
            make(day);
        }
        assert_eq!(workshop.rotate(3, &file("2010-01-01")).0, Vec::<String>::new(), "a date long ago");
        make("2025-07-04");
        let gone = workshop.rotate(3, &file("2025-07-04")).0;
        assert_eq!(gone.len(), 2, "what is older than three, and not what a date to come made: {gone:?}");
        assert!(file("2027-01-01").exists() && file("2025-07-02").exists() && file("2025-07-04").exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
