//! The invented commune spread over several platforms: which group stands where, and who has which account.
//!
//! With one platform everything stands there, as far as it goes: the free plan of a Zalo bot has three groups. With several,
//! villages are on the official account and on Telegram, and the bot holds the common groups, which are everybody's fallback.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use crate::domain::org::GroupKind;
use crate::domain::org::import::{Group, Identity, OrgFile, parse_toml};
use loa_sandbox::zalo_bot::ZaloBotHandle;
use loa_sandbox::zalo_bot::seed::{ZaloBotSeed, ZaloBotSeedGroup, ZaloBotSeedPerson, populate};
use loa_sandbox::zalo_oa::{GroupSize, NewPerson, OaHandle};

mod crowd;
mod telegram;

/// A platform of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// Telegram.
    Telegram,
    /// A Zalo bot.
    ZaloBot,
    /// A Zalo official account.
    ZaloOa,
}

impl Network {
    /// Every platform.
    pub const ALL: [Self; 3] = [Self::Telegram, Self::ZaloBot, Self::ZaloOa];

    /// The platform of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.gateway() == name)
    }

    /// The name of its gateway in the settings of demo and tests, and in `--platforms`.
    #[must_use]
    pub const fn gateway(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::ZaloBot => "zalo_bot",
            Self::ZaloOa => "zalo_oa",
        }
    }

    /// The platform's name for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Telegram => "Telegram",
            Self::ZaloBot => "Zalo bot",
            Self::ZaloOa => "Zalo OA",
        }
    }
}

/// Villages that are on Telegram when there are several platforms; the others are on the official account.
const ON_TELEGRAM: std::ops::RangeInclusive<u32> = 17..=24;

/// The commune with its groups on gateways, and the ids they have there.
#[derive(Debug)]
pub struct Places {
    /// What is imported. Groups are bound, and accounts known, once their platform has been settled.
    pub org: OrgFile,
    accounts: BTreeMap<(&'static str, String), String>,
    chats: BTreeMap<String, String>,
}

impl Places {
    /// Spreads the commune over platforms.
    ///
    /// # Errors
    /// A mistake in the commune's file; no platform.
    pub fn spread(toml: &str, networks: &[Network]) -> anyhow::Result<Self> {
        let mut org = parse_toml(toml).map_err(|errors| anyhow::anyhow!("the example commune: {errors:?}"))?;
        let only = networks.first().copied().context("no platform")?;
        match networks {
            [Network::ZaloBot] => org.groups = three_groups(&org),
            [_] => {}
            _ => org.groups.retain(|group| network_of(group, networks) != Network::ZaloBot || is_common(&group.code)),
        }
        for group in &mut org.groups {
            let network = if networks.len() == 1 { only } else { network_of(group, networks) };
            network.gateway().clone_into(&mut group.gateway);
        }
        Ok(Self { org, accounts: BTreeMap::new(), chats: BTreeMap::new() })
    }

    /// Makes a group one that no account of ours can enter: its village's head passes things on by hand.
    pub fn close(&mut self, code: &str) {
        for group in self.org.groups.iter_mut().filter(|group| group.code == code) {
            group.relay = true;
        }
    }

    /// People with a place on a platform: who sits in a group there; staff have their first platform only.
    fn people_on(&self, network: Network, staff: &[(&str, Network)]) -> BTreeSet<String> {
        let groups = self.org.groups.iter().filter(|group| group.gateway == network.gateway());
        let mut people: BTreeSet<String> = groups.flat_map(|group| self.members(group)).collect();
        people.retain(|person| staff.iter().all(|(known, _)| known != person));
        people.extend(staff.iter().filter(|(_, home)| *home == network).map(|(person, _)| (*person).to_owned()));
        people
    }

