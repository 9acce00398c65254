//! Calls of the Open API with the account's token: refused once, renewed once, tried once more.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, RequestBuilder, Url};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::errors::{self, Verdict};
use super::tokens::{Access, TokenError, TokenKeeper};
use crate::clock::Clock;
use crate::domain::calendar::Millis;
use crate::domain::retry::{Consequence, FailureReason, Outcome, PauseScope};
use crate::platform::exchange::{Answer, Broken, below, exchange};
use crate::platform::{AskError, Failure};

/// The account's line to the platform.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) tokens: TokenKeeper,
    /// The app's secret, when every call has to prove that it is known.
    pub(super) proof_key: Option<SecretString>,
    pub(super) clock: Arc<dyn Clock>,
    /// Machine time until which no call is made: the minute's are used up.
    pub(super) quiet_until: AtomicI64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The transport.
    Broken(Broken),
    /// There is no token to call with.
    Token(TokenError),
    /// The minute's calls are used up; nothing was sent.
    Quiet(Duration),
}

impl From<Broken> for NoAnswer {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<TokenError> for NoAnswer {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<NoAnswer> for AskError {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Broken(broken) => broken.into(),
            NoAnswer::Token(error) => error.into(),
            NoAnswer::Quiet(wait) => Self::Wait(wait),
        }
    }
}

impl From<NoAnswer> for Failure {
    fn from(none: NoAnswer) -> Self {
        let (outcome, detail) = match none {
            NoAnswer::Broken(broken) => return broken.into(),
            NoAnswer::Quiet(wait) => (
                Outcome::RetryLater { after: Some(wait), scope: PauseScope::Account },
                "the calls of this minute are used up".to_owned(),
            ),
            NoAnswer::Token(TokenError::Consent(text)) => (Outcome::Final(FailureReason::Unauthorized), text),
            NoAnswer::Token(TokenError::Wait(wait)) => (
                Outcome::RetryLater { after: Some(wait), scope: PauseScope::Account },
                "another process renews the tokens".to_owned(),
            ),
            NoAnswer::Token(TokenError::Unreachable(text)) => {
                (Outcome::RetryLater { after: None, scope: PauseScope::Gateway }, text)
            }
        };
        Self { outcome, detail }
    }
}

impl Api {
    /// Makes a call. A token that is refused was refused before anything happened, so the call is repeated with another.
    pub(super) async fn call(&self, make: impl Fn(&Client) -> RequestBuilder) -> Result<Answer, NoAnswer> {
        let quiet = self.quiet_until.load(Ordering::Relaxed);
        let now = self.clock.now();
        if quiet > now.0 {
            return Err(NoAnswer::Quiet(errors::wait_until(Millis(quiet), now)));
        }
        let access = self.tokens.current().await?;
        let answer = self.once(&make, &access).await?;
        if errors::verdict(&answer) != Verdict::Token || errors::is_success(&answer) {
            return Ok(answer);
        }
        let other = self.tokens.after_refusal(&access).await?;
        Ok(self.once(&make, &other).await?)
    }

    async fn once(&self, make: &impl Fn(&Client) -> RequestBuilder, access: &Access) -> Result<Answer, Broken> {
        let token = access.token.expose_secret();
        let mut request = make(&self.client).header("access_token", sensitive(token));
        if let Some(key) = &self.proof_key {
            request = request.header("appsecret_proof", sensitive(&proof(key.expose_secret(), token)));
        }
        let mut answer = exchange(request).await?;
        // An answer may repeat what it was asked with; its words go into logs.
        if let Some(said) = answer.body["message"].as_str().filter(|said| !token.is_empty() && said.contains(token)) {
            answer.body["message"] = said.replace(token, "[hidden]").into();
        }
        let now = self.clock.now();
        let spent = !errors::is_success(&answer) && errors::verdict(&answer) == Verdict::Minute;
        if spent || answer.calls_left == Some(0) {
            self.quiet_until.store(errors::minute_end(now).0, Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// Asks for something; gives its `data`.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, AskError> {
        let url = below(&self.base, path);
        data(self.call(|client| client.get(&url).query(query)).await?)
    }

    /// As [`Api::get`], with a body.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, AskError> {
        let url = below(&self.base, path);
        data(self.call(|client| client.post(&url).json(body)).await?)
    }
}

fn data(mut answer: Answer) -> Result<Value, AskError> {
    if errors::is_success(&answer) {
        return Ok(answer.body["data"].take());
    }
    let detail = errors::detail(&answer);
    Err(match errors::verdict(&answer) {
        Verdict::Token | Verdict::Final(FailureReason::Unauthorized) => AskError::Unauthorized(detail),
        Verdict::Final(reason) if reason.consequence() == Consequence::HaltGateway => {
            AskError::Account { reason, detail }
        }
        Verdict::Minute => AskError::Wait(Duration::from_mins(1)),
        Verdict::Unknown(_) => AskError::Unreachable(detail),
        _ => AskError::Refused(detail),
    })
}

/// A header that the client's own prints hide; a token that cannot stand in one is left out and refused by the platform.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// HMAC-SHA256 of the token with the app's secret, hexadecimal (`zaloplatform/zalo-php-sdk`).
fn proof(key: &str, token: &str) -> String {
    use std::fmt::Write as _;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hmac::sign(&key, token.as_bytes()).as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::proof;

    #[test]
    fn the_proof_is_that_of_rfc_4231_case_2() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(proof("Jefe", "what do ya want for nothing?"), expected);
    }
}
