//! A call for help: whole, at once, to everybody on duty, and nothing is said that is not so.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::bulletin::Kind;
use loa::domain::calendar::Millis;
use loa::domain::org::Role;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::Draft;
use loa::usecase::release;
use loa_sandbox::act::Deed;
use loa_sandbox::telegram::{Fault, FaultKind, NewUser};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::stage::{Build, Stage, at};

story_tests!(a_cry_beside_a_receipt_goes_whole_to_everybody_on_duty);

sqlite_tests!(
    only_what_speaks_of_danger_wakes_anybody_while_nothing_is_open,
    while_a_warning_is_open_every_word_picture_and_recording_is_passed_on,
    he_reads_that_it_was_passed_on_only_when_it_was,
    nobody_pressed_for_three_minutes,
    nobody_on_duty_is_an_incident,
    what_a_stranger_cries_is_answered_and_stored_nowhere,
    in_a_group_a_head_is_heard_while_a_warning_is_open,
    in_the_middle_of_a_form_words_belong_to_the_form,
    a_form_that_was_left_lying_has_no_words_of_danger,
    an_exercise_says_so,
    without_buttons_an_officer_types_the_number_and_follows_an_address_to_the_recording,
    on_an_official_account_the_recording_is_offered_too,
);

/// What stands in the settings.
const PHONES: &str = "Trực ban 0237 000 111";

fn night(hour: u32, minute: u32) -> Millis {
    at(2025, 9, 28, hour, minute)
}

fn on(networks: &[Network]) -> Build<'_> {
    Stage::on(networks).at(night(21, 40)).rules(|house| PHONES.clone_into(&mut house.duty_phones))
}

/// On Telegram, where Minh is on duty beside Lan.
async fn start(store: Store) -> Stage {
    let stage = on(&[Network::Telegram]).start(store).await;
    give(&stage, "minh", Role::Duty, "xa").await;
    stage
}

/// Gives somebody a role on a unit.
async fn give(stage: &Stage, person: &str, role: Role, unit: &str) {
    let person = stage.act_of(person).await.person_id.unwrap();
    let mut tx = stage.core.store.begin().await.unwrap();
    let unit = tx.unit_by_code(&stage.commune, unit).await.unwrap().unwrap();
    crate::fixture::grant(&mut tx, &person, role, &unit.id).await;
    tx.commit().await.unwrap();
}

/// A Hỏa tốc to all villages, let go by the officer on duty.
async fn warn(stage: &mut Stage, exercise: bool) {
    let marks = Marks { reason: Some("bão số 10".to_owned()), exercise, ..Marks::default() };
    let title = "Ứng phó bão số 10".to_owned();
    let composed = stage.compose(&Draft { kind: Kind::Urgent, title, urgency: Urgency::Flash, marks, ..draft() }).await;
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    release::decide(&mut tx, &act, &composed.bulletin, None).await.unwrap();
    tx.commit().await.unwrap();
    stage.settle().await;
}

/// How many calls for help there are.
async fn cries(stage: &Stage) -> i64 {
    stage.rows("SELECT COUNT(*) FROM distress").await
}

async fn a_cry_beside_a_receipt_goes_whole_to_everybody_on_duty(store: Store) {
    let mut stage = start(store).await;
    warn(&mut stage, false).await;
    let cry = "Đã nhận HT-2025-0001. Nhà bà Tư bị sập, cần cứu hộ, chuyển cho Quân giúp em";
    stage.say("binh", cry).await;
    for officer in ["lan", "minh"] {
        let card = stage.last_words(officer);
        for part in ["🆘 Thôn 03 – Mẫu Văn Bình, ĐT 0900 000 003", "nhắn riêng", cry] {
            assert!(card.contains(part), "{officer}: {card}");
        }
    }
    assert!(!stage.private_chat("quan").contains("🆘"), "who reads it follows from roles, never from the words");
    let heard = stage.private_chat("binh");
    for part in
        ["Đã ghi. GỌI NGAY: Trực ban 0237 000 111", "112", "114", "115", "Đã ghi nhận Thôn 03 đã nhận HT-2025-0001"]
    {
        assert!(heard.contains(part), "{heard}");
    }
    for name in ["Mẫu Thị Lan", "Mẫu Văn Minh"] {
        assert!(heard.lines().any(|line| line.contains("Đã chuyển tới") && line.contains(name)), "{heard}");
    }
    assert_eq!(stage.acknowledged("HT-2025-0001").await, ["Thôn 03"], "it is a receipt as well");

    // More words to the same cry are one cry, and go out as well.
    stage.say("binh", "nước vẫn lên ạ").await;
    assert_eq!(cries(&stage).await, 1);
    assert!(stage.last_words("minh").contains("nước vẫn lên ạ"));
    stage.press("lan", "✅ Tôi tiếp nhận").await;
    for reader in ["binh", "minh"] {
        assert!(stage.last_words(reader).contains("Mẫu Thị Lan đã tiếp nhận lúc"), "{}", stage.private_chat(reader));
    }
    stage.press("minh", "Không phải kêu cứu").await;
    assert!(!stage.private_chat("binh").contains("không phải kêu cứu"), "whoever pressed first has it");
    stage.pass_to(night(22, 0)).await;
    assert!(!stage.private_chat("pct").contains("🆘"), "somebody has it");

    // What is cried after that is another cry, and goes on when nobody takes it.
    stage.say("binh", "nước lên tới nóc rồi").await;
    assert_eq!(cries(&stage).await, 2);
    assert!(stage.last_words("minh").contains("nước lên tới nóc rồi"));
    stage.pass_to(night(22, 4)).await;
    assert!(stage.last_words("pct").contains("nước lên tới nóc rồi"), "{}", stage.private_chat("pct"));
    stage.say("canh", "Vướng mắc: nhà ông Tám sập mái, chưa sơ tán được").await;
    assert_eq!(
        (cries(&stage).await, stage.rows("SELECT COUNT(*) FROM troubles").await),
        (3, 0),
        "it goes to those on duty"
    );
    stage.stop().await;
}

