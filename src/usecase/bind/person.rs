//! A person's code: invite, look, agree, and where it was typed in a group, confirm.

use crate::store::Tx;
use crate::store::binding::{AccountState, Chat, ChatKind, Consent, Identity, Invite, InvitePurpose, InviteState};
use crate::store::organisation::Person;
use crate::usecase::bind::probation;
use crate::usecase::bind::{IssuedCode, Opened, Subject, issue, mark_typed, settle, still_alive, typed_invite, usable};
use crate::usecase::organise::require_admin;
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// Version of the notice on personal data that is shown now (Luật 91/2025/QH15). Changes with the notice's text.
pub const NOTICE_VERSION: &str = "2026-02";

/// A code that was recognised: whom it is for, and what to agree to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The stored row; it comes back with the agreement.
    pub invite_id: String,
    /// Whom it is for.
    pub person: Person,
    /// The notice to show.
    pub notice_version: &'static str,
    /// Whether an admin has to confirm after the agreement, because the code was typed in a group.
    pub needs_admin: bool,
}

/// What an agreement, or an admin's confirmation, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The person.
    pub person: Person,
    /// The notice that was agreed to.
    pub notice_version: String,
    /// The account as it is linked now; none while an admin's confirmation is awaited.
    pub opened: Option<Opened>,
}

