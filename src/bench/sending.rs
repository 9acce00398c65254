//! The runs that send: at the platform's limit, into one group, and as fast as it goes.

use std::collections::BTreeSet;
use std::time::Duration;

use super::engine::{self, Engine};
use super::figures::{Bare, Figures};
use super::server::{Accepted, Manner, Server};
use super::worker::Worker;
use super::{Setting, bare};
use crate::clock::{Monotonic as _, SystemClock};
use crate::domain::urgency::Urgency;
use crate::store::bulletins::Bulletin;

/// Telegram's limit over all chats of a bot (Bots FAQ, "My bot is hitting limits").
const A_SECOND: f64 = 30.0;
/// Telegram's limit in one group (same place): so many in a minute, one a second.
const A_MINUTE: u32 = 20;
/// What the sandbox's log calls a new message.
pub(super) const SENT: &str = "sent";
/// Calls under way at once.
pub const IN_FLIGHT: usize = 64;
/// How long an answer takes in a raw run.
const ANSWER_MS: u64 = 5;
/// No pace at all: more than any machine can send.
pub(super) const NO_PACE: u32 = 1_000_000;
/// How long a rest is looked at.
const REST: Duration = Duration::from_secs(20);
/// The pace that comes with the program.
pub(super) const PACE: u32 = 30;

/// One broadcast to `size` groups under the published limit, counted without tolerance.
///
/// # Errors
/// The server, the database, or not everything left in time.
pub async fn limits(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, setting.size, Manner { strict: true, answer_ms: 0 }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, PACE).await?;
    let ideal = f64::from(setting.size.saturating_sub(1)) / A_SECOND;
    let run = Run { work: "limits", setting, server: &server, ideal: Some(ideal), rest: None };
    run.send(engine, &[engine::bulletin("Về việc phòng chống bão", "Trưởng thôn", Urgency::Express)]).await
}

/// One broadcast to `size` groups at the usual pace on a database that holds a year of a large commune, then a while of rest.
///
/// # Errors
/// See [`limits`].
pub async fn history(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, setting.size, Manner { strict: true, answer_ms: 0 }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, PACE).await?;
    let ideal = f64::from(setting.size.saturating_sub(1)) / A_SECOND;
    let run = Run { work: "history", setting, server: &server, ideal: Some(ideal), rest: Some(REST) };
    run.send(engine, &[engine::bulletin("Về việc phòng chống bão", "Trưởng thôn", Urgency::Express)]).await
}

/// `size` bulletins into one group.
///
/// # Errors
/// See [`limits`].
pub async fn onegroup(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, 1, Manner { strict: true, answer_ms: 0 }).await?;
    let engine = Engine::prepare(setting, &server, 1, PACE).await?;
    let last = setting.size.saturating_sub(1);
    let ideal = f64::from(last / A_MINUTE * 60 + last % A_MINUTE);
    let bulletins: Vec<_> = (1..=setting.size)
        .map(|number| engine::bulletin(&format!("Thông báo số {number}"), "Trưởng thôn", Urgency::Express))
        .collect();
    Run { work: "onegroup", setting, server: &server, ideal: Some(ideal), rest: None }.send(engine, &bulletins).await
}

/// One broadcast to `size` groups without limits and pace, and a bare client that does the same beside it.
///
/// # Errors
/// See [`limits`].
pub async fn raw(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, setting.size, Manner { strict: false, answer_ms: ANSWER_MS }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, NO_PACE).await?;
    let draft = engine::bulletin("Về việc phòng chống bão", "Trưởng thôn", Urgency::Express);
    let mut figures = Run { work: "raw", setting, server: &server, ideal: None, rest: None }
        .send(engine, std::slice::from_ref(&draft))
        .await?;
    let beside = bare::send(&server, setting.size, IN_FLIGHT, &draft.body).await?;
    let ratio = figures.per_second / beside.per_second;
    figures.bare = Some(Bare { per_second: beside.per_second, cpu_s_per_1000: beside.cpu_s_per_1000, ratio });
    Ok(figures)
}

