//! `loa demo`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::config::process_environment;
use crate::demo::places::Network;
use crate::demo::shown::Event;
use crate::demo::{Demo, Figures, Folder, Wish};
use crate::locale::Locale;
use crate::{say, telemetry};

mod ending;
mod terminal;

use ending::Ending;
use terminal::{Environment, Terminal};

/// What the log holds unless `RUST_LOG` says otherwise.
const QUIET: &str = "loa=info";

/// Plays a whole commune on this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    loa demo --once            the story from command to report, then the tables\n  \
    loa demo                   the same, and then it stays up and prints what can be typed in another terminal\n  \
    loa demo --once --json     the figures as one JSON document; the story goes to standard error\n  \
    loa demo --platforms zalo_bot   the commune on one platform alone\n\n\
    It is told in Vietnamese, at most 80 columns wide, coloured on a terminal unless NO_COLOR is set.")]
pub(super) struct DemoArgs {
    /// End when the story ends.
    #[arg(long)]
    once: bool,
    /// Print one JSON document with the figures and nothing else.
    #[arg(long)]
    json: bool,
    /// Say where the service's log is, and keep it; `RUST_LOG` does too, and is its filter.
    #[arg(short, long)]
    verbose: bool,
    /// The same seed gives the same totals.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Platforms to play, separated by commas: `telegram`, `zalo_bot`, `zalo_oa`.
    #[arg(long, default_value = "telegram,zalo_bot,zalo_oa", value_delimiter = ',', value_name = "LIST")]
    platforms: Vec<String>,
}

/// Plays it.
///
/// # Errors
/// An unknown platform; a step of the story that did not come about, with the chat so far; figures that are not well.
pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let wish = Wish { seed: args.seed, networks: networks(&args.platforms)? };
    let environment: Environment = process_environment().collect();
    let terminal = Terminal::new(args.json, &environment);
    // Before anything is made that would have to be removed again.
    let mut ending = Ending::listen(terminal.clone())?;
    let folder = Folder::make()?;
    let filter = environment.get("RUST_LOG").filter(|filter| !filter.is_empty());
    telemetry::init_file(filter.map_or(QUIET, String::as_str), &folder.log())?;
    let verbose = args.verbose || filter.is_some();
    if verbose {
        let _ = writeln!(std::io::stderr(), "loa: the log of this run is {}", folder.log().display());
    }
    let played = play(args, &wish, &folder, (&terminal, &mut ending)).await;
    let kept = if verbose || played.is_err() { folder.keep_log() } else { None };
    if let Some(kept) = kept {
        let _ = writeln!(std::io::stderr(), "loa: the log of this run is kept in {}", kept.display());
    }
    let ended = played?;
    drop(folder);
    if ended != 0 {
        terminal.show(&Event::Note(say!(Locale::vietnamese(), "demo-stopped")));
    }
    Ok(ExitCode::from(ended))
}

/// Plays it in a folder; gives 0, or the exit code of whatever ended it before its time.
async fn play(
    args: &DemoArgs,
    wish: &Wish,
    folder: &Folder,
    (terminal, ending): (&Terminal, &mut Ending),
) -> anyhow::Result<u8> {
    let locale = Locale::vietnamese();
    terminal.show(&Event::Heading(say!(locale, "demo-title")));
    terminal.show(&Event::Note(say!(locale, "demo-intro")));
    // Not cut: what it has begun could not be ended in good order. It takes an instant.
    let demo = Demo::start(wish, folder, terminal.narrator()).await?;
    let ended = tokio::select! {
        code = ending.asked() => Ok(code),
        done = tell(args, &demo, terminal) => done.map(|()| 0),
    };
    demo.finish().await;
    ended
}

/// The story, its figures and, where the commune stays up, what can be done in it, until the service fails.
async fn tell(args: &DemoArgs, demo: &Demo, terminal: &Terminal) -> anyhow::Result<()> {
    demo.play().await?;
    let figures = demo.figures().await?;
    if args.json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&figures)?)?;
    } else {
        demo.closing(&figures).await?.iter().for_each(|event| terminal.show(event));
    }
    anyhow::ensure!(figures.is_well(), "the demo is not well: {}", complaint(&figures));
    if !args.once {
        demo.invite(&program()).await?.iter().for_each(|event| terminal.show(event));
        demo.stay().await;
        anyhow::bail!("a part of the service failed");
    }
    Ok(())
}

/// What is wrong with the figures.
fn complaint(figures: &Figures) -> String {
    let broken = (!figures.audit.verified).then(|| "the audit chain is broken".to_owned());
    let platform = |(name, one): (&String, &crate::demo::PlatformFigures)| {
        let idle = (one.sent == 0).then(|| format!("{name} carried nothing"));
        idle.or_else(|| (one.refused_429 > 0).then(|| format!("{name} was asked too fast {} times", one.refused_429)))
    };
    broken.into_iter().chain(figures.platforms.iter().filter_map(platform)).collect::<Vec<_>>().join("; ")
}

/// How this program is called from the folder it was started in.
fn program() -> String {
    let Ok(program) = std::env::current_exe() else { return "loa".to_owned() };
    let here = std::env::current_dir().unwrap_or_default();
    program.strip_prefix(&here).map_or(program.as_path(), |below: &Path| below).display().to_string()
}

/// The platforms of a list, each once, in an order that does not depend on the list's.
fn networks(names: &[String]) -> anyhow::Result<Vec<Network>> {
    if let Some(unknown) = names.iter().find(|name| Network::named(name).is_none()) {
        anyhow::bail!("unknown platform `{unknown}`: --platforms takes telegram, zalo_bot and zalo_oa");
    }
    Ok(Network::ALL.into_iter().filter(|network| names.iter().any(|name| name == network.gateway())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_played_once_each_and_unknown_ones_are_named() {
        let list = |names: &[&str]| networks(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        let both = [Network::Telegram, Network::ZaloOa];
        assert_eq!(list(&["zalo_oa", "telegram", "zalo_oa"]).unwrap(), both);
        let error = list(&["telegram", "viber"]).unwrap_err().to_string();
        assert!(error.contains("`viber`") && error.contains("zalo_bot"), "{error}");
    }
}
