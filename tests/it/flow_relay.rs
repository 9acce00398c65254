//! "Thôn tự đăng": a residents' group that the service cannot enter, and a head who passes things on by hand.

use std::sync::Arc;

use loa::demo::places::Network;
use loa::domain::bulletin::{Kind, Public};
use loa::domain::org::import::{Group, OrgFile, parse_toml};
use loa::domain::urgency::Urgency;
use loa::engine::Core;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::Act;
use loa::usecase::compose::{self, Composed, Draft};
use loa::usecase::status::{self, Window};
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{sqlite_tests, story_tests};
use crate::fixture::raw;
use crate::flow_send::draft;
use crate::stage::{Stage, at, import_org};

story_tests!(who_does_not_say_so_is_reminded_once_and_then_the_composer_is_told);

sqlite_tests!(
    a_head_gets_the_text_in_private_passes_it_on_and_says_so,
    what_heads_pass_on_stands_beside_what_was_sent_to_groups,
    the_words_say_it_as_the_button_does_and_only_the_head_may,
    a_head_of_two_villages_is_asked_once_for_both,
    a_head_who_cannot_be_written_to_is_asked_in_the_group_of_officials,
    a_group_that_is_passed_on_to_by_hand_is_never_bound,
    a_relay_is_a_fallback_too,
    one_head_stands_in_for_a_group_of_two_villages,
    what_another_group_got_is_not_to_be_passed_on_any_more,
    a_head_who_posted_what_was_taken_back_is_told_to_say_so,
    a_press_under_a_reminder_that_is_gone_counts_and_proves_nothing_of_what_is_in_doubt,
    without_buttons_the_head_types_a_number_in_the_group_of_officials,
);

/// The commune with the residents' groups of these villages out of reach.
async fn start(store: Store, villages: &[&str]) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    close(&stage.core, &stage.commune, stage.org(), villages).await;
    stage.settle().await;
    stage
}

/// Takes the service out of the residents' groups of these villages.
async fn close(core: &Arc<Core>, commune: &str, org: &OrgFile, villages: &[&str]) {
    let mut org = org.clone();
    for group in &mut org.groups {
        if villages.iter().any(|village| group.code == format!("dan-{village}")) {
            (group.relay, group.chat) = (true, None);
        }
    }
    // Freed first: what is bound is never made a relay silently.
    let mut tx = core.store.begin().await.unwrap();
    for group in org.groups.iter().filter(|group| group.relay) {
        let slot = tx.group_by_code(commune, &group.code).await.unwrap().unwrap();
        tx.unbind_group(&slot.id).await.unwrap();
    }
    tx.commit().await.unwrap();
    import_org(core, &org).await;
}

fn announcement(audience: &str) -> Draft {
    Draft {
        kind: Kind::Announcement,
        public: Public::Residents,
        title: "Cài đặt VNeID".to_owned(),
        body: "Mời bà con tới nhà văn hóa thôn.".to_owned(),
        audience: audience.to_owned(),
        ack_required: false,
        ..draft()
    }
}

async fn send(stage: &mut Stage, draft: &Draft) -> Composed {
    let composed = stage.release(draft).await;
    stage.settle().await;
    composed
}

async fn a_head_gets_the_text_in_private_passes_it_on_and_says_so(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let card = stage.release(&announcement("thon:03,05@residents")).await;
    stage.settle().await;
    assert!(stage.group_chat("dan-03").contains("Mời bà con"), "{}", stage.group_chat("dan-03"));
    assert_eq!(stage.posts("dan-05"), 0, "the service is not in that group");
    let private = stage.private_chat("dan");
    assert!(private.contains("Mời bà con") && private.contains("Kính gửi bà con"), "{private}");
    assert!(private.contains("chuyển tiếp tin trên") && private.contains("Nhóm dân Thôn 05"), "{private}");
    let thanks = stage.press("dan", "📤 Đã đăng nhóm dân").await;
    let broadcast = stage.status(&card).await.unwrap();
    assert_eq!((broadcast.relays.asked, broadcast.relays.posted), (1, 1), "{thanks}");
    stage.press("dan", "📤 Đã đăng nhóm dân").await;
    assert_eq!(stage.status(&card).await.unwrap().relays.posted, 1);
    stage.stop().await;
}

