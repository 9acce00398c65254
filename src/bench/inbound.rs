//! What comes in: acknowledgements of one broadcast, offered at once by every head of a village, on one platform by one way. How long
//! it takes until the platform is told that each is stored, how long until the last one counts, and whether any is lost.
//!
//! One broadcast and as many heads as acknowledgements, because that is the harder case: every answer touches the lines under
//! all of the broadcast's messages. The offers follow each other evenly, whatever becomes of them, and a confirmation is timed
//! from when its update was to be offered.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tokio::time::{sleep, timeout};

use super::commune;
use super::engine::{self, Engine, place};
use super::offers::{self, Answer, Offered};
use super::sending::{NO_PACE, PACE};
use super::server::{Manner, Server};
use super::{Setting, worker::Worker};
use crate::clock::{Monotonic as _, SystemClock};
use crate::domain::org::import::OrgFile;
use crate::domain::urgency::Urgency;
use crate::store::bulletins::Bulletin;

/// In so much time everything is offered.
pub(super) const WITHIN: Duration = Duration::from_secs(2);
/// Longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked whether everything is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// An engine that has its lease asks for updates within so much.
const UNTIL_IT_ASKS: Duration = Duration::from_secs(1);

/// A platform, and how its updates come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    /// Telegram, asked for updates.
    TelegramPolling,
    /// Telegram posts updates.
    TelegramWebhook,
    /// A Zalo bot, asked for one update after the other.
    ZaloBotPolling,
    /// A Zalo bot's platform posts updates.
    ZaloBotWebhook,
    /// An Official Account's platform posts updates.
    ZaloOaWebhook,
}

impl Way {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::TelegramPolling, Self::TelegramWebhook, Self::ZaloBotPolling, Self::ZaloBotWebhook, Self::ZaloOaWebhook];

    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TelegramPolling => "telegram-polling",
            Self::TelegramWebhook => "telegram-webhook",
            Self::ZaloBotPolling => "zalo-bot-polling",
            Self::ZaloBotWebhook => "zalo-bot-webhook",
            Self::ZaloOaWebhook => "zalo-oa-webhook",
        }
    }

    /// The gateway of that name that the sandbox plays.
    #[must_use]
    pub const fn gateway(self) -> &'static str {
        match self {
            Self::TelegramPolling | Self::TelegramWebhook => commune::GATEWAY,
            Self::ZaloBotPolling | Self::ZaloBotWebhook => "zalo",
            Self::ZaloOaWebhook => "oa",
        }
    }

    /// Whether the platform posts.
    #[must_use]
    pub const fn posts(self) -> bool {
        matches!(self, Self::TelegramWebhook | Self::ZaloBotWebhook | Self::ZaloOaWebhook)
    }
}

/// What it came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inbound {
    /// `inbound`.
    pub work: &'static str,
    /// Platform and way.
    pub way: &'static str,
    /// Acknowledgements offered, each by another person.
    pub size: usize,
    /// Seconds from the first offer until the last one was confirmed to the platform.
    pub wall_s: f64,
    /// In so many seconds they were offered: none can be confirmed earlier.
    pub ideal_s: f64,
    /// Milliseconds from an offer to its confirmation, the slowest of a hundred left out. Where the platform gives one update a
    /// call, from when it was given to the next call.
    pub confirm_p99_ms: f64,
    /// The slowest.
    pub confirm_max_ms: f64,
    /// Seconds from the first offer until the last one counted.
    pub processed_s: f64,
    /// Acknowledgements recorded.
    pub accepted: usize,
    /// Different ones among them.
    pub distinct: usize,
    /// How many were recorded twice.
    pub duplicates: usize,
    /// Confirmed to the platform, and not recorded.
    pub lost: usize,
    /// Offers that had to be made again.
    pub refused: usize,
    /// Processor seconds of the engine's process for a thousand, its start and end among them.
    pub cpu_s_per_1000: f64,
    /// Most memory that process held.
    pub peak_rss_mb: f64,
    /// Commits.
    pub commits: u64,
    /// The database.
    pub database: String,
}

