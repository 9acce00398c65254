//! Every message takes only steps of the table.

use std::collections::BTreeMap;

use super::Finding;
use crate::bench::simulate::rows::Step;
use crate::domain::message::MessageState;

const RULE: &str = "a message takes only the steps of the table";

/// The steps since the last look, from where each message stood then; notes where they stand now.
pub(in crate::bench::simulate) fn steps(stands: &mut BTreeMap<String, String>, steps: &[Step]) -> Vec<Finding> {
    let mut found = Vec::new();
    for step in steps {
        let known = stands.insert(step.message_id.clone(), step.after.clone());
        let wrong = |what: String| Finding::new(RULE, &step.message_id, what);
        if known != step.before {
            found.push(wrong(format!("it stood at {known:?} and left {:?}", step.before)));
        } else if !is_allowed(step) {
            found.push(wrong(format!("from {:?} to {}", step.before, step.after)));
        }
    }
    found
}

fn is_allowed(step: &Step) -> bool {
    let Some(before) = &step.before else { return step.after == MessageState::Pending.as_str() };
    match (before.parse::<MessageState>(), step.after.parse::<MessageState>()) {
        (Ok(before), Ok(after)) => before.can_become(after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(before: Option<&str>, after: &str) -> Step {
        Step { seq: 1, message_id: "m".to_owned(), before: before.map(str::to_owned), after: after.to_owned() }
    }

    #[test]
    fn the_ordinary_way_is_found_right_and_every_other_wrong() {
        let found = |way: &[Step]| steps(&mut BTreeMap::new(), way).len();
        let sent = [step(None, "pending"), step(Some("pending"), "sending"), step(Some("sending"), "sent")];
        assert_eq!(found(&sent), 0);
        assert_eq!(found(&[step(None, "sent")]), 1);
        assert_eq!(found(&[&sent[..], &[step(Some("sent"), "sending")]].concat()), 1);
        assert_eq!(found(&[&sent[..2], &[step(Some("pending"), "sending")]].concat()), 1);
        assert_eq!(found(&[step(None, "pending"), step(Some("pending"), "nowhere")]), 1);
    }
}
