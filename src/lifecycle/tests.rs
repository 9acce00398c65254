//! What each way to end looks like. Interrupts come from a channel; no test waits for a clock.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// Long enough that a test which has to wait for it is seen to hang.
const NEVER: Duration = Duration::from_hours(1);

type Done = Result<(), &'static str>;

fn interrupts() -> (Sender<&'static str>, Receiver<&'static str>) {
    channel(4)
}

async fn run(lifecycle: &Lifecycle, mut interrupts: Receiver<&'static str>) -> Ending {
    lifecycle
        .run_until(async || match interrupts.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        })
        .await
}

/// A good end, asked for by a signal or from within.
fn clean(signal: Option<&'static str>) -> Ending {
    Ending { failed: vec![], cut: false, signal }
}

fn success(ending: &Ending) -> bool {
    format!("{:?}", ending.exit_code()) == format!("{:?}", ExitCode::SUCCESS)
}

#[tokio::test]
async fn the_first_signal_lets_tasks_finish_what_they_began() {
    let lifecycle = Lifecycle::new(NEVER);
    let (soft, finished) = (lifecycle.soft(), Arc::new(AtomicBool::new(false)));
    let mark = finished.clone();
    lifecycle.spawn("loop", async move {
        soft.cancelled().await;
        tokio::task::yield_now().await;
        mark.store(true, Ordering::SeqCst);
        Done::Ok(())
    });
    let (send, receive) = interrupts();
    send.send("SIGTERM").await.unwrap();
    let ending = run(&lifecycle, receive).await;
    assert_eq!(ending, clean(Some("SIGTERM")));
    assert!(finished.load(Ordering::SeqCst) && success(&ending));
}

#[tokio::test]
async fn a_second_signal_cuts_a_task_that_does_not_end() {
    let lifecycle = Lifecycle::new(NEVER);
    lifecycle.spawn("stubborn", std::future::pending::<Done>());
    let (send, receive) = interrupts();
    send.send("SIGTERM").await.unwrap();
    send.send("SIGINT").await.unwrap();
    let ending = run(&lifecycle, receive).await;
    assert_eq!(ending, Ending { failed: vec![], cut: true, signal: Some("SIGTERM") });
    assert!(!success(&ending));
    assert!(lifecycle.tasks.is_empty());
}

#[tokio::test]
async fn when_the_grace_is_over_the_rest_is_cut() {
    let lifecycle = Lifecycle::new(Duration::ZERO);
    lifecycle.spawn("stubborn", std::future::pending::<Done>());
    lifecycle.stop();
    let ending = run(&lifecycle, interrupts().1).await;
    assert!(ending.cut && lifecycle.tasks.is_empty());
}

#[tokio::test]
async fn a_task_that_ends_with_an_error_stops_the_others_and_fails_the_process() {
    let lifecycle = Lifecycle::new(NEVER);
    let soft = lifecycle.soft();
    lifecycle.spawn("well", async move {
        soft.cancelled().await;
        Done::Ok(())
    });
    lifecycle.spawn("poller", async { Done::Err("the lease is lost") });
    let ending = run(&lifecycle, interrupts().1).await;
    assert_eq!(ending, Ending { failed: vec!["poller"], cut: false, signal: None });
    assert!(!success(&ending));
}

#[tokio::test]
async fn a_task_that_panics_stops_the_others_and_fails_the_process() {
    let lifecycle = Lifecycle::new(NEVER);
    lifecycle.spawn("poller", async {
        if std::hint::black_box(true) {
            std::panic::resume_unwind(Box::new("planted"));
        }
        Done::Ok(())
    });
    let ending = run(&lifecycle, interrupts().1).await;
    assert_eq!(ending.failed, ["poller"]);
    assert!(!success(&ending));
}

#[tokio::test]
async fn a_task_that_ends_well_stops_nothing() {
    let lifecycle = Lifecycle::new(NEVER);
    lifecycle.spawn("short", async { Done::Ok(()) });
    while !lifecycle.tasks.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!lifecycle.soft().is_cancelled());
    lifecycle.stop();
    assert_eq!(run(&lifecycle, interrupts().1).await, clean(None));
}

#[tokio::test]
async fn an_error_during_the_stop_still_fails_the_process() {
    let lifecycle = Lifecycle::new(NEVER);
    let soft = lifecycle.soft();
    lifecycle.spawn("writer", async move {
        soft.cancelled().await;
        Done::Err("the last outcome could not be written")
    });
    lifecycle.stop();
    assert_eq!(run(&lifecycle, interrupts().1).await.failed, ["writer"]);
}

#[tokio::test]
async fn a_task_spawned_during_the_stop_is_waited_for_too() {
    let lifecycle = Lifecycle::new(NEVER);
    let (soft, inner, finished) = (lifecycle.soft(), lifecycle.clone(), Arc::new(AtomicBool::new(false)));
    let mark = finished.clone();
    lifecycle.spawn("outer", async move {
        soft.cancelled().await;
        inner.spawn("inner", async move {
            tokio::task::yield_now().await;
            mark.store(true, Ordering::SeqCst);
            Done::Ok(())
        });
        Done::Ok(())
    });
    lifecycle.stop();
    assert_eq!(run(&lifecycle, interrupts().1).await, clean(None));
    assert!(finished.load(Ordering::SeqCst));
}

#[test]
fn the_hard_token_takes_the_soft_one_with_it_and_not_the_other_way_round() {
    let lifecycle = Lifecycle::new(NEVER);
    lifecycle.stop();
    assert!(!lifecycle.hard.is_cancelled());
    let lifecycle = Lifecycle::new(NEVER);
    lifecycle.hard.cancel();
    assert!(lifecycle.soft().is_cancelled());
}

#[tokio::test]
async fn a_panic_is_a_failure_of_the_work_it_stands_in() {
    assert_eq!(caught(async { 7 }).await, Ok(7));
    let mistaken = async {
        tokio::task::yield_now().await;
        panic!("made for the test")
    };
    assert_eq!(caught::<()>(mistaken).await, Err(Panicked));
}
