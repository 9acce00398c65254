//! A running Loa: the commune imported, the real loops turning, on a database on this disk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::Setting;
use super::commune::{self, APPROVER, COMPOSER, GATEWAY};
use super::server::Server;
use crate::app;
use crate::clock::Clocks;
use crate::config::Settings;
use crate::domain::bulletin::{Kind, Level, Public};
use crate::domain::secrecy::Attestation;
use crate::domain::urgency::Urgency;
use crate::engine::Core;
use crate::engine::inbox::Inbox;
use crate::engine::planner::Planner;
use crate::id::SystemEntropy;
use crate::lifecycle::Lifecycle;
use crate::store::bulletins::{Bulletin, Marks};
use crate::store::{self, Store};
use crate::usecase::compose::{DocumentFields, Draft};
use crate::usecase::{Act, Via, approve, compose, organise};

/// How often it is looked whether everything is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A Loa with a commune, not started yet or running.
pub struct Engine {
    /// What its loops share.
    pub core: Arc<Core>,
    settings: Settings,
    lifecycle: Lifecycle,
    commune: String,
}

/// A bulletin that leaves at whatever hour it is.
#[must_use]
pub fn bulletin(title: &str, audience: &str, urgency: Urgency) -> Draft {
    Draft {
        kind: Kind::Directive,
        title: title.to_owned(),
        body: "Đề nghị các thôn thông báo tới người dân trước 17 giờ hôm nay.".to_owned(),
        residents_body: None,
        urgency,
        marks: Marks { reason: Some("đo".to_owned()), ..Marks::default() },
        level: Level::Local,
        public: Public::Cadres,
        plan_code: None,
        theme: None,
        document: DocumentFields::default(),
        audience: audience.to_owned(),
        ack_required: true,
        ack_deadline: None,
        send_at: None,
        repeat: None,
        expires_at: None,
        files: Vec::new(),
        attestation: Attestation::NotSecret,
        unreadable_attested: false,
    }
}

impl Engine {
    /// Imports a commune of so many villages into the run's database. `rate` is the pace in calls a second.
    ///
    /// # Errors
    /// The database, or settings that make no sense.
    pub async fn prepare(setting: &Setting, server: &Server, villages: u32, rate: u32) -> anyhow::Result<Self> {
        let url =
            setting.database.clone().unwrap_or_else(|| format!("sqlite:{}", setting.folder.join("loa.db").display()));
        let mut settings = settings(server, &url)?;
        let gateway = settings.gateways.get_mut(GATEWAY).context("the bench's gateway")?;
        gateway.rate_per_second = rate;
        let store = Store::open(&url).await?;
        let gateways = app::gateways(&settings)?;
        let house = app::house(&settings, &gateways)?;
        let core = app::core(store, Clocks::system(), Arc::new(SystemEntropy), house, gateways);
        let mut tx = core.store.begin().await?;
        anyhow::ensure!(tx.commune().await?.is_none(), "{url} holds a commune already: give an empty database");
        let shell = Act { via: Via::Cli("bench".to_owned()), ..core.act("") };
        organise::import_org(&mut tx, &shell, &commune::organisation(villages)?).await?;
        tx.commit().await?;
        let commune = core.commune_id().await?;
        Ok(Self { core, settings, lifecycle: Lifecycle::new(Duration::from_secs(10)), commune })
    }

    /// Lets the loops turn.
    ///
    /// # Errors
    /// The database.
    pub async fn start(&self) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let inspect = app::inspector::with_program(program, self.core.entropy.clone());
        let inbox = Arc::new(Inbox::new(self.core.clone(), self.commune.clone(), inspect));
        let inbound = app::inbounds(&self.settings, &self.core.gateways);
        let dispatch = app::dispatch_settings(&self.settings);
        app::start(&self.core, &dispatch, inbox, &inbound, &self.lifecycle).await
    }

    /// Composes and approves.
    ///
    /// # Errors
    /// The database.
    pub async fn release(&self, draft: &Draft) -> anyhow::Result<Bulletin> {
        let mut tx = self.core.store.begin().await?;
        let composer = self.person(&mut tx, COMPOSER).await?;
        let drafted = compose::compose(&mut tx, &composer, draft).await?;
        let approver = self.person(&mut tx, APPROVER).await?;
        approve::approve(&mut tx, &approver, &drafted.bulletin.id, None).await?;
        tx.commit().await?;
        self.core.wake.notify_waiters();
        Ok(drafted.bulletin)
    }

    async fn person(&self, tx: &mut store::Tx, code: &str) -> anyhow::Result<Act<'_>> {
        let person = tx.person_by_code(&self.commune, code).await?.context("the bench's people")?;
        Ok(Act { person_id: Some(person.id), ..self.core.act(&self.commune) })
    }

    /// Fires everything that is due: its messages wait from then on.
    ///
    /// # Errors
    /// The database.
    pub async fn fire(&self) -> anyhow::Result<()> {
        Planner::new(self.core.clone(), self.commune.clone()).tick().await?;
        Ok(())
    }

    /// Waits until nothing is left to send.
    ///
    /// # Errors
    /// The database; not done within `patience`.
    pub async fn settle(&self, patience: Duration) -> anyhow::Result<()> {
        let done = async {
            while self.core.store.read().await?.open_messages().await? > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(patience, done).await.context("not everything left in time")?
    }

    /// Ends the loops, once what is on its way came back.
    ///
    /// # Errors
    /// The operating system refuses a signal handler.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.lifecycle.stop();
        self.lifecycle.run().await?;
        self.core.store.close().await;
        Ok(())
    }
}

/// The settings of a run: the defaults, and one gateway at the server.
fn settings(server: &Server, database: &str) -> anyhow::Result<Settings> {
    let place = |key: &str| format!("LOA__GATEWAYS__{}__{key}", GATEWAY.to_uppercase());
    let variables = [
        ("LOA__DATABASE__URL".to_owned(), database.to_owned()),
        (place("PLATFORM"), "telegram".to_owned()),
        (place("API_URL"), server.url.clone()),
        (place("TOKEN"), server.token.clone()),
    ];
    Ok(Settings::load(None, variables.into_iter())?)
}

/// What kind of database it is and how far its commits are synced.
///
/// # Errors
/// It does not answer.
pub async fn described(store: &Store) -> anyhow::Result<String> {
    Ok(match store {
        Store::Sqlite(pool) => {
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await?;
            // 2 is FULL (SQLite, PRAGMA synchronous).
            let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(pool).await?;
            format!("SQLite, journal_mode={journal}, synchronous={synchronous}")
        }
        Store::Postgres(pool) => {
            let commit: String = sqlx::query_scalar("SHOW synchronous_commit").fetch_one(pool).await?;
            let sync: String = sqlx::query_scalar("SHOW fsync").fetch_one(pool).await?;
            format!("PostgreSQL, synchronous_commit={commit}, fsync={sync}")
        }
    })
}
