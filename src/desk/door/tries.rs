//! Slowing down those who guess: ten wrong codes a minute from one account in one chat, and then a pause; thirty a day, and then
//! silence until the next. All that is guessed through one account of ours on a day is counted too, and shown to the admins.
//!
//! The count is a row beside the conversation of that account, so a restart does not forgive, and no conversation is
//! touched by it. The pause is announced once a minute, and otherwise met with silence: each answer costs a message.

use serde::{Deserialize, Serialize};

use super::Talk;
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, incidents};

/// Wrong codes within [`WINDOW`] after which nothing is looked up any more.
const ALLOWED: usize = 10;
/// How long a wrong code counts, milliseconds.
const WINDOW: i64 = 60_000;
/// Wrong codes of one account on a day after which it is not answered any more.
const ALLOWED_A_DAY: u32 = 30;
/// Wrong codes through one account of ours on a day that the admins are told of, once: more than bad typing explains.
const TOLD_AT: i64 = 30;
/// The conversation's name of the row; nothing that is said belongs to it.
const FLOW: &str = "wrong-codes";

/// Wrong codes of one account, machine time in epoch milliseconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tries {
    wrong: Vec<i64>,
    told: Option<i64>,
    #[serde(default)]
    day: String,
    #[serde(default)]
    today: u32,
}

/// The name under which the row stands: no platform has such an account.
fn row_of(talk: &Talk) -> String {
    format!("wrong:{}", talk.account)
}

async fn load(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Tries> {
    let row = tx.dialogue(&talk.chat.id, &row_of(talk)).await?;
    let mut tries: Tries = row.and_then(|row| serde_json::from_str(&row.data).ok()).unwrap_or_default();
    // A clock set back must not lock anybody out for longer than a minute.
    let counts = |at: &i64| (0..WINDOW).contains(&(act.wall.0 - *at));
    tries.wrong.retain(counts);
    tries.told = tries.told.filter(counts);
    let day = act.wall.local_date().to_string();
    if tries.day != day {
        (tries.day, tries.today) = (day, 0);
    }
    Ok(tries)
}

async fn store(tx: &mut Tx, act: &Act<'_>, talk: &Talk, tries: &Tries) -> UseCaseResult<()> {
    let row = Dialogue {
        chat_id: talk.chat.id.clone(),
        account: row_of(talk),
        flow: FLOW.to_owned(),
        data: serde_json::to_string(tries).unwrap_or_default(),
        updated_at: act.wall.0,
    };
    Ok(tx.put_dialogue(&row).await?)
}

/// Whether this account must wait; if so it is told once a minute, where it is answered at all (`aloud`).
///
/// # Errors
/// The database.
pub(super) async fn must_wait(tx: &mut Tx, act: &Act<'_>, talk: &Talk, aloud: bool) -> UseCaseResult<bool> {
    let mut tries = load(tx, act, talk).await?;
    if tries.today >= ALLOWED_A_DAY {
        return Ok(true);
    }
    if tries.wrong.len() < ALLOWED {
        return Ok(false);
    }
    if aloud && tries.told.is_none() {
        tries.told = Some(act.wall.0);
        store(tx, act, talk, &tries).await?;
        talk.say(tx, act, &Note::plain(say!(act.house.locale, "door-slow-down"))).await?;
    }
    Ok(true)
}

/// Counts a wrong code.
///
/// # Errors
/// The database.
pub(super) async fn count(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    let mut tries = load(tx, act, talk).await?;
    tries.wrong.push(act.wall.0);
    tries.today += 1;
    store(tx, act, talk, &tries).await?;
    incidents::code_guessed(tx, act, &talk.chat.gateway, TOLD_AT).await
}

/// Passes an outcome on, counting a refusal as a wrong code. What belongs to another commune is simply unknown.
///
/// # Errors
/// The outcome's own; the database.
pub(super) async fn counted<T>(tx: &mut Tx, act: &Act<'_>, talk: &Talk, outcome: UseCaseResult<T>) -> UseCaseResult<T> {
    let error = match outcome {
        Err(UseCaseError::NotFound { .. }) => UseCaseError::refused("refused-code-unknown"),
        Err(error @ UseCaseError::Refused { .. }) => error,
        other => return other,
    };
    count(tx, act, talk).await?;
    Err(error)
}
