//! `loa db stats`: how large the database is, how old what is in it, and what goes next.

use std::io::Write;

use super::super::opened::Opened;
use crate::domain::calendar::format_rfc3339;
use crate::domain::retention::Kind;
use crate::store::Tx;
use crate::store::retention::OlderRecords;
use crate::store::sizes::{TableSize, WholeSize};
use crate::usecase::{Act, retain};

#[derive(serde::Serialize)]
struct Report {
    files: Files,
    tables: Vec<Table>,
    /// What the service takes next, a batch of each kind at a time.
    due: Vec<DueKind>,
    /// Tries of messages that go with the texts that are due.
    due_attempts: i64,
    older: Older,
}

/// Bytes.
#[derive(serde::Serialize)]
struct Files {
    database: Option<i64>,
    /// None where the database is on a server.
    write_ahead_log: Option<i64>,
    /// Free inside the database, used again before it grows.
    free: Option<i64>,
    /// The documents that are kept inside.
    attachments: i64,
}

#[derive(serde::Serialize)]
struct Table {
    name: &'static str,
    rows: i64,
    bytes: Option<i64>,
    /// Machine time at which its oldest row was made.
    oldest: Option<String>,
    newest: Option<String>,
}

#[derive(serde::Serialize)]
struct DueKind {
    kind: &'static str,
    /// What ended before this date goes.
    before: String,
    rows: i64,
}

#[derive(serde::Serialize)]
struct Older {
    years: u32,
    before: String,
    #[serde(flatten)]
    records: OlderRecords,
}

pub(super) async fn run(opened: &Opened, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut tx = opened.store.read().await?;
    let commune = tx.commune().await?.map(|commune| commune.id).unwrap_or_default();
    let report = gather(&mut tx, &opened.act(&commune, None)).await?;
    let text = if json { serde_json::to_string_pretty(&report)? + "\n" } else { text(&report) };
    Ok(out.write_all(text.as_bytes())?)
}

async fn gather(tx: &mut Tx, act: &Act<'_>) -> anyhow::Result<Report> {
    let mut due = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        let asked = retain::due(act, kind);
        let before = asked.before.local_date().to_string();
        due.push(DueKind { kind: kind.as_str(), before, rows: tx.count_due(&asked).await? });
    }
    let periods = &act.house.retention;
    Ok(Report {
        files: files(&tx.whole_size().await?),
        tables: tx.table_sizes().await?.iter().map(table).collect(),
        due,
        due_attempts: tx.count_due_attempts(&retain::due(act, Kind::Bodies)).await?,
        older: Older {
            years: periods.records_years,
            before: periods.records_end(act.at).local_date().to_string(),
            records: retain::older_records(tx, act).await?,
        },
    })
}

fn files(whole: &WholeSize) -> Files {
    let length = |path: String| std::fs::metadata(path).ok().and_then(|file| i64::try_from(file.len()).ok());
    let of = |ending: &str| whole.file.as_ref().map(|file| length(format!("{file}{ending}")).unwrap_or(0));
    Files {
        database: of("").or(whole.server),
        write_ahead_log: of("-wal"),
        free: whole.free,
        attachments: whole.kept_files,
    }
}

fn table(size: &TableSize) -> Table {
    Table {
        name: size.name,
        rows: size.rows,
        bytes: size.bytes,
        oldest: size.oldest.map(format_rfc3339),
        newest: size.newest.map(format_rfc3339),
    }
}

fn text(report: &Report) -> String {
    let Files { database, write_ahead_log, free, attachments } = &report.files;
    let (database, log, free) = (bytes(*database), bytes(*write_ahead_log), bytes(*free));
    let attachments = bytes(Some(*attachments));
    let mut lines = vec![
        format!("database {database}, write-ahead log {log}"),
        format!("free inside {free}, kept files {attachments}"),
        String::new(),
        format!("{:<20}{:>12}{:>12}  {:<10}  newest", "table", "rows", "size", "oldest"),
    ];
    lines.extend(report.tables.iter().map(line));
    lines.push(String::new());
    lines.push(format!("{:<20}{:>12}  ended before", "goes by itself", "rows"));
    let due = report.due.iter().map(|DueKind { kind, before, rows }| format!("{kind:<20}{rows:>12}  {before}"));
    lines.extend(due);
    lines.push(format!("{:<20}{:>12}  with the bodies", "attempts", report.due_attempts));
    lines.push(String::new());
    lines.join("\n") + "\n" + &older(&report.older)
}

fn line(table: &Table) -> String {
    let Table { name, rows, bytes: size, oldest, newest } = table;
    let (size, oldest, newest) = (bytes(*size), date(oldest.as_deref()), date(newest.as_deref()));
    format!("{name:<20}{rows:>12}{size:>12}  {oldest:<10}  {newest}")
}

/// One sentence: nothing of it goes by itself.
fn older(older: &Older) -> String {
    let Older { years, before, records } = older;
    let OlderRecords { bulletins, broadcasts, files, file_bytes } = records;
    format!(
        "Older than {years} years (before {before}), kept until an admin decides:\n\
         {bulletins} bulletins, {broadcasts} broadcasts, {files} files ({}).\n",
        bytes(Some(*file_bytes))
    )
}

/// The date of a time; times are the commune's own.
fn date(at: Option<&str>) -> &str {
    at.and_then(|at| at.get(..10)).unwrap_or("-")
}

/// "512 B", "8.0 KiB", "1.2 GiB".
fn bytes(count: Option<i64>) -> String {
    let Some(count) = count else { return "-".to_owned() };
    let mut unit = "B";
    let (mut whole, mut tenth) = (count, 0);
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if whole < 1_024 {
            break;
        }
        tenth = whole % 1_024 * 10 / 1_024;
        whole /= 1_024;
        unit = larger;
    }
    if unit == "B" { format!("{whole} B") } else { format!("{whole}.{tenth} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_lines_fit_into_eighty_columns() {
        assert_eq!(bytes(Some(1_023)), "1023 B");
        assert_eq!(bytes(Some(1_536)), "1.5 KiB");
        assert_eq!(bytes(Some(5 << 30)), "5.0 GiB");
        let table =
            Table { name: "confined_versions", rows: 999_999_999, bytes: Some(i64::MAX), oldest: None, newest: None };
        let records = OlderRecords { bulletins: 99_999, broadcasts: 999_999, files: 99_999, file_bytes: i64::MAX };
        let most = Some((1 << 30) - 1);
        let report = Report {
            files: Files { database: most, write_ahead_log: most, free: most, attachments: 1 << 39 },
            tables: vec![table],
            due: vec![DueKind { kind: "dialogues", before: "2025-11-30".to_owned(), rows: 999_999_999 }],
            due_attempts: 1,
            older: Older { years: 5, before: "2020-11-30".to_owned(), records },
        };
        let text = text(&report);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
