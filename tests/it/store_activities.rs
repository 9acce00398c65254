//! The contract of recorded acts, plans, and how far documents got.

use loa::domain::calendar::Millis;
use loa::domain::channel::Channel;
use loa::store::activities::{Activity, ActivityFilter, Day, GatewayReach, PlanChange, StatutoryForm, StoredPlan};
use loa::store::{Store, StoreError, Tx};

use crate::db::store_tests;
use crate::fixture::{self, AT, COMMUNE, day};
use sending::{Document, deliver, message};

pub mod sending;

store_tests!(
    the_same_press_is_stored_once,
    an_act_reads_back_as_it_was_written,
    the_same_content_is_found_on_its_channel_until_it_is_voided,
    acts_are_listed_by_day_and_channel,
    only_standing_acts_of_the_plan_or_of_no_plan_count,
    an_act_is_voided_once,
    a_plan_is_written_again_only_when_it_differs,
    a_delivery_is_sent_when_every_part_is_by_itself_or_by_a_resend,
    a_group_reached_twice_is_one_group,
    gateways_and_what_heads_pass_on_are_counted_apart,
    each_version_of_a_document_stands_for_itself,
    what_was_taken_back_or_is_no_document_is_left_out,
    a_document_asked_for_later_still_shows_its_first_sending,
);

fn act(seq: i64, channel: Channel, done_on: &str) -> Activity {
    Activity {
        id: format!("act-{seq}"),
        commune_id: COMMUNE.to_owned(),
        seq,
        plan_code: None,
        channel,
        unit_id: None,
        done_on: Day(done_on.parse().unwrap()),
        quantity: 1,
        attendees: None,
        statutory: StatutoryForm(channel.statutory_type()),
        place: None,
        removal: false,
        title: format!("Tin {seq}"),
        item_key: format!("tin {seq}"),
        repeat: false,
        theme: None,
        evidence: None,
        late: false,
        late_reason: None,
        recorded_by: "p-son".to_owned(),
        recorded_at: AT.0,
        voided_at: None,
        void_reason: None,
        dedupe: format!("tap-{seq}"),
    }
}

async fn write(tx: &mut Tx, activity: &Activity) {
    assert!(tx.insert_activity(activity).await.unwrap());
}

fn seqs(activities: &[Activity]) -> Vec<i64> {
    activities.iter().map(|activity| activity.seq).collect()
}

async fn the_same_press_is_stored_once(store: Store) {
    let mut tx = fixture::village(&store).await;
    write(&mut tx, &act(1, Channel::Radio, "2025-10-01")).await;
    let again = Activity { id: "other".to_owned(), seq: 2, ..act(1, Channel::Radio, "2025-10-01") };
    assert!(!tx.insert_activity(&again).await.unwrap());
    let found = tx.activity_by_dedupe(COMMUNE, "tap-1").await.unwrap().unwrap();
    assert_eq!(found.id, "act-1");
    assert_eq!(tx.activity(COMMUNE, 2).await.unwrap(), None);
    assert_eq!(tx.activity_by_dedupe("another", "tap-1").await.unwrap(), None);
}

async fn an_act_reads_back_as_it_was_written(store: Store) {
    let mut tx = fixture::village(&store).await;
    let full = Activity {
        plan_code: Some("p".to_owned()),
        unit_id: Some("u-03".to_owned()),
        quantity: i64::MAX,
        title: "Đ'ường; -- 📢".to_owned(),
        repeat: true,
        theme: Some("ND1".to_owned()),
        evidence: Some("https://xa.vn/?a=1&b=%20".to_owned()),
        late: true,
        late_reason: Some("bổ sung".to_owned()),
        attendees: Some(45),
        statutory: StatutoryForm(None),
        place: Some("ngã tư".to_owned()),
        removal: true,
        ..act(1, Channel::Banner, "2024-02-29")
    };
    write(&mut tx, &full).await;
    assert_eq!(tx.activity(COMMUNE, 1).await.unwrap(), Some(full));
}

