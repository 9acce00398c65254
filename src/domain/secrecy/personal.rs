//! Counting numbers that belong to persons, to notice a list of people before it reaches residents.

use std::collections::BTreeSet;

/// From this many different personal numbers on, a text is a list of persons and may not go to residents' groups.
pub const PERSONAL_LIST: usize = 3;

/// How many different citizen numbers (12 digits, CCCD) and mobile numbers `text` contains.
///
/// Digits may be grouped by single spaces, dots or dashes. Fixed lines (02x) are left out, because they belong to
/// offices and every urgent notice ends with some; a number that is repeated counts once.
#[must_use]
pub fn personal_numbers(text: &str) -> usize {
    let mut found = BTreeSet::new();
    for run in runs(text) {
        collect(&run, &mut found);
    }
    found.len()
}

/// Maximal chains of digit groups with one separator between them.
fn runs(text: &str) -> Vec<Vec<&str>> {
    let mut runs: Vec<Vec<&str>> = Vec::new();
    let mut end = usize::MAX;
    for (start, group) in groups(text) {
        let joined = end.checked_add(1) == Some(start) && matches!(text.as_bytes().get(end), Some(b' ' | b'.' | b'-'));
        match runs.last_mut().filter(|_| joined) {
            Some(run) => run.push(group),
            None => runs.push(vec![group]),
        }
        end = start + group.len();
    }
    runs
}

/// Chains of ASCII digits with their byte position; a plus sign before one belongs to it.
fn groups(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '+'))
        .filter(|group| group.bytes().any(|b| b.is_ascii_digit()))
        .map(
            // `split` yields slices of `text`, so the distance between the addresses is the position.
            move |group| (group.as_ptr().addr() - text.as_ptr().addr(), group),
        )
}

/// Reads a chain from left to right, taking the shortest number that starts at each group.
fn collect(run: &[&str], found: &mut BTreeSet<u64>) {
    let mut at = 0;
    while at < run.len() {
        let taken = number_at(&run[at..]);
        if let Some((_, number)) = taken {
            found.insert(number);
        }
        at += taken.map_or(1, |(groups, _)| groups);
    }
}

/// The personal number that begins with the first group: how many groups it takes and its digits as a number.
fn number_at(groups: &[&str]) -> Option<(usize, u64)> {
    let mut digits = String::new();
    for (at, group) in groups.iter().enumerate() {
        // Twelve digits, or a plus sign and eleven, is the longest; one group of a megabyte ends here too.
        if digits.len() + group.len() > 12 || (at > 0 && group.starts_with('+')) {
            return None;
        }
        digits.push_str(group);
        if let Some(number) = personal(&digits) {
            return Some((at + 1, number));
        }
    }
    None
}

/// A mobile number (10 digits from 03, 05, 07, 08 or 09, or with 84 for the 0) or a citizen number: 12 digits whose
/// first three are a province from 001 to 096 (Thông tư 59/2021/TT-BCA), which sets it apart from sums of money.
fn personal(digits: &str) -> Option<u64> {
    let national = digits.trim_start_matches('+').strip_prefix("84").filter(|rest| rest.len() == 9);
    let local = national.or_else(|| digits.strip_prefix('0'))?;
    let is_mobile = local.len() == 9 && local.starts_with(['3', '5', '7', '8', '9']);
    let province = digits.get(..3).and_then(|code| code.parse::<u8>().ok());
    let is_citizen =
        digits.len() == 12 && digits.starts_with('0') && province.is_some_and(|code| (1..=96).contains(&code));
    (is_mobile || is_citizen).then(|| local.parse().ok()).flatten()
}
