//! `loa bench`: how fast messages leave on this machine, and what that costs.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::app;
use crate::bench::inbound::{self, Way};
use crate::bench::{Setting, crash, priority, sending, strangers, worker};
use crate::config::LogFormat;

mod simulate;

/// Measure on this machine.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "Examples:\n  \
    loa bench limits                     900 groups under a strict limit of 30 a second\n  \
    loa bench raw --json                 as fast as it goes, a bare client beside it\n  \
    loa bench raw --year                 the same with a year of a large commune in the database\n  \
    loa bench history                    with a year of a large commune in the database\n  \
    loa bench crash --size 20            20 engines killed in the middle of sending\n  \
    loa bench crash --files              the same with a file behind every text\n  \
    loa bench priority                   a storm warning beside a broadcast to 1,000 groups\n  \
    loa bench inbound                    2,000 acknowledgements within 2 s, platform after platform\n  \
    loa bench strangers                  a storm warning while 1,000 people nobody knows write, platform after platform\n  \
    loa bench onegroup --size 30         30 bulletins into one group\n  \
    loa bench simulate --days 1000       a thousand days in which everything fails, checked after each\n  \
    loa bench simulate --seed 7 --days 12  the first twelve days of one seed, again\n\n\
    The server is the sandbox in a process of its own, unless --api-url names one (its token in LOA_BENCH_TOKEN).\n  \
    The database is a file in the current folder, on the disk that is measured, and gone afterwards. A release build\n  \
    tells what the program can do: cargo run --release -- bench raw")]
pub struct BenchArgs {
    /// What to measure.
    #[arg(value_enum)]
    pub work: Work,
    /// Groups, bulletins for `onegroup`, kills for `crash`, acknowledgements for `inbound`, people for `strangers`; left out, what the work is usually measured with.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=20_000))]
    pub size: Option<u32>,
    /// How often; each run begins anew.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// On a database that holds a year of a large commune: 150,000 messages and 90 running broadcasts.
    #[arg(long)]
    pub year: bool,
    /// Each bulletin carries a file too; only for `crash`.
    #[arg(long)]
    pub files: bool,
    /// Platform and way in; only for `inbound` and `strangers`. Left out, each of them, one after the other.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WAY")]
    pub platform: Vec<Way>,
    /// Days to play; only for `simulate`, where 200 are usual. Up to 50 are one run of the seed, more go on with the next seeds.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub days: Option<u32>,
    /// The first seed; only for `simulate`.
    #[arg(long)]
    pub seed: Option<u64>,
    /// One JSON document for each run instead of text.
    #[arg(long)]
    pub json: bool,
    /// A server that runs already, instead of the sandbox.
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// The bot's token there.
    #[arg(long, env = "LOA_BENCH_TOKEN", hide_env_values = true, hide = true, default_value = "1:bench")]
    pub token: String,
}

/// A kind of run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// One broadcast to 900 groups under the published limit, counted without tolerance.
    Limits,
    /// 100 engines killed while they send to 300 groups: what is lost, what goes twice, what is in doubt.
    Crash,
    /// One broadcast to 100 groups on a database with a year of a large commune, then a rest.
    History,
    /// 2,000 heads acknowledge a broadcast within 2 s: how soon the platform knows, how soon it counts, what is lost.
    Inbound,
    /// 30 bulletins into one group.
    Onegroup,
    /// A warning to 96 groups alone and beside an ordinary broadcast to 1,000, and how long people wait meanwhile.
    Priority,
    /// One broadcast to 5,000 groups without limits, and a bare client beside it.
    Raw,
    /// A warning alone and while 1,000 people nobody knows write 20 messages each.
    Strangers,
    /// Days of a commune in this process, from seeds: kills, outages, clocks that are set; what must hold is checked after each.
    Simulate,
}

impl Work {
    const fn usual_size(self) -> u32 {
        match self {
            Self::Limits => 900,
            Self::Crash | Self::History => 100,
            Self::Inbound => 2_000,
            Self::Onegroup => 30,
            Self::Priority | Self::Strangers => 1_000,
            Self::Raw => 5_000,
            Self::Simulate => 0,
        }
    }
}