impl Inbound {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = format!(
            "inbound, {}: {} offered, the last one confirmed after {:.2} s = {:.3} x the ideal {:.2} s\n",
            self.way,
            self.size,
            self.wall_s,
            self.wall_s / self.ideal_s,
            self.ideal_s
        );
        let _ = writeln!(
            text,
            "  confirmed after {:.0} ms (p99), {:.0} ms at most; all processed after {:.2} s\n  \
             recorded {}, distinct {}, duplicates {}, lost {}, offered again {}\n  \
             {:.3} CPU-s per 1,000, peak {:.1} MB, {} commits on {}",
            self.confirm_p99_ms,
            self.confirm_max_ms,
            self.processed_s,
            self.accepted,
            self.distinct,
            self.duplicates,
            self.lost,
            self.refused,
            self.cpu_s_per_1000,
            self.peak_rss_mb,
            self.commits,
            self.database
        );
        text
    }
}

/// Sends one broadcast to `size` groups, then lets every head answer.
///
/// # Errors
/// The server does not play this way; the database; not everything left in time.
pub async fn run(setting: &Setting, way: Way) -> anyhow::Result<Inbound> {
    let org = commune::with_heads(setting.size, way.gateway())?;
    let (server, org) = if let Some((url, token)) = &setting.named {
        anyhow::ensure!(
            way == Way::TelegramWebhook,
            "a server that runs already offers nothing by itself: with --api-url only --platform telegram-webhook"
        );
        (Server::named(url, token)?, org)
    } else {
        let manner = Manner { strict: false, answer_ms: 0 };
        Server::playing(&setting.folder, &org, way.gateway(), manner).await?
    };
    let engine = Engine::with(setting, &server, (way.gateway(), &org), NO_PACE).await?;
    let bulletin =
        engine.release(&engine::bulletin("Về việc phòng chống bão", "Trưởng thôn", Urgency::Express)).await?;
    engine.fire().await?;
    let sending = engine.start()?;
    engine.settle(PATIENCE).await?;
    sending.stop().await?;
    let answers = answers(&engine, &bulletin, &org, way).await?;
    anyhow::ensure!(answers.len() == usize::try_from(setting.size)?, "only {} groups have it", answers.len());
    let run = Run { way, server: &server, engine: &engine, bulletin: &bulletin, clock: SystemClock::new() };
    run.hear(answers).await
}

/// Who answers what, as the platform names everything.
async fn answers(engine: &Engine, bulletin: &Bulletin, org: &OrgFile, way: Way) -> anyhow::Result<Vec<Answer>> {
    let (mut tx, mut answers) = (engine.core.store.read().await?, Vec::new());
    let broadcast = tx.broadcasts_of(&bulletin.id).await?.pop().context("the broadcast")?;
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    for message in messages {
        let chat = tx.chat(&message.chat_id).await?.context("the chat of a message")?.external_id;
        let village = org.groups.iter().position(|group| group.chat.as_ref() == Some(&chat)).context("the group")?;
        let head = commune::head(u32::try_from(village)? + 1);
        let of = |identity: &&crate::domain::org::import::Identity| {
            identity.person == head && identity.gateway == way.gateway()
        };
        let account = org.identities.iter().find(of).context("the head's account")?.external_id.clone();
        let (message, delivery) = (message.external_id.unwrap_or_default(), message.delivery_id.unwrap_or_default());
        answers.push(Answer { account, chat, message, delivery });
    }
    Ok(answers)
}

/// An engine at a pace of calls a second that hears the platform; with the address where it takes posts.
///
/// # Errors
/// It does not start, or hears nothing.
pub(super) async fn hearing(
    way: Way,
    engine: &Engine,
    server: &Server,
    rate: u32,
) -> anyhow::Result<(Worker, Option<String>)> {
    let gateway = way.gateway();
    if way.posts() {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let more = [
            ("LOA__HTTP__LISTEN".to_owned(), address.to_string()),
            ("LOA__HTTP__PUBLIC_URL".to_owned(), format!("http://{address}")),
            (place(gateway, "receive"), "webhook".to_owned()),
        ];
        // An Official Account is heard in no other way, and has no such key.
        let more = if way == Way::ZaloOaWebhook { &more[..2] } else { &more[..] };
        let worker = engine.start_at(rate, more)?;
        let hook = crate::web::hook_address(&format!("http://{address}"), gateway);
        timeout(PATIENCE, offers::until_heard(way, server, &hook)).await.context("it hears nothing")??;
        return Ok((worker, Some(hook)));
    }
    let before = engine.epoch().await?;
    let worker = engine.start_at(rate, &[])?;
    engine.until_driven(before).await?;
    sleep(UNTIL_IT_ASKS).await;
    Ok((worker, None))
}

