//! A chat as plain text, for people who review it: who, when, what, and the files.

use std::fmt::Write as _;

use super::{
    error::OaControlError,
    model::{Content, Message, Place},
    world::World,
};

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, place: &Place) -> Result<String, OaControlError> {
    let mut out = format!("── {} ──\n", title(world, place)?);
    let mut day = String::new();
    for message in world.messages(place)? {
        let date = world.written(message.at_ms, "%d/%m/%Y");
        if date != day {
            let _ = writeln!(out, "· {date} ·");
            day = date;
        }
        add(&mut out, world, place, message);
    }
    Ok(out)
}

fn title(world: &World, place: &Place) -> Result<String, OaControlError> {
    let group = match place {
        Place::Private(person) => return world.person(person).map(|person| format!("{} (private)", person.name)),
        Place::Group(group) => world.group(group)?,
    };
    let state = match (group.gone, world.is_enabled(group)) {
        (true, _) => ", disbanded",
        (false, false) => ", disabled",
        (false, true) => "",
    };
    Ok(format!("{} (group, {} members{state})", group.name, group.members.len() + 1))
}

fn add(out: &mut String, world: &World, place: &Place, message: &Message) {
    let time = world.written(message.at_ms, "%H:%M");
    if message.content == Content::Service {
        let _ = writeln!(out, "{time} * {}", message.text);
        return;
    }
    let _ = writeln!(out, "{time} {}", world.name_of(&message.from));
    if let Some(id) = &message.reply_to {
        let quoted = world.messages(place).unwrap_or_default().iter().find(|m| m.id == *id);
        let quoted = quoted.map_or_else(|| "(gone)".to_owned(), |m| quote(world, place, m));
        let _ = writeln!(out, "    ↩ {quoted}");
    }
    if let Some(line) = attached(world, &message.content) {
        let _ = writeln!(out, "    {line}");
    }
    for line in named(world, place, &message.text).lines() {
        let _ = writeln!(out, "{}", format!("    {line}").trim_end());
    }
}

fn quote(world: &World, place: &Place, message: &Message) -> String {
    let first = named(world, place, message.text.lines().next().unwrap_or_default());
    let more = if message.text.lines().nth(1).is_some() { "…" } else { "" };
    let words = attached(world, &message.content).unwrap_or_else(|| format!("{first}{more}"));
    format!("{}: {words}", world.name_of(&message.from))
}

fn attached(world: &World, content: &Content) -> Option<String> {
    let file = world.file_of(content);
    let size = file.map(|file| size(file.bytes.len())).unwrap_or_default();
    let name = file.map(|file| file.name.as_str()).unwrap_or_default();
    Some(match content {
        Content::Image(_) | Content::Gif(_) => format!("🖼 {name} ({size})"),
        Content::File(_) => format!("📎 {name} ({size})"),
        Content::Sticker(id) => format!("[sticker {id}]"),
        Content::Other(kind) => format!("[{kind}]"),
        // A link stands in its text.
        Content::Text | Content::Link(_) | Content::Service => return None,
    })
}

/// The text as members read it: a mention `[@id]` shows a name, the group's own id everybody.
pub(super) fn named(world: &World, place: &Place, text: &str) -> String {
    let mut parts = text.split("[@");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mention = part.split_once(']').and_then(|(id, rest)| Some((mentioned(world, place, id)?, rest)));
        match mention {
            Some((name, rest)) => out.extend(["@", &name, rest]),
            None => out.extend(["[@", part]),
        }
    }
    out
}

fn mentioned(world: &World, place: &Place, id: &str) -> Option<String> {
    let Place::Group(group) = place else { return None };
    if group == id {
        return Some("Mọi người".to_owned());
    }
    let member = world.group(group).ok()?.members.contains(id);
    world.people.get(id).filter(|_| member).map(|person| person.name.clone())
}

/// A size in bytes, KB or MB.
fn size(bytes: usize) -> String {
    let tenths = |unit: usize| (bytes * 10 + unit / 2) / unit;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KB", tenths(1_024) / 10, tenths(1_024) % 10),
        _ => format!("{}.{} MB", tenths(1_048_576) / 10, tenths(1_048_576) % 10),
    }
}
