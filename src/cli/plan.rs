//! `loa plan`: take in a plan file, show it, say where it stands.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveDateTime};

use super::opened::Opened;
use crate::domain::calendar::format_date;
use crate::domain::plan::{AsOf, Phase, Plan, Target};
use crate::store::activities::PlanChange;
use crate::usecase::tally::{self, Tally};
use crate::usecase::{UseCaseError, UseCaseResult};

/// A plan file larger than this is something else.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// What to do with plans.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum PlanCommand {
    /// Take in a plan file; the same file again changes nothing.
    #[command(after_help = "Examples:\n  loa plan import config/plans/ha-long-2025.toml\n  \
        loa plan import config/plans/ha-long-2025.toml --issue-date 2025-07-08\n\n\
        The day of issue stays as entered when a later import does not give one.")]
    Import {
        /// The plan as TOML.
        file: PathBuf,
        /// The day the paper was issued, when the file does not say; it must lie in the printed month.
        #[arg(long, value_name = "YYYY-MM-DD")]
        issue_date: Option<NaiveDate>,
    },
    /// Show a plan: its paper, its phases, its targets.
    #[command(after_help = "Example:\n  loa plan show --plan ha-long-2025")]
    Show {
        /// The plan's id; left out, the one imported last.
        #[arg(long, value_name = "CODE")]
        plan: Option<String>,
    },
    /// Say where each target stands on a day.
    #[command(
        after_help = "Examples:\n  loa plan progress --on 2025-10-28\n  loa plan progress --on 2025-07-31T23:59 --json\n\n\
        What was done until that day counts, whenever it was typed. One-off targets are due at 23:59 of their day."
    )]
    Progress {
        /// The day, or a minute of it; left out, now.
        #[arg(long, value_name = "YYYY-MM-DD[THH:MM]", value_parser = moment)]
        on: Option<AsOf>,
        /// The plan's id; left out, the one imported last.
        #[arg(long, value_name = "CODE")]
        plan: Option<String>,
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(command: PlanCommand, open: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let text = match command {
        PlanCommand::Import { file, issue_date } => import(open, &file, issue_date).await?,
        PlanCommand::Show { plan } => shown(&load(open, plan.as_deref()).await?),
        PlanCommand::Progress { on, plan, json } => {
            let tally = progress(open, plan.as_deref(), on).await?;
            if json { serde_json::to_string_pretty(&tally.view())? + "\n" } else { report(&tally) }
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// "2025-10-28", "2025-10-28T23:59" or the same with a space.
fn moment(typed: &str) -> Result<AsOf, String> {
    let typed = typed.trim();
    if let Ok(date) = typed.parse::<NaiveDate>() {
        return Ok(AsOf::from(date));
    }
    let minute = NaiveDateTime::parse_from_str(&typed.replace(' ', "T"), "%Y-%m-%dT%H:%M");
    minute.map(AsOf::from).map_err(|_| "give a day such as 2025-10-28, or a minute such as 2025-10-28T23:59".to_owned())
}

async fn import(open: &Opened, file: &PathBuf, issue_date: Option<NaiveDate>) -> anyhow::Result<String> {
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    anyhow::ensure!(size <= MAX_FILE_BYTES, "{} is larger than a megabyte: that is no plan file", file.display());
    let toml = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let commune = open.commune().await?;
    let mut tx = open.store.begin().await?;
    let imported = plain(tally::import_plan(&mut tx, &open.act(&commune.id, None), &toml, issue_date).await)?;
    tx.commit().await?;
    let done = match imported.change {
        PlanChange::Created => "imported",
        PlanChange::Updated => "updated",
        PlanChange::Unchanged => "unchanged",
    };
    let plan = imported.plan;
    Ok(format!("plan {} {done}: {} targets, {}\n", plan.id, plan.targets.len(), issued(&plan)))
}

fn issued(plan: &Plan) -> String {
    plan.issue_date.map_or_else(
        || "day of issue unknown (give --issue-date)".to_owned(),
        |date| format!("issued on {}", format_date(date)),
    )
}

async fn load(open: &Opened, code: Option<&str>) -> anyhow::Result<Plan> {
    let commune = open.commune().await?;
    let mut tx = open.store.read().await?;
    plain(tally::plan_of(&mut tx, &open.act(&commune.id, None), code).await)
}

async fn progress(open: &Opened, code: Option<&str>, on: Option<AsOf>) -> anyhow::Result<Tally> {
    let commune = open.commune().await?;
    let act = open.act(&commune.id, None);
    let on = on.unwrap_or_else(|| AsOf::from(act.at.local()));
    let mut tx = open.store.read().await?;
    plain(tally::progress(&mut tx, &act, code, on).await)
}

fn report(tally: &Tally) -> String {
    let head = format!("plan {}, on {}, {}\n", tally.plan.id, format_date(tally.on.date), issued(&tally.plan));
    head + &tally::progress_table(tally)
}

fn shown(plan: &Plan) -> String {
    let paper = format!("{}  {}\n{} {}, {}\n", plan.id, plan.title, plan.issuer, plan.printed_number(), issued(plan));
    let phases: String = plan.phases.iter().map(phase_line).collect();
    let targets: String = plan.targets.iter().map(target_line).collect();
    format!("{paper}\nphases\n{phases}\ntargets\n{targets}")
}

fn phase_line(phase: &Phase) -> String {
    let end = phase.end.map_or_else(|| "open end".to_owned(), |end| format!("until {}", format_date(end)));
    let judged = if phase.enforced { "judged" } else { "for reference" };
    format!("  {:<10} {} ({end}, {judged})\n", phase.word, phase.name)
}

fn target_line(target: &Target) -> String {
    let number = target.number.map_or_else(|| "–".to_owned(), |number| number.to_string());
    let Target { id, channel, period, noun, title, .. } = target;
    format!("  {id:<5} {number:>3} {noun:<10} per {:<12} {:<15} {title}\n", period.as_str(), channel.as_str())
}

/// The error of a use case as one line that says what to do.
fn plain<T>(result: UseCaseResult<T>) -> anyhow::Result<T> {
    result.map_err(|error| match error {
        UseCaseError::NotFound { what: "plan", name } if name.is_empty() => {
            anyhow::anyhow!("no plan has been imported yet: run `loa plan import FILE`")
        }
        UseCaseError::NotFound { what: "plan", name } => {
            anyhow::anyhow!("no plan with the id `{name}`: leave --plan out to take the one imported last")
        }
        UseCaseError::Refused { key: "refused-plan-file", args } => {
            let problems: Vec<String> = args.into_iter().map(|(_, problem)| problem).collect();
            anyhow::anyhow!("this is not a plan file: {}", problems.join("; "))
        }
        other => other.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_minute_can_be_asked_for() {
        let day: NaiveDate = "2025-07-31".parse().unwrap();
        assert_eq!(moment("2025-07-31"), Ok(AsOf::from(day)));
        let last_minute = AsOf { date: day, last_minute: true };
        assert_eq!(moment("2025-07-31T23:59"), Ok(last_minute));
        assert_eq!(moment(" 2025-07-31 23:59 "), Ok(last_minute));
        assert!(moment("31/7").is_err());
        assert!(moment("2025-02-29").is_err());
    }
}
