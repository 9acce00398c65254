//! Scripted people on Zalo: the same manners as [`people`](super::people), without buttons.
//!
//! What somebody answers is a pure function of persona and message. Any stand-in whose chats can be read and written
//! in by string ids can be driven: it implements [`ZaloChats`]. Where a bot hears only what is meant for it, people
//! answer by replying to its message, or by a mention that names the bulletin's code if the text shows one. Nothing
//! here waits: the owner ticks [`ZaloPeople`] with its own clock, which may jump.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    people::{Manner, Share, cast::part, words},
    rng,
};

/// One message as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ZaloMessage {
    /// The chat's id.
    pub chat: String,
    /// The message id.
    pub id: String,
    /// Who wrote it.
    pub from: String,
    /// Whether the bot or official account wrote it.
    pub from_bot: bool,
    /// Wall milliseconds.
    pub at_ms: i64,
    /// Text or caption.
    pub text: String,
    /// What it carries beside the text, by name.
    pub file: Option<String>,
    /// The message replied to.
    pub reply_to: Option<String>,
    /// Whether it is a line of the app itself.
    pub notice: bool,
}

/// The chats of a stand-in, as its people use them.
pub trait ZaloChats {
    /// Why something could not be done.
    type Error: std::fmt::Display;

    /// The messages of a chat behind the first `seen`, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    fn messages_since(&self, chat: &str, seen: usize) -> Result<Vec<ZaloMessage>, Self::Error>;

    /// A person writes a text, perhaps as a reply. Returns the message id.
    ///
    /// # Errors
    /// When the person is not in the chat, or the message replied to is missing.
    fn say(&self, person: &str, chat: &str, text: &str, reply_to: Option<&str>) -> Result<String, Self::Error>;

    /// What a text must hold to be heard where it replies to nothing; `None` where everything is heard.
    fn mention_needed(&self) -> Option<String>;
}

/// One person's part in one group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ZaloPersona {
    /// The person.
    pub user_id: String,
    /// The group whose broadcasts they answer.
    pub chat_id: String,
    /// What the person calls their village ("Thôn 3"); may be empty.
    #[serde(default)]
    pub place: String,
    /// How they answer; who would press a button replies, as there is none.
    pub manner: Manner,
    /// Milliseconds from the message to the answer.
    pub delay_ms: i64,
}

/// What a person is going to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ZaloReaction {
    /// The person.
    pub user_id: String,
    /// The group.
    pub chat_id: String,
    /// The message answered.
    pub message_id: String,
    /// When, in the milliseconds of the message's date.
    pub due_ms: i64,
    /// What.
    pub deed: ZaloDeed,
}

/// What a reaction consists of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ZaloDeed {
    /// Reply to the message.
    Reply(String),
    /// Write without quoting, with a mention in the text where one is needed.
    Plain(String),
}

/// A reaction that was carried out, and whether the chat let it happen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ZaloPerformed {
    /// What was done.
    pub reaction: ZaloReaction,
    /// Why it could not be done.
    pub refused: Option<String>,
}

/// Gives each person of `crowd` (person, group, village name) a manner and a delay.
///
/// Depends on the seed and the person's id only: adding somebody changes nobody else.
#[must_use]
pub fn zalo_cast(seed: u64, crowd: &[(String, String, String)], shares: &[Share]) -> Vec<ZaloPersona> {
    let persona = |(user_id, chat_id, place): &(String, String, String)| {
        let (manner, delay_ms) = part(rng::mix(seed, rng::hash(user_id)), shares)?;
        let (user_id, chat_id, place) = (user_id.clone(), chat_id.clone(), place.clone());
        Some(ZaloPersona { user_id, chat_id, place, manner, delay_ms })
    };
    crowd.iter().filter_map(persona).collect()
}

/// What a persona does about a message; `None` when it does not ask anything of them.
///
/// A message asks when the bot wrote it and its text tells the reader to answer "đã nhận". `mention` is what
/// [`ZaloChats::mention_needed`] gives.
#[must_use]
pub fn plan_zalo_reaction(persona: &ZaloPersona, message: &ZaloMessage, mention: Option<&str>) -> Option<ZaloReaction> {
    let for_them = persona.chat_id == message.chat && message.from_bot && !message.notice;
    if !for_them || !words::asks_for_answer(&message.text) {
        return None;
    }
    let salt = rng::mix(rng::hash(&persona.user_id), rng::hash(&words::subject(&message.text, &message.id)));
    Some(ZaloReaction {
        user_id: persona.user_id.clone(),
        chat_id: persona.chat_id.clone(),
        message_id: message.id.clone(),
        due_ms: message.at_ms.saturating_add(persona.delay_ms.max(0)),
        deed: deed(persona, &message.text, mention, salt)?,
    })
}

