//! A database that was taken from a backup, put in order before an engine works on it: what the rows say of the hours since is not
//! what happened.
//!
//! * What was on its way or about to be sent may have arrived: it is in doubt, and a person looks. Only Hỏa tốc repeats itself, marked.
//! * What was to be said to staff is left out: it is old, and who needs it asks.
//! * What was open may have been used up: codes, conversations, pages.
//! * Numbers go on behind those that may have been given.

use std::collections::BTreeSet;

use chrono::Datelike as _;

use super::compose::counter;
use super::fire::{self, HeldBack};
use super::notify::{self, Note};
use super::{Act, UseCaseResult, incidents, record, settle};
use crate::domain::bulletin::Kind;
use crate::domain::calendar::{Millis, format_full, format_short};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::messages::Finished;

/// Numbers of documents and acts that are left out: more than a commune gives out between two backups.
const LEFT_OUT_NUMBERS: i64 = 50;
/// Most due schedules that are looked at.
const MOST_DUE: i64 = 10_000;

/// How far ahead bulletins are named that are still to go.
const WEEKS_AHEAD: i64 = 6;
/// Most of them that are named in the chat.
const MOST_NAMED: usize = 10;

/// What becomes of the numbers of documents and acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Fifty are left out, which may have been given since.
    MoveOn,
    /// They go on where the backup has them.
    Keep,
}

/// Where a database was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// When the backup was made, machine time.
    pub made_at: Millis,
    /// The hash of the backup, for the audit log.
    pub sha256: &'a str,
}

/// What was found and done.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Order {
    /// Messages in doubt that were not before.
    pub in_doubt: usize,
    /// Other messages that are left out.
    pub left_out: u64,
    /// Bulletins whose hour has passed: their composers are asked.
    pub asked: Vec<String>,
    /// Bulletins that repeat and whose hour has passed: they wait for the next one.
    pub passed_over: Vec<String>,
    /// Bulletins whose hour is still to come, with it: one that was cancelled or sent since goes all the same.
    pub still_to_go: Vec<String>,
    /// One-time codes that work no longer.
    pub ended_codes: u64,
}

/// Puts everything in order, in one transaction with its audit entry, its incident and the word to the admins.
///
/// # Errors
/// The database.
pub async fn put_in_order(tx: &mut Tx, act: &Act<'_>, from: Origin<'_>, numbers: Numbers) -> UseCaseResult<Order> {
    let mut order = Order { in_doubt: doubt(tx, act, from.made_at).await?, ..Order::default() };
    order.left_out = tx.leave_out_waiting().await?;
    order.ended_codes = tx.end_what_was_open(act.at).await?;
    tx.expire_leases().await?;
    if numbers == Numbers::MoveOn {
        tx.move_numbers_on(&act.commune_id, &counters(act, from.made_at), LEFT_OUT_NUMBERS).await?;
    }
    for schedule in tx.due_schedules(act.at, MOST_DUE).await? {
        match fire::hold_back(tx, act, &schedule).await? {
            HeldBack::Asked(code) => order.asked.push(code),
            HeldBack::PassedOver(code) => order.passed_over.push(code),
            HeldBack::Nothing => {}
        }
    }
    order.still_to_go = still_to_go(tx, act).await?;
    tx.audit(act, "backup.restored", from.sha256, &from.made_at.0.to_string()).await?;
    incidents::restored(tx, act, from.made_at).await?;
    let (time, doubt, asked) = (format_full(from.made_at), order.in_doubt, order.asked.len());
    let mut text = say!(act.house.locale, "alert-restored", time, doubt, asked);
    if !order.still_to_go.is_empty() {
        let named = order.still_to_go.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
        text.push('\n');
        text.push_str(&say!(
            act.house.locale,
            "alert-restored-to-go",
            count = order.still_to_go.len(),
            bulletins = named
        ));
    }
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(order)
}

/// The counters that may have begun since: of every kind, in the year of the backup and in this one.
fn counters(act: &Act<'_>, made_at: Millis) -> Vec<String> {
    let years: BTreeSet<i32> = [made_at, act.at].map(|at| at.local_date().year()).into();
    let of = |year: i32| Kind::ALL.iter().map(move |kind| counter(*kind, year));
    years.into_iter().flat_map(of).chain([record::COUNTER.to_owned()]).collect()
}

/// What is to go in the next weeks.
async fn still_to_go(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<String>> {
    let mut found = Vec::new();
    for schedule in tx.due_schedules(act.at.plus_days(WEEKS_AHEAD * 7), MOST_DUE).await? {
        let hour = Millis(schedule.fire_at);
        let Some(bulletin) = tx.bulletin(&schedule.bulletin_id).await?.filter(|_| hour > act.at) else { continue };
        found.push(format!("{} ({})", bulletin.code.as_str(), format_short(hour)));
    }
    Ok(found)
}

/// Puts in doubt what may have left after `made_at`; gives how many.
async fn doubt(tx: &mut Tx, act: &Act<'_>, made_at: Millis) -> UseCaseResult<usize> {
    let under_way = tx.under_way().await?;
    for (message_id, attempt_id) in &under_way {
        let finished = Finished::Unknown { detail: "restored".to_owned() };
        settle::record(tx, act, message_id, attempt_id, &finished).await?;
    }
    let waiting = tx.waiting_broadcasts(made_at).await?;
    for message in &waiting {
        tx.doubt(message, &act.new_id(), made_at, act.wall).await?;
    }
    Ok(under_way.len() + waiting.len())
}
