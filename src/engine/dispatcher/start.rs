//! Choosing what starts now: due, of an active chat, in its lane's turn, with a slot from the pacer.

use std::collections::HashSet;
use std::time::Duration;

use super::call::{Call, Content};
use super::health::Spent;
use super::{Dispatcher, EngineResult};
use crate::domain::calendar::Millis;
use crate::domain::message::{Lane, MessageState, Purpose};
use crate::id;
use crate::platform::pacer::Request;
use crate::platform::{FileSource, Outgoing};
use crate::store::Tx;
use crate::store::messages::{QueuedMessage, StartedAttempt};
use crate::usecase::links;
use crate::usecase::notify::decode_buttons;

/// Due messages read at once. More than may be held back by their chats' own pace, so that one page is nearly always enough.
const PAGE: i64 = 128;

/// Hours for which the address of a picture works: the platform fetches it during the call, and once more at a retry.
const PICTURE_HOURS: i64 = 24;

/// One look through the queue.
#[derive(Debug, Default)]
struct Look {
    /// What of the account's month is used.
    spent: Option<Spent>,
    /// Whether a Hỏa tốc message waits.
    flash_waits: bool,
    /// Chats whose first message was considered.
    chats: HashSet<String>,
}

/// What a tick starts, and when the next look is worth it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) calls: Vec<Call>,
    /// Monotonic time.
    pub(super) next: Option<Duration>,
}

impl Plan {
    /// Whether one of these calls uploads this file.
    fn uploads(&self, upload: &(String, String)) -> bool {
        self.calls.iter().any(|call| match &call.content {
            Content::Upload { sha256, name, .. } => (sha256, name) == (&upload.0, &upload.1),
            Content::Ready(_) => false,
        })
    }

    fn look_again(&mut self, at: Duration) {
        self.next = Some(self.next.map_or(at, |known| known.min(at)));
    }
}

