//! What must hold between the keys of a plan file. Each failure names its key.

use std::collections::HashSet;

use super::{Cadence, Measure, Plan, PlanError, Target, TargetKind};

/// Checks a whole plan.
pub(super) fn check(plan: &Plan) -> Result<(), PlanError> {
    for (key, text) in [("id", &plan.id), ("issuer", &plan.issuer), ("symbol", &plan.symbol), ("title", &plan.title)] {
        ensure(!text.trim().is_empty(), key, "must not be empty")?;
    }
    phases(plan)?;
    issue_date(plan)?;
    unique("theme", plan.themes.iter().map(|t| t.id.as_str()))?;
    unique("unit", plan.units.iter().map(|u| u.word.as_str()))?;
    unique("target", plan.targets.iter().map(|t| t.id.as_str()))?;
    plan.targets.iter().try_for_each(|target| check_target(plan, target))
}

/// The issue date lies in the printed month, and the first phase does not end before it.
pub(super) fn issue_date(plan: &Plan) -> Result<(), PlanError> {
    let Some(date) = plan.issue_date else { return Ok(()) };
    let month = plan.issue_month;
    if date < month.first_day() || date > month.last_day() {
        return Err(PlanError::IssueDateOutsideMonth { date, month });
    }
    Ok(())
}

fn phases(plan: &Plan) -> Result<(), PlanError> {
    ensure(!plan.phases.is_empty(), "phase", "a plan has at least one phase")?;
    unique("phase", plan.phases.iter().map(|p| p.word.as_str()))?;
    let mut previous = plan.issue_month.last_day();
    for (i, phase) in plan.phases.iter().enumerate() {
        let key = format!("phase.{}.end", phase.word);
        let Some(end) = phase.end else {
            ensure(i + 1 == plan.phases.len(), &key, "only the last phase may have no end")?;
            ensure(!phase.enforced, &key, "an enforced phase needs an end")?;
            continue;
        };
        ensure(end >= previous, &key, "must not lie before the month of issue or the phase before it")?;
        previous = end;
    }
    Ok(())
}

fn check_target(plan: &Plan, target: &Target) -> Result<(), PlanError> {
    let at = |field: &str| format!("target.{}.{field}", target.id);
    let stated = target.kind == TargetKind::Stated;
    ensure(!stated || target.number.is_some_and(|n| n > 0), &at("number"), "a stated target needs a number above 0")?;
    ensure(stated || target.number.is_none(), &at("number"), "a tracked target has no number: the paper states none")?;
    ensure(stated == target.printed.is_some(), &at("printed"), "belongs to stated targets, and to all of them")?;
    period(target, &at)?;
    measure(target, &at)?;
    for word in target.responsible.iter().chain(&target.cooperating) {
        let known = plan.units.iter().any(|unit| unit.word == *word);
        ensure(known, &at("responsible"), &format!("`{word}` is not the word of a [[unit]]"))?;
    }
    target
        .pace
        .iter()
        .try_for_each(|alert| alert.problem(stated).map_or(Ok(()), |problem| ensure(false, &at("pace"), problem)))
}

fn period(target: &Target, at: &dyn Fn(&str) -> String) -> Result<(), PlanError> {
    let once = target.period == Cadence::Once;
    let judged = matches!(target.period, Cadence::Week | Cadence::Month | Cadence::Quarter | Cadence::Once);
    ensure(
        target.kind == TargetKind::Tracked || judged,
        &at("period"),
        "a stated target is per week, month, quarter or once",
    )?;
    ensure(target.from.is_some() == target.due.is_some(), &at("due"), "`from` and `due` come together")?;
    ensure(once || target.due.is_none(), &at("due"), "belongs to `once` only")?;
    ensure(target.from <= target.due, &at("due"), "must not lie before `from`")?;
    let dated = !once || target.kind == TargetKind::Tracked || target.due.is_some();
    ensure(dated, &at("due"), "a stated one-off needs its due date")
}

fn measure(target: &Target, at: &dyn Fn(&str) -> String) -> Result<(), PlanError> {
    let documents = target.measure == Measure::DocumentCoverage;
    ensure(target.level.is_some() == documents, &at("level"), "belongs to document_coverage, and must be there")?;
    let counts_acts = matches!(target.measure, Measure::DistinctItems | Measure::SumQuantity | Measure::Done);
    ensure(
        target.kind == TargetKind::Tracked || counts_acts,
        &at("measure"),
        "a stated target counts distinct_items, sum_quantity or done",
    )?;
    let rolling = target.measure == Measure::DaysSince;
    ensure(target.freshness.is_some() == rolling, &at("freshness"), "belongs to days_since, and must be there")?;
    let ordered = target.freshness.is_none_or(|rule| rule.green_days <= rule.yellow_days);
    ensure(ordered, &at("freshness"), "green_days must not exceed yellow_days")?;
    ensure(rolling == (target.period == Cadence::Rolling), &at("period"), "rolling and days_since go together")
}

fn unique<'a>(table: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), PlanError> {
    let mut seen = HashSet::new();
    for id in ids {
        ensure(!id.trim().is_empty(), table, "an id is empty")?;
        ensure(seen.insert(id), &format!("{table}.{id}"), "appears twice")?;
    }
    Ok(())
}

fn ensure(holds: bool, key: &str, problem: &str) -> Result<(), PlanError> {
    if holds {
        return Ok(());
    }
    Err(PlanError::Invalid { key: key.to_owned(), problem: problem.to_owned() })
}
