//! The control surface over HTTP: `POST /sandbox/<verb>` with a JSON object, and a few `GET`s. `/_control/` is another
//! name of the same.
//!
//! The same acts as the methods of the handles, for the command line and for tests in other languages. Errors are 400
//! with `{"error": "…"}`. What every platform has stands here, what only one has is its [`Platform::Verb`]. Loopback only,
//! like the whole stand-in.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::Method,
    response::Response,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    act::{Act, BOT, Deed, Done},
    error::{ControlError, Result},
    fault::{Fault, FaultKind},
    params::Params,
    server::{Hand, Platform, Shared},
    spoil::{json_reply, reply},
};

/// Largest body: a file of 50 MB and its parameters.
const MAX_BODY: usize = 51 * 1024 * 1024;
/// Fields that name somebody or something: numbers on some platforms, texts on others.
const IDS: [&str; 9] = ["person", "chat", "group", "to_chat", "from_chat", "message", "reply_to", "user", "who"];

/// What can be done to every platform.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
enum Common {
    Faults {
        #[serde(default)]
        faults: Vec<Fault>,
    },
    AddFault {
        fault: Fault,
    },
    /// `outage` says how every call goes wrong; `on` alone resets every connection.
    Dark {
        outage: Option<FaultKind>,
        #[serde(default)]
        on: bool,
    },
    Release,
    Clock {
        ahead_ms: i64,
    },
    Kick {
        chat: String,
        #[serde(default = "bot", alias = "user", alias = "person")]
        who: String,
    },
    Invite {
        chat: String,
        #[serde(default = "bot", alias = "user", alias = "person")]
        who: String,
    },
}

fn bot() -> String {
    BOT.to_owned()
}

impl Common {
    /// The names under which they come in.
    const VERBS: [&str; 7] = ["faults", "add-fault", "dark", "release", "clock", "kick", "invite"];
}

/// Answers one request below `/sandbox/`.
pub async fn handle<W: Platform>(shared: &Arc<Shared<W>>, verb: &str, request: Request) -> Response {
    let handle = Hand::new(shared.clone());
    if request.method() == Method::GET {
        let params = Params::read(request).await.unwrap_or_default();
        return look(&handle, verb, &params);
    }
    finish(carry_out(&handle, verb, request).await)
}

async fn carry_out<W: Platform>(handle: &Hand<W>, verb: &str, request: Request) -> Result<Value> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(ControlError::bad)?;
    if verb == "send-file" {
        let query = Request::from_parts(parts, Body::empty());
        let act = file(&Params::read(query).await.unwrap_or_default(), &body)?;
        return Ok(told::<W>(&act.deed, W::stand(handle).act(&act)?));
    }
    let own = !Deed::VERBS.contains(&verb) && !Common::VERBS.contains(&verb);
    let mut fields = read(verb, &body)?;
    if own {
        return W::perform(handle, typed(fields)?).await;
    }
    settle_ids::<W>(&mut fields)?;
    if Deed::VERBS.contains(&verb) {
        let act: Act = typed(fields)?;
        return Ok(told::<W>(&act.deed, W::stand(handle).act(&act)?));
    }
    common(handle, typed(fields)?).map(|()| json!({ "ok": true }))
}

fn common<W: Platform>(handle: &Hand<W>, act: Common) -> Result<()> {
    match act {
        Common::Faults { faults } => handle.set_faults(faults),
        Common::AddFault { fault } => handle.add_fault(fault),
        Common::Dark { outage, on } => handle.set_outage(outage.or_else(|| on.then_some(FaultKind::ResetBefore))),
        Common::Release => handle.release(),
        Common::Clock { ahead_ms } => handle.set_clock_ahead(ahead_ms),
        Common::Kick { chat, who } => return W::stand(handle).kick(&chat, &who),
        Common::Invite { chat, who } => return W::stand(handle).invite(&chat, &who),
    }
    Ok(())
}

