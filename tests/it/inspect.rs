//! `loa inspect FILE` as people run it, and as the service runs it on files it must not trust.

#![cfg(test)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use loa::domain::secrecy::{Attestation, PartyOrigin, Refusal, SecrecyLevel, Submission, Verdict, gate};
use loa::inspect::{FileKind, Inspection, Limits, MAX_FILE_BYTES, Reason, Report, inspect, sample_pdf};

const LOA: &str = env!("CARGO_BIN_EXE_loa");

/// Writes a file of this test binary's own; names differ for each test.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inspect");
    std::fs::create_dir_all(&directory).expect("makes the directory");
    let path = directory.join(name);
    std::fs::write(&path, bytes).expect("writes the file");
    path
}

async fn look(path: &Path) -> Inspection {
    inspect(Path::new(LOA), path, Limits { timeout: Duration::from_secs(20), ..Limits::default() }).await
}

fn reason(inspection: &Inspection) -> Option<Reason> {
    match inspection {
        Inspection::Read(_) => None,
        Inspection::Unreadable { reason, .. } => Some(*reason),
    }
}

/// Numbers the objects from 1 and adds the cross-reference table.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::new();
    for (at, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", out.len()).expect("writes");
        writeln!(out, "{} 0 obj\n{object}\nendobj", at + 1).expect("writes");
    }
    let (start, size) = (out.len(), objects.len() + 1);
    write!(out, "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
        .expect("writes");
    out.into_bytes()
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// Six pages by hand; the first says "KẾ HOẠCH xã" through a one-byte font whose Unicode table maps `#`, `$` and `%`.
fn plan_by_hand() -> Vec<u8> {
    let table = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n\
                 1 beginbfrange\n<41> <7A> <0041>\nendbfrange\n4 beginbfchar\n<23> <1EBE>\n<24> <1EA0>\n<25> <00E3>\n<20> <0020>\nendbfchar\n\
                 endcmap\nend\nend";
    let page = |content: usize| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents {content} 0 R >>"
        )
    };
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [7 0 R 8 0 R 8 0 R 8 0 R 8 0 R 8 0 R] /Count 6 >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 4 0 R >>".to_owned(),
        stream(table),
        stream("BT /F 13 Tf 72 700 Td (K# HO$CH x%) Tj ET"),
        stream("BT /F 13 Tf 72 700 Td (TRANG SAU) Tj ET"),
    ];
    objects.extend([page(5), page(6)]);
    pdf(&objects)
}

fn docx(name: &str, main_part: &str) -> PathBuf {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (part, content) in
        [("word/document.xml", main_part), ("docProps/app.xml", "<Properties><Pages>3</Pages></Properties>")]
    {
        archive.start_file(part, zip::write::SimpleFileOptions::default()).expect("starts a part");
        archive.write_all(content.as_bytes()).expect("writes a part");
    }
    file(name, &archive.finish().expect("finishes").into_inner())
}

fn ordinary(inspection: &Inspection) -> Verdict {
    gate(&Submission {
        attestation: Attestation::NotSecret,
        unreadable_attested: false,
        typed: "Tuyên truyền Luật Bảo vệ bí mật nhà nước",
        residents_typed: "",
        pages: &[inspection.first_page()],
        party: PartyOrigin::No,
        residents: false,
    })
}

#[test]
fn the_command_prints_one_json_document_and_nothing_else() {
    let path = file("command.pdf", &plan_by_hand());
    let output = Command::new(LOA).arg("inspect").arg(&path).output().expect("runs");
    assert!(output.status.success());
    let report: Report = serde_json::from_slice(&output.stdout).expect("is a report");
    assert_eq!((report.kind, report.pages, report.readable), (FileKind::Pdf, Some(6), true));
    assert_eq!(report.first_page_text.trim(), "KẾ HOẠCH xã");
    assert!(output.stderr.is_empty());
}

