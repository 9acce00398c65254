//! Scripted people who answer broadcasts like people: some press the button, some write without accents, some
//! complain, some stay silent, some come late.
//!
//! What somebody answers is a pure function of persona and message, so the totals of a run depend on the seed
//! alone. Any stand-in can be driven, and whatever looks like one: it implements [`Chats`]. Where a bot hears only what is
//! meant for it, people answer by replying to its message, or by a mention that names the bulletin's code if the text
//! shows one. Nothing here waits: the owner ticks [`People`] with its own clock, which may jump.

mod cast;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::{
    ControlError, Hand,
    act::{Act, Deed as Done, Said},
    rng,
    server::Platform,
    telegram::Handle,
};

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

/// An id of a person or chat, as its platform writes it.
pub trait Id: Clone + Ord + ToString + FromStr {
    /// A number that is this id's own, from which a person's luck is drawn.
    fn luck(&self) -> u64;
}

impl Id for i64 {
    fn luck(&self) -> u64 {
        self.cast_unsigned()
    }
}

impl Id for String {
    fn luck(&self) -> u64 {
        rng::hash(self)
    }
}

/// One person's part in one group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Persona<I = i64> {
    /// The person.
    pub user_id: I,
    /// The group whose broadcasts they answer.
    pub chat_id: I,
    /// What the person calls their village ("Thôn 3"); may be empty.
    #[serde(default)]
    pub place: String,
    /// How they answer; who would press a button replies where there is none.
    pub manner: Manner,
    /// Milliseconds from the message to the answer.
    pub delay_ms: i64,
}

/// What a person is going to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reaction<I = i64> {
    /// The person.
    pub user_id: I,
    /// The group.
    pub chat_id: I,
    /// The message answered.
    pub message_id: String,
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
    /// Write without quoting, with a mention in the text where one is needed.
    Plain(String),
}

/// A reaction that was carried out, and whether the chat let it happen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Performed<I = i64> {
    /// What was done.
    pub reaction: Reaction<I>,
    /// Why it could not be done (the person was gone, the message deleted).
    pub refused: Option<String>,
}

/// The chats of a stand-in, as its scripted people use them.
pub trait Chats {
    /// Why something could not be done.
    type Error: std::fmt::Display;

    /// The messages of a chat behind the first `seen`, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    fn messages_since(&self, chat: &str, seen: usize) -> Result<Vec<Said>, Self::Error>;

    /// A person writes a text, perhaps as a reply. Returns the message id.
    ///
    /// # Errors
    /// When the person is not in the chat, or the message replied to is missing.
    fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> Result<String, Self::Error>;

    /// What a text must hold to be heard where it replies to nothing; `None` where people know of no need.
    fn mention_needed(&self) -> Option<String>;

    /// A person presses a button; where there are none, its words are the reply.
    ///
    /// # Errors
    /// When the person is not in the chat, or there is no such message or button.
    fn press(&self, person: &str, chat: &str, message: &str, button: &str) -> Result<String, Self::Error> {
        self.say(person, chat, button, Some(message))
    }

    /// The group that a group has become.
    fn successor(&self, _chat: &str) -> Option<String> {
        None
    }
}

impl<W: Platform> Chats for Hand<W> {
    type Error = ControlError;

    fn messages_since(&self, chat: &str, seen: usize) -> crate::Result<Vec<Said>> {
        W::stand(self).messages(chat, seen)
    }

    fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> crate::Result<String> {
        let act = Act { reply_to: reply_to.map(str::to_owned), ..Act::say(person, chat, text) };
        W::stand(self).act(&act).map(|done| done.id)
    }

    fn mention_needed(&self) -> Option<String> {
        W::stand(self).mention()
    }

    fn press(&self, person: &str, chat: &str, message: &str, button: &str) -> crate::Result<String> {
        let press = Done::Press { button: button.to_owned(), message: Some(message.to_owned()) };
        W::stand(self).act(&Act::new(person, chat, press)).map(|done| done.id)
    }

    fn successor(&self, chat: &str) -> Option<String> {
        W::stand(self).successor(chat)
    }
}

/// What a persona does about a message; `None` when it does not ask anything of them.
///
/// A message asks when a bot wrote it and it has a button that calls back, or when its text tells the reader to answer
/// "đã nhận". `mention` is what [`Chats::mention_needed`] gives.
#[must_use]
pub fn plan_reaction<I: Id>(persona: &Persona<I>, message: &Said, mention: Option<&str>) -> Option<Reaction<I>> {
    if persona.chat_id.to_string() != message.chat || !message.from_bot || message.notice {
        return None;
    }
    if message.buttons.is_empty() && !words::asks_for_answer(&message.text) {
        return None;
    }
    Some(Reaction {
        user_id: persona.user_id.clone(),
        chat_id: persona.chat_id.clone(),
        message_id: message.id.clone(),
        due_ms: message.at_ms.saturating_add(persona.delay_ms.max(0)),
        deed: deed(persona, message, mention)?,
    })
}

