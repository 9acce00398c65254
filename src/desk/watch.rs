//! Watching over what goes and what went: `/lich`, `/trangthai`, `/chuanhan`, `/nhac`, and the buttons under them.
//!
//! * Groups that are fine are only counted; a person reads what needs a hand: doubts, failures, who has not confirmed.
//! * A doubt is settled by a button or by typing the number that stands before the group (`/trangthai mã thấy 18`). The
//!   number is the group's place in the broadcast and never changes, so an old list settles nothing else.
//! * Names of posts and their holders are shown in private and in an office's own group; elsewhere only sums.

use super::{Response, Talk};
use crate::domain::command::Command;
use crate::domain::ladder::call;
use crate::domain::org::{GroupKind, Role};
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up};

mod calls;
mod lines;
mod queue;
mod remind;
mod settle;
mod status;
mod typed;
mod words;

/// The conversation in which a reminder is confirmed.
pub(super) const FLOW: &str = "remind";

/// Those who may look.
const STAFF: [Role; 5] = [Role::Composer, Role::Approver, Role::Admin, Role::Duty, Role::Viewer];

/// `/lich`, `/trangthai`, `/guilai`, `/chuanhan`, `/nhac`.
pub(super) async fn command(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (Command, &str)) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &STAFF).await?;
    let (command, args) = what;
    match command {
        Command::Queue => queue::show(tx, act, talk, args).await?,
        Command::Status => return status::command(tx, act, talk, args).await,
        Command::Resend => return status::again(tx, act, talk, args).await,
        Command::Pending => return pending(tx, act, talk, args).await,
        _ => remind::ask(tx, act, talk, args).await?,
    }
    Ok(Response::default())
}

/// `/chuanhan [mã] [số đã gọi | số không gọi được]`.
async fn pending(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str) -> UseCaseResult<Response> {
    if let (code, Some(words)) = call::behind_code(args) {
        let chosen = chosen(tx, act, code).await?;
        return calls::on_bulletin(tx, act, talk, (&chosen.bulletin, chosen.firing), &words).await;
    }
    remind::pending(tx, act, talk, args).await?;
    Ok(Response::default())
}

/// "3 đã gọi", where a call list was shown; none when it is other talk.
pub(super) async fn called(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: &str) -> UseCaseResult<Option<Response>> {
    calls::typed(tx, act, talk, text).await
}

/// The answer to "nhắc?".
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<Response> {
    remind::step(tx, act, talk, dialogue, text).await
}

/// `s`: seen in the group; `r`: send again; `st`: show again; `rm`: remind; `k`: called.
pub(super) async fn pressed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, data: (&str, &str)) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &STAFF).await?;
    match data {
        ("s", message_id) => settle::seen(tx, act, message_id).await,
        ("r", what) => settle::again(tx, act, what).await,
        ("k", rest) => calls::pressed(tx, act, talk, rest).await,
        ("st", bulletin_id) => match own(tx, act, bulletin_id).await? {
            Some(bulletin) => status::show(tx, act, talk, Chosen { bulletin, firing: None, said: None }).await,
            None => Ok(old_button(act)),
        },
        (_, rest) => remind::pressed(tx, act, talk, rest).await,
    }
}

fn old_button(act: &Act<'_>) -> Response {
    Response::toast(say!(act.house.locale, "toast-old-button"))
}

/// The bulletin behind a button, if it is this commune's.
async fn own(tx: &mut Tx, act: &Act<'_>, bulletin_id: &str) -> UseCaseResult<Option<Bulletin>> {
    let bulletin = tx.bulletin(bulletin_id).await?;
    Ok(bulletin.filter(|bulletin| bulletin.commune_id == act.commune_id))
}

/// A bulletin, and the line that says which one when nobody named it.
struct Chosen {
    bulletin: Bulletin,
    /// Which firing was named; without one the latest is meant.
    firing: Option<u32>,
    said: Option<String>,
}

/// The bulletin with the typed code; without one, what this person sent last, or else the commune.
async fn chosen(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Chosen> {
    if !typed.trim().is_empty() {
        let bulletin = look_up::bulletin(tx, act, typed).await?;
        return Ok(Chosen { bulletin, firing: look_up::typed_firing(typed), said: None });
    }
    let locale = &act.house.locale;
    let own = tx.last_sent_bulletin(&act.commune_id, Some(act.person()?)).await?;
    if let Some(bulletin) = own {
        let said = say!(locale, "watch-latest-own", code = bulletin.code.as_str());
        return Ok(Chosen { bulletin, firing: None, said: Some(said) });
    }
    let any = tx.last_sent_bulletin(&act.commune_id, None).await?;
    let bulletin = any.ok_or_else(|| UseCaseError::refused("refused-nothing-sent"))?;
    let said = say!(locale, "watch-latest-any", code = bulletin.code.as_str());
    Ok(Chosen { bulletin, firing: None, said: Some(said) })
}

/// Whether the names of villages that did not confirm may be shown here.
async fn is_confidential(tx: &mut Tx, talk: &Talk) -> UseCaseResult<bool> {
    if talk.is_private() {
        return Ok(true);
    }
    let group = tx.group_of_chat(&talk.chat.id).await?;
    Ok(group.is_some_and(|group| group.kind == GroupKind::Office))
}

async fn say_text(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: String) -> UseCaseResult<()> {
    talk.say(tx, act, &Note::plain(text)).await
}
