//! The section as it is written, and what becomes of it.

use serde::Deserializer;

use super::address::{api_url, is_loopback};
use super::oa::MaybeSecret;
use super::source::Given;
use super::{
    BTreeMap, ConfigError, Deserialize, Duration, FREE_PLAN, Gateway, LONG_POLL, Layers, MonthlyBudget,
    OA_CALLS_PER_MINUTE, Oa, PathBuf, Place, Platform, Problem, Receive, Secret, SignatureForm, Url, Warning,
    ZALO_OAUTH, bounded, filled, filled_option, is_name, one_of, seconds,
};

/// Every key of every platform; which belong to which is said by [`GatewayTree::foreign`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct GatewayTree {
    #[serde(deserialize_with = "filled")]
    platform: String,
    #[serde(default, deserialize_with = "filled_option")]
    api_url: Option<String>,
    token: Option<Secret>,
    token_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "filled_option")]
    token_env: Option<String>,
    enabled_reason: Option<String>,
    #[serde(default, deserialize_with = "receive")]
    receive: Option<Receive>,
    #[serde(default, deserialize_with = "some_bounded::<_, 1, 1000>")]
    rate_per_second: Option<u32>,
    // Telegram answers at the latest after 50 s, whatever it is asked (tdlib/telegram-bot-api, Client.h).
    #[serde(default, rename = "long_poll_seconds", deserialize_with = "some_seconds")]
    long_poll: Option<Duration>,
    #[serde(default, deserialize_with = "some_bounded::<_, 1, 10000000>")]
    messages_a_month: Option<u32>,
    #[serde(default, deserialize_with = "some_bounded::<_, 1, 10000>")]
    groups: Option<u32>,
    #[serde(default, deserialize_with = "filled_option")]
    oauth_url: Option<String>,
    #[serde(default, deserialize_with = "filled_option")]
    app_id: Option<String>,
    #[serde(default, deserialize_with = "filled_option")]
    oa_id: Option<String>,
    #[serde(default, deserialize_with = "filled_option")]
    redirect_url: Option<String>,
    app_secret: Option<Secret>,
    app_secret_file: Option<PathBuf>,
    app_secret_env: Option<String>,
    oa_secret: Option<Secret>,
    oa_secret_file: Option<PathBuf>,
    oa_secret_env: Option<String>,
    refresh_token: Option<Secret>,
    refresh_token_file: Option<PathBuf>,
    refresh_token_env: Option<String>,
    access_token: Option<Secret>,
    access_token_file: Option<PathBuf>,
    access_token_env: Option<String>,
    code_verifier: Option<Secret>,
    code_verifier_file: Option<PathBuf>,
    code_verifier_env: Option<String>,
    #[serde(default, deserialize_with = "filled_option")]
    signature: Option<String>,
    appsecret_proof: Option<bool>,
    #[serde(default, deserialize_with = "some_bounded::<_, 1, 4000>")]
    calls_per_minute: Option<u32>,
}

fn some_bounded<'de, D: Deserializer<'de>, const MIN: u32, const MAX: u32>(source: D) -> Result<Option<u32>, D::Error> {
    bounded::<D, MIN, MAX>(source).map(Some)
}

fn some_seconds<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Duration>, D::Error> {
    seconds::<D, 0, 50>(source).map(Some)
}

fn receive<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Receive>, D::Error> {
    let words = [("polling", Receive::Polling), ("webhook", Receive::Webhook)];
    one_of(source, "\"polling\" or \"webhook\"", &words).map(Some)
}

