//! S4, its platform part: a token expires in the middle of a broadcast.

use std::time::Duration;

use loa::store::Store;

use super::number_from_42;
use crate::db::sqlite_tests;
use crate::flow_send::{approve, compose, draft};
use crate::rig::{Rig, at};

sqlite_tests!(s4_seventeen_of_twenty_four_are_sent_the_admin_is_told_and_only_the_rest_follows);

async fn s4_seventeen_of_twenty_four_are_sent_the_admin_is_told_and_only_the_rest_follows(store: Store) {
    let mut rig = Rig::start(store, at(2025, 7, 28, 7, 30)).await;
    number_from_42(&rig).await;
    rig.settle().await;
    let composed = compose(&rig, &draft()).await;
    approve(&rig, "pct", &composed).await.unwrap();
    let id = composed.bulletin.id.clone();
    rig.until("17 sent", async |rig: &Rig| rig.messages_in(&id, "sent").await == 17).await;
    let bot = rig.handle().bot_ids()[0];
    rig.handle().set_revoked(bot, true).unwrap();
    rig.until("halted", async |rig: &Rig| rig.dispatcher.is_halted()).await;
    let sent = rig.messages_in(&composed.bulletin.id, "sent").await;

    rig.handle().set_revoked(bot, false).unwrap();
    let status = rig.core.act(&rig.commune);
    let mut tx = rig.core.store.read().await.unwrap();
    let standing = loa::usecase::status::of_bulletin(&mut tx, &status, &composed.bulletin).await.unwrap();
    drop(tx);
    let counts = &standing.broadcasts[0].counts;
    assert_eq!(counts.sent, i64::try_from(sent).unwrap());
    assert_eq!(counts.sent + counts.pending, 24, "{counts:?}");

    rig.clock.advance(Duration::from_secs(31));
    rig.until("resumed", async |rig: &Rig| !rig.dispatcher.is_halted()).await;
    rig.settle().await;
    for number in 1..=24 {
        assert_eq!(rig.posts(&format!("dieu-hanh-{number:02}")), 1, "thôn {number:02}");
    }
    let whole = rig.say("lan", "/trangthai vb42").await;
    assert!(whole.contains("24/24"), "{whole}");
    insta::assert_snapshot!("s4_quan", rig.private_chat("quan"));
    rig.stop().await;
}
