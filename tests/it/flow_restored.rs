//! A service on a database that was taken from a backup: what may have gone goes once more by nobody's hand but a person's.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::calendar::{Millis, format_full};
use loa::domain::message::Purpose;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::{Marks, ScheduleState};
use loa::usecase::compose::Draft;
use loa::usecase::notify::{self, Note};
use loa::usecase::restored::{Numbers, Order, Origin, put_in_order};
use loa::usecase::{Act, Via, bind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    what_was_being_sent_is_in_doubt_after_a_restore,
    a_flash_in_doubt_after_a_restore_goes_again_and_says_so,
    what_fell_due_meanwhile_is_asked_about_or_waits_for_its_next_time,
    codes_and_conversations_end_and_numbers_go_on_behind_those_that_may_have_been_given,
);

/// What `loa restore` does with a database whose backup was made now, `later` minutes from now; the service begins anew.
async fn restore(stage: &mut Stage, later: u64, numbers: Numbers) -> Order {
    let made_at = stage.now();
    stage.clock.advance(Duration::from_mins(later));
    let mut tx = stage.core.store.begin().await.unwrap();
    let from = Origin { made_at, sha256: "0a" };
    let order = put_in_order(&mut tx, &stage.core.act(&stage.commune), from, numbers).await.unwrap();
    tx.commit().await.unwrap();
    stage.start_again().await;
    order
}

/// What was posted in each village's group.
fn posts(stage: &Stage) -> Vec<usize> {
    (1..=24).map(|number| stage.posts(&format!("dieu-hanh-{number:02}"))).collect()
}

async fn what_was_being_sent_is_in_doubt_after_a_restore(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.release(&draft()).await;
    let bulletin = composed.bulletin.id.clone();
    stage.until("some are out", async |stage: &Stage| stage.messages_in(&bulletin, "sent").await >= 5).await;
    stage.drain().await;
    while stage.start_calls().await == 0 {
        stage.clock.advance(Duration::from_millis(100));
    }
    // Said to somebody a moment before the backup: nobody waits for it any more.
    let mut tx = stage.core.store.begin().await.unwrap();
    let act = stage.core.act(&stage.commune);
    let person = stage.act_of("lan").await.person_id.unwrap();
    notify::tell(&mut tx, &act, &person, Purpose::Card, &Note::plain("chuyện cũ".to_owned())).await.unwrap();
    tx.commit().await.unwrap();
    let (sent, under_way) = (stage.messages_in(&bulletin, "sent").await, stage.messages_in(&bulletin, "sending").await);
    assert!(under_way > 0 && sent + under_way < 24, "{sent} {under_way}");

    let order = restore(&mut stage, 60, Numbers::MoveOn).await;
    assert_eq!((order.in_doubt, order.left_out), (24 - sent, 1));
    stage.settle().await;
    assert_eq!(stage.messages_in(&bulletin, "unknown").await, 24 - sent);
    assert!(!stage.private_chat("lan").contains("chuyện cũ"));
    // The calls that were under way arrived, and nothing else did.
    let arrived = posts(&stage);
    assert!(arrived.iter().all(|count| *count <= 1), "{arrived:?}");
    assert_eq!(arrived.iter().sum::<usize>(), sent + under_way, "{arrived:?}");
    assert!(stage.last_words("lan").contains("không rõ đã tới hay chưa"), "{}", stage.last_words("lan"));
    assert!(stage.private_chat("quan").contains("lấy lại từ bản sao lưu"), "{}", stage.private_chat("quan"));
    assert_eq!(stage.incidents().await, ["restored"]);
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("Cơ sở dữ liệu: vừa được lấy lại từ bản sao lưu"), "{health}");
    stage.pass_to(Millis(stage.now().0 + 25 * 3_600_000)).await;
    assert_eq!(stage.messages_in(&bulletin, "unknown").await, 24 - sent);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM messages WHERE resend_of IS NOT NULL").await, 0);
    assert_eq!(stage.incidents().await, [""; 0]);
    stage.stop().await;
}

async fn a_flash_in_doubt_after_a_restore_goes_again_and_says_so(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let marks = Marks { reason: Some("thử".to_owned()), ..Marks::default() };
    stage.release(&Draft { urgency: Urgency::Flash, marks, ..draft() }).await;
    stage.until("some are out", async |stage: &Stage| stage.messages_in("VB-2025-0001", "sent").await >= 5).await;
    stage.drain().await;
    let sent = stage.messages_in("VB-2025-0001", "sent").await;
    restore(&mut stage, 1, Numbers::MoveOn).await;
    stage.settle().await;
    let again = (1..=24).filter(|number| stage.group_chat(&format!("dieu-hanh-{number:02}")).contains("(gửi lại)"));
    assert_eq!(again.count(), 24 - sent);
    stage.stop().await;
}

