//! Keeping accounts in order: tokens renewed in time, what runs out told early, and what a webhook missed read back.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::engine::receiver::Receiver;
use crate::engine::{Core, EngineResult};
use crate::platform::{AskError, Finding, Gateway};
use crate::telemetry::redact;
use crate::usecase::incidents::{self, Noted};

/// How often an account is looked after. Tokens that renew themselves last a day; how often more than those is looked at is the
/// gateway's own affair.
const EVERY: Duration = Duration::from_mins(10);
/// How often while its platform stops it: a person may just be putting it right.
const WHILE_STOPPED: Duration = Duration::from_mins(1);
/// How far back groups are read for what a webhook missed: past the platform's last redelivery, two hours.
const LOOK_BACK_MILLIS: i64 = 3 * 3_600_000;

/// Looks after one account until asked to end.
///
/// # Errors
/// None while it runs; faults are logged and tried again.
pub async fn look_after(core: Arc<Core>, gateway: Arc<dyn Gateway>, stop: CancellationToken) -> EngineResult<()> {
    // Who drives it is known a moment after the start.
    let mut wait = Duration::from_secs(1);
    while !stop.is_cancelled() {
        if core.drives(gateway.name()).await.unwrap_or(false) {
            wait = if keep(&core, gateway.as_ref()).await {
                repair(&core, &gateway).await;
                EVERY
            } else {
                WHILE_STOPPED
            };
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(())
}

/// One upkeep of an account, with what it found noted. False when its platform stops it: then the admins are told, before anything
/// is to be sent.
pub async fn keep(core: &Core, gateway: &dyn Gateway) -> bool {
    let (stopped, noted) = match gateway.upkeep().await {
        Ok(findings) => (false, note(core, gateway.name(), &findings).await),
        Err(error) => {
            if let Some((reason, said)) = error.stops() {
                (true, tell(core, gateway.name(), (reason.as_str(), said)).await)
            } else {
                tracing::warn!(gateway = gateway.name(), %error, "upkeep.failed");
                (false, Ok(()))
            }
        }
    };
    if let Err(error) = noted {
        tracing::error!(gateway = gateway.name(), %error, "upkeep.not_noted");
    }
    !stopped
}

/// Opens the incident of an account that its platform stops, for this reason and in these words.
async fn tell(core: &Core, gateway: &str, (kind, detail): (&str, &str)) -> EngineResult<()> {
    let detail = redact(detail, &[]);
    tracing::error!(gateway, kind, %detail, "upkeep.refused");
    let commune = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    incidents::upkeep_stopped(&mut tx, &core.act(&commune), gateway, kind, &detail).await?;
    tx.commit().await?;
    core.wake.notify_waiters();
    Ok(())
}

async fn note(core: &Core, gateway: &str, findings: &[Finding]) -> EngineResult<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let commune = core.commune_id().await?;
    let mut tx = core.store.begin().await?;
    for finding in findings {
        let noted = match finding {
            Finding::Expires { what, chat, at } => Noted::Expires { what, chat: chat.as_deref(), at: *at },
            Finding::Lasts { chat } => Noted::Lasts { chat },
            Finding::GroupDisabled { chat } => Noted::GroupDisabled { chat },
            Finding::GroupWell { chat } => Noted::GroupWell { chat },
        };
        incidents::note_finding(&mut tx, &core.act(&commune), gateway, noted).await?;
    }
    tx.commit().await?;
    core.wake.notify_waiters();
    Ok(())
}

/// Reads back what was said in groups that still owe an answer; what came before is recognised and stored once.
async fn repair(core: &Arc<Core>, gateway: &Arc<dyn Gateway>) {
    let Some(me) = core.myself(gateway.name()).filter(|_| gateway.capabilities().receiving.history) else { return };
    let chats = async { core.store.read().await?.chats_owing(gateway.name()).await };
    let Ok(chats) = chats.await else { return };
    let since = core.wall_now().plus_ms(-LOOK_BACK_MILLIS);
    let receiver = Receiver::new(core.clone(), gateway.clone(), me);
    for chat in chats {
        match gateway.history(&chat, since).await {
            Ok(updates) => match receiver.keep(&updates).await {
                Ok(stored) if stored > 0 => core.arrivals.ring(),
                Ok(_) => {}
                Err(error) => tracing::warn!(gateway = gateway.name(), %error, "history.not_kept"),
            },
            Err(error) => {
                tracing::debug!(gateway = gateway.name(), %error, "history.not_read");
                // One lost group says nothing about the next; anything else concerns the whole account.
                if !matches!(error, AskError::Refused(_)) {
                    return;
                }
            }
        }
    }
}
