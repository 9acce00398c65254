//! The Zalo Bot API's refusals.
//!
//! A failure is `{"ok":false,"description":"…","error_code":N}`, with whatever HTTP status. Only the numbers are
//! documented; the texts are free. The table is data: one row a number. What the number cannot tell is told by the run of
//! refusals in one chat: nothing says that the bot was removed from a group, so three refusals in a row there do.

use std::time::Duration;

use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};
use crate::platform::exchange::Answer;
use crate::platform::{Failure, Receipt, loose};
use crate::telemetry::redact;

#[cfg(test)]
mod tests;

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The token is wrong: the whole account stops.
    Token,
    /// The chat or the content is refused; a run of them parks the chat.
    Refused,
    /// The same, but worth another try before the run is long.
    Faltering,
    /// A quota: the account's, this chat's, or a moment's haste. Which of them, only the other chats tell.
    Quota,
    /// Called too often: everything waits a minute.
    TooOften,
    /// Larger than the server takes.
    TooBig,
    /// It may have been delivered.
    Unknown(UnknownReason),
}

/// Number, the platform's label, verdict (`docs.zaloplatforms.com`, BOT, error codes; 426 was documented for `testWebhook`;
/// 413 is the proxy's). 403 is labelled an internal server error there, so it is tried again.
pub(super) const TABLE: &[(u16, &str, Verdict)] = &[
    (400, "bad request", Verdict::Refused),
    (401, "unauthorized", Verdict::Token),
    (403, "internal server error", Verdict::Faltering),
    (404, "not found", Verdict::Refused),
    (408, "request timeout", Verdict::Unknown(UnknownReason::Timeout)),
    (413, "request entity too large", Verdict::TooBig),
    (426, "called too often", Verdict::TooOften),
    (429, "quota exceeded", Verdict::Quota),
];

/// Refusals in a row that park a chat.
pub(super) const PARKING_RUN: u32 = 3;
/// How long everything waits after 426. No wait is documented.
const SHORT_WAIT: Duration = Duration::from_mins(1);

/// The number an answer carries: its own, or the HTTP status where it has none.
pub(super) fn code(answer: &Answer) -> u16 {
    let own = loose::number(&answer.body["error_code"]).and_then(|code| u16::try_from(code).ok());
    own.unwrap_or(answer.status)
}

/// Whether a poll ended without news: by its number, or, where the answer has none, by its words.
pub(super) fn is_idle(answer: &Answer) -> bool {
    let words = ["description", "message"].map(|key| loose::text(&answer.body[key]).to_lowercase());
    let is_numbered = loose::number(&answer.body["error_code"]).is_some();
    code(answer) == 408
        || !is_numbered && answer.status < 500 && words.iter().any(|words| words.contains("request timeout"))
}

/// The verdict on an answer that is no success.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    let code = code(answer);
    // A server that failed may have passed the message on, whatever it says of it.
    if code >= 500 || answer.status >= 500 {
        return Verdict::Unknown(UnknownReason::ServerError);
    }
    match TABLE.iter().find(|(known, _, _)| *known == code) {
        Some((_, _, verdict)) => *verdict,
        None if (400..500).contains(&code) => Verdict::Refused,
        None => Verdict::Unknown(UnknownReason::Unreadable),
    }
}

/// What a verdict comes to, after so many refusals of its chat since the last success there, this one included.
pub(super) fn outcome(verdict: Verdict, of_chat: u32) -> Outcome {
    match verdict {
        Verdict::Token => Outcome::Final(FailureReason::Unauthorized),
        Verdict::Refused | Verdict::Faltering if of_chat >= PARKING_RUN => Outcome::Final(FailureReason::NotMember),
        Verdict::Refused => Outcome::Final(FailureReason::Generic),
        Verdict::Faltering => Outcome::RetryLater { after: None, scope: PauseScope::Chat },
        Verdict::Quota => Outcome::Final(FailureReason::Quota),
        Verdict::TooOften => Outcome::RetryLater { after: Some(SHORT_WAIT), scope: PauseScope::Gateway },
        Verdict::TooBig => Outcome::Final(FailureReason::TooBig),
        Verdict::Unknown(reason) => Outcome::Unknown(reason),
    }
}

/// The receipt, if the platform took it.
pub(super) fn receipt(answer: &Answer) -> Option<Receipt> {
    let taken = answer.body["ok"] == serde_json::Value::Bool(true);
    let id = loose::id(&answer.body["result"]["message_id"]).filter(|_| taken);
    let external_id = id.or_else(|| torn_receipt(answer))?;
    Some(Receipt { external_id, upload_handle: None })
}

/// A success whose body is no JSON, cut off or garbled, but says `ok` and names the message: the platform has it.
fn torn_receipt(answer: &Answer) -> Option<String> {
    if !answer.body.is_null() || !(200..300).contains(&answer.status) {
        return None;
    }
    let bare: String = answer.raw.chars().filter(|sign| !sign.is_whitespace()).collect();
    let rest = bare.split_once("\"message_id\":\"").filter(|_| bare.contains("\"ok\":true"))?.1;
    rest.split_once('"').map(|(id, _)| id.to_owned()).filter(|id| !id.is_empty())
}

/// Most characters that are kept of what the platform said.
const LONGEST_DETAIL: usize = 200;

/// What the platform said, for log and incident.
pub(super) fn detail(answer: &Answer) -> String {
    let text = loose::text(&answer.body["description"]);
    let label =
        TABLE.iter().find(|(known, _, _)| *known == code(answer)).map_or("no description", |(_, label, _)| label);
    // It stands in rows and incidents, and the token stood in the address of the call.
    let text: String = redact(text, &[]).chars().take(LONGEST_DETAIL).collect();
    format!("{} {}", code(answer), if text.is_empty() { label } else { &text })
}

/// A refusal that never left: only this one message is at fault.
pub(super) fn not_sendable(reason: FailureReason, why: &str) -> Failure {
    Failure { outcome: Outcome::Final(reason), detail: why.to_owned() }
}
