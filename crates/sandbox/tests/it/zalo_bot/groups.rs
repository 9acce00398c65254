//! What the bot hears: everything in private, in a group only what is meant for it, and never what was quoted.

use loa_sandbox::zalo_bot::FieldNames;
use rstest::rstest;
use serde_json::{Value, json};

use super::{MONDAY, PNG, Rig};

fn names(updates: &[Value]) -> Vec<&str> {
    updates.iter().map(|update| update["event_name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_existing_group_gets_a_greeting_and_its_id_is_learned_from_a_mention_only() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    assert!(rig.updates().await.is_empty(), "nothing tells the bot that it was added");
    let shown = rig.people.show(&chat).unwrap();
    assert!(shown.contains("Bot Xã Mẫu 🤖\n    Xin chào cả nhà"), "{shown}");
    assert_eq!(rig.people.counts().quota_used, 0, "the greeting is the platform's");
    rig.people.mention(&binh, &chat, "/nhom").unwrap();
    let update = rig.updates().await.remove(0);
    assert!(chat.starts_with("zgr-"));
    assert_eq!(update["message"]["chat"], json!({ "id": chat, "chat_type": "GROUP" }));
}

#[tokio::test]
async fn a_mention_looks_as_it_was_captured() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    let id = rig.people.mention(&binh, &chat, "đã nhận K7F2").unwrap();
    let expected = json!({
        "event_name": "message.text.received",
        "message": {
            "message_id": id,
            "date": MONDAY,
            "from": { "id": binh, "display_name": "Mẫu Văn Bình", "is_bot": false },
            "chat": { "id": chat, "chat_type": "GROUP" },
            "text": "@Bot Xã Mẫu đã nhận K7F2",
        },
    });
    assert_eq!(rig.updates().await, [expected]);
    assert!(binh.len() == 20 && binh.bytes().all(|b| b.is_ascii_hexdigit()), "{binh}");
}

#[rstest]
#[case::whole_name("@Bot Xã Mẫu đã nhận", true)]
#[case::in_the_middle("đã nhận nhé @Bot Xã Mẫu ạ", true)]
#[case::half_a_name("@Bot Xã đã nhận", false)]
#[case::no_at("Bot Xã Mẫu đã nhận", false)]
#[case::lower_case("@bot xã mẫu đã nhận", false)]
#[case::a_command("/trangthai", false)]
#[case::a_plain_answer("đã nhận", false)]
#[tokio::test]
async fn in_a_group_a_text_is_heard_by_the_whole_name_only(#[case] text: &str, #[case] heard: bool) {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    rig.people.say(&binh, &chat, text, None).unwrap();
    assert_eq!(rig.updates().await.len(), usize::from(heard));
}

#[tokio::test]
async fn a_reply_to_the_bot_is_heard_without_saying_to_which_message() {
    let rig = Rig::new().await;
    let (chat, binh, lan) = rig.group();
    let broadcast = rig.send(&chat, "VB-2025-0042").await;
    let of_binh = rig.people.say(&binh, &chat, "đã nhận", Some(&broadcast)).unwrap();
    rig.people.say(&lan, &chat, "tôi cũng thế", Some(&of_binh)).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates.len(), 1, "a reply to a person is not heard");
    assert!(!updates[0].to_string().contains(&broadcast), "{}", updates[0]);
    assert!(rig.people.show(&chat).unwrap().contains("↩ Bot Xã Mẫu: VB-2025-0042"));
}

#[tokio::test]
async fn a_reply_to_the_greeting_is_heard_too() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    let greeting = rig.people.messages(&chat).unwrap().into_iter().find(|m| m.from_bot).unwrap().id;
    rig.people.say(&binh, &chat, "chào bot", Some(&greeting)).unwrap();
    assert_eq!(rig.updates().await.len(), 1);
}

#[tokio::test]
async fn everything_in_private_is_heard_and_the_chat_is_the_person() {
    let rig = Rig::new().await;
    let lan = rig.people.add_person(None, "Mẫu Thị Lan").unwrap();
    rig.people.say(&lan, "bot", "ok", None).unwrap();
    rig.people.send_sticker(&lan, "bot", "s1", None).unwrap();
    rig.people.send_voice(&lan, "bot", None).unwrap();
    rig.people.send_file(&lan, "bot", "CV-12.pdf", 1_000, None).unwrap();
    let updates = rig.updates().await;
    let expected = ["text", "sticker", "voice", "unsupported"].map(|kind| format!("message.{kind}.received"));
    assert_eq!(names(&updates), expected);
    assert!(updates.iter().all(|u| u["message"]["chat"] == json!({ "id": lan, "chat_type": "PRIVATE" })));
    assert_eq!(updates[1]["message"]["sticker"], json!("s1"));
    let voice = &updates[2]["message"];
    assert_eq!(voice["message_type"], json!("CHAT_VOICE"));
    assert_eq!(voice["voice_url"].as_str().unwrap().rsplit('.').next(), Some("aac"));
    assert!(!updates[3].to_string().contains("CV-12"), "a file is withheld: {}", updates[3]);
}

