//! How an Official Account's tokens are had: consent with PKCE (RFC 7636, S256), exchange of the code, renewal.
//!
//! The token server judges by the body, not by the status. What it says may repeat what it was given, so secrets are taken
//! out of its words before anybody sees them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::domain::calendar::Millis;
use crate::domain::retry::Phase;
use crate::id::Entropy;
use crate::platform::exchange::{Answer, below, exchange};
use crate::platform::loose;
use crate::platform::vault::TokenPair;

/// Lifetime of an access token where the server does not say: 25 hours.
const ACCESS_SECONDS: i64 = 90_000;
/// What of a question nobody may see.
const SECRET_FIELDS: [&str; 3] = ["refresh_token", "code", "code_verifier"];
/// What OAuth servers call a refusal (RFC 6749, 5.2). Other words may be those of a proxy, which knows nothing of tokens.
const REFUSALS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];
/// Longest words of the token server that are shown.
const WORDS: usize = 200;

/// The app as the token server knows it.
pub(super) struct Oauth {
    pub(super) client: reqwest::Client,
    pub(super) base: Url,
    pub(super) app_id: String,
    pub(super) app_secret: SecretString,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OauthError {
    /// The question never left.
    NotSent(&'static str),
    /// It left, and no answer came that can be read: the old token may be used up.
    Lost(String),
    /// The server refuses.
    Refused(String),
}

impl Oauth {
    /// Renews a pair. The refresh token given is used up if it succeeds.
    pub(super) async fn renew(&self, refresh: &SecretString, now: Millis) -> Result<TokenPair, OauthError> {
        let fields = [
            ("refresh_token", refresh.expose_secret()),
            ("app_id", self.app_id.as_str()),
            ("grant_type", "refresh_token"),
        ];
        self.tokens(&fields, now).await
    }

    /// Exchanges the code of a consent, which lives 10 minutes and works once.
    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &SecretString,
        now: Millis,
    ) -> Result<TokenPair, OauthError> {
        let fields = [
            ("code", code),
            ("app_id", self.app_id.as_str()),
            ("grant_type", "authorization_code"),
            ("code_verifier", verifier.expose_secret()),
        ];
        self.tokens(&fields, now).await
    }

    async fn tokens(&self, fields: &[(&str, &str)], now: Millis) -> Result<TokenPair, OauthError> {
        let mut key = reqwest::header::HeaderValue::from_str(self.app_secret.expose_secret())
            .map_err(|_| OauthError::NotSent("the app's secret cannot stand in a header"))?;
        key.set_sensitive(true);
        let request = self.client.post(below(&self.base, "v4/oa/access_token")).header("secret_key", key).form(fields);
        match exchange(request).await {
            Ok(answer) => pair(&answer, now).ok_or_else(|| self.refusal(&answer, fields)),
            Err(broken) if broken.phase == Phase::NotSent => Err(OauthError::NotSent(broken.words())),
            Err(broken) => Err(OauthError::Lost(broken.words().to_owned())),
        }
    }

    fn refusal(&self, answer: &Answer, fields: &[(&str, &str)]) -> OauthError {
        let body = &answer.body;
        let code = loose::number(&body["error"]).filter(|code| *code != 0);
        let keys = ["error", "error_name", "error_reason", "error_description", "message"];
        let words = keys.map(|key| body[key].as_str().unwrap_or_default().trim());
        let mut words = words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(": ");
        let is_word =
            matches!(answer.status, 400 | 401) && body["error"].as_str().is_some_and(|word| REFUSALS.contains(&word));
        let refuses = code.is_some() || is_word;
        if answer.status >= 500 || !refuses {
            return OauthError::Lost(format!("the token server answered {} and no tokens", answer.status));
        }
        let secrets = fields.iter().filter(|(key, _)| SECRET_FIELDS.contains(key)).map(|(_, value)| *value);
        for secret in secrets.chain([self.app_secret.expose_secret()]) {
            words = words.replace(secret, "[hidden]");
        }
        let words: String = words.chars().take(WORDS).collect();
        let what_to_do = match code {
            Some(-14_003) => " (the redirect address is not the one registered for the app)",
            Some(-14_002) => " (the app is not active)",
            _ => "",
        };
        let code = code.map_or_else(|| answer.status.to_string(), |code| code.to_string());
        OauthError::Refused(format!("{code} {words}{what_to_do}"))
    }
}

fn pair(answer: &Answer, now: Millis) -> Option<TokenPair> {
    let token = |key: &str| loose::id(&answer.body[key]);
    let (access, refresh) = (token("access_token")?, token("refresh_token")?);
    // A text, by every transcription of the documentation: "90000".
    let seconds = loose::number(&answer.body["expires_in"]).filter(|seconds| *seconds > 0).unwrap_or(ACCESS_SECONDS);
    let expires_at = now.plus_ms(seconds.saturating_mul(1_000));
    Some(TokenPair { access: access.into(), refresh: refresh.into(), obtained_at: now, expires_at })
}

/// A fresh secret for one consent: 43 characters of base64url, 32 random bytes.
pub(super) fn verifier(entropy: &dyn Entropy) -> String {
    let mut random = [0_u8; 32];
    entropy.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// What is shown of a verifier before it is asked for.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// The page on which an administrator of the account agrees.
pub(super) fn consent_link(base: &Url, app_id: &str, redirect: &Url, challenge: &str, state: &str) -> String {
    let fields =
        [("app_id", app_id), ("redirect_uri", redirect.as_str()), ("code_challenge", challenge), ("state", state)];
    let address = below(base, "v4/oa/permission");
    Url::parse_with_params(&address, &fields).map_or(address, Into::into)
}

/// What came back from the consent page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) code: String,
    pub(super) state: Option<String>,
    pub(super) oa_id: Option<String>,
}

/// Reads what a person pasted: the whole address the browser ended at, or the code alone.
pub(super) fn returned(pasted: &str) -> Returned {
    let pasted = pasted.trim();
    let Ok(url) = Url::parse(pasted) else { return Returned { code: pasted.to_owned(), ..Returned::default() } };
    let field = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Returned { code: field("code").unwrap_or_default(), state: field("state"), oa_id: field("oa_id") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SeededEntropy;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_verifier_is_43_characters_of_base64url() {
        let verifier = verifier(SeededEntropy::new(1).as_ref());
        assert_eq!(verifier.len(), 43);
        assert!(verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn the_link_carries_what_the_consent_page_needs() {
        let base = "https://oauth.zaloapp.com".parse().unwrap();
        let redirect = "https://loa.example.vn/oa".parse().unwrap();
        let link = consent_link(&base, "11", &redirect, "CH", "ST");
        assert_eq!(
            link,
            "https://oauth.zaloapp.com/v4/oa/permission?app_id=11&redirect_uri=https%3A%2F%2Floa.example.vn%2Foa&code_challenge=CH&state=ST"
        );
    }

    #[test]
    fn a_refusal_shows_the_servers_own_reason_without_what_it_was_given() {
        let oauth = Oauth {
            client: crate::platform::http_client(std::time::Duration::from_secs(1), std::time::Duration::from_secs(1))
                .unwrap(),
            base: "https://oauth.zaloapp.com".parse().unwrap(),
            app_id: "11".to_owned(),
            app_secret: "APPSECRET".into(),
        };
        let said = |status: u16, body: serde_json::Value| {
            let answer = Answer { status, calls_left: None, raw: body.to_string(), body };
            oauth.refusal(&answer, &[("refresh_token", "R0TATED"), ("app_id", "11")])
        };
        let refused = |words: &str| OauthError::Refused(words.to_owned());
        let lost = |status: u16| OauthError::Lost(format!("the token server answered {status} and no tokens"));
        let rfc = serde_json::json!({"error": "invalid_grant", "error_description": "R0TATED of APPSECRET is expired"});
        assert_eq!(said(400, rfc.clone()), refused("400 invalid_grant: [hidden] of [hidden] is expired"));
        assert_eq!(said(503, rfc), lost(503), "a server that fails refuses nothing");
        let own = serde_json::json!({"error": -14_002, "error_name": "App not active"});
        assert_eq!(said(200, own), refused("-14002 App not active (the app is not active)"));
        for (status, word) in
            [(404, "Not Found"), (429, "Too Many Requests"), (403, "invalid_grant"), (400, "Bad Request")]
        {
            let proxy = serde_json::json!({"error": word, "message": "no such page"});
            assert_eq!(said(status, proxy), lost(status), "a proxy knows nothing of tokens");
        }
    }

    #[test]
    fn an_address_and_a_bare_code_are_both_understood() {
        let whole = returned(" https://loa.example.vn/oa?code=C0DE&oa_id=22&state=ST\n");
        assert_eq!(
            (whole.code.as_str(), whole.state.as_deref(), whole.oa_id.as_deref()),
            ("C0DE", Some("ST"), Some("22"))
        );
        assert_eq!(returned("C0DE\n"), Returned { code: "C0DE".to_owned(), ..Returned::default() });
    }
}
