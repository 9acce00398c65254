//! Text on a terminal: how wide it is, how it is broken into lines, how it is cut, and tables of it.

use unicode_normalization::char::is_combining_mark;

use crate::domain::text::nfc;

/// Between two columns of a table.
const GAP: usize = 2;

/// Columns that a text takes: a letter with its marks takes one, a picture two.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(sign: char) -> usize {
    match sign {
        _ if is_combining_mark(sign) || sign == '\u{200d}' => 0,
        // Emoji, and the signs below them that terminals draw as pictures.
        '\u{1f000}'.. | '⌚' | '⌛' | '⏩'..='⏳' | '☎' | '⚠' | '⚡' | '⛔' | '✅' | '✖' | '❓' | '❌' | '❗' => {
            2
        }
        _ => 1,
    }
}

/// The lines of a text, none wider than `most` columns; a word that is wider is broken.
#[must_use]
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(2);
    text.lines().flat_map(|line| wrap_line(&nfc(line), most)).collect()
}

fn wrap_line(text: &str, most: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace().flat_map(|word| broken(word, most)) {
        if !line.is_empty() && width(&line) + 1 + width(&word) > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// A word in pieces that fit.
fn broken(word: &str, most: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for sign in word.chars() {
        let full = pieces.last().is_some_and(|piece| width(piece) + columns(sign) > most);
        if full {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(sign);
        }
    }
    pieces
}

/// A text of one line, cut with "…" where it is wider than `most` columns.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    let text = nfc(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&text) <= most {
        return text;
    }
    let mut cut = String::new();
    for sign in text.chars() {
        if width(&cut) + columns(sign) >= most {
            break;
        }
        cut.push(sign);
    }
    format!("{}…", cut.trim_end())
}

/// A text followed by spaces up to `most` columns.
#[must_use]
pub fn padded(text: &str, most: usize) -> String {
    format!("{text}{}", " ".repeat(most.saturating_sub(width(text))))
}

/// Rows under a head, as lines of a table no wider than `most` columns.
///
/// Where the cells are wider together, the widest columns give way, and their cells go on in the next line.
#[must_use]
pub fn table(rows: &[Vec<String>], most: usize) -> Vec<String> {
    let widths = widths(rows, most);
    let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1));
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        lines.extend(row_lines(row, &widths));
        if number == 0 {
            lines.push(rule.clone());
        }
    }
    lines
}

/// The width of each column: that of its widest cell, as long as all of them fit.
fn widths(rows: &[Vec<String>], most: usize) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let lines = |column: usize| rows.iter().filter_map(move |row| row.get(column)).flat_map(|cell| cell.lines());
    let mut widths: Vec<usize> = (0..count).map(|column| lines(column).map(width).max().unwrap_or(0)).collect();
    let room = most.saturating_sub(GAP * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 1) else { break };
        *widest -= 1;
    }
    widths
}

fn row_lines(row: &[String], widths: &[usize]) -> Vec<String> {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrap(cell, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let part = |(cell, width): (&Vec<String>, &usize)| padded(cell.get(at).map_or("", String::as_str), *width);
        let parts: Vec<String> = cells.iter().zip(widths).map(part).collect();
        parts.join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::composed("Trưởng thôn", 11)]
    #[case::decomposed("Tr\u{01b0}o\u{031b}\u{0309}ng", 6)]
    #[case::a_picture("✅ Đã nhận", 10)]
    #[case::a_picture_with_its_mark("⚠\u{fe0f} Thôn", 7)]
    #[case::nothing("", 0)]
    fn a_letter_is_as_wide_as_it_looks(#[case] text: &str, #[case] columns: usize) {
        assert_eq!(width(text), columns);
    }

    #[test]
    fn lines_break_between_words_and_never_run_over() {
        let text = "Đề nghị các thôn, đơn vị:\n1. Phát bài tuyên truyền trên loa truyền thanh ít nhất 02 lần.";
        let lines = wrap(text, 24);
        assert_eq!(lines[..3], ["Đề nghị các thôn, đơn", "vị:", "1. Phát bài tuyên truyền"]);
        assert!(lines.iter().all(|line| width(line) <= 24), "{lines:?}");
    }

    #[test]
    fn a_word_that_fits_no_line_is_broken() {
        let lines = wrap("Tệp: http://127.0.0.1:42049/tep/SilWhBdIDFvDcjPUTbKFyT0c", 20);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line) <= 20), "{lines:?}");
    }

    #[rstest]
    #[case("Thôn 03", 7, "Thôn 03")]
    #[case("Thôn 03 đã nhận", 9, "Thôn 03…")]
    #[case("hai\ndòng", 20, "hai dòng")]
    fn a_line_is_cut_where_it_is_too_wide(#[case] text: &str, #[case] most: usize, #[case] shown: &str) {
        assert_eq!(shorten(text, most), shown);
    }

    #[test]
    fn columns_of_a_table_stand_under_each_other_whatever_the_letters() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["Mã", "Đơn vị", "Người phụ trách"]),
            row(["VB-2025-0001", "Hội Liên hiệp Phụ nữ xã", "khuyết"]),
            row(["HT-2025-0001", "Tho\u{302}n 09", "Mẫu Thị Hà"]),
        ];
        let lines = table(&rows, 80);
        assert_eq!(
            lines,
            [
                "Mã            Đơn vị                   Người phụ trách",
                "──────────────────────────────────────────────────────",
                "VB-2025-0001  Hội Liên hiệp Phụ nữ xã  khuyết",
                "HT-2025-0001  Thôn 09                  Mẫu Thị Hà",
            ]
        );
    }

    #[test]
    fn a_table_that_is_too_wide_goes_on_in_the_next_line() {
        let long = "Pano, áp phích, bảng điện tử, băng rôn, khẩu hiệu nơi công cộng";
        let rows = [vec!["Chỉ tiêu".to_owned(), "Kết quả".to_owned()], vec![long.to_owned(), "Chưa có".to_owned()]];
        let lines = table(&rows, 40);
        assert!(lines.len() > 3 && lines.iter().all(|line| width(line) <= 40), "{lines:#?}");
        assert!(lines[2].ends_with("Chưa có"), "{lines:#?}");
    }
}
