//! Everything that falls due by the clock alone: warnings, reminders, expiry, lapses, closing, the ack wall, the audit
//! chain, and the sweeping of what must not be kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::{Core, EngineResult};
use crate::domain::calendar::Millis;
use crate::id::sha256_hex;
use crate::store::Tx;
use crate::store::answers::ReminderStep;
use crate::store::broadcasts::{Broadcast, BroadcastState};
use crate::usecase::{Act, doubt, escalate, fallback, fire, relay, release, remind, settle, wall};

mod stand_in;

/// Keeps a commune's rows in order.
pub struct Keeper {
    core: Arc<Core>,
    commune_id: String,
    /// Machine time of the last sweep.
    swept_at: AtomicI64,
}

/// Ack walls renewed in one tick.
const WALLS: i64 = 100;
/// Days after which the key of a processed update is forgotten. Telegram repeats an update for a day at most.
const FORGET_DAYS: i64 = 14;
/// Milliseconds between two sweeps.
const SWEEP_EVERY: i64 = 3_600_000;
/// Days after which an untouched conversation is dropped.
const DIALOGUE_DAYS: i64 = 7;

impl Keeper {
    /// A keeper for a commune.
    #[must_use]
    pub const fn new(core: Arc<Core>, commune_id: String) -> Self {
        Self { core, commune_id, swept_at: AtomicI64::new(0) }
    }

    /// Does all that is due now.
    ///
    /// # Errors
    /// The database; what was committed before the fault stands, the rest is done by the next tick.
    pub async fn tick(&self) -> EngineResult<()> {
        self.warn().await?;
        self.remind().await?;
        self.stand_in().await?;
        self.warn_of_budgets().await?;
        self.press().await?;
        self.expire_and_close().await?;
        self.renew_walls().await?;
        self.seal().await?;
        self.sweep().await
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

    async fn warn(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let by = act.at.plus_minutes(act.house.approval_warning_minutes);
        let unwarned = self.core.store.read().await?.unwarned_schedules(by).await?;
        for schedule in unwarned {
            let mut tx = self.core.store.begin().await?;
            fire::warn_unapproved(&mut tx, &act, &schedule).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Steps that were missed while the service was down collapse: only the latest reminder of a broadcast is sent.
    async fn remind(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = self.core.store.read().await?.due_reminders(act.at).await?;
        let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
        for step in due.iter().filter(|step| step.kind == "remind") {
            latest.insert(&step.broadcast_id, step.step);
        }
        for step in &due {
            let skip = latest.get(step.broadcast_id.as_str()).is_some_and(|last| step.step < *last);
            self.remind_one(&act, step, skip).await?;
        }
        Ok(())
    }

    async fn remind_one(&self, act: &Act<'_>, step: &ReminderStep, skip: bool) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        remind::run_step(&mut tx, act, step, skip).await?;
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }

    /// What urgency asks for beside reminders: doubts that repeat themselves, late starts, releases to be approved,
    /// heads who have not passed on what they were asked to, doubts that wait for a person.
    async fn press(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        let skipped = tx.skip_needless_reminders().await?;
        let doubts = tx.doubts_that_repeat().await?;
        for message_id in &doubts {
            settle::repeat_doubt(&mut tx, &act, message_id).await?;
        }
        for ladder in tx.ladders_not_started(act.at).await? {
            escalate::late_start(&mut tx, &act, &ladder).await?;
        }
        for release in tx.releases_to_warn_of(act.at).await? {
            release::warn(&mut tx, &act, &release).await?;
        }
        let cards = relay::press(&mut tx, &act).await? + doubt::tell(&mut tx, &act).await?;
        tx.commit().await?;
        if skipped > 0 || cards > 0 || !doubts.is_empty() {
            self.core.wake.notify_waiters();
        }
        Ok(())
    }

    async fn expire_and_close(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        tx.expire_messages(act.at).await?;
        tx.lapse_obligations(act.at.plus_days(-act.house.lapse_days), act.at).await?;
        for broadcast in tx.running_broadcasts().await? {
            tx.mark_reached_again(&broadcast.id).await?;
            // Another group may still take over: nobody is given up before that is decided.
            if fallback::is_undecided(&mut tx, &broadcast.id).await? {
                continue;
            }
            if tx.mark_unreachable(&broadcast.id).await? > 0 {
                escalate::unreachable(&mut tx, &act, &broadcast).await?;
            }
            if tx.open_pieces(&broadcast.id).await? == 0 {
                close(&mut tx, &act, &broadcast).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn renew_walls(&self) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let due = self.core.store.read().await?.walls_due(act.at, WALLS).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut tx = self.core.store.begin().await?;
        for delivery in &due {
            wall::refresh(&mut tx, &act, delivery).await?;
        }
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(())
    }

    async fn seal(&self) -> EngineResult<()> {
        loop {
            let mut tx = self.core.store.begin().await?;
            let sealed = tx.seal_audit().await?;
            tx.commit().await?;
            if sealed == 0 {
                return Ok(());
            }
        }
    }

    async fn sweep(&self) -> EngineResult<()> {
        let wall = self.core.wall_now();
        if !self.sweep_is_due(wall) {
            return Ok(());
        }
        let mut tx = self.core.store.begin().await?;
        tx.sweep_inbox(wall, wall.plus_days(-FORGET_DAYS)).await?;
        tx.sweep_dialogues(wall.plus_days(-DIALOGUE_DAYS)).await?;
        tx.sweep_menus(wall.plus_days(-DIALOGUE_DAYS)).await?;
        tx.sweep_unused_files(wall.plus_days(-DIALOGUE_DAYS)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sweeping looks at whole tables: once an hour is enough for what is kept for days.
    fn sweep_is_due(&self, wall: Millis) -> bool {
        let last = self.swept_at.load(Ordering::Relaxed);
        let due = wall.0.saturating_sub(last) >= SWEEP_EVERY;
        if due {
            self.swept_at.store(wall.0, Ordering::Relaxed);
        }
        due
    }
}

/// Closes a broadcast; its sends enter the audit as one digest over every message's id, state and platform id.
async fn close(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> EngineResult<()> {
    if !tx.end_broadcast(&broadcast.id, BroadcastState::Closed, act.at).await? {
        return Ok(());
    }
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    let lines: Vec<String> = messages
        .iter()
        .map(|message| format!("{} {} {}", message.id, message.state, message.external_id.as_deref().unwrap_or("-")))
        .collect();
    let digest = sha256_hex(lines.join("\n").as_bytes());
    tx.audit(act, "broadcast.closed", &broadcast.id, &format!("{} {digest}", messages.len())).await?;
    Ok(())
}
