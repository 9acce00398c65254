//! Getting in, as it is lived at the desk: hand-made events in, queued messages out.
//!
//! Quân (account 1) is the commune's admin, Bình the head of village 03 and not registered; everybody else is a stranger.

use loa::desk::Response;
use loa::domain::event::{ChatRef, Event, Membership, Rights};
use loa::domain::org::Role;
use loa::store::Store;
use loa::usecase::{Act, Via, bind, notify};

use crate::desk_stage::{Desk, Outcome, group, person};
use crate::fixture::{self, AT, GATEWAY};

mod accounts;
mod binding;
mod menus;
mod presence;
mod register;
mod second;
mod verify;

/// The admin's account, and with it the id of their private chat.
const ADMIN: &str = "1";
/// A village head's account before it is anybody's.
const HEAD: &str = "7";
/// The real group, as the platform names it.
const GROUP: &str = "-100";
/// The verdict on a forged bulletin.
const FORGED: &str = "Không có tin gửi bà con mã này; xin hỏi trưởng thôn. Không bấm liên kết lạ.";

/// The desk of the commune with its admin.
async fn open(store: &Store) -> Desk {
    let mut tx = fixture::village(store).await;
    fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
    let mut desk = Desk::over(store, tx, AT, fixture::with_a_gateway(false, true)).await;
    link(&mut desk, ADMIN, "p-quan").await;
    desk
}

/// Links an account, with an open private chat.
async fn link(desk: &mut Desk, account: &str, person: &str) {
    let id = format!("i-{account}");
    desk.tx().link_identity(GATEWAY, account, person, AT, &id).await.unwrap();
    fixture::private_chat(desk.tx(), account).await;
}

/// Somebody writes in the real group.
async fn shout(desk: &mut Desk, account: &str, text: &str) -> Outcome {
    desk.say_in(&the_group(), account, text).await
}

/// We were added, let in, thrown out or blocked.
async fn present(desk: &mut Desk, chat: ChatRef, present: bool) {
    let outcome = desk
        .event(Event::Membership(Membership { chat, by: person("9"), present, rights: Rights::default() }), None)
        .await;
    assert_eq!(outcome.response, Response::default());
}

async fn moved(desk: &mut Desk, from: &str, to: &str) {
    desk.event(Event::Moved { from: from.to_owned(), to: to.to_owned() }, None).await;
}

/// The one thing that was said, with the data of its buttons.
async fn card(desk: &mut Desk, external_id: &str) -> (String, Vec<String>) {
    let mut rows = desk.news_rows(external_id).await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = rows.remove(0);
    let buttons = notify::decode_buttons(&row.buttons).into_iter().flatten().map(|button| button.data);
    (row.body, buttons.collect())
}

/// A code for a person, made by the admin elsewhere.
async fn person_code(desk: &mut Desk, person_id: &str) -> String {
    let (tx, act) = desk.parts();
    let act = Act { via: Via::Cli("root".to_owned()), ..act };
    bind::invite_person(tx, &act, person_id).await.unwrap().code
}

async fn owner_of(desk: &mut Desk, account: &str) -> Option<String> {
    desk.tx().identity(GATEWAY, account).await.unwrap().map(|identity| identity.person_id)
}

/// How often something was done, by the audit log.
async fn audited(desk: &mut Desk, what: &str) -> usize {
    desk.audit().await.iter().filter(|(act, _)| act == what).count()
}

/// The real group.
fn the_group() -> ChatRef {
    group(GROUP)
}

/// The one-time code in a text: eight capitals and digits after a sign the text is known by.
fn code_in(text: &str, sign: &str) -> String {
    let rest = text.split(sign).nth(1).unwrap_or_else(|| panic!("no {sign} in {text}"));
    let code: String = rest.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    assert_eq!(code.len(), 8, "{text}");
    code
}
