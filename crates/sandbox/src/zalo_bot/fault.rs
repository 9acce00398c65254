//! Scripted faults: which call goes wrong, and how.
//!
//! A fault watches the calls it matches, counts them, and fires from the `nth` on, `times` times. A webhook delivery
//! is a call of the method `webhook`. Set in process through the handle or by `POST /sandbox/faults`.

use crate::armed::{Armed, Scripted};

/// One scripted fault. Absent filters match everything.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ZaloBotFault {
    /// The method, or `webhook`.
    #[serde(default)]
    pub method: Option<String>,
    /// The call's `chat_id`.
    #[serde(default)]
    pub chat: Option<String>,
    /// The first matching call that goes wrong, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls in a row go wrong; 0 means all from then on.
    #[serde(default = "one")]
    pub times: u32,
    /// What happens.
    pub kind: ZaloBotFaultKind,
}

/// How a call goes wrong. "Delivered" means that the effect took place although the caller is not told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum ZaloBotFaultKind {
    /// An answer of the platform with `ok: false`.
    Error {
        /// `error_code`.
        code: u16,
        /// HTTP status; absent, as for every other error.
        #[serde(default)]
        status: Option<u16>,
        /// `description`; may be empty.
        #[serde(default)]
        description: String,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// An error page of a proxy: the status with an HTML body.
    HtmlError {
        /// HTTP status, usually 502 or 504.
        status: u16,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// No answer at all, until the client gives up.
    Hang {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// The connection is reset before the effect.
    ResetBefore,
    /// The effect takes place, then the connection is reset without an answer.
    ResetAfter,
    /// The effect takes place at once, the answer comes late.
    Delay {
        /// Milliseconds of real time before the answer.
        ms: u64,
    },
    /// The effect takes place; the answer is 200 with a body that is no JSON.
    Garbage,
    /// The effect takes place; the answer has `ok` and `message_id` in a shape nobody documents.
    UnusualSuccess,
    /// The effect takes place; the answer breaks off in the middle.
    TruncatedSuccess,
    /// The token is killed: 401 from now on.
    Unauthorized,
    /// The bot is removed from the group before the call.
    Removed,
    /// Webhook: the event is posted twice.
    Duplicate,
    /// Webhook: the event is never posted.
    Lost,
}

const fn one() -> u32 {
    1
}

impl ZaloBotFault {
    /// A fault of the next call of `method`, wherever it goes.
    #[must_use]
    pub fn next(method: &str, kind: ZaloBotFaultKind) -> Self {
        Self { method: Some(method.to_owned()), chat: None, nth: 1, times: 1, kind }
    }

    /// The same fault for calls into one chat only.
    #[must_use]
    pub fn in_chat(mut self, chat: &str) -> Self {
        self.chat = Some(chat.to_owned());
        self
    }

    /// The same fault from the `nth` matching call on, `times` times (0: for ever).
    #[must_use]
    pub fn from_call(mut self, nth: u32, times: u32) -> Self {
        self.nth = nth.max(1);
        self.times = times;
        self
    }

    /// Whether it watches a call.
    pub(super) fn matches(&self, method: &str, chat: Option<&str>) -> bool {
        self.method.as_deref().is_none_or(|m| m == method) && self.chat.as_deref().is_none_or(|c| chat == Some(c))
    }
}

impl ZaloBotFaultKind {
    /// Whether the call still has its effect.
    pub(super) fn delivers(&self) -> bool {
        match self {
            Self::Error { delivered, .. } | Self::HtmlError { delivered, .. } | Self::Hang { delivered } => *delivered,
            Self::ResetBefore | Self::Unauthorized => false,
            _ => true,
        }
    }
}

/// The armed faults with their counters.
pub(super) type FaultList = Armed<ZaloBotFault>;

impl Scripted for ZaloBotFault {
    type Kind = ZaloBotFaultKind;

    fn script(&self) -> (u32, u32, &Self::Kind) {
        (self.nth, self.times, &self.kind)
    }
}
