//! Choosing what starts now: due, of an active chat, in its lane's turn, with a slot from the pacer.
//!
//! What waits is read without a lock. Only what was given a slot is claimed, in the tick's transaction, and the row itself says
//! whether it may still leave.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::call::{Call, Content};
use super::halts::Asker;
use super::health::{LeftOut, Spent};
use super::{Dispatcher, EngineResult};
use crate::domain::calendar::Millis;
use crate::domain::message::{Lane, MessageState, Purpose};
use crate::id;
use crate::platform::pacer::Request;
use crate::platform::{FileSource, Outgoing};
use crate::store::Tx;
use crate::store::binding::ChatState;
use crate::store::messages::{Claim, Claimant, ClaimedMessage, Stretch, WaitingMessage};
use crate::usecase::notify::decode_buttons;
use crate::usecase::{incidents, links};

/// Rows of a lane read at once, and chats that must be ready before no more are read.
const PAGE: usize = 128;

/// How long a chat waits at most whose file another call is uploading; the end of that call rings.
const WHILE_UPLOADING: Duration = Duration::from_secs(1);
/// How long before the last slot that was given the next ones are: the claim needs a moment.
const LEAD: Duration = Duration::from_millis(40);

/// Messages of one kind that ask a stopped account at once: one of them may hang.
const ASKING: usize = 2;
/// Of all places those who speak of danger, and are nobody we know, take one part in so many.
const PART_TO_DIAL: usize = 8;

/// Hours for which the address of a picture works: the platform fetches it during the call, and once more at a retry.
const PICTURE_HOURS: i64 = 24;

/// A message that was given a slot.
#[derive(Debug)]
struct Chosen {
    message: WaitingMessage,
    slot: Duration,
    /// What it carries, where that is known before it is claimed.
    file: Option<FileContent>,
}

/// A file as it would be sent; its caption comes with the claim.
#[derive(Debug)]
enum FileContent {
    Source(FileSource),
    Upload,
}

/// What a tick starts, and when the next look is worth it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) calls: Vec<Call>,
    /// Monotonic time.
    pub(super) next: Option<Duration>,
    chosen: Vec<Chosen>,
}

impl Plan {
    /// Whether one of the chosen uploads this file.
    fn uploads(&self, message: &WaitingMessage) -> bool {
        self.chosen.iter().any(|chosen| {
            matches!(chosen.file, Some(FileContent::Upload))
                && (&chosen.message.file_sha256, &chosen.message.file_name)
                    == (&message.file_sha256, &message.file_name)
        })
    }

    pub(super) fn look_again(&mut self, at: Duration) {
        self.next = Some(self.next.map_or(at, |known| known.min(at)));
    }
}

/// When a lane may send.
#[derive(Debug, Clone, Copy)]
struct Opening {
    /// The gateway's next slot, not before now.
    slot: Duration,
    /// When the lane itself may take one.
    lane_at: Duration,
}

impl Opening {
    fn is_now(self, now: Duration, ahead: Duration) -> bool {
        self.lane_at <= self.slot && self.slot <= now + ahead
    }

    /// A slot is claimed a moment before it comes; a lane that waits by itself takes none ahead.
    fn look_at(self, ahead: Duration) -> Duration {
        if self.lane_at > self.slot { self.lane_at } else { self.slot.saturating_sub(LEAD.min(ahead)) }
    }
}

