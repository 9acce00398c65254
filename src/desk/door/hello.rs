//! Introducing ourselves, help, and telling people what we know of them.

use super::standing::{Standing, command_list, is_here};
use super::{CHOICES, Response, Talk, issuer, speak};
use crate::domain::command::{self, Command, ParseContext, Who};
use crate::say;
use crate::store::Tx;
use crate::store::organisation::Person;
use crate::usecase::notify::Note;
use crate::usecase::{Act, Denied, UseCaseResult, bind};

/// `/batdau`: who we are, what is kept of the person, what to do next.
pub(super) async fn start(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let issuer = issuer(tx, act).await?;
    if !talk.is_private() {
        return speak(tx, act, talk, say!(locale, "door-start-in-group", issuer)).await;
    }
    let intro = say!(locale, "door-start", issuer);
    let Some(person) = talk.person.clone() else {
        let text = format!("{intro}\n\n{}", say!(locale, "door-start-stranger"));
        return speak(tx, act, talk, text).await;
    };
    if talk.unconfirmed {
        return speak(tx, act, talk, format!("{intro}\n\n{}", say!(locale, "account-waits"))).await;
    }
    let standing = Standing::of(tx, act, person).await?;
    let name = standing.person.name.as_str();
    let next = say!(locale, "door-start-known", name = name, posts = standing.posts(act));
    let note = Note::plain(format!("{intro}\n\n{next}\n\n{}", next_steps(act, &standing)));
    talk.say(tx, act, &with_help(act, note)).await?;
    Ok(standing.menu(act, &talk.chat.external_id))
}

/// What each role does first; a person may have several.
fn next_steps(act: &Act<'_>, standing: &Standing) -> String {
    let locale = &act.house.locale;
    let has = |who| standing.callers.contains(&who);
    let steps = [
        (has(Who::Head), say!(locale, "door-next-head")),
        (has(Who::Composer), say!(locale, "door-next-composer")),
        (has(Who::Approver), say!(locale, "door-next-approver")),
        (has(Who::Duty), say!(locale, "door-next-duty")),
        (has(Who::Recorder) || has(Who::Association), say!(locale, "door-next-recorder")),
        (has(Who::Admin), say!(locale, "door-next-admin")),
        (true, say!(locale, "door-next-everybody")),
    ];
    let mine: Vec<String> = steps.into_iter().filter(|(mine, _)| *mine).map(|(_, text)| text).collect();
    mine.join("\n")
}

fn with_help(act: &Act<'_>, note: Note) -> Note {
    let locale = &act.house.locale;
    let (help, me) = (say!(locale, "button-help"), say!(locale, "button-who-am-i"));
    note.with_row(&[(&help, "h:trogiup"), (&me, "h:toilaai")])
}

/// `/trogiup [lệnh]`.
pub(super) async fn help(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if !args.is_empty() {
        let text = help_on(act, args);
        return speak(tx, act, talk, text).await;
    }
    if !talk.is_private() {
        return speak(tx, act, talk, say!(locale, "door-help-in-group")).await;
    }
    let callers = callers(tx, act, talk).await?;
    let text = format!("{}\n{}", command_list(act, &callers), say!(locale, "door-help-more"));
    speak(tx, act, talk, text).await
}

