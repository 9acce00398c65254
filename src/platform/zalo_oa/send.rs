//! Messages on their way out: text, pictures and documents, to groups and to people.

use std::sync::atomic::Ordering;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::address::Place;
use super::errors::{self, Verdict};
use super::{CAPTION_HARD_LIMIT, ZaloOa};
use crate::domain::calendar::Millis;
use crate::domain::retry::{FailureReason, Outcome, UnknownReason};
use crate::domain::text::{nfc, utf16_len};
use crate::platform::exchange::{Answer, below};
use crate::platform::{Failure, FileSource, Outgoing, Receipt, loose};

/// Largest picture the platform takes, bytes (1 MB, read as the smaller of its two meanings).
pub(super) const PICTURE_LIMIT: u64 = 1_000_000;
/// Largest document it takes, bytes (5 MB, the same).
pub(super) const DOCUMENT_LIMIT: u64 = 5_000_000;

/// What an upload was, which decides how it is sent. The platform's handles look alike, so ours begin with the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Picture,
    Document,
}

impl Kind {
    const fn mark(self) -> &'static str {
        match self {
            Self::Picture => "picture:",
            Self::Document => "document:",
        }
    }

    /// By the first bytes; the name may say anything.
    fn of(content: &[u8]) -> Option<Self> {
        const STARTS: [(&[u8], Kind); 5] = [
            (b"\xff\xd8\xff", Kind::Picture),
            (b"\x89PNG\r\n\x1a\n", Kind::Picture),
            (b"%PDF-", Kind::Document),
            // The old Word's container, and the zip that a new Word file is.
            (b"\xd0\xcf\x11\xe0", Kind::Document),
            (b"PK\x03\x04", Kind::Document),
        ];
        STARTS.into_iter().find(|(start, _)| content.starts_with(start)).map(|(_, kind)| kind)
    }

    const fn limit(self) -> u64 {
        match self {
            Self::Picture => PICTURE_LIMIT,
            Self::Document => DOCUMENT_LIMIT,
        }
    }
}

/// A file the platform has.
#[derive(Debug, Clone)]
struct Uploaded {
    kind: Kind,
    handle: String,
}

impl Uploaded {
    fn parse(handle: &str) -> Option<Self> {
        let found = [Kind::Picture, Kind::Document]
            .into_iter()
            .find_map(|kind| handle.strip_prefix(kind.mark()).map(|handle| Self { kind, handle: handle.to_owned() }));
        found.filter(|uploaded| !uploaded.handle.is_empty())
    }

    fn kept(&self) -> String {
        format!("{}{}", self.kind.mark(), self.handle)
    }
}

fn refused(reason: FailureReason, why: &str) -> Failure {
    Failure { outcome: Outcome::Final(reason), detail: why.to_owned() }
}

/// People's words with every `[@` broken: there it would be a mention of one or of everybody, which only the service may
/// make. What nobody sees between the two signs is taken out before.
fn harmless(text: &str) -> String {
    nfc(text).replace("[@", "[ @")
}

/// The text behind a mention of the whole group, if there is room for it: the mention rings on every phone.
fn calling_everybody(place: &Place, text: String) -> String {
    let Place::Group(group) = place else { return text };
    let called = format!("{}{text}", call(group));
    if utf16_len(&called) > CAPTION_HARD_LIMIT { text } else { called }
}

/// The mention of everybody in a group, as it stands before a text.
pub(super) fn call(group: &str) -> String {
    format!("[@{group}] ")
}

fn sendable(text: &str) -> Result<String, Failure> {
    let text = harmless(text);
    match utf16_len(&text) {
        0 => Err(refused(FailureReason::ContentOther, "the text is empty")),
        length if length > CAPTION_HARD_LIMIT => {
            Err(refused(FailureReason::TooLong, "the text is longer than 2000 characters"))
        }
        _ => Ok(text),
    }
}

