//! A call for help, heard: what of all that is said to us is one, and what is said back.
//!
//! Of a linked person's words these are a cry: what speaks of danger and is addressed to us, at any time; what speaks of danger in
//! one of our groups, while a Thượng khẩn or a Hỏa tốc is open for them; and while one is, whatever a head or a deputy addresses to
//! us that is more than a receipt: words, pictures, recordings. Words in the middle of a form belong to the form, unless they call
//! for rescue. Officials without a unit of their own write much to us that is no cry.

use super::compose::choice::{is_no, is_yes};
use super::{Prepared, Response, Talk, answer, compose, figures};
use crate::domain::ack::{is_plain, says_posted};
use crate::domain::bulletin::find_codes;
use crate::domain::command::{self, Command, ParseContext};
use crate::domain::distress::{calls_for_rescue, speaks_of_danger};
use crate::domain::event::{AccountRef, ChatRef, Event, IncomingFile, IncomingMessage};
use crate::domain::message::Lane;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::store::inbox::NewInboxRow;
use crate::usecase::acknowledge::Heeded;
use crate::usecase::distress::{self, Cry, Pressed};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseResult, look_up};

/// Tries to fetch what came with a cry.
const TRIES: u32 = 5;
/// Milliseconds between two tries, times the number of those made.
const BETWEEN_TRIES: i64 = 3_000;
/// Latest messages to a stranger among which the numbers are looked for.
const LOOK_BACK: i64 = 10;
/// Milliseconds within which one stranger is told the numbers once.
const AGAIN_AFTER: i64 = 10 * 60_000;
/// Milliseconds after its last step for which a form has the words of whoever left it lying.
const LEFT_AFTER: i64 = 10 * 60_000;
/// Conversations whose words belong to a form. The others are questions beside which somebody may cry.
const FORMS: [&str; 4] = ["compose", "register", "ledger", "decide"];