fn deed<I: Id>(persona: &Persona<I>, message: &Said, mention: Option<&str>) -> Option<Deed> {
    let salt = rng::mix(persona.user_id.luck(), rng::hash(&words::subject(&message.text, &message.id)));
    // Where there are buttons, nobody is asked to type a code.
    let wanted = words::code_wanted(&message.text).filter(|_| message.buttons.is_empty());
    let strong = |code| with_code(words::strong(&persona.place, salt), code);
    Some(match persona.manner {
        Manner::PressButton => words::ack_button(message).map_or_else(|| Deed::Reply(strong(wanted)), Deed::Press),
        Manner::ReplyStrong => Deed::Reply(strong(wanted)),
        Manner::ReplyNoAccents => Deed::Reply(words::pick(&words::NO_ACCENTS, salt)),
        // An answer that needs a mention names the bulletin too: nothing else tells which is meant.
        Manner::PlainStrong => Deed::Plain(match mention {
            None => strong(wanted),
            Some(bot) => {
                let code = wanted.or_else(|| words::code_in(&message.text).map(str::to_owned));
                format!("{bot} {}", strong(code))
            }
        }),
        Manner::WeakReply => Deed::Reply(words::pick(&words::WEAK, salt)),
        Manner::Negative => Deed::Reply(words::pick(&words::NEGATIVE, salt)),
        Manner::Late => Deed::Reply(format!("{} {}", words::LATE, strong(wanted))),
        Manner::Silent => return None,
    })
}

fn with_code(answer: String, code: Option<String>) -> String {
    match code {
        Some(code) => format!("{answer} {code}"),
        None => answer,
    }
}

/// Due time, person, group, message: an order that no thread can change.
type Turn<I> = (i64, I, I, String);

/// Drives personas over a stand-in, one tick at a time.
#[derive(Debug)]
pub struct People<C = Handle, I = i64> {
    chats: C,
    personas: Vec<Persona<I>>,
    /// How many messages were looked at, per chat.
    seen: BTreeMap<String, usize>,
    /// Who has already answered what, by the code in the message or by its id.
    answered: BTreeSet<(I, I, String)>,
    planned: BTreeMap<Turn<I>, Reaction<I>>,
}

impl<C: Chats, I: Id> People<C, I> {
    /// Personas that watch a running stand-in from its first message on.
    #[must_use]
    pub fn new(chats: C, personas: Vec<Persona<I>>) -> Self {
        Self { chats, personas, seen: BTreeMap::new(), answered: BTreeSet::new(), planned: BTreeMap::new() }
    }

    /// Looks at new messages and carries out every reaction due by `now_ms`, the earliest first.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Performed<I>> {
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
        self.planned.keys().next().map(|turn| turn.0)
    }

    fn look(&mut self) {
        for persona in &mut self.personas {
            // People stay in a group that was upgraded, under its new number.
            let next = |id: &I| self.chats.successor(&id.to_string())?.parse().ok();
            while let Some(new) = next(&persona.chat_id) {
                persona.chat_id = new;
            }
        }
        let mention = self.chats.mention_needed();
        let chats: BTreeSet<String> = self.personas.iter().map(|p| p.chat_id.to_string()).collect();
        for chat in chats {
            let seen = self.seen.get(&chat).copied().unwrap_or(0);
            let news = self.chats.messages_since(&chat, seen).unwrap_or_default();
            self.seen.insert(chat, seen + news.len());
            for message in &news {
                self.plan(message, mention.as_deref());
            }
        }
    }

    /// Each person answers a subject once: a reminder of what they have answered leaves them cold.
    fn plan(&mut self, message: &Said, mention: Option<&str>) {
        for persona in &self.personas {
            let Some(reaction) = plan_reaction(persona, message, mention) else { continue };
            let subject = words::subject(&message.text, &message.id);
            if self.answered.insert((persona.chat_id.clone(), persona.user_id.clone(), subject)) {
                let Reaction { due_ms, user_id, chat_id, message_id, .. } = reaction.clone();
                self.planned.insert((due_ms, user_id, chat_id, message_id), reaction);
            }
        }
    }

    fn perform(&self, reaction: &Reaction<I>) -> Result<String, C::Error> {
        let (person, chat) = (reaction.user_id.to_string(), reaction.chat_id.to_string());
        let message = reaction.message_id.as_str();
        match &reaction.deed {
            Deed::Press(button) => self.chats.press(&person, &chat, message, button),
            Deed::Reply(text) => self.chats.say(&person, &chat, text, Some(message)),
            Deed::Plain(text) => self.chats.say(&person, &chat, text, None),
        }
    }
}
