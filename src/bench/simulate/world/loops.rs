//! How the loops of the process turn.

use super::{Arc, EngineError, Finding, Killed, LONGEST_REST, Millis, World, repeats};
use crate::bench::simulate::life::Life;
use crate::engine::EngineResult;

/// How long after something was sent the other loops turn, milliseconds: in a service within a second, on a machine that is busy later.
const OTHERS_LOOK_AFTER: [i64; 3] = [1_000, 60_000, 600_000];
/// The same after a reminder was put off: before it leaves again the loops have seen who answered meanwhile.
const AFTER_A_REMINDER: i64 = 700;
/// How far apart turns are while something waits that nobody can say when it may leave, milliseconds.
const WHILE_WAITING: i64 = 1_000;
/// How long a process stays away that died without anybody having planned it.
const AWAY: i64 = 5_000;

impl World {
    /// The loops look: all of them when something new happened or it is time to, else those that send on a platform that answered.
    pub(super) async fn look(&mut self, is_new: bool, answered: [bool; 2]) -> anyhow::Result<()> {
        if self.life.is_none() {
            return Ok(());
        }
        if is_new && self.turn_others().await?.is_err() {
            return self.die(self.away()).await;
        }
        let mut on = answered;
        if is_new {
            self.figures.looks += 1;
            let due = self.evidence.rows.gateways_due(self.time.machine().0).await?;
            for (platform, on) in self.ground.platforms.iter().zip(&mut on) {
                *on |= due.iter().any(|name| name == platform.name);
            }
        }
        match self.send(on).await? {
            Err(Killed) => self.die(self.away()).await,
            Ok(sent) => self.rest(sent, is_new).await,
        }
    }

    const fn away(&self) -> i64 {
        if self.away > 0 { self.away } else { AWAY }
    }

    /// Everything but sending, in the order in which nobody is reminded who has just answered.
    async fn turn_others(&mut self) -> anyhow::Result<Result<(), Killed>> {
        let Some(life) = self.life.take() else { return Ok(Ok(())) };
        let done = self.turned(&life).await;
        self.life = Some(life);
        done
    }

    async fn turned(&mut self, life: &Life) -> anyhow::Result<Result<(), Killed>> {
        let fuse = self.ground.fuse.clone();
        let mail = self.delivered();
        if self.is_unheard || mail.iter().any(|updates| !updates.is_empty()) {
            self.is_unheard = true;
            let Ok(heard) = fuse.unless_killed(Box::pin(life.hear(&mail))).await else { return Ok(Err(Killed)) };
            self.received();
            self.is_unheard = heard.is_err();
            self.note("hear", heard);
        }
        if self.plan(life).await?.is_err() {
            return Ok(Err(Killed));
        }
        let Ok(kept) = fuse.unless_killed(Box::pin(life.keep())).await else { return Ok(Err(Killed)) };
        self.note("keep", kept);
        Ok(Ok(()))
    }

    /// Fires what is due, and compares what came of it with what was foreseen.
    async fn plan(&mut self, life: &Life) -> anyhow::Result<Result<(), Killed>> {
        let (rows, now, house) = (self.evidence.rows.clone(), self.time.machine(), Arc::clone(&self.ground.house));
        let mut foreseen = Vec::new();
        let due = rows.due(now.0).await?;
        if due.is_empty() {
            return Ok(Ok(()));
        }
        for row in due {
            self.is_where_it_was(&row.id, row.fire_at).await?;
            let firings = rows.firings(&row.id).await?;
            foreseen.extend(repeats::foresee(&row, now, &house).map(|one| (row, firings, one)));
        }
        let planned = self.ground.fuse.clone().unless_killed(Box::pin(life.plan())).await;
        for (before, firings, one) in foreseen {
            let after = rows.schedule(&before.id).await?;
            let fired = rows.firings(&before.id).await?;
            self.schedules.insert(after.id.clone(), after.fire_at);
            // Before its transaction was committed nothing came of it.
            if planned.is_ok() || after != before || fired != firings {
                self.figures.due += 1;
                self.found(repeats::compare(&one, &after, (&firings, &fired), now));
            }
        }
        let Ok(planned) = planned else { return Ok(Err(Killed)) };
        self.note("plan", planned);
        Ok(Ok(()))
    }

