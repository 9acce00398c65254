//! Values of Zalo's bodies, which come as text or as number, in seconds or in milliseconds, depending on the page one reads.

use serde_json::Value;

use crate::domain::calendar::Millis;

/// The first instant in milliseconds that is later than any plausible one in seconds: 1e11 s is the year 5138, and
/// 1e11 ms is 1973.
const FIRST_MILLIS: i64 = 100_000_000_000;

/// An id: a text that is not empty, or a whole number.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, written as one or as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// An instant since the epoch, in seconds or milliseconds, as number or text; zero is none.
pub(super) fn instant(value: &Value) -> Option<Millis> {
    let number = number(value).filter(|number| *number > 0)?;
    Some(Millis(if number < FIRST_MILLIS { number * 1_000 } else { number }))
}

/// A text, empty when there is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!("1789000000000"), Some(1_789_000_000_000))]
    #[case(json!(1_789_000_000_000_i64), Some(1_789_000_000_000))]
    #[case(json!(1_789_000_000), Some(1_789_000_000_000))]
    #[case(json!("1789000000"), Some(1_789_000_000_000))]
    #[case(json!(0), None)]
    #[case(json!("hôm nay"), None)]
    #[case(json!(null), None)]
    fn an_instant_is_read_in_every_form(#[case] value: Value, #[case] expected: Option<i64>) {
        assert_eq!(instant(&value).map(|at| at.0), expected);
    }

    #[test]
    fn an_id_above_2_to_the_53_keeps_all_its_digits() {
        let value: Value = serde_json::from_str("9007199254740993").unwrap();
        assert_eq!(id(&value).as_deref(), Some("9007199254740993"));
        assert_eq!(id(&json!("")), None);
        assert_eq!(id(&json!(1.5)), None);
    }
}
