//! `loa backup` and `loa restore`: make a sealed copy of the database beside the running service, check one, list them, take one back.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::app;
use crate::app::backup::{Hand, Listed, Made, Manifest, Restored, Workshop};
use crate::clock::Clocks;
use crate::config::Settings;
use crate::id::SystemEntropy;
use crate::store::migrations;
use crate::usecase::restored::Numbers;
use crate::usecase::{Via, backups};

/// Makes a backup, or does something with one.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Examples:\n  loa backup\n  loa backup --to /mnt/usb/loa.backup\n  loa backup verify\n  loa backup list\n\n\
    Everything is in it but the keys. It is sealed with a key that is made on first use beside the database, ending in .backup-key:\n\
    keep a copy of that key elsewhere, without it no backup can be opened."
)]
pub struct BackupArgs {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    /// The file to make; without it one in the folder of backups, named by its time.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// What to do with a backup.
#[derive(Debug, clap::Subcommand)]
enum BackupCommand {
    /// Restore it into a private place, read all of it, compare rows and the chain of acts, and leave nothing behind.
    Verify {
        /// The backup; without it the newest in the folder.
        file: Option<PathBuf>,
        #[command(flatten)]
        how: How,
    },
    /// What lies in the folder of backups, newest first.
    List {
        #[command(flatten)]
        how: How,
    },
}

/// Takes a database from a backup.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  loa restore data/backups/loa-2025-11-30T020000.backup\n  loa restore /mnt/usb/loa.backup --key /mnt/usb/loa.backup-key\n\n\
    Nothing is overwritten: move what is left of the old database away first. What was being sent when the backup was made, or was about\n\
    to be, is in doubt afterwards: only Hỏa tốc repeats itself, marked. What happened since is lost: accounts that were locked since are open\n\
    again, confirmations have to be given again, and an Official Account may need a new consent."
)]
pub struct RestoreArgs {
    /// The backup.
    file: PathBuf,
    /// Let numbers of documents go on where the backup has them, instead of leaving out fifty that may have been given since.
    #[arg(long)]
    keep_numbers: bool,
    #[command(flatten)]
    how: How,
}

/// What all of them take.
#[derive(Debug, clap::Args)]
struct How {
    /// The file with the key, instead of the configured one.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    json: bool,
}

/// Carries out a command on backups. What was asked for goes to `out`.
///
/// # Errors
/// One line: what is wrong with the database, the backup, the key or a file.
pub async fn run(args: &BackupArgs, settings: &Settings, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.command {
        None => {
            let made = workshop(settings, &args.how)?.make(args.to.as_deref()).await?;
            note(settings, &made).await.context("the backup was made, and could not be noted in the database")?;
            print(&made, args.how.json, &made_text(&made), out)
        }
        Some(BackupCommand::Verify { file, how }) => {
            let workshop = workshop(settings, how)?;
            let file = file.clone().map_or_else(|| newest(&workshop), Ok)?;
            let restored = workshop.verify(&file, &hand(settings)?).await?;
            print(&restored, how.json, &verified_text(&file, &restored), out)
        }
        Some(BackupCommand::List { how }) => {
            let listed = workshop(settings, how)?.list()?;
            print(&listed, how.json, &listed.iter().map(line).collect::<String>(), out)
        }
    }
}

/// Takes a database from a backup.
///
/// # Errors
/// One line: what is there already, or what is wrong with the backup, the key or a file.
pub async fn restore(args: &RestoreArgs, settings: &Settings, out: &mut dyn Write) -> anyhow::Result<()> {
    let numbers = if args.keep_numbers { Numbers::Keep } else { Numbers::MoveOn };
    let restored = workshop(settings, &args.how)?.restore(&args.file, &hand(settings)?, numbers).await?;
    print(&restored, args.how.json, &restored_text(&restored), out)
}

