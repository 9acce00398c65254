//! What a failed call of the library means, read from the server's text and from how far the request got.

use serde_json::Value;
use teloxide::{ApiError, RequestError};

use super::errors;
use crate::domain::retry::{FailureReason, Outcome, Phase, UnknownReason};
use crate::platform::{Failure, Receipt};

/// A chat or message that the platform cannot have: only this one message is at fault.
pub(super) fn not_sendable(why: &str) -> Failure {
    Failure { outcome: Outcome::Final(FailureReason::ChatNotFound), detail: why.to_owned() }
}

/// Whether an edit was refused because the text already stands there.
pub(super) fn is_not_modified(error: &RequestError) -> bool {
    matches!(error, RequestError::Api(api) if description(api).contains("message is not modified"))
}

/// The failure, unless the answer carries a message id after all: then the platform has it, whatever else it said.
pub(super) fn or_receipt(error: RequestError) -> Result<Receipt, Failure> {
    if let RequestError::InvalidJson { raw, .. } = &error
        && let Some(receipt) = receipt_in(raw)
    {
        return Ok(receipt);
    }
    Err(failure(error))
}

fn receipt_in(raw: &str) -> Option<Receipt> {
    let body: Value = serde_json::from_str(raw).ok()?;
    if body["ok"] != Value::Bool(true) {
        return None;
    }
    let handle = body["result"]["document"]["file_id"].as_str();
    Some(Receipt {
        external_id: body["result"]["message_id"].as_i64()?.to_string(),
        upload_handle: handle.map(str::to_owned),
    })
}

fn failure(error: RequestError) -> Failure {
    match error {
        RequestError::Api(api) => {
            let text = description(&api);
            Failure { outcome: errors::classify(None, &text, None, None), detail: text }
        }
        RequestError::MigrateToChatId(chat) => Failure {
            outcome: Outcome::Moved { to: chat.0.to_string() },
            detail: "the group has another id".to_owned(),
        },
        RequestError::RetryAfter(seconds) => {
            let seconds = seconds.seconds();
            let text = format!("Too Many Requests: retry after {seconds}");
            Failure { outcome: errors::classify(Some(429), &text, Some(seconds), None), detail: text }
        }
        RequestError::Network(source) => of_network(&source),
        // The body itself stays out of the log: it may be a proxy's page with the address in it.
        RequestError::InvalidJson { raw, .. } => of_unreadable(&raw),
        RequestError::Io(source) => Failure {
            outcome: Outcome::Final(FailureReason::ContentOther),
            detail: format!("the file could not be read: {}", source.kind()),
        },
    }
}

/// The server's own words. The library's variants print them; only the token's has words of its own.
fn description(error: &ApiError) -> String {
    match error {
        ApiError::Unknown(text) => text.clone(),
        ApiError::InvalidToken => "Unauthorized".to_owned(),
        known => known.to_string(),
    }
}

fn of_network(error: &reqwest::Error) -> Failure {
    let phase = if error.is_connect() || error.is_builder() { Phase::NotSent } else { Phase::AfterSend };
    // The text of the error may hold the address, and the address the token: say only what happened.
    let detail = match phase {
        Phase::NotSent => "the platform could not be reached",
        Phase::AfterSend if error.is_timeout() => "no answer in time",
        Phase::AfterSend => "the connection broke",
    };
    Failure { outcome: Outcome::of_transport(phase, error.is_timeout()), detail: detail.to_owned() }
}

/// An answer that is no Bot API answer. One that is, with `ok` false and a text, is classified like any other.
fn of_unreadable(raw: &str) -> Failure {
    let body: Value = serde_json::from_str(raw).unwrap_or_default();
    let Some(text) = body["description"].as_str() else {
        let detail = "the answer could not be read".to_owned();
        return Failure { outcome: Outcome::Unknown(UnknownReason::Unreadable), detail };
    };
    let status = body["error_code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let retry_after = body["parameters"]["retry_after"].as_u64().and_then(|wait| u32::try_from(wait).ok());
    let migrate_to = body["parameters"]["migrate_to_chat_id"].as_i64();
    Failure { outcome: errors::classify(status, text, retry_after, migrate_to), detail: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn unreadable(raw: &str) -> RequestError {
        let source = serde_json::from_str::<u8>("x").unwrap_err();
        RequestError::InvalidJson { source: Arc::new(source), raw: raw.into() }
    }

    #[test]
    fn a_success_the_library_cannot_read_is_still_a_success() {
        let raw = r#"{"ok":true,"result":{"message_id":41,"chat":{"type":"from_the_future"}}}"#;
        assert_eq!(or_receipt(unreadable(raw)).unwrap().external_id, "41");
    }

    #[test]
    fn a_page_of_a_proxy_leaves_the_outcome_unknown_and_no_page_in_the_text() {
        let failure = or_receipt(unreadable("<html>502 /bot123:SECRET/</html>")).unwrap_err();
        assert_eq!(failure.outcome, Outcome::Unknown(UnknownReason::Unreadable));
        assert!(!failure.detail.contains("SECRET"));
    }

    #[test]
    fn a_text_the_library_does_not_know_is_classified_by_our_own_table() {
        let api = ApiError::Unknown("Forbidden: bot was kicked from the group chat".to_owned());
        let failure = or_receipt(RequestError::Api(api)).unwrap_err();
        assert_eq!(failure.outcome, Outcome::Final(FailureReason::Kicked));
    }

    #[test]
    fn a_text_the_library_knows_gives_the_same_class_as_the_server_s_own_words() {
        let failure = or_receipt(RequestError::Api(ApiError::BotBlocked)).unwrap_err();
        assert_eq!(failure.outcome, Outcome::Final(FailureReason::Blocked));
        let failure = or_receipt(RequestError::Api(ApiError::InvalidToken)).unwrap_err();
        assert_eq!(failure.outcome, Outcome::Final(FailureReason::Unauthorized));
    }
}
