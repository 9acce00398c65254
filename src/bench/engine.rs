//! A Loa with a commune: what is to be sent is made here, and sent by a worker.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{sleep, timeout};

use super::Setting;
use super::commune::{self, APPROVER, COMPOSER, GATEWAY};
use super::server::Server;
use super::worker::Worker;
use super::year::{self, Past};
use crate::app;
use crate::clock::Clocks;
use crate::config::Settings;
use crate::domain::message::MessageState;
use crate::domain::org::import::OrgFile;
use crate::domain::urgency::Urgency;
use crate::engine::Core;
use crate::engine::planner::Planner;
use crate::id::SystemEntropy;
use crate::store::bulletins::{Bulletin, Marks, NewFile};
use crate::store::messages::Message;
use crate::store::{self, Store};
use crate::usecase::compose::{Draft, DraftFile};
use crate::usecase::{Act, Via, approve, compose, organise};

/// How often it is looked whether everything is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The same for an engine that starts: one that is to be killed soon has not long to live.
const UNTIL_DRIVEN_LOOK_EVERY: Duration = Duration::from_millis(20);
/// An engine has its gateway after this at the latest: the lease of one that was killed runs out first.
const STARTS_WITHIN: Duration = Duration::from_mins(2);

/// A Loa with a commune. Its loops turn in workers.
pub struct Engine {
    /// What its loops share.
    pub core: Arc<Core>,
    variables: Vec<(String, String)>,
    rate: u32,
    gateway: String,
    commune: String,
}

/// A bulletin that leaves at whatever hour it is.
#[must_use]
pub fn bulletin(title: &str, audience: &str, urgency: Urgency) -> Draft {
    let marks = Marks { reason: Some("đo".to_owned()), ..Marks::default() };
    let body = "Đề nghị các thôn thông báo tới người dân trước 17 giờ hôm nay.";
    Draft { urgency, marks, ..Draft::directive(title, body, audience) }
}

impl Engine {
    /// Imports a commune of so many villages into the run's database. `rate` is the pace in calls a second.
    ///
    /// # Errors
    /// The database, or settings that make no sense.
    pub async fn prepare(setting: &Setting, server: &Server, villages: u32, rate: u32) -> anyhow::Result<Self> {
        Self::with(setting, server, (GATEWAY, &commune::organisation(villages)?), rate).await
    }

    /// Imports a commune with its groups on this gateway.
    ///
    /// # Errors
    /// As for [`Engine::prepare`].
    pub async fn with(setting: &Setting, server: &Server, whom: (&str, &OrgFile), rate: u32) -> anyhow::Result<Self> {
        let (gateway, org) = whom;
        let url =
            setting.database.clone().unwrap_or_else(|| format!("sqlite:{}", setting.folder.join("loa.db").display()));
        let mut variables = variables(server, gateway, &url);
        let key = setting.folder.join("loa.key").display().to_string();
        variables.push(("LOA__VAULT__KEY_FILE".to_owned(), key));
        let settings = Settings::load(None, variables.iter().cloned())?;
        let store = Store::open(&url).await?;
        let gateways = app::gateways_with(&settings, &keeping(&store))?;
        let house = app::house(&settings, &gateways)?;
        let core = app::core(store, Clocks::system(), Arc::new(SystemEntropy), house, gateways);
        let mut tx = core.store.begin().await?;
        anyhow::ensure!(tx.commune().await?.is_none(), "{url} holds a commune already: give an empty database");
        let shell = Act { via: Via::Cli("bench".to_owned()), ..core.act("") };
        organise::import_org(&mut tx, &shell, org).await?;
        tx.commit().await?;
        let commune = core.commune_id().await?;
        if setting.year {
            year::write(&core.store, GATEWAY, Past::YEAR, core.business_now()).await?;
        }
        Ok(Self { core, variables, rate, gateway: gateway.to_owned(), commune })
    }

    /// Lets the loops turn, in a process of their own.
    ///
    /// # Errors
    /// This program cannot be started.
    pub fn start(&self) -> anyhow::Result<Worker> {
        Worker::start(&self.variables, self.rate)
    }

    /// The same at another pace and with more variables.
    ///
    /// # Errors
    /// This program cannot be started.
    pub fn start_at(&self, rate: u32, more: &[(String, String)]) -> anyhow::Result<Worker> {
        Worker::start(&[&self.variables[..], more].concat(), rate)
    }

