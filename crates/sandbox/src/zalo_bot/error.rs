//! The two ways a call is refused: as the platform refuses a bot, and as the control surface refuses a test.

use serde_json::{Value, json};

use super::config::ErrorStatus;
use crate::telegram::error::ApiError;

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

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::new(400, error.description)
    }
}

/// Why the stand-in would not do what a test, the demo or the command line asked of its people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZaloBotControlError {
    /// No such person.
    #[error("there is no person {0}")]
    NoSuchPerson(String),
    /// No such group, and no private chat by that id.
    #[error("there is no chat {0}")]
    NoSuchChat(String),
    /// The id is in use.
    #[error("{0} exists already")]
    Taken(String),
    /// The id does not have the platform's shape.
    #[error("`{0}` is no id of this platform: a person's is 20 hex digits, a group's is zgr- and hex digits")]
    BadId(String),
    /// The person, or the bot, is not in the group.
    #[error("{who} is not in chat {chat}")]
    NotInChat {
        /// The person, or `bot`.
        who: String,
        /// The chat.
        chat: String,
    },
    /// No such message.
    #[error("there is no message {message} in chat {chat}")]
    NoSuchMessage {
        /// The chat.
        chat: String,
        /// The message id.
        message: String,
    },
    /// The plan has no room for another group.
    #[error("the bot is in {0} groups already, and its plan allows no more")]
    GroupsFull(u32),
    /// A request to the control surface that could not be read, or asks for what the platform does not have.
    #[error("{0}")]
    BadRequest(String),
}
