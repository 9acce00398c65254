//! `loa sandbox`: a stand-in for the platforms on this machine, and verbs that act in a running one as its people.
//!
//! Needs no database and no settings. The address of the sandbox started last stands in a small file in the system's
//! folder for temporary files, so that the verbs find it; a client refuses any address that is not this machine's.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{input, org};
use crate::clock::Clocks;
use crate::domain::org::import::OrgFile;
use loa_sandbox::telegram::{Fault, Limits, Sandbox, SandboxConfig, seed::populate};
use loa_sandbox::zalo_bot::ZaloBotFault;

mod address;
mod client;
mod world;
mod zalo;
mod zalo_world;

pub use address::{Played, forget as forget_address, keep as keep_address};
pub use world::{World, world_of};
pub use zalo_world::{ZaloWorld, zalo_world_of};

/// A file of faults larger than this is something else.
const MAX_FAULTS_BYTES: u64 = 1 << 20;

/// Start a sandbox, or act in a running one.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
        loa sandbox --limits strict --commune config/examples/xa-mau.toml --write-org bound.toml\n  \
        loa org import bound.toml\n  \
        loa sandbox chats\n  \
        loa sandbox say --as \"Mẫu Văn Bình\" --in \"Nhóm điều hành Thôn 03\" \"da nhan\"\n  \
        loa sandbox say --as 000000000000000000a1 --in zgr-00a1 \"@Bot Loa Xã Mẫu da nhan\"\n\n\
        Telegram and the Zalo Bot Platform are played side by side. A verb goes to Zalo when it names a zgr-… group or a\n\
        person of 20 hex digits, or when --url is Zalo's.\n\n\
        Without a verb it runs until Ctrl-C. Everything in it ends with it."
)]
pub struct SandboxArgs {
    /// How to start one.
    #[command(flatten)]
    pub start: Start,
    /// What to do in a running one.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// How a sandbox is started.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Start {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Whether the platform's sending limits hold.
    #[arg(long, value_enum, default_value_t = LimitChoice::Strict)]
    pub limits: LimitChoice,
    /// Faults armed from the start: JSON, or TOML with `[[faults]]` and `[[zalo_bot_faults]]`.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// An organisation file: its groups and people are made.
    #[arg(long, value_name = "FILE")]
    pub commune: Option<PathBuf>,
    /// Where the organisation file is written again with the ids of chats and accounts; `-` prints it.
    #[arg(long, value_name = "FILE", requires = "commune")]
    pub write_org: Option<PathBuf>,
    /// The gateway of the organisation file that this sandbox plays.
    #[arg(long, value_name = "NAME", default_value = "telegram")]
    pub gateway: String,
    /// Port of the Zalo Bot stand-in on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub zalo_bot_port: u16,
    /// The gateway of the organisation file that the Zalo Bot stand-in plays.
    #[arg(long, value_name = "NAME", default_value = "zalo")]
    pub zalo_bot_gateway: String,
    /// Make basic groups, which can still be upgraded to supergroups.
    #[arg(long)]
    pub basic_groups: bool,
}

/// Whether limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LimitChoice {
    /// As published, without tolerance.
    Strict,
    /// None.
    Off,
}

