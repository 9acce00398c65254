//! The runs that send: at the platform's limit, into one group, and as fast as it goes.

use std::collections::BTreeSet;
use std::time::Duration;

use super::engine::{self, Engine};
use super::figures::{Bare, Figures};
use super::server::{Accepted, Manner, Server};
use super::{Setting, bare, meter};
use crate::clock::{Monotonic as _, SystemClock};
use crate::domain::urgency::Urgency;
use crate::store;
use crate::store::bulletins::Bulletin;

/// Telegram's limit over all chats of a bot (Bots FAQ, "My bot is hitting limits").
const A_SECOND: f64 = 30.0;
/// Telegram's limit in one group (same place): so many in a minute, one a second.
const A_MINUTE: u32 = 20;
/// Calls under way at once.
pub const IN_FLIGHT: usize = 64;
/// How long an answer takes in a raw run.
const ANSWER_MS: u64 = 5;
/// No pace at all: more than any machine can send.
const NO_PACE: u32 = 1_000_000;
/// The pace that comes with the program.
const PACE: u32 = 30;

/// One broadcast to `size` groups under the published limit, counted without tolerance.
///
/// # Errors
/// The server, the database, or not everything left in time.
pub async fn limits(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, setting.size, Manner { strict: true, answer_ms: 0 }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, PACE).await?;
    let ideal = f64::from(setting.size.saturating_sub(1)) / A_SECOND;
    let run = Run { work: "limits", setting, server: &server, ideal: Some(ideal) };
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
    Run { work: "onegroup", setting, server: &server, ideal: Some(ideal) }.send(engine, &bulletins).await
}

/// One broadcast to `size` groups without limits and pace, and a bare client that does the same beside it.
///
/// # Errors
/// See [`limits`].
pub async fn raw(setting: &Setting) -> anyhow::Result<Figures> {
    let server = server(setting, setting.size, Manner { strict: false, answer_ms: ANSWER_MS }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, NO_PACE).await?;
    let draft = engine::bulletin("Về việc phòng chống bão", "Trưởng thôn", Urgency::Express);
    let mut figures =
        Run { work: "raw", setting, server: &server, ideal: None }.send(engine, std::slice::from_ref(&draft)).await?;
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
}

impl Run<'_> {
    async fn send(&self, engine: Engine, drafts: &[crate::usecase::compose::Draft]) -> anyhow::Result<Figures> {
        let mut bulletins = Vec::new();
        for draft in drafts {
            bulletins.push(engine.release(draft).await?);
        }
        let clock = SystemClock::new();
        let fired = clock.elapsed();
        engine.fire().await?;
        let (fire_s, commits) = (clock.elapsed().saturating_sub(fired).as_secs_f64(), store::commits());
        meter::forget_peak();
        let (begun, cpu) = (clock.elapsed(), meter::cpu());
        engine.start().await?;
        let patience = Duration::from_mins(2) + Duration::from_secs_f64(self.ideal.unwrap_or_default() * 4.0);
        engine.settle(patience).await?;
        let (wall, cpu) =
            (clock.elapsed().saturating_sub(begun).as_secs_f64(), meter::cpu().saturating_sub(cpu).as_secs_f64());
        let (commits, peak_rss_mb) = (store::commits() - commits, meter::peak_rss_mb());
        let sent = self.sent(&bulletins).await?;
        let database = engine::described(&engine.core.store).await?;
        engine.stop().await?;
        let count = f64::from(u32::try_from(sent.accepted).unwrap_or(u32::MAX)).max(1.0);
        let wall_s = sent.wall_s.unwrap_or(wall);
        Ok(Figures {
            work: self.work,
            size: self.setting.size,
            fire_s,
            wall_s,
            ideal_s: self.ideal,
            accepted: sent.accepted,
            distinct: sent.distinct,
            duplicates: sent.accepted - sent.distinct,
            refused_429: self.server.refused().await?,
            per_second: count / wall_s,
            cpu_s_per_1000: cpu * 1_000.0 / count,
            peak_rss_mb,
            commits,
            database,
            bare: None,
        })
    }

    /// What the server accepted of these bulletins; where it does not tell, everything counts as accepted once.
    async fn sent(&self, bulletins: &[Bulletin]) -> anyhow::Result<Sent> {
        let Some(log) = self.server.accepted().await? else {
            let size = usize::try_from(self.setting.size)?;
            return Ok(Sent { accepted: size, distinct: size, wall_s: None });
        };
        let ours = |entry: &&Accepted| {
            entry.act == "sent" && entry.chat < 0 && bulletins.iter().any(|one| entry.text.contains(&one.code))
        };
        let ours: Vec<&Accepted> = log.iter().filter(ours).collect();
        let distinct: BTreeSet<(i64, &str)> = ours.iter().map(|entry| (entry.chat, entry.text.as_str())).collect();
        let (first, last) = (ours.first().map_or(0, |entry| entry.at_ms), ours.last().map_or(0, |entry| entry.at_ms));
        let millis = u64::try_from(last - first).unwrap_or_default();
        Ok(Sent {
            accepted: ours.len(),
            distinct: distinct.len(),
            wall_s: Some(Duration::from_millis(millis).as_secs_f64().max(0.001)),
        })
    }
}

struct Sent {
    accepted: usize,
    distinct: usize,
    wall_s: Option<f64>,
}
