//! A group's code: invite, type it in the real group, confirm.

use crate::store::Tx;
use crate::store::binding::{Chat, ChatKind, ChatState, Group, Invite, InvitePurpose, InviteState};
use crate::usecase::bind::{IssuedCode, LOCKED, Subject, issue, mark_typed, settle, typed_invite, usable};
use crate::usecase::organise::require_admin;
use crate::usecase::settle::chat_scope;
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// A code was typed in a group: what the admins are asked to confirm. The member count is the platform's to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingBinding {
    /// The stored row; it comes back with the admin's answer.
    pub invite_id: String,
    /// The slot the code was made for.
    pub group: Group,
    /// The chat it was typed in.
    pub chat: Chat,
    /// The account that typed it, as the platform names it.
    pub typed_by: String,
    /// Whether this is the first time: the admins are asked once, however often it is typed again.
    pub first: bool,
}

/// A slot and the chat it is bound to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The slot.
    pub group: Group,
    /// The chat.
    pub chat: Chat,
}

/// Makes a code that binds a slot to the group in which it is typed. Earlier codes of that slot end.
///
/// # Errors
/// `Denied` to anybody but an admin over the units the group covers; `Refused` when the slot is bound; `NotFound`; the
/// database.
pub async fn invite_group(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<IssuedCode> {
    let group = group_of(tx, act, group_id).await?;
    require_admin_over(tx, act, &group.id).await?;
    refuse_bound_slot(&group)?;
    let issued = issue(tx, act, Subject::Group(&group.id)).await?;
    tx.audit(act, "group.invited", &group.id, &issued.invite_id).await?;
    Ok(issued)
}

/// Somebody typed a group's code in a chat. Nothing is bound before an admin confirms.
///
/// # Errors
/// `Refused`: the code is unknown, expired, used, replaced, typed before elsewhere or a person's; the chat is private, on
/// another gateway, or another slot's; the slot is bound meanwhile. The database.
pub async fn type_group_code(
    tx: &mut Tx,
    act: &Act<'_>,
    code: &str,
    account: &str,
    chat: &Chat,
) -> UseCaseResult<PendingBinding> {
    let invite = usable(tx, act, code, InvitePurpose::Group, account, &chat.id).await?;
    let group = invited(tx, act, &invite).await?;
    refuse_unfit(tx, act, &group, chat).await?;
    mark_typed(tx, act, &invite, account, &chat.id).await?;
    let first = invite.state == InviteState::Open;
    Ok(PendingBinding { invite_id: invite.id, group, chat: chat.clone(), typed_by: account.to_owned(), first })
}

/// From now on a chat is written to in the topic of its forum in which the code was typed; none for a group without topics.
///
/// # Errors
/// The database.
pub async fn write_in_topic(tx: &mut Tx, chat: &Chat, topic: Option<&str>) -> UseCaseResult<()> {
    if chat.topic.as_deref() != topic {
        tx.set_chat_topic(&chat.id, topic).await?;
    }
    Ok(())
}

/// An admin confirms that the chat is the group meant.
///
/// # Errors
/// `Denied`; `Refused` when the code has ended or either side is bound meanwhile; `NotFound`; the database.
pub async fn confirm_group(tx: &mut Tx, act: &Act<'_>, invite_id: &str) -> UseCaseResult<Bound> {
    let invite = typed_invite(tx, invite_id, InvitePurpose::Group).await?;
    let group = invited(tx, act, &invite).await?;
    require_admin_over(tx, act, &group.id).await?;
    let chat = tx.chat(invite.typed_chat.as_deref().unwrap_or_default()).await?;
    let chat = chat.ok_or_else(|| UseCaseError::NotFound { what: "invite", name: invite.id.clone() })?;
    refuse_unfit(tx, act, &group, &chat).await?;
    settle(tx, act, &invite.id, InviteState::Used).await?;
    tx.bind_group(&group.id, &chat.id, act.at).await?;
    tx.audit(act, "group.bound", &group.id, &chat.id).await?;
    Ok(Bound { group: group_of(tx, act, &group.id).await?, chat })
}

/// An admin says that the chat is not the group meant. The code ends.
///
/// # Errors
/// `Denied`; `Refused` when the code has ended; `NotFound`; the database.
pub async fn refuse_group(tx: &mut Tx, act: &Act<'_>, invite_id: &str) -> UseCaseResult<Group> {
    let invite = typed_invite(tx, invite_id, InvitePurpose::Group).await?;
    let group = invited(tx, act, &invite).await?;
    require_admin_over(tx, act, &group.id).await?;
    settle(tx, act, &invite.id, InviteState::Refused).await?;
    tx.audit(act, "group.refused", &group.id, &invite.id).await?;
    Ok(group)
}

/// An admin frees a slot, so that it can be bound to another group.
///
/// # Errors
/// `Denied`; `Refused` when the slot is not bound; `NotFound`; the database.
pub async fn unbind(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<Group> {
    let group = group_of(tx, act, group_id).await?;
    require_admin_over(tx, act, &group.id).await?;
    let Some(chat_id) = &group.chat_id else {
        return Err(UseCaseError::refused("refused-slot-unbound"));
    };
    tx.unbind_group(&group.id).await?;
    tx.audit(act, "group.unbound", &group.id, chat_id).await?;
    Ok(group)
}

/// What became of a wish to pause a group or to let it receive again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is so now.
    Done,
    /// It was so before; nothing was changed.
    Already,
}

/// The reason that stands with a chat which an admin paused. Hearing something there does not end it.
const PAUSED: &str = "paused";
/// Reasons that only a person takes away, whatever the platform reports.
const LASTING: [&str; 3] = [PAUSED, LOCKED, "merged"];

/// Whether a chat is suspended for a reason that only a person takes away.
#[must_use]
pub fn is_lasting(chat: &Chat) -> bool {
    chat.state == ChatState::Suspended && chat.reason.as_deref().is_some_and(|reason| LASTING.contains(&reason))
}

/// Whether it is the private chat of an account that was locked.
#[must_use]
pub fn is_locked(chat: &Chat) -> bool {
    chat.state == ChatState::Suspended && chat.reason.as_deref() == Some(LOCKED)
}

/// An admin has nothing sent to a group for now. Its units then lack a group, and whoever composes is told so.
///
/// # Errors
/// `Denied`; `Refused` when the slot is not bound; `NotFound`; the database.
pub async fn pause(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<Held> {
    let (group, chat) = bound_chat(tx, act, group_id).await?;
    if chat.state == ChatState::Suspended && chat.reason.as_deref() == Some(PAUSED) {
        return Ok(Held::Already);
    }
    tx.set_chat_state(&chat.id, ChatState::Suspended, Some(PAUSED)).await?;
    tx.audit(act, "group.paused", &group.id, &chat.id).await?;
    Ok(Held::Done)
}

/// An admin lets a group receive again, whatever it was suspended for. What it missed is not sent by itself.
///
/// # Errors
/// `Denied`; `Refused` when the slot is not bound; `NotFound`; the database.
pub async fn resume(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<Held> {
    let (group, chat) = bound_chat(tx, act, group_id).await?;
    if chat.state == ChatState::Active {
        return Ok(Held::Already);
    }
    tx.set_chat_state(&chat.id, ChatState::Active, None).await?;
    tx.close_incidents(&chat_scope(&chat.id), act.at).await?;
    tx.audit(act, "group.resumed", &group.id, &chat.id).await?;
    Ok(Held::Done)
}

async fn bound_chat(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<(Group, Chat)> {
    let group = group_of(tx, act, group_id).await?;
    require_admin_over(tx, act, &group.id).await?;
    let chat = tx.chat(group.chat_id.as_deref().unwrap_or_default()).await?;
    let chat = chat.ok_or_else(|| UseCaseError::refused("refused-slot-unbound"))?;
    Ok((group, chat))
}

async fn refuse_unfit(tx: &mut Tx, act: &Act<'_>, group: &Group, chat: &Chat) -> UseCaseResult<()> {
    if chat.kind == ChatKind::Private {
        return Err(UseCaseError::refused("refused-code-not-in-group"));
    }
    if chat.gateway != group.gateway {
        return Err(UseCaseError::refused_with("refused-chat-gateway", vec![("gateway", group.gateway.clone())]));
    }
    refuse_bound_slot(group)?;
    match tx.group_of_chat(&chat.id).await? {
        Some(other) if other.id == group.id => refuse_bound_slot(&other),
        Some(other) => Err(UseCaseError::refused_with("refused-chat-bound", vec![("group", other.name)])),
        None => refuse_beyond_budget(tx, act, &group.gateway).await,
    }
}

/// An account that may be in so many groups only: a binding beyond that would be refused by the platform, much later and
/// without a reason.
async fn refuse_beyond_budget(tx: &mut Tx, act: &Act<'_>, gateway: &str) -> UseCaseResult<()> {
    let Some(budget) = act.house.gateways.get(gateway).and_then(|traits| traits.budget) else { return Ok(()) };
    let bound = tx.groups_bound_on(gateway).await?;
    if bound.len() < usize::try_from(budget.groups).unwrap_or(usize::MAX) {
        return Ok(());
    }
    let (limit, groups) = (budget.groups.to_string(), bound.join(", "));
    let gateway = gateway.to_owned();
    Err(UseCaseError::refused_with(
        "refused-group-budget",
        vec![("gateway", gateway), ("limit", limit), ("groups", groups)],
    ))
}

fn refuse_bound_slot(group: &Group) -> UseCaseResult<()> {
    if group.relay {
        return Err(UseCaseError::refused_with("refused-slot-relay", vec![("group", group.name.clone())]));
    }
    if group.chat_id.is_none() {
        return Ok(());
    }
    Err(UseCaseError::refused_with("refused-slot-bound", vec![("group", group.name.clone())]))
}

async fn invited(tx: &mut Tx, act: &Act<'_>, invite: &Invite) -> UseCaseResult<Group> {
    group_of(tx, act, invite.group_id.as_deref().unwrap_or_default()).await
}

async fn group_of(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<Group> {
    let group = tx.group(group_id).await?.filter(|group| group.commune_id == act.commune_id);
    group.ok_or_else(|| UseCaseError::NotFound { what: "group", name: group_id.to_owned() })
}

async fn require_admin_over(tx: &mut Tx, act: &Act<'_>, group_id: &str) -> UseCaseResult<()> {
    let units = tx.group_units(group_id).await?;
    require_admin(tx, act, units).await
}