    /// A schedule that repeats may only have been moved by a look at it, or by a person.
    async fn is_where_it_was(&mut self, schedule: &str, fire_at: i64) -> anyhow::Result<()> {
        let Some(known) = self.schedules.get(schedule).copied().filter(|known| *known != fire_at) else {
            return Ok(());
        };
        if !self.evidence.rows.was_steered(schedule).await? {
            let what = format!("it should go at {known}, and nobody moved it to {fire_at}");
            self.found(vec![Finding::new("no due time is lost but by its policy", schedule, what)]);
        }
        Ok(())
    }

    /// What a loop could not do is a fault of the program: nothing is wrong with this database.
    pub(super) fn note(&mut self, what: &str, done: EngineResult<()>) {
        if let Err(error) = done {
            let tasks = match error {
                EngineError::SetAside(tasks) => tasks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                other => other.to_string(),
            };
            self.found(vec![Finding::new("the engine does what it has to", what, tasks)]);
        }
    }

    /// Sends what may leave on these platforms.
    async fn send(&mut self, on: [bool; 2]) -> anyhow::Result<Result<Sent, Killed>> {
        let Some(mut life) = self.life.take() else { return Ok(Ok(Sent::default())) };
        let sent = self.sent(&mut life, on).await;
        self.life = Some(life);
        sent
    }

    async fn sent(&mut self, life: &mut Life, on: [bool; 2]) -> anyhow::Result<Result<Sent, Killed>> {
        let mut sent = Sent::default();
        for (number, _) in on.iter().enumerate().filter(|(_, on)| **on) {
            let Some(dispatcher) = life.dispatchers.get_mut(number) else { break };
            let ticked = match self.ground.fuse.clone().unless_killed(Box::pin(dispatcher.tick())).await {
                Err(Killed) => return Ok(Err(Killed)),
                Ok(Err(error)) => {
                    self.note("send", Err(error));
                    continue;
                }
                Ok(Ok(ticked)) => ticked,
            };
            self.figures.ticks += 1;
            life.let_leave(ticked.started).await;
            // A probe is on its way beside the calls.
            tokio::task::yield_now().await;
            let is_busy = ticked.started + ticked.recorded > 0;
            self.idle[number] = if is_busy { 0 } else { self.idle[number] + 1 };
            if is_busy {
                sent.any = true;
                self.note_arrivals().await?;
            }
            if ticked.waiting > 0 {
                let ahead = ticked.next.map(|at| at.saturating_sub(life.core.clocks.mono.elapsed()));
                let ahead = ahead.and_then(|ahead| i64::try_from(ahead.as_millis()).ok()).unwrap_or(0);
                // Whoever looks for nothing again and again looks less often.
                let patience = WHILE_WAITING << self.idle[number].min(8);
                sent.waits[number] = Some(ahead.max(if is_busy { 1 } else { patience }));
            }
        }
        Ok(Ok(sent))
    }

    /// When the loops look again.
    async fn rest(&mut self, sent: Sent, looked: bool) -> anyhow::Result<()> {
        let (sun, now) = (self.time.sun(), self.time.machine());
        if looked {
            let due = self.evidence.rows.next_due(now.0).await?.map(|at| Millis(at).since(now));
            self.look_at = sun + due.unwrap_or(LONGEST_REST).clamp(1, LONGEST_REST);
        }
        if sent.any {
            let after = self.dice.one_of(&OTHERS_LOOK_AFTER).copied().unwrap_or(AFTER_A_REMINDER);
            let after = if std::mem::take(&mut self.is_reminder_put_off) { AFTER_A_REMINDER } else { after };
            self.look_at = self.look_at.min(sun + after);
        }
        let due = self.evidence.rows.next_waits(now.0).await?;
        for (number, platform) in self.ground.platforms.iter().enumerate() {
            let own = due.iter().find(|(name, _)| name == platform.name).map(|(_, at)| Millis(*at).since(now));
            let rest = [sent.waits[number], own].into_iter().flatten().min().unwrap_or(LONGEST_REST);
            self.send_at[number] = sun + rest.max(1);
        }
        Ok(())
    }
}

/// What sending came to.
#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    /// Whether a call began or ended.
    any: bool,
    /// In how many milliseconds something that waits on each platform may leave.
    waits: [Option<i64>; 2],
}