struct Run<'a> {
    way: Way,
    server: &'a Server,
    engine: &'a Engine,
    bulletin: &'a Bulletin,
    clock: SystemClock,
}

impl Run<'_> {
    async fn hear(&self, answers: Vec<Answer>) -> anyhow::Result<Inbound> {
        let (count, database) = (answers.len(), engine::described(&self.engine.core.store).await?);
        let (worker, hook) = hearing(self.way, self.engine, self.server, PACE).await?;
        let begun = self.clock.elapsed();
        let offered = match &hook {
            Some(hook) => offers::post(self.way, self.server, hook, answers).await?,
            None => self.polled(answers, begun).await?,
        };
        self.processed(count).await;
        let processed_s = self.clock.elapsed().saturating_sub(begun).as_secs_f64();
        let cost = worker.stop().await?;
        let recorded = self.recorded().await?;
        let distinct = recorded.iter().collect::<BTreeSet<_>>().len();
        self.engine.core.store.close().await;
        let Offered { took, wall, refused } = offered;
        let thousands = f64::from(u32::try_from(count)?) / 1_000.0;
        Ok(Inbound {
            work: "inbound",
            way: self.way.word(),
            size: count,
            wall_s: wall.as_secs_f64(),
            ideal_s: WITHIN.as_secs_f64(),
            confirm_p99_ms: rank(&took, 99) * 1_000.0,
            confirm_max_ms: rank(&took, 100) * 1_000.0,
            processed_s,
            accepted: recorded.len(),
            distinct,
            duplicates: recorded.len() - distinct,
            lost: count - distinct.min(count),
            refused,
            cpu_s_per_1000: cost.cpu_s / thousands,
            peak_rss_mb: cost.peak_rss_mb,
            commits: cost.commits,
            database,
        })
    }

    /// Lets everybody answer in the sandbox, and waits until it was told that each is stored.
    async fn polled(&self, answers: Vec<Answer>, begun: Duration) -> anyhow::Result<Offered> {
        let count = answers.len();
        offers::act(self.way, self.server, answers).await?;
        let confirmed = async {
            loop {
                let took = self.server.confirmed_after_ms().await?;
                if took.len() >= count {
                    return anyhow::Ok(took);
                }
                sleep(LOOK_EVERY).await;
            }
        };
        let took = timeout(PATIENCE, confirmed).await.context("not everything was confirmed")??;
        let wall = self.clock.elapsed().saturating_sub(begun);
        let took = took.into_iter().map(|ms| Duration::from_millis(ms.unsigned_abs())).collect();
        Ok(Offered { took, wall, refused: 0 })
    }

    /// Waits until everything counts and nothing waits; what does not by then is lost.
    async fn processed(&self, count: usize) {
        let done = async {
            loop {
                let mut tx = self.engine.core.store.read().await?;
                let broadcast = tx.broadcasts_of(&self.bulletin.id).await?.pop().context("the broadcast")?;
                let own = tx.confirmed(&broadcast.id).await?.own;
                if usize::try_from(own)? >= count && tx.waiting_inbox_count().await? == 0 {
                    return anyhow::Ok(());
                }
                drop(tx);
                sleep(LOOK_EVERY).await;
            }
        };
        let _ = timeout(PATIENCE, done).await;
    }

    /// The obligations that were acknowledged, as often as they were.
    async fn recorded(&self) -> anyhow::Result<Vec<String>> {
        let mut tx = self.engine.core.store.read().await?;
        let broadcast = tx.broadcasts_of(&self.bulletin.id).await?.pop().context("the broadcast")?;
        let acknowledgements = tx.acknowledgements_of(&broadcast.id).await?;
        Ok(acknowledgements.into_iter().map(|one| one.obligation_id).collect())
    }
}

/// The time within which so many of a hundred were done, in seconds.
fn rank(times: &[Duration], of_hundred: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len() * of_hundred).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_hundred_is_left_out_and_not_two() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_secs).collect();
        assert!((rank(&times, 99) - 198.0).abs() < f64::EPSILON && (rank(&times, 100) - 200.0).abs() < f64::EPSILON);
        assert!(rank(&[], 99).abs() < f64::EPSILON);
    }
}
