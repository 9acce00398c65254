//! The Open API's refusals.
//!
//! Every answer is `{"error":N,"message":"…","data":…}`, refusals too, mostly with HTTP 200. The table is data: one row a
//! number. Two numbers mean two things each, told apart by the text.

use std::time::Duration;

use crate::domain::calendar::Millis;
use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};
use crate::platform::exchange::Answer;
use crate::platform::loose;

#[cfg(test)]
mod tests;

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The token is not accepted: another one, once.
    Token,
    /// The calls of this minute are used up.
    Minute,
    /// The quota of a feature is used up, until the next day at the earliest.
    Quota,
    /// What this person may get is used up, until the next day at the earliest.
    PersonQuota,
    /// Not at night, which ends at six (promotional messages only, by the documentation).
    Night,
    /// The upload's handle has expired.
    Handle,
    /// Final, for this reason.
    Final(FailureReason),
    /// It may have been delivered.
    Unknown(UnknownReason),
}

use FailureReason::{
    AccountDisabled, AppInactive, BadProof, Balance, Blocked, ContentOther, Deactivated, Generic, GroupDisabled,
    NeverStarted, NoRights, NotMember, OldInterface, Package, TooLong, Unauthorized, WrongAccount,
};

/// Number, meaning, verdict (dated transcriptions of the platform's page of error codes). Where a person must act in the
/// console, the whole account stops: nothing of it would pass.
pub(super) const TABLE: &[(i64, &str, Verdict)] = &[
    (-216, "access token invalid", Verdict::Token),
    (-220, "access token expired or removed", Verdict::Token),
    (-124, "access token invalid", Verdict::Token),
    (-204, "account disabled", Verdict::Final(AccountDisabled)),
    (-205, "account does not exist", Verdict::Final(WrongAccount)),
    (-209, "app not activated", Verdict::Final(AppInactive)),
    (-212, "API not registered for the app", Verdict::Final(AppInactive)),
    (-219, "app removed", Verdict::Final(AppInactive)),
    (-221, "account not verified", Verdict::Final(AppInactive)),
    (-223, "account has not authorised the app", Verdict::Final(Unauthorized)),
    (-224, "the account's package is too small", Verdict::Final(Package)),
    (-235, "wrong type of account", Verdict::Final(WrongAccount)),
    (-242, "appsecret_proof does not fit", Verdict::Final(BadProof)),
    (-320, "no Zalo Cloud Account", Verdict::Final(Balance)),
    (-321, "Zalo Cloud Account without money", Verdict::Final(Balance)),
    (-240, "this form of the API was shut down", Verdict::Final(OldInterface)),
    (-32, "too many calls this minute", Verdict::Minute),
    (-211, "quota of the feature used up", Verdict::Quota),
    (-218, "quota of the receiver used up", Verdict::PersonQuota),
    (-237, "group disabled", Verdict::Final(GroupDisabled)),
    (-238, "group asset used or disabled", Verdict::Final(GroupDisabled)),
    (-241, "group asset used or disabled", Verdict::Final(GroupDisabled)),
    (-403, "account not in the group", Verdict::Final(NotMember)),
    // Also a wrong group id: three chats with the same text stop the broadcast, one alone does not.
    (-201, "invalid field", Verdict::Final(Generic)),
    (-210, "over the limit", Verdict::Final(TooLong)),
    (-214, "content refused", Verdict::Final(ContentOther)),
    (-233, "type not supported", Verdict::Final(ContentOther)),
    (-248, "against the platform's policy", Verdict::Final(ContentOther)),
    (-200, "not sent", Verdict::Final(Generic)),
    (-100, "attachment expired", Verdict::Handle),
    (-213, "not a follower", Verdict::Final(NeverStarted)),
    (-217, "blocked by the person", Verdict::Final(Blocked)),
    (-227, "person banned or inactive for 45 days", Verdict::Final(Deactivated)),
    (-230, "no interaction for 7 days", Verdict::Final(NeverStarted)),
    (-232, "not allowed to write to this person", Verdict::Final(NeverStarted)),
    (-234, "not at night", Verdict::Night),
    (-244, "this type is restricted for the person", Verdict::Final(NoRights)),
];

/// Midnight in Việt Nam as the offset of UTC, milliseconds: UTC+7 all year.
const LOCAL_MS: i64 = 7 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// When the night is over, after midnight.
const MORNING_MS: i64 = 6 * 3_600_000;

/// The number an answer carries: 0 is success; none when it cannot be read.
pub(super) fn code(answer: &Answer) -> Option<i64> {
    loose::number(&answer.body["error"])
}

/// Whether the platform took what was sent or asked.
pub(super) fn is_success(answer: &Answer) -> bool {
    code(answer) == Some(0)
}

