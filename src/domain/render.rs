//! What a bulletin looks like in a chat: a pure function from its fields to the parts that are sent.
//!
//! One text, split where the platform's limit asks for it, and behind it every file as a message of its own. The
//! buttons are on the last text, so that whoever presses has scrolled through all of it. Residents are
//! never shown anything to acknowledge. All text that people wrote is shown literally: `_ * [ ] < &`
//! mean nothing. The fixed words come from the caller ([`Labels`]); no platform is named here, only what it can do
//! ([`Capabilities`]). The planner calls [`render`] for messages, the desk for previews: both see the same.

use crate::domain::bulletin::Kind;
use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::domain::text::{cut, nfc, split_text, utf16_len};
use crate::domain::urgency::Urgency;

mod labels;
mod layout;
#[cfg(test)]
mod tests;

pub use labels::Labels;

/// Longest callback data of a button, in bytes (Telegram Bot API, `InlineKeyboardButton`).
pub const MAX_CALLBACK_BYTES: usize = 64;

/// What a gateway can show. The limits count UTF-16 units after formatting is parsed (Telegram Bot API, sendMessage).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Longest text of one message.
    pub text_limit_utf16: usize,
    /// Longest caption of a file; 0 where files carry none.
    pub caption_limit: usize,
    /// Whether texts may be HTML; without it they are plain.
    pub html: bool,
    /// Whether a message can carry buttons.
    pub buttons: bool,
    /// Whether a file can be sent; without it the text gives a link or says that there is none.
    pub files: bool,
}

/// A file that comes with a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttachedFile {
    /// Its name as people see it.
    pub name: String,
    /// How many pages it has, where known.
    pub pages: Option<u32>,
    /// Where it can be fetched when it cannot be sent.
    pub link: Option<String>,
    /// Whether this gateway cannot carry it, though it carries others.
    pub held_back: bool,
}

/// What a bulletin puts right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The code of the bulletin that is corrected.
    pub of: String,
    /// Which correction of it this is, from 1.
    pub nth: u32,
}

/// Everything that is shown of one bulletin in one kind of group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about one message")]
pub struct View {
    /// What sort of bulletin it is.
    pub kind: Kind,
    /// Its code, with the firing behind it when it recurs.
    pub code: String,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Who speaks, shown in capitals in the first line: "UBND xã Hà Long".
    pub issuer: String,
    /// Which document of which organ is handed down, a line below the code.
    pub organ_line: Option<String>,
    /// The line of address, whole: "Kính gửi: Các đồng chí Trưởng thôn."
    pub salutation: Option<String>,
    /// The trích yếu; may be empty when the body says it all.
    pub title: String,
    /// The body, line by line.
    pub body: Vec<String>,
    /// When it was issued; shown on urgent bulletins.
    pub issued_at: Option<Millis>,
    /// Until when it must be done or acknowledged.
    pub deadline: Option<Millis>,
    /// The files, in the order of sending.
    pub attachments: Vec<AttachedFile>,
    /// Who sits in the group.
    pub group: GroupKind,
    /// Whether an acknowledgement is wanted; never shown to residents.
    pub ack_wanted: bool,
    /// Whether it is asked that the script was read over the loudspeaker; never shown to residents.
    pub aired_wanted: bool,
    /// Whom to ask, without the label: "Phòng VH-XH, ĐT …".
    pub contact: Option<String>,
    /// The code with which anybody can check that the bulletin is real.
    pub verify_code: Option<String>,
    /// What it puts right.
    pub correction: Option<Correction>,
    /// Whether it is an exercise: every part says so in its first line.
    pub exercise: bool,
    /// Whether it is sent a second time because nobody can know about the first.
    pub resent: bool,
    /// The short id of the delivery, for the buttons.
    pub short_id: String,
}

/// One button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Button {
    /// What is written on it.
    pub label: String,
    /// What comes back when it is pressed: `a:<short id>` acknowledges, `l:<short id>` says that it was aired.
    pub data: String,
}

