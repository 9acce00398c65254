//! `loa activity`: record what was done off-line, and list it.

use std::io::Write;

use chrono::NaiveDate;

use super::explain::explain;
use super::opened::Opened;
use crate::domain::calendar::format_date;
use crate::domain::channel::Channel;
use crate::locale::Locale;
use crate::store::activities::{Activity, ActivityFilter, StatutoryForm};
use crate::usecase::record::{self, NewActivity, Recorded};
use crate::usecase::{Act, UseCaseError};

/// What to do with activities.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum ActivityCommand {
    /// Record one act on a channel on a day.
    #[command(after_help = "Examples:\n  \
        loa activity add --channel radio --on 2025-10-30 --title \"Ứng dụng VNeID\" --evidence BP-2025-0003 --as hung\n  \
        loa activity add --channel banner --on 2025-07-18 --quantity 5 --title \"Băng zôn chuyển đổi số\" --as hung\n  \
        loa activity add --channel training --on 2025-10-12 --people 45 --title \"Kỹ năng số\" --as hung\n  \
        loa activity add --channel panel --on 2025-10-05 --quantity 2 --removed --title \"Ngã tư Bến\" --as hung\n  \
        loa activity add --channel portal --on 2025-10-30 --title \"Tin\" --evidence https://… --repeat --as hung\n\n\
        Content that was recorded before is refused until --repeat or --distinct says what it is.")]
    Add(Box<Add>),
    /// List acts by the day they were done.
    #[command(
        after_help = "Examples:\n  loa activity list --from 2025-10-01 --to 2025-10-31 --channel radio\n  loa activity list --json"
    )]
    List {
        /// First day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<NaiveDate>,
        /// Last day, inclusive.
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<NaiveDate>,
        /// One channel only.
        #[arg(long, value_parser = channel)]
        channel: Option<Channel>,
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
}

/// One act to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Add {
    /// The channel: a word such as radio or banner, or its Vietnamese name in any spelling.
    #[arg(long, value_parser = channel)]
    pub channel: Channel,
    /// The day it was done.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: NaiveDate,
    /// Pieces.
    #[arg(long, default_value_t = 1)]
    pub quantity: i64,
    /// People present, for meetings, training and the like.
    #[arg(long)]
    pub people: Option<i64>,
    /// Where it hangs; left out, the title names the place.
    #[arg(long)]
    pub place: Option<String>,
    /// The pieces were taken down.
    #[arg(long)]
    pub removed: bool,
    /// What it was.
    #[arg(long)]
    pub title: String,
    /// Proof: a link, a place, a note.
    #[arg(long)]
    pub evidence: Option<String>,
    /// It is a repeat: shown beside, never counted.
    #[arg(long, conflicts_with = "distinct")]
    pub repeat: bool,
    /// It only looks like something recorded before: count it.
    #[arg(long)]
    pub distinct: bool,
    /// The code of the unit it was done for.
    #[arg(long, value_name = "CODE")]
    pub unit: Option<String>,
    /// Theme of the plan, such as ND1.
    #[arg(long)]
    pub theme: Option<String>,
    /// The plan it is for; left out, it counts toward every plan with this channel.
    #[arg(long, value_name = "CODE")]
    pub plan: Option<String>,
    /// Who records it: the code, or the name, of a person with the right.
    #[arg(long = "as", value_name = "PERSON")]
    pub person: String,
    /// Why it goes into a locked period; admins only.
    #[arg(long)]
    pub reason: Option<String>,
}

/// A list as JSON.
#[derive(serde::Serialize)]
struct Listing<'a> {
    activities: Vec<Row<'a>>,
}