async fn the_same_content_is_found_on_its_channel_until_it_is_voided(store: Store) {
    let mut tx = fixture::village(&store).await;
    let first = Activity { item_key: "k".to_owned(), ..act(1, Channel::Radio, "2025-10-05") };
    let repeat = Activity { item_key: "k".to_owned(), repeat: true, ..act(2, Channel::Radio, "2025-10-01") };
    write(&mut tx, &repeat).await;
    write(&mut tx, &first).await;
    write(&mut tx, &Activity { item_key: String::new(), ..act(3, Channel::Radio, "2025-10-05") }).await;
    let mut same = async |channel, key: &str| {
        let found = tx.find_same_activity(COMMUNE, channel, key).await.unwrap();
        found.map(|activity| activity.seq)
    };
    assert_eq!(same(Channel::Radio, "k").await, Some(1));
    assert_eq!(same(Channel::Loudspeaker, "k").await, None);
    assert_eq!(same(Channel::Radio, "").await, None);
    tx.void_activity("act-1", AT, "nhầm").await.unwrap();
    tx.void_activity("act-2", AT, "nhầm").await.unwrap();
    assert_eq!(tx.find_same_activity(COMMUNE, Channel::Radio, "k").await.unwrap(), None);
}

async fn acts_are_listed_by_day_and_channel(store: Store) {
    let mut tx = fixture::village(&store).await;
    write(&mut tx, &act(1, Channel::Radio, "2025-10-31")).await;
    write(&mut tx, &act(2, Channel::Portal, "2025-10-01")).await;
    write(&mut tx, &act(3, Channel::Radio, "2025-11-01")).await;
    tx.void_activity("act-3", AT, "nhầm").await.unwrap();
    let october = ActivityFilter { from: Some(day(2025, 10, 1)), to: Some(day(2025, 10, 31)), channel: None };
    assert_eq!(seqs(&tx.activities(COMMUNE, &october).await.unwrap()), [2, 1]);
    let radio = ActivityFilter { channel: Some(Channel::Radio), ..ActivityFilter::default() };
    assert_eq!(seqs(&tx.activities(COMMUNE, &radio).await.unwrap()), [1, 3]);
    assert_eq!(seqs(&tx.activities("another", &ActivityFilter::default()).await.unwrap()), [0_i64; 0]);
}

async fn only_standing_acts_of_the_plan_or_of_no_plan_count(store: Store) {
    let mut tx = fixture::village(&store).await;
    let of = |seq, plan: &str| Activity { plan_code: Some(plan.to_owned()), ..act(seq, Channel::Radio, "2025-10-02") };
    write(&mut tx, &of(1, "p")).await;
    write(&mut tx, &of(2, "q")).await;
    write(&mut tx, &act(3, Channel::Radio, "2025-10-02")).await;
    write(&mut tx, &act(4, Channel::Radio, "2025-10-03")).await;
    write(&mut tx, &act(5, Channel::Radio, "2024-01-01")).await;
    write(&mut tx, &act(6, Channel::Radio, "2025-10-02")).await;
    tx.void_activity("act-6", AT, "nhầm").await.unwrap();
    assert_eq!(seqs(&tx.counted_activities(COMMUNE, "p", day(2025, 10, 2)).await.unwrap()), [5, 1, 3]);
}

async fn an_act_is_voided_once(store: Store) {
    let mut tx = fixture::village(&store).await;
    write(&mut tx, &act(1, Channel::Radio, "2025-10-01")).await;
    tx.void_activity("act-1", AT, "nhầm ngày").await.unwrap();
    assert!(matches!(tx.void_activity("act-1", AT, "lại").await, Err(StoreError::Stale { .. })));
    let voided = tx.activity(COMMUNE, 1).await.unwrap().unwrap();
    assert_eq!((voided.voided_at, voided.void_reason.as_deref()), (Some(AT.0), Some("nhầm ngày")));
}

