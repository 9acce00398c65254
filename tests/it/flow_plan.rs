//! Recording off-line acts and counting them toward the plan. Here: who may, what may be, and what is kept; the counts
//! themselves are in the parts below.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use loa::domain::calendar::{Holidays, Millis, OfficeHours, SendWindows};
use loa::domain::channel::Channel;
use loa::domain::org::Role;
use loa::domain::plan::{AsOf, TargetProgress};
use loa::domain::render::{Capabilities, Labels};
use loa::domain::urgency::Policies;
use loa::domain::when::WhenConfig;
use loa::id::SeededEntropy;
use loa::locale::Locale;
use loa::store::activities::{ActivityFilter, PlanChange};
use loa::store::{Store, Tx};
use loa::usecase::house::GatewayTraits;
use loa::usecase::record::{self, NewActivity, Recorded};
use loa::usecase::tally::{self, Tally, progress_for_chat};
use loa::usecase::{Act, Denied, House, UseCaseError, Via};

use crate::db::sqlite_tests;
use crate::fixture::{self, COMMUNE, day};

mod command_line;
mod documents;
mod targets;

sqlite_tests!(
    a_double_tap_is_one_act,
    two_presses_at_the_same_moment_are_one_act,
    what_cannot_have_been_done_is_refused,
    who_may_not_record_is_refused,
    a_voided_act_counts_nowhere_and_needs_a_reason,
    an_imported_plan_keeps_the_issue_date_that_was_entered,
    without_a_plan_acts_are_kept_for_the_one_to_come,
);

const PLAN: &str = include_str!("../../config/plans/ha-long-2025.toml");
const HOLIDAYS: &str = include_str!("../../config/holidays/vn.toml");

fn gateway(counts_as_zalo: bool) -> GatewayTraits {
    let render = Capabilities { text_limit_utf16: 4096, caption_limit: 1024, html: true, buttons: true, files: true };
    GatewayTraits::unlimited(render, counts_as_zalo, true)
}

static HOUSE: LazyLock<Arc<House>> = LazyLock::new(|| {
    Arc::new(House {
        locale: Locale::vietnamese(),
        labels: Labels::load(str::to_owned),
        holidays: Holidays::from_toml(HOLIDAYS).unwrap(),
        windows: SendWindows::default(),
        office: OfficeHours::default(),
        policies: Policies::default(),
        times: WhenConfig::default(),
        missed_grace_minutes: 15,
        approval_warning_minutes: 60,
        lapse_days: 30,
        retention: loa::domain::retention::Periods::default(),
        strangers: loa::domain::strangers::Allowance::default(),
        contact: String::new(),
        duty_phones: String::new(),
        public_url: None,
        gateways: BTreeMap::from([("zalo".to_owned(), gateway(true)), ("tele".to_owned(), gateway(false))]),
    })
});

static ENTROPY: LazyLock<Arc<SeededEntropy>> = LazyLock::new(|| SeededEntropy::new(11));

/// What a person does at an instant; none is the owner of the machine.
fn act(person: Option<&str>, at: Millis) -> Act<'static> {
    Act {
        commune_id: COMMUNE.to_owned(),
        person_id: person.map(str::to_owned),
        unconfirmed: false,
        via: Via::Cli("lan".to_owned()),
        at,
        wall: at,
        entropy: ENTROPY.as_ref(),
        house: &HOUSE,
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Nine in the morning.
fn morning(text: &str) -> Millis {
    Millis::start_of(date(text)).plus_minutes(9 * 60)
}

/// The recorder, at work on a day.
fn recorder(on: &str) -> Act<'static> {
    act(Some("p-son"), morning(on))
}

/// The villages, a recorder, an admin, and the plan as issued on 8 July 2025.
async fn commune(store: &Store) -> Tx {
    let mut tx = fixture::village(store).await;
    fixture::grant(&mut tx, "p-son", Role::Recorder, "u-xa").await;
    fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
    let issued = Some(day(2025, 7, 8));
    tally::import_plan(&mut tx, &act(None, morning("2025-07-09")), PLAN, issued).await.unwrap();
    tx
}