async fn what_fell_due_meanwhile_is_asked_about_or_waits_for_its_next_time(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 28, 6, 0)).start(store).await;
    let once = stage.release(&Draft { send_at: Some(at(2025, 7, 28, 8, 0)), ..draft() }).await;
    let rule = Some("daily at 08:00; holidays=fire; missed=fire_once".parse().unwrap());
    let repeating = Draft { repeat: rule, expires_at: Some(at(2026, 1, 1, 0, 0)), ack_required: false, ..draft() };
    let repeating = stage.release(&repeating).await;
    let later = stage.release(&Draft { send_at: Some(at(2025, 7, 28, 9, 0)), ..draft() }).await;
    let waiting = stage.compose(&Draft { send_at: Some(at(2025, 7, 28, 8, 0)), ..draft() }).await;
    stage.settle().await;
    // Within the grace: by itself the service would send both as if nothing had been.
    let order = restore(&mut stage, 125, Numbers::MoveOn).await;
    assert_eq!(
        (order.asked.clone(), order.passed_over.clone()),
        (vec![once.bulletin.code.clone()], vec![repeating.bulletin.code.clone()])
    );
    let to_go: Vec<&str> = order.still_to_go.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(to_go, [later.bulletin.code.as_str(), repeating.bulletin.code.as_str()]);
    stage.settle().await;
    let admin = stage.private_chat("quan");
    assert!(admin.contains("2 tin hẹn giờ vẫn sẽ gửi") && admin.contains(&later.bulletin.code), "{admin}");
    let mut tx = stage.core.store.read().await.unwrap();
    let mut stands = Vec::new();
    for composed in [&once, &repeating, &later, &waiting] {
        let schedule = tx.schedule_of(&composed.bulletin.id).await.unwrap().unwrap();
        stands.push((schedule.state, format_full(Millis(schedule.fire_at))));
    }
    drop(tx);
    let expected = [
        (ScheduleState::Asking, "08:00 thứ Hai, 28/7/2025"),
        (ScheduleState::Active, "08:00 thứ Ba, 29/7/2025"),
        (ScheduleState::Active, "09:00 thứ Hai, 28/7/2025"),
        (ScheduleState::Missed, "08:00 thứ Hai, 28/7/2025"),
    ];
    assert_eq!(stands, expected.map(|(state, at)| (state, at.to_owned())));
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    let told = stage.private_chat("lan");
    assert!(told.contains("có thể đã gửi nên không gửi lại"), "{told}");
    stage.press("lan", "Gửi bù bây giờ").await;
    assert_eq!(stage.posts("dieu-hanh-03"), 1);
    stage.pass_to(at(2025, 7, 29, 8, 5)).await;
    // The one that was asked about, and the hours that had not come.
    assert_eq!(stage.rows("SELECT COUNT(*) FROM broadcasts").await, 3);
    stage.stop().await;
}

async fn codes_and_conversations_end_and_numbers_go_on_behind_those_that_may_have_been_given(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let act = stage.core.act(&stage.commune);
    let shell = Act { via: Via::Cli("test".to_owned()), ..act.clone() };
    let mut tx = stage.core.store.begin().await.unwrap();
    let person = tx.person_by_code(&stage.commune, "binh").await.unwrap().unwrap();
    bind::invite_person(&mut tx, &shell, &person.id).await.unwrap();
    tx.commit().await.unwrap();
    drop((act, shell));
    stage.say("lan", "/vanban").await;
    stage.compose(&draft()).await;
    let open = "SELECT (SELECT COUNT(*) FROM invites WHERE state = 'open') + (SELECT COUNT(*) FROM dialogues)";
    assert!(stage.rows(open).await >= 2);
    let order = restore(&mut stage, 1, Numbers::MoveOn).await;
    assert!(order.ended_codes >= 1);
    assert_eq!(stage.rows(open).await, 0);
    assert_eq!(stage.compose(&draft()).await.bulletin.code, "VB-2025-0052");
    // Those that had no number yet may have been given their first since.
    assert_eq!(stage.rows("SELECT value FROM counters WHERE name = 'TB-2025'").await, 50);
    restore(&mut stage, 1, Numbers::Keep).await;
    assert_eq!(stage.compose(&draft()).await.bulletin.code, "VB-2025-0053");
    stage.stop().await;
}
