//! A small PDF writer for demonstrations and tests: Vietnamese pages made by program, without any font file.
//!
//! The text layer is exact: every character has a code of its own and a `ToUnicode` table says what it is, so
//! extraction, search and copying give correct Vietnamese. No font is embedded, therefore a viewer draws the glyphs of
//! a substitute font and some viewers show gaps or wrong shapes for accented letters. Fit for showing what the
//! service does with a document, not for printing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A4 in points, 72 to the inch.
const WIDTH: u32 = 595;
const HEIGHT: u32 = 842;
/// From the paper's edge to the text, in points: 30 mm left, 20 mm top, as administrative documents have it.
const LEFT: u32 = 85;
const TOP: u32 = 785;
/// The usual distance of lines and the lowest line, in points.
const LEADING: usize = 18;
const ROOM: usize = 725;
/// A `ToUnicode` block may hold a hundred entries (Adobe Technical Note 5014).
const MOST_ENTRIES: usize = 100;
/// Objects before the pages: catalogue, page tree, font, its descendant, its descriptor, its Unicode table.
const FIXED: usize = 6;

/// The code of each character used; 0 is left to "no glyph".
type Codes = BTreeMap<char, u16>;

/// A PDF with one page for each list of lines, drawn from the top; more lines than fit are set closer. Control
/// characters are written as spaces; without any page the file has one blank page. Characters beyond the first 65,534
/// different ones are written as spaces.
#[must_use]
pub fn sample_pdf(lines_per_page: &[Vec<&str>]) -> Vec<u8> {
    let blank = [Vec::new()];
    let pages = if lines_per_page.is_empty() { &blank } else { lines_per_page };
    let codes = codes(pages);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        page_tree(pages.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /Helvetica /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Helvetica /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>".to_owned(),
        "<< /Type /FontDescriptor /FontName /Helvetica /Flags 4 /FontBBox [-200 -250 1000 950] /ItalicAngle 0 /Ascent 750 /Descent -250 /CapHeight 700 /StemV 80 >>".to_owned(),
        stream(&unicode_table(&codes)),
    ];
    for (at, lines) in pages.iter().enumerate() {
        let content = FIXED + 2 * at + 2;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
        ));
        objects.push(stream(&draw(lines, &codes)));
    }
    assemble(&objects)
}

fn codes(pages: &[Vec<&str>]) -> Codes {
    let characters = pages.iter().flatten().flat_map(|line| line.chars()).map(printable);
    let mut codes = Codes::from([(' ', 1)]);
    for c in characters {
        let next = u16::try_from(codes.len() + 1).ok();
        if let (false, Some(next)) = (codes.contains_key(&c), next) {
            codes.insert(c, next);
        }
    }
    codes
}

fn printable(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn page_tree(pages: usize) -> String {
    let kids: Vec<String> = (0..pages).map(|at| format!("{} 0 R", FIXED + 2 * at + 1)).collect();
    format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" "))
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// The operators that set each line at its own place; an empty line only moves down.
fn draw(lines: &[&str], codes: &Codes) -> String {
    let leading = LEADING.min(ROOM / lines.len().max(1)).max(1);
    let size = (leading * 7 / 10).max(1);
    let mut out = format!("BT\n/F1 {size} Tf\n{leading} TL\n{LEFT} {TOP} Td\n");
    for line in lines {
        let code = |c: char| codes.get(&printable(c)).copied().unwrap_or(1);
        let hex = hex(line.chars().map(code));
        // Writing to a string cannot fail.
        let _ = if hex.is_empty() { writeln!(out, "T*") } else { writeln!(out, "<{hex}> Tj T*") };
    }
    out.push_str("ET");
    out
}

fn hex(units: impl Iterator<Item = u16>) -> String {
    let mut out = String::new();
    for unit in units {
        let _ = write!(out, "{unit:04X}");
    }
    out
}

/// The table from codes to UTF-16 (ISO 32000-1, 9.10.3).
fn unicode_table(codes: &Codes) -> String {
    let mut out = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Sample def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let entries: Vec<(&char, &u16)> = codes.iter().collect();
    for block in entries.chunks(MOST_ENTRIES) {
        let _ = writeln!(out, "{} beginbfchar", block.len());
        for (c, code) in block {
            let units = hex(c.encode_utf16(&mut [0; 2]).iter().copied());
            let _ = writeln!(out, "<{code:04X}> <{units}>");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend");
    out
}

/// Numbers the objects from 1 and writes the cross-reference table.
fn assemble(objects: &[String]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = writeln!(out, "{} 0 obj\n{object}\nendobj", at + 1);
    }
    let start = out.len();
    let size = objects.len() + 1;
    let _ = write!(out, "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}
