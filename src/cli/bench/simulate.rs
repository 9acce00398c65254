//! `loa bench simulate`: days of a commune from seeds. What must not be is told with the command that plays it again.

use std::io::Write;

use super::{BenchArgs, Folder};
use crate::bench::simulate::{self, STRETCH, Simulated};

/// Days that are usually played.
const USUAL_DAYS: u32 = 200;

/// Plays them; the figures go to `out`, and how far it is to the error output.
///
/// # Errors
/// Something is wrong on one of the days; options that mean nothing here; the folder cannot be written.
pub(super) async fn run(args: &BenchArgs, is_elsewhere: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let means_nothing =
        args.size.is_some() || args.runs != 1 || args.year || args.files || args.api_url.is_some() || is_elsewhere;
    anyhow::ensure!(!means_nothing, "`loa bench simulate` takes --days, --seed and --json");
    let folder = Folder::make()?;
    let (path, days, first, json) =
        (folder.0.clone(), args.days.unwrap_or(USUAL_DAYS), args.seed.unwrap_or(0), args.json);
    // A thread of its own: whatever is simulated happens on one.
    let played = tokio::task::spawn_blocking(move || {
        let mut all = Simulated::default();
        for (seed, stretch) in simulate::stretches(first, days) {
            all.add(simulate::play(seed, stretch, &path)?);
            if days > STRETCH && !json {
                let _ = writeln!(
                    std::io::stderr(),
                    "seed {seed}: {} of {days} days, {} violations",
                    all.days,
                    all.violations()
                );
            }
        }
        anyhow::Ok(all)
    });
    let all = played.await??;
    let text = if json { serde_json::to_string(&all)? + "\n" } else { all.lines() };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    anyhow::ensure!(all.violations() == 0, "{} violations; {}", all.violations(), all.replays().join("; "));
    Ok(())
}
