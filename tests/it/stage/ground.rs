//! One platform's stand-in on a stage, and what people do there and see.

use std::sync::Arc;

use loa::clock::{Clock as _, Monotonic as _, TestClock};
use loa::demo::places::Network;
use loa_sandbox::Clocks;
use loa_sandbox::act::{Act, BOT, Deed, Stand};
use loa_sandbox::telegram::{BotSpec, Handle, Limits, NewUser, Sandbox, SandboxConfig};
use loa_sandbox::zalo_bot::{ZaloBotConfig, ZaloBotHandle, ZaloBotLimits, ZaloBotSandbox};
use loa_sandbox::zalo_oa::{Drive, NewPerson, OaHandle, OaLimits, PrivateRules, ZaloOaConfig, ZaloOaSandbox};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where the consent page leads back to; nothing needs to answer there.
const REDIRECT: &str = "http://127.0.0.1:9/oa";

/// A stand-in and the gateway that leads to it.
pub struct Ground {
    pub gateway: &'static str,
    stand_in: StandIn,
}

enum StandIn {
    Telegram(Sandbox),
    ZaloBot(ZaloBotSandbox),
    /// With the tokens it began with: later ones are the service's own affair.
    ZaloOa(Box<ZaloOaSandbox>, (String, String)),
}

/// Something of ours in a chat.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: String,
    pub text: String,
    /// Name and size of the file it carries.
    pub file: Option<(String, usize)>,
    pub at_ms: i64,
}

/// The clocks of a stand-in on a test clock.
fn clocks(clock: &Arc<TestClock>) -> Clocks {
    let (mono, wall) = (clock.clone(), clock.clone());
    Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

/// Settings of a gateway as variables of the environment.
pub fn variables<'a>(gateway: &str, own: impl IntoIterator<Item = (&'a str, String)>) -> Vec<(String, String)> {
    let gateway = gateway.to_uppercase();
    own.into_iter().map(|(key, value)| (format!("LOA__GATEWAYS__{gateway}__{key}"), value)).collect()
}

/// How a service reaches this stand-in of Telegram.
pub fn telegram_variables(gateway: &str, sandbox: &Sandbox) -> Vec<(String, String)> {
    let own = [
        ("PLATFORM", "telegram".to_owned()),
        ("API_URL", sandbox.base_url()),
        ("TOKEN", sandbox.tokens()[0].clone()),
        ("LONG_POLL_SECONDS", "0".to_owned()),
    ];
    variables(gateway, own)
}

/// What a service must know of an official account, with its refresh and its access token.
pub fn account(sandbox: &ZaloOaSandbox, tokens: (&str, &str)) -> Vec<(&'static str, String)> {
    vec![
        ("PLATFORM", "zalo_oa".to_owned()),
        ("API_URL", sandbox.base_url()),
        ("OAUTH_URL", sandbox.oauth_url()),
        ("APP_ID", sandbox.app_id().to_owned()),
        ("OA_ID", sandbox.oa_id().to_owned()),
        ("APP_SECRET", sandbox.app_secret().to_owned()),
        ("OA_SECRET", sandbox.oa_secret_key().to_owned()),
        ("REFRESH_TOKEN", tokens.0.to_owned()),
        ("ACCESS_TOKEN", tokens.1.to_owned()),
    ]
}

impl Ground {
    /// A stand-in with the platform's own limits.
    pub async fn of(network: Network, clock: &Arc<TestClock>) -> Self {
        let gateway = network.gateway();
        match network {
            Network::Telegram => Self::telegram(gateway, clock).await,
            Network::ZaloBot => {
                let mut config = ZaloBotConfig::new(clocks(clock), TaskTracker::new(), CancellationToken::new());
                config.limits = Some(ZaloBotLimits::BASIC);
                Self { gateway, stand_in: StandIn::ZaloBot(ZaloBotSandbox::start(config).await.unwrap()) }
            }
            Network::ZaloOa => {
                let mut config = ZaloOaConfig::new(clocks(clock), TaskTracker::new(), CancellationToken::new());
                config.limits = Some(OaLimits::GROWTH);
                // An account that pays for words after the two free days.
                config.private = PrivateRules { paid_messages: 1_000, ..PrivateRules::default() };
                config.hook.drive = Drive::Tick;
                let sandbox = Box::new(ZaloOaSandbox::start(config).await.unwrap());
                let tokens = sandbox.tokens();
                let tokens = (tokens.refresh_token, tokens.access_token);
                Self { gateway, stand_in: StandIn::ZaloOa(sandbox, tokens) }
            }
        }
    }

