//! Takes tokens out of a text.

use std::borrow::Cow;

use crate::config::Secret;

/// What stands in the place of a secret.
const HIDDEN: &str = "[hidden]";
/// The path segment that carries a Telegram token: `/bot123:abc/sendMessage` (Telegram Bot API, "Making requests").
const SEGMENT: &str = "/bot";
/// A Telegram token is digits, a colon and 35 signs; shorter runs are dates, times and addresses.
const TOKEN_SIGNS: usize = 30;

/// Replaces the secrets, everything between `/bot` and the next `/`, and whatever is shaped like a bot token.
#[must_use]
pub fn redact<'a>(text: &'a str, secrets: &[&Secret]) -> Cow<'a, str> {
    let mut clean = Cow::Borrowed(text);
    for secret in secrets {
        let secret = secret.expose();
        // A colon may have been written as %3A on its way through a URL.
        for form in [secret.to_owned(), secret.replace(':', "%3A"), secret.replace(':', "%3a")] {
            if !form.is_empty() && clean.contains(&form) {
                clean = Cow::Owned(clean.replace(&form, HIDDEN));
            }
        }
    }
    match without_tokens(&clean) {
        Some(text) => Cow::Owned(text),
        None => clean,
    }
}

/// The text without token shapes; none when there are none.
fn without_tokens(text: &str) -> Option<String> {
    let mut clean = String::new();
    let (mut done, mut at) = (0, 0);
    while at < text.len() {
        let found = segment(text, at).or_else(|| bare_token(text, at));
        if let Some((from, to)) = found {
            clean.push_str(&text[done..from]);
            clean.push_str(HIDDEN);
            (done, at) = (to, to);
        } else {
            at = next_start(text, at);
        }
    }
    (done > 0).then(|| clean + &text[done..])
}

/// The next place where a token could begin: past this character, and past the rest of a run of digits.
fn next_start(text: &str, at: usize) -> usize {
    let digits = digits_at(text, at);
    let width = text[at..].chars().next().map_or(1, char::len_utf8);
    at + digits.max(width)
}

fn digits_at(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// What follows `/bot` up to the next `/`, if it could be a token: it is a path segment of its own, or holds a colon.
fn segment(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text[at..].strip_prefix(SEGMENT)?;
    let length = rest.find(|sign: char| sign.is_whitespace() || "/?#\"'`<>()\\".contains(sign)).unwrap_or(rest.len());
    let inside = &rest[..length];
    let secret = rest[length..].starts_with('/') || inside.contains(':') || inside.to_ascii_lowercase().contains("%3a");
    let from = at + SEGMENT.len();
    (length > 0 && secret).then_some((from, from + length))
}

/// Digits, a colon, and at least thirty signs of a token.
fn bare_token(text: &str, at: usize) -> Option<(usize, usize)> {
    let digits = digits_at(text, at);
    let rest = &text[at + digits..];
    let colon = [":", "%3A", "%3a"].into_iter().find(|colon| rest.starts_with(colon))?;
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let signs = rest.as_bytes()[colon.len()..].iter().take_while(|byte| is_sign(byte)).count();
    (digits >= 4 && signs >= TOKEN_SIGNS).then_some((at, at + digits + colon.len() + signs))
}
