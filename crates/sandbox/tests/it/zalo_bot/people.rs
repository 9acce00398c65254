//! Scripted people on Zalo: who answers what, how they make themselves heard, and that only the seed decides.

use std::convert::Infallible;

use loa_sandbox::people::{Manner, Share};
use loa_sandbox::zalo_bot::seed::{ZaloBotSeed, ZaloBotSeedGroup, ZaloBotSeedPerson, populate};
use loa_sandbox::zalo_people::{
    ZaloChats, ZaloDeed, ZaloMessage, ZaloPeople, ZaloPerformed, ZaloPersona, plan_zalo_reaction, zalo_cast,
};
use rstest::rstest;

use super::{MONDAY, Rig};

const CHAT: &str = "zgr-00a1b2c3d4e5f6";
const DIRECTIVE: &str = "VB-2025-0042 Công điện số 5\n👉 Trả lời tin này: đã nhận K7F2";

fn head(n: usize) -> String {
    format!("{n:020x}")
}

fn persona(n: usize, manner: Manner, delay_ms: i64) -> ZaloPersona {
    ZaloPersona { user_id: head(n), chat_id: CHAT.to_owned(), place: "Thôn 3".to_owned(), manner, delay_ms }
}

/// A rig whose group holds the bot and `n` heads.
async fn commune(n: usize) -> Rig {
    let rig = Rig::new().await;
    let person = |n| ZaloBotSeedPerson { id: head(n), name: format!("Trưởng thôn {n}"), opened: true };
    let members = (1..=n).map(head).collect();
    let group = ZaloBotSeedGroup { id: CHAT.to_owned(), title: "Nhóm Trưởng thôn".to_owned(), members, bot: true };
    let seed = ZaloBotSeed { people: (1..=n).map(person).collect(), groups: vec![group] };
    populate(&rig.people, &seed, true).unwrap();
    assert!(rig.updates().await.is_empty(), "a quiet seeding is not told");
    rig
}

fn written(performed: &[ZaloPerformed]) -> Vec<String> {
    let text = |p: &ZaloPerformed| match &p.reaction.deed {
        ZaloDeed::Reply(text) => format!("{} ↩ {text}", p.reaction.user_id),
        ZaloDeed::Plain(text) => format!("{} {text}", p.reaction.user_id),
        ZaloDeed::Press(button) => panic!("there is no button {button}"),
    };
    performed.iter().map(text).collect()
}

#[tokio::test]
async fn everybody_who_answers_is_heard_by_the_bot() {
    let rig = commune(8).await;
    let manners = [
        Manner::PressButton,
        Manner::ReplyNoAccents,
        Manner::ReplyStrong,
        Manner::PlainStrong,
        Manner::WeakReply,
        Manner::Negative,
        Manner::Late,
        Manner::Silent,
    ];
    let crowd = manners.iter().enumerate().map(|(n, manner)| persona(n + 1, *manner, 1_000)).collect();
    let mut people = ZaloPeople::new(rig.people.clone(), crowd);
    assert_eq!(people.next_due(), None, "the greeting asks nothing");
    rig.send(CHAT, DIRECTIVE).await;
    assert_eq!(people.next_due(), Some(MONDAY + 1_000));
    assert!(people.tick(MONDAY + 999).is_empty());
    let performed = people.tick(MONDAY + 1_000);
    assert!(performed.iter().all(|p| p.refused.is_none()));
    assert_eq!((performed.len(), rig.updates().await.len()), (7, 7));
    let texts = written(&performed);
    for (n, strong) in [(0, true), (1, false), (2, true), (3, true), (4, false), (5, false), (6, true)] {
        assert_eq!(texts[n].contains("K7F2"), strong, "the code is copied by whoever takes care: {}", texts[n]);
    }
    assert!(texts[3].contains(" @Bot Xã Mẫu Thôn 3 đã nhận"), "{}", texts[3]);
    assert!(!texts[3].contains('↩') && texts[6].contains("Xin lỗi"));
    assert_eq!(people.next_due(), None);
}

#[rstest]
#[case::the_code_it_asks_for(DIRECTIVE, "K7F2")]
#[case::asked_for_in_quotes("VB-2025-0042. Trả lời “đã nhận vb-2025-0042.3”.", "VB-2025-0042.3")]
#[case::the_code_it_shows("VB-2025-0042. Đề nghị trả lời: đã nhận", "VB-2025-0042")]
#[case::none("Đề nghị trả lời: đã nhận", "")]
fn a_mention_names_the_bulletin_by_the_code_the_text_shows(#[case] text: &str, #[case] code: &str) {
    let message = ZaloMessage {
        chat: CHAT.to_owned(),
        id: "0a1b".to_owned(),
        from: "1".to_owned(),
        from_bot: true,
        at_ms: 5,
        text: text.to_owned(),
        file: None,
        reply_to: None,
        buttons: Vec::new(),
        notice: false,
    };
    let planned = plan_zalo_reaction(&persona(1, Manner::PlainStrong, 2), &message, Some("@Bot Xã Mẫu")).unwrap();
    let ZaloDeed::Plain(answer) = planned.deed else { panic!("it quotes nothing") };
    assert!(answer.starts_with("@Bot Xã Mẫu Thôn 3 đã nhận"), "{answer}");
    let shown = answer.split_whitespace().last().unwrap();
    assert_eq!(if code.is_empty() { "" } else { shown }, code, "{answer}");
    assert_eq!(planned.due_ms, 7);
    // Where everything is heard nobody mentions anybody.
    let open = plan_zalo_reaction(&persona(1, Manner::PlainStrong, 2), &message, None).unwrap();
    assert!(matches!(open.deed, ZaloDeed::Plain(text) if text.starts_with("Thôn 3 đã nhận")));
    for other in [ZaloMessage { from_bot: false, ..message.clone() }, ZaloMessage { notice: true, ..message.clone() }] {
        assert!(plan_zalo_reaction(&persona(1, Manner::PlainStrong, 2), &other, None).is_none());
    }
}

