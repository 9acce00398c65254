//! S1: a directive queued late on a Friday goes out on Monday, approved by another person, or not at all.

use loa::demo::places::Network;
use loa::store::Store;

use super::{DIRECTIVE, six_pages};
use crate::db::{sqlite_tests, story_tests};
use crate::stage::{Stage, at};

story_tests!(s1_a_directive_queued_late_friday_is_approved_and_goes_out_on_monday);

sqlite_tests!(s1_an_unapproved_directive_is_pointed_out_and_never_sent_later);

async fn queued(store: Store) -> Stage {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    stage.number_from("VB-2025", 42).await;
    stage.send_file("lan", "KH tuyên truyền CĐS.pdf", six_pages()).await;
    let preview = stage.answer("lan", &DIRECTIVE).await;
    assert!(preview.contains("Hiểu là: gửi 07:30 thứ Hai, 28/7/2025; hạn 17:00 thứ Ba, 29/7/2025"), "{preview}");
    assert!(preview.contains("…/KH-UBND"), "{preview}");
    let queued = stage.press("lan", "Gửi duyệt").await;
    assert!(queued.contains("VB-2025-0042") && queued.contains("Chờ duyệt"), "{queued}");
    stage
}

async fn s1_a_directive_queued_late_friday_is_approved_and_goes_out_on_monday(store: Store) {
    let mut stage = queued(store).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    // She holds no approver's role; with one it would be refused all the same (the use case's own test).
    let own = stage.say("lan", "/duyet VB-2025-0042").await;
    assert!(!own.contains("Đã duyệt"), "{own}");
    let approved = stage.say("pct", "/duyet VB-2025-0042").await;
    assert!(approved.contains("Đã duyệt, gửi lúc 07:30 28/7"), "{approved}");

    stage.pass_to(at(2025, 7, 28, 7, 29)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    stage.pass_to(at(2025, 7, 28, 7, 35)).await;
    for number in 1..=24 {
        assert_eq!(stage.posts(&format!("dieu-hanh-{number:02}")), 2, "thôn {number:02}: the text and the file");
        assert_eq!(stage.posts(&format!("dan-{number:02}")), 0, "residents' group {number:02}");
    }
    let sent: Vec<i64> = stage
        .telegram()
        .sent_log()
        .into_iter()
        .filter(|entry| entry.chat < 0 && entry.text.contains("VĂN BẢN CHỈ ĐẠO"))
        .map(|entry| entry.at_ms)
        .collect();
    assert_eq!(sent.len(), 24);
    let (first, last) = (at(2025, 7, 28, 7, 30).0, at(2025, 7, 28, 7, 35).0);
    assert!(sent.iter().all(|at| (first..=last).contains(at)));

    let tally = stage.say("lan", "/chitieu tháng").await;
    assert!(tally.contains("CT07"), "{tally}");
    let acts = audited(&stage).await;
    for act in ["bulletin.composed", "bulletin.approved", "broadcast.started"] {
        assert!(acts.iter().any(|known| known == act), "{act} in {acts:?}");
    }
    insta::assert_snapshot!("s1_lan", stage.private_chat("lan"));
    insta::assert_snapshot!("s1_pct", stage.private_chat("pct"));
    insta::assert_snapshot!("s1_thon_03", stage.group_chat("dieu-hanh-03"));
    stage.stop().await;
}

async fn s1_an_unapproved_directive_is_pointed_out_and_never_sent_later(store: Store) {
    let mut stage = queued(store).await;
    stage.pass_to(at(2025, 7, 28, 7, 1)).await;
    assert!(stage.private_chat("lan").contains("chưa được duyệt"), "{}", stage.private_chat("lan"));
    stage.pass_to(at(2025, 7, 28, 7, 31)).await;
    assert!(stage.last_words("lan").contains("Quá giờ hẹn, chưa duyệt"), "{}", stage.last_words("lan"));
    let late = stage.say("pct", "/duyet vb42").await;
    assert!(late.contains("Quá giờ hẹn"), "{late}");
    stage.pass_to(at(2025, 7, 29, 8, 0)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    insta::assert_snapshot!("s1_missed_pct", stage.private_chat("pct"));
    stage.stop().await;
}

async fn audited(stage: &Stage) -> Vec<String> {
    let mut tx = stage.core.store.read().await.unwrap();
    let report = tx.verify_audit().await.unwrap();
    assert_eq!(report.first_broken, None);
    tx.audit_page(0, 1_000).await.unwrap().into_iter().map(|entry| entry.act).collect()
}
