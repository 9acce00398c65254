//! Messages to single persons (zalo-api.md B11).

use loa_sandbox::zalo_oa::{NewPerson, PrivateRules, Standing};
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, HOUR, Rig, file_message, text};

const CS: &str = "/v3.0/oa/message/cs";

fn to_person(person: &str, message: Value) -> Value {
    let mut body = json!({ "recipient": { "user_id": person } });
    body["message"] = message;
    body
}

async fn send(rig: &Rig, person: &str) -> i64 {
    rig.post(CS, to_person(person, json!({ "text": "Kính gửi" }))).await["error"].as_i64().unwrap()
}

/// A follower who has just written.
fn writer(rig: &Rig) -> String {
    let binh = rig.follower("Bình");
    rig.people.say_to_oa(&binh, "chào", None).unwrap();
    binh
}

#[tokio::test]
async fn a_person_who_wrote_can_be_answered() {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    let answer = rig.ok(CS, to_person(&binh, json!({ "text": "Kính gửi" }))).await;
    assert_eq!(answer["user_id"], json!(binh));
    let last = rig.people.private_messages(&binh).unwrap().pop().unwrap();
    assert_eq!((last.id, last.from, last.text.as_str()), (text(&answer["message_id"]), None, "Kính gửi"));
    rig.ok(CS, to_person(&binh, file_message(&rig.pdf().await))).await;
    assert_eq!(rig.err(CS, to_person("1", json!({ "text": "a" }))).await, -201);
}

#[tokio::test]
async fn who_never_wrote_or_does_not_follow_is_213() {
    let rig = Rig::new().await;
    let silent = rig.follower("Dung");
    assert_eq!(send(&rig, &silent).await, -213);
    let stranger = rig.people.add_person(NewPerson::stranger("Lạ")).unwrap();
    assert_eq!(send(&rig, &stranger).await, -213);
    let left = writer(&rig);
    rig.people.unfollow(&left).unwrap();
    assert_eq!(send(&rig, &left).await, -213);
    rig.people.follow(&left).unwrap();
    assert_eq!(send(&rig, &left).await, 0);
}

#[rstest]
#[case(Standing::Blocks, -217)]
#[case(Standing::Banned, -227)]
#[case(Standing::Open, 0)]
#[tokio::test]
async fn a_block_is_217_and_a_ban_227(#[case] standing: Standing, #[case] error: i64) {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    rig.people.set_standing(&binh, standing).unwrap();
    assert_eq!(send(&rig, &binh).await, error);
}

#[tokio::test]
async fn eight_messages_are_free_and_the_next_is_218_until_the_person_writes_again() {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    for _ in 0..8 {
        assert_eq!(send(&rig, &binh).await, 0);
    }
    assert_eq!(send(&rig, &binh).await, -218);
    rig.people.say_to_oa(&binh, "còn đây", None).unwrap();
    assert_eq!(send(&rig, &binh).await, 0);
}

#[tokio::test]
async fn after_48_hours_it_is_218_and_after_seven_days_230() {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    let mut errors = Vec::new();
    for ms in [48 * HOUR, 1, 5 * DAY - 1, 1] {
        rig.pass(ms);
        rig.people.replace_tokens();
        errors.push(send(&rig, &binh).await);
    }
    assert_eq!(errors, [0, -218, -218, -230]);
}

#[tokio::test]
async fn paid_messages_go_on_where_the_free_ones_end_but_not_past_seven_days() {
    let rig = Rig::with(|config| {
        config.private = PrivateRules { free_messages: 1, paid_messages: 2, ..PrivateRules::default() };
    })
    .await;
    let binh = writer(&rig);
    let mut errors = Vec::new();
    for _ in 0..4 {
        errors.push(send(&rig, &binh).await);
    }
    assert_eq!((errors, rig.people.counts().paid), (vec![0, 0, 0, -218], 2));
    rig.pass(7 * DAY + 1);
    rig.people.replace_tokens();
    assert_eq!(send(&rig, &binh).await, -230);
}

#[tokio::test]
async fn the_night_is_closed_to_promotions_only() {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    let promote = async || {
        let body = to_person(&binh, json!({ "text": "Khuyến mại" }));
        rig.post("/v3.0/oa/message/promotion", body).await["error"].clone()
    };
    let mut errors = Vec::new();
    // 07:30, 21:59, 22:00, 05:59, 06:00.
    for minutes in [0, 14 * 60 + 29, 1, 7 * 60 + 59, 1] {
        rig.pass(minutes * 60_000);
        errors.push(promote().await);
    }
    assert_eq!(errors, [0, 0, -234, -234, 0].map(|error| json!(error)));
    rig.pass(17 * HOUR);
    rig.people.replace_tokens();
    assert_eq!(send(&rig, &binh).await, 0);
}

#[tokio::test]
async fn a_private_message_may_quote_one_of_the_same_chat() {
    let rig = Rig::new().await;
    let binh = rig.follower("Bình");
    let asked = rig.people.say_to_oa(&binh, "họp khi nào?", None).unwrap();
    rig.ok(CS, to_person(&binh, json!({ "text": "7h30", "quote_message_id": asked }))).await;
    assert_eq!(rig.people.private_messages(&binh).unwrap().pop().unwrap().reply_to, Some(asked));
    let wrong = json!({ "text": "7h30", "quote_message_id": "1" });
    assert_eq!(rig.err(CS, to_person(&binh, wrong)).await, -201);
}

#[tokio::test]
async fn the_quota_of_messages_to_a_person_can_be_asked() {
    let rig = Rig::new().await;
    let binh = writer(&rig);
    send(&rig, &binh).await;
    let quota = rig.ok("/v3.0/oa/quota/message", json!({ "user_id": binh })).await;
    assert_eq!((&quota[0]["total"], &quota[0]["remain"]), (&json!(8), &json!(7)));
    assert_eq!(rig.err("/v3.0/oa/quota/message", json!({ "user_id": "1" })).await, -201);
}
