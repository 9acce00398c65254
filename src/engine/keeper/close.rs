//! The end of a broadcast: units that nothing reached are given to the call list, and what is settled is closed.

use super::{Chore, Keeper, Look};
use crate::engine::EngineResult;
use crate::id::sha256_hex;
use crate::store::Tx;
use crate::store::broadcasts::BroadcastState;
use crate::usecase::{Act, escalate, fallback};

impl Keeper {
    pub(super) async fn give_up(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let tx = look.read().await?;
        let doubted = tx.broadcasts_to_check_reach().await?;
        let due = decided(tx, doubted).await?;
        look.end_if(!due.is_empty());
        for broadcast_id in &due {
            self.core.alone(Chore::GiveUp.task(broadcast_id), self.check_reach(broadcast_id)).await;
        }
        Ok(())
    }

    async fn check_reach(&self, broadcast_id: &str) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        if decided(&mut tx, vec![broadcast_id.to_owned()]).await?.is_empty() {
            return Ok(());
        }
        if tx.mark_unreachable(broadcast_id).await? > 0
            && let Some(broadcast) = tx.broadcast(broadcast_id).await?
        {
            escalate::unreachable(&mut tx, &act, &broadcast).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn close(&self, look: &mut Look<'_>) -> EngineResult<()> {
        let tx = look.read().await?;
        let settled = tx.settled_broadcasts().await?;
        let due = decided(tx, settled).await?;
        look.end_if(!due.is_empty());
        for broadcast_id in &due {
            self.core.alone(Chore::Close.task(broadcast_id), self.close_one(broadcast_id)).await;
        }
        Ok(())
    }

    async fn close_one(&self, broadcast_id: &str) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        let settled = tx.settled_broadcasts().await?;
        if decided(&mut tx, settled).await?.iter().any(|settled| settled == broadcast_id) {
            end(&mut tx, &act, broadcast_id).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Those of some broadcasts in which no other group may still take over: until then nobody is given up and nothing is closed.
async fn decided(tx: &mut Tx, mut broadcasts: Vec<String>) -> EngineResult<Vec<String>> {
    if !broadcasts.is_empty() {
        let undecided = fallback::undecided(tx).await?;
        broadcasts.retain(|broadcast_id| !undecided.contains(broadcast_id));
    }
    Ok(broadcasts)
}

/// Closes a broadcast; its sends enter the audit as one digest over every message's id, state and platform id.
async fn end(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str) -> EngineResult<()> {
    if !tx.end_broadcast(broadcast_id, BroadcastState::Closed, act.at).await? {
        return Ok(());
    }
    let messages = tx.messages_of_broadcast(broadcast_id).await?;
    let lines: Vec<String> = messages
        .iter()
        .map(|message| format!("{} {} {}", message.id, message.state, message.external_id.as_deref().unwrap_or("-")))
        .collect();
    let digest = sha256_hex(lines.join("\n").as_bytes());
    tx.audit(act, "broadcast.closed", broadcast_id, &format!("{} {digest}", messages.len())).await?;
    Ok(())
}
