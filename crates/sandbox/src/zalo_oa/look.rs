//! What a client may look at: groups, members, history, assets and quotas.

use serde_json::{Value, json};

use super::{
    config::{AssetList, DateForm},
    content::text_at,
    error::{OaError, OaResult},
    model::{Asset, Author, Content, Group, Message},
    world::World,
};
use crate::params::Params;

/// Rows of a list unless asked otherwise (Open API documentation: 5).
const DEFAULT_COUNT: usize = 5;
/// Most rows of a list; 50 is what clients in the field use.
const MAX_COUNT: usize = 50;
/// Most rows of history (1-1 twin of the call: 10).
const MAX_HISTORY: usize = 10;

/// Answers one of the group calls that only look, by the last part of its path.
pub(super) fn call(world: &World, method: &str, params: &Params) -> OaResult {
    match method {
        "getgroupsofoa" => list(world, params),
        "listrecentchat" => recent(world, params),
        "getgroup" => group_info(world, &wanted(world, params)?.id),
        "listmember" => members(world, wanted(world, params)?, params),
        "listpendinginvite" => pending(world, wanted(world, params)?, params),
        "conversation" => conversation(world, wanted(world, params)?, params),
        _ => Err(OaError::no_such_api()),
    }
}

fn wanted<'a>(world: &'a World, params: &Params) -> Result<&'a Group, OaError> {
    let id = params.text("group_id").ok_or_else(|| OaError::field("group_id"))?;
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    if group.gone { Err(OaError::new(-403, "The OA is not in this group")) } else { Ok(group) }
}

/// One page of rows and the numbers that belong to it.
fn page<T>(rows: Vec<T>, params: &Params, most: usize) -> Result<(Vec<T>, usize, usize), OaError> {
    let number = |name: &str, default: usize| match params.text(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| OaError::field(name)),
    };
    let (offset, count) = (number("offset", 0)?, number("count", DEFAULT_COUNT.min(most))?);
    if count > most {
        return Err(OaError::over("count"));
    }
    Ok((rows.into_iter().skip(offset).take(count).collect(), offset, count))
}

fn list(world: &World, params: &Params) -> OaResult {
    let present: Vec<_> = world.groups.iter().filter(|group| !group.gone).collect();
    let total = present.len();
    let (rows, offset, count) = page(present, params, MAX_COUNT)?;
    let rows: Vec<_> = rows.into_iter().map(|group| row(world, group)).collect();
    Ok(json!({ "groups": rows, "total": total, "offset": offset, "count": count }))
}

/// A group as the calls that change it answer.
pub(super) fn group_row(world: &World, id: &str) -> OaResult {
    world.group(id).map(|group| row(world, group)).map_err(|_| OaError::field("group_id"))
}

fn row(world: &World, group: &Group) -> Value {
    let mut row = json!({
        "group_id": group.id,
        "name": group.name,
        "avatar": group.avatar,
        "group_link": format!("https://zalo.me/g/{}", &group.id[group.id.len().saturating_sub(8)..]),
        "group_description": group.description,
        "status": if world.is_enabled(group) { "enabled" } else { "disabled" },
        "total_member": group.members.len() + 1,
        "max_member": world.ceiling(group),
    });
    if let Some(at) = world.dissolved_at(group) {
        row["auto_delete_date"] = json!(world.date(at));
    }
    row
}

fn group_info(world: &World, id: &str) -> OaResult {
    let group = world.group(id).map_err(|_| OaError::field("group_id"))?;
    let asset = world.asset(&group.asset).map(|asset| {
        json!({
            "asset_type": asset.size.product(),
            "asset_id": asset.id,
            "valid_through": valid_through(world, asset),
            "auto_renew": false,
        })
    });
    let settings = group.settings;
    Ok(json!({
        "group_info": row(world, group),
        "asset_info": asset,
        "group_setting": {
            "lock_send_msg": settings.lock_send_msg,
            "join_appr": settings.join_appr,
            "enable_msg_history": settings.enable_msg_history,
            "enable_link_join": settings.enable_link_join,
        },
    }))
}

fn valid_through(world: &World, asset: &Asset) -> String {
    match world.config.quirks.valid_through {
        DateForm::Millis => asset.valid_through.to_string(),
        DateForm::DayMonthYear => world.date(asset.valid_through),
    }
}

fn members(world: &World, group: &Group, params: &Params) -> OaResult {
    let oa = json!({ "oa_id": world.config.oa_id, "name": world.config.oa_name, "avatar": "" });
    let rows: Vec<_> = std::iter::once(oa).chain(group.members.iter().map(|id| person_row(world, id))).collect();
    let total = rows.len();
    let (rows, offset, count) = page(rows, params, MAX_COUNT)?;
    Ok(json!({ "members": rows, "total": total, "member_count": total, "offset": offset, "count": count }))
}

fn person_row(world: &World, id: &str) -> Value {
    let name = world.name_of(&Author::Person(id.to_owned()));
    json!({ "user_id": id, "name": name, "avatar": format!("{}/_media/avatar", world.base_url) })
}