#[tokio::test]
async fn a_reminder_of_what_was_answered_leaves_people_cold_and_a_correction_does_not() {
    let rig = commune(1).await;
    let mut people = ZaloPeople::new(rig.people.clone(), vec![persona(1, Manner::ReplyNoAccents, 1)]);
    for (text, answers) in [
        ("Mã: VB-2025-0042", 1),
        ("NHẮC: VB-2025-0042 chưa xác nhận", 0),
        ("ĐÍNH CHÍNH VB-2025-0042 (lần 1)", 1),
        ("Mã: TB-2025-0107", 1),
    ] {
        rig.send(CHAT, &format!("{text}. Trả lời: đã nhận")).await;
        assert_eq!(people.tick(i64::MAX).len(), answers, "{text}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers_however_the_ticks_fall() {
    let rig = commune(24).await;
    let crowd: Vec<_> = (1..=24).map(|n| (head(n), CHAT.to_owned(), format!("Thôn {n}"))).collect();
    let mut stepwise = ZaloPeople::new(rig.people.clone(), zalo_cast(7, &crowd, &Share::COMMUNE));
    let mut at_once = ZaloPeople::new(rig.people.clone(), zalo_cast(7, &crowd, &Share::COMMUNE));
    rig.send(CHAT, DIRECTIVE).await;
    let mut fine = Vec::new();
    while let Some(due) = stepwise.next_due() {
        fine.extend(stepwise.tick(due));
    }
    let coarse = at_once.tick(i64::MAX);
    assert_eq!(written(&fine), written(&coarse));
    assert!((12..=24).contains(&fine.len()), "{}", fine.len());
    assert_ne!(zalo_cast(7, &crowd, &Share::COMMUNE), zalo_cast(8, &crowd, &Share::COMMUNE));
    let alone = zalo_cast(7, &crowd[5..6], &Share::COMMUNE);
    assert_eq!(alone[0], zalo_cast(7, &crowd, &Share::COMMUNE)[5], "a person's part is their own");
}

#[tokio::test]
async fn people_say_why_they_could_not() {
    let rig = commune(2).await;
    let crowd = vec![persona(1, Manner::WeakReply, 0), persona(2, Manner::WeakReply, 0)];
    let mut people = ZaloPeople::new(rig.people.clone(), crowd);
    rig.send(CHAT, DIRECTIVE).await;
    rig.people.leave(CHAT, &head(1)).unwrap();
    let performed = people.tick(i64::MAX);
    assert_eq!(performed.iter().map(|p| p.refused.is_some()).collect::<Vec<_>>(), [true, false]);
}

/// A stand-in of another kind: the driver knows no more of it than the trait.
struct Wall(ZaloMessage);

impl ZaloChats for Wall {
    type Error = Infallible;

    fn messages_since(&self, _chat: &str, seen: usize) -> Result<Vec<ZaloMessage>, Infallible> {
        Ok([self.0.clone()].into_iter().skip(seen).collect())
    }

    fn say(&self, _person: &str, _chat: &str, text: &str, reply_to: Option<&str>) -> Result<String, Infallible> {
        assert_eq!((text, reply_to), ("Thôn 3 đã nhận K7F2", None));
        Ok("9".to_owned())
    }

    fn mention_needed(&self) -> Option<String> {
        None
    }
}

#[test]
fn any_stand_in_with_string_ids_can_be_driven() {
    let message = ZaloMessage {
        chat: CHAT.to_owned(),
        id: "m".to_owned(),
        from: "oa".to_owned(),
        from_bot: true,
        at_ms: 0,
        text: DIRECTIVE.to_owned(),
        file: None,
        reply_to: None,
        buttons: Vec::new(),
        notice: false,
    };
    let salts = (1..40).map(|n| persona(n, Manner::PlainStrong, 0));
    let plain = salts.filter(|persona| {
        let planned = plan_zalo_reaction(persona, &message, None).unwrap();
        planned.deed == ZaloDeed::Plain("Thôn 3 đã nhận K7F2".to_owned())
    });
    let crowd: Vec<_> = plain.take(1).collect();
    assert_eq!(ZaloPeople::new(Wall(message), crowd).tick(0).len(), 1);
}
