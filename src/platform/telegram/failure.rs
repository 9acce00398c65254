//! What an answer to a message means, read from the server's text.

use serde_json::Value;

use super::errors;
use crate::domain::retry::{FailureReason, Outcome, UnknownReason};
use crate::platform::exchange::Answer;
use crate::platform::{Failure, Receipt};

/// A chat or message that the platform cannot have: only this one message is at fault.
pub(super) fn not_sendable(why: &str) -> Failure {
    Failure { outcome: Outcome::Final(FailureReason::ChatNotFound), detail: why.to_owned() }
}

/// Whether an edit was refused because the text already stands there.
pub(super) fn is_not_modified(answer: &Answer) -> bool {
    answer.body["description"].as_str().is_some_and(|text| text.contains("message is not modified"))
}

/// What the platform made of a message. An answer with its id is a success, whatever else it says.
///
/// # Errors
/// It refused it, or says nothing that can be read: then nobody knows.
pub(super) fn receipt(answer: &Answer) -> Result<Receipt, Failure> {
    let result = &answer.body["result"];
    match result["message_id"].as_i64().filter(|_| answer.body["ok"] == Value::Bool(true)) {
        Some(id) => Ok(Receipt {
            external_id: id.to_string(),
            upload_handle: result["document"]["file_id"].as_str().map(str::to_owned),
        }),
        None => Err(failure(answer)),
    }
}

fn failure(Answer { status, body, .. }: &Answer) -> Failure {
    // What came instead stays out of the log: it may be a proxy's page with the address in it.
    let Some(text) = body["description"].as_str() else {
        let detail = "the answer could not be read".to_owned();
        return Failure { outcome: Outcome::Unknown(UnknownReason::Unreadable), detail };
    };
    let code = body["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(*status);
    let retry_after = body["parameters"]["retry_after"].as_u64().and_then(|wait| u32::try_from(wait).ok());
    let migrate_to = body["parameters"]["migrate_to_chat_id"].as_i64();
    Failure { outcome: errors::classify(Some(code), text, retry_after, migrate_to), detail: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, raw: &str) -> Answer {
        Answer { status, calls_left: None, raw: raw.to_owned(), body: serde_json::from_str(raw).unwrap_or_default() }
    }

    fn outcome(status: u16, raw: &str) -> Outcome {
        receipt(&answer(status, raw)).unwrap_err().outcome
    }

    #[test]
    fn a_success_with_words_from_the_future_is_still_a_success() {
        let raw =
            r#"{"ok":true,"result":{"message_id":41,"chat":{"type":"from_the_future"},"document":{"file_id":"f"}}}"#;
        let expected = Receipt { external_id: "41".to_owned(), upload_handle: Some("f".to_owned()) };
        assert_eq!(receipt(&answer(200, raw)).unwrap(), expected);
    }

    #[test]
    fn a_page_of_a_proxy_leaves_the_outcome_unknown_and_no_page_in_the_text() {
        for status in [200, 307, 403, 502] {
            let failure = receipt(&answer(status, "<html>502 /bot123:SECRET/</html>")).unwrap_err();
            assert_eq!(failure.outcome, Outcome::Unknown(UnknownReason::Unreadable), "{status}");
            assert!(!failure.detail.contains("SECRET"));
        }
    }

    #[test]
    fn a_refusal_is_classified_by_the_server_s_own_words() {
        let kicked = r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the group chat"}"#;
        assert_eq!(outcome(403, kicked), Outcome::Final(FailureReason::Kicked));
        let token = r#"{"ok":false,"description":"Unauthorized"}"#;
        assert_eq!(outcome(401, token), Outcome::Final(FailureReason::Unauthorized));
        let moved = r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001}}"#;
        assert_eq!(outcome(400, moved), Outcome::Moved { to: "-1001".to_owned() });
    }

    #[test]
    fn a_success_without_an_id_leaves_it_open_whether_anything_arrived() {
        assert_eq!(outcome(200, r#"{"ok":true,"result":true}"#), Outcome::Unknown(UnknownReason::Unreadable));
    }
}
