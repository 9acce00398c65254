//! Turning one XML part of a DOCX into lines of text (ECMA-376 Part 1, §17: `t`, `tab`, `br`, `cr`, `p`).

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::PageText;

/// How the reading of a part ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// At the end of the part.
    Complete,
    /// At a page break, or when the page was full.
    Break,
    /// At the limit of unpacked bytes.
    TooLarge,
    /// At something that is not XML, or at an error while unpacking.
    Broken,
}

/// Reads one part until its end, a page break or `limit` unpacked bytes.
pub(super) fn read_part(part: impl BufRead, limit: u64, page: &mut PageText) -> Ending {
    let mut reader = Reader::from_reader(part.take(limit));
    let mut state = State { page, in_text: false };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            // A limit that is used up cuts the XML anywhere, which may show as an error too.
            Ok(Event::Eof) | Err(_) if reader.get_ref().limit() == 0 => return Ending::TooLarge,
            Ok(Event::Eof) => return Ending::Complete,
            Err(_) => return Ending::Broken,
            Ok(event) => {
                if state.take(&event) {
                    return Ending::Break;
                }
            }
        }
    }
}

struct State<'a> {
    page: &'a mut PageText,
    in_text: bool,
}

impl State<'_> {
    /// Takes one event; `true` when the first page ends here.
    fn take(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(tag) | Event::Empty(tag) if self.ends_page(tag) => return true,
            Event::Start(tag) if tag.local_name().as_ref() == b"t" => self.in_text = true,
            Event::Start(tag) | Event::Empty(tag) => self.page.push(separator(tag)),
            Event::End(tag) => match tag.local_name().as_ref() {
                b"t" => self.in_text = false,
                b"p" => self.page.push("\n"),
                _ => {}
            },
            Event::Text(text) if self.in_text => self.push(text.decode().as_deref().unwrap_or_default()),
            Event::CData(text) if self.in_text => self.push(text.decode().as_deref().unwrap_or_default()),
            Event::GeneralRef(entity) if self.in_text => self.push(&resolve(entity)),
            _ => {}
        }
        self.page.full
    }

    fn push(&mut self, text: &str) {
        self.page.push(text);
    }

    /// A break before the first letter opens the page instead of ending it.
    fn ends_page(&self, tag: &BytesStart<'_>) -> bool {
        let is_break = match tag.local_name().as_ref() {
            b"lastRenderedPageBreak" | b"pageBreakBefore" => {
                attribute(tag, b"val").is_none_or(|on| on != b"0" && on != b"false")
            }
            b"br" => attribute(tag, b"type").is_some_and(|kind| kind == b"page"),
            _ => false,
        };
        is_break && self.page.has_letters()
    }
}

fn separator(tag: &BytesStart<'_>) -> &'static str {
    match tag.local_name().as_ref() {
        b"tab" | b"ptab" => "\t",
        b"br" | b"cr" => "\n",
        b"noBreakHyphen" => "-",
        _ => "",
    }
}

fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let mut attributes = tag.attributes().flatten();
    attributes
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| attribute.value.into_owned())
}

/// A character reference or one of the five entities of XML; an unknown one is dropped.
fn resolve(entity: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return c.to_string();
    }
    let name = entity.decode().unwrap_or_default();
    resolve_predefined_entity(&name).unwrap_or_default().to_owned()
}
