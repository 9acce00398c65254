//! `loa demo`.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::demo::{Demo, Narrator, Wish};
use crate::telemetry;

/// Plays a whole commune on this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    loa demo --once            the story from command to report, then the tables\n  \
    loa demo                   the same, and then it stays up: join in with `loa sandbox say …`\n  \
    loa demo --once --json     the figures as one JSON document")]
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
    /// Platforms to play, separated by commas.
    #[arg(long, default_value = "telegram", value_delimiter = ',', value_name = "LIST")]
    platforms: Vec<String>,
}

/// Plays it.
///
/// # Errors
/// An unknown platform; a step of the story that did not come about, with the chat so far.
pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    if let Some(unknown) = args.platforms.iter().find(|name| *name != "telegram") {
        anyhow::bail!("unknown platform `{unknown}`: this version plays telegram");
    }
    telemetry::init(crate::config::LogFormat::Text, "loa=warn")?;
    let wish = Wish { once: args.once, seed: args.seed };
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
    let well = figures.audit.verified && figures.platforms.values().all(|platform| platform.refused_429 == 0);
    if args.once {
        demo.finish().await;
    } else {
        invite(&demo, &mut out)?;
        demo.stay().await?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The story goes to stderr, so that `--json` leaves stdout to the document.
fn narrator() -> Narrator {
    Arc::new(|line| {
        let _ = writeln!(std::io::stderr(), "{line}");
    })
}

fn invite(demo: &Demo, out: &mut std::io::Stdout) -> anyhow::Result<()> {
    writeln!(
        out,
        "\nThe commune stays up until Ctrl-C. Join in from another terminal:\n  \
         loa sandbox chats --url {address}\n  \
         loa sandbox say --url {address} --as lan --in lan /trangthai\n  \
         loa stats --database {database}",
        address = demo.address(),
        database = demo.database_url()
    )?;
    Ok(())
}
