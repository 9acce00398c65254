//! `loa serve` and `loa health`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::app::backup::Workshop;
use crate::app::backup::schedule::{self, Schedule};
use crate::app::truth;
use crate::cli::version::{COMMIT, VERSION};
use crate::clock::Clocks;
use crate::config::Settings;
use crate::engine::loops::time;
use crate::id::SystemEntropy;
use crate::lifecycle::{Lifecycle, watchdog};
use crate::{app, telemetry, web};

/// Files and connections that are open beside those of the pages.
const OTHER_FILES: u64 = 512;

/// Runs the service until it is told to stop.
///
/// # Errors
/// The settings, the database or the health address; another engine on the same file.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    telemetry::init(settings.log.format, &settings.log.filter)?;
    for warning in &settings.warnings {
        tracing::warn!(%warning, "settings.warning");
    }
    anyhow::ensure!(
        !settings.gateways.is_empty(),
        "no gateway is configured: add a section [gateways.NAME] to the settings file (config/example.toml shows one)"
    );
    let url = settings.database.url.expose();
    // One that is gone must not be begun anew by the start that follows.
    super::must_be_there(url)?;
    let store = super::open_store(url).await?;
    // Held until the end.
    let _role = app::take_over(&store, url).await?;
    let ((clocks, steady), entropy) = (Clocks::steady(), Arc::new(SystemEntropy));
    let keeping = app::Keeping { store: store.clone(), wall: clocks.wall.clone(), entropy: entropy.clone() };
    let gateways = app::gateways_with(settings, &keeping)?;
    let house = app::house(settings, &gateways)?;
    let newest = time::newest_act(&store).await?;
    let core = app::core(store, clocks, entropy, house, gateways);
    let began = core.clocks.mono.elapsed();
    say_exposed(url)?;
    let swept = app::inspector::sweep(&std::env::temp_dir());
    if swept > 0 {
        tracing::warn!(files = swept, "documents.left_behind_removed");
    }
    app::inspector::type_old_pictures(&core.store).await?;
    let lifecycle = Lifecycle::new(settings.engine.shutdown);
    let _pulse = watchdog::guard()?;
    import_plan_if_none(&core, settings).await?;
    note_reasons(&core, settings).await?;
    let inbox = app::inbox(&core).await?;
    let site = web::Site::new(core.clone(), inbox.clone()).await?.within(limits(settings));
    web::serve(site, settings.http.listen, &lifecycle).await?;
    let inbound = app::inbounds(settings, &core.gateways);
    // Before the loops: once they run, a fault of the database must not end the service here.
    say_started(&core, settings).await?;
    let truth = truth::Truth::of(&core.store).await?;
    app::start(&core, &app::dispatch_settings(settings), inbox, &inbound, &lifecycle).await?;
    if let Some(schedule) = backups(&core, settings)? {
        lifecycle.spawn("backup", schedule::keep(core.clone(), schedule, lifecycle.soft()));
    }
    lifecycle.spawn("database", truth::watch(core.clone(), truth, truth::EVERY, lifecycle.clone()));
    lifecycle.spawn("time", time::keep(core.clone(), steady, newest, lifecycle.soft()));
    let ending = lifecycle.run().await.context("cannot listen for signals")?;
    core.store.close().await;
    let seconds = core.clocks.mono.elapsed().saturating_sub(began).as_secs();
    tracing::info!(version = VERSION, why = ending.why(), cut = ending.cut, seconds, "service.ended");
    Ok(ending.exit_code())
}

/// Says in the log which folders should be closed.
fn say_exposed(url: &str) -> anyhow::Result<()> {
    let database = app::role_lock::sqlite_path(url).map(|path| app::private::check_database(&path)).transpose()?;
    let temporary = app::private::temporary(&std::env::temp_dir());
    for warning in database.unwrap_or_default().warnings.into_iter().chain(temporary) {
        tracing::warn!(%warning, "files.exposed");
    }
    Ok(())
}

