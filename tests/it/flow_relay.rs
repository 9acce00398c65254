//! "Thôn tự đăng": a residents' group that the service cannot enter, and a head who passes things on by hand.

use std::sync::Arc;

use loa::domain::bulletin::{Kind, Public};
use loa::domain::org::import::{Group, OrgFile, parse_toml};
use loa::domain::urgency::Urgency;
use loa::engine::Core;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::Act;
use loa::usecase::compose::{self, Composed, Draft};
use loa::usecase::status::{self, BroadcastStatus, Window};
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::{act_of, approve, compose, draft};
use crate::oa_rig::OaRig;
use crate::rig::{Rig, at, import_org};

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
    without_buttons_the_head_types_a_number_in_the_group_of_officials,
);

/// The commune with the residents' groups of these villages out of reach.
async fn start(store: Store, villages: &[&str]) -> Rig {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    close(&rig.core, &rig.commune, &rig.world.org, villages).await;
    rig.settle().await;
    rig
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

async fn send(rig: &mut Rig, draft: &Draft) -> Composed {
    let composed = compose(rig, draft).await;
    approve(rig, "pct", &composed).await.unwrap();
    rig.settle().await;
    composed
}

async fn standing(rig: &Rig, composed: &Composed) -> BroadcastStatus {
    let act = act_of(rig, "lan").await;
    let mut tx = rig.core.store.read().await.unwrap();
    let status = status::of_bulletin(&mut tx, &act, &composed.bulletin).await.unwrap();
    status.broadcasts.into_iter().next_back().unwrap()
}

async fn a_head_gets_the_text_in_private_passes_it_on_and_says_so(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let card = compose(&rig, &announcement("thon:03,05@residents")).await;
    approve(&rig, "pct", &card).await.unwrap();
    rig.settle().await;
    assert!(rig.group_chat("dan-03").contains("Mời bà con"), "{}", rig.group_chat("dan-03"));
    assert_eq!(rig.posts("dan-05"), 0, "the service is not in that group");
    let private = rig.private_chat("dan");
    assert!(private.contains("Mời bà con") && private.contains("Kính gửi bà con"), "{private}");
    assert!(private.contains("chuyển tiếp tin trên") && private.contains("Nhóm dân Thôn 05"), "{private}");
    let thanks = rig.press("dan", "📤 Đã đăng nhóm dân").await;
    let broadcast = standing(&rig, &card).await;
    assert_eq!((broadcast.relays.asked, broadcast.relays.posted), (1, 1), "{thanks}");
    rig.press("dan", "📤 Đã đăng nhóm dân").await;
    assert_eq!(standing(&rig, &card).await.relays.posted, 1);
    rig.stop().await;
}

async fn what_heads_pass_on_stands_beside_what_was_sent_to_groups(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let composed = send(&mut rig, &announcement("thon:03,05@residents")).await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.counts.sent, broadcast.counts.total()), (1, 1));
    assert_eq!(broadcast.deliveries.len(), 2);
    let said = rig.say("lan", "/trangthai TB-2025-0001").await;
    assert!(
        said.contains("Đã gửi 1/1 nhóm") && said.contains("Thôn tự đăng: đã đăng 0/1; chưa báo: Thôn 05"),
        "{said}"
    );
    let act = act_of(&rig, "lan").await;
    let mut tx = rig.core.store.read().await.unwrap();
    let stats = status::overall(&mut tx, &act, Window::ALL).await.unwrap();
    assert_eq!((stats.deliveries.sent, stats.relays.asked, stats.relays.posted), (1, 1, 0));
    drop(tx);
    let listed = rig.say("quan", "/nhom thôn 05").await;
    assert!(listed.contains("thôn tự đăng"), "{listed}");
    rig.stop().await;
}

async fn who_does_not_say_so_is_reminded_once_and_then_the_composer_is_told(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let urgent = Draft {
        kind: Kind::Urgent,
        urgency: Urgency::Express,
        marks: Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() },
        ..announcement("thon:03,05@residents")
    };
    send(&mut rig, &urgent).await;
    rig.pass_to(at(2025, 7, 28, 8, 29)).await;
    assert!(!rig.private_chat("dan").contains("đã chuyển tiếp vào"), "not before its time");
    rig.pass_to(at(2025, 7, 28, 8, 31)).await;
    assert_eq!(rig.private_chat("dan").matches("đồng chí đã chuyển tiếp vào").count(), 1);
    assert!(!rig.private_chat("lan").contains("chưa được báo là đã đăng"));
    rig.pass_to(at(2025, 7, 28, 12, 0)).await;
    assert_eq!(rig.private_chat("dan").matches("đồng chí đã chuyển tiếp vào").count(), 1);
    let told = rig.private_chat("lan");
    assert_eq!(told.matches("Nhóm dân Thôn 05 chưa được báo là đã đăng (Thôn 05").count(), 1, "{told}");
    rig.stop().await;
}

