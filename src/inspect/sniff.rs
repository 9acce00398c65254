//! Telling what a file is from its bytes.

use super::FileKind;

/// Readers accept a PDF header within the first kilobyte (ISO 32000-1, Annex H, implementation note 13).
const PDF_HEADER_WITHIN: usize = 1024;
/// An OLE2 container: Office files of before 2007, and newer ones locked with a password.
const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The stream of an OLE2 container that makes it a Word file ([MS-DOC] 2.1.1), in UTF-16LE as its directory names it.
const WORD_STREAM: &[u8] = b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0";
/// First bytes of the pictures that phones and scanners make, and their media types; HEIC, `WebP` and bitmaps are told apart below.
const PICTURES: [(&[u8], &str); 6] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xFF\xD8\xFF", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
];
/// Text that is a program for showing text: its words are not what a reader sees.
const MARKUP: [&str; 5] = ["{\\rtf", "<!doctype", "<html", "<?xml", "%!ps"];

/// What the bytes of a file are. The whole file is best; a DOCX is recognised only when the name of its main part is
/// among the bytes. Any bytes are answered; an empty file is unknown.
#[must_use]
pub fn sniff(bytes: &[u8]) -> FileKind {
    let head = &bytes[..bytes.len().min(PDF_HEADER_WITHIN)];
    if contains(head, b"%PDF-") {
        return FileKind::Pdf;
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let docx = contains(bytes, b"word/document.xml");
        return if docx { FileKind::Docx } else { FileKind::Unknown };
    }
    if picture_type(bytes).is_some() {
        return FileKind::Image;
    }
    if is_text(bytes) { FileKind::Text } else { FileKind::Unknown }
}

/// The media type of a file by what it is, never by its name; the whole file, as for [`sniff`].
#[must_use]
pub fn media_type(bytes: &[u8]) -> &'static str {
    match sniff(bytes) {
        FileKind::Pdf => "application/pdf",
        FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind::Text => "text/plain; charset=utf-8",
        FileKind::Unknown if is_legacy_office(bytes) && contains(bytes, WORD_STREAM) => "application/msword",
        FileKind::Image | FileKind::Unknown => picture_type(bytes).unwrap_or("application/octet-stream"),
    }
}

/// Whether the bytes are an Office file of before 2007 or a locked one.
pub(super) fn is_legacy_office(bytes: &[u8]) -> bool {
    bytes.starts_with(OLE2)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The media type of a picture, by its first bytes; none for what is no picture.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    match bytes.get(4..12) {
        Some(b"ftypheic" | b"ftypheix") => return Some("image/heic"),
        Some(b"ftypmif1") => return Some("image/heif"),
        Some(b"ftypavif") => return Some("image/avif"),
        _ => {}
    }
    // Two letters are little proof: a bitmap also says its own reserved zeros.
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return Some("image/bmp");
    }
    PICTURES.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, media_type)| *media_type)
}

fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return bytes.len() > 2;
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A file cut in the middle of a letter is still text.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return false,
    };
    let text = valid.trim_start_matches('\u{FEFF}').trim_start();
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{0C}');
    let start: String = text.chars().take(16).flat_map(char::to_lowercase).collect();
    !text.is_empty() && !MARKUP.iter().any(|markup| start.starts_with(markup)) && !text.contains(control)
}
