//! What only this platform's control surface has: `POST /sandbox/<verb>` with a JSON object, and a few `GET`s.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    config::{Quirks, ZaloBotLimits},
    handle::ZaloBotHandle,
};
use crate::{ControlError, Result, params::Params};

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    Person {
        name: String,
        id: Option<String>,
    },
    Protect {
        person: String,
        #[serde(default = "yes")]
        protected: bool,
    },
    Group {
        title: String,
        id: Option<String>,
        #[serde(default)]
        members: Vec<String>,
    },
    Join {
        chat: String,
        person: String,
    },
    Leave {
        chat: String,
        person: String,
    },
    AddBot {
        chat: String,
    },
    RemoveBot {
        chat: String,
    },
    Mention {
        person: String,
        chat: String,
        text: String,
    },
    Reissue {},
    Quirks {
        quirks: Quirks,
    },
    Limits {
        limits: Option<ZaloBotLimits>,
    },
    QuotaUsed {
        used: u32,
    },
}

const fn yes() -> bool {
    true
}

/// Carries out one verb.
pub(super) fn perform(handle: &ZaloBotHandle, verb: Verb) -> Result<Value> {
    match verb {
        Verb::Person { name, id } => handle.add_person(id.as_deref(), &name).map(|id| json!({ "id": id })),
        Verb::Group { title, id, members } => {
            handle.add_group(id.as_deref(), &title, &members).map(|id| json!({ "id": id }))
        }
        Verb::Mention { person, chat, text } => {
            handle.mention(&person, &chat, &text).map(|id| json!({ "message_id": id }))
        }
        Verb::Reissue {} => Ok(json!({ "token": handle.reissue_token() })),
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The verbs that return nothing.
fn change(handle: &ZaloBotHandle, verb: Verb) -> Result<()> {
    match verb {
        Verb::Protect { person, protected } => return handle.protect(&person, protected),
        Verb::Join { chat, person } => return handle.join(&chat, &person),
        Verb::Leave { chat, person } => return handle.leave(&chat, &person),
        Verb::AddBot { chat } => return handle.add_bot(&chat),
        Verb::RemoveBot { chat } => return handle.remove_bot(&chat),
        Verb::Quirks { quirks } => handle.set_quirks(|own| *own = quirks),
        Verb::Limits { limits } => handle.set_limits(limits),
        Verb::QuotaUsed { used } => handle.set_quota_used(used),
        _ => return Err(ControlError::bad("not an act that changes something")),
    }
    Ok(())
}

/// `GET /sandbox/info|messages|sent|counts|confirmed`.
pub(super) fn look(handle: &ZaloBotHandle, what: &str, params: &Params) -> Option<Result<Value>> {
    Some(match what {
        "info" => Ok(info(handle)),
        "messages" => handle.messages(params.text("chat").unwrap_or_default()).map(|m| json!(m)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "confirmed" => Ok(json!(handle.confirmed_after_ms())),
        _ => return None,
    })
}

fn info(handle: &ZaloBotHandle) -> Value {
    let chat = |(id, title, bot): (String, String, bool)| json!({ "id": id, "title": title, "bot": bot });
    let person = |(id, name): (String, String)| json!({ "id": id, "name": name });
    json!({
        "platform": "zalo_bot",
        "base_url": handle.base_url(),
        "tokens": [handle.token()],
        "bot": handle.bot_id(),
        "mention": handle.bot_mention(),
        "chats": handle.chats().into_iter().map(chat).collect::<Vec<_>>(),
        "people": handle.people().into_iter().map(person).collect::<Vec<_>>(),
    })
}
