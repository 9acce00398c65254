//! Finds the units an answer names: "thôn 3", "t3", "thon 03", "thôn 3 và 4", "Thôn Kim Sơn".
//!
//! Names are compared without accents and without leading zeros. Called before [`super::attribute`], with
//! the units the group covers or the person sits in.

use super::meaning::village_numbers;
use super::words::{Word, words};

/// A unit and the name people call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitName {
    /// The unit's id.
    pub unit_id: String,
    /// Its name, for example "Thôn 03" or "Thôn 1 (Hà Bắc cũ)".
    pub name: String,
}

/// The ids of the units that the text names, in the order of the text, each once.
///
/// A name in full beats its short form: with "Thôn 1 (Hà Bắc cũ)" and "Thôn 1 (Hà Giang cũ)" known, "thôn 1
/// Hà Bắc cũ" names one unit and "thôn 1" names both, which the person's own seats then decide.
#[must_use]
pub fn named_units(text: &str, units: &[UnitName]) -> Vec<String> {
    let spoken = normalise(&words(text));
    let forms: Vec<(&str, Vec<String>)> = units.iter().flat_map(forms_of).collect();
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while at < spoken.len() {
        let fits = |form: &&(&str, Vec<String>)| spoken[at..].starts_with(&form.1);
        let longest = forms.iter().filter(fits).map(|(_, form)| form.len()).max().unwrap_or(0);
        let named = forms.iter().filter(fits).filter(|(_, form)| form.len() == longest);
        for (unit_id, _) in named {
            if !found.iter().any(|id| id == unit_id) {
                found.push((*unit_id).to_owned());
            }
        }
        at += longest.max(1);
    }
    found
}

/// The whole name and, if it has a part in brackets, the name without it.
fn forms_of(unit: &UnitName) -> Vec<(&str, Vec<String>)> {
    let whole = normalise(&words(&unit.name));
    let short = unit.name.split_once('(').map(|(short, _)| normalise(&words(short)));
    let forms = std::iter::once(whole).chain(short).filter(|form| !form.is_empty());
    forms.map(|form| (unit.unit_id.as_str(), form)).collect()
}

/// The words as keys, with village mentions written out: "t3 và 04" becomes "thon 3 thon 4".
fn normalise(words: &[Word]) -> Vec<String> {
    let mut keys = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some(numbers) = village_numbers(words, at) {
            let kind = if words[at].key == "t" { "thon" } else { words[at].key.as_str() };
            keys.extend(numbers.iter().flat_map(|(_, number)| [kind.to_owned(), number.to_string()]));
            at = numbers.last().map_or(at, |(index, _)| *index);
        } else {
            let word = &words[at];
            keys.push(word.number.map_or_else(|| word.key.clone(), |number| number.to_string()));
        }
        at += 1;
    }
    keys
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{UnitName, named_units};

    fn units(names: &[(&str, &str)]) -> Vec<UnitName> {
        let unit = |(id, name): &(&str, &str)| UnitName { unit_id: (*id).to_owned(), name: (*name).to_owned() };
        names.iter().map(unit).collect()
    }

    #[rstest]
    #[case("thôn 3 đã nhận", &["u3"])]
    #[case("Thon 03 da nhan a", &["u3"])]
    #[case("t3 ok", &["u3"])]
    #[case("T03 ok", &["u3"])]
    #[case("thôn số 3 rõ", &["u3"])]
    #[case("thôn 3 và 4 đã nhận", &["u3", "u4"])]
    #[case("thôn 4, thôn 3", &["u4", "u3"])]
    #[case("thôn 3, thôn 3", &["u3"])]
    #[case("thôn 13 đã nhận", &["u13"])]
    #[case("thôn 3: 12 hộ 41 người", &["u3"])]
    #[case("thôn 3, 13 người", &["u3"])]
    #[case("thôn kim son nhan roi", &["uk"])]
    #[case("đã nhận", &[])]
    #[case("3 đã nhận", &[])]
    #[case("", &[])]
    fn a_unit_is_found_however_it_is_written(#[case] text: &str, #[case] expected: &[&str]) {
        let units = units(&[("u3", "Thôn 03"), ("u4", "Thôn 04"), ("u13", "Thôn 13"), ("uk", "Thôn Kim Sơn")]);
        assert_eq!(named_units(text, &units), expected);
    }

    #[rstest]
    #[case("thôn 1 đã nhận", &["bac", "giang"])]
    #[case("thôn 1 Hà Bắc cũ đã nhận", &["bac"])]
    fn a_name_that_three_old_communes_share_is_left_open(#[case] text: &str, #[case] expected: &[&str]) {
        let units = units(&[("bac", "Thôn 1 (Hà Bắc cũ)"), ("giang", "Thôn 1 (Hà Giang cũ)")]);
        assert_eq!(named_units(text, &units), expected);
    }
}
