//! `/lich`: what goes, and when.

use chrono::{Datelike as _, NaiveDate};

use super::typed::{self, Days};
use super::words;
use crate::desk::{Talk, steer};
use crate::domain::bulletin::{TypedCode, find_codes, parse_typed};
use crate::domain::calendar::{Millis, format_date, format_full, weekday_name};
use crate::domain::text::cut;
use crate::domain::when::{self, Purpose};
use crate::say;
use crate::store::Tx;
use crate::store::overview::PlannedSending;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up, repeat};

/// Most lines of a list; a busy week of a commune has 25.
const MOST: usize = 40;
/// Most characters of a title in a list.
const TITLE: usize = 80;

/// Says what goes on the days asked for.
pub(super) async fn show(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<()> {
    if let [code] = find_codes(args).as_slice()
        && let Some(text) = of_code(tx, act, args, *code).await?
    {
        return super::say_text(tx, act, talk, text).await;
    }
    let today = act.at.local_date();
    let text = match typed::days(args) {
        Days::TodayOrWeek => match planned(tx, act, (today, 1)).await? {
            none if none.is_empty() => week(tx, act, true).await?,
            some => listed(act, day_head(act, today), &some),
        },
        Days::Today => of_day(tx, act, today).await?,
        Days::Week => week(tx, act, false).await?,
        Days::Named(words) => of_day(tx, act, named(act, &words)?).await?,
    };
    super::say_text(tx, act, talk, text).await
}

/// `/lich <mã>`: when one bulletin goes, by its rule where it repeats.
async fn of_code(tx: &mut Tx, act: &Act<'_>, args: &str, code: TypedCode) -> UseCaseResult<Option<String>> {
    if parse_typed(args) != Some(code) {
        return Ok(None);
    }
    let bulletin = look_up::bulletin(tx, act, args).await?;
    if let Some(text) = steer::shown(tx, act, &bulletin).await? {
        return Ok(Some(text));
    }
    let (now, end) = (act.at.start_of_day(), Millis(i64::MAX));
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut all = tx.planned_sendings(&act.commune_id, (now, end), limit * 100).await?;
    all.retain(|sending| sending.code == bulletin.code);
    Ok(Some(listed(act, say!(act.house.locale, "watch-queue-of", code = bulletin.code.as_str()), &all)))
}

/// What goes on some days; what repeats stands there with each of its firings.
async fn planned(tx: &mut Tx, act: &Act<'_>, (from, days): (NaiveDate, i64)) -> UseCaseResult<Vec<PlannedSending>> {
    let from = Millis::start_of(from);
    let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let span = (from, from.plus_days(days));
    let rows = tx.planned_sendings(&act.commune_id, span, limit).await?;
    repeat::expanded(tx, act, rows, span).await
}

async fn of_day(tx: &mut Tx, act: &Act<'_>, date: NaiveDate) -> UseCaseResult<String> {
    let planned = planned(tx, act, (date, 1)).await?;
    Ok(listed(act, day_head(act, date), &planned))
}

/// The seven days from today; `today_is_empty` is said first.
async fn week(tx: &mut Tx, act: &Act<'_>, today_is_empty: bool) -> UseCaseResult<String> {
    let today = act.at.local_date();
    let planned = planned(tx, act, (today, 7)).await?;
    let locale = &act.house.locale;
    let head = if today_is_empty { say!(locale, "watch-queue-week-instead") } else { say!(locale, "watch-queue-week") };
    Ok(listed(act, head, &planned))
}

fn day_head(act: &Act<'_>, date: NaiveDate) -> String {
    let day = format!("{}, {}", weekday_name(date.weekday()), format_date(date));
    say!(act.house.locale, "watch-queue-day", day = day)
}

fn named(act: &Act<'_>, words: &str) -> UseCaseResult<NaiveDate> {
    // From midnight on, so that today is not over yet.
    let reading = when::parse(words, act.at.start_of_day(), Purpose::SendTime, &act.house.times);
    let reading = reading.map_err(|_| UseCaseError::refused("refused-queue-day"))?;
    Ok(reading.at.local_date())
}

fn listed(act: &Act<'_>, head: String, planned: &[PlannedSending]) -> String {
    let locale = &act.house.locale;
    let mut lines = vec![head];
    if planned.is_empty() {
        lines.push(say!(locale, "watch-queue-none"));
    }
    lines.extend(planned.iter().take(MOST).map(|sending| line(act, sending)));
    if planned.len() > MOST {
        lines.push(say!(locale, "watch-queue-more"));
    }
    lines.join("\n")
}

fn line(act: &Act<'_>, sending: &PlannedSending) -> String {
    say!(
        act.house.locale,
        "watch-queue-line",
        time = format_full(Millis(sending.fire_at)),
        code = sending.code.as_str(),
        urgency = sending.urgency.vietnamese(),
        title = cut(&sending.title, TITLE, "…"),
        state = words::planned(&act.house.locale, sending)
    )
}
