//! The desk: a command, a button or a message in, replies out. It knows no platform.
//!
//! Everything a person reads leaves as a message row in the transaction that did what they asked for. A refusal is an
//! answer, not an error: the sentence goes out, and nothing else was changed. In groups the desk speaks only to
//! registered staff and village heads, except for `/xacminh`, which anybody may ask.

use crate::domain::command::{self, Who};
use crate::domain::event::{ButtonPress, Event, IncomingMessage, Rights};
use crate::locale::Locale;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::{Note, menu};
use crate::usecase::{Act, UseCaseError, UseCaseResult, settle};

mod answer;
mod compose;
mod decide;
mod distress;
mod door;
mod figures;
mod health;
mod ledger;
mod refusal;
mod relay;
mod route;
mod steer;
mod talk;
mod watch;

pub use talk::Talk;

/// An event with what had to be fetched for it.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// The gateway it came through.
    pub gateway: &'a str,
    /// The name we are addressed by there.
    pub username: String,
    /// What happened.
    pub event: &'a Event,
    /// The platform's own key of the update.
    pub dedupe: &'a str,
    /// The document it carries, where [`wants`] asked for it.
    pub file: Option<Fetched>,
    /// The group's member count, where [`wants`] asked for it.
    pub members: Option<u32>,
    /// What we may do in the group, where the members are asked for.
    pub rights: Rights,
}

/// A document that was sent to the bot, fetched and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is here.
    File {
        /// Its content.
        content: Vec<u8>,
        /// Media type by its content.
        media_type: String,
        /// Pages, where they could be counted.
        pages: Option<u32>,
        /// Text of page 1, as far as it could be read; never stored.
        first_page: String,
        /// Whether that text is all that stands on the page.
        readable: bool,
    },
    /// It could not be fetched.
    NotFetched {
        /// Why, in the platform's words.
        reason: String,
    },
}

/// What an event needs from the network before it can be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The document.
    pub file: bool,
    /// The number of members of the group.
    pub members: bool,
}

/// What is to be done on the platform after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The line shown over the chat to whoever pressed a button.
    pub toast: Option<String>,
    /// Whether the toast only repeats what was said in the chat: who typed a number reads it there.
    pub toast_repeats: bool,
    /// Messages of this chat to be deleted where the platform permits, by their platform ids: they carried a document that
    /// must not stand there.
    pub delete: Vec<String>,
    /// The menu for one private chat: the chat's platform id, and names with descriptions.
    pub menu: Option<(String, Vec<(String, String)>)>,
}

impl Response {
    /// Nothing but a toast.
    #[must_use]
    pub fn toast(text: impl Into<String>) -> Self {
        Self { toast: Some(text.into()), ..Self::default() }
    }

    /// A toast beside a message in the chat that says the same.
    #[must_use]
    pub fn repeated(text: impl Into<String>) -> Self {
        Self { toast_repeats: true, ..Self::toast(text) }
    }
}

/// Whether an event may need something of the kind at all, by its form: what [`wants`] looks up is asked of no other.
#[must_use]
pub fn may_want(prepared: &Prepared<'_>) -> bool {
    let Event::Message(message) = prepared.event else {
        return matches!(prepared.event, Event::Evidence { .. });
    };
    message.file.is_some() || door::is_bind_attempt(message, &prepared.username)
}

/// Whether an event needs its document or a member count: only from people whose message could use them.
///
/// # Errors
/// The database.
pub async fn wants(tx: &mut Tx, act: &Act<'_>, prepared: &Prepared<'_>) -> UseCaseResult<Wanted> {
    let Event::Message(message) = prepared.event else {
        return Ok(Wanted { file: matches!(prepared.event, Event::Evidence { .. }), members: false });
    };
    Ok(Wanted {
        file: message.file.is_some() && compose::takes_file(tx, act, prepared.gateway, message).await?,
        members: door::is_bind_attempt(message, &prepared.username),
    })
}

/// Whether a conversation is a form from which a document is made.
#[must_use]
pub fn is_composing(dialogue: &Dialogue) -> bool {
    dialogue.flow == compose::FLOW
}

/// How many documents the form of a conversation has.
#[must_use]
pub fn documents_in(dialogue: &Dialogue) -> usize {
    compose::documents_in(dialogue)
}

/// The menu of commands of people with these standings: names without slash, and what each does.
#[must_use]
pub fn menu_for(callers: &[Who], locale: &Locale) -> Vec<(String, String)> {
    let menu = command::menu_for(callers).into_iter().filter(|(name, _)| door::offers(name));
    menu.map(|(name, key)| (name.to_owned(), locale.text(&key, &[]))).collect()
}