fn deed(persona: &ZaloPersona, text: &str, mention: Option<&str>, salt: u64) -> Option<ZaloDeed> {
    let strong = || with_code(words::strong(&persona.place, salt), words::code_wanted(text));
    Some(match persona.manner {
        Manner::PressButton | Manner::ReplyStrong => ZaloDeed::Reply(strong()),
        Manner::ReplyNoAccents => ZaloDeed::Reply(words::pick(&words::NO_ACCENTS, salt)),
        Manner::PlainStrong => ZaloDeed::Plain(plain(persona, text, mention, salt)),
        Manner::WeakReply => ZaloDeed::Reply(words::pick(&words::WEAK, salt)),
        Manner::Negative => ZaloDeed::Reply(words::pick(&words::NEGATIVE, salt)),
        Manner::Late => ZaloDeed::Reply(format!("{} {}", words::LATE, strong())),
        Manner::Silent => return None,
    })
}

/// An answer that quotes nothing. Where it needs a mention, it names the bulletin too: nothing else tells which is meant.
fn plain(persona: &ZaloPersona, text: &str, mention: Option<&str>, salt: u64) -> String {
    let wanted = words::code_wanted(text);
    let strong = words::strong(&persona.place, salt);
    match mention {
        None => with_code(strong, wanted),
        Some(bot) => {
            let code = wanted.or_else(|| words::code_in(text).map(str::to_owned));
            format!("{bot} {}", with_code(strong, code))
        }
    }
}

fn with_code(answer: String, code: Option<String>) -> String {
    match code {
        Some(code) => format!("{answer} {code}"),
        None => answer,
    }
}

/// Due time, person, group, message: an order that no thread can change.
type Turn = (i64, String, String, String);

/// Drives personas over a stand-in, one tick at a time.
#[derive(Debug)]
pub struct ZaloPeople<C> {
    chats: C,
    personas: Vec<ZaloPersona>,
    /// How many messages were looked at, per chat.
    seen: BTreeMap<String, usize>,
    /// Who has already answered what, by the code in the message or by its id.
    answered: BTreeSet<(String, String, String)>,
    planned: BTreeMap<Turn, ZaloReaction>,
}

impl<C: ZaloChats> ZaloPeople<C> {
    /// Personas that watch a running stand-in from its first message on.
    #[must_use]
    pub fn new(chats: C, personas: Vec<ZaloPersona>) -> Self {
        Self { chats, personas, seen: BTreeMap::new(), answered: BTreeSet::new(), planned: BTreeMap::new() }
    }

    /// Looks at new messages and carries out every reaction due by `now_ms`, the earliest first.
    pub fn tick(&mut self, now_ms: i64) -> Vec<ZaloPerformed> {
        self.look();
        let mut performed = Vec::new();
        while let Some(entry) = self.planned.first_entry().filter(|e| e.key().0 <= now_ms) {
            let reaction = entry.remove();
            let refused = self.perform(&reaction).err().map(|e| e.to_string());
            performed.push(ZaloPerformed { reaction, refused });
        }
        performed
    }

    /// When the next reaction is due, after looking at new messages; `None` when nobody has anything to say.
    pub fn next_due(&mut self) -> Option<i64> {
        self.look();
        self.planned.keys().next().map(|turn| turn.0)
    }

    fn look(&mut self) {
        let mention = self.chats.mention_needed();
        let chats: BTreeSet<String> = self.personas.iter().map(|p| p.chat_id.clone()).collect();
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
    fn plan(&mut self, message: &ZaloMessage, mention: Option<&str>) {
        for persona in &self.personas {
            let Some(reaction) = plan_zalo_reaction(persona, message, mention) else { continue };
            let subject = words::subject(&message.text, &message.id);
            if self.answered.insert((persona.chat_id.clone(), persona.user_id.clone(), subject)) {
                let ZaloReaction { due_ms, user_id, chat_id, message_id, .. } = reaction.clone();
                self.planned.insert((due_ms, user_id, chat_id, message_id), reaction);
            }
        }
    }

    fn perform(&self, reaction: &ZaloReaction) -> Result<String, C::Error> {
        let (person, chat) = (reaction.user_id.as_str(), reaction.chat_id.as_str());
        match &reaction.deed {
            ZaloDeed::Reply(text) => self.chats.say(person, chat, text, Some(&reaction.message_id)),
            ZaloDeed::Plain(text) => self.chats.say(person, chat, text, None),
        }
    }
}