async fn a_plan_is_written_again_only_when_it_differs(store: Store) {
    let mut tx = fixture::village(&store).await;
    let plan = StoredPlan {
        id: "1".to_owned(),
        commune_id: COMMUNE.to_owned(),
        code: "p".to_owned(),
        title: "Kế hoạch".to_owned(),
        issue_date: None,
        body: "…".to_owned(),
        imported_at: 1,
    };
    assert_eq!(tx.upsert_plan(&plan).await.unwrap(), PlanChange::Created);
    let again = StoredPlan { id: "2".to_owned(), imported_at: 2, ..plan.clone() };
    assert_eq!(tx.upsert_plan(&again).await.unwrap(), PlanChange::Unchanged);
    let issued = StoredPlan { issue_date: Some(day(2025, 7, 8)), ..again };
    assert_eq!(tx.upsert_plan(&issued).await.unwrap(), PlanChange::Updated);
    let stored = tx.plan(COMMUNE, "p").await.unwrap().unwrap();
    assert_eq!(stored, StoredPlan { id: "1".to_owned(), ..issued });
    let newer = StoredPlan { id: "3".to_owned(), code: "q".to_owned(), imported_at: 3, ..plan };
    tx.upsert_plan(&newer).await.unwrap();
    let codes: Vec<String> = tx.plans(COMMUNE).await.unwrap().into_iter().map(|plan| plan.code).collect();
    assert_eq!(codes, ["q", "p"]);
}

/// An instant of 2025.
fn at(month: u32, date: u32) -> Millis {
    Millis::start_of(day(2025, month, date)).plus_minutes(450)
}

async fn reaches(tx: &mut Tx) -> Vec<GatewayReach> {
    tx.document_reaches(COMMUNE, at(7, 1), at(12, 31)).await.unwrap()
}

/// Gateway, planned, sent and first sent.
fn figures(reach: &GatewayReach) -> (&str, i64, i64, Option<i64>) {
    (&reach.gateway, reach.planned, reach.sent, reach.first_sent_at)
}

async fn sent_document(tx: &mut Tx, number: u32) -> Document<'static> {
    let document = Document::local(number, None);
    document.write(tx).await;
    document.broadcast(tx, &format!("r{number}"), 1, at(8, 1)).await;
    document
}

async fn a_delivery_is_sent_when_every_part_is_by_itself_or_by_a_resend(store: Store) {
    let mut tx = fixture::village(&store).await;
    sent_document(&mut tx, 1).await;
    let sent = |date| ("sent", Some(at(8, date)));
    deliver(&mut tx, "r1", ("zalo", "whole"), &[sent(3), sent(2)]).await;
    deliver(&mut tx, "r1", ("zalo", "part"), &[sent(1), ("failed", None)]).await;
    deliver(&mut tx, "r1", ("zalo", "doubt"), &[("unknown", None)]).await;
    deliver(&mut tx, "r1", ("zalo", "again"), &[sent(1), ("unknown", None)]).await;
    message(&mut tx, "r1/again", (2, 2), Some("r1/again#2"), ("failed", None)).await;
    assert_eq!(figures(&reaches(&mut tx).await[0]), ("zalo", 4, 1, Some(at(8, 3).0)));
    message(&mut tx, "r1/again", (2, 2), Some("r1/again#2+"), ("sent", Some(at(8, 2)))).await;
    assert_eq!(figures(&reaches(&mut tx).await[0]), ("zalo", 4, 2, Some(at(8, 2).0)));
}

async fn a_group_reached_twice_is_one_group(store: Store) {
    let mut tx = fixture::village(&store).await;
    let document = sent_document(&mut tx, 1).await;
    document.broadcast(&mut tx, "again", 1, at(8, 2)).await;
    deliver(&mut tx, "r1", ("zalo", "a"), &[("sent", Some(at(8, 1)))]).await;
    deliver(&mut tx, "again", ("zalo", "a"), &[("sent", Some(at(8, 2)))]).await;
    deliver(&mut tx, "again", ("zalo", "b"), &[("failed", None)]).await;
    let reaches = reaches(&mut tx).await;
    assert_eq!(reaches.iter().map(figures).collect::<Vec<_>>(), [("zalo", 2, 1, Some(at(8, 1).0))]);
}