impl Dispatcher {
    /// Moves what may leave now to `sending`, in the tick's transaction.
    pub(super) async fn plan_starts(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<Plan> {
        let mut plan = Plan::default();
        if self.lease_is_old(now) || self.pacer.gateway_free_at() > now {
            plan.look_again(self.pacer.gateway_free_at());
            return Ok(plan);
        }
        let wall = self.core.wall_now();
        let mut look = Look { spent: self.spent(tx).await?, ..Look::default() };
        let mut last = None;
        loop {
            let instants = (wall, self.core.business_now());
            let page = tx.due_messages(self.gateway.name(), instants, last.as_ref(), PAGE).await?;
            let is_last = i64::try_from(page.len()).is_ok_and(|read| read < PAGE);
            last = page.last().cloned();
            look.flash_waits |= page.iter().any(|message| message.lane == Lane::Flash.number());
            let is_over = self.consider_page(tx, now, page, &mut look, &mut plan).await?;
            if is_last || is_over {
                break;
            }
        }
        if let Some(next_due) = tx.next_due(self.gateway.name(), wall).await? {
            plan.look_again(now + wall.until(next_due));
        }
        Ok(plan)
    }

    /// Starts what of a page may leave. Gives whether the gateway has no slot for more.
    async fn consider_page(
        &mut self,
        tx: &mut Tx,
        now: Duration,
        page: Vec<QueuedMessage>,
        look: &mut Look,
        plan: &mut Plan,
    ) -> EngineResult<bool> {
        for message in page {
            if self.pacer.gateway_free_at() > now {
                plan.look_again(self.pacer.gateway_free_at());
                return Ok(true);
            }
            if !look.chats.insert(message.chat_id.clone()) {
                // The message before it in the same chat goes first.
                continue;
            }
            if self.save_budget(tx, look.spent, &message).await? {
                // The next message of its chat is seen by the next look.
                plan.look_again(now);
                continue;
            }
            self.consider(tx, now, message, look.flash_waits, plan).await?;
        }
        Ok(false)
    }

    /// Past two thirds of the lease without a confirmed renewal nothing starts: another process may be about to take over.
    fn lease_is_old(&self, now: Duration) -> bool {
        self.lease.is_none_or(|lease| now.saturating_sub(lease.renewed_at) > self.settings.lease * 2 / 3)
    }

    async fn consider(
        &mut self,
        tx: &mut Tx,
        now: Duration,
        message: QueuedMessage,
        flash_waits: bool,
        plan: &mut Plan,
    ) -> EngineResult<()> {
        if message.chat_state != "active" {
            tx.leave_queue(&message.id, MessageState::Skipped, "chat_suspended").await?;
            if let Some(delivery_id) = message.delivery_id.as_deref().filter(|_| message.purpose == Purpose::Broadcast)
            {
                tx.skip_later_parts(delivery_id, message.part).await?;
            }
            return Ok(());
        }
        if self.busy.contains(&message.chat_id) {
            // Its report rings.
            return Ok(());
        }
        let Some(content) = self.content(tx, &message, plan).await? else { return Ok(()) };
        let lane = Lane::try_from(message.lane).unwrap_or(Lane::Normal);
        let is_group = message.chat_kind == "group";
        let request = Request { chat: &message.chat_id, is_group, lane, flash_waits };
        if let Err(later) = self.pacer.grant(now, request) {
            plan.look_again(later);
            return Ok(());
        }
        if let Some(call) = self.claim(tx, message, content).await? {
            plan.calls.push(call);
        }
        Ok(())
    }

    /// What the call would carry; none when it cannot be sent now, or not at all.
    async fn content(&self, tx: &mut Tx, message: &QueuedMessage, plan: &Plan) -> EngineResult<Option<Content>> {
        if let (Some(sha256), Some(name)) = (&message.file_sha256, &message.file_name) {
            return self.file_content(tx, message, (sha256, name), plan).await;
        }
        let buttons = decode_buttons(&message.buttons);
        let text = message.body.clone();
        if message.purpose != Purpose::Edit {
            let (reply_to, everybody) = (message.reply_to.clone(), calls_everybody(message));
            return Ok(Some(Content::Ready(Outgoing::Text { text, buttons, reply_to, everybody })));
        }
        let Some(target) = message.edit_external.clone() else {
            tx.leave_queue(&message.id, MessageState::Skipped, "no_target").await?;
            return Ok(None);
        };
        Ok(Some(Content::Ready(Outgoing::Edit { target, text, buttons })))
    }

    /// A file goes by the platform's handle; the first copy uploads it, and the others wait for that.
    async fn file_content(
        &self,
        tx: &mut Tx,
        message: &QueuedMessage,
        file: (&str, &str),
        plan: &Plan,
    ) -> EngineResult<Option<Content>> {
        let (sha256, name) = file;
        let (name, caption) = (name.to_owned(), message.body.clone());
        if let Some(link) = self.picture_link(tx, message, (sha256, &name)).await? {
            return Ok(Some(Content::Ready(Outgoing::File { source: FileSource::Link(link), name, caption })));
        }
        if let Some(handle) = tx.upload_handle_since(self.gateway.name(), sha256, &name, self.fresh_since()).await? {
            let source = FileSource::Handle(handle);
            return Ok(Some(Content::Ready(Outgoing::File { source, name, caption })));
        }
        let upload = (sha256.to_owned(), name);
        if self.uploading.contains(&upload) || plan.uploads(&upload) {
            return Ok(None);
        }
        Ok(Some(Content::Upload { sha256: upload.0, name: upload.1, caption }))
    }

    /// The age from which a platform no longer knows an upload.
    fn fresh_since(&self) -> Millis {
        let lifetime = self.gateway.capabilities().handle_lifetime;
        let millis = lifetime.map(|lifetime| i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
        millis.map_or(Millis(i64::MIN), |millis| self.core.wall_now().plus_ms(-millis))
    }

    /// An address of its own for a picture that the platform fetches; it ends soon after.
    async fn picture_link(
        &self,
        tx: &mut Tx,
        message: &QueuedMessage,
        file: (&str, &str),
    ) -> EngineResult<Option<String>> {
        let Some((media_type, size)) = tx.file_facts(file.0).await? else { return Ok(None) };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let fetches = self.gateway.capabilities().files.fetches(&media_type, size);
        let Some(delivery_id) = message.delivery_id.as_deref().filter(|_| fetches) else { return Ok(None) };
        let core = self.core.clone();
        Ok(links::for_delivery(tx, &core.act(&self.commune_id), file, delivery_id, PICTURE_HOURS).await?)
    }

    async fn claim(&mut self, tx: &mut Tx, message: QueuedMessage, content: Content) -> EngineResult<Option<Call>> {
        let Some(lease) = self.lease else { return Ok(None) };
        let deadline = match &content {
            Content::Upload { .. } => self.settings.file_deadline,
            Content::Ready(_) => self.settings.text_deadline,
        };
        let wall = self.core.wall_now();
        let attempt = StartedAttempt {
            id: id::new_id(wall, self.core.entropy.as_ref()),
            message_id: message.id.clone(),
            gateway: self.gateway.name().to_owned(),
            chat_id: message.chat_id.clone(),
            epoch: lease.epoch,
            owner: self.core.owner.clone(),
            started_at: wall,
            deadline_at: wall.plus_ms(i64::try_from(deadline.as_millis()).unwrap_or(i64::MAX)),
        };
        if !tx.start_attempt(&attempt).await? {
            return Ok(None);
        }
        Ok(Some(Call {
            message_id: message.id,
            attempt_id: attempt.id,
            chat_id: message.chat_id,
            chat_external: message.chat_external,
            attempts_before: message.attempts,
            content,
        }))
    }
}

/// Whether a message is to ring: the first words of a broadcast of the two highest levels.
fn calls_everybody(message: &QueuedMessage) -> bool {
    let urgent = matches!(Lane::try_from(message.lane), Ok(Lane::Flash | Lane::Express));
    urgent && message.purpose == Purpose::Broadcast && message.part == 1
}