async fn what_heads_pass_on_stands_beside_what_was_sent_to_groups(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let composed = send(&mut stage, &announcement("thon:03,05@residents")).await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.counts.sent, broadcast.counts.total()), (1, 1));
    assert_eq!(broadcast.deliveries.len(), 2);
    let said = stage.say("lan", "/trangthai TB-2025-0001").await;
    assert!(
        said.contains("Đã gửi 1/1 nhóm") && said.contains("Thôn tự đăng: đã đăng 0/1; chưa báo: Thôn 05"),
        "{said}"
    );
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.read().await.unwrap();
    let stats = status::overall(&mut tx, &act, Window::ALL).await.unwrap();
    assert_eq!((stats.deliveries.sent, stats.relays.asked, stats.relays.posted), (1, 1, 0));
    drop(tx);
    let listed = stage.say("quan", "/nhom thôn 05").await;
    assert!(listed.contains("thôn tự đăng"), "{listed}");
    stage.stop().await;
}

async fn who_does_not_say_so_is_reminded_once_and_then_the_composer_is_told(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let urgent = Draft {
        kind: Kind::Urgent,
        urgency: Urgency::Express,
        marks: Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() },
        ..announcement("thon:03,05@residents")
    };
    send(&mut stage, &urgent).await;
    stage.pass_to(at(2025, 7, 28, 8, 29)).await;
    assert!(!stage.private_chat("dan").contains("đã chuyển tiếp vào"), "not before its time");
    stage.pass_to(at(2025, 7, 28, 8, 31)).await;
    assert_eq!(stage.private_chat("dan").matches("đồng chí đã chuyển tiếp vào").count(), 1);
    assert!(!stage.private_chat("lan").contains("chưa được báo là đã đăng"));
    stage.pass_to(at(2025, 7, 28, 12, 0)).await;
    assert_eq!(stage.private_chat("dan").matches("đồng chí đã chuyển tiếp vào").count(), 1);
    let told = stage.private_chat("lan");
    assert_eq!(told.matches("Nhóm dân Thôn 05 chưa được báo là đã đăng (Thôn 05").count(), 1, "{told}");
    stage.stop().await;
}

async fn a_press_under_a_reminder_that_is_gone_counts_and_proves_nothing_of_what_is_in_doubt(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let urgent = Draft {
        kind: Kind::Urgent,
        urgency: Urgency::Express,
        marks: Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() },
        ..announcement("thon:05@residents")
    };
    let composed = send(&mut stage, &urgent).await;
    stage.pass_to(at(2025, 7, 28, 8, 31)).await;
    assert_eq!(stage.private_chat("dan").matches("đồng chí đã chuyển tiếp vào").count(), 1);
    let mut tx = stage.core.store.begin().await.unwrap();
    let doubt = "state = 'unknown', reason = 'no_answer', external_id = NULL, sent_at = NULL";
    let gone = "(SELECT id FROM messages WHERE delivery_id IS NULL)";
    raw(&mut tx, &format!("UPDATE messages SET {doubt} WHERE delivery_id IS NOT NULL AND purpose = 'broadcast'")).await;
    raw(
        &mut tx,
        &format!("DELETE FROM attempts WHERE message_id IN {gone}; DELETE FROM messages WHERE delivery_id IS NULL"),
    )
    .await;
    tx.commit().await.unwrap();
    stage.telegram().press(stage.person("dan"), stage.person("dan"), None, "📤 Đã đăng nhóm dân").unwrap();
    stage.settle().await;
    assert_eq!(stage.status(&composed).await.unwrap().relays.posted, 1);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM messages WHERE reason = 'pressed'").await, 0);
    assert!(stage.rows("SELECT COUNT(*) FROM messages WHERE state = 'unknown'").await > 0);
    stage.stop().await;
}

async fn the_words_say_it_as_the_button_does_and_only_the_head_may(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let composed = send(&mut stage, &announcement("thon:05@residents")).await;
    // Another head has nothing to pass on.
    stage.say("binh", "Đã đăng").await;
    assert_eq!(stage.status(&composed).await.unwrap().relays.posted, 0);
    let thanks = stage.say("dan", "dạ em đã đăng nhóm dân rồi ạ").await;
    assert!(thanks.contains("Đã ghi: TB-2025-0001 đã đăng ở Nhóm dân Thôn 05"), "{thanks}");
    assert_eq!(stage.status(&composed).await.unwrap().relays.posted, 1);
    stage.stop().await;
}

