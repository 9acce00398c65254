//! Reading the beginning of a DOCX up to its first page break, headers included.
//!
//! Parts are unpacked only as far as they are read and never beyond a limit, so a small file that unpacks to
//! gigabytes costs no more than any other.

mod body;

use std::io::{BufReader, Cursor, Read};

use zip::ZipArchive;

use super::page::PageText;
use super::{FileKind, Reason, Report};
use body::{Ending, read_part};

/// The most bytes unpacked of the main part: 16 MiB. The text of a page of 20,000 characters takes well under one.
const MAX_PART_BYTES: u64 = 16 * 1024 * 1024;
/// The most bytes unpacked of the file's properties: 64 KiB.
const MAX_PROPERTIES_BYTES: u64 = 64 * 1024;
/// Headers read at most; a document has three for each section.
const MOST_HEADERS: usize = 6;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads the headers and the text up to the first page break.
pub(super) fn read(bytes: &[u8]) -> Report {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Report::unreadable(FileKind::Docx, Reason::Damaged);
    };
    let mut page = PageText::default();
    let mut whole = true;
    for header in headers(&archive) {
        whole &= read_named(&mut archive, &header, &mut page) != Some(Ending::Broken);
    }
    let ending = read_named(&mut archive, "word/document.xml", &mut page);
    let pages = pages(&mut archive);
    let report = page.into_report(FileKind::Docx, pages, has_picture(&archive));
    match ending {
        Some(Ending::TooLarge) => report.because(Reason::TooLarge),
        Some(Ending::Break | Ending::Complete) if whole => report,
        _ => report.because(Reason::Damaged),
    }
}

fn headers(archive: &Archive<'_>) -> Vec<String> {
    let is_header = |name: &&str| {
        let number = name.strip_prefix("word/header").and_then(|rest| rest.strip_suffix(".xml"));
        number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut names: Vec<String> = archive.file_names().filter(is_header).map(str::to_owned).collect();
    names.sort();
    names.truncate(MOST_HEADERS);
    names
}

/// Whether any picture is packed along; it may be the page itself, photographed.
fn has_picture(archive: &Archive<'_>) -> bool {
    archive.file_names().any(|name| name.starts_with("word/media/"))
}

fn read_named(archive: &mut Archive<'_>, name: &str, page: &mut PageText) -> Option<Ending> {
    let part = archive.by_name(name).ok()?;
    Some(read_part(BufReader::new(part), MAX_PART_BYTES, page))
}

/// The page count that the writing program stored, which is only as good as that program.
fn pages(archive: &mut Archive<'_>) -> Option<u32> {
    let mut properties = String::new();
    let part = archive.by_name("docProps/app.xml").ok()?;
    part.take(MAX_PROPERTIES_BYTES).read_to_string(&mut properties).ok()?;
    let (_, rest) = properties.split_once("<Pages>")?;
    let (count, _) = rest.split_once("</Pages>")?;
    count.trim().parse().ok().filter(|count| *count > 0)
}
