//! Deciding: `/choduyet`, `/duyet`, `/tuchoi`, `/huy`, `/thuhoi`, `/hen`, and the buttons of the approval cards.
//!
//! * Who may do what is checked before a code is looked up, so that a stranger learns nothing of it.
//! * What undoes or moves something asks back first; the question is a row (flow [`FLOW`]) and can be answered by
//!   button, by number or in words. Where another conversation is open its row is left alone: the button, or the
//!   command with "có" behind it, answers then.

use super::compose::timing;
use super::{Response, Talk, compose};
use crate::domain::audience::Expr;
use crate::domain::bulletin::{State, parse_typed};
use crate::domain::calendar::{Millis, format_full, format_short};
use crate::domain::command::Command;
use crate::domain::org::Role;
use crate::domain::when::Purpose;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;
use crate::store::dialogues::Dialogue;
use crate::usecase::approve::{self, Approved};
use crate::usecase::compose::{approval_card, duty_card, resolve};
use crate::usecase::notify::Note;
use crate::usecase::release::{self, Decided};
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult, look_up, mark, withdraw};

use asked::Asked;
use compose::time::{self, Heard};

mod asked;

/// The conversation's name in its row.
pub(super) const FLOW: &str = "decide";

/// Cards shown at once; the oldest come first.
const MAX_CARDS: usize = 10;

/// One of the deciding commands.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (Command, &str)) -> UseCaseResult<Response> {
    let (command, args) = what;
    match command {
        Command::Approvals => awaiting(tx, act, talk).await,
        Command::Approve => approve_typed(tx, act, talk, args).await,
        Command::Reject => reject_typed(tx, act, talk, args).await,
        Command::Cancel => cancel_typed(tx, act, talk, args).await,
        Command::Recall => recall_typed(tx, act, talk, args).await,
        _ => reschedule_typed(tx, act, talk, args).await,
    }
}

/// The code in front of some words, and the words. The longest beginning that is a code counts: "vb 2025 42 thiếu tệp".
fn split_code(args: &str) -> (&str, &str) {
    let args = args.trim();
    let ends = args.char_indices().filter(|(_, sign)| sign.is_whitespace()).map(|(at, _)| at);
    let ends: Vec<usize> = ends.take(6).chain(std::iter::once(args.len())).collect();
    let end = ends.into_iter().rev().find(|end| args.get(..*end).is_some_and(|code| parse_typed(code).is_some()));
    let (code, rest) = args.split_at(end.unwrap_or_else(|| args.find(char::is_whitespace).unwrap_or(args.len())));
    (code, rest.trim())
}

async fn say_plain(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<Response> {
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// `/choduyet`: a card of everything this person may approve.
async fn awaiting(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Approver, Role::Duty]).await?;
    let locale = &act.house.locale;
    let afterwards = released(tx, act, talk).await?;
    let mut mine = Vec::new();
    for bulletin in tx.bulletins_in(&act.commune_id, State::AwaitingApproval).await? {
        if may_let_go(tx, act, &bulletin).await? {
            mine.push(bulletin);
        }
    }
    mine.reverse();
    if mine.is_empty() && afterwards > 0 {
        return Ok(Response::default());
    }
    if mine.is_empty() {
        return say_plain(tx, act, talk, say!(locale, "decide-nothing-awaits")).await;
    }
    for bulletin in mine.iter().take(MAX_CARDS) {
        let version = look_up::current_version(tx, bulletin).await?;
        let Ok(audience) = Expr::parse(&version.audience) else { continue };
        let resolution = resolve(tx, act, &audience).await?;
        let card = approval_card(tx, act, bulletin, &version, &resolution).await?;
        let own = act.person()? == bulletin.composer_id;
        let whole = !own && approve::may_approve(tx, act, bulletin).await?;
        let card = if whole { card } else { duty_card(act, &version, card) };
        talk.show(tx, act, &card).await?;
    }
    if mine.len() > MAX_CARDS {
        let more = say!(locale, "decide-more-await", count = mine.len() - MAX_CARDS);
        return say_plain(tx, act, talk, more).await;
    }
    Ok(Response::default())
}

