//! The simulated world: lets time pass from one thing that happens to the next, and looks at everything the process does.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Finding, repeats, rest};
use super::dice::Dice;
use super::evidence::Evidence;
use super::fuse::{self, Fuse, Killed};
use super::life::{self, Ground, Life};
use super::people::People;
use super::platform::Platform;
use super::rows::Rows;
use super::script::{DAY, Deed, HOUR};
use super::time::Time;
use super::{Figures, town};
use crate::domain::calendar::Millis;
use crate::engine::EngineError;
use crate::platform::RawUpdate;
use crate::store::Store;
use crate::usecase::{Act, Via, organise};

mod deeds;
mod loops;

/// The longest time between two looks of the loops when nothing is known to fall due, milliseconds.
const LONGEST_REST: i64 = 8 * HOUR;

/// How long the loops are given at the end of a day, milliseconds, twice.
const A_TURN: i64 = 3_000;
/// A sick account is asked again after half a minute, by loops that turn every second in a service; milliseconds.
const A_PROBE: i64 = 31_000;

/// Something that will happen.
enum Event {
    Deed(Deed),
    /// Somebody says something on a platform.
    Said(usize, RawUpdate),
}

/// The world.
pub(super) struct World {
    ground: Ground,
    time: Time,
    life: Option<Life>,
    /// Processes so far.
    lives: u64,
    /// When the next process begins, by the sun.
    back_at: i64,
    /// How long the process stays away when it dies next, milliseconds.
    away: i64,
    /// When all loops look again, by the sun.
    look_at: i64,
    /// When those that send look again on each platform, by the sun.
    send_at: [i64; 2],
    /// How often they looked for nothing while something waited.
    idle: [u32; 2],
    /// Whether a reminder was refused that will be tried again.
    is_reminder_put_off: bool,
    /// Whether something was told that the process has not processed, as far as anybody knows.
    is_unheard: bool,
    agenda: BTreeMap<(i64, u64), Event>,
    planned: u64,
    /// What was said and the process has not stored, by platform.
    mail: Vec<Vec<RawUpdate>>,
    people: People,
    dice: Dice,
    evidence: Evidence,
    /// Where each schedule stood after the last look at it.
    schedules: BTreeMap<String, i64>,
    figures: Figures,
}

