//! What a person does in a chat, in one set of words for every platform, and what can be seen of people and chats.
//!
//! Ids are texts here, whatever they are on the wire. A chat is named by its group's id, or by a person's id for their
//! private chat; [`BOT`] stands for the acting person's own private chat with the bot or account.

use serde::{Deserialize, Serialize};

use crate::error::{ControlError, Result};

/// The name of the acting person's private chat, and of the bot or account itself where somebody is put out or let in.
pub const BOT: &str = "bot";

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Act {
    /// Who acts.
    pub person: String,
    /// Where.
    #[serde(default = "own", alias = "group", alias = "to_chat")]
    pub chat: String,
    /// The message replied to.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The topic of a forum, by the id of its first message.
    #[serde(default)]
    pub topic: Option<i64>,
    /// What is done.
    #[serde(flatten)]
    pub deed: Deed,
}

fn own() -> String {
    BOT.to_owned()
}

/// What is done. Not every platform has everything: what it does not have is an error that says so.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Deed {
    /// Write a text.
    Say {
        /// The text.
        text: String,
    },
    /// Make a choice: press the button, or, where there are no buttons, type the number in front of the words.
    Press {
        /// The words on the button, or its data.
        button: String,
        /// The message it is under; absent, the latest one that has it.
        #[serde(default)]
        message: Option<String>,
    },
    /// Send a file.
    #[serde(skip)]
    SendFile {
        /// Its name.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
        /// The text below it.
        caption: Option<String>,
    },
    /// Send a picture.
    #[serde(skip)]
    SendPhoto {
        /// Its content.
        bytes: Vec<u8>,
        /// The text below it.
        caption: Option<String>,
    },
    /// Pass a message on into `chat`.
    Forward {
        /// Where it stands.
        from_chat: String,
        /// The message.
        message: String,
    },
    /// React to a message with an emoji; an empty one takes the reaction back.
    React {
        /// The message.
        message: String,
        /// The emoji.
        emoji: String,
    },
    /// Send a sticker.
    Sticker {
        /// Its emoji, or its id.
        sticker: String,
    },
    /// Show a place on the map.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// Pass on somebody's number.
    Contact {
        /// Their name.
        name: String,
        /// Their number.
        phone: String,
    },
    /// Record a voice message.
    Voice {
        /// How long it is, in seconds.
        #[serde(default)]
        seconds: u32,
    },
    /// Change the text of an own message.
    EditText {
        /// The message.
        message: String,
        /// The new text.
        text: String,
    },
}

impl Deed {
    /// The names under which deeds come in over HTTP.
    pub(crate) const VERBS: [&str; 9] =
        ["say", "press", "forward", "react", "sticker", "location", "contact", "voice", "edit-text"];
}

#[expect(clippy::needless_pass_by_value, reason = "ids are numbers or references: passing them as they are reads best")]
impl Act {
    /// A person does something in a chat.
    #[must_use]
    pub fn new(person: impl ToString, chat: impl ToString, deed: Deed) -> Self {
        Self { person: person.to_string(), chat: chat.to_string(), reply_to: None, topic: None, deed }
    }

    /// A person writes a text.
    #[must_use]
    pub fn say(person: impl ToString, chat: impl ToString, text: &str) -> Self {
        Self::new(person, chat, Deed::Say { text: text.to_owned() })
    }

    /// A person makes a choice under the latest message that has it.
    #[must_use]
    pub fn press(person: impl ToString, chat: impl ToString, button: &str) -> Self {
        Self::new(person, chat, Deed::Press { button: button.to_owned(), message: None })
    }

    /// The same as a reply.
    #[must_use]
    pub fn replying_to(mut self, message: impl ToString) -> Self {
        self.reply_to = Some(message.to_string());
        self
    }

    /// The same in a topic of a forum.
    #[must_use]
    pub fn in_topic(mut self, topic: i64) -> Self {
        self.topic = Some(topic);
        self
    }
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The id of the message written, of the callback query of a press, or of the message reacted to.
    pub id: String,
    /// What was typed, where a press had to be typed.
    pub typed: Option<String>,
    /// Why the bot does not hear of it, and what it would hear; none when it hears.
    pub unheard: Option<String>,
}

