//! `loa audit`: check the chain of entries, and list them. Ids and hashes only, as they stand.

use std::io::Write;

use super::opened::Opened;
use crate::domain::calendar::format_rfc3339;
use crate::store::Tx;
use crate::store::audit::{AuditEntry, AuditReport};

mod rows;

/// Entries read at a time.
const PAGE: i64 = 500;

/// What to do with the audit log.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum AuditCommand {
    /// Check the whole chain; ends with 1 and names the first entry that was tampered with.
    #[command(after_help = "Examples:\n  loa audit verify\n  loa audit verify --json\n\n\
        Entries are sealed in batches by the running service; what is not sealed yet is counted and not checked.\n\
        Entries cut off at the end leave a shorter chain that is whole: compare the head with one that was printed.")]
    Verify {
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// List entries in the order of the chain, unsealed ones last.
    #[command(after_help = "Examples:\n  loa audit list\n  loa audit list --from 1200 --json")]
    List {
        /// Number of the first entry.
        #[arg(long, value_name = "N", default_value_t = 1)]
        from: i64,
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
}

#[derive(serde::Serialize)]
struct Verified<'a> {
    whole: bool,
    unsealed: i64,
    #[serde(flatten)]
    report: &'a AuditReport,
}

#[derive(serde::Serialize)]
struct Listing<'a> {
    entries: Vec<Row<'a>>,
}

#[derive(serde::Serialize)]
struct Row<'a> {
    /// None while unsealed.
    seq: Option<i64>,
    at: String,
    act: &'a str,
    subject: &'a str,
    actor: &'a str,
    via: &'a str,
    detail: &'a str,
    id: &'a str,
    hash: Option<&'a str>,
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line: the chain is broken, and where; or the database.
pub async fn run(command: &AuditCommand, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut tx = opened.store.read().await?;
    match command {
        AuditCommand::Verify { json } => verify(&mut tx, *json, out).await,
        AuditCommand::List { from, json } => {
            let entries = entries(&mut tx, *from).await?;
            let rows: Vec<Row<'_>> = entries.iter().map(row).collect();
            let text = if *json {
                serde_json::to_string_pretty(&Listing { entries: rows })? + "\n"
            } else {
                rows.iter().map(line).collect()
            };
            Ok(out.write_all(text.as_bytes())?)
        }
    }
}

async fn verify(tx: &mut Tx, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let report = tx.verify_audit().await?;
    let unsealed = tx.unsealed_count().await?;
    let whole = report.first_broken.is_none();
    if json {
        let verified = Verified { whole, unsealed, report: &report };
        out.write_all((serde_json::to_string_pretty(&verified)? + "\n").as_bytes())?;
    } else if whole {
        let AuditReport { entries, head, .. } = &report;
        out.write_all(format!("{entries} entries in order, {unsealed} not sealed yet\nhead {head}\n").as_bytes())?;
    }
    let Some(broken) = report.first_broken else { return Ok(()) };
    anyhow::bail!(
        "entry {} ({}) is broken: {}; the {} before it are in order. Compare with a backup before anything else is done",
        broken.seq,
        broken.id,
        broken.reason,
        report.entries
    )
}

/// Sealed entries from a number on, then every unsealed one.
async fn entries(tx: &mut Tx, from: i64) -> anyhow::Result<Vec<AuditEntry>> {
    let mut found = Vec::new();
    let mut after = from.saturating_sub(1);
    loop {
        let page = tx.audit_page(after, PAGE).await?;
        let Some(last) = page.last().and_then(|entry| entry.seq) else { break };
        after = last;
        found.extend(page);
    }
    found.extend(tx.unsealed().await?);
    Ok(found)
}

fn row(entry: &AuditEntry) -> Row<'_> {
    Row {
        seq: entry.seq,
        at: format_rfc3339(entry.made_at()),
        act: &entry.act,
        subject: &entry.subject,
        actor: &entry.actor,
        via: &entry.via,
        detail: &entry.detail,
        id: &entry.id,
        hash: entry.hash.as_deref(),
    }
}

fn line(row: &Row<'_>) -> String {
    let seq = row.seq.map_or_else(|| "unsealed".to_owned(), |seq| seq.to_string());
    let Row { at, act, subject, actor, via, detail, .. } = row;
    format!("{seq:>8}  {at}  {act:<22} {subject}  by {actor} via {via}  {detail}").trim_end().to_owned() + "\n"
}
