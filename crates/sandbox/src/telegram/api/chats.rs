//! getChat, getChatMember, getChatMemberCount, getChatAdministrators, leaveChat, sendChatAction.

use serde_json::{Value, json};

use super::{
    super::{
        access::{self, Need},
        chat::{Chat, ChatKey},
        error::{ApiError, ApiResult},
        groups,
        params::Params,
        wire,
        world::World,
    },
    TRUE,
};

const ACTIONS: [&str; 13] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

fn found<'w>(world: &'w World, bot: i64, params: &Params, need: Need) -> Result<&'w Chat, ApiError> {
    let key = access::chat(world, bot, params, need)?;
    world.chats.get(&key).ok_or_else(|| ApiError::bad("chat not found"))
}

/// getChat.
pub(super) fn get(world: &World, bot: i64, params: &Params) -> ApiResult {
    Ok(wire::full_chat(world, found(world, bot, params, Need::Read)?))
}

/// getChatMember.
pub(super) fn member(world: &World, bot: i64, params: &Params) -> ApiResult {
    let user = params.int("user_id").filter(|id| *id > 0).ok_or_else(|| ApiError::bad("invalid user_id specified"))?;
    let chat = found(world, bot, params, Need::Members)?;
    if !world.users.contains_key(&user) {
        return Err(ApiError::bad("PARTICIPANT_ID_INVALID"));
    }
    Ok(wire::member(world, user, chat.status(user)))
}

/// getChatMemberCount.
pub(super) fn member_count(world: &World, bot: i64, params: &Params) -> ApiResult {
    Ok(json!(found(world, bot, params, Need::Members)?.member_count()))
}

/// getChatAdministrators: all but other bots.
pub(super) fn administrators(world: &World, bot: i64, params: &Params) -> ApiResult {
    let chat = found(world, bot, params, Need::Members)?;
    if chat.is_private() {
        return Err(ApiError::bad("there are no administrators in the private chat"));
    }
    let other_bot = |id: i64| id != bot && world.bot(id).is_some();
    let admins = chat.members.iter().filter(|(id, status)| status.is_admin() && !other_bot(**id));
    Ok(admins.map(|(id, status)| wire::member(world, *id, *status)).collect::<Value>())
}

/// leaveChat.
pub(super) fn leave(world: &mut World, bot: i64, params: &Params) -> ApiResult {
    let key = access::chat(world, bot, params, Need::Edit)?;
    if matches!(key, ChatKey::Private { .. }) {
        return Err(ApiError::bad("chat member status can't be changed in private chats"));
    }
    groups::leave(world, key.id(), bot).map_err(|e| ApiError::bad(&e.to_string()))?;
    Ok(TRUE)
}

/// sendChatAction: checked, and otherwise without effect.
pub(super) fn action(world: &World, bot: i64, params: &Params) -> ApiResult {
    let action = params.text("action").unwrap_or_default().to_ascii_lowercase();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(ApiError::bad("wrong parameter action in request"));
    }
    access::chat(world, bot, params, Need::Write)?;
    Ok(TRUE)
}
