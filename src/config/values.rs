//! Readers of single settings: bounded numbers, words of a list, texts that must not be empty. Each says what it
//! expected and none quotes what it found.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A whole number within bounds, as it is written.
struct Bounded<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    fn check<E: Error>(&self, number: Option<u32>) -> Result<u32, E> {
        number
            .filter(|number| (MIN..=MAX).contains(number))
            .ok_or_else(|| E::invalid_value(Unexpected::Other("this"), self))
    }
}

impl<const MIN: u32, const MAX: u32> Visitor<'_> for Bounded<MIN, MAX> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u32, E> {
        self.check(u32::try_from(number).ok())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        self.check(u32::try_from(number).ok())
    }
}

/// Reads a whole number from `MIN` to `MAX`.
pub(super) fn bounded<'de, D: Deserializer<'de>, const MIN: u32, const MAX: u32>(source: D) -> Result<u32, D::Error> {
    source.deserialize_any(Bounded::<MIN, MAX>)
}

/// Reads seconds within bounds.
pub(super) fn seconds<'de, D: Deserializer<'de>, const MIN: u32, const MAX: u32>(
    source: D,
) -> Result<Duration, D::Error> {
    bounded::<D, MIN, MAX>(source).map(|count| Duration::from_secs(u64::from(count)))
}

/// Reads a text with `parse`, or says what was expected without quoting what was found.
fn parsed<'de, D: Deserializer<'de>, T>(
    source: D,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let refuse = || D::Error::invalid_value(Unexpected::Other("this"), &expected);
    let text = String::deserialize(source).map_err(|_| refuse())?;
    parse(&text).ok_or_else(refuse)
}

/// Reads a word of a short list.
pub(super) fn one_of<'de, D: Deserializer<'de>, T: Copy>(
    source: D,
    expected: &'static str,
    words: &[(&str, T)],
) -> Result<T, D::Error> {
    parsed(source, expected, |text| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value))
}

/// Reads a text that may not be blank.
pub(super) fn filled<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    parsed(source, "a text that is not empty", |text| (!text.trim().is_empty()).then(|| text.trim().to_owned()))
}

/// As [`filled`], for a setting that may be left out.
pub(super) fn filled_option<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    filled(source).map(Some)
}

/// Reads a value through its text form, such as an address.
pub(super) fn by_text<'de, D: Deserializer<'de>, T: FromStr>(source: D, expected: &'static str) -> Result<T, D::Error> {
    parsed(source, expected, |text| text.trim().parse().ok())
}
