//! A chat as plain text, for people who review it: who, when, what, buttons, files, edits and toasts.

use std::fmt::Write as _;

use super::{
    chat::{Chat, ChatKind, Line, Press},
    message::{Button, Content, Message, Service},
    wire,
    world::World,
};
use crate::transcript::{self, Entry, Said, clock, date, day, size};

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, chat: &Chat) -> String {
    let entry = |line: &Line| {
        let (at, entry) = match line {
            Line::Message(index) => chat.messages.get(*index).map(|m| (m.at_ms, said(world, chat, m)))?,
            Line::Press(index) => chat.presses.get(*index).map(|p| (p.at_ms, Entry::Note(pressed(world, p))))?,
        };
        Some((world.config.local(at), entry))
    };
    transcript::render(&chat.title, &kind_of(chat), chat.lines.iter().filter_map(entry))
}

/// What kind of chat, in a few words.
pub(super) fn kind_of(chat: &Chat) -> String {
    let members = chat.member_count();
    match chat.kind {
        ChatKind::Private { blocked: true, .. } => "private, blocked".to_owned(),
        ChatKind::Private { .. } => "private".to_owned(),
        ChatKind::Group { migrated_to: Some(_), .. } => "group, upgraded".to_owned(),
        ChatKind::Group { deleted: true, .. } => "group, deleted".to_owned(),
        ChatKind::Group { .. } => format!("group, {members} members"),
        ChatKind::Supergroup { .. } => format!("supergroup, {members} members"),
    }
}

fn said(world: &World, chat: &Chat, message: &Message) -> Entry {
    if let Content::Service(service) = &message.content {
        return Entry::Note(service_line(world, message, service));
    }
    let quoted =
        message.reply_to.map(|id| chat.message(id).map_or_else(|| "(deleted)".to_owned(), |m| quote(world, m)));
    let head = format!("{}{}", wire::shown_name(world, message.from), marks(world, chat, message));
    let said = if message.deleted {
        Said { head, quoted, text: "(deleted)".to_owned(), ..Said::default() }
    } else {
        let row = |row: &Vec<Button>| row.iter().map(|b| format!("[ {} ]", b.text)).collect::<Vec<_>>().join(" ");
        let reacted = |(id, emoji): (&i64, &String)| format!("{emoji} {}", wire::shown_name(world, *id));
        let buttons = message.keyboard.iter().map(row).chain(message.reactions.iter().map(reacted)).collect();
        Said { head, quoted, carried: carried(world, message), text: message.body.text.clone(), buttons }
    };
    Entry::Said(Box::new(said))
}

/// What a message carries beside its text.
fn carried(world: &World, message: &Message) -> Option<String> {
    if let Content::Attached(attached) = &message.content {
        return Some(attached.shown.clone());
    }
    let file = message.file().and_then(|f| world.files.get(f))?;
    let sign = if matches!(message.content, Content::Photo(_)) { "🖼" } else { "📎" };
    Some(format!("{sign} {} ({})", file.name, size(file.bytes.len())))
}

fn marks(world: &World, chat: &Chat, message: &Message) -> String {
    let mut marks = String::new();
    if world.users.get(&message.from).is_some_and(|u| u.is_bot) {
        marks.push_str(" 🤖");
    }
    if message.anonymous {
        marks.push_str(" (in the group's name)");
    }
    if let Some(name) = message.topic.and_then(|topic| chat.topics.get(&topic)) {
        let _ = write!(marks, " (in “{name}”)");
    }
    if let Some(forward) = &message.forward {
        let _ = write!(marks, " (forwarded from {})", wire::shown_name(world, forward.from));
    }
    if let Some(edited) = message.edited_ms.filter(|_| !message.deleted) {
        let (written, edited) = (world.config.local(message.at_ms), world.config.local(edited));
        let date = date(day(edited));
        let date = if day(edited) == day(written) { "" } else { &date[..5] };
        let sep = if date.is_empty() { "" } else { " " };
        let _ = write!(marks, " (edited {date}{sep}{})", clock(edited));
    }
    marks
}

/// Who said what, in one short line.
fn quote(world: &World, message: &Message) -> String {
    let file = message.file().and_then(|f| world.files.get(f)).filter(|_| message.body.text.is_empty());
    let words = match &message.content {
        Content::Attached(attached) => attached.shown.clone(),
        _ => file.map_or_else(|| wire::first_line(&message.body, 40), |f| format!("📎 {}", f.name)),
    };
    format!("{}: {words}", wire::shown_name(world, message.from))
}

fn pressed(world: &World, press: &Press) -> String {
    let line = format!("{} pressed [ {} ]", wire::shown_name(world, press.user), press.button);
    match &press.toast {
        Some(toast) if !toast.text.is_empty() => {
            let sign = if toast.alert { "⚠" } else { "💬" };
            format!("{line} → {sign} {}", toast.text.replace('\n', " / "))
        }
        Some(_) => format!("{line} → ✓"),
        None => line,
    }
}

fn service_line(world: &World, message: &Message, service: &Service) -> String {
    let name = |id: i64| wire::shown_name(world, id);
    match service {
        Service::Created => format!("{} created the group", name(message.from)),
        Service::Joined(user) if *user == message.from => format!("{} joined", name(*user)),
        Service::Joined(user) => format!("{} added {}", name(message.from), name(*user)),
        Service::Left(user) if *user == message.from => format!("{} left", name(*user)),
        Service::Left(user) => format!("{} removed {}", name(message.from), name(*user)),
        Service::Title(title) => format!("the group is now called “{title}”"),
        Service::MigratedTo(_) => "the group was upgraded to a supergroup".to_owned(),
        Service::Topic(topic) => format!("{} began the topic “{topic}”", name(message.from)),
        Service::MigratedFrom(_) => "the group became a supergroup".to_owned(),
    }
}
