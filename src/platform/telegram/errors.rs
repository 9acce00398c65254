//! Telegram's refusals, by their text.
//!
//! The server sends `{"ok":false,"error_code":N,"description":"…","parameters":{…}}`. The number says
//! little: every unmapped code becomes 400 and some 403 become 400 (`tdlib/telegram-bot-api`, `Client.cpp`,
//! `fail_query_with_error`). So the text decides, compared without case, and the number only sorts what the
//! table does not know. The table is data: one row a text, first match wins.
//!
//! Called by the Telegram gateway for every answer that is not a readable success.

use std::time::Duration;

use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};

#[cfg(test)]
mod tests;

/// What a text of the table stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Final(FailureReason),
    /// Nothing to do: the platform already shows what was asked for.
    AlreadyDone,
}

use FailureReason::{
    BadMarkup, Blocked, ChatNotFound, Conflict, ContentOther, Deactivated, GroupDeleted, Kicked, MessageGone, Moved,
    NeverStarted, NoFileRights, NoRights, NotMember, TooBig, TooLong,
};

/// Texts in lower case, as parts of the description. From `tdlib/telegram-bot-api` `Client.cpp` and
/// `tdlib/td` `MessagesManager.cpp`, `MessageContent.cpp`, `DialogManager.cpp`.
const TABLE: &[(&str, Verdict)] = &[
    ("message is not modified", Verdict::AlreadyDone),
    ("bot was kicked from", Verdict::Final(Kicked)),
    ("bot is not a member of", Verdict::Final(NotMember)),
    ("the group chat was deleted", Verdict::Final(GroupDeleted)),
    ("upgraded to a supergroup", Verdict::Final(Moved)),
    ("migrated to a supergroup", Verdict::Final(Moved)),
    ("message to edit not found", Verdict::Final(MessageGone)),
    ("message to delete not found", Verdict::Final(MessageGone)),
    ("message to be replied not found", Verdict::Final(MessageGone)),
    ("message to reply not found", Verdict::Final(MessageGone)),
    ("message to copy not found", Verdict::Final(MessageGone)),
    ("message to forward not found", Verdict::Final(MessageGone)),
    ("message can't be edited", Verdict::Final(MessageGone)),
    ("message can't be deleted", Verdict::Final(MessageGone)),
    ("there is no text in the message to edit", Verdict::Final(MessageGone)),
    ("there is no caption in the message to edit", Verdict::Final(MessageGone)),
    ("query is too old", Verdict::Final(MessageGone)),
    ("query id is invalid", Verdict::Final(MessageGone)),
    ("chat not found", Verdict::Final(ChatNotFound)),
    ("peer_id_invalid", Verdict::Final(ChatNotFound)),
    ("not enough rights to send documents", Verdict::Final(NoFileRights)),
    ("not enough rights to send photos", Verdict::Final(NoFileRights)),
    ("not enough rights", Verdict::Final(NoRights)),
    ("have no write access", Verdict::Final(NoRights)),
    ("need administrator rights", Verdict::Final(NoRights)),
    ("chat_write_forbidden", Verdict::Final(NoRights)),
    ("chat_admin_required", Verdict::Final(NoRights)),
    ("chat_send_docs_", Verdict::Final(NoFileRights)),
    ("chat_send_media_", Verdict::Final(NoFileRights)),
    ("chat_send_photos_", Verdict::Final(NoFileRights)),
    ("chat_send_", Verdict::Final(NoRights)),
    ("chat_restricted", Verdict::Final(NoRights)),
    ("topic_closed", Verdict::Final(NoRights)),
    ("message thread not found", Verdict::Final(NoRights)),
    ("can't initiate conversation", Verdict::Final(NeverStarted)),
    ("bot was blocked by the user", Verdict::Final(Blocked)),
    ("user is deactivated", Verdict::Final(Deactivated)),
    ("caption is too long", Verdict::Final(TooLong)),
    ("message is too long", Verdict::Final(TooLong)),
    ("text is too long", Verdict::Final(TooLong)),
    ("can't parse entities", Verdict::Final(BadMarkup)),
    ("request entity too large", Verdict::Final(TooBig)),
    ("file is too big", Verdict::Final(TooBig)),
    ("message text is empty", Verdict::Final(ContentOther)),
    ("text must be non-empty", Verdict::Final(ContentOther)),
    ("file must be non-empty", Verdict::Final(ContentOther)),
    ("button_data_invalid", Verdict::Final(ContentOther)),
    ("button_url_invalid", Verdict::Final(ContentOther)),
    ("wrong file identifier", Verdict::Final(ContentOther)),
    ("terminated by other getupdates request", Verdict::Final(Conflict)),
    ("can't use getupdates method while webhook is active", Verdict::Final(Conflict)),
];

