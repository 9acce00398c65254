//! Submitting: the form becomes a bulletin that awaits approval, and ends in the same transaction.

use super::form::{Ack, Form, Step};
use super::{document, files, timing, turn};
use crate::desk::{Response, Talk, refusal};
use crate::domain::calendar::format_full;
use crate::domain::secrecy::Attestation;
use crate::say;
use crate::store::Tx;
use crate::usecase::compose::{Composed, Draft, compose};
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, repeat};

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
    match compose(tx, act, &draft(&form)).await {
        Ok(composed) => {
            talk.end(tx).await?;
            talk.say(tx, act, &Note::plain(done(act, &form, &composed))).await?;
            Ok(Response::default())
        }
        Err(UseCaseError::Refused { key: "refused-secret", .. }) => {
            files::refuse_secret(tx, act, talk, Some(&form)).await
        }
        Err(error @ UseCaseError::Refused { .. }) => again(tx, act, talk, form, error).await,
        Err(error) => Err(error),
    }
}

/// The form as the use case takes it. The deadline is the one that was shown.
fn draft(form: &Form) -> Draft {
    Draft {
        kind: form.kind,
        title: form.title.clone(),
        body: form.body.clone(),
        urgency: form.urgency,
        level: form.level,
        public: form.public(),
        plan_code: form.plan_code.clone(),
        theme: form.theme.clone(),
        document: form.document.clone(),
        audience: form.audience.clone(),
        ack_required: form.ack != Ack::NotWanted,
        ack_deadline: form.shown_deadline,
        send_at: form.send_at,
        repeat: form.repeat.clone(),
        expires_at: form.until,
        files: form.draft_files(),
        attestation: if form.done.contains(&Step::Secrecy) { Attestation::NotSecret } else { Attestation::NotChosen },
        unreadable_attested: form.done.contains(&Step::Unreadable),
    }
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

/// "VB-2025-0042 – Chờ duyệt", what will happen, and what can be done next.
fn done(act: &Act<'_>, form: &Form, composed: &Composed) -> String {
    let locale = &act.house.locale;
    let code = composed.bulletin.code.as_str();
    let send = form.send_at.map_or_else(|| say!(locale, "compose-when-approved"), format_full);
    let told = match composed.approvers_told {
        0 => say!(locale, "compose-nobody-told"),
        count => say!(locale, "compose-approvers-told", count = count),
    };
    if let (Some(recurrence), Some(until)) = (&form.repeat, form.until) {
        let rule = repeat::words(locale, recurrence, until);
        return say!(locale, "compose-done-repeat", code = code, told = told, rule = rule);
    }
    say!(locale, "compose-done", code = code, told = told, send = send)
}
