//! Processing what came in: once each, in one transaction with everything that follows from it.
//!
//! What needs the network (fetching a file, counting a group's members) is done before the transaction, what can wait
//! (a toast, deleting a refused document) after it. Button presses go first: somebody looks at a spinner.

use std::sync::Arc;

use super::{Core, EngineResult};
use crate::desk::{self, Fetched, Prepared, Response};
use crate::domain::event::{ButtonPress, Event};
use crate::lifecycle::caught;
use crate::platform::{Gateway, Menu};
use crate::store::inbox::{InboxRow, MAX_ATTEMPTS};
use crate::store::links::UploadLink;
use crate::usecase::{Act, UseCaseError, Via, dead_letters};

/// Reads a document's first page in a bounded child process.
pub type Inspector = Arc<dyn Fn(Vec<u8>) -> InspectCall + Send + Sync>;
/// The call of an [`Inspector`].
pub type InspectCall = std::pin::Pin<Box<dyn Future<Output = Fetched> + Send>>;

mod names;
mod upload;

pub use upload::Uploaded;

/// Processes the inbox, each gateway's by itself: one that hangs holds up no other.
pub struct Inbox {
    core: Arc<Core>,
    commune_id: String,
    inspect: Inspector,
}

/// Updates processed in one tick.
const BATCH: usize = 20;
/// Largest document a conversation takes, bytes: what Telegram lets a bot fetch (Bot API, getFile).
const MAX_DOCUMENT: u64 = 20_000_000;

impl Inbox {
    /// A processor for a commune.
    #[must_use]
    pub fn new(core: Arc<Core>, commune_id: String, inspect: Inspector) -> Self {
        Self { core, commune_id, inspect }
    }

    /// Processes what waits of one gateway; gives how many updates were taken.
    ///
    /// # Errors
    /// The database; an update that could not be processed is tried again soon, and given up after three times.
    pub async fn tick(&self, gateway: &str) -> EngineResult<usize> {
        let mut taken = 0;
        // One by one: a press that came meanwhile goes before what was waiting already.
        while taken < BATCH {
            let next = self.core.store.read().await?.next_inbox(gateway, self.core.wall_now()).await?;
            let Some(row) = next else { break };
            self.count_try(&row).await?;
            self.take(&row).await?;
            taken += 1;
        }
        Ok(taken)
    }

