//! The second half of `/ganhom`: a code typed in the real group, and an admin's word on it.
//!
//! Anybody may type it: most groups are made by a village head who is not registered yet. The bot answers there only
//! because the code is right.

use super::{Response, Talk, admins, as_code, foreign, presence, shown_id, shown_title, speak, tries};
use crate::domain::calendar::format_short;
use crate::domain::event::Rights;
use crate::domain::message::Purpose;
use crate::say;
use crate::store::Tx;
use crate::usecase::bind::{self, PendingBinding};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseResult};

/// `/ganhom MÃ` in a group.
pub(super) async fn typed(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    code: &str,
    what: (Option<u32>, Rights),
) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if code.is_empty() {
        return if talk.may_be_answered() {
            speak(tx, act, talk, say!(locale, "door-bind-usage")).await
        } else {
            Ok(Response::default())
        };
    }
    if tries::must_wait(tx, act, talk, talk.may_be_answered()).await? {
        return Ok(Response::default());
    }
    let pending = bind::type_group_code(tx, act, code, &talk.account, &talk.chat).await;
    let pending = tries::counted(tx, act, talk, pending).await?;
    // We hear the group, so we can be there: whatever happened before it was ours to know is over.
    presence::reopen(tx, act, &talk.chat).await?;
    bind::write_in_topic(tx, &talk.chat, talk.topic.as_deref()).await?;
    let reached = if pending.first { ask_admins(tx, act, talk, (&pending, code), what).await? } else { 1 };
    if what.1.writes == Some(false) {
        // What we say there would be refused, and the group be lost before it is bound.
        return Ok(Response::default());
    }
    let key = if reached > 0 { "door-wait-for-admin" } else { "door-no-admin" };
    talk.say_to_newcomer(tx, act, Note::plain(locale.text(key, &[]))).await?;
    Ok(Response::default())
}

/// Who typed the code: by name, or by the account's id where the platform tells no name.
fn typed_by(talk: &Talk) -> String {
    let name = foreign(&talk.account_name);
    if name.is_empty() { shown_id(&talk.account) } else { name }
}

/// What is missing there before anything can be sent.
fn warning(act: &Act<'_>, rights: Rights) -> Option<String> {
    let locale = &act.house.locale;
    match rights {
        Rights { writes: Some(false), .. } => Some(say!(locale, "door-card-no-rights")),
        Rights { files: Some(false), .. } => Some(say!(locale, "door-card-no-files")),
        _ => None,
    }
}

/// The card with what only the platform knows of the group: its title and id, who typed the code and when, how many people are in
/// it, and what we may not do there.
async fn ask_admins(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    typed: (&PendingBinding, &str),
    what: (Option<u32>, Rights),
) -> UseCaseResult<usize> {
    let ((pending, code), (members, rights)) = (typed, what);
    let locale = &act.house.locale;
    let (title, account) = (shown_title(act, &pending.chat), typed_by(talk));
    let (id, time) = (shown_id(&pending.chat.external_id), format_short(act.at));
    let (group, kind) = (pending.group.name.as_str(), pending.group.kind.vietnamese());
    let members = members.map_or_else(|| say!(locale, "door-members-unknown"), |members| members.to_string());
    let code = as_code(code).unwrap_or_default();
    let known = say!(locale, "door-card-group", title, id, account, time, members, group = group, kind = kind, code);
    let text = [Some(known), warning(act, rights)].into_iter().flatten().collect::<Vec<_>>().join("\n");
    let (yes, no) = (say!(locale, "button-bind"), say!(locale, "button-is-not-it"));
    let (yes_data, no_data) = (format!("g:y:{}", pending.invite_id), format!("g:n:{}", pending.invite_id));
    let note = Note::plain(text).with_row(&[(&yes, &yes_data), (&no, &no_data)]);
    let units = tx.group_units(&pending.group.id).await?;
    admins::tell(tx, act, &units, Purpose::Card, &note).await
}

/// An admin's word: `g:y` and `g:n`, or "/ganhom có MÃ". Of a refusal the group hears nothing: it is an unknown one.
pub(super) async fn decide(tx: &mut Tx, act: &Act<'_>, talk: &Talk, word: (&str, bool)) -> UseCaseResult<Response> {
    let (invite_id, yes) = word;
    let locale = &act.house.locale;
    if !yes {
        let group = bind::refuse_group(tx, act, invite_id).await?;
        let text = say!(locale, "door-group-refused", group = group.name, code = group.code);
        return speak(tx, act, talk, text).await;
    }
    let bound = bind::confirm_group(tx, act, invite_id).await?;
    presence::known(tx, act, &bound.chat).await?;
    let group = bound.group.name;
    let told = Note::plain(say!(locale, "door-bound-here", group = &group));
    notify::reply(tx, act, &bound.chat, &told, None).await?;
    let title = shown_title(act, &bound.chat);
    speak(tx, act, talk, say!(locale, "door-bound-admin", group, title)).await
}
