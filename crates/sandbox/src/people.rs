//! Scripted people who answer broadcasts like people: some press the button, some write without accents, some
//! complain, some stay silent, some come late.
//!
//! What somebody answers is a pure function of persona and message, so the totals of a run depend on the seed
//! alone. Nothing here waits: the owner ticks [`People`] with its own clock, which may jump.

pub(crate) mod cast;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::rng;
use crate::telegram::{Handle, MessageView};

pub use cast::{Share, cast};

/// How a person answers a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Presses the button; writes when there is none.
    PressButton,
    /// Replies to the message without accents: "da nhan".
    ReplyNoAccents,
    /// Replies to the message and names the village: "Thôn 3 đã nhận a".
    ReplyStrong,
    /// Writes the same as a message of its own, quoting nothing.
    PlainStrong,
    /// Replies with a word that means little alone: "ok", "rõ", "vâng".
    WeakReply,
    /// Replies that something is wrong: "chưa nhận được file".
    Negative,
    /// Never answers.
    Silent,
    /// Answers after everybody else, with an apology; the delay says how late.
    Late,
}

/// One person's part in one group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Persona {
    /// The person.
    pub user_id: i64,
    /// The group whose broadcasts they answer.
    pub chat_id: i64,
    /// What the person calls their village ("Thôn 3"); may be empty.
    #[serde(default)]
    pub place: String,
    /// How they answer.
    pub manner: Manner,
    /// Milliseconds from the message to the answer.
    pub delay_ms: i64,
}

/// What a person is going to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reaction {
    /// The person.
    pub user_id: i64,
    /// The group.
    pub chat_id: i64,
    /// The message answered.
    pub message_id: i64,
    /// When, in the milliseconds of the message's date.
    pub due_ms: i64,
    /// What.
    pub deed: Deed,
}

/// What a reaction consists of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Press the button with this text.
    Press(String),
    /// Reply to the message.
    Reply(String),
    /// Write without quoting.
    Plain(String),
}

/// A reaction that was carried out, and whether the chat let it happen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Performed {
    /// What was done.
    pub reaction: Reaction,
    /// Why it could not be done (the person was gone, the message deleted).
    pub refused: Option<String>,
}

/// What a persona does about a message; `None` when it does not ask anything of them.
///
/// A message asks when a bot wrote it and it has a button that says "đã nhận", or when its text tells the
/// reader to answer with those words.
#[must_use]
pub fn plan_reaction(persona: &Persona, message: &MessageView) -> Option<Reaction> {
    if persona.chat_id != message.chat || !message.from_bot || message.deleted || message.service {
        return None;
    }
    let button = words::ack_button(message);
    if button.is_none() && !words::asks_for_answer(&message.text) {
        return None;
    }
    let salt =
        rng::mix(persona.user_id.cast_unsigned(), rng::hash(&words::subject(&message.text, &message.id.to_string())));
    Some(Reaction {
        user_id: persona.user_id,
        chat_id: persona.chat_id,
        message_id: message.id,
        due_ms: message.at_ms.saturating_add(persona.delay_ms.max(0)),
        deed: deed(persona, button, salt)?,
    })
}

fn deed(persona: &Persona, button: Option<String>, salt: u64) -> Option<Deed> {
    let strong = || words::strong(&persona.place, salt);
    Some(match persona.manner {
        Manner::PressButton => button.map_or_else(|| Deed::Reply(strong()), Deed::Press),
        Manner::ReplyNoAccents => Deed::Reply(words::pick(&words::NO_ACCENTS, salt)),
        Manner::ReplyStrong => Deed::Reply(strong()),
        Manner::PlainStrong => Deed::Plain(strong()),
        Manner::WeakReply => Deed::Reply(words::pick(&words::WEAK, salt)),
        Manner::Negative => Deed::Reply(words::pick(&words::NEGATIVE, salt)),
        Manner::Late => Deed::Reply(format!("{} {}", words::LATE, strong())),
        Manner::Silent => return None,
    })
}

/// Drives personas over a sandbox, one tick at a time.
#[derive(Debug)]
pub struct People {
    handle: Handle,
    personas: Vec<Persona>,
    /// The last message looked at, per chat.
    seen: BTreeMap<i64, i64>,
    /// Who has already answered what, by the code in the message or by its id.
    answered: BTreeSet<(i64, i64, String)>,
    /// Due time, person, group, message: an order that no thread can change.
    planned: BTreeMap<(i64, i64, i64, i64), Reaction>,
}

impl People {
    /// Personas that watch a running sandbox from its first message on.
    #[must_use]
    pub fn new(handle: Handle, personas: Vec<Persona>) -> Self {
        Self { handle, personas, seen: BTreeMap::new(), answered: BTreeSet::new(), planned: BTreeMap::new() }
    }

    /// Looks at new messages and carries out every reaction due by `now_ms`, the earliest first.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Performed> {
        self.look();
        let mut performed = Vec::new();
        while let Some(entry) = self.planned.first_entry().filter(|e| e.key().0 <= now_ms) {
            let reaction = entry.remove();
            let refused = self.perform(&reaction).err().map(|e| e.to_string());
            performed.push(Performed { reaction, refused });
        }
        performed
    }

    /// When the next reaction is due, after looking at new messages; `None` when nobody has anything to say.
    pub fn next_due(&mut self) -> Option<i64> {
        self.look();
        self.planned.keys().next().map(|key| key.0)
    }

    fn look(&mut self) {
        for persona in &mut self.personas {
            // People stay in a group that was upgraded, under its new number.
            while let Some(new) = self.handle.successor(persona.chat_id) {
                persona.chat_id = new;
            }
        }
        let chats: BTreeSet<i64> = self.personas.iter().map(|p| p.chat_id).collect();
        for chat in chats {
            let after = self.seen.get(&chat).copied().unwrap_or(i64::MIN);
            for message in self.handle.messages_after(chat, after).unwrap_or_default() {
                self.seen.insert(chat, message.id);
                self.plan(&message);
            }
        }
    }

    /// Each person answers a subject once: a reminder of what they have answered leaves them cold.
    fn plan(&mut self, message: &MessageView) {
        for persona in &self.personas {
            let Some(reaction) = plan_reaction(persona, message) else { continue };
            if self.answered.insert((
                persona.chat_id,
                persona.user_id,
                words::subject(&message.text, &message.id.to_string()),
            )) {
                let key = (reaction.due_ms, reaction.user_id, reaction.chat_id, reaction.message_id);
                self.planned.insert(key, reaction);
            }
        }
    }

    fn perform(&self, reaction: &Reaction) -> Result<(), crate::telegram::ControlError> {
        let (person, chat, message) = (reaction.user_id, reaction.chat_id, reaction.message_id);
        match &reaction.deed {
            Deed::Press(button) => self.handle.press(person, chat, Some(message), button).map(drop),
            Deed::Reply(text) => self.handle.say(person, chat, text, Some(message)).map(drop),
            Deed::Plain(text) => self.handle.say(person, chat, text, None).map(drop),
        }
    }
}