/// Whether this person may approve it, or release it.
async fn may_let_go(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<bool> {
    let others = act.person()? != bulletin.composer_id;
    Ok((others && approve::may_approve(tx, act, bulletin).await?) || release::may_release(tx, act, bulletin).await?)
}

/// Cards of what went out on the duty officer's word and waits for this person's; gives how many.
async fn released(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<usize> {
    let person = act.person()?.to_owned();
    let mut shown = 0;
    for open in tx.open_releases(&act.commune_id).await?.into_iter().take(MAX_CARDS) {
        let Some(bulletin) = tx.bulletin(&open.bulletin_id).await? else { continue };
        let Some(version) = tx.version(&open.bulletin_id, open.version).await? else { continue };
        let other = person != bulletin.composer_id && person != open.officer_id;
        if other && tx.has_role(&person, Role::Approver, &bulletin.unit_id).await? {
            let card = release::card(tx, act, (&bulletin, &version), &open, "card-release").await?;
            talk.show(tx, act, &card).await?;
            shown += 1;
        }
    }
    Ok(shown)
}

/// `/duyet [mã]`; without a code it is the list.
async fn approve_typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Approver, Role::Composer, Role::Duty]).await?;
    if args.trim().is_empty() {
        return awaiting(tx, act, talk).await;
    }
    let bulletin = look_up::bulletin(tx, act, args).await?;
    let note = let_go(tx, act, &bulletin, None).await?;
    talk.say(tx, act, &note).await?;
    Ok(Response::default())
}

/// Approves, releases or approves after the fact. Composers learn that it is their own, whether they have the approver's
/// role or not, unless they are on duty and may release it.
async fn let_go(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, seen: Option<i64>) -> UseCaseResult<Note> {
    let own = act.person()? == bulletin.composer_id;
    if own && !release::may_release(tx, act, bulletin).await? {
        return Err(Denied::OwnBulletin.into());
    }
    let text = match release::decide(tx, act, bulletin, seen).await? {
        Decided::Approved(approved) => approved_text(act, &approved),
        Decided::Released(approved, by) => say!(
            act.house.locale,
            "decide-released",
            code = approved.bulletin.code.as_str(),
            groups = approved.groups,
            by = format_full(by)
        ),
        Decided::AfterFact(bulletin) => {
            say!(act.house.locale, "decide-approved-after", code = bulletin.code.as_str())
        }
    };
    let urgency = look_up::current_version(tx, bulletin).await?.urgency;
    Ok(Note::plain(mark::about(tx, act, bulletin, text).await?).to_let_go(urgency))
}

/// "VB-2025-0042: Đã duyệt, gửi lúc 07:30 28/7"
fn approved_text(act: &Act<'_>, approved: &Approved) -> String {
    let key = if approved.fire_at <= act.at { "decide-approved-now" } else { "decide-approved-at" };
    act.house.locale.text(
        key,
        &[
            ("code", approved.bulletin.code.as_str().into()),
            ("time", format_short(approved.fire_at).into()),
            ("groups", approved.groups.into()),
        ],
    )
}

/// `/tuchoi <mã> [lý do]`.
async fn reject_typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Approver]).await?;
    if args.trim().is_empty() {
        return say_plain(tx, act, talk, say!(act.house.locale, "decide-reject-how")).await;
    }
    let (code, reason) = split_code(args);
    let bulletin = look_up::bulletin(tx, act, code).await?;
    if reason.is_empty() {
        may_decide(tx, act, &bulletin, bulletin.version).await?;
        return asked::ask(tx, act, talk, Asked::reason(&bulletin)).await;
    }
    asked::send_back(tx, act, talk, &bulletin, reason).await
}

/// What `approve` will check, before somebody is asked to type a reason in vain.
async fn may_decide(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin, seen: i64) -> UseCaseResult<()> {
    let person = look_up::require_role(tx, act, Role::Approver, &bulletin.unit_id).await?;
    let code = bulletin.code.clone();
    let release = release::open_release(tx, bulletin).await?;
    if person == bulletin.composer_id || release.as_ref().is_some_and(|release| release.officer_id == person) {
        return Err(Denied::OwnBulletin.into());
    }
    if bulletin.state != State::AwaitingApproval && release.is_none() {
        let state = bulletin.state.vietnamese().to_owned();
        return Err(UseCaseError::refused_with("refused-not-awaiting", vec![("code", code), ("state", state)]));
    }
    if seen != bulletin.version {
        return Err(UseCaseError::refused_with("refused-version-changed", vec![("code", code)]));
    }
    Ok(())
}

/// `/huy [mã] [có]`; inside a conversation and without a code it leaves that.
async fn cancel_typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if args.trim().is_empty() {
        let left = compose::leave(tx, talk).await?;
        let text = if left { say!(locale, "compose-left") } else { say!(locale, "decide-cancel-how") };
        return say_plain(tx, act, talk, text).await;
    }
    look_up::require_any_role(tx, act, &[Role::Composer, Role::Approver]).await?;
    let (code, word) = split_code(args);
    let bulletin = look_up::bulletin(tx, act, code).await?;
    if compose::choice::is_yes(word) {
        return asked::cancel(tx, act, talk, &bulletin).await;
    }
    if !matches!(bulletin.state, State::Draft | State::AwaitingApproval | State::Returned | State::Approved) {
        return Err(UseCaseError::refused_with("refused-already-sent", vec![("code", bulletin.code)]));
    }
    asked::ask(tx, act, talk, Asked::cancel(&bulletin)).await
}