/// An act with proof; its title, channel and day are its key.
fn new(channel: Channel, done_on: &str, title: &str) -> NewActivity {
    NewActivity {
        channel,
        called: None,
        done_on: date(done_on),
        quantity: 1,
        attendees: None,
        place: None,
        removal: false,
        title: title.to_owned(),
        unit_id: None,
        evidence: Some("bản ghi âm".to_owned()),
        repeat: None,
        theme: None,
        plan_code: None,
        lock_reason: None,
        dedupe: format!("{channel}/{done_on}/{title}"),
    }
}

fn radio(done_on: &str, title: &str) -> NewActivity {
    new(Channel::Radio, done_on, title)
}

async fn recorded(tx: &mut Tx, act: &Act<'_>, new: &NewActivity) -> Recorded {
    record::record_activity(tx, act, new).await.unwrap()
}

/// The key of a refusal, with the value of its first argument.
fn refusal<T: std::fmt::Debug>(result: Result<T, UseCaseError>) -> (&'static str, String) {
    match result.unwrap_err() {
        UseCaseError::Refused { key, args } => {
            (key, args.into_iter().next().map(|(_, value)| value).unwrap_or_default())
        }
        other => panic!("{other}"),
    }
}

async fn tally_on(tx: &mut Tx, on: impl Into<AsOf>) -> Tally {
    tally::progress(tx, &recorder("2025-12-31"), None, on).await.unwrap()
}

async fn line(tx: &mut Tx, id: &str, on: &str) -> TargetProgress {
    let tally = tally_on(tx, date(on)).await;
    tally.lines.into_iter().find(|line| line.target_id == id).unwrap()
}

/// The line of a target as `/chitieu` prints it.
async fn said(tx: &mut Tx, id: &str, on: impl Into<AsOf>) -> String {
    let text = progress_for_chat(&tally_on(tx, on).await, &HOUSE.locale);
    text.lines().find(|line| line.starts_with(id)).unwrap().to_owned()
}

/// Seven different items in October, five of them aired a second time.
async fn seven_items_and_five_repeats(tx: &mut Tx) {
    for number in 1..=7 {
        let on = format!("2025-10-{:02}", number * 3);
        recorded(tx, &recorder(&on), &radio(&on, &format!("Bản tin số {number}"))).await;
    }
    for number in 1..=5 {
        let on = format!("2025-10-{:02}", 22 + number);
        let again = NewActivity { repeat: Some(true), ..radio(&on, &format!("Bản tin số {number}")) };
        let again = recorded(tx, &recorder(&on), &again).await;
        assert!(again.repeat);
        assert_eq!(again.suspected_duplicate, Some(number));
    }
}

async fn a_double_tap_is_one_act(store: Store) {
    let mut tx = commune(&store).await;
    let item = radio("2025-10-30", "Ứng dụng VNeID");
    let first = recorded(&mut tx, &recorder("2025-10-30"), &item).await;
    assert_eq!(recorded(&mut tx, &recorder("2025-10-30"), &item).await, first);
    assert_eq!(tx.activities(COMMUNE, &ActivityFilter::default()).await.unwrap().len(), 1);
    // The number that follows has no gap before it.
    assert_eq!(recorded(&mut tx, &recorder("2025-10-30"), &radio("2025-10-30", "Bài khác")).await.seq, first.seq + 1);
}

async fn two_presses_at_the_same_moment_are_one_act(store: Store) {
    commune(&store).await.commit().await.unwrap();
    let press = async || {
        let mut tx = store.begin().await.unwrap();
        let done = recorded(&mut tx, &recorder("2025-10-30"), &radio("2025-10-30", "Tin")).await;
        tx.commit().await.unwrap();
        done.seq
    };
    let (one, other) = tokio::join!(press(), press());
    assert_eq!(one, other);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.activities(COMMUNE, &ActivityFilter::default()).await.unwrap().len(), 1);
}

