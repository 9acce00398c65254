//! Names and titles that somebody outside chose, so that nothing of them does anything where they are shown.

use super::nfc;

/// One line in which nothing is an address, a mention, a command or a style: a blank breaks each of them, and what nobody sees is
/// left out by [`nfc`]. What is written in letters alone comes back as it is.
#[must_use]
pub fn inert(text: &str) -> String {
    nfc(text).split_whitespace().map(broken).collect::<Vec<_>>().join(" ")
}

/// A word with a blank behind each sign that could begin or join an address, a mention, a command or a style.
fn broken(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let joins = matches!(c, '.' | '/' | ':' | '@' | '#' | '[' | '*' | '_' | '`' | '~' | '<' | '＠' | '／');
        let goes_on = rest.peek().is_some_and(|next| next.is_alphanumeric() || is_sign(*next));
        // "4.0" and "12/7" are numbers.
        let between_digits = out.chars().rev().nth(1).is_some_and(|before| before.is_ascii_digit())
            && rest.peek().is_some_and(char::is_ascii_digit);
        if joins && goes_on && !(between_digits && matches!(c, '.' | '/' | ':')) {
            out.push(' ');
        }
    }
    out
}

const fn is_sign(c: char) -> bool {
    matches!(c, '.' | '/' | ':' | '@' | '#' | '[' | ']' | '*' | '_' | '`' | '~' | '<' | '＠' | '／')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::inert;

    #[test]
    fn what_could_do_something_is_broken_and_names_stay() {
        for (name, shown) in [
            ("Nhóm Thôn 03 (điều hành)", "Nhóm Thôn 03 (điều hành)"),
            ("http://x.vn", "http: / / x. vn"),
            ("@Bot [@all]", "@ Bot [ @ all]"),
            ("/duyet 5", "/ duyet 5"),
            ("**đậm** _nghiêng_", "* * đậm* * _ nghiêng_"),
            ("Tổ 4.0 họp 12/7", "Tổ 4.0 họp 12/7"),
            ("a\u{200b}b\nc", "ab c"),
        ] {
            assert_eq!(inert(name), shown);
        }
    }

    proptest! {
        #[test]
        fn nothing_of_any_name_is_an_address_a_mention_or_a_command(name in any::<String>()) {
            let shown = inert(&name);
            assert!(!shown.contains("://") && !shown.contains("[@") && !shown.contains('\n'));
            let live = |pair: &[char]| matches!(pair[0], '@' | '/' | '[' | '*' | '_') && pair[1].is_alphabetic();
            assert!(!shown.chars().collect::<Vec<_>>().windows(2).any(live), "{shown}");
        }
    }
}
