//! `/chuanhan` and `/nhac`: who has not confirmed, and reminding them. A reminder goes to many groups, so it asks back.

use super::{FLOW, chosen, is_confidential, old_button, own};
use crate::desk::{Response, Talk};
use crate::domain::ack::ObligationState;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::org::Role;
use crate::domain::text::fold;
use crate::say;
use crate::store::Tx;
use crate::store::answers::Obligation;
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::Bulletin;
use crate::store::dialogues::Dialogue;
use crate::usecase::call::CALLERS;
use crate::usecase::escalate::{self, Case};
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up, remind};

/// Those who may have others reminded.
const REMINDERS: [Role; 3] = [Role::Composer, Role::Approver, Role::Admin];
/// Behind the room of a button: yes and no.
const YES: &str = "yes";
const NO: &str = "no";

/// What is asked about.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Asked {
    broadcast_id: String,
}

/// One firing of a bulletin, and what is owed on it and not confirmed.
struct Owed {
    broadcast: Broadcast,
    /// The code that means this firing.
    code: String,
    all: usize,
    open: Vec<Obligation>,
}

async fn open_of(tx: &mut Tx, bulletin: &Bulletin, broadcast: Broadcast) -> UseCaseResult<Owed> {
    let mut open = tx.obligations_of(&broadcast.id).await?;
    let all = open.len();
    open.retain(|owed| {
        matches!(owed.state, ObligationState::Awaiting | ObligationState::Unreachable | ObligationState::Lapsed)
    });
    Ok(Owed { code: broadcast.code(&bulletin.code), broadcast, all, open })
}

fn awaiting(open: &[Obligation]) -> usize {
    open.iter().filter(|owed| owed.state == ObligationState::Awaiting).count()
}

/// `/chuanhan [mã]`: the units, each with its post, who holds it, and the number to call.
pub(super) async fn pending(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    let chosen = chosen(tx, act, args).await?;
    let broadcast = look_up::firing(tx, &chosen.bulletin, chosen.firing).await?;
    let found = open_of(tx, &chosen.bulletin, broadcast).await?;
    let locale = &act.house.locale;
    let code = found.code.as_str();
    let mut text: Vec<String> = chosen.said.into_iter().collect();
    text.push(counted(act, &found));
    if found.open.is_empty() {
        return super::say_text(tx, act, talk, text.join("\n")).await;
    }
    if !is_confidential(tx, talk).await? {
        text.push(say!(locale, "watch-ask-in-private"));
        return super::say_text(tx, act, talk, text.join("\n")).await;
    }
    if let Some(deadline) = found.broadcast.ack_deadline {
        text.push(say!(locale, "watch-deadline", time = format_full(Millis(deadline))));
    }
    let mut note = owed_list(tx, act, talk, &found, text.join("\n")).await?;
    if awaiting(&found.open) > 0 {
        note.text = format!("{}\n{}", note.text, say!(locale, "watch-remind-type", code = code));
        let label = say!(locale, "button-remind");
        note = note.with_row(&[(&label, &format!("rm:{}", found.broadcast.id))]);
    }
    talk.say(tx, act, &note).await
}

/// Who has not confirmed: for those who may call with numbers and buttons, for others by name alone.
async fn owed_list(tx: &mut Tx, act: &Act<'_>, talk: &Talk, found: &Owed, head: String) -> UseCaseResult<Note> {
    let caller = match look_up::require_any_role(tx, act, &CALLERS).await {
        Ok(_) => Case::of(tx, &found.broadcast.id).await?,
        Err(UseCaseError::Denied(_)) => None,
        Err(error) => return Err(error),
    };
    if let Some(case) = caller {
        escalate::shown(tx, act, &case, &talk.chat).await?;
        return escalate::call_list(tx, act, &case, (head, &case.open())).await;
    }
    let mut lines = vec![head];
    for owed in &found.open {
        lines.push(remind::open_line(tx, act, owed).await?);
    }
    Ok(Note::plain(lines.join("\n")))
}

fn counted(act: &Act<'_>, found: &Owed) -> String {
    let (locale, code) = (&act.house.locale, found.code.as_str());
    match (found.all, found.open.len()) {
        (0, _) => say!(locale, "watch-nobody-asked", code = code),
        (all, 0) => say!(locale, "watch-all-confirmed", code = code, all = all),
        (all, open) => say!(locale, "watch-open", code = code, open = open, all = all),
    }
}

