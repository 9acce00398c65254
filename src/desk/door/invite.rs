//! `/capma`: an admin makes the code with which a person gets in.

use super::standing::Standing;
use super::{CHOICES, Response, Step, Talk, admins, choices, decision, register, speak, stop_waiting, wait_for};
use crate::domain::calendar::format_full;
use crate::domain::org::Role;
use crate::domain::text::fold;
use crate::say;
use crate::store::Tx;
use crate::store::organisation::Person;
use crate::usecase::{Act, UseCaseError, UseCaseResult, bind, look_up};

/// `/capma TÊN`; and "/capma có MÃ", the typed answer to the card about a code that came from a group.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    if let Some((yes, code)) = decision(args)
        && let Some(invite) = admins::invite_of(tx, code).await?
    {
        return register::decide(tx, act, talk, (&invite.id, yes)).await;
    }
    only_in_private(talk)?;
    if args.is_empty() {
        return speak(tx, act, talk, say!(act.house.locale, "door-invite-usage")).await;
    }
    let mut found = named(tx, act, args).await?;
    match found.len() {
        0 => Err(UseCaseError::NotFound { what: "person", name: args.to_owned() }),
        1 => issue(tx, act, talk, &found.remove(0).id).await,
        _ => ask_which(tx, act, talk, found).await,
    }
}

/// A code is nobody else's business: it is never shown in a group.
///
/// # Errors
/// `Refused` outside a private chat.
pub(super) fn only_in_private(talk: &Talk) -> UseCaseResult<()> {
    if talk.is_private() { Ok(()) } else { Err(UseCaseError::refused("refused-in-private-only")) }
}

/// The people meant: the one with this code or the whole name, or all whose name has these words.
pub(super) async fn named(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Vec<Person>> {
    let found = tx.find_people(&act.commune_id, typed).await?;
    let folded = fold(typed);
    let exact = |person: &&Person| fold(&person.code) == folded || person.name_folded == folded;
    let exactly: Vec<Person> = found.iter().filter(exact).cloned().collect();
    Ok(if exactly.len() == 1 { exactly } else { found })
}

async fn ask_which(tx: &mut Tx, act: &Act<'_>, talk: &Talk, found: Vec<Person>) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let more = found.len().saturating_sub(CHOICES);
    let (mut people, mut shown) = (Vec::new(), Vec::new());
    for person in found.into_iter().take(CHOICES) {
        let standing = Standing::of(tx, act, person).await?;
        let person = &standing.person;
        let label = format!("{} – {} ({})", person.name, standing.posts(act), person.code);
        shown.push((label, format!("p:i:{}", person.id)));
        people.push(person.id.clone());
    }
    let mut question = say!(locale, "door-which-person");
    if more > 0 {
        question.push(' ');
        question.push_str(&say!(locale, "door-more-found", more));
    }
    wait_for(tx, act, talk, &Step::PickPerson { people }).await?;
    talk.say(tx, act, &choices(&question, &shown)).await?;
    Ok(Response::default())
}

/// Makes the code and shows it, once.
pub(super) async fn issue(tx: &mut Tx, act: &Act<'_>, talk: &Talk, person_id: &str) -> UseCaseResult<Response> {
    only_in_private(talk)?;
    let issued = bind::invite_person(tx, act, person_id).await?;
    stop_waiting(tx, talk).await?;
    let Some(person) = tx.person(person_id).await? else { return Ok(Response::default()) };
    let standing = Standing::of(tx, act, person).await?;
    let (name, posts) = (standing.person.name.as_str(), standing.posts(act));
    let until = format_full(issued.expires_at);
    let text = say!(act.house.locale, "door-invite", name = name, posts, code = issued.code, until);
    speak(tx, act, talk, text).await
}
