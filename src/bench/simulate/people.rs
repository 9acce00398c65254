//! What people do with what they read: heads answer early, late, twice or never, staff press the buttons of their cards.

use super::dice::Dice;
use super::platform::Arrival;
use super::rows::Claimed;
use super::script::{DAY, HOUR, MINUTE, STEP};
use super::town::{self, APPROVER, COMPOSER, OFFICER, Place};
use crate::domain::event::{
    AccountRef, ButtonPress, ChatKind, ChatRef, Event, IncomingMessage, Membership, ReplyRef, Rights,
};
use crate::platform::RawUpdate;

/// Everybody, and what they draw.
pub(super) struct People {
    dice: Dice,
    places: Vec<Place>,
    /// Updates so far.
    said: i64,
}

/// Somebody says or presses something after so many milliseconds.
pub(super) type Reaction = (i64, RawUpdate);

/// What somebody does about what they read.
#[derive(Clone, Copy)]
enum Does<'a> {
    Press(&'a str),
    Say(&'a str),
}

impl People {
    /// The people of a run.
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::of(seed, "people"), places: town::places(), said: 0 }
    }

    /// What follows from something that now stands in a chat.
    pub(super) fn read(&mut self, claimed: &Claimed, arrival: &Arrival) -> Vec<Reaction> {
        let Some(external_id) = arrival.external_id.as_deref().filter(|_| !arrival.is_edit) else { return Vec::new() };
        let place = self.places.iter().find(|place| place.chat == arrival.chat).cloned();
        match place {
            Some(place) if matches!(claimed.purpose.as_str(), "broadcast" | "reminder") => {
                self.head(&place, arrival, external_id)
            }
            Some(_) => Vec::new(),
            None => self.staff(arrival, external_id),
        }
    }

    fn head(&mut self, place: &Place, arrival: &Arrival, external_id: &str) -> Vec<Reaction> {
        let received =
            arrival.buttons.iter().find(|button| button.data.starts_with("a:")).map(|button| button.data.clone());
        if received.is_none() && place.gateway == town::RICH {
            return Vec::new();
        }
        let does = || received.as_deref().map_or(Does::Say("đã nhận"), Does::Press);
        let (early, late) = (self.later(MINUTE, 90 * MINUTE), self.later(DAY, 3 * DAY));
        let deputy = town::head(place.village, true);
        let head = town::head(place.village, false);
        let post = (place.chat.as_str(), external_id);
        match self.dice.between(0, 100) {
            0..45 => vec![(early, self.update(&head, post, does()))],
            45..58 => vec![(late, self.update(&head, post, does()))],
            58..70 => vec![(early, self.update(&head, post, does())), (early, self.update(&head, post, does()))],
            70..78 => vec![(early, self.update(&deputy, post, does())), (late, self.update(&head, post, does()))],
            78..82 => vec![(early, self.update(&head, post, Does::Say("chưa nhận được file")))],
            _ => Vec::new(),
        }
    }

    /// A private chat has the id of the account it is with.
    fn staff(&mut self, arrival: &Arrival, external_id: &str) -> Vec<Reaction> {
        let person = [APPROVER, COMPOSER, OFFICER].into_iter().find(|person| town::account(person) == arrival.chat);
        let Some(person) = person else { return Vec::new() };
        let mut does = Vec::new();
        for button in &arrival.buttons {
            let of_a_hundred = match button.data.split(':').next() {
                Some("ok") => 75,
                Some("ms") => 45,
                Some("k") => 30,
                _ => 0,
            };
            if self.dice.happens(of_a_hundred) {
                let after = self.later(MINUTE, HOUR);
                does.push((after, self.update(person, (&arrival.chat, external_id), Does::Press(&button.data))));
            }
        }
        does
    }

    /// In steps of a quarter of an hour, so that what happens together costs one look.
    fn later(&mut self, from: i64, to: i64) -> i64 {
        (self.dice.between(from, to) / STEP + 1) * STEP
    }

    /// Somebody lets us write to them again.
    pub(super) fn reopens(&mut self, account: &str) -> RawUpdate {
        let chat = ChatRef { external_id: account.to_owned(), kind: ChatKind::Private, title: "Mẫu".to_owned() };
        let by = AccountRef { external_id: account.to_owned(), name: "Mẫu".to_owned(), is_bot: false };
        self.told(&Event::Membership(Membership { chat, by, present: true, rights: Rights::default() }))
    }

    fn told(&mut self, event: &Event) -> RawUpdate {
        self.said += 1;
        let body = serde_json::to_value(event).unwrap_or_default();
        RawUpdate { key: format!("u{}", self.said), number: Some(self.said), body }
    }

    fn update(&mut self, person: &str, (chat, post): (&str, &str), does: Does<'_>) -> RawUpdate {
        let number = self.said + 1;
        let kind = if chat.starts_with('-') { ChatKind::Group } else { ChatKind::Private };
        let chat = ChatRef { external_id: chat.to_owned(), kind, title: "Nhóm".to_owned() };
        let from = AccountRef { external_id: town::account(person), name: person.to_owned(), is_bot: false };
        let event = match does {
            Does::Press(data) => Event::Press(ButtonPress {
                chat,
                from,
                press_id: format!("p{number}"),
                message_external_id: post.to_owned(),
                data: data.to_owned(),
            }),
            Does::Say(text) => Event::Message(IncomingMessage {
                chat,
                from,
                external_id: format!("i{number}"),
                said_at: None,
                text: text.to_owned(),
                file: None,
                reply: Some(ReplyRef { external_id: Some(post.to_owned()), to_us: true }),
                topic: None,
                mentions_us: false,
                hidden_links: Vec::new(),
            }),
        };
        self.told(&event)
    }
}
