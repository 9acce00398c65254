//! `loa sandbox`: a stand-in for the platforms on this machine, and verbs that act in a running one as its people.
//!
//! Needs no database and no settings. The address of the sandbox started last stands in a small file in the system's
//! folder for temporary files, so that the verbs find it; a client refuses any address that is not this machine's.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::input;
use crate::clock::Clocks;
use loa_sandbox::Fault;

mod address;
mod client;
mod oa_world;
mod start;
mod verbs;
mod world;
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
        loa sandbox chats\n\n\
        Telegram:\n  \
        loa sandbox say --as \"Mẫu Văn Bình\" --in \"Nhóm điều hành Thôn 03\" \"/danhan\"\n  \
        loa sandbox press --as \"Mẫu Văn Bình\" --in \"Nhóm điều hành Thôn 03\" \"✅ Đã nhận\"\n\n\
        Zalo Bot, which has no buttons and hears in a group replies and mentions only:\n  \
        loa sandbox say --as 000000000000000000a1 --in zgr-00a1 \"@Bot Loa Xã Mẫu da nhan\"\n  \
        loa sandbox press --on zalo-bot --as \"Mẫu Thị Lan\" --in bot \"✅ Duyệt\"     types the number in front of it\n\n\
        Official Account, whose events go where `webhook` says:\n  \
        loa sandbox webhook http://127.0.0.1:8080/hook/oa\n  \
        loa sandbox say --on zalo-oa --as \"Mẫu Thị Lan\" --in bot \"/trangthai\"\n  \
        loa sandbox send-file --on zalo-oa --as \"Mẫu Thị Lan\" --in bot cong-van.pdf\n\n\
        The three are played side by side. A verb goes where --url or --on says, else to the platform of the ids it names,\n\
        else to the first of Telegram, Zalo Bot and Official Account that has a chat of that name.\n\n\
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
    /// Faults armed from the start: JSON, or TOML with `[[faults]]`, `[[zalo_bot_faults]]` and `[[zalo_oa_faults]]`.
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
    /// Port of the Official Account stand-in on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub zalo_oa_port: u16,
    /// The gateway of the organisation file that the Official Account stand-in plays.
    #[arg(long, value_name = "NAME", default_value = "oa")]
    pub zalo_oa_gateway: String,
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
    /// Press a button, named by what stands on it. Where there are no buttons, the number in front of the words is typed.
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
        message: Option<String>,
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
        /// JSON, or TOML with `[[faults]]`, `[[zalo_bot_faults]]` and `[[zalo_oa_faults]]`.
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
    /// Let somebody, or the bot, into a group, again or for the first time.
    Invite {
        /// The group.
        #[arg(allow_negative_numbers = true)]
        chat: String,
        /// Who is let in.
        #[arg(long, value_name = "PERSON", default_value = client::BOT)]
        who: String,
        /// The running sandbox.
        #[command(flatten)]
        target: Target,
    },
    /// Say where the Official Account posts its events, as its administrator does in the developers' console.
    Webhook {
        /// The address: the service's public address and `/hook/` and the gateway's name.
        address: String,
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
    /// The platform, where ids and names do not tell.
    #[arg(long, value_enum, value_name = "PLATFORM", conflicts_with = "url")]
    pub on: Option<Played>,
}

/// Runs a sandbox until it is interrupted, or one act in a running one. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(args: &SandboxArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.verb {
        Some(verb) => {
            let text = verbs::act(verb).await?;
            Ok(out.write_all(text.as_bytes())?)
        }
        None => start::serve(&args.start, &Clocks::system(), out).await,
    }
}

/// Faults of a file, for each stand-in; `None` for one that the file does not speak of.
#[derive(Debug, Default, serde::Deserialize)]
struct Faults {
    #[serde(rename = "faults")]
    telegram: Option<Vec<Fault>>,
    #[serde(rename = "zalo_bot_faults")]
    zalo_bot: Option<Vec<Fault>>,
    #[serde(rename = "zalo_oa_faults")]
    zalo_oa: Option<Vec<Fault>>,
}

impl Faults {
    /// Those of one stand-in.
    fn of(&self, played: Played) -> Option<&Vec<Fault>> {
        match played {
            Played::Telegram => self.telegram.as_ref(),
            Played::ZaloBot => self.zalo_bot.as_ref(),
            Played::ZaloOa => self.zalo_oa.as_ref(),
        }
    }
}

/// Faults from a file: a JSON list (of Telegram's), a JSON object with `faults`, `zalo_bot_faults` and `zalo_oa_faults`,
/// or the same as TOML.
///
/// # Errors
/// One line with the path and what is wrong.
fn faults(path: &Path) -> anyhow::Result<Faults> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<Fault>),
        Table(Faults),
    }
    let text = input::read_text(path, MAX_FAULTS_BYTES)?;
    let toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let read: anyhow::Result<Written> =
        if toml { toml::from_str(&text).map_err(Into::into) } else { serde_json::from_str(&text).map_err(Into::into) };
    let example = r#"[{"method": "sendMessage", "kind": {"what": "reset_after"}}]"#;
    let complaint = || format!("{} holds no faults; for example: {example}", path.display());
    let faults = match read.with_context(complaint)? {
        Written::List(telegram) => Faults { telegram: Some(telegram), ..Faults::default() },
        Written::Table(faults) => faults,
    };
    anyhow::ensure!(Played::ALL.iter().any(|played| faults.of(*played).is_some()), complaint());
    Ok(faults)
}

#[cfg(test)]
mod tests;
