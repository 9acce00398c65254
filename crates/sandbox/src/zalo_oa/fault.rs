//! Scripted faults: which call goes wrong, and how.
//!
//! A fault watches the calls it matches, counts them, and fires from the `nth` on, `times` times.

use crate::armed::{Armed, Scripted};

/// One scripted fault. Absent filters match everything.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OaFault {
    /// The end of the call's path: `group/message`, `upload/file`, `access_token`, …
    #[serde(default)]
    pub path: Option<String>,
    /// The group, or the person of a private message.
    #[serde(default)]
    pub chat: Option<String>,
    /// The first matching call that goes wrong, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls in a row go wrong; 0 means all from then on.
    #[serde(default = "one")]
    pub times: u32,
    /// What happens.
    pub kind: OaFaultKind,
}

/// How a call goes wrong. "Delivered" means that the effect took place although the caller is not told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum OaFaultKind {
    /// An error in the envelope (or in the body of an OAuth error); no effect.
    Error {
        /// `error`.
        code: i64,
        /// `message`.
        #[serde(default)]
        message: String,
    },
    /// An error page of a proxy.
    HttpError {
        /// HTTP status, usually 502 or 504.
        status: u16,
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// No answer until the caller gives up.
    Hang {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// The connection is reset before the effect.
    ResetBefore,
    /// The effect takes place, then the connection is reset without an answer.
    ResetAfter,
    /// HTTP 200 with a body that is no JSON.
    Garbage {
        /// Whether the effect took place.
        #[serde(default)]
        delivered: bool,
    },
    /// The effect takes place; the answer is a success without `data`.
    NoData,
}

impl OaFaultKind {
    /// Whether the call has its effect all the same.
    pub(super) fn delivers(&self) -> bool {
        match self {
            Self::HttpError { delivered, .. } | Self::Hang { delivered } | Self::Garbage { delivered } => *delivered,
            Self::ResetAfter | Self::NoData => true,
            Self::Error { .. } | Self::ResetBefore => false,
        }
    }
}

const fn one() -> u32 {
    1
}

impl OaFault {
    /// A fault of the next call whose path ends with `path`, wherever it goes.
    #[must_use]
    pub fn next(path: &str, kind: OaFaultKind) -> Self {
        Self { path: Some(path.to_owned()), chat: None, nth: 1, times: 1, kind }
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
    pub(super) fn matches(&self, path: &str, chat: Option<&str>) -> bool {
        self.path.as_deref().is_none_or(|end| path.ends_with(end))
            && self.chat.as_deref().is_none_or(|wanted| chat == Some(wanted))
    }
}

/// The armed faults with their counters.
pub(super) type FaultList = Armed<OaFault>;

impl Scripted for OaFault {
    type Kind = OaFaultKind;

    fn script(&self) -> (u32, u32, &Self::Kind) {
        (self.nth, self.times, &self.kind)
    }
}
