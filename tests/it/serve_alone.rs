//! The real program with one account and nothing else, on each platform: a directive is composed in the chat, approved in the
//! chat, sent to its groups, answered there, and its figures are right in the chat and in the shell.

use loa::demo::places::{Network, Places};
use loa_sandbox::telegram::{BotSpec, Limits, Sandbox, SandboxConfig};
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotLimits, ZaloBotSandbox};
use loa_sandbox::zalo_oa::{OaLimits, PrivateRules, ZaloOaConfig, ZaloOaSandbox};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::{SqliteFile, runtime};
use crate::service::eventually;
use crate::stories::six_pages;

mod hands;
mod serving;

use hands::{Hands, OnAccount, OnBot, OnTelegram};
use serving::{Serving, clocks};

const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");
const FILE: &str = "KH tuyên truyền.pdf";
const TITLE: &str = "Tuyên truyền chuyển đổi số trên địa bàn xã";
const BODY: &str = "Đề nghị các thôn phát bài tuyên truyền trên loa ít nhất 02 lần trong tuần.";

/// Composer and approver on a platform.
fn staff(network: Network) -> [(&'static str, Network); 2] {
    [("lan", network), ("pct", network)]
}

/// Says something and waits for the next question.
async fn say(hands: &impl Hands, person: &str, text: &str, expected: &str) -> String {
    hands.answered(person, expected, async || hands.say(person, text)).await
}

/// Takes a choice and waits for the next question.
async fn choose(hands: &impl Hands, person: &str, choice: &str, expected: &str) -> String {
    hands.answered(person, expected, async || hands.choose(person, choice)).await
}

/// Every question of `/vanban`, up to the queue. The level is one that keeps no hours, since the test runs on the machine's own
/// time. Gives the directive's code.
async fn compose(hands: &impl Hands) -> String {
    say(hands, "lan", "/vanban", "TUYỆT ĐỐI KHÔNG gửi tài liệu mật").await;
    hands.answered("lan", "Số, ký hiệu", async || hands.hand_in("lan", FILE, six_pages()).await).await;
    say(hands, "lan", "/KH-UBND", "Ngày ban hành?").await;
    say(hands, "lan", "7/2025", "Cơ quan ban hành?").await;
    choose(hands, "lan", "UBND xã Hà Long", "Trích yếu đọc được").await;
    say(hands, "lan", TITLE, "đề nghị ai làm gì?").await;
    say(hands, "lan", BODY, "Độ khẩn?").await;
    choose(hands, "lan", "Thượng khẩn", "Lý do mức").await;
    say(hands, "lan", "kiểm tra đường truyền", "Độ mật?").await;
    choose(hands, "lan", "Không mật", "Gửi tới đâu?").await;
    say(hands, "lan", "Trưởng thôn", "Hạn xác nhận?").await;
    choose(hands, "lan", "Mặc định", "Giờ gửi?").await;
    choose(hands, "lan", "Ngay khi được duyệt", "Chủ đề nào?").await;
    let preview = choose(hands, "lan", "ND5", "XEM TRƯỚC").await;
    assert!(preview.contains(TITLE) && preview.contains(BODY) && preview.contains(FILE), "{preview}");
    let queued = choose(hands, "lan", "Gửi duyệt", "Chờ duyệt").await;
    let code = queued.split_whitespace().find(|word| word.starts_with("VB-")).unwrap();
    code.to_owned()
}

/// The main job, from the command to the figures, when every one of `groups` covers villages; there are 24 of these.
async fn main_job(serving: &Serving, hands: &impl Hands, gateway: &str, groups: &[String], third: &str) {
    let code = compose(hands).await;
    let card = || hands.said_to("pct").iter().any(|said| said.contains("chờ đồng chí duyệt") && said.contains(&code));
    eventually("a card", async || card()).await;
    choose(hands, "pct", "✅ Duyệt", "Đã duyệt").await;
    let sent = groups.len();
    let all = i64::try_from(sent).unwrap();
    let counted = async || serving.firing(&code).await.is_some_and(|firing| firing.counts.sent == all);
    eventually("sent everywhere", counted).await;
    let head = format!("Mã: {code}");
    for group in groups {
        assert_eq!(hands.posted(group).iter().filter(|post| post.text.contains(&head)).count(), 1, "{group}");
    }
    let parts = hands.posted(third);
    let post = parts.iter().find(|post| post.text.contains(&head)).unwrap();
    assert!(post.text.contains(TITLE) && post.text.contains(BODY), "{}", post.text);
    hands.confirm(third, post);
    eventually("confirmed", async || serving.confirmed(&code).await == ["Thôn 03"]).await;

    let told = say(hands, "lan", &format!("/trangthai {code}"), "1/24").await;
    assert!(told.contains(&format!("{sent}/{sent}")), "{told}");
    figures(serving, &code, gateway, sent);
}

/// The same figures beside the service, whole and by platform.
fn figures(serving: &Serving, code: &str, gateway: &str, sent: usize) {
    let status = serving.shell(&["status", code, "--json"]);
    let broadcast = &status["broadcasts"][0];
    assert_eq!(status["broadcasts"].as_array().unwrap().len(), 1, "{status}");
    assert_eq!(broadcast["deliveries"].as_array().unwrap().len(), sent);
    let sums = serving.shell(&["stats", "--json"]);
    for counts in [&broadcast["counts"], &sums["deliveries"], &sums["platforms"][gateway]] {
        let total: u64 = counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!((counts["sent"].as_u64().unwrap(), total), (sent as u64, sent as u64), "{counts}");
    }
    assert_eq!(sums["platforms"].as_object().unwrap().len(), 1, "nothing but {gateway}: {sums}");
    for owed in [&broadcast["acknowledgements"], &sums["obligations"]] {
        let read = |key: &str| owed[key].as_u64().unwrap();
        assert_eq!((read("expected"), read("acknowledged"), read("awaiting"), read("proxy")), (24, 1, 23, 0), "{owed}");
    }
    assert_eq!(sums["open_incidents"], 0, "{sums}");
}

/// The villages' own groups.
fn villages() -> Vec<String> {
    (1..=24).map(|number| format!("dieu-hanh-{number:02}")).collect()
}

#[test]
fn a_service_with_nothing_but_a_zalo_bot_does_the_whole_main_job() {
    runtime().block_on(async {
        let mut config = ZaloBotConfig::new(clocks(), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(ZaloBotLimits::BASIC);
        let sandbox = ZaloBotSandbox::start(config).await.unwrap();
        let mut places = Places::spread(COMMUNE, &[Network::ZaloBot]).unwrap();
        places.settle_bot(&sandbox.handle(), &staff(Network::ZaloBot)).unwrap();
        let account = [
            ("PLATFORM", "zalo_bot".to_owned()),
            ("API_URL", sandbox.base_url()),
            ("TOKEN", sandbox.tokens()[0].clone()),
            ("RECEIVE", "webhook".to_owned()),
        ];
        let file = SqliteFile::absent();
        let serving = Serving::start(&file, &places, "zalo_bot", &account).await;
        let hands = OnBot { people: sandbox.handle(), places };
        main_job(&serving, &hands, "zalo_bot", &["truong-thon".to_owned()], "truong-thon").await;
        // The document itself waits behind the link in the group.
        let posts = hands.posted("truong-thon");
        let link = posts.iter().find(|post| post.text.contains("/tep/")).unwrap();
        let link = crate::zalo_bot_alone::address(&link.text, "/tep/");
        assert_eq!(reqwest::get(link).await.unwrap().bytes().await.unwrap().to_vec(), six_pages());
        drop(serving);
        sandbox.stop().await;
    });
}

#[test]
fn a_service_with_nothing_but_an_official_account_does_the_whole_main_job() {
    runtime().block_on(async {
        let mut config = ZaloOaConfig::new(clocks(), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(OaLimits::COMPREHENSIVE);
        config.private = PrivateRules { paid_messages: 100, ..PrivateRules::default() };
        let sandbox = ZaloOaSandbox::start(config).await.unwrap();
        let mut places = Places::spread(COMMUNE, &[Network::ZaloOa]).unwrap();
        places.settle_oa(&sandbox.handle(), &staff(Network::ZaloOa)).unwrap();
        let tokens = sandbox.tokens();
        let mut account = crate::stage::ground::account(&sandbox, (&tokens.refresh_token, &tokens.access_token));
        account.push(("CALLS_PER_MINUTE", "2000".to_owned()));
        let file = SqliteFile::absent();
        let serving = Serving::start(&file, &places, "zalo_oa", &account).await;
        sandbox.handle().set_webhook(&loa::web::hook_address(&serving.public_url(), "zalo_oa")).await.unwrap();
        // The approver never wrote to the account, which may therefore not write to her: she works in the office's group.
        let hands = OnAccount { people: sandbox.handle(), places, office: vec![("pct", "lanh-dao")] };
        main_job(&serving, &hands, "zalo_oa", &villages(), "dieu-hanh-03").await;
        // A document there carries no words: its name says what it belongs to.
        let is_ours = |name: &str| name.starts_with("VB-") && name.ends_with(FILE);
        let file = |group: &String| hands.posted(group).iter().any(|post| post.file.as_deref().is_some_and(is_ours));
        assert!(villages().iter().all(file), "each has the document itself");
        drop(serving);
        sandbox.stop().await;
    });
}

#[test]
fn a_service_with_nothing_but_telegram_does_the_whole_main_job() {
    runtime().block_on(async {
        let mut config = SandboxConfig::new(clocks(), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(Limits::STRICT);
        config.bots = vec![BotSpec { username: "loa_alone_bot".to_owned(), ..BotSpec::default() }];
        let sandbox = Sandbox::start(config).await.unwrap();
        let mut places = Places::spread(COMMUNE, &[Network::Telegram]).unwrap();
        places.settle_telegram(&sandbox.handle(), &staff(Network::Telegram)).unwrap();
        let account = [
            ("PLATFORM", "telegram".to_owned()),
            ("API_URL", sandbox.base_url()),
            ("TOKEN", sandbox.tokens()[0].clone()),
            ("LONG_POLL_SECONDS", "1".to_owned()),
        ];
        let file = SqliteFile::absent();
        let serving = Serving::start(&file, &places, "telegram", &account).await;
        let hands = OnTelegram { people: sandbox.handle(), places };
        main_job(&serving, &hands, "telegram", &villages(), "dieu-hanh-03").await;
        let file = |group: &String| hands.posted(group).iter().any(|post| post.file.as_deref() == Some(FILE));
        assert!(villages().iter().all(file), "each has the document itself");
        drop(serving);
        sandbox.stop().await;
    });
}
