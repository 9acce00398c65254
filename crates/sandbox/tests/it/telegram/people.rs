//! Scripted people: who answers what, when, and that only the seed decides.

use loa_sandbox::people::{Deed, Manner, People, Performed, Persona, Share, cast, plan_reaction};
use loa_sandbox::telegram::{
    MessageView,
    seed::{SeedGroup, SeedPerson, SeedWorld, populate},
};
use rstest::rstest;
use serde_json::json;

use super::{MONDAY, Rig, ack_keyboard};

const CHAT: i64 = -1_001_234_567_890;

fn persona(user_id: i64, manner: Manner, delay_ms: i64) -> Persona {
    Persona { user_id, chat_id: CHAT, place: "Thôn 3".to_owned(), manner, delay_ms }
}

/// A rig whose group holds the bot and `n` heads with ids from 1.
async fn commune(n: i64) -> Rig {
    let rig = Rig::new().await;
    let head =
        |user_id| SeedPerson { user_id, first_name: format!("Trưởng thôn {user_id}"), ..SeedPerson::default() };
    let group = SeedGroup {
        chat_id: CHAT,
        title: "Nhóm Trưởng thôn".to_owned(),
        kind: loa_sandbox::telegram::GroupKind::Supergroup,
        members: (1..=n).collect(),
        bot: true,
        bot_is_admin: false,
    };
    populate(&rig.people, &SeedWorld { people: (1..=n).map(head).collect(), groups: vec![group] }, true).unwrap();
    rig
}

async fn broadcast(rig: &Rig, text: &str) -> MessageView {
    let body = json!({ "chat_id": CHAT, "text": text, "reply_markup": ack_keyboard("ack") });
    let id = rig.ok("sendMessage", body).await["message_id"].as_i64().unwrap();
    rig.people.message(CHAT, id).unwrap()
}

fn deeds(performed: &[Performed]) -> Vec<String> {
    let line = |p: &Performed| match &p.reaction.deed {
        Deed::Press(b) => format!("{} press {b}", p.reaction.user_id),
        Deed::Reply(t) => format!("{} reply {t}", p.reaction.user_id),
        Deed::Plain(t) => format!("{} plain {t}", p.reaction.user_id),
    };
    performed.iter().map(line).collect()
}

#[tokio::test]
async fn people_answer_when_due_in_their_own_manner() {
    let rig = commune(4).await;
    let crowd = vec![
        persona(1, Manner::PressButton, 60_000),
        persona(2, Manner::ReplyStrong, 30_000),
        persona(3, Manner::Silent, 1),
        persona(4, Manner::Late, 3_600_000),
    ];
    let mut people = People::new(rig.people.clone(), crowd);
    assert_eq!(people.next_due(), None);
    let message = broadcast(&rig, "VB-2025-0042").await;
    assert_eq!(people.next_due(), Some(MONDAY + 30_000));
    assert!(people.tick(MONDAY + 29_999).is_empty());
    let first = people.tick(MONDAY + 60_000);
    assert_eq!(first.iter().map(|p| p.reaction.user_id).collect::<Vec<_>>(), [2, 1]);
    assert!(first.iter().all(|p| p.refused.is_none()));
    assert_eq!(people.next_due(), Some(MONDAY + 3_600_000));
    let late = people.tick(i64::MAX);
    assert!(
        matches!(&late[0].reaction.deed, Deed::Reply(t) if t.starts_with("Xin lỗi") && t.contains("Thôn 3 đã nhận"))
    );
    assert_eq!(people.next_due(), None);
    let heard: Vec<_> = rig.updates().await.iter().map(|u| u["callback_query"]["data"].is_string()).collect();
    assert_eq!(heard, [false, true, false], "replies and press reach a bot in privacy mode");
    assert_eq!(rig.people.presses(CHAT).unwrap()[0].message, message.id);
}