#[expect(clippy::needless_pass_by_value, reason = "ids are numbers or references: passing them as they are reads best")]
impl Done {
    pub(crate) fn heard(id: impl ToString) -> Self {
        Self { id: id.to_string(), typed: None, unheard: None }
    }
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatEntry {
    /// The id.
    pub id: String,
    /// The title, or the person's name.
    pub title: String,
    /// What it is: "supergroup, 3 members".
    pub kind: String,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonEntry {
    /// The id.
    pub id: String,
    /// The shown name.
    pub name: String,
}

/// One message as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
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
    /// Text or caption, without markup.
    pub text: String,
    /// What it carries beside the text, by name.
    pub file: Option<String>,
    /// The message replied to.
    pub reply_to: Option<String>,
    /// What stands on the buttons that can be pressed.
    pub buttons: Vec<String>,
    /// Whether it is a line of the app itself, or was deleted.
    pub notice: bool,
}

/// A platform with its people, as whoever plays them sees it.
pub trait Stand {
    /// A person does something; it has taken effect when this returns.
    ///
    /// # Errors
    /// When the person may not, when something named does not exist, or when the platform has no such thing.
    fn act(&self, act: &Act) -> Result<Done>;

    /// The chats there are, oldest first.
    fn chats(&self) -> Vec<ChatEntry>;

    /// The people there are.
    fn people(&self) -> Vec<PersonEntry>;

    /// A chat as plain text, the way a person reads it.
    ///
    /// # Errors
    /// When there is no such chat.
    fn show(&self, chat: &str) -> Result<String>;

    /// The messages of a chat behind the first `seen`, oldest first.
    ///
    /// # Errors
    /// When there is no such chat.
    fn messages(&self, chat: &str, seen: usize) -> Result<Vec<Said>>;

    /// What people put into a text for a group that replies to nothing, so that it is heard; none where they know of no need.
    fn mention(&self) -> Option<String>;

    /// Somebody, or [`BOT`], is put out of a group.
    ///
    /// # Errors
    /// When there is no such group, or they are not in it.
    fn kick(&self, chat: &str, who: &str) -> Result<()>;

    /// Somebody, or [`BOT`], is let into a group, again or for the first time.
    ///
    /// # Errors
    /// When there is no such group, or it is full.
    fn invite(&self, chat: &str, who: &str) -> Result<()>;

    /// The group that a group has become.
    fn successor(&self, _chat: &str) -> Option<String> {
        None
    }
}

/// A press where there are no buttons: the number in front of the words is typed, as a reply where only that is heard.
pub(crate) fn type_choice(stand: &impl Stand, act: &Act, button: &str, message: Option<&str>) -> Result<Done> {
    let chat = if act.chat == BOT { &act.person } else { &act.chat };
    let messages = stand.messages(chat, 0).unwrap_or_default();
    let mut own = messages.iter().rev().filter(|m| m.from_bot && message.is_none_or(|id| id == m.id));
    let found = own.find_map(|m| Some((m.id.clone(), numbered(&m.text, button)?)));
    let Some((id, number)) = found else {
        return Err(ControlError::bad(format_args!(
            "there are no buttons on Zalo, and no numbered choice `{button}` here: say the answer, as a reply to the message"
        )));
    };
    let reply = stand.mention().filter(|_| *chat != act.person);
    let typed = Act { deed: Deed::Say { text: number.clone() }, reply_to: reply.map(|_| id), ..act.clone() };
    Ok(Done { typed: Some(number), ..stand.act(&typed)? })
}

/// The number of a line such as `21. ✅ Duyệt` whose words are, or else hold, those wanted.
fn numbered(text: &str, wanted: &str) -> Option<String> {
    let choice = |line: &str| {
        let (number, label) = line.trim().split_once(". ")?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| (number.to_owned(), label.trim().to_owned()))
    };
    let choices: Vec<(String, String)> = text.lines().filter_map(choice).collect();
    let wanted = wanted.trim();
    let whole = choices.iter().find(|(number, label)| label == wanted || number == wanted);
    whole.or_else(|| choices.iter().find(|(_, label)| label.contains(wanted))).map(|(number, _)| number.clone())
}

/// The complaint about something the platform does not have.
pub(crate) fn unknown_here<T>(what: &str, platform: &str) -> Result<T> {
    Err(ControlError::bad(format_args!("there is no {what} on {platform}")))
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn a_choice_is_found_by_its_words_or_a_part_of_them_and_a_sentence_is_none() {
        let card = "VB-2025-0001\n21. ✅ Duyệt\n22. ↩ Trả lại\nNgày 28. Duyệt";
        assert_eq!(numbered(card, "Duyệt"), Some("21".to_owned()));
        assert_eq!(numbered(card, "↩ Trả lại"), Some("22".to_owned()));
        assert_eq!(numbered(card, "22"), Some("22".to_owned()));
        assert_eq!(numbered(card, "Xóa"), None);
    }
}
