//! What the demo comes to, read from the database and the sandbox when the story is over.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Demo;
use crate::bench::meter;
use crate::domain::calendar::Millis;
use crate::store::Tx;
use crate::usecase::status::{self, DeliveryCounts, ObligationCounts, RelayCounts, Stats, Window};
use crate::usecase::tally::{self, Tally};

/// The figures of one run.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Groups bound to a chat.
    pub groups: i64,
    /// Deliveries by state; the states add up to all of them.
    pub deliveries: DeliveryCounts,
    /// What heads were asked to pass on by hand to groups that the service cannot enter, and did.
    pub relays: RelayCounts,
    /// Obligations: `expected` is the sum of the six that follow it; `late` and `proxy` are parts of `acknowledged`.
    pub obligations: ObligationCounts,
    /// Reminders sent.
    pub reminders: i64,
    /// Broadcasts of the two highest levels, by level.
    pub urgent: BTreeMap<&'static str, i64>,
    /// Firings of the bulletin that repeats.
    pub repeated: usize,
    /// The plan's targets.
    pub plan: Vec<PlanLine>,
    /// The chained log.
    pub audit: AuditFigures,
    /// By gateway.
    pub platforms: BTreeMap<String, PlatformFigures>,
    /// Seconds of real time, from start to here.
    pub elapsed_s: f64,
    /// Most memory the process ever held, in MB; 0 where the system does not tell.
    pub peak_rss_mb: f64,
}

impl Figures {
    /// Whether every platform carried something, none was asked too fast, and the log holds.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.audit.verified && self.platforms.values().all(|one| one.sent > 0 && one.refused_429 == 0)
    }
}

/// One target.
#[derive(Debug, Serialize)]
pub struct PlanLine {
    /// `CT01`…
    pub id: String,
    /// The period it is judged over.
    pub period: String,
    /// What was counted.
    pub count: u32,
    /// What the period requires; none when nothing is.
    pub required: Option<u32>,
    /// The status word.
    pub status: String,
}

/// The chained log.
#[derive(Debug, Serialize)]
pub struct AuditFigures {
    /// Entries in order.
    pub entries: i64,
    /// Whether the whole chain holds.
    pub verified: bool,
}

/// One platform.
#[derive(Debug, Serialize)]
pub struct PlatformFigures {
    /// Deliveries it took.
    pub sent: i64,
    /// Calls it refused because they came too fast: HTTP 429, or -32 at an Official Account.
    pub refused_429: u64,
}

/// A stretch that holds the whole story and everything before and after it.
const EVERYTHING: Window = Window { from: Millis(i64::MIN), to: Millis(i64::MAX) };

impl Demo {
    /// Reads the figures as they stand.
    ///
    /// # Errors
    /// The database.
    pub async fn figures(&self) -> anyhow::Result<Figures> {
        let commune = self.core.commune_id().await?;
        let act = self.core.act(&commune);
        let mut tx = self.core.store.begin().await?;
        while tx.seal_audit().await? > 0 {}
        tx.commit().await?;
        let mut tx = self.core.store.read().await?;
        let stats = status::overall(&mut tx, &act, EVERYTHING).await?;
        let tally = tally::progress(&mut tx, &act, None, act.at.local()).await?;
        let audit = tx.verify_audit().await?;
        Ok(Figures {
            groups: stats.groups,
            deliveries: stats.deliveries,
            relays: stats.relays,
            obligations: stats.obligations,
            reminders: stats.reminders,
            urgent: stats.urgent.clone(),
            repeated: firings(&mut tx, &commune).await?,
            plan: plan_lines(&tally),
            audit: AuditFigures { entries: audit.entries, verified: audit.first_broken.is_none() },
            platforms: self.platforms(&stats),
            elapsed_s: self.core.clocks.mono.elapsed().saturating_sub(self.started).as_secs_f64(),
            peak_rss_mb: meter::peak_rss_mb(),
        })
    }

    fn platforms(&self, stats: &Stats) -> BTreeMap<String, PlatformFigures> {
        let figures = |(name, counts): (&String, &DeliveryCounts)| {
            (name.clone(), PlatformFigures { sent: counts.sent, refused_429: self.stage.refused(name) })
        };
        stats.platforms.iter().map(figures).collect()
    }
}

/// How often the bulletin that repeats went.
async fn firings(tx: &mut Tx, commune: &str) -> anyhow::Result<usize> {
    let Some(bulletin) = tx.bulletin_by_code(commune, super::scenes::REPEATED).await? else { return Ok(0) };
    Ok(tx.broadcasts_of(&bulletin.id).await?.len())
}

fn plan_lines(tally: &Tally) -> Vec<PlanLine> {
    let line = |line: tally::LineView| PlanLine {
        id: line.id,
        period: line.period,
        count: line.count,
        required: line.required,
        status: line.status_text,
    };
    tally.view().targets.into_iter().map(line).collect()
}
