use rstest::rstest;

use super::*;

/// A quarter past ten in the morning in Việt Nam, and twenty seconds.
const NOW: Millis = Millis(1_789_010_120_000);

fn answer(status: u16, raw: &str) -> Answer {
    Answer { status, calls_left: None, raw: raw.to_owned(), body: serde_json::from_str(raw).unwrap_or_default() }
}

fn refused(code: i64, message: &str) -> Answer {
    answer(200, &format!(r#"{{"error":{code},"message":"{message}"}}"#))
}

fn of(code: i64) -> Outcome {
    outcome(verdict(&refused(code, "a text")), NOW)
}

#[rstest]
#[case::account_disabled(-204, AccountDisabled)]
#[case::account_missing(-205, WrongAccount)]
#[case::app_not_activated(-209, AppInactive)]
#[case::api_not_registered(-212, AppInactive)]
#[case::app_removed(-219, AppInactive)]
#[case::account_unverified(-221, AppInactive)]
#[case::not_authorised(-223, Unauthorized)]
#[case::package_too_small(-224, Package)]
#[case::account_type(-235, WrongAccount)]
#[case::bad_proof(-242, BadProof)]
#[case::no_cloud_account(-320, Balance)]
#[case::no_money(-321, Balance)]
#[case::old_api(-240, OldInterface)]
#[case::token_refused_twice(-216, Unauthorized)]
#[case::token_expired_twice(-220, Unauthorized)]
#[case::other_host_token(-124, Unauthorized)]
#[case::feature_quota(-211, FailureReason::Quota)]
#[case::group_disabled(-237, GroupDisabled)]
#[case::asset_used(-238, GroupDisabled)]
#[case::asset_disabled(-241, GroupDisabled)]
#[case::not_in_the_group(-403, NotMember)]
#[case::invalid_field(-201, Generic)]
#[case::over_the_limit(-210, TooLong)]
#[case::picture_in_the_wrong_form(-214, ContentOther)]
#[case::type_unsupported(-233, ContentOther)]
#[case::policy(-248, ContentOther)]
#[case::not_sent(-200, Generic)]
#[case::handle_expired(-100, ContentOther)]
#[case::not_a_follower(-213, NeverStarted)]
#[case::blocked(-217, Blocked)]
#[case::banned(-227, Deactivated)]
#[case::seven_days(-230, NeverStarted)]
#[case::not_allowed(-232, NeverStarted)]
#[case::restricted(-244, NoRights)]
#[case::unknown_number(-999, Generic)]
fn each_number_has_its_reason(#[case] code: i64, #[case] reason: FailureReason) {
    assert_eq!(of(code), Outcome::Final(reason));
}

#[test]
fn every_row_of_the_table_is_reached() {
    for (code, _, expected) in TABLE {
        assert_eq!(verdict(&refused(*code, "")), *expected, "{code}");
    }
}

#[rstest]
#[case("The application has reached its limit")]
#[case("The OA has reached its limit")]
fn both_limits_of_a_minute_wait_for_the_next_one(#[case] message: &str) {
    let expected = Outcome::RetryLater { after: Some(Duration::from_secs(40)), scope: PauseScope::Gateway };
    assert_eq!(outcome(verdict(&refused(-32, message)), NOW), expected);
    assert_eq!(outcome(verdict(&answer(429, "<html>")), NOW), expected);
}

#[test]
fn what_a_person_may_get_comes_back_at_midnight_and_the_night_ends_at_six() {
    let wait = |outcome| match outcome {
        Outcome::RetryLater { after: Some(after), scope: PauseScope::Message } => after,
        other => panic!("{other:?}"),
    };
    let midnight = NOW + wait(of(-218));
    assert_eq!((midnight.local_time().to_string().as_str(), midnight.since(NOW) < DAY_MS), ("00:00:00", true));
    for hour in [0, 5, 7, 23] {
        let now = midnight.plus_ms(hour * 3_600_000);
        let morning = now + wait(outcome(Verdict::Night, now));
        assert_eq!(morning.local_time().to_string(), "06:00:00");
        assert!(morning > now && morning.since(now) <= DAY_MS);
    }
}

#[test]
fn the_two_meanings_of_minus_223_are_told_apart_by_the_text() {
    assert_eq!(verdict(&refused(-223, "The article quota is used up")), Verdict::Quota);
    assert_eq!(verdict(&refused(-223, "OA has not authorized this app")), Verdict::Final(Unauthorized));
}

#[test]
fn an_upload_that_failed_is_never_in_doubt() {
    let later = Outcome::RetryLater { after: None, scope: PauseScope::Chat };
    assert_eq!(upload_outcome(verdict(&answer(502, "<html>")), NOW), later);
    assert_eq!(upload_outcome(verdict(&refused(-201, "wrong type")), NOW), Outcome::Final(ContentOther));
    assert_eq!(upload_outcome(verdict(&refused(-210, "")), NOW), Outcome::Final(FailureReason::TooBig));
    let quota = upload_outcome(verdict(&refused(-211, "")), NOW);
    assert!(matches!(quota, Outcome::RetryLater { after: Some(_), scope: PauseScope::Message }), "text still goes");
}

#[rstest]
#[case::server(502, "<html>", Outcome::Unknown(UnknownReason::ServerError))]
#[case::server_with_a_number(500, r#"{"error":-200}"#, Outcome::Unknown(UnknownReason::ServerError))]
#[case::timeout(408, "", Outcome::Unknown(UnknownReason::Timeout))]
#[case::page(200, "<html>", Outcome::Unknown(UnknownReason::Unreadable))]
#[case::too_big(413, "<html>", Outcome::Final(FailureReason::TooBig))]
#[case::wrong_path(404, "empty or invalid API", Outcome::Final(Generic))]
fn an_answer_without_a_number_goes_by_its_status(#[case] status: u16, #[case] raw: &str, #[case] expected: Outcome) {
    assert_eq!(outcome(verdict(&answer(status, raw)), NOW), expected);
}

#[rstest]
#[case::whole(r#"{"error":0,"message":"Success","data":{"message_id":"m1","group_id":"8301"}}"#, Some("m1"))]
#[case::number_as_text(r#"{"error":"0","data":{"message_id":77}}"#, Some("77"))]
#[case::cut_off(r#"{"error":0,"data":{"message_id":"m1","gro"#, Some("m1"))]
#[case::refused(r#"{"error":-32,"data":{"message_id":"m1"}}"#, None)]
#[case::no_envelope(r#"{"data":{"message_id":"m1"}}"#, None)]
fn a_success_is_error_0_with_a_message(#[case] raw: &str, #[case] expected: Option<&str>) {
    assert_eq!(message_id(&answer(200, raw)).as_deref(), expected);
}
