//! How the Bot API refuses a bot.

use serde_json::{Value, json};

use crate::params::Unreadable;

/// A refusal in the Bot API's words. `code` is both `error_code` and the HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub code: u16,
    pub description: String,
    pub parameters: Option<Value>,
}

/// What every Bot API method returns.
pub(super) type ApiResult = Result<Value, ApiError>;

impl ApiError {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), parameters: None }
    }

    /// 400 with the usual prefix.
    pub(super) fn bad(text: &str) -> Self {
        Self::new(400, format!("Bad Request: {text}"))
    }

    /// 403 with the usual prefix.
    pub(super) fn forbidden(text: &str) -> Self {
        Self::new(403, format!("Forbidden: {text}"))
    }

    /// 429 with the seconds to wait.
    pub(super) fn flood(retry_after: u32) -> Self {
        let mut error = Self::new(429, format!("Too Many Requests: retry after {retry_after}"));
        error.parameters = Some(json!({ "retry_after": retry_after }));
        error
    }

    /// The answer for a basic group that has become a supergroup.
    pub(super) fn migrated(to: i64) -> Self {
        let mut error = Self::bad("group chat was upgraded to a supergroup chat");
        error.parameters = Some(json!({ "migrate_to_chat_id": to }));
        error
    }

    /// Seconds for the `Retry-After` header, if any.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.parameters.as_ref()?.get("retry_after")?.as_u64()
    }

    /// The body the Bot API sends.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}

impl From<Unreadable> for ApiError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable.status {
            400 => Self::bad(&unreadable.text),
            status => Self::new(status, unreadable.text),
        }
    }
}
