//! Whether the account works: what stops it, what proves that it works again, and how much of its month is left.

use std::time::Duration;

use super::call::{Done, Report};
use super::halts::Halt;
use super::{Dispatcher, EngineResult};
use crate::domain::budget::{Budget, month_of};
use crate::domain::message::{Lane, MessageState};
use crate::platform::SelfInfo;
use crate::store::Tx;
use crate::store::messages::{Finished, WaitingMessage};
use crate::store::usage::Direction;
use crate::usecase::{incidents, usage};

/// Whose part of the month is used up for which a message is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// The commune's.
    Ours,
    /// That of people nobody knows.
    Strangers,
}

/// How much of its month an account with a budget has used, as the tick found it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent {
    budget: Budget,
    used: u64,
    /// What left to people nobody knows, and what may.
    strangers: (u64, u64),
}

impl Dispatcher {
    /// Looks whether an incident of this account is open: somebody else may have opened or closed it.
    pub(super) async fn learn_whether_sick(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<()> {
        if incidents::sick_gateways(tx).await?.contains(self.gateway.name()) {
            self.is_sick(now);
        } else {
            self.sick = None;
        }
        Ok(())
    }

    /// From now on the platform is asked every now and then whether it works again, since nothing may be waiting that
    /// would find out.
    pub(super) fn is_sick(&mut self, now: Duration) {
        self.sick.get_or_insert(now + self.settings.probe_every);
    }

    /// Asks the platform, if it is time to.
    pub(super) fn probe_if_sick(&mut self, now: Duration) {
        let halted = self.halted.as_mut().is_some_and(|halt| halt.asks_now(now));
        let sick = self.sick.is_some_and(|at| at <= now);
        if !halted && !sick {
            return;
        }
        if sick {
            self.sick = Some(now + self.settings.probe_every);
        }
        let gateway = self.gateway.clone();
        self.tasks.spawn(async move {
            Report::Probe(gateway.identify().await.map(|SelfInfo { .. }| ()).map_err(|error| error.to_string()))
        });
    }

    /// Takes the platform's answer.
    pub(super) fn probed(&mut self, works: Result<(), String>) {
        match works {
            Ok(()) => {
                if self.halted.is_some_and(Halt::ends_by_an_answer) {
                    self.answered = self.halted;
                    self.recovers();
                }
                self.known_again = true;
            }
            Err(error) => tracing::warn!(gateway = self.gateway.name(), %error, "gateway.still_halted"),
        }
    }

    fn recovers(&mut self) {
        if self.halted.take().is_some() {
            tracing::info!(gateway = self.gateway.name(), "gateway.recovered");
        }
    }

    /// Closes the incident of an account that answered, where that proves something.
    pub(super) async fn note_probe(&mut self, tx: &mut Tx) -> EngineResult<()> {
        if !std::mem::take(&mut self.known_again) {
            return Ok(());
        }
        let core = self.core.clone();
        if incidents::is_known_again(tx, &core.act(&self.commune_id), self.gateway.name()).await? {
            self.sick = None;
        }
        Ok(())
    }

    /// Closes the incident of an account through which something left.
    pub(super) async fn note_success(&mut self, tx: &mut Tx) -> EngineResult<()> {
        let core = self.core.clone();
        incidents::works_again(tx, &core.act(&self.commune_id), self.gateway.name()).await?;
        self.sick = None;
        self.refusals.end();
        self.answered = None;
        self.recovers();
        Ok(())
    }

    /// Counts a message that left or may have. A row that is in doubt already was counted when it came to be so.
    pub(super) async fn count(&self, tx: &mut Tx, done: &Done, finished: &Finished) -> EngineResult<()> {
        if !matches!(finished, Finished::Sent { .. } | Finished::Unknown { .. }) {
            return Ok(());
        }
        let message = tx.message(&done.message_id).await?;
        if message.is_some_and(|message| message.state == MessageState::Sending) {
            self.count_sent(tx, done.lane, 1).await?;
        }
        Ok(())
    }

    /// Counts messages of a lane that left.
    pub(super) async fn count_sent(&self, tx: &mut Tx, lane: Lane, count: usize) -> EngineResult<()> {
        let direction = if lane == Lane::Stranger { Direction::SentToStranger } else { Direction::Sent };
        Ok(tx.count_usage(self.gateway.name(), &month_of(self.core.wall_now()), direction, count).await?)
    }

    /// What the account has used of its month; none without a budget.
    pub(super) async fn spent(&self, tx: &mut Tx) -> EngineResult<Option<Spent>> {
        let traits = self.core.house.gateways.get(self.gateway.name());
        let Some(budget) = traits.and_then(|traits| traits.budget) else { return Ok(None) };
        let usage = usage::of(tx, self.gateway.name(), &month_of(self.core.wall_now())).await?;
        let share = self.core.house.strangers.share_of(budget.messages_a_month);
        Ok(Some(Spent { budget, used: usage.used_within(share), strangers: (usage.strangers_sent, share) }))
    }
}

impl Spent {
    /// For whose part a message is left out, if the account's month is too far gone for it.
    pub(super) fn leaves_out(self, message: &WaitingMessage) -> Option<LeftOut> {
        let (had, share) = self.strangers;
        // Whoever speaks of danger is told whom to dial until others have had as much again.
        let most = if message.tells_whom_to_dial() { share.saturating_mul(2) } else { share };
        if message.lane == Lane::Stranger && had >= most {
            return Some(LeftOut::Strangers);
        }
        let admits = self.budget.admits(self.used, message.purpose, message.lane, message.part);
        (!admits).then_some(LeftOut::Ours)
    }
}
