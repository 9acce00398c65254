//! The plan's numbers, line by line: the radio target of October, the weekly article, the banners of July.

use chrono::NaiveDateTime;
use loa::domain::channel::Channel;
use loa::domain::plan::Status;
use loa::store::Store;
use loa::usecase::record::{self, NewActivity};
use loa::usecase::tally::progress_for_chat;

use super::{
    HOUSE, act, commune, date, line, morning, new, radio, recorded, recorder, refusal, said,
    seven_items_and_five_repeats, tally_on,
};
use crate::db::sqlite_tests;
use crate::fixture::COMMUNE;

sqlite_tests!(
    seven_radio_items_and_five_repeats_are_seven_of_eight,
    an_item_typed_in_the_next_month_counts_where_it_was_aired,
    a_locked_month_is_opened_by_an_admin_with_a_reason_only,
    the_same_audio_again_is_asked_about,
    an_article_shared_in_another_way_is_the_same_article,
    banners_hung_late_are_met_late_and_one_taken_down_is_missed,
    an_act_without_proof_is_taken_and_marked,
);

async fn seven_radio_items_and_five_repeats_are_seven_of_eight(store: Store) {
    let mut tx = commune(&store).await;
    seven_items_and_five_repeats(&mut tx).await;
    let text = said(&mut tx, "CT01", date("2025-10-28")).await;
    assert_eq!(text, "CT01 Đài truyền thanh xã: 7/8 tin, đang thực hiện (5 lượt phát lại không tính)");
    let stated: Vec<_> = progress_for_chat(&tally_on(&mut tx, date("2025-10-28")).await, &HOUSE.locale)
        .lines()
        .take(6)
        .map(|line| line.chars().take(4).collect::<String>())
        .collect();
    assert_eq!(stated, ["Chỉ ", "CT01", "CT02", "CT03", "CT04", "Theo"]);
}

async fn an_item_typed_in_the_next_month_counts_where_it_was_aired(store: Store) {
    let mut tx = commune(&store).await;
    seven_items_and_five_repeats(&mut tx).await;
    let late = recorded(&mut tx, &recorder("2025-11-03"), &radio("2025-10-30", "Bản tin số 8")).await;
    assert!(late.late && !late.repeat && !late.missing_evidence);
    let october = line(&mut tx, "CT01", "2025-10-31").await;
    assert_eq!((october.count, october.late_entries, october.status), (8, 1, Status::Met));
    let text = said(&mut tx, "CT01", date("2025-10-31")).await;
    assert_eq!(text, "CT01 Đài truyền thanh xã: 8/8 tin, Đạt (5 lượt phát lại không tính; 1 ghi nhận muộn)");
    assert_eq!(line(&mut tx, "CT01", "2025-11-03").await.count, 0);
    assert_eq!(line(&mut tx, "CT01", "2025-10-29").await.count, 7);
}

async fn a_locked_month_is_opened_by_an_admin_with_a_reason_only(store: Store) {
    let mut tx = commune(&store).await;
    let september = radio("2025-09-30", "Bản tin tháng 9");
    let with_reason = NewActivity { lock_reason: Some("Tìm thấy sổ phát thanh".to_owned()), ..september.clone() };
    for new in [&september, &with_reason] {
        let refused = record::record_activity(&mut tx, &recorder("2025-11-03"), new).await;
        assert_eq!(refusal(refused), ("refused-period-locked", "Tháng 9/2025".to_owned()));
    }
    let admin = act(Some("p-quan"), morning("2025-11-03"));
    let blank = NewActivity { lock_reason: Some(" \u{200b} ".to_owned()), ..september.clone() };
    for new in [&september, &blank] {
        let refused = record::record_activity(&mut tx, &admin, new).await;
        assert_eq!(refusal(refused).0, "refused-period-locked-reason");
    }
    let added = recorded(&mut tx, &admin, &with_reason).await;
    assert!(added.late);
    let row = tx.activity(COMMUNE, added.seq).await.unwrap().unwrap();
    assert_eq!(row.late_reason.as_deref(), Some("Tìm thấy sổ phát thanh"));
    // Nor may it be taken out again by a recorder.
    let void = record::void_activity(&mut tx, &recorder("2025-11-03"), added.seq, "nhầm").await;
    assert_eq!(refusal(void).0, "refused-period-locked");
    // The fifth working day after September is 7 October: until then anybody adds.
    recorded(&mut tx, &recorder("2025-10-07"), &radio("2025-09-29", "Bản tin cuối tháng")).await;
    let refused = record::record_activity(&mut tx, &recorder("2025-10-08"), &radio("2025-09-28", "Sót")).await;
    assert_eq!(refusal(refused).0, "refused-period-locked");
}

async fn the_same_audio_again_is_asked_about(store: Store) {
    let mut tx = commune(&store).await;
    let first = recorded(&mut tx, &recorder("2025-10-30"), &radio("2025-10-30", "Ứng dụng VNeID")).await;
    let again = NewActivity { dedupe: "lần hai".to_owned(), ..radio("2025-10-30", "ung dung  vneid.") };
    let asked = record::record_activity(&mut tx, &recorder("2025-10-30"), &again).await;
    assert_eq!(refusal(asked), ("refused-duplicate-activity", first.seq.to_string()));
    assert_eq!(line(&mut tx, "CT01", "2025-10-30").await.repeats, 0);
    let repeat = NewActivity { repeat: Some(true), ..again.clone() };
    recorded(&mut tx, &recorder("2025-10-30"), &repeat).await;
    let other = NewActivity { repeat: Some(false), dedupe: "lần ba".to_owned(), ..again };
    let other = recorded(&mut tx, &recorder("2025-10-30"), &other).await;
    assert_eq!((other.repeat, other.suspected_duplicate), (false, Some(first.seq)));
    let line = line(&mut tx, "CT01", "2025-10-30").await;
    assert_eq!((line.count, line.repeats), (2, 1));
}

