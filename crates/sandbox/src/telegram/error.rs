//! The two ways a call is refused: as the Bot API refuses a bot, and as the control surface refuses a test.

use serde_json::{Value, json};

/// A refusal in the Bot API's words. `code` is both `error_code` and the HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub code: u16,
    pub description: String,
    pub parameters: Option<Value>,
}

/// What every Bot API method returns.
pub(crate) type ApiResult = Result<Value, ApiError>;

impl ApiError {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), parameters: None }
    }

    /// 400 with the usual prefix.
    pub(crate) fn bad(text: &str) -> Self {
        Self::new(400, format!("Bad Request: {text}"))
    }

    /// 403 with the usual prefix.
    pub(crate) fn forbidden(text: &str) -> Self {
        Self::new(403, format!("Forbidden: {text}"))
    }

    /// 429 with the seconds to wait.
    pub(crate) fn flood(retry_after: u32) -> Self {
        let mut error = Self::new(429, format!("Too Many Requests: retry after {retry_after}"));
        error.parameters = Some(json!({ "retry_after": retry_after }));
        error
    }

    /// The answer for a basic group that has become a supergroup.
    pub(crate) fn migrated(to: i64) -> Self {
        let mut error = Self::bad("group chat was upgraded to a supergroup chat");
        error.parameters = Some(json!({ "migrate_to_chat_id": to }));
        error
    }

    /// Seconds for the `Retry-After` header, if any.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.parameters.as_ref()?.get("retry_after")?.as_u64()
    }

    /// The body the Bot API sends.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}

/// Why the sandbox would not do what a test, the demo or the command line asked of its people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No such person or bot.
    #[error("there is no user {0}")]
    NoSuchUser(i64),
    /// No such group, and no private chat by that number.
    #[error("there is no chat {0}")]
    NoSuchChat(i64),
    /// The chat exists already.
    #[error("chat {0} exists already")]
    ChatExists(i64),
    /// The user is not in the chat.
    #[error("user {user} is not in chat {chat}")]
    NotInChat {
        /// The user.
        user: i64,
        /// The chat.
        chat: i64,
    },
    /// The group does not let the person write, or is closed.
    #[error("user {user} may not write in chat {chat}")]
    MayNotWrite {
        /// The user.
        user: i64,
        /// The chat.
        chat: i64,
    },
    /// No such message, or it was deleted.
    #[error("there is no message {message} in chat {chat}")]
    NoSuchMessage {
        /// The chat.
        chat: i64,
        /// The message id.
        message: i64,
    },
    /// No button with that text or data.
    #[error("there is no button `{button}` in chat {chat}")]
    NoSuchButton {
        /// The chat.
        chat: i64,
        /// The text or data looked for.
        button: String,
    },
    /// The act makes sense only in a group (or only in a basic group, for a migration).
    #[error("chat {0} is not that kind of chat")]
    WrongKind(i64),
    /// A request to the control surface that could not be read.
    #[error("{0}")]
    BadRequest(String),
}
