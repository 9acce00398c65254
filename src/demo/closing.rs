//! What the story came to, as tables for people: who has not confirmed, what each platform carried, the plan's targets.

use super::Demo;
use super::figures::{Figures, PlatformFigures};
use super::places::Network;
use super::scenes;
use super::shown::{Event, text::shorten};
use crate::domain::ack::ObligationState;
use crate::say;
use crate::store::Tx;
use crate::usecase::escalate::Case;
use crate::usecase::tally;

/// Columns for a target's title: what is left of 80 beside its period, its figures and its status.
const TITLE: usize = 37;

impl Demo {
    /// The tables and the closing words.
    ///
    /// # Errors
    /// The database.
    pub async fn closing(&self, figures: &Figures) -> anyhow::Result<Vec<Event>> {
        let mut events = self.unconfirmed().await?;
        events.extend(self.delivered(figures));
        events.extend(self.targets().await?);
        let (entries, locale) = (figures.audit.entries, self.locale());
        events.push(Event::Note(if figures.audit.verified {
            say!(locale, "demo-audit-whole", entries = entries)
        } else {
            say!(locale, "demo-audit-broken", entries = entries)
        }));
        let comma = |number: f64| format!("{number:.1}").replace('.', ",");
        let (seconds, memory) = (comma(figures.elapsed_s), comma(figures.peak_rss_mb));
        events.push(Event::Note(say!(locale, "demo-cost", seconds = seconds, memory = memory)));
        Ok(events)
    }

    /// Every unit that still owes a confirmation, with the bulletin and the name of whoever answers for it.
    async fn unconfirmed(&self) -> anyhow::Result<Vec<Event>> {
        let locale = self.locale();
        let mut rows = vec![vec![
            say!(locale, "demo-column-code"),
            say!(locale, "demo-column-unit"),
            say!(locale, "demo-column-head"),
        ]];
        let mut tx = self.core.store.read().await?;
        for code in scenes::CONFIRMED {
            rows.extend(self.owed(&mut tx, code).await?);
        }
        let heading = Event::Heading(say!(locale, "demo-unconfirmed", count = rows.len() - 1));
        let body = if rows.len() > 1 { Event::Table(rows) } else { Event::Note(say!(locale, "demo-all-confirmed")) };
        Ok(vec![heading, body])
    }

    async fn owed(&self, tx: &mut Tx, code: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let commune = self.core.commune_id().await?;
        let today = self.core.act(&commune).at.local_date();
        let Some(bulletin) = tx.bulletin_by_code(&commune, code).await? else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for broadcast in tx.broadcasts_of(&bulletin.id).await? {
            let Some(case) = Case::of(tx, &broadcast.id).await? else { continue };
            let open = [ObligationState::Awaiting, ObligationState::Unreachable, ObligationState::Lapsed];
            for (_, owed) in case.standing(&open) {
                let holder = tx.holder_of(&owed.seat_id, today).await?;
                let name = holder.map_or_else(|| say!(self.locale(), "label-vacant"), |person| person.name);
                let head = format!("{name} ({})", owed.seat_title);
                rows.push(vec![case.bulletin.code.clone(), owed.unit_name.clone(), head]);
            }
        }
        Ok(rows)
    }

    fn delivered(&self, figures: &Figures) -> [Event; 3] {
        let locale = self.locale();
        let head = vec![
            say!(locale, "demo-column-platform"),
            say!(locale, "demo-column-sent"),
            say!(locale, "demo-column-too-fast"),
        ];
        let row = |(name, one): (&String, &PlatformFigures)| {
            let shown = Network::named(name).map_or_else(|| name.clone(), |network| network.shown().to_owned());
            vec![shown, one.sent.to_string(), one.refused_429.to_string()]
        };
        let rows = std::iter::once(head).chain(figures.platforms.iter().map(row)).collect();
        let (sent, asked) = (&figures.deliveries, &figures.obligations);
        let sums = say!(
            locale,
            "demo-delivered-sums",
            sent = sent.sent,
            replaced = sent.replaced,
            failed = sent.failed + sent.partial,
            unknown = sent.unknown,
            pending = sent.pending,
            posted = figures.relays.posted,
            asked = figures.relays.asked,
            acknowledged = asked.acknowledged,
            expected = asked.expected,
            late = asked.late,
            reminders = figures.reminders
        );
        [Event::Heading(say!(locale, "demo-delivered")), Event::Table(rows), Event::Note(sums)]
    }

    async fn targets(&self) -> anyhow::Result<[Event; 3]> {
        let commune = self.core.commune_id().await?;
        let act = self.core.act(&commune);
        let mut tx = self.core.store.read().await?;
        let tally = tally::progress(&mut tx, &act, None, act.at.local()).await?;
        let locale = self.locale();
        let head = vec![
            say!(locale, "demo-column-target"),
            say!(locale, "demo-column-period"),
            say!(locale, "demo-column-count"),
            say!(locale, "demo-column-status"),
        ];
        let row = |line: tally::LineView| {
            let required = line.required.map_or_else(|| "–".to_owned(), |required| required.to_string());
            let title = shorten(&format!("{} {}", line.id, line.detail.title), TITLE);
            let period = line.period.replace(" (", "\n(");
            vec![title, period, format!("{}/{required}", line.count), line.status_text]
        };
        let rows = std::iter::once(head).chain(tally.view().targets.into_iter().map(row)).collect();
        let note = Event::Note(say!(locale, "demo-targets-note"));
        Ok([Event::Heading(say!(locale, "demo-targets")), Event::Table(rows), note])
    }
}
