//! `/suckhoe`: what is sick, what waits, how much of their month the accounts have used, and what is older
//! than it has to be kept.

use super::{Response, Talk};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::operations::Incident;
use crate::usecase::notify::Note;
use crate::usecase::usage::{self, GatewayUsage};
use crate::usecase::{Act, UseCaseResult, dead_letters, incidents, look_up, retain};

/// The data of the button that has everything tried anew that was given up.
const RETRY: &str = "hl:r";
/// Most faults that are named one by one.
const MOST: usize = 20;
/// Unknown groups that are still named one by one.
const CROWD: usize = 3;

/// Says how the service is.
pub(super) async fn show(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    let locale = &act.house.locale;
    let open = tx.open_incidents().await?;
    let mut lines = vec![match open.len() {
        0 => say!(locale, "health-well"),
        count => say!(locale, "health-sick", count),
    }];
    let (strange, others): (Vec<&Incident>, Vec<&Incident>) = open.iter().partition(|one| one.kind == "unknown_group");
    let (named, crowd) = if strange.len() > CROWD { (Vec::new(), strange.len()) } else { (strange, 0) };
    for incident in others.into_iter().chain(named).take(MOST) {
        lines.push(fault(tx, act, incident).await?);
    }
    if crowd > 0 {
        lines.push(say!(locale, "health-strange-groups", count = crowd));
    }
    let sick = incidents::sick_gateways(tx).await?;
    for account in usage::all(tx, act).await? {
        let waiting = tx.open_messages_on(&account.gateway).await?;
        lines.push(gateway(act, &account, (sick.contains(&account.gateway), waiting)));
        if account.usage.of_strangers() > 0 {
            let (to_ours, from_ours) = (account.usage.to_ours(), account.usage.from_ours());
            lines.push(say!(
                locale,
                "health-usage-parts",
                to_ours,
                from_ours,
                strangers = account.usage.of_strangers()
            ));
        }
        if account.answers_left_out > 0 {
            lines.push(say!(locale, "health-left-out", name = account.gateway, count = account.answers_left_out));
        }
    }
    lines.push(say!(locale, "health-inbox", count = tx.waiting_inbox_count().await?));
    let letters = dead_letters::all(tx, act).await?;
    lines.extend(
        letters.iter().map(|letter| say!(locale, "health-dead-letter", letter = dead_letters::line(act, letter))),
    );
    if act.house.duty_phones.is_empty() {
        lines.push(say!(locale, "health-no-duty-phones"));
    }
    lines.push(match tx.latest_backup(act.wall).await? {
        Some(at) => {
            say!(locale, "health-latest-backup", time = format_full(at), hours = act.wall.since(at).max(0) / 3_600_000)
        }
        None => say!(locale, "health-no-backup"),
    });
    lines.extend(old_records(tx, act).await?);
    let mut note = Note::plain(lines.join("\n"));
    if !letters.is_empty() {
        note = note.with_row(&[(&say!(locale, "button-retry-letters"), RETRY)]);
    }
    talk.say(tx, act, &note).await?;
    Ok(Response::default())
}

/// Says what is older than it has to be kept, if anything is: nobody else decides about that.
async fn old_records(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Option<String>> {
    let older = retain::older_records(tx, act).await?;
    let (bulletins, broadcasts, files) = (older.bulletins, older.broadcasts, older.files);
    if bulletins + broadcasts + files == 0 {
        return Ok(None);
    }
    let years = act.house.retention.records_years;
    Ok(Some(say!(act.house.locale, "health-old-records", years, bulletins, broadcasts, files)))
}

/// What was given up is tried anew.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    let (count, asked) = dead_letters::retry(tx, act).await?;
    let text = say!(act.house.locale, "health-retried", count, asked);
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(Response::default())
}

/// "• zalo: mã truy cập bị từ chối, từ 07:31 thứ Hai, 28/7/2025".
async fn fault(tx: &mut Tx, act: &Act<'_>, incident: &Incident) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let (what, name) = incident.scope.split_once(':').unwrap_or(("", &incident.scope));
    let subject = match what {
        "chat" => say!(locale, "health-chat", name = chat_name(tx, act, name).await?),
        "inbox" | "receiving" => say!(locale, "health-receiving", name = name),
        "distress" => say!(locale, "health-distress"),
        "" if name == "clock" => say!(locale, "health-clock"),
        "task" => task(act, name.split(':').next().unwrap_or_default()),
        "" if name == "backup" => say!(locale, "health-backup"),
        "" if name == "database" => say!(locale, "health-database"),
        _ => name.to_owned(),
    };
    let time = format_full(Millis(incident.opened_at));
    Ok(say!(locale, "health-fault", subject, kind = words(act, &incident.kind), time))
}

