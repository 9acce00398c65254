//! Text as Telegram counts it: UTF-16 offsets, trimming, and the entities found without any markup.

use super::message::{Entity, Formatted};

/// Length in UTF-16 code units, the unit of entity offsets.
pub(super) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The byte index of a UTF-16 offset; the end of the text when it lies beyond.
fn byte_at(text: &str, offset: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= offset {
            return at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// A stretch of text by UTF-16 offset and length.
pub(super) fn utf16_slice(text: &str, offset: usize, length: usize) -> &str {
    let (start, end) = (byte_at(text, offset), byte_at(text, offset + length));
    text.get(start..end).unwrap_or_default()
}

/// Text as a person types it: trimmed, with commands, mentions, tags and links found.
pub(super) fn typed(text: &str) -> Formatted {
    let mut formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
    clean(&mut formatted);
    trim(&mut formatted);
    find_entities(&mut formatted);
    formatted
}

/// Turns control characters but the line feed into spaces, and drops carriage returns, line and direction marks and
/// the combining marks that draw lines (tdlib/td `clean_input_string`).
pub(super) fn clean(formatted: &mut Formatted) {
    let (mut out, mut offset, mut dropped) = (String::with_capacity(formatted.text.len()), 0, Vec::new());
    for c in formatted.text.chars() {
        match c {
            '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => dropped.push(offset),
            '\n' => out.push(c),
            '\0'..=' ' => out.push(' '),
            _ => out.push(c),
        }
        offset += c.len_utf16();
    }
    let moved = |at: usize| at - dropped.partition_point(|d| *d < at);
    for entity in &mut formatted.entities {
        let (start, end) = (moved(entity.offset), moved(entity.offset + entity.length));
        (entity.offset, entity.length) = (start, end - start);
    }
    formatted.text = out;
}

/// Cuts white space at the end, and spaces and line feeds at the start up to the first entity.
pub(super) fn trim(formatted: &mut Formatted) {
    formatted.text.truncate(formatted.text.trim_end().len());
    let end = utf16_len(&formatted.text);
    formatted.entities.retain_mut(|e| {
        e.length = e.length.min(end.saturating_sub(e.offset));
        e.length > 0
    });
    let first = formatted.entities.iter().map(|e| e.offset).min().unwrap_or(usize::MAX);
    let blank = formatted.text.bytes().take_while(|b| matches!(b, b' ' | b'\n')).count().min(first);
    formatted.text.drain(..blank);
    for entity in &mut formatted.entities {
        entity.offset -= blank;
    }
}

/// Adds the entities Telegram finds by itself, where no given entity lies.
pub(super) fn find_entities(formatted: &mut Formatted) {
    let mut found = Vec::new();
    let (mut offset, mut rest, mut at_boundary) = (0, formatted.text.as_str(), true);
    while let Some(c) = rest.chars().next() {
        let hit = if at_boundary { entity_at(rest) } else { None };
        let step = hit.map_or(c.len_utf8(), |(_, len)| len);
        let (word, after) = rest.split_at(step);
        let length = utf16_len(word);
        if let Some((kind, _)) = hit {
            found.push(Entity { kind: kind.to_owned(), offset, length, extra: None });
        }
        at_boundary = hit.is_none() && !is_word(c) && c != '/' && c != '@';
        offset += length;
        rest = after;
    }
    let free = |e: &Entity| {
        !formatted.entities.iter().any(|g| g.offset < e.offset + e.length && e.offset < g.offset + g.length)
    };
    found.retain(free);
    formatted.entities.extend(found);
    sort(&mut formatted.entities);
}

/// Orders entities by offset, the longer first.
pub(super) fn sort(entities: &mut [Entity]) {
    entities.sort_by(|a, b| a.offset.cmp(&b.offset).then(b.length.cmp(&a.length)));
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Kind and byte length of the entity that starts here, if one does.
fn entity_at(text: &str) -> Option<(&'static str, usize)> {
    match text.chars().next()? {
        '/' => command(text).map(|len| ("bot_command", len)),
        '@' => Some(name_len(&text[1..])).filter(|len| (3..=32).contains(len)).map(|len| ("mention", len + 1)),
        '#' => tag(text).map(|len| ("hashtag", len)),
        'h' | 'H' => link(text).map(|len| ("url", len)),
        _ => None,
    }
}

fn name_len(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// `/name` or `/name@bot`, the name of 1–64 characters, not followed by another slash.
fn command(text: &str) -> Option<usize> {
    let name = name_len(&text[1..]);
    let mut len = name + 1;
    if let Some(bot) = text[len..].strip_prefix('@').map(name_len).filter(|n| *n >= 3) {
        len += bot + 1;
    }
    let stops = text[len..].chars().next().is_none_or(|c| !is_word(c) && c != '/');
    ((1..=64).contains(&name) && stops).then_some(len)
}

fn tag(text: &str) -> Option<usize> {
    let len: usize = text[1..].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
    let has_letter = text[1..=len].chars().any(char::is_alphabetic);
    has_letter.then_some(len + 1)
}

fn link(text: &str) -> Option<usize> {
    let scheme =
        ["https://", "http://"].into_iter().find(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))?;
    let word = text.split(|c: char| c.is_whitespace() || "<>\"«»".contains(c)).next()?;
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    (word.len() > scheme.len()).then_some(word.len())
}

#[cfg(test)]
mod tests;