    /// A try counts before it is made: an update that ends the process must not do so for ever.
    async fn count_try(&self, row: &InboxRow) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        tx.count_inbox_try(&row.id, self.core.wall_now()).await?;
        Ok(tx.commit().await?)
    }

    /// A mistake in one conversation fails its update, and no other.
    async fn take(&self, row: &InboxRow) -> EngineResult<()> {
        if row.attempts >= MAX_ATTEMPTS {
            return self.fail(row, "the process ended while it was processed").await;
        }
        match caught(self.process(row)).await {
            Ok(done) => done,
            Err(panicked) => self.fail(row, &panicked.to_string()).await,
        }
    }

    /// Hands a document that somebody put on their page to the conversation it belongs to, once.
    ///
    /// # Errors
    /// The database; then nothing was taken and the page can be used again.
    pub async fn uploaded(&self, link: &UploadLink, name: &str, content: Vec<u8>) -> EngineResult<Uploaded> {
        upload::take(self, link, name, content).await
    }

    async fn process(&self, row: &InboxRow) -> EngineResult<()> {
        let event = row.event.as_deref().and_then(|event| serde_json::from_str::<Event>(event).ok());
        let Some(mut event) = event else { return self.fail(row, "unreadable event").await };
        names::fill(self, row, &mut event).await;
        match self.handle(row, &event).await {
            Ok(response) => {
                self.core.wake.notify_waiters();
                self.after(row, &event, response);
                Ok(())
            }
            Err(error) => {
                tracing::error!(inbox = %row.id, error = %describe(&error), "inbox.failed");
                self.answer_if_press(row, &event, "");
                self.fail(row, &describe(&error)).await
            }
        }
    }

    async fn handle(&self, row: &InboxRow, event: &Event) -> Result<Response, UseCaseError> {
        let prepared = self.prepare(row, event).await?;
        let mut tx = self.core.store.begin().await?;
        let act = self.act(row);
        let response = desk::handle(&mut tx, &act, &prepared).await?;
        if !tx.finish_inbox(&row.id, act.wall).await? {
            // Somebody else processed it meanwhile: leave nothing behind.
            return Ok(Response::default());
        }
        tx.commit().await?;
        Ok(response)
    }

    fn act(&self, row: &InboxRow) -> Act<'_> {
        Act { via: Via::Chat(row.gateway.clone()), ..self.core.act(&self.commune_id) }
    }

    async fn prepare<'a>(&'a self, row: &'a InboxRow, event: &'a Event) -> Result<Prepared<'a>, UseCaseError> {
        let username = self.core.myself(&row.gateway).map(|me| me.username).unwrap_or_default();
        let mut prepared =
            Prepared { gateway: &row.gateway, username, event, dedupe: &row.dedupe, file: None, members: None };
        let Some(gateway) = self.core.gateways.get(&row.gateway) else { return Ok(prepared) };
        let wanted = {
            let mut tx = self.core.store.read().await?;
            desk::wants(&mut tx, &self.act(row), &prepared).await?
        };
        if wanted.file {
            prepared.file = self.fetch(gateway, event).await;
        }
        if wanted.members
            && let Some(chat) = event.chat()
        {
            prepared.members = gateway.member_count(&chat.external_id).await.ok();
        }
        Ok(prepared)
    }

    async fn fetch(&self, gateway: &Arc<dyn Gateway>, event: &Event) -> Option<Fetched> {
        let Event::Message(message) = event else { return None };
        let file = message.file.as_ref()?;
        match gateway.fetch(&file.reference, MAX_DOCUMENT).await {
            Ok(content) => Some((self.inspect)(content).await),
            Err(error) => Some(Fetched::NotFetched { reason: error.to_string() }),
        }
    }

    /// What may be done after the commit, and is not worth repeating if it fails.
    fn after(&self, row: &InboxRow, event: &Event, response: Response) {
        let Some(gateway) = self.core.gateways.get(&row.gateway) else { return };
        self.answer_if_press(row, event, response.toast.as_deref().unwrap_or_default());
        let chat = event.chat().map(|chat| chat.external_id.clone());
        let (gateway, Response { delete, menu, .. }) = (gateway.clone(), response);
        if delete.is_empty() && menu.is_none() {
            return;
        }
        // The next update does not wait for it.
        self.core.calls.spawn(async move {
            for (chat, message) in delete.iter().filter_map(|message| Some((chat.as_ref()?, message))) {
                if let Err(error) = gateway.delete(chat, message).await {
                    tracing::warn!(gateway = gateway.name(), %error, "message.not_deleted");
                }
            }
            if let Some((chat, commands)) = menu {
                let menu = Menu { chat: Some(chat), commands };
                if let Err(error) = gateway.publish_menu(&menu).await {
                    tracing::warn!(gateway = gateway.name(), %error, "menu.not_published");
                }
            }
        });
    }

    fn answer_if_press(&self, row: &InboxRow, event: &Event, text: &str) {
        let Event::Press(ButtonPress { press_id, .. }) = event else { return };
        let Some(gateway) = self.core.gateways.get(&row.gateway).cloned() else { return };
        let (press_id, text) = (press_id.clone(), text.to_owned());
        // Nobody else waits for this answer.
        self.core.calls.spawn(async move {
            if let Err(error) = gateway.answer_press(&press_id, &text).await {
                // An old press: the answer no longer reaches anybody, what it did stands.
                tracing::debug!(gateway = gateway.name(), %error, "press.not_answered");
            }
        });
    }

    async fn fail(&self, row: &InboxRow, error: &str) -> EngineResult<()> {
        let mut tx = self.core.store.begin().await?;
        let given_up = tx.fail_inbox(&row.id, error, self.core.wall_now()).await?;
        tx.commit().await?;
        if given_up {
            tracing::error!(inbox = %row.id, error, "inbox.given_up");
            // That it is given up stands, whether the admins can be told or not: what comes behind it must not wait.
            if let Err(error) = self.tell_given_up(row).await {
                tracing::error!(inbox = %row.id, error = %describe(&error), "inbox.not_told");
            }
        }
        Ok(())
    }

    async fn tell_given_up(&self, row: &InboxRow) -> Result<(), UseCaseError> {
        let mut tx = self.core.store.begin().await?;
        dead_letters::given_up(&mut tx, &self.core.act(&self.commune_id), row).await?;
        Ok(tx.commit().await?)
    }
}

/// The class of an error, without anything a person wrote.
fn describe(error: &UseCaseError) -> String {
    match error {
        UseCaseError::Store(error) => error.to_string(),
        UseCaseError::Denied(denied) => denied.to_string(),
        UseCaseError::NotFound { what, .. } => format!("no such {what}"),
        UseCaseError::Refused { key, .. } => (*key).to_owned(),
    }
}
