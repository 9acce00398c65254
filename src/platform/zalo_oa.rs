//! An Official Account on the Open API v3, with its own groups (GMF).
//!
//! What is peculiar: business errors come with HTTP 200; the access token lives 25 hours and the refresh token works once,
//! so both lie in the vault; groups and people share one space of numbers, so ids of ours say which they are (`address`);
//! files are uploaded first and sent by a handle that lives 7 days; every word of a group arrives by webhook, and can be
//! read back.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use super::exchange::{client, fetch_media};
use super::vault::{StoredPair, Vault};
use super::{
    Arrived, AskError, Call, Capabilities, Failure, Finding, Gateway, Menu, Named, Outgoing, RawUpdate, Receipt,
    SelfInfo, WebhookRequest, loose,
};
use crate::clock::Clock;
use crate::config::SignatureForm;
use crate::domain::calendar::Millis;
use crate::domain::event::Event;
use crate::id::Entropy;

mod able;
mod address;
mod api;
mod assets;
mod errors;
mod names;
mod oauth;
mod send;
mod signature;
mod tokens;
mod translate;

use address::Place;
use api::Api;
use names::Names;
use oauth::Oauth;
use signature::Signatures;
use tokens::{Kept, REFRESH_LIFETIME_DAYS, TokenKeeper};

/// Longest text and caption the platform takes; its unit is only called "characters", so UTF-16 units, the most of all.
const CAPTION_HARD_LIMIT: usize = 2_000;
/// How often groups are looked at: each costs a call, and nothing about them changes fast.
const LOOK_EVERY_MS: i64 = 6 * 3_600_000;
/// How often while one of them ends within the month: it may have been renewed.
const LOOK_AT_ENDS_MS: i64 = 3_600_000;
/// How often while the platform has one locked: what is for it cannot be sent.
const LOOK_AT_LOCKED_MS: i64 = 10 * 60_000;
/// Within so many days an end is worth looking at more often.
const NEAR_DAYS: i64 = 30;
/// Rows of a page of history, and pages read at most.
const HISTORY_PAGE: usize = 10;
const HISTORY_PAGES: usize = 30;
/// Ids of own messages remembered, to know quotes of them: some days of a busy commune.
const OWN_MESSAGES: usize = 4_096;

/// What the gateway of an Official Account needs to know.
pub struct ZaloOaConfig {
    /// The configured name.
    pub name: String,
    /// Base address, `https://openapi.zalo.me`.
    pub api_url: reqwest::Url,
    /// Base address of the token server, `https://oauth.zaloapp.com`.
    pub oauth_url: reqwest::Url,
    /// The app's id.
    pub app_id: String,
    /// The account's id.
    pub oa_id: String,
    /// The app's secret.
    pub app_secret: SecretString,
    /// The key of webhooks.
    pub oa_secret: Option<SecretString>,
    /// The first refresh token, while the vault has none.
    pub refresh_token: Option<SecretString>,
    /// The first access token.
    pub access_token: Option<SecretString>,
    /// The verifier of a PKCE pair fixed in the console.
    pub code_verifier: Option<SecretString>,
    /// Where the consent page leads back to.
    pub redirect_url: Option<reqwest::Url>,
    /// How webhooks are signed, when it is known.
    pub signature: Option<SignatureForm>,
    /// Whether every call proves knowledge of the app's secret.
    pub appsecret_proof: bool,
    /// Calls a minute that the package permits.
    pub calls_per_minute: u32,
    /// Time to connect.
    pub connect: Duration,
    /// Time for a whole call.
    pub total: Duration,
    /// Time for a whole upload.
    pub total_with_file: Duration,
    /// Where tokens are kept.
    pub vault: Arc<dyn Vault>,
    /// Machine time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for consents.
    pub entropy: Arc<dyn Entropy>,
}

