//! A storm warning while a crowd of people nobody knows writes to the account: what the one takes of the other's time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::Setting;
use super::commune;
use super::engine::{self, Engine};
use super::inbound::{Way, hearing};
use super::offers::evenly;
use super::priority::middle;
use super::server::{Manner, Server};
use crate::clock::SystemClock;
use crate::domain::calendar::Millis;
use crate::domain::message::Lane;
use crate::domain::org::import::{OrgFile, Person};
use crate::domain::urgency::Urgency;
use crate::store::Store;
use crate::store::bulletins::Bulletin;

/// How often each of them writes.
const TIMES: usize = 20;
/// In so much time all of it is said.
const WITHIN: Duration = Duration::from_secs(40);
/// They have been writing for so long when the first warning is released.
const BEFORE: Duration = Duration::from_secs(5);
/// Warnings alone, and as many beside them.
const ROUNDS: usize = 3;
/// How often the server is asked what it accepted.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Longest that anything here is waited for.
const PATIENCE: Duration = Duration::from_mins(3);
/// What they write, in turns.
const WORDS: [&str; 4] = ["xin chào", "/xacminh VB-2025-0001", "cho hỏi lịch họp", "TB-2025-0002"];

// In a database that was just made: there is no index for these.
const KEPT: &str = "SELECT COUNT(*) FROM inbox WHERE stranger";
const ANSWERED: &str = "SELECT COUNT(*) FROM messages WHERE lane = $1 AND state = 'sent'";

/// What it came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strangers {
    /// `strangers`.
    pub work: &'static str,
    /// Platform and way in.
    pub way: &'static str,
    /// People nobody knows.
    pub size: usize,
    /// Messages of theirs that came in.
    pub said: usize,
    /// Updates of theirs that were kept.
    pub kept: i64,
    /// Messages with which they were answered until then.
    pub answered: i64,
    /// Groups of a warning.
    pub warned: u32,
    /// Seconds from queueing a warning to its last acceptance with nothing else to do, the middle one of several.
    pub alone_s: f64,
    /// The same while they write.
    pub beside_s: f64,
    /// The second by the first.
    pub ratio: f64,
    /// Processor seconds of the engine's process for a thousand messages that came in, its start and end among them.
    pub cpu_s_per_1000: f64,
    /// Most memory that process held.
    pub peak_rss_mb: f64,
    /// The database.
    pub database: String,
}

impl Strangers {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = format!(
            "strangers, {}: a warning to {} groups takes {:.2} s alone and {:.2} s while {} people write {} messages = {:.3} x\n",
            self.way, self.warned, self.alone_s, self.beside_s, self.size, self.said, self.ratio
        );
        let _ = writeln!(
            text,
            "  {} of them kept, {} answers; {:.3} CPU-s per 1,000, peak {:.1} MB on {}",
            self.kept, self.answered, self.cpu_s_per_1000, self.peak_rss_mb, self.database
        );
        text
    }
}

/// Groups of a warning on a platform, and its pace in calls a second: what it allows, or what its settings propose.
const fn world(way: Way) -> (u32, u32) {
    match way {
        Way::TelegramPolling | Way::TelegramWebhook => (96, 30),
        Way::ZaloBotPolling | Way::ZaloBotWebhook | Way::ZaloOaWebhook => (16, 2),
    }
}

/// Warns with nothing else to do, then while `size` people nobody knows write twenty messages each.
///
/// # Errors
/// The server or the database; not everything left in time.
pub async fn run(setting: &Setting, way: Way) -> anyhow::Result<Strangers> {
    anyhow::ensure!(setting.named.is_none(), "strangers read the sandbox's log: leave --api-url out");
    let (warned, rate) = world(way);
    let crowd = crowded(warned, setting.size, way)?;
    let manner = Manner { strict: matches!(way, Way::TelegramPolling | Way::TelegramWebhook), answer_ms: 0 };
    let (server, mut org) = Server::playing(&setting.folder, &crowd, way.gateway(), manner).await?;
    let strangers = taken_out(&mut org, way.gateway());
    anyhow::ensure!(strangers.len() == usize::try_from(setting.size)?, "only {} people were made", strangers.len());
    let engine = Engine::with(setting, &server, (way.gateway(), &org), rate).await?;
    let (worker, hook) = hearing(way, &engine, &server, rate).await?;
    if let (Way::ZaloOaWebhook, Some(hook)) = (way, &hook) {
        // Where that platform posts is set by hand.
        server.hand().act("webhook", &json!({ "url": hook })).await?;
    }
    let bench = Bench { engine: &engine, server: &server, groups: groups(&org, warned), warned };
    let alone = bench.rounds("trước").await?;
    let talk = talk(&server, strangers);
    let beside = async {
        sleep(BEFORE).await;
        bench.rounds("sau").await
    };
    let (said, beside) = tokio::join!(talk, beside);
    let (said, beside) = (said?, beside?);
    // Answers to so many take their time; what counts is that the warnings did not.
    let cost = worker.stop().await?;
    let (kept, answered) = bench.left().await?;
    let database = engine::described(&engine.core.store).await?;
    let (alone_s, beside_s) = (middle(alone), middle(beside));
    Ok(Strangers {
        work: "strangers",
        way: way.word(),
        size: usize::try_from(setting.size)?,
        said,
        kept,
        answered,
        warned,
        alone_s,
        beside_s,
        ratio: beside_s / alone_s,
        cpu_s_per_1000: cost.cpu_s / (f64::from(u32::try_from(said)?) / 1_000.0),
        peak_rss_mb: cost.peak_rss_mb,
        database,
    })
}

