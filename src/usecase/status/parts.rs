//! The parts of one delivery: which try of each counts.

use std::collections::BTreeMap;

use crate::domain::message::MessageState;
use crate::store::overview::SentMessage;

/// One part of a delivery, over all its tries.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PartStatus {
    /// Part number, from 1.
    pub part: i64,
    /// The message that a repetition would repeat: the last one.
    pub id: String,
    /// Where the part stands.
    pub state: MessageState,
    /// A word for why it failed, was skipped or is unknown.
    pub reason: Option<String>,
    /// What the platform said last, redacted.
    pub detail: Option<String>,
    /// The message that a person may have seen in the group, where the part is in doubt.
    pub doubted: Option<String>,
}

/// The parts of a delivery, in order. `tries` are its messages, a repetition after what it repeats.
pub(super) fn of_delivery(tries: &[SentMessage]) -> Vec<PartStatus> {
    let mut parts: BTreeMap<i64, Vec<&SentMessage>> = BTreeMap::new();
    for message in tries {
        parts.entry(message.part).or_default().push(message);
    }
    parts.values().filter_map(|tries| one(tries)).collect()
}

fn one(tries: &[&SentMessage]) -> Option<PartStatus> {
    let is_repeated = |id: &str| tries.iter().any(|other| other.resend_of.as_deref() == Some(id));
    let last = tries.iter().rev().find(|message| !is_repeated(&message.id))?;
    let sent = tries.iter().find(|message| message.state == MessageState::Sent);
    let on_its_way = matches!(last.state, MessageState::Pending | MessageState::Sending | MessageState::RetryWait);
    let doubted = tries.iter().rev().find(|message| message.state == MessageState::Unknown);
    let doubted = doubted.filter(|_| sent.is_none() && !on_its_way);
    let telling = sent.or(doubted).unwrap_or(last);
    Some(PartStatus {
        part: last.part,
        id: last.id.clone(),
        state: telling.state,
        reason: telling.reason.clone(),
        detail: telling.detail.clone().filter(|detail| !detail.is_empty()),
        doubted: doubted.map(|message| message.id.clone()),
    })
}