async fn gateways_and_what_heads_pass_on_are_counted_apart(store: Store) {
    let mut tx = fixture::village(&store).await;
    sent_document(&mut tx, 1).await;
    deliver(&mut tx, "r1", ("zalo", "a"), &[("pending", None)]).await;
    deliver(&mut tx, "r1", ("zalo", "private-b"), &[("sent", Some(at(8, 1)))]).await;
    deliver(&mut tx, "r1", ("tele", "c"), &[("sent", Some(at(8, 2)))]).await;
    let reaches = reaches(&mut tx).await;
    let expected = [("tele", 1, 1, Some(at(8, 2).0)), ("zalo", 1, 0, None), ("zalo", 1, 1, Some(at(8, 1).0))];
    assert_eq!(reaches.iter().map(figures).collect::<Vec<_>>(), expected);
    assert_eq!(reaches.iter().map(|reach| reach.relay).collect::<Vec<_>>(), [false, false, true]);
}

async fn each_version_of_a_document_stands_for_itself(store: Store) {
    let mut tx = fixture::village(&store).await;
    let document = sent_document(&mut tx, 1).await;
    deliver(&mut tx, "r1", ("zalo", "a"), &[("sent", Some(at(8, 1)))]).await;
    document.version(&mut tx, 2).await;
    document.broadcast(&mut tx, "corrected", 2, at(8, 5)).await;
    deliver(&mut tx, "corrected", ("zalo", "a"), &[("pending", None)]).await;
    let reaches = reaches(&mut tx).await;
    let versions: Vec<_> = reaches.iter().map(|reach| (reach.code.as_str(), reach.version, reach.sent)).collect();
    assert_eq!(versions, [("VB-2025-0001", 1, 1), ("VB-2025-0001", 2, 0)]);
}

async fn what_was_taken_back_or_is_no_document_is_left_out(store: Store) {
    let mut tx = fixture::village(&store).await;
    for (number, kind) in [(1, "directive"), (2, "announcement"), (3, "urgent"), (4, "script"), (5, "directive")] {
        let document = Document { kind, ..Document::local(number, Some("p")) };
        document.write(&mut tx).await;
        document.broadcast(&mut tx, &format!("r{number}"), 1, at(8, 1)).await;
        deliver(&mut tx, &format!("r{number}"), ("zalo", "a"), &[("sent", Some(at(8, 1)))]).await;
    }
    let taken_back = format!("UPDATE broadcasts SET state = 'withdrawn', closed_at = {} WHERE id = 'r5'", at(8, 2).0);
    fixture::raw(&mut tx, &taken_back).await;
    fixture::raw(&mut tx, "UPDATE bulletins SET state = 'withdrawn' WHERE id = 'b2'").await;
    let reaches = reaches(&mut tx).await;
    let seen: Vec<_> = reaches.iter().map(|reach| (reach.code.as_str(), reach.withdrawn)).collect();
    assert_eq!(seen, [("VB-2025-0001", false), ("VB-2025-0002", true)]);
    assert_eq!(tx.document_reaches("another", at(7, 1), at(12, 31)).await.unwrap(), []);
}

async fn a_document_asked_for_later_still_shows_its_first_sending(store: Store) {
    let mut tx = fixture::village(&store).await;
    let document = sent_document(&mut tx, 1).await;
    deliver(&mut tx, "r1", ("zalo", "a"), &[("sent", Some(at(8, 1)))]).await;
    fixture::raw(&mut tx, &format!("UPDATE broadcasts SET state = 'closed', closed_at = {}", at(8, 2).0)).await;
    let mut codes = async |from, to| tx.document_reaches(COMMUNE, from, to).await.unwrap().len();
    assert_eq!(codes(at(7, 1), at(8, 1)).await, 0);
    assert_eq!(codes(at(8, 2), at(9, 1)).await, 1);
    assert_eq!(codes(at(8, 3), at(9, 1)).await, 0);
    document.version(&mut tx, 2).await;
    document.broadcast(&mut tx, "corrected", 2, at(9, 5)).await;
    deliver(&mut tx, "corrected", ("zalo", "a"), &[("sent", Some(at(9, 5)))]).await;
    let versions = tx.document_reaches(COMMUNE, at(9, 1), at(10, 1)).await.unwrap();
    assert_eq!(
        versions.iter().map(|reach| reach.first_sent_at).collect::<Vec<_>>(),
        [Some(at(8, 1).0), Some(at(9, 5).0)]
    );
}
