//! One account a person and gateway: a second one that comes by a code is on probation.
//!
//! It may answer and no more, and the first one keeps its rights, until its owner or an admin says that it is the person's; then the
//! first one is locked. The person and the admins are told at once, the admins are reminded after a day. Where the first one is
//! locked meanwhile, the second takes its place: nobody is left without an account.

use crate::domain::calendar::{Millis, format_short};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::binding::{AccountState, Identity};
use crate::store::organisation::Person;
use crate::store::{StoreError, Tx};
use crate::usecase::bind::account::{actor, cut_off, open_accounts, reopen, tell_concerned};
use crate::usecase::bind::person::{person_of, require_admin_over};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseError, UseCaseResult};

/// How long an account on probation waits until the admins are reminded of it.
const CONFIRM_MINUTES: i64 = 24 * 60;

/// What became of an account that a code was typed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The account as it stands now.
    pub account: Identity,
    /// Whether it was linked by this very code, so that the person and the admins are to be told.
    pub is_fresh: bool,
}

/// Opens an account by a code. Beside another one of the person on its gateway it is on probation, unless an admin `vouched` for it:
/// then it takes the other one's place. One that is the person's already stays as it stands.
pub(super) async fn open(tx: &mut Tx, act: &Act<'_>, account: Identity, vouched: bool) -> UseCaseResult<Opened> {
    let mut others = open_accounts(tx, &account.person_id).await?;
    others.retain(|other| other.gateway == account.gateway && other.external_id != account.external_id);
    let state = if others.is_empty() || vouched { AccountState::Active } else { AccountState::New };
    let confirm_by = (state == AccountState::New).then(|| act.at.plus_minutes(CONFIRM_MINUTES));
    let is_fresh = tx.open_account(&Identity { state, ..account.clone() }, confirm_by).await?;
    let owner = tx.identity(&account.gateway, &account.external_id).await?;
    let Some(mut opened) = owner.filter(|owner| owner.person_id == account.person_id) else {
        // Somebody linked it a moment before and keeps it: undo all of this, and let the next try be refused at its start.
        return Err(StoreError::Stale { what: "identity", row: account.id }.into());
    };
    reopen(tx, act, &opened).await?;
    if vouched && opened.state == AccountState::New && tx.confirm_account(&opened.id).await? {
        opened.state = AccountState::Active;
    }
    // Of two that wait on one gateway the earlier gives way: whoever typed the later code comes from an admin last.
    let gives_way = |other: &Identity| vouched || (is_fresh && other.state == AccountState::New);
    for other in others.iter().filter(|other| gives_way(other)) {
        cut_off(tx, act, other).await?;
    }
    if vouched && !others.is_empty() {
        let person = person_of(tx, act, &opened.person_id).await?;
        tell_settled(tx, act, (&person, &opened), "alert-account-confirmed").await?;
    }
    Ok(Opened { is_fresh, account: opened })
}

/// The person, through an account of theirs, or an admin says that an account on probation is theirs: it has all rights from now on,
/// and the others on its gateway are locked.
///
/// # Errors
/// `Denied` to anybody else; `Refused` when it waits no more; the database.
pub async fn confirm_account(tx: &mut Tx, act: &Act<'_>, id: &str) -> UseCaseResult<(Person, Identity)> {
    let (person, account) = waiting(tx, act, id).await?;
    if !tx.confirm_account(&account.id).await? {
        return Err(UseCaseError::refused("refused-account-settled"));
    }
    tx.audit(act, "account.confirmed", &person.id, &account.id).await?;
    for other in open_accounts(tx, &person.id).await? {
        if other.gateway == account.gateway && other.id != account.id {
            cut_off(tx, act, &other).await?;
        }
    }
    tell_settled(tx, act, (&person, &account), "alert-account-confirmed").await?;
    Ok((person, account))
}

/// As [`confirm_account`], but it is not theirs: it is locked, and codes for the person end.
///
/// # Errors
/// As [`confirm_account`].
pub async fn refuse_account(tx: &mut Tx, act: &Act<'_>, id: &str) -> UseCaseResult<(Person, Identity)> {
    let (person, account) = waiting(tx, act, id).await?;
    cut_off(tx, act, &account).await?;
    tx.replace_invites(Some(&person.id), None, act.at).await?;
    tell_settled(tx, act, (&person, &account), "alert-account-refused").await?;
    Ok((person, account))
}

/// An account on probation, for somebody who may say whose it is.
async fn waiting(tx: &mut Tx, act: &Act<'_>, id: &str) -> UseCaseResult<(Person, Identity)> {
    let settled = || UseCaseError::refused("refused-account-settled");
    let speaker = act.person()?.to_owned();
    let account = tx.account(id).await?.ok_or_else(settled)?;
    let person = person_of(tx, act, &account.person_id).await?;
    if speaker != person.id {
        require_admin_over(tx, act, &person.id).await?;
    }
    if account.state == AccountState::New { Ok((person, account)) } else { Err(settled()) }
}

