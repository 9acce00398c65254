//! Days of a commune in one process and one thread, played from a seed: the real engine and the real use cases on a real
//! database, platforms that fail in every way, a process that is killed after drawn commits, and a clock that is set.
//!
//! Nothing here reads the machine's clock or its randomness, so that a seed gives the same day again. After each day
//! `check` looks at every row beside what the platforms took. Used by `loa bench simulate` and by `tests/it/simulation.rs`.

use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;

use crate::domain::calendar::Millis;

mod check;
mod dice;
mod evidence;
mod fuse;
mod life;
mod people;
mod platform;
mod report;
mod rows;
mod script;
mod staff;
mod time;
mod town;
mod weather;
mod world;

pub use check::Finding;
pub use report::{STRETCH, Simulated, stretches};

use dice::Dice;
use script::Kind;
use world::World;

/// Dates near which runs begin: before a year's end, before Tết, before Quốc khánh, before a 29 February.
const BEGINNINGS: [(i32, u32, u32); 4] = [(2025, 12, 18), (2026, 1, 26), (2026, 8, 10), (2028, 2, 7)];

/// What was played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    /// Calls that arrived at a platform.
    pub calls: u32,
    /// Messages that were queued.
    pub messages: usize,
    /// Due times of schedules that were looked at.
    pub due: u32,
    /// Updates that people caused.
    pub updates: u32,
    /// What the staff did.
    pub deeds: u32,
    /// What a rule refused them.
    pub refusals: u32,
    /// Processes that died in the middle of their work.
    pub kills: u32,
    /// Processes that were ended in order.
    pub stops: u32,
    /// Times the machine's clock was set.
    pub jumps: u32,
    /// Times a platform turned bad.
    pub outages: u32,
    /// Messages that went after their time.
    pub gone: u32,
    /// Messages whose texts did.
    pub emptied: u32,
    /// Times all loops turned.
    pub looks: u32,
    /// Times a dispatcher did.
    pub ticks: u32,
}

/// Something that must not be, and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// The day, from 1.
    pub day: u32,
    /// The date of that day.
    pub date: String,
    /// What it is.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// Days played.
    pub days: u32,
    /// What was played.
    pub figures: Figures,
    /// The hash of everything that happened: the same seed gives the same.
    pub trace: String,
    /// What must not be; the run ends with the first day that has any.
    pub violations: Vec<Violation>,
}

/// Plays a run of so many days on a thread of its own runtime, with its database in this folder. It ends early with the first day
/// on which something is wrong.
///
/// # Errors
/// The database cannot be made or read.
pub fn play(seed: u64, days: u32, folder: &Path) -> anyhow::Result<Run> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("a runtime")?;
    runtime.block_on(played(seed, days, folder))
}

async fn played(seed: u64, days: u32, folder: &Path) -> anyhow::Result<Run> {
    let url = format!("sqlite:{}", folder.join(format!("simulation-{seed}.db")).display());
    let mut dice = Dice::of(seed, "script");
    let mut world = World::new(seed, beginning(seed)?, &url).await?;
    let mut run = Run { seed, days: 0, figures: Figures::default(), trace: String::new(), violations: Vec::new() };
    while run.days < days && run.violations.is_empty() {
        run.days += 1;
        let kind = script::kind(&mut dice, run.days);
        if let Some(still) = script::still_days(run.days).filter(|_| dice.happens(50)) {
            world.close_for(still).await?;
        }
        let is_worked = world.is_working_day();
        if kind == Kind::Quiet {
            world.spare();
        }
        world.day(script::day(&mut dice, kind, is_worked)).await?;
        let date = world.end_day(kind == Kind::Quiet).await?;
        let findings = world.take_findings();
        run.violations.extend(findings.into_iter().map(|finding| Violation {
            day: run.days,
            date: date.clone(),
            finding,
        }));
    }
    (run.figures, run.trace) = world.close().await?;
    Ok(run)
}

fn beginning(seed: u64) -> anyhow::Result<Millis> {
    let count = u64::try_from(BEGINNINGS.len()).unwrap_or(1);
    let (year, month, day) = BEGINNINGS[usize::try_from(seed % count).unwrap_or(0)];
    Ok(Millis::start_of(NaiveDate::from_ymd_opt(year, month, day).context("a date")?))
}
