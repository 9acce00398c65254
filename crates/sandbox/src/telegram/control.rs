//! The control surface over HTTP: `POST /sandbox/<verb>` with a JSON object, and a few `GET`s.
//!
//! The same acts as the methods of [`Handle`], for the command line and for tests in other languages. Errors
//! are 400 with `{"error": "…"}`. Loopback only, like the whole sandbox.

use std::sync::Arc;

use axum::{body::to_bytes, extract::Request, http::Method, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    chat::{GroupKind, Rights},
    error::ControlError,
    fault::Fault,
    handle::{Handle, NewUser},
    params::Params,
    server::{Shared, json_reply, reply},
};

/// Largest body: a file of 50 MB and its parameters.
const MAX_BODY: usize = 51 * 1024 * 1024;

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
enum Act {
    User(NewUser),
    Group {
        title: String,
        id: Option<i64>,
        #[serde(default)]
        kind: GroupKind,
        #[serde(default)]
        members: Vec<i64>,
    },
    Join {
        chat: i64,
        user: i64,
        by: Option<i64>,
    },
    Leave {
        chat: i64,
        user: i64,
    },
    Kick {
        chat: i64,
        user: i64,
        by: Option<i64>,
    },
    Promote {
        chat: i64,
        user: i64,
    },
    Demote {
        chat: i64,
        user: i64,
    },
    Restrict {
        chat: i64,
        user: i64,
        rights: Rights,
    },
    Rights {
        chat: i64,
        rights: Rights,
    },
    SlowMode {
        chat: i64,
        seconds: u32,
    },
    Rename {
        chat: i64,
        title: String,
    },
    Migrate {
        chat: i64,
    },
    DeleteGroup {
        chat: i64,
    },
    Block {
        person: i64,
        bot: Option<i64>,
    },
    Unblock {
        person: i64,
        bot: Option<i64>,
    },
    Deactivate {
        person: i64,
    },
    Revoke {
        bot: i64,
    },
    Start {
        person: i64,
        bot: Option<i64>,
    },
    Say {
        person: i64,
        chat: i64,
        text: String,
        reply_to: Option<i64>,
    },
    Forward {
        person: i64,
        from_chat: i64,
        message: i64,
        to_chat: i64,
    },
    Press {
        person: i64,
        chat: i64,
        message: Option<i64>,
        button: String,
    },
    Faults {
        #[serde(default)]
        faults: Vec<Fault>,
    },
    AddFault {
        fault: Fault,
    },
}

/// Answers one request below `/sandbox/`.
pub(super) async fn handle(shared: &Arc<Shared>, verb: &str, request: Request) -> Response {
    let handle = Handle::new(shared.clone());
    if request.method() == Method::GET {
        let params = Params::read(request).await.unwrap_or_default();
        return look(&handle, verb, &params);
    }
    let done = match verb {
        "send-file" => send_file(&handle, request).await,
        _ => read(verb, request).await.and_then(|act| perform(&handle, act)),
    };
    finish(done)
}

fn finish(done: Result<Value, ControlError>) -> Response {
    match done {
        Ok(value) => json_reply(200, &value),
        Err(error) => json_reply(400, &json!({ "error": error.to_string() })),
    }
}

fn unreadable(error: impl std::fmt::Display) -> ControlError {
    ControlError::BadRequest(error.to_string())
}

/// The act in a body, with the path's verb as its tag.
async fn read(verb: &str, request: Request) -> Result<Act, ControlError> {
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(unreadable)?;
    let mut act = if body.is_empty() { json!({}) } else { serde_json::from_slice(&body).map_err(unreadable)? };
    let fields = act.as_object_mut().ok_or_else(|| unreadable("the body must be a JSON object"))?;
    fields.insert("verb".to_owned(), json!(verb));
    serde_json::from_value(act).map_err(unreadable)
}

