//! An account that was lost, cut off on the platforms themselves: what was open there, what was offered and what was handed out.

use loa::demo::places::Network;
use loa::domain::message::Purpose;
use loa::domain::org::GroupKind;
use loa::domain::org::import::OrgFile;
use loa::store::Store;
use loa::store::bulletins::NewFile;
use loa::usecase::bind::{self, Which};
use loa::usecase::compose::{Draft, DraftFile};
use loa::usecase::notify::{self, Note};
use loa::usecase::{Act, Via};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::stage::{Stage, at};
use crate::zalo_bot_alone::{address, upload};

story_tests!(what_was_open_on_a_lost_telephone_is_dead_at_once);

sqlite_tests!(
    a_file_that_was_handed_to_a_lost_account_leads_nowhere,
    a_locked_account_is_answered_as_a_stranger_and_told_nothing_else,
    another_account_of_the_person_goes_on,
    codes_that_were_made_with_a_lost_account_open_nothing,
    a_card_that_was_on_its_way_there_goes_where_its_reader_is_read_to,
    an_answer_to_a_cry_follows_whoever_cried,
    a_second_account_acknowledges_and_the_admins_are_reminded_of_it_after_a_day,
    without_buttons_the_first_account_types_the_number_that_gives_it_up,
);

/// Locks accounts of somebody, from the shell.
async fn lock(stage: &mut Stage, person: &str, which: Which<'_>) {
    let mut tx = stage.core.store.begin().await.unwrap();
    let person = tx.person_by_code(&stage.commune, person).await.unwrap().unwrap();
    let act = Act { via: Via::Cli("root".to_owned()), ..stage.core.act(&stage.commune) };
    assert!(!bind::lock(&mut tx, &act, &person.id, which).await.unwrap().accounts.is_empty());
    tx.commit().await.unwrap();
}

async fn status_of(address: &str) -> u16 {
    reqwest::get(address).await.unwrap().status().as_u16()
}

async fn what_was_open_on_a_lost_telephone_is_dead_at_once(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    let composed = stage.compose(&draft()).await;
    stage.settle().await;
    let page = address(&stage.say("lan", "/vanban").await, "/gui/");
    assert_eq!(status_of(&page).await, 200);
    for name in ["Mẫu Thị Lan", "Mẫu Thị Thanh"] {
        stage.say("quan", &format!("/khoataikhoan {name}")).await;
        let done = stage.choose("quan", "Khóa tài khoản này").await;
        assert!(done.contains("Đã khóa 1 tài khoản"), "{done}");
    }
    assert_eq!(status_of(&page).await, 404);
    assert_eq!(upload(&page, "KH.pdf", crate::stories::six_pages()).await.0, 404);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM dialogues").await, 0, "the form is gone");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM attachments").await, 0);
    // The number under the card that the approver had, typed by whoever has the telephone now.
    let card = stage.private_chat("pct");
    assert!(card.contains("21. ✅ Duyệt"), "{card}");
    stage.say("pct", "21").await;
    stage.say("pct", &format!("/duyet {}", composed.bulletin.code)).await;
    assert!(stage.last_words("pct").contains("chưa được cấp quyền"), "{}", stage.private_chat("pct"));
    assert_eq!(stage.sent(&composed).await, 0);
    stage.stop().await;
}