impl World {
    /// A commune in a new database in this folder, at a time; its first process begins.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn new(seed: u64, begun: Millis, url: &str) -> anyhow::Result<Self> {
        // One connection: everything happens in one order.
        let store = Store::open_with(url, 1).await?;
        // By name, as the process keeps them.
        let platforms = vec![Platform::new(town::PLAIN, seed, false), Platform::new(town::RICH, seed, true)];
        let house = Arc::new(life::house(&platforms)?);
        let fuse = Fuse::new();
        fuse::watch(&store, &fuse).await?;
        let rows = Rows::watch(&store).await?;
        let dispatch = life::dispatch_settings()?;
        let mut ground = Ground { store, house, dispatch, platforms, fuse, commune: String::new(), seed };
        let time = Time::at(begun);
        let first = Life::new(&ground, &time, 0);
        let mut tx = ground.store.begin().await?;
        let shell = Act { via: Via::Cli("simulation".to_owned()), ..first.core.act("") };
        organise::import_org(&mut tx, &shell, &town::organisation()?).await?;
        tx.commit().await?;
        ground.commune = first.core.commune_id().await?;
        let evidence = Evidence::new(rows, ground.house.retention);
        Ok(Self {
            ground,
            time,
            life: None,
            lives: 0,
            back_at: 0,
            away: 0,
            look_at: 0,
            send_at: [0; 2],
            idle: [0; 2],
            is_reminder_put_off: false,
            is_unheard: false,
            agenda: BTreeMap::new(),
            planned: 0,
            mail: vec![Vec::new(); 2],
            people: People::new(seed),
            dice: Dice::of(seed, "staff"),
            evidence,
            schedules: BTreeMap::new(),
            figures: Figures::default(),
        })
    }

    /// Lets a day pass on which this happens, by milliseconds since it began.
    ///
    /// # Errors
    /// The database, beside what the process does.
    pub(super) async fn day(&mut self, deeds: Vec<(i64, Deed)>) -> anyhow::Result<()> {
        let (begun, end) = (self.time.sun(), self.time.sun() + DAY);
        for (at, deed) in deeds {
            self.plan_event(begun + at, Event::Deed(deed));
        }
        while self.time.sun() < end {
            self.step(end).await?;
        }
        Ok(())
    }

    /// The process is away for so many days.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn close_for(&mut self, days: i64) -> anyhow::Result<()> {
        self.leave(days * DAY).await
    }

    /// Whether offices work on the day that begins.
    pub(super) fn is_working_day(&self) -> bool {
        self.ground.house.holidays.is_working_day(self.time.date().local_date())
    }

    fn plan_event(&mut self, at: i64, event: Event) {
        self.planned += 1;
        self.agenda.insert((at.max(self.time.sun()), self.planned), event);
    }

    /// Goes to the next thing that happens, at the latest to `end`.
    async fn step(&mut self, end: i64) -> anyhow::Result<()> {
        let next = [
            self.agenda.keys().next().map(|key| key.0),
            self.ground.platforms.iter().filter_map(|platform| platform.next_answer()).min(),
            Some(if self.life.is_some() {
                self.look_at.min(self.send_at[0]).min(self.send_at[1])
            } else {
                self.back_at
            }),
        ];
        let at = next.into_iter().flatten().min().unwrap_or(end).min(end);
        self.time.pass(at - self.time.sun());
        let mut answered = self.hear_answers().await;
        if self.life.is_none() && self.back_at <= self.time.sun() {
            self.begin().await?;
        }
        let mut is_new = self.look_at <= self.time.sun();
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= self.time.sun()) {
            match entry.remove() {
                Event::Deed(deed) => self.done(deed).await?,
                Event::Said(platform, update) => self.mail[platform].push(update),
            }
            is_new = true;
        }
        for (answered, at) in answered.iter_mut().zip(self.send_at) {
            *answered |= at <= self.time.sun();
        }
        self.look(is_new, answered).await
    }

    /// Lets the process hear the answers that are due; gives from which platforms there were any.
    async fn hear_answers(&mut self) -> [bool; 2] {
        let mut answered = [false; 2];
        for (platform, answered) in self.ground.platforms.iter().zip(&mut answered) {
            let given = platform.answer_until(self.time.sun());
            if let Some(life) = &mut self.life {
                life.let_hear(given).await;
                *answered = given > 0;
            }
        }
        answered
    }

    /// A process begins.
    async fn begin(&mut self) -> anyhow::Result<()> {
        self.time.new_process();
        self.ground.fuse.renew();
        self.lives += 1;
        let life = Life::new(&self.ground, &self.time, self.lives);
        // Not everywhere does it know that the process before is dead.
        let knows = !self.lives.is_multiple_of(3);
        life.begin(&self.ground.commune, knows).await?;
        self.life = Some(life);
        (self.look_at, self.is_unheard) = (self.time.sun(), true);
        Ok(())
    }

    /// The process is dead, and another one begins after so many milliseconds. What it had claimed and not sent stays behind.
    async fn die(&mut self, away: i64) -> anyhow::Result<()> {
        self.note_arrivals().await?;
        for platform in &self.ground.platforms {
            platform.forget_callers();
        }
        self.life = None;
        self.ground.fuse.renew();
        self.back_at = self.time.sun() + away.max(1);
        self.figures.kills += 1;
        Ok(())
    }

    /// The process is ended in order.
    async fn leave(&mut self, away: i64) -> anyhow::Result<()> {
        if self.life.is_none() {
            self.back_at = self.back_at.max(self.time.sun() + away);
            return Ok(());
        }
        while let Some(at) = self.ground.platforms.iter().filter_map(|platform| platform.next_answer()).min() {
            self.time.pass(at - self.time.sun());
            self.hear_answers().await;
        }
        if let Some(life) = &mut self.life {
            for dispatcher in &mut life.dispatchers {
                dispatcher.drain().await?;
                dispatcher.release().await?;
            }
        }
        self.life = None;
        self.back_at = self.time.sun() + away.max(1);
        self.figures.stops += 1;
        Ok(())
    }

    fn found(&mut self, findings: Vec<Finding>) {
        self.evidence.found.extend(findings);
    }

    /// What must not be, as far as it was seen since it was asked last.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.evidence.found)
    }

    /// Nobody kills the process any more, unless it is dead already.
    pub(super) fn spare(&self) {
        if !self.ground.fuse.is_blown() {
            self.ground.fuse.renew();
        }
    }

    /// A day is over: the loops turn once more, and everything is looked at. Gives the date.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn end_day(&mut self, is_quiet: bool) -> anyhow::Result<String> {
        let pauses: &[i64] = if is_quiet { &[A_TURN, A_PROBE, A_TURN, A_TURN] } else { &[A_TURN, A_TURN] };
        for pause in pauses {
            self.time.pass(*pause);
            self.hear_answers().await;
            self.look(true, [true; 2]).await?;
        }
        let now = self.time.machine();
        self.note_arrivals().await?;
        self.evidence.end_of_day(&self.ground.store, &self.ground.commune, now, self.life.is_some()).await?;
        if is_quiet {
            let found =
                rest::quiet_day(&self.ground.store, &self.evidence.rows, now, self.ground.house.lapse_days).await?;
            self.found(found);
        }
        Ok(self.time.date().plus_ms(-DAY).local_date().to_string())
    }

    /// Ends the run; gives what was played and the hash of all of it.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn close(mut self) -> anyhow::Result<(Figures, String)> {
        self.life = None;
        self.figures.messages = self.evidence.messages();
        (self.figures.gone, self.figures.emptied) = (self.evidence.gone, self.evidence.rows.emptied().await?);
        self.ground.store.close().await;
        Ok((self.figures, self.evidence.trace()))
    }
}
