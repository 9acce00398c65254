//! Processing what came in: once each, in one transaction with everything that follows from it.
//!
//! What needs the network (fetching a file, counting a group's members) is done before the transaction and beside the turn, what
//! can wait (a toast, deleting a refused document) after it. Button presses go first: somebody looks at a spinner.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Core, EngineResult};
use crate::desk::{self, Fetched, Prepared, Response};
use crate::domain::event::{Event, Rights};
use crate::store::Tx;
use crate::store::inbox::InboxRow;
use crate::store::links::UploadLink;
use crate::usecase::{Act, UseCaseError, UseCaseResult, Via, dead_letters};

/// Reads a document's first page in a bounded child process.
pub type Inspector = Arc<dyn Fn(Vec<u8>) -> InspectCall + Send + Sync>;
/// The call of an [`Inspector`].
pub type InspectCall = std::pin::Pin<Box<dyn Future<Output = Fetched> + Send>>;

mod claims;
mod errands;
mod names;
mod prepare;
mod upload;
mod worker;

use prepare::Found;
pub use upload::Uploaded;
pub use worker::Worker;

/// What the inboxes of all gateways share. Each gateway's is processed by a [`Worker`] of its own: one that hangs holds up no other.
pub struct Inbox {
    core: Arc<Core>,
    commune_id: String,
    inspect: Inspector,
}

/// An update that is being processed.
#[derive(Debug, Clone)]
struct Taken {
    row: InboxRow,
    event: Event,
}

impl Taken {
    /// The update of a row; gives the row back when it cannot be read.
    fn read(row: InboxRow) -> Result<Self, Box<InboxRow>> {
        match row.event.as_deref().and_then(|event| serde_json::from_str(event).ok()) {
            Some(event) => Ok(Self { row, event }),
            None => Err(Box::new(row)),
        }
    }

    /// The chats whose other updates wait while this one is under way, by the platform's ids.
    fn chats(&self) -> Vec<&str> {
        match &self.event {
            Event::Moved { from, to } => vec![from, to],
            event => event.chat().map(|chat| chat.external_id.as_str()).into_iter().collect(),
        }
    }
}

impl Inbox {
    /// A processor for a commune.
    #[must_use]
    pub fn new(core: Arc<Core>, commune_id: String, inspect: Inspector) -> Self {
        Self { core, commune_id, inspect }
    }

    /// Processes everything that waits of one gateway, files and names among it; gives how many updates were taken.
    ///
    /// # Errors
    /// The database; an update that could not be processed is tried again soon, and given up after three times.
    pub async fn tick(self: &Arc<Self>, gateway: &str) -> EngineResult<usize> {
        let (mut worker, mut taken) = (Worker::new(self.clone(), gateway), 0);
        loop {
            // On the heap: a turn is long, and stands in the middle of every story that is played.
            let turned = Box::pin(worker.turn()).await?;
            taken += turned;
            if turned == 0 {
                if !worker.is_preparing() {
                    break;
                }
                worker.prepared().await;
            }
        }
        worker.leave();
        Ok(taken)
    }

    /// Hands a document that somebody put on their page to the conversation it belongs to, once.
    ///
    /// # Errors
    /// The database; then nothing was taken and the page can be used again.
    pub async fn uploaded(&self, link: &UploadLink, name: &str, content: Vec<u8>) -> EngineResult<Uploaded> {
        upload::take(self, link, name, content).await
    }

    /// Keeps other engines out of the conversations of these updates until the end of the transaction; always in one order, so that
    /// nobody waits for somebody who waits for him.
    async fn lock_chats(&self, tx: &mut Tx, updates: &[Taken]) -> UseCaseResult<()> {
        let chats = updates.iter().flat_map(|taken| taken.chats().into_iter().map(|chat| (&taken.row.gateway, chat)));
        for (gateway, chat) in chats.collect::<BTreeSet<_>>() {
            tx.lock_chat(gateway, chat).await?;
        }
        Ok(())
    }

    /// Processes one update, of whose chats others are kept out, in an open transaction; none when somebody else did so meanwhile, and nothing may be left behind.
    async fn handle(&self, tx: &mut Tx, taken: &Taken, found: Found) -> UseCaseResult<Option<Response>> {
        let Taken { row, event } = taken;
        let prepared =
            Prepared { file: found.file, members: found.members, rights: found.rights, ..self.bare(row, event) };
        let act = self.act(row);
        let response = desk::handle(tx, &act, &prepared).await?;
        Ok(tx.finish_inbox(&row.id, act.wall).await?.then_some(response))
    }

    /// An event for which nothing was fetched.
    fn bare<'a>(&self, row: &'a InboxRow, event: &'a Event) -> Prepared<'a> {
        let username = self.core.myself(&row.gateway).map(|me| me.username).unwrap_or_default();
        Prepared {
            gateway: &row.gateway,
            username,
            event,
            dedupe: &row.dedupe,
            file: None,
            members: None,
            rights: Rights::default(),
        }
    }

    fn act(&self, row: &InboxRow) -> Act<'_> {
        Act { via: Via::Chat(row.gateway.clone()), ..self.core.act(&self.commune_id) }
    }

    /// Notes that a try failed.
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
