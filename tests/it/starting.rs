//! A service that starts while its platform turns it away.

use std::process::Stdio;
use std::time::Duration;

use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{SqliteFile, runtime};
use crate::service::{Service, eventually, health_says};

#[test]
fn a_token_that_is_refused_at_the_start_is_an_incident_until_it_is_accepted() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        listen(&service, "").await;
        let bot = service.sandbox.handle().bot_ids()[0];
        service.sandbox.handle().set_revoked(bot, true).unwrap();
        let mut child = service.spawn("off", Stdio::null());
        eventually("the incident is open", async || incidents(&service).await == ["receiving:telegram unauthorized"])
            .await;
        let (code, out, _) = health(&service, &[]);
        assert_eq!(code, Some(0), "a container is not started anew for what that does not repair");
        assert!(out.contains("\"status\":\"sick\""), "{out}");
        let (code, _, complaint) = health(&service, &["--strict"]);
        assert_eq!(code, Some(1), "a monitor is told");
        assert!(complaint.contains("receiving:telegram unauthorized"), "{complaint}");
        service.sandbox.handle().set_revoked(bot, false).unwrap();
        eventually("the incident is closed", async || incidents(&service).await.is_empty()).await;
        assert_eq!(health(&service, &["--strict"]).0, Some(0));
        child.kill().unwrap();
        child.wait().unwrap();
        let (code, out, complaint) = health(&service, &[]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(complaint.contains("is `loa serve` running?"), "{complaint}");
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

#[test]
fn a_database_that_another_program_keeps_locked_is_told_by_the_services_health() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        let address = listen(&service, "[engine]\nlease_seconds = 5\n").await;
        let mut child = service.spawn("off", Stdio::null());
        let says = async |word: &str| health_says(&address, word).await;
        eventually("the service is well", async || says("\"ok\"").await).await;
        eventually("somebody looks at the date", async || says("\"time\":").await).await;
        let lock = service.store.begin().await.unwrap();
        eventually("it says so", async || says("not_writable").await).await;
        assert_eq!(health(&service, &[]).0, Some(1), "while nothing can be written nothing leaves");
        drop(lock);
        eventually("it is well again", async || says("\"ok\"").await).await;
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

/// Gives the service a page at an address that is known, and more settings; gives the address.
pub async fn listen(service: &Service, more: &str) -> String {
    let address = crate::stage::free_address().await.to_string();
    let settings = std::fs::read_to_string(&service.settings).unwrap();
    let settings = settings.replace("127.0.0.1:0\"", &format!("{address}\""));
    std::fs::write(&service.settings, settings + more).unwrap();
    address
}

/// Somebody gives the platform an address to post the bot's updates to.
async fn set_webhook(service: &Service) {
    let url = format!("{}/bot{}/setWebhook", service.sandbox.base_url(), service.sandbox.tokens()[0]);
    let address = serde_json::json!({ "url": "https://example.invalid/elsewhere" });
    let client = loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap();
    client.post(url).json(&address).send().await.unwrap().error_for_status().unwrap();
}

#[test]
fn an_address_that_somebody_gave_the_platform_is_removed_however_often_that_fails() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file.url()).await;
        let (quan, sandbox) = (service.world.accounts["quan"], service.sandbox.handle());
        let asks = async |text: &str| {
            let before = sandbox.sent_log().len();
            // A person's private chat has the person's number.
            sandbox.say(quan, quan, text, None).unwrap();
            eventually("an answer", async || sandbox.sent_log().len() > before).await;
        };
        set_webhook(&service).await;
        sandbox.add_fault(Fault::next("deleteWebhook", FaultKind::ResetBefore));
        let mut child = service.spawn("off", Stdio::null());
        asks("/toilaai").await;
        set_webhook(&service).await;
        asks("/trogiup").await;
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

/// What `loa health` says of the service: exit code, output, complaint.
fn health(service: &Service, more: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_loa"));
    let done = command.args(["health", "--config"]).arg(&service.settings).args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

async fn incidents(service: &Service) -> Vec<String> {
    let mut tx = service.store.read().await.unwrap();
    let open = tx.open_incidents().await.unwrap();
    open.into_iter().map(|incident| format!("{} {}", incident.scope, incident.kind)).collect()
}
