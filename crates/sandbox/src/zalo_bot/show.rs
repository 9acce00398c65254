//! A chat as plain text, for people who review it: who, when, what.

use super::world::{Chat, Content, Message, World};
use crate::transcript::{self, Entry, Said, size};

/// How much of a quoted message is shown, in characters.
const QUOTED: usize = 40;

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, chat: &Chat) -> String {
    let entries = chat.messages.iter().map(|m| (world.config.local(m.at_ms), entry(world, chat, m)));
    transcript::render(&chat.title, &kind_of(chat), entries)
}

/// What kind of chat, in a few words.
pub(super) fn kind_of(chat: &Chat) -> String {
    match &chat.members {
        None => "Zalo private".to_owned(),
        Some(members) if chat.bot => format!("Zalo group, {} members and the bot", members.len()),
        Some(members) => format!("Zalo group, {} members, no bot", members.len()),
    }
}

fn entry(world: &World, chat: &Chat, message: &Message) -> Entry {
    if matches!(message.content, Content::Notice) {
        return Entry::Note(message.text.clone());
    }
    let robot = if message.from == world.bot_id { " 🤖" } else { "" };
    let quoted = message.reply_to.as_deref().and_then(|id| chat.message(id));
    Entry::Said(Box::new(Said {
        head: format!("{}{robot}", world.name_of(&message.from)),
        quoted: quoted.map(|m| format!("{}: {}", world.name_of(&m.from), quote(world, m))),
        carried: carried(world, message),
        text: message.text.clone(),
        buttons: Vec::new(),
    }))
}

/// What a message carries beside its text, in one line.
fn carried(world: &World, message: &Message) -> Option<String> {
    match &message.content {
        Content::Photo(index) => {
            let bytes = world.media.get(*index).map_or(0, |media| media.bytes.len());
            Some(format!("🖼 photo ({})", size(bytes)))
        }
        Content::Sticker(id) => Some(format!("[sticker {id}]")),
        Content::Voice(_) => Some("🎤 voice".to_owned()),
        Content::File(name, bytes) => Some(format!("📎 {name} ({})", size(*bytes))),
        Content::Text | Content::Notice => None,
    }
}

/// A quoted message in one short line.
fn quote(world: &World, message: &Message) -> String {
    let line = message.text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return carried(world, message).unwrap_or_default();
    }
    let short: String = line.chars().take(QUOTED).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}