async fn chat_name(tx: &mut Tx, act: &Act<'_>, chat_id: &str) -> UseCaseResult<String> {
    if let Some(group) = tx.group_of_chat(chat_id).await? {
        return Ok(format!("\"{}\"", group.name));
    }
    Ok(tx.chat(chat_id).await?.map(|chat| super::door::shown_title(act, &chat)).unwrap_or_default())
}

/// What the engine does, by the word of its task.
fn task(act: &Act<'_>, word: &str) -> String {
    let locale = &act.house.locale;
    match word {
        "distress" => say!(locale, "health-task-distress"),
        "fire" => say!(locale, "health-task-fire"),
        "remind" | "skip_reminders" => say!(locale, "health-task-remind"),
        "warn_unapproved" | "warn_of_releases" => say!(locale, "health-task-approval"),
        "stand_in" => say!(locale, "health-task-stand-in"),
        "repeat_doubts" | "tell_doubts" => say!(locale, "health-task-doubts"),
        "tell_late_starts" | "give_up" => say!(locale, "health-task-calls"),
        "press_relays" => say!(locale, "health-task-relays"),
        "renew_walls" => say!(locale, "health-task-walls"),
        _ => say!(locale, "health-task-other"),
    }
}

fn words(act: &Act<'_>, kind: &str) -> String {
    let locale = &act.house.locale;
    match kind {
        "unreachable" => say!(locale, "health-unreachable"),
        "unauthorized" => say!(locale, "health-unauthorized"),
        "quota" => say!(locale, "health-quota"),
        "person_quota" => say!(locale, "health-person-quota"),
        "asked_to_wait" => say!(locale, "health-asked-to-wait"),
        "account_disabled" => say!(locale, "health-account-disabled"),
        "wrong_account" => say!(locale, "health-wrong-account"),
        "app_inactive" => say!(locale, "health-app-inactive"),
        "package" => say!(locale, "health-package"),
        "balance" => say!(locale, "health-balance"),
        "bad_proof" => say!(locale, "health-bad-proof"),
        "old_interface" => say!(locale, "health-old-interface"),
        "code_guessing" => say!(locale, "health-code-guessing"),
        "strangers_spent" => say!(locale, "health-strangers-spent"),
        "jumped" => say!(locale, "health-clock-jumped"),
        "wrong" => say!(locale, "health-clock-wrong"),
        "behind" => say!(locale, "health-clock-behind"),
        "no_officer" => say!(locale, "health-no-officer"),
        "not_stored" => say!(locale, "health-not-stored"),
        "conflict" => say!(locale, "health-conflict"),
        "token_expires" => say!(locale, "health-token-expires"),
        "asset_expires" => say!(locale, "health-asset-expires"),
        "update_failed" => say!(locale, "health-update-failed"),
        "update_unreadable" => say!(locale, "health-update-unreadable"),
        "backup_failed" => say!(locale, "health-backup-failed"),
        "backup_old" => say!(locale, "health-backup-old"),
        "restored" => say!(locale, "health-restored"),
        "task_failed" => say!(locale, "health-task-failed"),
        "group_disabled" => say!(locale, "health-group-disabled"),
        "kicked" | "not_member" => say!(locale, "health-not-member"),
        "no_rights" => say!(locale, "health-no-rights"),
        "no_file_rights" => say!(locale, "health-no-file-rights"),
        "unknown_group" => say!(locale, "health-unknown-group"),
        "blocked" | "never_started" | "deactivated" => say!(locale, "health-private-closed"),
        other => say!(locale, "health-other", word = other),
    }
}

fn gateway(act: &Act<'_>, account: &GatewayUsage, (is_sick, waiting): (bool, i64)) -> String {
    let locale = &act.house.locale;
    let state = if is_sick { say!(locale, "health-gateway-sick") } else { say!(locale, "health-gateway-well") };
    let (name, used) = (account.gateway.as_str(), account.usage.used());
    match account.budget {
        None => say!(locale, "health-gateway", name = name, state, waiting, used, groups = account.groups),
        Some(budget) => say!(
            locale,
            "health-gateway-budget",
            name = name,
            state,
            waiting,
            used,
            limit = budget.messages_a_month,
            groups = account.groups,
            most = budget.groups
        ),
    }
}
