//! `/dangky`: a person ties their account to themselves.
//!
//! First it is shown whose code it is and what is kept of them; only an explicit "Đồng ý" goes on. In a group, where
//! anybody could have read the code, an admin confirms besides.

use super::standing::{Standing, command_list};
use super::{
    Response, Step, Talk, admins, as_code, commune_name, foreign, is_no, second, shown_id, shown_title, speak,
    stop_waiting, tries, wait_for,
};
use crate::domain::event::ChatKind;
use crate::domain::message::Purpose;
use crate::domain::text::fold;
use crate::say;
use crate::store::Tx;
use crate::store::binding::{AccountState, Chat, Identity, Invite, InviteState};
use crate::store::organisation::Person;
use crate::usecase::bind::{self, NOTICE_VERSION, Offer};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseResult};

/// `/dangky MÃ`, and `/start MÃ` from a link.
pub(super) async fn look(tx: &mut Tx, act: &Act<'_>, talk: &Talk, typed: &str) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if typed.is_empty() {
        return if talk.may_be_answered() {
            speak(tx, act, talk, say!(locale, "door-register-usage")).await
        } else {
            Ok(Response::default())
        };
    }
    // A linked person's words in a group must stay answers to bulletins: no conversation is opened there.
    if !talk.is_private() && talk.person.is_some() {
        return speak(tx, act, talk, say!(locale, "door-register-in-private")).await;
    }
    if tries::must_wait(tx, act, talk, talk.may_be_answered()).await? {
        return Ok(Response::default());
    }
    let offer = bind::look_at_code(tx, act, typed, &talk.account, &talk.chat).await;
    let offer = tries::counted(tx, act, talk, offer).await?;
    if is_settled(tx, talk, &offer).await? {
        if talk.unconfirmed {
            return speak(tx, act, talk, say!(locale, "account-waits")).await;
        }
        let text = say!(locale, "door-already-linked", name = offer.person.name);
        return speak(tx, act, talk, text).await;
    }
    let code = offer.needs_admin.then(|| as_code(typed)).flatten();
    wait_for(tx, act, talk, &Step::Agree { invite: offer.invite_id.clone(), code }).await?;
    let note = notice(tx, act, offer).await?;
    talk.say_to_newcomer(tx, act, note).await?;
    Ok(Response::default())
}

/// Whether this very account is the person's already, with the notice agreed to.
async fn is_settled(tx: &mut Tx, talk: &Talk, offer: &Offer) -> UseCaseResult<bool> {
    let linked = talk.person.as_ref().is_some_and(|person| person.id == offer.person.id);
    let consent = tx.latest_consent(&offer.person.id).await?;
    Ok(linked && consent.is_some_and(|consent| consent.notice_version == offer.notice_version))
}

/// Whose code it is, and the notice with its two answers.
async fn notice(tx: &mut Tx, act: &Act<'_>, offer: Offer) -> UseCaseResult<Note> {
    let locale = &act.house.locale;
    let standing = Standing::of(tx, act, offer.person).await?;
    let whose = say!(locale, "door-code-of", name = &standing.person.name, posts = standing.posts(act));
    let notice = say!(locale, "notice-data", commune = commune_name(tx).await?);
    let answers = say!(locale, "door-notice-answers");
    let (yes, no) = (say!(locale, "button-agree"), say!(locale, "button-decline"));
    let (yes_data, no_data) = (format!("p:y:{}", offer.invite_id), format!("p:n:{}", offer.invite_id));
    Ok(Note::plain(format!("{whose}\n\n{notice}\n\n{answers}")).with_row(&[(&yes, &yes_data), (&no, &no_data)]))
}

/// A typed answer to the notice. Silence is not agreement, and neither is anything but "đồng ý".
pub(super) async fn answered(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    code: (&str, Option<&str>),
    text: &str,
) -> UseCaseResult<Response> {
    let folded = fold(text);
    if is_yes(&folded) {
        return agree(tx, act, talk, code).await;
    }
    if is_no(&folded) || folded == "2" {
        return decline(tx, act, talk).await;
    }
    if talk.is_private() {
        return speak(tx, act, talk, say!(act.house.locale, "door-notice-again")).await;
    }
    Ok(Response::default())
}

