//! What a draft must satisfy before it gets a code.

use super::{Act, Draft, Millis, Resolution, UseCaseError, UseCaseResult, resolve};
use crate::domain::audience::{AudienceError, Directory, Expr, Target};
use crate::domain::bulletin::Kind;
use crate::domain::org::GroupKind;
use crate::domain::recurrence::MOST_A_DAY;
use crate::domain::secrecy::{self, CadreReason, FirstPage, PartyOrigin, Question, Refusal, Submission, Verdict};
use crate::domain::text::nfc;
use crate::store::Tx;
use crate::store::bulletins::Marks;
use crate::usecase::repeat;

/// Longest trích yếu, in characters.
pub const MAX_TITLE_CHARS: usize = 500;
/// Longest text, in characters after NFC: past that a summary and a file serve people better than a wall of parts.
pub const MAX_BODY_CHARS: usize = 1_900;

/// Longest reason of an urgency, in characters.
const MAX_REASON_CHARS: usize = 300;

/// Refuses texts that are empty or too long.
pub(super) fn texts(draft: &Draft) -> UseCaseResult<()> {
    let title = nfc(draft.title.trim()).chars().count();
    let body = nfc(draft.body.trim()).chars().count();
    if title == 0 {
        return Err(UseCaseError::refused("refused-title-empty"));
    }
    if title > MAX_TITLE_CHARS {
        return Err(too_long("refused-title-long", title, MAX_TITLE_CHARS));
    }
    if body > MAX_BODY_CHARS {
        return Err(too_long("refused-body-long", body, MAX_BODY_CHARS));
    }
    let residents = draft.residents_wording().unwrap_or_default().chars().count();
    if residents > MAX_BODY_CHARS {
        return Err(too_long("refused-residents-body-long", residents, MAX_BODY_CHARS));
    }
    // A directive may be its document alone; an announcement without words says nothing.
    if body == 0 && draft.kind != Kind::Directive {
        return Err(UseCaseError::refused("refused-body-empty"));
    }
    Ok(())
}

fn too_long(key: &'static str, count: usize, limit: usize) -> UseCaseError {
    UseCaseError::refused_with(key, vec![("count", count.to_string()), ("limit", limit.to_string())])
}

/// The draft with the hour of its first firing, where it repeats.
///
/// # Errors
/// `Refused` without an expiry, and with a rule that fires too often or never before it expires.
pub(super) fn dated(act: &Act<'_>, draft: &Draft, resolution: &Resolution) -> UseCaseResult<Draft> {
    let Some(recurrence) = &draft.repeat else { return Ok(draft.clone()) };
    let expiry = draft.expires_at.ok_or(UseCaseError::refused("refused-repeat-without-expiry"))?;
    let times = recurrence.rule.times().len();
    if times > MOST_A_DAY {
        return Err(too_long("refused-repeat-too-often", times, MOST_A_DAY));
    }
    let kinds = repeat::kinds_of(&resolution.groups);
    let first = recurrence.next_firing(act.at, expiry, &repeat::around(act.house, draft.urgency, &kinds));
    let first = first.ok_or(UseCaseError::refused("refused-repeat-never"))?;
    Ok(Draft { send_at: Some(first), ..draft.clone() })
}

/// Refuses a second wording that nobody, or everybody, would read: then one of the two is a mistake.
pub(super) fn wordings(draft: &Draft, resolution: &Resolution) -> UseCaseResult<()> {
    if draft.residents_wording().is_none() || resolution.is_mixed() {
        return Ok(());
    }
    Err(UseCaseError::refused("refused-residents-body-audience"))
}

/// Refuses times that lie in the past or in the wrong order.
pub(super) fn times(draft: &Draft, now: Millis) -> UseCaseResult<()> {
    let sent = draft.send_at.unwrap_or(now);
    if sent < now {
        return Err(UseCaseError::refused("refused-time-past"));
    }
    if draft.ack_deadline.is_some_and(|deadline| deadline <= sent) {
        return Err(UseCaseError::refused("refused-deadline-before-send"));
    }
    if draft.expires_at.is_some_and(|expires| expires <= sent) {
        return Err(UseCaseError::refused("refused-expiry-before-send"));
    }
    Ok(())
}