    /// The bulletin with a file of one page.
    ///
    /// # Errors
    /// The database.
    pub async fn with_file(&self, draft: Draft) -> anyhow::Result<Draft> {
        let content = crate::inspect::sample_pdf(&[vec!["Kế hoạch"]]);
        let mut tx = self.core.store.begin().await?;
        let sha256 = tx.put_file(&content, "application/pdf", Some(1), self.core.business_now()).await?;
        tx.commit().await?;
        let file = NewFile { sha256, file_name: "ke-hoach.pdf".to_owned(), pages: Some(1) };
        let files = vec![DraftFile { file, first_page: "Kế hoạch".to_owned(), readable: true }];
        Ok(Draft { files, ..draft })
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

    /// How many messages of these bulletins stand as sent.
    ///
    /// # Errors
    /// The database.
    pub async fn sent(&self, bulletins: &[Bulletin]) -> anyhow::Result<usize> {
        let (mut tx, mut sent) = (self.core.store.read().await?, 0);
        for bulletin in bulletins {
            for broadcast in tx.broadcasts_of(&bulletin.id).await? {
                let messages = tx.messages_of_broadcast(&broadcast.id).await?;
                sent += messages.iter().filter(|message| message.state == MessageState::Sent).count();
            }
        }
        Ok(sent)
    }

    /// Chat on the platform and bulletin of these messages, by message.
    ///
    /// # Errors
    /// The database.
    pub async fn places_of(&self, messages: &[Message]) -> anyhow::Result<BTreeMap<String, (String, String)>> {
        let (mut tx, mut places) = (self.core.store.read().await?, BTreeMap::new());
        for message in messages {
            let chat = tx.chat(&message.chat_id).await?.context("the chat of a message")?;
            let broadcast = tx.broadcast(message.broadcast_id.as_deref().unwrap_or_default()).await?;
            let bulletin = broadcast.context("the broadcast of a message")?.bulletin_id;
            places.insert(message.id.clone(), (chat.external_id, bulletin));
        }
        Ok(places)
    }

    /// The epoch of the gateway's lease: it rises with every engine that takes it; 0 before the first.
    ///
    /// # Errors
    /// The database.
    pub async fn epoch(&self) -> anyhow::Result<i64> {
        Ok(self.core.store.read().await?.lease(&self.gateway).await?.map_or(0, |lease| lease.epoch))
    }

    /// Waits until an engine drives the gateway that did not at that epoch.
    ///
    /// # Errors
    /// The database; none does within two minutes.
    pub async fn until_driven(&self, before: i64) -> anyhow::Result<()> {
        let driven = async {
            while self.epoch().await? == before {
                sleep(UNTIL_DRIVEN_LOOK_EVERY).await;
            }
            anyhow::Ok(())
        };
        timeout(STARTS_WITHIN, driven).await.context("the engine does not start")?
    }

    /// Waits until nothing is left to send.
    ///
    /// # Errors
    /// The database; not done within `patience`.
    pub async fn settle(&self, patience: Duration) -> anyhow::Result<()> {
        let done = async {
            while self.core.store.read().await?.open_messages().await? > 0 {
                sleep(LOOK_EVERY).await;
            }
            anyhow::Ok(())
        };
        timeout(patience, done).await.context("not everything left in time")?
    }
}

/// The settings of a run, as variables: one gateway at the server.
fn variables(server: &Server, gateway: &str, database: &str) -> Vec<(String, String)> {
    let hours = |key: &str, at: &str| (format!("LOA__DESK__WINDOWS__CADRE__{key}"), at.to_owned());
    let own = server.account.iter().map(|(key, value)| (place(gateway, key), value.clone()));
    let common = [
        ("LOA__DATABASE__URL".to_owned(), database.to_owned()),
        // The shortest: on a server an engine that was killed holds its gateway until then.
        ("LOA__ENGINE__LEASE_SECONDS".to_owned(), "5".to_owned()),
        // A run begins at any hour, and ordinary bulletins keep hours.
        hours("WORKING_DAY__FROM", "00:00"),
        hours("WORKING_DAY__TO", "23:59"),
        hours("REST_DAY__FROM", "00:00"),
        hours("REST_DAY__TO", "23:59"),
    ];
    own.chain(common).collect()
}

/// The variable of a key of a gateway.
#[must_use]
pub fn place(gateway: &str, key: &str) -> String {
    format!("LOA__GATEWAYS__{}__{}", gateway.to_uppercase(), key.to_uppercase())
}

/// What accounts need whose tokens renew themselves.
#[must_use]
pub fn keeping(store: &Store) -> app::Keeping {
    app::Keeping { store: store.clone(), wall: Clocks::system().wall, entropy: Arc::new(SystemEntropy) }
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