/// The menu that strangers see.
#[must_use]
pub fn menu_for_everybody(locale: &Locale) -> Vec<(String, String)> {
    menu_for(&[Who::Everyone], locale)
}

/// Handles one event in an open transaction. The caller commits.
///
/// # Errors
/// The database. What a rule refuses is answered in the chat.
pub async fn handle(tx: &mut Tx, act: &Act<'_>, prepared: &Prepared<'_>) -> UseCaseResult<Response> {
    match prepared.event {
        Event::Message(message) => on_message(tx, act, prepared, message).await,
        Event::Press(press) => {
            let talk = talk::of_press(tx, act, prepared.gateway, press).await?;
            let act = talk.act(act);
            // On the heap: the rooms' futures are long, and one of them is under way at a time.
            match Box::pin(route::press(tx, &act, &talk, press, prepared)).await {
                Ok(response) => Ok(response),
                Err(error) => Ok(Response::toast(refusal::sentence(&act, error)?)),
            }
        }
        Event::Membership(membership) => door::membership(tx, act, prepared.gateway, membership).await,
        Event::Moved { from, to } => door::moved(tx, act, prepared.gateway, (from, to)).await,
        Event::Plea { chat, from, external_id } => distress::plea(tx, act, prepared, (chat, from, external_id)).await,
        Event::Secret { chat, from, external_id } => {
            let talk = talk::without_names(tx, act, prepared.gateway, (chat, from), external_id).await?;
            let act = talk.act(act);
            compose::secret(tx, &act, &talk).await
        }
        Event::Evidence { distress_id, file, number } => {
            distress::evidence(tx, act, prepared, (distress_id, file, *number)).await
        }
        // Evidence about a message, and nobody's words to the desk.
        Event::Echo { chat, external_id, text } => {
            settle::echoed(tx, act, (prepared.gateway, &chat.external_id), (external_id, text)).await?;
            Ok(Response::default())
        }
    }
}

/// The unknown groups that the admins are to be told of together now.
///
/// # Errors
/// The database.
pub async fn strange_groups(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<String>> {
    door::strange(tx, act).await
}

/// Tells the admins of those that are still to be told of, in one alert.
///
/// # Errors
/// The database.
pub async fn tell_of_strange_groups(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<()> {
    match door::strange(tx, act).await? {
        groups if groups.is_empty() => Ok(()),
        groups => door::tell_of_strange(tx, act, &groups).await,
    }
}

async fn on_message(
    tx: &mut Tx,
    act: &Act<'_>,
    prepared: &Prepared<'_>,
    message: &IncomingMessage,
) -> UseCaseResult<Response> {
    let talk = talk::of_message(tx, act, prepared.gateway, message).await?;
    let act = talk.act(act);
    let done = match typed_button(tx, &act, &talk, message).await? {
        Some(press) => Box::pin(route::press(tx, &act, &talk, &press, prepared)).await,
        None => Box::pin(route::message(tx, &act, &talk, message, prepared)).await,
    };
    match done {
        Ok(response) => say_toast(tx, &act, &talk, response).await,
        Err(error) => refuse(tx, &act, &talk, error).await,
    }
}

/// The button that a typed number stands for, outside of conversations: those read numbers themselves.
async fn typed_button(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    message: &IncomingMessage,
) -> UseCaseResult<Option<ButtonPress>> {
    let data = menu::typed(tx, act.wall, &talk.chat.id, &talk.account, &message.text).await?;
    let Some(data) = data.filter(|_| talk.person.is_some()) else { return Ok(None) };
    if talk.dialogue(tx).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(ButtonPress {
        chat: message.chat.clone(),
        from: message.from.clone(),
        press_id: String::new(),
        message_external_id: message.external_id.clone(),
        data,
    }))
}

/// What would stand over the chat after a press is said in the chat after a number.
async fn say_toast(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut response: Response) -> UseCaseResult<Response> {
    if let Some(text) = response.toast.take().filter(|text| !text.is_empty() && !response.toast_repeats) {
        talk.say(tx, act, &Note::plain(text)).await?;
    }
    Ok(response)
}

/// Says why it was not done; in a group only to those the desk speaks with there.
async fn refuse(tx: &mut Tx, act: &Act<'_>, talk: &Talk, error: UseCaseError) -> UseCaseResult<Response> {
    let text = refusal::sentence(act, error)?;
    if talk.may_be_answered() {
        talk.show(tx, act, &Note::plain(text)).await?;
    }
    Ok(Response::default())
}
