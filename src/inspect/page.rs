//! The text of one page while it is being collected, bounded.

use super::{FileKind, Reason, Report};

/// The most characters kept of a first page. A dense A4 page has about 4,000.
pub const MAX_PAGE_CHARS: usize = 20_000;
/// Fewer letters than this beside a picture are a signature block or a scanner's imprint, not the page.
const FEWEST_LETTERS: usize = 200;

/// Text with a limit; what does not fit is dropped and remembered as missing.
#[derive(Default)]
pub(super) struct PageText {
    text: String,
    chars: usize,
    pub(super) full: bool,
}

impl PageText {
    pub(super) fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.chars == MAX_PAGE_CHARS {
                self.full = true;
                return;
            }
            self.text.push(c);
            self.chars += 1;
        }
    }

    pub(super) fn has_letters(&self) -> bool {
        self.text.chars().any(char::is_alphabetic)
    }

    /// The report on a page whose text is complete as far as its reader knows.
    pub(super) fn into_report(self, kind: FileKind, pages: Option<u32>, has_picture: bool) -> Report {
        let letters = self.text.chars().filter(|c| c.is_alphabetic()).take(FEWEST_LETTERS).count();
        let reason = match letters {
            _ if self.full => Some(Reason::TooLong),
            letters if has_picture && letters < FEWEST_LETTERS => Some(Reason::Picture),
            0 => Some(Reason::NoText),
            _ => None,
        };
        let report = Report::read(kind, pages, self.text);
        match reason {
            Some(reason) => report.because(reason),
            None => report,
        }
    }
}