async fn the_words_say_it_as_the_button_does_and_only_the_head_may(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let composed = send(&mut rig, &announcement("thon:05@residents")).await;
    // Another head has nothing to pass on.
    rig.say("binh", "Đã đăng").await;
    assert_eq!(standing(&rig, &composed).await.relays.posted, 0);
    let thanks = rig.say("dan", "dạ em đã đăng nhóm dân rồi ạ").await;
    assert!(thanks.contains("Đã ghi: TB-2025-0001 đã đăng ở Nhóm dân Thôn 05"), "{thanks}");
    assert_eq!(standing(&rig, &composed).await.relays.posted, 1);
    rig.stop().await;
}

async fn a_head_of_two_villages_is_asked_once_for_both(store: Store) {
    let mut rig = start(store, &["07", "08"]).await;
    let composed = send(&mut rig, &announcement("thon:07,08@residents")).await;
    let private = rig.private_chat("giang");
    assert_eq!(private.matches("Mời bà con").count(), 1, "{private}");
    assert!(private.contains("Nhóm dân Thôn 07, Nhóm dân Thôn 08"), "{private}");
    rig.press("giang", "📤 Đã đăng nhóm dân").await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.deliveries.len(), broadcast.relays.asked, broadcast.relays.posted), (1, 2, 2));
    rig.stop().await;
}

async fn a_head_who_cannot_be_written_to_is_asked_in_the_group_of_officials(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let account = rig.world.account("dan").unwrap().to_string();
    let mut tx = rig.core.store.begin().await.unwrap();
    let chat = tx.chat_by_external("telegram", &account).await.unwrap().unwrap();
    tx.set_chat_state(&chat.id, loa::store::binding::ChatState::Suspended, Some("private_closed")).await.unwrap();
    tx.commit().await.unwrap();
    // The same group also gets the bulletin itself: what is to be passed on comes first, the question for an answer last.
    let both = Draft { audience: "thon:05@cadre + thon:05@residents".to_owned(), ..draft() };
    let composed = send(&mut rig, &both).await;
    let group = rig.group_chat("dieu-hanh-05");
    let (request, ask) = (group.find("chuyển tiếp tin trên").unwrap(), group.find("✅ Đã nhận").unwrap());
    assert!(request < ask, "{group}");
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.counts.sent, broadcast.deliveries.len(), broadcast.relays.asked), (1, 1, 1));
    let (head, chat) = (rig.world.account("dan").unwrap(), rig.world.chat("dieu-hanh-05").unwrap());
    rig.handle().press(head, chat, None, "✅ Đã nhận").unwrap();
    rig.handle().press(head, chat, None, "📤 Đã đăng nhóm dân").unwrap();
    rig.settle().await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.acknowledgements.acknowledged, broadcast.relays.posted), (1, 1));
    rig.stop().await;
}

async fn a_group_that_is_passed_on_to_by_hand_is_never_bound(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let refused = rig.say("quan", "/ganhom dan-05").await;
    assert!(refused.contains("do trưởng thôn tự đăng"), "{refused}");
    rig.stop().await;
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
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let mut org = rig.world.org.clone();
    let mut spare = org.groups.iter().find(|group| group.code == "dan-05").unwrap().clone();
    (spare.code, spare.rank, spare.relay, spare.chat) = ("dan-05-tay".to_owned(), 2, true, None);
    org.groups.push(spare);
    import_org(&rig.core, &org).await;
    rig.settle().await;
    let chat = rig.world.chat("dan-05").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = send(&mut rig, &announcement("thon:03,05@residents")).await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.counts.sent, broadcast.counts.replaced, broadcast.relays.asked), (1, 1, 1));
    assert!(rig.private_chat("dan").contains("chuyển tiếp tin trên"), "{}", rig.private_chat("dan"));
    rig.stop().await;
}

