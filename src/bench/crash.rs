//! Killing the engine in the middle of sending, again and again: nothing may be lost, and nothing may go twice in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::engine::{self, Engine};
use super::server::{Manner, Server};
use super::{Setting, sending};
use crate::domain::message::MessageState;
use crate::domain::urgency::Urgency;
use crate::id::{Entropy as _, SystemEntropy};
use crate::store::Store;
use crate::store::bulletins::Bulletin;
use crate::store::messages::Message;

/// Groups of a broadcast.
const GROUPS: u32 = 300;
/// Fast enough that much is under way, slow enough that a broadcast takes several kills.
const A_SECOND: u32 = 200;
/// How long an answer takes: the longer, the more calls a kill meets.
const ANSWER_MS: u64 = 40;
/// An engine lives at least so long, and at most so much longer.
const LIFE: (u64, u64) = (150, 700);
/// After this a call without an outcome is in doubt: its deadline, and the look that finds it.
const UNTIL_IN_DOUBT: Duration = Duration::from_mins(3);
/// The same for the upload of a file, whose deadline is longer.
const UNTIL_UPLOAD_IN_DOUBT: Duration = Duration::from_mins(7);

/// What a series of kills came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Crashed {
    /// `crash`.
    pub work: &'static str,
    /// Engines killed.
    pub kills: u32,
    /// Messages that were to be sent.
    pub messages: usize,
    /// Said to be sent, and not at the server; or nowhere at all.
    pub lost: usize,
    /// At the server more than once.
    pub silent_duplicates: usize,
    /// In doubt: nobody can know, and a person is asked.
    pub unknown: usize,
    /// Calls that were claimed when an engine was killed; of them, those that the server has.
    pub claimed_at_kill: usize,
    /// Calls under way at the server when an engine was killed: claimed, accepted, and not recorded.
    pub in_flight_at_kill: usize,
    /// The database.
    pub database: String,
}

impl Crashed {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut text = format!(
            "crash: {} kills, {} messages, {} lost, {} silent duplicates",
            self.kills, self.messages, self.lost, self.silent_duplicates
        );
        let _ = writeln!(
            text,
            "\n  in doubt {}; claimed at a kill {}, of them accepted and not recorded {}; on {}",
            self.unknown, self.claimed_at_kill, self.in_flight_at_kill, self.database
        );
        text
    }
}

/// Kills as many engines as the setting's size says while they send broadcasts to 300 groups.
///
/// # Errors
/// A server that was named; the server or the database; an engine that does not start.
pub async fn run(setting: &Setting) -> anyhow::Result<Crashed> {
    anyhow::ensure!(setting.named.is_none(), "only the sandbox tells what it accepted: leave --api-url out");
    let server = Server::start(&setting.folder, GROUPS, Manner { strict: false, answer_ms: ANSWER_MS }).await?;
    let engine = Engine::prepare(setting, &server, GROUPS, A_SECOND).await?;
    let (mut bulletins, mut claimed): (Vec<Bulletin>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    for kill in 0..setting.size {
        if waiting(&engine, &bulletins).await? == 0 {
            let draft = engine::bulletin(&format!("Bão số {kill}"), "Trưởng thôn", Urgency::Express);
            let draft = if setting.files { engine.with_file(draft).await? } else { draft };
            bulletins.push(engine.release(&draft).await?);
            engine.fire().await?;
        }
        let before = engine.epoch().await?;
        let worker = engine.start()?;
        if matches!(engine.core.store, Store::Postgres(_)) {
            // The lease of the one before runs out first.
            engine.until_driven(before).await?;
        }
        tokio::time::sleep(life()).await;
        worker.kill().await?;
        let under_way = messages(&engine, &bulletins).await?;
        claimed.extend(under_way.into_iter().filter(|one| one.state == MessageState::Sending).map(|one| one.id));
    }
    let worker = engine.start()?;
    engine.settle(if setting.files { UNTIL_UPLOAD_IN_DOUBT } else { UNTIL_IN_DOUBT }).await?;
    worker.stop().await?;
    let crashed = compare(setting, &server, &engine, &bulletins, &claimed).await?;
    engine.core.store.close().await;
    Ok(crashed)
}

fn life() -> Duration {
    let mut bytes = [0_u8; 2];
    SystemEntropy.fill(&mut bytes);
    Duration::from_millis(LIFE.0 + u64::from(u16::from_be_bytes(bytes)) * LIFE.1 / u64::from(u16::MAX))
}

/// Texts that have not left. Files may have to wait until the texts before them are known to be in doubt.
async fn waiting(engine: &Engine, bulletins: &[Bulletin]) -> anyhow::Result<usize> {
    let open = |one: &Message| {
        one.file_sha256.is_none() && matches!(one.state, MessageState::Pending | MessageState::RetryWait)
    };
    Ok(messages(engine, bulletins).await?.iter().filter(|one| open(one)).count())
}

/// The messages of all broadcasts, as they stand.
async fn messages(engine: &Engine, bulletins: &[Bulletin]) -> anyhow::Result<Vec<Message>> {
    let (mut tx, mut all) = (engine.core.store.read().await?, Vec::new());
    for bulletin in bulletins {
        for broadcast in tx.broadcasts_of(&bulletin.id).await? {
            all.extend(tx.messages_of_broadcast(&broadcast.id).await?);
        }
    }
    Ok(all)
}

/// The rows beside the server's log.
async fn compare(
    setting: &Setting,
    server: &Server,
    engine: &Engine,
    bulletins: &[Bulletin],
    claimed: &BTreeSet<String>,
) -> anyhow::Result<Crashed> {
    let log = server.accepted().await?.unwrap_or_default();
    let mut accepted: BTreeMap<(String, String, bool), usize> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry.act == sending::SENT && entry.is_in_supergroup()) {
        if let Some(bulletin) = bulletins.iter().find(|bulletin| entry.text.contains(&bulletin.code)) {
            *accepted.entry((entry.chat.clone(), bulletin.id.clone(), entry.file.is_some())).or_default() += 1;
        }
    }
    let rows = messages(engine, bulletins).await?;
    let places = engine.places_of(&rows).await?;
    let arrived = |row: &Message| {
        let place = places.get(&row.id).cloned();
        place.is_some_and(|(chat, bulletin)| accepted.contains_key(&(chat, bulletin, row.file_sha256.is_some())))
    };
    let is_lost = |row: &&Message| match row.state {
        MessageState::Sent => !arrived(row),
        MessageState::Unknown => false,
        _ => true,
    };
    Ok(Crashed {
        work: "crash",
        kills: setting.size,
        messages: rows.len(),
        lost: rows.iter().filter(is_lost).count(),
        silent_duplicates: accepted.values().filter(|times| **times > 1).count(),
        unknown: rows.iter().filter(|row| row.state == MessageState::Unknown).count(),
        claimed_at_kill: claimed.len(),
        in_flight_at_kill: rows.iter().filter(|row| claimed.contains(&row.id) && arrived(row)).count(),
        database: engine::described(&engine.core.store).await?,
    })
}
