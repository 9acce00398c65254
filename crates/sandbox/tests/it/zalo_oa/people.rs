//! What people do and read: the transcript, and what they cannot do.

use loa_sandbox::people::Manner;
use loa_sandbox::zalo_oa::{GroupSize, NewPerson, OaControlError};
use loa_sandbox::zalo_people::{ZaloPeople, ZaloPersona};
use serde_json::json;

use super::{DAY, JPEG, Rig, file_message, to_group};

#[tokio::test]
async fn the_transcript_reads_like_the_group() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let code = rig.send(&group, &format!("[@{group}] VB-2025-0042\n\nHạn: 17h00 thứ Ba")).await;
    rig.ok("/v3.0/oa/group/message", to_group(&group, file_message(&rig.pdf().await))).await;
    rig.pass(22 * 60_000);
    rig.people.say(&binh, &group, "Thôn 3 đã nhận", Some(&code)).unwrap();
    rig.people.send_photo(&binh, &group, JPEG.to_vec(), Some("loa đã lắp")).unwrap();
    rig.people.send_file(&binh, &group, "bien-ban.pdf", vec![0; 1_300_000]).unwrap();
    rig.pass(DAY);
    rig.people.send_sticker(&binh, &group, "like").unwrap();
    rig.people.send_link(&binh, &group, "https://vidu.example").unwrap();
    insta::assert_snapshot!(rig.people.show(&group).unwrap(), @r"
    ── Nhóm Trưởng thôn (group, 2 members) ──
    · 28/07/2025 ·
    07:30 * Loa xã created the group
    07:30 Loa xã
        @Mọi người VB-2025-0042

        Hạn: 17h00 thứ Ba
    07:30 Loa xã
        📎 vb.pdf (8 B)
    07:52 Bình
        ↩ Loa xã: @Mọi người VB-2025-0042…
        Thôn 3 đã nhận
    07:52 Bình
        🖼 photo.jpg (8 B)
        loa đã lắp
    07:52 Bình
        📎 bien-ban.pdf (1.2 MB)
    · 29/07/2025 ·
    07:52 Bình
        [sticker like]
    07:52 Bình
        https://vidu.example
    ");
}

#[tokio::test]
async fn the_private_chat_is_shown_too() {
    let rig = Rig::new().await;
    let binh = rig.follower("Bình");
    rig.people.say_to_oa(&binh, "/vanban", None).unwrap();
    rig.people.file_to_oa(&binh, "vb.pdf", b"%PDF".to_vec()).unwrap();
    rig.people.photo_to_oa(&binh, JPEG.to_vec(), None).unwrap();
    insta::assert_snapshot!(rig.people.show_private(&binh).unwrap(), @r"
    ── Bình (private) ──
    · 28/07/2025 ·
    07:30 Bình
        /vanban
    07:30 Bình
        📎 vb.pdf (4 B)
    07:30 Bình
        🖼 photo.jpg (8 B)
    ");
}

#[tokio::test]
async fn what_people_cannot_do_is_an_error_with_a_reason() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let dung = rig.follower("Dung");
    let outside = OaControlError::NotInChat { who: dung.clone(), chat: group.clone() };
    assert_eq!(rig.people.say(&dung, &group, "a", None), Err(outside.clone()));
    assert_eq!(rig.people.leave(&dung, &group), Err(outside));
    assert_eq!(
        rig.people.say("1", &group, "a", None),
        Err(OaControlError::NoSuch { what: "person", id: "1".to_owned() })
    );
    assert_eq!(
        rig.people.say(&binh, "2", "a", None),
        Err(OaControlError::NoSuch { what: "group", id: "2".to_owned() })
    );
    let missing = OaControlError::NoSuchMessage { chat: group.clone(), message: "3".to_owned() };
    assert_eq!(rig.people.say(&binh, &group, "a", Some("3")), Err(missing));
    assert!(matches!(rig.people.say(&binh, &group, " ", None), Err(OaControlError::BadRequest(_))));
    let taken = NewPerson { id: Some(binh), ..NewPerson::default() };
    assert!(matches!(rig.people.add_person(taken), Err(OaControlError::BadRequest(_))));
    let many: Vec<_> = (0..10).map(|_| rig.follower("Bà con")).collect();
    assert!(matches!(rig.people.add_group("a", GroupSize::Gmf10, &many), Err(OaControlError::Closed(_))));
}