async fn one_head_stands_in_for_a_group_of_two_villages(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let mut org = rig.world.org.clone();
    org.groups.retain(|group| group.code != "dan-08");
    let common = org.groups.iter_mut().find(|group| group.code == "dan-07").unwrap();
    common.covers.push("thon-08".to_owned());
    let common = common.clone();
    for village in ["07", "08"] {
        let (code, covers) = (format!("dan-{village}-tay"), vec![format!("thon-{village}")]);
        let name = format!("Nhóm dân Thôn {village} (tự đăng)");
        org.groups.push(Group { code, name, covers, rank: 2, relay: true, chat: None, ..common.clone() });
    }
    let mut tx = rig.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&rig.commune, "dan-08").await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();
    import_org(&rig.core, &org).await;
    rig.settle().await;
    let chat = rig.world.chat("dan-07").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    let composed = send(&mut rig, &announcement("thon:07,08@residents")).await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.relays.asked, broadcast.deliveries.len()), (2, 2), "{}", rig.private_chat("giang"));
    assert_eq!(rig.private_chat("giang").matches("Mời bà con").count(), 1, "{}", rig.private_chat("giang"));
    rig.stop().await;
}

async fn what_another_group_got_is_not_to_be_passed_on_any_more(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 8, 0)).await;
    let mut org = rig.world.org.clone();
    let bound = org.groups.iter_mut().find(|group| group.code == "dan-05").unwrap();
    bound.rank = 2;
    let bound = bound.clone();
    org.groups.push(Group { code: "dan-05-tay".to_owned(), rank: 1, relay: true, chat: None, ..bound });
    import_org(&rig.core, &org).await;
    rig.settle().await;
    // The head has closed the private chat, and the group of officials is lost at that very moment.
    rig.handle().set_blocked(rig.world.account("dan").unwrap(), None, true).unwrap();
    let officials = rig.world.chat("dieu-hanh-05").unwrap();
    rig.handle().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(officials));
    let composed = send(&mut rig, &announcement("thon:05@residents")).await;
    let broadcast = standing(&rig, &composed).await;
    assert_eq!((broadcast.counts.sent, broadcast.relays.asked), (1, 0), "{broadcast:?}");
    assert_eq!(rig.posts("dan-05"), 1);
    rig.stop().await;
}

async fn a_head_who_posted_what_was_taken_back_is_told_to_say_so(store: Store) {
    let mut rig = start(store, &["05"]).await;
    let composed = send(&mut rig, &announcement("thon:05@residents")).await;
    rig.say("pct", "/thuhoi TB-2025-0001 nhầm ngày").await;
    rig.press("pct", "Thu hồi").await;
    let told = rig.private_chat("dan");
    assert!(told.contains("ĐÃ THU HỒI") && told.contains("báo lại trong nhóm"), "{told}");
    let said = rig.say("dan", "em đã đăng rồi ạ").await;
    assert!(said.contains("TB-2025-0001 ĐÃ THU HỒI") && said.contains("Nhóm dân Thôn 05"), "{said}");
    assert_eq!(standing(&rig, &composed).await.relays.posted, 1, "what happened is kept");
    rig.stop().await;
}

async fn without_buttons_the_head_types_a_number_in_the_group_of_officials(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 7, 28, 8, 0)).await;
    close(&rig.core, &rig.commune, &rig.places.org, &["05", "06"]).await;
    let mut tx = rig.core.store.begin().await.unwrap();
    let lan = tx.person_by_code(&rig.commune, "lan").await.unwrap().unwrap();
    let act = Act { person_id: Some(lan.id), ..rig.core.act(&rig.commune) };
    compose::compose(&mut tx, &act, &announcement("thon:05,06@residents")).await.unwrap();
    tx.commit().await.unwrap();
    rig.settle().await;
    rig.say("pct", "21").await;
    let group = rig.group_chat("dieu-hanh-05");
    assert!(group.contains("Mời bà con") && group.contains("21. 📤 Đã đăng nhóm dân"), "{group}");
    // The account hears everything there; the number means what was offered in this group.
    rig.say_in("dan", "dieu-hanh-05", "21", None).await;
    rig.say_in("dong", "dieu-hanh-06", "thôn 6 đã đăng rồi ạ", None).await;
    let mut tx = rig.core.store.read().await.unwrap();
    let bulletin = tx.bulletin_by_code(&rig.commune, "TB-2025-0001").await.unwrap().unwrap();
    let relays = tx.relays_of_bulletin(&bulletin.id).await.unwrap();
    let posted: Vec<bool> = relays.iter().map(|relay| relay.posted_at.is_some()).collect();
    assert_eq!(posted, [true, true], "{}", rig.group_chat("dieu-hanh-05"));
    drop(tx);
    assert!(rig.group_chat("dieu-hanh-06").contains("Cảm ơn đồng chí"), "{}", rig.group_chat("dieu-hanh-06"));
    rig.stop().await;
}