/// One account.
pub struct ZaloOa {
    config: Facts,
    api: Api,
    media: reqwest::Client,
    capabilities: Capabilities,
    signatures: Signatures,
    own: Mutex<OwnMessages>,
    names: Names,
    /// Machine time from which on groups are looked at again.
    look_at: AtomicI64,
}

/// What is left of the configuration once its secrets are where they belong.
struct Facts {
    name: String,
    oa_id: String,
    total_with_file: Duration,
    clock: Arc<dyn Clock>,
}

/// The last messages of ours, oldest first.
#[derive(Default)]
struct OwnMessages {
    order: VecDeque<String>,
    known: HashSet<String>,
}

/// How the account's tokens stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenStanding {
    /// Machine time at which the platform gave the pair.
    pub obtained_at: Millis,
    /// Machine time at which the access token ends.
    pub access_until: Millis,
    /// Machine time at which the refresh token ends, unused.
    pub refresh_until: Millis,
}

impl ZaloOa {
    /// Sets up the clients; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS backend cannot be set up.
    pub fn new(config: ZaloOaConfig) -> Result<Self, AskError> {
        let client = client(&config.api_url, config.connect, config.total)?;
        let signatures = Signatures::new(
            config.name.clone(),
            (config.app_id.clone(), config.oa_id.clone()),
            (config.app_secret.clone(), config.oa_secret),
            config.signature,
        );
        let oauth = Oauth {
            client: client.clone(),
            base: config.oauth_url,
            app_id: config.app_id,
            app_secret: config.app_secret.clone(),
        };
        let tokens = TokenKeeper {
            account: config.name.clone(),
            oa_id: config.oa_id.clone(),
            vault: config.vault,
            oauth,
            clock: config.clock.clone(),
            entropy: config.entropy,
            redirect: config.redirect_url,
            fixed_verifier: config.code_verifier,
            first: (config.refresh_token, config.access_token),
            kept: tokio::sync::Mutex::new(Kept::default()),
        };
        let api = Api {
            client: client.clone(),
            base: config.api_url,
            tokens,
            proof_key: config.appsecret_proof.then_some(config.app_secret),
            clock: config.clock.clone(),
            quiet_until: AtomicI64::new(0),
        };
        let facts = Facts {
            name: config.name,
            oa_id: config.oa_id,
            total_with_file: config.total_with_file,
            clock: config.clock,
        };
        Ok(Self {
            config: facts,
            api,
            media: client,
            capabilities: able::capabilities(config.calls_per_minute),
            signatures,
            own: Mutex::default(),
            names: Names::default(),
            look_at: AtomicI64::new(0),
        })
    }

    /// The page on which an administrator of the account lets the app speak for it; valid until the next one is asked for.
    ///
    /// # Errors
    /// The settings name no address to come back to; the vault.
    pub async fn consent_link(&self) -> Result<String, AskError> {
        self.api.tokens.consent_link(true).await
    }

    /// Takes the address the consent page led to, or the code in it, and stores the tokens it is exchanged for.
    ///
    /// # Errors
    /// It belongs to another consent or account; the code is used up or older than ten minutes; the vault.
    pub async fn accept_consent(&self, pasted: &str) -> Result<TokenStanding, AskError> {
        Ok(token_standing(&self.api.tokens.accept_consent(pasted).await?))
    }

    /// How the stored tokens stand; none when there are none yet. Nobody is asked.
    ///
    /// # Errors
    /// The vault.
    pub async fn token_standing(&self) -> Result<Option<TokenStanding>, AskError> {
        let stored = self.api.tokens.standing().await.map_err(|error| AskError::Refused(error.to_string()))?;
        Ok(stored.as_ref().map(token_standing))
    }

