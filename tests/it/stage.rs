//! The whole service on a stage: the real loops driven tick by tick, a real database, and real HTTP to the stand-ins of one
//! platform or several.
//!
//! All clocks, the stand-ins' too, are one test clock: nothing passes unless a test lets it, and the platforms' limits are as
//! strict as ever. [`Stage::settle`] ticks everything until nothing is due and nothing is on its way.
//!
//! ```ignore
//! let mut stage = Stage::start(store, &[Network::Telegram]).await;
//! let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
//! ```

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use chrono::NaiveDate;
use loa::app;
use loa::clock::steady::SteadyClock;
use loa::clock::{Clock as _, Clocks, TestClock};
use loa::config::Settings;
use loa::demo::places::Network;
use loa::domain::calendar::Millis;
use loa::domain::org::import::OrgFile;
use loa::engine::Core;
use loa::engine::loops::time::{Watch, newest_act};
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::usecase::{self, Act, House, Via};
use loa_sandbox::telegram::Handle;
use loa_sandbox::zalo_bot::ZaloBotHandle;
use loa_sandbox::zalo_oa::OaHandle;

use crate::db::unique;

mod bulletins;
mod commune;
pub mod ground;
pub mod line;
pub mod loops;
mod machine;
mod people;
pub mod spare;

use commune::Commune;
use ground::Ground;
use line::Line;
use loops::Service;
use machine::Machine;

/// The example commune, as shipped.
pub const COMMUNE: &str = include_str!("../../config/examples/xa-mau.toml");
/// The plan, as shipped.
const PLAN: &str = include_str!("../../config/plans/ha-long-2025.toml");

/// The stage.
pub struct Stage {
    pub core: Arc<Core>,
    pub clock: Arc<TestClock>,
    /// The commune's id.
    pub commune: String,
    /// Where the service's own pages stand; nowhere when it has none.
    pub public_url: String,
    /// The line to the first platform, where there is one to be cut.
    pub line: Option<Line>,
    /// The machine's date, where it is not the time that passes.
    pub machine: Option<Arc<Machine>>,
    /// Who looks at that date.
    pub watch: Option<Watch>,
    pub service: Service,
    grounds: Vec<Ground>,
    /// Which of the grounds people talk to the service on in private.
    spoken: usize,
    places: Commune,
    keeping: app::Keeping,
    key_file: PathBuf,
    rules: Rules,
}

/// A change of the house's rules.
type Rules = Box<dyn Fn(&mut House)>;

/// A stage that is being built.
pub struct Build<'a> {
    networks: &'a [Network],
    now: Millis,
    rules: Rules,
    spare: bool,
    line: bool,
    steady: bool,
    groups: Box<dyn FnOnce(&mut OrgFile)>,
}

/// An instant by the commune's clocks.
pub fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Millis {
    let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
    Millis::from_local(date.and_hms_opt(hour, minute, 0).unwrap())
}

/// A free address on this machine, under which the service's own pages will stand, also after a restart. Below the ports that the
/// system gives to whoever asks for any (Linux: from 32768), so that no other test is given it meanwhile.
pub async fn free_address() -> std::net::SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 100).unwrap();
    loop {
        let port = 12_000 + (process * 200 + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        if let Ok(listener) = tokio::net::TcpListener::bind(("127.0.0.1", port)).await {
            return listener.local_addr().unwrap();
        }
    }
}

