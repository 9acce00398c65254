//! How the Open API refuses a client.

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