    fn remember_own(&self, message: &str) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.known.insert(message.to_owned()) {
            own.order.push_back(message.to_owned());
        }
        while own.order.len() > OWN_MESSAGES {
            let oldest = own.order.pop_front().unwrap_or_default();
            own.known.remove(&oldest);
        }
    }

    fn is_own(&self, message: &str) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).known.contains(message)
    }

    async fn identify_now(&self) -> Result<SelfInfo, AskError> {
        // The cheapest call that proves the token and the right to groups.
        self.api.get("v3.0/oa/group/getgroupsofoa", &[("offset", "0"), ("count", "1")]).await?;
        names::learn_own(self).await;
        Ok(self.myself())
    }

    /// Who the account is, as the settings say, and what it is called, as soon as the platform told.
    fn myself(&self) -> SelfInfo {
        SelfInfo { external_id: self.config.oa_id.clone(), username: self.names.own(), hears_all: true }
    }

    async fn history_now(&self, chat: &str, since: Millis) -> Result<Vec<RawUpdate>, AskError> {
        let Some(Place::Group(group)) = Place::parse(chat) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for page in 0..HISTORY_PAGES {
            let (offset, count) = ((page * HISTORY_PAGE).to_string(), HISTORY_PAGE.to_string());
            let query = [("group_id", group.as_str()), ("offset", &offset), ("count", &count)];
            let data = self.api.get("v3.0/oa/group/conversation", &query).await?;
            let rows = rows(&data, "messages");
            for row in rows {
                self.names.remember(&row["from_id"], &row["from_display_name"]);
            }
            let at = |row: &Value| loose::instant(&row["time"]);
            let fresh = rows.iter().filter(|row| at(row).is_none_or(|at| at >= since));
            found.extend(fresh.filter_map(|row| translate::of_history(&group, row)));
            if rows.len() < HISTORY_PAGE || rows.iter().filter_map(at).any(|at| at < since) {
                break;
            }
        }
        // The platform begins with the newest; what was said first is to be heard first.
        found.reverse();
        Ok(found)
    }

    async fn upkeep_now(&self) -> Result<Vec<Finding>, AskError> {
        let stored = self.api.tokens.keep_fresh().await?;
        let now = self.config.clock.now();
        let end = token_standing(&stored).refresh_until;
        let mut findings = vec![Finding::Expires { what: "refresh token", chat: None, at: end }];
        if now.0 >= self.look_at.load(Ordering::Relaxed) {
            names::learn_own(self).await;
            match assets::look(self).await {
                Ok((found, all)) => {
                    if all {
                        self.look_at.store(now.0 + look_again_after(&found, now), Ordering::Relaxed);
                    }
                    findings.extend(found);
                }
                // What stops the account must be told; anything else hides nothing of what is known already.
                Err(error) if error.stops().is_some() => return Err(error),
                Err(error) => tracing::warn!(gateway = self.config.name, %error, "zalo_oa.groups_not_looked_at"),
            }
        }
        Ok(findings)
    }
}

/// When groups of which this is known are looked at again, milliseconds.
fn look_again_after(found: &[Finding], now: Millis) -> i64 {
    let near = now.plus_days(NEAR_DAYS);
    if found.iter().any(|finding| matches!(finding, Finding::GroupDisabled { .. })) {
        LOOK_AT_LOCKED_MS
    } else if found.iter().any(|finding| matches!(finding, Finding::Expires { at, .. } if *at <= near)) {
        LOOK_AT_ENDS_MS
    } else {
        LOOK_EVERY_MS
    }
}

fn token_standing(stored: &StoredPair) -> TokenStanding {
    TokenStanding {
        obtained_at: stored.pair.obtained_at,
        access_until: stored.pair.expires_at,
        refresh_until: stored.pair.obtained_at.plus_days(REFRESH_LIFETIME_DAYS),
    }
}

/// The rows of a list, which stands in `data` itself or under a name there.
fn rows<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    let named =
        || data.as_object().and_then(|data| data.get(name).or_else(|| data.values().find(|value| value.is_array())));
    data.as_array().or_else(|| named().and_then(Value::as_array)).map_or(&[], Vec::as_slice)
}

