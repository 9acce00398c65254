//! What is shown of the demo, and how it stands on a terminal.
//!
//! The story hands over events; [`Shown`] makes lines of them, none wider than the terminal except commands, which are there
//! to be copied. Nothing here reads a clock, a chat or the environment: what a run prints depends on its events alone.

use crate::domain::calendar::{Millis, format_time};
use crate::locale::Locale;
use crate::say;
use chrono::{Datelike as _, Weekday};

mod gist;
pub mod text;

use gist::Gist;

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A new act begins, or a table.
    Heading(String),
    /// A line of the story, at a time of its own clock.
    Story(Millis, String),
    /// How far something is that goes on beside.
    Progress(Millis, String),
    /// What was said in a chat.
    Message(Bubble),
    /// So many messages of a chat are left out.
    LeftOut {
        /// The chat's title.
        chat: String,
        /// How many.
        count: usize,
    },
    /// A sentence that belongs to no time.
    Note(String),
    /// Rows of cells, the first of which is the head.
    Table(Vec<Vec<String>>),
    /// A command to copy.
    Command(String),
}

/// One message of a chat, or the press of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    /// The chat's title.
    pub chat: String,
    /// When, by the story's clock.
    pub at: Millis,
    /// Who wrote or pressed it.
    pub who: String,
    /// Whether the service wrote it.
    pub ours: bool,
    /// The text.
    pub text: String,
    /// The name of the file it carries.
    pub file: Option<String>,
    /// What stands on its buttons.
    pub buttons: Vec<String>,
}

/// How a terminal takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether it may be coloured.
    pub colour: bool,
}

/// Makes lines of events, one after the other.
#[derive(Debug)]
pub struct Shown {
    style: Style,
    locale: Locale,
    /// The chat whose messages came last: its title is not repeated.
    chat: Option<String>,
}

/// Before a message's lines.
const FRAME: &str = "  │ ";
/// Behind a message of which paragraphs are left out.
const CUT: &str = " […]";
/// Columns of a time of day with its weekday, and the space behind it.
const TIME: usize = 9;

/// How a stretch of text is set apart, by the codes of ECMA-48 (SGR).
#[derive(Clone, Copy)]
enum Ink {
    Bold = 1,
    Faint = 2,
    Green = 32,
    Cyan = 36,
}

impl Shown {
    /// Nothing shown yet.
    #[must_use]
    pub const fn new(style: Style, locale: Locale) -> Self {
        Self { style, locale, chat: None }
    }

    /// The lines of an event.
    pub fn lines(&mut self, event: &Event) -> Vec<String> {
        let before = match event {
            Event::Message(bubble) => self.chat.replace(bubble.chat.clone()),
            Event::LeftOut { chat, .. } => self.chat.replace(chat.clone()),
            _ => self.chat.take(),
        };
        match event {
            Event::Heading(title) => self.heading(title),
            Event::Story(at, text) => self.timed(*at, text, Ink::Bold),
            Event::Progress(at, text) => self.timed(*at, text, Ink::Faint),
            Event::Message(bubble) => self.titled(before.as_deref(), &bubble.chat, self.message(bubble)),
            Event::LeftOut { chat, count } => {
                let text = say!(self.locale, "demo-left-out", count = *count);
                let line = format!("{FRAME}{}", " ".repeat(TIME)) + &text;
                self.titled(before.as_deref(), chat, vec![self.inked(Ink::Faint, &line)])
            }
            Event::Note(note) if note.is_empty() => vec![String::new()],
            Event::Note(note) => text::wrap(note, self.style.width),
            Event::Table(rows) => text::table(rows, self.style.width),
            Event::Command(command) => command.lines().map(|line| format!("  {line}")).collect(),
        }
    }

    fn inked(&self, ink: Ink, text: &str) -> String {
        if self.style.colour { format!("\u{1b}[{}m{text}\u{1b}[0m", ink as u8) } else { text.to_owned() }
    }

