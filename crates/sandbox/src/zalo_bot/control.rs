//! The control surface over HTTP: `POST /sandbox/<verb>` with a JSON object, and a few `GET`s.
//!
//! The same acts as the methods of [`ZaloBotHandle`], for the command line and for tests in other languages. Errors
//! are 400 with `{"error": "…"}`. Loopback only, like the whole stand-in.

use std::sync::Arc;

use axum::{body::to_bytes, extract::Request, http::Method, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    config::{Quirks, ZaloBotLimits},
    error::ZaloBotControlError,
    fault::{ZaloBotFault, ZaloBotFaultKind},
    handle::ZaloBotHandle,
    server::Shared,
};
use crate::{
    params::Params,
    telegram::server::{json_reply, reply},
};

/// Largest body: a picture or file of 50 MB and its parameters.
const MAX_BODY: usize = 51 * 1024 * 1024;

type Done<T> = Result<T, ZaloBotControlError>;

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
enum Act {
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
    Say {
        person: String,
        chat: String,
        text: String,
        reply_to: Option<String>,
    },
    Mention {
        person: String,
        chat: String,
        text: String,
    },
    Sticker {
        person: String,
        chat: String,
        sticker: String,
        reply_to: Option<String>,
    },
    Voice {
        person: String,
        chat: String,
        reply_to: Option<String>,
    },
    Press {},
    Reissue {},
    Faults {
        #[serde(default)]
        faults: Vec<ZaloBotFault>,
    },
    AddFault {
        fault: ZaloBotFault,
    },
    Dark {
        outage: Option<ZaloBotFaultKind>,
    },
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

/// Answers everything under `/sandbox/`.
pub(super) async fn handle(shared: &Arc<Shared>, verb: &str, request: Request) -> Response {
    let handle = ZaloBotHandle::new(shared.clone());
    if request.method() == Method::GET {
        let params = Params::read(request).await.unwrap_or_default();
        return look(&handle, verb, &params);
    }
    if verb == "send-file" {
        return finish(send_file(&handle, request).await);
    }
    match read(verb, request).await {
        Ok(act) => finish(perform(&handle, act)),
        Err(error) => finish(Err(error)),
    }
}

async fn read(verb: &str, request: Request) -> Done<Act> {
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(unreadable)?;
    let body = if body.is_empty() { b"{}".as_slice() } else { &body };
    let mut value: Value = serde_json::from_slice(body).map_err(unreadable)?;
    let object = value.as_object_mut().ok_or_else(|| unreadable("a JSON object is needed"))?;
    object.insert("verb".to_owned(), json!(verb));
    serde_json::from_value(value).map_err(unreadable)
}

fn unreadable(why: impl std::fmt::Display) -> ZaloBotControlError {
    ZaloBotControlError::BadRequest(why.to_string())
}

fn finish(result: Done<Value>) -> Response {
    match result {
        Ok(value) => json_reply(200, &value),
        Err(error) => json_reply(400, &json!({ "error": error.to_string() })),
    }
}

/// `POST /sandbox/send-file?person=…&chat=…&name=…` with the bytes as the body; `photo=true` sends a picture.
async fn send_file(handle: &ZaloBotHandle, request: Request) -> Done<Value> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(unreadable)?.to_vec();
    let query = Request::from_parts(parts, axum::body::Body::empty());
    let params = Params::read(query).await.unwrap_or_default();
    let need = |what: &'static str| params.text(what).ok_or_else(|| unreadable(format!("`{what}` is missing")));
    let (person, chat) = (need("person")?, need("chat")?);
    let (caption, reply_to) = (params.text("caption"), params.text("reply_to"));
    let id = if params.flag("photo") {
        handle.send_photo(person, chat, bytes, caption, reply_to)?
    } else if caption.is_some() {
        return Err(unreadable("a file has no caption on Zalo: say the text in a message of its own"));
    } else {
        handle.send_file(person, chat, need("name")?, bytes.len(), reply_to)?
    };
    Ok(json!({ "message_id": id }))
}

fn perform(handle: &ZaloBotHandle, act: Act) -> Done<Value> {
    let message = |id: String| json!({ "message_id": id });
    match act {
        Act::Person { name, id } => handle.add_person(id.as_deref(), &name).map(|id| json!({ "id": id })),
        Act::Group { title, id, members } => {
            handle.add_group(id.as_deref(), &title, &members).map(|id| json!({ "id": id }))
        }
        Act::Say { person, chat, text, reply_to } => {
            handle.say(&person, &chat, &text, reply_to.as_deref()).map(message)
        }
        Act::Mention { person, chat, text } => handle.mention(&person, &chat, &text).map(message),
        Act::Sticker { person, chat, sticker, reply_to } => {
            handle.send_sticker(&person, &chat, &sticker, reply_to.as_deref()).map(message)
        }
        Act::Voice { person, chat, reply_to } => handle.send_voice(&person, &chat, reply_to.as_deref()).map(message),
        Act::Press {} => Err(unreadable("there are no buttons on Zalo: say the answer, as a reply to the message")),
        Act::Reissue {} => Ok(json!({ "token": handle.reissue_token() })),
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The acts that return nothing.
fn change(handle: &ZaloBotHandle, act: Act) -> Done<()> {
    match act {
        Act::Protect { person, protected } => return handle.protect(&person, protected),
        Act::Join { chat, person } => return handle.join(&chat, &person),
        Act::Leave { chat, person } => return handle.leave(&chat, &person),
        Act::AddBot { chat } => return handle.add_bot(&chat),
        Act::RemoveBot { chat } => return handle.remove_bot(&chat),
        Act::Faults { faults } => handle.set_faults(faults),
        Act::AddFault { fault } => handle.add_fault(fault),
        Act::Dark { outage } => handle.set_dark(outage),
        Act::Quirks { quirks } => handle.set_quirks(|own| *own = quirks),
        Act::Limits { limits } => handle.set_limits(limits),
        Act::QuotaUsed { used } => handle.set_quota_used(used),
        _ => return Err(unreadable("not an act that changes something")),
    }
    Ok(())
}

/// `GET /sandbox/info|show|messages|sent|counts|faults`.
fn look(handle: &ZaloBotHandle, what: &str, params: &Params) -> Response {
    let chat = params.text("chat").unwrap_or_default();
    finish(match what {
        "info" => Ok(info(handle)),
        "show" => match handle.show(chat) {
            Ok(text) => return reply(200, "text/plain; charset=utf-8", text),
            Err(error) => Err(error),
        },
        "messages" => handle.messages(chat).map(|m| json!(m)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "faults" => Ok(json!(handle.faults())),
        _ => Err(unreadable(format!("there is nothing to look at under `{what}`"))),
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
