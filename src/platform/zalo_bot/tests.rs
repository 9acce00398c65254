//! The Zalo Bot gateway over real HTTP, against answers in the documented and the captured shapes.

use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;

use super::*;
use crate::clock::TestClock;
use crate::domain::calendar::Millis;
use crate::domain::retry::{Outcome, PauseScope, UnknownReason};
use crate::platform::stub::{Reply, Seen, Stub};

/// Shaped like a real token, and unmistakable in a text.
const TOKEN: &str = "8231456790:planted_SENTINEL_zyxwvutsrqponm";
const GROUP: &str = "zgr-c0de";

fn gateway(api_url: reqwest::Url, clock: &Arc<TestClock>) -> ZaloBot {
    ZaloBot::new(ZaloBotConfig {
        name: "zalo".to_owned(),
        api_url,
        token: TOKEN.to_owned().into(),
        per_second: 2,
        long_poll: Duration::ZERO,
        connect: Duration::from_secs(5),
        total: Duration::from_secs(20),
        total_with_file: Duration::from_secs(20),
        budget: Budget { messages_a_month: 3_000, groups: 3 },
        clock: clock.clone(),
    })
    .unwrap()
}

fn against(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Stub, ZaloBot) {
    let stub = Stub::start(handler);
    let gateway = gateway(stub.url.clone(), &TestClock::at(Millis(1_789_000_000_000)));
    (stub, gateway)
}

fn text(text: &str) -> Outgoing {
    Outgoing::Text { text: text.to_owned(), buttons: Vec::new(), reply_to: None, everybody: false, topic: None }
}

fn link(name: &str, caption: &str) -> Outgoing {
    let source = FileSource::Link("https://loa.example.vn/t/1.jpg".to_owned());
    Outgoing::File { source, name: name.to_owned(), caption: caption.to_owned(), topic: None }
}

fn taken() -> Reply {
    Reply::Json(json!({"ok": true, "result": {"message_id": "0a1b", "date": 1_789_000_000_000_i64}}))
}

fn refused(code: u16) -> Reply {
    Reply::Json(json!({"ok": false, "description": "no", "error_code": code}))
}

#[tokio::test]
async fn a_text_is_sent_as_it_was_written_and_without_a_parse_mode() {
    let (stub, gateway) = against(|_| taken());
    let words = "**TB-2025-0007** <b>{red}</b> `thôn 3`";
    assert_eq!(gateway.send(GROUP, &text(words)).await.unwrap().external_id, "0a1b");
    let seen = &stub.seen()[0];
    assert_eq!(seen.path, format!("/bot{TOKEN}/sendMessage"));
    assert_eq!(seen.json(), json!({"chat_id": GROUP, "text": words}));
}

#[tokio::test]
async fn a_picture_goes_by_its_address_with_its_caption() {
    let (stub, gateway) = against(|_| taken());
    gateway.send(GROUP, &link("trang-1.jpg", "VB-2025-0042")).await.unwrap();
    let seen = &stub.seen()[0];
    assert!(seen.path.ends_with("/sendPhoto"));
    let expected = json!({"chat_id": GROUP, "photo": "https://loa.example.vn/t/1.jpg", "caption": "VB-2025-0042"});
    assert_eq!(seen.json(), expected);
}

#[rstest]
#[case::sound_to_a_group(link("loi-doc.aac", ""), FailureReason::ContentOther)]
#[case::bytes(
    Outgoing::File { source: FileSource::Bytes(vec![1]), name: "a.pdf".to_owned(), caption: String::new(), topic: None },
    FailureReason::ContentOther
)]
#[case::an_edit(
    Outgoing::Edit { target: "0a1b".to_owned(), text: "x".to_owned(), buttons: Vec::new() },
    FailureReason::MessageGone
)]
#[case::empty(text(""), FailureReason::ContentOther)]
#[case::too_long_in_utf16(text(&"📢".repeat(1_001)), FailureReason::TooLong)]
#[case::caption_too_long(link("a.jpg", &"a".repeat(2_001)), FailureReason::TooLong)]
#[tokio::test]
async fn what_the_platform_cannot_do_is_refused_before_the_call(
    #[case] outgoing: Outgoing,
    #[case] reason: FailureReason,
) {
    let (stub, gateway) = against(|_| taken());
    assert_eq!(gateway.send(GROUP, &outgoing).await.unwrap_err().outcome, Outcome::Final(reason));
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_text_of_exactly_two_thousand_units_leaves() {
    let (_stub, gateway) = against(|_| taken());
    gateway.send(GROUP, &text(&"📢".repeat(1_000))).await.unwrap();
}

#[tokio::test]
async fn a_connection_cut_after_the_request_leaves_the_outcome_unknown() {
    let (_stub, gateway) = against(|_| Reply::HangUp);
    let failure = gateway.send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Unknown(UnknownReason::Reset));
}

