//! A number to call. It stands in call lists and nowhere else: debug output hides it.

use std::fmt;
use std::str::FromStr;

/// Fewest and most digits: 1022 is a hotline, +84 with nine digits the longest.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=13;

/// What was typed cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number: digits, with spaces, dots, hyphens and a leading + at most")]
pub struct NotAPhone;

/// A telephone number as it is shown, `0912 345 678`.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// The number as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = NotAPhone;

    fn from_str(typed: &str) -> Result<Self, NotAPhone> {
        let typed = typed.trim();
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        let plain = |(at, sign): (usize, char)| {
            sign.is_ascii_digit() || matches!(sign, ' ' | '.' | '-') || (sign == '+' && at == 0)
        };
        let callable = DIGITS.contains(&digits) && typed.chars().enumerate().all(plain);
        if callable { Ok(Self(typed.to_owned())) } else { Err(NotAPhone) }
    }
}

impl TryFrom<String> for Phone {
    type Error = NotAPhone;

    fn try_from(stored: String) -> Result<Self, NotAPhone> {
        stored.parse()
    }
}

/// Shows that there is one, and not which.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Phone;

    #[rstest]
    #[case("0912 345 678", true)]
    #[case("+84 912.345.678", true)]
    #[case("1022", true)]
    #[case("0912345678 (nhà)", false)]
    #[case("84+912345678", false)]
    #[case("12", false)]
    #[case("", false)]
    fn a_number_is_digits_and_little_else(#[case] typed: &str, #[case] callable: bool) {
        assert_eq!(typed.parse::<Phone>().is_ok(), callable);
    }

    #[test]
    fn debug_output_does_not_show_it() {
        assert_eq!(format!("{:?}", "0912 345 678".parse::<Phone>()), "Ok(Phone(…))");
    }
}
