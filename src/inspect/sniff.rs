//! Telling what a file is from its bytes.

use super::FileKind;

/// Readers accept a PDF header within the first kilobyte (ISO 32000-1, Annex H, implementation note 13).
const PDF_HEADER_WITHIN: usize = 1024;
/// An OLE2 container: Office files of before 2007, and newer ones locked with a password.
const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// First bytes of the pictures that phones and scanners make; HEIC, `WebP` and the rest of their kin are told apart below.
const PICTURES: [&[u8]; 7] = [b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM"];
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
    if is_picture(bytes) {
        return FileKind::Image;
    }
    if is_text(bytes) { FileKind::Text } else { FileKind::Unknown }
}

/// Whether the bytes are an Office file of before 2007 or a locked one.
pub(super) fn is_legacy_office(bytes: &[u8]) -> bool {
    bytes.starts_with(OLE2)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let brand = bytes.get(4..12);
    let heic = matches!(brand, Some(b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftypavif"));
    // Two letters are little proof: a bitmap also says its own reserved zeros.
    let bitmap = !bytes.starts_with(b"BM") || bytes.get(6..10) == Some(&[0; 4]);
    webp || heic || (bitmap && PICTURES.iter().any(|magic| bytes.starts_with(magic)))
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
