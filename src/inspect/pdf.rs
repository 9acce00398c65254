//! Reading the first page of a PDF. Only that page's content is interpreted, however long the file is.

use std::panic::{self, AssertUnwindSafe};

use pdf_extract::{
    Dictionary, Document, Error, Object, ObjectId, PlainTextOutput, decode_text_string, output_doc_page,
};

use super::page::PageText;
use super::{FileKind, Reason, Report};

/// Stamps and notes laid over the page that are read at most.
const MOST_ANNOTATIONS: usize = 200;

/// Reads the first page's text layer and the text of the stamps, notes and form fields laid over it.
pub(super) fn read(bytes: &[u8]) -> Report {
    let document = match open(bytes) {
        Ok(document) => document,
        Err(reason) => return Report::unreadable(FileKind::Pdf, reason),
    };
    let pages = document.get_pages();
    let Some(first) = pages.get(&1) else {
        return Report::unreadable(FileKind::Pdf, Reason::Damaged);
    };
    let mut page = PageText::default();
    let whole = page_text(&document, &mut page);
    overlay_text(&document, *first, &mut page);
    let report = page.into_report(FileKind::Pdf, u32::try_from(pages.len()).ok(), has_picture(&document, *first));
    if whole { report } else { report.because(Reason::Damaged) }
}

/// Parses the file; one that opens with the empty password, as protected office exports do, is opened.
fn open(bytes: &[u8]) -> Result<Document, Reason> {
    let mut document = Document::load_mem(bytes).map_err(|error| reason_of(&error))?;
    if document.is_encrypted() {
        document.decrypt("").map_err(|_| Reason::Locked)?;
    }
    Ok(document)
}

fn reason_of(error: &Error) -> Reason {
    match error {
        Error::InvalidPassword | Error::Decryption(_) => Reason::Locked,
        _ => Reason::Damaged,
    }
}

/// Collects the text layer; `false` when the reader gave up, with what it had read until then.
fn page_text(document: &Document, page: &mut PageText) -> bool {
    let mut text = String::new();
    // The reader panics on fonts without a Unicode table and on shapes it does not expect.
    let outcome =
        panic::catch_unwind(AssertUnwindSafe(|| output_doc_page(document, &mut PlainTextOutput::new(&mut text), 1)));
    page.push(&text);
    matches!(outcome, Ok(Ok(())))
}

/// Adds what stands in annotations: a secrecy stamp set by a PDF program is one.
fn overlay_text(document: &Document, first: ObjectId, page: &mut PageText) {
    let annotations = document.get_page_annotations(first).unwrap_or_default();
    for annotation in annotations.into_iter().take(MOST_ANNOTATIONS) {
        for key in [b"Contents".as_slice(), b"V"] {
            if let Some(text) = text_of(document, annotation, key) {
                page.push("\n");
                page.push(&text);
            }
        }
    }
}

fn text_of(document: &Document, annotation: &Dictionary, key: &[u8]) -> Option<String> {
    let object = annotation.get_deref(key, document).ok()?;
    matches!(object, Object::String(..)).then(|| decode_text_string(object).ok()).flatten()
}

/// Whether the page shows a picture; resources that cannot be followed count as one.
fn has_picture(document: &Document, first: ObjectId) -> bool {
    document.get_page_images(first).map_or(true, |images| !images.is_empty())
}
