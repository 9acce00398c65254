//! What came of several runs, in words and figures.

use std::fmt::Write as _;
use std::ops::AddAssign;

use super::{Figures, Run};

/// Days after which a run ends and the next seed begins: what is remembered of a commune grows, and each day costs more.
pub const STRETCH: u32 = 50;
/// Violations of a run that are printed.
const PRINTED: usize = 20;

/// Several runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Simulated {
    /// Days played, over all runs.
    pub days: u32,
    /// What was played, over all runs.
    pub figures: Figures,
    /// The runs.
    pub runs: Vec<Run>,
}

/// The seeds from `first` on, and how many days each plays, so that it is so many days together.
#[must_use]
pub fn stretches(first: u64, days: u32) -> Vec<(u64, u32)> {
    let starts = (0..days).step_by(usize::try_from(STRETCH).unwrap_or(1));
    (first..).zip(starts).map(|(seed, start)| (seed, STRETCH.min(days - start))).collect()
}

impl Simulated {
    /// One run more.
    pub fn add(&mut self, run: Run) {
        self.days += run.days;
        self.figures += run.figures;
        self.runs.push(run);
    }

    /// How many things must not be.
    #[must_use]
    pub fn violations(&self) -> usize {
        self.runs.iter().map(|run| run.violations.len()).sum()
    }

    /// The commands that play again what must not be.
    #[must_use]
    pub fn replays(&self) -> Vec<String> {
        self.runs.iter().filter(|run| !run.violations.is_empty()).map(Run::replay).collect()
    }

    /// All of it as text.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for run in self.runs.iter().filter(|run| !run.violations.is_empty()) {
            text.push_str(&run.lines());
        }
        let of = &self.figures;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} seeds, {} days: {} messages, {} calls, {} due times, {} updates, {} kills, {} stops, {} clock jumps, {} outages, {} gone, {} emptied, {} violations",
            self.runs.len(),
            self.days,
            of.messages,
            of.calls,
            of.due,
            of.updates,
            of.kills,
            of.stops,
            of.jumps,
            of.outages,
            of.gone,
            of.emptied,
            self.violations()
        );
        text
    }
}

impl Run {
    /// The command that plays it again, to its last day.
    #[must_use]
    pub fn replay(&self) -> String {
        format!("loa bench simulate --seed {} --days {}", self.seed, self.days)
    }

    /// What is wrong with it as text, and how to see it again.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = format!("seed {}, day {}: {} violations\n", self.seed, self.days, self.violations.len());
        for violation in self.violations.iter().take(PRINTED) {
            let finding = &violation.finding;
            let _ = writeln!(
                text,
                "  day {} ({}): {}: {}: {}",
                violation.day, violation.date, finding.rule, finding.row, finding.what
            );
        }
        let _ = writeln!(text, "  again: {}", self.replay());
        text
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.messages += other.messages;
        self.due += other.due;
        self.updates += other.updates;
        self.deeds += other.deeds;
        self.refusals += other.refusals;
        self.kills += other.kills;
        self.stops += other.stops;
        self.jumps += other.jumps;
        self.outages += other.outages;
        self.gone += other.gone;
        self.emptied += other.emptied;
        self.looks += other.looks;
        self.ticks += other.ticks;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Violation};
    use super::*;

    #[test]
    fn days_are_spread_over_seeds() {
        assert_eq!(stretches(7, 12), [(7, 12)]);
        assert_eq!(stretches(1, 90), [(1, 50), (2, 40)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_how_to_see_it_again() {
        let finding = Finding { rule: "nothing is taken twice", row: "m1".to_owned(), what: "two calls".to_owned() };
        let violations = vec![Violation { day: 3, date: "2026-02-07".to_owned(), finding }];
        let run = Run { seed: 9, days: 3, figures: Figures::default(), trace: String::new(), violations };
        let mut all = Simulated::default();
        all.add(run);
        assert!(all.lines().contains("day 3 (2026-02-07): nothing is taken twice: m1: two calls"));
        assert_eq!(all.replays(), ["loa bench simulate --seed 9 --days 3"]);
    }
}
