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
        let head = self.head_of(unit)?;
        let name = self.org.units.iter().find(|known| known.code == *unit)?.name.clone();
        let account = self.account(network, &head).ok()?.to_owned();
        Some((account, self.chat(&group.code).ok()?.to_owned(), name))
    }

    /// The person who answers for a unit, by codes; none where the seat is vacant.
    #[must_use]
    pub fn head_of(&self, unit: &str) -> Option<String> {
        let seat = self.org.seats.iter().find(|seat| seat.unit == unit && seat.kind == SeatKind::Answering)?;
        let holder = self.org.holdings.iter().find(|holding| holding.seat == seat.code)?;
        Some(holder.person.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::places::network_of;

    const COMMUNE: &str = include_str!("../../../config/examples/xa-mau.toml");

    /// A commune in which everybody has an account wherever their groups are.
    fn settled(networks: &[Network]) -> Places {
        let mut places = Places::spread(COMMUNE, networks).unwrap();
        for group in places.org.groups.clone() {
            places.chats.insert(group.code.clone(), group.code.clone());
        }
        for person in places.org.people.clone() {
            for network in networks {
                places.accounts.insert((network.gateway(), person.code.clone()), person.code.clone());
            }
        }
        places
    }

    #[test]
    fn every_village_answers_on_exactly_one_platform() {
        for networks in [&Network::ALL[..], &Network::ALL[1..], &[Network::Telegram], &[Network::ZaloBot]] {
            let places = settled(networks);
            for number in 1..=24 {
                let name = format!("Thôn {number:02}");
                let crowds = networks.iter().flat_map(|network| places.crowd(*network, &[]));
                assert_eq!(crowds.filter(|(_, _, place)| *place == name).count(), 1, "{name} on {networks:?}");
            }
        }
    }

    #[test]
    fn the_head_of_a_lost_group_also_answers_where_another_stands_in() {
        let places = settled(&Network::ALL);
        let joint = |lost: &[&str]| places.crowd(Network::ZaloBot, lost).into_iter().filter(|it| it.1 == "truong-thon");
        assert_eq!(joint(&[]).count(), 0);
        assert_eq!(joint(&["thon-20"]).map(|(_, _, place)| place).collect::<Vec<_>>(), ["Thôn 20"]);
        let own = places.org.groups.iter().find(|group| group.code == "dieu-hanh-20").unwrap();
        assert_eq!(network_of(own, &Network::ALL), Network::Telegram);
    }
}