/// What the pages may hold, with as many descriptors as that takes.
fn limits(settings: &Settings) -> web::Limits {
    let http = &settings.http;
    let limits = web::Limits {
        connections: http.connections.get(),
        per_address: http.connections_per_address.get(),
        ..web::Limits::default()
    };
    // Beside the connections: the database, the platforms, a document's child.
    let wanted = u64::try_from(limits.connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(files) if files >= wanted => {}
        Ok(files) => tracing::warn!(files, wanted, cure = "raise `ulimit -n` or LimitNOFILE", "service.few_files"),
        Err(error) => tracing::warn!(%error, "service.few_files"),
    }
    limits
}

/// When backups are made by the service itself, if they are: unless that was turned off, or nobody said with which key.
fn backups(core: &crate::engine::Core, settings: &Settings) -> anyhow::Result<Option<Schedule>> {
    let is_server = matches!(core.store, crate::store::Store::Postgres(_));
    if is_server && settings.backup.key_file.is_none() {
        tracing::warn!(cure = "set backup.key_file, or back up the server by its own means", "backup.none");
        return Ok(None);
    }
    let workshop = Workshop::new(settings, None, core.clocks.clone(), core.entropy.clone())?;
    Ok(Schedule::new(&settings.backup, workshop, core.clocks.wall.now()))
}

/// Says in the log which program runs where, for whom.
async fn say_started(core: &crate::engine::Core, settings: &Settings) -> anyhow::Result<()> {
    let (database, release) = super::db::version(&core.store).await?;
    let commune = core.store.read().await?.commune().await?.map(|commune| commune.code).unwrap_or_default();
    let gateways = core.gateways.keys().cloned().collect::<Vec<_>>().join(" ");
    let listen = settings.http.listen;
    tracing::info!(version = VERSION, commit = COMMIT, database, release, %listen, commune, gateways, "service.started");
    Ok(())
}

/// Leaves in the audit log why a platform that is off by default was turned on: the sentence's hash, which proves it later.
async fn note_reasons(core: &crate::engine::Core, settings: &Settings) -> anyhow::Result<()> {
    let commune_id = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    for (name, gateway) in &settings.gateways {
        if let Some(reason) = &gateway.enabled_reason {
            let hash = crate::id::sha256_hex(reason.as_bytes());
            tx.audit(&core.act(&commune_id), "gateway.enabled", name, &hash).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// A database without a plan takes the configured file, once.
async fn import_plan_if_none(core: &crate::engine::Core, settings: &Settings) -> anyhow::Result<()> {
    let Some(file) = &settings.plan.file else { return Ok(()) };
    let commune_id = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    if !tx.plans(&commune_id).await?.is_empty() {
        return Ok(());
    }
    let toml = std::fs::read_to_string(file).with_context(|| format!("plan file {}", file.display()))?;
    crate::usecase::tally::import_plan(&mut tx, &core.act(&commune_id), &toml, None)
        .await
        .map_err(|error| anyhow::anyhow!("plan file {}: {error}", file.display()))?;
    tx.commit().await?;
    Ok(())
}

/// Asks the service on this machine whether it is well. `strict` takes an open incident for a failure too: a container's check
/// must not, since the restart that follows would repair nothing and cost the calls under way.
///
/// # Errors
/// It cannot be reached; it is sick, when that counts.
pub(super) async fn health(settings: &Settings, strict: bool) -> anyhow::Result<ExitCode> {
    let mut address = settings.http.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let client = crate::platform::http_client(Duration::from_secs(2), Duration::from_secs(5))?;
    let answer = client.get(format!("http://{address}/health")).send().await;
    let answer = answer.map_err(|_| anyhow::anyhow!("no service answers at {address}: is `loa serve` running?"))?;
    let well = answer.status().is_success();
    let body = answer.text().await.unwrap_or_default();
    std::io::Write::write_all(&mut std::io::stdout(), format!("{body}\n").as_bytes())?;
    let sick = if strict { sick(&body) } else { Vec::new() };
    anyhow::ensure!(
        sick.is_empty(),
        "the service is sick: {}; `/suckhoe` in the chat says since when",
        sick.join(", ")
    );
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the service says is wrong: "gateway:zalo quota".
fn sick(body: &str) -> Vec<String> {
    let health: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let incidents = health["incidents"].as_array().map(Vec::as_slice).unwrap_or_default();
    incidents.iter().map(|incident| format!("{} {}", word(&incident[0]), word(&incident[1]))).collect()
}