/// "Đồng ý", with the words of politeness around it; or the number printed before it.
fn is_yes(folded: &str) -> bool {
    let polite = ["da", "vang", "toi", "em", "chau", "xin", "a", "nhe"];
    let words: Vec<&str> = folded.split(' ').filter(|word| !polite.contains(word)).collect();
    words == ["dong", "y"] || folded == "1"
}

/// `p:y` and `p:n`. Only for the account and the chat in which the code was typed.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, answer: (&str, bool)) -> UseCaseResult<Response> {
    let (invite_id, yes) = answer;
    let invite = tx.invite(invite_id).await?.filter(|invite| is_theirs(invite, talk));
    let Some(invite) = invite else {
        return Ok(Response::toast(say!(act.house.locale, "toast-not-your-code")));
    };
    if invite.state == InviteState::Used {
        return Ok(Response::toast(say!(act.house.locale, "toast-already-linked")));
    }
    if !yes {
        return decline(tx, act, talk).await;
    }
    // The code itself stands in the conversation, as long as that is still this one.
    let dialogue = talk.dialogue(tx).await?;
    let step = dialogue.and_then(|dialogue| serde_json::from_str::<Step>(&dialogue.data).ok());
    let code = match step {
        Some(Step::Agree { invite, code }) if invite == invite_id => code,
        _ => None,
    };
    agree(tx, act, talk, (invite_id, code.as_deref())).await
}

fn is_theirs(invite: &Invite, talk: &Talk) -> bool {
    invite.typed_by.as_ref() == Some(&talk.account) && invite.typed_chat.as_ref() == Some(&talk.chat.id)
}

async fn agree(tx: &mut Tx, act: &Act<'_>, talk: &Talk, code: (&str, Option<&str>)) -> UseCaseResult<Response> {
    let (invite_id, code) = code;
    // First: after a refusal there is nothing to wait for either.
    stop_waiting(tx, talk).await?;
    let redeemed = bind::accept_notice_and_link(tx, act, invite_id, &talk.account, NOTICE_VERSION).await?;
    let standing = Standing::of(tx, act, redeemed.person).await?;
    if let Some(opened) = &redeemed.opened {
        if opened.account.state != AccountState::Active {
            return second::announce(tx, act, talk, opened).await;
        }
        if opened.is_fresh {
            bind::tell_of_first(tx, act, &opened.account).await?;
        }
        talk.say_to_newcomer(tx, act, Note::plain(welcome(act, &standing))).await?;
        return Ok(standing.menu(act, &talk.chat.external_id));
    }
    let reached = ask_admins(tx, act, talk, &standing, (invite_id, code)).await?;
    let key = if reached > 0 { "door-wait-for-admin" } else { "door-no-admin" };
    talk.say_to_newcomer(tx, act, Note::plain(act.house.locale.text(key, &[]))).await?;
    Ok(Response::default())
}

