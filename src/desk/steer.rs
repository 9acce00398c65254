//! Bulletins that repeat: `/tamdung`, `/molai`, `/lich <mã>`, and the question about a firing that was missed.
//!
//! The question is answered by its buttons or by typing the number of a choice in private. It holds no conversation: the
//! number means it as long as it is open, and with several open questions the code must stand behind the number.

use super::door::hold;
use super::{Response, Talk};
use crate::domain::bulletin::{State, parse_typed};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::command::Command;
use crate::domain::org::Role;
use crate::domain::text::fold;
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, Schedule, ScheduleState};
use crate::usecase::fire::{Answered, answer_missed};
use crate::usecase::notify::Note;
use crate::usecase::repeat::{self, SHOWN, Steered};
use crate::usecase::{Act, UseCaseResult, look_up};

/// Those who may steer a repeating bulletin; whose it is, is checked with the bulletin.
const STEERING: [Role; 2] = [Role::Composer, Role::Approver];

async fn say_plain(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<Response> {
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// `/tamdung` and `/molai`, with the code of what repeats or of a group.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (Command, &str)) -> UseCaseResult<Response> {
    let (command, args) = what;
    let locale = &act.house.locale;
    if args.trim().is_empty() {
        return say_plain(tx, act, talk, say!(locale, "repeat-how", command = command.name())).await;
    }
    if parse_typed(args).is_none() {
        let wish = if command == Command::Pause { hold::Wish::Pause } else { hold::Wish::Resume };
        return hold::command(tx, act, talk, (wish, args)).await;
    }
    look_up::require_any_role(tx, act, &STEERING).await?;
    let bulletin = look_up::bulletin(tx, act, args).await?;
    let code = bulletin.code.as_str();
    let text = if command == Command::Pause {
        match repeat::pause(tx, act, &bulletin).await? {
            Steered::Already(_) => say!(locale, "repeat-paused-already", code = code),
            _ => say!(locale, "repeat-paused", code = code),
        }
    } else {
        resumed(act, code, repeat::resume(tx, act, &bulletin).await?)
    };
    say_plain(tx, act, talk, text).await
}

fn resumed(act: &Act<'_>, code: &str, steered: Steered) -> String {
    let locale = &act.house.locale;
    match steered {
        Steered::Done(Some(next)) => say!(locale, "repeat-resumed", code = code, time = format_full(next)),
        Steered::Already(Some(next)) => say!(locale, "repeat-resumed-already", code = code, time = format_full(next)),
        _ => say!(locale, "repeat-resumed-over", code = code),
    }
}

/// Ends a repeating bulletin, after the question was answered.
pub(super) async fn end(tx: &mut Tx, act: &Act<'_>, talk: &Talk, bulletin: &Bulletin) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let code = bulletin.code.as_str();
    let text = match repeat::end(tx, act, bulletin).await? {
        Steered::Cancelled => say!(locale, "decide-cancelled", code = code),
        Steered::Already(_) => say!(locale, "refused-repeat-over", code = code),
        _ => say!(locale, "repeat-ended", code = code),
    };
    say_plain(tx, act, talk, text).await
}

/// `/lich <mã>`: the rule and the next firings; none when the bulletin goes once.
pub(super) async fn shown(tx: &mut Tx, act: &Act<'_>, bulletin: &Bulletin) -> UseCaseResult<Option<String>> {
    let version = look_up::current_version(tx, bulletin).await?;
    let Some(recurrence) = repeat::of(&version) else { return Ok(None) };
    let locale = &act.house.locale;
    let schedule = tx.schedule_of(&bulletin.id).await?;
    let running = schedule.as_ref().is_some_and(|found| found.state == ScheduleState::Active);
    let rule = repeat::words(locale, &recurrence, Millis(version.expires_at));
    let state = state_words(act, bulletin, schedule.as_ref());
    let head = say!(
        locale,
        "repeat-shown",
        code = bulletin.code.as_str(),
        title = version.title.as_str(),
        state = state,
        rule = rule
    );
    if !running {
        return Ok(Some(head));
    }
    let next = repeat::upcoming(tx, act, &version, act.at, SHOWN).await?;
    Ok(Some(format!("{head}\n{}", repeat::upcoming_words(locale, &next))))
}

fn state_words(act: &Act<'_>, bulletin: &Bulletin, schedule: Option<&Schedule>) -> String {
    let locale = &act.house.locale;
    match schedule.map(|schedule| schedule.state) {
        Some(ScheduleState::Active) if bulletin.state == State::Approved => say!(locale, "repeat-state-running"),
        Some(ScheduleState::Active) => bulletin.state.vietnamese().to_owned(),
        Some(ScheduleState::Paused) => say!(locale, "watch-schedule-paused"),
        Some(ScheduleState::Asking) => say!(locale, "watch-schedule-asking"),
        _ => say!(locale, "repeat-state-over"),
    }
}

/// `ms:s:<schedule>:<missed>` sends what was missed, `ms:k:…` leaves it out.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let old = || Response::toast(say!(act.house.locale, "toast-old-button"));
    let fields: Vec<&str> = data.split(':').collect();
    let [answer, schedule_id, missed] = fields.as_slice() else { return Ok(old()) };
    let Ok(missed) = missed.parse() else { return Ok(old()) };
    match answer_missed(tx, act, schedule_id, Some(Millis(missed)), *answer == "s").await? {
        Answered::Over => Ok(old()),
        answered => say_plain(tx, act, talk, answered_words(act, answered)).await,
    }
}