async fn only_what_speaks_of_danger_wakes_anybody_while_nothing_is_open(store: Store) {
    let mut stage = start(store).await;
    let harmless = [
        "bao giờ họp ạ?",
        "thôn 3 đã nhận hàng cứu trợ",
        "da tham thuong binh, niem vui ngap tran",
        "không ai bị thương",
        "/toilaai",
    ];
    for text in harmless {
        stage.say("binh", text).await;
        assert_eq!(cries(&stage).await, 0, "{text}");
    }
    stage.does("binh", Deed::Voice { seconds: 4 }).await;
    // What is said in a group to nobody in particular is not heard.
    stage.say_in("binh", "dieu-hanh-03", "nhà bà Tư sập rồi", None).await;
    assert_eq!(cries(&stage).await, 0);
    assert!(!stage.private_chat("lan").contains("🆘"));
    let cries = [
        "nha ba tu bi sap",
        "/danhan nhà bà Tư sập",
        "/vuongmac ngập đến mái",
        "Báo cáo xã, nhà bà Tư bị sập, 2 người mất tích",
        "Trợ giúp với, nhà sập",
        "Tìm người mất tích ở suối",
        "Thống kê: 3 nhà sập",
    ];
    for (number, text) in (1..).zip(cries) {
        stage.say("binh", text).await;
        assert_eq!(stage.private_chat("lan").matches("🆘 Thôn 03").count(), number, "{text}");
    }
    stage.stop().await;
}

async fn while_a_warning_is_open_every_word_picture_and_recording_is_passed_on(store: Store) {
    let mut stage = start(store).await;
    // A head who composes as well is a head.
    give(&stage, "binh", Role::Composer, "thon-03").await;
    warn(&mut stage, false).await;
    for receipt in ["đã nhận", "dạ rõ ạ", "thôn 3 đã nhận 👍", "da nhan HT-2025-0001", "đã phát loa"]
    {
        stage.say("binh", receipt).await;
        assert_eq!(cries(&stage).await, 0, "{receipt}");
    }
    stage.does("binh", Deed::Voice { seconds: 9 }).await;
    stage.does("binh", Deed::SendPhoto { bytes: b"\x89PNG\r\n\x1a\nnha-sap".to_vec(), caption: None }).await;
    assert_eq!(cries(&stage).await, 1);
    let chat = stage.telegram().messages(stage.person("minh")).unwrap();
    let files: Vec<&str> =
        chat.iter().filter_map(|message| message.file.as_ref()).map(|file| file.name.as_str()).collect();
    assert_eq!(files, ["ghi-am.ogg", "anh.jpg"], "{}", stage.private_chat("minh"));
    let told = stage.private_chat("minh");
    assert!(told.contains("(kèm ghi âm)") && told.contains("(kèm ảnh)"), "{told}");
    stage.stop().await;
}

async fn he_reads_that_it_was_passed_on_only_when_it_was(store: Store) {
    let mut stage = on(&[Network::Telegram]).start(store).await;
    let wait = FaultKind::TooManyRequests { retry_after: 60 };
    stage.telegram().add_fault(Fault::next("sendMessage", wait).in_chat(stage.person("lan")));
    stage.home().say_privately(&stage.account("binh"), "nhà bà Tư sập");
    stage.until("he is answered", async |stage| stage.private_chat("binh").contains("Đã ghi")).await;
    stage
        .until("the card was refused", async |stage| {
            stage.rows("SELECT COUNT(*) FROM messages WHERE state = 'retry_wait'").await == 1
        })
        .await;
    stage.service.keeper.tick().await.unwrap();
    // Neither said nor about to be.
    assert_eq!(stage.rows("SELECT COUNT(*) FROM messages WHERE body LIKE '%chuyển tới Mẫu%'").await, 0);
    stage.settle().await;
    assert!(stage.private_chat("binh").contains("Đã chuyển tới Mẫu Thị Lan"), "{}", stage.private_chat("binh"));
    stage.stop().await;
}

