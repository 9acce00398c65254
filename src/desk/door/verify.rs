//! `/xacminh`: whether a bulletin is genuine. For anybody, also for residents and in groups.
//!
//! What was never sent does not exist here: the answer to a draft's code is that of a forged one. Neither does, for anybody but
//! officials who ask in private or among themselves, what no group of residents was sent: whoever counts codes must not learn
//! what officials write to each other. Where it was sent is nobody's business; what is shown stands in the message itself.

use super::{Response, Talk, issuer, pasted, speak, tries};
use crate::domain::bulletin::{State, TypedCode, find_codes, parse_typed};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::org::GroupKind;
use crate::domain::text::{cut, upper};
use crate::domain::verbatim;
use crate::say;
use crate::store::Tx;
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::usecase::{Act, UseCaseResult, mark};

/// Longest first line that is repeated, characters.
const LINE_CHARS: usize = 200;

/// A bulletin that left this house.
pub(super) struct Genuine {
    bulletin: Bulletin,
    /// The version that was sent, which need not be the current one.
    version: BulletinVersion,
    broadcast: Broadcast,
    /// When the first of it left.
    at: Millis,
}

impl Genuine {
    pub(super) const fn bulletin(&self) -> &Bulletin {
        &self.bulletin
    }

    pub(super) const fn version(&self) -> &BulletinVersion {
        &self.version
    }

    /// The code that stood on it: each firing of a repeated one has its own.
    pub(super) fn shown_code(&self) -> String {
        self.broadcast.code(&self.bulletin.code)
    }

    /// The minute that stood on it, where one did.
    pub(super) const fn issued_at(&self) -> Millis {
        Millis(self.broadcast.started_at)
    }

    pub(super) const fn code(&self) -> &str {
        self.bulletin.code.as_str()
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.bulletin.state == State::Withdrawn
    }
}

/// Whether whoever asks may hear of everything that was sent: a registered person, where no residents read along.
///
/// # Errors
/// The database.
pub(super) async fn sees_all(tx: &mut Tx, talk: &Talk) -> UseCaseResult<bool> {
    if talk.trusted().is_none() || talk.is_private() {
        return Ok(talk.trusted().is_some());
    }
    let group = tx.group_of_chat(&talk.chat.id).await?;
    Ok(group.is_some_and(|group| group.kind != GroupKind::Residents))
}

/// `/xacminh MÃ`: what was typed, and whether a file came with it, which nobody compares.
pub(super) async fn answer(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (&str, bool)) -> UseCaseResult<Response> {
    let locale = &act.house.locale;
    let (typed, has_file) = what;
    if tries::must_wait(tx, act, talk, true).await? {
        return Ok(Response::default());
    }
    if typed.is_empty() {
        // Counted too: strangers must not be able to make the bot talk in a group without end.
        tries::count(tx, act, talk).await?;
        return speak(tx, act, talk, say!(locale, "door-verify-usage")).await;
    }
    if parse_typed(typed).is_none() && verbatim::is_pasted(typed) {
        return pasted::answer(tx, act, talk, what).await;
    }
    let all = sees_all(tx, talk).await?;
    let code = parse_typed(typed).or_else(|| find_codes(typed).into_iter().next());
    let found = match code {
        Some(code) => genuine(tx, act, &code, all).await?,
        None => Vec::new(),
    };
    let text = match found.as_slice() {
        [] => {
            tries::count(tx, act, talk).await?;
            if all { say!(locale, "door-verify-none") } else { say!(locale, "door-verify-unknown") }
        }
        [one] => shown(tx, act, one, all).await?,
        several => {
            let codes: Vec<&str> = several.iter().map(|one| one.bulletin.code.as_str()).collect();
            say!(locale, "refused-code-ambiguous", codes = codes.join(", "))
        }
    };
    speak(tx, act, talk, beside(act, text, has_file)).await
}

