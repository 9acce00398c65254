//! `loa org`: the organisation file in and out, what stands in the database, one-time codes, and accounts that are cut off.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::explain::explain;
use super::input;
use super::opened::Opened;
use crate::domain::calendar::format_full;
use crate::domain::org::import::{MAX_BYTES, OrgError, OrgFile, parse_toml};
use crate::usecase::bind::{self, IssuedCode, Which, invite_group, invite_person};
use crate::usecase::organise::{ImportSummary, Tally, import_org};

mod export;
mod rows;
mod show;

/// What to do with the organisation.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum OrgCommand {
    /// Take in an organisation file: units, seats, people, rights, groups. All of it or nothing.
    #[command(
        after_help = "Examples:\n  loa org import config/examples/xa-mau.toml\n  loa org import xa.toml --json\n\n\
        The same file a second time changes nothing. Every mistake of a file is named with its table and row.\n\
        What the file does not name stays; about what it names, it is the whole truth."
    )]
    Import {
        /// The organisation as TOML.
        file: PathBuf,
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Show units with who answers for them, people with their rights, and groups with their chats.
    #[command(after_help = "Examples:\n  loa org show\n  loa org show --json")]
    Show {
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Print the organisation as a file that `loa org import` takes in again.
    #[command(after_help = "Example:\n  loa org export > xa.toml\n\n\
        The file holds the ids of chats and accounts: keep it as you keep the database.")]
    Export,
    /// Make a one-time code with which a person links their chat account.
    #[command(after_help = "Examples:\n  loa org invite hung\n  loa org invite \"Mẫu Văn Bình\"\n\n\
        The code is shown once; a newer one ends it.")]
    Invite {
        /// Code or name of the person.
        person: String,
    },
    /// Cut the chat accounts of a person off at once: a telephone was lost.
    #[command(after_help = "Examples:\n  loa org lock hung\n  loa org lock \"Mẫu Văn Bình\" --gateway telegram\n\n\
        What is open there, buttons, pages and links die with it; the person's other accounts go on. A new code opens it again.")]
    Lock {
        /// Code or name of the person.
        person: String,
        /// Only the account on this gateway.
        #[arg(long)]
        gateway: Option<String>,
    },
    /// Make a one-time code that binds a group to the chat it is typed in.
    #[command(after_help = "Example:\n  loa org invite-group dieu-hanh-03\n\n\
        The code is shown once; a newer one ends it. An admin confirms the group in the chat.")]
    InviteGroup {
        /// Code of the group.
        group: String,
    },
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do; for a file with mistakes, a line for each.
pub async fn run(command: &OrgCommand, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        OrgCommand::Import { file, json } => {
            let summary = import(opened, file).await?;
            let text = if *json { serde_json::to_string_pretty(&summary)? + "\n" } else { described(&summary) };
            out.write_all(text.as_bytes())?;
        }
        OrgCommand::Show { json } => {
            let view = show::view(opened).await?;
            let text = if *json { serde_json::to_string_pretty(&view)? + "\n" } else { show::text(&view) };
            out.write_all(text.as_bytes())?;
        }
        OrgCommand::Export => {
            let text = export::toml(opened).await?;
            out.write_all(text.as_bytes())?;
            parse_toml(&text).map_err(|mistakes| not_importable(&mistakes))?;
        }
        OrgCommand::Invite { person } => invite(opened, person, out).await?,
        OrgCommand::Lock { person, gateway } => lock(opened, person, gateway.as_deref(), out).await?,
        OrgCommand::InviteGroup { group } => invite_a_group(opened, group, out).await?,
    }
    Ok(())
}

/// A checked organisation file.
///
/// # Errors
/// The file cannot be read, or a line for each of its mistakes.
pub(super) fn read(path: &Path) -> anyhow::Result<OrgFile> {
    let text = input::read_text(path, u64::try_from(MAX_BYTES).unwrap_or(u64::MAX))?;
    parse_toml(&text).map_err(|mistakes| {
        let head = format!("{} {}, nothing was imported:", path.display(), counted(mistakes.len()));
        anyhow::anyhow!("{head}{}", lines(&mistakes))
    })
}

fn counted(mistakes: usize) -> String {
    if mistakes == 1 { "has 1 mistake".to_owned() } else { format!("has {mistakes} mistakes") }
}

fn lines(mistakes: &[OrgError]) -> String {
    mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect::<Vec<_>>().concat()
}

/// Rows of several files can say together what no single file may say.
fn not_importable(mistakes: &[OrgError]) -> anyhow::Error {
    anyhow::anyhow!(
        "the printed file {}; correct them before it is imported:{}",
        counted(mistakes.len()),
        lines(mistakes)
    )
}

async fn import(opened: &Opened, path: &Path) -> anyhow::Result<ImportSummary> {
    let file = read(path)?;
    let mut tx = opened.store.begin().await?;
    let imported = import_org(&mut tx, &opened.act("", None), &file).await;
    let summary = imported.map_err(|error| explain(error, &opened.house.locale))?;
    tx.commit().await?;
    Ok(summary)
}

fn described(summary: &ImportSummary) -> String {
    let mut text = format!("{:<12} {:>8} {:>8} {:>10} {:>8}\n", "", "created", "changed", "unchanged", "removed");
    text.extend(summary.tables().iter().map(|(table, tally)| {
        let Tally { created, changed, unchanged, removed } = tally;
        format!("{table:<12} {created:>8} {changed:>8} {unchanged:>10} {removed:>8}\n")
    }));
    let kept = |group: &String| format!("group {group} stays bound to another chat than the file says\n");
    text.extend(summary.kept_bindings.iter().map(kept));
    let locked = |account: &String| format!("account of {account} stays locked: `loa org invite` opens it again\n");
    text.extend(summary.kept_locks.iter().map(locked));
    if summary.touched() == 0 {
        text += "nothing changed\n";
    }
    if summary.communes.created > 0 {
        text += "next: `loa org invite PERSON` makes a code with which the first admin links an account\n";
    }
    text
}

async fn invite(opened: &Opened, typed: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.begin().await?;
    let person = opened.person(&mut tx, &commune.id, typed).await?;
    let issued = invite_person(&mut tx, &opened.act(&commune.id, None), &person.id).await;
    let issued = issued.map_err(|error| explain(error, &opened.house.locale))?;
    tx.commit().await?;
    let what = format!("code for {} ({}): {}", person.name, person.code, issued.code);
    let step = format!("they open a private chat with the bot and type /dangky {}", issued.code);
    Ok(out.write_all(handed_out(&what, &step, &issued).as_bytes())?)
}

async fn lock(opened: &Opened, typed: &str, gateway: Option<&str>, out: &mut dyn Write) -> anyhow::Result<()> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.begin().await?;
    let person = opened.person(&mut tx, &commune.id, typed).await?;
    let which = gateway.map_or(Which::All, Which::On);
    let locked = bind::lock(&mut tx, &opened.act(&commune.id, None), &person.id, which).await;
    let locked = locked.map_err(|error| explain(error, &opened.house.locale))?;
    let (name, code) = (&person.name, &person.code);
    if locked.accounts.is_empty() {
        let place = gateway.map(|gateway| format!(" on {gateway}")).unwrap_or_default();
        anyhow::bail!("{name} ({code}) has no open account{place}: `loa org show` lists them");
    }
    tx.commit().await?;
    let text = format!(
        "locked for {name} ({code}): {}\nnext: `loa org invite {code}` makes a code that opens an account again\n",
        locked.gateways()
    );
    Ok(out.write_all(text.as_bytes())?)
}

