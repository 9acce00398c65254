//! The signals this process knows: those that ask it to stop, and the one that must not end it.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGXFSZ on Linux and the BSDs: a file would have grown past the limit set for this process. Without a handler it ends the
/// process; with one the write fails like on a full disk, and works again when there is room.
const FILE_SIZE: i32 = 25;

/// From here on a file that may not grow any further fails the write and not the process. For every command: one that is killed says
/// nothing.
///
/// # Errors
/// The operating system refuses a signal handler.
pub fn survive_file_size() -> std::io::Result<()> {
    // The runtime keeps a handler that was once set.
    signal(SignalKind::from_raw(FILE_SIZE)).map(|_| ())
}

/// SIGTERM (service managers, containers), SIGINT (Ctrl-C) and SIGHUP (the terminal was closed), which ask for a stop, and SIGXFSZ.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    file_size: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            file_size: signal(SignalKind::from_raw(FILE_SIZE))?,
        })
    }

    /// The name of the next signal that asks for a stop.
    pub(super) async fn next(&mut self) -> &'static str {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hang_up.recv() => return "SIGHUP",
                _ = self.file_size.recv() => {
                    let cure = "raise `ulimit -f` or LimitFSIZE; everything waits until then";
                    tracing::error!(signal = "SIGXFSZ", cure, "a file may not grow any further");
                }
            }
        }
    }
}