/// `/thuhoi <mã> <lý do>`: asks back.
async fn recall_typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Approver]).await?;
    let (code, reason) = split_code(args);
    if !reason.chars().any(char::is_alphanumeric) {
        return say_plain(tx, act, talk, say!(act.house.locale, "decide-recall-how")).await;
    }
    let bulletin = look_up::bulletin(tx, act, code).await?;
    withdraw::check(tx, act, &bulletin).await?;
    asked::ask(tx, act, talk, Asked::recall(&bulletin, reason)).await
}

/// `/hen <mã> <giờ>`.
async fn reschedule_typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    let person = look_up::require_any_role(tx, act, &[Role::Composer]).await?;
    let (code, typed) = split_code(args);
    if code.is_empty() {
        return say_plain(tx, act, talk, say!(act.house.locale, "decide-schedule-how")).await;
    }
    let bulletin = look_up::bulletin(tx, act, code).await?;
    if person != bulletin.composer_id {
        return Err(Denied::MissingRole(Role::Composer).into());
    }
    if typed.is_empty() {
        let text = say!(act.house.locale, "decide-schedule-when", code = bulletin.code.as_str());
        return say_plain(tx, act, talk, text).await;
    }
    match time::hear(act, typed, Purpose::SendTime) {
        Heard::At(reading) => {
            let at = if reading.immediate { None } else { Some(reading.at) };
            offer_time(tx, act, talk, &bulletin, at).await
        }
        Heard::Which { choices, lead } => {
            let choices = choices.into_iter().map(Some).collect();
            asked::ask(tx, act, talk, Asked::move_to(&bulletin, choices, lead)).await
        }
        Heard::Not(problem) => say_plain(tx, act, talk, problem).await,
    }
}

/// Asks back with the time in full, or with the next opening of the window.
async fn offer_time(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    bulletin: &Bulletin,
    at: Option<Millis>,
) -> UseCaseResult<Response> {
    let version = look_up::current_version(tx, bulletin).await?;
    let what = (version.audience.as_str(), version.urgency);
    let later = timing::opens_later(tx, act, what, at.unwrap_or(act.at)).await?;
    let lead = later.map_or_else(String::new, |allowed| timing::outside(act, allowed));
    asked::ask(tx, act, talk, Asked::move_to(bulletin, vec![later.or(at)], lead)).await
}

/// The answer to something asked back.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Response> {
    asked::answered(tx, act, talk, dialogue, text).await
}

/// `ok:<bulletin>:<version>`, `no:<bulletin>:<version>`, and `x:…` for what was asked back.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: (&str, &str)) -> UseCaseResult<Response> {
    let (room, rest) = data;
    if room == "x" {
        return asked::pressed(tx, act, talk, rest).await;
    }
    let (bulletin_id, version) = rest.split_once(':').unwrap_or((rest, ""));
    let bulletin = tx.bulletin(bulletin_id).await?.filter(|bulletin| bulletin.commune_id == act.commune_id);
    let (Some(bulletin), Ok(version)) = (bulletin, version.parse::<i64>()) else {
        return Ok(Response::toast(say!(act.house.locale, "toast-old-button")));
    };
    if room == "no" {
        may_decide(tx, act, &bulletin, version).await?;
        return asked::ask(tx, act, talk, Asked::reason(&bulletin)).await;
    }
    let note = let_go(tx, act, &bulletin, Some(version)).await?;
    talk.say(tx, act, &note).await?;
    Ok(Response::repeated(note.text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::split_code;

    #[rstest]
    #[case("VB-2025-0042 thiếu tệp", "VB-2025-0042", "thiếu tệp")]
    #[case("vb 42 thiếu tệp", "vb 42", "thiếu tệp")]
    #[case("42 thứ hai 7h30", "42", "thứ hai 7h30")]
    #[case("42 7h", "42", "7h")]
    #[case("VB-2025-0042", "VB-2025-0042", "")]
    #[case("thiếu tệp", "thiếu", "tệp")]
    #[case("", "", "")]
    #[case("  ", "", "")]
    #[case("👍 ừ", "👍", "ừ")]
    fn a_code_ends_where_words_begin(#[case] args: &str, #[case] code: &str, #[case] rest: &str) {
        assert_eq!(split_code(args), (code, rest));
    }
}
