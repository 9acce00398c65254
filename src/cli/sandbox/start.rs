//! Starting the three stand-ins: their worlds from an organisation file, what is printed, and their end.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::{self, Played};
use super::{Faults, LimitChoice, Start, World, ZaloWorld, faults, oa_world, world_of, zalo_world_of};
use crate::cli::org;
use crate::clock::Clocks;
use crate::domain::org::import::OrgFile;
use loa_sandbox::telegram::{Limits, Sandbox, SandboxConfig};
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotControlError, ZaloBotLimits, ZaloBotSandbox};
use loa_sandbox::zalo_oa::{OaLimits, ZaloOaConfig, ZaloOaSandbox};
use loa_sandbox::{telegram, zalo_bot};

/// Messages of the account to one person that are paid for after the free ones; enough for a day at the office.
const OA_PAID_MESSAGES: u32 = 1_000;

/// The stand-ins, running.
struct Running {
    telegram: Sandbox,
    zalo_bot: ZaloBotSandbox,
    zalo_oa: ZaloOaSandbox,
}

/// Runs the stand-ins until they are interrupted.
///
/// # Errors
/// A port, an organisation file that cannot be played, a file that cannot be written.
pub(super) async fn serve(start: &Start, clocks: &Clocks, out: &mut dyn Write) -> anyhow::Result<()> {
    let worlds = start.commune.as_deref().map(|path| worlds(start, path, clocks)).transpose()?;
    let faults = start.faults.as_deref().map(faults).transpose()?.unwrap_or_default();
    let mut interrupt = Interrupt::listen()?;
    let running = Running::start(start, &faults, clocks).await?;
    if let Some((telegram, zalo)) = worlds {
        let on = clocks.business.now().local_date();
        let org = running.fill(start, &telegram, zalo, on)?;
        write_org(start, &org, out)?;
    }
    // Before anything is printed: whoever reads the greeting may use a verb at once.
    for (played, url) in running.addresses() {
        if let Err(error) = address::keep(played, &url) {
            writeln!(out, "the address could not be kept ({error}): give the verbs --url {url}")?;
        }
    }
    out.write_all(running.greeting(start).as_bytes())?;
    out.flush()?;
    interrupt.wait().await;
    for (played, url) in running.addresses() {
        address::forget(played, &url);
    }
    running.stop().await;
    Ok(())
}

impl Running {
    async fn start(start: &Start, faults: &Faults, clocks: &Clocks) -> anyhow::Result<Self> {
        let lifecycle = || (sandbox_clocks(clocks), TaskTracker::new(), CancellationToken::new());
        let armed = |played| faults.of(played).cloned().unwrap_or_default();
        let strict = start.limits == LimitChoice::Strict;
        let (clocks, tasks, cancel) = lifecycle();
        let mut telegram = SandboxConfig::new(clocks, tasks, cancel);
        (telegram.port, telegram.faults) = (start.port, armed(Played::Telegram));
        telegram.limits = strict.then_some(Limits::STRICT);
        let (clocks, tasks, cancel) = lifecycle();
        let mut bot = ZaloBotConfig::new(clocks, tasks, cancel);
        (bot.port, bot.faults) = (start.zalo_bot_port, armed(Played::ZaloBot));
        bot.limits = strict.then_some(ZaloBotLimits::BASIC);
        let (clocks, tasks, cancel) = lifecycle();
        let mut account = ZaloOaConfig::new(clocks, tasks, cancel);
        (account.port, account.faults) = (start.zalo_oa_port, armed(Played::ZaloOa));
        account.limits = strict.then_some(OaLimits::GROWTH);
        account.private.paid_messages = OA_PAID_MESSAGES;
        Ok(Self {
            telegram: Sandbox::start(telegram).await?,
            zalo_bot: ZaloBotSandbox::start(bot).await?,
            zalo_oa: ZaloOaSandbox::start(account).await?,
        })
    }

    /// Makes people and groups; gives the organisation file with every id filled in.
    fn fill(&self, start: &Start, telegram: &World, zalo: ZaloWorld, on: chrono::NaiveDate) -> anyhow::Result<OrgFile> {
        telegram::seed::populate(&self.telegram.handle(), &telegram.seed, true)?;
        zalo_bot::seed::populate(&self.zalo_bot.handle(), &zalo.seed, true).map_err(|error| match error {
            ZaloBotControlError::GroupsFull(_) => anyhow::anyhow!("{error}: give --limits off, or fewer groups"),
            other => anyhow::anyhow!("the Zalo side of the organisation file cannot be made: {other}"),
        })?;
        oa_world::settle(zalo.org, &self.zalo_oa.handle(), &start.zalo_oa_gateway, on)
            .context("the Official Account's side of the organisation file cannot be made")
    }

