//! Calling those who did not answer: the list, its buttons, and "3 đã gọi" typed instead of pressing.

use super::{STAFF, is_confidential, old_button, say_text};
use crate::desk::{Response, Talk};
use crate::domain::ladder::call::{self, CallWords};
use crate::say;
use crate::store::Tx;
use crate::store::answers::{CallOutcome, Obligation};
use crate::store::bulletins::Bulletin;
use crate::usecase::call::{CALLERS, Noted, note};
use crate::usecase::escalate::Case;
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult, look_up, mark};

/// `k:y:<obligation>`, `k:n:<obligation>`.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let (answer, id) = data.split_once(':').unwrap_or(("", data));
    let outcome = if answer == "y" { CallOutcome::Confirmed } else { CallOutcome::Unanswered };
    let Some(obligation) = tx.obligation(id).await? else { return Ok(old_button(act)) };
    let noted = note(tx, act, &obligation, outcome).await?;
    let text = said(act, outcome, &[noted]);
    say_text(tx, act, talk, text.clone()).await?;
    Ok(Response::repeated(text.lines().last().unwrap_or_default()))
}

/// "3 đã gọi" in a chat where a call list was shown. None when it is no such words, or no list was shown to this person here.
pub(super) async fn typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: &str) -> UseCaseResult<Option<Response>> {
    let (code, Some(words)) = call::behind_code(text) else { return Ok(None) };
    let may = match look_up::require_any_role(tx, act, &CALLERS).await {
        Ok(_) => true,
        Err(UseCaseError::Denied(Denied::MissingRole(_) | Denied::NotRegistered)) => false,
        Err(error) => return Err(error),
    };
    let shown = tx.call_lists_in(&talk.chat.id).await?;
    if !may || shown.is_empty() {
        return Ok(None);
    }
    if !code.is_empty() {
        let bulletin = look_up::bulletin(tx, act, code).await?;
        let meant = (&bulletin, look_up::typed_firing(code));
        return Ok(Some(on_bulletin(tx, act, talk, meant, &words).await?));
    }
    let mut cases = Vec::new();
    for broadcast_id in &shown {
        cases.extend(Case::of(tx, broadcast_id).await?.filter(|case| named(case, &words).is_some()));
    }
    match cases.as_slice() {
        [] => Err(number_refused(&words)),
        [case] => Ok(Some(settle(tx, act, talk, case, &words).await?)),
        several => {
            let codes: Vec<&str> = several.iter().map(|case| case.bulletin.code.as_str()).collect();
            let text = say!(act.house.locale, "call-which", codes = codes.join(", "), code = codes[0], typed = text);
            say_text(tx, act, talk, text).await?;
            Ok(Some(Response::default()))
        }
    }
}

/// `/chuanhan mã 3 đã gọi`.
pub(super) async fn on_bulletin(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    meant: (&Bulletin, Option<u32>),
    words: &CallWords,
) -> UseCaseResult<Response> {
    let (bulletin, number) = meant;
    look_up::require_any_role(tx, act, &STAFF).await?;
    if !is_confidential(tx, talk).await? {
        say_text(tx, act, talk, say!(act.house.locale, "watch-ask-in-private")).await?;
        return Ok(Response::default());
    }
    let broadcast = look_up::firing(tx, bulletin, number).await?;
    let not_sent = || UseCaseError::refused_with("refused-not-sent", vec![("code", bulletin.code.clone())]);
    let case = Case::of(tx, &broadcast.id).await?.ok_or_else(not_sent)?;
    settle(tx, act, talk, &case, words).await
}

/// The units with these numbers, if every number is one and one of them is still open.
fn named<'a>(case: &'a Case, words: &CallWords) -> Option<Vec<&'a Obligation>> {
    let find = |number: &usize| case.obligations.get(number.checked_sub(1)?);
    let found: Vec<&Obligation> = words.numbers.iter().map(find).collect::<Option<_>>()?;
    let open = case.open();
    found.iter().any(|owed| open.iter().any(|(_, other)| other.id == owed.id)).then_some(found)
}

fn number_refused(words: &CallWords) -> UseCaseError {
    let numbers: Vec<String> = words.numbers.iter().map(usize::to_string).collect();
    UseCaseError::refused_with("refused-call-number", vec![("numbers", numbers.join(", "))])
}

async fn settle(tx: &mut Tx, act: &Act<'_>, talk: &Talk, case: &Case, words: &CallWords) -> UseCaseResult<Response> {
    let outcome = if words.confirmed { CallOutcome::Confirmed } else { CallOutcome::Unanswered };
    let mut noted = Vec::new();
    for obligation in named(case, words).ok_or_else(|| number_refused(words))? {
        noted.push(note(tx, act, obligation, outcome).await?);
    }
    say_text(tx, act, talk, said(act, outcome, &noted)).await?;
    Ok(Response::default())
}

/// What was noted, and how many are left.
fn said(act: &Act<'_>, outcome: CallOutcome, noted: &[Noted]) -> String {
    let locale = &act.house.locale;
    let Some(last) = noted.last() else { return String::new() };
    let names = |fresh: bool| {
        let units = noted.iter().filter(|one| one.fresh == fresh).map(|one| one.unit_name.as_str());
        units.collect::<Vec<_>>().join(", ")
    };
    let (fresh, stale) = (names(true), names(false));
    let key = if outcome == CallOutcome::Confirmed { "call-done" } else { "call-noted-in-vain" };
    let code = last.bulletin.code.as_str();
    let mut lines = Vec::new();
    if !fresh.is_empty() {
        let args = [("code", code.into()), ("units", fresh.into()), ("open", last.open.into())];
        lines.push(locale.text(key, &args));
    }
    if !stale.is_empty() {
        lines.push(say!(locale, "call-already", code = code, units = stale));
    }
    mark::marked(locale, last.exercise, lines.join("\n"))
}
