//! The chats that are shown while the story goes on: what is new in them since the last look.
//!
//! Messages of all platforms carry the story's time of the look, since Zalo's stand-ins date by the machine's clock: the clock
//! jumps only when everything was looked at. A chat in which many people answer shows so many messages an act and counts
//! the others. A chat that is skimmed shows none and counts them all.

use super::places::{Network, Places};
use super::shown::{Bubble, Event};
use super::stage::{Line, Stage};
use crate::domain::calendar::Millis;

/// Messages that a group shows in one act; a private chat shows all.
const GROUP_SHOWS: usize = 6;

/// One chat that is shown.
struct Watched {
    title: String,
    network: Network,
    /// The account of a private chat, or the group, by the platform's id.
    id: String,
    /// Messages and presses seen.
    seen: (usize, usize),
    /// Messages it may still show in this act; none where all are shown.
    spare: Option<usize>,
    skimmed: bool,
    left_out: usize,
    /// Choices offered by number so far, the latest last: a typed number stands for one of them.
    offered: Vec<(String, String)>,
}

/// The chats that are shown.
#[derive(Default)]
pub(super) struct Transcript {
    chats: Vec<Watched>,
}

impl Transcript {
    /// Watches the private chat of a person from now on.
    pub(super) fn watch_person(&mut self, stage: &Stage, title: &str, (network, account): (Network, &str)) {
        self.watch(stage, title, (network, account), None);
    }

    /// Watches a group from now on; nothing where the commune has none of that code.
    pub(super) fn watch_group(&mut self, stage: &Stage, places: &Places, code: &str) {
        let Some(group) = places.org.groups.iter().find(|group| group.code == code) else { return };
        let network = Network::named(&group.gateway);
        if let (Some(network), Ok(id)) = (network, places.chat(code)) {
            self.watch(stage, &group.name, (network, id), Some(GROUP_SHOWS));
        }
    }

    fn watch(&mut self, stage: &Stage, title: &str, (network, id): (Network, &str), spare: Option<usize>) {
        let title = format!("{title} · {}", network.shown());
        let seen = (stage.lines(network, id, 0).len(), stage.presses(network, id, 0).len());
        let offered = Vec::new();
        self.chats.push(Watched {
            title,
            network,
            id: id.to_owned(),
            seen,
            spare,
            skimmed: false,
            left_out: 0,
            offered,
        });
    }

    /// From here on the chat of an account is skimmed, or no longer.
    pub(super) fn skim(&mut self, network: Network, account: &str, skimmed: bool) {
        for chat in self.chats.iter_mut().filter(|chat| chat.network == network && chat.id == account) {
            chat.skimmed = skimmed;
        }
    }

    /// What was said since the last look, chat by chat.
    pub(super) fn news(&mut self, stage: &Stage, now: Millis) -> Vec<Event> {
        self.chats.iter_mut().flat_map(|chat| chat.news(stage, now)).collect()
    }

    /// An act ends: what groups left out in it is counted, and the next may show as much again.
    pub(super) fn end_act(&mut self) -> Vec<Event> {
        let groups = self.chats.iter_mut().filter(|chat| chat.spare.is_some());
        let counted = |chat: &mut Watched| {
            chat.spare = Some(GROUP_SHOWS);
            chat.counted()
        };
        groups.filter_map(counted).collect()
    }
}

impl Watched {
    fn news(&mut self, stage: &Stage, now: Millis) -> Vec<Event> {
        let lines = stage.lines(self.network, &self.id, self.seen.0);
        let presses = stage.presses(self.network, &self.id, self.seen.1);
        self.seen = (self.seen.0 + lines.len(), self.seen.1 + presses.len());
        let mut events = Vec::new();
        for line in lines.into_iter().chain(presses).filter(|line| !line.notice) {
            self.show(line, now, &mut events);
        }
        events
    }

    fn show(&mut self, line: Line, now: Millis, events: &mut Vec<Event>) {
        let text = if line.ours { line.text.clone() } else { self.spelled_out(&line.text) };
        if line.ours {
            self.offered.extend(line.numbered());
        }
        if self.skimmed || self.spare == Some(0) {
            self.left_out += 1;
            return;
        }
        self.spare = self.spare.map(|spare| spare - 1);
        events.extend(self.counted());
        events.push(Event::Message(Bubble {
            chat: self.title.clone(),
            at: now,
            who: line.who,
            ours: line.ours,
            text,
            file: line.file,
            buttons: line.buttons,
        }));
    }

    /// A number with the words it stands for.
    fn spelled_out(&self, text: &str) -> String {
        let meant = self.offered.iter().rev().find(|(number, _)| number == text);
        meant.map_or_else(|| text.to_owned(), |(_, words)| format!("{text} ({words})"))
    }

    fn counted(&mut self) -> Option<Event> {
        let count = std::mem::take(&mut self.left_out);
        (count > 0).then(|| Event::LeftOut { chat: self.title.clone(), count })
    }
}
