//! `parse_mode` HTML: tags to entities, with the Bot API's own complaints.
//!
//! Error texts and the byte offsets in them follow tdlib/td `MessageEntity.cpp`; offsets count bytes of the raw text.

use super::{
    message::{Entity, Formatted},
    text,
};

const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// Parses `raw`; the error is what stands after `can't parse entities: `.
pub(super) fn parse(raw: &str) -> Result<Formatted, String> {
    let mut parser =
        Parser { raw, at: 0, out: String::with_capacity(raw.len()), units: 0, open: Vec::new(), done: Vec::new() };
    while let Some(c) = parser.peek() {
        match c {
            '<' if parser.raw[parser.at + 1..].starts_with('/') => parser.end_tag()?,
            '<' => parser.start_tag()?,
            '&' => parser.reference(),
            _ => parser.literal(c),
        }
    }
    if let Some(tag) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", tag.name));
    }
    text::sort(&mut parser.done);
    Ok(Formatted { text: parser.out, entities: parser.done })
}

/// A start tag that has not been closed.
struct Open {
    name: String,
    argument: String,
    offset: usize,
    byte: usize,
}

struct Parser<'a> {
    raw: &'a str,
    at: usize,
    out: String,
    /// Length of `out` in UTF-16 units.
    units: usize,
    open: Vec<Open>,
    done: Vec<Entity>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.raw[self.at..].chars().next()
    }

    fn literal(&mut self, c: char) {
        self.at += c.len_utf8();
        self.emit(c);
    }

    fn emit(&mut self, c: char) {
        self.out.push(c);
        self.units += c.len_utf16();
    }

    fn reference(&mut self) {
        match decode(&self.raw[self.at..]) {
            Some((c, len)) => {
                self.at += len;
                self.emit(c);
            }
            None => self.literal('&'),
        }
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Everything up to a character that `stop` accepts, or the end.
    fn take_until(&mut self, stop: impl Fn(char) -> bool) -> &str {
        let rest = &self.raw[self.at..];
        let len = rest.find(stop).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let name = self.take_until(|c| c.is_ascii_whitespace() || c == '>').to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        let argument = self.attributes(&name, begin)?;
        if name == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(Open { name, argument, offset: self.units, byte: self.out.len() });
        Ok(())
    }

    /// Reads attributes up to and with the closing `>`; returns the one that matters for the tag.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        let mut argument = String::new();
        loop {
            self.skip_space();
            if self.peek() == Some('>') {
                self.at += 1;
                return Ok(argument);
            }
            let name = self.take_until(|c| c.is_ascii_whitespace() || "=>/\"'".contains(c)).to_owned();
            if name.is_empty() {
                return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
            }
            self.skip_space();
            let value = match self.peek() {
                None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
                Some('=') => self.value(tag, begin)?,
                Some(_) => String::new(),
            };
            if let Some(found) = wanted(tag, &name, &value) {
                argument = found;
            }
        }
    }

    fn value(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        self.at += 1;
        self.skip_space();
        let value = match self.peek() {
            None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(_) => self.bare()?,
        };
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        Ok(value)
    }

    fn bare(&mut self) -> Result<String, String> {
        let begin = self.at;
        let value = self.take_until(|c| !c.is_ascii_alphanumeric() && c != '.' && c != '-').to_ascii_lowercase();
        match self.peek() {
            Some(c) if c.is_ascii_whitespace() || c == '>' => Ok(value),
            _ => Err(format!("Unexpected end of name token at byte offset {begin}")),
        }
    }

    fn quoted(&mut self, quote: char) -> String {
        self.at += 1;
        let mut value = String::new();
        while let Some(c) = self.peek().filter(|c| *c != quote) {
            let (c, len) = if c == '&' { decode(&self.raw[self.at..]).unwrap_or((c, 1)) } else { (c, c.len_utf8()) };
            value.push(c);
            self.at += len;
        }
        if self.peek().is_some() {
            self.at += 1;
        }
        value
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.at += 2;
        let name = self.take_until(|c| c.is_ascii_whitespace() || c == '>').to_ascii_lowercase();
        self.skip_space();
        if self.peek() != Some('>') {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        if !name.is_empty() && name != open.name {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.name
            ));
        }
        self.close(&open)
    }

    /// Turns a closed tag into its entity, unless it is empty.
    fn close(&mut self, open: &Open) -> Result<(), String> {
        let length = self.units - open.offset;
        if length == 0 {
            return Ok(());
        }
        let Some((kind, extra)) = self.kind_of(open)? else { return Ok(()) };
        if kind == "pre" && self.absorb_code(open, length) {
            return Ok(());
        }
        self.done.push(Entity { kind: kind.to_owned(), offset: open.offset, length, extra });
        Ok(())
    }

    /// `<pre><code class="language-x">`: the inner code becomes a pre with a language.
    fn absorb_code(&mut self, open: &Open, length: usize) -> bool {
        let Some(code) = self.done.last_mut() else { return false };
        let same = code.kind == "code" && code.offset == open.offset && code.length == length;
        if same && code.extra.is_some() {
            "pre".clone_into(&mut code.kind);
            return true;
        }
        false
    }

    fn kind_of(&self, open: &Open) -> Result<Option<Kind>, String> {
        let argument = open.argument.clone();
        Ok(Some(match open.name.as_str() {
            "i" | "em" => ("italic", None),
            "b" | "strong" => ("bold", None),
            "s" | "strike" | "del" => ("strikethrough", None),
            "u" | "ins" => ("underline", None),
            "tg-spoiler" | "span" => ("spoiler", None),
            "tg-emoji" if argument.parse::<i64>().is_ok_and(|id| id != 0) => {
                ("custom_emoji", Some(("custom_emoji_id", argument)))
            }
            "tg-emoji" => return Err("Invalid custom emoji identifier specified".to_owned()),
            "pre" => ("pre", None),
            "code" => ("code", (!argument.is_empty()).then_some(("language", argument))),
            "blockquote" if argument.is_empty() => ("blockquote", None),
            "blockquote" => ("expandable_blockquote", None),
            _ => return Ok(self.link(open)),
        }))
    }

    /// `<a>`: the address is the attribute, or else the text itself; what is no address is left as plain text.
    fn link(&self, open: &Open) -> Option<Kind> {
        let url = if open.argument.is_empty() { &self.out[open.byte..] } else { &open.argument };
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        let is_address = host.contains('.') && !host.contains(char::is_whitespace) || url.starts_with("tg://");
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let url = if host.contains('/') || url.starts_with("tg:") { url } else { format!("{url}/") };
        is_address.then_some(("text_link", Some(("url", url))))
    }
}

