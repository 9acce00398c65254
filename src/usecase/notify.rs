//! Saying something to a person or a chat: every word is a message row and shares the queue's pace.

use super::{Act, UseCaseResult, incidents};
use crate::domain::calendar::Millis;
use crate::domain::message::{Lane, Purpose};
use crate::domain::org::Role;
use crate::domain::render::Button;
use crate::domain::text::{split_text, utf16_len};
use crate::domain::urgency::Urgency;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatKind, ChatState};
use crate::store::messages::NewMessage;

pub mod menu;

/// What is said: plain text, with rows of buttons under it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// Plain text; marks such as `<` are shown literally.
    pub text: String,
    /// Rows of buttons.
    pub buttons: Vec<Vec<Button>>,
    /// The lane in which it leaves where that is not its purpose's.
    pub lane: Option<Lane>,
    /// Whether it leaves before everything else of its lane.
    pub ahead: bool,
}

impl Note {
    /// A note without buttons.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The note with one more row of buttons, each a label and its data.
    #[must_use]
    pub fn with_row(mut self, row: &[(&str, &str)]) -> Self {
        let button = |(label, data): &(&str, &str)| Button { label: (*label).to_owned(), data: (*data).to_owned() };
        self.buttons.push(row.iter().map(button).collect());
        self
    }

    /// Both notes as one, an empty line between them.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.text = format!("{}\n\n{}", self.text, other.text);
        self.buttons.extend(other.buttons);
        self
    }

    /// The note before everything else where a broadcast of this urgency waits for it.
    #[must_use]
    pub fn to_let_go(self, urgency: Urgency) -> Self {
        match urgency {
            Urgency::Flash | Urgency::Express => Self { lane: Some(Lane::Rescue), ..self },
            Urgency::Urgent | Urgency::Normal => self,
        }
    }

    /// The note behind everything else: nobody we know asked for it.
    #[must_use]
    pub fn to_stranger(self) -> Self {
        Self { lane: Some(Lane::Stranger), ..self }
    }

    /// The note without its buttons where the chat's gateway has none, for a text that lists its choices itself.
    #[must_use]
    pub fn without_buttons_on(&self, act: &Act<'_>, chat: &Chat) -> Self {
        let buttons = if act.house.render_for(&chat.gateway).buttons { self.buttons.clone() } else { Vec::new() };
        Self { text: self.text.clone(), buttons, lane: self.lane, ahead: self.ahead }
    }
}

/// Queues a note to a chat, split at the gateway's limit, with the buttons under the last part. Where there are no buttons,
/// numbers stand for them, and everybody in the chat may type one.
///
/// # Errors
/// The database.
pub async fn say(
    tx: &mut Tx,
    act: &Act<'_>,
    chat: &Chat,
    purpose: Purpose,
    note: &Note,
    reply_to: Option<&str>,
) -> UseCaseResult<()> {
    if purpose == Purpose::Reply && joins(tx, act, chat, note).await? {
        return Ok(());
    }
    let note = menu::numbered(tx, act, chat, note, menu::For::Everybody).await?;
    queue(tx, act, chat, purpose, &note, reply_to).await?;
    Ok(())
}

/// Queues a card to a chat; gives the id of its last part, with which the whole card stands there. None where the chat's gateway is
/// no longer configured.
///
/// # Errors
/// The database.
pub(super) async fn card(tx: &mut Tx, act: &Act<'_>, chat: &Chat, note: &Note) -> UseCaseResult<Option<String>> {
    let note = menu::numbered(tx, act, chat, note, menu::For::Everybody).await?;
    queue(tx, act, chat, Purpose::Card, &note, None).await
}

/// Tells somebody nobody knows whom to dial: apart from whatever else is said to strangers, and before it.
///
/// # Errors
/// The database.
pub async fn to_dial(
    tx: &mut Tx,
    act: &Act<'_>,
    chat: &Chat,
    text: String,
    reply_to: Option<&str>,
) -> UseCaseResult<()> {
    let note = Note { ahead: true, ..Note::plain(text).to_stranger() };
    queue(tx, act, chat, Purpose::Alert, &note, reply_to).await?;
    Ok(())
}

