//! A tally as people and programs read it: lines for a chat, a table for a terminal, JSON.

use chrono::NaiveDate;

use super::Tally;
use crate::domain::calendar::format_date;
use crate::domain::plan::{Coverage, Measure, Status, TargetKind, TargetProgress};
use crate::domain::text::nfc;
use crate::locale::Locale;
use crate::say;

/// A tally as JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TallyView {
    /// The plan's short id.
    pub plan: String,
    /// Its title.
    pub title: String,
    /// Its day of issue; none while nobody has entered it.
    pub issue_date: Option<NaiveDate>,
    /// The day asked for.
    pub on: NaiveDate,
    /// A line for each target.
    pub targets: Vec<LineView>,
}

/// One line of a tally as JSON: what every reader needs by short names, and all the rest of the line beside it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LineView {
    /// Target id, such as `CT01`.
    pub id: String,
    /// The period's label, "Tháng 10/2025".
    pub period: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day, inclusive.
    pub to: NaiveDate,
    /// The count.
    pub count: u32,
    /// What this period requires; none when nothing is required of it.
    pub required: Option<u32>,
    /// The count as people read it, "7/8 tin".
    pub value_text: String,
    /// The status as a word, such as `in_progress`.
    pub status: Status,
    /// The status for people, "Đạt (muộn, 02/8/2025)".
    pub status_text: String,
    /// Everything that is known of the target in this period.
    pub detail: TargetProgress,
}

impl Tally {
    /// The shape that is printed as JSON.
    #[must_use]
    pub fn view(&self) -> TallyView {
        TallyView {
            plan: self.plan.id.clone(),
            title: self.plan.title.clone(),
            issue_date: self.plan.issue_date,
            on: self.on.date,
            targets: self.lines.iter().map(line_view).collect(),
        }
    }
}

fn line_view(line: &TargetProgress) -> LineView {
    LineView {
        id: line.target_id.clone(),
        period: line.period_label.clone(),
        from: line.period.from,
        to: line.period.to,
        count: line.count,
        required: line.required,
        value_text: line.value_text(),
        status: line.status,
        status_text: line.status_text(),
        detail: line.clone(),
    }
}

/// The tally for a chat: the targets with a number in the paper first, a line each, then those that are only watched.
#[must_use]
pub fn progress_for_chat(tally: &Tally, locale: &Locale) -> String {
    let lines = |kind| {
        let of_kind = tally.lines.iter().filter(move |line| line.kind == kind);
        of_kind.map(|line| chat_line(tally, line, locale)).collect::<Vec<_>>()
    };
    let (stated, tracked) = (lines(TargetKind::Stated), lines(TargetKind::Tracked));
    let mut text = vec![say!(locale, "plan-head", date = format_date(tally.on.date))];
    text.extend(stated);
    if !tracked.is_empty() {
        text.push(say!(locale, "plan-tracked-head"));
        text.extend(tracked);
    }
    text.join("\n")
}

fn chat_line(tally: &Tally, line: &TargetProgress, locale: &Locale) -> String {
    let notes = notes(tally, line, locale);
    let notes = if notes.is_empty() { String::new() } else { say!(locale, "plan-notes", notes = notes.join("; ")) };
    let (id, title, noun) = (line.target_id.as_str(), line.title.as_str(), line.noun.as_str());
    match line.required {
        Some(required) => say!(
            locale,
            "plan-line",
            id = id,
            title = title,
            count = line.count,
            required = required,
            noun = noun,
            status = status_in_line(line),
            notes = notes
        ),
        None if line.kind == TargetKind::Tracked => {
            let (value, status) = (line.value_text(), status_in_line(line));
            say!(locale, "plan-line-tracked", id = id, title = title, value = value, status = status, notes = notes)
        }
        None => {
            let status = status_in_line(line);
            say!(
                locale,
                "plan-line-open",
                id = id,
                title = title,
                count = line.count,
                noun = noun,
                status = status,
                notes = notes
            )
        }
    }
}

/// A verdict stands as it does in a report, "Chưa đạt"; what is no verdict goes on in the sentence, "đang thực hiện".
fn status_in_line(line: &TargetProgress) -> String {
    let text = line.status_text();
    if line.status.is_verdict() { text } else { text.to_lowercase() }
}

fn notes(tally: &Tally, line: &TargetProgress, locale: &Locale) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(reason) = line.reason {
        notes.push(reason.vietnamese().to_owned());
    }
    if let Some(groups) = line.coverage.filter(|_| counts_documents(tally, line)) {
        notes.push(say!(locale, "plan-note-groups", part = groups.part, whole = groups.whole));
    }
    if let Some(Coverage { part, whole }) = line.beside {
        notes.push(say!(locale, "plan-note-beside", part = part, whole = whole));
    }
    notes.extend(facts(line, locale));
    if line.repeats > 0 {
        notes.push(say!(locale, "plan-note-repeats", count = line.repeats));
    }
    if line.late_entries > 0 {
        notes.push(say!(locale, "plan-note-late", count = line.late_entries));
    }
    if line.missing_evidence > 0 {
        notes.push(say!(locale, "plan-note-no-evidence", count = line.missing_evidence));
    }
    notes
}

/// What stands behind the count: people, villages, themes that nobody spoke of.
fn facts(line: &TargetProgress, locale: &Locale) -> Vec<String> {
    let mut facts = Vec::new();
    if line.channel.gathers_people() && line.quantity > 0 {
        facts.push(say!(locale, "plan-note-people", count = line.quantity));
    }
    match (line.measure, line.villages) {
        (Measure::DaysSince, Some(villages)) if villages.green < villages.whole() => {
            facts.push(say!(locale, "plan-note-colours", yellow = villages.yellow, red = villages.red));
        }
        (Measure::Inventory, Some(villages)) => {
            facts.push(say!(locale, "plan-note-villages", part = villages.green, whole = villages.whole()));
        }
        _ => {}
    }
    if !line.missing_themes.is_empty() {
        facts.push(say!(locale, "plan-note-themes", themes = line.missing_themes.join(", ")));
    }
    facts
}

fn counts_documents(tally: &Tally, line: &TargetProgress) -> bool {
    tally.plan.target(&line.target_id).is_some_and(|target| target.measure == Measure::DocumentCoverage)
}

/// The tally as a table of fixed columns: target, period, count, required, status.
#[must_use]
pub fn progress_table(tally: &Tally) -> String {
    let header = ["target", "period", "count", "required", "status"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(tally.lines.iter().map(table_row));
    aligned(&rows)
}

fn table_row(line: &TargetProgress) -> [String; 5] {
    let required = line.required.map_or_else(|| "–".to_owned(), |number| number.to_string());
    let status = match line.reason {
        Some(reason) => format!("{} ({})", line.status_text(), reason.vietnamese()),
        None => line.status_text(),
    };
    let target = format!("{} {}", line.target_id, nfc(&line.title));
    [target, line.period_label.clone(), line.count.to_string(), required, status]
}

/// Pads every column but the last to its widest cell; numbers stand at the right. In stored form each Vietnamese letter
/// is one character and one column wide.
fn aligned(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |[target, period, count, required, status]: &[String; 5]| {
        let [t, p, c, r] = widths;
        format!("{target:<t$}  {period:<p$}  {count:>c$}  {required:>r$}  {status}\n")
    };
    rows.iter().map(line).collect()
}
