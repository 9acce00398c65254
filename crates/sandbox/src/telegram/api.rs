//! The Bot API's methods, by lower-cased name, as synchronous changes of the world.
//!
//! Only getUpdates is missing here: it waits, so it lives beside the server in `poll`.

mod callback;
mod chats;
mod commands;
mod content;
mod edit;
mod files;
mod hook;
mod markup;
mod send;

use serde_json::{Value, json};

use super::{
    error::{ApiError, ApiResult},
    params::Params,
    wire,
    world::World,
};

pub(super) use files::stored;
pub(super) use hook::allowed_updates;

/// Calls a method for a bot; `None` when there is no such method.
pub(super) fn call(world: &mut World, bot: i64, method: &str, params: &Params) -> Option<ApiResult> {
    Some(match method {
        "getme" => get_me(world, bot),
        "sendmessage" => send::message(world, bot, params),
        "senddocument" => send::document(world, bot, params),
        "sendphoto" => send::photo(world, bot, params),
        "copymessage" => send::copy(world, bot, params),
        "forwardmessage" => send::forward(world, bot, params),
        "sendchataction" => chats::action(world, bot, params),
        "editmessagetext" => edit::text(world, bot, params),
        "editmessagecaption" => edit::caption(world, bot, params),
        "editmessagereplymarkup" => edit::markup(world, bot, params),
        "deletemessage" => edit::delete(world, bot, params),
        "deletemessages" => edit::delete_many(world, bot, params),
        "answercallbackquery" => callback::answer(world, bot, params),
        "getchat" => chats::get(world, bot, params),
        "getchatmember" => chats::member(world, bot, params),
        "getchatmembercount" | "getchatmemberscount" => chats::member_count(world, bot, params),
        "getchatadministrators" => chats::administrators(world, bot, params),
        "leavechat" => chats::leave(world, bot, params),
        "getfile" => files::get(world, bot, params),
        "setmycommands" => commands::set(world, bot, params),
        "getmycommands" => commands::get(world, bot, params),
        "deletemycommands" => commands::delete(world, bot, params),
        "setwebhook" => hook::set(world, bot, params),
        "deletewebhook" => Ok(hook::delete(world, bot, params)),
        "getwebhookinfo" => hook::info(world, bot),
        _ => return None,
    })
}

fn get_me(world: &World, bot: i64) -> ApiResult {
    let account = world.bot(bot).ok_or_else(|| ApiError::new(401, "Unauthorized"))?;
    let mut me = wire::user_by_id(world, bot);
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(account.reads_all);
    for off in ["supports_inline_queries", "can_connect_to_business", "has_main_web_app"] {
        me[off] = json!(false);
    }
    Ok(me)
}

/// The answer of methods that return nothing else.
const TRUE: Value = Value::Bool(true);
