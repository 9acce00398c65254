//! The lines of `/trangthai`. Pure: from a status to text.

use super::words;
use crate::domain::ack::ObligationState;
use crate::domain::calendar::format_full;
use crate::domain::message::{DeliveryState, MessageState};
use crate::domain::text::cut;
use crate::locale::Locale;
use crate::say;
use crate::store::bulletins::AfterFact;
use crate::usecase::mark;
use crate::usecase::status::{
    BroadcastStatus, BulletinStatus, DeliveryStatus, ObligationStatus, PartStatus, ReleaseStatus,
};

/// Most groups that are named one by one; the others are counted.
pub(super) const MOST: usize = 12;
/// Most villages that are named in one line.
const MOST_UNITS: usize = 40;
/// Most troubles that are quoted, newest last.
const MOST_TROUBLES: usize = 5;
/// Most characters of a village's words.
const WORDS: usize = 120;

/// A delivery that needs a hand, with its number in the broadcast, from 1.
pub(super) type Numbered<'a> = (usize, &'a DeliveryStatus);

/// Deliveries of a broadcast that stand in one of these states, with their numbers.
pub(super) fn standing<'a>(broadcast: &'a BroadcastStatus, states: &[DeliveryState]) -> Vec<Numbered<'a>> {
    (1..).zip(&broadcast.deliveries).filter(|(_, delivery)| states.contains(&delivery.state)).collect()
}

/// The part of a delivery that a person can do something about.
pub(super) fn open_part(delivery: &DeliveryStatus) -> Option<&PartStatus> {
    let doubted = delivery.messages.iter().find(|part| part.state == MessageState::Unknown);
    doubted.or_else(|| delivery.messages.iter().find(|part| is_repeatable(part)))
}

/// Whether a repetition may be ordered for it.
pub(super) const fn is_repeatable(part: &PartStatus) -> bool {
    matches!(part.state, MessageState::Failed | MessageState::Skipped | MessageState::Cancelled)
}

/// The head of every answer about a bulletin.
pub(super) fn head(locale: &Locale, status: &BulletinStatus) -> String {
    let state = status.state.vietnamese();
    let head = say!(locale, "watch-head", code = status.code.as_str(), title = status.title.as_str(), state = state);
    let release = status.release.as_ref().map(|release| format!("\n{}", released(locale, release)));
    mark::marked(locale, status.exercise, head + &release.unwrap_or_default())
}

/// That it went out on the duty officer's word, and what was said of that since.
fn released(locale: &Locale, release: &ReleaseStatus) -> String {
    let decided = release.decided_at.unwrap_or(release.approve_by);
    let (key, time) = match release.outcome {
        None => ("watch-release-open", release.approve_by),
        Some(AfterFact::Refused) => ("watch-release-refused", decided),
        Some(AfterFact::Approved) if decided > release.approve_by => ("watch-release-late", decided),
        Some(AfterFact::Approved) => ("watch-release-approved", decided),
    };
    locale.text(key, &[("time", format_full(time).into())])
}

/// "Gửi một phần 17/24 nhóm; đã nhận 12/24 thôn".
pub(super) fn summary(locale: &Locale, broadcast: &BroadcastStatus) -> String {
    let (sent, all) = (broadcast.counts.sent, broadcast.counts.total());
    let sending = match (sent, broadcast.counts.pending + broadcast.counts.partial) {
        (0, 0) if all == 0 && broadcast.relays.asked > 0 => relayed(locale, broadcast),
        (sent, _) if sent == all && all > 0 => say!(locale, "watch-sent", sent = sent, all = all),
        (0, 0) => say!(locale, "watch-sent-nowhere", all = all),
        (0, _) if broadcast.counts.partial == 0 => say!(locale, "watch-sending", all = all),
        _ => say!(locale, "watch-sent-partly", sent = sent, all = all),
    };
    let answers = &broadcast.acknowledgements;
    if answers.expected == 0 {
        return sending;
    }
    let noun = words::noun(locale, broadcast);
    let received = say!(locale, "watch-received", done = answers.own(), all = answers.expected, noun = noun);
    let received = match answers.proxy {
        0 => received,
        proxy => format!("{received}, {}", say!(locale, "watch-received-proxy", count = proxy)),
    };
    format!("{sending}; {received}")
}

/// When it fired, how it went, and the numbers that are not fine.
pub(super) fn sums(locale: &Locale, status: &BulletinStatus, broadcast: &BroadcastStatus) -> Vec<String> {
    let time = format_full(broadcast.fire_at);
    let mut lines = vec![match status.broadcasts.len() {
        1 => say!(locale, "watch-fired", time = time),
        all => {
            let number = broadcast.number.and_then(|number| usize::try_from(number).ok()).unwrap_or(all);
            say!(locale, "watch-fired-nth", time = time, number = number)
        }
    }];
    lines.push(summary(locale, broadcast));
    let beside = words::beside(locale, broadcast);
    if !beside.is_empty() {
        lines.push(say!(locale, "watch-beside", counts = beside.join(", ")));
    }
    let (late, proxy) = (broadcast.acknowledgements.late, broadcast.acknowledgements.proxy);
    if late + proxy > 0 {
        lines.push(say!(locale, "watch-marks", late = late, proxy = proxy));
    }
    lines.extend(stand_ins(locale, broadcast));
    lines.extend(passed_on(locale, broadcast));
    if let Some(quorum) = broadcast.quorum {
        lines.push(say!(locale, "watch-quorum", quorum = quorum));
    }
    if broadcast.reminders > 0 {
        lines.push(say!(locale, "watch-reminded", count = broadcast.reminders));
    }
    lines
}