impl Gateway for ZaloOa {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn send<'a>(&'a self, chat: &'a str, outgoing: &'a Outgoing) -> Call<'a, Result<Receipt, Failure>> {
        Box::pin(self.send_now(chat, outgoing))
    }

    fn identify(&self) -> Call<'_, Result<SelfInfo, AskError>> {
        Box::pin(self.identify_now())
    }

    fn known_self(&self) -> Option<SelfInfo> {
        Some(self.myself())
    }

    fn needs_consent(&self) -> bool {
        true
    }

    fn poll(&self, _offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(async { Err(AskError::Unsupported("asking for updates")) })
    }

    fn receive(&self, request: &WebhookRequest<'_>) -> Arrived {
        let read = request.json();
        let body = read.clone().unwrap_or_else(|| translate::legible(request.body));
        // Saving the address in the console posts an unsigned `{}`: there is nothing in it to believe.
        if request.is_a_look() {
            return Arrived::Probe;
        }
        if let Err(why) = self.signatures.check(request, &body) {
            return Arrived::Refused(why);
        }
        if loose::text(&body["event_name"]).is_empty() {
            return Arrived::Probe;
        }
        if read.is_none() {
            return Arrived::Updates(vec![RawUpdate::unreadable(request.body, None)]);
        }
        translate::keyed(body).map_or(Arrived::Probe, |update| Arrived::Updates(vec![update]))
    }

    fn subscribe<'a>(&'a self, _address: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("the address is set by hand, on the app's webhook page")) })
    }

    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("the address is removed by hand, on the app's webhook page")) })
    }

    fn history<'a>(&'a self, chat: &'a str, since: Millis) -> Call<'a, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(self.history_now(chat, since))
    }

    fn names<'a>(&'a self, chat: &'a str, account: &'a str) -> Call<'a, Result<Named, AskError>> {
        Box::pin(names::ask(self, chat, account))
    }

    fn upkeep(&self) -> Call<'_, Result<Vec<Finding>, AskError>> {
        Box::pin(self.upkeep_now())
    }

    fn translate(&self, update: &RawUpdate, me: &SelfInfo) -> Option<Event> {
        let names = [me.username.clone(), self.names.own()];
        let known = translate::Known {
            oa_id: &self.config.oa_id,
            names: &names,
            is_own: &|message| self.is_own(message),
            name_of: &|user| self.names.of(user),
        };
        let event = translate::event(&update.body, &known);
        if let Some(Event::Echo { external_id, .. }) = &event {
            self.remember_own(external_id);
        }
        event
    }

    fn answer_press<'a>(&'a self, _press_id: &'a str, _text: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("buttons")) })
    }

    fn fetch<'a>(&'a self, reference: &'a str, limit: u64) -> Call<'a, Result<Vec<u8>, AskError>> {
        Box::pin(fetch_media(&self.media, &self.api.base, reference, limit.min(self.capabilities.download_limit)))
    }

    fn member_count<'a>(&'a self, chat: &'a str) -> Call<'a, Result<u32, AskError>> {
        Box::pin(async move {
            let Some(Place::Group(group)) = Place::parse(chat) else { return Ok(1) };
            let found = self.api.get("v3.0/oa/group/getgroup", &[("group_id", &group)]).await?;
            let total = loose::number(&found["group_info"]["total_member"]);
            let total = total.and_then(|total| u32::try_from(total).ok());
            total.ok_or_else(|| AskError::Refused("the group does not tell its members".to_owned()))
        })
    }

    fn publish_menu<'a>(&'a self, _menu: &'a Menu) -> Call<'a, Result<(), AskError>> {
        // There is no menu of commands: people type them, and /trogiup lists them.
        Box::pin(async { Ok(()) })
    }

    fn delete<'a>(&'a self, _chat: &'a str, _message: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("taking back a message")) })
    }
}

#[cfg(test)]
mod tests;
