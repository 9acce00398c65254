//! A chat as plain text, for people who review it: who, when, what.

use std::fmt::Write as _;

use super::world::{Chat, Content, Message, World};
use crate::telegram::show::{date, size};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// How much of a quoted message is shown, in characters.
const QUOTED: usize = 40;

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, chat: &Chat) -> String {
    let mut out = format!("── {} ({}) ──\n", chat.title, kind_of(chat));
    let mut day = None;
    for message in &chat.messages {
        let today = world.local(message.at_ms).div_euclid(DAY_MS);
        if day.replace(today) != Some(today) {
            let _ = writeln!(out, "· {} ·", date(today));
        }
        add(&mut out, world, chat, message);
    }
    out
}

fn kind_of(chat: &Chat) -> String {
    match &chat.members {
        None => "Zalo private".to_owned(),
        Some(members) if chat.bot => format!("Zalo group, {} members and the bot", members.len()),
        Some(members) => format!("Zalo group, {} members, no bot", members.len()),
    }
}

/// `HH:MM` of a wall time.
fn clock(world: &World, at_ms: i64) -> String {
    let minutes = world.local(at_ms).rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn add(out: &mut String, world: &World, chat: &Chat, message: &Message) {
    let time = clock(world, message.at_ms);
    if matches!(message.content, Content::Notice) {
        let _ = writeln!(out, "{time} * {}", message.text);
        return;
    }
    let robot = if message.from == world.bot_id { " 🤖" } else { "" };
    let _ = writeln!(out, "{time} {}{robot}", world.name_of(&message.from));
    if let Some(quoted) = message.reply_to.as_deref().and_then(|id| chat.message(id)) {
        let _ = writeln!(out, "    ↩ {}: {}", world.name_of(&quoted.from), quote(world, quoted));
    }
    if let Some(what) = carried(world, message) {
        let _ = writeln!(out, "    {what}");
    }
    for line in message.text.lines() {
        let line = format!("    {line}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
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