#[rstest]
#[case::live(FieldNames::Live, "photo_url", json!("CHAT_PHOTO"))]
#[case::documented(FieldNames::Documented, "photo", Value::Null)]
#[tokio::test]
async fn an_image_carries_its_address_under_either_name(
    #[case] fields: FieldNames,
    #[case] name: &str,
    #[case] kind: Value,
) {
    let rig = Rig::with(|config| config.quirks.fields = fields).await;
    let lan = rig.people.add_person(None, "Lan").unwrap();
    rig.people.send_photo(&lan, "bot", PNG.to_vec(), Some("pano"), None).unwrap();
    let update = rig.updates().await.remove(0);
    assert_eq!(update["event_name"], json!("message.image.received"));
    let message = &update["message"];
    assert_eq!((&message["caption"], &message["message_type"]), (&json!("pano"), &kind));
    let got = rig.http.get(message[name].as_str().unwrap()).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), PNG, "it is downloaded without a token");
    let gone = rig.http.get(format!("{}/media/0.jpg", rig.sandbox.base_url())).send().await.unwrap();
    assert_eq!(gone.status().as_u16(), 404);
}

#[tokio::test]
async fn in_a_group_an_image_is_heard_with_a_mention_in_its_caption_or_as_a_reply() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    let broadcast = rig.send(&chat, "VB-2025-0042").await;
    let picture = |caption, reply| rig.people.send_photo(&binh, &chat, PNG.to_vec(), caption, reply).unwrap();
    picture(None, None);
    picture(Some("pano đây"), None);
    assert!(rig.updates().await.is_empty());
    picture(Some("@Bot Xã Mẫu pano đây"), None);
    picture(None, Some(&broadcast));
    assert_eq!(names(&rig.updates().await), ["message.image.received"; 2]);
}

#[tokio::test]
async fn in_a_group_stickers_voices_and_files_are_heard_as_replies_only() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    let broadcast = rig.send(&chat, "VB-2025-0042").await;
    for reply in [None, Some(broadcast.as_str())] {
        rig.people.send_sticker(&binh, &chat, "s1", reply).unwrap();
        rig.people.send_voice(&binh, &chat, reply).unwrap();
        // The name of a file is not its text: a mention there means nothing.
        rig.people.send_file(&binh, &chat, "@Bot Xã Mẫu.pdf", 9, reply).unwrap();
        assert_eq!(rig.updates().await.len(), if reply.is_some() { 3 } else { 0 });
    }
}

#[tokio::test]
async fn what_a_protected_person_writes_is_withheld() {
    let rig = Rig::new().await;
    let (chat, binh, _) = rig.group();
    rig.people.protect(&binh, true).unwrap();
    rig.people.mention(&binh, &chat, "đã nhận").unwrap();
    let update = rig.updates().await.remove(0);
    assert_eq!(update["event_name"], json!("message.unsupported.received"));
    assert_eq!(update["message"]["text"], Value::Null);
    assert_eq!(update["message"]["from"]["id"], json!(binh));
}

#[tokio::test]
async fn nothing_is_told_of_people_who_come_and_go_or_of_the_bots_removal() {
    let rig = Rig::new().await;
    let (chat, binh, lan) = rig.group();
    rig.people.leave(&chat, &lan).unwrap();
    rig.people.join(&chat, &lan).unwrap();
    rig.people.remove_bot(&chat).unwrap();
    rig.people.mention(&binh, &chat, "còn đó không").unwrap();
    assert!(rig.updates().await.is_empty());
    assert!(rig.people.show(&chat).unwrap().contains("Bot Xã Mẫu bị đưa ra khỏi nhóm"));
    rig.people.add_bot(&chat).unwrap();
    rig.people.mention(&binh, &chat, "còn đó không").unwrap();
    assert_eq!(rig.updates().await.len(), 1);
}

#[tokio::test]
async fn a_group_is_written_to_by_its_id_whenever_the_bot_wants() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    rig.pass(30 * 86_400_000);
    let id = rig.send(&chat, "sau một tháng").await;
    assert_eq!(rig.people.messages(&chat).unwrap().last().unwrap().id, id);
}
