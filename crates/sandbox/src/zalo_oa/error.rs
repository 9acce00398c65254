//! The two ways a call is refused: as the Open API refuses a client, and as the control surface refuses a test.

use serde_json::{Value, json};

/// A refusal in the envelope: HTTP 200 and `error` other than 0, as nearly always at the real service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OaError {
    pub code: i64,
    pub message: String,
    /// HTTP status.
    pub status: u16,
}

/// What every call returns: the `data` of a success.
pub(super) type OaResult = Result<Value, OaError>;

impl OaError {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: 200 }
    }

    /// -201: a field is missing or wrong.
    pub(super) fn field(what: &str) -> Self {
        Self::new(-201, format!("{what} is invalid"))
    }

    /// -210: a field is over its limit.
    pub(super) fn over(what: &str) -> Self {
        Self::new(-210, format!("{what} is over limit"))
    }

    /// The answer to a path nobody serves.
    pub(super) fn no_such_api() -> Self {
        Self { code: 404, message: "Empty or invalid API".to_owned(), status: 404 }
    }

    /// The envelope.
    pub(super) fn body(&self) -> Value {
        json!({ "error": self.code, "message": self.message })
    }
}

/// Why the sandbox would not do what a test, the demo or the command line asked of its people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OaControlError {
    /// No such person.
    #[error("there is no person {0}")]
    NoSuchPerson(String),
    /// No such group.
    #[error("there is no group {0}")]
    NoSuchGroup(String),
    /// No such asset.
    #[error("there is no asset {0}")]
    NoSuchAsset(String),
    /// No such message in that chat.
    #[error("there is no message {message} in chat {chat}")]
    NoSuchMessage {
        /// The group, or the person of a private chat.
        chat: String,
        /// The message id.
        message: String,
    },
    /// The person is not in the group.
    #[error("person {person} is not in group {group}")]
    NotInGroup {
        /// The person.
        person: String,
        /// The group.
        group: String,
    },
    /// The group is full, closed, or lets only deputies write.
    #[error("group {0} does not let that happen: it is full, closed or locked")]
    Closed(String),
    /// Nobody opened the consent page.
    #[error("no consent is being asked for")]
    NoConsent,
    /// The address did not answer the probe with 200, so it is not saved.
    #[error("the webhook address did not answer the probe with 200: {0}")]
    Probe(String),
    /// A request that could not be read.
    #[error("{0}")]
    BadRequest(String),
}