/// The commune, and beside it people who hold nothing there.
fn crowded(villages: u32, strangers: u32, way: Way) -> anyhow::Result<OrgFile> {
    let mut org = commune::with_heads(villages, way.gateway())?;
    let stranger =
        |number: u32| Person {
            code: format!("{STRANGER}{number:05}"), name: format!("Người {number}"), phone: None
        };
    org.people.extend((1..=strangers).map(stranger));
    Ok(org)
}

/// How the codes of people nobody knows begin.
const STRANGER: &str = "la-";

/// Takes them out of what the engine knows; gives their accounts on its gateway.
fn taken_out(org: &mut OrgFile, gateway: &str) -> Vec<String> {
    let theirs = |code: &str| code.starts_with(STRANGER);
    let own = org.identities.iter().filter(|identity| theirs(&identity.person) && identity.gateway == gateway);
    let accounts = own.map(|identity| identity.external_id.trim_start_matches("u:").to_owned()).collect();
    org.people.retain(|person| !theirs(&person.code));
    org.identities.retain(|identity| !theirs(&identity.person));
    accounts
}

/// The chats of the warned groups, as the sandbox names them.
fn groups(org: &OrgFile, warned: u32) -> BTreeSet<String> {
    let chats =
        org.groups.iter().take(usize::try_from(warned).unwrap_or(usize::MAX)).filter_map(|group| group.chat.as_deref());
    chats.map(|chat| chat.trim_start_matches("g:").to_owned()).collect()
}

/// Lets everybody write, in turns; gives how much it was.
async fn talk(server: &Server, strangers: Vec<String>) -> anyhow::Result<usize> {
    let turns = (0..TIMES).flat_map(|turn| strangers.iter().map(move |stranger| (turn, stranger.clone())));
    let turns: Vec<(usize, String)> = turns.collect();
    let count = turns.len();
    let said = evenly(&SystemClock::new(), (turns, WITHIN), |_, (turn, stranger): (usize, String), _| {
        let (hand, text) = (server.hand(), WORDS[turn % WORDS.len()]);
        async move { hand.act("say", &json!({ "person": stranger, "text": text })).await }
    })
    .await?;
    said.into_iter().collect::<anyhow::Result<()>>()?;
    Ok(count)
}

struct Bench<'a> {
    engine: &'a Engine,
    server: &'a Server,
    groups: BTreeSet<String>,
    warned: u32,
}

impl Bench<'_> {
    /// Several warnings, one after the other; how long each took.
    async fn rounds(&self, when: &str) -> anyhow::Result<Vec<Duration>> {
        let villages: Vec<String> = (1..=self.warned).map(|village| village.to_string()).collect();
        let mut took = Vec::new();
        for round in 1..=ROUNDS {
            let title = format!("Di dời {when} đợt {round}");
            let warning = engine::bulletin(&title, &format!("thôn {}", villages.join(", ")), Urgency::Flash);
            let bulletin = self.engine.release(&warning).await?;
            let queued = self.engine.core.wall_now();
            self.engine.fire().await?;
            took.push(queued.until(self.last_of(&bulletin).await?));
        }
        Ok(took)
    }

    /// When the last group had it.
    async fn last_of(&self, bulletin: &Bulletin) -> anyhow::Result<Millis> {
        let all = usize::try_from(self.warned)?;
        let look = async {
            loop {
                let log = self.server.accepted().await?.context("the sandbox tells what it accepted")?;
                let own =
                    log.iter().filter(|entry| self.groups.contains(&entry.chat) && entry.text.contains(&bulletin.code));
                let times: Vec<i64> = own.map(|entry| entry.at_ms).collect();
                if times.len() >= all {
                    return anyhow::Ok(Millis(times.into_iter().max().unwrap_or_default()));
                }
                sleep(LOOK_EVERY).await;
            }
        };
        timeout(PATIENCE, look).await.context("not everything left in time")?
    }

    /// Updates of people nobody knows that were kept, and messages that answered them.
    async fn left(&self) -> anyhow::Result<(i64, i64)> {
        let lane = Lane::Stranger.number();
        Ok(match &self.engine.core.store {
            Store::Sqlite(pool) => {
                let kept = sqlx::query_scalar(KEPT).fetch_one(pool).await?;
                (kept, sqlx::query_scalar(ANSWERED).bind(lane).fetch_one(pool).await?)
            }
            Store::Postgres(pool) => {
                let kept = sqlx::query_scalar(KEPT).fetch_one(pool).await?;
                (kept, sqlx::query_scalar(ANSWERED).bind(lane).fetch_one(pool).await?)
            }
        })
    }
}
