//! An admin pauses a group, lets it receive again, or frees its slot: `/tamdung`, `/molai` and `/ganhom gỡ` with the group's code.

use super::{Response, Talk, slots, speak};
use crate::domain::org::Role;
use crate::store::Tx;
use crate::store::binding::Group;
use crate::usecase::bind::{self, Held};
use crate::usecase::{Act, UseCaseError, UseCaseResult, look_up};

/// What is wished for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Wish {
    /// Nothing is sent there for now.
    Pause,
    /// It receives again.
    Resume,
    /// Its slot is freed.
    Free,
}

/// Does it with the one group meant.
pub(in crate::desk) async fn command(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    what: (Wish, &str),
) -> UseCaseResult<Response> {
    look_up::require_any_role(tx, act, &[Role::Admin]).await?;
    let (wish, typed) = what;
    let group = one(tx, act, typed).await?;
    let held = match wish {
        Wish::Pause => bind::pause(tx, act, &group.id).await?,
        Wish::Resume => bind::resume(tx, act, &group.id).await?,
        Wish::Free => {
            bind::unbind(tx, act, &group.id).await?;
            Held::Done
        }
    };
    let key = match (wish, held) {
        (Wish::Pause, Held::Done) => "group-paused",
        (Wish::Pause, Held::Already) => "group-paused-already",
        (Wish::Resume, Held::Done) => "group-resumed",
        (Wish::Resume, Held::Already) => "group-resumed-already",
        (Wish::Free, _) => "group-freed",
    };
    let text = act.house.locale.text(key, &[("group", group.name.into()), ("code", group.code.into())]);
    speak(tx, act, talk, text).await
}

async fn one(tx: &mut Tx, act: &Act<'_>, typed: &str) -> UseCaseResult<Group> {
    let mut found = if typed.trim().is_empty() { Vec::new() } else { slots::named(tx, act, typed).await? };
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(UseCaseError::NotFound { what: "group", name: typed.trim().to_owned() }),
        _ => {
            let codes: Vec<String> = found.into_iter().take(10).map(|group| group.code).collect();
            Err(UseCaseError::refused_with("refused-group-ambiguous", vec![("codes", codes.join(", "))]))
        }
    }
}

/// "gỡ dieu-hanh-03": the wish to free a slot, and the group it is about.
pub(super) fn freed(args: &str) -> Option<&str> {
    let (word, group) = args.trim().split_once(char::is_whitespace)?;
    (crate::domain::text::fold(word) == "go").then(|| group.trim())
}
