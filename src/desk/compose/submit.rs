//! Submitting: the form becomes a bulletin that awaits approval, and ends in the same transaction.

use super::form::{Ack, Form, Step};
use super::{document, files, timing, turn};
use crate::desk::{Response, Talk, refusal};
use crate::domain::bulletin::{Kind, Public};
use crate::domain::calendar::format_full;
use crate::domain::secrecy::Attestation;
use crate::domain::urgency::AckWindow;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Marks;
use crate::usecase::compose::{Composed, Draft, compose};
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, mark, release, repeat};

/// Composes what was shown. What changed meanwhile (another bulletin of the document, the hour, the groups) is asked again.
pub async fn submit(tx: &mut Tx, act: &Act<'_>, talk: &Talk, mut form: Form) -> UseCaseResult<Response> {
    if let Some(side) = document::duplicate(tx, act, &form).await? {
        form.undo(Step::Issuer);
        form.side = Some(side);
        return turn::ask(tx, act, talk, form, "").await;
    }
    if form.send_at.is_none()
        && let Some(side) = timing::outside_window(tx, act, &form, act.at).await?
    {
        form.undo(Step::SendTime);
        form.side = Some(side);
        return turn::ask(tx, act, talk, form, "").await;
    }
    match compose_all(tx, act, &form).await {
        Ok((composed, beside)) => {
            talk.end(tx).await?;
            let mut note = done(tx, act, &form, &composed).await?;
            if let Some(beside) = &beside {
                // One answer: the numbers of a second one would take the place of the first one's.
                note = note.and(done(tx, act, &form, beside).await?);
            }
            talk.say(tx, act, &note).await?;
            Ok(Response::default())
        }
        Err(UseCaseError::Refused { key: "refused-secret", .. }) => {
            files::refuse_secret(tx, act, talk, Some(&form)).await
        }
        Err(error @ UseCaseError::Refused { .. }) => again(tx, act, talk, form, error).await,
        Err(error) => Err(error),
    }
}

/// The bulletin, and the one for residents beside an urgent one: a code of its own, nothing to confirm.
async fn compose_all(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<(Composed, Option<Composed>)> {
    let composed = compose(tx, act, &draft(act, form)).await?;
    let Some(words) = &form.residents else { return Ok((composed, None)) };
    let beside = Draft {
        kind: Kind::Announcement,
        body: words.clone(),
        public: Public::Residents,
        audience: form.audience.replace("@cadre", "@residents"),
        ack_required: false,
        ack_deadline: None,
        marks: Marks { quorum: None, ..form.marks.clone() },
        ..draft(act, form)
    };
    let beside = compose(tx, act, &beside).await?;
    Ok((composed, Some(beside)))
}

/// The form as the use case takes it. The deadline is the one that was shown.
fn draft(act: &Act<'_>, form: &Form) -> Draft {
    Draft {
        kind: form.kind,
        title: form.title.clone(),
        body: form.body.clone(),
        residents_body: form.residents_body.clone(),
        urgency: form.urgency,
        marks: form.marks.clone(),
        level: form.level,
        public: form.public(),
        plan_code: form.plan_code.clone(),
        theme: form.theme.clone(),
        document: form.document.clone(),
        audience: form.audience.clone(),
        ack_required: form.ack != Ack::NotWanted,
        // A window of minutes counts from the sending, and not from when the preview was shown.
        ack_deadline: form.shown_deadline.filter(|_| !counts_from_sending(act, form)),
        send_at: form.send_at,
        repeat: form.repeat.clone(),
        expires_at: form.until,
        files: form.draft_files(),
        attestation: if form.done.contains(&Step::Secrecy) { Attestation::NotSecret } else { Attestation::NotChosen },
        unreadable_attested: form.done.contains(&Step::Unreadable),
    }
}

fn counts_from_sending(act: &Act<'_>, form: &Form) -> bool {
    let minutes = matches!(act.house.policies.of(form.urgency).ack_window, AckWindow::Minutes(_));
    form.ack == Ack::Window && minutes
}

/// A refusal puts the form back to the step it is about.
async fn again(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    mut form: Form,
    error: UseCaseError,
) -> UseCaseResult<Response> {
    let step = match &error {
        UseCaseError::Refused { key: "refused-time-past", .. } => Some(Step::SendTime),
        UseCaseError::Refused { key: "refused-deadline-before-send", .. } => Some(Step::Deadline),
        UseCaseError::Refused { key: "refused-repeat-never" | "refused-expiry-before-send", .. } => Some(Step::Until),
        UseCaseError::Refused { key, .. } if about_audience(key) => Some(Step::Audience),
        UseCaseError::Refused { key: "refused-residents-body-audience", .. } => Some(Step::Audience),
        _ => None,
    };
    form.fast = false;
    if let Some(step) = step {
        form.undo(step);
    }
    let problem = refusal::sentence(act, error)?;
    turn::ask(tx, act, talk, form, &problem).await
}

/// Refusals that another audience answers.
fn about_audience(key: &str) -> bool {
    key.starts_with("refused-audience-")
        || matches!(key, "refused-cadre-mark" | "refused-personal-numbers" | "refused-party-document")
}

/// "VB-2025-0042 – Chờ duyệt", what will happen, and what can be done next: whoever is on duty may let Hỏa tốc go at once.
async fn done(tx: &mut Tx, act: &Act<'_>, form: &Form, composed: &Composed) -> UseCaseResult<Note> {
    let locale = &act.house.locale;
    let code = composed.bulletin.code.as_str();
    let send = form.send_at.map_or_else(|| say!(locale, "compose-when-approved"), format_full);
    let told = match composed.approvers_told {
        0 => say!(locale, "compose-nobody-told"),
        count => say!(locale, "compose-approvers-told", count = count),
    };
    let text = match (&form.repeat, form.until) {
        (Some(recurrence), Some(until)) => {
            let rule = repeat::words(locale, recurrence, until);
            say!(locale, "compose-done-repeat", code = code, told = told, rule = rule)
        }
        _ => say!(locale, "compose-done", code = code, told = told, send = send),
    };
    if !release::may_release(tx, act, &composed.bulletin).await? {
        return Ok(Note::plain(mark::marked(locale, form.marks.exercise, text)));
    }
    let text = format!("{text}\n{}", say!(locale, "compose-may-release", code = code));
    let label = say!(locale, "button-release-code", code = code);
    let data = format!("ok:{}:{}", composed.bulletin.id, composed.bulletin.version);
    Ok(Note::plain(mark::marked(locale, form.marks.exercise, text)).with_row(&[(&label, &data)]))
}
