//! The invented commune in the sandbox: chats for its groups, accounts for its people, and who answers how.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::domain::org::import::{Identity, OrgFile, parse_toml};
use crate::domain::org::{GroupKind, SeatKind};
use loa_sandbox::people::{Persona, Share, cast};
use loa_sandbox::telegram::seed::{SeedGroup, SeedPerson, SeedWorld, populate};
use loa_sandbox::telegram::{GroupKind as ChatShape, Handle};

/// The commune with its platform ids.
pub struct World {
    /// What is imported: every group bound, every person's account known.
    pub org: OrgFile,
    /// Account of each person, by code.
    pub accounts: BTreeMap<String, i64>,
    chats: BTreeMap<String, i64>,
}

/// First account; ids of people and bots lie above 2^32 in reality too.
pub(super) const FIRST_ACCOUNT: i64 = 5_000_000_001;
/// Supergroups lie below −10^12 (Telegram Bot API, chat ids).
pub(super) const FIRST_SUPERGROUP: i64 = -1_002_000_000_001;

impl World {
    /// Reads the commune, gives ids, and makes it in the sandbox.
    ///
    /// # Errors
    /// A mistake in the commune's file; a sandbox that already holds one of the ids.
    pub fn build(toml: &str, handle: &Handle) -> anyhow::Result<Self> {
        let mut org = parse_toml(toml).map_err(|errors| anyhow::anyhow!("the example commune: {errors:?}"))?;
        let accounts: BTreeMap<String, i64> =
            org.people.iter().zip(FIRST_ACCOUNT..).map(|(person, id)| (person.code.clone(), id)).collect();
        let chats: BTreeMap<String, i64> =
            org.groups.iter().zip(0..).map(|(group, number)| (group.code.clone(), FIRST_SUPERGROUP - number)).collect();
        for group in &mut org.groups {
            group.chat = chats.get(&group.code).filter(|_| !group.relay).map(ToString::to_string);
        }
        org.identities = accounts
            .iter()
            .map(|(person, id)| Identity {
                person: person.clone(),
                gateway: "telegram".to_owned(),
                external_id: id.to_string(),
            })
            .collect();
        let world = Self { org, accounts, chats };
        populate(handle, &world.seed(), true).context("the sandbox refuses the commune")?;
        Ok(world)
    }

    fn seed(&self) -> SeedWorld {
        let people = self.org.people.iter().map(|person| SeedPerson {
            user_id: self.accounts[&person.code],
            first_name: person.name.clone(),
            started: true,
            ..SeedPerson::default()
        });
        let groups = self.org.groups.iter().map(|group| SeedGroup {
            chat_id: self.chats[&group.code],
            title: group.name.clone(),
            kind: ChatShape::Supergroup,
            members: self.members(&group.covers),
            // The group is there, and only its head can speak in it.
            bot: !group.relay,
            bot_is_admin: !group.relay && group.kind == GroupKind::Cadre,
        });
        SeedWorld { people: people.collect(), groups: groups.collect() }
    }

    /// Everybody who holds a seat in one of the units.
    fn members(&self, units: &[String]) -> Vec<i64> {
        let seats = self.org.seats.iter().filter(|seat| units.contains(&seat.unit));
        let holders = seats.flat_map(|seat| self.org.holdings.iter().filter(move |holding| holding.seat == seat.code));
        let mut members: Vec<i64> = holders.filter_map(|holding| self.accounts.get(&holding.person)).copied().collect();
        members.sort_unstable();
        members.dedup();
        // A group nobody of ours sits in has at least an owner.
        if members.is_empty() {
            members.extend(self.accounts.get("quan"));
        }
        members
    }

    /// The heads of villages and offices and how each of them answers, from the seed.
    #[must_use]
    pub fn heads(&self, seed: u64) -> Vec<Persona> {
        let mut crowd = Vec::new();
        for group in
            self.org.groups.iter().filter(|group| group.kind != GroupKind::Residents && group.covers.len() == 1)
        {
            let unit = &group.covers[0];
            let seat = self.org.seats.iter().find(|seat| seat.unit == *unit && seat.kind == SeatKind::Answering);
            let holder = seat.and_then(|seat| self.org.holdings.iter().find(|holding| holding.seat == seat.code));
            let name = self.org.units.iter().find(|known| known.code == *unit).map(|known| known.name.clone());
            if let (Some(holder), Some(name)) = (holder, name) {
                crowd.push((self.accounts[&holder.person], self.chats[&group.code], name));
            }
        }
        cast(seed, &crowd, &Share::COMMUNE)
    }

    /// The chat of a group, by its code.
    ///
    /// # Errors
    /// There is no such group.
    pub fn chat(&self, code: &str) -> anyhow::Result<i64> {
        self.chats.get(code).copied().with_context(|| format!("no group {code} in the example commune"))
    }

    /// The account of a person, by code.
    ///
    /// # Errors
    /// There is no such person.
    pub fn account(&self, code: &str) -> anyhow::Result<i64> {
        self.accounts.get(code).copied().with_context(|| format!("no person {code} in the example commune"))
    }
}
