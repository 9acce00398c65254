use rstest::rstest;

use super::*;

/// A main part with this body.
fn main_part(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:body>{body}</w:body></w:document>"
    )
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn read(body: &str) -> Report {
    read_bytes(&docx(&[("word/document.xml", &main_part(body))]))
}

#[test]
fn lines_tabs_and_entities_are_read() {
    let body = "<w:p><w:r><w:t>UBND </w:t></w:r><w:r><w:t>XÃ</w:t><w:tab/><w:t>A &amp; B &#7853; &lt;</w:t><w:br/><w:t>dòng</w:t></w:r></w:p><w:p/>";
    let report = read(&format!("{body}{}", paragraph("Kế hoạch")));
    assert_eq!(report.first_page_text, "UBND XÃ\tA & B ậ <\ndòng\nKế hoạch\n");
    assert!(report.readable);
}

#[rstest]
#[case("<w:r><w:br w:type=\"page\"/></w:r>")]
#[case("<w:r><w:lastRenderedPageBreak/></w:r>")]
#[case("<w:pPr><w:pageBreakBefore/></w:pPr>")]
fn the_first_page_ends_at_a_page_break(#[case] page_break: &str) {
    let body = format!("{}<w:p>{page_break}<w:r><w:t>trang hai</w:t></w:r></w:p>", paragraph("trang một"));
    let report = read(&body);
    assert_eq!(report.first_page_text.trim(), "trang một");
    assert!(report.readable);
}

#[rstest]
#[case("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>")]
#[case("<w:p><w:pPr><w:pageBreakBefore w:val=\"0\"/></w:pPr></w:p>")]
#[case("<w:p><w:r><w:br/></w:r></w:p>")]
fn other_breaks_do_not_end_it(#[case] opening: &str) {
    let body = format!("{opening}{}", paragraph("trang một"));
    assert_eq!(read(&body).first_page_text.trim(), "trang một");
}

#[test]
fn a_stamp_in_a_cell_a_text_box_or_a_header_is_a_line_of_its_own() {
    let cell = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>MẬT</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Khẩn</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    assert!(stamp_in(&read(cell).first_page_text).is_some());
    let text_box =
        format!("<w:p><w:r><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></w:r></w:p>", paragraph("TỐI MẬT"));
    assert!(stamp_in(&read(&text_box).first_page_text).is_some());
    let header = format!("<w:hdr>{}</w:hdr>", paragraph("TUYỆT MẬT"));
    let main = main_part(&paragraph("Kế hoạch"));
    let report = read_bytes(&docx(&[("word/document.xml", &main), ("word/header1.xml", &header)]));
    assert!(stamp_in(&report.first_page_text).is_some());
}

#[test]
fn deleted_text_and_field_codes_are_not_read() {
    let body = "<w:p><w:del><w:r><w:delText>MẬT</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText><w:t>Kế hoạch</w:t></w:r></w:p>";
    assert_eq!(read(body).first_page_text.trim(), "Kế hoạch");
}

#[test]
fn the_page_count_is_taken_from_the_properties() {
    let main = main_part(&paragraph("Kế hoạch"));
    let with =
        |properties: &str| read_bytes(&docx(&[("word/document.xml", &main), ("docProps/app.xml", properties)])).pages;
    assert_eq!(with("<Properties><Pages>6</Pages></Properties>"), Some(6));
    assert_eq!(with("<Properties><Pages>0</Pages></Properties>"), None);
    assert_eq!(with("<Properties><Pages>nhiều</Pages></Properties>"), None);
    assert_eq!(with(""), None);
}

#[test]
fn a_photographed_page_is_a_picture() {
    let main = main_part(&paragraph("Ảnh chụp"));
    let report = read_bytes(&docx(&[("word/document.xml", &main), ("word/media/image1.jpeg", "...")]));
    assert_eq!(report.reason, Some(Reason::Picture));
}

#[test]
fn broken_xml_keeps_what_stood_before_it() {
    let report = read_bytes(&docx(&[("word/document.xml", "<w:document><w:p><w:t>MẬT</w:t></w:p><w:p></w:broken>")]));
    assert_eq!((report.reason, report.first_page_text.trim()), (Some(Reason::Damaged), "MẬT"));
}

#[test]
fn a_part_that_unpacks_without_end_is_cut() {
    let body = format!("{}{}", paragraph("Kế hoạch"), "<w:bookmarkEnd/>".repeat(1_100_000));
    let report = read(&body);
    assert_eq!((report.reason, report.readable), (Some(Reason::TooLarge), false));
    assert!(report.first_page_text.starts_with("Kế hoạch"));
}
