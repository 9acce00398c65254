//! Ends a process that no longer turns: one whose every thread hangs in code that never yields answers nobody, obeys no signal but the
//! last, and is started again by nobody who only waits for its end.
//!
//! It counts its own wake-ups and not seconds: while the machine sleeps, or the process is stopped, neither counts.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::task::JoinSet;

/// Between two wake-ups.
const EVERY: Duration = Duration::from_secs(5);
/// Wake-ups without a sign of life: a minute. The longest that was seen on a machine that swaps is a few seconds.
const PATIENCE: u32 = 12;
/// How long the end waits for its line in the log.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Of a programming error inside (sysexits.h, `EX_SOFTWARE`).
const EXIT_CODE: i32 = 70;

/// The signs of life of a runtime; they end with this value.
#[derive(Debug)]
pub struct Pulse {
    _beating: JoinSet<Infallible>,
}

/// Gives signs of life from this runtime, and ends the process when they stay away.
///
/// # Errors
/// The operating system gives no thread.
pub fn guard() -> std::io::Result<Pulse> {
    guard_with(EVERY, PATIENCE, || {
        let cure = "it is to be started again; a report with the log of the last minutes helps";
        // Apart: whoever reads the log may have stopped reading, and that may be what everybody waits for.
        let (done, said) = mpsc::channel();
        let says = move || {
            tracing::error!(cure, "process.stuck");
            let _ = done.send(());
        };
        if std::thread::Builder::new().spawn(says).is_ok() {
            let _ = said.recv_timeout(LAST_WORDS);
        }
        std::process::exit(EXIT_CODE)
    })
}

fn guard_with(every: Duration, patience: u32, end: impl FnOnce() + Send + 'static) -> std::io::Result<Pulse> {
    let beats = Arc::new(AtomicU64::new(0));
    let (seen, given) = (Arc::downgrade(&beats), beats);
    std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
        let mut silence = Silence::default();
        loop {
            std::thread::sleep(every);
            // Nobody means to give any more.
            let Some(beats) = seen.upgrade() else { return };
            if silence.lasts(beats.load(Ordering::Relaxed)) >= patience {
                return end();
            }
        }
    })?;
    let mut beating = JoinSet::new();
    beating.spawn(async move {
        loop {
            given.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(every / 5).await;
        }
    });
    Ok(Pulse { _beating: beating })
}

/// For how many looks in a row nothing was heard.
#[derive(Debug, Default)]
struct Silence {
    heard: u64,
    looks: u32,
}

impl Silence {
    fn lasts(&mut self, beats: u64) -> u32 {
        self.looks = if beats == self.heard { self.looks.saturating_add(1) } else { 0 };
        self.heard = beats;
        self.looks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_silence_without_a_break_counts() {
        let mut silence = Silence::default();
        let lasts: Vec<u32> = [1, 2, 2, 2, 3, 3].map(|beats| silence.lasts(beats)).into();
        assert_eq!(lasts, [0, 0, 1, 2, 0, 1]);
    }

    #[test]
    fn a_runtime_that_hangs_is_ended() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (ended, is_ended) = mpsc::channel();
        runtime.block_on(async {
            let _pulse = guard_with(Duration::from_millis(5), 3, move || ended.send(()).unwrap()).unwrap();
            // This blocks the only thread there is, as a mistake would.
            is_ended.recv_timeout(Duration::from_mins(1)).unwrap();
        });
    }
}