fn answered_words(act: &Act<'_>, answered: Answered) -> String {
    let locale = &act.house.locale;
    match answered {
        Answered::Sent { code, groups } => say!(locale, "repeat-missed-sent", code = code, groups = groups),
        Answered::Later { code, at } => say!(locale, "repeat-missed-later", code = code, time = format_full(at)),
        Answered::LeftOut { code } => say!(locale, "repeat-missed-left", code = code),
        Answered::Over => say!(locale, "toast-old-button"),
    }
}

/// "1", "2 VB-2025-0042", "gửi bù": the same by typing. None when nothing is being asked, or these are other words.
pub(super) async fn typed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: &str) -> UseCaseResult<Option<Response>> {
    let (Some(person), true) = (talk.trusted(), talk.is_private()) else { return Ok(None) };
    let Some((send, code)) = answer_of(text) else { return Ok(None) };
    let asking = tx.schedules_asking(&person.id).await?;
    let mut open = Vec::new();
    for schedule in asking {
        open.extend(tx.bulletin(&schedule.bulletin_id).await?.map(|bulletin| (schedule, bulletin)));
    }
    if let Some(code) = code.map(|code| look_up::bulletin(tx, act, code)) {
        let named = code.await?;
        open.retain(|(_, bulletin)| bulletin.id == named.id);
    }
    match open.as_slice() {
        [] => Ok(None),
        [(schedule, _)] => {
            let answered = answer_missed(tx, act, &schedule.id, None, send).await?;
            say_plain(tx, act, talk, answered_words(act, answered)).await.map(Some)
        }
        several => {
            let codes: Vec<&str> = several.iter().map(|(_, bulletin)| bulletin.code.as_str()).collect();
            let first = codes.first().copied().unwrap_or_default();
            let text = say!(act.house.locale, "repeat-missed-which", codes = codes.join(", "), first = first);
            say_plain(tx, act, talk, text).await.map(Some)
        }
    }
}

/// Whether it is to be sent, and the code behind the answer.
fn answer_of(text: &str) -> Option<(bool, Option<&str>)> {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let code = Some(rest.trim()).filter(|rest| !rest.is_empty());
    match (first.trim_end_matches('.'), fold(text).as_str()) {
        (_, "gui bu" | "gui bu bay gio") => Some((true, None)),
        (_, "bo qua" | "bo qua lan nay") => Some((false, None)),
        ("1", _) if code.is_none_or(|code| parse_typed(code).is_some()) => Some((true, code)),
        ("2", _) if code.is_none_or(|code| parse_typed(code).is_some()) => Some((false, code)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::answer_of;

    #[rstest]
    #[case("1", Some((true, None)))]
    #[case("2.", Some((false, None)))]
    #[case("Gửi bù", Some((true, None)))]
    #[case("bo qua", Some((false, None)))]
    #[case("1 VB-2025-0042", Some((true, Some("VB-2025-0042"))))]
    #[case("2 vb42", Some((false, Some("vb42"))))]
    #[case("1 thôn chưa nhận", None)]
    #[case("12", None)]
    #[case("đã nhận", None)]
    #[case("", None)]
    fn only_a_number_or_the_words_of_a_choice_answer(
        #[case] typed: &str,
        #[case] expected: Option<(bool, Option<&str>)>,
    ) {
        assert_eq!(answer_of(typed), expected);
    }
}
