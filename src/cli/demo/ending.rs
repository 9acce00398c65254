//! What ends a demo before its time, and the exit code that tells of it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::terminal::Terminal;

/// The exit code of a program that a signal ended is this and the signal's number (POSIX shells).
const BY_SIGNAL: u8 = 128;
/// Numbers of signals, the same on every Unix.
const HANGUP: u8 = 1;
const INTERRUPT: u8 = 2;
const PIPE: u8 = 13;
const TERMINATE: u8 = 15;

/// The signals that ask for an end, listened to from the first moment on.
pub(super) struct Ending {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
    terminal: Terminal,
}

impl Ending {
    /// Listens. From here on a signal no longer ends the process by itself.
    ///
    /// # Errors
    /// The operating system refuses a signal handler.
    pub fn listen(terminal: Terminal) -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            terminal,
        })
    }

    /// Waits for Ctrl-C, a service manager's wish, a terminal that was closed, or a reader who has gone; gives the exit code.
    pub async fn asked(&mut self) -> u8 {
        let number = tokio::select! {
            _ = self.hangup.recv() => HANGUP,
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.terminate.recv() => TERMINATE,
            () = self.terminal.gone() => PIPE,
        };
        BY_SIGNAL + number
    }
}
