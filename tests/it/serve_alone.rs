//! The real program with one Zalo account and nothing else: approved in its chat, sent to its groups, answered there.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use loa::app;
use loa::clock::{Clock as _, Clocks, Monotonic as _, SystemClock};
use loa::config::Settings;
use loa::demo::places::{Network, Places};
use loa::domain::urgency::Urgency;
use loa::engine::Core;
use loa::id::SeededEntropy;
use loa::sandbox::zalo_bot::{ZaloBotConfig, ZaloBotLimits, ZaloBotSandbox};
use loa::sandbox::zalo_oa::{OaLimits, PrivateRules, ZaloOaConfig, ZaloOaSandbox};
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::usecase::{Act, compose};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::{SqliteFile, runtime};
use crate::flow_send::draft;
use crate::rig::import_org;
use crate::service::eventually;
use crate::zalo_rig::free_address;

const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");

/// A service in a process of its own, ended with this value.
struct Serving {
    child: Child,
    core: Arc<Core>,
    address: SocketAddr,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn clocks() -> loa::sandbox::Clocks {
    let system = Arc::new(SystemClock::new());
    let (mono, wall) = (system.clone(), system);
    loa::sandbox::Clocks {
        monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
        wall_ms: Arc::new(move || wall.now().0),
    }
}

impl Serving {
    /// Imports the commune and starts `loa serve` with nothing but this account, known by its settings.
    async fn start(file: &SqliteFile, places: &Places, gateway: &str, account: &[(&str, String)]) -> Self {
        let address = free_address().await;
        let key = |key: &str| format!("LOA__GATEWAYS__{}__{key}", gateway.to_uppercase());
        let mut variables: Vec<(String, String)> =
            account.iter().map(|(name, value)| (key(name), value.clone())).collect();
        let own = [
            ("LOA__DATABASE__URL", file.url()),
            ("LOA__HTTP__LISTEN", address.to_string()),
            ("LOA__HTTP__PUBLIC_URL", format!("http://{address}")),
        ];
        variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
        let settings = Settings::load(None, variables.clone().into_iter()).unwrap();
        let gateways = app::gateways(&settings).unwrap();
        let house = app::house(&settings, &gateways).unwrap();
        let store = Store::open(&file.url()).await.unwrap();
        let core = app::core(store, Clocks::system(), SeededEntropy::new(3), house, gateways);
        import_org(&core, &places.org).await;
        let mut serve = Command::new(env!("CARGO_BIN_EXE_loa"));
        serve.arg("serve").envs(variables).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let serving = Self { child: serve.spawn().unwrap(), core, address };
        let health = format!("http://{address}/health");
        eventually("the service answers", async || reqwest::get(&health).await.is_ok()).await;
        serving
    }