async fn codes_that_were_made_with_a_lost_account_open_nothing(store: Store) {
    const OPEN: &str = "SELECT COUNT(*) FROM invites WHERE state = 'open'";
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    stage.settle().await;
    let act = stage.act_of("quan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let binh = tx.person_by_code(&stage.commune, "binh").await.unwrap().unwrap();
    bind::invite_person(&mut tx, &act, &binh.id).await.unwrap();
    tx.commit().await.unwrap();
    drop(act);
    assert_eq!(stage.rows(OPEN).await, 1);
    lock(&mut stage, "quan", Which::All).await;
    assert_eq!(stage.rows(OPEN).await, 0);
    stage.stop().await;
}

/// The head of Thôn 03 passes on by hand what residents are to read.
fn by_hand(org: &mut OrgFile) {
    for group in org.groups.iter_mut().filter(|group| group.code == "truong-tram") {
        "dan-03".clone_into(&mut group.code);
        (group.kind, group.relay) = (GroupKind::Residents, true);
        group.covers = vec!["thon-03".to_owned()];
    }
}

async fn a_file_that_was_handed_to_a_lost_account_leads_nowhere(store: Store) {
    let networks = [Network::ZaloBot];
    let mut stage = Stage::on(&networks).at(at(2025, 7, 28, 8, 0)).groups(by_hand).start(store).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(b"%PDF-1.4", "application/pdf", Some(6), stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "KH.pdf".to_owned(), pages: Some(6) };
    let files = vec![DraftFile { file, first_page: "Kế hoạch mẫu".to_owned(), readable: true }];
    let audience = "thon:03 + thon:03@residents".to_owned();
    stage.release(&Draft { audience, files, ..draft() }).await;
    stage.settle().await;
    let (own, shared) =
        (address(&stage.private_chat("binh"), "/tep/"), address(&stage.group_chat("truong-thon"), "/tep/"));
    assert_eq!((status_of(&own).await, status_of(&shared).await), (200, 200));
    lock(&mut stage, "binh", Which::All).await;
    assert_eq!((status_of(&own).await, status_of(&shared).await), (404, 200), "the group's own goes on");
    stage.stop().await;
}

async fn a_locked_account_is_answered_as_a_stranger_and_told_nothing_else(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.release(&draft()).await;
    stage.settle().await;
    let message = stage.message("dieu-hanh-03", "VB-2025-0001");
    lock(&mut stage, "binh", Which::All).await;
    // Something of ours that still has the chat's name is left out, whoever queued it.
    let mut tx = stage.core.store.begin().await.unwrap();
    let chat = tx.chat_by_external("telegram", &stage.account("binh")).await.unwrap().unwrap();
    notify::say(&mut tx, &stage.core.act(&stage.commune), &chat, Purpose::Card, &Note::plain("thẻ"), None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    stage.say_in("binh", "dieu-hanh-03", "Đã nhận", Some(&message.id)).await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, Vec::<String>::new());
    let asked = stage.say("binh", "/xacminh VB-2025-0001").await;
    assert!(asked.contains("Không có tin gửi bà con"), "{asked}");
    assert!(!stage.private_chat("binh").contains("thẻ"), "{}", stage.private_chat("binh"));

    let handed_out = stage.say("quan", "/capma Mẫu Văn Bình").await;
    let (_, code) = handed_out.split_once("/dangky ").unwrap();
    let notice = stage.say("binh", &format!("/dangky {code}")).await;
    assert!(notice.contains("THÔNG BÁO VỀ DỮ LIỆU"), "{notice}");
    assert!(stage.say("binh", "đồng ý").await.contains("Đã gắn tài khoản này"), "{}", stage.private_chat("binh"));
    stage.say_in("binh", "dieu-hanh-03", "Đã nhận", Some(&message.id)).await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, ["Thôn 03"]);
    assert_eq!(stage.sent(&composed).await, 24);
    stage.stop().await;
}

async fn another_account_of_the_person_goes_on(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram, Network::ZaloBot]).await;
    stage.say("quan", "/khoataikhoan Mẫu Thị Lan").await;
    stage.press("quan", "🔒 Chỉ khóa zalo_bot").await;
    assert!(stage.last_words("lan").contains("đã khóa 1 tài khoản chat"), "{}", stage.private_chat("lan"));
    assert!(stage.say("lan", "/toilaai").await.contains("Mẫu Thị Lan"));
    let (bot, lan) = stage.on_ground("zalo_bot", "lan");
    let before = bot.said_to(&lan).len();
    bot.say_privately(&lan, "/toilaai");
    stage.settle().await;
    let (bot, lan) = stage.on_ground("zalo_bot", "lan");
    let said = bot.said_to(&lan).split_off(before);
    assert!(said.len() == 1 && said[0].contains("chưa được cấp quyền"), "{said:?}");
    stage.stop().await;
}

async fn a_card_that_was_on_its_way_there_goes_where_its_reader_is_read_to(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    stage.compose(&draft()).await;
    lock(&mut stage, "pct", Which::All).await;
    stage.settle().await;
    assert!(!stage.private_chat("pct").contains("VB-2025-0001"), "{}", stage.private_chat("pct"));
    let office = stage.group_chat("co-quan");
    assert!(office.contains("VB-2025-0001") && office.contains("21. ✅ Duyệt"), "with its choices: {office}");
    stage.stop().await;
}

