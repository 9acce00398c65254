//! Who leaves first when everything waits at once.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::compose::Draft;
use loa::usecase::withdraw;
use loa_sandbox::telegram::SentAct;

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    what_lets_a_storm_warning_go_leaves_first_and_strangers_are_answered_last,
    a_storm_warning_overtakes_a_broadcast_under_way_and_leaves_every_tenth_slot_to_answers,
    the_end_of_a_storm_warning_is_written_over_it_before_ordinary_bulletins_leave,
);

fn warning() -> Draft {
    let marks = Marks { reason: Some("Bão số 3".to_owned()), ..Marks::default() };
    Draft {
        urgency: Urgency::Flash,
        marks,
        ..Draft::directive("Di dời khẩn cấp", "Rời nhà trước 23 giờ.", "Trưởng thôn")
    }
}

/// A broadcast to all villages of which some messages have left.
async fn broadcast_under_way(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let ordinary = stage.release(&draft()).await.bulletin.id;
    stage.until("under way", async |stage: &Stage| stage.messages_in(&ordinary, "sent").await >= 3).await;
    assert!(stage.messages_in(&ordinary, "pending").await >= 15);
    // The approver was shown a card a moment ago, and a chat is written to once a second.
    stage.clock.advance(Duration::from_secs(2));
    stage
}

/// The texts that were posted since, in their order.
fn posted_since(stage: &Stage, before: usize) -> Vec<String> {
    stage.telegram().sent_log().into_iter().skip(before).map(|entry| entry.text).collect()
}

fn place(texts: &[String], what: &str) -> usize {
    texts.iter().position(|text| text.contains(what)).unwrap_or_else(|| panic!("no {what} in {texts:#?}"))
}

async fn what_lets_a_storm_warning_go_leaves_first_and_strangers_are_answered_last(store: Store) {
    let mut stage = broadcast_under_way(store).await;
    let before = stage.telegram().sent_log().len();
    let stranger = stage.stranger_joins("Người lạ", "dieu-hanh-01");
    stage.home().say_privately(&stranger, "/help");
    stage.home().say_privately(&stage.account("binh"), "/help");
    stage.receive().await;
    stage.service.hear().await;
    stage.compose(&warning()).await;
    stage.settle().await;

    let sent = stage.telegram().sent_log().split_off(before);
    let first_to = |account: i64| sent.iter().position(|entry| entry.chat == account).unwrap();
    let texts = posted_since(&stage, before);
    let (card, known, strange) =
        (place(&texts, "Di dời khẩn cấp"), first_to(stage.person("binh")), first_to(stranger.parse().unwrap()));
    let broadcast: Vec<usize> =
        texts.iter().enumerate().filter(|(_, text)| text.contains("treo cờ")).map(|(place, _)| place).collect();
    // What had its slot already goes before.
    assert!(card < known, "{texts:#?}");
    assert!(broadcast.iter().filter(|place| **place > known).count() >= 15, "{texts:#?}");
    assert!(broadcast.iter().all(|place| *place < strange), "{texts:#?}");
    stage.stop().await;
}

async fn a_storm_warning_overtakes_a_broadcast_under_way_and_leaves_every_tenth_slot_to_answers(store: Store) {
    let mut stage = broadcast_under_way(store).await;
    stage.release(&warning()).await;
    for person in ["binh", "lan", "pct", "quan"] {
        stage.home().say_privately(&stage.account(person), "/help");
    }
    stage.receive().await;
    stage.service.hear().await;
    let before = stage.telegram().sent_log().len();
    stage.settle().await;

    let texts = posted_since(&stage, before);
    let places: Vec<usize> =
        texts.iter().enumerate().filter(|(_, text)| text.contains("Di dời khẩn cấp")).map(|(place, _)| place).collect();
    let (first, last) = (places[0], places[places.len() - 1]);
    let between = last + 1 - first - places.len();
    assert!((2..=3).contains(&between), "one of ten is for answers: {texts:#?}");
    let ordinary = texts.iter().rposition(|text| text.contains("treo cờ")).unwrap();
    assert!(last < ordinary, "{texts:#?}");
    stage.stop().await;
}

async fn the_end_of_a_storm_warning_is_written_over_it_before_ordinary_bulletins_leave(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let released = stage.release(&warning()).await;
    stage.settle().await;
    stage.release(&draft()).await;
    stage.start_calls().await;
    let before = stage.telegram().sent_log().len();
    let mut tx = stage.core.store.begin().await.unwrap();
    let act = stage.act_of("pct").await;
    let bulletin = tx.bulletin(&released.bulletin.id).await.unwrap().unwrap();
    let done = withdraw::withdraw(&mut tx, &act, &bulletin, "đã qua").await.unwrap();
    assert_eq!(done.replaced, 24);
    tx.commit().await.unwrap();
    stage.settle().await;
    let sent = stage.telegram().sent_log().split_off(before);
    let last_edit =
        sent.iter().rposition(|entry| entry.act == SentAct::Edited && entry.text.contains("THU HỒI")).unwrap();
    let ordinary = sent.iter().enumerate().filter(|(_, entry)| entry.text.contains("treo cờ"));
    let behind = ordinary.filter(|(place, _)| *place > last_edit).count();
    assert!(behind >= 20, "{:#?}", posted_since(&stage, before));
    stage.stop().await;
}