/// Answers one account in a chat; numbers that stand for buttons there are for that account alone.
///
/// # Errors
/// The database.
pub async fn answer(
    tx: &mut Tx,
    act: &Act<'_>,
    chat: &Chat,
    account: &str,
    note: &Note,
    reply_to: Option<&str>,
) -> UseCaseResult<()> {
    if joins(tx, act, chat, note).await? {
        return Ok(());
    }
    let note = menu::numbered(tx, act, chat, note, menu::For::Account(account)).await?;
    queue(tx, act, chat, Purpose::Reply, &note, reply_to).await?;
    Ok(())
}

/// Adds an answer to somebody nobody knows to the one that still waits for them, so that both are one message. Not one with a choice
/// under it, and not where both are longer than a message may be.
async fn joins(tx: &mut Tx, act: &Act<'_>, chat: &Chat, note: &Note) -> UseCaseResult<bool> {
    if note.lane != Some(Lane::Stranger) || !note.buttons.is_empty() || chat.kind != ChatKind::Private {
        return Ok(false);
    }
    let Some(waiting) = tx.waiting_for_stranger(&chat.id).await? else { return Ok(false) };
    let shown = act.house.shown(&chat.gateway, note.text.clone());
    if waiting.body.contains(&shown) {
        return Ok(true);
    }
    let both = format!("{}\n\n{shown}", waiting.body);
    let limit = act.house.gateways.get(&chat.gateway).map_or(0, |traits| traits.render.text_limit_utf16);
    Ok(utf16_len(&both) <= limit && tx.extend_waiting(&waiting.id, &both).await?)
}

/// Gives the id of the last part.
async fn queue(
    tx: &mut Tx,
    act: &Act<'_>,
    chat: &Chat,
    purpose: Purpose,
    note: &Note,
    reply_to: Option<&str>,
) -> UseCaseResult<Option<String>> {
    let Some(traits) = act.house.gateways.get(&chat.gateway) else { return Ok(None) };
    let mut id = None;
    let shown = act.house.shown(&chat.gateway, note.text.clone());
    let parts = split_text(&shown, traits.render.text_limit_utf16);
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    for (number, body) in (1..=count).zip(parts) {
        let last = number == count;
        let message = NewMessage {
            part: (number, count),
            buttons: if last { encode_buttons(&note.buttons) } else { String::new() },
            reply_to: reply_to.filter(|_| number == 1).map(str::to_owned),
            ..NewMessage::text(act.new_id(), purpose, (&chat.gateway, &chat.id), body, act.wall)
        };
        let message = match note.lane {
            Some(lane) => message.in_lane(lane),
            None => message,
        };
        let message = NewMessage { due_at: if note.ahead { Millis(0) } else { message.due_at }, ..message };
        tx.queue_message(&message).await?;
        id = Some(message.id);
    }
    Ok(id)
}

/// Answers in the chat somebody wrote in.
///
/// # Errors
/// The database.
pub async fn reply(tx: &mut Tx, act: &Act<'_>, chat: &Chat, note: &Note, reply_to: Option<&str>) -> UseCaseResult<()> {
    say(tx, act, chat, Purpose::Reply, note, reply_to).await
}

/// Writes to a person in private; where no private chat is open, to the office group of a unit they sit in.
/// Gives how many chats it went to: zero means that this person cannot be reached here.
///
/// # Errors
/// The database.
pub async fn tell(tx: &mut Tx, act: &Act<'_>, person_id: &str, purpose: Purpose, note: &Note) -> UseCaseResult<usize> {
    let chats = chats_of(tx, act, person_id).await?;
    for chat in &chats {
        say(tx, act, chat, purpose, note, None).await?;
    }
    Ok(chats.len())
}

