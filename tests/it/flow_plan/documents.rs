//! What is counted without anybody typing it: documents by their deliveries, loudspeakers by the heads' answers.

use loa::domain::channel::Channel;
use loa::domain::plan::Coverage;
use loa::store::Store;
use loa::store::activities::ActivityFilter;
use loa::store::answers::Obligation;
use loa::usecase::record::{self, NewActivity};
use loa::usecase::{Denied, UseCaseError};

use super::{act, commune, date, line, morning, radio, recorded, recorder, said};
use crate::db::sqlite_tests;
use crate::fixture::{self, COMMUNE, day};
use crate::store_activities::sending::{Document, deliver};

sqlite_tests!(
    a_head_who_aired_it_is_recorded_once_a_day,
    documents_count_by_zalo_and_telegram_stands_beside,
    a_correction_is_the_same_document_and_a_recalled_one_is_none,
    a_document_with_a_theme_covers_it,
);

async fn a_head_who_aired_it_is_recorded_once_a_day(store: Store) {
    let mut tx = commune(&store).await;
    let document = Document::local(42, Some("ha-long-2025"));
    document.write(&mut tx).await;
    document.broadcast(&mut tx, "r42", 1, morning("2025-07-28")).await;
    tx.insert_obligation("o1", "r42", ("u-03", "s-03"), morning("2025-07-29")).await.unwrap();
    let obligations: Vec<Obligation> = tx.obligations_of("r42").await.unwrap();
    let head = act(Some("p-binh"), morning("2025-07-28"));
    let mut presses = Vec::new();
    for _ in 0..3 {
        presses.push(record::aired(&mut tx, &head, &obligations[0]).await.unwrap());
    }
    assert_eq!(presses, [true, false, false]);
    let tomorrow = act(Some("p-binh"), morning("2025-07-29"));
    assert!(record::aired(&mut tx, &tomorrow, &obligations[0]).await.unwrap());
    assert!(record::aired_by_unit(&mut tx, &tomorrow, "u-03").await.unwrap());
    assert!(!record::aired_by_unit(&mut tx, &tomorrow, "u-03").await.unwrap());
    let rows = tx.activities(COMMUNE, &ActivityFilter::default()).await.unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.channel, row.unit_id.as_deref(), row.item_key.as_str())).collect();
    let expected = |key| (Channel::Loudspeaker, Some("u-03"), key);
    assert_eq!(seen, [expected("VB-2025-0042"), expected("VB-2025-0042"), expected("")]);
    let line = line(&mut tx, "CT05", "2025-07-30").await;
    assert_eq!((line.count, line.last_on, line.missing_evidence), (3, Some(day(2025, 7, 29)), 0));
    let elsewhere = record::aired_by_unit(&mut tx, &head, "u-04").await.unwrap_err();
    assert!(matches!(elsewhere, UseCaseError::Denied(Denied::NoSeat)));
    assert!(record::aired_by_unit(&mut tx, &recorder("2025-07-29"), "u-04").await.unwrap());
}

async fn documents_count_by_zalo_and_telegram_stands_beside(store: Store) {
    let mut tx = commune(&store).await;
    let sent = [("sent", Some(morning("2025-10-06")))];
    for number in [1, 2] {
        let document = Document::local(number, Some("ha-long-2025"));
        document.write(&mut tx).await;
        document.broadcast(&mut tx, &format!("r{number}"), 1, morning("2025-10-06")).await;
    }
    deliver(&mut tx, "r1", ("zalo", "z1"), &sent).await;
    deliver(&mut tx, "r1", ("zalo", "z2"), &[("unknown", None)]).await;
    deliver(&mut tx, "r1", ("tele", "t1"), &sent).await;
    deliver(&mut tx, "r1", ("zalo", "private-1"), &sent).await;
    deliver(&mut tx, "r2", ("tele", "t1"), &sent).await;
    let off_plan = Document::local(3, None);
    off_plan.write(&mut tx).await;
    off_plan.broadcast(&mut tx, "r3", 1, morning("2025-10-06")).await;
    deliver(&mut tx, "r3", ("zalo", "z1"), &sent).await;
    let local = line(&mut tx, "CT07", "2025-10-28").await;
    assert_eq!((local.count, local.coverage), (1, Some(Coverage { part: 1, whole: 2 })));
    assert_eq!(local.beside, Some(Coverage { part: 3, whole: 3 }));
    assert_eq!(line(&mut tx, "CT06", "2025-10-28").await.count, 0);
    assert_eq!(line(&mut tx, "CT07", "2025-10-05").await.count, 0);
    let text = said(&mut tx, "CT07", date("2025-10-28")).await;
    let expected = "CT07 Nhóm Zalo: thông tin, văn bản chỉ đạo của địa phương: 1 văn bản, theo dõi (1/2 nhóm Zalo; ngoài nhóm Zalo 3/3)";
    assert_eq!(text, expected);
    // Somebody saw it in the group: the doubt is over, and it counts.
    tx.settle_as_sent("r1/z2#1", morning("2025-10-07"), "seen").await.unwrap();
    let settled = line(&mut tx, "CT07", "2025-10-28").await;
    assert_eq!((settled.count, settled.coverage), (1, Some(Coverage { part: 2, whole: 2 })));
}

async fn a_correction_is_the_same_document_and_a_recalled_one_is_none(store: Store) {
    let mut tx = commune(&store).await;
    let document = Document { level: "superior", ..Document::local(1, Some("ha-long-2025")) };
    document.write(&mut tx).await;
    document.broadcast(&mut tx, "r1", 1, morning("2025-09-30")).await;
    deliver(&mut tx, "r1", ("zalo", "z1"), &[("sent", Some(morning("2025-09-30")))]).await;
    document.version(&mut tx, 2).await;
    document.broadcast(&mut tx, "r2", 2, morning("2025-10-02")).await;
    deliver(&mut tx, "r2", ("zalo", "z1"), &[("sent", Some(morning("2025-10-02")))]).await;
    deliver(&mut tx, "r2", ("zalo", "z2"), &[("failed", None)]).await;
    let september = line(&mut tx, "CT06", "2025-09-30").await;
    assert_eq!((september.count, september.coverage), (1, Some(Coverage { part: 1, whole: 1 })));
    assert_eq!(line(&mut tx, "CT06", "2025-10-31").await.count, 0);
    fixture::raw(&mut tx, "UPDATE bulletins SET state = 'withdrawn'").await;
    assert_eq!(line(&mut tx, "CT06", "2025-09-30").await.count, 0);
}

async fn a_document_with_a_theme_covers_it(store: Store) {
    let mut tx = commune(&store).await;
    let document = Document { theme: Some("ND2"), ..Document::local(1, Some("ha-long-2025")) };
    document.write(&mut tx).await;
    document.broadcast(&mut tx, "r1", 1, morning("2025-10-06")).await;
    deliver(&mut tx, "r1", ("zalo", "z1"), &[("sent", Some(morning("2025-10-06")))]).await;
    let item = NewActivity { theme: Some(" nd5 ".to_owned()), ..radio("2025-10-07", "Tin") };
    recorded(&mut tx, &recorder("2025-10-07"), &item).await;
    let line = line(&mut tx, "CT20", "2025-10-28").await;
    assert_eq!(line.coverage, Some(Coverage { part: 2, whole: 5 }));
    fixture::raw(&mut tx, "UPDATE bulletins SET state = 'withdrawn'").await;
    assert_eq!(super::line(&mut tx, "CT20", "2025-10-28").await.coverage, Some(Coverage { part: 1, whole: 5 }));
}
