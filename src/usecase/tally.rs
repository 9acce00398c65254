//! The plan: taking it in, and saying where it stands.
//!
//! Every number comes from rows: recorded acts, and deliveries for what the engine sent. Nothing here counts by itself;
//! the rows are handed to [`crate::domain::plan`].

use chrono::NaiveDate;

use super::{Act, Denied, UseCaseError, UseCaseResult, Via, look_up};
use crate::domain::calendar::Millis;
use crate::domain::org::{Role, UnitKind};
use crate::domain::plan::{self, AsOf, Plan, TargetProgress};
use crate::store::activities::{PlanChange, StoredPlan};
use crate::store::{Tx, inconsistent};

mod rows;
mod show;

pub use show::{LineView, TallyView, progress_for_chat, progress_table};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The plan as it now holds, with its day of issue.
    pub plan: Plan,
    /// Whether anything was written.
    pub change: PlanChange,
}

/// Where a plan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The plan.
    pub plan: Plan,
    /// The moment asked for.
    pub on: AsOf,
    /// A line for each target, in the order of the plan.
    pub lines: Vec<TargetProgress>,
}

/// Takes in a plan file; the same one again changes nothing. The day of issue is `issue_date`, else the file's, else the
/// one entered before: a file without one does not wipe it out.
///
/// # Errors
/// `Denied` for anybody but an admin, or the owner of the machine on the command line; `Refused("refused-plan-file")` with
/// the `problem` of a file that is no plan.
pub async fn import_plan(
    tx: &mut Tx,
    act: &Act<'_>,
    toml: &str,
    issue_date: Option<NaiveDate>,
) -> UseCaseResult<Imported> {
    may_import(tx, act).await?;
    let plan = Plan::from_toml(toml).map_err(|error| not_a_plan(&error))?;
    let before = tx.plan(&act.commune_id, &plan.id).await?;
    let entered = before.and_then(|before| before.issue_date);
    let date = issue_date.or(plan.issue_date).or(entered);
    let plan = plan.with_issue_date(date).map_err(|error| not_a_plan(&error))?;
    let stored = StoredPlan {
        id: act.new_id(),
        commune_id: act.commune_id.clone(),
        code: plan.id.clone(),
        title: plan.title.clone(),
        issue_date: date,
        body: toml.to_owned(),
        imported_at: act.at.0,
    };
    let change = tx.upsert_plan(&stored).await?;
    if change != PlanChange::Unchanged {
        tx.audit(act, "plan.imported", &plan.id, &crate::id::sha256_hex(toml.as_bytes())).await?;
    }
    Ok(Imported { plan, change })
}

async fn may_import(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<()> {
    match (&act.person_id, &act.via) {
        (None, Via::Chat(_)) => Err(Denied::NotRegistered.into()),
        // Whoever may run the program beside its database is the owner of both.
        (None, Via::Cli(_) | Via::Engine) => Ok(()),
        (Some(_), _) => look_up::require_any_role(tx, act, &[Role::Admin]).await.map(drop),
    }
}

fn not_a_plan(error: &plan::PlanError) -> UseCaseError {
    UseCaseError::refused_with("refused-plan-file", vec![("problem", error.to_string())])
}

/// The plan with this code, in any case of letters; none is the one imported last.
///
/// # Errors
/// `NotFound`; `Inconsistent` when what is stored is not a plan any more.
pub async fn plan_of(tx: &mut Tx, act: &Act<'_>, code: Option<&str>) -> UseCaseResult<Plan> {
    let code = code.map(str::trim);
    let mut stored = tx.plans(&act.commune_id).await?.into_iter();
    let found = stored.find(|plan| code.is_none_or(|code| plan.code.eq_ignore_ascii_case(code)));
    let not_found = || UseCaseError::NotFound { what: "plan", name: code.unwrap_or_default().to_owned() };
    read(&found.ok_or_else(not_found)?)
}

/// The plans that an act counts toward: the one named, or all of them.
///
/// # Errors
/// As [`plan_of`].
pub async fn plans_for(tx: &mut Tx, act: &Act<'_>, code: Option<&str>) -> UseCaseResult<Vec<Plan>> {
    match code {
        Some(code) => Ok(vec![plan_of(tx, act, Some(code)).await?]),
        None => tx.plans(&act.commune_id).await?.iter().map(read).collect(),
    }
}

fn read(stored: &StoredPlan) -> UseCaseResult<Plan> {
    let plan = Plan::from_toml(&stored.body).and_then(|plan| plan.with_issue_date(stored.issue_date));
    plan.map_err(|error| inconsistent("plans", "body", &stored.id, &error).into())
}

/// Where a plan stands on a day, or at a minute: what was done until then, as it is known now.
///
/// # Errors
/// `NotFound` for an unknown plan, or when there is none.
pub async fn progress(
    tx: &mut Tx,
    act: &Act<'_>,
    plan_code: Option<&str>,
    on: impl Into<AsOf>,
) -> UseCaseResult<Tally> {
    let on = on.into();
    let plan = plan_of(tx, act, plan_code).await?;
    let activities = tx.counted_activities(&act.commune_id, &plan.id, on.date).await?;
    let from = Millis::start_of(plan.issue_month.first_day());
    let until = Millis::start_of(on.date).next_day();
    let mut reaches = tx.document_reaches(&act.commune_id, from, until).await?;
    reaches.retain(|reach| reach.plan_code.as_deref() == Some(plan.id.as_str()));
    let documents = rows::documents(&reaches, &act.house.gateways);
    let mut items: Vec<_> = activities.iter().map(rows::item).collect();
    items.extend(rows::themed(&reaches, &documents));
    let documents: Vec<_> = documents.into_values().collect();
    let is_working_day = |day| act.house.holidays.is_working_day(day);
    let mut lines = plan::progress(&plan, on, &items, &documents, &is_working_day);
    let villages = villages(tx, act, on.date).await?;
    for line in &mut lines {
        let target = plan.target(&line.target_id);
        line.villages = target.and_then(|target| plan::spread(target, &items, &villages, on.date));
    }
    Ok(Tally { plan, on, lines })
}

/// The villages there are on a day.
async fn villages(tx: &mut Tx, act: &Act<'_>, on: NaiveDate) -> UseCaseResult<Vec<String>> {
    let units = tx.units(&act.commune_id, on).await?.into_iter();
    Ok(units.filter(|unit| unit.kind == UnitKind::Village).map(|unit| unit.id).collect())
}