/// Texts that mean a bad token when nothing else stands beside them; "message to edit not found" is no such.
const BAD_TOKEN: &[&str] = &["unauthorized", "not found"];

/// Classifies an answer of the Bot API that is not a readable success.
///
/// `http_status` is the status or the body's `error_code`; `retry_after` (seconds) and `migrate_to` come from
/// the body's `parameters`, or from the `Retry-After` header. An edit that changes nothing is a success.
/// A 429 pauses the chat; that several chats hit it together is for the pacer to see.
#[must_use]
pub fn classify(
    http_status: Option<u16>,
    description: &str,
    retry_after: Option<u32>,
    migrate_to: Option<i64>,
) -> Outcome {
    let text = description.trim().to_lowercase();
    let status = http_status.unwrap_or_else(|| status_of(&text));
    // Before the table: a server that failed may have passed the message on, whatever it says of it.
    if status >= 500 {
        return Outcome::Unknown(server_failure(&text));
    }
    if status == 429 || text.starts_with("too many requests") {
        return flood(&text, retry_after);
    }
    if let Some(to) = migrate_to {
        return Outcome::Moved { to: to.to_string() };
    }
    match TABLE.iter().find(|(part, _)| text.contains(part)) {
        Some((_, Verdict::AlreadyDone)) => Outcome::Sent { external_id: None },
        Some((_, Verdict::Final(reason))) => Outcome::Final(*reason),
        None => by_status(status, &text),
    }
}

/// The status that a description without one implies; 0 if none.
fn status_of(text: &str) -> u16 {
    const PREFIXES: &[(&str, u16)] = &[
        ("bad request", 400),
        ("unauthorized", 401),
        ("forbidden", 403),
        ("not found", 404),
        ("conflict", 409),
        ("request entity too large", 413),
        ("too many requests", 429),
        ("internal server error", 500),
        ("bad gateway", 502),
        ("gateway time", 504),
    ];
    PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)).map_or(0, |(_, status)| *status)
}

fn server_failure(text: &str) -> UnknownReason {
    if text.contains("sent message was immediately deleted") {
        UnknownReason::Vanished
    } else {
        UnknownReason::ServerError
    }
}

fn flood(text: &str, retry_after: Option<u32>) -> Outcome {
    let in_text = || text.rsplit_once("retry after ").and_then(|(_, seconds)| seconds.trim().parse().ok());
    let seconds: Option<u32> = retry_after.or_else(in_text);
    Outcome::RetryLater {
        after: seconds.map(|seconds| Duration::from_secs(u64::from(seconds))),
        scope: PauseScope::Chat,
    }
}

/// What the table does not know: the class of the status decides, and a 4xx is surely not delivered.
fn by_status(status: u16, text: &str) -> Outcome {
    match status {
        401 => Outcome::Final(FailureReason::Unauthorized),
        404 if BAD_TOKEN.contains(&text) || text.is_empty() => Outcome::Final(FailureReason::Unauthorized),
        409 => Outcome::Final(Conflict),
        413 => Outcome::Final(TooBig),
        // An unknown 403 is about the chat: as generic, three of them would stop a healthy broadcast.
        403 => Outcome::Final(NoRights),
        400..=499 => Outcome::Final(FailureReason::Generic),
        _ => Outcome::Unknown(UnknownReason::Unreadable),
    }
}
