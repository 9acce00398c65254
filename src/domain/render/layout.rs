//! The order of a bulletin's lines.
//!
//! Heading, code, what it is and who must do what, deadline and files, one clear action, contact, and how to check
//! that it is real: the form people know from paper and from the commune's chat groups.

use super::{AttachedFile, Capabilities, Labels, View, asks_ack, asks_aired, one_line};
use crate::domain::bulletin::Kind;
use crate::domain::calendar::format_full;
use crate::domain::text::{nfc, upper};
use crate::domain::urgency::Urgency;

/// One bulletin about to be laid out.
pub(super) struct Layout<'a> {
    pub(super) view: &'a View,
    pub(super) capabilities: &'a Capabilities,
    pub(super) labels: &'a Labels,
    /// Whether there are buttons to press.
    pub(super) can_press: bool,
}

impl Layout<'_> {
    /// The whole text, before it is split.
    pub(super) fn text(&self) -> String {
        let blocks = [self.head(), self.content(), self.facts(), self.foot()];
        let blocks = blocks.iter().map(|lines| lines.join("\n")).map(|block| block.trim_end().to_owned());
        blocks.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// How many lines in front are the heading.
    pub(super) fn heading_lines(&self) -> usize {
        1 + usize::from(self.view.correction.is_some())
    }

    fn head(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.correction());
        lines.push(self.heading());
        lines.push(self.code());
        lines.extend(present(self.view.organ_line.as_deref()));
        lines
    }

    fn correction(&self) -> Option<String> {
        let correction = self.view.correction.as_ref()?;
        let Labels { correction: label, nth, .. } = self.labels;
        Some(format!("{label} {} ({nth} {})", correction.of, correction.nth))
    }

    /// `🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ HÀ LONG`; anything urgent is red.
    fn heading(&self) -> String {
        let icon = match self.view.kind {
            _ if self.view.urgency != Urgency::Normal => "🔴",
            Kind::Urgent => "🔴",
            Kind::Directive => "🔵",
            Kind::Announcement => "📢",
            Kind::Script => "📻",
        };
        let name = match self.view.kind {
            Kind::Directive => self.labels.directive.clone(),
            Kind::Announcement => self.labels.announcement.clone(),
            Kind::Script => self.labels.script.clone(),
            Kind::Urgent => upper(self.urgent_word()),
        };
        let issuer = upper(&one_line(&self.view.issuer));
        let heading = format!("{icon} {name} – {issuer}");
        if self.view.resent { format!("{heading} {}", self.labels.resent) } else { heading }
    }

    /// An urgent bulletin without a mark is at least Khẩn.
    const fn urgent_word(&self) -> &'static str {
        match self.view.urgency {
            Urgency::Normal => Urgency::Urgent.vietnamese(),
            marked => marked.vietnamese(),
        }
    }

    /// `Mã: VB-2025-0042 | Mức độ: Thường`; an urgent bulletin shows its time, its level heads it already.
    fn code(&self) -> String {
        let code = format!("{} {}", self.labels.code, self.view.code);
        let plain = self.view.urgency == Urgency::Normal;
        match self.view.kind {
            Kind::Urgent => {
                self.view.issued_at.map_or(code.clone(), |issued_at| format!("{code} | {}", format_full(issued_at)))
            }
            Kind::Announcement | Kind::Script if plain => code,
            _ => format!("{code} | {} {}", self.labels.urgency, self.view.urgency.vietnamese()),
        }
    }

    fn content(&self) -> Vec<String> {
        let title = one_line(&self.view.title);
        let mut lines: Vec<_> = present(self.view.salutation.as_deref()).into_iter().collect();
        lines.extend((!title.is_empty()).then_some(title));
        lines.extend(self.view.body.iter().map(|line| nfc(line).trim_end().to_owned()));
        let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
        lines.split_off(first)
    }

    fn facts(&self) -> Vec<String> {
        let deadline = self.view.deadline.map(|at| format!("{} {}", self.labels.deadline, format_full(at)));
        deadline.into_iter().chain(self.view.attachments.iter().map(|file| self.file(file))).collect()
    }

    fn file(&self, file: &AttachedFile) -> String {
        let name = file_name(file, self.labels);
        match (&file.link, self.capabilities.files && !file.held_back) {
            (_, true) => format!("📎 {name}"),
            (Some(link), false) => format!("📎 {name}: {}", one_line(link)),
            (None, false) => format!("📎 {name} {}", self.labels.no_file),
        }
    }

    fn foot(&self) -> Vec<String> {
        let contact =
            present(self.view.contact.as_deref()).map(|contact| format!("{} {contact}", self.contact_label()));
        let verify = self.view.verify_code.as_ref().map(|code| format!("{} {code}", self.labels.verify));
        let mut lines: Vec<_> = self.actions().into_iter().cloned().collect();
        lines.extend(contact);
        lines.extend(verify);
        lines
    }

    /// What the receivers are asked to do with the message.
    fn actions(&self) -> Vec<&String> {
        let labels = self.labels;
        let ack = match (self.view.kind, self.can_press) {
            (Kind::Urgent, true) => &labels.ask_press_urgent,
            (Kind::Urgent, false) => &labels.ask_reply_urgent,
            (_, true) => &labels.ask_press,
            (_, false) => &labels.ask_reply,
        };
        let aired = if self.can_press { &labels.ask_aired_press } else { &labels.ask_aired_reply };
        let asked = [(asks_ack(self.view), ack), (asks_aired(self.view), aired)];
        asked.into_iter().filter(|(asks, _)| *asks).map(|(_, label)| label).collect()
    }

    fn contact_label(&self) -> &str {
        match self.view.kind {
            Kind::Announcement => &self.labels.contact_residents,
            Kind::Urgent => &self.labels.contact_urgent,
            Kind::Directive | Kind::Script => &self.labels.contact,
        }
    }
}

/// A line of people on one line, if there is anything in it.
fn present(line: Option<&str>) -> Option<String> {
    line.map(one_line).filter(|line| !line.is_empty())
}

/// `KH tuyên truyền CĐS.pdf (6 trang)`.
pub(super) fn file_name(file: &AttachedFile, labels: &Labels) -> String {
    let name = one_line(&file.name);
    file.pages.map_or(name.clone(), |pages| format!("{name} ({pages} {})", labels.pages))
}
