//! `loa status` and `loa stats`: where one bulletin stands, and the sums over everything.
//!
//! Heads and words of state are English, as everywhere on the command line; names, titles and dates are the commune's own.

use std::io::Write;

use super::opened::Opened;
use crate::domain::ack::Way;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::message::{DeliveryState, MessageState};
use crate::domain::text::nfc;
use crate::usecase::status::{
    self, BroadcastStatus, BulletinStatus, DeliveryCounts, DeliveryStatus, ObligationCounts, ObligationStatus,
    RelayCounts, Stats, TroubleStatus, Window,
};
use crate::usecase::usage::GatewayUsage;
use crate::usecase::{UseCaseError, look_up};

/// Prints where the bulletin with this code stands, as a table or as one JSON document.
///
/// # Errors
/// One line that says what is wrong and what to do: no such code, or several bulletins with this number.
pub async fn run_status(code: &str, json: bool, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let status = load(code, opened).await?;
    let text = if json { serde_json::to_string_pretty(&status)? + "\n" } else { shown(&status) };
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// Prints the sums over everything that was sent, as a list or as one JSON document.
///
/// # Errors
/// The database; no organisation imported yet.
pub async fn run_stats(json: bool, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.read().await?;
    let stats = status::overall(&mut tx, &opened.act(&commune.id, None), Window::ALL).await?;
    let text = if json { serde_json::to_string_pretty(&stats)? + "\n" } else { summed(&stats) };
    out.write_all(text.as_bytes())?;
    Ok(())
}

async fn load(code: &str, opened: &Opened) -> anyhow::Result<BulletinStatus> {
    let commune = opened.commune().await?;
    let act = opened.act(&commune.id, None);
    let mut tx = opened.store.read().await?;
    let bulletin = look_up::bulletin(&mut tx, &act, code).await.map_err(plain)?;
    Ok(status::of_bulletin(&mut tx, &act, &bulletin).await?)
}

/// The error of looking a code up as one line that says what to do.
fn plain(error: UseCaseError) -> anyhow::Error {
    match error {
        UseCaseError::NotFound { what: "bulletin", name } => {
            anyhow::anyhow!("no bulletin with the code `{name}`: give it as printed, such as VB-2025-0042")
        }
        UseCaseError::Refused { key: "refused-code-ambiguous", args } => {
            let codes: Vec<String> = args.into_iter().map(|(_, codes)| codes).collect();
            anyhow::anyhow!("several bulletins have this number: give the full code, one of {}", codes.join(", "))
        }
        other => other.into(),
    }
}

fn shown(status: &BulletinStatus) -> String {
    let BulletinStatus { code, kind, title, state, version, urgency, composer, .. } = status;
    let schedule = status.schedule.map_or_else(
        || "none".to_owned(),
        |schedule| format!("{} ({})", format_full(schedule.fire_at), schedule.state),
    );
    let head = format!(
        "{code}  {title}\n{kind}, {state}, version {version}, urgency {urgency}, composed by {composer}\nschedule: {schedule}\n"
    ) + &marks(status);
    if status.broadcasts.is_empty() {
        return head + "nothing was sent yet\n";
    }
    let all = status.broadcasts.len();
    let broadcasts = (1..).zip(&status.broadcasts);
    broadcasts.fold(head, |text, (number, broadcast)| text + &broadcast_shown((number, all), broadcast))
}

/// That it is an exercise, and that it went out on the duty officer's word.
fn marks(status: &BulletinStatus) -> String {
    let exercise = if status.exercise { "an exercise: nothing of it is counted\n" } else { "" };
    let release = status.release.map(|release| match release.outcome {
        None => format!("released on duty, to be approved by {}\n", format_full(release.approve_by)),
        Some(outcome) => format!("released on duty, {outcome} after the fact\n"),
    });
    exercise.to_owned() + &release.unwrap_or_default()
}

fn broadcast_shown((number, all): (usize, usize), broadcast: &BroadcastStatus) -> String {
    let BroadcastStatus { version, state, reminders, .. } = broadcast;
    let rows: Vec<_> = broadcast.deliveries.iter().map(delivery_row).collect();
    let sections = [
        format!("\nbroadcast {number} of {all}: {}, version {version}, {state}\n", format_full(broadcast.fire_at)),
        format!("deliveries: {}\n", deliveries_summed(&broadcast.counts)),
        relayed(&broadcast.relays),
        table(&["GROUP", "KIND", "GATEWAY", "STATE", "WHY", "UNITS"], &rows),
        broadcast.ack_deadline.map(|deadline| obligations_shown(broadcast, deadline)).unwrap_or_default(),
        format!("reminders sent: {reminders}\n"),
    ];
    let troubles = broadcast.troubles.iter().map(trouble_shown);
    sections.into_iter().chain(troubles).collect()
}

fn obligations_shown(broadcast: &BroadcastStatus, deadline: Millis) -> String {
    let rows: Vec<_> = broadcast.obligations.iter().map(obligation_row).collect();
    let summed = obligations_summed(&broadcast.acknowledgements);
    let table = table(&["UNIT", "SEAT", "STATE", "CONFIRMED", "BY"], &rows);
    format!("\nto confirm until {}: {summed}\n{table}", format_full(deadline))
}

fn trouble_shown(trouble: &TroubleStatus) -> String {
    format!("trouble: {}, {}: {}\n", trouble.unit, format_full(trouble.reported_at), one_line(&trouble.words))
}

fn delivery_row(delivery: &DeliveryStatus) -> Vec<String> {
    let DeliveryStatus { group, kind, gateway, state, units, .. } = delivery;
    let failed = if *state == DeliveryState::Sent { String::new() } else { why(delivery) };
    let fallback = Some(delivery.fallback_for.join(", ")).filter(|names| !names.is_empty());
    let fallback = fallback.map(|names| format!("fallback for {names}"));
    let by_hand = delivery.relays.iter().map(|relay| match relay.posted_at {
        Some(at) => format!("posted by hand in {} {}", relay.group, format_full(at)),
        None => format!("to be posted by hand in {}", relay.group),
    });
    let notes = Some(failed).filter(|why| !why.is_empty()).into_iter().chain(fallback).chain(by_hand);
    let why = notes.collect::<Vec<_>>().join("; ");
    vec![group.clone(), kind.to_string(), gateway.clone(), state.to_string(), why, units.join(", ")]
}

/// Reason and the platform's own words of the first part that was not sent.
fn why(delivery: &DeliveryStatus) -> String {
    let part = delivery.messages.iter().find(|part| part.state != MessageState::Sent);
    let words = part.map(|part| [part.reason.as_deref(), part.detail.as_deref()]).unwrap_or_default();
    words.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn obligation_row(obligation: &ObligationStatus) -> Vec<String> {
    let marks = [(obligation.late, "late"), (obligation.proxy, "proxy")];
    let by = obligation.way.map(Way::as_str).into_iter();
    let by: Vec<&str> = by.chain(marks.into_iter().filter_map(|(holds, mark)| holds.then_some(mark))).collect();
    vec![
        obligation.unit.clone(),
        obligation.seat.clone(),
        obligation.state.to_string(),
        obligation.acknowledged_at.map(format_full).unwrap_or_default(),
        by.join(", "),
    ]
}

/// "17 of 24 sent; failed 6, unknown 1".
fn deliveries_summed(counts: &DeliveryCounts) -> String {
    let DeliveryCounts { sent, partial, unknown, failed, skipped, expired, cancelled, pending, replaced } = *counts;
    let others = [
        ("partial", partial),
        ("unknown", unknown),
        ("failed", failed),
        ("skipped", skipped),
        ("expired", expired),
        ("cancelled", cancelled),
        ("pending", pending),
        ("replaced", replaced),
    ];
    format!("{sent} of {} sent{}", counts.total(), beside(&others))
}

/// "passed on by hand: 0 of 1"; nothing where no head was asked.
fn relayed(counts: &RelayCounts) -> String {
    if counts.asked == 0 {
        String::new()
    } else {
        format!("passed on by hand: {} of {}\n", counts.posted, counts.asked)
    }
}

fn obligations_summed(counts: &ObligationCounts) -> String {
    let ObligationCounts { expected, acknowledged, awaiting, excused, unreachable, lapsed, superseded, late, proxy } =
        *counts;
    let others = [
        ("awaiting", awaiting),
        ("excused", excused),
        ("unreachable", unreachable),
        ("lapsed", lapsed),
        ("superseded", superseded),
        ("late", late),
        ("proxy", proxy),
    ];
    format!("{acknowledged} of {expected} acknowledged{}", beside(&others))
}

/// The numbers that are not zero, behind a semicolon.
fn beside(numbers: &[(&str, i64)]) -> String {
    let named: Vec<String> =
        numbers.iter().filter(|(_, number)| *number != 0).map(|(name, number)| format!("{name} {number}")).collect();
    if named.is_empty() { String::new() } else { format!("; {}", named.join(", ")) }
}

fn summed(stats: &Stats) -> String {
    let bulletins: Vec<String> = stats.bulletins.iter().map(|(state, count)| format!("{state} {count}")).collect();
    let minutes = stats.median_minutes.map_or_else(|| "–".to_owned(), |minutes| format!("{minutes} minutes"));
    let mut rows = vec![
        row("groups bound", stats.groups),
        row("bulletins", if bulletins.is_empty() { "0".to_owned() } else { bulletins.join(", ") }),
        row("deliveries", deliveries_summed(&stats.deliveries)),
    ];
    rows.extend(stats.platforms.iter().map(|(name, counts)| row(&format!("  {name}"), deliveries_summed(counts))));
    if stats.relays.asked > 0 {
        rows.push(row("passed on by hand", format!("{} of {}", stats.relays.posted, stats.relays.asked)));
    }
    rows.extend([
        row("obligations", obligations_summed(&stats.obligations)),
        row("half of them within", minutes),
        row("reminders sent", stats.reminders),
        row("open incidents", stats.open_incidents),
    ]);
    rows.extend(
        stats.incidents.iter().map(|incident| row("  incident", format!("{} {}", incident.scope, incident.kind))),
    );
    rows.extend(stats.usage.iter().map(usage_row));
    table(&[], &rows)
}

/// "telegram: 2412 of 3000 messages, 2 of 3 groups".
fn usage_row(usage: &GatewayUsage) -> Vec<String> {
    let GatewayUsage { gateway, usage, groups, budget, answers_left_out, .. } = usage;
    let left_out = match answers_left_out {
        0 => String::new(),
        count => format!(", {count} answers left out to save the rest"),
    };
    row(
        "used this month",
        match budget {
            Some(budget) => format!(
                "{gateway}: {} of {} messages, {groups} of {} groups{left_out}",
                usage.used(),
                budget.messages_a_month,
                budget.groups
            ),
            None => format!("{gateway}: {} messages, {groups} groups", usage.used()),
        },
    )
}

fn row(name: &str, value: impl std::fmt::Display) -> Vec<String> {
    vec![name.to_owned(), value.to_string()]
}

/// Pads every column but the last to its widest cell. In stored form each Vietnamese letter is one character and one
/// column wide.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|word| (*word).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(&head)
        .filter(|head| !head.is_empty() && !rows.is_empty())
        .chain(rows)
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column).unwrap_or(0)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A cell is one line, whatever a platform's error text holds.
fn one_line(cell: &str) -> String {
    nfc(cell).replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_however_it_was_typed() {
        let rows = [vec!["Tho\u{302}n 1".to_owned(), "x".to_owned()], vec!["Thôn 10".to_owned(), "y\nz".to_owned()]];
        assert_eq!(table(&["UNIT", "Y"], &rows), "UNIT     Y\nThôn 1   x\nThôn 10  y z\n");
    }

    #[test]
    fn a_table_without_rows_prints_nothing() {
        assert_eq!(table(&["UNIT"], &[]), "");
    }

    #[test]
    fn only_numbers_that_are_not_zero_stand_beside() {
        let counts = DeliveryCounts { sent: 17, failed: 6, unknown: 1, ..DeliveryCounts::default() };
        assert_eq!(deliveries_summed(&counts), "17 of 24 sent; unknown 1, failed 6");
        assert_eq!(deliveries_summed(&DeliveryCounts { sent: 2, ..DeliveryCounts::default() }), "2 of 2 sent");
    }

    #[test]
    fn an_unknown_code_is_one_line_that_says_what_to_type() {
        let error = plain(UseCaseError::NotFound { what: "bulletin", name: "VB-1".to_owned() });
        assert_eq!(error.to_string(), "no bulletin with the code `VB-1`: give it as printed, such as VB-2025-0042");
    }

    #[test]
    fn the_time_of_a_confirmation_is_printed_with_its_weekday() {
        let obligation = ObligationStatus {
            unit_code: "03".to_owned(),
            unit: "Thôn 03".to_owned(),
            unit_kind: crate::domain::org::UnitKind::Village,
            seat: "Trưởng thôn".to_owned(),
            state: crate::domain::ack::ObligationState::Acknowledged,
            deadline: Millis(0),
            acknowledged_at: Some(Millis(1_753_664_400_000)),
            way: Some(Way::Button),
            late: true,
            proxy: false,
        };
        let row = obligation_row(&obligation);
        assert_eq!(row[3..], ["08:00 thứ Hai, 28/7/2025".to_owned(), "button, late".to_owned()]);
    }
}
