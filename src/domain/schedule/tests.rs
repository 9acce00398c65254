//! One schedule of Monday 28/7/2025 07:30, looked at from every side.

use chrono::NaiveDate;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn at(day: u32, hour: u32, minute: u32) -> Millis {
    Millis::from_local(NaiveDate::from_ymd_opt(2025, 7, day).unwrap().and_hms_opt(hour, minute, 0).unwrap())
}

fn monday() -> Millis {
    at(28, 7, 30)
}

struct Fixture {
    windows: SendWindows,
    holidays: Holidays,
}

impl Fixture {
    fn new() -> Self {
        Self { windows: SendWindows::default(), holidays: Holidays::default() }
    }

    fn rules(&self, missed: MissedPolicy) -> Rules<'_> {
        Rules {
            missed,
            grace: DEFAULT_GRACE,
            audience: GroupKind::Cadre,
            urgency: Urgency::Normal,
            windows: &self.windows,
            holidays: &self.holidays,
        }
    }
}

fn decide_skipping(now: Millis, approved: bool, expires_at: Option<Millis>) -> Decision {
    decide(now, monday(), approved, expires_at, &Fixture::new().rules(MissedPolicy::Skip))
}

#[rstest]
#[case::the_friday_before(at(25, 17, 0))]
#[case::one_minute_before(at(28, 7, 29))]
fn nothing_is_sent_before_its_hour(#[case] now: Millis) {
    for approved in [true, false] {
        assert_eq!(decide_skipping(now, approved, None), Decision::NotYet { next: monday() });
    }
}

#[rstest]
#[case::on_the_minute(monday(), Decision::Fire)]
#[case::within_the_grace(at(28, 7, 45), Decision::Fire)]
#[case::just_beyond_the_grace(at(28, 7, 45).plus_ms(1), Decision::Missed(MissedReason::EngineDown))]
fn an_approved_one_fires_at_its_hour_or_a_little_later(#[case] now: Millis, #[case] decision: Decision) {
    assert_eq!(decide_skipping(now, true, None), decision);
}

#[rstest]
#[case(monday())]
#[case(at(28, 7, 31))]
#[case(at(31, 9, 0))]
fn an_unapproved_one_at_its_hour_is_missed_forever(#[case] now: Millis) {
    let fixture = Fixture::new();
    for policy in MissedPolicy::ALL {
        let decision = decide(now, monday(), false, None, &fixture.rules(*policy));
        assert_eq!(decision, Decision::Missed(MissedReason::Unapproved));
    }
}

#[rstest]
#[case(MissedPolicy::Skip, Decision::Missed(MissedReason::EngineDown))]
#[case(MissedPolicy::FireOnce, Decision::Fire)]
#[case(MissedPolicy::Ask, Decision::Ask)]
fn after_a_long_stop_the_policy_decides(#[case] policy: MissedPolicy, #[case] decision: Decision) {
    let fixture = Fixture::new();
    assert_eq!(decide(at(28, 9, 0), monday(), true, None, &fixture.rules(policy)), decision);
}

#[test]
fn a_late_one_is_shifted_into_the_next_window() {
    let fixture = Fixture::new();
    let rules = fixture.rules(MissedPolicy::FireOnce);
    assert_eq!(decide(at(28, 23, 0), monday(), true, None, &rules), Decision::ShiftTo(at(29, 6, 30)));
    assert_eq!(decide(at(29, 6, 30), at(29, 6, 30), true, None, &rules), Decision::Fire);
}

#[test]
fn a_weekend_hour_shifts_to_monday_unless_it_is_urgent() {
    let fixture = Fixture::new();
    let normal = fixture.rules(MissedPolicy::Skip);
    let saturday = at(26, 7, 30);
    assert_eq!(decide(saturday, saturday, true, None, &normal), Decision::ShiftTo(at(28, 6, 30)));
    let flash = Rules { urgency: Urgency::Flash, ..normal };
    assert_eq!(decide(saturday, saturday, true, None, &flash), Decision::Fire);
}

#[rstest]
#[case::before_its_hour(at(25, 8, 0), at(26, 0, 0))]
#[case::exactly_at_its_hour(monday(), monday())]
#[case::during_a_stop(at(28, 9, 0), at(28, 8, 0))]
fn an_expired_one_is_never_sent(#[case] now: Millis, #[case] expires_at: Millis) {
    assert_eq!(decide_skipping(now, true, Some(expires_at)), Decision::Expired);
}

#[test]
fn a_shift_past_the_expiry_is_an_expiry() {
    let fixture = Fixture::new();
    let rules = fixture.rules(MissedPolicy::Skip);
    let late = at(25, 21, 0);
    assert_eq!(decide(late, late, true, Some(at(27, 0, 0)), &rules), Decision::Expired);
}

#[test]
fn the_hour_is_stored_as_a_number() {
    assert_eq!(serde_json::to_string(&Once { at: Millis(5) }).unwrap(), "{\"at\":5}");
}

proptest! {
    #[test]
    fn it_fires_only_when_approved_due_unexpired_and_allowed(
        now in 0_i64..40_000,
        fire in 0_i64..40_000,
        approved in any::<bool>(),
        expiry in proptest::option::of(0_i64..40_000),
        policy in 0..3_usize,
        urgency in 0..4_usize,
    ) {
        let minutes = |count| at(1, 0, 0).plus_minutes(count);
        let (now, fire_at, expires_at) = (minutes(now), minutes(fire), expiry.map(minutes));
        let fixture = Fixture::new();
        let rules = Rules { urgency: Urgency::ALL[urgency], ..fixture.rules(MissedPolicy::ALL[policy]) };
        match decide(now, fire_at, approved, expires_at, &rules) {
            Decision::Fire => {
                let allowed = rules.windows.next_allowed(now, rules.audience, rules.urgency, rules.holidays);
                prop_assert!(approved && now >= fire_at && expires_at.is_none_or(|at| now < at) && allowed == now);
            }
            Decision::ShiftTo(later) => prop_assert!(approved && later > now && expires_at.is_none_or(|at| later < at)),
            Decision::NotYet { next } => prop_assert!(next > now),
            Decision::Missed(MissedReason::Unapproved) => prop_assert!(!approved && now >= fire_at),
            Decision::Missed(MissedReason::EngineDown) | Decision::Ask => prop_assert!(fire_at.until(now) > DEFAULT_GRACE),
            Decision::Expired => prop_assert!(expires_at.is_some()),
        }
    }
}
