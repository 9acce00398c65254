//! The end of a broadcast: units that nothing reached are given to the call list, and what is settled is closed.

use std::collections::BTreeSet;

use super::Keeper;
use crate::engine::EngineResult;
use crate::id::sha256_hex;
use crate::store::Tx;
use crate::store::broadcasts::{Broadcast, BroadcastState};
use crate::usecase::{Act, escalate, fallback};

impl Keeper {
    /// Where another group may still take over nobody is given up.
    pub(super) async fn give_up(&self) -> EngineResult<()> {
        let (doubted, undecided) = {
            let mut tx = self.core.store.read().await?;
            let doubted = tx.broadcasts_to_check_reach().await?;
            let undecided = if doubted.is_empty() { BTreeSet::new() } else { fallback::undecided(&mut tx).await? };
            (doubted, undecided)
        };
        for broadcast_id in doubted.iter().filter(|id| !undecided.contains(*id)) {
            self.core.alone(&format!("reach of broadcast {broadcast_id}"), self.check_reach(broadcast_id)).await;
        }
        Ok(())
    }

    async fn check_reach(&self, broadcast_id: &str) -> EngineResult<()> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        let given_up = tx.mark_unreachable(broadcast_id).await?;
        if given_up > 0
            && let Some(broadcast) = tx.broadcast(broadcast_id).await?
        {
            escalate::unreachable(&mut tx, &act, &broadcast).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn close(&self) -> EngineResult<()> {
        let (settled, undecided) = {
            let mut tx = self.core.store.read().await?;
            let settled = tx.settled_broadcasts().await?;
            let undecided = if settled.is_empty() { BTreeSet::new() } else { fallback::undecided(&mut tx).await? };
            (settled, undecided)
        };
        for broadcast in settled.iter().filter(|broadcast| !undecided.contains(&broadcast.id)) {
            let closed = async {
                let act = self.core.act(&self.commune_id);
                let mut tx = self.core.store.begin().await?;
                end(&mut tx, &act, broadcast).await?;
                Ok(tx.commit().await?)
            };
            self.core.alone(&format!("closing of broadcast {}", broadcast.id), closed).await;
        }
        Ok(())
    }
}

/// Closes a broadcast; its sends enter the audit as one digest over every message's id, state and platform id.
async fn end(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> EngineResult<()> {
    if !tx.end_broadcast(&broadcast.id, BroadcastState::Closed, act.at).await? {
        return Ok(());
    }
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    let lines: Vec<String> = messages
        .iter()
        .map(|message| format!("{} {} {}", message.id, message.state, message.external_id.as_deref().unwrap_or("-")))
        .collect();
    let digest = sha256_hex(lines.join("\n").as_bytes());
    tx.audit(act, "broadcast.closed", &broadcast.id, &format!("{} {digest}", messages.len())).await?;
    Ok(())
}