async fn a_head_of_two_villages_is_asked_once_for_both(store: Store) {
    let mut stage = start(store, &["07", "08"]).await;
    let composed = send(&mut stage, &announcement("thon:07,08@residents")).await;
    let private = stage.private_chat("giang");
    assert_eq!(private.matches("Mời bà con").count(), 1, "{private}");
    assert!(private.contains("Nhóm dân Thôn 07, Nhóm dân Thôn 08"), "{private}");
    stage.press("giang", "📤 Đã đăng nhóm dân").await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.deliveries.len(), broadcast.relays.asked, broadcast.relays.posted), (1, 2, 2));
    stage.stop().await;
}

async fn a_head_who_cannot_be_written_to_is_asked_in_the_group_of_officials(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let account = stage.person("dan").to_string();
    let mut tx = stage.core.store.begin().await.unwrap();
    let chat = tx.chat_by_external("telegram", &account).await.unwrap().unwrap();
    tx.set_chat_state(&chat.id, loa::store::binding::ChatState::Suspended, Some("private_closed")).await.unwrap();
    tx.commit().await.unwrap();
    // The same group also gets the bulletin itself: what is to be passed on comes first, the question for an answer last.
    let both = Draft { audience: "thon:05@cadre + thon:05@residents".to_owned(), ..draft() };
    let composed = send(&mut stage, &both).await;
    let group = stage.group_chat("dieu-hanh-05");
    let (request, ask) = (group.find("chuyển tiếp tin trên").unwrap(), group.find("✅ Đã nhận").unwrap());
    assert!(request < ask, "{group}");
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.counts.sent, broadcast.deliveries.len(), broadcast.relays.asked), (1, 1, 1));
    let (head, chat) = (stage.person("dan"), stage.group("dieu-hanh-05"));
    stage.telegram().press(head, chat, None, "✅ Đã nhận").unwrap();
    stage.telegram().press(head, chat, None, "📤 Đã đăng nhóm dân").unwrap();
    stage.settle().await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.acknowledgements.acknowledged, broadcast.relays.posted), (1, 1));
    stage.stop().await;
}

async fn a_group_that_is_passed_on_to_by_hand_is_never_bound(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let refused = stage.say("quan", "/ganhom dan-05").await;
    assert!(refused.contains("do trưởng thôn tự đăng"), "{refused}");
    stage.stop().await;
    let sample = include_str!("../../config/examples/xa-mau.toml");
    for (wrong, right) in [
        (r#"kind = "cadre", gateway = "telegram", rank = 1, covers = ["thon-03"]"#, "a relay group is"),
        (r#"kind = "residents", gateway = "telegram", rank = 1, covers = ["thon-03", "thon-04"]"#, "a relay group is"),
        (
            r#"kind = "residents", chat = "-1", gateway = "telegram", rank = 1, covers = ["thon-03"]"#,
            "a relay group is",
        ),
    ] {
        let row = format!(r#"groups = [ {{ code = "x", name = "X", relay = true, {wrong} }}, "#);
        let errors = parse_toml(&sample.replace("groups = [", &row)).unwrap_err();
        assert!(errors.iter().any(|error| error.to_string().contains(right)), "{errors:?}");
    }
}

async fn a_relay_is_a_fallback_too(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let mut org = stage.org().clone();
    let mut spare = org.groups.iter().find(|group| group.code == "dan-05").unwrap().clone();
    (spare.code, spare.rank, spare.relay, spare.chat) = ("dan-05-tay".to_owned(), 2, true, None);
    org.groups.push(spare);
    import_org(&stage.core, &org).await;
    stage.settle().await;
    let chat = stage.group("dan-05");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = send(&mut stage, &announcement("thon:03,05@residents")).await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.counts.sent, broadcast.counts.replaced, broadcast.relays.asked), (1, 1, 1));
    assert!(stage.private_chat("dan").contains("chuyển tiếp tin trên"), "{}", stage.private_chat("dan"));
    stage.stop().await;
}

async fn one_head_stands_in_for_a_group_of_two_villages(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let mut org = stage.org().clone();
    org.groups.retain(|group| group.code != "dan-08");
    let common = org.groups.iter_mut().find(|group| group.code == "dan-07").unwrap();
    common.covers.push("thon-08".to_owned());
    let common = common.clone();
    for village in ["07", "08"] {
        let (code, covers) = (format!("dan-{village}-tay"), vec![format!("thon-{village}")]);
        let name = format!("Nhóm dân Thôn {village} (tự đăng)");
        org.groups.push(Group { code, name, covers, rank: 2, relay: true, chat: None, ..common.clone() });
    }
    let mut tx = stage.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&stage.commune, "dan-08").await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();
    import_org(&stage.core, &org).await;
    stage.settle().await;
    let chat = stage.group("dan-07");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = send(&mut stage, &announcement("thon:07,08@residents")).await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.relays.asked, broadcast.deliveries.len()), (2, 2), "{}", stage.private_chat("giang"));
    assert_eq!(stage.private_chat("giang").matches("Mời bà con").count(), 1, "{}", stage.private_chat("giang"));
    stage.stop().await;
}

