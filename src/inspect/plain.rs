//! Reading plain text: up to the first form feed.

use std::borrow::Cow;

use super::page::PageText;
use super::{FileKind, Report};

/// Reads the first page of UTF-8 or, with a byte order mark, UTF-16 text.
pub(super) fn read(bytes: &[u8]) -> Report {
    let text = decode(bytes);
    let text = text.trim_start_matches('\u{FEFF}');
    let first = text.split('\u{0C}').find(|page| page.chars().any(char::is_alphanumeric)).unwrap_or("");
    let mut page = PageText::default();
    page.push(first);
    page.into_report(FileKind::Text, None, false)
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return String::from_utf8_lossy(bytes),
    };
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
