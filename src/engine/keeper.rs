//! Everything that falls due by the clock alone, as a list of chores: warnings, reminders, expiry, lapses, closing, the ack
//! wall, the audit chain, and what goes after a while.
//!
//! A chore first reads whether there is anything to do, all of them in one look, and takes the write lock only then. Under it whatever the decision rests on
//! is looked at again: the world may have moved between the two. Each has transactions of its own; one that fails is set aside
//! and the next one is done.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::set_aside::Task;
use super::{Core, EngineError, EngineResult};
use crate::domain::calendar::Millis;
use crate::domain::text_enum::text_enum;

mod accounts;
mod close;
mod distress;
mod doubts;
mod ended;
mod expire;
mod look;
mod pressing;
mod remind;
mod retain;
mod seal;
mod stand_in;
mod strange;
mod walls;
mod warn;

use look::Look;

/// Keeps a commune's rows in order.
pub struct Keeper {
    core: Arc<Core>,
    commune_id: String,
    /// When the next look for what goes after a while is taken: milliseconds of the monotonic clock.
    retained_until: AtomicU64,
}

text_enum! {
    /// One thing that falls due, in the order in which a tick does them: who is given up comes after who takes over.
    pub enum Chore {
        /// Bulletins that will miss their hour for want of an approval.
        WarnUnapproved => "warn_unapproved",
        /// Calls for help that nobody took, and cards of them that arrived.
        Distress => "distress",
        /// Steps of ladders.
        Remind => "remind",
        /// Other groups take over where one does not get through.
        StandIn => "stand_in",
        /// Accounts that come to the end of their month.
        WarnOfBudgets => "warn_of_budgets",
        /// Reminders that wait although everybody has answered.
        SkipReminders => "skip_reminders",
        /// Doubts of Hỏa tốc that repeat themselves.
        RepeatDoubts => "repeat_doubts",
        /// Broadcasts that did not begin in time.
        TellLateStarts => "tell_late_starts",
        /// Releases by a duty officer that still want an approval.
        WarnOfReleases => "warn_of_releases",
        /// Heads who have not passed on what they were asked to.
        PressRelays => "press_relays",
        /// Doubts that wait for a person.
        TellDoubts => "tell_doubts",
        /// Incidents that are over with their time: guessing with its day, what strangers used up with its month, waits.
        EndIncidents => "end_incidents",
        /// Second accounts that nobody has confirmed for a day.
        RemindOfAccounts => "remind_of_accounts",
        /// Unknown groups that are told of together.
        TellStrangeGroups => "tell_strange_groups",
        /// Messages that are too old to be sent.
        Expire => "expire",
        /// Obligations that nobody answered.
        Lapse => "lapse",
        /// Units that nothing reached.
        GiveUp => "give_up",
        /// Broadcasts of which everything is settled.
        Close => "close",
        /// Acknowledgement lines that are out of date.
        RenewWalls => "renew_walls",
        /// What goes after a while.
        Retain => "retain",
        /// Audit entries that are not chained yet, those of this tick among them.
        Seal => "seal",
    }
}

impl Chore {
    /// One of the things that a chore does by themselves, by the id of its row.
    fn task(self, id: &str) -> Task {
        Task::of(self.as_str(), id)
    }
}

impl Keeper {
    /// A keeper for a commune.
    #[must_use]
    pub const fn new(core: Arc<Core>, commune_id: String) -> Self {
        Self { core, commune_id, retained_until: AtomicU64::new(0) }
    }

    /// Does all that is due now. What fails is set aside, and does not keep anything else from being done.
    ///
    /// # Errors
    /// What was set aside by this tick, logged and noted already; everything else was done.
    pub async fn tick(&self) -> EngineResult<()> {
        let before = self.core.set_aside.failures();
        let mut look = Look::new(&self.core.store);
        for chore in Chore::ALL.iter().copied() {
            if self.core.alone(Task::only(chore.as_str()), self.run(chore, &mut look)).await.is_none() {
                // On a server a statement that fails spoils its transaction.
                look.end();
            }
        }
        drop(look);
        self.core.forget_unwanted().await;
        match self.core.set_aside.failures() {
            after if after == before => Ok(()),
            _ => Err(EngineError::SetAside(self.core.set_aside.tasks())),
        }
    }

    async fn run(&self, chore: Chore, look: &mut Look<'_>) -> EngineResult<()> {
        match chore {
            Chore::WarnUnapproved => self.warn_unapproved(look).await,
            Chore::Distress => self.distress(look).await,
            Chore::Remind => self.remind(look).await,
            Chore::StandIn => self.stand_in(look).await,
            Chore::WarnOfBudgets => self.warn_of_budgets(look).await,
            Chore::SkipReminders => self.skip_reminders(look).await,
            Chore::RepeatDoubts => self.repeat_doubts(look).await,
            Chore::TellLateStarts => self.tell_late_starts(look).await,
            Chore::WarnOfReleases => self.warn_of_releases(look).await,
            Chore::PressRelays => self.press_relays(look).await,
            Chore::TellDoubts => self.tell_doubts(look).await,
            Chore::EndIncidents => self.end_incidents(look).await,
            Chore::RemindOfAccounts => self.remind_of_accounts(look).await,
            Chore::TellStrangeGroups => self.tell_strange_groups(look).await,
            Chore::Expire => self.expire(look).await,
            Chore::Lapse => self.lapse(look).await,
            Chore::GiveUp => self.give_up(look).await,
            Chore::Close => self.close(look).await,
            Chore::RenewWalls => self.renew_walls(look).await,
            Chore::Retain => self.retain(look).await,
            Chore::Seal => self.seal(look).await,
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
            tx.next_distress().await?,
            tx.next_unconfirmed().await?,
        ];
        Ok(next.into_iter().flatten().filter(|at| *at > now).min())
    }
}