impl ZaloOa {
    pub(super) async fn send_now(&self, chat: &str, outgoing: &Outgoing) -> Result<Receipt, Failure> {
        let place = Place::parse(chat)
            .ok_or_else(|| refused(FailureReason::ChatNotFound, "the chat id says neither group nor person"))?;
        match outgoing {
            Outgoing::Text { text, reply_to, everybody, .. } => {
                let text = sendable(text)?;
                let text = if *everybody { calling_everybody(&place, text) } else { text };
                let mut message = json!({ "text": text });
                // Documented for people only.
                if let (Place::Person(_), Some(quoted)) = (&place, reply_to) {
                    message["quote_message_id"] = quoted.as_str().into();
                }
                self.post_message(&place, &message).await
            }
            Outgoing::File { source, name, caption, .. } => self.send_file(&place, source, name, caption).await,
            Outgoing::Edit { .. } => {
                Err(refused(FailureReason::MessageGone, "this platform changes no message afterwards"))
            }
        }
    }

    /// Uploads what is new, and uploads it once more if the handle just given has expired.
    async fn send_file(
        &self,
        place: &Place,
        source: &FileSource,
        name: &str,
        caption: &str,
    ) -> Result<Receipt, Failure> {
        let bytes = match source {
            FileSource::Bytes(bytes) => bytes,
            FileSource::Handle(handle) => {
                let uploaded = Uploaded::parse(handle)
                    .ok_or_else(|| refused(FailureReason::ContentOther, "the upload's handle is not ours"))?;
                return self.post_message(place, &file_message(&uploaded, caption)?).await;
            }
            FileSource::Link(_) => {
                return Err(refused(FailureReason::ContentOther, "this platform takes no addresses of files"));
            }
        };
        let uploaded = self.upload(bytes, name).await?;
        let sent = self.post_answer(place, &file_message(&uploaded, caption)?).await?;
        if errors::code(&sent).is_some() && errors::verdict(&sent) == Verdict::Handle {
            let again = self.upload(bytes, name).await?;
            let sent = self.post_answer(place, &file_message(&again, caption)?).await?;
            return self.receipt(place, &sent, Some(&again));
        }
        self.receipt(place, &sent, Some(&uploaded))
    }

    async fn upload(&self, bytes: &[u8], name: &str) -> Result<Uploaded, Failure> {
        let kind = Kind::of(bytes).ok_or_else(|| {
            refused(FailureReason::ContentOther, "only JPG, PNG, PDF, DOC and DOCX can be sent as files")
        })?;
        if bytes.len() as u64 > kind.limit() {
            return Err(refused(FailureReason::TooBig, "the file is larger than the platform takes"));
        }
        let (path, key) = match kind {
            Kind::Picture => ("v2.0/oa/upload/image", "attachment_id"),
            Kind::Document => ("v2.0/oa/upload/file", "token"),
        };
        let url = below(&self.api.base, path);
        let form = || Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
        let total = self.config.total_with_file;
        let answer = self.api.call(|client| client.post(&url).timeout(total).multipart(form())).await;
        let answer = answer.map_err(|none| nothing_left(none.into(), self.config.clock.now()))?;
        if !errors::is_success(&answer) {
            let outcome = errors::upload_outcome(errors::verdict(&answer), self.config.clock.now());
            return Err(Failure { outcome, detail: format!("upload: {}", errors::detail(&answer)) });
        }
        let handle = loose::id(&answer.body["data"][key]);
        let handle = handle.ok_or_else(|| refused(FailureReason::ContentOther, "the upload answered without a handle"));
        handle.map(|handle| Uploaded { kind, handle })
    }

    async fn post_message(&self, place: &Place, message: &Value) -> Result<Receipt, Failure> {
        let answer = self.post_answer(place, message).await?;
        self.receipt(place, &answer, None)
    }

    async fn post_answer(&self, place: &Place, message: &Value) -> Result<Answer, Failure> {
        let (path, recipient) = match place {
            Place::Group(id) => ("v3.0/oa/group/message", json!({ "group_id": id })),
            Place::Person(id) => ("v3.0/oa/message/cs", json!({ "user_id": id })),
        };
        let (url, body) = (below(&self.api.base, path), json!({ "recipient": recipient, "message": message }));
        Ok(self.api.call(|client| client.post(&url).json(&body)).await?)
    }

