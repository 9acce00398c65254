//! The same script of a person's acts on every platform, through the one trait that all of them have.

use loa_sandbox::zalo_oa::NewPerson;
use loa_sandbox::{Act, Deed, Stand};
use serde_json::json;

use crate::{telegram, zalo_bot, zalo_oa};

/// A person talks to the bot or account, sends a file, and is read.
fn talk(stand: &dyn Stand, person: &str, place: &str) {
    let said = stand.act(&Act::say(person, "bot", "xin chào")).unwrap();
    assert_eq!(said.unheard, None);
    let bytes = b"%PDF-1.4".to_vec();
    let file = Deed::SendFile { name: "van-ban.pdf".to_owned(), bytes, caption: None };
    stand.act(&Act::new(person, "bot", file)).unwrap();
    stand.act(&Act::say(person, place, "đã nhận")).unwrap();
    let seen = stand.messages(person, 0).unwrap();
    let own: Vec<&str> = seen.iter().filter(|m| m.from == person).map(|m| m.text.as_str()).collect();
    assert_eq!(own, ["xin chào", ""]);
    assert_eq!(seen.last().unwrap().file.as_deref(), Some("van-ban.pdf"));
    assert!(stand.show(place).unwrap().ends_with("    đã nhận\n"));
    let chats = stand.chats();
    assert!(chats.iter().any(|chat| chat.id == place && chat.title == "Nhóm Trưởng thôn"), "{chats:?}");
    assert!(chats.iter().any(|chat| chat.id == person), "{chats:?}");
    assert!(stand.people().iter().any(|known| known.id == person));
    let missing = stand.act(&Act::say(person, "-7", "a")).unwrap_err().to_string();
    assert!(missing.starts_with("there is no "), "{missing}");
    stand.kick(place, "bot").unwrap();
    stand.kick(place, person).unwrap();
    assert!(stand.act(&Act::say(person, place, "a")).is_err());
    stand.invite(place, "bot").unwrap();
    stand.invite(place, person).unwrap();
    stand.act(&Act::say(person, place, "lại đây")).unwrap();
}

#[tokio::test]
async fn a_person_acts_in_the_same_words_on_every_platform() {
    let rig = telegram::Rig::new().await;
    let (chat, binh) = rig.group().await;
    talk(&rig.people, &binh.to_string(), &chat.to_string());
    let rig = zalo_bot::Rig::new().await;
    let lan = rig.people.add_person(None, "Mẫu Thị Lan").unwrap();
    let chat = rig.people.add_group(None, "Nhóm Trưởng thôn", std::slice::from_ref(&lan)).unwrap();
    rig.people.add_bot(&chat).unwrap();
    talk(&rig.people, &lan, &chat);
    let rig = zalo_oa::Rig::new().await;
    let (chat, binh) = rig.group();
    talk(&rig.people, &binh, &chat);
}

#[tokio::test]
async fn a_press_is_typed_where_there_are_no_buttons() {
    let rig = zalo_bot::Rig::new().await;
    let (chat, binh, _) = rig.group();
    rig.send(&chat, "VB-2025-0042\n21. ✅ Duyệt\n22. ↩ Trả lại").await;
    let done = rig.people.act(&Act::press(&binh, &chat, "✅ Duyệt")).unwrap();
    assert_eq!((done.typed.as_deref(), done.unheard), (Some("21"), None));
    assert_eq!(rig.updates().await[0]["message"]["text"], json!("21"), "a reply, so it is heard");
    let none = rig.people.act(&Act::press(&binh, &chat, "Xóa")).unwrap_err().to_string();
    assert!(none.contains("no buttons on Zalo"), "{none}");
    let rig = zalo_oa::Rig::new().await;
    let lan = rig.people.add_person(NewPerson::follower("Lan")).unwrap();
    rig.people.say_to_oa(&lan, "/duyet", None).unwrap();
    let body = json!({ "recipient": { "user_id": lan }, "message": { "text": "Chọn:\n1. ✅ Duyệt" } });
    rig.ok("/v3.0/oa/message/cs", body).await;
    assert_eq!(rig.people.act(&Act::press(&lan, "bot", "Duyệt")).unwrap().typed.as_deref(), Some("1"));
}

#[tokio::test]
async fn what_is_not_heard_is_said_with_what_would_be() {
    let rig = zalo_bot::Rig::new().await;
    let (chat, binh, _) = rig.group();
    let why = rig.people.act(&Act::say(&binh, &chat, "đã nhận")).unwrap().unheard.unwrap();
    assert!(why.contains("`@Bot Xã Mẫu`"), "{why}");
    assert_eq!(rig.people.act(&Act::say(&binh, &chat, "@Bot Xã Mẫu đã nhận")).unwrap().unheard, None);
    rig.people.remove_bot(&chat).unwrap();
    let why = rig.people.act(&Act::say(&binh, &chat, "@Bot Xã Mẫu đã nhận")).unwrap().unheard.unwrap();
    assert!(why.contains("not in this group"), "{why}");
}

#[tokio::test]
async fn what_a_platform_does_not_have_is_an_error_that_says_so() {
    let rig = zalo_oa::Rig::new().await;
    let (chat, binh) = rig.group();
    let forward = Deed::Forward { from_chat: chat.clone(), message: "1".to_owned() };
    let react = Deed::React { message: "1".to_owned(), emoji: "👍".to_owned() };
    let edit = Deed::EditText { message: "1".to_owned(), text: "a".to_owned() };
    for deed in [forward, react, edit] {
        let error = rig.people.act(&Act::new(&binh, &chat, deed)).unwrap_err().to_string();
        assert!(error.contains("Official Account"), "{error}");
    }
    let rig = zalo_bot::Rig::new().await;
    let (chat, binh, _) = rig.group();
    let place = Deed::Location { latitude: 20.0, longitude: 105.0 };
    assert!(rig.people.act(&Act::new(&binh, &chat, place)).unwrap_err().to_string().contains("Zalo"));
}
