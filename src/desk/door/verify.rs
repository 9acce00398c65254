//! `/xacminh`: whether a bulletin is genuine. For anybody, also for residents and in groups.
//!
//! What was never sent does not exist here: the answer to a draft's code is that of a forged one. Where it was sent is
//! nobody's business; what is shown stands in the message itself.

use super::{Response, Talk, issuer, speak, tries};
use crate::domain::bulletin::{State, TypedCode, find_codes, parse_typed};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::org::GroupKind;
use crate::domain::text::{cut, upper};
use crate::say;
use crate::store::Tx;
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::usecase::{Act, UseCaseResult, mark};

/// Longest first line that is repeated, characters.
const LINE_CHARS: usize = 200;

/// A bulletin that left this house.
struct Genuine {
    bulletin: Bulletin,
    /// The version that was sent, which need not be the current one.
    version: BulletinVersion,
    at: Millis,
}

/// `/xacminh MÃ`.
pub(super) async fn answer(tx: &mut Tx, act: &Act<'_>, talk: &Talk, typed: &str) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    if tries::must_wait(tx, act, talk, true).await? {
        return Ok(Response::default());
    }
    if typed.is_empty() {
        // Counted too: strangers must not be able to make the bot talk in a group without end.
        tries::count(tx, act, talk).await?;
        return speak(tx, act, talk, say!(locale, "door-verify-usage")).await;
    }
    let code = parse_typed(typed).or_else(|| find_codes(typed).into_iter().next());
    let found = match code {
        Some(code) => genuine(tx, act, &code).await?,
        None => Vec::new(),
    };
    let text = match found.as_slice() {
        [] => {
            tries::count(tx, act, talk).await?;
            say!(locale, "door-verify-unknown")
        }
        [one] => shown(tx, act, one).await?,
        several => {
            let codes: Vec<&str> = several.iter().map(|one| one.bulletin.code.as_str()).collect();
            say!(locale, "refused-code-ambiguous", codes = codes.join(", "))
        }
    };
    speak(tx, act, talk, text).await
}

/// The bulletins that a typed code may stand for and that were sent; of several years the newest.
async fn genuine(tx: &mut Tx, act: &Act<'_>, code: &TypedCode) -> UseCaseResult<Vec<Genuine>> {
    let year = code.year.map(i64::from);
    let mut found = Vec::new();
    for bulletin in tx.bulletins_numbered(&act.commune_id, i64::from(code.seq), code.kind, year).await? {
        found.extend(sent(tx, bulletin).await?);
    }
    let newest = found.iter().map(|one| one.bulletin.year).max();
    found.retain(|one| Some(one.bulletin.year) == newest);
    Ok(found)
}

/// The last time a bulletin left. A message on its way counts: whoever asks may already be reading it, and must not be told
/// that it is forged.
async fn sent(tx: &mut Tx, bulletin: Bulletin) -> UseCaseResult<Option<Genuine>> {
    for broadcast in tx.broadcasts_of(&bulletin.id).await?.into_iter().rev() {
        let Some(at) = left_at(tx, &broadcast).await? else { continue };
        let version = tx.version(&bulletin.id, broadcast.version).await?;
        return Ok(version.map(|version| Genuine { bulletin, version, at }));
    }
    Ok(None)
}

/// When the first message of a broadcast was sent; its start, while none is proven; none when none left.
async fn left_at(tx: &mut Tx, broadcast: &Broadcast) -> UseCaseResult<Option<Millis>> {
    let messages = tx.messages_of_broadcast(&broadcast.id).await?;
    let mut out = messages.iter().filter(|message| !message.state.claims_not_sent()).peekable();
    if out.peek().is_none() {
        return Ok(None);
    }
    Ok(Some(Millis(out.filter_map(|message| message.sent_at).min().unwrap_or(broadcast.started_at))))
}

async fn shown(tx: &mut Tx, act: &Act<'_>, genuine: &Genuine) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let code = genuine.bulletin.code.as_str();
    let time = format_full(genuine.at);
    if genuine.bulletin.state == State::Withdrawn {
        return Ok(say!(locale, "door-verify-withdrawn", code = code, time));
    }
    let kind = upper(genuine.bulletin.kind.vietnamese());
    let title = cut(&genuine.version.title, LINE_CHARS, "…");
    // Anybody may ask, so it is the residents' wording that is quoted.
    let body = genuine.version.body_for(GroupKind::Residents);
    let first = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line = cut(first, LINE_CHARS, "…");
    let issuer = issuer(tx, act).await?;
    let mut text = say!(locale, "door-verify-real", code = code, kind, issuer, time, title, line);
    if genuine.bulletin.state == State::Superseded {
        text.push('\n');
        text.push_str(&say!(locale, "door-verify-superseded"));
    }
    Ok(mark::marked(locale, genuine.version.marks.exercise, text))
}
