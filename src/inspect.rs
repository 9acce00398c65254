//! Reading a document's first page in a bounded child process: `loa inspect FILE`.
//!
//! Files come from strangers and the readers are not made for that: a PDF can make its reader panic, recurse, loop or
//! take a gigabyte. So the service never parses one. It starts its own binary again, which first limits its memory
//! and processor time, reads one file, prints one JSON document and ends. Invariants:
//!
//! * [`inspect`] always answers. Whatever happens to the child, the file is still there and the answer says
//!   [`Inspection::Unreadable`] with the reason; the secrecy gate then asks a person.
//! * No text of a document reaches a log: the child's error output goes nowhere, `Debug` shows lengths.
//! * What kind of file it is follows from its bytes, never from its name.
//!
//! [`run_child`] is called by `main` before any runtime or thread exists; [`inspect`] by the compose desk.

mod child;
mod docx;
mod page;
mod parent;
mod pdf;
mod plain;
mod sample;
mod sniff;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::secrecy::FirstPage;
use crate::domain::text_enum::text_enum;

pub use child::{MAX_CPU_SECONDS, MAX_FILE_BYTES, MAX_MEMORY_BYTES, run_child};
pub use page::MAX_PAGE_CHARS;
pub use parent::{Limits, inspect};
pub use sample::sample_pdf;
pub use sniff::{media_type, sniff};

text_enum! {
    /// What a file is, told from its bytes.
    pub enum FileKind {
        /// Portable Document Format.
        Pdf => "pdf",
        /// Office Open XML text document.
        Docx => "docx",
        /// Plain text in UTF-8 or UTF-16.
        Text => "text",
        /// A picture: PNG, JPEG, GIF, WebP, TIFF, BMP, HEIC, AVIF.
        Image => "image",
        /// Anything else, Office files of before 2007 included.
        Unknown => "unknown",
    }
}

text_enum! {
    /// Why a page could not be read in full.
    pub enum Reason {
        /// The file has no bytes.
        Empty => "empty",
        /// The file is longer than [`MAX_FILE_BYTES`], or unpacks to more than is read.
        TooLarge => "too_large",
        /// The page has more than [`MAX_PAGE_CHARS`] characters; the text is its beginning.
        TooLong => "too_long",
        /// The file breaks the rules of its kind; the text is what was read until there.
        Damaged => "damaged",
        /// The file needs a password.
        Locked => "locked",
        /// The page has no letters in its text layer.
        NoText => "no_text",
        /// The page is a picture, perhaps with a few words laid over it by a signing or scanning program.
        Picture => "picture",
        /// A `.doc`, `.xls` or `.ppt` of before 2007, or an Office file with a password.
        LegacyOffice => "legacy_office",
        /// A kind of file that is not read.
        Unsupported => "unsupported",
        /// The file is not there or may not be opened.
        Missing => "missing",
        /// The child did not finish in time.
        Timeout => "timeout",
        /// The child was ended by a signal, its memory limit or a crash.
        Killed => "killed",
        /// The child ended well but what it printed is not a report.
        Garbage => "garbage",
        /// The child could not be started.
        NotStarted => "not_started",
    }
}

/// What the child prints: one JSON document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the file is.
    pub kind: FileKind,
    /// How many pages it has, where the file says so.
    pub pages: Option<u32>,
    /// The text of the first page as extracted, not normalised; at most [`MAX_PAGE_CHARS`] characters.
    pub first_page_text: String,
    /// Whether the text is all that stands on the first page.
    pub readable: bool,
    /// Why it is not, exactly when `readable` is false.
    pub reason: Option<Reason>,
}

impl Report {
    /// A page read in full.
    fn read(kind: FileKind, pages: Option<u32>, text: String) -> Self {
        Self { kind, pages, first_page_text: text, readable: true, reason: None }
    }

    /// A page of which nothing was read.
    fn unreadable(kind: FileKind, reason: Reason) -> Self {
        Self { kind, pages: None, first_page_text: String::new(), readable: false, reason: Some(reason) }
    }

    /// The same report, but only a part of the page was read.
    fn because(self, reason: Reason) -> Self {
        Self { readable: false, reason: Some(reason), ..self }
    }
}

/// Shows the length of the text only.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("kind", &self.kind)
            .field("pages", &self.pages)
            .field("bytes", &self.first_page_text.len())
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// What is known of a file after inspecting it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspection {
    /// The first page was read in full.
    Read(Report),
    /// It was not; a person has to look at it.
    Unreadable {
        /// Why.
        reason: Reason,
        /// What the child could tell nevertheless; `None` when the child failed.
        report: Option<Report>,
    },
}

impl Inspection {
    /// What the file is, as far as the child could tell.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        self.report().map_or(FileKind::Unknown, |report| report.kind)
    }

    /// The number of pages, where known.
    #[must_use]
    pub fn pages(&self) -> Option<u32> {
        self.report().and_then(|report| report.pages)
    }

    /// The page as the secrecy gate takes it; a part of a page is scanned too.
    #[must_use]
    pub fn first_page(&self) -> FirstPage<'_> {
        let text = self.report().map_or("", |report| report.first_page_text.as_str());
        FirstPage { text, readable: matches!(self, Self::Read(_)) }
    }

    fn report(&self) -> Option<&Report> {
        match self {
            Self::Read(report) => Some(report),
            Self::Unreadable { report, .. } => report.as_ref(),
        }
    }

    fn failed(reason: Reason) -> Self {
        Self::Unreadable { reason, report: None }
    }
}

impl From<Report> for Inspection {
    fn from(report: Report) -> Self {
        match (report.readable, report.reason) {
            (true, None) => Self::Read(report),
            (_, reason) => Self::Unreadable { reason: reason.unwrap_or(Reason::Garbage), report: Some(report) },
        }
    }
}

#[cfg(test)]
mod tests;
