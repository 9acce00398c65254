//! The filter in front of the inbox: what may be stored at all.
//!
//! Residents' talk never reaches disk or log, so the rule is to drop, and every exception is listed here. The
//! webhooks and the poller call [`admit`] on every update before anything of it is written; what is dropped
//! leaves at most the platform's id, to recognise a repetition.
//!
//! Invariants: in a group nothing that a stranger sends as a file is kept; the words of a linked person are
//! kept only if they were said to the service or can count without having been.

use crate::domain::ack::{Meaning, Strength, says_posted, understand_among};
pub use crate::domain::event::ChatKind;
use crate::domain::text::fold;
use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

/// What a platform says about one update, with nothing of the platform left in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one update, each tested alone")]
pub struct Incoming<'a> {
    /// Where it was said.
    pub chat_kind: ChatKind,
    /// Whether the sender's account is linked to a person of the commune.
    pub from_linked: bool,
    /// Whether the sender is a bot, this one included.
    pub from_bot: bool,
    /// The text or the caption.
    pub text: Option<&'a str>,
    /// Whether it carries a photo, video, voice or file.
    pub has_media: bool,
    /// Whether it replies to a message of ours.
    pub is_reply_to_us: bool,
    /// Whether it mentions the bot by name.
    pub mentions_us: bool,
    /// Whether it is a command for this bot; one addressed to another bot is not.
    pub is_command_for_us: bool,
    /// Whether it is a press of one of our buttons.
    pub is_callback: bool,
    /// Whether it is about the chat itself: the bot was added, removed, promoted, or the group moved.
    pub is_service: bool,
}

/// What is known about the sender and the chat before the update is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// Names that may stand in an answer: the sender's, and those of the units the group covers.
    pub names: &'a [&'a str],
    /// Whether the desk asked this person something in this chat and waits for the answer. On platforms that
    /// do not tell what is replied to, this is the only way a form can be filled in inside a group.
    pub in_conversation: bool,
    /// Whether a Thượng khẩn or a Hỏa tốc is open for this person, and the text speaks of danger.
    pub cries: bool,
}

text_enum! {
    /// Why an update is stored; the first reason that applies.
    pub enum Why {
        /// It is about the chat itself.
        Service => "service",
        /// It is a press of our button.
        Callback => "callback",
        /// It was said to us in private.
        Private => "private",
        /// It is a command for us.
        Command => "command",
        /// It mentions us.
        Mention => "mention",
        /// It replies to us.
        Reply => "reply",
        /// It answers what the desk asked.
        Conversation => "conversation",
        /// It names a bulletin by its code.
        Code => "code",
        /// A linked person speaks of danger while a warning is open for them.
        Distress => "distress",
        /// A linked person acknowledges, complains or says that it was passed on, in words that cannot mean anything else.
        Answer => "answer",
    }
}

/// Whether an update may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Store it with its body.
    Store {
        /// The reason.
        why: Why,
    },
    /// Keep nothing of it but the id that recognises a repetition.
    Drop,
}

/// How many other words a stranger may put beside a code. Enough for "VB-2025-0042 thôn 3 đã nhận ạ", too
/// few for talk; a linked person's text is not limited.
const WORDS_BESIDE_CODE: usize = 6;

/// The longest text in which a code is looked for, in UTF-8 bytes: the longest message a platform carries.
const LONGEST_TEXT: usize = 4 * 4096;

/// Decides whether an update may be stored.
#[must_use]
pub fn admit(incoming: &Incoming<'_>, known: &Known<'_>) -> Admission {
    reason(incoming, known).map_or(Admission::Drop, |why| Admission::Store { why })
}

fn reason(incoming: &Incoming<'_>, known: &Known<'_>) -> Option<Why> {
    if incoming.is_service {
        return Some(Why::Service);
    }
    if incoming.from_bot {
        return None;
    }
    if incoming.is_callback {
        return Some(Why::Callback);
    }
    if incoming.chat_kind == ChatKind::Private {
        return Some(Why::Private);
    }
    // A resident's photo stays unseen even as a reply to us: it may show an identity card.
    if incoming.has_media && !incoming.from_linked {
        return None;
    }
    addressed(incoming).or_else(|| overheard(incoming, known))
}

fn addressed(incoming: &Incoming<'_>) -> Option<Why> {
    let marks = [
        (incoming.is_command_for_us, Why::Command),
        (incoming.mentions_us, Why::Mention),
        (incoming.is_reply_to_us, Why::Reply),
    ];
    marks.into_iter().find(|(marked, _)| *marked).map(|(_, why)| why)
}

/// What was said in a group to nobody in particular.
fn overheard(incoming: &Incoming<'_>, known: &Known<'_>) -> Option<Why> {
    if known.in_conversation && incoming.from_linked {
        return Some(Why::Conversation);
    }
    let text = incoming.text?;
    if names_code(text, incoming.from_linked) {
        return Some(Why::Code);
    }
    if incoming.from_linked && known.cries {
        return Some(Why::Distress);
    }
    let counts = can_count(understand_among(text, known.names)) || says_posted(text);
    if incoming.from_linked && counts { Some(Why::Answer) } else { None }
}

/// Said to nobody in particular, only a strong answer can ever be attributed; a weak one need not be kept.
fn can_count(meaning: Meaning) -> bool {
    meaning.strength() == Some(Strength::Strong)
}

/// Whether the text holds a bulletin's code in full ("VB-2025-0042"), and little else if a stranger wrote it.
fn names_code(text: &str, from_linked: bool) -> bool {
    if text.len() > LONGEST_TEXT {
        return false;
    }
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let found = words.windows(3).any(|words| is_code(words[0], words[1], words[2]));
    found && (from_linked || words.len() <= 3 + WORDS_BESIDE_CODE)
}

fn is_code(prefix: &str, year: &str, number: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(prefix, "vb" | "tb" | "ht" | "bp")
        && year.len() == 4
        && year.starts_with("20")
        && digits(year)
        && (1..=6).contains(&number.len())
        && digits(number)
}
