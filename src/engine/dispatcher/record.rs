//! Writing down what came of calls: the plain successes together, everything else one by one.

use super::call::Done;
use super::{Dispatcher, EngineResult};
use crate::domain::message::Lane;
use crate::store::Tx;
use crate::store::messages::{Finished, SentCall};
use crate::usecase::settle;

/// What was recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    /// Calls.
    pub(super) count: usize,
    /// Whether it may have queued something: another try, an alert.
    pub(super) queued: bool,
}

impl Dispatcher {
    /// Records what came back. It is kept until the commit: a failed one must not lose an outcome.
    pub(super) async fn record_all(&mut self, tx: &mut Tx) -> EngineResult<Recorded> {
        let done = std::mem::take(&mut self.unrecorded);
        let result = self.record(tx, &done).await;
        let count = done.len();
        self.unrecorded = done;
        result.map(|queued| Recorded { count, queued })
    }

    /// Gives whether anything but plain successes was among it.
    async fn record(&mut self, tx: &mut Tx, done: &[Done]) -> EngineResult<bool> {
        let (plain, mut others): (Vec<&Done>, Vec<&Done>) = done.iter().partition(|done| plain_success(done).is_some());
        others.extend(self.record_plain(tx, &plain).await?);
        for done in &others {
            self.record_one(tx, done).await?;
        }
        Ok(!others.is_empty())
    }

    /// Records plain successes, a statement for many. Gives those whose message had moved on.
    async fn record_plain<'a>(&mut self, tx: &mut Tx, plain: &[&'a Done]) -> EngineResult<Vec<&'a Done>> {
        let calls: Vec<SentCall> = plain.iter().filter_map(|done| plain_success(done)).collect();
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let core = self.core.clone();
        let chats: Vec<&str> = plain.iter().map(|done| done.chat_id.as_str()).collect();
        let moved = settle::record_sent(tx, &core.act(&self.commune_id), &calls, &chats).await?;
        let to_strangers =
            plain.iter().filter(|done| done.lane == Lane::Stranger && moved.contains(&done.message_id)).count();
        self.count_sent(tx, Lane::Normal, moved.len() - to_strangers).await?;
        if to_strangers > 0 {
            self.count_sent(tx, Lane::Stranger, to_strangers).await?;
        }
        self.note_success(tx).await?;
        for chat in chats {
            self.refusals.end_of(chat);
        }
        let (ours, left): (Vec<&Done>, Vec<&Done>) = plain.iter().partition(|done| moved.contains(&done.message_id));
        for done in ours {
            self.unblock(done);
        }
        Ok(left)
    }

    async fn record_one(&mut self, tx: &mut Tx, done: &Done) -> EngineResult<()> {
        let finished = self.conclude(tx, done).await?;
        self.count(tx, done, &finished).await?;
        let core = self.core.clone();
        let act = core.act(&self.commune_id);
        settle::record(tx, &act, &done.message_id, &done.attempt_id, &finished).await?;
        if matches!(finished, Finished::Sent { .. }) {
            self.refusals.end_of(&done.chat_id);
            self.note_success(tx).await?;
        }
        if matches!(finished, Finished::Sent { .. } | Finished::Unknown { .. }) {
            self.unblock(done);
        }
        Ok(())
    }

    /// The later parts of a delivery may be tried.
    fn unblock(&mut self, done: &Done) {
        if let Some(delivery) = &done.delivery_id {
            self.queue.unblock(delivery);
        }
    }
}

/// A call that was answered with a message id and uploaded nothing.
fn plain_success(done: &Done) -> Option<SentCall> {
    let receipt = done.result.as_ref().ok().filter(|_| done.upload.is_none())?;
    Some(SentCall {
        message_id: done.message_id.clone(),
        attempt_id: done.attempt_id.clone(),
        external_id: receipt.external_id.clone(),
    })
}