async fn nobody_pressed_for_three_minutes(store: Store) {
    let mut stage = start(store).await;
    stage.say("binh", "nhà bà Tư sập").await;
    let caption = Some("hai người mất tích".to_owned());
    stage.does("binh", Deed::SendPhoto { bytes: b"\x89PNG\r\n\x1a\nnha-sap".to_vec(), caption }).await;
    // A restart in between forgets nothing.
    stage.restart().await;
    stage.pass_to(night(21, 42)).await;
    assert!(!stage.private_chat("pct").contains("🆘"));
    stage.pass_to(night(21, 44)).await;
    let card = stage.private_chat("pct");
    for part in ["QUÁ 3 PHÚT CHƯA AI TIẾP NHẬN", "nhà bà Tư sập", "hai người mất tích"] {
        assert!(card.contains(part), "{card}");
    }
    let chat = stage.telegram().messages(stage.person("pct")).unwrap();
    assert_eq!(chat.iter().filter(|message| message.file.is_some()).count(), 1, "the picture comes with it: {card}");
    assert!(stage.incidents().await.is_empty(), "the officers have it, and were only slow");
    stage.press("pct", "Không phải kêu cứu").await;
    assert!(stage.last_words("lan").contains("không phải kêu cứu"), "the others may know better");
    let told = stage.last_words("binh");
    assert!(told.contains("không phải kêu cứu") && told.contains("0237 000 111"), "{told}");
    stage.say("binh", "nhà ông Năm cũng sập").await;
    assert_eq!(cries(&stage).await, 2, "what is over is not gone on with");
    // The words go some days after the end.
    stage.pass_to(at(2025, 10, 9, 8, 0)).await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM distress WHERE words <> ''").await, 0);
    stage.stop().await;
}

async fn nobody_on_duty_is_an_incident(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(night(21, 40)).start(store).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    crate::fixture::raw(&mut tx, "DELETE FROM role_grants WHERE role = 'duty'").await;
    tx.commit().await.unwrap();
    stage.say("binh", "cứu với").await;
    assert_eq!(stage.incidents().await, ["no_officer"]);
    assert!(stage.private_chat("quan").contains("kêu cứu mà chưa báo được trực ban nào"));
    assert!(stage.last_words("pct").contains("KHÔNG BÁO ĐƯỢC TRỰC BAN"), "{}", stage.private_chat("pct"));
    let health = stage.say("quan", "/suckhoe").await;
    assert!(
        health.contains("Lời kêu cứu: chưa báo được trực ban nào") && health.contains("desk.duty_phones"),
        "{health}"
    );
    stage.press("pct", "✅ Tôi tiếp nhận").await;
    assert!(stage.incidents().await.is_empty());
    assert!(stage.last_words("binh").contains("Mẫu Thị Thanh đã tiếp nhận"));
    stage.stop().await;
}

async fn what_a_stranger_cries_is_answered_and_stored_nowhere(store: Store) {
    let mut stage = start(store).await;
    let stranger = stage.telegram().add_user(NewUser::named("Bà Sáu")).unwrap();
    stage.home().say_privately(&stranger.to_string(), "Báo cáo xã, cứu với, nhà tôi ngập XQ7");
    stage.receive().await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE state = 'waiting'").await, 1);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE event LIKE '%XQ7%' OR event LIKE '%Sáu%'").await, 0);
    stage.settle().await;
    let told = stage.home().said_to(&stranger.to_string());
    assert!(told.len() == 1 && told[0].contains("GỌI NGAY: Trực ban 0237 000 111"), "{told:?}");
    assert_eq!(cries(&stage).await, 0);
    assert!(!stage.private_chat("lan").contains("🆘"));
    stage.home().say_privately(&stranger.to_string(), "cứu tôi với");
    stage.settle().await;
    assert_eq!(stage.home().said_to(&stranger.to_string()).len(), 1, "once is enough for a while");
    stage.stop().await;
}