async fn an_answer_to_a_cry_follows_whoever_cried(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram, Network::ZaloBot]).await;
    let elsewhere = |stage: &Stage| {
        let (bot, binh) = stage.on_ground("zalo_bot", "binh");
        bot.said_to(&binh)
    };
    let (bot, binh) = stage.on_ground("zalo_bot", "binh");
    bot.say_privately(&binh, "/toilaai");
    stage.settle().await;
    assert_eq!(elsewhere(&stage).len(), 1);
    stage.say("binh", "nhà bà Tư bị sập, cứu với").await;
    assert!(stage.last_words("lan").contains("nhà bà Tư"), "{}", stage.private_chat("lan"));
    lock(&mut stage, "binh", Which::On("telegram")).await;
    let before = stage.said_to("binh").len();
    stage.press("lan", "✅ Tôi tiếp nhận").await;
    assert_eq!(stage.said_to("binh").len(), before, "{}", stage.private_chat("binh"));
    let told = elsewhere(&stage);
    assert!(told.iter().any(|said| said.contains("Mẫu Thị Lan đã tiếp nhận")), "{told:?}");
    stage.stop().await;
}

/// Somebody with a code of Bình's on an account that nobody knows; gives the account.
async fn second(stage: &mut Stage, network: Network) -> String {
    let handed_out = stage.say("quan", "/capma Mẫu Văn Bình").await;
    let (_, code) = handed_out.split_once("/dangky ").unwrap();
    let group = if network == Network::ZaloBot { "truong-thon" } else { "dieu-hanh-03" };
    let account = stage.stranger_joins("Bình số mới", group);
    for words in [format!("/dangky {code}"), "đồng ý".to_owned()] {
        stage.home().say_privately(&account, &words);
        stage.settle().await;
    }
    account
}

async fn a_second_account_acknowledges_and_the_admins_are_reminded_of_it_after_a_day(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let second = second(&mut stage, Network::Telegram).await;
    assert!(stage.home().said_to(&second).pop().unwrap().contains("đang chờ xác nhận"));
    stage.release(&draft()).await;
    stage.settle().await;
    let message = stage.message("dieu-hanh-03", "VB-2025-0001");
    stage.account_says(&second, "dieu-hanh-03", "Đã phát loa", Some(&message.id)).await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, ["Thôn 03"]);
    stage.account_says(&second, "dieu-hanh-03", "12 hộ 41 người", Some(&message.id)).await;
    assert!(!stage.group_chat("dieu-hanh-03").contains("Đúng không"), "{}", stage.group_chat("dieu-hanh-03"));
    assert_eq!(
        stage.rows("SELECT COUNT(*) FROM figures").await + stage.rows("SELECT COUNT(*) FROM activities").await,
        0
    );
    stage.home().say_privately(&second, "nhà bà Tư bị sập, cứu với");
    stage.settle().await;
    assert!(
        stage.last_words("lan").contains("nhà bà Tư"),
        "a cry is heard all the same: {}",
        stage.private_chat("lan")
    );

    let reminded = |stage: &Stage| stage.private_chat("quan").matches("vẫn chưa ai xác nhận").count();
    assert_eq!(reminded(&stage), 0);
    stage.pass_to(stage.now().plus_days(2)).await;
    assert_eq!(reminded(&stage), 1, "{}", stage.private_chat("quan"));
    assert!(stage.say("binh", "/toilaai").await.contains("Mẫu Văn Bình"), "nobody lost anything");
    assert!(stage.press("quan", "✅ Đúng là đồng chí ấy").await.contains("Đã xác nhận tài khoản mới"));
    assert!(stage.home().said_to(&second).pop().unwrap().contains("tài khoản cũ đã khóa"));
    stage.stop().await;
}

async fn without_buttons_the_first_account_types_the_number_that_gives_it_up(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    let second = second(&mut stage, Network::ZaloBot).await;
    let last = stage.choose("binh", "Đúng là tôi").await;
    assert!(last.contains("Đã xác nhận tài khoản mới"), "it still reads what it did: {last}");
    assert!(stage.say("binh", "/toilaai").await.contains("chưa được cấp quyền"));
    stage.home().say_privately(&second, "/toilaai");
    stage.settle().await;
    assert!(stage.home().said_to(&second).pop().unwrap().contains("Mẫu Văn Bình"));
    stage.stop().await;
}
