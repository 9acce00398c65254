//! `/nhom`: the list of group slots; and the first half of `/ganhom`: an admin makes the code that binds one.

use super::invite::only_in_private;
use super::{CHOICES, Response, Step, Talk, choices, speak, stop_waiting, tries, wait_for};
use crate::domain::calendar::format_full;
use crate::domain::org::{GroupKind, Role};
use crate::domain::text::{fold, natural_cmp};
use crate::say;
use crate::store::Tx;
use crate::store::binding::{Chat, ChatState, Group};
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult, bind, look_up};

/// Lines of the list: more would be several messages, and nobody reads them.
const LINES: usize = 40;

/// `/nhom [tên]`: every slot with its chat, those that receive nothing first.
pub(super) async fn list(tx: &mut Tx, act: &Act<'_>, talk: &Talk, filter: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    if !may_be_long(tx, talk).await? {
        return Err(UseCaseError::refused("refused-in-private-only"));
    }
    let mut rows = Vec::new();
    for group in matching(tx, act, filter).await? {
        let chat = tx.chat(group.chat_id.as_deref().unwrap_or_default()).await?;
        rows.push((order(&group, chat.as_ref()), group, chat));
    }
    rows.sort_by(|(one, a, _), (other, b, _)| one.cmp(other).then_with(|| natural_cmp(&a.code, &b.code)));
    let locale = &act.house.locale;
    let count = |place| rows.iter().filter(|(order, _, _)| *order == place).count();
    let (suspended, unbound, bound) = (count(0), count(1), count(2));
    let mut text = say!(locale, "door-groups-head", all = rows.len(), suspended, unbound, bound);
    for (_, group, chat) in rows.iter().take(LINES) {
        text.push('\n');
        text.push_str(&line(tx, act, group, chat.as_ref()).await?);
    }
    if let Some(more) = rows.len().checked_sub(LINES).filter(|more| *more > 0) {
        text.push('\n');
        text.push_str(&say!(locale, "door-groups-more", more));
    }
    speak(tx, act, talk, text).await
}

/// In private, and in an office's own group, where the desk works wholly.
async fn may_be_long(tx: &mut Tx, talk: &Talk) -> UseCaseResult<bool> {
    let group = tx.group_of_chat(&talk.chat.id).await?;
    Ok(talk.is_private() || group.is_some_and(|group| group.kind == GroupKind::Office))
}

/// Suspended, unbound, bound or passed on to by hand.
fn order(group: &Group, chat: Option<&Chat>) -> u8 {
    match chat {
        Some(chat) if chat.state == ChatState::Suspended => 0,
        None if !group.relay => 1,
        _ => 2,
    }
}

async fn line(tx: &mut Tx, act: &Act<'_>, group: &Group, chat: Option<&Chat>) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let mut units = Vec::new();
    for unit_id in tx.group_units(&group.id).await? {
        units.extend(tx.unit(&unit_id).await?.map(|unit| unit.name));
    }
    let (units, kind) = (shortened(act, &units), group.kind.vietnamese());
    let (code, name, gateway) = (group.code.as_str(), group.name.as_str(), group.gateway.as_str());
    let state = match chat {
        None if group.relay => say!(locale, "door-group-relay"),
        None => say!(locale, "door-group-unbound"),
        Some(chat) if chat.state == ChatState::Suspended => {
            let reason = reason(act, chat.reason.as_deref().unwrap_or_default());
            say!(locale, "door-group-suspended", reason)
        }
        Some(_) => say!(locale, "door-group-bound"),
    };
    Ok(say!(locale, "door-group-line", code = code, name = name, kind = kind, units, gateway = gateway, state))
}

/// The units of a slot: by name as long as they are few.
fn shortened(act: &Act<'_>, units: &[String]) -> String {
    match units {
        [] => say!(act.house.locale, "door-none"),
        [first, _, _, _, ..] => say!(act.house.locale, "door-units-many", first = first, more = units.len() - 1),
        few => few.join(", "),
    }
}

/// Why a chat is suspended, in words; an unknown reason as it is stored.
pub(super) fn reason(act: &Act<'_>, stored: &str) -> String {
    let locale = &act.house.locale;
    match stored {
        "kicked" => say!(locale, "reason-kicked"),
        "not_member" => say!(locale, "reason-not-member"),
        "group_deleted" => say!(locale, "reason-group-deleted"),
        "chat_not_found" => say!(locale, "reason-chat-not-found"),
        "no_rights" => say!(locale, "reason-no-rights"),
        "moved" => say!(locale, "reason-moved"),
        "paused" => say!(locale, "reason-paused"),
        other => say!(locale, "reason-other", word = other),
    }
}