async fn what_cannot_have_been_done_is_refused(store: Store) {
    let mut tx = commune(&store).await;
    let now = recorder("2025-10-30");
    let good = radio("2025-10-30", "Tin");
    let cases = [
        ("refused-activity-future", radio("2025-10-31", "Tin")),
        ("refused-activity-date", radio("1025-10-30", "Tin")),
        ("refused-activity-quantity", NewActivity { quantity: 0, ..good.clone() }),
        ("refused-activity-quantity", NewActivity { quantity: i64::MAX, ..good.clone() }),
        ("refused-activity-untitled", radio("2025-10-30", " \u{200b}\n")),
        ("refused-activity-long", radio("2025-10-30", &"a".repeat(10_000_000))),
        ("refused-activity-long", NewActivity { evidence: Some("a".repeat(2_001)), ..good.clone() }),
        ("refused-activity-automatic", new(Channel::ChatGroup, "2025-10-30", "Tin")),
        ("refused-theme-unknown", NewActivity { theme: Some("ND9".to_owned()), ..good.clone() }),
    ];
    for (key, new) in cases {
        assert_eq!(refusal(record::record_activity(&mut tx, &now, &new).await).0, key);
    }
    let elsewhere = NewActivity { plan_code: Some("no-such".to_owned()), ..good.clone() };
    let error = record::record_activity(&mut tx, &now, &elsewhere).await.unwrap_err();
    assert!(matches!(error, UseCaseError::NotFound { what: "plan", .. }));
    let nowhere = NewActivity { unit_id: Some("u-99".to_owned()), ..good };
    let error = record::record_activity(&mut tx, &now, &nowhere).await.unwrap_err();
    assert!(matches!(error, UseCaseError::NotFound { what: "unit", .. }));
    assert_eq!(tx.activities(COMMUNE, &ActivityFilter::default()).await.unwrap(), []);
}

async fn who_may_not_record_is_refused(store: Store) {
    let mut tx = commune(&store).await;
    let item = radio("2025-10-30", "Tin");
    let denied = |error| match error {
        UseCaseError::Denied(denied) => denied,
        other => panic!("{other}"),
    };
    let nobody = act(None, morning("2025-10-30"));
    let error = record::record_activity(&mut tx, &nobody, &item).await.unwrap_err();
    assert_eq!(denied(error), Denied::NotRegistered);
    let head = act(Some("p-binh"), morning("2025-10-30"));
    let error = record::record_activity(&mut tx, &head, &item).await.unwrap_err();
    assert_eq!(denied(error), Denied::MissingRole(Role::Recorder));
    // A right on one village is no right on another.
    fixture::grant(&mut tx, "p-binh", Role::Recorder, "u-03").await;
    let meeting =
        |unit: &str| NewActivity { unit_id: Some(unit.to_owned()), ..new(Channel::Meeting, "2025-10-30", unit) };
    recorded(&mut tx, &head, &meeting("u-03")).await;
    let error = record::record_activity(&mut tx, &head, &meeting("u-04")).await.unwrap_err();
    assert_eq!(denied(error), Denied::MissingRole(Role::Recorder));
}

