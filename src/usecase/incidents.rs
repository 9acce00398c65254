//! What is sick, who is told, and when it is well again.
//!
//! An incident is open once in its scope, tells the admins once, and closes by itself with the first success there. The
//! scopes are made by [`gateway_scope`], `receiving_scope` and [`chat_scope`]. What runs out in some weeks is an incident
//! too (`token_expires`, `asset_expires`); it stops nothing and closes when it was renewed.

use std::collections::BTreeSet;

use super::notify::{self, Note};
use super::settle::{chat_scope, close_incident, ended_waits, gateway_scope, open_incident};
use super::{Act, UseCaseResult};
use crate::domain::budget::month_of;
use crate::domain::calendar::{Millis, format_full};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::domain::retry::{Consequence, FailureReason};
use crate::domain::text::inert;
use crate::domain::text_enum::text_enum;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatState};
use crate::store::operations::Incident;

/// Minutes for which an account that something left through is not said to be stopped by upkeep alone.
const UPKEEP_AGAIN_MINUTES: i64 = 6 * 60;
/// Days ahead at which something that runs out is pointed out.
const NOTICE_DAYS: i64 = 30;
/// The incident, and the reason of the chat, of a group that its platform disabled.
pub const GROUP_DISABLED: &str = FailureReason::GroupDisabled.as_str();
/// The incident of a token that runs out.
const TOKEN_EXPIRES: &str = "token_expires";
/// The incident of a paid group that runs out.
const ASSET_EXPIRES: &str = "asset_expires";

/// The incident of a task of the engine that was set aside.
const TASK_FAILED: &str = "task_failed";

/// Whether a fault of an account keeps everything from leaving through it.
fn stops(kind: &str) -> bool {
    let halts = |reason: FailureReason| reason.consequence() == Consequence::HaltGateway;
    kind == "unreachable" || kind.parse().is_ok_and(halts)
}

/// The scope of an incident about a task of the engine.
fn task_scope(task: &str) -> String {
    format!("task:{task}")
}

/// Opens the incident of a task that could not be done.
///
/// # Errors
/// The database.
pub async fn task_failed(tx: &mut Tx, act: &Act<'_>, task: &str, error: &str) -> UseCaseResult<()> {
    open_incident(tx, act, &task_scope(task), TASK_FAILED, error).await?;
    Ok(())
}

/// The incident of an account of whose month strangers have had their part.
const STRANGERS_SPENT: &str = "strangers_spent";
/// The incident of somebody who counts codes.
const CODE_GUESSING: &str = "code_guessing";

/// The incident of a database that was taken from a backup.
const RESTORED: &str = "restored";