/// Refuses a high urgency without a reason, and a number of answers that is none.
pub(super) fn marks(draft: &Draft) -> UseCaseResult<()> {
    let reason = draft.marks.reason.as_deref().map_or(0, |reason| reason.trim().chars().count());
    if draft.urgency.needs_reason() && reason == 0 {
        let level = draft.urgency.vietnamese().to_owned();
        return Err(UseCaseError::refused_with("refused-urgency-reason", vec![("urgency", level)]));
    }
    if reason > MAX_REASON_CHARS {
        return Err(too_long("refused-reason-long", reason, MAX_REASON_CHARS));
    }
    if draft.marks.quorum.is_some_and(|quorum| quorum < 1) {
        return Err(UseCaseError::refused("refused-quorum"));
    }
    Ok(())
}

/// The marks as they are stored: a reason only where one is asked for, in NFC.
pub(super) fn kept(draft: &Draft) -> Marks {
    let reason = draft.marks.reason.as_deref().map(|reason| nfc(reason.trim())).filter(|reason| !reason.is_empty());
    Marks { reason: reason.filter(|_| draft.urgency.needs_reason()), ..draft.marks.clone() }
}

/// Reads an audience and resolves it; refuses one that reaches nobody or leaves a unit out without saying so.
///
/// # Errors
/// `Refused` with the words that say what is wrong.
pub async fn audience_of(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<(Expr, Resolution)> {
    let audience = Expr::parse(typed).map_err(|error| unreadable(typed, &error))?;
    let resolution = resolve(tx, act, &audience).await?;
    if !resolution.unknown.is_empty() {
        let names = resolution.unknown.join(", ");
        return Err(UseCaseError::refused_with("refused-audience-unknown", vec![("names", names)]));
    }
    if !resolution.units_without_group.is_empty() {
        let directory = tx.directory(&act.commune_id, act.at.local_date()).await?;
        let names = names_of(&directory, &resolution.units_without_group);
        return Err(UseCaseError::refused_with("refused-audience-without-group", vec![("names", names)]));
    }
    if resolution.groups.is_empty() {
        return Err(UseCaseError::refused("refused-audience-empty"));
    }
    Ok((audience, resolution))
}

fn unreadable(typed: &str, error: &AudienceError) -> UseCaseError {
    let rest: String = typed.chars().skip(error.at()).take(20).collect();
    UseCaseError::refused_with("refused-audience-unreadable", vec![("rest", rest)])
}

fn names_of(directory: &Directory, targets: &[Target]) -> String {
    let name = |target: &Target| {
        let unit = directory.units.iter().find(|unit| unit.id == target.unit);
        unit.map_or_else(|| target.unit.clone(), |unit| unit.name.clone())
    };
    targets.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The hard stop in front of everything that leaves. It knows no role and no exception. Gives whether the bulletin may not
/// leave the circle of officials.
pub(super) fn gate(draft: &Draft, resolution: &Resolution) -> UseCaseResult<bool> {
    let pages: Vec<FirstPage<'_>> =
        draft.files.iter().map(|file| FirstPage { text: &file.first_page, readable: file.readable }).collect();
    let verdict = secrecy::gate(&Submission {
        attestation: draft.attestation,
        unreadable_attested: draft.unreadable_attested,
        typed: &format!("{}\n{}", draft.title, draft.body),
        residents_typed: draft.residents_body.as_deref().unwrap_or_default(),
        pages: &pages,
        party: if draft.document.party { PartyOrigin::Yes } else { PartyOrigin::No },
        residents: resolution.groups.iter().any(|group| group.kind == GroupKind::Residents),
    });
    match verdict {
        Verdict::Pass { cadre_bound, .. } => Ok(cadre_bound.is_some()),
        Verdict::Refuse(Refusal::Declared(_) | Refusal::Stamped(_)) => Err(UseCaseError::refused("refused-secret")),
        Verdict::NeedsAttestation(Question::Secrecy) => Err(UseCaseError::refused("refused-secrecy-not-chosen")),
        Verdict::NeedsAttestation(Question::Unreadable) => Err(UseCaseError::refused("refused-unreadable")),
        Verdict::CadreOnly(CadreReason::Marked(_)) => Err(UseCaseError::refused("refused-cadre-mark")),
        Verdict::CadreOnly(CadreReason::PersonalNumbers { count }) => {
            Err(UseCaseError::refused_with("refused-personal-numbers", vec![("count", count.to_string())]))
        }
        Verdict::CadreOnly(CadreReason::Party) => Err(UseCaseError::refused("refused-party-document")),
    }
}
