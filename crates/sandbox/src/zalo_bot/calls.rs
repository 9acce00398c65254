//! The methods by name. Names are case sensitive, and there are no others: no files, buttons, edits or members.

use serde_json::{Value, json};

use super::{
    error::{Answered, Refusal},
    hook, photo, poll, send,
    server::Shared,
    world::World,
};
use crate::params::Params;

/// Calls a method for the bot.
pub(super) async fn call(shared: &Shared, token: &str, method: &str, params: &Params) -> Answered {
    match method {
        "getUpdates" => poll::get_updates(shared, token, params).await,
        "setWebhook" => hook::set(shared, params).await,
        "testWebhook" => hook::test(shared).await,
        "sendPhoto" => photo::send(shared, params).await,
        _ => at_once(&mut shared.world(), method, params),
    }
}

/// The methods that wait for nothing.
fn at_once(world: &mut World, method: &str, params: &Params) -> Answered {
    match method {
        "getMe" => Ok(Some(get_me(world))),
        "deleteWebhook" => hook::delete(world),
        "getWebhookInfo" => hook::info(world),
        "sendMessage" => send::message(world, params),
        "sendSticker" => send::sticker(world, params),
        "sendVoice" => send::voice(world, params),
        "sendChatAction" => send::action(world, params),
        _ => Err(Refusal::not_found()),
    }
}

fn get_me(world: &World) -> Value {
    json!({
        "id": world.bot_id,
        "account_name": format!("bot.{}", world.bot_id),
        "account_type": "BASIC",
        "can_join_groups": world.config.quirks.can_join_groups,
        "display_name": world.config.name,
    })
}
