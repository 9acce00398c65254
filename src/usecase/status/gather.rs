//! The rows of a bulletin, put together by broadcast.

use std::collections::HashMap;

use super::{ByBroadcast, DeliveryStatus, ObligationStatus, RelayStatus, StepStatus, TroubleStatus, parts};
use crate::domain::ack::Way;
use crate::domain::calendar::Millis;
use crate::domain::message::{DeliveryState, MessageState};
use crate::store::Tx;
use crate::store::fallbacks::StandIn;
use crate::store::overview::{OwedAnswer, SentMessage};
use crate::usecase::UseCaseResult;

/// Puts rows under their keys, in the order they come.
fn by_key<T>(rows: impl IntoIterator<Item = (String, T)>) -> HashMap<String, Vec<T>> {
    let mut found: HashMap<String, Vec<T>> = HashMap::new();
    for (key, row) in rows {
        found.entry(key).or_default().push(row);
    }
    found
}

/// Who took whose place.
struct StandIns(Vec<StandIn>);

impl StandIns {
    const fn of(rows: Vec<StandIn>) -> Self {
        Self(rows)
    }

    /// Whether every unit of a delivery has another one.
    fn replaced(&self, delivery_id: &str) -> bool {
        let mut own = self.0.iter().filter(|row| row.delivery_id == delivery_id).peekable();
        own.peek().is_some() && own.all(|row| row.by_delivery.is_some())
    }

    /// Names of the groups whose place a delivery took.
    fn fallback_for(&self, delivery_id: &str) -> Vec<String> {
        let taken = self.0.iter().filter(|row| row.by_delivery.as_deref() == Some(delivery_id));
        taken.map(|row| row.group_name.clone()).collect()
    }
}

pub(super) async fn deliveries(tx: &mut Tx, bulletin_id: &str) -> UseCaseResult<ByBroadcast<DeliveryStatus>> {
    let messages = tx.messages_of_bulletin(bulletin_id).await?;
    let mut messages = by_key(messages.into_iter().map(|message: SentMessage| (message.delivery_id.clone(), message)));
    let mut units = by_key(tx.unit_names_of_bulletin(bulletin_id).await?);
    let mut relays = by_key(tx.relays_of_bulletin(bulletin_id).await?.into_iter().map(|relay| {
        let posted_at = relay.posted_at.map(Millis);
        (relay.delivery_id, RelayStatus { group: relay.group_name, unit: relay.unit_name, posted_at })
    }));
    let stand_ins = StandIns::of(tx.stand_ins_of_bulletin(bulletin_id).await?);
    let rows = tx.deliveries_of_bulletin(bulletin_id).await?.into_iter().map(|row| {
        let parts = parts::of_delivery(&messages.remove(&row.id).unwrap_or_default());
        let known: Vec<MessageState> = parts.iter().map(|part| part.state).collect();
        let status = DeliveryStatus {
            units: units.remove(&row.id).unwrap_or_default(),
            replaced: stand_ins.replaced(&row.id),
            fallback_for: stand_ins.fallback_for(&row.id),
            relays: relays.remove(&row.id).unwrap_or_default(),
            id: row.id,
            group: row.group_name,
            kind: row.group_kind,
            relay: row.relay,
            gateway: row.gateway,
            state: DeliveryState::derive(&known),
            messages: parts,
        };
        (row.broadcast_id, status)
    });
    Ok(by_key(rows))
}

pub(super) async fn obligations(tx: &mut Tx, bulletin_id: &str) -> UseCaseResult<ByBroadcast<ObligationStatus>> {
    let mut ways: HashMap<String, Way> = HashMap::new();
    for answer in tx.answer_ways_of_bulletin(bulletin_id).await? {
        // The first one sets the time; further ones are kept beside it.
        ways.entry(answer.obligation_id).or_insert(answer.way);
    }
    let status = |row: OwedAnswer| {
        let status = ObligationStatus {
            way: ways.remove(&row.id),
            unit_code: row.unit_code,
            unit: row.unit_name,
            unit_kind: row.unit_kind,
            seat: row.seat_title,
            state: row.state,
            deadline: Millis(row.deadline),
            acknowledged_at: row.acknowledged_at.map(Millis),
            late: row.late,
            proxy: row.proxy,
        };
        (row.broadcast_id, status)
    };
    Ok(by_key(tx.owed_on_bulletin(bulletin_id).await?.into_iter().map(status)))
}

pub(super) async fn troubles(tx: &mut Tx, bulletin_id: &str) -> UseCaseResult<ByBroadcast<TroubleStatus>> {
    let rows = tx.troubles_of_bulletin(bulletin_id).await?.into_iter().map(|row| {
        let trouble = TroubleStatus { unit: row.unit_name, words: row.words, reported_at: Millis(row.reported_at) };
        (row.broadcast_id, trouble)
    });
    Ok(by_key(rows))
}

pub(super) async fn ladder(tx: &mut Tx, bulletin_id: &str) -> UseCaseResult<ByBroadcast<StepStatus>> {
    let rows = tx.reminder_steps_of_bulletin(bulletin_id).await?.into_iter().map(|row| {
        let step = StepStatus {
            kind: row.kind,
            due_at: Millis(row.due_at),
            done_at: row.done_at.map(Millis),
            reminded: row.reminded,
        };
        (row.broadcast_id, step)
    });
    Ok(by_key(rows))
}