async fn invite_a_group(opened: &Opened, code: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.begin().await?;
    let group = tx.group_by_code(&commune.id, code.trim()).await?;
    let group = group.with_context(|| format!("no group with the code `{code}`: `loa org show` lists them"))?;
    let issued = invite_group(&mut tx, &opened.act(&commune.id, None), &group.id).await;
    let issued = issued.map_err(|error| explain(error, &opened.house.locale))?;
    tx.commit().await?;
    let what = format!("code for the group {} ({}): {}", group.name, group.code, issued.code);
    let step = format!("add the bot to the group and type there /ganhom {}; an admin then confirms it", issued.code);
    Ok(out.write_all(handed_out(&what, &step, &issued).as_bytes())?)
}

fn handed_out(what: &str, step: &str, issued: &IssuedCode) -> String {
    let until = format_full(issued.expires_at);
    format!("{what}\nit works once, until {until}, and is not shown again\nnext: {step}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_happened_and_what_comes_next() {
        let mut summary = ImportSummary::default();
        assert!(described(&summary).ends_with("nothing changed\n"));
        summary.communes.created = 1;
        summary.kept_bindings.push("dan-01".to_owned());
        let text = described(&summary);
        assert!(text.contains("dan-01 stays bound") && text.contains("loa org invite"), "{text}");
        assert!(!text.contains("nothing changed"));
    }
}
