//! Two engines on one database, as far as their ears go.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;

use super::*;
use crate::app;
use crate::clock::{Clocks, TestClock};
use crate::config::Settings;
use crate::domain::calendar::Millis;
use crate::engine::EngineError;
use crate::id::SeededEntropy;
use crate::store::Store;

/// A database that goes away with the test.
struct Stage {
    store: Store,
    path: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        for ending in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(self.path.with_extension(ending));
        }
    }
}

impl Stage {
    async fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("loa-ear-{}-{}.db", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        Self { store, path }
    }

    /// The ear of one process.
    fn ear(&self, seed: u64) -> Ear {
        let settings = Settings::load(None, std::iter::empty()).unwrap();
        let gateways = app::Gateways::new();
        let house = app::house(&settings, &gateways).unwrap();
        let clocks = Clocks::test(&TestClock::at(Millis(1_753_664_400_000)));
        let core = app::core(self.store.clone(), clocks, SeededEntropy::new(seed), house, gateways);
        Ear::new(core, "telegram")
    }

    /// The kinds of the open incidents.
    async fn open(&self) -> Vec<String> {
        let incidents = self.store.read().await.unwrap().open_incidents().await.unwrap();
        assert!(incidents.iter().all(|incident| incident.scope == "receiving:telegram"), "{incidents:?}");
        incidents.into_iter().map(|incident| incident.kind).collect()
    }
}

fn cut() -> Result<(), PollError> {
    Err(AskError::Unreachable("connection reset".to_owned()).into())
}

fn asked_to_wait() -> Result<(), PollError> {
    Err(AskError::Wait(Duration::from_secs(7)).into())
}

#[rstest]
#[case::token(AskError::Unauthorized("401".to_owned()), "unauthorized")]
#[case::somebody_else(AskError::Conflict("409".to_owned()), "conflict")]
#[tokio::test]
async fn what_only_a_person_repairs_is_an_incident_at_once(#[case] error: AskError, #[case] kind: &str) {
    let stage = Stage::new().await;
    let mut ear = stage.ear(1);
    assert_eq!(ear.polled(Err(error.clone().into())).await, Duration::from_secs(1));
    assert_eq!(stage.open().await, [kind]);
    ear.polled(Err(error.into())).await;
    assert_eq!(stage.open().await, [kind], "the same one");
    assert_eq!(ear.polled(Ok(())).await, Duration::ZERO);
    assert_eq!(stage.open().await, Vec::<String>::new());
}

#[rstest]
#[case::cut(cut, "unreachable", 4)]
#[case::asked_to_wait(asked_to_wait, "unreachable", 7)]
#[case::database(|| Err(EngineError::NoCommune.into()), "not_stored", 4)]
#[tokio::test]
async fn what_may_pass_by_itself_is_one_when_it_happens_three_times_in_a_row(
    #[case] fault: fn() -> Result<(), PollError>,
    #[case] kind: &str,
    #[case] third_wait: u64,
) {
    let stage = Stage::new().await;
    let mut ear = stage.ear(1);
    for _ in 0..2 {
        ear.polled(fault()).await;
        ear.polled(fault()).await;
        assert_eq!(stage.open().await, Vec::<String>::new());
        ear.polled(Ok(())).await;
    }
    for _ in 0..2 {
        ear.polled(fault()).await;
    }
    assert_eq!(ear.polled(fault()).await, Duration::from_secs(third_wait));
    assert_eq!(stage.open().await, [kind]);
}

#[tokio::test]
async fn the_next_success_closes_it_whoever_hears_then() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.ear(1), stage.ear(2));
    second.polled(Ok(())).await;
    for _ in 0..3 {
        second.rests();
        first.polled(cut()).await;
    }
    assert_eq!(stage.open().await, ["unreachable"]);
    // The first engine loses the gateway to the second, which never had a fault of its own.
    first.rests();
    second.polled(Ok(())).await;
    assert_eq!(stage.open().await, Vec::<String>::new());

    first.polled(Err(AskError::Unauthorized("401".to_owned()).into())).await;
    assert_eq!(stage.open().await, ["unauthorized"]);
    stage.ear(3).polled(Ok(())).await;
    assert_eq!(stage.open().await, Vec::<String>::new(), "a process that has just started");
}

#[test]
fn waits_grow_to_a_minute() {
    let waits: Vec<u64> = (1..=8).map(|faults| backoff(faults).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
}