impl Build<'_> {
    /// Begins at another time.
    pub fn at(self, now: Millis) -> Self {
        Self { now, ..self }
    }

    /// With other rules of the house.
    pub fn rules(self, change: impl Fn(&mut House) + 'static) -> Self {
        Self { rules: Box::new(change), ..self }
    }

    /// With a second gateway to Telegram, which has a spare group of some villages ([`spare`]) and everybody's private chat.
    pub fn spare(self) -> Self {
        Self { spare: true, ..self }
    }

    /// With a line to the first platform that can be cut.
    pub fn line(self) -> Self {
        Self { line: true, ..self }
    }

    /// On a machine whose date somebody may set wrong: what is called `clock` here is the time that passes.
    pub fn steady(self) -> Self {
        Self { steady: true, ..self }
    }

    /// With other groups.
    pub fn groups(self, change: impl FnOnce(&mut OrgFile) + 'static) -> Self {
        Self { groups: Box::new(change), ..self }
    }

    /// A commune with everybody registered and every group bound. On an official account and nothing else, the approver and the
    /// administrator have just written to it, so that it may write to them.
    pub async fn start(self, store: Store) -> Stage {
        let clock = TestClock::at(self.now);
        let mut grounds = Vec::new();
        for network in self.networks {
            grounds.push(Ground::of(*network, &clock).await);
        }
        if self.spare {
            grounds.push(Ground::telegram(spare::SECOND, &clock).await);
        }
        let line = if self.line { Some(Line::to(&grounds[0].base_url()).await) } else { None };
        let places = Commune::settle(self.networks, &grounds, self.groups);
        let machine = self.steady.then(|| Machine::of(&clock));
        let (clocks, steady) = machine::clocks(&clock, machine.as_ref());
        let keeping = app::Keeping { store, wall: clocks.wall.clone(), entropy: SeededEntropy::new(7) };
        let key_file = std::env::temp_dir().join(format!("loa-test-{}.key", unique()));
        let address = free_address().await;
        let settings = settings(&grounds, line.as_ref(), &pages_of(&grounds, address), &key_file);
        let core = core(&settings, &keeping, clocks, &self.rules).await;
        let watch = match steady {
            Some(steady) => Some(watch(&core, steady).await),
            None => None,
        };
        let commune = import_org(&core, places.org()).await;
        let service = Service::start(&core, &commune, &grounds, address, None).await;
        let mut stage = Stage {
            core,
            clock,
            commune,
            public_url: pages_of(&grounds, address),
            line,
            machine,
            watch,
            service,
            spoken: usize::from(self.spare),
            grounds,
            places,
            keeping,
            key_file,
            rules: self.rules,
        };
        if self.networks == [Network::ZaloOa] {
            for person in ["pct", "quan"] {
                stage.say(person, "/trogiup").await;
            }
        }
        stage
    }
}

impl Stage {
    /// A stage of these platforms.
    pub fn on(networks: &[Network]) -> Build<'_> {
        Build {
            networks,
            now: at(2025, 7, 28, 8, 0),
            rules: Box::new(|_| {}),
            spare: false,
            line: false,
            steady: false,
            groups: Box::new(|_| {}),
        }
    }

    /// The usual stage: Monday 28 July 2025, 08:00.
    pub async fn start(store: Store, networks: &[Network]) -> Self {
        Self::on(networks).start(store).await
    }

    /// Ends the service in order and starts it again on the same database, with the credentials that work now.
    pub async fn restart(&mut self) {
        self.service.release().await;
        self.start_again().await;
    }

    /// Starts the service again on the same database without having ended it: what calls come back with is lost, and the lease
    /// of the one that died is taken from it, as `serve` does at its start.
    pub async fn start_again(&mut self) {
        self.service.close_pages();
        let address = free_address().await;
        self.public_url = pages_of(&self.grounds, address);
        let mut tx = self.keeping.store.begin().await.unwrap();
        tx.expire_leases().await.unwrap();
        tx.commit().await.unwrap();
        let (clocks, steady) = machine::clocks(&self.clock, self.machine.as_ref());
        self.keeping.wall = clocks.wall.clone();
        self.core = core(&self.settings(), &self.keeping, clocks, &self.rules).await;
        self.watch = match steady {
            Some(steady) => Some(watch(&self.core, steady).await),
            None => None,
        };
        self.service = Service::start(&self.core, &self.commune, &self.grounds, address, Some(&self.service)).await;
    }

    fn settings(&self) -> Settings {
        settings(&self.grounds, self.line.as_ref(), &self.public_url, &self.key_file)
    }

    /// An administrator of the account agrees on the consent page, and somebody gives the address it led to, as `loa gateway
    /// consent` does.
    pub async fn consent(&self) {
        let account = app::official_account(&self.settings(), "zalo_oa", &self.keeping).unwrap();
        let page = account.consent_link().await.unwrap();
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let led_to = browser.get(page).send().await.unwrap();
        account.accept_consent(led_to.headers()["location"].to_str().unwrap()).await.unwrap();
    }

    /// The control of Telegram's stand-in.
    pub fn telegram(&self) -> Handle {
        self.grounds.iter().find_map(Ground::as_telegram).unwrap()
    }

    /// The control of the bot's stand-in.
    pub fn bot(&self) -> ZaloBotHandle {
        self.grounds.iter().find_map(Ground::as_bot).unwrap()
    }

    /// The control of the official account's stand-in.
    pub fn oa(&self) -> OaHandle {
        self.grounds.iter().find_map(Ground::as_oa).unwrap()
    }

    /// What was imported.
    pub fn org(&self) -> &OrgFile {
        self.places.org()
    }

    /// The business time.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Stops everything in order.
    pub async fn stop(self) {
        let Self { mut service, grounds, key_file, .. } = self;
        service.release().await;
        service.close_pages();
        for ground in grounds {
            ground.stop().await;
        }
        // Only a service with an official account has secrets to lock away.
        let _ = std::fs::remove_file(&key_file);
    }
}