/// Tells several people; a chat that several of them share gets it once. Gives the chats it went to.
///
/// # Errors
/// The database.
pub async fn tell_all(
    tx: &mut Tx,
    act: &Act<'_>,
    people: &[String],
    purpose: Purpose,
    note: &Note,
) -> UseCaseResult<Vec<Chat>> {
    let chats = chats_of_all(tx, act, people).await?;
    for (_, chat) in &chats {
        say(tx, act, chat, purpose, note, None).await?;
    }
    Ok(chats.into_iter().map(|(_, chat)| chat).collect())
}

/// Whether a platform lets us write now in a private chat where its person was last heard at this machine time.
pub(super) fn private_is_open(act: &Act<'_>, gateway: &str, heard_at: Option<i64>) -> bool {
    let window = act.house.gateways.get(gateway).and_then(|traits| traits.private_window);
    window.is_none_or(|window| heard_at.is_some_and(|heard| act.wall.0 < heard.saturating_add(window)))
}

/// Where a person is written to: in private through gateways that work, else in an office group on one that does, else
/// wherever it will be read once the platform is back.
///
/// # Errors
/// The database.
pub(super) async fn chats_of(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<Vec<Chat>> {
    let (sick, quiet) = (incidents::sick_gateways(tx).await?, tx.quiet_people(act.wall).await?);
    let is_well = |chat: &&Chat| !sick.contains(&chat.gateway) && !quiet.contains(&chat.id);
    let well = |chats: &[Chat]| -> Vec<Chat> { chats.iter().filter(is_well).cloned().collect() };
    let mut private = tx.private_chat_of(person_id).await?;
    private.retain(|chat| private_is_open(act, &chat.gateway, chat.heard_at));
    let through = well(&private);
    if !through.is_empty() {
        return Ok(through);
    }
    let office = office_chats_of(tx, act, person_id).await?;
    let through = well(&office);
    if !through.is_empty() {
        return Ok(through);
    }
    Ok(if private.is_empty() { office } else { private })
}

/// The chats of several people, each once, with the first of those for whom it is.
///
/// # Errors
/// The database.
pub(super) async fn chats_of_all(tx: &mut Tx, act: &Act<'_>, people: &[String]) -> UseCaseResult<Vec<(String, Chat)>> {
    let mut all: Vec<(String, Chat)> = Vec::new();
    for person_id in people {
        for chat in chats_of(tx, act, person_id).await? {
            if !all.iter().any(|(_, known)| known.id == chat.id) {
                all.push((person_id.clone(), chat));
            }
        }
    }
    Ok(all)
}

async fn office_chats_of(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<Vec<Chat>> {
    let seats = tx.seats_of(person_id, act.at.local_date()).await?;
    let directory = tx.directory(&act.commune_id, act.at.local_date()).await?;
    for seat in seats {
        if let Some(group) = directory.ranked(&seat.unit_id, crate::domain::org::GroupKind::Office).first() {
            let chat = tx.chat(&group.chat_id).await?;
            return Ok(chat.into_iter().filter(|chat| chat.state == ChatState::Active).collect());
        }
    }
    Ok(Vec::new())
}

/// Tells everybody who holds a role in the commune; gives how many people could be reached.
///
/// # Errors
/// The database.
pub async fn tell_role(tx: &mut Tx, act: &Act<'_>, role: Role, purpose: Purpose, note: &Note) -> UseCaseResult<usize> {
    let mut reached = 0;
    for person in tx.people_with_role(&act.commune_id, role).await? {
        reached += usize::from(tell(tx, act, &person.id, purpose, note).await? > 0);
    }
    Ok(reached)
}

/// Buttons as they stand in a message row.
#[must_use]
pub fn encode_buttons(rows: &[Vec<Button>]) -> String {
    if rows.is_empty() { String::new() } else { serde_json::to_string(rows).unwrap_or_default() }
}

/// Buttons read back from a message row; an unreadable one has none.
#[must_use]
pub fn decode_buttons(stored: &str) -> Vec<Vec<Button>> {
    if stored.is_empty() { Vec::new() } else { serde_json::from_str(stored).unwrap_or_default() }
}
