//! What a run came to, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

/// The figures of one run. What a server does not tell is left out.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// What was done.
    pub work: &'static str,
    /// Groups, or messages.
    pub size: u32,
    /// Seconds to compose and approve a bulletin.
    pub release_s: f64,
    /// Seconds until everything was queued, from bulletin to messages; not in what follows.
    pub fire_s: f64,
    /// Seconds from the first to the last acceptance at the server, or from start to end where it does not tell.
    pub wall_s: f64,
    /// What is possible at best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ideal_s: Option<f64>,
    /// Messages the server accepted.
    pub accepted: usize,
    /// Different ones among them.
    pub distinct: usize,
    /// How many it got twice.
    pub duplicates: usize,
    /// Calls it refused as too fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_429: Option<u64>,
    /// Messages a second.
    pub per_second: f64,
    /// Processor seconds of the engine's process for a thousand messages, its start and end among them.
    pub cpu_s_per_1000: f64,
    /// Percent of a core taken while nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_cpu_pct: Option<f64>,
    /// Most memory that process held.
    pub peak_rss_mb: f64,
    /// Commits; each that wrote is one sync of the log.
    pub commits: u64,
    /// The database: kind, journal mode, how far a commit is synced.
    pub database: String,
    /// The same work by a bare client that stores nothing, beside it in the same sitting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bare: Option<Bare>,
}

/// A bare client's figures.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Bare {
    /// Messages a second.
    pub per_second: f64,
    /// Processor seconds for a thousand messages.
    pub cpu_s_per_1000: f64,
    /// Our speed as a part of its.
    pub ratio: f64,
}

impl Figures {
    /// A line for each figure.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text =
            format!("{}: {} sent in {:.2} s, {:.1}/s", self.work, self.accepted, self.wall_s, self.per_second);
        if let Some(ideal) = self.ideal_s {
            let _ = write!(text, " = {:.3} x the ideal {ideal:.2} s", self.wall_s / ideal);
        }
        let refused = self.refused_429.map_or_else(|| "unknown".to_owned(), |refused| refused.to_string());
        let _ = write!(
            text,
            "\n  distinct {}, duplicates {}, refused as too fast {refused}; released in {:.3} s, queued in {:.2} s before\n  \
             {:.3} CPU-s per 1,000, peak {:.1} MB, {} commits on {}\n",
            self.distinct,
            self.duplicates,
            self.release_s,
            self.fire_s,
            self.cpu_s_per_1000,
            self.peak_rss_mb,
            self.commits,
            self.database
        );
        if let Some(idle) = self.idle_cpu_pct {
            let _ = writeln!(text, "  idle: {idle:.1} % of a core");
        }
        if let Some(bare) = &self.bare {
            let _ = writeln!(
                text,
                "  a bare client beside it: {:.1}/s, {:.3} CPU-s per 1,000; ours is {:.2} of its speed",
                bare.per_second, bare.cpu_s_per_1000, bare.ratio
            );
        }
        text
    }
}
