//! S4, its platform part: a token expires in the middle of a broadcast.

use std::time::Duration;

use loa::demo::places::Network;
use loa::store::Store;

use crate::db::story_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

story_tests!(s4_seventeen_of_twenty_four_are_sent_the_admin_is_told_and_only_the_rest_follows);

async fn s4_seventeen_of_twenty_four_are_sent_the_admin_is_told_and_only_the_rest_follows(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 28, 7, 30)).start(store).await;
    stage.number_from("VB-2025", 42).await;
    stage.settle().await;
    let composed = stage.release(&draft()).await;
    let id = composed.bulletin.id.clone();
    stage.until("17 sent", async |stage: &Stage| stage.messages_in(&id, "sent").await == 17).await;
    let bot = stage.telegram().bot_ids()[0];
    stage.telegram().set_revoked(bot, true).unwrap();
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    let sent = stage.messages_in(&composed.bulletin.id, "sent").await;

    stage.telegram().set_revoked(bot, false).unwrap();
    let status = stage.core.act(&stage.commune);
    let mut tx = stage.core.store.read().await.unwrap();
    let standing = loa::usecase::status::of_bulletin(&mut tx, &status, &composed.bulletin).await.unwrap();
    drop(tx);
    let counts = &standing.broadcasts[0].counts;
    assert_eq!(counts.sent, i64::try_from(sent).unwrap());
    assert_eq!(counts.sent + counts.pending, 24, "{counts:?}");

    stage.clock.advance(Duration::from_secs(31));
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    for number in 1..=24 {
        assert_eq!(stage.posts(&format!("dieu-hanh-{number:02}")), 1, "thôn {number:02}");
    }
    let whole = stage.say("lan", "/trangthai vb42").await;
    assert!(whole.contains("24/24"), "{whole}");
    insta::assert_snapshot!("s4_quan", stage.private_chat("quan"));
    stage.stop().await;
}
