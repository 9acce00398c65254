//! What a caller types after a call: "3 đã gọi", "3, 5 đã gọi, đã nhận", "số 3 không gọi được".

use crate::domain::text::fold;

/// What came of the calls to the units with these numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWords {
    /// Numbers of the call list, from 1, in the order typed.
    pub numbers: Vec<usize>,
    /// Whether they have it; otherwise nobody answered.
    pub confirmed: bool,
}

/// Words that say that nobody answered, longest first.
const IN_VAIN: &[&str] =
    &["khong goi duoc", "chua goi duoc", "goi khong duoc", "khong nghe may", "khong lien lac duoc", "ko goi duoc"];
/// Words that say that they have it, longest first.
const CONFIRMED: &[&str] = &["da goi da nhan", "goi roi", "da goi duoc", "da goi"];
/// Words that may stand before a number.
const BEFORE: &[&str] = &["so", "va", "muc"];

/// Reads a whole text as the outcome of calls; `None` when anything else stands in it, so that no other talk is taken for
/// one.
#[must_use]
pub fn read(text: &str) -> Option<CallWords> {
    let folded = fold(text);
    let (confirmed, rest) = IN_VAIN
        .iter()
        .map(|words| (false, words))
        .chain(CONFIRMED.iter().map(|words| (true, words)))
        .find_map(|(confirmed, words)| without(&folded, words).map(|rest| (confirmed, rest)))?;
    let mut numbers = Vec::new();
    for word in rest.split_whitespace().filter(|word| !BEFORE.contains(word)) {
        let number = word.parse().ok().filter(|number| *number > 0)?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    (!numbers.is_empty()).then_some(CallWords { numbers, confirmed })
}

/// The text without words that stand at its beginning or its end.
fn without<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.strip_suffix(words)
        .filter(|rest| rest.ends_with(' '))
        .or_else(|| text.strip_prefix(words).filter(|rest| rest.starts_with(' ')))
}

/// The words in front of the outcome of calls, as a code, and the outcome: "HT-2025-0003 3 đã gọi". The code may be
/// missing.
#[must_use]
pub fn behind_code(text: &str) -> (&str, Option<CallWords>) {
    let text = text.trim();
    let starts = std::iter::once(0).chain(text.match_indices(char::is_whitespace).map(|(at, _)| at));
    // The earliest start leaves most words to the calls, but the number of a bare code is none of them.
    for start in starts {
        let (code, rest) = text.split_at(start);
        if let Some(words) = read(rest)
            && (code.is_empty() || !code.trim().chars().all(char::is_alphabetic))
        {
            return (code.trim(), Some(words));
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{CallWords, behind_code, read};

    fn words(numbers: &[usize], confirmed: bool) -> CallWords {
        CallWords { numbers: numbers.to_vec(), confirmed }
    }

    #[rstest]
    #[case("3 đã gọi", Some(words(&[3], true)))]
    #[case("3 da goi", Some(words(&[3], true)))]
    #[case("số 3: Đã gọi, đã nhận", Some(words(&[3], true)))]
    #[case("3, 5 và 12 đã gọi", Some(words(&[3, 5, 12], true)))]
    #[case("đã gọi 3", Some(words(&[3], true)))]
    #[case("3 gọi rồi", Some(words(&[3], true)))]
    #[case("3 không gọi được", Some(words(&[3], false)))]
    #[case("7 không nghe máy", Some(words(&[7], false)))]
    #[case("3 3 đã gọi", Some(words(&[3], true)))]
    #[case("đã gọi", None)]
    #[case("0 đã gọi", None)]
    #[case("thôn 3 đã nhận", None)]
    #[case("thôn 3 đã gọi", None)]
    #[case("3 chưa đã gọi", None)]
    #[case("3", None)]
    #[case("", None)]
    fn only_numbers_and_an_outcome_are_calls(#[case] typed: &str, #[case] expected: Option<CallWords>) {
        assert_eq!(read(typed), expected);
    }

    #[rstest]
    #[case("HT-2025-0003 3 đã gọi", "HT-2025-0003", Some(words(&[3], true)))]
    #[case("ht3 5, 6 không gọi được", "ht3", Some(words(&[5, 6], false)))]
    #[case("3 đã gọi", "", Some(words(&[3], true)))]
    #[case("HT-2025-0003", "HT-2025-0003", None)]
    #[case("", "", None)]
    fn a_code_may_stand_in_front(#[case] typed: &str, #[case] code: &str, #[case] expected: Option<CallWords>) {
        assert_eq!(behind_code(typed), (code, expected));
    }
}