#[tokio::test]
async fn a_server_that_is_not_there_has_got_nothing() {
    let gateway = gateway("http://127.0.0.1:9".parse().unwrap(), &TestClock::at(Millis(0)));
    let failure = gateway.send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::RetryLater { after: None, scope: PauseScope::Gateway });
}

#[tokio::test]
async fn three_refusals_in_a_row_park_the_chat_and_a_success_begins_the_run_anew() {
    let calls = AtomicUsize::new(0);
    let (_stub, gateway) =
        against(move |_| if calls.fetch_add(1, Ordering::SeqCst) == 2 { taken() } else { refused(404) });
    let outcome = async || gateway.send(GROUP, &text("x")).await.map_err(|failure| failure.outcome);
    let refusal = Outcome::Final(FailureReason::Generic);
    let generic = Err(refusal.clone());
    assert_eq!([outcome().await, outcome().await], [generic.clone(), generic.clone()]);
    assert!(outcome().await.is_ok());
    assert_eq!([outcome().await, outcome().await], [generic.clone(), generic.clone()]);
    assert_eq!(gateway.send("zgr-other", &text("x")).await.unwrap_err().outcome, refusal, "another chat");
    assert_eq!(outcome().await, Err(Outcome::Final(FailureReason::NotMember)));
}

#[tokio::test]
async fn a_used_up_quota_is_called_so_and_whose_it_is_the_other_chats_tell() {
    let stub = Stub::start(|seen| {
        if seen.path.ends_with("getMe") {
            return Reply::Json(json!({"ok": true, "result": {"id": "b0", "account_name": "bot.xamau"}}));
        }
        refused(429)
    });
    let gateway = gateway(stub.url.clone(), &TestClock::at(Millis(1_789_000_000_000)));
    for chat in [GROUP, "a person", GROUP, GROUP] {
        let failure = gateway.send(chat, &text("x")).await.unwrap_err();
        assert_eq!(failure.outcome, Outcome::Final(FailureReason::Quota));
    }
    assert_eq!(gateway.identify().await.unwrap().external_id, "b0", "who we are costs no quota");
}

#[tokio::test]
async fn the_name_people_mention_is_the_one_that_is_shown() {
    let result =
        json!({"id": "b0", "account_name": "bot.xamau", "display_name": "Bot Xã Mẫu", "can_join_groups": true});
    let (_stub, gateway) = against(move |_| Reply::Json(json!({"ok": true, "result": result.clone()})));
    let me = gateway.identify().await.unwrap();
    assert_eq!((me.username.as_str(), me.hears_all), ("Bot Xã Mẫu", false));
    for typed in ["@Bot Xã Mẫu đã nhận", "@bot.xamau đã nhận"] {
        let body = json!({"event_name": "message.text.received", "message": {
            "message_id": "1", "text": typed, "from": {"id": "u"}, "chat": {"id": GROUP, "chat_type": "GROUP"}}});
        let update = keyed(body).unwrap();
        let Some(Event::Message(said)) = gateway.translate(&update, &me) else { panic!("a message") };
        assert_eq!((said.text.as_str(), said.mentions_us), ("đã nhận", true));
    }
}

