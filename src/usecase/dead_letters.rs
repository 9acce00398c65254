//! Updates that could not be processed, again and again. An admin sees what kind they are, whose and when, and may have them
//! tried anew; what somebody wrote is shown to nobody.

use super::notify::{self, Note};
use super::settle::{close_incident, inbox_scope, open_incident};
use super::{Act, UseCaseResult, look_up};
use crate::domain::calendar::{Millis, format_short};
use crate::domain::event::Event;
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::inbox::InboxRow;

/// The incident of an account of which updates were given up.
const UPDATE_FAILED: &str = "update_failed";
/// The incident of an account that told something nobody can read.
const UNREADABLE: &str = "update_unreadable";
/// How long it is open after the last of it.
const UNREADABLE_MS: i64 = 24 * 3_600_000;
/// How long something said is still meant for the question that was open then, milliseconds.
const FRESH_MS: i64 = 60_000;
/// Most that are shown, and tried anew at once.
const MOST: i64 = 20;

/// An update that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The account it came through.
    pub gateway: String,
    /// What it is, in the reader's language.
    pub kind: String,
    /// Who sent it; none for somebody we do not know.
    pub person: Option<String>,
    /// Machine time of arrival.
    pub at: Millis,
}

/// What was given up, oldest first.
///
/// # Errors
/// `Denied` for others than admins; the database.
pub async fn all(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<DeadLetter>> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    let mut letters = Vec::new();
    for row in tx.dead_letters(MOST).await? {
        letters.push(letter(tx, act, &row).await?);
    }
    Ok(letters)
}

async fn letter(tx: &mut Tx, act: &Act<'_>, row: &InboxRow) -> UseCaseResult<DeadLetter> {
    let event = row.event.as_deref().and_then(|event| serde_json::from_str::<Event>(event).ok());
    let account = event.as_ref().and_then(Event::from).map(|from| from.external_id.clone()).unwrap_or_default();
    let person = match tx.identity(&row.gateway, &account).await? {
        Some(identity) => tx.person(&identity.person_id).await?.map(|person| person.name),
        None => None,
    };
    let locale = &act.house.locale;
    let kind = match event {
        Some(Event::Message(message)) if message.file.is_some() => say!(locale, "dead-letter-file"),
        Some(Event::Message(_)) => say!(locale, "dead-letter-message"),
        Some(Event::Press(_)) => say!(locale, "dead-letter-press"),
        _ => say!(locale, "dead-letter-other"),
    };
    Ok(DeadLetter { gateway: row.gateway.clone(), kind, person, at: Millis(row.received_at) })
}

/// Has all that was given up tried anew; gives how many are, and how many people were asked to say it again: a word that was meant
/// for an earlier question must not answer today's.
///
/// # Errors
/// `Denied` for others than admins; the database.
pub async fn retry(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<(usize, usize)> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    let (mut again, mut asked) = (0, 0);
    for row in tx.dead_letters(MOST).await? {
        let event = row.event.as_deref().and_then(|event| serde_json::from_str::<Event>(event).ok());
        if event.as_ref().is_none_or(|event| speaks_for_itself(event, act, &row)) {
            again += usize::from(tx.retry_inbox(&row.id).await?);
        } else if tx.drop_dead_letter(&row.id).await? {
            asked += usize::from(ask_again(tx, act, &row, event.as_ref()).await?);
        }
        tx.audit(act, "inbox.retried", &row.id, &row.gateway).await?;
    }
    keep_incidents(tx, act).await?;
    Ok((again, asked))
}

/// Whether it means the same whenever it is read: a press, which names what it is about, a command, what a platform tells, an answer to
/// one of our messages, and whatever was said a moment ago.
fn speaks_for_itself(event: &Event, act: &Act<'_>, row: &InboxRow) -> bool {
    let Event::Message(message) = event else { return true };
    let is_fresh = act.wall.0.saturating_sub(row.received_at) < FRESH_MS;
    is_fresh || message.text.trim_start().starts_with('/') || message.reply.is_some()
}

/// Asks whoever wrote it to write it again; false where they cannot be asked.
async fn ask_again(tx: &mut Tx, act: &Act<'_>, row: &InboxRow, event: Option<&Event>) -> UseCaseResult<bool> {
    let Some(place) = event.and_then(Event::chat) else { return Ok(false) };
    let Some(chat) = tx.chat_by_external(&row.gateway, &place.external_id).await? else { return Ok(false) };
    let time = format_short(Millis(row.received_at));
    notify::reply(tx, act, &chat, &Note::plain(say!(act.house.locale, "dead-letter-again", time)), None).await?;
    Ok(true)
}

/// Opens the incident of an account, once, and tells the admins.
///
/// # Errors
/// The database.
pub async fn given_up(tx: &mut Tx, act: &Act<'_>, row: &InboxRow) -> UseCaseResult<()> {
    if !open_incident(tx, act, &inbox_scope(&row.gateway), UPDATE_FAILED, &row.id).await? {
        return Ok(());
    }
    let letter = letter(tx, act, row).await?;
    let text = say!(act.house.locale, "alert-dead-letter", letter = line(act, &letter));
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// "tin nhắn của Mẫu Văn Bình, 08:12 28/7 (telegram)"
#[must_use]
pub fn line(act: &Act<'_>, letter: &DeadLetter) -> String {
    let locale = &act.house.locale;
    let person = letter.person.clone().unwrap_or_else(|| say!(locale, "dead-letter-stranger"));
    let time = format_short(letter.at);
    say!(
        locale,
        "dead-letter",
        kind = letter.kind.as_str(),
        person = person,
        time = time,
        name = letter.gateway.as_str()
    )
}

/// Something came through an account that nobody can read, and was set aside: opens its incident, once, and tells the admins.
///
/// # Errors
/// The database.
pub async fn unreadable(tx: &mut Tx, act: &Act<'_>, gateway: &str) -> UseCaseResult<()> {
    if open_incident(tx, act, &inbox_scope(gateway), UNREADABLE, "").await? {
        let text = say!(act.house.locale, "alert-unreadable", name = gateway);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

/// Whether [`keep_incidents`] may have something to do: something was given up, or is said to have been.
///
/// # Errors
/// The database.
pub async fn are_incidents_due(tx: &mut Tx) -> UseCaseResult<bool> {
    let kinds = [UPDATE_FAILED, UNREADABLE];
    let said = tx.open_incidents().await?.iter().any(|incident| kinds.contains(&incident.kind.as_str()));
    Ok(said || !tx.dead_letters(1).await?.is_empty())
}

/// Opens the incident of every account of which something was given up, if whoever gave it up could not, and closes those of which
/// nothing is left: it was tried anew, or nobody wanted it any more. What nobody can read is spoken of for a day.
///
/// # Errors
/// The database.
pub async fn keep_incidents(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<()> {
    let left = tx.dead_letters(i64::MAX).await?;
    for row in &left {
        given_up(tx, act, row).await?;
    }
    let since = act.wall.plus_ms(-UNREADABLE_MS);
    for incident in tx.open_incidents().await? {
        let Some(gateway) = incident.scope.strip_prefix("inbox:") else { continue };
        let over = match incident.kind.as_str() {
            UPDATE_FAILED => !left.iter().any(|row| row.gateway == gateway),
            UNREADABLE => !tx.is_unreadable_since(gateway, since).await?,
            _ => false,
        };
        if over {
            close_incident(tx, act, &incident.scope, &incident.kind).await?;
        }
    }
    Ok(())
}