/// `POST /sandbox/send-file?person=…&chat=…&name=…&caption=…` with the bytes as body; `photo=1` sends a photo.
async fn send_file(handle: &Handle, request: Request) -> Result<Value, ControlError> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(unreadable)?.to_vec();
    let query = Request::from_parts(parts, axum::body::Body::empty());
    let params = Params::read(query).await.unwrap_or_default();
    let missing = |what: &str| unreadable(format!("`{what}` is missing in the query"));
    let person = params.int("person").ok_or_else(|| missing("person"))?;
    let chat = params.int("chat").ok_or_else(|| missing("chat"))?;
    let caption = params.text("caption");
    let id = if params.flag("photo") {
        handle.send_photo(person, chat, bytes, caption)?
    } else {
        handle.send_file(person, chat, params.text("name").ok_or_else(|| missing("name"))?, bytes, caption)?
    };
    Ok(json!({ "message_id": id }))
}

fn perform(handle: &Handle, act: Act) -> Result<Value, ControlError> {
    match act {
        Act::User(user) => handle.add_user(user).map(|id| json!({ "id": id })),
        Act::Group { title, id, kind, members } => {
            handle.add_group(id, &title, kind, &members).map(|id| json!({ "id": id }))
        }
        Act::Migrate { chat } => handle.migrate(chat).map(|id| json!({ "id": id })),
        Act::Start { person, bot } => handle.start(person, bot).map(|id| json!({ "message_id": id })),
        Act::Say { person, chat, text, reply_to } => {
            handle.say(person, chat, &text, reply_to).map(|id| json!({ "message_id": id }))
        }
        Act::Forward { person, from_chat, message, to_chat } => {
            handle.forward(person, from_chat, message, to_chat).map(|id| json!({ "message_id": id }))
        }
        Act::Press { person, chat, message, button } => {
            handle.press(person, chat, message, &button).map(|id| json!({ "callback_query_id": id }))
        }
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The acts that return nothing.
fn change(handle: &Handle, act: Act) -> Result<(), ControlError> {
    match act {
        Act::Join { chat, user, by } => handle.join(chat, user, by),
        Act::Leave { chat, user } => handle.leave(chat, user),
        Act::Kick { chat, user, by } => handle.kick(chat, user, by),
        Act::Promote { chat, user } => handle.promote(chat, user),
        Act::Demote { chat, user } => handle.demote(chat, user),
        Act::Restrict { chat, user, rights } => handle.restrict(chat, user, rights),
        Act::Rights { chat, rights } => handle.set_rights(chat, rights),
        Act::SlowMode { chat, seconds } => handle.set_slow_mode(chat, seconds),
        Act::Rename { chat, title } => handle.rename(chat, &title),
        Act::DeleteGroup { chat } => handle.delete_group(chat),
        Act::Block { person, bot } => handle.set_blocked(person, bot, true),
        Act::Unblock { person, bot } => handle.set_blocked(person, bot, false),
        Act::Deactivate { person } => handle.deactivate(person),
        Act::Revoke { bot } => handle.set_revoked(bot, true),
        Act::Faults { faults } => {
            handle.set_faults(faults);
            Ok(())
        }
        Act::AddFault { fault } => {
            handle.add_fault(fault);
            Ok(())
        }
        _ => Err(unreadable("not an act that changes something")),
    }
}

/// `GET /sandbox/info|show|messages|presses|sent|counts|faults`.
fn look(handle: &Handle, what: &str, params: &Params) -> Response {
    let chat = params.int("chat").unwrap_or_default();
    let body = match what {
        "info" => Ok(
            json!({ "base_url": handle.base_url(), "tokens": handle.tokens(), "bots": handle.bot_ids(), "chats": handle.chats() }),
        ),
        "show" => match handle.show(chat) {
            Ok(text) => return reply(200, "text/plain; charset=utf-8", text),
            Err(error) => Err(error),
        },
        "messages" => handle.messages(chat).map(|m| json!(m)),
        "presses" => handle.presses(chat).map(|p| json!(p)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "faults" => Ok(json!(handle.faults())),
        _ => Err(unreadable(format!("there is nothing to look at under `{what}`"))),
    };
    finish(body)
}
