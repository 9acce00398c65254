//! What only this platform's control surface has: `POST /sandbox/<verb>` with a JSON object, and a few `GET`s.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    chat::{GroupKind, Rights},
    handle::{Handle, NewUser},
};
use crate::{ControlError, Result, params::Params};

/// One act, as it comes in: the verb is the last part of the path.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
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
    Forum {
        chat: i64,
        on: bool,
    },
    Topic {
        chat: i64,
        person: i64,
        name: String,
    },
    Anonymous {
        chat: i64,
        person: i64,
        on: bool,
    },
    /// Privacy mode of a bot, the first one when none is named.
    Privacy {
        bot: Option<i64>,
        on: bool,
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
}

/// Carries out one verb.
pub(super) fn perform(handle: &Handle, verb: Verb) -> Result<Value> {
    match verb {
        Verb::User(user) => handle.add_user(user).map(|id| json!({ "id": id })),
        Verb::Group { title, id, kind, members } => {
            handle.add_group(id, &title, kind, &members).map(|id| json!({ "id": id }))
        }
        Verb::Migrate { chat } => handle.migrate(chat).map(|id| json!({ "id": id })),
        Verb::Topic { chat, person, name } => handle.begin_topic(person, chat, &name).map(|id| json!({ "id": id })),
        Verb::Start { person, bot } => handle.start(person, bot).map(|id| json!({ "message_id": id })),
        other => change(handle, other).map(|()| json!({ "ok": true })),
    }
}

/// The verbs that return nothing.
fn change(handle: &Handle, verb: Verb) -> Result<()> {
    match verb {
        Verb::Join { chat, user, by } => handle.join(chat, user, by),
        Verb::Leave { chat, user } => handle.leave(chat, user),
        Verb::Promote { chat, user } => handle.promote(chat, user),
        Verb::Demote { chat, user } => handle.demote(chat, user),
        Verb::Restrict { chat, user, rights } => handle.restrict(chat, user, rights),
        Verb::Rights { chat, rights } => handle.set_rights(chat, rights),
        Verb::SlowMode { chat, seconds } => handle.set_slow_mode(chat, seconds),
        Verb::Forum { chat, on } => handle.set_forum(chat, on),
        Verb::Anonymous { chat, person, on } => handle.set_anonymous(chat, person, on),
        Verb::Privacy { bot, on } => {
            let first = handle.bot_ids().first().copied().unwrap_or_default();
            handle.set_reads_all(bot.unwrap_or(first), !on)
        }
        Verb::Rename { chat, title } => handle.rename(chat, &title),
        Verb::DeleteGroup { chat } => handle.delete_group(chat),
        Verb::Block { person, bot } => handle.set_blocked(person, bot, true),
        Verb::Unblock { person, bot } => handle.set_blocked(person, bot, false),
        Verb::Deactivate { person } => handle.deactivate(person),
        Verb::Revoke { bot } => handle.set_revoked(bot, true),
        _ => Err(ControlError::bad("not an act that changes something")),
    }
}

/// `GET /sandbox/info|messages|presses|sent|counts|confirmed`.
pub(super) fn look(handle: &Handle, what: &str, params: &Params) -> Option<Result<Value>> {
    let chat = params.int("chat").unwrap_or_default();
    Some(match what {
        "info" => Ok(json!({
            "platform": "telegram", "base_url": handle.base_url(), "tokens": handle.tokens(), "bots": handle.bot_ids(),
            "chats": handle.chats(),
        })),
        "messages" => handle.messages(chat).map(|m| json!(m)),
        "presses" => handle.presses(chat).map(|p| json!(p)),
        "sent" => Ok(json!(handle.sent_log())),
        "counts" => Ok(json!(handle.counts())),
        "confirmed" => {
            Ok(json!(handle.bot_ids().iter().flat_map(|bot| handle.confirmed_after_ms(*bot)).collect::<Vec<_>>()))
        }
        _ => return None,
    })
}
