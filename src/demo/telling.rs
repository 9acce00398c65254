//! Telling the story: acts, lines, what is new in the chats that are shown, and how far sending is.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use anyhow::Context as _;

use super::Demo;
use super::scenes;
use super::shown::Event;
use super::transcript::Transcript;
use crate::clock::Clock as _;
use crate::say;
use crate::usecase::status::{self, Window};

/// Real time between two lines about the same broadcast while it goes out.
const BETWEEN: Duration = Duration::from_secs(2);

/// How often it is looked whether a broadcast is out, and how long at most.
const GLANCE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(30);

/// What was told so far.
#[derive(Default)]
pub(super) struct Told {
    transcript: Transcript,
    /// Groups reached, by bulletin.
    sent: BTreeMap<&'static str, i64>,
    /// When it was last looked how far sending is.
    looked: Duration,
}

impl Demo {
    /// From here on the private chats are shown, and the groups that have their part early.
    pub(super) fn watch(&self) -> anyhow::Result<()> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let transcript = &mut told.transcript;
        for (person, network) in self.staff.iter().filter(|(person, _)| scenes::SHOWN_PEOPLE.contains(person)) {
            let title = say!(self.locale(), "demo-chat-private", name = self.name(person));
            let account = self.places.account(*network, person)?;
            transcript.watch_person(&self.stage, &title, (*network, account));
        }
        for code in scenes::SHOWN_GROUPS {
            transcript.watch_group(&self.stage, &self.places, code);
        }
        Ok(())
    }

    /// From here on another group is shown.
    pub(super) fn watch_group(&self, code: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.transcript.watch_group(&self.stage, &self.places, code);
    }

    /// The sentences.
    pub(super) fn locale(&self) -> &crate::locale::Locale {
        &self.core.house.locale
    }

    /// A person's name, by code.
    pub(super) fn name(&self, person: &str) -> &str {
        let known = self.places.org.people.iter().find(|known| known.code == person);
        known.map_or("", |known| known.name.as_str())
    }

    /// Begins an act.
    pub(super) fn act(&self, title: String) {
        self.look();
        let events = self.told.lock().unwrap_or_else(PoisonError::into_inner).transcript.end_act();
        self.show(events);
        self.show([Event::Heading(title)]);
    }

    /// Says a line of the story, behind whatever was said in the chats before.
    pub(super) fn tell(&self, line: String) {
        self.look();
        self.show([Event::Story(self.clock.now(), line)]);
    }

    /// Shows what is new in the chats.
    pub(super) fn look(&self) {
        let now = self.clock.now();
        let news = self.told.lock().unwrap_or_else(PoisonError::into_inner).transcript.news(&self.stage, now);
        self.show(news);
    }

    /// From here on the private chat of one of the staff is skimmed, or shown again.
    pub(super) fn skim(&self, person: &str, skimmed: bool) {
        self.look();
        let home = self.staff.iter().find(|(known, _)| *known == person).map(|(_, network)| *network);
        let Some(network) = home else { return };
        if let Ok(account) = self.places.account(network, person) {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.transcript.skim(network, account, skimmed);
        }
    }

    fn show(&self, events: impl IntoIterator<Item = Event>) {
        events.into_iter().for_each(|event| (self.narrator)(&event));
    }

    /// Shows how far the broadcasts are that go out now: every few seconds, and whenever `all` is wanted.
    pub(super) async fn look_at_deliveries(&self, all: bool) -> anyhow::Result<()> {
        let now = self.core.clocks.mono.elapsed();
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if !all && now.saturating_sub(told.looked) < BETWEEN {
                return Ok(());
            }
            told.looked = now;
        }
        let commune = self.core.commune_id().await?;
        let mut tx = self.core.store.read().await?;
        for code in scenes::FOLLOWED {
            let Some(bulletin) = tx.bulletin_by_code(&commune, code).await? else { continue };
            let status = status::of_bulletin(&mut tx, &self.core.act(&commune), &bulletin).await?;
            let Some(counts) = status.latest().map(|broadcast| broadcast.counts) else { continue };
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let before = told.sent.insert(code, counts.sent).unwrap_or(0);
            if counts.sent > before {
                let (sent, total) = (counts.sent, counts.total());
                let line = say!(self.locale(), "demo-progress", code = code, sent = sent, total = total);
                drop(told);
                self.show([Event::Progress(self.clock.now(), line)]);
            }
        }
        Ok(())
    }

    /// Waits until a broadcast has reached every group it can; on its own time, since nobody jumps.
    pub(super) async fn follow(&self, code: &'static str) -> anyhow::Result<()> {
        let commune = self.core.commune_id().await?;
        let sent = async {
            loop {
                self.look_at_deliveries(false).await?;
                let mut tx = self.core.store.read().await?;
                let bulletin = tx.bulletin_by_code(&commune, code).await?.context("it was submitted")?;
                let status = status::of_bulletin(&mut tx, &self.core.act(&commune), &bulletin).await?;
                if status.latest().is_some_and(|broadcast| broadcast.counts.pending == 0) {
                    return anyhow::Ok(());
                }
                drop(tx);
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, sent).await.unwrap_or(Ok(()))?;
        self.look_at_deliveries(true).await
    }

    /// Says what all broadcasts together have come to.
    pub(super) async fn tell_delivery(&self) -> anyhow::Result<()> {
        let commune = self.core.commune_id().await?;
        let mut tx = self.core.store.read().await?;
        let stats = status::overall(&mut tx, &self.core.act(&commune), Window::ALL).await?;
        self.tell(say!(
            self.locale(),
            "demo-sums",
            sent = stats.deliveries.sent,
            pending = stats.deliveries.pending,
            acknowledged = stats.obligations.acknowledged,
            expected = stats.obligations.expected
        ));
        Ok(())
    }
}
