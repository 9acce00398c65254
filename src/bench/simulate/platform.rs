//! A platform in this process: what it takes it keeps in a log, by which the rows are judged.
//!
//! It outlives the processes that call it. Each of them calls through a [`Line`] of its own; what a dead process had not
//! sent yet does not arrive, and nobody hears the answers to what it had.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::dice::Dice;
use super::fuse::Fuse;
use super::weather::{Verdict, Weather};
use crate::domain::carriage::{ANY_TYPE, Files};
use crate::domain::render::Button;
use crate::domain::retry::{FailureReason, Outcome, PauseScope};
use crate::platform::{Capabilities, Failure, Outgoing, Polling, Receipt, Receiving, pacer};

mod line;

pub(super) use line::{Calls, Line, myself};

/// One call that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    /// The chat's id on the platform.
    pub(super) chat: String,
    /// What it says: a text, a file's name, or the new text of a message.
    pub(super) words: String,
    /// The buttons under it.
    pub(super) buttons: Vec<Button>,
    /// What became of it.
    pub(super) verdict: Verdict,
    /// The platform's id of it, where it was taken.
    pub(super) external_id: Option<String>,
    /// Whether it changes a message that stands there.
    pub(super) is_edit: bool,
}

/// Of a hundred calls in rough weather so many begin a stretch in which their chat refuses everything.
const STUBBORN: i64 = 4;

/// The platform.
pub(super) struct Platform {
    /// The configured name of the account.
    pub(super) name: &'static str,
    /// What it can do.
    pub(super) capabilities: Capabilities,
    state: Mutex<State>,
}

/// A call whose answer is on its way.
struct Answer {
    at: i64,
    to: oneshot::Sender<Result<Receipt, Failure>>,
    says: Result<Receipt, Failure>,
}

struct State {
    dice: Dice,
    weather: Weather,
    /// Chats out of which we were thrown, or in which we may not write.
    lost: BTreeSet<String>,
    /// A chat that refuses everything while the weather is rough.
    stubborn: Option<String>,
    /// Milliseconds by the sun.
    sun: i64,
    arrived: Vec<Arrival>,
    answers: Vec<Answer>,
    taken: u64,
}

