//! The gateway of an Official Account over real HTTP, with its tokens in a real database.

use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::app::vault::StoreVault;
use crate::clock::TestClock;
use crate::domain::event::Event;
use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};
use crate::id::SeededEntropy;
use crate::platform::FileSource;
use crate::platform::stub::{Reply, Seen, Stub};
use crate::platform::vault::{RENEWAL_TIMEOUT_MS, TokenPair};
use crate::store::Store;

mod renewal;

const NOW: Millis = Millis(1_789_010_120_000);
const GROUP: &str = "g:8301";
/// Unmistakable in a text.
const MARK: &str = "SENTINEL";

/// An account, its platform, its database.
struct Stage {
    stub: Arc<Stub>,
    clock: Arc<TestClock>,
    store: Store,
    path: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        for ending in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(self.path.with_extension(ending));
        }
    }
}

impl Stage {
    async fn new(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("loa-oa-{}-{}.db", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        Self { stub: Arc::new(Stub::start(handler)), clock: TestClock::at(NOW), store, path }
    }

    fn vault(&self) -> Arc<dyn Vault> {
        Arc::new(StoreVault::with_key(&[7; 32], self.store.clone(), SeededEntropy::new(1)).unwrap())
    }

    /// The account as one process sees it, with the given settings changed.
    fn account_with(&self, change: impl FnOnce(&mut ZaloOaConfig)) -> ZaloOa {
        let mut config = ZaloOaConfig {
            name: "oa".to_owned(),
            api_url: self.stub.url.clone(),
            oauth_url: self.stub.url.clone(),
            app_id: "11".to_owned(),
            oa_id: "22".to_owned(),
            app_secret: format!("{MARK}-app").into(),
            oa_secret: Some(format!("{MARK}-webhook").into()),
            refresh_token: Some(format!("{MARK}-r1").into()),
            access_token: Some(format!("{MARK}-a1").into()),
            code_verifier: None,
            redirect_url: Some("https://loa.example.vn/oa".parse().unwrap()),
            signature: None,
            appsecret_proof: false,
            calls_per_minute: 100,
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
            total_with_file: Duration::from_secs(20),
            vault: self.vault(),
            clock: self.clock.clone(),
            entropy: SeededEntropy::new(2),
        };
        change(&mut config);
        ZaloOa::new(config).unwrap()
    }

    fn account(&self) -> ZaloOa {
        self.account_with(|_| {})
    }
}

fn text(text: &str) -> Outgoing {
    Outgoing::Text { text: text.to_owned(), buttons: Vec::new(), reply_to: None, everybody: false, topic: None }
}

fn file(source: FileSource, caption: &str) -> Outgoing {
    Outgoing::File { source, name: "VB-2025-0042.pdf".to_owned(), caption: caption.to_owned(), topic: None }
}

fn taken(id: &str) -> Reply {
    Reply::Json(json!({"error": 0, "message": "Success", "data": {"message_id": id}}))
}

fn refused(code: i64) -> Reply {
    Reply::Json(json!({"error": code, "message": "no"}))
}

/// A server that takes everything.
fn willing(seen: &Seen) -> Reply {
    match seen.path.as_str() {
        path if path.contains("upload/image") => Reply::Json(json!({"error": 0, "data": {"attachment_id": "pic-1"}})),
        path if path.contains("upload/file") => Reply::Json(json!({"error": 0, "data": {"token": "doc-1"}})),
        _ => taken("m1"),
    }
}

#[tokio::test]
async fn what_is_to_ring_calls_the_whole_group_where_there_is_room_and_a_group() {
    let stage = Stage::new(willing).await;
    let ringing =
        |text: String| Outgoing::Text { text, buttons: Vec::new(), reply_to: None, everybody: true, topic: None };
    for (chat, sent, expected) in [
        (GROUP, "HT-2025-0001".to_owned(), "[@8301] HT-2025-0001".to_owned()),
        (GROUP, "a".repeat(2_000), "a".repeat(2_000)),
        ("u:77", "HT-2025-0001".to_owned(), "HT-2025-0001".to_owned()),
    ] {
        stage.account().send(chat, &ringing(sent)).await.unwrap();
        let seen = stage.stub.seen();
        assert_eq!(seen.last().unwrap().json()["message"]["text"], expected);
    }
}

#[tokio::test]
async fn a_text_goes_to_the_group_and_mentions_nobody() {
    let stage = Stage::new(willing).await;
    let receipt = stage.account().send(GROUP, &text("[@8301] VB-2025-0042")).await.unwrap();
    assert_eq!(receipt.external_id, "m1");
    let seen = &stage.stub.seen()[0];
    assert_eq!((seen.path.as_str(), seen.header("access_token")), ("/v3.0/oa/group/message", Some("SENTINEL-a1")));
    let expected = json!({"recipient": {"group_id": "8301"}, "message": {"text": "[ @8301] VB-2025-0042"}});
    assert_eq!((seen.json(), seen.header("appsecret_proof")), (expected, None));
}

#[tokio::test]
async fn a_person_is_written_to_on_their_own_path_and_quoted() {
    let stage = Stage::new(willing).await;
    let outgoing = Outgoing::Text {
        text: "x".to_owned(),
        buttons: Vec::new(),
        reply_to: Some("m0".to_owned()),
        everybody: false,
        topic: None,
    };
    stage.account_with(|config| config.appsecret_proof = true).send("u:501", &outgoing).await.unwrap();
    let seen = &stage.stub.seen()[0];
    assert_eq!(seen.path, "/v3.0/oa/message/cs");
    let expected = json!({"recipient": {"user_id": "501"}, "message": {"text": "x", "quote_message_id": "m0"}});
    assert_eq!(seen.json(), expected);
    assert_eq!(seen.header("appsecret_proof").map(str::len), Some(64));
}

#[tokio::test]
async fn a_document_is_uploaded_once_and_sent_by_its_handle_without_a_text() {
    let stage = Stage::new(willing).await;
    let account = stage.account();
    let first = account.send(GROUP, &file(FileSource::Bytes(b"%PDF-1.7 x".to_vec()), "ignored")).await.unwrap();
    let handle = first.upload_handle.unwrap();
    let again = account.send("g:8302", &file(FileSource::Handle(handle), "")).await.unwrap();
    assert_eq!(again.upload_handle, None);
    let paths: Vec<String> = stage.stub.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v2.0/oa/upload/file", "/v3.0/oa/group/message", "/v3.0/oa/group/message"]);
    let message = &stage.stub.seen()[2].json()["message"];
    assert_eq!(*message, json!({"attachment": {"type": "file", "payload": {"token": "doc-1"}}}));
    assert!(stage.stub.seen()[0].body.contains("filename=\"VB-2025-0042.pdf\""));
}

#[tokio::test]
async fn a_picture_is_one_media_element_with_its_caption() {
    let stage = Stage::new(willing).await;
    let picture = FileSource::Bytes(b"\xff\xd8\xff\xe0 x".to_vec());
    stage.account().send(GROUP, &file(picture, "Băng rôn [@8301]")).await.unwrap();
    let element = json!({"media_type": "image", "attachment_id": "pic-1"});
    let payload = json!({"template_type": "media", "elements": [element]});
    let expected = json!({"text": "Băng rôn [ @8301]", "attachment": {"type": "template", "payload": payload}});
    assert_eq!(stage.stub.seen()[1].json()["message"], expected);
}

#[tokio::test]
async fn a_handle_that_has_just_expired_is_uploaded_once_more_and_not_twice() {
    let uploads = AtomicUsize::new(0);
    let stage = Stage::new(move |seen| {
        if seen.path.contains("upload") {
            let handle = format!("doc-{}", uploads.fetch_add(1, Ordering::SeqCst));
            return Reply::Json(json!({"error": 0, "data": {"token": handle}}));
        }
        if seen.body.contains("doc-1") { taken("m1") } else { refused(-100) }
    })
    .await;
    let account = stage.account();
    let document = || file(FileSource::Bytes(b"%PDF-".to_vec()), "");
    let receipt = account.send(GROUP, &document()).await.unwrap();
    assert_eq!(receipt.upload_handle.as_deref(), Some("document:doc-1"));
    let failure = account.send(GROUP, &document()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Final(FailureReason::ContentOther));
    assert_eq!(stage.stub.seen_at("upload").len(), 4);
}

#[rstest]
#[case::not_a_chat("8301", text("x"), FailureReason::ChatNotFound)]
#[case::empty(GROUP, text(""), FailureReason::ContentOther)]
#[case::too_long(GROUP, text(&"📢".repeat(1_001)), FailureReason::TooLong)]
#[case::spreadsheet(GROUP, file(FileSource::Bytes(b"MZ".to_vec()), ""), FailureReason::ContentOther)]
#[case::big_document(GROUP, file(FileSource::Bytes([b"%PDF-".as_slice(), &vec![0; 5_000_000]].concat()), ""), FailureReason::TooBig)]
#[case::big_picture(GROUP, file(FileSource::Bytes([b"\xff\xd8\xff".as_slice(), &vec![0; 1_000_000]].concat()), ""), FailureReason::TooBig)]
#[case::by_link(GROUP, file(FileSource::Link("https://x.vn/a".to_owned()), ""), FailureReason::ContentOther)]
#[case::foreign_handle(GROUP, file(FileSource::Handle("abc".to_owned()), ""), FailureReason::ContentOther)]
#[tokio::test]
async fn what_the_platform_cannot_take_never_leaves(
    #[case] chat: &str,
    #[case] outgoing: Outgoing,
    #[case] reason: FailureReason,
) {
    let stage = Stage::new(willing).await;
    assert_eq!(stage.account().send(chat, &outgoing).await.unwrap_err().outcome, Outcome::Final(reason));
    assert!(stage.stub.seen().is_empty());
}

#[tokio::test]
async fn a_lost_answer_leaves_a_message_in_doubt_and_an_upload_to_be_made_again() {
    let stage = Stage::new(|_: &Seen| Reply::HangUp).await;
    let account = stage.account();
    let outcome = account.send(GROUP, &text("x")).await.unwrap_err().outcome;
    assert_eq!(outcome, Outcome::Unknown(UnknownReason::Reset));
    let document = file(FileSource::Bytes(b"%PDF-".to_vec()), "");
    let outcome = account.send(GROUP, &document).await.unwrap_err().outcome;
    assert_eq!(outcome, Outcome::RetryLater { after: None, scope: PauseScope::Chat });
}

#[tokio::test]
async fn the_last_call_of_a_minute_makes_the_next_one_wait_without_asking() {
    let stage = Stage::new(|_| {
        let headers = vec!["X-RateLimit-Remain: 0".to_owned()];
        Reply::Raw(200, headers, json!({"error": 0, "data": {"message_id": "m1"}}).to_string())
    })
    .await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    let failure = account.send(GROUP, &text("y")).await.unwrap_err();
    let wait = Outcome::RetryLater { after: Some(Duration::from_secs(40)), scope: PauseScope::Account };
    assert_eq!((failure.outcome, stage.stub.seen().len()), (wait, 1));
    stage.clock.advance(Duration::from_secs(40));
    account.send(GROUP, &text("y")).await.unwrap();
}

#[tokio::test]
async fn history_is_read_back_page_by_page_until_the_instant_and_in_order() {
    let stage = Stage::new(|seen| {
        let offset: i64 =
            seen.path.split("offset=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok()).unwrap();
        let row = |at: i64| {
            json!({"message_id": format!("m{at}"), "src": 1, "time": NOW.0 - at * 60_000, "type": "text",
                   "message": "đã nhận", "from_id": "501", "from_display_name": "Bình"})
        };
        Reply::Json(json!({"error": 0, "data": (offset..offset + 10).map(row).collect::<Vec<_>>()}))
    })
    .await;
    let account = stage.account();
    let updates = account.history(GROUP, NOW.plus_minutes(-14)).await.unwrap();
    let keys: Vec<&str> = updates.iter().map(|update| update.key.as_str()).collect();
    assert_eq!((keys.len(), keys[0], keys[14]), (15, "m14", "m0"));
    assert_eq!(stage.stub.seen().len(), 2);
    let me = SelfInfo { external_id: "22".to_owned(), username: String::new(), hears_all: true };
    let Some(Event::Message(said)) = account.translate(&updates[0], &me) else { panic!("a message") };
    assert_eq!(said.from.name, "Bình");
}

#[tokio::test]
async fn upkeep_looks_at_groups_now_and_then_and_says_what_ends() {
    let stage = Stage::new(|seen| {
        let data = match seen.path.as_str() {
            path if path.contains("getgroupsofoa") => json!({"groups": [{"group_id": "8301"}], "total": 1}),
            path if path.contains("getgroup?") => {
                json!({"group_info": {"status": "enabled"}, "asset_info": {"asset_id": "as1", "asset_type": "gmf100"}})
            }
            _ => json!([{"asset_id": "as1", "valid_through": "1789500000000", "status": "used", "used_id": "8301"}]),
        };
        Reply::Json(json!({"error": 0, "data": data}))
    })
    .await;
    let account = stage.account();
    let chat = || GROUP.to_owned();
    let findings = account.upkeep().await.unwrap();
    let ends = Finding::Expires { what: "group asset", chat: Some(chat()), at: Millis(1_789_500_000_000) };
    assert_eq!(findings[1..], [Finding::GroupWell { chat: chat() }, ends]);
    let asked = stage.stub.seen().len();
    assert_eq!(account.upkeep().await.unwrap(), findings[..1], "the refresh token's end is always said");
    assert_eq!(stage.stub.seen().len(), asked, "a moment later nothing has changed");
}

#[rstest]
#[case::refused(|| refused(-201), 0)]
#[case::not_reached(|| Reply::Raw(502, vec![], String::new()), 3)]
#[tokio::test]
async fn a_group_that_cannot_be_looked_at_hides_no_other(#[case] fault: fn() -> Reply, #[case] asked_again: usize) {
    let stage = Stage::new(move |seen| {
        let data = match seen.path.as_str() {
            path if path.contains("getgroupsofoa") => {
                json!({"groups": [{"group_id": "1"}, {"group_id": "2"}, {"group_id": "3"}], "total": 3})
            }
            path if path.contains("group_id=2") => return fault(),
            path if path.contains("getgroup?") => json!({"group_info": {"status": "disabled"}}),
            _ => json!({}),
        };
        Reply::Json(json!({"error": 0, "data": data}))
    })
    .await;
    let account = stage.account();
    let disabled = ["g:1", "g:3"].map(|chat| Finding::GroupDisabled { chat: chat.to_owned() });
    assert_eq!(account.upkeep().await.unwrap()[1..], disabled);
    let looks = || stage.stub.seen().iter().filter(|seen| seen.path.contains("getgroup?")).count();
    let before = looks();
    account.upkeep().await.unwrap();
    assert_eq!(looks() - before, asked_again, "what is refused stays so for a while, what was not reached does not");
}

/// A server that knows its account, and people only as members of their group.
fn knowing(seen: &Seen) -> Reply {
    let data =
        match seen.path.split(['?', '/']).find(|part| ["getoa", "detail", "listmember", "getgroup"].contains(part)) {
            Some("getoa") => json!({"oa_id": "22", "name": "Xã Mẫu"}),
            Some("detail") => return refused(-213),
            Some("listmember") if seen.path.contains("offset=50") => {
                json!({"members": [{"user_id": "501", "name": "Bình"}, {"user_id": "502", "name": "Cảnh"}]})
            }
            Some("listmember") => json!({"members": vec![json!({"user_id": "1", "name": "An"}); 50]}),
            Some("getgroup") => json!({"group_info": {"name": "Thôn 03"}}),
            _ => json!({"groups": []}),
        };
    Reply::Json(json!({"error": 0, "data": data}))
}

#[tokio::test]
async fn a_name_is_looked_up_in_the_group_once_and_only_the_one_that_is_wanted() {
    let stage = Stage::new(knowing).await;
    let account = stage.account();
    for _ in 0..2 {
        let named = account.names(GROUP, "u:501").await.unwrap();
        assert_eq!((named.title.as_str(), named.account.as_str()), ("Thôn 03", "Bình"));
    }
    let calls = |part: &str| stage.stub.seen().iter().filter(|seen| seen.path.contains(part)).count();
    assert_eq!((calls("user/detail"), calls("listmember")), (1, 2));
    assert_eq!(
        (account.names.of("501"), account.names.of("502"), account.names.of("1")),
        ("Bình".into(), String::new(), String::new())
    );
}

#[tokio::test]
async fn a_mention_of_the_account_by_its_name_is_one_and_is_stripped() {
    let stage = Stage::new(knowing).await;
    let account = stage.account();
    let said = |me: &SelfInfo| {
        let body = json!({"event_name": "user_send_group_text", "timestamp": NOW.0, "sender": {"id": "501"},
            "recipient": {"id": "8301"}, "message": {"msg_id": "m1", "text": "@Xã Mẫu đã nhận"}});
        let update = RawUpdate { key: "m1".to_owned(), number: None, body };
        let Some(Event::Message(said)) = account.translate(&update, me) else { panic!("a message") };
        (said.mentions_us, said.text)
    };
    // What the service knew of itself before the platform told.
    let early = account.known_self().unwrap();
    assert_eq!(said(&early), (false, "@Xã Mẫu đã nhận".to_owned()));
    let me = account.identify().await.unwrap();
    assert_eq!(me.username, "Xã Mẫu");
    assert_eq!((said(&early), said(&me)), ((true, "đã nhận".to_owned()), (true, "đã nhận".to_owned())));
}

#[tokio::test]
async fn an_account_that_does_not_tell_its_name_works_without() {
    let stage = Stage::new(|seen| if seen.path.contains("getoa") { refused(-212) } else { willing(seen) }).await;
    assert_eq!(stage.account().identify().await.unwrap().username, "");
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_a_persons_in_private_and_perhaps_the_accounts_in_a_group() {
    let stage = Stage::new(|seen| if seen.path.contains("message") { refused(-211) } else { willing(seen) }).await;
    let account = stage.account();
    for (chat, reason) in [(GROUP, FailureReason::Quota), ("u:501", FailureReason::PersonQuota)] {
        assert_eq!(account.send(chat, &text("x")).await.unwrap_err().outcome, Outcome::Final(reason));
    }
    assert!(account.identify().await.is_ok(), "who we are costs no quota");
}

#[rstest]
#[case::nothing("")]
#[case::the_consoles_look("{}")]
#[case::nothing("")]
#[tokio::test]
async fn a_look_whether_somebody_answers_needs_no_signature(#[case] body: &str) {
    let stage = Stage::new(willing).await;
    let request = WebhookRequest { headers: &[], body: body.as_bytes(), now: NOW };
    assert_eq!(stage.account().receive(&request), Arrived::Probe);
}

#[tokio::test]
async fn what_is_signed_is_an_update_under_the_messages_id_and_what_is_not_is_nothing() {
    let stage = Stage::new(willing).await;
    let account = stage.account();
    let body = json!({"event_name": "user_send_group_text", "timestamp": NOW.0.to_string(), "sender": {"id": "501"},
        "recipient": {"id": "8301"}, "message": {"msg_id": "m1", "text": "đã nhận"}})
    .to_string();
    let digest = crate::id::sha256_hex(format!("11{body}{}{MARK}-webhook", NOW.0).as_bytes());
    let signed = [("x-zevent-signature".to_owned(), format!("mac={digest}"))];
    let receive =
        |headers: &[(String, String)]| account.receive(&WebhookRequest { headers, body: body.as_bytes(), now: NOW });
    let Arrived::Updates(updates) = receive(&signed) else { panic!("an update") };
    assert_eq!((updates.len(), updates[0].key.as_str()), (1, "m1"));
    assert!(matches!(receive(&[]), Arrived::Refused(_)));
}

#[tokio::test]
async fn what_is_signed_and_cannot_be_read_is_told_apart_by_its_bytes_and_not_lost() {
    let stage = Stage::new(willing).await;
    let body = format!(r#"{{"event_name":"user_send_text","timestamp":"{}","message":{{"text":"\ud83d"}}}}"#, NOW.0);
    let digest = crate::id::sha256_hex(format!("11{body}{}{MARK}-webhook", NOW.0).as_bytes());
    let signed = [("x-zevent-signature".to_owned(), digest)];
    let request = |headers| WebhookRequest { headers, body: body.as_bytes(), now: NOW };
    let unreadable = RawUpdate::unreadable(body.as_bytes(), None);
    assert_eq!(stage.account().receive(&request(&signed)), Arrived::Updates(vec![unreadable]));
    assert!(matches!(stage.account().receive(&request(&[])), Arrived::Refused(_)));
}

/// How a server answers.
type Answers = fn(&Seen) -> Reply;

/// A server that refuses, and repeats everything it was asked with.
fn echoing(seen: &Seen) -> Reply {
    let said = format!("{:?} {}", seen.header("access_token"), seen.body);
    Reply::Json(json!({"error": -216, "message": said, "error_name": said, "error_description": seen.body}))
}

#[rstest]
#[case::refused(echoing)]
#[case::proxy(|_: &Seen| Reply::Raw(502, vec![], format!("<html>{MARK}</html>")))]
#[case::redirect(|_: &Seen| Reply::Raw(302, vec!["location: http://127.0.0.1:9/".to_owned()], String::new()))]
#[case::cut(|_: &Seen| Reply::HangUp)]
#[tokio::test]
async fn no_failure_shows_a_secret(#[case] handler: Answers) {
    let stage = Stage::new(handler).await;
    let account = stage.account();
    let failure = account.send(GROUP, &text("x")).await.unwrap_err();
    let upload = account.send(GROUP, &file(FileSource::Bytes(b"%PDF-".to_vec()), "")).await.unwrap_err();
    let identified = account.identify().await.unwrap_err();
    account.consent_link().await.unwrap();
    let consent = account.accept_consent("SENTINEL-code").await.unwrap_err();
    stage.clock.advance(Duration::from_hours(26));
    let kept = account.upkeep().await.unwrap_err();
    let prints = format!("{failure:?} {upload:?} {identified} {identified:?} {consent} {kept} {kept:?}");
    assert!(!prints.contains(MARK), "{prints}");
}