/// Makes a code with which a person links an account. Earlier codes of that person end.
///
/// # Errors
/// `Denied` to anybody but an admin over the person's units; `NotFound`; the database.
pub async fn invite_person(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<IssuedCode> {
    let person = person_of(tx, act, person_id).await?;
    require_admin_over(tx, act, &person.id).await?;
    let issued = issue(tx, act, Subject::Person(&person.id)).await?;
    tx.audit(act, "person.invited", &person.id, &issued.invite_id).await?;
    Ok(issued)
}

/// First step: whose code is this? Nothing is linked. From here on only this account, in this chat, can go on.
///
/// # Errors
/// `Refused`: the code is unknown, expired, used, replaced, another account's or a group's; the account belongs to
/// somebody else. The database.
pub async fn look_at_code(tx: &mut Tx, act: &Act<'_>, code: &str, account: &str, chat: &Chat) -> UseCaseResult<Offer> {
    let invite = usable(tx, act, code, InvitePurpose::Person, account, &chat.id).await?;
    let person = invited(tx, act, &invite).await?;
    refuse_other_owner(tx, &chat.gateway, account, &person.id).await?;
    mark_typed(tx, act, &invite, account, &chat.id).await?;
    let needs_admin = chat.kind == ChatKind::Group;
    Ok(Offer { invite_id: invite.id, person, notice_version: NOTICE_VERSION, needs_admin })
}

/// Second step: the person agrees to the notice they were shown. Links the account, unless an admin must confirm first; beside another
/// one of theirs on the gateway it is on probation.
///
/// # Errors
/// `Refused`: the code ended meanwhile, another account typed it, the notice has a newer version, the account belongs to
/// somebody else. `NotFound`; the database.
pub async fn accept_notice_and_link(
    tx: &mut Tx,
    act: &Act<'_>,
    invite_id: &str,
    account: &str,
    notice_version: &str,
) -> UseCaseResult<Redeemed> {
    if notice_version != NOTICE_VERSION {
        return Err(UseCaseError::refused("refused-notice-changed"));
    }
    let invite = typed_invite(tx, invite_id, InvitePurpose::Person).await?;
    still_alive(act, &invite)?;
    if invite.typed_by.as_deref() != Some(account) {
        return Err(UseCaseError::refused("refused-code-taken"));
    }
    let person = invited(tx, act, &invite).await?;
    let chat = typed_chat(tx, &invite).await?;
    refuse_other_owner(tx, &chat.gateway, account, &person.id).await?;
    let act = act.by(&person.id);
    record_consent(tx, &act, &invite, &chat).await?;
    let opened = match chat.kind {
        ChatKind::Private => Some(link(tx, &act, (&invite, &chat), &person, false).await?),
        ChatKind::Group => None,
    };
    Ok(Redeemed { person, notice_version: notice_version.to_owned(), opened })
}

/// An admin confirms that the account which typed a code in a group is the person's.
///
/// # Errors
/// `Denied`; `Refused` when the person has not agreed to the notice yet or the code has ended; `NotFound`; the database.
pub async fn confirm_person(tx: &mut Tx, act: &Act<'_>, invite_id: &str) -> UseCaseResult<Redeemed> {
    let invite = typed_invite(tx, invite_id, InvitePurpose::Person).await?;
    let person = invited(tx, act, &invite).await?;
    require_admin_over(tx, act, &person.id).await?;
    let Some(consent) = tx.consent(&invite.id).await? else {
        return Err(UseCaseError::refused("refused-notice-first"));
    };
    let chat = typed_chat(tx, &invite).await?;
    // Nobody vouches for themselves: that needs the account they have.
    let vouched = act.person_id.as_ref() != Some(&person.id);
    let opened = Some(link(tx, act, (&invite, &chat), &person, vouched).await?);
    Ok(Redeemed { person, notice_version: consent.notice_version, opened })
}

/// An admin says that it is not the person. The code ends, and the agreement given with it is struck out: it was not theirs.
///
/// # Errors
/// `Denied`; `Refused` when the code has ended; `NotFound`; the database.
pub async fn refuse_person(tx: &mut Tx, act: &Act<'_>, invite_id: &str) -> UseCaseResult<Person> {
    let invite = typed_invite(tx, invite_id, InvitePurpose::Person).await?;
    let person = invited(tx, act, &invite).await?;
    require_admin_over(tx, act, &person.id).await?;
    settle(tx, act, &invite.id, InviteState::Refused).await?;
    if tx.consent(&invite.id).await?.is_some() {
        tx.delete_consent(&invite.id).await?;
    }
    tx.audit(act, "person.refused", &person.id, &invite.id).await?;
    Ok(person)
}

async fn record_consent(tx: &mut Tx, act: &Act<'_>, invite: &Invite, chat: &Chat) -> UseCaseResult<()> {
    let consent = Consent {
        // The code's own id: one agreement per code, found again by whoever confirms or refuses it.
        id: invite.id.clone(),
        person_id: act.person()?.to_owned(),
        notice_version: NOTICE_VERSION.to_owned(),
        gateway: chat.gateway.clone(),
        accepted_at: act.at.0,
    };
    if tx.insert_consent(&consent).await? {
        tx.audit(act, "notice.accepted", &consent.person_id, &consent.id).await?;
    }
    Ok(())
}

async fn link(
    tx: &mut Tx,
    act: &Act<'_>,
    typed: (&Invite, &Chat),
    person: &Person,
    vouched: bool,
) -> UseCaseResult<Opened> {
    let (invite, chat) = typed;
    // The code first: who comes second is refused before anything is written.
    settle(tx, act, &invite.id, InviteState::Used).await?;
    let account = Identity {
        id: act.new_id(),
        gateway: chat.gateway.clone(),
        external_id: invite.typed_by.clone().unwrap_or_default(),
        person_id: person.id.clone(),
        linked_at: act.at.0,
        state: AccountState::Active,
    };
    let opened = probation::open(tx, act, account, vouched).await?;
    tx.audit(act, "person.linked", &person.id, &invite.id).await?;
    Ok(opened)
}

async fn refuse_other_owner(tx: &mut Tx, gateway: &str, account: &str, person_id: &str) -> UseCaseResult<()> {
    match tx.identity(gateway, account).await? {
        Some(identity) if identity.person_id != person_id => Err(UseCaseError::refused("refused-account-linked")),
        _ => Ok(()),
    }
}

async fn invited(tx: &mut Tx, act: &Act<'_>, invite: &Invite) -> UseCaseResult<Person> {
    person_of(tx, act, invite.person_id.as_deref().unwrap_or_default()).await
}

pub(super) async fn person_of(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<Person> {
    let person = tx.person(person_id).await?.filter(|person| person.commune_id == act.commune_id);
    person.ok_or_else(|| UseCaseError::NotFound { what: "person", name: person_id.to_owned() })
}

async fn typed_chat(tx: &mut Tx, invite: &Invite) -> UseCaseResult<Chat> {
    let chat = tx.chat(invite.typed_chat.as_deref().unwrap_or_default()).await?;
    chat.ok_or_else(|| UseCaseError::NotFound { what: "invite", name: invite.id.clone() })
}

pub(super) async fn require_admin_over(tx: &mut Tx, act: &Act<'_>, person_id: &str) -> UseCaseResult<()> {
    let seats = tx.seats_of(person_id, act.at.local_date()).await?;
    let mut units: Vec<String> = seats.into_iter().map(|seat| seat.unit_id).collect();
    // Whoever ties an account to a person hands out that person's rights too.
    units.extend(tx.roles_of(person_id).await?.into_iter().map(|grant| grant.unit_id));
    require_admin(tx, act, units).await
}