async fn in_a_group_a_head_is_heard_while_a_warning_is_open(store: Store) {
    let mut stage = on(&[Network::ZaloOa]).start(store).await;
    warn(&mut stage, false).await;
    stage.say_in("binh", "dieu-hanh-03", "chiều nay ai đi gặt không", None).await;
    assert_eq!(cries(&stage).await, 0, "talk is nobody's business");
    let resident = stage.stranger_joins("Người dân", "dieu-hanh-03");
    stage.account_says(&resident, "dieu-hanh-03", "nhà tôi sập rồi", None).await;
    assert_eq!(cries(&stage).await, 0);
    stage.say_in("binh", "dieu-hanh-03", "nhà bà Tư sập rồi các bác ơi", None).await;
    assert_eq!(cries(&stage).await, 1);
    let group = stage.group_chat("dieu-hanh-03");
    assert!(group.contains("Đã ghi. GỌI NGAY") && !group.contains("0900"), "{group}");
    stage.stop().await;
}

async fn in_the_middle_of_a_form_words_belong_to_the_form(store: Store) {
    let mut stage = start(store).await;
    give(&stage, "binh", Role::Composer, "thon-03").await;
    stage.answer("binh", &["/thongbao", "Nhà văn hóa bị sập, tạm dừng họp"]).await;
    assert_eq!(cries(&stage).await, 0, "{}", stage.private_chat("binh"));
    stage.say("binh", "cứu với, nhà sập rồi").await;
    assert_eq!(cries(&stage).await, 1, "{}", stage.private_chat("binh"));
    stage.stop().await;
}

async fn a_form_that_was_left_lying_has_no_words_of_danger(store: Store) {
    let mut stage = start(store).await;
    give(&stage, "binh", Role::Composer, "thon-03").await;
    stage.answer("binh", &["/thongbao", "Nhà văn hóa bị sập, tạm dừng họp"]).await;
    stage.pass_to(night(21, 52)).await;
    stage.say("binh", "nhà văn hóa bị ngập").await;
    assert_eq!(cries(&stage).await, 1, "{}", stage.private_chat("binh"));
    stage.stop().await;
}

async fn an_exercise_says_so(store: Store) {
    let mut stage = start(store).await;
    warn(&mut stage, true).await;
    stage.say("binh", "nhà bà Tư bị sập").await;
    let card = stage.last_words("lan");
    assert!(card.starts_with("🟠 DIỄN TẬP") && card.contains("Gọi lại ngay để biết đây là thật"), "{card}");
    // Hours later nobody takes it for a part of the exercise.
    stage.pass_to(at(2025, 9, 29, 1, 0)).await;
    stage.say("binh", "nhà ông Năm bị sập").await;
    assert_eq!(cries(&stage).await, 2);
    let card = stage.last_words("lan");
    assert!(card.starts_with("🆘") && card.contains("nhà ông Năm"), "{card}");
    stage.stop().await;
}

async fn follow(text: &str) -> Vec<u8> {
    let address = crate::zalo_bot_alone::address(text, "/tep/");
    let client = loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap();
    client.get(address).send().await.unwrap().bytes().await.unwrap().to_vec()
}

async fn without_buttons_an_officer_types_the_number_and_follows_an_address_to_the_recording(store: Store) {
    let mut stage = on(&[Network::ZaloBot]).start(store).await;
    warn(&mut stage, false).await;
    stage.does("binh", Deed::Voice { seconds: 9 }).await;
    let told = stage.private_chat("lan");
    assert!(told.contains("(kèm ghi âm)"), "{told}");
    assert_eq!(follow(&stage.last_words("lan")).await, b"\xff\xf1 a voice");
    stage.pass_to(night(21, 44)).await;
    assert_eq!(follow(&stage.private_chat("pct")).await, b"\xff\xf1 a voice", "those above get what came before");
    stage.choose("lan", "Tôi tiếp nhận").await;
    assert!(stage.last_words("binh").contains("Mẫu Thị Lan đã tiếp nhận"), "{}", stage.private_chat("binh"));
    let (first, second) = (stage.private_chat("lan"), stage.private_chat("pct"));
    stage.pass_to(at(2025, 10, 5, 21, 30)).await;
    assert_eq!(follow(&first).await, b"\xff\xf1 a voice");
    assert_eq!(follow(&second).await, b"\xff\xf1 a voice");
    stage.say("quan", "/khoataikhoan Mẫu Thị Thanh").await;
    stage.choose("quan", "Khóa tài khoản này").await;
    assert_ne!(follow(&second).await, b"\xff\xf1 a voice", "an account that was locked leads nowhere");
    stage.pass_to(at(2025, 10, 6, 8, 0)).await;
    for chat in [first, second] {
        assert_ne!(follow(&chat).await, b"\xff\xf1 a voice", "a week is enough");
    }
    stage.stop().await;
}

async fn on_an_official_account_the_recording_is_offered_too(store: Store) {
    let mut stage = on(&[Network::ZaloOa]).start(store).await;
    stage.say("lan", "/trogiup").await;
    warn(&mut stage, false).await;
    stage.does("binh", Deed::Voice { seconds: 9 }).await;
    assert_eq!(follow(&stage.last_words("lan")).await, b"\xff\xf1 a voice");
    stage.stop().await;
}