async fn an_article_shared_in_another_way_is_the_same_article(store: Store) {
    let mut tx = commune(&store).await;
    let article = |dedupe: &str, link: &str| NewActivity {
        evidence: Some(link.to_owned()),
        dedupe: dedupe.to_owned(),
        ..new(Channel::Portal, "2025-10-27", dedupe)
    };
    let first = article("một", "https://xahalong.gov.vn/tin/chuyen-doi-so");
    let first = recorded(&mut tx, &recorder("2025-10-27"), &first).await;
    let shared = article("hai", "http://www.xahalong.gov.vn/tin/chuyen-doi-so/?utm_source=zalo");
    let asked = record::record_activity(&mut tx, &recorder("2025-10-28"), &shared).await;
    assert_eq!(refusal(asked), ("refused-duplicate-activity", first.seq.to_string()));
    recorded(&mut tx, &recorder("2025-10-28"), &article("ba", "https://xahalong.gov.vn/tin/2")).await;
    let line = line(&mut tx, "CT02", "2025-10-28").await;
    assert_eq!(
        (line.period_label.as_str(), line.count, line.status),
        ("Tuần 44 (27/10–02/11/2025)", 2, Status::Exceeded)
    );
}

async fn banners_hung_late_are_met_late_and_one_taken_down_is_missed(store: Store) {
    let mut tx = commune(&store).await;
    let banners = |done_on, quantity| NewActivity {
        quantity,
        ..new(Channel::Banner, done_on, "Băng zôn chuyển đổi số")
    };
    recorded(&mut tx, &recorder("2025-07-18"), &banners("2025-07-18", 5)).await;
    recorded(&mut tx, &recorder("2025-07-20"), &new(Channel::BulletinBoard, "2025-07-20", "Cụm tin")).await;
    let more = recorded(&mut tx, &recorder("2025-08-02"), &banners("2025-08-02", 2)).await;
    assert!(!more.late && more.suspected_duplicate.is_none());
    assert_eq!(said(&mut tx, "CT03", date("2025-07-31")).await, "CT03 Băng zôn: 5/7 cái, đang thực hiện");
    let last_minute: NaiveDateTime = "2025-07-31T23:59:00".parse().unwrap();
    assert_eq!(said(&mut tx, "CT03", last_minute).await, "CT03 Băng zôn: 5/7 cái, Chưa đạt");
    assert_eq!(said(&mut tx, "CT04", last_minute).await, "CT04 Cụm tin trước trụ sở UBND xã: 1/1 cụm tin, Đạt");
    assert_eq!(said(&mut tx, "CT03", date("2025-08-02")).await, "CT03 Băng zôn: 7/7 cái, Đạt (muộn, 02/8/2025)");
    let taken_down = recorder("2025-08-05");
    let refused = record::void_pieces(&mut tx, &taken_down, more.seq, 1, "  ").await;
    assert_eq!(refusal(refused).0, "refused-void-reason");
    let rest = record::void_pieces(&mut tx, &taken_down, more.seq, 1, "gió giật rách một cái").await.unwrap();
    assert_eq!(rest, Some(4));
    assert_eq!(said(&mut tx, "CT03", date("2025-08-05")).await, "CT03 Băng zôn: 6/7 cái, Chưa đạt");
    assert_eq!(record::void_pieces(&mut tx, &taken_down, 4, 9, "tháo hết").await.unwrap(), None);
    assert_eq!(line(&mut tx, "CT03", "2025-08-05").await.count, 5);
    // July is locked by now, but what is hung after its end does not belong to it.
    let july = record::record_activity(&mut tx, &recorder("2025-08-11"), &banners("2025-07-31", 2)).await;
    assert_eq!(refusal(july).0, "refused-period-locked");
    assert!(!recorded(&mut tx, &recorder("2025-08-11"), &banners("2025-08-10", 2)).await.late);
}

async fn an_act_without_proof_is_taken_and_marked(store: Store) {
    let mut tx = commune(&store).await;
    let bare = NewActivity { evidence: Some("  ".to_owned()), ..new(Channel::Banner, "2025-07-18", "Băng zôn") };
    assert!(recorded(&mut tx, &recorder("2025-07-18"), &bare).await.missing_evidence);
    // The plan does not insist on proof for the loudspeakers.
    let aired = NewActivity { evidence: None, ..new(Channel::Loudspeaker, "2025-07-18", "Bài phát") };
    assert!(!recorded(&mut tx, &recorder("2025-07-18"), &aired).await.missing_evidence);
    let text = said(&mut tx, "CT03", date("2025-07-20")).await;
    assert_eq!(text, "CT03 Băng zôn: 1/7 cái, đang thực hiện (1 thiếu minh chứng)");
}