fn pending(world: &World, group: &Group, params: &Params) -> OaResult {
    let rows: Vec<_> = group.pending.iter().map(|id| person_row(world, id)).collect();
    let total = rows.len();
    let (rows, offset, count) = page(rows, params, MAX_COUNT)?;
    Ok(json!({ "members": rows, "total": total, "offset": offset, "count": count }))
}

/// The history of one group, newest first.
fn conversation(world: &World, group: &Group, params: &Params) -> OaResult {
    let messages = group.messages.iter().rev().filter(|message| message.content != Content::Service).collect();
    let (rows, _, _) = page(messages, params, MAX_HISTORY)?;
    Ok(rows.into_iter().map(|message| history_row(world, message)).collect())
}

/// The newest message of every group, newest first.
fn recent(world: &World, params: &Params) -> OaResult {
    let newest = |group: &'_ Group| group.messages.iter().rev().find(|m| m.content != Content::Service).cloned();
    let present = world.groups.iter().filter(|group| !group.gone);
    let mut chats: Vec<_> = present.filter_map(|group| Some((newest(group)?, group.id.clone()))).collect();
    chats.sort_by_key(|(message, _)| std::cmp::Reverse(message.at_ms));
    let (rows, _, _) = page(chats, params, MAX_HISTORY)?;
    let with_group = |(message, group): (Message, String)| {
        let mut row = history_row(world, &message);
        row["group_id"] = json!(group);
        row
    };
    Ok(rows.into_iter().map(with_group).collect())
}

fn history_row(world: &World, message: &Message) -> Value {
    let (src, from) = match &message.from {
        Author::Oa => (0, world.config.oa_id.clone()),
        Author::Person(id) => (1, id.clone()),
    };
    let mut row = json!({
        "message_id": message.event_id,
        "src": src,
        "time": message.at_ms,
        "type": type_of(&message.content),
        "message": message.text,
        "from_id": from,
        "from_display_name": world.name_of(&message.from),
    });
    match &message.content {
        Content::Image(file) | Content::Gif(file) => {
            row["url"] = json!(world.media_url(*file));
            row["thumb"] = row["url"].clone();
        }
        Content::File(file) => {
            let name = world.files.get(*file).map(|file| file.name.clone());
            row["links"] = json!([{ "url": world.media_url(*file), "title": name }]);
        }
        Content::Link(url) => row["links"] = json!([{ "url": url }]),
        _ => {}
    }
    row
}

fn type_of(content: &Content) -> &str {
    match content {
        Content::Text | Content::Service => "text",
        Content::Image(_) => "photo",
        Content::Gif(_) => "gif",
        Content::File(_) => "file",
        Content::Voice(_) => "audio",
        Content::Sticker(_) => "sticker",
        Content::Link(_) => "link",
        Content::Other(kind) => kind,
    }
}

/// `GET /v2.0/oa/getoa`: the account itself.
pub(super) fn account(world: &World) -> Value {
    json!({
        "oa_id": world.config.oa_id,
        "name": world.config.oa_name,
        "description": "",
        "is_verified": true,
        "avatar": format!("{}/_media/avatar", world.base_url),
    })
}

/// `POST /v3.0/oa/quota/group`: the assets of one product.
pub(super) fn assets(world: &World, body: &Value) -> OaResult {
    if text_at(body, "/quota_owner") != Some("OA") {
        return Err(OaError::field("quota_owner"));
    }
    let product = text_at(body, "/product_type")
        .filter(|product| ["gmf10", "gmf50", "gmf100", "gmf1000"].contains(product))
        .ok_or_else(|| OaError::field("product_type"))?;
    let quota = text_at(body, "/quota_type")
        .filter(|quota| ["sub_quota", "purchase_quota", "reward_quota"].contains(quota))
        .ok_or_else(|| OaError::field("quota_type"))?;
    // Every asset here was bought one by one.
    let bought = quota == "purchase_quota";
    let fitting = world.assets.iter().filter(|asset| bought && asset.size.product() == product && !asset.disabled);
    let rows: Vec<_> = fitting.map(|asset| asset_row(world, asset, quota)).collect();
    Ok(match world.config.quirks.assets {
        AssetList::Array => json!(rows),
        AssetList::Object => json!({ "assets": rows }),
    })
}

fn asset_row(world: &World, asset: &Asset, quota: &str) -> Value {
    json!({
        "asset_id": asset.id,
        "product_type": asset.size.product(),
        "quota_type": quota,
        "valid_through": valid_through(world, asset),
        "auto_renew": false,
        "status": if asset.used_by.is_some() { "used" } else { "available" },
        "used_id": asset.used_by,
    })
}

/// `POST /v3.0/oa/quota/message`: free and paid messages to one person.
pub(super) fn message_quota(world: &World, body: &Value) -> OaResult {
    let rules = world.config.private;
    let person = text_at(body, "/user_id").map(|id| world.people.get(id).ok_or_else(|| OaError::field("user_id")));
    let used = person.transpose()?.map_or(0, |person| person.written_to);
    let free = rules.free_messages.saturating_sub(used);
    Ok(json!([
        { "product_type": "cs", "quota_type": "reply", "total": rules.free_messages, "remain": free },
        { "product_type": "cs", "quota_type": "purchase_quota", "remain": rules.paid_messages },
    ]))
}
