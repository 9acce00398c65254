use rstest::rstest;

use super::*;

fn answer(status: u16, raw: &str) -> Answer {
    Answer { status, calls_left: None, raw: raw.to_owned(), body: serde_json::from_str(raw).unwrap_or_default() }
}

fn refused(code: u16) -> Answer {
    answer(200, &format!(r#"{{"ok":false,"description":"a text","error_code":{code}}}"#))
}

const GENERIC: Outcome = Outcome::Final(FailureReason::Generic);
const MINUTE: Outcome = Outcome::RetryLater { after: Some(SHORT_WAIT), scope: PauseScope::Gateway };

#[rstest]
#[case::bad_request(400, GENERIC)]
#[case::token_wrong(401, Outcome::Final(FailureReason::Unauthorized))]
#[case::internal(403, Outcome::RetryLater { after: None, scope: PauseScope::Chat })]
#[case::not_found(404, GENERIC)]
#[case::timeout_on_a_send(408, Outcome::Unknown(UnknownReason::Timeout))]
#[case::too_large(413, Outcome::Final(FailureReason::TooBig))]
#[case::too_often(426, MINUTE)]
#[case::quota(429, Outcome::Final(FailureReason::Quota))]
#[case::server(500, Outcome::Unknown(UnknownReason::ServerError))]
#[case::bad_gateway(502, Outcome::Unknown(UnknownReason::ServerError))]
#[case::gateway_timeout(504, Outcome::Unknown(UnknownReason::ServerError))]
#[case::a_4xx_nobody_documented(418, GENERIC)]
fn each_number_has_its_outcome_in_the_body_and_as_status(#[case] code: u16, #[case] expected: Outcome) {
    assert_eq!(outcome(verdict(&refused(code)), 1), expected, "HTTP 200 with the number in the body");
    assert_eq!(outcome(verdict(&answer(code, "<html>")), 1), expected, "the number as HTTP status alone");
}

#[rstest]
#[case(400)]
#[case(403)]
#[case(404)]
fn a_run_of_refusals_parks_the_chat(#[case] code: u16) {
    let run = |of_chat| outcome(verdict(&refused(code)), of_chat);
    assert_ne!(run(2), Outcome::Final(FailureReason::NotMember));
    assert_eq!(run(3), Outcome::Final(FailureReason::NotMember));
}

#[test]
fn a_page_of_a_proxy_with_status_200_leaves_the_outcome_unknown() {
    let page = answer(200, "<html>maintenance</html>");
    assert_eq!(receipt(&page), None);
    assert_eq!(verdict(&page), Verdict::Unknown(UnknownReason::Unreadable));
}

#[rstest]
#[case::whole(200, r#"{"ok":true,"result":{"message_id":"0a1b","date":1789000000000}}"#, Some("0a1b"))]
#[case::id_as_number(200, r#"{"ok":true,"result":{"message_id":77}}"#, Some("77"))]
#[case::cut_off(200, r#"{"ok" : true, "result": {"message_id": "0a1b", "da"#, Some("0a1b"))]
#[case::ok_without_an_id(200, r#"{"ok":true}"#, None)]
#[case::an_id_without_ok(200, r#"{"ok":false,"result":{"message_id":"0a1b"}}"#, None)]
#[case::cut_off_before_the_id(200, r#"{"ok":true,"result":{"message_"#, None)]
#[case::torn_on_a_failed_server(502, r#"{"ok":true,"result":{"message_id":"0a1b""#, None)]
fn a_success_is_what_says_ok_and_names_the_message(
    #[case] status: u16,
    #[case] raw: &str,
    #[case] expected: Option<&str>,
) {
    assert_eq!(receipt(&answer(status, raw)).map(|receipt| receipt.external_id).as_deref(), expected);
}

#[test]
fn the_detail_holds_the_platforms_words_and_no_page() {
    assert_eq!(detail(&refused(400)), "400 a text");
    assert_eq!(detail(&answer(429, "<html>token</html>")), "429 quota exceeded");
}
