//! The envelope hash: what an approval binds.
//!
//! The hash is SHA-256 over a canonical form in which every field stands with its name, each preceded by its
//! length as eight bytes, big-endian; lists are preceded by their count and absent values are marked. No
//! two different envelopes share a form, and any change of a field voids the approval. The form carries a version
//! in its first field, so that it can grow without old approvals meaning something new.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Kind;
use crate::domain::calendar::Millis;
use crate::domain::urgency::Urgency;

#[cfg(test)]
mod tests;

/// Names the canonical form; another form gets another name.
const FORM: &str = "loa-envelope-1";
/// The form of a bulletin with two wordings; with one it is hashed as before, so that approvals that are stored stay valid.
const FORM_OF_TWO: &str = "loa-envelope-2";

/// Whether and until when the receivers must acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AckPolicy {
    /// Whether an acknowledgement is asked for at all.
    pub required: bool,
    /// The instant by which it is asked for; `None` leaves it to the window of the urgency.
    pub deadline: Option<Millis>,
}

/// Everything an approver agrees to. Texts are hashed as they stand, so they must be in NFC before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The version of the bulletin's content, from 1.
    pub content_version: u32,
    /// What sort of bulletin it is.
    pub kind: Kind,
    /// How urgent it is marked.
    pub urgency: Urgency,
    /// The trích yếu.
    pub title: String,
    /// The body, lines separated by `\n`.
    pub body: String,
    /// What residents read instead of the body; `None` when everybody reads the same.
    pub residents_body: Option<String>,
    /// SHA-256 of the attachments as lower-case hex, in the order of sending.
    pub attachments: Vec<String>,
    /// The audience expression in its canonical form.
    pub audience: String,
    /// Who must acknowledge until when.
    pub ack: AckPolicy,
    /// The schedule rule in its canonical form; the engine's shift into a send window is not part of it.
    pub schedule: String,
    /// The instant after which nothing of it may be sent.
    pub expiry: Option<Millis>,
    /// The fields of the official document (number, symbol, issuer, date, level…) by their name.
    pub document: BTreeMap<String, String>,
}

impl Envelope {
    /// The hash as 32 bytes.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut form = Form::default();
        form.field("form", if self.residents_body.is_some() { FORM_OF_TWO } else { FORM });
        form.field("content_version", &self.content_version.to_string());
        form.field("kind", self.kind.as_str());
        form.field("urgency", self.urgency.as_str());
        form.field("title", &self.title);
        form.field("body", &self.body);
        if let Some(residents) = &self.residents_body {
            form.field("residents_body", residents);
        }
        form.list("attachments", self.attachments.iter().map(String::as_str));
        form.field("audience", &self.audience);
        form.field("ack_required", if self.ack.required { "yes" } else { "no" });
        form.instant("ack_deadline", self.ack.deadline);
        form.field("schedule", &self.schedule);
        form.instant("expiry", self.expiry);
        form.list("document", self.document.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
        form.0.finalize().into()
    }

    /// The hash as 64 lower-case hexadecimal digits, the form that is stored and shown.
    #[must_use]
    pub fn hash_hex(&self) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        self.hash().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

/// Feeds the canonical form to the hash.
#[derive(Default)]
struct Form(Sha256);

impl Form {
    fn bytes(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    fn field(&mut self, name: &str, value: &str) {
        self.bytes(name);
        self.bytes(value);
    }

    fn instant(&mut self, name: &str, value: Option<Millis>) {
        let text = value.map_or_else(|| "none".to_owned(), |instant| instant.0.to_string());
        self.field(name, &text);
    }

    fn list<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<_> = values.collect();
        self.field(name, &values.len().to_string());
        for value in values {
            self.bytes(value);
        }
    }
}
