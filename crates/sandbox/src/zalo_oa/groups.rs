//! What changes a group: `creategroupwithoa`, `updateinfo`, `updateasset`, members, deputies, `delete`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    content::text_at,
    error::{OaError, OaResult},
    events::{self, Lifecycle},
    look,
    model::{Group, GroupSize, Settings},
    world::World,
};
use crate::ControlError;

/// Longest name of a group (policy text of the service: 30 characters).
const MAX_NAME: usize = 30;
/// Most people named in one call (Open API documentation: 99).
const MAX_NAMED: usize = 99;

/// Carries out one of the calls that change groups, by the last part of its path.
pub(super) fn call(world: &mut World, method: &str, body: &Value) -> OaResult {
    if method == "creategroupwithoa" {
        return create(world, body);
    }
    let id = text_at(body, "/group_id").ok_or_else(|| OaError::field("group_id"))?;
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    if group.gone {
        return Err(OaError::new(-403, "The OA is not in this group"));
    }
    match method {
        "updateinfo" => update_info(world, id, body),
        "updateasset" => update_asset(world, id, body),
        "delete" => Ok(disband(world, id)),
        "invite" => invite(world, id, &named(body)?),
        "removemembers" => remove(world, id, &named(body)?),
        "acceptpendinginvite" => settle_pending(world, id, &named(body)?, Lifecycle::Accepted),
        "rejectpendinginvite" => settle_pending(world, id, &named(body)?, Lifecycle::Rejected),
        "addadmins" => deputies(world, id, &named(body)?, Lifecycle::AdminAdded),
        "removeadmins" => deputies(world, id, &named(body)?, Lifecycle::AdminRemoved),
        _ => Err(OaError::no_such_api()),
    }
}

/// `member_user_ids`: 1 to 99 texts.
fn named(body: &Value) -> Result<Vec<String>, OaError> {
    let wrong = || OaError::field("member_user_ids");
    let ids = body.get("member_user_ids").and_then(Value::as_array).ok_or_else(wrong)?;
    if ids.is_empty() || ids.len() > MAX_NAMED {
        return Err(wrong());
    }
    ids.iter().map(|id| id.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

fn create(world: &mut World, body: &Value) -> OaResult {
    let name =
        text_at(body, "/group_name").filter(|name| name_fits(name)).ok_or_else(|| OaError::field("group_name"))?;
    let members = named(body)?;
    check_invitable(world, &members)?;
    if !members.iter().any(|id| world.people.get(id).is_some_and(|person| person.admin)) {
        return Err(OaError::field("member_user_ids: no admin of the OA"));
    }
    let asset = text_at(body, "/asset_id").ok_or_else(|| OaError::field("asset_id"))?.to_owned();
    check_asset(world, &asset, None, members.len() + 1)?;
    let id = found(world, name, &asset, members.iter().cloned().collect());
    if let Some(text) = text_at(body, "/group_description") {
        edit(world, &id, |group| text.clone_into(&mut group.description));
    }
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, Lifecycle::Created, &id, &oa, &members);
    look::group_row(world, &id)
}

fn name_fits(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.chars().count())
}

/// Makes a group on an asset, without any check.
pub(super) fn found(world: &mut World, name: &str, asset: &str, members: BTreeSet<String>) -> String {
    let id = world.next_id();
    if let Some(asset) = world.asset_mut(asset) {
        asset.used_by = Some(id.clone());
    }
    let settings =
        Settings { lock_send_msg: false, join_appr: true, enable_msg_history: true, enable_link_join: false };
    world.groups.push(Group {
        id: id.clone(),
        name: name.to_owned(),
        description: String::new(),
        avatar: String::new(),
        asset: asset.to_owned(),
        settings,
        off: false,
        gone: false,
        members,
        deputies: BTreeSet::new(),
        pending: BTreeSet::new(),
        messages: Vec::new(),
    });
    let oa = world.config.oa_name.clone();
    world.note(&id, format!("{oa} created the group"));
    id
}

