//! What was asked back, and the answer: a reason, a cancellation, a recall, another time.

use super::FLOW;
use crate::desk::compose::choice::{Question, is_no, is_yes};
use crate::desk::{Response, Talk, steer};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::command::spelling::means;
use crate::domain::text::{cut, nfc};
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, approve, look_up, release, reschedule, withdraw};

/// Longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 500;

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    /// The bulletin.
    bulletin: String,
    /// Its code.
    code: String,
    /// The version that was asked about: another one needs another question.
    version: i64,
    /// What was asked.
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Why it is returned.
    Reason,
    /// Whether it is really to be cancelled.
    Cancel,
    /// Whether it is really to be taken back, for this reason.
    Recall { reason: String },
    /// Which of these times is meant; none is "as soon as it is approved". The words come before the question.
    Move { choices: Vec<Option<Millis>>, lead: String },
}

impl Asked {
    /// Asks for the reason.
    pub fn reason(bulletin: &Bulletin) -> Self {
        Self::of(bulletin, What::Reason)
    }

    /// Asks whether it is to be cancelled.
    pub fn cancel(bulletin: &Bulletin) -> Self {
        Self::of(bulletin, What::Cancel)
    }

    /// Asks whether it is to be taken back, for this reason.
    pub fn recall(bulletin: &Bulletin, reason: &str) -> Self {
        Self::of(bulletin, What::Recall { reason: withdraw::reason_of(reason) })
    }

    /// Asks whether it is to go at this time, or at which of several.
    pub fn move_to(bulletin: &Bulletin, choices: Vec<Option<Millis>>, lead: String) -> Self {
        Self::of(bulletin, What::Move { choices, lead })
    }

    fn of(bulletin: &Bulletin, what: What) -> Self {
        Self { bulletin: bulletin.id.clone(), code: bulletin.code.clone(), version: bulletin.version, what }
    }

    /// The question with its choices; their data names bulletin and version, so that a button works without the row.
    fn question(&self, act: &Act<'_>) -> Question {
        let locale = &act.house.locale;
        let code = self.code.as_str();
        let address = format!("{}:{}", self.bulletin, self.version);
        match &self.what {
            What::Reason => Question::new(say!(locale, "decide-ask-reason", code = code)),
            What::Cancel => Question::new(say!(locale, "decide-ask-cancel", code = code))
                .with(format!("h:{address}"), say!(locale, "decide-cancel-yes"))
                .with("k", say!(locale, "decide-no")),
            What::Recall { reason } => {
                Question::new(say!(locale, "decide-ask-recall", code = code, reason = reason.as_str()))
                    .with(format!("t:{address}"), say!(locale, "decide-recall-yes"))
                    .with("k", say!(locale, "decide-no"))
            }
            What::Move { choices, lead } => choices
                .iter()
                .fold(Question::new(self.move_text(act, choices, lead)), |question, at| {
                    let word = at.map_or_else(|| "now".to_owned(), |at| at.0.to_string());
                    question
                        .with(format!("g:{address}:{word}"), say!(locale, "decide-move-yes", time = shown(act, *at)))
                })
                .with("k", say!(locale, "decide-no")),
        }
    }