    fn heading(&self, title: &str) -> Vec<String> {
        let title = text::shorten(title, self.style.width.saturating_sub(6));
        let rest = self.style.width.saturating_sub(text::width(&title) + 4);
        vec![String::new(), self.inked(Ink::Bold, &format!("── {title} {}", "─".repeat(rest)))]
    }

    fn timed(&self, at: Millis, text: &str, ink: Ink) -> Vec<String> {
        let lines = text::wrap(text, self.style.width.saturating_sub(TIME));
        let time = self.inked(Ink::Faint, &day_and_time(at));
        let first = |number| if number == 0 { format!("{time} ") } else { " ".repeat(TIME) };
        lines.iter().enumerate().map(|(number, line)| first(number) + &self.inked(ink, line)).collect()
    }

    /// A chat's lines, under its title where another one's came before.
    fn titled(&self, before: Option<&str>, chat: &str, lines: Vec<String>) -> Vec<String> {
        let title = format!("  ┌ {}", text::shorten(chat, self.style.width.saturating_sub(text::width(FRAME))));
        let title = (before != Some(chat)).then(|| self.inked(Ink::Faint, &title));
        title.into_iter().chain(lines).collect()
    }

    fn message(&self, bubble: &Bubble) -> Vec<String> {
        let room = self.style.width.saturating_sub(text::width(FRAME) + TIME);
        let gist = Gist::of(bubble);
        let mut lines = Vec::new();
        for paragraph in gist.paragraphs(&format!("{}: ", bubble.who)) {
            let whole = text::wrap(&paragraph, room);
            let cut = whole.len() > gist.height;
            lines.extend(whole.into_iter().take(gist.height));
            if let Some(last) = lines.last_mut().filter(|_| cut) {
                *last = text::shorten(&format!("{last} …"), room.saturating_sub(1));
            }
        }
        if let Some(last) = lines.last_mut().filter(|_| gist.cut) {
            *last = text::shorten(last, room.saturating_sub(text::width(CUT))) + CUT;
        }
        lines.extend(buttons(&gist.buttons, room));
        let ink = if bubble.ours { Ink::Cyan } else { Ink::Green };
        lines.iter().enumerate().map(|(number, line)| self.framed(number, line, bubble, ink)).collect()
    }

    fn framed(&self, number: usize, line: &str, bubble: &Bubble, ink: Ink) -> String {
        let frame = self.inked(Ink::Faint, FRAME);
        match line.strip_prefix(&bubble.who).filter(|_| number == 0) {
            Some(rest) => {
                let time = self.inked(Ink::Faint, &day_and_time(bubble.at));
                format!("{frame}{time} {}{rest}", self.inked(ink, &bubble.who))
            }
            None if number == 0 => format!("{frame}{} {line}", day_and_time(bubble.at)),
            None => format!("{frame}{}{line}", " ".repeat(TIME)),
        }
    }
}

/// Buttons beside each other; those that do not fit are counted.
fn buttons(labels: &[String], room: usize) -> Option<String> {
    let mut line = String::new();
    for (number, label) in labels.iter().enumerate() {
        let rest = labels.len() - number;
        let more = if rest > 1 { format!(" +{rest}") } else { String::new() };
        let button = format!(" [{}]", text::shorten(label, room / 2));
        if text::width(&line) + text::width(&button) + text::width(&more) > room {
            line = format!("{line} +{rest}");
            break;
        }
        line.push_str(&button);
    }
    (!labels.is_empty()).then(|| line.trim_start().to_owned())
}

/// "T2 07:30", "CN 21:40".
fn day_and_time(at: Millis) -> String {
    let local = at.local();
    let day = match local.weekday() {
        Weekday::Sun => "CN".to_owned(),
        day => format!("T{}", day.number_from_monday() + 1),
    };
    format!("{day} {}", format_time(local.time()))
}
