use std::io::Write as _;

use rstest::rstest;

use super::child::read_bytes;
use super::*;
use crate::domain::secrecy::{SecrecyLevel, stamp_in};

mod children;
mod docx_files;
mod pdf_files;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const TEXT: &str = "text/plain; charset=utf-8";
const ANYTHING: &str = "application/octet-stream";

#[rstest]
#[case(b"%PDF-1.7 ...", FileKind::Pdf, "application/pdf")]
#[case(b"\n\n junk %PDF-1.4", FileKind::Pdf, "application/pdf")]
#[case(b"PK\x03\x04....word/document.xml", FileKind::Docx, DOCX)]
#[case(b"PK\x03\x04....xl/workbook.xml", FileKind::Unknown, ANYTHING)]
#[case(b"\x89PNG\r\n\x1a\n....", FileKind::Image, "image/png")]
#[case(b"\xFF\xD8\xFF\xE0", FileKind::Image, "image/jpeg")]
#[case(b"GIF89a....", FileKind::Image, "image/gif")]
#[case(b"II*\0....", FileKind::Image, "image/tiff")]
#[case(b"RIFF....WEBPVP8 ", FileKind::Image, "image/webp")]
#[case(b"....ftypheic....", FileKind::Image, "image/heic")]
#[case(b"....ftypavif....", FileKind::Image, "image/avif")]
#[case(b"BM\x10\0\0\0\0\0\0\0", FileKind::Image, "image/bmp")]
#[case(b"BMW xin chao", FileKind::Text, TEXT)]
#[case(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", FileKind::Unknown, ANYTHING)]
#[case(
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
    FileKind::Unknown,
    "application/msword"
)]
#[case("Kế hoạch".as_bytes(), FileKind::Text, TEXT)]
#[case(b"\xEF\xBB\xBFK\xE1\xBA\xBF", FileKind::Text, TEXT)]
#[case(b"K\xE1\xBA", FileKind::Text, TEXT)]
#[case(b"\xFF\xFEK\0", FileKind::Text, TEXT)]
#[case(b"K\xE1 ho\xB9ch", FileKind::Unknown, ANYTHING)]
#[case(b"{\\rtf1 M\\u7852?T}", FileKind::Unknown, ANYTHING)]
#[case(b"<!DOCTYPE html><p>", FileKind::Unknown, ANYTHING)]
#[case(b"a\0b", FileKind::Unknown, ANYTHING)]
#[case(b"   \n", FileKind::Unknown, ANYTHING)]
#[case(b"", FileKind::Unknown, ANYTHING)]
fn a_file_is_told_by_its_bytes(#[case] bytes: &[u8], #[case] kind: FileKind, #[case] media: &str) {
    assert_eq!((sniff(bytes), media_type(bytes)), (kind, media));
}

#[rstest]
#[case(b"", Reason::Empty)]
#[case(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", Reason::LegacyOffice)]
#[case(b"\x89PNG\r\n\x1a\n....", Reason::Picture)]
#[case(b"PK\x03\x04 not really a zip word/document.xml", Reason::Damaged)]
#[case(b"%PDF-1.7 and nothing else", Reason::Damaged)]
#[case(b"\x00\x01\x02\x03", Reason::Unsupported)]
#[case(b"123 456 ---", Reason::NoText)]
fn what_cannot_be_read_says_why(#[case] bytes: &[u8], #[case] reason: Reason) {
    let report = read_bytes(bytes);
    assert_eq!((report.readable, report.reason), (false, Some(reason)));
}

#[test]
fn a_text_file_is_read_up_to_its_first_form_feed() {
    let report = read_bytes("\u{FEFF}Kế hoạch\nMẬT\u{0C}trang hai".as_bytes());
    assert_eq!(report, Report::read(FileKind::Text, None, "Kế hoạch\nMẬT".to_owned()));
}

#[test]
fn utf_16_text_is_read_in_both_byte_orders() {
    let units: Vec<u16> = "\u{FEFF}Kế hoạch 📢".encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(read_bytes(&little).first_page_text, "Kế hoạch 📢");
    assert_eq!(read_bytes(&big).first_page_text, "Kế hoạch 📢");
}

#[test]
fn a_page_longer_than_kept_is_not_called_read() {
    let report = read_bytes("ế".repeat(MAX_PAGE_CHARS + 1).as_bytes());
    assert_eq!(report.reason, Some(Reason::TooLong));
    assert_eq!(report.first_page_text.chars().count(), MAX_PAGE_CHARS);
    assert!(read_bytes("ế".repeat(MAX_PAGE_CHARS).as_bytes()).readable);
}

#[test]
fn the_report_is_one_flat_json_document() {
    let report = Report::read(FileKind::Pdf, Some(6), "Kế hoạch".to_owned());
    let json = serde_json::to_string(&report).expect("serialises");
    assert_eq!(json, r#"{"kind":"pdf","pages":6,"first_page_text":"Kế hoạch","readable":true,"reason":null}"#);
    assert_eq!(serde_json::from_str::<Report>(&json).expect("reads back"), report);
}

#[test]
fn debug_shows_no_text_of_the_document() {
    let report = read_bytes("Kế hoạch bí mật".as_bytes());
    assert!(!format!("{:?}", Inspection::from(report)).contains("hoạch"));
}

#[test]
fn a_partly_read_page_is_scanned_and_still_not_readable() {
    let report = Report::read(FileKind::Pdf, Some(1), "MẬT".to_owned()).because(Reason::Damaged);
    let inspection = Inspection::from(report);
    assert!(!inspection.first_page().readable);
    assert_eq!(stamp_in(inspection.first_page().text).map(|stamp| stamp.level), Some(SecrecyLevel::Secret));
}

/// A DOCX with these parts.
fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("starts a part");
        archive.write_all(content.as_bytes()).expect("writes a part");
    }
    archive.finish().expect("finishes").into_inner()
}
