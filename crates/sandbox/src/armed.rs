//! The faults that a stand-in is armed with: each counts the calls it watches, and strikes those of its turn.
//!
//! What a call is and how it goes wrong is each platform's own; the counting is the same for all three.

/// A scripted fault of one of the platforms.
pub(super) trait Scripted: Clone {
    /// How a call goes wrong.
    type Kind: Clone;

    /// The first call that goes wrong, counted from 1, how many in a row do (0 means all from then on), and how.
    fn script(&self) -> (u32, u32, &Self::Kind);
}

/// The armed faults with their counters.
#[derive(Debug)]
pub(super) struct Armed<F> {
    armed: Vec<(F, u32)>,
}

impl<F: Scripted> Armed<F> {
    /// These faults, none of which has seen a call.
    pub(super) fn new(faults: Vec<F>) -> Self {
        Self { armed: faults.into_iter().map(|fault| (fault, 0)).collect() }
    }

    /// Arms one more.
    pub(super) fn add(&mut self, fault: F) {
        self.armed.push((fault, 0));
    }

    /// Counts a call at every fault that watches it and returns the first that fires.
    pub(super) fn strike(&mut self, watches: impl Fn(&F) -> bool) -> Option<F::Kind> {
        let mut struck = None;
        for (fault, seen) in self.armed.iter_mut().filter(|(fault, _)| watches(fault)) {
            *seen = seen.saturating_add(1);
            let (first, times, kind) = fault.script();
            if struck.is_none() && fires_at(*seen, first, times) {
                struck = Some(kind.clone());
            }
        }
        struck
    }

    /// The faults as they were armed, fired or not.
    pub(super) fn list(&self) -> Vec<F> {
        self.armed.iter().map(|(fault, _)| fault.clone()).collect()
    }
}

fn fires_at(seen: u32, first: u32, times: u32) -> bool {
    seen >= first && (times == 0 || seen - first < times)
}

#[cfg(test)]
mod tests {
    use super::{Armed, Scripted};

    #[derive(Clone)]
    struct OnCall(u32, u32, &'static str);

    impl Scripted for OnCall {
        type Kind = &'static str;

        fn script(&self) -> (u32, u32, &Self::Kind) {
            (self.0, self.1, &self.2)
        }
    }

    #[test]
    fn each_fault_counts_for_itself_and_the_first_that_fires_strikes() {
        let mut armed = Armed::new(vec![OnCall(2, 1, "second"), OnCall(1, 0, "every")]);
        let calls: Vec<_> = (0..3).map(|_| armed.strike(|_| true)).collect();
        assert_eq!(calls, [Some("every"), Some("second"), Some("every")]);
        assert_eq!(armed.strike(|fault| fault.2 == "second"), None, "its turn is over");
        armed.add(OnCall(1, 1, "late"));
        assert_eq!(armed.strike(|fault| fault.2 == "late"), Some("late"));
        assert_eq!(armed.list().len(), 3);
    }
}