impl Dispatcher {
    /// Reads what waits: the front of it, and where that is not all, on in every lane until enough chats are ready to choose from.
    pub(super) async fn read_queue(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<()> {
        let instants = (self.core.wall_now(), self.core.business_now());
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        if self.queue.begin(now) {
            let front = tx.first_waiting(self.gateway.name(), limit, instants).await?;
            let is_all = front.len() < PAGE;
            self.queue.take_in(front);
            if is_all {
                return Ok(());
            }
        }
        for lane in Lane::ALL.iter().copied() {
            while self.queue.ready_in(lane, PAGE) < PAGE {
                let after = self.queue.read_up_to(lane).map(|(due_at, id)| (*due_at, id.as_str()));
                let stretch = Stretch { lane, after, limit };
                let page = tx.waiting_behind(self.gateway.name(), stretch, instants).await?;
                let is_last = page.len() < PAGE;
                self.queue.take_in(page);
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether something could start now.
    pub(super) fn may_start(&self, now: Duration) -> bool {
        !self.lease_is_old(now) && self.open_lanes(now).any(|opening| opening.is_now(now, self.settings.ahead))
    }

    /// When it is worth looking again whether something may start; none when something else will ring.
    pub(super) fn may_start_at(&self, now: Duration) -> Option<Duration> {
        let looks = self.open_lanes(now).map(|opening| opening.look_at(self.settings.ahead));
        looks.chain(self.queue.next_ready_at()).min()
    }

    /// What is ready in each lane, where a place is free for it. While the account is at fault those whose messages ask whether it works
    /// again.
    fn open_lanes(&self, now: Duration) -> impl Iterator<Item = Opening> {
        Lane::ALL.iter().filter_map(move |lane| self.next_of(now, *lane, &[]).map(|(_, opening)| opening))
    }

    /// The message of a lane whose turn is next, and when it may leave, beside those chosen already.
    fn next_of(&self, now: Duration, lane: Lane, chosen: &[Chosen]) -> Option<(&WaitingMessage, Opening)> {
        let slot = self.pacer.gateway_free_at().max(now);
        let lane_at = self.pacer.lane_free_at(lane, self.queue.waits_pressing());
        let Some(halt) = self.halted else {
            let has_place = self.busy.len() + chosen.len() < self.settings.places;
            let first = match lane {
                Lane::Stranger => self.queue.first_where(lane, |message| !self.has_to_give_way(message, chosen)),
                _ => self.queue.first_of(lane),
            };
            return first.filter(|_| has_place).map(|first| (first, Opening { slot, lane_at }));
        };
        let kinds = [true, false].into_iter().filter_map(|is_group| {
            let asker = Asker::of(lane, is_group);
            let asks_at = halt.opens(asker).filter(|_| self.may_ask(asker, chosen))?;
            let first = self.first_to_ask(lane, asker, chosen)?;
            Some((first, Opening { slot, lane_at: lane_at.max(asks_at) }))
        });
        kinds.min_by_key(|(_, opening)| opening.lane_at)
    }

    /// The message of a lane by which a stopped account is asked next: not by one chat again while another one, of any lane of its kind,
    /// was not asked by.
    fn first_to_ask(&self, lane: Lane, asker: Asker, chosen: &[Chosen]) -> Option<&WaitingMessage> {
        let is_of_kind = |message: &WaitingMessage| {
            Asker::of(message.lane, message.is_to_group()) == asker && !self.has_to_give_way(message, chosen)
        };
        let is_fresh = |message: &WaitingMessage| is_of_kind(message) && !self.asked.contains(&message.chat_id);
        if Lane::ALL.iter().any(|lane| self.queue.first_where(*lane, is_fresh).is_some()) {
            return self.queue.first_where(lane, is_fresh);
        }
        self.queue.first_where(lane, is_of_kind)
    }

    /// Whether few enough messages of this kind are on their way to ask whether the account works again. One from before it was stopped
    /// does not ask; one that hangs keeps no other one back.
    fn may_ask(&self, asker: Asker, chosen: &[Chosen]) -> bool {
        let is_chosen = chosen.iter().any(|one| Asker::of(one.message.lane, one.message.is_to_group()) == asker);
        !is_chosen && self.under_way.values().filter(|done| done.asks == Some(asker)).count() < ASKING
    }

    /// People nobody knows are answered one at a time, and not while anything pressing waits, for whatever it waits: what ends that
    /// looks anew. Whoever speaks of danger reads whom to dial all the same, a few at a time.
    fn has_to_give_way(&self, message: &WaitingMessage, chosen: &[Chosen]) -> bool {
        if message.lane != Lane::Stranger {
            return false;
        }
        let on_their_way = self.under_way.values().filter(|done| done.lane == Lane::Stranger).count()
            + chosen.iter().filter(|chosen| chosen.message.lane == Lane::Stranger).count();
        if message.tells_whom_to_dial() {
            return on_their_way > self.settings.places / PART_TO_DIAL;
        }
        self.queue.has_pressing() || on_their_way > 0
    }

    /// Moves what may leave now to `sending`, in the tick's transaction.
    pub(super) async fn plan_starts(&mut self, tx: &mut Tx, now: Duration) -> EngineResult<Plan> {
        let mut plan = Plan::default();
        if self.may_start(now) {
            let spent = self.spent(tx).await?;
            for lane in Lane::ALL.iter().copied() {
                self.choose(tx, (now, lane), spent, &mut plan).await?;
            }
            self.claim_chosen(tx, now, &mut plan).await?;
        }
        if let Some(at) = self.may_start_at(now) {
            plan.look_again(at);
        }
        Ok(plan)
    }

    /// Past two thirds of the lease without a confirmed renewal nothing starts: another process may be about to take over.
    fn lease_is_old(&self, now: Duration) -> bool {
        self.lease.is_none_or(|lease| now.saturating_sub(lease.renewed_at) > self.settings.lease * 2 / 3)
    }

    /// Gives slots to a lane's messages, until it has no more or there are no more slots.
    async fn choose(
        &mut self,
        tx: &mut Tx,
        (now, lane): (Duration, Lane),
        spent: Option<Spent>,
        plan: &mut Plan,
    ) -> EngineResult<()> {
        while let Some((message, opening)) = self.next_of(now, lane, &plan.chosen) {
            let message = message.clone();
            if !opening.is_now(now, self.settings.ahead) {
                plan.look_again(opening.look_at(self.settings.ahead));
                return Ok(());
            }
            if self.leaves_queue(tx, spent, &message).await? {
                self.queue.remove(&message);
                // More may stand behind it than was read.
                plan.look_again(now);
                continue;
            }
            if self.is_uploading(&message) || plan.uploads(&message) {
                self.queue.hold_until(&message.chat_id, now + WHILE_UPLOADING);
                continue;
            }
            let file = self.file_of(tx, &message).await?;
            let pressing_waits = self.queue.waits_pressing();
            let request = Request { chat: &message.chat_id, is_group: message.is_to_group(), lane, pressing_waits };
            match self.pacer.grant(now, self.settings.ahead, request) {
                Ok(slot) => {
                    self.queue.hold(&message.chat_id);
                    plan.chosen.push(Chosen { message, slot, file });
                }
                Err(later) => self.queue.hold_until(&message.chat_id, later),
            }
        }
        Ok(())
    }

    /// Takes a message that cannot be sent out of the queue, and what belongs to it. Gives whether it did.
    async fn leaves_queue(&self, tx: &mut Tx, spent: Option<Spent>, message: &WaitingMessage) -> EngineResult<bool> {
        let reason = if message.chat_state != "active" && !is_active_now(tx, message).await? {
            "chat_suspended"
        } else if message.purpose == Purpose::Edit && message.edit_external.is_none() {
            "no_target"
        } else {
            let Some(left_out) = spent.and_then(|spent| spent.leaves_out(message)) else { return Ok(false) };
            if left_out == LeftOut::Strangers {
                let core = self.core.clone();
                incidents::strangers_spent(tx, &core.act(&self.commune_id), self.gateway.name()).await?;
            }
            "budget"
        };
        tx.leave_queue(&message.id, MessageState::Skipped, reason).await?;
        if let Some(delivery_id) = message.delivery_id.as_deref().filter(|_| message.purpose == Purpose::Broadcast) {
            tx.skip_later_parts(delivery_id, message.part).await?;
        }
        Ok(true)
    }

    /// Whether a call on its way uploads the file of this message.
    fn is_uploading(&self, message: &WaitingMessage) -> bool {
        let file = message.file_sha256.clone().zip(message.file_name.clone());
        file.is_some_and(|file| self.uploading.contains(&file))
    }

    /// How a message's file is sent, if it has one: by the platform's handle; the first copy uploads it, and the others wait.
    async fn file_of(&self, tx: &mut Tx, message: &WaitingMessage) -> EngineResult<Option<FileContent>> {
        let (Some(sha256), Some(name)) = (&message.file_sha256, &message.file_name) else { return Ok(None) };
        if let Some(link) = self.picture_link(tx, message, (sha256, name)).await? {
            return Ok(Some(FileContent::Source(FileSource::Link(link))));
        }
        let handle = tx.upload_handle_since(self.gateway.name(), sha256, name, self.fresh_since()).await?;
        Ok(Some(handle.map_or(FileContent::Upload, |handle| FileContent::Source(FileSource::Handle(handle)))))
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
        message: &WaitingMessage,
        file: (&str, &str),
    ) -> EngineResult<Option<String>> {
        let Some((media_type, size)) = tx.file_facts(file.0).await? else { return Ok(None) };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let fetches = self.gateway.capabilities().files.fetches(&media_type, size);
        let Some(delivery_id) = message.delivery_id.as_deref().filter(|_| fetches) else { return Ok(None) };
        let core = self.core.clone();
        Ok(links::for_delivery(tx, &core.act(&self.commune_id), file, delivery_id, PICTURE_HOURS).await?)
    }

    /// Claims what was chosen. What the row refuses leaves the queue here, and is found again if it comes back.
    async fn claim_chosen(&mut self, tx: &mut Tx, now: Duration, plan: &mut Plan) -> EngineResult<()> {
        let Some(lease) = self.lease.filter(|_| !plan.chosen.is_empty()) else { return Ok(()) };
        let core = self.core.clone();
        let by = Claimant {
            gateway: self.gateway.name(),
            owner: &core.owner,
            epoch: lease.epoch,
            business: core.business_now(),
            now: core.wall_now(),
        };
        let claims: Vec<Claim> = plan.chosen.iter().map(|chosen| self.claim_for(now, chosen)).collect();
        let ours = tx.claim(by, &claims).await?;
        let mut ours: HashMap<String, ClaimedMessage> =
            ours.into_iter().map(|claimed| (claimed.id.clone(), claimed)).collect();
        for (chosen, claim) in std::mem::take(&mut plan.chosen).into_iter().zip(claims) {
            self.queue.remove(&chosen.message);
            match ours.remove(&chosen.message.id) {
                Some(claimed) => {
                    let asks = self.asks(&chosen.message, now);
                    plan.calls.push(Call { asks, ..call(chosen, claim.attempt_id, claimed) });
                }
                None => self.queue.release(&chosen.message.chat_id),
            }
        }
        Ok(())
    }

    /// Whether this message asks a stopped account if it works again; its kind's turn is taken then.
    fn asks(&mut self, message: &WaitingMessage, now: Duration) -> Option<Asker> {
        let asker = Asker::of(message.lane, message.is_to_group());
        let halt = self.halted.as_mut()?;
        halt.asked_by(asker, now);
        if !self.asked.insert(message.chat_id.clone()) {
            // All had their turn: a new round.
            self.asked = HashSet::from([message.chat_id.clone()]);
        }
        Some(asker)
    }

    fn claim_for(&self, now: Duration, chosen: &Chosen) -> Claim {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let deadline = match &chosen.file {
            Some(FileContent::Upload) => self.settings.file_deadline,
            _ => self.settings.text_deadline,
        };
        let wall = self.core.wall_now();
        let started_at = wall.plus_ms(millis(chosen.slot.saturating_sub(now)));
        Claim {
            message_id: chosen.message.id.clone(),
            chat_id: chosen.message.chat_id.clone(),
            attempt_id: id::new_id(wall, self.core.entropy.as_ref()),
            started_at,
            deadline_at: started_at.plus_ms(millis(deadline)),
        }
    }
}

/// The call of a claimed message.
fn call(chosen: Chosen, attempt_id: String, claimed: ClaimedMessage) -> Call {
    let Chosen { message, slot, file } = chosen;
    let (everybody, is_group) = (calls_everybody(&message), message.is_to_group());
    // An answer stands where it was asked.
    let answers = message.purpose == Purpose::Reply && claimed.reply_to.is_some();
    let topic = claimed.topic.filter(|_| !answers);
    let content = match (file, message.file_sha256.zip(message.file_name)) {
        (Some(FileContent::Source(source)), Some((_, name))) => {
            Content::Ready(Outgoing::File { source, name, caption: claimed.body, topic })
        }
        (Some(FileContent::Upload), Some((sha256, name))) => {
            Content::Upload { sha256, name, caption: claimed.body, topic }
        }
        _ => {
            let (text, buttons) = (claimed.body, decode_buttons(&claimed.buttons));
            Content::Ready(match message.edit_external.filter(|_| message.purpose == Purpose::Edit) {
                Some(target) => Outgoing::Edit { target, text, buttons },
                None => Outgoing::Text { text, buttons, reply_to: claimed.reply_to, everybody, topic },
            })
        }
    };
    Call {
        is_group,
        message_id: message.id,
        attempt_id,
        lane: message.lane,
        chat_id: message.chat_id,
        delivery_id: message.delivery_id,
        chat_external: claimed.chat_external,
        attempts: claimed.attempts,
        tries: claimed.tries,
        slot,
        asks: None,
        content,
    }
}

/// Whether a chat that was suspended when the message was read works again.
async fn is_active_now(tx: &mut Tx, message: &WaitingMessage) -> EngineResult<bool> {
    Ok(tx.chat(&message.chat_id).await?.is_some_and(|chat| chat.state == ChatState::Active))
}

/// Whether a message is to ring: the first words of a broadcast of the two highest levels.
fn calls_everybody(message: &WaitingMessage) -> bool {
    message.lane.is_pressing() && message.purpose == Purpose::Broadcast && message.part == 1
}
