//! The log: lines on stderr, and what must never stand in them.
//!
//! Three nets, because a token is part of every URL a platform is called with. Libraries are kept at WARN whatever the
//! filter says, since their finer levels print URLs and headers; every finished line goes through [`redact()`]; a panic is
//! logged with its place, and with its words only when they are fixed ones in the source, since a formatted message may
//! quote a document or a chat. Called once by `app`; [`redact()`] also by whatever stores an error's text in a row.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fs::File;
use std::io;
use std::panic::PanicHookInfo;
use std::path::Path;
use std::sync::Mutex;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

mod redact;
#[cfg(test)]
mod tests;

pub use redact::redact;

/// The crate whose levels the filter decides alone.
const OURS: &str = "loa";

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error(
        "`log.filter` is not a log filter ({0}): write levels by target, for example \"info\" or \"info,loa=debug\""
    )]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The file for it cannot be made.
    #[error("the log cannot be written: {0}")]
    File(#[from] io::Error),
    /// Something in this process has set up a log before.
    #[error("the log is already set up")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Sets up the log of the process and the words of a panic. Records of libraries that use the `log` crate arrive too.
///
/// # Errors
/// The filter cannot be read, or a log is set up already.
pub fn init(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    tracing_subscriber::registry().with(layer(format, filter, io::stderr)?).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Sets up the log of a process whose terminal is for something else: the same lines, in a file that is made anew.
///
/// # Errors
/// As [`init`]; the file cannot be made.
pub fn init_file(filter: &str, path: &Path) -> Result<(), TelemetryError> {
    let file = Mutex::new(File::create(path)?);
    tracing_subscriber::registry().with(layer(LogFormat::Text, filter, file)?).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The one layer: format, filter, cap and redaction over any writer.
fn layer<S, W>(format: LogFormat, filter: &str, writer: W) -> Result<Box<dyn Layer<S> + Send + Sync>, TelemetryError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Filters of the whole and not of one layer: with those the first record after a server's notice was lost (kill.rs looks for it).
    let filter = filter_fn(may_log).and_then(EnvFilter::try_new(filter)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(Redacting(writer));
    Ok(match format {
        LogFormat::Text => filter.and_then(lines.with_ansi(false)).boxed(),
        LogFormat::Json => filter.and_then(lines.json().flatten_event(true)).boxed(),
    })
}

/// Whether a record may exist at all: anything of ours, warnings of everybody else.
fn may_log(metadata: &Metadata<'_>) -> bool {
    let krate = metadata.target().split("::").next().unwrap_or_default();
    krate == OURS || *metadata.level() <= tracing::Level::WARN
}

/// A writer that sees each finished line once and takes secrets out.
struct Redacting<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Redacting<W> {
    type Writer = RedactingWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactingWriter(self.0.make_writer())
    }
}

struct RedactingWriter<W>(W);

impl<W: io::Write> io::Write for RedactingWriter<W> {
    // The formatter hands over a whole line in one call, so nothing is split across two.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(line), &[]).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(%place, thread = thread.name().unwrap_or("unnamed"), "panic: {}", words_of(panic.payload()));
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        tracing::error!("{backtrace}");
    }
}

/// The words of a panic, if they are fixed ones.
fn words_of(payload: &(dyn std::any::Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(its words are withheld: they may quote what was handled)")
}
