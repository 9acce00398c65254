//! A question with its choices: shown as buttons and as numbered lines, answered by either or in words.

use crate::domain::command::spelling::means;
use crate::domain::plan::{Plan, Theme};
use crate::domain::render::MAX_CALLBACK_BYTES;
use crate::domain::text::fold;
use crate::usecase::notify::Note;

/// Longest label that may share its row with others, in characters: a phone shows about 20 in three columns.
const SHORT_LABEL: usize = 12;

/// One way to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What stands in the button's data.
    pub pick: String,
    /// What stands on the button and behind the number.
    pub label: String,
}

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The words, without the choices.
    pub text: String,
    /// The choices, in the order of their numbers.
    pub choices: Vec<Choice>,
    /// The choice that is taken when the composer asked for defaults.
    pub default: Option<String>,
}

impl Question {
    /// A question that is answered in words.
    pub fn new(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// With one more choice.
    pub fn with(mut self, pick: impl Into<String>, label: impl Into<String>) -> Self {
        self.choices.push(Choice { pick: pick.into(), label: label.into() });
        self
    }

    /// With the choice that is taken by default.
    pub fn or_by_default(mut self, pick: impl Into<String>) -> Self {
        self.default = Some(pick.into());
        self
    }

    /// The choice that typed words name: its number, its label, or the label up to its first bracket or colon ("bỏ qua"
    /// for "Bỏ qua (không có tệp)"). Accents are optional.
    pub fn picked(&self, typed: &str) -> Option<String> {
        let typed = fold(typed);
        let by_number = typed.parse::<usize>().ok().and_then(|number| self.choices.get(number.checked_sub(1)?));
        let head = |choice: &Choice| fold(choice.label.split(['(', ':']).next().unwrap_or_default());
        let names = |choice: &&Choice| fold(&choice.label) == typed || head(choice) == typed;
        let by_label = || self.choices.iter().find(names).filter(|_| !typed.is_empty());
        by_number.or_else(by_label).map(|choice| choice.pick.clone())
    }

    /// Whether it offers this choice.
    pub fn offers(&self, pick: &str) -> bool {
        self.choices.iter().any(|choice| choice.pick == pick)
    }

    /// The message: what came before, the words, the numbered choices and their buttons. `address` goes in front of every
    /// choice in the data of the buttons; data that would be too long makes no button.
    pub fn note(&self, lead: &str, address: &str) -> Note {
        let lines = self.choices.iter().enumerate().map(|(at, choice)| format!("{}. {}", at + 1, choice.label));
        let asked = std::iter::once(self.text.clone()).chain(lines).collect::<Vec<_>>().join("\n");
        let text = [lead.trim(), asked.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let data: Vec<(&str, String)> =
            self.choices.iter().map(|choice| (choice.label.as_str(), format!("{address}:{}", choice.pick))).collect();
        let fitting: Vec<(&str, &str)> = data
            .iter()
            .filter(|(_, data)| data.len() <= MAX_CALLBACK_BYTES)
            .map(|(label, data)| (*label, data.as_str()))
            .collect();
        let short = fitting.iter().all(|(label, _)| label.chars().count() <= SHORT_LABEL);
        let per_row = if short { 3 } else { 1 };
        fitting.chunks(per_row).fold(Note::plain(text.join("\n\n")), Note::with_row)
    }
}

/// What means yes.
const YES: [&str; 10] = ["có", "đúng", "đúng rồi", "đúng vậy", "chính xác", "đồng ý", "ừ", "vâng", "ok", "được"];
/// What means no.
const NO: [&str; 8] = ["không", "không phải", "không đúng", "chưa đúng", "sai", "sai rồi", "thôi", "hủy"];

/// Whether typed words mean yes.
pub fn is_yes(typed: &str) -> bool {
    let said = without_courtesy(typed);
    YES.iter().any(|word| means(&said, word))
}

/// Whether typed words mean no.
pub fn is_no(typed: &str) -> bool {
    let said = without_courtesy(typed);
    NO.iter().any(|word| means(&said, word))
}

/// "đúng" of "Dạ, đúng ạ."
fn without_courtesy(typed: &str) -> String {
    let words = typed.split_whitespace().map(|word| word.trim_matches(['.', ',', '!']));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let words = match words.as_slice() {
        [said @ .., last] if means(last, "ạ") => said,
        all => all,
    };
    let words = match words {
        [first, said @ ..] if !said.is_empty() && (means(first, "dạ") || means(first, "vâng")) => said,
        all => all,
    };
    words.join(" ")
}

/// The themes of a stored plan; none when it cannot be read any more.
pub fn themes_of(plan: &str) -> Vec<Theme> {
    Plan::from_toml(plan).map(|plan| plan.themes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Question, is_no, is_yes};

    fn question() -> Question {
        Question::new("Độ khẩn?".to_owned()).with("n", "Thường").with("u", "Khẩn")
    }

    #[test]
    fn what_stands_in_brackets_need_not_be_typed() {
        let question =
            Question::new(String::new()).with("skip", "Bỏ qua (không có tệp)").with("s", "Đúng: 101/KH-UBND");
        assert_eq!(question.picked("bo qua").as_deref(), Some("skip"));
        assert_eq!(question.picked("đúng").as_deref(), Some("s"));
        assert_eq!(question.picked("👍"), None);
    }

    #[rstest]
    #[case::the_number("2", Some("u"))]
    #[case::the_label("Khẩn", Some("u"))]
    #[case::without_accents("thuong", Some("n"))]
    #[case::nought("0", None)]
    #[case::past_the_end("3", None)]
    #[case::longer_than_any_number("99999999999999999999999", None)]
    #[case::other_words("gấp", None)]
    fn a_choice_is_named_by_its_number_or_its_label(#[case] typed: &str, #[case] pick: Option<&str>) {
        assert_eq!(question().picked(typed).as_deref(), pick);
    }

    #[test]
    fn the_numbers_stand_in_the_text_as_well() {
        let note = question().note("Đã ghi.", "c:ABC:urgency");
        assert_eq!(note.text, "Đã ghi.\n\nĐộ khẩn?\n1. Thường\n2. Khẩn");
        assert_eq!(note.buttons.len(), 1, "short labels share a row");
        assert_eq!(note.buttons[0][1].data, "c:ABC:urgency:u");
    }

    #[test]
    fn data_that_no_platform_takes_makes_no_button() {
        let note = question().with("x".repeat(64), "Dài").note("", "c:ABC:urgency");
        assert_eq!(note.buttons.concat().len(), 2);
        assert!(note.text.contains("3. Dài"), "the number still answers");
    }

    #[test]
    fn courtesy_around_a_yes_or_a_no_does_not_hide_it() {
        assert!(is_yes("Dạ, đúng ạ.") && is_yes("vâng ạ") && is_yes("da dung roi a") && is_yes("vâng đúng"));
        assert!(is_no("dạ sai rồi ạ") && is_no("không đúng ạ"));
        assert!(!is_yes("dạ") && !is_yes("ạ") && !is_yes("") && !is_no("") && !is_yes("đúng 12 hộ"));
    }

    #[test]
    fn yes_and_no_may_be_typed_without_accents_but_not_with_wrong_ones() {
        assert!(is_yes("dong y") && is_yes("Có") && is_no("khong") && is_no("Huỷ"));
        assert!(!is_yes("cỏ") && !is_no("khống"));
    }
}
