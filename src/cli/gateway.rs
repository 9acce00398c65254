//! `loa gateway`: what the configured accounts can do, how their tokens stand, and consent for those that need it.

use std::io::{BufRead, Write};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::opened::Opened;
use crate::app;
use crate::config::{Gateway as Configured, Receive, Settings};
use crate::domain::calendar::{Millis, format_full};
use crate::platform::zalo_oa::TokenStanding;
use crate::platform::{ANY_TYPE, Capabilities, Polling};

/// What to do with the configured accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum GatewayCommand {
    /// What each account can do, how old its tokens are, and whether anything said to it arrives.
    List {
        /// One JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Let an administrator of an Official Account allow this service to speak for it.
    Consent {
        /// The gateway's name in the settings.
        name: String,
        /// The address the browser ended at after consenting, or the code in it; without it the link is printed and the
        /// address asked for.
        #[arg(long, value_name = "ADDRESS")]
        code: Option<String>,
    },
}

/// Carries out a command on the configured accounts.
///
/// # Errors
/// One line that says what is wrong and what to do.
pub async fn run(
    command: &GatewayCommand,
    settings: &Settings,
    opened: &Opened,
    input: &mut (dyn BufRead + Send),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let keeping =
        app::Keeping { store: opened.store.clone(), wall: opened.clocks.wall.clone(), entropy: opened.entropy.clone() };
    match command {
        GatewayCommand::List { json } => list(*json, settings, &keeping, out).await,
        GatewayCommand::Consent { name, code } => consent(name, code.as_deref(), settings, &keeping, input, out).await,
    }
}

async fn consent(
    name: &str,
    code: Option<&str>,
    settings: &Settings,
    keeping: &app::Keeping,
    input: &mut (dyn BufRead + Send),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let account = app::official_account(settings, name, keeping)?;
    let pasted = if let Some(code) = code {
        code.to_owned()
    } else {
        let link = account.consent_link().await?;
        writeln!(out, "Open this page as an administrator of the account and agree:\n\n{link}\n")?;
        writeln!(out, "Then paste the address the browser ended at. It works once, for 10 minutes:")?;
        out.flush()?;
        let mut typed = String::new();
        input.read_line(&mut typed).context("cannot read the address")?;
        typed
    };
    anyhow::ensure!(!pasted.trim().is_empty(), "nothing was pasted: run `loa gateway consent {name} --code ADDRESS`");
    let standing = account.accept_consent(&pasted).await?;
    writeln!(out, "gateway {name} may speak for the account; its tokens renew themselves.")?;
    writeln!(out, "Left unused they end on {}.", format_full(standing.refresh_until))?;
    Ok(())
}

/// One account, as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    platform: &'static str,
    api: String,
    text_limit: usize,
    buttons: bool,
    edits: bool,
    documents: String,
    pictures: String,
    messages_a_month: Option<u32>,
    groups: Option<u32>,
    private_days: Option<u64>,
    token: Token,
    inbound: Inbound,
}

/// How an account's token stands.
#[derive(Debug, Serialize)]
struct Token {
    state: &'static str,
    why: Option<String>,
    obtained_at: Option<i64>,
    access_until: Option<i64>,
    refresh_until: Option<i64>,
}

/// Whether what people say can arrive.
#[derive(Debug, Serialize)]
struct Inbound {
    path: &'static str,
    alive: bool,
    why: String,
    last_heard_at: Option<i64>,
}

async fn list(
    json: bool,
    settings: &Settings,
    keeping: &app::Keeping,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let able = app::gateways_without_tokens(settings)?;
    let mut all = Vec::new();
    for (name, gateway) in &settings.gateways {
        let capabilities = able.get(name).context("every configured gateway is made")?.capabilities();
        all.push(listed(gateway, capabilities, settings, keeping).await?);
    }
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(());
    }
    if all.is_empty() {
        writeln!(out, "no gateway is configured: add a section [gateways.NAME] to the settings file")?;
    }
    for one in &all {
        out.write_all(shown(one).as_bytes())?;
    }
    Ok(())
}