    fn receipt(&self, place: &Place, answer: &Answer, uploaded: Option<&Uploaded>) -> Result<Receipt, Failure> {
        if let Some(external_id) = errors::message_id(answer) {
            self.remember_own(&external_id);
            return Ok(Receipt { external_id, upload_handle: uploaded.map(Uploaded::kept) });
        }
        if errors::is_success(answer) {
            let outcome = Outcome::Unknown(UnknownReason::Unreadable);
            return Err(Failure { outcome, detail: "taken, but the answer names no message".to_owned() });
        }
        let now = self.config.clock.now();
        let outcome = match (place, errors::verdict(answer)) {
            // Past the free answers, and nothing is paid for: only the person's own word opens the chat again.
            (Place::Person(_), Verdict::PersonQuota | Verdict::Quota) => Outcome::Final(FailureReason::PersonQuota),
            (_, verdict) => errors::outcome(verdict, now),
        };
        if outcome == Outcome::Final(FailureReason::GroupDisabled) {
            // The next upkeep looks.
            self.look_at.store(0, Ordering::Relaxed);
        }
        Err(Failure { outcome, detail: errors::detail(answer) })
    }
}

/// No message has left yet: an upload whose answer is lost is simply made again.
fn nothing_left(failure: Failure, now: Millis) -> Failure {
    match failure.outcome {
        Outcome::Unknown(reason) => {
            Failure { outcome: errors::upload_outcome(Verdict::Unknown(reason), now), ..failure }
        }
        _ => failure,
    }
}

/// A picture carries its caption. A document carries no text: what must be read stands in a message of its own.
fn file_message(uploaded: &Uploaded, caption: &str) -> Result<Value, Failure> {
    let handle = &uploaded.handle;
    let mut message = match uploaded.kind {
        Kind::Document => return Ok(json!({ "attachment": { "type": "file", "payload": { "token": handle } } })),
        Kind::Picture => {
            let element = json!({ "media_type": "image", "attachment_id": handle });
            let payload = json!({ "template_type": "media", "elements": [element] });
            json!({ "attachment": { "type": "template", "payload": payload } })
        }
    };
    if !caption.is_empty() {
        message["text"] = sendable(caption)?.into();
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("[@1234567890] mọi người", "[ @1234567890] mọi người")]
    #[case("[[@1][@2]", "[[ @1][ @2]")]
    #[case("[ @1] @tất cả", "[ @1] @tất cả")]
    #[case("[\u{200b}@1] [\u{202e}\u{feff}@1]", "[ @1] [ @1]")]
    fn nobody_is_mentioned_by_what_people_write(#[case] text: &str, #[case] sent: &str) {
        assert_eq!(sendable(text).unwrap(), sent);
    }

    #[rstest]
    #[case(b"\xff\xd8\xff\xe0", Some(Kind::Picture))]
    #[case(b"\x89PNG\r\n\x1a\n", Some(Kind::Picture))]
    #[case(b"%PDF-1.7", Some(Kind::Document))]
    #[case(b"PK\x03\x04", Some(Kind::Document))]
    #[case(b"\xd0\xcf\x11\xe0\xa1", Some(Kind::Document))]
    #[case(b"MZ\x90", None)]
    #[case(b"", None)]
    fn a_files_kind_is_read_from_its_first_bytes(#[case] content: &[u8], #[case] kind: Option<Kind>) {
        assert_eq!(Kind::of(content), kind);
    }

    #[test]
    fn a_handle_remembers_what_it_is_for() {
        let kept = Uploaded { kind: Kind::Picture, handle: "abc".to_owned() }.kept();
        assert_eq!(
            Uploaded::parse(&kept).map(|uploaded| (uploaded.kind, uploaded.handle)),
            Some((Kind::Picture, "abc".to_owned()))
        );
        assert!(Uploaded::parse("abc").is_none() && Uploaded::parse("document:").is_none());
    }
}