#[tokio::test]
async fn a_reminder_of_what_was_answered_leaves_people_cold_and_a_correction_does_not() {
    let rig = commune(1).await;
    let mut people = People::new(rig.people.clone(), vec![persona(1, Manner::ReplyNoAccents, 1)]);
    for (text, answers) in [
        ("Mã: VB-2025-0042", 1),
        ("NHẮC: VB-2025-0042 chưa xác nhận", 0),
        ("ĐÍNH CHÍNH VB-2025-0042 (lần 1)", 1),
        ("Mã: VB-2025-0042.2", 1),
        ("Mã: TB-2025-0107", 1),
    ] {
        broadcast(&rig, text).await;
        assert_eq!(people.tick(i64::MAX).len(), answers, "{text}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers_however_the_ticks_fall() {
    let rig = commune(24).await;
    let crowd: Vec<_> = (1..=24).map(|n| (n, CHAT, format!("Thôn {n}"))).collect();
    let (mut fine, mut coarse) = (Vec::new(), Vec::new());
    let mut stepwise = People::new(rig.people.clone(), cast(7, &crowd, &Share::COMMUNE));
    let mut at_once = People::new(rig.people.clone(), cast(7, &crowd, &Share::COMMUNE));
    broadcast(&rig, "VB-2025-0042").await;
    while let Some(due) = stepwise.next_due() {
        fine.extend(stepwise.tick(due));
    }
    coarse.extend(at_once.tick(i64::MAX));
    assert_eq!(deeds(&fine), deeds(&coarse));
    assert!((12..=24).contains(&fine.len()), "{}", fine.len());
    let other = cast(8, &crowd, &Share::COMMUNE);
    assert_ne!(cast(7, &crowd, &Share::COMMUNE), other);
    assert_eq!(
        cast(7, &crowd[5..6], &Share::COMMUNE)[0],
        cast(7, &crowd, &Share::COMMUNE)[5],
        "a person's part is their own"
    );
}

#[rstest]
#[case("👉 Bấm \"✅ Đã nhận\" hoặc trả lời tin này: Đã nhận", true)]
#[case("De nghi phan hoi: DA NHAN", true)]
#[case("Đã nhận: 12/24 thôn", false)]
#[case("Mai họp thôn", false)]
#[tokio::test]
async fn a_text_without_buttons_asks_only_when_it_says_so(#[case] text: &str, #[case] asks: bool) {
    let rig = commune(1).await;
    let id = rig.send(CHAT, text).await;
    let message = rig.people.message(CHAT, id).unwrap();
    let planned = plan_reaction(&persona(1, Manner::PressButton, 5), &message.clone().into(), None);
    assert_eq!(planned.is_some(), asks);
    if let Some(reaction) = planned {
        assert!(matches!(reaction.deed, Deed::Reply(_)), "nothing to press, so it is written");
    }
}

#[tokio::test]
async fn people_react_to_bots_in_their_own_group_only_and_say_why_they_could_not() {
    let rig = commune(2).await;
    rig.people.say(2, CHAT, "trả lời: đã nhận nhé", None).unwrap();
    let elsewhere = Persona { chat_id: CHAT - 1, ..persona(1, Manner::WeakReply, 0) };
    let mut people = People::new(
        rig.people.clone(),
        vec![elsewhere, persona(1, Manner::WeakReply, 0), persona(2, Manner::Negative, 0)],
    );
    assert!(people.tick(i64::MAX).is_empty());
    broadcast(&rig, "VB-2025-0042").await;
    rig.people.leave(CHAT, 1).unwrap();
    let performed = people.tick(i64::MAX);
    assert_eq!(performed.iter().map(|p| p.refused.is_some()).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn people_follow_their_group_when_it_is_upgraded() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group_of(loa_sandbox::telegram::GroupKind::Group).await;
    let crowd = vec![Persona { chat_id: chat, ..persona(binh, Manner::PressButton, 0) }];
    let mut people = People::new(rig.people.clone(), crowd);
    let new = rig.people.migrate(chat).unwrap();
    rig.ok("sendMessage", json!({ "chat_id": new, "text": "VB-2025-0042", "reply_markup": ack_keyboard("a") })).await;
    assert_eq!(people.tick(i64::MAX)[0].reaction.chat_id, new);
}

#[tokio::test]
async fn a_quiet_seeding_is_not_told_and_a_loud_one_is() {
    for (quiet, told) in [(true, 0), (false, 2)] {
        let rig = Rig::new().await;
        let world = SeedWorld {
            people: vec![SeedPerson {
                user_id: 9,
                first_name: "Lan".to_owned(),
                started: true,
                ..SeedPerson::default()
            }],
            groups: Vec::new(),
        };
        populate(&rig.people, &world, quiet).unwrap();
        let group = SeedGroup {
            chat_id: CHAT,
            title: "a".to_owned(),
            kind: loa_sandbox::telegram::GroupKind::Supergroup,
            members: vec![9],
            bot: true,
            bot_is_admin: true,
        };
        assert_eq!(rig.updates().await.len(), told / 2);
        populate(&rig.people, &SeedWorld { people: Vec::new(), groups: vec![group] }, quiet).unwrap();
        assert_eq!(rig.updates().await.len(), if quiet { 0 } else { 3 });
        rig.send(9, "chào").await;
    }
}
