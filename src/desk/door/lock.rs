//! `/khoataikhoan`: an admin cuts the accounts of a person off, all of them or one: a telephone was lost.
//!
//! Nothing is locked by naming somebody: the card says whose accounts they are, and a button does it.

use std::collections::BTreeSet;

use super::invite::{named, only_in_private};
use super::standing::Standing;
use super::{CHOICES, Response, Talk, shown_id, speak};
use crate::desk::menu_for_everybody;
use crate::domain::org::Role;
use crate::domain::text::cut;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{AccountState, Identity};
use crate::store::organisation::Person;
use crate::usecase::bind::{self, Which};
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up};

/// `/khoataikhoan NGƯỜI`.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    only_in_private(talk)?;
    if args.is_empty() {
        return speak(tx, act, talk, say!(act.house.locale, "lock-usage")).await;
    }
    let mut found = named(tx, act, args).await?;
    match found.len() {
        0 => Err(UseCaseError::NotFound { what: "person", name: args.to_owned() }),
        1 => ask(tx, act, talk, found.remove(0)).await,
        _ => ask_which(tx, act, talk, found).await,
    }
}

/// `lk:p:<person>` asks about the accounts of one of several people, `lk:a:<person>` locks all of them, `lk:i:<account>` one.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (&str, &str)) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    let old = || Response::toast(say!(act.house.locale, "toast-old-button"));
    match what {
        ("p", id) => match tx.person(id).await? {
            Some(person) => ask(tx, act, talk, person).await,
            None => Ok(old()),
        },
        ("a", id) => lock(tx, act, talk, (id, Which::All)).await,
        ("i", id) => match tx.account(id).await? {
            Some(account) => lock(tx, act, talk, (&account.person_id, Which::One(id))).await,
            None => Ok(old()),
        },
        _ => Ok(old()),
    }
}

async fn ask_which(tx: &mut Tx, act: &Act<'_>, talk: &Talk, found: Vec<Person>) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let more = found.len().saturating_sub(CHOICES);
    let mut question = say!(locale, "lock-which-person");
    if more > 0 {
        question.push(' ');
        question.push_str(&say!(locale, "door-more-found", more));
    }
    let mut note = Note::plain(question);
    for person in found.into_iter().take(CHOICES) {
        let standing = Standing::of(tx, act, person).await?;
        let person = &standing.person;
        let label = format!("{} – {} ({})", person.name, standing.posts(act), person.code);
        note = note.with_row(&[(&cut(&label, super::LABEL_CHARS, "…"), &format!("lk:p:{}", person.id))]);
    }
    talk.show(tx, act, &note).await?;
    Ok(Response::default())
}

/// Whose accounts they are, with a button for all of them and, where there are several, one for each.
async fn ask(tx: &mut Tx, act: &Act<'_>, talk: &Talk, person: Person) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let open = bind::open_accounts(tx, &person.id).await?;
    let standing = Standing::of(tx, act, person).await?;
    let (name, posts) = (standing.person.name.as_str(), standing.posts(act));
    if open.is_empty() {
        return speak(tx, act, talk, say!(locale, "lock-none", name = name)).await;
    }
    let all = match open.len() {
        1 => say!(locale, "button-lock"),
        count => say!(locale, "button-lock-all", count = count),
    };
    let mut question = say!(locale, "lock-ask", name = name, posts, count = open.len());
    for gateway in waiting_behind(&open) {
        question.push('\n');
        question.push_str(&say!(locale, "lock-ask-raises", gateway = gateway));
    }
    let mut note = Note::plain(question).with_row(&[(&all, &format!("lk:a:{}", standing.person.id))]);
    for account in open.iter().filter(|_| open.len() > 1) {
        let label = label(act, account, &open);
        note = note.with_row(&[(&label, &format!("lk:i:{}", account.id))]);
    }
    talk.show(tx, act, &note).await?;
    Ok(Response::default())
}

/// Gateways on which a new account waits behind the old one, whose place it would take.
fn waiting_behind(open: &[Identity]) -> BTreeSet<&str> {
    let on = |state| open.iter().filter(move |account| account.state == state).map(|account| account.gateway.as_str());
    let old: BTreeSet<&str> = on(AccountState::Active).collect();
    on(AccountState::New).filter(|gateway| old.contains(gateway)).collect()
}

/// The gateway; of several accounts there, which of them.
fn label(act: &Act<'_>, account: &Identity, all: &[Identity]) -> String {
    let locale = &act.house.locale;
    let gateway = account.gateway.as_str();
    if account.state == AccountState::New {
        return say!(locale, "button-lock-new", gateway = gateway);
    }
    let alike = |other: &&Identity| other.gateway == gateway && other.state == account.state;
    if all.iter().filter(alike).count() > 1 {
        let which = format!("{gateway} {}", shown_id(&account.external_id));
        return say!(locale, "button-lock-one", gateway = which);
    }
    say!(locale, "button-lock-one", gateway = gateway)
}

async fn lock(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (&str, Which<'_>)) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let locked = bind::lock(tx, act, what.0, what.1).await?;
    let name = locked.person.name.as_str();
    if locked.accounts.is_empty() {
        return speak(tx, act, talk, say!(locale, "lock-none", name = name)).await;
    }
    let (count, gateways) = (locked.accounts.len(), locked.gateways());
    let mut text = say!(locale, "lock-done", count = count, name = name, gateways);
    for account in &locked.raised {
        text.push('\n');
        text.push_str(&say!(locale, "lock-raised", gateway = account.gateway.as_str()));
    }
    talk.say(tx, act, &Note::plain(text)).await?;
    // The menu of commands that stands in that chat; on another gateway it stays and does nothing.
    let here = locked.accounts.iter().find(|account| account.gateway == talk.chat.gateway);
    let menu = here.map(|account| (account.external_id.clone(), menu_for_everybody(locale)));
    Ok(Response { menu, ..Response::default() })
}