    fn move_text(&self, act: &Act<'_>, choices: &[Option<Millis>], lead: &str) -> String {
        let locale = &act.house.locale;
        let text = match choices {
            [only] => say!(locale, "decide-ask-move", code = self.code.as_str(), time = shown(act, *only)),
            _ => say!(locale, "decide-ask-move-which", code = self.code.as_str()),
        };
        [lead, text.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// "07:30 thứ Hai, 28/7/2025", or that it goes when approved.
fn shown(act: &Act<'_>, at: Option<Millis>) -> String {
    at.map_or_else(|| say!(act.house.locale, "compose-when-approved"), format_full)
}

/// Asks, and remembers the question unless another conversation is open here.
pub async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, asked: Asked) -> UseCaseResult<Response> {
    let busy = talk.dialogue(tx).await?.is_some_and(|dialogue| dialogue.flow != FLOW);
    // Their words stand in the question's own row.
    let needs_row = match asked.what {
        What::Reason => Some(say!(act.house.locale, "decide-reason-inline", code = asked.code.as_str())),
        What::Recall { .. } => Some(say!(act.house.locale, "decide-recall-later", code = asked.code.as_str())),
        What::Cancel | What::Move { .. } => None,
    };
    if let Some(text) = needs_row.filter(|_| busy) {
        talk.say(tx, act, &Note::plain(text)).await?;
        return Ok(Response::default());
    }
    if !busy {
        talk.keep(tx, act, FLOW, &asked).await?;
    }
    talk.say(tx, act, &asked.question(act).note("", "x")).await?;
    Ok(Response::default())
}

/// Words in answer to what was asked.
pub async fn answered(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Response> {
    let text = nfc(text).trim().to_owned();
    let Ok(asked) = serde_json::from_str::<Asked>(&dialogue.data) else {
        return keep_as_is(tx, act, talk).await;
    };
    if ["thôi", "hủy"].iter().any(|word| means(&text, word)) {
        return keep_as_is(tx, act, talk).await;
    }
    if asked.what == What::Reason {
        return reason(tx, act, talk, &asked, &text).await;
    }
    let question = asked.question(act);
    let first = question.choices.first().filter(|_| question.choices.len() == 2 && is_yes(&text));
    let pick = question.picked(&text).or_else(|| first.map(|choice| choice.pick.clone()));
    match pick {
        Some(pick) => pressed(tx, act, talk, &pick).await,
        None if is_no(&text) => keep_as_is(tx, act, talk).await,
        None => {
            let lead = say!(act.house.locale, "compose-choose");
            talk.say(tx, act, &question.note(&lead, "x")).await?;
            Ok(Response::default())
        }
    }
}

async fn reason(tx: &mut Tx, act: &Act<'_>, talk: &Talk, asked: &Asked, text: &str) -> UseCaseResult<Response> {
    if !text.chars().any(char::is_alphanumeric) {
        talk.say(tx, act, &asked.question(act).note("", "x")).await?;
        return Ok(Response::default());
    }
    talk.end(tx).await?;
    let bulletin = unchanged(tx, act, (&asked.bulletin, asked.version)).await?;
    send_back(tx, act, talk, &bulletin, text).await
}

/// `h:<bulletin>:<version>` cancels, `t:<bulletin>:<version>` takes back, `g:<bulletin>:<version>:<time>` moves, anything
/// else leaves it as it is.
pub async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let fields: Vec<&str> = data.split(':').collect();
    if let ["t", id, version] = fields.as_slice() {
        return recall(tx, act, talk, (id, version)).await;
    }
    let (what, id, version, time) = match fields.as_slice() {
        ["h", id, version] => ("h", *id, *version, "now"),
        ["g", id, version, time] => ("g", *id, *version, *time),
        _ => return keep_as_is(tx, act, talk).await,
    };
    let at = if time == "now" { Some(None) } else { time.parse().ok().map(|at| Some(Millis(at))) };
    let (Ok(version), Some(at)) = (version.parse(), at) else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    end_own(tx, talk).await?;
    let bulletin = unchanged(tx, act, (id, version)).await?;
    match what {
        "h" => cancel(tx, act, talk, &bulletin).await,
        _ => move_to(tx, act, talk, &bulletin, at).await,
    }
}

/// Takes it back, for the reason that stands in the question.
async fn recall(tx: &mut Tx, act: &Act<'_>, talk: &Talk, seen: (&str, &str)) -> UseCaseResult<Response> {
    let old = || Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    let Some(dialogue) = talk.dialogue(tx).await?.filter(|dialogue| dialogue.flow == FLOW) else { return old() };
    let asked = serde_json::from_str::<Asked>(&dialogue.data).ok();
    let asked = asked.filter(|asked| asked.bulletin == seen.0 && asked.version.to_string() == seen.1);
    let Some(Asked { bulletin, version, what: What::Recall { reason }, .. }) = asked else { return old() };
    talk.end(tx).await?;
    let bulletin = unchanged(tx, act, (&bulletin, version)).await?;
    let done = withdraw::withdraw(tx, act, &bulletin, &reason).await?;
    let locale = &act.house.locale;
    let (code, stopped) = (bulletin.code.as_str(), i64::try_from(done.stopped).unwrap_or(i64::MAX));
    let text =
        say!(locale, "decide-recalled", code = code, told = done.told, replaced = done.replaced, stopped = stopped);
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// The bulletin, if it is still the version that was asked about.
async fn unchanged(tx: &mut Tx, act: &Act<'_>, seen: (&str, i64)) -> UseCaseResult<Bulletin> {
    let (id, version) = seen;
    // Before anything is said of it: strangers learn nothing.
    act.person()?;
    let bulletin = tx.bulletin(id).await?.filter(|bulletin| bulletin.commune_id == act.commune_id);
    let bulletin = bulletin.ok_or_else(|| UseCaseError::NotFound { what: "bulletin", name: id.to_owned() })?;
    if bulletin.version == version {
        return Ok(bulletin);
    }
    Err(UseCaseError::refused_with("refused-version-changed", vec![("code", bulletin.code)]))
}

/// Ends the question, and leaves another conversation alone.
async fn end_own(tx: &mut Tx, talk: &Talk) -> UseCaseResult<()> {
    if talk.dialogue(tx).await?.is_some_and(|dialogue| dialogue.flow == FLOW) {
        talk.end(tx).await?;
    }
    Ok(())
}

async fn keep_as_is(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    end_own(tx, talk).await?;
    talk.say(tx, act, &Note::plain(say!(act.house.locale, "decide-left"))).await?;
    Ok(Response::default())
}

/// Returns it to its composer.
pub async fn send_back(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    bulletin: &Bulletin,
    reason: &str,
) -> UseCaseResult<Response> {
    let reason = cut(reason, MAX_REASON_CHARS, "…");
    let text = if release::open_release(tx, bulletin).await?.is_some() {
        let refused = release::say_afterwards(tx, act, bulletin, Some(&reason)).await?;
        say!(act.house.locale, "decide-refused-after", code = refused.code.as_str())
    } else {
        let returned = approve::send_back(tx, act, &bulletin.id, &reason).await?;
        say!(act.house.locale, "decide-returned", code = returned.code.as_str())
    };
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// Cancels it.
pub async fn cancel(tx: &mut Tx, act: &Act<'_>, talk: &Talk, bulletin: &Bulletin) -> UseCaseResult<Response> {
    if look_up::current_version(tx, bulletin).await?.repeat_rule.is_some() {
        return steer::end(tx, act, talk, bulletin).await;
    }
    let cancelled = reschedule::cancel(tx, act, bulletin).await?;
    let text = say!(act.house.locale, "decide-cancelled", code = cancelled.code.as_str());
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// Gives it another time: a new version, which must be approved again.
async fn move_to(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    bulletin: &Bulletin,
    at: Option<Millis>,
) -> UseCaseResult<Response> {
    let moved = reschedule::reschedule(tx, act, bulletin, at).await?;
    let deadline = look_up::current_version(tx, &moved).await?.ack_deadline.map(|at| format_full(Millis(at)));
    let (code, time) = (moved.code.as_str(), shown(act, at));
    let text = match deadline {
        Some(deadline) => {
            say!(
                act.house.locale,
                "decide-moved-deadline",
                code = code,
                version = moved.version,
                time = time,
                deadline = deadline
            )
        }
        None => say!(act.house.locale, "decide-moved", code = code, version = moved.version, time = time),
    };
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}