/// `/nhac [mã]`: asks back.
pub(super) async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    let chosen = chosen(tx, act, args).await?;
    look_up::require_any_role(tx, act, &REMINDERS).await?;
    let broadcast = look_up::firing(tx, &chosen.bulletin, chosen.firing).await?;
    ask_about(tx, act, talk, (&chosen.bulletin, broadcast), chosen.said).await
}

async fn ask_about(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (&Bulletin, Broadcast),
    said: Option<String>,
) -> UseCaseResult<()> {
    look_up::require_any_role(tx, act, &REMINDERS).await?;
    let (bulletin, broadcast) = what;
    let found = open_of(tx, bulletin, broadcast).await?;
    let locale = &act.house.locale;
    let mut text: Vec<String> = said.into_iter().collect();
    let units = awaiting(&found.open);
    if units == 0 {
        text.push(counted(act, &found));
        if !found.open.is_empty() {
            text.push(say!(locale, "watch-only-by-telephone", code = found.code.as_str()));
        }
        return super::say_text(tx, act, talk, text.join("\n")).await;
    }
    talk.keep(tx, act, FLOW, &Asked { broadcast_id: found.broadcast.id.clone() }).await?;
    text.push(say!(locale, "watch-remind-ask", code = found.code.as_str(), units = units));
    let (yes, no) = (say!(locale, "button-remind-now"), say!(locale, "button-answer-no"));
    let note = Note::plain(text.join("\n")).with_row(&[(&yes, &format!("rm:{YES}")), (&no, &format!("rm:{NO}"))]);
    talk.say(tx, act, &note).await
}

/// The typed answer.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Response> {
    if let Err(denied) = look_up::require_any_role(tx, act, &REMINDERS).await {
        // The right was taken away in between: nothing is left to be answered.
        talk.end(tx).await?;
        return Err(denied);
    }
    match fold(text).as_str() {
        "1" | "co" | "dong y" | "nhac" | "nhac ngay" | "ok" => confirmed(tx, act, talk, dialogue).await?,
        "2" | "khong" | "thoi" | "huy" | "ko" => left(tx, act, talk).await?,
        _ => super::say_text(tx, act, talk, say!(act.house.locale, "watch-yes-or-no")).await?,
    }
    Ok(Response::default())
}

async fn left(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    talk.end(tx).await?;
    super::say_text(tx, act, talk, say!(act.house.locale, "watch-not-reminded")).await
}

/// The firing behind a button, with its bulletin, if it is this commune's.
async fn behind(tx: &mut Tx, act: &Act<'_>, broadcast_id: &str) -> UseCaseResult<Option<(Bulletin, Broadcast)>> {
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(None) };
    Ok(own(tx, act, &broadcast.bulletin_id).await?.map(|bulletin| (bulletin, broadcast)))
}

/// `rm:` and a broadcast's id, yes, or no.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, rest: &str) -> UseCaseResult<Response> {
    if rest != YES && rest != NO {
        let Some((bulletin, broadcast)) = behind(tx, act, rest).await? else { return Ok(old_button(act)) };
        ask_about(tx, act, talk, (&bulletin, broadcast), None).await?;
        return Ok(Response::default());
    }
    // Answered already, or somebody else's question.
    let Some(dialogue) = talk.dialogue(tx).await?.filter(|dialogue| dialogue.flow == FLOW) else {
        return Ok(old_button(act));
    };
    if rest == YES {
        confirmed(tx, act, talk, &dialogue).await?;
    } else {
        left(tx, act, talk).await?;
    }
    Ok(Response::default())
}

async fn confirmed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, dialogue: &Dialogue) -> UseCaseResult<()> {
    talk.end(tx).await?;
    let asked: Option<Asked> = serde_json::from_str(&dialogue.data).ok();
    let found = match asked {
        Some(asked) => behind(tx, act, &asked.broadcast_id).await?,
        None => None,
    };
    let locale = &act.house.locale;
    let text = match found {
        None => say!(locale, "toast-old-button"),
        Some((bulletin, broadcast)) => {
            let code = broadcast.code(&bulletin.code);
            match remind::now(tx, act, &bulletin, &broadcast).await? {
                0 => say!(locale, "watch-only-by-telephone", code = code),
                groups => say!(locale, "watch-reminded-now", code = code, count = groups),
            }
        }
    };
    super::say_text(tx, act, talk, text).await
}
