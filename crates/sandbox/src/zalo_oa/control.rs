//! What only this platform's control surface has: `POST /_control/<verb>` with a JSON object, and a few `GET`s.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    config::Signing,
    handle::{NewPerson, OaHandle},
    model::{GroupSize, Standing},
};
use crate::{Result, params::Params};

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    Person(NewPerson),
    Follow {
        person: String,
    },
    Unfollow {
        person: String,
    },
    Standing {
        person: String,
        standing: Standing,
    },
    Asset {
        size: GroupSize,
        valid_through: Option<i64>,
    },
    AssetDisabled {
        asset: String,
        disabled: bool,
    },
    AssetEnd {
        asset: String,
        valid_through: i64,
    },
    Group {
        name: String,
        #[serde(default)]
        size: GroupSize,
        #[serde(default)]
        members: Vec<String>,
    },
    GroupOff {
        group: String,
        off: bool,
    },
    PutOut {
        group: String,
    },
    Join {
        person: String,
        group: String,
    },
    AskToJoin {
        person: String,
        group: String,
    },
    Leave {
        person: String,
        group: String,
    },
    Forbid {
        word: String,
    },
    Refill,
    ExpireAccessToken,
    ReplaceTokens,
    Consent,
    Webhook {
        url: Option<String>,
    },
    Signing {
        signing: Signing,
    },
    Tick,
    Duplicate {
        count: u32,
    },
    Scramble {
        on: bool,
    },
    Repeat {
        index: usize,
    },
}

/// The acts that return something.
pub(super) async fn perform(handle: &OaHandle, verb: Verb) -> Result<Value> {
    match verb {
        Verb::Person(person) => handle.add_person(person).map(|id| json!({ "id": id })),
        Verb::Asset { size, valid_through } => Ok(json!({ "id": handle.add_asset(size, valid_through) })),
        Verb::Group { name, size, members } => handle.add_group(&name, size, &members).map(|id| json!({ "id": id })),
        Verb::ReplaceTokens => {
            handle.replace_tokens();
            Ok(json!(handle.tokens()))
        }
        Verb::Consent => handle.consent().map(|url| json!({ "url": url })),
        Verb::Webhook { url: Some(url) } => handle.set_webhook(&url).await.map(|()| json!({ "ok": true })),
        Verb::Tick => Ok(json!({ "accepted": handle.tick().await })),
        Verb::Repeat { index } => Ok(json!({ "ok": handle.repeat_event(index) })),
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The acts that can be refused and return nothing.
fn change(handle: &OaHandle, verb: Verb) -> Result<()> {
    match verb {
        Verb::Follow { person } => handle.follow(&person),
        Verb::Unfollow { person } => handle.unfollow(&person),
        Verb::Standing { person, standing } => handle.set_standing(&person, standing),
        Verb::AssetDisabled { asset, disabled } => handle.set_asset_disabled(&asset, disabled),
        Verb::AssetEnd { asset, valid_through } => handle.set_asset_end(&asset, valid_through),
        Verb::GroupOff { group, off } => handle.set_group_off(&group, off),
        Verb::PutOut { group } => handle.put_out(&group),
        Verb::Join { person, group } => handle.join(&person, &group),
        Verb::AskToJoin { person, group } => handle.ask_to_join(&person, &group),
        Verb::Leave { person, group } => handle.leave(&person, &group),
        other => {
            set(handle, other);
            Ok(())
        }
    }
}

/// The acts that always succeed.
fn set(handle: &OaHandle, verb: Verb) {
    match verb {
        Verb::Forbid { word } => handle.forbid(&word),
        Verb::Refill => handle.refill(),
        Verb::ExpireAccessToken => handle.expire_access_token(),
        Verb::Signing { signing } => handle.set_signing(signing),
        Verb::Duplicate { count } => handle.duplicate_next(count),
        Verb::Scramble { on } => handle.set_scrambled(on),
        _ => handle.clear_webhook(),
    }
}

/// `GET /_control/info|messages|sent|counts|events`; `messages` takes `group` or `person`.
pub(super) fn look(handle: &OaHandle, what: &str, params: &Params) -> Option<Result<Value>> {
    let chat = ["group", "person", "chat"].into_iter().find_map(|name| params.text(name)).unwrap_or_default();
    Some(match what {
        "info" => Ok(info(handle)),
        "messages" => handle.messages_since(chat, 0).map(|messages| json!(messages)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "events" => Ok(json!(handle.events())),
        _ => return None,
    })
}

fn info(handle: &OaHandle) -> Value {
    json!({
        "platform": "zalo_oa",
        "base_url": handle.base_url(),
        "console": handle.console(),
        "tokens": handle.tokens(),
        "groups": handle.groups(),
        "people": handle.people(),
        "webhook": handle.webhook(),
        "waiting_events": handle.waiting_events(),
    })
}