#[test]
fn a_missing_file_is_a_failure_with_a_report() {
    let output = Command::new(LOA).args(["inspect", "/nonexistent/tệp.pdf"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let report: Report = serde_json::from_slice(&output.stdout).expect("is a report");
    assert_eq!(report.reason, Some(Reason::Missing));
}

#[tokio::test]
async fn a_good_pdf_passes_the_gate() {
    let lines = vec!["UBND XÃ HÀ LONG", "Số:      /KH-UBND", "KẾ HOẠCH", "Bảo mật tài khoản, đặt mật khẩu mạnh"];
    let path = file("good.pdf", &sample_pdf(&[lines, vec!["trang hai"]]));
    let inspection = look(&path).await;
    assert_eq!((inspection.kind(), inspection.pages()), (FileKind::Pdf, Some(2)));
    assert!(matches!(ordinary(&inspection), Verdict::Pass { unreadable_attested: false, cadre_bound: None }));
}

#[tokio::test]
async fn a_stamped_pdf_is_refused() {
    let path = file("stamped.pdf", &sample_pdf(&[vec!["UBND XÃ HÀ LONG", "Số:      /KH-UBND", "MẬT", "KẾ HOẠCH"]]));
    let inspection = look(&path).await;
    assert_eq!(ordinary(&inspection), Verdict::Refuse(Refusal::Stamped(SecrecyLevel::Secret)));
}

#[tokio::test]
async fn a_docx_is_read() {
    let path = docx("good.docx", "<w:document><w:p><w:r><w:t>Kế hoạch</w:t></w:r></w:p></w:document>");
    let inspection = look(&path).await;
    assert_eq!((inspection.kind(), inspection.pages()), (FileKind::Docx, Some(3)));
    assert_eq!(inspection.first_page().text.trim(), "Kế hoạch");
}

#[tokio::test]
async fn a_docx_that_unpacks_to_gigabytes_is_unreadable() {
    let bomb = format!("<w:document><w:p><w:t>Kế hoạch</w:t></w:p>{}", " ".repeat(24 * 1024 * 1024));
    let inspection = look(&docx("bomb.docx", &bomb)).await;
    assert_eq!(reason(&inspection), Some(Reason::TooLarge));
}

#[tokio::test]
async fn a_pdf_whose_pages_are_each_others_parents_is_unreadable_in_time() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 /Parent 3 0 R >>",
        "<< /Type /Page /Parent 2 0 R >>",
    ];
    let path = file("cycle.pdf", &pdf(&objects.map(str::to_owned)));
    // The reader follows parents without end: by recursion or, optimised, in a loop.
    let limits = Limits { timeout: Duration::from_secs(2), ..Limits::default() };
    let inspection = inspect(Path::new(LOA), &path, limits).await;
    assert!(matches!(reason(&inspection), Some(Reason::Timeout | Reason::Killed)));
    assert!(path.exists(), "the file is not lost");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_pdf_that_would_take_gigabytes_ends_at_the_memory_limit() {
    // One mebibyte of blanks, drawn two thousand times over on the same page.
    let contents = "4 0 R ".repeat(2_000);
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents [{contents}] >>"),
        stream(&" ".repeat(1024 * 1024)),
    ];
    let path = file("bomb.pdf", &pdf(&objects));
    // Shorter than the limit of processor time, so that only the memory limit can end it as killed.
    let limits = Limits { timeout: Duration::from_secs(4), ..Limits::default() };
    assert_eq!(reason(&inspect(Path::new(LOA), &path, limits).await), Some(Reason::Killed));
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_not_read() {
    let path = file("long.txt", b"");
    std::fs::File::options().write(true).open(&path).and_then(|f| f.set_len(MAX_FILE_BYTES + 1)).expect("grows");
    assert_eq!(reason(&look(&path).await), Some(Reason::TooLarge));
    std::fs::remove_file(path).expect("removes");
}

#[tokio::test]
async fn random_bytes_and_an_empty_file_are_unreadable() {
    // A fixed linear congruence: the same bytes on every run.
    let noise: Vec<u8> =
        (0..4096_u32).map(|n| (n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 24) as u8).collect();
    assert_eq!(reason(&look(&file("noise.bin", &noise)).await), Some(Reason::Unsupported));
    assert_eq!(reason(&look(&file("empty.pdf", b"")).await), Some(Reason::Empty));
    assert_eq!(reason(&look(Path::new("/nonexistent/tep.pdf")).await), Some(Reason::Missing));
}

#[tokio::test]
async fn a_name_that_looks_like_an_option_is_a_name() {
    let path = file("--help", "Kế hoạch".as_bytes());
    assert_eq!(look(&path).await.kind(), FileKind::Text);
}