/// An entity's kind and its own field.
type Kind = (&'static str, Option<(&'static str, String)>);

/// The value of an attribute that means something for the tag.
fn wanted(tag: &str, name: &str, value: &str) -> Option<String> {
    match (tag, name) {
        ("a", "href") | ("tg-emoji", "emoji-id") => Some(value.to_owned()),
        ("code", "class") => value.strip_prefix("language-").map(str::to_owned),
        ("span", "class") => value.strip_prefix("tg-").map(str::to_owned),
        ("blockquote", "expandable") => Some("1".to_owned()),
        _ => None,
    }
}

/// A character reference at the start of `text`, with its byte length; the final semicolon may be missing.
fn decode(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let (c, len) = match body.strip_prefix('#') {
        Some(number) => numeric(number).map(|(c, len)| (c, len + 2))?,
        None => named(body).map(|(c, len)| (c, len + 1))?,
    };
    Some((c, len + usize::from(text[len..].starts_with(';'))))
}

fn named(body: &str) -> Option<(char, usize)> {
    let len = body.bytes().take_while(u8::is_ascii_alphabetic).count();
    let c = match &body[..len] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => return None,
    };
    Some((c, len))
}

fn numeric(number: &str) -> Option<(char, usize)> {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    let len = digits.chars().take_while(|c| c.is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..len)?, radix).ok()?;
    let c = char::from_u32(code).filter(|c| *c != '\0')?;
    Some((c, len + usize::from(radix == 16)))
}

#[cfg(test)]
mod tests;