/// One act in a running sandbox. People and chats are named by id, or by name with or without accents.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Verb {
    /// Write a text as a person.
    Say {
        /// Who writes.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
        /// Where; `bot` is the person's private chat with the bot.
        #[arg(long = "in", value_name = "CHAT", allow_negative_numbers = true)]
        chat: String,
        /// What.
        text: String,
        /// The message replied to.
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Press a button, named by what stands on it.
    Press {
        /// Who presses.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
        /// Where.
        #[arg(long = "in", value_name = "CHAT", allow_negative_numbers = true)]
        chat: String,
        /// The button.
        button: String,
        /// The message it is under; left out, the latest one that has it.
        #[arg(long, value_name = "ID")]
        message: Option<i64>,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Send a file as a person.
    SendFile {
        /// Who sends.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
        /// Where.
        #[arg(long = "in", value_name = "CHAT", allow_negative_numbers = true)]
        chat: String,
        /// The file.
        file: PathBuf,
        /// The text below it.
        #[arg(long)]
        caption: Option<String>,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Print a chat as a person reads it.
    Show {
        /// The chat.
        #[arg(allow_negative_numbers = true)]
        chat: String,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// List the chats.
    Chats {
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Replace the armed faults.
    Faults {
        /// JSON, or TOML with `[[faults]]` and `[[zalo_bot_faults]]`.
        file: PathBuf,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Throw somebody, or the bot, out of a group.
    Kick {
        /// The group.
        #[arg(allow_negative_numbers = true)]
        chat: String,
        /// Who is thrown out.
        #[arg(long, value_name = "PERSON", default_value = client::BOT)]
        who: String,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Upgrade a basic group to a supergroup: it gets a new id.
    Migrate {
        /// The group.
        #[arg(allow_negative_numbers = true)]
        chat: String,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
}

/// Which sandbox is meant.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Target {
    /// Its address; left out, that of the sandbox started last on this machine.
    #[arg(long)]
    pub url: Option<String>,
}

/// Runs a sandbox until it is interrupted, or one act in a running one. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(args: &SandboxArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.verb {
        Some(verb) => {
            let text = client::act(verb).await?;
            Ok(out.write_all(text.as_bytes())?)
        }
        None => serve(&args.start, &Clocks::system(), out).await,
    }
}

async fn serve(start: &Start, clocks: &Clocks, out: &mut dyn Write) -> anyhow::Result<()> {
    let world = start.commune.as_deref().map(|path| world(start, path, clocks)).transpose()?;
    let faults = start.faults.as_deref().map(faults).transpose()?.unwrap_or_default();
    let mut config = SandboxConfig::new(sandbox_clocks(clocks), TaskTracker::new(), CancellationToken::new());
    config.port = start.port;
    config.limits = (start.limits == LimitChoice::Strict).then_some(Limits::STRICT);
    config.faults = faults.telegram;
    let mut interrupt = Interrupt::listen()?;
    let running = Sandbox::start(config).await?;
    let zalo = zalo::start(start, sandbox_clocks(clocks), faults.zalo_bot.unwrap_or_default()).await?;
    if let Some((telegram, on_zalo)) = &world {
        populate(&running.handle(), &telegram.seed, true)?;
        zalo::fill(&zalo, on_zalo)?;
        write_org(start, &on_zalo.org, out)?;
    }
    let (url, zalo_url) = (running.base_url(), zalo.base_url());
    // Before anything is printed: whoever reads the greeting may use a verb at once.
    keep(Played::Telegram, &url, out)?;
    keep(Played::ZaloBot, &zalo_url, out)?;
    out.write_all(greeting(start, &url, &running.tokens()).as_bytes())?;
    out.write_all(zalo::greeting(start, &zalo.handle()).as_bytes())?;
    out.flush()?;
    interrupt.wait().await;
    address::forget(Played::Telegram, &url);
    address::forget(Played::ZaloBot, &zalo_url);
    running.stop().await;
    zalo.stop().await;
    Ok(())
}

fn keep(played: Played, url: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Err(error) = address::keep(played, url) {
        writeln!(out, "the address could not be kept ({error}): give the verbs --url {url}")?;
    }
    Ok(())
}

/// What the file holds for Telegram, and the same file with what it holds for Zalo filled in too.
fn world(start: &Start, path: &Path, clocks: &Clocks) -> anyhow::Result<(World, ZaloWorld)> {
    let same = start.gateway == start.zalo_bot_gateway;
    anyhow::ensure!(
        !same,
        "--gateway and --zalo-bot-gateway are both `{}`: a gateway is on one platform",
        start.gateway
    );
    let file = org::read(path)?;
    let on = clocks.business.now().local_date();
    let telegram = world_of(file, &start.gateway, on, start.basic_groups);
    let zalo = zalo_world_of(telegram.org.clone(), &start.zalo_bot_gateway, on);
    Ok((telegram, zalo))
}

fn write_org(start: &Start, org: &OrgFile, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(path) = &start.write_org else { return Ok(()) };
    let text = toml::to_string(org)?;
    if path.as_os_str() == "-" {
        return Ok(out.write_all(text.as_bytes())?);
    }
    let same = |other: &PathBuf| matches!((path.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b);
    anyhow::ensure!(
        !start.commune.as_ref().is_some_and(same),
        "--write-org would write over {}: give another file",
        path.display()
    );
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn greeting(start: &Start, url: &str, tokens: &[String]) -> String {
    let limits = if start.limits == LimitChoice::Strict { "strict" } else { "off" };
    let mut text = format!("sandbox at {url}, limits {limits}; Ctrl-C ends it\n");
    text.extend(tokens.iter().map(|token| format!("token {token}\n")));
    let name = &start.gateway;
    let section = |token: &String| {
        format!("\n[gateways.{name}]\nplatform = \"telegram\"\napi_url = \"{url}\"\ntoken = \"{token}\"\n\n")
    };
    text.extend(tokens.first().map(section));
    let written = start.write_org.as_deref().filter(|path| path.as_os_str() != "-");
    text.extend(written.map(|path| format!("next: loa org import {}\n", path.display())));
    text
}

/// Faults of a file, for each stand-in.
#[derive(Debug, Default)]
struct Faults {
    telegram: Vec<Fault>,
    /// `None` when the file does not speak of it.
    zalo_bot: Option<Vec<ZaloBotFault>>,
}

/// Faults from a file: a JSON list (of Telegram's), a JSON object with `faults` or `zalo_bot_faults` or both, or the
/// same as TOML.
///
/// # Errors
/// One line with the path and what is wrong.
fn faults(path: &Path) -> anyhow::Result<Faults> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<Fault>),
        Table { faults: Option<Vec<Fault>>, zalo_bot_faults: Option<Vec<ZaloBotFault>> },
    }
    let text = input::read_text(path, MAX_FAULTS_BYTES)?;
    let toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let read: anyhow::Result<Written> =
        if toml { toml::from_str(&text).map_err(Into::into) } else { serde_json::from_str(&text).map_err(Into::into) };
    let example = r#"[{"method": "sendMessage", "kind": {"what": "reset_after"}}]"#;
    let complaint = || format!("{} holds no faults; for example: {example}", path.display());
    match read.with_context(complaint)? {
        Written::List(telegram) => Ok(Faults { telegram, zalo_bot: None }),
        Written::Table { faults: None, zalo_bot_faults: None } => anyhow::bail!(complaint()),
        Written::Table { faults, zalo_bot_faults } => {
            Ok(Faults { telegram: faults.unwrap_or_default(), zalo_bot: zalo_bot_faults })
        }
    }
}

fn sandbox_clocks(clocks: &Clocks) -> loa_sandbox::Clocks {
    let (wall, mono) = (clocks.wall.clone(), clocks.mono.clone());
    loa_sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap_or(i64::MAX)),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

/// Ctrl-C or a polite kill. Listening begins before the address is printed: who reads it may already stop us.
struct Interrupt {
    int: tokio::signal::unix::Signal,
    term: tokio::signal::unix::Signal,
}

impl Interrupt {
    fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).context("cannot listen for Ctrl-C");
        Ok(Self { int: listen(SignalKind::interrupt())?, term: listen(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests;