/// Tells the person, through the accounts they have, and the admins that an account is on probation. `shown` is what its owner calls
/// themselves on the platform, made harmless.
///
/// # Errors
/// The database.
pub async fn announce(tx: &mut Tx, act: &Act<'_>, opened: &Opened, shown: &str) -> UseCaseResult<()> {
    let (locale, account) = (&act.house.locale, &opened.account);
    let Some(person) = tx.person(&account.person_id).await? else { return Ok(()) };
    let (gateway, time) = (account.gateway.as_str(), format_short(act.at));
    let name = person.name.as_str();
    // By name: where no private chat of theirs is open, it is read in the group of an office.
    let own = say!(locale, "account-new-own", name = name, gateway = gateway, account = shown, time = time.as_str());
    notify::tell(tx, act, &person.id, Purpose::Card, &card(act, account, own, "button-account-mine")).await?;
    let text = say!(locale, "account-new-admin", name = name, gateway = gateway, account = shown, time = time);
    ask_admins(tx, act, account, text).await
}

/// Tells a person, through the other accounts they have, and the admins that an account of theirs was linked on another gateway: it has
/// all rights, and a code may have come into wrong hands. Nobody, where it is their first.
///
/// # Errors
/// The database.
pub async fn tell_of_first(tx: &mut Tx, act: &Act<'_>, account: &Identity) -> UseCaseResult<()> {
    if open_accounts(tx, &account.person_id).await?.len() < 2 {
        return Ok(());
    }
    let Some(person) = tx.person(&account.person_id).await? else { return Ok(()) };
    let (name, gateway) = (person.name.as_str(), account.gateway.as_str());
    let text = Note::plain(say!(act.house.locale, "alert-account-added", name = name, gateway = gateway));
    let mut people = vec![person.id.clone()];
    people.extend(tx.people_with_role(&act.commune_id, Role::Admin).await?.into_iter().map(|admin| admin.id));
    for (_, chat) in notify::chats_of_all(tx, act, &people).await? {
        if (chat.gateway.as_str(), &chat.external_id) != (gateway, &account.external_id) {
            notify::say(tx, act, &chat, Purpose::Alert, &text, None).await?;
        }
    }
    Ok(())
}

/// Nobody has confirmed an account for a day: the admins are reminded, once. False when it waits no more.
///
/// # Errors
/// The database.
pub async fn remind_of(tx: &mut Tx, act: &Act<'_>, id: &str) -> UseCaseResult<bool> {
    if !tx.note_account_reminded(id).await? {
        return Ok(false);
    }
    let Some(account) = tx.account(id).await? else { return Ok(false) };
    let Some(person) = tx.person(&account.person_id).await? else { return Ok(false) };
    let (name, gateway, time) =
        (person.name.as_str(), account.gateway.as_str(), format_short(Millis(account.linked_at)));
    let text = say!(act.house.locale, "account-still-new", name = name, gateway = gateway, time = time);
    ask_admins(tx, act, &account, text).await?;
    Ok(true)
}

/// A card to every admin but the person, who gets one of their own.
async fn ask_admins(tx: &mut Tx, act: &Act<'_>, account: &Identity, text: String) -> UseCaseResult<()> {
    let admins = tx.people_with_role(&act.commune_id, Role::Admin).await?.into_iter().map(|admin| admin.id);
    let admins: Vec<String> = admins.filter(|id| *id != account.person_id).collect();
    notify::tell_all(tx, act, &admins, Purpose::Card, &card(act, account, text, "button-account-theirs")).await?;
    Ok(())
}

/// `p:nk:<account>` and `p:nx:<account>`.
fn card(act: &Act<'_>, account: &Identity, text: String, yes: &str) -> Note {
    let locale = &act.house.locale;
    let (yes, no) = (locale.text(yes, &[]), say!(locale, "button-account-not"));
    let (yes_data, no_data) = (format!("p:nk:{}", account.id), format!("p:nx:{}", account.id));
    Note::plain(text).with_row(&[(&yes, &yes_data)]).with_row(&[(&no, &no_data)])
}

async fn tell_settled(tx: &mut Tx, act: &Act<'_>, whose: (&Person, &Identity), key: &str) -> UseCaseResult<()> {
    let (person, account) = whose;
    let by = actor(tx, act).await?;
    let said = [("by", by.into()), ("name", person.name.as_str().into()), ("gateway", account.gateway.as_str().into())];
    let text = act.house.locale.text(key, &said);
    tell_concerned(tx, act, person, text).await
}
