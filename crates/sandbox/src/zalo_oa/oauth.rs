//! OAuth v4: the consent page, the exchange of a code, and the refresh that kills what came before.
//!
//! Codes other than -14002 and -14003 are not documented anywhere; those here are the sandbox's own, so that a client
//! which branches on them is found out.

use std::collections::{HashMap, HashSet};

use axum::{http::HeaderMap, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    config::{Consent, ErrorText, OauthRules},
    world::World,
};
use crate::{
    ControlError,
    params::Params,
    spoil::{elsewhere, json_reply, reply},
};

/// How long a code can be exchanged (Open API documentation: 10 minutes).
const CODE_LIFE_MS: i64 = 600_000;

/// The two tokens an app holds for an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TokenPair {
    /// For the header `access_token`.
    pub access_token: String,
    /// For one refresh.
    pub refresh_token: String,
}

/// Codes and tokens.
#[derive(Debug, Default)]
pub(super) struct Oauth {
    pub pair: TokenPair,
    /// Wall milliseconds.
    pub access_until: i64,
    refresh_until: i64,
    used: HashSet<String>,
    codes: HashMap<String, Code>,
    waiting: Option<Request>,
}

#[derive(Debug, Clone)]
struct Code {
    challenge: Option<String>,
    /// Wall milliseconds.
    until: i64,
}

/// An opened consent page.
#[derive(Debug, Clone)]
struct Request {
    redirect_uri: String,
    state: Option<String>,
    challenge: Option<String>,
}

/// An OAuth error body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OauthError {
    code: i64,
    name: String,
    reason: String,
}

impl OauthError {
    pub(super) fn new(code: i64, name: &str, reason: &str) -> Self {
        Self { code, name: name.to_owned(), reason: reason.to_owned() }
    }

    /// The body; HTTP status as the rules have it.
    pub(super) fn answer(&self, rules: &OauthRules) -> Response {
        let mut body = json!({
            "error": self.code,
            "error_name": self.name,
            "ref_doc": "https://developers.zalo.me/docs/social-api/tham-khao/ma-loi",
        });
        let field = match rules.error_text {
            ErrorText::Reason => "error_reason",
            ErrorText::Description => "error_description",
        };
        body[field] = json!(self.reason);
        json_reply(rules.error_status, &body)
    }
}

/// Makes a new pair and kills the one before it.
pub(super) fn issue(world: &mut World) -> TokenPair {
    let (now, rules) = (world.wall(), &world.config.oauth);
    let (access_until, refresh_until) = (now + rules.access_life_ms, now + rules.refresh_life_ms);
    let pair = TokenPair { access_token: world.next_secret(96), refresh_token: world.next_secret(96) };
    let before = std::mem::replace(&mut world.oauth.pair, pair.clone());
    world.oauth.used.insert(before.refresh_token);
    (world.oauth.access_until, world.oauth.refresh_until) = (access_until, refresh_until);
    pair
}

/// `GET /v4/oa/permission`.
pub(super) fn permission(world: &mut World, params: &Params) -> Response {
    let opened = match read_request(world, params) {
        Ok(request) => request,
        Err(error) => return error.answer(&world.config.oauth),
    };
    world.oauth.waiting = Some(opened);
    if world.config.oauth.consent == Consent::ByAdmin {
        return reply(200, "text/html; charset=utf-8", "<html><body>Xác nhận cấp quyền</body></html>");
    }
    let address = consent(world).unwrap_or_default();
    elsewhere(302, &address)
}

fn read_request(world: &World, params: &Params) -> Result<Request, OauthError> {
    let rules = &world.config.oauth;
    if params.text("app_id") != Some(&world.config.app_id) {
        return Err(OauthError::new(-14_002, "App inactive", "The application does not exist or is not active."));
    }
    let known = |uri: &&str| rules.redirect_uris.is_empty() || rules.redirect_uris.iter().any(|known| known == uri);
    let readable = |uri: &&str| reqwest::Url::parse(uri).is_ok();
    let Some(uri) = params.text("redirect_uri").filter(known).filter(readable) else {
        return Err(OauthError::new(-14_003, "Invalid redirect uri", "The redirect uri is not registered."));
    };
    let challenge = params.text("code_challenge").map(str::to_owned).or_else(|| rules.console_challenge.clone());
    Ok(Request { redirect_uri: uri.to_owned(), state: params.text("state").map(str::to_owned), challenge })
}

/// An admin agrees on the page opened last; the address the browser is sent to.
pub(super) fn consent(world: &mut World) -> Result<String, ControlError> {
    let request = world.oauth.waiting.take().ok_or(ControlError::NoConsent)?;
    let (code, until) = (world.next_secret(64), world.wall() + CODE_LIFE_MS);
    world.oauth.codes.insert(code.clone(), Code { challenge: request.challenge, until });
    let mut answers = vec![("code", code), ("oa_id", world.config.oa_id.clone())];
    answers.extend(request.state.map(|state| ("state", state)));
    let url = reqwest::Url::parse_with_params(&request.redirect_uri, answers);
    url.map(String::from).map_err(|error| ControlError::BadRequest(error.to_string()))
}

/// `POST /v4/oa/access_token`.
pub(super) fn access_token(world: &mut World, headers: &HeaderMap, params: &Params) -> Result<Value, OauthError> {
    let secret = headers.get("secret_key").and_then(|value| value.to_str().ok());
    if secret != Some(&world.config.app_secret) {
        return Err(OauthError::new(-14_004, "Invalid secret key", "The secret key of the application is wrong."));
    }
    if params.text("app_id") != Some(&world.config.app_id) {
        return Err(OauthError::new(-14_002, "App inactive", "The application does not exist or is not active."));
    }
    match params.text("grant_type") {
        Some("authorization_code") => exchange(world, params)?,
        Some("refresh_token") => check_refresh(world, params.text("refresh_token").unwrap_or_default())?,
        _ => return Err(OauthError::new(-14_001, "Invalid grant type", "The grant type is not supported.")),
    }
    let pair = issue(world);
    let seconds = (world.config.oauth.access_life_ms / 1_000).to_string();
    Ok(json!({ "access_token": pair.access_token, "refresh_token": pair.refresh_token, "expires_in": seconds }))
}

/// Uses up a code, whether it fits or not.
fn exchange(world: &mut World, params: &Params) -> Result<(), OauthError> {
    let now = world.wall();
    let code = params.text("code").and_then(|code| world.oauth.codes.remove(code)).filter(|code| now < code.until);
    let code = code.ok_or_else(|| OauthError::new(-14_005, "Invalid code", "The code is expired or was used."))?;
    let given = params.text("code_verifier").map(challenge_of);
    if code.challenge.is_some() && code.challenge != given {
        return Err(OauthError::new(-14_006, "Invalid code verifier", "The verifier does not fit the challenge."));
    }
    Ok(())
}

/// The S256 challenge of a verifier (RFC 7636).
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn check_refresh(world: &World, token: &str) -> Result<(), OauthError> {
    let (oauth, rules) = (&world.oauth, &world.config.oauth);
    if token == oauth.pair.refresh_token && world.wall() < oauth.refresh_until {
        return Ok(());
    }
    if oauth.used.contains(token) {
        return Err(OauthError::new(rules.refresh_used_code, "Invalid refresh token", "Refresh token was used."));
    }
    Err(OauthError::new(-14_015, "Invalid refresh token", "Refresh token is invalid or expired."))
}
