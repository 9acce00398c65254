//! A machine whose date somebody may set wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use loa::clock::steady::SteadyClock;
use loa::clock::{Clock, Clocks, TestClock};
use loa::domain::calendar::Millis;

/// The machine's date: the time that passes, and how wrong it is set.
pub struct Machine {
    passes: Arc<TestClock>,
    ahead: AtomicI64,
}

impl Machine {
    pub(super) fn of(passes: &Arc<TestClock>) -> Arc<Self> {
        Arc::new(Self { passes: passes.clone(), ahead: AtomicI64::new(0) })
    }

    /// Sets the date so many milliseconds ahead of what is so.
    pub fn set_ahead(&self, by: i64) {
        self.ahead.store(by, Ordering::SeqCst);
    }
}

impl Clock for Machine {
    fn now(&self) -> Millis {
        self.passes.now().plus_ms(self.ahead.load(Ordering::SeqCst))
    }
}

/// The clocks of a service that begins now, and the steady one among them where the machine's date may jump.
pub(super) fn clocks(passes: &Arc<TestClock>, machine: Option<&Arc<Machine>>) -> (Clocks, Option<Arc<SteadyClock>>) {
    let Some(machine) = machine else { return (Clocks::test(passes), None) };
    // It never sleeps.
    let steady = SteadyClock::new(machine.clone(), passes.clone(), Arc::new(|| None));
    (Clocks { business: steady.clone(), wall: steady.clone(), mono: passes.clone() }, Some(steady))
}
