use std::time::Duration;

use proptest::prelude::{any, proptest};
use rstest::rstest;

use super::{TABLE, classify};
use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};

#[rstest]
#[case(403, "Forbidden: bot was kicked from the group chat", FailureReason::Kicked)]
#[case(403, "Forbidden: bot was kicked from the supergroup chat", FailureReason::Kicked)]
#[case(403, "Forbidden: bot was kicked from the channel chat", FailureReason::Kicked)]
#[case(403, "Forbidden: bot is not a member of the group chat", FailureReason::NotMember)]
#[case(403, "Forbidden: bot is not a member of the supergroup chat", FailureReason::NotMember)]
#[case(403, "Forbidden: the group chat was deleted", FailureReason::GroupDeleted)]
#[case(400, "Bad Request: group chat was upgraded to a supergroup chat", FailureReason::Moved)]
#[case(400, "Bad Request: chat not found", FailureReason::ChatNotFound)]
#[case(400, "Bad Request: not enough rights to send text messages to the chat", FailureReason::NoRights)]
#[case(400, "Bad Request: not enough rights to send documents to the chat", FailureReason::NoFileRights)]
#[case(400, "Bad Request: have no write access to the chat", FailureReason::NoRights)]
#[case(400, "Bad Request: CHAT_WRITE_FORBIDDEN", FailureReason::NoRights)]
#[case(400, "Bad Request: CHAT_ADMIN_REQUIRED", FailureReason::NoRights)]
#[case(400, "Bad Request: TOPIC_CLOSED", FailureReason::NoRights)]
#[case(400, "Bad Request: need administrator rights in the channel chat", FailureReason::NoRights)]
#[case(403, "Forbidden: bot can't initiate conversation with a user", FailureReason::NeverStarted)]
#[case(403, "Forbidden: bot was blocked by the user", FailureReason::Blocked)]
#[case(403, "Forbidden: user is deactivated", FailureReason::Deactivated)]
#[case(400, "Bad Request: message can't be edited", FailureReason::MessageGone)]
#[case(400, "Bad Request: message to edit not found", FailureReason::MessageGone)]
#[case(400, "Bad Request: there is no text in the message to edit", FailureReason::MessageGone)]
#[case(
    400,
    "Bad Request: query is too old and response timeout expired or query ID is invalid",
    FailureReason::MessageGone
)]
#[case(400, "Bad Request: message is too long", FailureReason::TooLong)]
#[case(400, "Bad Request: message caption is too long", FailureReason::TooLong)]
#[case(400, "Bad Request: text is too long", FailureReason::TooLong)]
#[case(400, "Bad Request: can't parse entities: unsupported start tag", FailureReason::BadMarkup)]
#[case(400, "Bad Request: BUTTON_DATA_INVALID", FailureReason::ContentOther)]
#[case(413, "Request Entity Too Large", FailureReason::TooBig)]
#[case(409, "Conflict: terminated by other getUpdates request; make sure …", FailureReason::Conflict)]
#[case(401, "Unauthorized", FailureReason::Unauthorized)]
#[case(404, "Not Found", FailureReason::Unauthorized)]
#[case(400, "Bad Request: something nobody has seen yet", FailureReason::Generic)]
#[case(403, "Forbidden: something nobody has seen yet", FailureReason::NoRights)]
#[case(418, "", FailureReason::Generic)]
fn each_known_text_has_its_reason(#[case] status: u16, #[case] text: &str, #[case] reason: FailureReason) {
    assert_eq!(classify(Some(status), text, None, None), Outcome::Final(reason));
    assert_eq!(classify(Some(status), &text.to_uppercase(), None, None), Outcome::Final(reason), "in capitals");
}

#[test]
fn a_text_is_understood_without_its_status() {
    let kicked = classify(None, "Forbidden: bot was kicked from the group chat", None, None);
    assert_eq!(kicked, Outcome::Final(FailureReason::Kicked));
    assert_eq!(classify(None, "Unauthorized", None, None), Outcome::Final(FailureReason::Unauthorized));
    assert_eq!(classify(None, "Bad Gateway", None, None), Outcome::Unknown(UnknownReason::ServerError));
}

#[test]
fn an_edit_that_changes_nothing_is_a_success() {
    let text = "Bad Request: message is not modified: specified new message content and reply markup are \
                exactly the same as a current content and reply markup of the message";
    assert_eq!(classify(Some(400), text, None, None), Outcome::Sent { external_id: None });
}

#[test]
fn a_group_that_moved_names_its_new_id() {
    let text = "Bad Request: group chat was upgraded to a supergroup chat";
    let moved = Outcome::Moved { to: "-1001234567890".to_owned() };
    assert_eq!(classify(Some(400), text, None, Some(-1_001_234_567_890)), moved);
}

#[rstest]
#[case("Too Many Requests: retry after 37", Some(5), Some(5))]
#[case("Too Many Requests: retry after 37", None, Some(37))]
#[case("Too Many Requests", None, None)]
#[case("", None, None)]
#[case("Too Many Requests: retry after soon", None, None)]
fn a_flood_pauses_the_chat_for_as_long_as_asked(
    #[case] text: &str,
    #[case] parameter: Option<u32>,
    #[case] seconds: Option<u64>,
) {
    let expected = Outcome::RetryLater { after: seconds.map(Duration::from_secs), scope: PauseScope::Chat };
    assert_eq!(classify(Some(429), text, parameter, None), expected);
}

#[rstest]
#[case(Some(500), "Internal Server Error: restart", UnknownReason::ServerError)]
#[case(
    Some(500),
    "Internal Server Error: sent message was immediately deleted and can't be returned",
    UnknownReason::Vanished
)]
#[case(Some(502), "<html>Bad Gateway</html>", UnknownReason::ServerError)]
#[case(Some(500), "Internal Server Error: chat not found", UnknownReason::ServerError)]
#[case(Some(200), "", UnknownReason::Unreadable)]
#[case(Some(302), "", UnknownReason::Unreadable)]
#[case(None, "", UnknownReason::Unreadable)]
fn what_nobody_can_know_is_said_to_be_unknown(
    #[case] status: Option<u16>,
    #[case] text: &str,
    #[case] reason: UnknownReason,
) {
    assert_eq!(classify(status, text, None, None), Outcome::Unknown(reason));
}

#[test]
fn the_table_is_in_lower_case_and_no_row_hides_behind_another() {
    for (at, (part, _)) in TABLE.iter().enumerate() {
        assert_eq!(*part, part.to_lowercase());
        let hidden = TABLE[..at].iter().any(|(earlier, _)| part.contains(earlier));
        assert!(!hidden, "{part}");
    }
}

proptest! {
    #[test]
    fn any_answer_is_classified(status in any::<Option<u16>>(), text in any::<String>(), after in any::<Option<u32>>()) {
        let _ = classify(status, &text, after, None);
    }
}
