//! Scripted faults: what the caller sees, and whether the effect took place.

use loa_sandbox::zalo_oa::{GroupSize, OaFault, OaFaultKind};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Rig, to_group};

const SEND: &str = "/v3.0/oa/group/message";

/// Sends a text while a fault is armed: the answer, and how many messages were accepted.
async fn struck(rig: &Rig, group: &str, kind: OaFaultKind) -> (reqwest::Result<reqwest::Response>, usize) {
    let before = rig.people.sent_log().len();
    rig.people.set_faults(vec![OaFault::next("group/message", kind)]);
    let request = rig.http.post(rig.url(SEND)).header("access_token", rig.token());
    let response = request.json(&to_group(group, json!({ "text": "a" }))).send().await;
    (response, rig.people.sent_log().len() - before)
}

#[rstest]
#[case(-204)]
#[case(-224)]
#[case(-32)]
#[case(-320)]
#[tokio::test]
async fn any_code_can_be_had_without_the_effect(#[case] code: i64) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (response, sent) = struck(&rig, &group, OaFaultKind::error(code, "thử")).await;
    let answer: Value = response.unwrap().json().await.unwrap();
    assert_eq!((answer, sent), (json!({ "error": code, "message": "thử" }), 0));
    assert_eq!(rig.people.counts().refused[&code], 1);
    rig.send(&group, "lần sau vẫn chạy").await;
}

#[rstest]
#[case(502, false)]
#[case(504, true)]
#[tokio::test]
async fn an_error_page_comes_with_or_without_the_effect(#[case] status: u16, #[case] delivered: bool) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (response, sent) = struck(&rig, &group, OaFaultKind::HtmlError { status, delivered }).await;
    let response = response.unwrap();
    assert_eq!((response.status().as_u16(), sent), (status, usize::from(delivered)));
    assert!(response.text().await.unwrap().starts_with("<html>"));
}

#[rstest]
#[case(OaFaultKind::ResetBefore, 0)]
#[case(OaFaultKind::ResetAfter, 1)]
#[tokio::test]
async fn a_reset_connection_gives_no_answer(#[case] kind: OaFaultKind, #[case] effect: usize) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (response, sent) = struck(&rig, &group, kind).await;
    assert!(response.unwrap_err().is_request());
    assert_eq!(sent, effect);
}

#[rstest]
#[case(false)]
#[case(true)]
#[tokio::test]
async fn a_hanging_call_is_given_up_by_the_caller(#[case] delivered: bool) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.people.set_faults(vec![OaFault::next("group/message", OaFaultKind::Hang { delivered })]);
    let request = rig.http.post(rig.url(SEND)).header("access_token", rig.token());
    let request = request.json(&to_group(&group, json!({ "text": "a" })));
    let error = request.timeout(std::time::Duration::from_millis(500)).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(rig.people.sent_log().len(), usize::from(delivered));
}

#[rstest]
#[case(false)]
#[case(true)]
#[tokio::test]
async fn a_garbage_body_is_no_json(#[case] delivered: bool) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (response, sent) = struck(&rig, &group, OaFaultKind::Garbage { delivered }).await;
    let body = response.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
    assert_eq!(sent, usize::from(delivered));
}

#[tokio::test]
async fn a_success_may_come_without_data() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (response, sent) = struck(&rig, &group, OaFaultKind::NoData).await;
    let answer: Value = response.unwrap().json().await.unwrap();
    assert_eq!((answer, sent), (json!({ "error": 0, "message": "Success" }), 1));
}

#[tokio::test]
async fn a_fault_can_be_held_to_one_chat_and_to_some_calls() {
    let rig = Rig::new().await;
    let (first, binh) = rig.group();
    let second = rig.people.add_group("Nhóm hai", GroupSize::Gmf10, &[binh]).unwrap();
    let kind = OaFaultKind::error(-200, "");
    rig.people.set_faults(vec![OaFault::next("group/message", kind).in_chat(&second).from_call(2, 0)]);
    let mut errors = Vec::new();
    for group in [&first, &second, &second, &first, &second] {
        errors.push(rig.post(SEND, to_group(group, json!({ "text": "a" }))).await["error"].clone());
    }
    assert_eq!(errors, [0, 0, -200, 0, -200].map(|error| json!(error)));
    assert_eq!((rig.people.faults().len(), rig.people.counts().faults[SEND]), (1, 2));
}

#[tokio::test]
async fn everything_can_go_dark_and_come_back() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    rig.people.set_dark(true);
    for path in [SEND, "/v4/oa/access_token", "/v2.0/oa/upload/file"] {
        let request = rig.http.post(rig.url(path)).header("access_token", rig.token()).json(&json!({}));
        assert!(request.send().await.is_err(), "{path}");
    }
    rig.people.say(&binh, &group, "vẫn nói với nhau được", None).unwrap();
    rig.people.set_dark(false);
    rig.send(&group, "đã trở lại").await;
}
