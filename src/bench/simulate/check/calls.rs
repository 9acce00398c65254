//! What leaves may leave, nothing arrives twice unless somebody was in doubt, and the rows say what became of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::bench::simulate::platform::Arrival;
use crate::bench::simulate::rows::{Claimed, Message};
use crate::bench::simulate::weather::Verdict;
use crate::domain::calendar::Millis;
use crate::domain::message::{MessageState, Purpose};
use crate::domain::retry::RETRY_DELAYS;

/// Takes the claim that a call of this gateway meets out of those that none has met: the first one for its chat, since calls to a
/// chat leave one after the other.
pub(in crate::bench::simulate) fn own(claimed: &mut Vec<Claimed>, gateway: &str, arrival: &Arrival) -> Option<Claimed> {
    let place = claimed.iter().position(|one| one.gateway == gateway && one.chat == arrival.chat)?;
    Some(claimed.remove(place))
}

/// A call that arrived at a platform must have been claimed before, and must have been allowed to leave.
pub(in crate::bench::simulate) fn leaving(claimed: Option<&Claimed>, arrival: &Arrival, at: Millis) -> Vec<Finding> {
    let Some(claimed) = claimed else {
        return vec![Finding::new(
            "the commit comes before the bytes",
            &arrival.chat,
            format!("«{}» left unclaimed", arrival.words),
        )];
    };
    let purpose: Option<Purpose> = claimed.purpose.parse().ok();
    let wrong = |rule, what: String| Finding::new(rule, &claimed.message_id, what);
    let mut found = Vec::new();
    if let Some(end) = claimed.not_after.filter(|end| *end < at.0) {
        found.push(wrong("nothing leaves after it expired", format!("it ended at {end} and left at {}", at.0)));
    }
    if claimed.is_withdrawn && matches!(purpose, Some(Purpose::Broadcast | Purpose::Reminder)) {
        found.push(wrong("nothing leaves that was taken back", format!("a {} left", claimed.purpose)));
    }
    if purpose == Some(Purpose::Reminder) && claimed.awaiting == 0 {
        found.push(wrong("only those who still await are reminded", "nobody of its group awaits".to_owned()));
    }
    found
}

/// What became of the calls of one message, first to last, and where the message stands. Whoever answers says that the words are
/// there, and not which of several tries brought them: `is_there` is whether any of them did.
pub(in crate::bench::simulate) fn history(message: &Message, verdicts: &[Verdict], is_there: bool) -> Vec<Finding> {
    let wrong = |rule, what: String| Finding::new(rule, &message.id, what);
    let mut found = Vec::new();
    if verdicts.iter().filter(|verdict| verdict.is_taken()).count() > 1 {
        found.push(wrong("nothing is taken twice", format!("{verdicts:?}")));
    }
    let before_the_last = &verdicts[..verdicts.len().saturating_sub(1)];
    // A file whose handle was refused is uploaded again.
    if let Some(verdict) = before_the_last.iter().find(|verdict| !verdict.may_be_repeated() && !message.has_file) {
        found.push(wrong(
            "nothing is tried again by itself after a last word or a doubt",
            format!("{verdict:?} was not the end"),
        ));
    }
    let counted = verdicts.iter().filter(|verdict| verdict.is_counted()).count();
    if counted > RETRY_DELAYS.len() + 1 {
        found.push(wrong("the tries of a message end", format!("{counted} failures of its own")));
    }
    found.extend(truth(message, verdicts, is_there).map(|what| wrong("a row says what the platform knows", what)));
    found
}

fn truth(message: &Message, verdicts: &[Verdict], is_there: bool) -> Option<String> {
    let state: MessageState = message.state.parse().ok()?;
    let is_taken = verdicts.iter().any(Verdict::is_taken);
    let is_silence = matches!(verdicts.last(), Some(Verdict::LostInSilence(_)));
    match state {
        MessageState::Sent if message.reason.is_some() && is_there => None,
        MessageState::Sent if !is_taken => Some(format!("it says sent ({:?}), and nothing was taken", message.reason)),
        MessageState::Failed if is_silence => Some("it says failed, and nobody refused it".to_owned()),
        state if state.claims_not_sent() && is_taken => Some(format!("it says {state}, and it was taken")),
        _ => None,
    }
}

