//! Times as they are typed on the command line: as in the chat, or `2025-07-28T07:30`.

use chrono::NaiveDateTime;

use crate::domain::calendar::{Millis, format_date, format_full, weekday_name};
use crate::domain::when::{self, Note, Purpose, Reading, WhenConfig, WhenError};

/// A time that was understood, and what the person should be told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// The instant; none for "now".
    pub(super) at: Option<Millis>,
    /// English remarks.
    pub(super) notes: Vec<&'static str>,
}

/// When to send; `now` gives no instant, since it means the moment of approval.
///
/// # Errors
/// One line that says what was not understood or which times to choose from.
pub(super) fn to_send(typed: &str, now: Millis, config: &WhenConfig) -> anyhow::Result<Moment> {
    if typed.trim().eq_ignore_ascii_case("now") {
        return Ok(Moment { at: None, notes: Vec::new() });
    }
    if let Some(at) = exact(typed) {
        return Ok(Moment { at: Some(at), notes: Vec::new() });
    }
    let reading =
        when::parse(typed, now, Purpose::SendTime, config).map_err(|error| unread("--send", typed, &error))?;
    anyhow::ensure!(
        !reading.before,
        "--send `{typed}` is a deadline: give the time to send, and the deadline with --ack-by"
    );
    let at = (!reading.immediate).then_some(reading.at);
    Ok(Moment { at, notes: notes(&reading) })
}

/// Until when to confirm.
///
/// # Errors
/// As [`to_send`].
pub(super) fn to_confirm(typed: &str, now: Millis, config: &WhenConfig) -> anyhow::Result<Moment> {
    if let Some(at) = exact(typed) {
        return Ok(Moment { at: Some(at), notes: Vec::new() });
    }
    let reading =
        when::parse(typed, now, Purpose::Deadline, config).map_err(|error| unread("--ack-by", typed, &error))?;
    Ok(Moment { at: Some(reading.at), notes: notes(&reading) })
}

/// "2025-07-28T07:30" or the same with a space, in the commune's own time.
fn exact(typed: &str) -> Option<Millis> {
    let local = NaiveDateTime::parse_from_str(&typed.trim().replace(' ', "T"), "%Y-%m-%dT%H:%M");
    local.ok().map(Millis::from_local)
}

fn notes(reading: &Reading) -> Vec<&'static str> {
    let note = |note: &Note| match note {
        Note::RolledToTomorrow => "that hour has passed today: tomorrow was taken",
        Note::RolledToNextWeek => "that hour has passed today: next week was taken",
        Note::DefaultTime => "no hour was given: the usual one was taken",
        Note::Weekend => "that is on a weekend",
    };
    reading.notes.iter().map(note).collect()
}

fn unread(switch: &str, typed: &str, error: &WhenError) -> anyhow::Error {
    let way_out = "give a time such as \"thứ hai 7h30\" or 2025-07-28T07:30";
    let reason = match error {
        WhenError::Ambiguous { choices } => {
            let choices: Vec<String> = choices.iter().map(|at| format_full(*at)).collect();
            return anyhow::anyhow!("{switch} `{typed}` may be {}: say which", choices.join(" or "));
        }
        WhenError::Past { read_as, .. } => format!("{} has passed", format_full(*read_as)),
        WhenError::WeekdayMismatch { date, said } => {
            format!("{} is not a {}", format_date(*date), weekday_name(*said))
        }
        other => other.to_string(),
    };
    anyhow::anyhow!("{switch} `{typed}`: {reason}; {way_out}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Friday 25 July 2025, 09:00 in Việt Nam.
    const NOW: Millis = Millis(1_753_408_800_000);

    fn sent(typed: &str) -> anyhow::Result<Moment> {
        to_send(typed, NOW, &WhenConfig::default())
    }

    #[rstest]
    #[case::vietnamese("thứ hai 7h30", "07:30 thứ Hai, 28/7/2025")]
    #[case::exact("2025-07-28T07:30", "07:30 thứ Hai, 28/7/2025")]
    #[case::with_a_space(" 2025-07-28 07:30", "07:30 thứ Hai, 28/7/2025")]
    fn a_time_is_read_as_in_the_chat_or_exactly(#[case] typed: &str, #[case] full: &str) {
        assert_eq!(sent(typed).unwrap().at.map(format_full).as_deref(), Some(full));
    }

    #[rstest]
    #[case::english("now")]
    #[case::vietnamese("ngay")]
    fn now_is_the_moment_of_approval(#[case] typed: &str) {
        assert_eq!(sent(typed).unwrap().at, None);
    }

    #[rstest]
    #[case::passed("24/7/2025", "has passed")]
    #[case::nonsense("khi nào rảnh", "not understood")]
    #[case::no_such_day("31/9/2025", "there is no 31/9/2025")]
    #[case::a_deadline("trước 17h ngày 29/7", "--ack-by")]
    #[case::nothing("", "no time was typed")]
    fn what_is_no_time_to_send_is_refused_with_the_reason(#[case] typed: &str, #[case] reason: &str) {
        let error = sent(typed).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn a_deadline_without_an_hour_ends_with_the_office_and_says_so() {
        let moment = to_confirm("29/7", NOW, &WhenConfig::default()).unwrap();
        assert_eq!(moment.at.map(format_full).as_deref(), Some("17:00 thứ Ba, 29/7/2025"));
        assert_eq!(moment.notes, ["no hour was given: the usual one was taken"]);
    }
}
