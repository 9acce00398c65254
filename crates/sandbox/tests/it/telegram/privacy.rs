//! What a bot hears in a group, with privacy mode on and off, as member and as admin.

use loa_sandbox::telegram::{BotSpec, GroupKind, NewUser};
use rstest::rstest;
use serde_json::json;

use super::Rig;

async fn texts(rig: &Rig) -> Vec<String> {
    let updates = rig.updates().await;
    updates.iter().filter_map(|u| u["message"]["text"].as_str().map(str::to_owned)).collect()
}

#[rstest]
#[case("bà con ơi mai họp thôn", false)]
#[case("/trangthai", false)]
#[case("/trangthai@loa_xa_bot VB-2025-0042", true)]
#[case("/trangthai@LOA_XA_BOT", true)]
#[case("/trangthai@other_bot", false)]
#[case("nhờ @loa_xa_bot xem giúp", true)]
#[case("nhờ @loa_xa_bota xem giúp", false)]
#[case("thư gửi a@loa_xa_bot", false)]
#[tokio::test]
async fn a_bot_in_privacy_mode_hears_only_what_is_meant_for_it(#[case] text: &str, #[case] heard: bool) {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.say(binh, chat, text, None).unwrap();
    assert_eq!(texts(&rig).await.len(), usize::from(heard), "{text}");
}

#[tokio::test]
async fn replies_to_the_bot_are_heard_and_replies_to_others_are_not() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let ours = rig.send(chat, "VB-2025-0042").await;
    let theirs = rig.people.say(binh, chat, "mai họp nhé", None).unwrap();
    rig.people.say(binh, chat, "da nhan", Some(ours)).unwrap();
    rig.people.say(binh, chat, "ok", Some(theirs)).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0]["message"]["text"], json!("da nhan"));
    assert_eq!(updates[0]["message"]["reply_to_message"]["message_id"], json!(ours));
    assert_eq!(updates[0]["message"]["reply_to_message"]["from"]["id"], json!(rig.bot()));
}

#[tokio::test]
async fn general_commands_reach_the_bot_that_wrote_last() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.say(binh, chat, "/trogiup", None).unwrap();
    rig.send(chat, "Chào bà con").await;
    rig.people.say(binh, chat, "/trangthai", None).unwrap();
    assert_eq!(texts(&rig).await, ["/trangthai"]);
}

#[tokio::test]
async fn an_admin_bot_and_a_bot_without_privacy_hear_everything() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.promote(chat, rig.bot()).unwrap();
    rig.people.say(binh, chat, "một", None).unwrap();
    rig.people.demote(chat, rig.bot()).unwrap();
    rig.people.say(binh, chat, "hai", None).unwrap();
    rig.people.set_reads_all(rig.bot(), true).unwrap();
    rig.people.say(binh, chat, "ba", None).unwrap();
    assert_eq!(texts(&rig).await, ["một", "ba"]);
    assert_eq!(rig.ok("getMe", json!({})).await["can_read_all_group_messages"], json!(true));
}

#[tokio::test]
async fn promotions_come_as_my_chat_member() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.promote(chat, rig.bot()).unwrap();
    let updates = rig.updates().await;
    let change = &updates[0]["my_chat_member"];
    assert_eq!(change["new_chat_member"]["status"], json!("administrator"));
    assert_eq!((change["chat"]["id"].as_i64(), change["from"]["id"].as_i64()), (Some(chat), Some(binh)));
}

#[tokio::test]
async fn adding_the_bot_gives_my_chat_member_and_a_service_message() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    let chat = rig.people.add_group(None, "Thôn 3", GroupKind::Group, &[lan]).unwrap();
    rig.people.join(chat, rig.bot(), Some(lan)).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates[0]["my_chat_member"]["old_chat_member"]["status"], json!("left"));
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], json!("member"));
    assert_eq!(updates[1]["message"]["new_chat_members"][0]["id"], json!(rig.bot()));
}

#[tokio::test]
async fn other_peoples_coming_and_going_is_a_service_message_and_chat_member_only_on_request() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    rig.people.promote(chat, rig.bot()).unwrap();
    rig.updates().await;
    let tam = rig.person("Tâm");
    rig.people.join(chat, tam, None).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0]["message"]["new_chat_members"][0]["first_name"], json!("Tâm"));
    rig.ok("getUpdates", json!({ "allowed_updates": ["chat_member", "message"] })).await;
    rig.people.leave(chat, tam).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates[0]["message"]["left_chat_member"]["id"], json!(tam));
    assert_eq!(updates[1]["chat_member"]["new_chat_member"]["status"], json!("left"));
}

#[tokio::test]
async fn bots_do_not_hear_each_other_or_themselves() {
    let other = BotSpec { username: "other_bot".to_owned(), reads_all: true, ..BotSpec::default() };
    let rig = Rig::with(|c| c.bots.push(other)).await;
    let (chat, _) = rig.group().await;
    let second = rig.people.bot_ids()[1];
    rig.people.join(chat, second, None).unwrap();
    rig.updates().await;
    let before = rig.people.pending_updates(second);
    rig.send(chat, "chào @other_bot").await;
    assert_eq!(rig.people.pending_updates(second), before);
    assert!(rig.updates().await.is_empty());
}

#[tokio::test]
async fn a_stranger_cannot_write_and_a_quiet_world_tells_nothing() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let stranger = rig.people.add_user(NewUser { id: Some(42), ..NewUser::named("Khách") }).unwrap();
    assert!(rig.people.say(stranger, chat, "cho tôi vào", None).is_err());
    rig.people.set_quiet(true);
    rig.people.say(binh, chat, "@loa_xa_bot", None).unwrap();
    rig.people.set_quiet(false);
    assert!(rig.updates().await.is_empty());
}