fn edit(world: &mut World, id: &str, change: impl FnOnce(&mut Group)) {
    if let Ok(group) = world.group_mut(id) {
        change(group);
    }
}

/// Everybody exists and may be invited.
fn check_invitable(world: &World, members: &[String]) -> Result<(), OaError> {
    for id in members {
        let person = world.people.get(id).ok_or_else(|| OaError::field("member_user_ids"))?;
        if !world.invitable(person) {
            return Err(OaError::new(-213, "The user does not follow the OA and has not interacted in 7 days"));
        }
    }
    Ok(())
}

/// Whether a group of so many may stand on an asset; `group` is the one that wants it, if it exists.
fn check_asset(world: &World, id: &str, group: Option<&str>, members: usize) -> Result<(), OaError> {
    let asset = world.asset(id).ok_or_else(|| OaError::field("asset_id"))?;
    if asset.disabled || asset.valid_through <= world.wall() {
        return Err(OaError::new(-241, "The asset is disabled"));
    }
    if asset.used_by.is_some() && asset.used_by.as_deref() != group {
        return Err(OaError::new(-238, "The asset is used"));
    }
    if members > asset.size.members() {
        return Err(OaError::over("The number of members"));
    }
    Ok(())
}

fn update_info(world: &mut World, id: &str, body: &Value) -> OaResult {
    let name = text_at(body, "/group_name").or_else(|| text_at(body, "/name"));
    if name.is_some_and(|name| !name_fits(name)) {
        return Err(OaError::field("group_name"));
    }
    let description = text_at(body, "/group_description").or_else(|| text_at(body, "/description"));
    let avatar = text_at(body, "/group_avatar").or_else(|| text_at(body, "/avatar"));
    let group = world.group_mut(id).map_err(|_| OaError::field("group_id"))?;
    for (value, field) in [(name, &mut group.name), (description, &mut group.description), (avatar, &mut group.avatar)]
    {
        if let Some(value) = value {
            value.clone_into(field);
        }
    }
    let settings = &mut group.settings;
    for (key, switch) in [
        ("lock_send_msg", &mut settings.lock_send_msg),
        ("join_appr", &mut settings.join_appr),
        ("enable_msg_history", &mut settings.enable_msg_history),
        ("enable_link_join", &mut settings.enable_link_join),
    ] {
        *switch = body.get(key).and_then(Value::as_bool).unwrap_or(*switch);
    }
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, Lifecycle::Updated, id, &oa, &[]);
    look::group_row(world, id)
}

/// Renews or enlarges a group by putting it on another asset; the old one is free again.
fn update_asset(world: &mut World, id: &str, body: &Value) -> OaResult {
    let asset = text_at(body, "/asset_id").ok_or_else(|| OaError::field("asset_id"))?;
    let members = world.group(id).map_or(0, |group| group.members.len() + 1);
    check_asset(world, asset, Some(id), members)?;
    for other in world.assets.iter_mut().filter(|other| other.used_by.as_deref() == Some(id)) {
        other.used_by = None;
    }
    if let Some(asset) = world.asset_mut(asset) {
        asset.used_by = Some(id.to_owned());
    }
    edit(world, id, |group| asset.clone_into(&mut group.asset));
    look::group_row(world, id)
}

/// The account ends a group.
pub(super) fn disband(world: &mut World, id: &str) -> Value {
    for asset in world.assets.iter_mut().filter(|asset| asset.used_by.as_deref() == Some(id)) {
        asset.used_by = None;
    }
    edit(world, id, |group| group.gone = true);
    world.note(id, "the group was disbanded".to_owned());
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, Lifecycle::Disbanded, id, &oa, &[]);
    json!({ "group_id": id })
}

