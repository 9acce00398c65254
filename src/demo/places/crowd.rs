//! Who answers in which group.

use super::{Group, Network, Places};
use crate::domain::org::{GroupKind, SeatKind};

impl Places {
    /// The heads of units who answer on a platform: account, chat, and the name of the unit. A unit answers in the groups
    /// that get its broadcasts; one of `lost` also in those that stand in for them.
    #[must_use]
    pub fn crowd(&self, network: Network, lost: &[&str]) -> Vec<(String, String, String)> {
        let mut crowd = Vec::new();
        let own = self.org.groups.iter().filter(|group| group.gateway == network.gateway());
        for group in own.filter(|group| group.kind != GroupKind::Residents) {
            let units = group.covers.iter().filter(|unit| lost.contains(&unit.as_str()) || self.is_first(group, unit));
            crowd.extend(units.filter_map(|unit| self.head(network, group, unit)));
        }
        crowd
    }

    /// Whether no other group of its kind comes before this one for a unit.
    fn is_first(&self, group: &Group, unit: &String) -> bool {
        let others = self.org.groups.iter().filter(|other| other.kind == group.kind && other.covers.contains(unit));
        others.map(|other| other.rank).min() == Some(group.rank)
    }

    fn head(&self, network: Network, group: &Group, unit: &String) -> Option<(String, String, String)> {
        let seat = self.org.seats.iter().find(|seat| seat.unit == *unit && seat.kind == SeatKind::Answering)?;
        let holder = self.org.holdings.iter().find(|holding| holding.seat == seat.code)?;
        let name = self.org.units.iter().find(|known| known.code == *unit)?.name.clone();
        let account = self.account(network, &holder.person).ok()?.to_owned();
        Some((account, self.chat(&group.code).ok()?.to_owned(), name))
    }
}
