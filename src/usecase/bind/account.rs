//! An account that is cut off at once.
//!
//! Every right is read from rows at the moment it is used, so an account is cut off by its row. What it holds beside that dies with
//! it: conversations, numbers, pages for documents, addresses of files, codes for its person, and what waits to be sent there.

use super::{LOCKED, is_locked};
use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{AccountState, Chat, ChatState, Identity};
use crate::store::organisation::Person;
use crate::usecase::bind::person::{person_of, require_admin_over};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseError, UseCaseResult, Via, look_up, settle};

/// Hexadecimal digits of a SHA-256, by which a form names a file.
const HASH_DIGITS: usize = 64;

/// Which accounts of a person are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All of them.
    All,
    /// Those on a gateway.
    On(&'a str),
    /// The one with this id.
    One(&'a str),
}

impl Which<'_> {
    fn takes(self, account: &Identity) -> bool {
        match self {
            Self::All => true,
            Self::On(gateway) => account.gateway == gateway,
            Self::One(id) => account.id == id,
        }
    }
}

/// What was locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The person.
    pub person: Person,
    /// The accounts; none when none that was meant was open.
    pub accounts: Vec<Identity>,
    /// Accounts on probation that took the place of one of them.
    pub raised: Vec<Identity>,
}

impl Locked {
    /// The gateways of the accounts, one after the other.
    #[must_use]
    pub fn gateways(&self) -> String {
        let names: Vec<&str> = self.accounts.iter().map(|account| account.gateway.as_str()).collect();
        names.join(", ")
    }
}

/// A person's accounts that are not locked, the oldest first.
///
/// # Errors
/// The database.
pub async fn open_accounts(tx: &mut Tx, person_id: &str) -> UseCaseResult<Vec<Identity>> {
    let mut accounts = tx.accounts_of(person_id).await?;
    accounts.retain(|account| account.state != AccountState::Locked);
    Ok(accounts)
}

/// Cuts accounts of a person off: from now on they are a stranger's. Codes for the person end too. The other admins and the person's
/// other accounts are told.
///
/// # Errors
/// `Denied` to anybody but an admin over the person's units; `Refused` to an admin who would be left without an account, except from
/// the command line; `NotFound`; the database.
pub async fn lock(tx: &mut Tx, act: &Act<'_>, person_id: &str, which: Which<'_>) -> UseCaseResult<Locked> {
    let person = person_of(tx, act, person_id).await?;
    require_admin_over(tx, act, &person.id).await?;
    let open = open_accounts(tx, &person.id).await?.into_iter();
    let (accounts, others): (Vec<Identity>, Vec<Identity>) = open.partition(|account| which.takes(account));
    let is_own = act.person_id.as_ref() == Some(&person.id) && !matches!(act.via, Via::Cli(_));
    if is_own && !accounts.is_empty() && others.is_empty() {
        return Err(UseCaseError::refused("refused-lock-own"));
    }
    for account in &accounts {
        cut_off(tx, act, account).await?;
    }
    let mut locked = Locked { person, accounts, raised: Vec::new() };
    if locked.accounts.is_empty() {
        return Ok(locked);
    }
    for account in others.iter().filter(|account| account.state == AccountState::New) {
        let is_alone = |other: &Identity| other.gateway != account.gateway || other.state == AccountState::New;
        if others.iter().all(is_alone) && tx.confirm_account(&account.id).await? {
            tx.audit(act, "account.confirmed", &account.person_id, &account.id).await?;
            locked.raised.push(account.clone());
        }
    }
    tx.replace_invites(Some(&locked.person.id), None, act.at).await?;
    // Whoever has the telephone may have made codes with it, and can read those that were made.
    tx.end_invites_by(&locked.person.id, act.at).await?;
    tell_locked(tx, act, &locked).await?;
    Ok(locked)
}

/// Locks one account and ends what it holds.
pub(super) async fn cut_off(tx: &mut Tx, act: &Act<'_>, account: &Identity) -> UseCaseResult<()> {
    if !tx.lock_account(&account.id, act.at).await? {
        return Ok(());
    }
    tx.audit(act, "account.locked", &account.person_id, &account.id).await?;
    if let Some(chat) = tx.chat_by_external(&account.gateway, &account.external_id).await? {
        tx.set_chat_state(&chat.id, ChatState::Suspended, Some(LOCKED)).await?;
        // First: the choices of a card are carried with it.
        settle::carry_cards(tx, act, (&chat, &account.person_id)).await?;
        tx.cut_off_chat(&chat.id, act.wall).await?;
    }
    for held in tx.end_conversations_of(account, act.wall).await? {
        for hash in hashes(&held) {
            tx.drop_unused_file(hash).await?;
        }
    }
    Ok(())
}

/// The files that an unfinished form names.
fn hashes(held: &str) -> impl Iterator<Item = &str> {
    held.split(|sign: char| !sign.is_ascii_hexdigit()).filter(|word| word.len() == HASH_DIGITS)
}

async fn tell_locked(tx: &mut Tx, act: &Act<'_>, locked: &Locked) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let (admin, count) = (actor(tx, act).await?, locked.accounts.len());
    let (name, gateways) = (locked.person.name.as_str(), locked.gateways());
    let mut text = say!(locale, "alert-locked", admin = admin, count = count, name = name, gateways = gateways);
    for account in &locked.raised {
        text.push('\n');
        text.push_str(&say!(locale, "lock-raised", gateway = account.gateway.as_str()));
    }
    tell_concerned(tx, act, &locked.person, text).await
}

/// The name of whoever acts.
pub(super) async fn actor(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<String> {
    match &act.person_id {
        Some(id) => look_up::name_of(tx, id).await,
        None => Ok(say!(act.house.locale, "label-operator")),
    }
}

/// Tells the person and the admins, but whoever acts.
pub(super) async fn tell_concerned(tx: &mut Tx, act: &Act<'_>, person: &Person, text: String) -> UseCaseResult<()> {
    let mut people = vec![person.id.clone()];
    let admins = tx.people_with_role(&act.commune_id, Role::Admin).await?;
    people.extend(admins.into_iter().map(|admin| admin.id).filter(|id| *id != person.id));
    people.retain(|id| act.person_id.as_ref() != Some(id));
    notify::tell_all(tx, act, &people, Purpose::Alert, &Note::plain(text)).await?;
    Ok(())
}

/// An account was opened by a code: its private chat is written to again.
pub(super) async fn reopen(tx: &mut Tx, act: &Act<'_>, account: &Identity) -> UseCaseResult<()> {
    let chat: Option<Chat> = tx.chat_by_external(&account.gateway, &account.external_id).await?.filter(is_locked);
    let Some(chat) = chat else { return Ok(()) };
    tx.set_chat_state(&chat.id, ChatState::Active, None).await?;
    tx.audit(act, "chat.resumed", &chat.id, LOCKED).await?;
    Ok(())
}
