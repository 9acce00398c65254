use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const PLAN: [&str; 4] =
    ["UBND XÃ HÀ LONG", "Số:      /KH-UBND", "KẾ HOẠCH", "Tuyên truyền về đột phá phát triển khoa học, công nghệ 📢"];

fn lines(report: &Report) -> Vec<&str> {
    report.first_page_text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_sample_writer_and_the_reader_agree_on_every_letter() {
    let report = read_bytes(&sample_pdf(&[PLAN.to_vec(), vec!["trang hai"]]));
    assert_eq!(lines(&report), PLAN);
    assert_eq!((report.kind, report.pages, report.readable), (FileKind::Pdf, Some(2), true));
}

#[test]
fn only_the_first_page_is_read() {
    let report = read_bytes(&sample_pdf(&[vec!["trang một"], vec!["MẬT"]]));
    assert_eq!(lines(&report), ["trang một"]);
}

#[test]
fn all_letters_of_vietnamese_survive() {
    let vowels = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";
    let capitals = vowels.to_uppercase();
    let report = read_bytes(&sample_pdf(&[vec![vowels, &capitals]]));
    assert_eq!(lines(&report), [vowels, capitals.as_str()]);
}

#[test]
fn more_lines_than_fit_are_still_read_one_by_one() {
    let many: Vec<String> = (1..=400).map(|n| format!("dòng {n}")).collect();
    let report = read_bytes(&sample_pdf(&[many.iter().map(String::as_str).collect()]));
    assert_eq!(lines(&report), many);
}

#[test]
fn a_stamp_in_the_text_layer_is_seen() {
    let report = read_bytes(&sample_pdf(&[vec!["UBND XÃ HÀ LONG", "MẬT", "KẾ HOẠCH"]]));
    assert_eq!(stamp_in(&report.first_page_text).map(|stamp| stamp.level), Some(SecrecyLevel::Secret));
}

#[test]
fn a_stamp_set_as_an_annotation_is_seen() {
    let pdf = String::from_utf8(sample_pdf(&[vec!["KẾ HOẠCH"]])).expect("the sample is ASCII");
    let note = "<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents <FEFF004D1EAC0054> >>";
    let report = read_bytes(&with_object(&pdf, "/MediaBox", "/Annots [9 0 R] /MediaBox", note));
    assert_eq!(lines(&report), ["KẾ HOẠCH", "MẬT"]);
}

#[test]
fn a_few_words_over_a_picture_are_not_the_page() {
    let pdf = String::from_utf8(sample_pdf(&[vec!["Ký bởi: UBND xã Hà Long"]])).expect("the sample is ASCII");
    let image = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream";
    let report = read_bytes(&with_object(&pdf, "/Font <<", "/XObject << /Im1 9 0 R >> /Font <<", image));
    assert_eq!((report.reason, report.pages), (Some(Reason::Picture), Some(1)));
}

#[test]
fn no_pages_and_blank_pages_have_no_text() {
    assert_eq!(read_bytes(&sample_pdf(&[])).reason, Some(Reason::NoText));
    assert_eq!(read_bytes(&sample_pdf(&[vec!["", "   "]])).reason, Some(Reason::NoText));
}

#[test]
fn a_reader_that_panics_gives_a_damaged_page() {
    let pdf = String::from_utf8(sample_pdf(&[vec!["KẾ HOẠCH"]])).expect("the sample is ASCII");
    let unknown_encoding = pdf.replace("/Identity-H", "/Idontity-H");
    let report = read_bytes(unknown_encoding.as_bytes());
    assert_eq!((report.reason, report.pages), (Some(Reason::Damaged), Some(1)));
}

/// The sample with `from` replaced once by `to` on its page, object 9 added and the table written anew.
fn with_object(pdf: &str, from: &str, to: &str, object: &str) -> Vec<u8> {
    let (body, _) = pdf.split_once("xref\n").expect("has a table");
    let body = format!("{}9 0 obj\n{object}\nendobj\n", body.replacen(from, to, 1));
    let mut table = String::from("xref\n0 10\n0000000000 65535 f \n");
    for number in 1..=9 {
        let offset = body.find(&format!("\n{number} 0 obj\n")).expect("the object") + 1;
        writeln!(table, "{offset:010} 00000 n ").expect("writes");
    }
    let start = body.len();
    format!("{body}{table}trailer\n<< /Size 10 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_line_is_written_and_read_back(line in "[a-zA-Z0-9ạảãắặếốộđĐƯƠ,./()<>\\[\\]-]{1,40}") {
        let report = read_bytes(&sample_pdf(&[vec![&line]]));
        prop_assert_eq!(lines(&report), [line.as_str()]);
    }

    #[test]
    fn any_characters_make_a_file_that_opens(page in proptest::collection::vec("\\PC{0,20}", 0..4)) {
        let report = read_bytes(&sample_pdf(&[page.iter().map(String::as_str).collect()]));
        prop_assert_eq!(report.pages, Some(1));
    }
}
