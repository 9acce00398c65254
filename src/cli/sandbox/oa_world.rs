//! The Official Account's side of an organisation file: everybody follows the account, which makes its groups itself, and
//! the file gets the ids that came of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::world::members;
use crate::domain::org::import::{Identity, OrgFile};
use loa_sandbox::zalo_oa::{GroupSize, NewPerson, OaHandle};

/// How the gateway writes the ids of groups and of people.
const PREFIXES: (&str, &str) = ("g:", "u:");

/// Makes the people and the gateway's groups as they are on a day; everybody follows the account and has written to it.
/// Ids of people that stand in the file stay; a group gets the id that the account gave it, whatever stood there. A file
/// without a group on this gateway has nothing to do with it and stays as it is.
///
/// # Errors
/// An id of the file that no account can have, or a group with more members than any may have.
pub(super) fn settle(mut org: OrgFile, handle: &OaHandle, gateway: &str, on: NaiveDate) -> anyhow::Result<OrgFile> {
    if !org.groups.iter().any(|group| group.gateway == gateway && !group.relay) {
        return Ok(org);
    }
    let ids = people(&mut org, handle, gateway)?;
    for at in 0..org.groups.len() {
        let group = &org.groups[at];
        if group.gateway != gateway || group.relay {
            continue;
        }
        let members: Vec<String> =
            members(&org, group, on).into_iter().filter_map(|person| ids.get(person).cloned()).collect();
        let id = handle.add_group(&group.name, size(members.len()), &members)?;
        org.groups[at].chat = Some(format!("{}{id}", PREFIXES.0));
    }
    Ok(org)
}

/// Gives everybody an account; by the person's code.
fn people(org: &mut OrgFile, handle: &OaHandle, gateway: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut ids = BTreeMap::new();
    for person in &org.people {
        let known = org.identities.iter().find(|known| known.person == person.code && known.gateway == gateway);
        let id = known.map(|known| known.external_id.trim_start_matches(PREFIXES.1).to_owned());
        let is_new = id.is_none();
        let id = handle.add_person(NewPerson { id, ..NewPerson::follower(&person.name) })?;
        handle.say_to_oa(&id, "Xin chào", None)?;
        if is_new {
            let (person, gateway) = (person.code.clone(), gateway.to_owned());
            org.identities.push(Identity { person, gateway, external_id: format!("{}{id}", PREFIXES.1) });
        }
        ids.insert(person.code.clone(), id);
    }
    Ok(ids)
}

/// The smallest group that holds so many beside the account.
fn size(members: usize) -> GroupSize {
    let sizes = [GroupSize::Gmf10, GroupSize::Gmf50, GroupSize::Gmf100];
    sizes.into_iter().find(|size| members < size.members()).unwrap_or(GroupSize::Gmf1000)
}
