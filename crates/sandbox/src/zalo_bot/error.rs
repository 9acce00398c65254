//! How the platform refuses a bot.

use serde_json::{Value, json};

use super::config::ErrorStatus;
use crate::params::Unreadable;

/// A refusal in the platform's envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: u16,
    /// The HTTP status, where it is not left to [`ErrorStatus`].
    pub status: Option<u16>,
    pub description: String,
}

/// What a method returns: `None` is a success without a `result`.
pub(super) type Answered = Result<Option<Value>, Refusal>;

impl Refusal {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, status: None, description: description.into() }
    }

    /// 400: a parameter is wrong. The texts are the sandbox's own, nobody documents them.
    pub(super) fn bad(what: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad request: {what}"))
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Not found")
    }

    /// 429: the month, the second, or the number of people is used up.
    pub(super) fn quota() -> Self {
        Self::new(429, "Quota exceeded")
    }

    pub(super) fn http_status(&self, rule: ErrorStatus) -> u16 {
        self.status.unwrap_or(if rule == ErrorStatus::Ok { 200 } else { self.code })
    }

    pub(super) fn body(&self) -> Value {
        json!({ "ok": false, "description": self.description, "error_code": self.code })
    }
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        Self::bad(unreadable.text)
    }
}
