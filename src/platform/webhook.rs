//! What a platform posts to our address, before anything of it is believed.

use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::RawUpdate;
use crate::domain::calendar::Millis;
use crate::id::sha256_hex;

/// A request as it came. Nothing of it is true until the gateway has checked it.
#[derive(Clone, Copy)]
pub struct WebhookRequest<'a> {
    /// Header names in lower case, with their values.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte: signatures are over it.
    pub body: &'a [u8],
    /// Machine time.
    pub now: Millis,
}

impl WebhookRequest<'_> {
    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether the body begins as every update does: what cannot be read of such a one is lost, and of another nothing.
    #[must_use]
    pub fn is_like_an_object(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"{")
    }

    /// Whether there is nothing in it: somebody looks whether the address answers.
    #[must_use]
    pub fn is_a_look(&self) -> bool {
        let said = self.body.trim_ascii();
        said.is_empty()
            || said
                .strip_prefix(b"{")
                .and_then(|rest| rest.strip_suffix(b"}"))
                .is_some_and(|inside| inside.trim_ascii().is_empty())
    }

    /// The body as JSON; none when it is not.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }
}

/// What a request turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrived {
    /// From the platform.
    Updates(Vec<RawUpdate>),
    /// Only a look whether somebody answers: 200, and nothing follows.
    Probe,
    /// Not proven to come from the platform: nothing is read, nothing is kept.
    Refused(&'static str),
}

/// Whether two secrets are the same, in time that tells nothing about where they differ.
#[must_use]
pub fn same_secret(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The secret we give a platform to send back, made from the account's token: every worker knows it, nothing stores it, and
/// a new token makes a new one. 64 hex digits.
#[must_use]
pub fn derived_secret(token: &str) -> String {
    sha256_hex(format!("loa webhook {token}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_given_to_a_platform_is_the_same_everywhere_and_not_the_token() {
        assert_eq!(derived_secret("1:a"), derived_secret("1:a"));
        assert_ne!(derived_secret("1:a"), derived_secret("1:b"));
        assert!(derived_secret("1:a").bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn what_holds_nothing_is_a_look_and_anything_else_is_not() {
        let is_a_look = |body: &[u8]| WebhookRequest { headers: &[], body, now: Millis(0) }.is_a_look();
        assert!(is_a_look(b"") && is_a_look(b" {} ") && is_a_look(b"{\n}"));
        assert!(!is_a_look(b"{\"a\":1}") && !is_a_look(b"{") && !is_a_look(b"[]") && !is_a_look(b"{}}"));
    }

    #[test]
    fn secrets_of_different_length_are_different() {
        assert!(same_secret("abc", "abc"));
        assert!(!same_secret("abc", "abcd"));
    }
}