async fn server(setting: &Setting, villages: u32, manner: Manner) -> anyhow::Result<Server> {
    match &setting.named {
        Some((url, token)) => Server::named(url, token),
        None => Server::start(&setting.folder, villages, manner).await,
    }
}

struct Run<'a> {
    work: &'static str,
    setting: &'a Setting,
    server: &'a Server,
    ideal: Option<f64>,
    /// How long it is looked what it costs to do nothing.
    rest: Option<Duration>,
}

impl Run<'_> {
    async fn send(&self, engine: Engine, drafts: &[crate::usecase::compose::Draft]) -> anyhow::Result<Figures> {
        let (mut bulletins, clock) = (Vec::new(), SystemClock::new());
        let begun = clock.elapsed();
        for draft in drafts {
            bulletins.push(engine.release(draft).await?);
        }
        let release_s = clock.elapsed().saturating_sub(begun).as_secs_f64() / f64::from(u32::try_from(drafts.len())?);
        let begun = clock.elapsed();
        engine.fire().await?;
        let fire_s = clock.elapsed().saturating_sub(begun).as_secs_f64();
        let begun = clock.elapsed();
        let worker = engine.start()?;
        let patience = Duration::from_mins(2) + Duration::from_secs_f64(self.ideal.unwrap_or_default() * 4.0);
        engine.settle(patience).await?;
        let wall = clock.elapsed().saturating_sub(begun).as_secs_f64();
        let idle_cpu_pct = match self.rest {
            Some(rest) => Some(idle(&worker, rest).await),
            None => None,
        };
        let cost = worker.stop().await?;
        let sent = self.sent(&engine, &bulletins).await?;
        let database = engine::described(&engine.core.store).await?;
        engine.core.store.close().await;
        let count = f64::from(u32::try_from(sent.accepted).unwrap_or(u32::MAX)).max(1.0);
        let wall_s = sent.wall_s.unwrap_or(wall);
        Ok(Figures {
            work: self.work,
            size: self.setting.size,
            release_s,
            fire_s,
            idle_cpu_pct,
            wall_s,
            ideal_s: self.ideal,
            accepted: sent.accepted,
            distinct: sent.distinct,
            duplicates: sent.accepted - sent.distinct,
            refused_429: self.server.refused().await?,
            per_second: count / wall_s,
            cpu_s_per_1000: cost.cpu_s * 1_000.0 / count,
            peak_rss_mb: cost.peak_rss_mb,
            commits: cost.commits,
            database,
            bare: None,
        })
    }

    /// What the server accepted of these bulletins; where it does not tell, what stands in the database as sent.
    async fn sent(&self, engine: &Engine, bulletins: &[Bulletin]) -> anyhow::Result<Sent> {
        let Some(log) = self.server.accepted().await? else {
            let sent = engine.sent(bulletins).await?;
            return Ok(Sent { accepted: sent, distinct: sent, wall_s: None });
        };
        let ours = |entry: &&Accepted| {
            entry.act == SENT && entry.is_in_supergroup() && bulletins.iter().any(|one| entry.text.contains(&one.code))
        };
        let ours: Vec<&Accepted> = log.iter().filter(ours).collect();
        let distinct: BTreeSet<(&str, &str)> =
            ours.iter().map(|entry| (entry.chat.as_str(), entry.text.as_str())).collect();
        let (first, last) = (ours.first().map_or(0, |entry| entry.at_ms), ours.last().map_or(0, |entry| entry.at_ms));
        let millis = u64::try_from(last - first).unwrap_or_default();
        Ok(Sent {
            accepted: ours.len(),
            distinct: distinct.len(),
            wall_s: Some(Duration::from_millis(millis).as_secs_f64().max(0.001)),
        })
    }
}

/// Percent of a core that a worker takes while there is nothing to do.
async fn idle(worker: &Worker, rest: Duration) -> f64 {
    // What falls due after a broadcast is done first.
    tokio::time::sleep(rest / 4).await;
    let before = worker.cpu();
    tokio::time::sleep(rest).await;
    100.0 * worker.cpu().saturating_sub(before).as_secs_f64() / rest.as_secs_f64()
}

struct Sent {
    accepted: usize,
    distinct: usize,
    wall_s: Option<f64>,
}
