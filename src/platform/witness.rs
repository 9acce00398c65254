//! What platforms say the time is: each of their answers bears a date (RFC 9110, `Date`).
//!
//! Only what came by https from another machine counts. A stand-in or a server of one's own, on this machine or beside it, goes by
//! the very clock that is in question.

use std::sync::{Mutex, PoisonError};

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap};
use reqwest::{Response, Url};

use super::exchange::is_loopback;
use crate::domain::calendar::Millis;

/// What was said last, until somebody asks.
static TOLD: Mutex<Option<Millis>> = Mutex::new(None);

/// What a platform said the time is since this was last asked; none when none said anything.
#[must_use]
pub fn told() -> Option<Millis> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Notes what an answer says.
pub(super) fn hear(answer: &Response) {
    if let Some(date) = date(answer.url(), answer.headers()) {
        *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
    }
}

fn date(address: &Url, headers: &HeaderMap) -> Option<Millis> {
    if address.scheme() != "https" || is_loopback(address) {
        return None;
    }
    let date = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(Millis(date.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use reqwest::ResponseBuilderExt as _;
    use rstest::rstest;

    use super::*;

    #[test]
    fn what_an_answer_says_is_told_once() {
        let address = Url::parse("https://api.telegram.org/bot1/getMe").unwrap();
        let answer = axum::http::Response::builder().url(address).header(DATE, "Mon, 28 Jul 2025 01:00:00 GMT");
        hear(&answer.body("").unwrap().into());
        assert_eq!([told(), told()], [Some(Millis(1_753_664_400_000)), None]);
    }

    #[rstest]
    #[case("https://api.telegram.org/bot1/getMe", "Mon, 28 Jul 2025 01:00:00 GMT", Some(1_753_664_400_000))]
    #[case("http://api.telegram.org/bot1/getMe", "Mon, 28 Jul 2025 01:00:00 GMT", None)]
    #[case("https://127.0.0.1:8443/bot1/getMe", "Mon, 28 Jul 2025 01:00:00 GMT", None)]
    #[case("https://localhost/bot1/getMe", "Mon, 28 Jul 2025 01:00:00 GMT", None)]
    #[case("https://api.telegram.org/", "yesterday", None)]
    #[case("https://api.telegram.org/", "", None)]
    fn a_date_counts_when_another_machine_says_it_in_words_that_can_be_read(
        #[case] address: &str,
        #[case] said: &str,
        #[case] expected: Option<i64>,
    ) {
        let headers = HeaderMap::from_iter([(DATE, said.parse().unwrap())]);
        let address = Url::parse(address).unwrap();
        assert_eq!(date(&address, &headers), expected.map(Millis));
        assert_eq!(date(&address, &HeaderMap::new()), None);
    }
}
