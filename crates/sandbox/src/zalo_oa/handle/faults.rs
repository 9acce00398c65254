//! What goes wrong on purpose: faults of calls, darkness, and tricks of the webhook.

use super::OaHandle;
use crate::zalo_oa::{
    fault::{FaultList, OaFault},
    hook,
};

impl OaHandle {
    /// Arms these faults instead of all others; counters start at zero.
    pub fn set_faults(&self, faults: Vec<OaFault>) {
        self.act(|world| world.faults = FaultList::new(faults));
    }

    /// Arms one more fault.
    pub fn add_fault(&self, fault: OaFault) {
        self.act(|world| world.faults.add(fault));
    }

    /// The armed faults, fired or not.
    #[must_use]
    pub fn faults(&self) -> Vec<OaFault> {
        self.shared.world().faults.list()
    }

    /// The whole service goes away (every connection is reset, no event is delivered) or comes back.
    pub fn set_dark(&self, dark: bool) {
        self.act(|world| world.dark = dark);
    }

    /// The next `count` events go out twice.
    pub fn duplicate_next(&self, count: u32) {
        self.act(|world| world.hook.duplicates = count);
    }

    /// Events that are due together go out newest first, or in order again.
    pub fn set_scrambled(&self, scrambled: bool) {
        self.act(|world| world.hook.scrambled = scrambled);
    }

    /// Sends an event of [`OaHandle::events`] again; false when there is none or no webhook.
    #[must_use]
    pub fn repeat_event(&self, index: usize) -> bool {
        self.act(|world| world.repeat_event(index))
    }

    /// Delivers every event that is due by the wall clock and returns how many were accepted.
    pub async fn tick(&self) -> usize {
        hook::deliver_due(&self.shared).await
    }
}
