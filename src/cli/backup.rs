//! `loa backup`: make a sealed copy of the database beside the running service, check one, open one.

use std::io::Write;
use std::path::PathBuf;

use crate::app::backup::{Made, Manifest, Workshop};
use crate::clock::Clocks;
use crate::config::Settings;
use crate::id::SystemEntropy;

/// Makes a backup, or does something with one.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Examples:\n  loa backup\n  loa backup --to /mnt/usb/loa.backup\n  loa backup verify /mnt/usb/loa.backup\n\n\
    Everything is in it but the keys. It is sealed with a key that is made on first use beside the database, ending in .backup-key:\n\
    keep a copy of that key elsewhere, without it no backup can be opened."
)]
pub struct BackupArgs {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    /// The file to make; without it one in the folder `backups` beside the database.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// What to do with a backup.
#[derive(Debug, clap::Subcommand)]
enum BackupCommand {
    /// Open it in a private place, read all of it, compare rows and the chain of acts, and leave nothing behind.
    Verify {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Do the same, and leave what is in it as a new database file.
    Open {
        /// The backup.
        file: PathBuf,
        /// The database file to make. Nothing is overwritten.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        how: How,
    },
}

/// What all of them take.
#[derive(Debug, clap::Args)]
struct How {
    /// The file with the key, instead of the one beside the database.
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
    crate::telemetry::init(settings.log.format, &settings.log.filter)?;
    let workshop = |how: &How| Workshop::new(settings, how.key.as_deref());
    match &args.command {
        None => {
            let made = workshop(&args.how)?.make(args.to.as_deref(), &Clocks::system(), &SystemEntropy).await?;
            print(&made, args.how.json, &made_text(&made), out)
        }
        Some(BackupCommand::Verify { file, how }) => {
            let manifest = workshop(how)?.verify(file, &SystemEntropy).await?;
            print(&manifest, how.json, &(text(&manifest) + "whole\n"), out)
        }
        Some(BackupCommand::Open { file, to, how }) => {
            let manifest = workshop(how)?.open(file, to, &SystemEntropy).await?;
            let opened = format!("{}opened as {}\n", text(&manifest), to.display());
            print(&manifest, how.json, &opened, out)
        }
    }
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