    /// Everybody who holds a seat in one of a group's units.
    fn members(&self, group: &Group) -> Vec<String> {
        let seats = self.org.seats.iter().filter(|seat| group.covers.contains(&seat.unit));
        let holders = seats.flat_map(|seat| self.org.holdings.iter().filter(move |holding| holding.seat == seat.code));
        let mut members: Vec<String> = holders.map(|holding| holding.person.clone()).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// Makes the bot's part in its sandbox.
    ///
    /// # Errors
    /// The sandbox refuses a person or a group.
    pub fn settle_bot(&mut self, handle: &ZaloBotHandle, staff: &[(&str, Network)]) -> anyhow::Result<()> {
        let gateway = Network::ZaloBot.gateway();
        let people = self.people_on(Network::ZaloBot, staff);
        let ids: BTreeMap<String, String> =
            people.into_iter().zip(1_u64..).map(|(person, number)| (person, format!("{number:020x}"))).collect();
        let name = |code: &String| {
            self.org.people.iter().find(|person| person.code == *code).map(|person| person.name.clone())
        };
        let opens = |code: &String| staff.iter().any(|(known, home)| known == code && *home == Network::ZaloBot);
        let people = ids.iter().map(|(code, id)| ZaloBotSeedPerson {
            id: id.clone(),
            name: name(code).unwrap_or_default(),
            opened: opens(code),
        });
        let mut seed = ZaloBotSeed { people: people.collect(), groups: Vec::new() };
        let own: Vec<Group> = self.org.groups.iter().filter(|group| group.gateway == gateway).cloned().collect();
        for (group, number) in own.iter().zip(1_u64..) {
            let id = format!("zgr-{number:020x}");
            let members = self.members(group).into_iter().filter_map(|person| ids.get(&person).cloned()).collect();
            seed.groups.push(ZaloBotSeedGroup { id: id.clone(), title: group.name.clone(), members, bot: true });
            self.chats.insert(group.code.clone(), id);
        }
        populate(handle, &seed, true).context("the bot's sandbox refuses the commune")?;
        self.keep(gateway, ids);
        Ok(())
    }

    /// Makes the official account's part in its sandbox.
    ///
    /// # Errors
    /// The sandbox refuses a person or a group.
    pub fn settle_oa(&mut self, handle: &OaHandle, staff: &[(&str, Network)]) -> anyhow::Result<()> {
        let gateway = Network::ZaloOa.gateway();
        let mut ids = BTreeMap::new();
        for code in self.people_on(Network::ZaloOa, staff) {
            let name = self.org.people.iter().find(|person| person.code == code).map(|person| person.name.clone());
            let id = handle.add_person(NewPerson::follower(&name.unwrap_or_default())).context("a person")?;
            ids.insert(code, id);
        }
        let own: Vec<Group> = self.org.groups.iter().filter(|group| group.gateway == gateway).cloned().collect();
        // An account can be in no group but its own.
        for group in own.iter().filter(|group| !group.relay) {
            let members: Vec<String> =
                self.members(group).into_iter().filter_map(|person| ids.get(&person).cloned()).collect();
            let id = handle.add_group(&group.name, GroupSize::Gmf100, &members).context("a group")?;
            self.chats.insert(group.code.clone(), id);
        }
        self.keep(gateway, ids);
        Ok(())
    }

    /// Takes over ids given by a platform.
    fn keep(&mut self, gateway: &'static str, ids: BTreeMap<String, String>) {
        let prefixes = if gateway == Network::ZaloOa.gateway() { ("g:", "u:") } else { ("", "") };
        for group in self.org.groups.iter_mut().filter(|group| group.gateway == gateway && !group.relay) {
            group.chat = self.chats.get(&group.code).map(|id| format!("{}{id}", prefixes.0));
        }
        for (person, id) in ids {
            self.org.identities.push(Identity {
                person: person.clone(),
                gateway: gateway.to_owned(),
                external_id: format!("{}{id}", prefixes.1),
            });
            self.accounts.insert((gateway, person), id);
        }
    }

    /// The id of a group's chat on its platform, by the group's code.
    ///
    /// # Errors
    /// There is no such group, or its platform was not settled.
    pub fn chat(&self, code: &str) -> anyhow::Result<&str> {
        self.chats.get(code).map(String::as_str).with_context(|| format!("no group {code} in the example commune"))
    }

    /// The id of a person's account on a platform, by the person's code.
    ///
    /// # Errors
    /// The person has none there.
    pub fn account(&self, network: Network, person: &str) -> anyhow::Result<&str> {
        let known = self.accounts.get(&(network.gateway(), person.to_owned())).map(String::as_str);
        known.with_context(|| format!("{person} has no account on {}", network.gateway()))
    }
}

/// Where a group stands when there are several platforms.
fn network_of(group: &Group, networks: &[Network]) -> Network {
    let wanted = match village(&group.covers) {
        _ if is_common(&group.code) => Network::ZaloBot,
        Some(village) if ON_TELEGRAM.contains(&village) => Network::Telegram,
        _ => Network::ZaloOa,
    };
    if networks.contains(&wanted) {
        wanted
    } else {
        networks.iter().copied().find(|known| *known != Network::ZaloBot).unwrap_or(wanted)
    }
}

/// The groups that the bot holds.
fn is_common(code: &str) -> bool {
    ["truong-thon", "nhom-mttq", "lanh-dao"].contains(&code)
}

fn village(covers: &[String]) -> Option<u32> {
    match covers {
        [only] => only.strip_prefix("thon-")?.parse().ok(),
        _ => None,
    }
}

/// All that a bot on the free plan can hold: the village heads, the offices, the schools and the clinic.
fn three_groups(org: &OrgFile) -> Vec<Group> {
    let covered = |kind: GroupKind, villages: bool| -> Vec<String> {
        let groups = org.groups.iter().filter(|group| group.kind == kind && group.covers.len() == 1);
        let units = groups.flat_map(|group| group.covers.clone());
        units.filter(|unit| unit.starts_with("thon-") == villages).collect()
    };
    let group = |code: &str, name: &str, kind, covers| Group {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        gateway: String::new(),
        rank: 1,
        covers,
        relay: false,
        chat: None,
    };
    vec![
        group("truong-thon", "Nhóm Trưởng thôn", GroupKind::Cadre, covered(GroupKind::Cadre, true)),
        group("co-quan", "Nhóm các cơ quan xã", GroupKind::Office, covered(GroupKind::Office, false)),
        group("truong-tram", "Nhóm các trường và trạm y tế", GroupKind::Cadre, covered(GroupKind::Cadre, false)),
    ]
}
