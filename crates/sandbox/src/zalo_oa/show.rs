//! A chat as plain text, for people who review it: who, when, what, and the files.

use super::{
    model::{Content, Message, Place},
    world::World,
};
use crate::{
    Result,
    transcript::{self, Entry, Said, size},
};

/// The whole chat, oldest line first.
pub(super) fn transcript(world: &World, place: &Place) -> Result<String> {
    let (title, kind) = title(world, place)?;
    let entries = world.messages(place)?.iter().map(|m| (world.config.local(m.at_ms), entry(world, place, m)));
    Ok(transcript::render(&title, &kind, entries))
}

/// A chat's title and kind.
pub(super) fn title(world: &World, place: &Place) -> Result<(String, String)> {
    let group = match place {
        Place::Private(person) => {
            return world.person(person).map(|person| (person.name.clone(), "private".to_owned()));
        }
        Place::Group(group) => world.group(group)?,
    };
    let state = match (group.gone, world.is_enabled(group)) {
        (true, _) => ", disbanded",
        (false, false) => ", disabled",
        (false, true) => "",
    };
    Ok((group.name.clone(), format!("group, {} members{state}", group.members.len() + 1)))
}

fn entry(world: &World, place: &Place, message: &Message) -> Entry {
    if message.content == Content::Service {
        return Entry::Note(message.text.clone());
    }
    let quoted = message.reply_to.as_ref().map(|id| {
        let quoted = world.messages(place).unwrap_or_default().iter().find(|m| m.id == *id);
        quoted.map_or_else(|| "(gone)".to_owned(), |m| quote(world, place, m))
    });
    Entry::Said(Box::new(Said {
        head: world.name_of(&message.from),
        quoted,
        carried: attached(world, &message.content),
        text: named(world, place, &message.text),
        buttons: Vec::new(),
    }))
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
        Content::Voice(_) => "[audio]".to_owned(),
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
