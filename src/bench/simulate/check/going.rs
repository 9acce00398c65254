//! Nothing goes that is still owed, and nothing before its time.

use super::{Finding, Rule};
use crate::bench::simulate::rows::Gone;
use crate::domain::calendar::Millis;
use crate::domain::message::MessageState;
use crate::domain::retention::{Kind, Periods};

const RULE: &str = "nothing goes that is still owed";
/// How far ahead the clock may have been by which something went, days: it is set back within the day.
const AHEAD_DAYS: i64 = 1;

/// The messages that went on a day, seen at its end by machine time.
pub(in crate::bench::simulate) fn messages(gone: &[Gone], now: Millis, periods: &Periods) -> Vec<Finding> {
    let end = periods.end(Kind::Private, now.plus_days(AHEAD_DAYS)).0;
    let wrong = |one: &Gone| {
        let state: Option<MessageState> = one.state.parse().ok();
        if one.delivery_id.is_some() {
            Some("it was part of a delivery".to_owned())
        } else if state.is_none_or(is_owed) {
            Some(format!("it was {}", one.state))
        } else if one.ended_at.is_none_or(|ended| ended >= end) {
            Some(format!("it ended at {:?}, and what goes by now ended before {end}", one.ended_at))
        } else {
            None
        }
    };
    gone.iter().filter_map(|one| wrong(one).map(|what| Finding::new(RULE, &one.message_id, what))).collect()
}

const fn is_owed(state: MessageState) -> bool {
    matches!(state, MessageState::Pending | MessageState::RetryWait | MessageState::Sending)
}

const EMPTIED: &str = "SELECT m.id FROM messages m LEFT JOIN broadcasts b ON b.id = m.broadcast_id WHERE m.emptied_at > $1 \
     AND (m.delivery_id IS NULL OR b.closed_at IS NULL OR m.state IN ('pending', 'retry_wait', 'sending') \
       OR (m.state = 'unknown' AND m.purpose = 'broadcast' AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.resend_of = m.id)))";

/// What must hold of the messages that have lost their texts since a machine time.
pub(in crate::bench::simulate) const fn rules(since: i64) -> [Rule; 1] {
    [(RULE, EMPTIED, since, "its text went, and somebody may still need it")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_too_early_or_while_it_was_owed_is_found() {
        let now = Millis(1_764_460_800_000);
        let of = |state: &str, days: i64| Gone {
            message_id: "m".to_owned(),
            state: state.to_owned(),
            ended_at: Some(now.plus_days(-days).0),
            ..Gone::default()
        };
        let found = |one: Gone| messages(&[one], now, &Periods::default()).len();
        for state in ["sent", "failed", "expired", "cancelled", "skipped", "unknown"] {
            assert_eq!((found(of(state, 8)), found(of(state, 5))), (0, 1), "{state}");
        }
        for state in ["pending", "retry_wait", "sending", "nowhere"] {
            assert_eq!(found(of(state, 8)), 1, "{state}");
        }
        assert_eq!(found(Gone { ended_at: None, ..of("sent", 8) }), 1);
        assert_eq!(found(Gone { delivery_id: Some("d".to_owned()), ..of("sent", 8) }), 1);
    }
}
