//! The control surface over HTTP: `POST /_control/<verb>` with a JSON object, and a few `GET`s.
//!
//! The same acts as the methods of [`OaHandle`], for the command line and for tests in other languages. Errors are
//! 400 with `{"error": "…"}`. Loopback only, like the whole sandbox.

use std::sync::Arc;

use axum::{body::to_bytes, extract::Request, http::Method, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    config::Signing,
    error::OaControlError,
    fault::OaFault,
    handle::{NewPerson, OaHandle, Result},
    model::{GroupSize, Standing},
    server::Shared,
};
use crate::{
    params::Params,
    telegram::server::{json_reply, reply},
};

/// Largest body: a file and its parameters.
const MAX_BODY: usize = 51 * 1024 * 1024;

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
enum Act {
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
    /// Without a group it goes to the account in private.
    Say {
        person: String,
        group: Option<String>,
        text: String,
        reply_to: Option<String>,
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
    Dark {
        on: bool,
    },
    Faults {
        #[serde(default)]
        faults: Vec<OaFault>,
    },
    AddFault {
        fault: OaFault,
    },
}

/// Answers one request below `/_control/`.
pub(super) async fn handle(shared: &Arc<Shared>, verb: &str, request: Request) -> Response {
    let handle = OaHandle::new(shared.clone());
    if request.method() == Method::GET {
        let params = Params::read(request).await.unwrap_or_default();
        return look(&handle, verb, &params);
    }
    let done = match verb {
        "send-file" => send_file(&handle, request).await,
        _ => match read(verb, request).await {
            Ok(act) => perform(&handle, act).await,
            Err(error) => Err(error),
        },
    };
    finish(done)
}

fn finish(done: Result<Value>) -> Response {
    match done {
        Ok(value) => json_reply(200, &value),
        Err(error) => json_reply(400, &json!({ "error": error.to_string() })),
    }
}

fn unreadable(error: impl std::fmt::Display) -> OaControlError {
    OaControlError::BadRequest(error.to_string())
}

/// The act in a body, with the path's verb as its tag.
async fn read(verb: &str, request: Request) -> Result<Act> {
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(unreadable)?;
    let mut act = if body.is_empty() { json!({}) } else { serde_json::from_slice(&body).map_err(unreadable)? };
    let fields = act.as_object_mut().ok_or_else(|| unreadable("the body must be a JSON object"))?;
    fields.insert("verb".to_owned(), json!(verb));
    serde_json::from_value(act).map_err(unreadable)
}

/// `POST /_control/send-file?person=…&group=…&name=…` with the bytes as body; without a group it goes to the account,
/// `photo=1` sends a picture with a `caption`.
async fn send_file(handle: &OaHandle, request: Request) -> Result<Value> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(unreadable)?.to_vec();
    let query = Request::from_parts(parts, axum::body::Body::empty());
    let params = Params::read(query).await.unwrap_or_default();
    let missing = |what: &str| unreadable(format!("`{what}` is missing in the query"));
    let person = params.text("person").ok_or_else(|| missing("person"))?;
    let (group, caption) = (params.text("group"), params.text("caption"));
    if params.flag("photo") {
        let id = match group {
            Some(group) => handle.send_photo(person, group, bytes, caption),
            None => handle.photo_to_oa(person, bytes, caption),
        };
        return id.map(|id| json!({ "message_id": id }));
    }
    let name = params.text("name").ok_or_else(|| missing("name"))?;
    let id = match group {
        Some(group) => handle.send_file(person, group, name, bytes),
        None => handle.file_to_oa(person, name, bytes),
    };
    id.map(|id| json!({ "message_id": id }))
}

