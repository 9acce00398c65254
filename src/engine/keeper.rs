//! Everything that falls due by the clock alone, as a list of chores: warnings, reminders, expiry, lapses, closing, the ack
//! wall, the audit chain, and the sweeping of what must not be kept.
//!
//! A chore first reads whether there is anything to do, and takes the write lock only then. Each has transactions of its own;
//! one that fails is set aside and the next one is done.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use super::{Core, EngineError, EngineResult};
use crate::domain::calendar::Millis;

mod close;
mod doubts;
mod expire;
mod pressing;
mod remind;
mod seal;
mod stand_in;
mod sweep;
mod walls;
mod warn;

/// Keeps a commune's rows in order.
pub struct Keeper {
    core: Arc<Core>,
    commune_id: String,
    /// Machine time of the last sweep.
    swept_at: AtomicI64,
}

/// One thing that falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chore {
    /// Bulletins that will miss their hour for want of an approval.
    WarnUnapproved,
    /// Steps of ladders.
    Remind,
    /// Other groups take over where one does not get through.
    StandIn,
    /// Accounts that come to the end of their month.
    WarnOfBudgets,
    /// Reminders that wait although everybody has answered.
    SkipReminders,
    /// Doubts of Hỏa tốc that repeat themselves.
    RepeatDoubts,
    /// Broadcasts that did not begin in time.
    TellLateStarts,
    /// Releases by a duty officer that still want an approval.
    WarnOfReleases,
    /// Heads who have not passed on what they were asked to.
    PressRelays,
    /// Doubts that wait for a person.
    TellDoubts,
    /// Messages that are too old to be sent.
    Expire,
    /// Obligations that nobody answered.
    Lapse,
    /// Units that nothing reached.
    GiveUp,
    /// Broadcasts of which everything is settled.
    Close,
    /// Acknowledgement lines that are out of date.
    RenewWalls,
    /// Audit entries that are not chained yet.
    Seal,
    /// What must not be kept.
    Sweep,
}

impl Chore {
    /// All of them, in the order in which a tick does them: who is given up comes after who takes over.
    const ALL: [Self; 17] = [
        Self::WarnUnapproved,
        Self::Remind,
        Self::StandIn,
        Self::WarnOfBudgets,
        Self::SkipReminders,
        Self::RepeatDoubts,
        Self::TellLateStarts,
        Self::WarnOfReleases,
        Self::PressRelays,
        Self::TellDoubts,
        Self::Expire,
        Self::Lapse,
        Self::GiveUp,
        Self::Close,
        Self::RenewWalls,
        Self::Seal,
        Self::Sweep,
    ];
}

impl Keeper {
    /// A keeper for a commune.
    #[must_use]
    pub const fn new(core: Arc<Core>, commune_id: String) -> Self {
        Self { core, commune_id, swept_at: AtomicI64::new(0) }
    }

    /// Does all that is due now. What fails is set aside, and does not keep anything else from being done.
    ///
    /// # Errors
    /// What was set aside by this tick, logged and noted already; everything else was done.
    pub async fn tick(&self) -> EngineResult<()> {
        let before = self.core.set_aside.failures();
        for chore in Chore::ALL {
            self.core.alone(&format!("{chore:?}"), self.run(chore)).await;
        }
        if self.core.set_aside.failures() == before {
            Ok(())
        } else {
            Err(EngineError::SetAside(self.core.set_aside.names()))
        }
    }

    async fn run(&self, chore: Chore) -> EngineResult<()> {
        match chore {
            Chore::WarnUnapproved => self.warn_unapproved().await,
            Chore::Remind => self.remind().await,
            Chore::StandIn => self.stand_in().await,
            Chore::WarnOfBudgets => self.warn_of_budgets().await,
            Chore::SkipReminders => self.skip_reminders().await,
            Chore::RepeatDoubts => self.repeat_doubts().await,
            Chore::TellLateStarts => self.tell_late_starts().await,
            Chore::WarnOfReleases => self.warn_of_releases().await,
            Chore::PressRelays => self.press_relays().await,
            Chore::TellDoubts => self.tell_doubts().await,
            Chore::Expire => self.expire().await,
            Chore::Lapse => self.lapse().await,
            Chore::GiveUp => self.give_up().await,
            Chore::Close => self.close().await,
            Chore::RenewWalls => self.renew_walls().await,
            Chore::Seal => self.seal().await,
            Chore::Sweep => self.sweep().await,
        }
    }

    /// When something falls due next on the business clock, after `now`.
    ///
    /// # Errors
    /// The database.
    pub async fn next_due_after(&self, now: Millis) -> EngineResult<Option<Millis>> {
        let mut tx = self.core.store.read().await?;
        let next = [
            tx.next_fire().await?,
            tx.next_reminder().await?,
            tx.next_wall().await?,
            tx.next_start().await?,
            tx.next_release_warning().await?,
            tx.next_relay().await?,
        ];
        Ok(next.into_iter().flatten().filter(|at| *at > now).min())
    }
}