/// The fields of a body, with the path's verb among them.
fn read(verb: &str, body: &Bytes) -> Result<Value> {
    let mut fields =
        if body.is_empty() { json!({}) } else { serde_json::from_slice(body).map_err(ControlError::bad)? };
    let object = fields.as_object_mut().ok_or_else(|| ControlError::bad("the body must be a JSON object"))?;
    object.insert("verb".to_owned(), json!(verb));
    Ok(fields)
}

fn typed<T: DeserializeOwned>(fields: Value) -> Result<T> {
    serde_json::from_value(fields).map_err(ControlError::bad)
}

/// Ids as texts, once it is certain that they have the platform's type.
fn settle_ids<W: Platform>(fields: &mut Value) -> Result<()> {
    let wrong = |id: &Value, wanted| ControlError::bad(format_args!("invalid type: {id}, expected {wanted}"));
    for name in IDS {
        let Some(id) = fields.get_mut(name).filter(|id| !id.is_null()) else { continue };
        match id {
            Value::Number(number) if W::NUMBERED => *id = json!(number.to_string()),
            Value::String(text) if W::NUMBERED && text != BOT && text.parse::<i64>().is_err() => {
                return Err(wrong(id, "a number"));
            }
            Value::Number(_) => return Err(wrong(id, "a text")),
            _ => {}
        }
    }
    Ok(())
}

/// `POST /sandbox/send-file?person=…&chat=…&name=…&caption=…` with the bytes as body; `photo=1` sends a picture.
fn file(params: &Params, body: &Bytes) -> Result<Act> {
    let need = |name: &str| {
        let missing = || ControlError::bad(format_args!("`{name}` is missing in the query"));
        params.text(name).map(str::to_owned).ok_or_else(missing)
    };
    let (bytes, caption) = (body.to_vec(), params.text("caption").map(str::to_owned));
    let deed = if params.flag("photo") {
        Deed::SendPhoto { bytes, caption }
    } else {
        Deed::SendFile { name: need("name")?, bytes, caption }
    };
    let chat = params.text("chat").or_else(|| params.text("group")).unwrap_or(BOT);
    let reply_to = params.text("reply_to").map(str::to_owned);
    Ok(Act { reply_to, topic: params.int("topic"), ..Act::new(need("person")?, chat, deed) })
}

/// What came of an act, in JSON.
fn told<W: Platform>(deed: &Deed, done: Done) -> Value {
    let Done { id, typed, unheard } = done;
    let is_query = matches!(deed, Deed::Press { .. }) && typed.is_none();
    let mut told = if is_query {
        json!({ "callback_query_id": id })
    } else if W::NUMBERED {
        json!({ "message_id": id.parse::<i64>().ok() })
    } else {
        json!({ "message_id": id })
    };
    if let Some(typed) = typed {
        told["typed"] = json!(typed);
    }
    if let Some(why) = unheard {
        told["unheard"] = json!(why);
    }
    told
}

/// `GET /sandbox/show|chats|people|faults|held`, and what the platform has beside: `info`, `messages`, `sent`, `counts`.
fn look<W: Platform>(handle: &Hand<W>, what: &str, params: &Params) -> Response {
    let chat = ["chat", "group", "person"].into_iter().find_map(|name| params.text(name)).unwrap_or_default();
    finish(match what {
        "show" => match W::stand(handle).show(chat) {
            Ok(text) => return reply(200, "text/plain; charset=utf-8", text),
            Err(error) => Err(error),
        },
        "chats" => Ok(json!(W::stand(handle).chats())),
        "people" => Ok(json!(W::stand(handle).people())),
        "faults" => Ok(json!(handle.faults())),
        "held" => Ok(json!({ "held": handle.held() })),
        _ => W::look(handle, what, params)
            .unwrap_or_else(|| Err(ControlError::bad(format_args!("there is nothing to look at under `{what}`")))),
    })
}

fn finish(done: Result<Value>) -> Response {
    match done {
        Ok(value) => json_reply(200, &value),
        Err(error) => json_reply(400, &json!({ "error": error.to_string() })),
    }
}