/// How many village heads passed it on by hand, of those who were asked to.
fn relayed(locale: &Locale, broadcast: &BroadcastStatus) -> String {
    let (posted, asked) = (broadcast.relays.posted, broadcast.relays.asked);
    say!(locale, "watch-relays", posted = posted, asked = asked)
}

/// The same, and who has not said so yet.
fn passed_on(locale: &Locale, broadcast: &BroadcastStatus) -> Option<String> {
    if broadcast.relays.asked == 0 {
        return None;
    }
    let relays = broadcast.deliveries.iter().flat_map(|delivery| &delivery.relays);
    let open = relays.filter(|relay| relay.posted_at.is_none());
    let open = open.take(MOST_UNITS).map(|relay| relay.unit.as_str()).collect::<Vec<_>>().join(", ");
    let done = relayed(locale, broadcast);
    Some(if open.is_empty() { done } else { format!("{done}; {}", say!(locale, "watch-relays-open", units = open)) })
}

/// Which groups took which others' place.
fn stand_ins(locale: &Locale, broadcast: &BroadcastStatus) -> Vec<String> {
    let taken: Vec<&DeliveryStatus> =
        broadcast.deliveries.iter().filter(|delivery| !delivery.fallback_for.is_empty()).collect();
    let mut lines: Vec<String> = taken
        .iter()
        .take(MOST)
        .map(|delivery| {
            let instead = delivery.fallback_for.join(", ");
            say!(
                locale,
                "watch-fallback",
                group = delivery.group.as_str(),
                gateway = delivery.gateway.as_str(),
                instead
            )
        })
        .collect();
    if taken.len() > MOST {
        lines.push(say!(locale, "watch-more-groups", count = taken.len() - MOST));
    }
    lines
}

/// The groups in doubt and those that failed, each with its number and why.
pub(super) fn troubled(locale: &Locale, code: &str, broadcast: &BroadcastStatus) -> Vec<String> {
    let doubts = standing(broadcast, &[DeliveryState::Unknown]);
    let failures = failed(broadcast);
    let mut lines = Vec::new();
    if let Some((number, _)) = doubts.first() {
        lines.push(say!(locale, "watch-doubts"));
        lines.extend(named(locale, &doubts));
        lines.push(say!(locale, "watch-doubts-type", code = code, number = *number));
    }
    if let Some((number, _)) = failures.first() {
        lines.push(say!(locale, "watch-failures"));
        lines.extend(named(locale, &failures));
        lines.push(say!(locale, "watch-failures-type", code = code, number = *number));
    }
    lines
}

/// Deliveries that failed wholly or in part and of which nothing is waiting any more.
pub(super) fn failed(broadcast: &BroadcastStatus) -> Vec<Numbered<'_>> {
    let states = [DeliveryState::Failed, DeliveryState::Partial, DeliveryState::Skipped, DeliveryState::Cancelled];
    let found = standing(broadcast, &states).into_iter();
    found.filter(|(_, delivery)| !delivery.replaced && open_part(delivery).is_some()).collect()
}

fn named(locale: &Locale, deliveries: &[Numbered<'_>]) -> Vec<String> {
    let mut lines: Vec<String> = deliveries.iter().take(MOST).map(|delivery| line(locale, delivery)).collect();
    if deliveries.len() > MOST {
        lines.push(say!(locale, "watch-more-groups", count = deliveries.len() - MOST));
    }
    lines
}

fn line(locale: &Locale, (number, delivery): &Numbered<'_>) -> String {
    let why = open_part(delivery).map(|part| words::why(locale, delivery, part)).unwrap_or_default();
    say!(locale, "watch-group", number = *number, group = delivery.group.as_str(), why = why)
}

/// Who has not confirmed, until when, and what was reported instead.
pub(super) fn awaited(locale: &Locale, broadcast: &BroadcastStatus) -> Vec<String> {
    let mut lines = Vec::new();
    let open: Vec<&ObligationStatus> = broadcast.obligations.iter().filter(|owed| is_open(owed)).collect();
    if !open.is_empty() {
        let names = open.iter().take(MOST_UNITS).map(|owed| unit(locale, owed)).collect::<Vec<_>>().join(", ");
        let more = if open.len() > MOST_UNITS { "…" } else { "" };
        let noun = words::noun(locale, broadcast);
        lines.push(say!(locale, "watch-awaited", count = open.len(), noun = noun, names = format!("{names}{more}")));
        lines.push(say!(locale, "watch-awaited-next", code = broadcast.code.as_str()));
    }
    if let Some(deadline) = broadcast.ack_deadline {
        lines.push(say!(locale, "watch-deadline", time = format_full(deadline)));
    }
    let skipped = broadcast.troubles.len().saturating_sub(MOST_TROUBLES);
    for trouble in broadcast.troubles.iter().skip(skipped) {
        let quoted = cut(&trouble.words, WORDS, "…");
        lines.push(say!(locale, "watch-trouble", unit = trouble.unit.as_str(), quoted = quoted));
    }
    lines
}

/// Nobody has confirmed, and somebody still should.
const fn is_open(owed: &ObligationStatus) -> bool {
    matches!(owed.state, ObligationState::Awaiting | ObligationState::Unreachable | ObligationState::Lapsed)
}

fn unit(locale: &Locale, owed: &ObligationStatus) -> String {
    match owed.state {
        ObligationState::Unreachable => say!(locale, "watch-unit-unreachable", unit = owed.unit.as_str()),
        _ => owed.unit.clone(),
    }
}
