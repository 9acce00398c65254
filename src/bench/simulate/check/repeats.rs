//! What a look at a due schedule must lead to: one firing for each due time, and what its policy says for those that were
//! missed. Foreseen before the look from the row, the rule and the clock, and compared with the row after it.

use super::Finding;
use super::hours::Hours;
use crate::bench::simulate::rows::ScheduleRow;
use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::domain::urgency::Urgency;
use crate::usecase::House;

/// What a schedule must have come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bench::simulate) struct Foreseen {
    /// The due time that fires, if one does.
    pub(in crate::bench::simulate) fires: Option<i64>,
    state: &'static str,
    fire_at: i64,
    missed_at: Option<i64>,
}

/// How late a firing may be without its policy being asked, milliseconds.
fn grace(house: &House) -> i64 {
    house.missed_grace_minutes.saturating_mul(60_000)
}

/// What a look at this schedule now must lead to; none for a rule that cannot be read.
pub(in crate::bench::simulate) fn foresee(row: &ScheduleRow, now: Millis, house: &House) -> Option<Foreseen> {
    let urgency: Urgency = row.urgency.parse().ok()?;
    match &row.repeat_rule {
        Some(rule) => Some(repeating(row, now, &Hours::read(rule, urgency, house)?)),
        None => Some(once(row, now, urgency, house)),
    }
}

fn once(row: &ScheduleRow, now: Millis, urgency: Urgency, house: &House) -> Foreseen {
    let stands = |state, fire_at| Foreseen { fires: None, state, fire_at, missed_at: None };
    let opens = house.windows.next_allowed(now, GroupKind::Cadre, urgency, &house.holidays).0;
    if !row.is_approved || row.expires_at <= now.0 {
        stands("missed", row.fire_at)
    } else if now.0 - row.fire_at > grace(house) {
        stands("asking", row.fire_at)
    } else if opens >= row.expires_at {
        stands("missed", row.fire_at)
    } else if opens > now.0 {
        stands("active", opens)
    } else {
        Foreseen { fires: Some(row.fire_at), ..stands("ended", row.fire_at) }
    }
}

fn repeating(row: &ScheduleRow, now: Millis, hours: &Hours<'_>) -> Foreseen {
    let (first, end) = (Millis(row.fire_at), Millis(row.expires_at));
    let due = hours.within(first, now.min(end.plus_ms(-1))).last().copied().unwrap_or(first);
    let next = hours.next(due, end);
    let stands = |state, fire_at: Millis| Foreseen { fires: None, state, fire_at: fire_at.0, missed_at: None };
    let goes_on = next.map_or(stands("ended", due), |next| stands("active", next));
    let opens = hours.opens(now);
    let is_late = now.since(due) > grace(hours.house);
    if !row.is_approved || first >= end || now >= end || (is_late && hours.missed == "skip") {
        goes_on
    } else if is_late && hours.missed == "ask" {
        Foreseen { missed_at: Some(due.0), ..stands("asking", next.unwrap_or(end)) }
    } else if opens >= end {
        goes_on
    } else if opens > now {
        if hours.stays_alone(due, opens) { stands("active", opens) } else { goes_on }
    } else {
        Foreseen { fires: Some(due.0), ..goes_on }
    }
}

/// Firings of a schedule: when each was due, and when it started.
pub(in crate::bench::simulate) type Firings = [(i64, i64)];

/// Compares what a look led to with what was foreseen. `before` and `after` are the schedule's firings.
pub(in crate::bench::simulate) fn compare(
    foreseen: &Foreseen,
    after: &ScheduleRow,
    (before, now_fired): (&Firings, &Firings),
    now: Millis,
) -> Vec<Finding> {
    let wrong = |rule, what: String| Finding::new(rule, &after.id, what);
    let mut found = Vec::new();
    let fresh: Vec<i64> = now_fired.iter().filter(|firing| !before.contains(firing)).map(|firing| firing.0).collect();
    // What fired already, before the clock was set back, does not fire again.
    let wanted: Vec<i64> =
        foreseen.fires.into_iter().filter(|due| !before.iter().any(|firing| firing.0 == *due)).collect();
    if fresh != wanted {
        found.push(wrong(
            "a schedule fires once for each due time",
            format!("{wanted:?} was due, {fresh:?} fired at {}", now.0),
        ));
    }
    let stands = (after.state.as_str(), after.fire_at, after.missed_at);
    let should = (foreseen.state, foreseen.fire_at, foreseen.missed_at);
    if stands != should {
        found.push(wrong(
            "no due time is lost but by its policy",
            format!("it should stand at {should:?} and stands at {stands:?}, {}", now.0),
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::simulate::life::house;

    const DAY: i64 = 86_400_000;

    /// Monday 27 July 2026, 08:00, and a daily rule that was due then.
    fn row(missed: &str) -> (Millis, ScheduleRow) {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 7, 27).unwrap();
        let due = Millis::from_local(date.and_hms_opt(8, 0, 0).unwrap());
        let row = ScheduleRow {
            id: "s".to_owned(),
            bulletin_id: "b".to_owned(),
            fire_at: due.0,
            state: "active".to_owned(),
            missed_at: None,
            repeat_rule: Some(format!("daily at 08:00; holidays=skip; missed={missed}")),
            urgency: "normal".to_owned(),
            expires_at: due.0 + 30 * DAY,
            is_approved: true,
        };
        (due, row)
    }

    fn after(row: &ScheduleRow, state: &str, fire_at: i64, missed_at: Option<i64>) -> ScheduleRow {
        ScheduleRow { state: state.to_owned(), fire_at, missed_at, ..row.clone() }
    }

    #[test]
    fn each_policy_is_foreseen_after_an_outage_of_two_days() {
        let house = house(&[]).unwrap();
        let next = |due: Millis| due.0 + 3 * DAY;
        for (missed, state, fires, asked) in
            [("skip", "active", false, false), ("fire_once", "active", true, false), ("ask", "asking", false, true)]
        {
            let (due, row) = row(missed);
            let (latest, now) = (due.0 + 2 * DAY, due.plus_ms(2 * DAY + 3_600_000));
            let foreseen = foresee(&row, now, &house).unwrap();
            let right = after(&row, state, next(due), asked.then_some(latest));
            let fired = if fires { vec![(latest, now.0)] } else { Vec::new() };
            assert_eq!(compare(&foreseen, &right, (&[], &fired), now), [], "{missed}");
            let wrong = if fires { Vec::new() } else { vec![(latest, now.0)] };
            assert_eq!(compare(&foreseen, &right, (&[], &wrong), now).len(), 1, "{missed}");
            let lost = after(&row, state, next(due) + DAY, asked.then_some(latest));
            assert_eq!(compare(&foreseen, &lost, (&[], &fired), now).len(), 1, "{missed}");
        }
    }

    #[test]
    fn what_nobody_approved_does_not_fire() {
        let house = house(&[]).unwrap();
        let (due, row) = row("fire_once");
        let row = ScheduleRow { is_approved: false, ..row };
        assert_eq!(foresee(&row, due, &house).unwrap().fires, None);
        let once = ScheduleRow { repeat_rule: None, ..row };
        assert_eq!(foresee(&once, due, &house).unwrap().state, "missed");
    }
}
