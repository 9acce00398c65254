//! The command line. Exit codes: 0 done; 1 the thing asked for failed, one clear line on stderr; 2 bad usage.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app;
use crate::bench::worker;
use crate::clock::Clocks;
use crate::config::{Settings, process_environment};
use crate::id::SystemEntropy;
use crate::store::Store;
use crate::usecase::incidents::CLOCK_SCOPE;

pub mod activity;
pub mod audit;
pub mod backup;
pub mod bench;
pub mod bulletin;
pub mod db;
mod demo;
pub mod explain;
pub mod gateway;
pub mod input;
pub mod opened;
pub mod org;
pub mod plan;
pub mod sandbox;
mod serve;
pub mod status;
pub mod version;

pub use opened::Opened;

/// A commune's loudspeaker: directives and announcements into village chat groups, acknowledged and counted.
#[derive(Debug, Parser)]
#[command(
    name = "loa",
    version = version::BOTH.as_str(),
    about,
    after_help = "Examples:\n  \
    loa demo --once                      a whole commune on this machine, from command to report\n  \
    loa serve --config loa.toml          the service\n  \
    loa org import commune.toml          units, seats, people and groups\n  \
    loa status VB-2025-0042              who got it, who confirmed it"
)]
pub struct Cli {
    /// Settings file; without it the defaults and the environment (`LOA__SECTION__KEY`) count.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Database URL, instead of the configured one: sqlite:PATH or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
enum Command {
    /// Play a whole commune on this machine: sandbox platform, people who answer, the real plan.
    Demo(demo::DemoArgs),
    /// Run the service.
    Serve,
    /// Run or use the stand-in platform.
    Sandbox(Box<sandbox::SandboxArgs>),
    /// Measure on this machine: how close to a platform's limit, how fast at most, at what cost.
    Bench(bench::BenchArgs),
    /// Works for a bench until its standard input ends.
    #[command(name = worker::VERB, hide = true)]
    BenchEngine,
    /// Read a document's first page in a bounded process and print it as JSON.
    Inspect {
        /// The document.
        file: PathBuf,
    },
    /// Units, seats, people and groups.
    #[command(subcommand)]
    Org(org::OrgCommand),
    /// The plan and where it stands.
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Compose, approve, cancel and show bulletins.
    #[command(subcommand)]
    Bulletin(bulletin::BulletinCommand),
    /// Record off-line acts.
    #[command(subcommand)]
    Activity(activity::ActivityCommand),
    /// Delivery and acknowledgement of one bulletin.
    Status {
        /// Its code, in full or short: VB-2025-0042, vb42.
        code: String,
        /// One JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Figures over everything.
    Stats {
        /// One JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
    /// The configured accounts: what they can do, how their tokens stand, consent.
    #[command(subcommand)]
    Gateway(gateway::GatewayCommand),
    /// The chained log of acts.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The database itself.
    #[command(subcommand)]
    Db(db::DbCommand),
    /// Make a sealed backup beside the running service, check one, list them.
    Backup(backup::BackupArgs),
    /// Take the database from a backup.
    Restore(backup::RestoreArgs),
    /// Ask a running service on this machine how it is; exit 1 when it does not answer or has lost its database.
    #[command(after_help = "Examples:\n  loa health            for a container's check: what a restart may repair\n  \
                            loa health --strict   for a monitor: whatever somebody should look at")]
    Health {
        /// Exit 1 also while an incident is open, with what is sick on stderr. A restart repairs none of these.
        #[arg(long)]
        strict: bool,
    },
}

/// Runs the program and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // Before anything else: the child that reads a document limits its own memory, and threads would count in it.
    if let Some(file) = inspected_file(&args) {
        return crate::inspect::run_child(Path::new(&file), &mut std::io::stdout().lock());
    }
    app::private::leave_no_core();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(cli.run());
            // What still works on files of its own is left alone: a disk in the network that is gone would hold the end up for ever.
            runtime.shutdown_timeout(LAST_WORK);
            result
        }
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        // A token put in the wrong setting, as a path or a name, would stand in the error about it.
        let _ = writeln!(std::io::stderr(), "loa: {}", crate::telemetry::redact(&format!("{error:#}"), &[]));
        ExitCode::FAILURE
    })
}

/// How long the end of a process waits for work on files that nobody can cut.
const LAST_WORK: std::time::Duration = std::time::Duration::from_secs(5);

/// The file of `loa inspect [--] FILE`; anything else about it is left to the ordinary parser.
fn inspected_file(args: &[OsString]) -> Option<OsString> {
    let mut rest = args.get(1..)?.iter().filter(|arg| *arg != "--");
    (rest.next()? == "inspect").then_some(())?;
    let file = rest.next()?.clone();
    let is_option = args.get(2)? != "--" && file.to_string_lossy().starts_with('-');
    (!is_option && rest.next().is_none()).then_some(file)
}