async fn decline(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<Response> {
    stop_waiting(tx, talk).await?;
    speak(tx, act, talk, say!(act.house.locale, "door-declined")).await
}

fn welcome(act: &Act<'_>, standing: &Standing) -> String {
    let name = standing.person.name.as_str();
    let linked = say!(act.house.locale, "door-welcome", name = name, posts = standing.posts(act));
    format!("{linked}\n\n{}", command_list(act, &standing.callers))
}

/// The card on which an admin says whether the account is the person's.
async fn ask_admins(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    standing: &Standing,
    code: (&str, Option<&str>),
) -> UseCaseResult<usize> {
    let (invite_id, code) = code;
    let locale = &act.house.locale;
    let (name, posts) = (standing.person.name.as_str(), standing.posts(act));
    let (account, title) = (foreign(&talk.account_name), shown_title(act, &talk.chat));
    let mut text = say!(locale, "door-card-person", name = name, posts, account, title);
    let gateway = talk.chat.gateway.as_str();
    let has_another = |other: &Identity| other.gateway == gateway && other.external_id != talk.account;
    if bind::open_accounts(tx, &standing.person.id).await?.iter().any(has_another) {
        text.push('\n');
        text.push_str(&say!(locale, "door-card-person-replaces", gateway = gateway));
    }
    if let Some(code) = code {
        text.push('\n');
        text.push_str(&say!(locale, "door-card-person-typed", code = code));
    }
    let (yes, no) = (say!(locale, "button-is-them"), say!(locale, "button-is-not-them"));
    let (yes_data, no_data) = (format!("p:c:{invite_id}"), format!("p:r:{invite_id}"));
    let note = Note::plain(text).with_row(&[(&yes, &yes_data), (&no, &no_data)]);
    let units: Vec<String> = standing.seats.iter().map(|seat| seat.unit_id.clone()).collect();
    admins::tell(tx, act, &units, Purpose::Card, &note).await
}

/// An admin's word: `p:c` and `p:r`, or "/capma có MÃ".
pub(super) async fn decide(tx: &mut Tx, act: &Act<'_>, talk: &Talk, word: (&str, bool)) -> UseCaseResult<Response> {
    let (invite_id, yes) = word;
    let locale = &act.house.locale;
    if !yes {
        let person = bind::refuse_person(tx, act, invite_id).await?;
        tell_where_typed(tx, act, invite_id, &say!(locale, "door-person-refused")).await?;
        return speak(tx, act, talk, say!(locale, "door-person-refused-admin", name = person.name)).await;
    }
    let redeemed = bind::confirm_person(tx, act, invite_id).await?;
    let name = redeemed.person.name.clone();
    if let Some(opened) = redeemed.opened.as_ref().filter(|opened| opened.account.state != AccountState::Active) {
        // An admin who is that person: the account they have decides.
        bind::announce(tx, act, opened, &shown_id(&opened.account.external_id)).await?;
    }
    tell_where_typed(tx, act, invite_id, &say!(locale, "door-person-linked", name = &name)).await?;
    let response = welcome_in_private(tx, act, talk, redeemed.person).await?;
    talk.say(tx, act, &Note::plain(say!(locale, "door-person-linked-admin", name))).await?;
    Ok(response)
}

async fn tell_where_typed(tx: &mut Tx, act: &Act<'_>, invite_id: &str, text: &str) -> UseCaseResult<()> {
    let typed = tx.invite(invite_id).await?.and_then(|invite| invite.typed_chat);
    let Some(chat) = tx.chat(typed.as_deref().unwrap_or_default()).await? else { return Ok(()) };
    notify::reply(tx, act, &chat, &Note::plain(text), None).await
}

/// Greets the person where a private chat is open, and gives them their menu there if this gateway carries it.
async fn welcome_in_private(tx: &mut Tx, act: &Act<'_>, talk: &Talk, person: Person) -> UseCaseResult<Response> {
    let standing = Standing::of(tx, act, person).await?;
    let open: Vec<Chat> = tx.private_chat_of(&standing.person.id).await?;
    for chat in &open {
        notify::reply(tx, act, chat, &Note::plain(welcome(act, &standing)), None).await?;
    }
    let here = open.iter().find(|chat| chat.gateway == talk.chat.gateway && chat.kind == ChatKind::Private);
    Ok(here.map(|chat| standing.menu(act, &chat.external_id)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is_yes;
    use crate::domain::text::fold;

    #[rstest]
    #[case("Đồng ý")]
    #[case("đồng ý ạ")]
    #[case("Dạ tôi đồng ý nhé!")]
    #[case("DONG Y")]
    #[case("do\u{302}\u{300}ng y\u{301}")]
    #[case(" 1. ")]
    fn agreement_is_understood_as_it_is_typed(#[case] text: &str) {
        assert!(is_yes(&fold(text)));
    }

    #[rstest]
    #[case("")]
    #[case("ok")]
    #[case("không đồng ý")]
    #[case("chưa đồng ý")]
    #[case("đồng ý là sao?")]
    #[case("11")]
    #[case("👍")]
    fn nothing_else_is_agreement(#[case] text: &str) {
        assert!(!is_yes(&fold(text)));
    }
}
