//! A sentinel planted where libraries and panics could show it does not come out.

use std::io::Write;
use std::sync::{Arc, Mutex};

use rstest::rstest;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::config::Secret;

const SENTINEL: &str = "8231456790:AAF-planted_SENTINEL_zyxwvutsrqponm";

/// Keeps what is written.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, filter: &str, act: impl FnOnce()) -> String {
    let captured = Captured::default();
    let writer = captured.clone();
    let layer = layer(format, filter, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), act);
    captured.text()
}

#[rstest]
#[case("trace")]
#[case("trace,hyper=trace,reqwest::connect=trace,teloxide_core=debug")]
#[case("hyper=trace,reqwest=trace,rustls=trace,h2=trace,teloxide=trace,teloxide_core=trace,sqlx=trace,loa=trace")]
fn libraries_are_silent_below_warn_whatever_the_filter_says(#[case] filter: &str) {
    let text = logged(LogFormat::Text, filter, || {
        tracing::trace!(target: "reqwest::connect", "starting new connection SENTINEL");
        tracing::debug!(target: "hyper", "GET SENTINEL");
        tracing::trace!(target: "hyper_util::client", "SENTINEL");
        tracing::debug!(target: "h2::frame", "SENTINEL");
        tracing::debug!(target: "rustls::client", "SENTINEL");
        tracing::trace!(target: "teloxide", "SENTINEL");
        tracing::info!(target: "teloxide_core::net", "SENTINEL");
        tracing::info!(target: "sqlx::query", "SENTINEL");
        tracing::info!(target: "loan", "SENTINEL");
        tracing::trace!(target: "loa::engine", "ours");
        tracing::warn!(target: "hyper", "a warning");
    });
    assert!(!text.contains("SENTINEL"), "{text}");
    assert!(text.contains("ours"), "{text}");
}

#[test]
fn warnings_of_libraries_are_kept() {
    let text = logged(LogFormat::Text, "info", || tracing::warn!(target: "hyper", "a warning"));
    assert!(text.contains("a warning"), "{text}");
}

#[test]
fn the_filter_still_decides_about_our_own_records() {
    let text = logged(LogFormat::Text, "info", || {
        tracing::debug!(target: "loa::engine", "too fine");
        tracing::info!(target: "loa::engine", "just right");
    });
    assert!(text.contains("just right") && !text.contains("too fine"), "{text}");
}

#[rstest]
#[case::text(LogFormat::Text)]
#[case::json(LogFormat::Json)]
fn a_token_in_a_line_is_taken_out_even_at_error(#[case] format: LogFormat) {
    let text = logged(format, "trace", || {
        let url = format!("http://127.0.0.1:1/bot{SENTINEL}/SendMessage");
        tracing::error!(target: "hyper", "connect to {url} failed");
        tracing::error!(target: "loa::platform", url, error = %format!("token {SENTINEL} refused"));
    });
    assert!(!text.contains("SENTINEL"), "{text}");
    assert_eq!(text.matches("[hidden]").count(), 3, "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn a_json_line_is_one_json_document() {
    let text = logged(LogFormat::Json, "info", || tracing::info!(target: "loa", code = "VB-2025-0042", "queued"));
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((line["message"].as_str(), line["code"].as_str()), (Some("queued"), Some("VB-2025-0042")));
}

#[test]
fn a_filter_that_is_none_says_what_to_write() {
    let error = layer::<tracing_subscriber::Registry, _>(LogFormat::Text, "loa=loud", io::sink).err().unwrap();
    assert!(error.to_string().contains("for example \"info\""), "{error}");
}

#[rstest]
#[case::url(
    "POST https://api.telegram.org/bot12:ab/sendMessage",
    "POST https://api.telegram.org/bot[hidden]/sendMessage"
)]
#[case::file_url("/file/bot12:ab/photos/1.jpg", "/file/bot[hidden]/photos/1.jpg")]
#[case::no_end("at /bot12:ab", "at /bot[hidden]")]
#[case::escaped("/bot12%3Aab?x", "/bot[hidden]?x")]
#[case::short_fake("/botTEST/getMe", "/bot[hidden]/getMe")]
#[case::bare(&format!("({SENTINEL})"), "([hidden])")]
#[case::twice(&format!("{SENTINEL} {SENTINEL}"), "[hidden] [hidden]")]
#[case::a_time("at 07:30:00 and 2025-07-28T07:30:00Z", "at 07:30:00 and 2025-07-28T07:30:00Z")]
#[case::a_port("127.0.0.1:8642/bottle", "127.0.0.1:8642/bottle")]
#[case::a_mention("/batdau@loa_bot", "/batdau@loa_bot")]
#[case::vietnamese("Đã gửi 24/24 thôn 🌀", "Đã gửi 24/24 thôn 🌀")]
#[case::empty("", "")]
fn token_shapes_are_taken_out_and_nothing_else(#[case] text: &str, #[case] clean: &str) {
    assert_eq!(redact(text, &[]), clean);
}

#[test]
fn a_known_secret_is_taken_out_in_both_spellings() {
    let secret = Secret::new("9:kín");
    assert_eq!(redact("a 9:kín b 9%3Akín c 9%3akín", &[&secret]), "a [hidden] b [hidden] c [hidden]");
    assert_eq!(redact("a 9:kín", &[&Secret::new("")]), "a 9:kín");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_and_a_planted_token_never_survives(before in ".{0,40}", after in "[^A-Za-z0-9_-].{0,40}") {
        let text = format!("{before}{SENTINEL}{after}");
        proptest::prop_assert!(!redact(&text, &[]).contains("SENTINEL"));
    }
}

#[test]
fn only_fixed_words_of_a_panic_are_logged() {
    let fixed: &'static str = "the lease is lost";
    assert_eq!(words_of(&fixed), "the lease is lost");
    assert!(words_of(&String::from("Kế hoạch số 101")).contains("withheld"));
    assert!(words_of(&7_u8).contains("withheld"));
}