/// One message of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text {
        /// The text, in HTML when `html`.
        text: String,
        /// Whether the text is HTML.
        html: bool,
        /// Rows of buttons; empty on all texts but the last.
        buttons: Vec<Vec<Button>>,
    },
    /// A file.
    File {
        /// Which of the view's attachments.
        attachment: usize,
        /// Its caption, always plain text, possibly empty.
        caption: String,
    },
}

/// Lays a bulletin out as the messages of one chat, in the order of sending.
#[must_use]
pub fn render(view: &View, capabilities: &Capabilities, labels: &Labels) -> Vec<Part> {
    let mut buttons = keyboard(view, capabilities, labels);
    let layout = layout::Layout { view, capabilities, labels, can_press: !buttons.is_empty() };
    let label = exercise_line(view, labels);
    let room = capabilities.text_limit_utf16.saturating_sub(utf16_len(&label));
    let texts = split_text(&layout.text(), room);
    let last = texts.len().saturating_sub(1);
    let mut parts = Vec::with_capacity(texts.len() + view.attachments.len());
    for (index, text) in texts.into_iter().enumerate() {
        let heading = if index == 0 { layout.heading_lines() } else { 0 };
        let bold_lines = heading + usize::from(view.exercise);
        let text = format!("{label}{text}");
        let text = if capabilities.html { html(&text, bold_lines) } else { text };
        let buttons = if index == last { std::mem::take(&mut buttons) } else { Vec::new() };
        parts.push(Part::Text { text, html: capabilities.html, buttons });
    }
    if capabilities.files {
        let file = |(attachment, file)| Part::File { attachment, caption: caption(view, file, capabilities, labels) };
        parts.extend(view.attachments.iter().enumerate().filter(|(_, file)| !file.held_back).map(file));
    }
    parts
}

/// "DIỄN TẬP…" and the end of the line; nothing unless it is an exercise.
fn exercise_line(view: &View, labels: &Labels) -> String {
    if view.exercise { format!("{}\n", labels.exercise) } else { String::new() }
}

/// Whether the receivers of this view are asked to acknowledge.
fn asks_ack(view: &View) -> bool {
    view.ack_wanted && view.group != GroupKind::Residents
}

/// Whether the receivers of this view are asked to say that they read it over the loudspeaker.
fn asks_aired(view: &View) -> bool {
    view.aired_wanted && view.group != GroupKind::Residents
}

/// The rows of buttons; none when data would not fit, so that the text asks for a reply instead.
fn keyboard(view: &View, capabilities: &Capabilities, labels: &Labels) -> Vec<Vec<Button>> {
    let button = |tag: char, label: &str| Button { label: label.to_owned(), data: format!("{tag}:{}", view.short_id) };
    let mut rows = Vec::new();
    if asks_ack(view) {
        rows.push(vec![button('a', &labels.ack_button)]);
    }
    if asks_aired(view) {
        rows.push(vec![button('l', &labels.aired_button)]);
    }
    let fit = rows.iter().flatten().all(|button| button.data.len() <= MAX_CALLBACK_BYTES);
    rows.retain(|_| capabilities.buttons && fit);
    rows
}

fn caption(view: &View, file: &AttachedFile, capabilities: &Capabilities, labels: &Labels) -> String {
    let text = format!("{}{} – {}", exercise_line(view, labels), view.code, layout::file_name(file, labels));
    let limit = capabilities.caption_limit;
    let whole = cut(&text, limit, "…");
    // Characters outside the basic plane count twice.
    if utf16_len(&whole) <= limit { whole } else { cut(&text, limit / 2, "…") }
}

/// The text as HTML, its first lines in bold.
fn html(text: &str, bold_lines: usize) -> String {
    let line = |(index, line): (usize, &str)| {
        let line = escape(line);
        if index < bold_lines { format!("<b>{line}</b>") } else { line }
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Text that HTML shows literally (Telegram Bot API, HTML style: `<`, `>` and `&` are replaced).
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text as it was before [`escape`].
#[must_use]
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Text of people on one line, in the stored form.
fn one_line(text: &str) -> String {
    nfc(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