/// Runs it; the figures go to `out`.
///
/// # Errors
/// The server, the database, or a run that does not end.
pub async fn run(args: &BenchArgs, database: Option<&str>, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.work == Work::Simulate {
        return simulate::run(args, database.is_some(), out).await;
    }
    crate::telemetry::init(LogFormat::Text, "error")?;
    anyhow::ensure!(
        args.platform.is_empty() || matches!(args.work, Work::Inbound | Work::Strangers),
        "--platform is for `loa bench inbound` and `loa bench strangers`"
    );
    anyhow::ensure!(args.days.is_none() && args.seed.is_none(), "--days and --seed are for `loa bench simulate`");
    anyhow::ensure!(!args.files || args.work == Work::Crash, "--files is for `loa bench crash`");
    anyhow::ensure!(
        (args.runs == 1 && ways(args).len() == 1) || database.is_none(),
        "each run needs an empty database: leave --database out, or give --runs 1 and one --platform"
    );
    for _ in 0..args.runs {
        for way in ways(args) {
            let text = one(args, way, database).await?;
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The ways of `inbound` and `strangers`; every other work is done once.
fn ways(args: &BenchArgs) -> Vec<Option<Way>> {
    match (args.work, args.platform.as_slice()) {
        // A server that runs already offers nothing by itself.
        (Work::Inbound, []) if args.api_url.is_some() => vec![Some(Way::TelegramWebhook)],
        (Work::Inbound, []) => Way::ALL.into_iter().map(Some).collect(),
        (Work::Strangers, []) => vec![Some(Way::TelegramPolling), Some(Way::ZaloBotWebhook), Some(Way::ZaloOaWebhook)],
        (Work::Inbound | Work::Strangers, chosen) => chosen.iter().copied().map(Some).collect(),
        _ => vec![None],
    }
}

/// Works for a bench; tells at the end what it cost.
///
/// # Errors
/// It was not started by a bench.
pub async fn engine(out: &mut dyn Write) -> anyhow::Result<()> {
    crate::telemetry::init(LogFormat::Text, "error")?;
    let cost = worker::work().await?;
    Ok(serde_json::to_writer(out, &cost)?)
}

/// One run, as it is printed.
async fn one(args: &BenchArgs, way: Option<Way>, database: Option<&str>) -> anyhow::Result<String> {
    let folder = Folder::make()?;
    let setting = Setting {
        size: args.size.unwrap_or(args.work.usual_size()),
        named: args.api_url.clone().map(|url| (url, args.token.clone())),
        database: database.map(str::to_owned),
        year: args.year || args.work == Work::History,
        files: args.files,
        folder: folder.0.clone(),
    };
    tokio::select! {
        text = measured((args.work, way), &setting, args.json) => text,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    }
}

async fn measured(what: (Work, Option<Way>), setting: &Setting, json: bool) -> anyhow::Result<String> {
    let (work, way) = what;
    let figures = match work {
        Work::Inbound => {
            let inbound = inbound::run(setting, way.context("a platform")?).await?;
            return printed(json, &inbound, inbound.lines());
        }
        Work::Strangers => {
            let strangers = strangers::run(setting, way.context("a platform")?).await?;
            return printed(json, &strangers, strangers.lines());
        }
        Work::Crash => {
            let crashed = crash::run(setting).await?;
            return printed(json, &crashed, crashed.lines());
        }
        Work::Priority => {
            let priority = priority::run(setting).await?;
            return printed(json, &priority, priority.lines());
        }
        Work::Limits => sending::limits(setting).await,
        Work::History => sending::history(setting).await,
        Work::Onegroup => sending::onegroup(setting).await,
        Work::Raw => sending::raw(setting).await,
        Work::Simulate => anyhow::bail!("a simulation measures nothing"),
    }?;
    printed(json, &figures, figures.lines())
}

fn printed(json: bool, figures: &impl serde::Serialize, lines: String) -> anyhow::Result<String> {
    Ok(if json { serde_json::to_string(figures)? + "\n" } else { lines })
}

/// The run's folder below the current one; gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let path = Path::new(".").join(format!("loa-bench-{}", std::process::id()));
        app::private::folder(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path.canonicalize()?))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