impl Platform {
    /// A platform in fair weather. One without buttons and edits is like a Zalo bot, the other like Telegram.
    pub(super) fn new(name: &'static str, seed: u64, is_rich: bool) -> Arc<Self> {
        let state = State {
            dice: Dice::of(seed, name),
            weather: Weather::Fair,
            lost: BTreeSet::new(),
            stubborn: None,
            sun: 0,
            arrived: Vec::new(),
            answers: Vec::new(),
            taken: 0,
        };
        Arc::new(Self { name, capabilities: capabilities(is_rich), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it behaves from now on.
    pub(super) fn turn(&self, weather: Weather) {
        let mut state = self.state();
        (state.weather, state.stubborn) = (weather, None);
    }

    /// How it behaves.
    pub(super) fn weather(&self) -> Weather {
        self.state().weather
    }

    /// The chats out of which we were thrown, or in which we may not write.
    pub(super) fn lost(&self) -> Vec<String> {
        self.state().lost.iter().cloned().collect()
    }

    /// We may write in a chat again.
    pub(super) fn rejoin(&self, chat: &str) {
        self.state().lost.remove(chat);
    }

    /// Calls that arrived since it was asked last.
    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.state().arrived)
    }

    /// When the next answer comes, by the sun.
    pub(super) fn next_answer(&self) -> Option<i64> {
        self.state().answers.iter().map(|answer| answer.at).min()
    }

    /// Gives the answers that are due by the sun; gives how many reached somebody.
    pub(super) fn answer_until(&self, sun: i64) -> usize {
        let mut state = self.state();
        state.sun = sun;
        let (due, later): (Vec<Answer>, Vec<Answer>) =
            std::mem::take(&mut state.answers).into_iter().partition(|answer| answer.at <= sun);
        state.answers = later;
        due.into_iter().filter_map(|answer| answer.to.send(answer.says).ok()).count()
    }

    /// Nobody waits for answers any more: the process that called is dead.
    pub(super) fn forget_callers(&self) {
        self.state().answers.clear();
    }

    /// A call arrives, or would have, had its process lived. Gives where its answer will be heard.
    fn enter(&self, chat: &str, outgoing: &Outgoing, fuse: &Fuse) -> oneshot::Receiver<Result<Receipt, Failure>> {
        let (to, answer) = oneshot::channel();
        let mut state = self.state();
        if fuse.is_blown() {
            return answer;
        }
        let verdict = state.judge(chat);
        let external_id = verdict.is_taken().then(|| state.next_id());
        let says = match (verdict.failure(), &external_id) {
            (None, Some(external_id)) => Ok(state.receipt(external_id, outgoing)),
            (failure, _) => Err(failure
                .unwrap_or_else(|| Failure { outcome: Outcome::Final(FailureReason::Generic), detail: String::new() })),
        };
        let at = state.sun + verdict.millis();
        state.answers.push(Answer { at, to, says });
        let (words, buttons, is_edit) = shown(outgoing);
        state.arrived.push(Arrival { chat: chat.to_owned(), words, buttons, verdict, external_id, is_edit });
        answer
    }
}

impl State {
    fn judge(&mut self, chat: &str) -> Verdict {
        let (weather, dice) = (self.weather, &mut self.dice);
        if weather == Weather::Rough && self.stubborn.is_none() && dice.happens(STUBBORN) {
            self.stubborn = Some(chat.to_owned());
        }
        if self.stubborn.as_deref() == Some(chat) {
            return Verdict::Refused(Outcome::RetryLater { after: None, scope: PauseScope::Chat });
        }
        let verdict = weather.verdict(dice);
        if let Verdict::Refused(Outcome::Final(FailureReason::Kicked | FailureReason::NoRights)) = verdict {
            self.lost.insert(chat.to_owned());
        }
        if verdict.is_taken() && self.lost.contains(chat) {
            return Verdict::Refused(Outcome::Final(FailureReason::Kicked));
        }
        verdict
    }

    fn next_id(&mut self) -> String {
        self.taken += 1;
        format!("x{}", self.taken)
    }

    fn receipt(&self, external_id: &str, outgoing: &Outgoing) -> Receipt {
        let handle = matches!(outgoing, Outgoing::File { .. }).then(|| format!("h{}", self.taken));
        let external_id = match outgoing {
            Outgoing::Edit { target, .. } => target.clone(),
            _ => external_id.to_owned(),
        };
        Receipt { external_id, upload_handle: handle }
    }
}

/// What stands in the chat afterwards.
fn shown(outgoing: &Outgoing) -> (String, Vec<Button>, bool) {
    match outgoing {
        Outgoing::Text { text, buttons, .. } => (text.clone(), buttons.concat(), false),
        Outgoing::File { name, .. } => (name.clone(), Vec::new(), false),
        Outgoing::Edit { text, buttons, .. } => (text.clone(), buttons.concat(), true),
    }
}

fn capabilities(is_rich: bool) -> Capabilities {
    let files = Files { documents: ANY_TYPE, document_limit: u64::MAX, ..Files::NONE };
    let pace = pacer::Limits { edit_interval: Duration::ZERO, ..pacer::Limits::even(Duration::ZERO) };
    Capabilities {
        text_limit: 2_000,
        caption_limit: if is_rich { 1_024 } else { 0 },
        html: is_rich,
        buttons: is_rich,
        edits: is_rich,
        files: if is_rich { files } else { Files::NONE },
        delete_within: None,
        upload_limit: 50_000_000,
        download_limit: 20_000_000,
        counts_as_zalo: !is_rich,
        joins: true,
        receiving: Receiving { polling: Polling::Durable, webhook: false, history: false },
        hears_documents: is_rich,
        hearing_is_address: !is_rich,
        private_window: None,
        budget: None,
        handle_lifetime: None,
        // Several calls leave at one instant: nobody sleeps here until a slot comes.
        pace,
    }
}
