//! `loa demo`.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::demo::places::Network;
use crate::demo::{Demo, Narrator, Wish};
use crate::telemetry;

/// Plays a whole commune on this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    loa demo --once            the story from command to report, then the tables\n  \
    loa demo                   the same, and then it stays up: join in with `loa sandbox say …`\n  \
    loa demo --once --json     the figures as one JSON document\n  \
    loa demo --platforms zalo_bot   the commune on one platform alone")]
pub(super) struct DemoArgs {
    /// End when the story ends.
    #[arg(long)]
    once: bool,
    /// Print one JSON document with the figures and nothing else.
    #[arg(long)]
    json: bool,
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
/// An unknown platform; a step of the story that did not come about, with the chat so far.
pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let networks = networks(&args.platforms)?;
    telemetry::init(crate::config::LogFormat::Text, "loa=warn")?;
    let wish = Wish { once: args.once, seed: args.seed, networks };
    let demo = Demo::start(&wish, narrator()).await?;
    let played = demo.play().await;
    let figures = match played {
        Ok(()) => demo.figures().await?,
        Err(error) => {
            demo.finish().await;
            return Err(error);
        }
    };
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&figures)?)?;
    } else {
        writeln!(out, "\n{}", figures.tables)?;
        writeln!(out, "{:.1} s, peak memory {:.1} MB", figures.elapsed_s, figures.peak_rss_mb)?;
    }
    if args.once {
        demo.finish().await;
    } else {
        invite(&demo, &mut out)?;
        demo.stay().await?;
    }
    Ok(if figures.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The platforms of a list, each once, in an order that does not depend on the list's.
fn networks(names: &[String]) -> anyhow::Result<Vec<Network>> {
    if let Some(unknown) = names.iter().find(|name| Network::named(name).is_none()) {
        anyhow::bail!("unknown platform `{unknown}`: --platforms takes telegram, zalo_bot and zalo_oa");
    }
    Ok(Network::ALL.into_iter().filter(|network| names.iter().any(|name| name == network.gateway())).collect())
}

/// The story goes to stderr, so that `--json` leaves stdout to the document.
fn narrator() -> Narrator {
    Arc::new(|line| {
        let _ = writeln!(std::io::stderr(), "{line}");
    })
}

fn invite(demo: &Demo, out: &mut std::io::Stdout) -> anyhow::Result<()> {
    writeln!(out, "\nThe commune stays up until Ctrl-C. Join in from another terminal:")?;
    for (network, address) in demo.addresses() {
        writeln!(out, "  loa sandbox chats --url {address}    ({})", network.gateway())?;
    }
    writeln!(out, "  loa stats --database {}", demo.database_url())?;
    Ok(())
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
