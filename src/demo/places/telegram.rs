//! The part of the commune that stands on Telegram.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::{Group, Network, Places};
use crate::demo::world::{FIRST_ACCOUNT, FIRST_SUPERGROUP};
use crate::domain::org::GroupKind;
use loa_sandbox::telegram::seed::{SeedGroup, SeedPerson, SeedWorld, populate};
use loa_sandbox::telegram::{GroupKind as ChatShape, Handle};

impl Places {
    /// Makes Telegram's part in its sandbox.
    ///
    /// # Errors
    /// The sandbox refuses a person or a group.
    pub fn settle_telegram(&mut self, handle: &Handle, staff: &[(&str, Network)]) -> anyhow::Result<()> {
        let gateway = Network::Telegram.gateway();
        let people = self.people_on(Network::Telegram, staff);
        let accounts: BTreeMap<String, i64> = people.into_iter().zip(FIRST_ACCOUNT..).collect();
        let own: Vec<Group> = self.org.groups.iter().filter(|group| group.gateway == gateway).cloned().collect();
        let mut groups = Vec::new();
        for (group, number) in own.iter().zip(0..) {
            let chat_id = FIRST_SUPERGROUP - number;
            self.chats.insert(group.code.clone(), chat_id.to_string());
            groups.push(SeedGroup {
                chat_id,
                title: group.name.clone(),
                kind: ChatShape::Supergroup,
                members: self.members_or_owner(group, &accounts),
                bot: !group.relay,
                bot_is_admin: !group.relay && group.kind == GroupKind::Cadre,
            });
        }
        let people = self.org.people.iter().filter_map(|person| {
            let user_id = *accounts.get(&person.code)?;
            Some(SeedPerson { user_id, first_name: person.name.clone(), started: true, ..SeedPerson::default() })
        });
        let seed = SeedWorld { people: people.collect(), groups };
        populate(handle, &seed, true).context("Telegram's sandbox refuses the commune")?;
        self.keep(gateway, accounts.into_iter().map(|(person, id)| (person, id.to_string())).collect());
        Ok(())
    }

    /// A group nobody of ours sits in has at least an owner.
    fn members_or_owner(&self, group: &Group, accounts: &BTreeMap<String, i64>) -> Vec<i64> {
        let known = self.members(group).into_iter().filter_map(|person| accounts.get(&person).copied());
        let members: Vec<i64> = known.collect();
        if members.is_empty() { accounts.values().take(1).copied().collect() } else { members }
    }
}