/// The verdict on an answer that is no success.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if answer.status >= 500 {
        return Verdict::Unknown(UnknownReason::ServerError);
    }
    let Some(code) = code(answer).filter(|code| *code != 0) else { return by_status(answer.status) };
    let text = loose::text(&answer.body["message"]).to_lowercase();
    if code == -223 && text.contains("quota") {
        return Verdict::Quota;
    }
    // In a group -213 is the answer to a picture in the wrong form; there is no follower in it.
    if code == -213 && text.contains("attachment") {
        return Verdict::Final(ContentOther);
    }
    TABLE.iter().find(|(known, _, _)| *known == code).map_or(Verdict::Final(Generic), |(_, _, verdict)| *verdict)
}

fn by_status(status: u16) -> Verdict {
    match status {
        429 => Verdict::Minute,
        408 => Verdict::Unknown(UnknownReason::Timeout),
        413 => Verdict::Final(FailureReason::TooBig),
        400..=499 => Verdict::Final(Generic),
        _ => Verdict::Unknown(UnknownReason::Unreadable),
    }
}

/// What a verdict on a message comes to.
pub(super) fn outcome(verdict: Verdict, now: Millis) -> Outcome {
    match verdict {
        // It was refused with a renewed token too.
        Verdict::Token => Outcome::Final(Unauthorized),
        Verdict::Minute => later(minute_end(now), now, PauseScope::Gateway),
        Verdict::Quota => Outcome::Final(FailureReason::Quota),
        // Neither was seen in a group, where it could only concern what was sent.
        Verdict::PersonQuota => later(next_midnight(now), now, PauseScope::Message),
        Verdict::Night => later(next_morning(now), now, PauseScope::Message),
        Verdict::Handle => Outcome::Final(ContentOther),
        Verdict::Final(reason) => Outcome::Final(reason),
        Verdict::Unknown(reason) => Outcome::Unknown(reason),
    }
}

/// What a verdict on an upload comes to: no message has left yet, so nothing is in doubt.
pub(super) fn upload_outcome(verdict: Verdict, now: Millis) -> Outcome {
    match verdict {
        Verdict::Unknown(_) => Outcome::RetryLater { after: None, scope: PauseScope::Chat },
        Verdict::Final(Generic) => Outcome::Final(ContentOther),
        Verdict::Final(TooLong) => Outcome::Final(FailureReason::TooBig),
        // Only files wait for the month's uploads; text still goes.
        Verdict::Quota | Verdict::PersonQuota => later(next_midnight(now), now, PauseScope::Message),
        other => outcome(other, now),
    }
}

fn later(at: Millis, now: Millis, scope: PauseScope) -> Outcome {
    Outcome::RetryLater { after: Some(now.until(at)), scope }
}

/// When the platform begins to count anew.
pub(super) fn minute_end(now: Millis) -> Millis {
    Millis((now.0.div_euclid(60_000) + 1) * 60_000)
}

/// The next midnight in Việt Nam.
fn next_midnight(now: Millis) -> Millis {
    Millis(((now.0 + LOCAL_MS).div_euclid(DAY_MS) + 1) * DAY_MS - LOCAL_MS)
}

fn next_morning(now: Millis) -> Millis {
    let morning = next_midnight(now).plus_ms(MORNING_MS);
    // Between midnight and six it is today's.
    if morning.since(now) > DAY_MS { morning.plus_ms(-DAY_MS) } else { morning }
}

/// What the platform said, for log and incident.
pub(super) fn detail(answer: &Answer) -> String {
    let Some(code) = code(answer) else { return format!("HTTP {} without a readable answer", answer.status) };
    let meaning = TABLE.iter().find(|(known, _, _)| *known == code).map_or("unknown number", |(_, meaning, _)| meaning);
    let said: String = loose::text(&answer.body["message"]).chars().take(200).collect();
    if said.is_empty() { format!("{code} {meaning}") } else { format!("{code} {meaning}: {said}") }
}

/// The id of the message, if the platform took it; also out of a success whose body was cut off.
pub(super) fn message_id(answer: &Answer) -> Option<String> {
    if is_success(answer) {
        return loose::id(&answer.body["data"]["message_id"]);
    }
    if !answer.body.is_null() || !(200..300).contains(&answer.status) {
        return None;
    }
    let bare: String = answer.raw.chars().filter(|sign| !sign.is_whitespace()).collect();
    let rest = bare.split_once("\"message_id\":\"").filter(|_| bare.contains("\"error\":0,"))?.1;
    rest.split_once('"').map(|(id, _)| id.to_owned()).filter(|id| !id.is_empty())
}

/// How long until an instant, for a caller that only asks.
pub(super) fn wait_until(at: Millis, now: Millis) -> Duration {
    now.until(at)
}