#[derive(serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a row as it is printed: each mark is a field of its own in JSON")]
struct Row<'a> {
    seq: i64,
    channel: Channel,
    done_on: NaiveDate,
    quantity: i64,
    people: Option<i64>,
    place: Option<&'a str>,
    removed: bool,
    /// The type of Nghị định 49/2024/NĐ-CP; null when it is none of the eight.
    statutory: StatutoryForm,
    title: &'a str,
    repeat: bool,
    theme: Option<&'a str>,
    evidence: Option<&'a str>,
    plan: Option<&'a str>,
    late: bool,
    voided: bool,
    void_reason: Option<&'a str>,
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(command: ActivityCommand, open: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let text = match command {
        ActivityCommand::Add(add) => {
            let recorded = record(open, &add).await?;
            described(&add, &recorded)
        }
        ActivityCommand::List { from, to, channel, json } => {
            let activities = list(open, &ActivityFilter { from, to, channel }).await?;
            if json { as_json(&activities)? } else { activities.iter().map(line).collect() }
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn channel(typed: &str) -> Result<Channel, String> {
    let known = typed.parse::<Channel>();
    known.or_else(|error| Channel::from_vietnamese(typed).ok_or(error)).map_err(|error| error.to_string())
}

async fn record(open: &Opened, add: &Add) -> anyhow::Result<Recorded> {
    let commune = open.commune().await?;
    let mut tx = open.store.begin().await?;
    let person = open.person(&mut tx, &commune.id, &add.person).await?;
    let act = open.act(&commune.id, Some(person.id));
    let unit_id = match &add.unit {
        Some(code) => {
            let unit = tx.unit_by_code(&commune.id, code).await?;
            Some(unit.ok_or_else(|| anyhow::anyhow!("no unit with the code `{code}`: `loa org show` lists them"))?.id)
        }
        None => None,
    };
    let recorded = record::record_activity(&mut tx, &act, &new_activity(&act, add, unit_id)).await;
    let recorded = recorded.map_err(|error| plain(error, &person.name, &open.house.locale))?;
    tx.commit().await?;
    Ok(recorded)
}

fn new_activity(act: &Act<'_>, add: &Add, unit_id: Option<String>) -> NewActivity {
    let answers = [(add.repeat, true), (add.distinct, false)];
    NewActivity {
        channel: add.channel,
        called: None,
        done_on: add.on,
        quantity: add.quantity,
        attendees: add.people,
        place: add.place.clone(),
        removal: add.removed,
        title: add.title.clone(),
        unit_id,
        evidence: add.evidence.clone(),
        repeat: answers.into_iter().find_map(|(given, answer)| given.then_some(answer)),
        theme: add.theme.clone(),
        plan_code: add.plan.clone(),
        lock_reason: add.reason.clone(),
        // Each run of the command is an act of its own; what looks the same is asked about.
        dedupe: format!("cli:{}", act.new_id()),
    }
}

fn described(add: &Add, recorded: &Recorded) -> String {
    let marks = [
        (recorded.repeat, "a repeat, not counted"),
        (recorded.late, "late entry"),
        (recorded.missing_evidence, "evidence missing"),
    ];
    let marks: Vec<&str> = marks.into_iter().filter_map(|(holds, mark)| holds.then_some(mark)).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join("; ")) };
    format!("recorded #{}: {} on {}{marks}\n", recorded.seq, add.channel, format_date(add.on))
}

async fn list(open: &Opened, filter: &ActivityFilter) -> anyhow::Result<Vec<Activity>> {
    let commune = open.commune().await?;
    let mut tx = open.store.read().await?;
    Ok(tx.activities(&commune.id, filter).await?)
}

fn as_json(activities: &[Activity]) -> anyhow::Result<String> {
    let listing = Listing { activities: activities.iter().map(row).collect() };
    Ok(serde_json::to_string_pretty(&listing)? + "\n")
}

fn row(activity: &Activity) -> Row<'_> {
    Row {
        seq: activity.seq,
        channel: activity.channel,
        done_on: activity.done_on.0,
        quantity: activity.quantity,
        people: activity.attendees,
        place: activity.place.as_deref(),
        removed: activity.removal,
        statutory: activity.statutory,
        title: &activity.title,
        repeat: activity.repeat,
        theme: activity.theme.as_deref(),
        evidence: activity.evidence.as_deref(),
        plan: activity.plan_code.as_deref(),
        late: activity.late,
        voided: activity.voided_at.is_some(),
        void_reason: activity.void_reason.as_deref(),
    }
}

fn line(activity: &Activity) -> String {
    let marks = [
        (activity.removal, "taken down"),
        (activity.repeat, "repeat"),
        (activity.late, "late"),
        (activity.evidence.is_none(), "no evidence"),
        (activity.voided_at.is_some(), "voided"),
    ];
    let marks: Vec<&str> = marks.into_iter().filter_map(|(holds, mark)| holds.then_some(mark)).collect();
    let Activity { seq, channel, done_on, quantity, title, .. } = activity;
    let text =
        format!("#{seq:<5} {}  {:<15} {quantity:>4}  {title}  {}", done_on.0, channel.as_str(), marks.join(", "));
    text.trim_end().to_owned() + "\n"
}

/// The error of a use case as one line that says what to do.
fn plain(error: UseCaseError, person: &str, locale: &Locale) -> anyhow::Error {
    let UseCaseError::Refused { key, args } = error else {
        return match error {
            UseCaseError::Denied(denied) => anyhow::anyhow!("{person} may not record: {denied}"),
            other => other.into(),
        };
    };
    let value = |name: &str| args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
    match key {
        "refused-duplicate-activity" => {
            anyhow::anyhow!("the same content is recorded as #{}: add --repeat or --distinct", value("seq"))
        }
        "refused-period-locked" => {
            anyhow::anyhow!("the period of {} is locked: only an admin adds to it, with --reason", value("date"))
        }
        "refused-period-locked-reason" => {
            anyhow::anyhow!("the period of {} is locked: say why with --reason", value("date"))
        }
        "refused-activity-future" => anyhow::anyhow!("{} is still to come: record it when it is done", value("date")),
        "refused-activity-automatic" => anyhow::anyhow!("this channel is counted by itself: nothing is recorded on it"),
        "refused-activity-not-hanging" => {
            anyhow::anyhow!("only {} pieces hang there; put up are: {}", value("left"), value("places"))
        }
        "refused-theme-unknown" => anyhow::anyhow!("no such theme: one of {}", value("themes")),
        _ => explain(UseCaseError::Refused { key, args }, locale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_by_its_word_or_its_vietnamese_name() {
        assert_eq!(channel("radio"), Ok(Channel::Radio));
        assert_eq!(channel("băng zôn"), Ok(Channel::Banner));
        assert!(channel("tivi").unwrap_err().contains("bulletin_board"));
    }
}