/// What is said of words, where a file came with them.
pub(super) fn beside(act: &Act<'_>, said: String, has_file: bool) -> String {
    if has_file { format!("{said}\n{}", say!(act.house.locale, "verify-file")) } else { said }
}

/// The bulletins that a typed code may stand for and that were sent, to residents unless `all`; of several years the newest.
///
/// # Errors
/// The database.
pub(super) async fn genuine(tx: &mut Tx, act: &Act<'_>, code: &TypedCode, all: bool) -> UseCaseResult<Vec<Genuine>> {
    let year = code.year.map(i64::from);
    let mut found = Vec::new();
    for bulletin in tx.bulletins_numbered(&act.commune_id, i64::from(code.seq), code.kind, year).await? {
        found.extend(sent(tx, bulletin, all).await?);
    }
    let newest = found.iter().map(|one| one.bulletin.year).max();
    found.retain(|one| Some(one.bulletin.year) == newest);
    Ok(found)
}

/// The last time a bulletin left. A message on its way counts: whoever asks may already be reading it, and must not be told
/// that it is forged.
async fn sent(tx: &mut Tx, bulletin: Bulletin, all: bool) -> UseCaseResult<Option<Genuine>> {
    for broadcast in tx.broadcasts_of(&bulletin.id).await?.into_iter().rev() {
        if !all && !tx.residents_were_sent(&broadcast.id).await? {
            continue;
        }
        let Some(at) = left_at(tx, &broadcast).await? else { continue };
        let version = tx.version(&bulletin.id, broadcast.version).await?;
        return Ok(version.map(|version| Genuine { bulletin, version, broadcast, at }));
    }
    Ok(None)
}

/// What left with a broadcast that residents were sent.
///
/// # Errors
/// The database.
pub(super) async fn of_broadcast(tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<Option<Genuine>> {
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(None) };
    if !tx.residents_were_sent(broadcast_id).await? {
        return Ok(None);
    }
    let (Some(bulletin), Some(at)) = (tx.bulletin(&broadcast.bulletin_id).await?, left_at(tx, &broadcast).await?)
    else {
        return Ok(None);
    };
    let version = tx.version(&bulletin.id, broadcast.version).await?;
    Ok(version.map(|version| Genuine { bulletin, version, broadcast, at }))
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

/// That it was taken back.
pub(super) fn withdrawn(act: &Act<'_>, genuine: &Genuine) -> String {
    let time = format_full(genuine.at);
    say!(act.house.locale, "door-verify-withdrawn", code = genuine.code(), time)
}

async fn shown(tx: &mut Tx, act: &Act<'_>, genuine: &Genuine, all: bool) -> UseCaseResult<String> {
    let locale = &act.house.locale;
    let code = genuine.bulletin.code.as_str();
    let time = format_full(genuine.at);
    if genuine.is_withdrawn() {
        return Ok(withdrawn(act, genuine));
    }
    let kind = upper(genuine.bulletin.kind.vietnamese());
    // Anybody may ask, so it is the residents' wording that is quoted, and its title.
    let title = if all { &genuine.version.title } else { genuine.version.title_for(GroupKind::Residents) };
    let body = genuine.version.text_for(GroupKind::Residents);
    let first = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let lines = [title, first].into_iter().filter(|line| !line.is_empty()).map(|line| cut(line, LINE_CHARS, "…"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let issuer = issuer(tx, act).await?;
    let text = say!(locale, "door-verify-real", code = code, kind, issuer, time, text);
    Ok(qualified(act, genuine, text))
}

/// What is said of a bulletin, with what there is to be known beside it: that a correction followed, that it was an exercise.
pub(super) fn qualified(act: &Act<'_>, genuine: &Genuine, mut text: String) -> String {
    let locale = &act.house.locale;
    if genuine.bulletin.state == State::Superseded {
        text.push('\n');
        text.push_str(&say!(locale, "door-verify-superseded"));
    }
    mark::marked(locale, genuine.version.marks.exercise, text)
}