async fn listed(
    gateway: &Configured,
    capabilities: &Capabilities,
    settings: &Settings,
    keeping: &app::Keeping,
) -> anyhow::Result<Listed> {
    let token = token(gateway, settings, keeping).await;
    let last = keeping.store.read().await?.last_received(&gateway.name).await?;
    let files = &capabilities.files;
    let types = |types: &[&str]| if types == ANY_TYPE { "any".to_owned() } else { types.join(", ") };
    let by_link = if files.pictures_by_link && !files.pictures.is_empty() { " by link" } else { "" };
    Ok(Listed {
        name: gateway.name.clone(),
        platform: gateway.platform.as_str(),
        api: gateway.api_url.to_string(),
        text_limit: capabilities.text_limit,
        buttons: capabilities.buttons,
        edits: capabilities.edits,
        documents: types(files.documents),
        pictures: format!("{}{by_link}", types(files.pictures)),
        messages_a_month: capabilities.budget.map(|budget| budget.messages_a_month),
        groups: capabilities.budget.map(|budget| budget.groups),
        private_days: capabilities.private_window.map(|window| window.as_secs() / 86_400),
        inbound: inbound(gateway, capabilities, &token, last),
        token,
    })
}

async fn token(gateway: &Configured, settings: &Settings, keeping: &app::Keeping) -> Token {
    let of = |state, why| Token { state, why, obtained_at: None, access_until: None, refresh_until: None };
    if let Err(error) = gateway.check_secrets() {
        return of("missing", Some(error.to_string()));
    }
    if gateway.oa.is_none() {
        return of("static", None);
    }
    let standing = match app::official_account(settings, &gateway.name, keeping) {
        Ok(account) => account.token_standing().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match standing {
        Err(error) => of("unreadable", Some(format!("{error:#}"))),
        Ok(Some(standing)) => renewing(standing, keeping.wall.now()),
        Ok(None) if gateway.oa.as_ref().is_some_and(|oa| matches!(oa.refresh_token(), Ok(Some(_)))) => {
            of("first", Some("the pair in the settings is taken at the first call".to_owned()))
        }
        Ok(None) => of("missing", Some(format!("run `loa gateway consent {}`", gateway.name))),
    }
}

fn renewing(standing: TokenStanding, now: Millis) -> Token {
    let ended = standing.refresh_until <= now;
    Token {
        state: if ended { "ended" } else { "renewing" },
        why: ended.then(|| "unused for three months: consent again".to_owned()),
        obtained_at: Some(standing.obtained_at.0),
        access_until: Some(standing.access_until.0),
        refresh_until: Some(standing.refresh_until.0),
    }
}

fn inbound(gateway: &Configured, capabilities: &Capabilities, token: &Token, last: Option<Millis>) -> Inbound {
    let (path, possible, how) = match (gateway.receive, capabilities.receiving.polling) {
        (Receive::Polling, Polling::Durable) => ("polling", true, "the service asks; nothing waiting there is lost"),
        (Receive::Polling, Polling::Lossy) => {
            ("polling", true, "the service asks; what is said while it is down is lost, webhook is safer")
        }
        (Receive::Polling, Polling::None) => ("polling", false, "the platform has no call for updates"),
        (Receive::Webhook, _) => {
            ("webhook", true, "the platform posts to the service's public address, which must be reachable over https")
        }
    };
    let usable = !matches!(token.state, "missing" | "unreadable" | "ended");
    let why = if usable { how.to_owned() } else { "there is no token to work with".to_owned() };
    Inbound { path, alive: possible && usable, why, last_heard_at: last.map(|at| at.0) }
}

fn shown(one: &Listed) -> String {
    let Listed { name, platform, api, text_limit, documents, pictures, token, inbound, .. } = one;
    let yes = |can: bool| if can { "yes" } else { "no" };
    let at = |at: Option<i64>| at.map_or_else(|| "never".to_owned(), |at| format_full(Millis(at)));
    let none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    let mut lines = vec![
        format!("{name}  ({platform}, {api})"),
        format!("  text up to {text_limit}, buttons {}, edits {}", yes(one.buttons), yes(one.edits)),
        format!("  documents: {}; pictures: {}", none(documents), none(pictures)),
    ];
    if let (Some(messages), Some(groups)) = (one.messages_a_month, one.groups) {
        lines.push(format!("  budget: {messages} messages a month, {groups} groups"));
    }
    if let Some(days) = one.private_days {
        lines.push(format!("  private chats: within {days} days of the person's last message"));
    }
    let why = |why: &Option<String>| why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    lines.push(format!("  token: {}{}", token.state, why(&token.why)));
    if token.obtained_at.is_some() {
        let (obtained, until) = (at(token.obtained_at), at(token.refresh_until));
        lines.push(format!("  token obtained {obtained}, ends unused {until}"));
    }
    let alive = if inbound.alive { "alive" } else { "dead" };
    lines.push(format!("  inbound: {} {alive}: {}", inbound.path, inbound.why));
    lines.push(format!("  last heard: {}", at(inbound.last_heard_at)));
    lines.join("\n") + "\n"
}
