//! The parent's side: start the child, bound it, and turn whatever happens into an [`Inspection`].

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{Inspection, Reason, Report};

/// How long and how much the parent lets the child talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The time from start to the end of the child; then it is killed.
    pub timeout: Duration,
    /// The most bytes taken from its output; then it is killed.
    pub stdout_bytes: u64,
}

/// Five seconds and 1 MiB: a full report is below 130 KB even if every character has to be escaped.
impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5), stdout_bytes: 1024 * 1024 }
    }
}

/// Inspects `file` by running `program inspect -- FILE` in a child with an empty environment and no input.
///
/// Never fails: every trouble with the child becomes [`Inspection::Unreadable`]. Dropping the future kills the child.
/// Needs a tokio runtime with its IO and time drivers.
pub async fn inspect(program: &Path, file: &Path, limits: Limits) -> Inspection {
    let mut command = Command::new(program);
    // The dashes keep a file name that starts with one from being read as an option.
    command.arg("inspect").arg("--").arg(file);
    run(command, limits).await
}

pub(super) async fn run(mut command: Command, limits: Limits) -> Inspection {
    // What the child complains about may quote the document, so nobody listens to its error output.
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let Ok(mut child) = command.spawn() else {
        return Inspection::failed(Reason::NotStarted);
    };
    let outcome = timeout(limits.timeout, listen(&mut child, limits.stdout_bytes)).await;
    // Ends a child that is still there and reaps it; for one that has ended it does nothing.
    let _ = child.kill().await;
    match outcome {
        Ok(Ok(report)) => report.into(),
        Ok(Err(reason)) => Inspection::failed(reason),
        Err(_) => Inspection::failed(Reason::Timeout),
    }
}

async fn listen(child: &mut Child, most: u64) -> Result<Report, Reason> {
    let output = child.stdout.take().ok_or(Reason::NotStarted)?;
    let mut bytes = Vec::new();
    output.take(most.saturating_add(1)).read_to_end(&mut bytes).await.map_err(|_| Reason::Killed)?;
    if bytes.len() as u64 > most {
        return Err(Reason::Garbage);
    }
    let status = child.wait().await.map_err(|_| Reason::Killed)?;
    let report = serde_json::from_slice(&bytes);
    match (status.code(), report) {
        // A file that vanished is reported with exit code 1.
        (Some(0 | 1), Ok(report)) => Ok(report),
        (Some(0), Err(_)) => Err(Reason::Garbage),
        _ => Err(Reason::Killed),
    }
}
