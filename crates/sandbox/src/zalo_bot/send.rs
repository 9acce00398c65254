//! sendMessage, sendSticker, sendVoice, sendChatAction, and what every send goes through.

use serde_json::{Value, json};

use super::{
    error::{Answered, Refusal},
    hear::within_plan,
    text,
    world::{Content, Draft, SentKind, World, ZaloBotSent},
};
use crate::params::Params;

/// What is about to be sent.
pub(super) struct Parcel {
    pub kind: SentKind,
    pub content: Content,
    /// As the bot wrote it.
    pub raw: String,
    /// As people read it.
    pub shown: String,
}

pub(super) fn required<'a>(params: &'a Params, name: &str) -> Result<&'a str, Refusal> {
    params.text(name).ok_or_else(|| Refusal::bad(format_args!("{name} is missing")))
}

/// The chat of the call, if the bot may write there. Removal from a group shows here and nowhere else.
pub(super) fn target(world: &World, params: &Params) -> Result<String, Refusal> {
    let chat = world.chat(required(params, "chat_id")?).map_err(|_| Refusal::not_found())?;
    if !chat.bot {
        return Err(Refusal::new(world.config.quirks.removed_code, "The bot cannot write to this chat"));
    }
    if !chat.is_group() && !within_plan(world, chat) {
        return Err(Refusal::quota());
    }
    Ok(chat.id.clone())
}

/// Whether the plan has room for one more message now.
pub(super) fn admit(world: &mut World) -> Result<(), Refusal> {
    let Some(limits) = world.config.limits else { return Ok(()) };
    let now = world.monotonic();
    world.recent.retain(|at| *at > now - 1_000);
    let hasty = limits.per_second.is_some_and(|most| world.recent.len() >= most as usize);
    if hasty || world.used_now() >= limits.monthly {
        return Err(Refusal::quota());
    }
    world.recent.push_back(now);
    Ok(())
}

/// Carries out a send that was admitted.
pub(super) fn accept(world: &mut World, chat: &str, parcel: Parcel) -> Result<Value, Refusal> {
    let Parcel { kind, content, raw, shown } = parcel;
    let in_group = world.chat(chat).is_ok_and(super::world::Chat::is_group);
    let vanished = kind == SentKind::Voice && in_group;
    let draft = Draft { from: world.bot_id.clone(), content, text: shown, reply_to: None };
    // A voice message into a group is answered like any other, and nobody ever sees it.
    let message_id =
        if vanished { world.hex(24) } else { world.post(chat, draft).map_err(|_| Refusal::not_found())? };
    world.count();
    *world.counts.sent.entry(chat.to_owned()).or_default() += 1;
    let at_ms = world.wall();
    let answer = json!({ "message_id": message_id, "date": at_ms });
    world.log.push(ZaloBotSent { kind, chat: chat.to_owned(), message_id, text: raw, at_ms, vanished });
    Ok(answer)
}

fn send(world: &mut World, chat: &str, parcel: Parcel) -> Answered {
    admit(world)?;
    accept(world, chat, parcel).map(Some)
}

/// sendMessage. A `reply_to_message_id` is ignored: the bot cannot quote.
pub(super) fn message(world: &mut World, params: &Params) -> Answered {
    let raw = text::checked(required(params, "text")?, "text")?;
    let shown = text::formatted(raw, params)?;
    if shown.trim().is_empty() {
        return Err(Refusal::bad("text is empty"));
    }
    let chat = target(world, params)?;
    send(world, &chat, Parcel { kind: SentKind::Text, content: Content::Text, raw: raw.to_owned(), shown })
}

/// sendSticker.
pub(super) fn sticker(world: &mut World, params: &Params) -> Answered {
    let id = required(params, "sticker")?.to_owned();
    let chat = target(world, params)?;
    let content = Content::Sticker(id.clone());
    send(world, &chat, Parcel { kind: SentKind::Sticker, content, raw: id, shown: String::new() })
}

/// sendVoice: heard in private chats only.
pub(super) fn voice(world: &mut World, params: &Params) -> Answered {
    let url = required(params, "voice_url")?.to_owned();
    // The name is taken letter by letter: nobody has tried another spelling.
    if !url.starts_with("http") || url.rsplit('.').next() != Some("aac") {
        return Err(Refusal::bad("voice_url must be the address of an .aac file"));
    }
    let chat = target(world, params)?;
    let content = Content::Voice(url.clone());
    send(world, &chat, Parcel { kind: SentKind::Voice, content, raw: url, shown: String::new() })
}

/// sendChatAction: `typing` only, and a success without a result.
pub(super) fn action(world: &World, params: &Params) -> Answered {
    target(world, params)?;
    match required(params, "action")? {
        "typing" => Ok(None),
        other => Err(Refusal::bad(format_args!("action `{other}` is not supported"))),
    }
}
