//! A service that starts while its platform turns it away.

use std::process::Stdio;

use crate::db::{SqliteFile, runtime};
use crate::service::{Service, eventually};

#[test]
fn a_token_that_is_refused_at_the_start_is_an_incident_until_it_is_accepted() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let service = Service::prepare(&file).await;
        let bot = service.sandbox.handle().bot_ids()[0];
        service.sandbox.handle().set_revoked(bot, true).unwrap();
        let mut child = service.spawn("off", Stdio::null());
        eventually("the incident is open", async || incidents(&service).await == ["receiving:telegram unauthorized"])
            .await;
        service.sandbox.handle().set_revoked(bot, false).unwrap();
        eventually("the incident is closed", async || incidents(&service).await.is_empty()).await;
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

async fn incidents(service: &Service) -> Vec<String> {
    let mut tx = service.store.read().await.unwrap();
    let open = tx.open_incidents().await.unwrap();
    open.into_iter().map(|incident| format!("{} {}", incident.scope, incident.kind)).collect()
}
