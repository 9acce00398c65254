//! What stands behind `/trangthai` and `/lich`, read. Pure.

use crate::domain::bulletin::parse_typed;
use crate::domain::text::fold;

/// What is to be done about one group of a bulletin, or about all that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Only look.
    Look,
    /// "thấy 18": the message was seen in the group with this number.
    Seen(usize),
    /// "gửi lại 18".
    Again(usize),
    /// "gửi lại": to every group that failed.
    AllAgain,
}

/// Splits "VB-2025-0042 gửi lại 18" into the code and the wish.
pub(super) fn wish(args: &str) -> (String, Wish) {
    let words: Vec<&str> = args.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let (length, wish) = match folded.as_slice() {
        [.., "da", "thay", number] if number_of(number).is_some() => (3, number_of(number).map(Wish::Seen)),
        [.., "thay", number] if number_of(number).is_some() => (2, number_of(number).map(Wish::Seen)),
        [.., "gui", "lai", number] if number_of(number).is_some() => (3, number_of(number).map(Wish::Again)),
        [.., "gui", "lai"] => (2, Some(Wish::AllAgain)),
        _ => (0, None),
    };
    (words[..words.len() - length].join(" "), wish.unwrap_or(Wish::Look))
}

/// Splits "VB-2025-0042 18", as `/guilai` takes it. What is a code as a whole, such as "vb 2025 42", names no group.
pub(super) fn again(args: &str) -> (String, Wish) {
    let words: Vec<&str> = args.split_whitespace().collect();
    let whole = words.join(" ");
    let Some((last, code)) = words.split_last().filter(|_| parse_typed(&whole).is_none()) else {
        return (whole, Wish::AllAgain);
    };
    let code = code.join(" ");
    match number_of(&fold(last)).filter(|_| parse_typed(&code).is_some()) {
        Some(number) => (code, Wish::Again(number)),
        None => (whole, Wish::AllAgain),
    }
}

/// A place in a list, from 1; "#18" and "18." are 18.
fn number_of(word: &str) -> Option<usize> {
    word.parse().ok().filter(|number| *number > 0)
}

/// Which days `/lich` was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    /// Nothing said: today, or the coming week when nothing goes today.
    TodayOrWeek,
    /// Today and no other day.
    Today,
    /// The seven days from today.
    Week,
    /// A day in words.
    Named(String),
}

/// Reads what stands behind `/lich`.
pub(super) fn days(args: &str) -> Days {
    match fold(args).as_str() {
        "" => Days::TodayOrWeek,
        "ngay" | "hom nay" | "ngay hom nay" | "nay" => Days::Today,
        "tuan" | "tuan nay" | "7 ngay" | "tuan toi" => Days::Week,
        _ => Days::Named(args.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("VB-2025-0042 18", "VB-2025-0042", Wish::Again(18))]
    #[case("vb 42 18", "vb 42", Wish::Again(18))]
    #[case("vb 42 #18", "vb 42", Wish::Again(18))]
    #[case("vb 2025 42", "vb 2025 42", Wish::AllAgain)]
    #[case("vb 42", "vb 42", Wish::AllAgain)]
    #[case("42", "42", Wish::AllAgain)]
    #[case("", "", Wish::AllAgain)]
    #[case("họp 18", "họp 18", Wish::AllAgain)]
    fn a_code_with_a_number_behind_it_is_one_group_to_send_again(
        #[case] typed: &str,
        #[case] code: &str,
        #[case] expected: Wish,
    ) {
        assert_eq!(again(typed), (code.to_owned(), expected));
    }

    #[rstest]
    #[case("", "", Wish::Look)]
    #[case("VB-2025-0042", "VB-2025-0042", Wish::Look)]
    #[case("vb 42", "vb 42", Wish::Look)]
    #[case("VB-2025-0042 thấy 18", "VB-2025-0042", Wish::Seen(18))]
    #[case("vb 42 da thay #18", "vb 42", Wish::Seen(18))]
    #[case("42 gửi lại 3.", "42", Wish::Again(3))]
    #[case("gui lai 3", "", Wish::Again(3))]
    #[case("vb42 Gửi Lại", "vb42", Wish::AllAgain)]
    #[case("vb42 gửi lại 0", "vb42 gửi lại 0", Wish::Look)]
    #[case("vb42 thấy", "vb42 thấy", Wish::Look)]
    fn a_code_and_a_wish_are_told_apart(#[case] typed: &str, #[case] code: &str, #[case] expected: Wish) {
        assert_eq!(wish(typed), (code.to_owned(), expected));
    }

    #[rstest]
    #[case("", Days::TodayOrWeek)]
    #[case("ngày", Days::Today)]
    #[case("Tuần", Days::Week)]
    #[case("28/7", Days::Named("28/7".to_owned()))]
    fn the_days_asked_for_are_read(#[case] typed: &str, #[case] expected: Days) {
        assert_eq!(days(typed), expected);
    }
}
