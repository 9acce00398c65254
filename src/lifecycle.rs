//! Start and end of the process's work.
//!
//! Every long-lived task is spawned here, so that a stop can wait for it. There are two tokens: *soft* asks the loops to
//! start nothing new, *hard* cuts them where they stand. The first SIGTERM, SIGINT or SIGHUP pulls the soft one; a second, or the
//! grace running out, pulls the hard one, of which the soft one is a child. A task that panics or ends with an error
//! pulls the soft one too and makes the process fail: a service that lost a loop must not look healthy.
//!
//! Cutting is safe for the rows: a message that was `sending` becomes `unknown` after the next start, never `pending`.
//! Used by `app`; everything below it is handed a [`Lifecycle`] or only the soft token.

use std::fmt::Display;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod signals;
#[cfg(test)]
mod tests;
pub mod watchdog;

use signals::Signals;
pub use signals::survive_file_size;

/// The work panicked. The panic hook has logged where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it panicked; the log says where")]
pub struct Panicked;

/// Does work and takes a panic for a failure: one message, row or chore then fails, and not the loop it stands in. What the work
/// had borrowed is left as it is, so it must hold nothing half done that others go on with; a transaction is rolled back.
///
/// # Errors
/// It panicked.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}

/// After the cut, tasks get this long to unwind; what is still there then is stuck in code that never yields.
const UNWINDING: Duration = Duration::from_secs(2);

/// The process's tasks and the two tokens that end them. Clones are handles to the same lifecycle.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
    failed: Arc<Mutex<Vec<&'static str>>>,
    grace: Arc<Mutex<Duration>>,
}

/// How the process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The tasks that panicked or ended with an error, in that order.
    pub failed: Vec<&'static str>,
    /// Whether tasks were cut instead of ending by themselves.
    pub cut: bool,
    /// The signal that asked for the end; none when a task failed.
    pub signal: Option<&'static str>,
}

impl Ending {
    /// Why it ended, in a word or two: the signal, or the first task that failed.
    #[must_use]
    pub fn why(&self) -> String {
        match (self.failed.first(), self.signal) {
            (Some(task), _) => format!("failed: {task}"),
            (None, Some(signal)) => signal.to_owned(),
            (None, None) => "done".to_owned(),
        }
    }

    /// Success only if every task ended by itself and well.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.failed.is_empty() && !self.cut { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Lifecycle {
    /// A lifecycle whose stop waits at most `grace` for tasks to end by themselves.
    #[must_use]
    pub fn new(grace: Duration) -> Self {
        let hard = CancellationToken::new();
        Self {
            soft: hard.child_token(),
            hard,
            tasks: TaskTracker::new(),
            failed: Arc::default(),
            grace: Arc::new(Mutex::new(grace)),
        }
    }

    /// From the next stop on waits for tasks no longer than this: nothing that they still do can be kept.
    pub fn hurry(&self, grace: Duration) {
        let mut known = self.grace.lock().unwrap_or_else(PoisonError::into_inner);
        *known = grace.min(*known);
    }

    /// The token a loop looks at before it starts something new.
    #[must_use]
    pub fn soft(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Asks every task to finish what it has begun and end.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Runs a task until it ends or is cut. `Ok` is a good end at any time; a loop that must not end early says so by
    /// an error. The error's text goes to the log, so it must hold no secret.
    pub fn spawn<E>(&self, name: &'static str, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Display + Send + 'static,
    {
        let body = self.tasks.spawn(task);
        let lifecycle = self.clone();
        self.tasks.spawn(async move { lifecycle.watch(name, body).await });
    }

    async fn watch<E: Display>(&self, name: &'static str, body: tokio::task::JoinHandle<Result<(), E>>) {
        let cut = body.abort_handle();
        let result = tokio::select! {
            biased;
            result = body => result,
            () = self.hard.cancelled() => return cut.abort(),
        };
        match result {
            Ok(Ok(())) => tracing::debug!(task = name, "task ended"),
            Ok(Err(error)) => self.fail(name, &error),
            // The panic's own words are left to the panic hook, which knows what may be printed.
            Err(_) => self.fail(name, &"it panicked"),
        }
    }

    fn fail(&self, name: &'static str, reason: &dyn Display) {
        tracing::error!(task = name, %reason, "task failed, stopping");
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        self.stop();
    }

    /// Waits for the end of the process's work, stopped by SIGTERM, SIGINT or SIGHUP.
    ///
    /// # Errors
    /// The operating system refuses a signal handler.
    pub async fn run(&self) -> std::io::Result<Ending> {
        let mut signals = Signals::listen()?;
        Ok(self.run_until(async || signals.next().await).await)
    }

    /// Waits until something asks for a stop (an interrupt, a failed task, [`Lifecycle::stop`]), then for the tasks, and
    /// cuts them at the next interrupt or when the grace is over. `interrupt` gives the name of each signal.
    async fn run_until(&self, mut interrupt: impl AsyncFnMut() -> &'static str) -> Ending {
        let signal = tokio::select! {
            () = self.soft.cancelled() => None,
            signal = interrupt() => Some(signal),
        };
        if let Some(signal) = signal {
            tracing::info!(signal, "stopping: waiting for calls under way");
        }
        self.stop();
        self.tasks.close();
        let grace = *self.grace.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = tokio::select! {
            () = self.tasks.wait() => false,
            signal = interrupt() => {
                tracing::warn!(signal, "second signal: cutting what is under way");
                true
            }
            () = tokio::time::sleep(grace) => {
                tracing::warn!(seconds = grace.as_secs(), "grace is over: cutting what is under way");
                true
            }
        };
        self.hard.cancel();
        if tokio::time::timeout(UNWINDING, self.tasks.wait()).await.is_err() {
            tracing::error!(tasks = self.tasks.len(), "tasks do not end even when cut");
        }
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ending { failed, cut, signal }
    }
}