/// Counts a code that was typed through a gateway and is none. At the given number a day the admins are told, once.
///
/// # Errors
/// The database.
pub async fn code_guessed(tx: &mut Tx, act: &Act<'_>, gateway: &str, told_at: i64) -> UseCaseResult<()> {
    let day = act.at.local_date();
    let count = tx.next_number(&act.commune_id, &format!("guessed:{gateway}:{day}")).await?;
    if count < told_at || !open_incident(tx, act, &guess_scope(gateway), CODE_GUESSING, "").await? {
        return Ok(());
    }
    let text = say!(act.house.locale, "alert-code-guessing", gateway = gateway, count = count);
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// Opens the incident of a database that was taken from a backup of this time.
///
/// # Errors
/// The database.
pub async fn restored(tx: &mut Tx, act: &Act<'_>, made_at: Millis) -> UseCaseResult<()> {
    let incident = Incident {
        id: act.new_id(),
        scope: "database".to_owned(),
        kind: RESTORED.to_owned(),
        detail: format_full(made_at),
        opened_at: act.at.0,
        closed_at: None,
    };
    // Not in the log: it may be a rehearsal.
    tx.open_incident(&incident).await?;
    Ok(())
}

/// People nobody knows have used up their part of an account's month: the admins are told, once.
///
/// # Errors
/// The database.
pub async fn strangers_spent(tx: &mut Tx, act: &Act<'_>, gateway: &str) -> UseCaseResult<()> {
    if open_incident(tx, act, &strangers_scope(gateway), STRANGERS_SPENT, "").await? {
        let text = say!(act.house.locale, "alert-strangers-spent", gateway = gateway);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

/// Incidents that are over with the time in which they were opened: guessing with its day, what strangers used up with its month, a
/// wait when nothing waits any more, a restore after a day.
/// Gives scope and kind of each.
///
/// # Errors
/// The database.
pub async fn over_with_their_time(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Vec<(String, String)>> {
    let mut open = tx.open_incidents().await?;
    open.retain(|one| match one.kind.as_str() {
        CODE_GUESSING => Millis(one.opened_at).local_date() < act.at.local_date(),
        RESTORED => Millis(one.opened_at).plus_days(1) <= act.at,
        STRANGERS_SPENT => month_of(Millis(one.opened_at)) < month_of(act.at),
        _ => false,
    });
    let mut over: Vec<(String, String)> = open.into_iter().map(|one| (one.scope, one.kind)).collect();
    over.extend(ended_waits(tx, act).await?);
    Ok(over)
}

/// Closes such an incident.
///
/// # Errors
/// The database.
pub async fn close_with_its_time(tx: &mut Tx, act: &Act<'_>, incident: (&str, &str)) -> UseCaseResult<()> {
    close_incident(tx, act, incident.0, incident.1).await?;
    Ok(())
}

fn strangers_scope(gateway: &str) -> String {
    format!("strangers:{gateway}")
}

fn guess_scope(gateway: &str) -> String {
    format!("guessing:{gateway}")
}

/// Closes the incident of a task that works again or is no longer wanted.
///
/// # Errors
/// The database.
pub async fn task_is_over(tx: &mut Tx, act: &Act<'_>, task: &str) -> UseCaseResult<()> {
    close_incident(tx, act, &task_scope(task), TASK_FAILED).await?;
    Ok(())
}

/// Closes the incidents of all tasks: an engine that begins knows of no failure yet, and finds out anew.
///
/// # Errors
/// The database.
pub async fn all_tasks_begin_anew(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<()> {
    let open = tx.open_incidents().await?;
    for incident in open.iter().filter(|incident| incident.kind == TASK_FAILED) {
        close_incident(tx, act, &incident.scope, TASK_FAILED).await?;
    }
    Ok(())
}

text_enum! {
    /// What is wrong with the date.
    pub enum ClockFault {
        /// The machine's date jumped away; the service goes on by its own count.
        Jumped => "jumped",
        /// Platforms say another date than the one the service began with.
        Wrong => "wrong",
        /// The database holds acts of a time that has not come.
        Behind => "behind",
    }
}

/// The scope of what is wrong with the date.
pub const CLOCK_SCOPE: &str = "clock";

/// What is wrong with the date now, each with its milliseconds, and what is over: opens those, closes these.
///
/// # Errors
/// The database.
pub async fn clock_is(
    tx: &mut Tx,
    act: &Act<'_>,
    faults: &[(ClockFault, i64)],
    over: &[ClockFault],
) -> UseCaseResult<()> {
    for fault in over {
        close_incident(tx, act, CLOCK_SCOPE, fault.as_str()).await?;
    }
    let open = tx.open_incidents().await?;
    for (fault, by) in faults {
        if !open.iter().any(|one| one.scope == CLOCK_SCOPE && one.kind == fault.as_str()) {
            open_incident(tx, act, CLOCK_SCOPE, fault.as_str(), &format!("{:+} s", by / 1_000)).await?;
        }
    }
    Ok(())
}

/// Whether something is wrong with the date.
///
/// # Errors
/// The database.
pub async fn is_clock_in_doubt(tx: &mut Tx) -> UseCaseResult<bool> {
    Ok(tx.open_incidents().await?.iter().any(|incident| incident.scope == CLOCK_SCOPE))
}

/// What keeping an account in order showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted<'a> {
    /// Something that will stop the account or a group.
    Expires {
        /// What, in our own English words.
        what: &'a str,
        /// The platform's id of the chat; none for the whole account.
        chat: Option<&'a str>,
        /// When, machine time.
        at: Millis,
    },
    /// What a group lives on renews itself.
    Lasts {
        /// The platform's id of the chat.
        chat: &'a str,
    },
    /// A group that the platform has disabled.
    GroupDisabled {
        /// The platform's id of the chat.
        chat: &'a str,
    },
    /// A group in order again.
    GroupWell {
        /// The platform's id of the chat.
        chat: &'a str,
    },
}

/// Opens or closes the incident that belongs to what was found, and tells the admins when it is new. What concerns a chat
/// that was never heard of changes nothing.
///
/// # Errors
/// The database.
pub async fn note_finding(tx: &mut Tx, act: &Act<'_>, gateway: &str, noted: Noted<'_>) -> UseCaseResult<()> {
    match noted {
        Noted::Expires { what, chat: None, at } => {
            let subject = (gateway_scope(gateway), TOKEN_EXPIRES, gateway.to_owned());
            expires(tx, act, subject, (what, at)).await
        }
        Noted::Expires { what, chat: Some(external), at } => {
            let Some(chat) = tx.chat_by_external(gateway, external).await? else { return Ok(()) };
            let name = name_of(tx, &chat).await?;
            expires(tx, act, (chat_scope(&chat.id), ASSET_EXPIRES, name), (what, at)).await
        }
        Noted::Lasts { chat: external } => {
            let Some(chat) = tx.chat_by_external(gateway, external).await? else { return Ok(()) };
            close_incident(tx, act, &chat_scope(&chat.id), ASSET_EXPIRES).await.map(|_| ())
        }
        Noted::GroupDisabled { chat: external } => {
            let Some(chat) = tx.chat_by_external(gateway, external).await? else { return Ok(()) };
            disabled(tx, act, &chat).await
        }
        Noted::GroupWell { chat: external } => {
            let Some(chat) = tx.chat_by_external(gateway, external).await? else { return Ok(()) };
            well(tx, act, &chat).await
        }
    }
}

async fn expires(
    tx: &mut Tx,
    act: &Act<'_>,
    subject: (String, &'static str, String),
    what: (&str, Millis),
) -> UseCaseResult<()> {
    let ((scope, kind, name), (what, at)) = (subject, what);
    if at > act.wall.plus_days(NOTICE_DAYS) {
        close_incident(tx, act, &scope, kind).await?;
        return Ok(());
    }
    if !open_incident(tx, act, &scope, kind, what).await? {
        return Ok(());
    }
    let key = if kind == TOKEN_EXPIRES { "alert-token-expires" } else { "alert-group-expires" };
    let text = act.house.locale.text(key, &[("name", name.into()), ("time", format_full(at).into())]);
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

async fn disabled(tx: &mut Tx, act: &Act<'_>, chat: &Chat) -> UseCaseResult<()> {
    if chat.state == ChatState::Active {
        tx.set_chat_state(&chat.id, ChatState::Suspended, Some(GROUP_DISABLED)).await?;
        tx.audit(act, "chat.suspended", &chat.id, GROUP_DISABLED).await?;
    }
    if open_incident(tx, act, &chat_scope(&chat.id), GROUP_DISABLED, "").await? {
        let group = name_of(tx, chat).await?;
        let text = say!(act.house.locale, "alert-group-disabled", group);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

async fn well(tx: &mut Tx, act: &Act<'_>, chat: &Chat) -> UseCaseResult<()> {
    if chat.state == ChatState::Suspended && chat.reason.as_deref() == Some(GROUP_DISABLED) {
        tx.set_chat_state(&chat.id, ChatState::Active, None).await?;
        tx.audit(act, "chat.resumed", &chat.id, GROUP_DISABLED).await?;
    }
    let scope = chat_scope(&chat.id);
    if close_incident(tx, act, &scope, GROUP_DISABLED).await? {
        let group = name_of(tx, chat).await?;
        let text = say!(act.house.locale, "alert-group-well", group);
        notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    }
    Ok(())
}

/// The name staff use for a group, or the title that its platform shows.
async fn name_of(tx: &mut Tx, chat: &Chat) -> UseCaseResult<String> {
    Ok(tx.group_of_chat(&chat.id).await?.map_or_else(|| inert(&chat.title), |group| group.name))
}

/// Faults that keep everything from leaving: gateway and kind.
///
/// # Errors
/// The database.
pub async fn stopped_gateways(tx: &mut Tx) -> UseCaseResult<Vec<(String, String)>> {
    let open = tx.open_incidents().await?.into_iter();
    let stopped = open.filter(|incident| stops(&incident.kind));
    Ok(stopped.filter_map(|incident| Some((gateway_of(&incident)?.to_owned(), incident.kind))).collect())
}

/// Gateways through which nothing leaves now.
///
/// # Errors
/// The database.
pub async fn sick_gateways(tx: &mut Tx) -> UseCaseResult<BTreeSet<String>> {
    Ok(stopped_gateways(tx).await?.into_iter().map(|(gateway, _)| gateway).collect())
}

/// The gateway that an incident is about, in either direction.
#[must_use]
pub fn gateway_of(incident: &Incident) -> Option<&str> {
    incident.scope.strip_prefix("gateway:")
}

/// Nothing leaves through a gateway: opens its incident, once, and tells the admins what is to be done and how many groups wait.
/// `kind` is the word of a [`FailureReason`], or "unreachable"; `detail` what the platform said.
///
/// # Errors
/// The database.
pub async fn gateway_stopped(tx: &mut Tx, act: &Act<'_>, gateway: &str, kind: &str, detail: &str) -> UseCaseResult<()> {
    if !open_incident(tx, act, &gateway_scope(gateway), kind, detail).await? {
        return Ok(());
    }
    let waiting = tx.waiting_deliveries(gateway).await?;
    let text = act.house.locale.text(
        alert_key(act, gateway, kind, detail),
        &[
            ("gateway", gateway.into()),
            ("unsent", waiting.unsent.into()),
            ("planned", waiting.planned.into()),
            ("detail", detail.into()),
            ("link", page_in(detail).into()),
        ],
    );
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// The same for what upkeep found. Messages may go on leaving meanwhile, and each of them proves that the account works: so what was
/// closed a short time ago is not opened again, or the admins would read of it every minute.
///
/// # Errors
/// The database.
pub async fn upkeep_stopped(tx: &mut Tx, act: &Act<'_>, gateway: &str, kind: &str, detail: &str) -> UseCaseResult<()> {
    let since = act.at.plus_minutes(-UPKEEP_AGAIN_MINUTES);
    if tx.incident_closed_since(&gateway_scope(gateway), kind, since).await? {
        return Ok(());
    }
    gateway_stopped(tx, act, gateway, kind, detail).await
}

/// The sentence that says what helps against a fault of an account.
fn alert_key(act: &Act<'_>, gateway: &str, kind: &str, detail: &str) -> &'static str {
    match kind {
        "unreachable" => "alert-gateway-unreachable",
        "quota" => "alert-gateway-quota",
        "conflict" => "alert-gateway-conflict",
        "account_disabled" => "alert-gateway-account-disabled",
        "wrong_account" => "alert-gateway-wrong-account",
        "app_inactive" => "alert-gateway-app-inactive",
        "package" => "alert-gateway-package",
        "balance" => "alert-gateway-balance",
        "bad_proof" => "alert-gateway-bad-proof",
        "old_interface" => "alert-gateway-old-interface",
        _ if !act.house.gateways.get(gateway).is_some_and(|traits| traits.needs_consent) => "alert-gateway-token",
        _ if page_in(detail).is_empty() => "alert-gateway-consent",
        _ => "alert-gateway-consent-page",
    }
}

/// The page that the words name, where an administrator can put it right; empty when they name none.
fn page_in(detail: &str) -> &str {
    detail
        .split_whitespace()
        .find(|word| word.starts_with("https://") || word.starts_with("http://"))
        .unwrap_or_default()
}

/// Something left through a gateway: closes its faults, and says so where there were any, with how many deliveries still
/// wait. Gives whether there were.
///
/// # Errors
/// The database.
pub async fn works_again(tx: &mut Tx, act: &Act<'_>, gateway: &str) -> UseCaseResult<bool> {
    let scope = gateway_scope(gateway);
    if tx.close_incidents(&scope, act.at).await? == 0 {
        return Ok(false);
    }
    tracing::info!(scope, "incident.closed");
    let waiting = tx.waiting_deliveries(gateway).await?;
    let text = say!(act.house.locale, "alert-gateway-well", gateway = gateway, unsent = waiting.unsent);
    notify::tell_role(tx, act, Role::Admin, Purpose::Alert, &Note::plain(text)).await?;
    Ok(true)
}

/// The platform knows the account again although nothing has been sent: closes what that proves to be over. While something
/// waits there, the next call says more. Gives whether anything was closed.
///
/// # Errors
/// The database.
pub async fn is_known_again(tx: &mut Tx, act: &Act<'_>, gateway: &str) -> UseCaseResult<bool> {
    let mut own = stopped_gateways(tx).await?;
    own.retain(|(name, _)| name == gateway);
    if own.is_empty() || own.iter().any(|(_, kind)| kind.parse().is_ok_and(FailureReason::ends_by_a_message)) {
        return Ok(false);
    }
    if tx.open_messages_on(gateway).await? > 0 {
        return Ok(false);
    }
    works_again(tx, act, gateway).await
}

/// Closes what is open about gateways that are configured no longer: nothing could ever prove them well. Gives how many.
///
/// # Errors
/// The database.
pub async fn close_unconfigured(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<usize> {
    let mut closed = 0;
    for incident in tx.open_incidents().await? {
        let name = incident.scope.strip_prefix("gateway:").or_else(|| incident.scope.strip_prefix("receiving:"));
        if name.is_some_and(|name| !act.house.gateways.contains_key(name))
            && close_incident(tx, act, &incident.scope, &incident.kind).await?
        {
            closed += 1;
        }
    }
    Ok(closed)
}