/// The acts that return something.
async fn perform(handle: &OaHandle, act: Act) -> Result<Value> {
    match act {
        Act::Person(person) => handle.add_person(person).map(|id| json!({ "id": id })),
        Act::Asset { size, valid_through } => Ok(json!({ "id": handle.add_asset(size, valid_through) })),
        Act::Group { name, size, members } => handle.add_group(&name, size, &members).map(|id| json!({ "id": id })),
        Act::Say { person, group: Some(group), text, reply_to } => {
            handle.say(&person, &group, &text, reply_to.as_deref()).map(|id| json!({ "message_id": id }))
        }
        Act::Say { person, group: None, text, reply_to } => {
            handle.say_to_oa(&person, &text, reply_to.as_deref()).map(|id| json!({ "message_id": id }))
        }
        Act::ReplaceTokens => {
            handle.replace_tokens();
            Ok(json!(handle.tokens()))
        }
        Act::Consent => handle.consent().map(|url| json!({ "url": url })),
        Act::Webhook { url: Some(url) } => handle.set_webhook(&url).await.map(|()| json!({ "ok": true })),
        Act::Tick => Ok(json!({ "accepted": handle.tick().await })),
        Act::Repeat { index } => Ok(json!({ "ok": handle.repeat_event(index) })),
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The acts that can be refused and return nothing.
fn change(handle: &OaHandle, act: Act) -> Result<()> {
    match act {
        Act::Follow { person } => handle.follow(&person),
        Act::Unfollow { person } => handle.unfollow(&person),
        Act::Standing { person, standing } => handle.set_standing(&person, standing),
        Act::AssetDisabled { asset, disabled } => handle.set_asset_disabled(&asset, disabled),
        Act::AssetEnd { asset, valid_through } => handle.set_asset_end(&asset, valid_through),
        Act::GroupOff { group, off } => handle.set_group_off(&group, off),
        Act::PutOut { group } => handle.put_out(&group),
        Act::Join { person, group } => handle.join(&person, &group),
        Act::AskToJoin { person, group } => handle.ask_to_join(&person, &group),
        Act::Leave { person, group } => handle.leave(&person, &group),
        other => {
            set(handle, other);
            Ok(())
        }
    }
}

/// The acts that always succeed.
fn set(handle: &OaHandle, act: Act) {
    match act {
        Act::Forbid { word } => handle.forbid(&word),
        Act::Refill => handle.refill(),
        Act::ExpireAccessToken => handle.expire_access_token(),
        Act::Signing { signing } => handle.set_signing(signing),
        Act::Duplicate { count } => handle.duplicate_next(count),
        Act::Scramble { on } => handle.set_scrambled(on),
        Act::Dark { on } => handle.set_dark(on),
        Act::Faults { faults } => handle.set_faults(faults),
        Act::AddFault { fault } => handle.add_fault(fault),
        _ => handle.clear_webhook(),
    }
}

/// `GET /_control/info|show|messages|sent|counts|events|faults`; `show` and `messages` take `group` or `person`.
fn look(handle: &OaHandle, what: &str, params: &Params) -> Response {
    let (group, person) = (params.text("group"), params.text("person").unwrap_or_default());
    let body = match what {
        "info" => Ok(info(handle)),
        "show" => match group.map_or_else(|| handle.show_private(person), |group| handle.show(group)) {
            Ok(text) => return reply(200, "text/plain; charset=utf-8", text),
            Err(error) => Err(error),
        },
        "messages" => group
            .map_or_else(|| handle.private_messages(person), |group| handle.messages(group))
            .map(|messages| json!(messages)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "events" => Ok(json!(handle.events())),
        "faults" => Ok(json!(handle.faults())),
        _ => Err(unreadable(format!("there is nothing to look at under `{what}`"))),
    };
    finish(body)
}

fn info(handle: &OaHandle) -> Value {
    json!({
        "base_url": handle.base_url(),
        "console": handle.console(),
        "tokens": handle.tokens(),
        "groups": handle.groups(),
        "people": handle.people(),
        "webhook": handle.webhook(),
        "waiting_events": handle.waiting_events(),
    })
}
