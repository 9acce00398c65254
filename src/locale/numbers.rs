//! Numbers as Vietnamese offices write them: decimal comma, thousands dot, two digits below ten for things counted.

use fluent::FluentValue;

/// A whole number in groups of three: `23.200`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// Tenths with a decimal comma, and without one when there is nothing behind it: 925 is `92,5`, 920 is `92`.
#[must_use]
pub fn decimal(tenths: i64) -> String {
    let (whole, rest) = (tenths / 10, (tenths % 10).unsigned_abs());
    let sign = if tenths < 0 && whole == 0 { "-" } else { "" };
    if rest == 0 { grouped(whole) } else { format!("{sign}{},{rest}", grouped(whole)) }
}

/// The share of `part` in `whole`, rounded half up to a tenth: 37 of 40 is `92,5%`. Nothing of nothing is `–`.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (u128::from(part) * 2_000 + u128::from(whole)) / (u128::from(whole) * 2);
    format!("{}%", decimal(i64::try_from(tenths).unwrap_or(i64::MAX)))
}

/// Things counted in an official text: below ten with a leading zero, `07 cái` (customary in documents under
/// Nghị định 30/2020/NĐ-CP), above in groups.
#[must_use]
pub fn padded(count: u64) -> String {
    if count < 10 { format!("{count:02}") } else { grouped(i64::try_from(count).unwrap_or(i64::MAX)) }
}

/// How a number given as an argument is printed: a fraction with a comma, a whole number as it is, so that a year or a
/// code never gets a dot.
pub(super) fn format_value<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(number.as_string().replace('.', ",")),
        _ => None,
    }
}
