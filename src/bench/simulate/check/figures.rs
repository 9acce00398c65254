//! The figures are the sums of the rows: what is counted by one statement over everything is counted again one by one.

use std::collections::BTreeMap;

use super::Finding;
use crate::bench::simulate::rows::{Message, Rows};
use crate::domain::message::{DeliveryState, MessageState};
use crate::store::Store;
use crate::store::overview::Window;

const RULE: &str = "a figure is the sum of its rows";
const OBLIGATIONS: &str = "SELECT state, COUNT(*) FROM obligations GROUP BY state";
const DELIVERIES: &str = "SELECT 'all', COUNT(*) FROM deliveries";
const USED: &str = "SELECT gateway, SUM(sent) FROM gateway_usage GROUP BY gateway";
// Steps, not messages: answers and cards go after a week.
const LEFT: &str = "SELECT gateway, COUNT(*) FROM sim_steps \
     WHERE before = 'sending' AND after IN ('sent', 'unknown') GROUP BY gateway";

type Counts = BTreeMap<String, i64>;
/// The tries of a part: where each stands, and whether it was repeated.
type Tries = Vec<(MessageState, bool)>;

/// Counts everything both ways.
///
/// # Errors
/// The database.
pub(in crate::bench::simulate) async fn all(
    store: &Store,
    rows: &Rows,
    commune: &str,
    messages: &BTreeMap<String, Message>,
) -> anyhow::Result<Vec<Finding>> {
    let (mut told, mut answered) = (Counts::new(), Counts::new());
    let mut tx = store.read().await?;
    for group in tx.delivery_groups(commune, Window::ALL).await? {
        *told.entry(DeliveryState::derive(&group.states).to_string()).or_default() += group.count;
    }
    for group in tx.obligation_groups(commune, Window::ALL).await? {
        *answered.entry(group.state.to_string()).or_default() += group.count;
    }
    drop(tx);
    let deliveries = rows.counts(DELIVERIES).await?.first().map_or(0, |row| row.1);
    let mut found = differences("deliveries", &told, &deliveries_of(messages, deliveries));
    found.extend(differences("obligations", &answered, &rows.counts(OBLIGATIONS).await?.into_iter().collect()));
    let (used, left): (Counts, Counts) =
        (rows.counts(USED).await?.into_iter().collect(), rows.counts(LEFT).await?.into_iter().collect());
    found.extend(differences("usage", &used, &left));
    Ok(found)
}

fn differences(what: &str, told: &Counts, counted: &Counts) -> Vec<Finding> {
    if told == counted {
        return Vec::new();
    }
    vec![Finding::new(RULE, what, format!("told {told:?}, counted {counted:?}"))]
}

/// Deliveries by where they stand, each read off its own messages. Those without a message make up the rest of `total`.
fn deliveries_of(messages: &BTreeMap<String, Message>, total: i64) -> Counts {
    let repeated: std::collections::BTreeSet<&String> =
        messages.values().filter_map(|message| message.resend_of.as_ref()).collect();
    let mut parts: BTreeMap<&String, BTreeMap<i64, Tries>> = BTreeMap::new();
    for message in messages.values().filter(|message| message.purpose == "broadcast") {
        let (Some(delivery), Ok(state)) = (&message.delivery_id, message.state.parse()) else { continue };
        let tries = parts.entry(delivery).or_default().entry(message.part).or_default();
        tries.push((state, repeated.contains(&message.id)));
    }
    let mut counts = Counts::new();
    for delivery in parts.values() {
        let states: Vec<MessageState> = delivery.values().filter_map(|tries| part(tries)).collect();
        *counts.entry(DeliveryState::derive(&states).to_string()).or_default() += 1;
    }
    let without = total - i64::try_from(parts.len()).unwrap_or(i64::MAX);
    if without != 0 {
        *counts.entry(DeliveryState::Skipped.to_string()).or_default() += without;
    }
    counts
}

/// Where a part stands that was tried several times: sent if one was; in doubt if one is, until the last is on its way.
fn part(tries: &[(MessageState, bool)]) -> Option<MessageState> {
    let any = |state| tries.iter().any(|one| one.0 == state);
    let last = tries.iter().find(|one| !one.1).map(|one| one.0)?;
    let is_open = matches!(last, MessageState::Pending | MessageState::Sending | MessageState::RetryWait);
    Some(match last {
        _ if any(MessageState::Sent) => MessageState::Sent,
        _ if !is_open && any(MessageState::Unknown) => MessageState::Unknown,
        last => last,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_counts_once_however_often_its_parts_were_tried() {
        let message = |id: &str, resend_of: Option<&str>, state: &str| Message {
            id: id.to_owned(),
            purpose: "broadcast".to_owned(),
            delivery_id: Some("d".to_owned()),
            part: 1,
            resend_of: resend_of.map(str::to_owned),
            state: state.to_owned(),
            ..Message::default()
        };
        let of = |messages: &[Message]| messages.iter().map(|one| (one.id.clone(), one.clone())).collect();
        let both: BTreeMap<String, Message> = of(&[message("a", None, "unknown"), message("b", Some("a"), "sent")]);
        assert_eq!(deliveries_of(&both, 1), Counts::from([("sent".to_owned(), 1)]));
        let doubt: BTreeMap<String, Message> = of(&[message("a", None, "unknown"), message("b", Some("a"), "failed")]);
        assert_eq!(deliveries_of(&doubt, 2), Counts::from([("unknown".to_owned(), 1), ("skipped".to_owned(), 1)]));
    }

    #[test]
    fn figures_that_differ_are_told() {
        let counts = |count| Counts::from([("sent".to_owned(), count)]);
        assert_eq!(differences("x", &counts(1), &counts(1)), []);
        assert_eq!(differences("x", &counts(1), &counts(2)).len(), 1);
    }
}
