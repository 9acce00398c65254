//! "Đã đăng nhóm dân": what was to be passed on by hand now stands in the group.

use crate::domain::text::fold;

/// Words that may stand around "đã đăng" without meaning anything else.
const AROUND: &[&str] = &[
    "a", "bac", "chuyen", "cho", "da", "dan", "dang", "em", "len", "nhe", "nhom", "roi", "thon", "tiep", "tin", "toi",
    "trong", "u", "vang", "vao", "xong", "zalo",
];

/// Whether a text says so and nothing else: "Đã đăng", "da chuyen vao nhom dan roi a", "thôn 5 đã đăng"; not "đã đăng ký", and
/// not "chưa đăng".
#[must_use]
pub fn says_posted(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> =
        folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let known = |word: &&str| AROUND.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let said = words.windows(2).any(|pair| pair[0] == "da" && matches!(pair[1], "dang" | "chuyen"));
    said && words.iter().all(known)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::says_posted;

    #[rstest]
    #[case("Đã đăng", true)]
    #[case("da dang roi a", true)]
    #[case("Thôn 5 đã đăng nhóm dân.", true)]
    #[case("Dạ em đã chuyển tiếp vào nhóm Zalo rồi ạ", true)]
    #[case("đã đăng ký", false)]
    #[case("chưa đăng", false)]
    #[case("đã nhận", false)]
    #[case("đăng", false)]
    #[case("", false)]
    fn only_words_that_say_it_stands_in_the_group_say_so(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(says_posted(text), expected);
    }
}