impl GatewayTree {
    /// Checks the section and fetches its secrets.
    pub(in crate::config) fn check(
        self,
        name: &str,
        layers: &Layers,
        env: &BTreeMap<String, String>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Gateway, ConfigError> {
        let place = Place { section: format!("gateways.{name}"), layers, env };
        if !is_name(name) {
            return Err(layers.error(&place.section, Problem::GatewayName));
        }
        let platform = Platform::parse(&self.platform).map_err(|problem| place.error("platform", problem))?;
        if let Some(key) = self.foreign(platform) {
            return Err(place.error(&key, Problem::ForeignKey { platform: platform.as_str() }));
        }
        let address = self.api_url.as_deref().unwrap_or(platform.default_api());
        let api_url = api_url(address).map_err(|problem| place.error("api_url", problem))?;
        let budget = MonthlyBudget {
            messages: self.messages_a_month.unwrap_or(FREE_PLAN.messages),
            groups: self.groups.unwrap_or(FREE_PLAN.groups),
        };
        Ok(Gateway {
            name: name.to_owned(),
            platform,
            enabled_reason: self.reason(platform, &api_url, &place)?,
            receive: self.receiving(platform, &place)?,
            rate_per_second: self.rate_per_second.unwrap_or(platform.default_rate()),
            long_poll: self.long_poll.unwrap_or(LONG_POLL),
            budget: (platform == Platform::ZaloBot).then_some(budget),
            token: self.bot_token(platform, &place, warnings)?,
            oa: if platform == Platform::ZaloOa { Some(self.oa(&place, warnings)?) } else { None },
            api_url,
        })
    }

    /// The first key given that another platform has and this one has not.
    fn foreign(&self, platform: Platform) -> Option<String> {
        use Platform::{Telegram, ZaloBot, ZaloOa};
        let sources = [&self.given_token()].map(|given| (given.keys(), &[Telegram, ZaloBot][..]));
        let secrets = self.given_secrets().map(|given| (given.keys(), &[ZaloOa][..]));
        let key = |name: &str, set: bool| if set { vec![name.to_owned()] } else { Vec::new() };
        let plain = [
            (key("rate_per_second", self.rate_per_second.is_some()), &[Telegram, ZaloBot][..]),
            (key("long_poll_seconds", self.long_poll.is_some()), &[Telegram, ZaloBot]),
            (key("messages_a_month", self.messages_a_month.is_some()), &[ZaloBot]),
            (key("groups", self.groups.is_some()), &[ZaloBot]),
            (key("oauth_url", self.oauth_url.is_some()), &[ZaloOa]),
            (key("app_id", self.app_id.is_some()), &[ZaloOa]),
            (key("oa_id", self.oa_id.is_some()), &[ZaloOa]),
            (key("redirect_url", self.redirect_url.is_some()), &[ZaloOa]),
            (key("signature", self.signature.is_some()), &[ZaloOa]),
            (key("appsecret_proof", self.appsecret_proof.is_some()), &[ZaloOa]),
            (key("calls_per_minute", self.calls_per_minute.is_some()), &[ZaloOa]),
        ];
        let all = sources.into_iter().chain(secrets).chain(plain);
        all.filter(|(_, owners)| !owners.contains(&platform)).flat_map(|(keys, _)| keys).next()
    }

    fn given_token(&self) -> Given {
        let (inline, file, variable) = (self.token.clone(), self.token_file.clone(), self.token_env.clone());
        Given { key: "token", inline, file, variable }
    }

    fn given_secrets(&self) -> [Given; 5] {
        let given = |key, inline: &Option<Secret>, file: &Option<PathBuf>, variable: &Option<String>| Given {
            key,
            inline: inline.clone(),
            file: file.clone(),
            variable: variable.clone(),
        };
        [
            given("app_secret", &self.app_secret, &self.app_secret_file, &self.app_secret_env),
            given("oa_secret", &self.oa_secret, &self.oa_secret_file, &self.oa_secret_env),
            given("refresh_token", &self.refresh_token, &self.refresh_token_file, &self.refresh_token_env),
            given("access_token", &self.access_token, &self.access_token_file, &self.access_token_env),
            given("code_verifier", &self.code_verifier, &self.code_verifier_file, &self.code_verifier_env),
        ]
    }

    fn reason(&self, platform: Platform, api_url: &Url, place: &Place<'_>) -> Result<Option<String>, ConfigError> {
        let reason = self.enabled_reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if platform.needs_a_reason() && reason.is_none() && !is_loopback(api_url) {
            return Err(place.absent("enabled_reason", Problem::ReasonNeeded));
        }
        Ok(reason.map(ToOwned::to_owned))
    }

    fn receiving(&self, platform: Platform, place: &Place<'_>) -> Result<Receive, ConfigError> {
        match self.receive {
            Some(Receive::Polling) if !platform.can_be_polled() => {
                Err(place.error("receive", Problem::CannotPoll { platform: platform.as_str() }))
            }
            Some(receive) => Ok(receive),
            None if platform.can_be_polled() => Ok(Receive::Polling),
            None => Ok(Receive::Webhook),
        }
    }

    fn bot_token(
        &self,
        platform: Platform,
        place: &Place<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Result<Secret, ConfigError>, ConfigError> {
        let none = || place.layers.error(&place.section, Problem::NoToken);
        match self.given_token().read(place, warnings)? {
            Some(token) => Ok(token),
            None if platform == Platform::ZaloOa => Ok(Err(none())),
            None => Err(none()),
        }
    }

    fn oa(&self, place: &Place<'_>, warnings: &mut Vec<Warning>) -> Result<Oa, ConfigError> {
        let address = |key: &str, text: &str| api_url(text).map_err(|problem| place.error(key, problem));
        let needed = |key: &str, text: &Option<String>| text.clone().ok_or_else(|| place.absent(key, Problem::Missing));
        let signature = self.signature.as_deref().map(|word| {
            let expected = format!("one of {}", SignatureForm::ALL.map(SignatureForm::word).join(", "));
            SignatureForm::parse(word).ok_or_else(|| place.error("signature", Problem::Value { expected }))
        });
        let mut secrets = Vec::new();
        for given in self.given_secrets() {
            secrets.push(given.read(place, warnings)?);
        }
        let mut secrets = secrets.into_iter();
        let mut next = || -> MaybeSecret { secrets.next().flatten() };
        let missing = || place.absent("app_secret", Problem::NoSecret { key: "app_secret" });
        Ok(Oa {
            oauth_url: address("oauth_url", self.oauth_url.as_deref().unwrap_or(ZALO_OAUTH))?,
            app_id: needed("app_id", &self.app_id)?,
            oa_id: needed("oa_id", &self.oa_id)?,
            redirect_url: self.redirect_url.as_deref().map(|text| address("redirect_url", text)).transpose()?,
            calls_per_minute: self.calls_per_minute.unwrap_or(OA_CALLS_PER_MINUTE),
            appsecret_proof: self.appsecret_proof.unwrap_or(false),
            signature: signature.transpose()?,
            app_secret: next().ok_or_else(missing)?,
            oa_secret: next(),
            refresh_token: next(),
            access_token: next(),
            code_verifier: next(),
        })
    }
}
