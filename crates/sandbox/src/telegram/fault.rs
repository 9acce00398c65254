//! Scripted faults: which call goes wrong, and how.
//!
//! A fault watches the calls it matches, counts them, and fires from the `nth` on, `times` times. Set in
//! process through [`Handle::set_faults`](super::Handle::set_faults) or by `POST /sandbox/faults`.

use super::armed::{Armed, Scripted};

/// One scripted fault. Absent filters match everything.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// Bot API method, in any letter case.
    #[serde(default)]
    pub method: Option<String>,
    /// The call's `chat_id`.
    #[serde(default)]
    pub chat: Option<i64>,
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum FaultKind {
    /// 429 with `retry_after` seconds; no effect.
    TooManyRequests {
        /// Seconds the caller is told to wait.
        retry_after: u32,
    },
    /// An error page of a proxy: the status with an HTML body.
    HtmlError {
        /// HTTP status, usually 502 or 504.
        status: u16,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// 500 `Internal Server Error: restart`.
    Restart {
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
    /// The effect takes place; the answer is `"ok":true` with a `message_id` but a shape no client knows.
    UnparsableSuccess,
    /// The effect takes place; the answer breaks off in the middle.
    TruncatedSuccess,
    /// The token is revoked: 401 from now on.
    Unauthorized,
    /// The bot is thrown out of the chat before the call.
    Kicked,
    /// Any other answer; no effect.
    Error {
        /// `error_code` and HTTP status.
        code: u16,
        /// Full `description`.
        description: String,
    },
}

const fn one() -> u32 {
    1
}

impl Fault {
    /// A fault of the next call of `method`, wherever it goes.
    #[must_use]
    pub fn next(method: &str, kind: FaultKind) -> Self {
        Self { method: Some(method.to_owned()), chat: None, nth: 1, times: 1, kind }
    }

    /// The same fault for calls into one chat only.
    #[must_use]
    pub fn in_chat(mut self, chat: i64) -> Self {
        self.chat = Some(chat);
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
    pub(super) fn matches(&self, method: &str, chat: Option<i64>) -> bool {
        self.method.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(method))
            && self.chat.is_none_or(|c| chat == Some(c))
    }
}

/// The armed faults with their counters.
pub(super) type FaultList = Armed<Fault>;

impl Scripted for Fault {
    type Kind = FaultKind;

    fn script(&self) -> (u32, u32, &Self::Kind) {
        (self.nth, self.times, &self.kind)
    }
}