    /// A bulletin that keeps no hours, since the test runs on the machine's own time, from the shell beside the service.
    async fn queue(&self) {
        let commune = self.core.commune_id().await.unwrap();
        let mut tx = self.core.store.begin().await.unwrap();
        let person = tx.person_by_code(&commune, "lan").await.unwrap().unwrap();
        let act = Act { person_id: Some(person.id), ..self.core.act(&commune) };
        let marks = Marks { reason: Some("thử".to_owned()), ..Marks::default() };
        compose::compose(&mut tx, &act, &compose::Draft { urgency: Urgency::Express, marks, ..draft() }).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The units that have confirmed anything.
    async fn confirmed(&self) -> Vec<String> {
        let commune = self.core.commune_id().await.unwrap();
        let mut tx = self.core.store.read().await.unwrap();
        let mut units = Vec::new();
        for bulletin in tx.recent_bulletins(&commune, 10).await.unwrap() {
            for broadcast in tx.broadcasts_of(&bulletin.id).await.unwrap() {
                let owed = tx.obligations_of(&broadcast.id).await.unwrap();
                units.extend(owed.into_iter().filter(|owed| owed.acknowledged_at.is_some()).map(|owed| owed.unit_name));
            }
        }
        units
    }
}

/// The number that stands before a choice in a card.
fn number_of(card: &str, choice: &str) -> Option<String> {
    let line = card.lines().find(|line| line.contains(choice))?;
    Some(line.split('.').next()?.trim().to_owned())
}

#[test]
fn a_service_with_nothing_but_a_zalo_bot_is_approved_sends_and_hears() {
    runtime().block_on(async {
        let mut config = ZaloBotConfig::new(clocks(), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(ZaloBotLimits::BASIC);
        let sandbox = ZaloBotSandbox::start(config).await.unwrap();
        let people = sandbox.handle();
        let mut places = Places::spread(COMMUNE, &[Network::ZaloBot]).unwrap();
        places.settle_bot(&people, &[("lan", Network::ZaloBot), ("pct", Network::ZaloBot)]).unwrap();
        let file = SqliteFile::absent();
        let account = [
            ("PLATFORM", "zalo_bot".to_owned()),
            ("API_URL", sandbox.base_url()),
            ("TOKEN", sandbox.tokens()[0].clone()),
            ("RECEIVE", "webhook".to_owned()),
        ];
        let serving = Serving::start(&file, &places, "zalo_bot", &account).await;
        serving.queue().await;
        let pct = places.account(Network::ZaloBot, "pct").unwrap().to_owned();
        let card = async || people.messages(&pct).unwrap().iter().rev().find_map(|said| number_of(&said.text, "Duyệt"));
        eventually("a card", async || card().await.is_some()).await;
        people.say(&pct, &pct, &card().await.unwrap(), None).unwrap();
        let group = places.chat("truong-thon").unwrap().to_owned();
        let sent = || people.messages(&group).unwrap().into_iter().find(|said| said.text.contains("treo cờ"));
        eventually("sent", async || sent().is_some()).await;
        let head = places.account(Network::ZaloBot, "binh").unwrap();
        people.say(head, &group, "da nhan", Some(&sent().unwrap().id)).unwrap();
        eventually("confirmed", async || serving.confirmed().await == ["Thôn 03"]).await;
        drop(serving);
        sandbox.stop().await;
    });
}

#[test]
fn a_service_with_nothing_but_an_official_account_is_approved_sends_and_hears() {
    runtime().block_on(async {
        let mut config = ZaloOaConfig::new(clocks(), TaskTracker::new(), CancellationToken::new());
        config.limits = Some(OaLimits::COMPREHENSIVE);
        config.private = PrivateRules { paid_messages: 100, ..PrivateRules::default() };
        let sandbox = ZaloOaSandbox::start(config).await.unwrap();
        let people = sandbox.handle();
        let mut places = Places::spread(COMMUNE, &[Network::ZaloOa]).unwrap();
        places.settle_oa(&people, &[("lan", Network::ZaloOa), ("pct", Network::ZaloOa)]).unwrap();
        let file = SqliteFile::absent();
        let tokens = sandbox.tokens();
        let account = [
            ("PLATFORM", "zalo_oa".to_owned()),
            ("API_URL", sandbox.base_url()),
            ("OAUTH_URL", sandbox.oauth_url()),
            ("APP_ID", sandbox.app_id().to_owned()),
            ("OA_ID", sandbox.oa_id().to_owned()),
            ("APP_SECRET", sandbox.app_secret().to_owned()),
            ("OA_SECRET", sandbox.oa_secret_key().to_owned()),
            ("REFRESH_TOKEN", tokens.refresh_token),
            ("ACCESS_TOKEN", tokens.access_token),
            ("CALLS_PER_MINUTE", "2000".to_owned()),
        ];
        let serving = Serving::start(&file, &places, "zalo_oa", &account).await;
        people.set_webhook(&loa::web::hook_address(&format!("http://{}", serving.address), "zalo_oa")).await.unwrap();
        // The account may write to who wrote to it.
        let pct = places.account(Network::ZaloOa, "pct").unwrap().to_owned();
        people.say_to_oa(&pct, "/toilaai", None).unwrap();
        let answered = || people.private_messages(&pct).unwrap().iter().any(|said| said.from.is_none());
        eventually("an answer", async || answered()).await;
        serving.queue().await;
        let card =
            || people.private_messages(&pct).unwrap().iter().rev().find_map(|said| number_of(&said.text, "Duyệt"));
        eventually("a card", async || card().is_some()).await;
        people.say_to_oa(&pct, &card().unwrap(), None).unwrap();
        let group = places.chat("dieu-hanh-03").unwrap().to_owned();
        let sent = || people.messages(&group).unwrap().iter().any(|said| said.text.contains("treo cờ"));
        eventually("sent", async || sent()).await;
        let head = places.account(Network::ZaloOa, "binh").unwrap();
        people.say(head, &group, "thôn 3 đã nhận", None).unwrap();
        eventually("confirmed", async || serving.confirmed().await == ["Thôn 03"]).await;
        drop(serving);
        sandbox.stop().await;
    });
}