    /// A stand-in of Telegram behind a gateway of this name.
    pub async fn telegram(gateway: &'static str, clock: &Arc<TestClock>) -> Self {
        let mut config = SandboxConfig::new(clocks(clock), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(Limits::STRICT);
        config.bots =
            vec![BotSpec { name: "Loa".to_owned(), username: "loa_test_bot".to_owned(), ..BotSpec::default() }];
        Self { gateway, stand_in: StandIn::Telegram(Sandbox::start(config).await.unwrap()) }
    }

    pub fn as_telegram(&self) -> Option<Handle> {
        if let StandIn::Telegram(sandbox) = &self.stand_in { Some(sandbox.handle()) } else { None }
    }

    pub fn as_bot(&self) -> Option<ZaloBotHandle> {
        if let StandIn::ZaloBot(sandbox) = &self.stand_in { Some(sandbox.handle()) } else { None }
    }

    pub fn as_oa(&self) -> Option<OaHandle> {
        if let StandIn::ZaloOa(sandbox, _) = &self.stand_in { Some(sandbox.handle()) } else { None }
    }

    pub fn base_url(&self) -> String {
        match &self.stand_in {
            StandIn::Telegram(sandbox) => sandbox.base_url(),
            StandIn::ZaloBot(sandbox) => sandbox.base_url(),
            StandIn::ZaloOa(sandbox, _) => sandbox.base_url(),
        }
    }

    /// How a service reaches it.
    pub fn variables(&self) -> Vec<(String, String)> {
        match &self.stand_in {
            StandIn::Telegram(sandbox) => telegram_variables(self.gateway, sandbox),
            StandIn::ZaloBot(sandbox) => variables(
                self.gateway,
                [
                    ("PLATFORM", "zalo_bot".to_owned()),
                    ("API_URL", sandbox.base_url()),
                    ("TOKEN", sandbox.handle().token()),
                    ("LONG_POLL_SECONDS", "0".to_owned()),
                ],
            ),
            StandIn::ZaloOa(sandbox, tokens) => {
                let own = account(sandbox, (&tokens.0, &tokens.1)).into_iter();
                variables(self.gateway, own.chain([("REDIRECT_URL", REDIRECT.to_owned())]))
            }
        }
    }

    /// Lets the platform post to the service what it has to tell; how much that was. Nothing where it is asked instead.
    pub async fn tell(&self) -> usize {
        match self.as_oa() {
            Some(oa) => oa.tick().await,
            None => 0,
        }
    }

    /// What the platform has not told yet and nobody will ask for.
    pub fn untold(&self) -> usize {
        self.as_oa().map_or(0, |oa| oa.waiting_events())
    }

    /// The platform with its people, as whoever plays them sees it.
    fn stand(&self) -> Box<dyn Stand> {
        match &self.stand_in {
            StandIn::Telegram(sandbox) => Box::new(sandbox.handle()),
            StandIn::ZaloBot(sandbox) => Box::new(sandbox.handle()),
            StandIn::ZaloOa(sandbox, _) => Box::new(sandbox.handle()),
        }
    }

    /// Somebody says something in a group, in answer to a message or to nobody; gives the message's id.
    pub fn say(&self, account: &str, chat: &str, text: &str, reply_to: Option<&str>) -> String {
        let said = Act { reply_to: reply_to.map(str::to_owned), ..Act::say(account, chat, text) };
        self.stand().act(&said).unwrap().id
    }

    /// Somebody says something to us in private.
    pub fn say_privately(&self, account: &str, text: &str) {
        self.stand().act(&Act::say(account, BOT, text)).unwrap();
    }

    /// Somebody does something towards us in private.
    pub fn does(&self, account: &str, deed: Deed) {
        self.stand().act(&Act::new(account, BOT, deed)).unwrap();
    }

    /// Somebody sends us a file in private, where the platform carries files.
    pub fn send_file(&self, account: &str, name: &str, bytes: Vec<u8>) {
        let file = Deed::SendFile { name: name.to_owned(), bytes, caption: None };
        self.stand().act(&Act::new(account, BOT, file)).unwrap();
    }

    /// Somebody nobody knows joins a group; gives their account.
    pub fn stranger_joins(&self, name: &str, chat: &str) -> String {
        match &self.stand_in {
            StandIn::Telegram(sandbox) => {
                let stranger = sandbox.handle().add_user(NewUser::named(name)).unwrap();
                sandbox.handle().join(number(chat), stranger, None).unwrap();
                stranger.to_string()
            }
            StandIn::ZaloBot(sandbox) => {
                let stranger = sandbox.handle().add_person(None, name).unwrap();
                sandbox.handle().join(chat, &stranger).unwrap();
                stranger
            }
            StandIn::ZaloOa(sandbox, _) => {
                let stranger = sandbox.handle().add_person(NewPerson::stranger(name)).unwrap();
                sandbox.handle().join(&stranger, chat).unwrap();
                stranger
            }
        }
    }

    /// Ours in a group, oldest first. The app's own lines, and a bot's greeting, are none of them.
    pub fn posts(&self, chat: &str) -> Vec<Post> {
        match &self.stand_in {
            StandIn::Telegram(sandbox) => {
                let messages = sandbox.handle().messages(number(chat)).unwrap().into_iter();
                let ours = messages.filter(|message| message.from_bot && !message.service);
                ours.map(|message| Post {
                    id: message.id.to_string(),
                    text: message.text,
                    file: message.file.map(|file| (file.name, file.bytes)),
                    at_ms: message.at_ms,
                })
                .collect()
            }
            StandIn::ZaloBot(sandbox) => {
                let messages = sandbox.handle().messages(chat).unwrap().into_iter();
                let ours = messages
                    .filter(|message| message.from_bot && !message.notice && !message.text.contains("Xin chào"));
                ours.map(|message| Post { id: message.id, text: message.text, file: None, at_ms: message.at_ms })
                    .collect()
            }
            StandIn::ZaloOa(sandbox, _) => {
                let messages = sandbox.handle().messages(chat).unwrap().into_iter();
                let ours = messages.filter(|message| message.from.is_none() && !message.service);
                ours.map(|message| Post {
                    id: message.id,
                    text: message.text,
                    file: message.file.map(|file| (file.name, file.size)),
                    at_ms: message.at_ms,
                })
                .collect()
            }
        }
    }

    /// What we said to somebody in private, oldest first.
    pub fn said_to(&self, account: &str) -> Vec<String> {
        // A chat that nobody has opened holds nothing.
        let messages = self.stand().messages(account, 0).unwrap_or_default().into_iter();
        messages.filter(|message| message.from_bot && !message.notice).map(|message| message.text).collect()
    }

    /// The transcript of a group, or of somebody's private chat.
    pub fn show(&self, chat: &str) -> String {
        self.stand().show(chat).unwrap()
    }

    pub async fn stop(self) {
        match self.stand_in {
            StandIn::Telegram(sandbox) => sandbox.stop().await,
            StandIn::ZaloBot(sandbox) => sandbox.stop().await,
            StandIn::ZaloOa(sandbox, _) => sandbox.stop().await,
        }
    }
}

fn number(id: &str) -> i64 {
    id.parse().unwrap()
}