    fn addresses(&self) -> [(Played, String); 3] {
        [
            (Played::Telegram, self.telegram.base_url()),
            (Played::ZaloBot, self.zalo_bot.base_url()),
            (Played::ZaloOa, self.zalo_oa.base_url()),
        ]
    }

    fn greeting(&self, start: &Start) -> String {
        let bot = self.zalo_bot.handle();
        let mut text = on_telegram(start, &self.telegram.base_url(), &self.telegram.tokens());
        text.push_str(&on_zalo_bot(start, &bot.base_url(), &bot.token(), &bot.bot_mention()));
        text.push_str(&on_zalo_oa(start, &self.zalo_oa));
        text
    }

    async fn stop(self) {
        self.telegram.stop().await;
        self.zalo_bot.stop().await;
        self.zalo_oa.stop().await;
    }
}

/// What the file holds for Telegram, and the same file with what it holds for a Zalo bot filled in too.
fn worlds(start: &Start, path: &Path, clocks: &Clocks) -> anyhow::Result<(World, ZaloWorld)> {
    let switches = [
        ("--gateway", &start.gateway),
        ("--zalo-bot-gateway", &start.zalo_bot_gateway),
        ("--zalo-oa-gateway", &start.zalo_oa_gateway),
    ];
    for (at, (switch, name)) in switches.iter().enumerate() {
        let same = switches[..at].iter().find(|(_, other)| other == name);
        if let Some((other, _)) = same {
            anyhow::bail!("{other} and {switch} are both `{name}`: a gateway is on one platform");
        }
    }
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

fn limits(start: &Start) -> &'static str {
    if start.limits == LimitChoice::Strict { "strict" } else { "off" }
}

fn on_telegram(start: &Start, url: &str, tokens: &[String]) -> String {
    let mut text = format!("sandbox at {url}, limits {}; Ctrl-C ends it\n", limits(start));
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

fn on_zalo_bot(start: &Start, url: &str, token: &str, mention: &str) -> String {
    let (limits, name) = (limits(start), &start.zalo_bot_gateway);
    format!(
        "\nZalo Bot sandbox at {url}, limits {limits}; in a group it hears replies to it and `{mention}`\n\
         token {token}\n\n\
         [gateways.{name}]\nplatform = \"zalo_bot\"\napi_url = \"{url}\"\ntoken = \"{token}\"\n\n"
    )
}

fn on_zalo_oa(start: &Start, account: &ZaloOaSandbox) -> String {
    let (url, name, tokens) = (account.base_url(), &start.zalo_oa_gateway, account.tokens());
    let keys = [
        ("platform", Played::ZaloOa.word()),
        ("api_url", &url),
        ("oauth_url", &url),
        ("app_id", account.app_id()),
        ("oa_id", account.oa_id()),
        ("app_secret", account.app_secret()),
        ("oa_secret", account.oa_secret_key()),
        ("refresh_token", &tokens.refresh_token),
        ("access_token", &tokens.access_token),
    ];
    let mut text = format!(
        "\nZalo Official Account sandbox at {url}, limits {}; it posts its events once the service runs and has told it \
         where: loa sandbox webhook http://127.0.0.1:PORT/hook/{name}\n\n[gateways.{name}]\n",
        limits(start)
    );
    for (key, value) in keys {
        let _ = writeln!(text, "{key} = \"{value}\"");
    }
    text.push('\n');
    text
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
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        start: Start,
    }

    #[test]
    fn the_greeting_holds_a_section_that_can_be_copied_into_the_settings() {
        let start = Line::parse_from(["sandbox", "--limits", "off"]).start;
        let text = on_telegram(&start, "http://127.0.0.1:8081", &["1:AA".to_owned()]);
        let section = &text[text.find('[').unwrap()..];
        let table: toml::Table = section.parse().unwrap();
        assert_eq!(table["gateways"]["telegram"]["token"].as_str(), Some("1:AA"));
        assert_eq!(table["gateways"]["telegram"]["api_url"].as_str(), Some("http://127.0.0.1:8081"));
    }
}