#[rstest]
#[case::http_status(Reply::Raw(408, vec![], String::new()))]
#[case::in_the_body(refused(408))]
#[case::in_words_alone(Reply::Json(json!({"ok": false, "description": "Request timeout"})))]
#[case::empty_success(Reply::Json(json!({"ok": true})))]
#[case::an_empty_object(Reply::Json(json!({"ok": true, "result": {}})))]
#[tokio::test]
async fn a_poll_without_news_is_empty_and_no_error(#[case] reply: Reply) {
    let (_stub, gateway) = against(move |_| reply.clone());
    assert_eq!(gateway.poll(None).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_poll_brings_one_update_under_the_key_the_webhook_gives_it() {
    let update = json!({"event_name": "message.text.received", "message": {"message_id": "0a1b", "text": "x"}});
    let result = update.clone();
    let (_stub, gateway) = against(move |_| Reply::Json(json!({"ok": true, "result": result.clone()})));
    let polled = gateway.poll(None).await.unwrap();
    assert_eq!(polled.len(), 1);
    let secret = [(SECRET_HEADER.to_owned(), derived_secret(TOKEN))];
    for body in [update.clone(), json!({"ok": true, "result": update})] {
        let body = body.to_string();
        let request = WebhookRequest { headers: &secret, body: body.as_bytes(), now: Millis(0) };
        assert_eq!(gateway.receive(&request), Arrived::Updates(polled.clone()));
    }
}

#[test]
fn what_cannot_be_read_is_told_apart_by_its_bytes_and_not_lost() {
    let gateway = gateway("http://127.0.0.1:9".parse().unwrap(), &TestClock::at(Millis(0)));
    let headers = [(SECRET_HEADER.to_owned(), derived_secret(TOKEN))];
    let body = br#"{"event_name":"message.text.received","message":{"text":"\ud83d"}}"#;
    let posted = gateway.receive(&WebhookRequest { headers: &headers, body, now: Millis(0) });
    assert_eq!(posted, Arrived::Updates(vec![RawUpdate::unreadable(body, None)]));
    let unsigned = gateway.receive(&WebhookRequest { headers: &[], body, now: Millis(0) });
    assert!(matches!(unsigned, Arrived::Refused(_)));
}

#[tokio::test]
async fn a_poll_gives_what_cannot_be_read_and_goes_on() {
    let answer = r#"{"ok":true,"result":{"message":{"text":"\ud83d"}}}"#;
    let (_stub, gateway) = against(move |_| Reply::Raw(200, vec![], answer.to_owned()));
    let updates = gateway.poll(None).await.unwrap();
    assert_eq!(updates, [RawUpdate::unreadable(br#"{"message":{"text":"\ud83d"}}"#, None)]);
}

#[rstest]
#[case::unauthorized(401, |error: &AskError| matches!(error, AskError::Unauthorized(_)))]
#[case::quota(429, |error: &AskError| matches!(error, AskError::Wait(_)))]
#[case::server(502, |error: &AskError| matches!(error, AskError::Unreachable(_)))]
#[case::other(400, |error: &AskError| matches!(error, AskError::Refused(_)))]
#[tokio::test]
async fn a_poll_that_fails_says_of_what_kind(#[case] code: u16, #[case] kind: fn(&AskError) -> bool) {
    let (_stub, gateway) = against(move |_| refused(code));
    let error = gateway.poll(None).await.unwrap_err();
    assert!(kind(&error), "{error:?}");
}

#[rstest]
#[case::no_body("", None, true)]
#[case::the_platforms_own_test(
    r#"{"event_name":"webhook.test","message":{"message_id":"webhook-test","date":1789000000}}"#,
    Some(()),
    true
)]
#[case::no_json("hello", Some(()), true)]
#[case::without_the_secret(r#"{"message":{"message_id":"1"}}"#, None, false)]
fn a_look_is_answered_and_what_is_not_proven_is_refused(
    #[case] body: &str,
    #[case] signed: Option<()>,
    #[case] probe: bool,
) {
    let gateway = gateway("http://127.0.0.1:9".parse().unwrap(), &TestClock::at(Millis(0)));
    let headers: Vec<_> = signed.map(|()| (SECRET_HEADER.to_owned(), derived_secret(TOKEN))).into_iter().collect();
    let arrived = gateway.receive(&WebhookRequest { headers: &headers, body: body.as_bytes(), now: Millis(0) });
    assert_eq!(arrived == Arrived::Probe, probe, "{arrived:?}");
    assert_eq!(matches!(arrived, Arrived::Refused(_)), !probe, "{arrived:?}");
}

#[tokio::test]
async fn the_webhook_is_set_with_a_secret_that_is_not_the_token() {
    let (stub, gateway) = against(|_| Reply::Json(json!({"ok": true, "result": {"url": "x", "updated_at": 1}})));
    gateway.subscribe("https://loa.example.vn/hook/zalo").await.unwrap();
    let asked = stub.seen()[0].json();
    assert_eq!(asked["url"], "https://loa.example.vn/hook/zalo");
    assert_eq!(asked["secret_token"], derived_secret(TOKEN));
}

#[rstest]
#[case(400)]
#[case(404)]
#[tokio::test]
async fn a_webhook_that_was_never_set_is_gone_as_wanted(#[case] code: u16) {
    let (_stub, gateway) = against(move |_| refused(code));
    gateway.unsubscribe().await.unwrap();
}

#[tokio::test]
async fn a_picture_somebody_sent_is_fetched_within_bounds() {
    let (stub, gateway) = against(|_| Reply::Raw(200, vec![], "0123456789".to_owned()));
    let address = format!("{}media/1", stub.url);
    assert_eq!(gateway.fetch(&address, 10).await.unwrap(), b"0123456789");
    assert_eq!(gateway.fetch(&address, 9).await, Err(AskError::TooLarge(9)));
    let elsewhere = gateway.fetch("https://example.org/a.jpg", 10).await;
    assert!(matches!(elsewhere, Err(AskError::Refused(_))), "{elsewhere:?}");
}

#[rstest]
#[case::refused(refused(401))]
#[case::proxy(Reply::Raw(502, vec![], format!("<html>/bot{TOKEN}/</html>")))]
#[case::redirect(Reply::Raw(302, vec!["location: http://127.0.0.1:9/elsewhere".to_owned()], String::new()))]
#[case::cut(Reply::HangUp)]
#[tokio::test]
async fn no_failure_shows_the_token(#[case] reply: Reply) {
    let (stub, gateway) = against(move |_| reply.clone());
    let failure = gateway.send(GROUP, &text("x")).await.unwrap_err();
    let polled = gateway.poll(None).await.unwrap_err();
    let identified = gateway.identify().await.unwrap_err();
    let prints = format!("{failure:?} {polled:?} {polled} {identified:?} {identified}");
    assert!(!prints.contains("SENTINEL"), "{prints}");
    assert_eq!(stub.seen().len(), 3, "no redirect is followed");
}
