//! When two acts have the same content: their keys are equal.
//!
//! Content that can be aired or posted again is known by itself, whatever the day: a script by its code, an article by
//! its address, anything else by its title without accents. What happens on a day, such as a meeting or the hanging of
//! banners, is known by its title, day and unit: next month's briefing is another one. Blank keys are never the same.

use chrono::{Datelike as _, NaiveDate};

use crate::domain::bulletin::{Code, find_codes};
use crate::domain::channel::Channel;
use crate::domain::text::fold;

/// Parameters that say where a reader came from, not what the page is: Google, Meta and Zalo add them to shared links.
const TRACKING: [&str; 6] = ["fbclid", "gclid", "zarsrc", "_gl", "mibextid", "igsh"];
/// What stands around an address in a sentence and is no part of it.
const AROUND: [char; 14] = ['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '<', '>', '"', '\''];

/// The key of an act on `channel`. `texts` are its title and its proof.
pub(super) fn of(channel: Channel, done_on: NaiveDate, unit_id: Option<&str>, texts: (&str, Option<&str>)) -> String {
    let (title, evidence) = texts;
    match channel {
        Channel::Radio => script(title, done_on).unwrap_or_else(|| fold(title)),
        Channel::Portal | Channel::PortalImage | Channel::PortalBanner | Channel::Campaign => {
            evidence.and_then(address).or_else(|| address(title)).unwrap_or_else(|| fold(title))
        }
        Channel::Budget => fold(title),
        _ => dated(title, done_on, unit_id),
    }
}

fn dated(title: &str, done_on: NaiveDate, unit_id: Option<&str>) -> String {
    let key = fold(title);
    if key.is_empty() { key } else { format!("{key}@{done_on}@{}", unit_id.unwrap_or_default()) }
}

/// The one bulletin code in the title; without its year, that of the day.
fn script(title: &str, done_on: NaiveDate) -> Option<String> {
    let codes = find_codes(title);
    let [typed] = codes.as_slice() else { return None };
    let year = typed.year.or_else(|| u16::try_from(done_on.year()).ok())?;
    Some(Code { kind: typed.kind?, year, seq: typed.seq }.to_string())
}

/// The first web address in a text, in the one form that all ways of sharing the page come to.
fn address(text: &str) -> Option<String> {
    text.split_whitespace().find_map(|word| normalised(word.trim_matches(AROUND)))
}

fn normalised(word: &str) -> Option<String> {
    let rest = without_scheme(word);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let host = host_name(host)?;
    // A fragment is a place in the page, unless the page is a program that reads its address there.
    let rest = rest.split_once('#').filter(|(_, place)| !place.starts_with(['/', '!'])).map_or(rest, |(page, _)| page);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let mut query: Vec<&str> = query.split('&').filter(|pair| names_the_page(pair)).collect();
    query.sort_unstable();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("{host}{path}{mark}{}", query.join("&")))
}

fn without_scheme(word: &str) -> &str {
    let scheme =
        word.split_once("://").filter(|(scheme, _)| ["http", "https"].iter().any(|s| scheme.eq_ignore_ascii_case(s)));
    scheme.map_or(word, |(_, rest)| rest)
}

/// A host of at least two labels whose last one has letters: "30.10" and "v.v" with nothing behind them are no hosts
/// that somebody would post on.
fn host_name(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    let (name, top) = host.rsplit_once('.')?;
    let labels_hold =
        name.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    let top_holds = top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
    (labels_hold && top_holds).then(|| host.to_owned())
}

fn names_the_page(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    !name.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn portal(evidence: &str) -> String {
        of(Channel::Portal, day("2025-10-30"), None, ("Bài viết", Some(evidence)))
    }

    #[rstest]
    #[case("https://xahalong.gov.vn/tin/1")]
    #[case("http://www.xahalong.gov.vn/tin/1/")]
    #[case("HTTPS://XaHaLong.gov.vn:443/tin/1#binh-luan")]
    #[case("xem https://xahalong.gov.vn/tin/1?utm_source=zalo&fbclid=x.")]
    #[case("(xahalong.gov.vn/tin/1)")]
    fn every_way_of_sharing_a_page_is_the_same_page(#[case] evidence: &str) {
        assert_eq!(portal(evidence), "xahalong.gov.vn/tin/1");
    }

    #[rstest]
    #[case("https://xahalong.gov.vn/?id=2&p=1", "xahalong.gov.vn?id=2&p=1")]
    #[case("https://xahalong.gov.vn/?p=1&id=2", "xahalong.gov.vn?id=2&p=1")]
    #[case("https://xahalong.gov.vn/#/tin/7", "xahalong.gov.vn/#/tin/7")]
    #[case("ngày 30/10 tại trụ sở v.v", "bai viet")]
    #[case("30.10.2025", "bai viet")]
    #[case("", "bai viet")]
    fn what_names_the_page_is_kept_and_what_is_no_address_is_the_title(#[case] evidence: &str, #[case] key: &str) {
        assert_eq!(portal(evidence), key);
    }

    #[rstest]
    #[case("Phát lại bài BP-2025-0003", "BP-2025-0003")]
    #[case("bp 3 - chuyển đổi số", "BP-2025-0003")]
    #[case("Chuyển đổi số", "chuyen doi so")]
    #[case("chuyen  doi so!", "chuyen doi so")]
    #[case("📢", "")]
    fn a_radio_item_is_its_script_or_its_title(#[case] title: &str, #[case] key: &str) {
        assert_eq!(of(Channel::Radio, day("2025-10-30"), None, (title, None)), key);
    }

    #[test]
    fn the_same_meeting_on_another_day_or_in_another_village_is_another_meeting() {
        let key = |date, unit| of(Channel::Meeting, day(date), unit, ("Họp thôn", None));
        assert_eq!(key("2025-10-01", Some("3")), key("2025-10-01", Some("3")));
        assert_ne!(key("2025-10-01", Some("3")), key("2025-10-01", Some("5")));
        assert_ne!(key("2025-10-01", None), key("2025-11-01", None));
        assert_eq!(of(Channel::Meeting, day("2025-10-01"), None, ("…", None)), "");
    }

    proptest! {
        #[test]
        fn any_text_has_a_key(title in ".*", evidence in ".*") {
            for channel in Channel::ALL {
                of(*channel, day("2025-10-30"), None, (&title, Some(&evidence)));
            }
        }
    }
}
