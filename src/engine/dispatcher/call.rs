//! One platform call on its way, and the report that comes back.

use std::sync::Arc;
use std::time::Duration;

use super::Dispatcher;
use super::halts::Asker;
use crate::domain::message::Lane;
use crate::domain::retry::{FailureReason, Outcome, PauseScope, UnknownReason};
use crate::lifecycle::Panicked;
use crate::platform::{Failure, FileSource, Gateway, Outgoing, Receipt};
use crate::store::Store;

/// A call that was committed as started and is now to be made.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) message_id: String,
    pub(super) attempt_id: String,
    pub(super) chat_id: String,
    pub(super) is_group: bool,
    pub(super) lane: Lane,
    pub(super) delivery_id: Option<String>,
    pub(super) chat_external: String,
    /// Number of this try, from 1.
    pub(super) attempts: i64,
    pub(super) tries: i64,
    /// When it is to leave, on the monotonic clock.
    pub(super) slot: Duration,
    /// Set when it is sent to ask a stopped account whether it works again.
    pub(super) asks: Option<Asker>,
    pub(super) content: Content,
}

/// What the call carries; a file's bytes are read only when it is its turn.
#[derive(Debug)]
pub(super) enum Content {
    Ready(Outgoing),
    Upload { sha256: String, name: String, caption: String, topic: Option<String> },
}

/// A finished call.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) message_id: String,
    pub(super) attempt_id: String,
    pub(super) chat_id: String,
    pub(super) is_group: bool,
    pub(super) lane: Lane,
    pub(super) delivery_id: Option<String>,
    pub(super) attempts: i64,
    pub(super) tries: i64,
    /// Hash and name of the file that was uploaded.
    pub(super) upload: Option<(String, String)>,
    /// The file sent by a handle.
    pub(super) by_handle: Option<(String, String)>,
    /// As in [`Call`].
    pub(super) asks: Option<Asker>,
    pub(super) result: Result<Receipt, Failure>,
}

/// What comes back to the dispatcher.
#[derive(Debug)]
pub(super) enum Report {
    Call(Result<Receipt, Failure>),
    Probe(Result<(), String>),
}

impl Dispatcher {
    /// Makes a call at its slot. Its outcome comes back as a report, whenever that is.
    pub(super) fn launch(&mut self, call: Call) {
        self.busy.insert(call.chat_id.clone());
        let upload = match &call.content {
            Content::Upload { sha256, name, .. } => Some((sha256.clone(), name.clone())),
            Content::Ready(_) => None,
        };
        if let Some(upload) = &upload {
            self.uploading.insert(upload.clone());
        }
        let done = Done {
            by_handle: handle_of(&call.content),
            result: panicked(),
            message_id: call.message_id.clone(),
            attempt_id: call.attempt_id.clone(),
            chat_id: call.chat_id.clone(),
            is_group: call.is_group,
            lane: call.lane,
            delivery_id: call.delivery_id.clone(),
            attempts: call.attempts,
            tries: call.tries,
            upload,
            asks: call.asks,
        };
        let (gateway, store) = (self.gateway.clone(), self.core.store.clone());
        let mono = self.core.clocks.mono.clone();
        // Without a dispatcher the row stays `sending` and its deadline settles it.
        let task = self.tasks.spawn(async move {
            let early = call.slot.saturating_sub(mono.elapsed());
            if !early.is_zero() {
                tokio::time::sleep(early).await;
            }
            Report::Call(make(&gateway, &store, &call).await)
        });
        self.under_way.insert(task.id(), done);
    }
}

fn handle_of(content: &Content) -> Option<(String, String)> {
    match content {
        Content::Ready(Outgoing::File { source: FileSource::Handle(handle), name, .. }) => {
            Some((handle.clone(), name.clone()))
        }
        _ => None,
    }
}

/// How far a call got that panicked, nobody can know.
fn panicked() -> Result<Receipt, Failure> {
    Err(Failure { outcome: Outcome::Unknown(UnknownReason::Crashed), detail: Panicked.to_string() })
}

async fn make(gateway: &Arc<dyn Gateway>, store: &Store, call: &Call) -> Result<Receipt, Failure> {
    match &call.content {
        Content::Ready(outgoing) => gateway.send(&call.chat_external, outgoing).await,
        Content::Upload { sha256, name, caption, topic } => {
            let outgoing = Outgoing::File {
                source: FileSource::Bytes(read_file(store, sha256).await?),
                name: name.clone(),
                caption: caption.clone(),
                topic: topic.clone(),
            };
            gateway.send(&call.chat_external, &outgoing).await
        }
    }
}

async fn read_file(store: &Store, sha256: &str) -> Result<Vec<u8>, Failure> {
    let content = async {
        let mut tx = store.read().await?;
        tx.file(sha256).await
    };
    match content.await {
        Ok(Some(file)) => Ok(file.content),
        Ok(None) => {
            let detail = "the file is not in the database".to_owned();
            Err(Failure { outcome: Outcome::Final(FailureReason::ContentOther), detail })
        }
        // Nothing left this machine, and the database will be back.
        Err(error) => {
            let outcome = Outcome::RetryLater { after: None, scope: PauseScope::Chat };
            Err(Failure { outcome, detail: error.to_string() })
        }
    }
}