async fn what_another_group_got_is_not_to_be_passed_on_any_more(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let mut org = stage.org().clone();
    let bound = org.groups.iter_mut().find(|group| group.code == "dan-05").unwrap();
    bound.rank = 2;
    let bound = bound.clone();
    org.groups.push(Group { code: "dan-05-tay".to_owned(), rank: 1, relay: true, chat: None, ..bound });
    import_org(&stage.core, &org).await;
    stage.settle().await;
    // The head has closed the private chat, and the group of officials is lost at that very moment.
    stage.telegram().set_blocked(stage.person("dan"), None, true).unwrap();
    let officials = stage.group("dieu-hanh-05");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(officials));
    let composed = send(&mut stage, &announcement("thon:05@residents")).await;
    let broadcast = stage.status(&composed).await.unwrap();
    assert_eq!((broadcast.counts.sent, broadcast.relays.asked), (1, 0), "{broadcast:?}");
    assert_eq!(stage.posts("dan-05"), 1);
    stage.stop().await;
}

async fn a_head_who_posted_what_was_taken_back_is_told_to_say_so(store: Store) {
    let mut stage = start(store, &["05"]).await;
    let composed = send(&mut stage, &announcement("thon:05@residents")).await;
    stage.say("pct", "/thuhoi TB-2025-0001 nhầm ngày").await;
    stage.press("pct", "Thu hồi").await;
    let told = stage.private_chat("dan");
    assert!(told.contains("ĐÃ THU HỒI") && told.contains("báo lại trong nhóm"), "{told}");
    let said = stage.say("dan", "em đã đăng rồi ạ").await;
    assert!(said.contains("TB-2025-0001 ĐÃ THU HỒI") && said.contains("Nhóm dân Thôn 05"), "{said}");
    assert_eq!(stage.status(&composed).await.unwrap().relays.posted, 1, "what happened is kept");
    stage.stop().await;
}

async fn without_buttons_the_head_types_a_number_in_the_group_of_officials(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    close(&stage.core, &stage.commune, stage.org(), &["05", "06"]).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let lan = tx.person_by_code(&stage.commune, "lan").await.unwrap().unwrap();
    let act = Act { person_id: Some(lan.id), ..stage.core.act(&stage.commune) };
    compose::compose(&mut tx, &act, &announcement("thon:05,06@residents")).await.unwrap();
    tx.commit().await.unwrap();
    stage.settle().await;
    stage.say("pct", "21").await;
    let group = stage.group_chat("dieu-hanh-05");
    assert!(group.contains("Mời bà con") && group.contains("21. 📤 Đã đăng nhóm dân"), "{group}");
    // The account hears everything there; the number means what was offered in this group.
    stage.say_in("dan", "dieu-hanh-05", "21", None).await;
    stage.say_in("dong", "dieu-hanh-06", "thôn 6 đã đăng rồi ạ", None).await;
    let mut tx = stage.core.store.read().await.unwrap();
    let bulletin = tx.bulletin_by_code(&stage.commune, "TB-2025-0001").await.unwrap().unwrap();
    let relays = tx.relays_of_bulletin(&bulletin.id).await.unwrap();
    let posted: Vec<bool> = relays.iter().map(|relay| relay.posted_at.is_some()).collect();
    assert_eq!(posted, [true, true], "{}", stage.group_chat("dieu-hanh-05"));
    drop(tx);
    assert!(stage.group_chat("dieu-hanh-06").contains("Cảm ơn đồng chí"), "{}", stage.group_chat("dieu-hanh-06"));
    stage.stop().await;
}