fn invite(world: &mut World, id: &str, members: &[String]) -> OaResult {
    check_invitable(world, members)?;
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    let new: Vec<_> = members.iter().filter(|member| !group.members.contains(*member)).cloned().collect();
    if group.members.len() + 1 + new.len() > world.ceiling(group) {
        return Err(OaError::over("The number of members"));
    }
    let oa = world.config.oa_id.clone();
    for person in &new {
        enter(world, id, person, &oa);
    }
    Ok(json!({ "group_id": id, "member_user_ids": new }))
}

/// Puts a person into a group.
pub(super) fn enter(world: &mut World, id: &str, person: &str, by: &str) {
    edit(world, id, |group| {
        group.pending.remove(person);
        group.members.insert(person.to_owned());
    });
    let name = world.people.get(person).map(|person| person.name.clone()).unwrap_or_default();
    world.note(id, format!("{name} joined"));
    events::lifecycle(world, Lifecycle::Joined, id, by, &[person.to_owned()]);
}

/// Takes a person out of a group.
pub(super) fn exit(world: &mut World, id: &str, person: &str, by: &str) {
    edit(world, id, |group| {
        group.members.remove(person);
        group.deputies.remove(person);
    });
    let name = world.people.get(person).map(|person| person.name.clone()).unwrap_or_default();
    world.note(id, format!("{name} left"));
    events::lifecycle(world, Lifecycle::Left, id, by, &[person.to_owned()]);
}

/// The members named must all be in the group.
fn check_members(world: &World, id: &str, members: &[String]) -> Result<(), OaError> {
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    let all = members.iter().all(|member| group.members.contains(member));
    if all { Ok(()) } else { Err(OaError::field("member_user_ids")) }
}

fn remove(world: &mut World, id: &str, members: &[String]) -> OaResult {
    check_members(world, id, members)?;
    let oa = world.config.oa_id.clone();
    for person in members {
        exit(world, id, person, &oa);
    }
    Ok(json!({ "group_id": id, "member_user_ids": members }))
}

fn settle_pending(world: &mut World, id: &str, members: &[String], verdict: Lifecycle) -> OaResult {
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    if !members.iter().all(|member| group.pending.contains(member)) {
        return Err(OaError::field("member_user_ids"));
    }
    if verdict == Lifecycle::Accepted && group.members.len() + 1 + members.len() > world.ceiling(group) {
        return Err(OaError::over("The number of members"));
    }
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, verdict, id, &oa, members);
    for person in members {
        match verdict {
            Lifecycle::Accepted => enter(world, id, person, person),
            _ => edit(world, id, |group| group.pending.retain(|waiting| waiting != person)),
        }
    }
    Ok(json!({ "group_id": id, "member_user_ids": members }))
}

fn deputies(world: &mut World, id: &str, members: &[String], change: Lifecycle) -> OaResult {
    check_members(world, id, members)?;
    edit(world, id, |group| match change {
        Lifecycle::AdminAdded => group.deputies.extend(members.iter().cloned()),
        _ => group.deputies.retain(|deputy| !members.contains(deputy)),
    });
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, change, id, &oa, members);
    Ok(json!({ "group_id": id, "member_user_ids": members }))
}

/// Makes a group with an asset of its own, as if bought and created in the console.
pub(super) fn establish(
    world: &mut World,
    name: &str,
    size: GroupSize,
    valid_through: i64,
    members: &[String],
) -> Result<String, ControlError> {
    if let Some(missing) = members.iter().find(|id| !world.people.contains_key(*id)) {
        return Err(ControlError::no_such("person", missing));
    }
    if members.len() + 1 > size.members() {
        return Err(ControlError::Closed(name.to_owned()));
    }
    let asset = world.add_asset(size, valid_through);
    let id = found(world, name, &asset, members.iter().cloned().collect());
    let oa = world.config.oa_id.clone();
    events::lifecycle(world, Lifecycle::Created, &id, &oa, members);
    Ok(id)
}
