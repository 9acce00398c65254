//! What a simulation has seen so far: of the rows, of the calls that arrived, and what of it must not be.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::check::{self, Finding, answers, calls, figures, going, paths, rest};
use super::platform::Arrival;
use super::rows::{Claimed, Message, Rows};
use super::weather::Verdict;
use crate::domain::calendar::Millis;
use crate::domain::retention::Periods;
use crate::id::sha256_hex;
use crate::store::Store;

/// How far back obligations are looked at anew each day, in days: what is older has not moved since.
const LOOK_BACK_DAYS: i64 = 5;

/// What was seen.
pub(super) struct Evidence {
    /// The tables.
    pub(super) rows: Rows,
    /// How long what is kept.
    periods: Periods,
    /// What must not be.
    pub(super) found: Vec<Finding>,
    messages: BTreeMap<String, Message>,
    stands: BTreeMap<String, String>,
    /// What became of the calls of each message.
    calls: BTreeMap<String, Vec<Verdict>>,
    /// Parts of deliveries that stand in their chats.
    there: BTreeSet<(String, i64)>,
    /// Messages of which nobody knew at some time.
    doubted: BTreeSet<String>,
    steps_seen: i64,
    answers_seen: i64,
    claims_seen: i64,
    gone_seen: i64,
    /// Messages that went.
    pub(super) gone: u32,
    trace: Sha256,
}

impl Evidence {
    /// Nothing seen yet.
    pub(super) fn new(rows: Rows, periods: Periods) -> Self {
        Self {
            rows,
            periods,
            found: Vec::new(),
            messages: BTreeMap::new(),
            stands: BTreeMap::new(),
            calls: BTreeMap::new(),
            there: BTreeSet::new(),
            doubted: BTreeSet::new(),
            steps_seen: 0,
            answers_seen: 0,
            claims_seen: 0,
            gone_seen: 0,
            gone: 0,
            trace: Sha256::new(),
        }
    }

    /// What was claimed since it was asked last.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn claimed(&mut self) -> anyhow::Result<Vec<Claimed>> {
        let claimed = self.rows.claimed(self.claims_seen).await?;
        self.claims_seen = claimed.last().map_or(self.claims_seen, |last| last.place);
        Ok(claimed)
    }

    /// A call arrived.
    pub(super) fn arrived(&mut self, claimed: Option<&Claimed>, arrival: &Arrival, (machine, sun): (Millis, i64)) {
        self.trace.update(format!("{sun} {} {:?} {}\n", arrival.chat, arrival.verdict, arrival.words));
        self.found.extend(calls::leaving(claimed, arrival, machine));
        if let Some(claimed) = claimed {
            let part = claimed.delivery_id.clone().filter(|_| claimed.purpose == "broadcast").zip(Some(claimed.part));
            self.there.extend(part.filter(|_| arrival.verdict.is_taken()));
            self.calls.entry(claimed.message_id.clone()).or_default().push(arrival.verdict.clone());
        }
    }

    /// The messages of broadcasts that are in doubt, and whether they stand in their chats.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn doubts(&self) -> anyhow::Result<Vec<(String, bool)>> {
        let doubts = self.rows.doubts().await?;
        let is_taken = |id: &String| self.calls.get(id).is_some_and(|verdicts| verdicts.iter().any(Verdict::is_taken));
        Ok(doubts.into_iter().map(|id| (id.clone(), is_taken(&id))).collect())
    }

    /// Looks at the rows at the end of a day, on which the process is up or away.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn end_of_day(
        &mut self,
        store: &Store,
        commune: &str,
        now: Millis,
        is_up: bool,
    ) -> anyhow::Result<()> {
        let steps = self.rows.steps(self.steps_seen).await?;
        for step in &steps {
            self.trace.update(format!("{} {}\n", step.message_id, step.after));
        }
        self.doubted.extend(steps.iter().filter(|step| step.after == "unknown").map(|step| step.message_id.clone()));
        self.found.extend(paths::steps(&mut self.stands, &steps));
        let moved = self.rows.messages(self.steps_seen).await?;
        self.steps_seen = steps.last().map_or(self.steps_seen, |last| last.seq);
        for message in moved {
            let verdicts = self.calls.get(&message.id).map_or(&[][..], Vec::as_slice);
            let part = message.delivery_id.clone().zip(Some(message.part));
            let is_there = part.is_some_and(|part| self.there.contains(&part));
            self.found.extend(calls::history(&message, verdicts, is_there));
            self.found.extend(calls::repetition(&message, &self.calls, &self.doubted));
            self.messages.insert(message.id.clone(), message);
        }
        let answered = self.rows.answer_steps(self.answers_seen).await?;
        self.answers_seen = answered.last().map_or(self.answers_seen, |last| last.seq);
        self.found.extend(answers::steps(&answered));
        self.found.extend(check::found(&self.rows, &answers::rules(now.plus_days(-LOOK_BACK_DAYS).0)).await?);
        self.went(now).await?;
        if is_up {
            self.found.extend(check::found(&self.rows, &rest::rules(now)).await?);
        }
        self.found.extend(figures::all(store, &self.rows, commune, &self.messages).await?);
        Ok(())
    }

    /// Looks at what has gone since the last look.
    async fn went(&mut self, now: Millis) -> anyhow::Result<()> {
        let gone = self.rows.gone(self.gone_seen).await?;
        self.gone_seen = gone.last().map_or(self.gone_seen, |last| last.seq);
        self.gone += u32::try_from(gone.len())?;
        self.found.extend(going::messages(&gone, now, &self.periods));
        self.found.extend(check::found(&self.rows, &going::rules(now.plus_days(-LOOK_BACK_DAYS).0)).await?);
        Ok(())
    }

    /// The hash of everything that happened so far, 16 hex digits.
    pub(super) fn trace(&self) -> String {
        sha256_hex(&self.trace.clone().finalize())[..16].to_owned()
    }

    /// Messages seen.
    pub(super) fn messages(&self) -> usize {
        self.messages.len()
    }
}