/// A message that repeats another one: both may stand in the chat only where nobody knew of the first.
pub(in crate::bench::simulate) fn repetition(
    again: &Message,
    calls: &BTreeMap<String, Vec<Verdict>>,
    doubted: &BTreeSet<String>,
) -> Vec<Finding> {
    let Some(first) = &again.resend_of else { return Vec::new() };
    let is_taken = |id: &String| calls.get(id).is_some_and(|verdicts| verdicts.iter().any(Verdict::is_taken));
    if is_taken(first) && is_taken(&again.id) && !doubted.contains(first) {
        let what = format!("{first} was taken and known, and this repeats it");
        return vec![Finding::new("nothing arrives twice unless somebody was in doubt", &again.id, what)];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};

    fn message(state: &str) -> Message {
        Message { id: "m".to_owned(), purpose: "broadcast".to_owned(), state: state.to_owned(), ..Message::default() }
    }

    fn soft() -> Verdict {
        Verdict::Refused(Outcome::RetryLater { after: None, scope: PauseScope::Chat })
    }

    fn arrival() -> Arrival {
        Arrival {
            chat: "-1".to_owned(),
            words: String::new(),
            buttons: Vec::new(),
            verdict: Verdict::Accepted,
            external_id: None,
            is_edit: false,
        }
    }

    #[test]
    fn each_call_meets_a_claim_of_its_own_and_one_more_than_were_claimed_meets_none() {
        let of = |message: &str, gateway: &str| Claimed {
            message_id: message.to_owned(),
            gateway: gateway.to_owned(),
            chat: "-1".to_owned(),
            ..Claimed::default()
        };
        let mut claimed = vec![of("m1", "rich"), of("m2", "plain"), of("m3", "rich")];
        let mut meet = || own(&mut claimed, "rich", &arrival()).map(|own| own.message_id);
        assert_eq!([meet().as_deref(), meet().as_deref(), meet().as_deref()], [Some("m1"), Some("m3"), None]);
    }

    #[test]
    fn what_may_not_leave_is_seen_leaving() {
        let of = |purpose: &str| Claimed { purpose: purpose.to_owned(), awaiting: 1, ..Claimed::default() };
        let found = |claimed: &Claimed| leaving(Some(claimed), &arrival(), Millis(1_000)).len();
        assert_eq!(leaving(None, &arrival(), Millis(0)).len(), 1);
        assert_eq!(found(&Claimed { not_after: Some(1_000), ..of("broadcast") }), 0);
        assert_eq!(found(&Claimed { not_after: Some(999), ..of("broadcast") }), 1);
        assert_eq!(found(&Claimed { is_withdrawn: true, ..of("broadcast") }), 1);
        assert_eq!(found(&Claimed { is_withdrawn: true, ..of("alert") }), 0);
        assert_eq!(found(&Claimed { awaiting: 0, ..of("reminder") }), 1);
        assert_eq!(found(&of("reminder")), 0);
    }

    #[test]
    fn a_row_that_lies_is_found() {
        let found = |state, verdicts: &[Verdict]| history(&message(state), verdicts, false).len();
        let (taken, lost) =
            (Verdict::TakenInSilence(UnknownReason::Timeout), Verdict::LostInSilence(UnknownReason::Timeout));
        let refused = Verdict::Refused(Outcome::Final(FailureReason::Generic));
        assert_eq!(found("sent", &[soft(), Verdict::Accepted]), 0);
        assert_eq!(found("unknown", std::slice::from_ref(&taken)), 0);
        assert_eq!(found("failed", std::slice::from_ref(&refused)), 0);
        assert_eq!(found("sent", &[]), 1);
        assert_eq!(found("failed", std::slice::from_ref(&taken)), 1);
        assert_eq!(found("failed", std::slice::from_ref(&lost)), 1);
        assert_eq!(found("retry_wait", &[Verdict::Accepted]), 1);
        assert_eq!(found("sent", &[lost, Verdict::Accepted]), 1);
        assert_eq!(found("sent", &[refused, Verdict::Accepted]), 1);
        assert_eq!(found("sent", &[Verdict::Accepted, Verdict::Accepted]), 2);
    }

    #[test]
    fn somebodys_word_may_be_about_another_try() {
        let pressed = Message { reason: Some("pressed".to_owned()), ..message("sent") };
        assert_eq!((history(&pressed, &[], true).len(), history(&pressed, &[], false).len()), (0, 1));
        assert_eq!(history(&message("sent"), &[], true).len(), 1);
    }

    #[test]
    fn the_tries_of_a_message_are_counted() {
        let found = |tries: usize| history(&message("failed"), &vec![soft(); tries], false).len();
        assert_eq!((found(6), found(7)), (0, 1));
    }

    #[test]
    fn a_repetition_needs_a_doubt() {
        let again = Message { resend_of: Some("first".to_owned()), ..message("sent") };
        let taken = |id: &str| (id.to_owned(), vec![Verdict::Accepted]);
        let calls = BTreeMap::from([taken("first"), taken("m")]);
        assert_eq!(repetition(&again, &calls, &BTreeSet::new()).len(), 1);
        assert_eq!(repetition(&again, &calls, &BTreeSet::from(["first".to_owned()])).len(), 0);
        assert_eq!(repetition(&again, &BTreeMap::from([taken("m")]), &BTreeSet::new()).len(), 0);
    }
}
