//! The child's side: limit itself, read one file, print one JSON document.

use std::fs::File;
use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;

use super::sniff::is_legacy_office;
use super::{FileKind, Reason, Report, docx, pdf, plain, sniff};

/// The address space the child allows itself, in bytes: 256 MiB.
pub const MAX_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// The processor time the child allows itself, in seconds.
pub const MAX_CPU_SECONDS: u64 = 5;
/// The longest file that is read, in bytes: 64 MiB, well above what the platforms deliver (20 MB to a Telegram bot).
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads the first page of `path` and prints a [`Report`] as one line of JSON on `out`.
///
/// Must be the only thing its process does: it lowers the process's own limits for good and silences panics. Call it
/// before starting a runtime, because thread stacks count against the memory limit. An unreadable page is a report
/// and a success; failure means that the file could not be opened, or that nobody took the report.
pub fn run_child(path: &Path, out: &mut dyn Write) -> ExitCode {
    limit_self();
    // A panic message may quote the document.
    panic::set_hook(Box::new(|_| {}));
    let report = read_file(path);
    match print(&report, out) {
        Ok(()) if report.reason != Some(Reason::Missing) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn read_file(path: &Path) -> Report {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(_) => Report::unreadable(FileKind::Unknown, Reason::Missing),
        Ok(length) if length as u64 > MAX_FILE_BYTES => Report::unreadable(sniff(&bytes), Reason::TooLarge),
        Ok(_) => read_bytes(&bytes),
    }
}

/// Reads the first page out of a whole file. Panics of the readers end here; endless loops and exhausted memory do not.
pub(super) fn read_bytes(bytes: &[u8]) -> Report {
    let kind = sniff(bytes);
    let read = || match kind {
        FileKind::Pdf => pdf::read(bytes),
        FileKind::Docx => docx::read(bytes),
        FileKind::Text => plain::read(bytes),
        FileKind::Image => Report::unreadable(kind, Reason::Picture),
        FileKind::Unknown => Report::unreadable(kind, unknown_reason(bytes)),
    };
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Report::unreadable(kind, Reason::Damaged))
}

fn unknown_reason(bytes: &[u8]) -> Reason {
    if bytes.is_empty() {
        Reason::Empty
    } else if is_legacy_office(bytes) {
        Reason::LegacyOffice
    } else {
        Reason::Unsupported
    }
}

/// Lowers the limits where the platform has them; where it has none, the parent's timeout remains.
#[cfg(unix)]
fn limit_self() {
    use rlimit::Resource;
    let limits = [
        (Resource::AS, MAX_MEMORY_BYTES),
        (Resource::CPU, MAX_CPU_SECONDS),
        // A core file would be a copy of the document.
        (Resource::CORE, 0),
    ];
    for (resource, wanted) in limits {
        let ceiling = resource.get_hard().unwrap_or(wanted);
        // An outer, stricter limit stays as it is; a platform without this resource has nothing to set.
        let _ = resource.set(wanted.min(ceiling), wanted.min(ceiling));
    }
}

#[cfg(not(unix))]
fn limit_self() {}