impl Cli {
    async fn run(self) -> anyhow::Result<ExitCode> {
        crate::lifecycle::survive_file_size()?;
        match &self.command {
            Command::Demo(args) => demo::run(args).await,
            Command::Serve => serve::run(&self.settings_for_service()?).await,
            Command::Sandbox(command) => {
                sandbox::run(command, &mut std::io::stdout()).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Bench(args) => {
                bench::run(args, self.database.as_deref(), &mut std::io::stdout()).await.map(|()| ExitCode::SUCCESS)
            }
            Command::BenchEngine => bench::engine(&mut std::io::stdout()).await.map(|()| ExitCode::SUCCESS),
            Command::Backup(args) => {
                backup::run(args, &self.settings()?, &mut std::io::stdout()).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Restore(args) => {
                backup::restore(args, &self.settings()?, &mut std::io::stdout()).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Health { strict } => serve::health(&self.settings()?, *strict).await,
            Command::Inspect { .. } => anyhow::bail!("inspect takes one file and nothing else: loa inspect FILE"),
            _ => self.run_on_database().await.map(|()| ExitCode::SUCCESS),
        }
    }

    async fn run_on_database(&self) -> anyhow::Result<()> {
        let settings = self.settings()?;
        crate::telemetry::init(settings.log.format, &settings.log.filter)?;
        let url = settings.database.url.expose();
        if !self.may_begin() {
            must_be_there(url)?;
        }
        let opened = open(&settings).await?;
        // Whatever is wrong with the database the command itself says.
        let _ = warn_of_clock(&opened.store).await;
        let done = match &self.command {
            Command::Gateway(command) => {
                let mut input = std::io::BufReader::new(std::io::stdin());
                gateway::run(command, &settings, &opened, &mut input, &mut std::io::stdout()).await
            }
            _ => self.run_opened(&opened).await,
        };
        // Closing folds the write-ahead log into the file, so that between commands a copy of the file is a backup.
        opened.store.close().await;
        done
    }

    /// Whether a command may make a database that is not there: a mistyped path must not become an empty commune.
    const fn may_begin(&self) -> bool {
        matches!(&self.command, Command::Org(org::OrgCommand::Import { .. }) | Command::Db(db::DbCommand::Migrate))
    }

    async fn run_opened(&self, opened: &Opened) -> anyhow::Result<()> {
        let mut out = std::io::stdout();
        match &self.command {
            Command::Org(command) => org::run(command, opened, &mut out).await,
            Command::Plan(command) => plan::run(command.clone(), opened, &mut out).await,
            Command::Bulletin(command) => bulletin::run(command, opened, &mut out).await,
            Command::Activity(command) => activity::run(command.clone(), opened, &mut out).await,
            Command::Status { code, json } => status::run_status(code, *json, opened, &mut out).await,
            Command::Stats { json } => status::run_stats(*json, opened, &mut out).await,
            Command::Audit(command) => audit::run(command, opened, &mut out).await,
            Command::Db(command) => db::run(command, opened, &mut out).await,
            _ => Ok(()),
        }
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::load_for_command(self.config.as_deref(), self.environment())?)
    }

    fn settings_for_service(&self) -> anyhow::Result<Settings> {
        Ok(Settings::load(self.config.as_deref(), self.environment())?)
    }

    /// The environment, with `--database` as its strongest word.
    fn environment(&self) -> impl Iterator<Item = (String, String)> {
        let database = self.database.clone().map(|url| (DATABASE_VARIABLE.to_owned(), url));
        let overruled = database.is_some();
        process_environment().filter(move |(name, _)| !overruled || name != DATABASE_VARIABLE).chain(database)
    }
}

/// The environment variable that names the database.
const DATABASE_VARIABLE: &str = "LOA__DATABASE__URL";

/// Opens what a command on the database needs.
///
/// # Errors
/// The database cannot be reached; the settings name a file that cannot be read.
pub async fn open(settings: &Settings) -> anyhow::Result<Opened> {
    let gateways = app::gateways_without_tokens(settings)?;
    let house = app::house(settings, &gateways)?;
    Ok(Opened {
        store: open_store(settings.database.url.expose()).await?,
        house: Arc::new(house),
        clocks: Clocks::system(),
        entropy: Arc::new(SystemEntropy),
        user: user_name(),
    })
}

/// Says that a time that is typed now may not be what the service takes it for: a command goes by the machine's date.
async fn warn_of_clock(store: &Store) -> anyhow::Result<()> {
    let open = store.read().await?.open_incidents().await?;
    if let Some(incident) = open.iter().find(|incident| incident.scope == CLOCK_SCOPE) {
        tracing::warn!(kind = incident.kind, by = incident.detail, cure = "set the machine's date right", "clock.sick");
    }
    Ok(())
}

/// Refuses an embedded database that is not there: a mistyped path, or one that was deleted, must not become an empty commune.
fn must_be_there(url: &str) -> anyhow::Result<()> {
    if let Some(path) = app::role_lock::sqlite_path(url).filter(|path| !path.exists()) {
        anyhow::bail!(
            "there is no database at {}: begin one with `loa org import FILE`, take one from a backup with `loa restore FILE`, \
             or name the right one with --database",
            path.display()
        );
    }
    Ok(())
}

/// Opens a database, making the folder of an embedded one.
///
/// # Errors
/// The folder cannot be made or is open to others, the database cannot be reached, a migration fails.
pub async fn open_store(url: &str) -> anyhow::Result<Store> {
    if let Some(path) = app::role_lock::sqlite_path(url) {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            app::private::folder(folder).map_err(|error| {
                anyhow::anyhow!("cannot make the folder {} for the database: {error}", folder.display())
            })?;
        }
        // One that cannot be written is reported by the database itself, in its own words.
        let _ = app::private::file(&path);
        let found = app::private::check_database(&path)?;
        if found.closed > 0 {
            tracing::info!(files = found.closed, "files.closed");
        }
    }
    Store::open(url).await.map_err(explain::database)
}

/// The user of the operating system, for the audit log.
fn user_name() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let mut found: Vec<(String, String)> =
        process_environment().filter(|(name, _)| names.contains(&name.as_str())).collect();
    found.sort();
    found.pop().map_or_else(|| "unknown".to_owned(), |(_, value)| value)
}
