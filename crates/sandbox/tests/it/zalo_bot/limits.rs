//! What the free plan allows, and how it says no.

use loa_sandbox::zalo_bot::{ZaloBotControlError, ZaloBotLimits};
use serde_json::{Value, json};

use super::{MONDAY, Rig};

const DAY: i64 = 86_400_000;

async fn limited(limits: ZaloBotLimits) -> Rig {
    Rig::with(|config| config.limits = Some(limits)).await
}

fn text(chat: &str) -> Value {
    json!({ "chat_id": chat, "text": "a" })
}

#[tokio::test]
async fn the_plan_has_room_for_three_groups() {
    let rig = limited(ZaloBotLimits::BASIC).await;
    let groups: Vec<String> = (0..3).map(|_| rig.group().0).collect();
    let fourth = rig.people.add_group(None, "Nhóm thứ tư", &[]).unwrap();
    assert_eq!(rig.people.add_bot(&fourth), Err(ZaloBotControlError::GroupsFull(3)));
    rig.people.add_bot(&groups[0]).unwrap();
    rig.people.remove_bot(&groups[0]).unwrap();
    rig.people.add_bot(&fourth).unwrap();
}

#[tokio::test]
async fn the_plan_has_room_for_the_first_people_who_write() {
    let rig = limited(ZaloBotLimits { people: 2, ..ZaloBotLimits::BASIC }).await;
    let people: Vec<String> = (0..3).map(|n| rig.people.add_person(None, &format!("Mẫu {n}")).unwrap()).collect();
    for person in &people {
        rig.people.say(person, "bot", "chào", None).unwrap();
    }
    let heard: Vec<Value> = rig.updates().await.iter().map(|update| update["message"]["from"]["id"].clone()).collect();
    assert_eq!(heard, [json!(people[0]), json!(people[1])], "the third is not heard");
    rig.send(&people[1], "chào").await;
    assert_eq!(rig.err("sendMessage", text(&people[2])).await, 429);
}

#[tokio::test]
async fn a_month_has_so_many_messages_and_the_next_one_begins_at_home() {
    let rig = limited(ZaloBotLimits { monthly: 2, ..ZaloBotLimits::BASIC }).await;
    let (chat, ..) = rig.group();
    rig.send(&chat, "một").await;
    rig.send(&chat, "hai").await;
    assert_eq!(rig.err("sendMessage", text(&chat)).await, 429);
    assert_eq!(rig.err("sendSticker", json!({ "chat_id": chat, "sticker": "s" })).await, 429);
    rig.ok("sendChatAction", json!({ "chat_id": chat, "action": "typing" })).await;
    assert_eq!((rig.people.counts().quota_used, rig.people.counts().refused[&429]), (2, 2));
    // 31 July, 23:59 in Việt Nam; one minute later it is August there, and still July in UTC.
    let last_minute = MONDAY + 3 * DAY + (16 * 60 + 29) * 60_000;
    rig.pass(last_minute - MONDAY);
    assert_eq!(rig.err("sendMessage", text(&chat)).await, 429);
    rig.pass(60_000);
    rig.send(&chat, "tháng tám").await;
    assert_eq!(rig.people.counts().quota_used, 1);
    assert_eq!(rig.people.counts().sent[&chat], 3);
}

#[tokio::test]
async fn what_was_used_before_can_be_said() {
    let rig = limited(ZaloBotLimits::BASIC).await;
    let (chat, ..) = rig.group();
    rig.people.set_quota_used(2_999);
    rig.send(&chat, "tin cuối").await;
    assert_eq!(rig.err("sendMessage", text(&chat)).await, 429);
    rig.people.set_limits(None);
    rig.send(&chat, "không giới hạn").await;
}

#[tokio::test]
async fn what_is_heard_counts_too_where_the_platform_counts_so() {
    for (count_heard, used) in [(false, 1), (true, 2)] {
        let rig = limited(ZaloBotLimits { count_heard, ..ZaloBotLimits::BASIC }).await;
        let (chat, binh, _) = rig.group();
        rig.people.mention(&binh, &chat, "alo").unwrap();
        rig.people.say(&binh, &chat, "không ai nghe", None).unwrap();
        rig.send(&chat, "a").await;
        assert_eq!(rig.people.counts().quota_used, used);
    }
}

#[tokio::test]
async fn a_rate_that_nobody_publishes_can_be_played() {
    let rig = limited(ZaloBotLimits { per_second: Some(2), ..ZaloBotLimits::BASIC }).await;
    let (chat, ..) = rig.group();
    rig.send(&chat, "một").await;
    rig.send(&chat, "hai").await;
    assert_eq!(rig.err("sendMessage", text(&chat)).await, 429);
    rig.pass(1_000);
    rig.send(&chat, "ba").await;
}

#[tokio::test]
async fn a_voice_that_vanishes_costs_a_message_all_the_same() {
    let rig = limited(ZaloBotLimits::BASIC).await;
    let (chat, ..) = rig.group();
    rig.ok("sendVoice", json!({ "chat_id": chat, "voice_url": "https://loa.example/a.aac" })).await;
    assert_eq!(rig.people.counts().quota_used, 1);
}
