//! An obligation is confirmed once, and counted as what it is.

use super::{Finding, Rule};
use crate::bench::simulate::rows::AnswerStep;

const ONCE: &str = "an obligation is confirmed once";

/// The steps of obligations since the last look.
pub(in crate::bench::simulate) fn steps(steps: &[AnswerStep]) -> Vec<Finding> {
    let confirmed = "acknowledged";
    // The unit's own word takes the place of a call made in its stead.
    let lost = |step: &&AnswerStep| step.before == confirmed && !step.was_proxy;
    let what = |step: &AnswerStep| {
        let (was, is) = (step.was_at, step.is_at);
        Finding::new(ONCE, &step.obligation_id, format!("confirmed at {was:?}, then {} at {is:?}", step.after))
    };
    steps.iter().filter(lost).map(what).collect()
}

const MARKED_WRONG: &str = "SELECT id FROM obligations WHERE state = 'acknowledged' AND late <> (acknowledged_at > deadline) AND deadline > $1";
const WITHOUT_WORD: &str = "SELECT o.id FROM obligations o WHERE o.state = 'acknowledged' AND o.deadline > $1 \
     AND NOT EXISTS (SELECT 1 FROM acknowledgements a WHERE a.obligation_id = o.id)";
const REMINDED_TOO_OFTEN: &str = "SELECT m.delivery_id FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id \
     WHERE m.purpose = 'reminder' AND b.started_at > $1 GROUP BY m.delivery_id, m.broadcast_id \
     HAVING COUNT(*) > (SELECT COUNT(*) FROM reminder_steps s WHERE s.broadcast_id = m.broadcast_id AND s.reminded > 0)";

/// What must hold in the rows of broadcasts and obligations since a business time.
pub(in crate::bench::simulate) const fn rules(since: i64) -> [Rule; 3] {
    [
        ("late is what came after the deadline", MARKED_WRONG, since, "its mark says otherwise"),
        ("who counts as confirmed has said so", WITHOUT_WORD, since, "there is no acknowledgement"),
        ("a step of the ladder reminds a group once", REMINDED_TOO_OFTEN, since, "it has more reminders than steps"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_confirmation_is_found_unless_the_first_was_a_call() {
        let step = |before: &str, after: &str, was_proxy| AnswerStep {
            seq: 1,
            obligation_id: "o".to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            was_at: Some(1),
            is_at: Some(2),
            was_proxy,
        };
        assert_eq!(steps(&[step("awaiting", "acknowledged", false), step("acknowledged", "acknowledged", true)]), []);
        assert_eq!(steps(&[step("acknowledged", "acknowledged", false)]).len(), 1);
        assert_eq!(steps(&[step("acknowledged", "lapsed", false)]).len(), 1);
    }
}
