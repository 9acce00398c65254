//! Scripted faults: which call goes wrong, and how. The same words and the same counting on every platform.
//!
//! A fault watches the calls it matches, counts them, and fires from the `nth` on, `times` times. Armed at the start, in
//! process through [`Hand::set_faults`](crate::Hand::set_faults), or by `POST /sandbox/faults`. A delivery to a webhook
//! is a call of the method `webhook`.

use serde::{Deserialize, Deserializer, Serialize};

/// One scripted fault. Absent filters match everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The method in any letter case, or the end of the path where calls have paths (`group/message`, `access_token`).
    #[serde(default, alias = "path")]
    pub method: Option<String>,
    /// The chat the call is about, as the platform numbers it.
    #[serde(default, deserialize_with = "text_or_number")]
    pub chat: Option<String>,
    /// The first matching call that goes wrong, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls in a row go wrong; 0 means all from then on.
    #[serde(default = "one")]
    pub times: u32,
    /// What happens.
    pub kind: FaultKind,
}

/// How a call goes wrong. "Delivered" means that the effect took place although the caller is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum FaultKind {
    /// A refusal in the platform's own form.
    Error {
        /// The platform's code: `error_code`, or `error`.
        code: i64,
        /// The platform's text: `description`, or `message`.
        #[serde(default, alias = "message")]
        description: String,
        /// HTTP status; absent, as for every other error of the platform.
        #[serde(default)]
        status: Option<u16>,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// The platform's way of saying "too fast"; no effect.
    TooManyRequests {
        /// Seconds the caller is told to wait, where the platform tells.
        retry_after: u32,
    },
    /// The token is revoked: refused from now on.
    Unauthorized,
    /// The bot or account is out of the chat before the call.
    #[serde(alias = "removed")]
    Kicked,
    /// The platform's own words for "internal error".
    Restart {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// An error page of a proxy: the status with an HTML body.
    #[serde(alias = "http_error")]
    HtmlError {
        /// HTTP status, usually 502 or 504.
        status: u16,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// Sent elsewhere: the answer names another address.
    Redirect {
        /// The address.
        to: String,
        /// HTTP status.
        #[serde(default = "temporary")]
        status: u16,
    },
    /// No answer at all, until the client gives up.
    Hang {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// No answer until [`Hand::release`](crate::Hand::release), then the usual one.
    Hold {
        /// Whether the effect takes place before the wait or after it.
        #[serde(default)]
        delivered: bool,
    },
    /// The effect takes place at once, the answer comes late.
    Delay {
        /// Milliseconds of real time before the answer.
        ms: u64,
    },
    /// The connection is reset before the effect.
    ResetBefore,
    /// The effect takes place, then the connection is reset without an answer.
    ResetAfter,
    /// The connection is reset while the request is being read; no effect. Its chat is not known by then.
    CutRequest {
        /// Bytes of the request's body that are read.
        at: usize,
    },
    /// The effect takes place; the connection is closed in the middle of the answer.
    CutAnswer {
        /// Bytes of the answer that are written, headers included.
        at: usize,
    },
    /// The answer begins well and never ends, until the client gives up.
    Endless {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// The answer is 200 with a body that is no JSON.
    Garbage {
        /// Whether the effect took place.
        #[serde(default = "yes")]
        delivered: bool,
    },
    /// The effect takes place; the answer is a success with a message id in a shape that no client knows.
    #[serde(alias = "unusual_success")]
    UnparsableSuccess,
    /// The effect takes place; the answer's body is whole for HTTP and breaks off in the middle for JSON.
    TruncatedSuccess,
    /// The effect takes place; the answer is a success without anything in it.
    NoData,
    /// The platform's clock is wrong from this call on: message dates and the `Date` of answers.
    ClockAhead {
        /// Milliseconds; behind when negative, right again when 0.
        ms: i64,
    },
    /// Webhook: the event is posted twice.
    Duplicate,
    /// Webhook: the event is never posted.
    Lost,
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

const fn temporary() -> u16 {
    307
}

/// An id that may be written as a number or as a text.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(i64),
    }
    Ok(Option::<Id>::deserialize(from)?.map(|id| match id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    }))
}

/// A chat's id, a number or a text as its platform has it.
#[derive(Debug, Clone)]
pub struct ChatId(String);

impl From<i64> for ChatId {
    fn from(id: i64) -> Self {
        Self(id.to_string())
    }
}

impl<T: AsRef<str> + ?Sized> From<&T> for ChatId {
    fn from(id: &T) -> Self {
        Self(id.as_ref().to_owned())
    }
}

impl Fault {
    /// A fault of the next call of `method`, wherever it goes.
    #[must_use]
    pub fn next(method: &str, kind: FaultKind) -> Self {
        Self { method: Some(method.to_owned()), chat: None, nth: 1, times: 1, kind }
    }

    /// The same fault for calls into one chat only.
    #[must_use]
    pub fn in_chat(mut self, chat: impl Into<ChatId>) -> Self {
        self.chat = Some(chat.into().0);
        self
    }

    /// The same fault from the `nth` matching call on, `times` times (0: for ever).
    #[must_use]
    pub fn from_call(mut self, nth: u32, times: u32) -> Self {
        self.nth = nth.max(1);
        self.times = times;
        self
    }

    fn watches(&self, called: &str) -> bool {
        let called = called.to_ascii_lowercase();
        self.method.as_ref().is_none_or(|wanted| {
            let wanted = wanted.to_ascii_lowercase();
            called == wanted || called.starts_with('/') && called.ends_with(&wanted)
        })
    }

    fn fires_at(&self, seen: u32) -> bool {
        seen >= self.nth && (self.times == 0 || seen - self.nth < self.times)
    }
}

impl FaultKind {
    /// A refusal in the platform's own form, without effect.
    #[must_use]
    pub fn error(code: i64, description: &str) -> Self {
        Self::Error { code, description: description.to_owned(), status: None, delivered: false }
    }

    /// Whether the call still has its effect.
    pub(crate) const fn delivers(&self) -> bool {
        match self {
            Self::Error { delivered, .. }
            | Self::Restart { delivered }
            | Self::HtmlError { delivered, .. }
            | Self::Hang { delivered }
            | Self::Hold { delivered }
            | Self::Endless { delivered }
            | Self::Garbage { delivered } => *delivered,
            Self::TooManyRequests { .. }
            | Self::Unauthorized
            | Self::Redirect { .. }
            | Self::ResetBefore
            | Self::CutRequest { .. }
            | Self::Lost => false,
            Self::Kicked
            | Self::Delay { .. }
            | Self::ResetAfter
            | Self::CutAnswer { .. }
            | Self::UnparsableSuccess
            | Self::TruncatedSuccess
            | Self::NoData
            | Self::ClockAhead { .. }
            | Self::Duplicate => true,
        }
    }
}

/// The armed faults with their counters.
#[derive(Debug, Default)]
pub struct Armed(Vec<(Fault, u32)>);

impl Armed {
    /// These faults, none of which has seen a call.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0)).collect())
    }

    /// Arms one more.
    pub fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0));
    }

    /// Counts a call at every fault that watches it and returns the first that fires. Those that cut a request have had
    /// their turn in [`Armed::cut`].
    pub fn strike(&mut self, method: &str, chat: Option<&str>) -> Option<FaultKind> {
        let cuts = |fault: &Fault| matches!(fault.kind, FaultKind::CutRequest { .. });
        let here = |fault: &Fault| fault.chat.as_deref().is_none_or(|wanted| chat == Some(wanted));
        self.first(|fault| !cuts(fault) && fault.watches(method) && here(fault))
    }

    /// Bytes after which the request of this call is cut, if a fault wants that.
    pub fn cut(&mut self, method: &str) -> Option<usize> {
        let cuts = |fault: &Fault| matches!(fault.kind, FaultKind::CutRequest { .. });
        match self.first(|fault| cuts(fault) && fault.watches(method))? {
            FaultKind::CutRequest { at } => Some(at),
            _ => None,
        }
    }

    fn first(&mut self, watches: impl Fn(&Fault) -> bool) -> Option<FaultKind> {
        let mut struck = None;
        for (fault, seen) in self.0.iter_mut().filter(|(fault, _)| watches(fault)) {
            *seen = seen.saturating_add(1);
            if struck.is_none() && fault.fires_at(*seen) {
                struck = Some(fault.kind.clone());
            }
        }
        struck
    }

    /// The faults as they were armed, fired or not.
    pub fn list(&self) -> Vec<Fault> {
        self.0.iter().map(|(fault, _)| fault.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_counts_for_itself_and_the_first_that_fires_strikes() {
        let late = |nth, times, ms| Fault::next("sendMessage", FaultKind::Delay { ms }).from_call(nth, times);
        let mut armed = Armed::new(vec![late(2, 1, 2), late(1, 0, 1).in_chat(-7)]);
        let calls: Vec<_> = (0..3).map(|_| armed.strike("SENDMESSAGE", Some("-7"))).collect();
        assert_eq!(calls, [1, 2, 1].map(|ms| Some(FaultKind::Delay { ms })));
        assert_eq!(armed.strike("sendMessage", None), None, "its turn is over, and the other watches one chat");
        armed.add(Fault::next("group/message", FaultKind::NoData));
        assert_eq!(armed.strike("/v3.0/oa/group/message", None), Some(FaultKind::NoData));
        assert_eq!(armed.list().len(), 3);
    }

    #[test]
    fn ids_are_read_as_numbers_and_as_texts_and_older_words_are_known() {
        let read = |text: &str| serde_json::from_str::<Fault>(text).unwrap();
        let fault = read(r#"{"path": "upload", "chat": -5, "kind": {"what": "http_error", "status": 502}}"#);
        let expected = Fault::next("upload", FaultKind::HtmlError { status: 502, delivered: false }).in_chat("-5");
        assert_eq!(fault, expected);
        assert_eq!(read(r#"{"kind": {"what": "removed"}}"#).kind, FaultKind::Kicked);
        assert_eq!(read(r#"{"kind": {"what": "error", "code": -1, "message": "x"}}"#).kind, FaultKind::error(-1, "x"));
    }
}
