//! `/xoaghinhan`: taking an act back, or some pieces of it. A reason is needed, and it asks back.

use super::parse::{self, Removal};
use super::{button, day, leaves, say_text};
use crate::desk::Talk;
use crate::domain::text::{cut, fold, nfc};
use crate::say;
use crate::store::Tx;
use crate::store::activities::Activity;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, record};

/// The name of this conversation.
pub(super) const FLOW: &str = "ledger_remove";
/// Most characters of a title that is said back.
const SAID_TITLE: usize = 200;

/// What is to be taken back.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Asked {
    seq: i64,
    pieces: Option<i64>,
    /// Empty while it is asked for.
    reason: String,
}

impl Asked {
    fn tag(&self) -> String {
        format!("xoa{}", self.seq)
    }
}

/// Which question the buttons under the last one answer.
pub(super) fn tag(dialogue: &Dialogue) -> Option<String> {
    let asked: Asked = serde_json::from_str(&dialogue.data).ok()?;
    (!asked.reason.is_empty()).then(|| asked.tag())
}

/// `/xoaghinhan #n [k cái] lý do`.
pub(super) async fn start(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    let Some(Removal { seq, pieces, reason }) = parse::removal(args) else {
        return say_text(tx, act, talk, say!(act.house.locale, "ledger-remove-usage")).await;
    };
    let activity = standing(tx, act, seq).await?;
    ask(tx, act, talk, &activity, Asked { seq, pieces, reason }).await
}

/// The act with this number, if it still counts.
async fn standing(tx: &mut Tx, act: &Act<'_>, seq: i64) -> UseCaseResult<Activity> {
    let found = tx.activity(&act.commune_id, seq).await?;
    let activity = found.ok_or_else(|| UseCaseError::NotFound { what: "activity", name: format!("#{seq}") })?;
    if activity.voided_at.is_some() {
        return Err(UseCaseError::refused_with("refused-activity-voided", vec![("seq", seq.to_string())]));
    }
    Ok(activity)
}

/// Asks for the reason, or, with one, whether it is meant.
async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, activity: &Activity, asked: Asked) -> UseCaseResult<()> {
    talk.keep(tx, act, FLOW, &asked).await?;
    let locale = &act.house.locale;
    if asked.reason.is_empty() {
        return say_text(tx, act, talk, say!(locale, "ledger-remove-reason", seq = asked.seq)).await;
    }
    let pieces = asked.pieces.unwrap_or(activity.quantity).min(activity.quantity);
    let text = say!(
        locale,
        "ledger-remove-ask",
        seq = asked.seq,
        channel = activity.channel.vietnamese(),
        title = cut(&activity.title, SAID_TITLE, "…"),
        date = day(activity.done_on.0),
        pieces = pieces,
        quantity = activity.quantity,
        reason = cut(&asked.reason, SAID_TITLE, "…")
    );
    let (yes, no) = (say!(locale, "button-remove"), say!(locale, "button-answer-no"));
    let tag = asked.tag();
    let note = Note::plain(text).with_row(&[(&yes, &button(&tag, 1)), (&no, &button(&tag, 2))]);
    talk.say(tx, act, &note).await
}

/// The reason, or yes, or no.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<()> {
    let asked: Option<Asked> = serde_json::from_str(&dialogue.data).ok();
    let folded = fold(text);
    let Some(asked) = asked.filter(|_| !leaves(&folded)) else {
        return leave(tx, act, talk).await;
    };
    if asked.reason.is_empty() {
        talk.end(tx).await?;
        let activity = standing(tx, act, asked.seq).await?;
        let reason = nfc(text).trim().to_owned();
        return ask(tx, act, talk, &activity, Asked { reason, ..asked }).await;
    }
    match folded.as_str() {
        "1" | "co" | "dong y" | "xoa" | "ok" => remove(tx, act, talk, &asked).await,
        "2" | "khong" | "ko" => leave(tx, act, talk).await,
        _ => say_text(tx, act, talk, say!(act.house.locale, "ledger-yes-or-no")).await,
    }
}

async fn leave(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    talk.end(tx).await?;
    say_text(tx, act, talk, say!(act.house.locale, "ledger-not-removed")).await
}

async fn remove(tx: &mut Tx, act: &Act<'_>, talk: &Talk, asked: &Asked) -> UseCaseResult<()> {
    talk.end(tx).await?;
    let locale = &act.house.locale;
    let pieces = asked.pieces.unwrap_or(i64::MAX);
    let text = match record::void_pieces(tx, act, asked.seq, pieces, &asked.reason).await? {
        Some(rest) => say!(locale, "ledger-removed-pieces", seq = asked.seq, pieces = pieces, rest = rest),
        None => say!(locale, "ledger-removed", seq = asked.seq),
    };
    say_text(tx, act, talk, text).await
}