fn workshop(settings: &Settings, how: &How) -> anyhow::Result<Workshop> {
    crate::telemetry::init(settings.log.format, &settings.log.filter)?;
    Workshop::new(settings, how.key.as_deref(), Clocks::system(), Arc::new(SystemEntropy))
}

fn hand(settings: &Settings) -> anyhow::Result<Hand> {
    let house = app::house(settings, &app::gateways_without_tokens(settings)?)?;
    Ok(Hand { house: Arc::new(house), via: Via::Cli(super::user_name()) })
}

/// Notes a backup in the database it was made of, so that everybody reads how old the latest one is. A database of another version is
/// left as it is: a backup may be what comes before an update.
async fn note(settings: &Settings, made: &Made) -> anyhow::Result<()> {
    if made.manifest.contents.schema != migrations::newest() {
        return Ok(());
    }
    let opened = super::open(settings).await?;
    let mut tx = opened.store.begin().await?;
    if let Some(commune) = tx.commune().await? {
        let act = opened.act(&commune.id, None);
        backups::made(&mut tx, &act, &made.row(act.new_id())?).await?;
    }
    tx.commit().await?;
    opened.store.close().await;
    Ok(())
}

fn newest(workshop: &Workshop) -> anyhow::Result<PathBuf> {
    let newest = workshop.list()?.into_iter().next().map(|listed| listed.file);
    newest.ok_or_else(|| anyhow::anyhow!("there is no backup in the folder: name one"))
}

fn print(document: &impl serde::Serialize, json: bool, text: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let json = if json { Some(serde_json::to_string_pretty(document)? + "\n") } else { None };
    Ok(out.write_all(json.as_deref().unwrap_or(text).as_bytes())?)
}

fn made_text(made: &Made) -> String {
    let key = format!("keep a copy of {} elsewhere: without it no backup can be opened\n", made.key_file.display());
    let key = if made.key_is_new { key } else { String::new() };
    format!("{}{} bytes in {}\n{key}", text(&made.manifest), made.bytes, made.file.display())
}

fn verified_text(file: &Path, restored: &Restored) -> String {
    let order = &restored.order;
    format!(
        "{}{} is whole\na restore now would put {} messages in doubt and ask about {} bulletins\n",
        text(&restored.manifest),
        file.display(),
        order.in_doubt,
        order.asked.len()
    )
}

fn restored_text(restored: &Restored) -> String {
    let database = restored.database.as_deref().unwrap_or_default();
    let order = &restored.order;
    let codes = |what: &str, codes: &[String]| {
        if codes.is_empty() { String::new() } else { format!("{what}: {}\n", codes.join(" ")) }
    };
    format!(
        "{}restored as {database}\n{} messages are in doubt: look into the groups; {} cards and reminders are left out\n{}{}{}\
         {} one-time codes ended\nnobody can know: accounts locked, codes used and acts done since {}\n",
        text(&restored.manifest),
        order.in_doubt,
        order.left_out,
        codes("their hour has passed, composers are asked", &order.asked),
        codes("they repeat and wait for their next hour", &order.passed_over),
        codes("still to go, cancel what was cancelled or sent since", &order.still_to_go),
        order.ended_codes,
        restored.manifest.made_at
    )
}

fn line(listed: &Listed) -> String {
    let Listed { file, bytes, manifest } = listed;
    let what = manifest.as_ref().map_or_else(
        || "does not open with this key".to_owned(),
        |manifest| format!("{} acts, schema {}", manifest.contents.entries, manifest.contents.schema),
    );
    format!("{} {bytes} bytes, {what}\n", file.display())
}

fn text(manifest: &Manifest) -> String {
    let Manifest { made_at, program, contents } = manifest;
    let rows: i64 = contents.rows.values().sum();
    format!(
        "made at {made_at} by loa {program}, schema {}\n{rows} rows in {} tables\n{} acts in order, {} not sealed yet\nhead {}\n",
        contents.schema,
        contents.rows.len(),
        contents.entries,
        contents.unsealed,
        contents.head
    )
}
