//! A storm warning beside an ordinary broadcast: what the one takes of the other's time, and how long people wait meanwhile.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::time::{sleep, timeout};

use super::Setting;
use super::commune::{COMPOSER, account};
use super::engine::{self, Engine};
use super::sending::{PACE, SENT};
use super::server::{Accepted, Manner, Server};
use crate::domain::calendar::Millis;
use crate::domain::urgency::Urgency;
use crate::store::bulletins::Bulletin;
use crate::usecase::compose::Draft;

/// Groups of a storm warning.
const WARNED: u32 = 96;
/// Warnings alone, and as many beside the ordinary broadcast.
const ROUNDS: usize = 3;
/// How often the server is asked what it accepted.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Between two questions of one person.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(700);
/// Longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// What it came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Priority {
    /// `priority`.
    pub work: &'static str,
    /// Groups of the ordinary broadcast.
    pub size: u32,
    /// Groups of a warning.
    pub warned: u32,
    /// Seconds from queueing a warning to its last acceptance with nothing else to do, the middle one of several.
    pub alone_s: f64,
    /// The same while the ordinary broadcast is under way.
    pub beside_s: f64,
    /// The second by the first.
    pub ratio: f64,
    /// Questions asked by somebody we know meanwhile.
    pub questions: usize,
    /// Seconds until the slowest of their answers was accepted.
    pub slowest_answer_s: f64,
    /// Messages of the ordinary broadcast, and different ones among them.
    pub ordinary: (usize, usize),
    /// Calls refused as too fast.
    pub refused_429: Option<u64>,
}

impl Priority {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = format!(
            "priority: a warning to {} groups takes {:.2} s alone and {:.2} s beside a broadcast to {} = {:.3} x\n",
            self.warned, self.alone_s, self.beside_s, self.size, self.ratio
        );
        let refused = self.refused_429.map_or_else(|| "unknown".to_owned(), |refused| refused.to_string());
        let _ = writeln!(
            text,
            "  {} questions meanwhile, the slowest answer after {:.2} s; the broadcast: {} sent, {} different; refused as too fast {refused}",
            self.questions, self.slowest_answer_s, self.ordinary.0, self.ordinary.1
        );
        text
    }
}

/// Warns with nothing else to do, then while an ordinary broadcast to `size` groups is under way.
///
/// # Errors
/// The server does not tell what it accepts; the database; not everything left in time.
pub async fn run(setting: &Setting) -> anyhow::Result<Priority> {
    anyhow::ensure!(setting.size > WARNED, "priority needs more than {WARNED} groups");
    anyhow::ensure!(setting.named.is_none(), "priority reads the sandbox's log: leave --api-url out");
    let server = Server::start(&setting.folder, setting.size, Manner { strict: true, answer_ms: 0 }).await?;
    let engine = Engine::prepare(setting, &server, setting.size, PACE).await?;
    let worker = engine.start()?;
    let bench = Bench { engine: &engine, server: &server };

    let alone = bench.rounds("trước").await?;
    let ordinary = engine::bulletin("Về việc vệ sinh môi trường", "Trưởng thôn", Urgency::Normal);
    let ordinary = engine.release(&ordinary).await?;
    engine.fire().await?;
    bench.accepted(&ordinary, 50).await?;
    let (beside, answers) = bench.beside().await?;
    anyhow::ensure!(
        bench.texts_of(&ordinary).await?.len() < usize::try_from(setting.size)?,
        "the ordinary broadcast was over before the warnings were: take more groups"
    );
    let sent = bench.accepted(&ordinary, usize::try_from(setting.size)?).await?;
    engine.settle(PATIENCE).await?;
    worker.stop().await?;

    let different: std::collections::BTreeSet<&str> = sent.iter().map(|entry| entry.chat.as_str()).collect();
    let (alone_s, beside_s) = (middle(alone), middle(beside));
    Ok(Priority {
        work: "priority",
        size: setting.size,
        warned: WARNED,
        alone_s,
        beside_s,
        ratio: beside_s / alone_s,
        questions: answers.len(),
        slowest_answer_s: answers.into_iter().max().unwrap_or_default().as_secs_f64(),
        ordinary: (sent.len(), different.len()),
        refused_429: server.refused().await?,
    })
}

struct Bench<'a> {
    engine: &'a Engine,
    server: &'a Server,
}

impl Bench<'_> {
    /// Several warnings, one after the other; how long each took.
    async fn rounds(&self, when: &str) -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::new();
        for round in 1..=ROUNDS {
            let bulletin = self.engine.release(&warning(&format!("Di dời {when} đợt {round}"))).await?;
            let queued = self.engine.core.wall_now();
            self.engine.fire().await?;
            let last = self.accepted(&bulletin, usize::try_from(WARNED)?).await?.iter().map(|entry| entry.at_ms).max();
            took.push(queued.until(Millis(last.unwrap_or_default())));
        }
        Ok(took)
    }

    /// The warnings beside the ordinary broadcast, while somebody we know asks one thing after the other.
    async fn beside(&self) -> anyhow::Result<(Vec<Duration>, Vec<Duration>)> {
        let (rounds, mut answers) = (self.rounds("sau"), Vec::new());
        tokio::pin!(rounds);
        loop {
            tokio::select! {
                took = &mut rounds => return Ok((took?, answers)),
                answer = self.ask() => answers.push(answer?),
            }
        }
    }

    /// One question in private; how long its answer took.
    async fn ask(&self) -> anyhow::Result<Duration> {
        let person = account(COMPOSER);
        let asked = self.engine.core.wall_now();
        let chat = person.to_string();
        self.server.say(person, "/toilaai").await?;
        let answered = self
            .until(|log| {
                log.iter().rev().find(|entry| entry.chat == chat && entry.at_ms >= asked.0).map(|entry| entry.at_ms)
            })
            .await?;
        sleep(BETWEEN_QUESTIONS).await;
        Ok(asked.until(Millis(answered)))
    }

    /// Waits until so many messages of a bulletin were accepted; gives them.
    async fn accepted(&self, bulletin: &Bulletin, count: usize) -> anyhow::Result<Vec<Accepted>> {
        self.until(|log| {
            let own = of(bulletin, log);
            (own.len() >= count).then_some(own)
        })
        .await
    }

    async fn texts_of(&self, bulletin: &Bulletin) -> anyhow::Result<Vec<Accepted>> {
        Ok(of(bulletin, &self.log().await?))
    }

    async fn log(&self) -> anyhow::Result<Vec<Accepted>> {
        self.server.accepted().await?.context("the sandbox tells what it accepted")
    }

    async fn until<T>(&self, found: impl Fn(&[Accepted]) -> Option<T>) -> anyhow::Result<T> {
        let look = async {
            loop {
                if let Some(found) = found(&self.log().await?) {
                    return anyhow::Ok(found);
                }
                sleep(LOOK_EVERY).await;
            }
        };
        timeout(PATIENCE, look).await.context("not everything left in time")?
    }
}

/// A warning to the first groups.
fn warning(title: &str) -> Draft {
    let villages: Vec<String> = (1..=WARNED).map(|village| village.to_string()).collect();
    engine::bulletin(title, &format!("thôn {}", villages.join(", ")), Urgency::Flash)
}

/// The messages of a bulletin to groups.
fn of(bulletin: &Bulletin, log: &[Accepted]) -> Vec<Accepted> {
    let own = |entry: &&Accepted| entry.act == SENT && entry.is_in_supergroup() && entry.text.contains(&bulletin.code);
    log.iter().filter(own).cloned().collect()
}

pub(super) fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64()
}