async fn callers(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Vec<Who>> {
    match talk.person.clone() {
        // What it may do: answer, and what everybody may.
        Some(_) if talk.unconfirmed => Ok(vec![Who::Everyone, Who::Head]),
        Some(person) => Ok(Standing::of(tx, act, person).await?.callers),
        None => Ok(vec![Who::Everyone]),
    }
}

/// The help on one command, however its name is spelt.
fn help_on(act: &Act<'_>, typed: &str) -> String {
    let locale = &act.house.locale;
    let slashed = format!("/{}", typed.trim_start_matches(['/', '\u{ff0f}']));
    match command::parse(&slashed, ParseContext { private: true, bot_username: "" }) {
        Some(Ok(parsed)) => help_text(act, parsed.command),
        Some(Err(command::CommandError::Unknown { did_you_mean: Some(near) })) => {
            say!(locale, "desk-did-you-mean", command = near.name())
        }
        _ => say!(locale, "desk-unknown-command"),
    }
}

fn help_text(act: &Act<'_>, command: Command) -> String {
    let locale = &act.house.locale;
    if !is_here(command) {
        return say!(locale, "desk-not-here", command = command.name());
    }
    let description = locale.text(&command.description_key(), &[]);
    let usage = locale.text(&format!("help-{}", command.name()), &[]);
    let who: Vec<&str> = command.spec().who.iter().map(|who| who.vietnamese()).collect();
    say!(locale, "door-help-on", command = command.name(), description, usage, who = who.join(", "))
}

/// `h:NAME`: a button that shows help, or who one is.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, name: &str) -> UseCaseResult<Response> {
    match Command::ALL.iter().copied().find(|command| command.name() == name) {
        _ if !talk.is_private() => Ok(Response::toast(say!(act.house.locale, "door-help-in-group"))),
        Some(Command::Help) => help(tx, act, talk, "").await,
        Some(Command::WhoAmI) => who_am_i(tx, act, talk).await,
        Some(command) => {
            let text = help_text(act, command);
            speak(tx, act, talk, text).await
        }
        None => Ok(Response::toast(say!(act.house.locale, "toast-old-button"))),
    }
}

/// `/toilaai`: name, posts, rights, units and chats; in a group only name and posts.
pub(super) async fn who_am_i(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    let Some(person) = talk.person.clone() else { return Err(Denied::NotRegistered.into()) };
    let locale = &act.house.locale;
    let standing = Standing::of(tx, act, person).await?;
    let (name, posts) = (standing.person.name.as_str(), standing.posts(act));
    if !talk.is_private() {
        let text = say!(locale, "door-who-in-group", name = name, posts);
        return speak(tx, act, talk, text).await;
    }
    if talk.unconfirmed {
        return speak(tx, act, talk, say!(locale, "account-waits-who", name = name, posts)).await;
    }
    let roles = roles(tx, act, &standing).await?;
    let chats = chats(tx, act, &standing.person).await?;
    let groups = groups(tx, act, &standing).await?;
    let text = say!(locale, "door-who", name = name, posts, roles, chats, groups);
    talk.say(tx, act, &Note::plain(text)).await?;
    Ok(standing.menu(act, &talk.chat.external_id))
}

/// "quản trị (UBND xã), người soạn (Phòng VH-XH)".
async fn roles(tx: &mut Tx, act: &Act<'_>, standing: &Standing) -> UseCaseResult<String> {
    let mut shown = Vec::new();
    for grant in &standing.roles {
        let unit = tx.unit(&grant.unit_id).await?.map(|unit| unit.name).unwrap_or_default();
        shown.push(format!("{} ({unit})", grant.role.vietnamese()));
    }
    Ok(or_none(act, &shown))
}

/// The gateways on which the person has an account, and whether we may write to them there.
async fn chats(tx: &mut Tx, act: &Act<'_>, person: &Person) -> UseCaseResult<String> {
    let open = tx.private_chat_of(&person.id).await?;
    let mut shown = Vec::new();
    for account in bind::open_accounts(tx, &person.id).await? {
        let gateway = account.gateway.as_str();
        let is_open = open.iter().any(|chat| chat.gateway == gateway && chat.external_id == account.external_id);
        shown.push(if is_open {
            say!(act.house.locale, "door-account-open", gateway = gateway)
        } else {
            say!(act.house.locale, "door-account-closed", gateway = gateway)
        });
    }
    Ok(or_none(act, &shown))
}

/// The bound groups of the units in which the person has a post.
async fn groups(tx: &mut Tx, act: &Act<'_>, standing: &Standing) -> UseCaseResult<String> {
    let mut shown = Vec::new();
    for group in tx.groups(&act.commune_id).await?.into_iter().filter(|group| group.chat_id.is_some()) {
        let units = tx.group_units(&group.id).await?;
        if shown.len() < CHOICES && standing.seats.iter().any(|seat| units.contains(&seat.unit_id)) {
            shown.push(group.name);
        }
    }
    Ok(or_none(act, &shown))
}

fn or_none(act: &Act<'_>, shown: &[String]) -> String {
    if shown.is_empty() { say!(act.house.locale, "door-none") } else { shown.join(", ") }
}
