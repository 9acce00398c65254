//! A second account of a person on a gateway, on probation: what it is told, and what its owner or an admin says about it.

use super::standing::{Standing, command_list};
use super::{Response, Talk, foreign, shown_id};
use crate::say;
use crate::store::Tx;
use crate::usecase::bind::{self, Opened};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseResult};

/// Tells the person and the admins of the account that just came, and the account that it waits.
pub(super) async fn announce(tx: &mut Tx, act: &Act<'_>, talk: &Talk, opened: &Opened) -> UseCaseResult<Response> {
    if opened.is_fresh {
        let name = foreign(&talk.account_name);
        let shown = if name.is_empty() { shown_id(&talk.account) } else { name };
        bind::announce(tx, act, opened, &shown).await?;
    }
    talk.say_to_newcomer(tx, act, Note::plain(say!(act.house.locale, "account-waits"))).await?;
    Ok(Response::default())
}

/// `p:nk:<account>`: it is theirs. `p:nx:<account>`: it is not.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, word: (&str, bool)) -> UseCaseResult<Response> {
    let (id, yes) = word;
    let locale = &act.house.locale;
    let (person, account) =
        if yes { bind::confirm_account(tx, act, id).await? } else { bind::refuse_account(tx, act, id).await? };
    let chat = tx.chat_by_external(&account.gateway, &account.external_id).await?;
    let (name, gateway) = (person.name.clone(), account.gateway.as_str());
    let key = if yes { "account-confirmed" } else { "account-refused" };
    let done = locale.text(key, &[("name", name.into()), ("gateway", gateway.into())]);
    let mut response = Response::repeated(done.clone());
    if yes {
        let standing = Standing::of(tx, act, person).await?;
        if let Some(chat) = &chat {
            let text = format!("{}\n\n{}", say!(locale, "account-yours"), command_list(act, &standing.callers));
            notify::reply(tx, act, chat, &Note::plain(text), None).await?;
        }
        if gateway == talk.chat.gateway {
            response.menu = standing.menu(act, &account.external_id).menu;
        }
    }
    // Whoever gave the account up by it has read this in a chat that is written to no more, but for what any stranger is told.
    talk.say(tx, act, &Note::plain(done).to_stranger()).await?;
    Ok(response)
}