async fn a_voided_act_counts_nowhere_and_needs_a_reason(store: Store) {
    let mut tx = commune(&store).await;
    let now = recorder("2025-10-30");
    let item = recorded(&mut tx, &now, &radio("2025-10-30", "Tin")).await;
    assert_eq!(refusal(record::void_activity(&mut tx, &now, item.seq, "").await).0, "refused-void-reason");
    record::void_activity(&mut tx, &now, item.seq, "nhầm ngày").await.unwrap();
    assert_eq!(line(&mut tx, "CT01", "2025-10-30").await.count, 0);
    let again = record::void_activity(&mut tx, &now, item.seq, "nhầm ngày").await;
    assert_eq!(refusal(again).0, "refused-activity-voided");
    let unknown = record::void_activity(&mut tx, &now, 99, "nhầm").await.unwrap_err();
    assert!(matches!(unknown, UseCaseError::NotFound { what: "activity", .. }));
    // What was voided is no duplicate of what is typed anew.
    let anew = NewActivity { dedupe: "nhập lại".to_owned(), ..radio("2025-10-29", "Tin") };
    assert_eq!(recorded(&mut tx, &now, &anew).await.suspected_duplicate, None);
    tx.seal_audit().await.unwrap();
    let entries = tx.audit_page(0, 10).await.unwrap();
    // Entries of one instant have no order among themselves.
    let mut acts: Vec<_> = entries.iter().map(|entry| (entry.act.as_str(), entry.detail.as_str())).collect();
    acts.sort_unstable();
    let recorded = |detail| ("activity.recorded", detail);
    let (first, anew) = (recorded("seq=1 channel=radio quantity=1"), recorded("seq=2 channel=radio quantity=1"));
    assert_eq!(acts[..3], [first, anew, ("activity.voided", "seq=1 quantity=1")]);
    assert!(entries.iter().all(|entry| !entry.detail.contains("Tin") && !entry.detail.contains("nhầm")));
}

async fn an_imported_plan_keeps_the_issue_date_that_was_entered(store: Store) {
    let mut tx = commune(&store).await;
    let owner = act(None, morning("2025-07-10"));
    let again = tally::import_plan(&mut tx, &owner, PLAN, None).await.unwrap();
    assert_eq!((again.change, again.plan.issue_date), (PlanChange::Unchanged, Some(day(2025, 7, 8))));
    let moved = tally::import_plan(&mut tx, &owner, PLAN, Some(day(2025, 7, 9))).await.unwrap();
    assert_eq!((moved.change, moved.plan.issue_date), (PlanChange::Updated, Some(day(2025, 7, 9))));
    let outside = tally::import_plan(&mut tx, &owner, PLAN, Some(day(2025, 8, 1))).await;
    assert_eq!(refusal(outside).0, "refused-plan-file");
    assert_eq!(refusal(tally::import_plan(&mut tx, &owner, "= \u{feff}", None).await).0, "refused-plan-file");
    let recorder = tally::import_plan(&mut tx, &recorder("2025-07-10"), PLAN, None).await.unwrap_err();
    assert!(matches!(recorder, UseCaseError::Denied(Denied::MissingRole(Role::Admin))));
    let stranger = Act { via: Via::Chat("tele".to_owned()), ..owner };
    let stranger = tally::import_plan(&mut tx, &stranger, PLAN, None).await.unwrap_err();
    assert!(matches!(stranger, UseCaseError::Denied(Denied::NotRegistered)));
}

async fn without_a_plan_acts_are_kept_for_the_one_to_come(store: Store) {
    let mut tx = fixture::village(&store).await;
    fixture::grant(&mut tx, "p-son", Role::Recorder, "u-xa").await;
    let item = recorded(&mut tx, &recorder("2025-07-09"), &radio("2025-07-09", "Tin")).await;
    assert!(!item.missing_evidence && !item.late);
    let none = tally::progress(&mut tx, &recorder("2025-07-09"), None, day(2025, 7, 9)).await.unwrap_err();
    assert!(matches!(none, UseCaseError::NotFound { what: "plan", .. }));
    tally::import_plan(&mut tx, &act(None, morning("2025-07-10")), PLAN, None).await.unwrap();
    assert_eq!(line(&mut tx, "CT01", "2025-07-10").await.count, 1);
    let text = said(&mut tx, "CT01", day(2025, 7, 10)).await;
    assert_eq!(text, "CT01 Đài truyền thanh xã: 1 tin, không đánh giá (chưa nhập ngày ban hành)");
}