/// Where the pages of a service on these platforms stand; Telegram alone needs none.
fn pages_of(grounds: &[Ground], address: std::net::SocketAddr) -> String {
    let needed = grounds.iter().any(|ground| ground.as_telegram().is_none());
    if needed { format!("http://{address}") } else { String::new() }
}

fn settings(grounds: &[Ground], line: Option<&Line>, public_url: &str, key_file: &std::path::Path) -> Settings {
    let mut variables = vec![("LOA__VAULT__KEY_FILE".to_owned(), key_file.display().to_string())];
    if !public_url.is_empty() {
        variables.push(("LOA__HTTP__PUBLIC_URL".to_owned(), public_url.to_owned()));
    }
    for ground in grounds {
        variables.extend(ground.variables());
    }
    if let Some(line) = line {
        let address = format!("LOA__GATEWAYS__{}__API_URL", grounds[0].gateway.to_uppercase());
        variables.retain(|(name, _)| *name != address);
        variables.push((address, line.base_url()));
    }
    Settings::load(None, variables.into_iter()).unwrap()
}

/// The service as a process would make it: everything it knows it has from the settings and the database. A platform that cannot
/// be reached is asked for its name later.
async fn core(settings: &Settings, keeping: &app::Keeping, clocks: Clocks, rules: &Rules) -> Arc<Core> {
    let gateways = app::gateways_with(settings, keeping).unwrap();
    let mut house = app::house(settings, &gateways).unwrap();
    rules(&mut house);
    let core = app::core(keeping.store.clone(), clocks, keeping.entropy.clone(), house, gateways);
    for (name, gateway) in &core.gateways {
        if let Ok(me) = gateway.identify().await {
            core.learn_myself(name, me);
        }
    }
    core
}

async fn watch(core: &Arc<Core>, steady: Arc<SteadyClock>) -> Watch {
    Watch::new(core.clone(), steady, newest_act(&core.store).await.unwrap())
}

/// Imports a commune and the plan; gives the commune's id.
pub async fn import_org(core: &Arc<Core>, org: &OrgFile) -> String {
    let mut tx = core.store.begin().await.unwrap();
    let shell = Act { via: Via::Cli("test".to_owned()), ..core.act("") };
    usecase::organise::import_org(&mut tx, &shell, org).await.unwrap();
    tx.commit().await.unwrap();
    let commune = core.commune_id().await.unwrap();
    let mut tx = core.store.begin().await.unwrap();
    let issued = NaiveDate::from_ymd_opt(2025, 7, 8);
    let shell = Act { via: Via::Cli("test".to_owned()), ..core.act(&commune) };
    usecase::tally::import_plan(&mut tx, &shell, PLAN, issued).await.unwrap();
    tx.commit().await.unwrap();
    commune
}
