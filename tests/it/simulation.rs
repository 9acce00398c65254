//! Two hundred simulated days: whatever fails, what must hold holds.

use std::path::PathBuf;

use loa::bench::simulate::{self, Run, Simulated};

use super::db::unique;

/// Seeds, and the days that each plays. Each begins near another date: a year's end, Tết, Quốc khánh, a 29 February.
const RUNS: [(u64, u32); 4] = [(0, 50), (1, 50), (2, 50), (3, 50)];

/// A folder of its own; gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Self {
        let path = std::env::temp_dir().join(format!("loa-simulation-{}", unique()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn played(seed: u64, days: u32) -> Run {
    let folder = Folder::make();
    simulate::play(seed, days, &folder.0).unwrap()
}

#[test]
fn two_hundred_days_pass_and_nothing_happens_that_must_not() {
    let mut all = Simulated::default();
    // Side by side: they know nothing of each other, and are the longest of all tests.
    let runs = std::thread::scope(|scope| {
        RUNS.map(|(seed, days)| scope.spawn(move || played(seed, days))).map(|run| run.join().unwrap())
    });
    for run in runs {
        all.add(run);
    }
    assert_eq!(all.violations(), 0, "{}", all.lines());
    let of = all.figures;
    // A simulation in which nothing goes wrong shows nothing.
    assert!(all.days == 200 && of.kills > 40 && of.jumps > 20 && of.outages > 30 && of.due > 60, "{of:?}");
    assert!(of.gone > 300 && of.emptied > 20, "{of:?}");
    assert!(of.calls > 1_000 && of.updates > 300 && of.refusals < of.deeds, "{of:?}");
}

#[test]
fn a_seed_plays_the_same_days_again() {
    let (one, again, other) = (played(7, 2), played(7, 2), played(8, 2));
    assert_eq!(one, again);
    assert_ne!(one.trace, other.trace);
}