/// Answers a cry, if it is one.
pub(super) async fn heard(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (&IncomingMessage, &Prepared<'_>),
    dialogue: Option<&Dialogue>,
) -> UseCaseResult<Option<Response>> {
    let (message, prepared) = what;
    let Some(exercise) = is_cry(tx, act, talk, what, dialogue).await? else { return Ok(None) };
    let words = whole(act, message);
    let cry = Cry { chat: &talk.chat, reply_to: talk.reply_to(), words: &words, exercise };
    let raised = distress::raise(tx, act, &cry).await?;
    if let Some(file) = &message.file {
        fetch(tx, act, prepared.gateway, (&raised.id, &message.external_id, file, 1)).await?;
    }
    // What is a receipt as well counts as one.
    let heeded = match answer::listen(tx, act, talk, message, (prepared.dedupe, true)).await? {
        Some(heeded) if !message.text.is_empty() => heeded,
        _ => Heeded::Silence(crate::domain::ack::IgnoreReason::NothingOpen),
    };
    let key = if raised.fresh { "distress-noted" } else { "distress-noted-more" };
    let mut lines = vec![act.house.locale.text(key, &[("numbers", distress::numbers(act).into())])];
    lines.extend(answer::beside(act, talk, &heeded));
    let note = Note { lane: Some(Lane::Rescue), ..Note::plain(lines.join("\n")) };
    talk.say(tx, act, &note).await?;
    answer::ask_beside(tx, act, talk, heeded).await?;
    Ok(Some(Response::default()))
}

/// Whether it is one; if so, whether nothing but an exercise is open.
async fn is_cry(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (&IncomingMessage, &Prepared<'_>),
    dialogue: Option<&Dialogue>,
) -> UseCaseResult<Option<bool>> {
    let (message, prepared) = what;
    let Some(person) = &talk.person else { return Ok(None) };
    // Most of what is said is a bare receipt: of that nothing is looked up.
    if message.file.is_none() && is_plain(&message.text, &[&person.name]) && !speaks_of_danger(&message.text, &[]) {
        return Ok(None);
    }
    let seats = look_up::answering_seats(tx, act, &person.id).await?;
    let mut names: Vec<&str> = vec![&person.name];
    names.extend(seats.iter().map(|seat| seat.unit_name.as_str()));
    if dialogue.is_some_and(|dialogue| belongs_to_form(act, message, &names, dialogue)) {
        return Ok(None);
    }
    let (danger, addressed) = (speaks_of_danger(&message.text, &names), is_addressed(act, talk, message));
    let roles = tx.roles_of(&person.id).await?;
    let composes = roles.iter().any(|grant| grant.role == Role::Composer);
    if is_command(message, talk, prepared, (composes, danger)) {
        return Ok(None);
    }
    // Officials without a unit of their own write of danger all day long, and have each other's numbers.
    if danger && (!seats.is_empty() || roles.is_empty()) {
        let warned = distress::warned(tx, act, &person.id).await?;
        return Ok((addressed || warned.is_some()).then(|| warned.unwrap_or_default()));
    }
    let says_more = message.file.is_some() || (!message.text.is_empty() && !is_plain(&message.text, &names));
    // A document of somebody who composes is the beginning of a bulletin.
    let is_bulletin = composes && message.file.as_ref().is_some_and(|file| !is_seen_or_heard(file));
    if !addressed || !says_more || is_bulletin || seats.is_empty() || is_answer(message, dialogue) {
        return Ok(None);
    }
    distress::warned(tx, act, &person.id).await
}

/// Whether it is for the form that is open. A call for rescue goes through any, a picture or a recording through all but those
/// that ask for documents, and what speaks of danger through one that was left lying.
fn belongs_to_form(act: &Act<'_>, message: &IncomingMessage, names: &[&str], dialogue: &Dialogue) -> bool {
    if !FORMS.iter().any(|form| dialogue.flow.starts_with(form)) || calls_for_rescue(&message.text, names) {
        return false;
    }
    if message.file.is_some() {
        return dialogue.flow.starts_with(compose::FLOW);
    }
    let is_left = act.wall.0 - dialogue.updated_at > LEFT_AFTER;
    !(is_left && speaks_of_danger(&message.text, names))
}

/// Whether it was said to us, and not to somebody else in the group.
fn is_addressed(act: &Act<'_>, talk: &Talk, message: &IncomingMessage) -> bool {
    let reply = message.reply.as_ref();
    let hears_only_us = act.house.gateways.get(&talk.chat.gateway).is_some_and(|traits| traits.hearing_is_address);
    talk.is_private()
        || message.mentions_us
        || reply.is_some_and(|reply| reply.to_us)
        || (reply.is_none() && (hears_only_us || message.text.trim_start().starts_with('/')))
        || !find_codes(&message.text).is_empty()
}

/// Whether it is a command and nothing else. "/danhan nhà bà Tư sập" is a cry; so are words that begin with the name of a form, from
/// somebody who has no forms.
fn is_command(message: &IncomingMessage, talk: &Talk, prepared: &Prepared<'_>, who: (bool, bool)) -> bool {
    let (composes, danger) = who;
    let context = ParseContext { private: talk.is_private(), bot_username: &prepared.username };
    let Some(Ok(parsed)) = command::parse(&message.text, context) else { return false };
    // "Báo cáo xã, nhà bà Tư bị sập" begins with a name and is none. A pasted text to be checked speaks of whatever it does.
    if danger && !parsed.slashed && parsed.command != Command::Verify {
        return false;
    }
    match parsed.command {
        Command::Ack | Command::Aired | Command::Done | Command::Feedback => !danger,
        // "Vướng mắc" is what the head says himself, in whatever words.
        Command::Issue => parsed.args.is_empty(),
        Command::Directive | Command::Announce | Command::Urgent | Command::Exercise => {
            composes || (parsed.slashed && !danger)
        }
        _ => true,
    }
}

/// Whether it answers what was asked: figures that were read back, or what was passed on.
fn is_answer(message: &IncomingMessage, dialogue: Option<&Dialogue>) -> bool {
    let said = message.text.trim();
    match dialogue {
        Some(dialogue) if dialogue.flow == figures::FLOW => matches!(said, "1" | "2") || is_yes(said) || is_no(said),
        Some(_) => message.file.is_none(),
        None => says_posted(said) && message.file.is_none(),
    }
}

/// Whether it is a picture or a recording, and no document.
fn is_seen_or_heard(file: &IncomingFile) -> bool {
    let media = file.media_type.as_deref().unwrap_or_default();
    file.name == "anh.jpg" || ["image/", "audio/", "video/"].iter().any(|kind| media.starts_with(kind))
}

/// The words, with what stands for a file.
fn whole(act: &Act<'_>, message: &IncomingMessage) -> String {
    let locale = &act.house.locale;
    let media = message.file.as_ref().map(|file| {
        let media = file.media_type.as_deref().unwrap_or_default();
        match media.split('/').next().unwrap_or_default() {
            "image" => say!(locale, "distress-photo"),
            "audio" => say!(locale, "distress-voice"),
            "video" => say!(locale, "distress-video"),
            _ if file.name == "anh.jpg" => say!(locale, "distress-photo"),
            _ => say!(locale, "distress-any-file"),
        }
    });
    let words = [Some(message.text.clone()).filter(|text| !text.is_empty()), media];
    words.into_iter().flatten().collect::<Vec<String>>().join(" ")
}

/// Has a file fetched beside everything else: whoever cries must not wait for it.
async fn fetch(tx: &mut Tx, act: &Act<'_>, gateway: &str, what: (&str, &str, &IncomingFile, u32)) -> UseCaseResult<()> {
    let (id, message, file, number) = what;
    let event = Event::Evidence { distress_id: id.to_owned(), file: file.clone(), number };
    let Ok(body) = serde_json::to_string(&event) else { return Ok(()) };
    tx.put_inbox(&NewInboxRow {
        id: act.new_id(),
        gateway: gateway.to_owned(),
        dedupe: format!("distress:{id}:{message}:{number}"),
        chat: None,
        event: Some(body),
        urgent: true,
        stranger: false,
        received_at: act.wall,
        not_before: act.wall.plus_ms(BETWEEN_TRIES * i64::from(number - 1)),
    })
    .await?;
    Ok(())
}

/// A file that was fetched, or was not: then it is tried again a few times, and after that whoever has a card is told.
pub(super) async fn evidence(
    tx: &mut Tx,
    act: &Act<'_>,
    prepared: &Prepared<'_>,
    what: (&str, &IncomingFile, u32),
) -> UseCaseResult<Response> {
    let (id, file, number) = what;
    match &prepared.file {
        Some(super::Fetched::File { content, media_type, .. }) => {
            // What it is follows from its bytes where they tell; a recording's do not.
            let told = file.media_type.as_deref().filter(|_| media_type == "application/octet-stream");
            distress::arrived(tx, act, id, (&file.name, told.unwrap_or(media_type), content)).await?;
        }
        _ if number < TRIES => {
            fetch(tx, act, prepared.gateway, (id, prepared.dedupe, file, number + 1)).await?;
        }
        _ => distress::lost(tx, act, id).await?,
    }
    Ok(Response::default())
}

/// `ds:y:<id>`: I have it. `ds:n:<id>`: it is no call for help.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: &str) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let pressed = match data.split_once(':') {
        Some(("y", id)) => distress::take(tx, act, id, &talk.chat).await?,
        Some(("n", id)) => distress::deny(tx, act, id, &talk.chat).await?,
        _ => return Ok(Response::toast(say!(locale, "toast-old-button"))),
    };
    Ok(Response::toast(match pressed {
        Pressed::Taken { phone } => {
            let phone = phone.unwrap_or_else(|| say!(locale, "call-no-phone"));
            say!(locale, "toast-distress-taken", phone = phone)
        }
        Pressed::Theirs { name } => say!(locale, "toast-distress-theirs", name = name),
        Pressed::Denied => say!(locale, "toast-distress-denied"),
        Pressed::Over => say!(locale, "toast-distress-over"),
    }))
}

/// Somebody nobody knows spoke of danger: they read whom to dial, and nothing of it is kept.
pub(super) async fn plea(
    tx: &mut Tx,
    act: &Act<'_>,
    prepared: &Prepared<'_>,
    who: (&ChatRef, &AccountRef, &str),
) -> UseCaseResult<Response> {
    let (chat, from, external_id) = who;
    let talk = super::talk::without_names(tx, act, prepared.gateway, (chat, from), external_id).await?;
    let text = say!(act.house.locale, "distress-stranger", numbers = distress::numbers(act));
    let shown = act.house.shown(&talk.chat.gateway, text.clone());
    let lately = tx.messages_to_chat(&talk.chat.id, LOOK_BACK).await?;
    let said = lately.iter().any(|last| last.body == shown && act.wall.0 - last.created_at < AGAIN_AFTER);
    if !said {
        notify::to_dial(tx, act, &talk.chat, text, talk.reply_to()).await?;
    }
    Ok(Response::default())
}
