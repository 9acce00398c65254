//! Vietnamese numerals from one to ninety-nine, as written in times: "bảy", "mười lăm", "hai mươi mốt".

use super::token::{Reader, Token};

/// More is never meant in a time.
const LARGEST: u32 = 9_999;

/// A number in digits or in words.
pub(super) fn amount(reader: &mut Reader<'_>) -> Option<u32> {
    reader.attempt(|reader| reader.number().filter(|number| *number <= LARGEST)).or_else(|| words(reader))
}

fn words(reader: &mut Reader<'_>) -> Option<u32> {
    reader.attempt(|reader| {
        if reader.skip_word("mười") {
            return Some(10 + unit_after_ten(reader).unwrap_or(0));
        }
        let first = reader.peek().and_then(unit)?;
        reader.at += 1;
        if !reader.skip_word("mươi") {
            return Some(first);
        }
        Some(first * 10 + unit_after_ten(reader).unwrap_or(0))
    })
}

fn unit_after_ten(reader: &mut Reader<'_>) -> Option<u32> {
    let token = reader.peek()?;
    let value = match () {
        () if token.says("mốt") => 1,
        () if token.says("lăm") || token.says("nhăm") => 5,
        () => unit(token)?,
    };
    reader.at += 1;
    Some(value)
}

fn unit(token: &Token) -> Option<u32> {
    const UNITS: [(&str, u32); 11] = [
        ("một", 1),
        ("hai", 2),
        ("ba", 3),
        ("bốn", 4),
        ("tư", 4),
        ("năm", 5),
        ("sáu", 6),
        ("bảy", 7),
        ("bẩy", 7),
        ("tám", 8),
        ("chín", 9),
    ];
    UNITS.iter().find(|(word, _)| token.says(word)).map(|(_, value)| *value)
}
