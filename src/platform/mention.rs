//! A mention that is only text: "@Name" stands in the message, and nothing marks it (both Zalo platforms).

use crate::domain::text::{fold, nfc};

/// Takes every "@Name" out of a text, whatever its case and accents; none when there is none. The longest of the names
/// that fits wins, so that "@Bot Xã A" does not leave "Xã A" behind when "Bot" is a name too.
pub(super) fn stripped(text: &str, names: &[String]) -> Option<String> {
    let mut rest = nfc(text);
    let mut keys: Vec<String> = names.iter().map(|name| fold(name)).filter(|key| !key.is_empty()).collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
    let mut found = false;
    while let Some((from, to)) = keys.iter().find_map(|key| place(&rest, key)) {
        rest = joined(&rest[..from], &rest[to..]);
        found = true;
    }
    found.then_some(rest)
}

/// Where "@Name" stands: from its sign to its last letter.
fn place(text: &str, key: &str) -> Option<(usize, usize)> {
    let signs = text.char_indices().filter(|(_, sign)| matches!(sign, '@' | '\u{ff20}'));
    signs.into_iter().find_map(|(at, sign)| {
        let from = at + sign.len_utf8();
        name_end(&text[from..], key).map(|length| (at, from + length))
    })
}

/// How much of the text is the name, which must not go on in the middle of a word.
fn name_end(text: &str, key: &str) -> Option<usize> {
    // A folded letter stands for at most a few signs; no name is looked for further than that.
    let longest = key.chars().count() * 2 + 8;
    for (at, sign) in text.char_indices().take(longest) {
        let end = at + sign.len_utf8();
        if !sign.is_alphanumeric() || fold(&text[..end]) != key {
            continue;
        }
        let goes_on = text[end..].chars().next().is_some_and(char::is_alphanumeric);
        return (!goes_on).then_some(end);
    }
    None
}

/// Both sides with one space between them, as if the name had never stood there.
fn joined(before: &str, after: &str) -> String {
    let after = after.trim_start_matches([',', ':']);
    match (before.trim_end_matches(' '), after.trim_start_matches(' ')) {
        ("", after) => after.trim_start().to_owned(),
        (before, "") => before.to_owned(),
        (before, after) if after.starts_with('\n') || before.ends_with('\n') => format!("{before}{after}"),
        (before, after) => format!("{before} {after}"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("@Bot Xã Mẫu đã nhận K7F2", Some("đã nhận K7F2"))]
    #[case("@bot xa mau da nhan", Some("da nhan"))]
    #[case("đã nhận @Bot Xã Mẫu", Some("đã nhận"))]
    #[case("thôn 3 @Bot Xã Mẫu đã nhận", Some("thôn 3 đã nhận"))]
    #[case("＠Bot  Xã  Mẫu: đã nhận", Some("đã nhận"))]
    #[case("@bot.xamau /vanban", Some("/vanban"))]
    #[case("@Bot Xã Mẫu\n/vanban", Some("/vanban"))]
    #[case("@Bot Xã Mẫu @Bot Xã Mẫu ok", Some("ok"))]
    #[case("@Bot Xã Mẫu", Some(""))]
    #[case("@Bot Xã Mẫuu đã nhận", None)]
    #[case("@Bình đã nhận", None)]
    #[case("đã nhận", None)]
    #[case("", None)]
    fn a_name_is_found_whatever_its_case_and_accents(#[case] text: &str, #[case] expected: Option<&str>) {
        let names = ["Bot Xã Mẫu".to_owned(), "bot.xamau".to_owned()];
        assert_eq!(stripped(text, &names).as_deref(), expected);
    }

    #[test]
    fn a_bot_without_a_name_is_never_mentioned() {
        assert_eq!(stripped("@ đã nhận", &[String::new()]), None);
    }
}