/// The commune's slots whose code or name has the words typed; all, when none were.
async fn matching(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Vec<Group>> {
    let folded = fold(typed);
    let mut groups = tx.groups(&act.commune_id).await?;
    groups.retain(|group| fold(&group.code).contains(&folded) || fold(&group.name).contains(&folded));
    Ok(groups)
}

/// `/ganhom MÃ-NHÓM` in private: makes the one-time code of a slot.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    let admin = look_up::require_any_role(tx, act, &[Role::Admin]).await;
    match admin {
        Ok(_) => {}
        // Somebody who was given a group's code typed it to us instead of in the group: say where it belongs.
        Err(UseCaseError::Denied(Denied::NotRegistered | Denied::MissingRole(_))) if !args.is_empty() => {
            return misplaced(tx, act, talk, args).await;
        }
        Err(error) => return Err(error),
    }
    let found = named(tx, act, args).await?;
    match found.as_slice() {
        [] if args.is_empty() => speak(tx, act, talk, say!(act.house.locale, "door-all-bound")).await,
        [] => misplaced(tx, act, talk, args).await,
        [one] => issue(tx, act, talk, &one.id).await,
        _ => ask_which(tx, act, talk, found).await,
    }
}

/// A code typed in private binds nothing; the refusal says what to do with it.
async fn misplaced(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    if tries::must_wait(tx, act, talk, true).await? {
        return Ok(Response::default());
    }
    let outcome = bind::type_group_code(tx, act, args, &talk.account, &talk.chat).await;
    let unknown = matches!(&outcome, Err(UseCaseError::Refused { key: "refused-code-unknown", .. }));
    tries::counted(tx, act, talk, outcome).await.map(|_| Response::default()).map_err(|error| {
        let name = args.to_owned();
        if unknown { UseCaseError::NotFound { what: "group", name } } else { error }
    })
}

/// The slots meant: the one with this code or name, or those that have the words; without words, those not bound yet.
pub(super) async fn named(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Vec<Group>> {
    let mut found = matching(tx, act, typed).await?;
    found.sort_by(|a, b| natural_cmp(&a.code, &b.code));
    let folded = fold(typed);
    if folded.is_empty() {
        found.retain(|group| group.chat_id.is_none() && !group.relay);
        return Ok(found);
    }
    let exact = |group: &&Group| fold(&group.code) == folded || fold(&group.name) == folded;
    let exactly: Vec<Group> = found.iter().filter(exact).cloned().collect();
    Ok(if exactly.len() == 1 { exactly } else { found })
}

async fn ask_which(tx: &mut Tx, act: &Act<'_>, talk: &Talk, found: Vec<Group>) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let more = found.len().saturating_sub(CHOICES);
    let shown = &found[..found.len().min(CHOICES)];
    let label = |group: &Group| (format!("{} – {}", group.code, group.name), format!("g:i:{}", group.id));
    let buttons: Vec<(String, String)> = shown.iter().map(label).collect();
    let mut question = say!(locale, "door-which-group");
    if more > 0 {
        question.push(' ');
        question.push_str(&say!(locale, "door-more-found", more));
    }
    let groups = shown.iter().map(|group| group.id.clone()).collect();
    wait_for(tx, act, talk, &Step::PickGroup { groups }).await?;
    talk.say(tx, act, &choices(&question, &buttons)).await?;
    Ok(Response::default())
}

/// Makes the code and shows it, once.
pub(super) async fn issue(tx: &mut Tx, act: &Act<'_>, talk: &Talk, group_id: &str) -> UseCaseResult<Response> {
    only_in_private(talk)?;
    let issued = bind::invite_group(tx, act, group_id).await?;
    stop_waiting(tx, talk).await?;
    let Some(group) = tx.group(group_id).await? else { return Ok(Response::default()) };
    let (name, gateway, until) = (group.name.as_str(), group.gateway.as_str(), format_full(issued.expires_at));
    let text = say!(act.house.locale, "door-group-invite", name = name, gateway = gateway, code = issued.code, until);
    speak(tx, act, talk, text).await
}