#[tokio::test]
async fn new_messages_of_any_chat_can_be_read_from_where_one_stopped() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let sent = rig.send(&group, "một").await;
    rig.people.say_to_oa(&binh, "riêng", None).unwrap();
    let texts = |chat: &str, seen| -> Vec<String> {
        rig.people.messages_since(chat, seen).unwrap().into_iter().map(|message| message.text).collect()
    };
    assert_eq!((texts(&group, 1), texts(&group, 2)), (vec!["một".to_owned()], vec![]));
    assert_eq!(texts(&binh, 0), ["riêng"]);
    assert_eq!(rig.people.messages_since(&sent, 0), Err(OaControlError::NoSuch { what: "person", id: sent.clone() }));
}

#[tokio::test]
async fn the_log_tells_what_was_sent_and_when() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let id = rig.send(&group, "một").await;
    let log = json!(rig.people.sent_log());
    let words = json!({ "kind": "text", "text": "một", "file": null });
    let mut entry = json!({ "chat": group, "message_id": id, "at_ms": rig.now() });
    entry.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    assert_eq!(log, json!([entry]));
    let counts = rig.people.counts();
    assert_eq!((counts.sent[&group], counts.calls["/v3.0/oa/group/message"]), (1, 1));
}

#[tokio::test]
async fn ids_and_tokens_follow_from_the_seed() {
    let (first, again) = (Rig::new().await, Rig::new().await);
    let other = Rig::with(|config| config.seed = 2).await;
    assert_eq!(first.sandbox.tokens(), again.sandbox.tokens());
    assert_ne!(first.sandbox.tokens(), other.sandbox.tokens());
    assert_eq!(first.follower("Bình"), again.follower("Bình"));
}

#[tokio::test]
async fn a_stopped_stand_in_lets_its_port_go() {
    let rig = Rig::new().await;
    let url = rig.sandbox.base_url();
    rig.sandbox.stop().await;
    assert!(rig.http.get(url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn scripted_people_answer_in_a_group_without_a_mention() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let persona = |manner, delay_ms| {
        let (user_id, chat_id, place) = (binh.clone(), group.clone(), "Thôn 3".to_owned());
        vec![ZaloPersona { user_id, chat_id, place, manner, delay_ms }]
    };
    let mut plain = ZaloPeople::new(rig.people.clone(), persona(Manner::PlainStrong, 1_000));
    let mut replying = ZaloPeople::new(rig.people.clone(), persona(Manner::ReplyStrong, 2_000));
    assert_eq!(plain.next_due(), None, "a line that nobody wrote asks nothing");
    let message = rig.send(&group, "VB-2025-0042 Công điện\n👉 Trả lời tin này: đã nhận").await;
    assert_eq!((plain.next_due(), replying.next_due()), (Some(rig.now() + 1_000), Some(rig.now() + 2_000)));
    for people in [&mut plain, &mut replying] {
        let done = people.tick(rig.now() + 2_000);
        assert!(matches!(&done[..], [one] if one.refused.is_none()), "{done:?}");
    }
    let said = rig.people.messages(&group).unwrap();
    let said: Vec<_> = said.iter().filter(|line| line.from.as_deref() == Some(&*binh)).collect();
    assert!(said.iter().all(|line| line.text.starts_with("Thôn 3 đã nhận")), "{said:?}");
    assert_eq!(said.iter().map(|line| line.reply_to.as_deref()).collect::<Vec<_>>(), [None, Some(message.as_str())]);
}
