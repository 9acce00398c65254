//! A text that somebody pasted or forwarded, to hear whether we sent it.
//!
//! It is compared with what residents were sent, by its code or among the latest. Of what was typed nothing comes back but the
//! addresses, numbers, dates and amounts that are wrong, so that nobody follows them; and nothing of it is kept.

use super::verify::{self, Genuine};
use super::{Response, Talk, speak, tries};
use crate::domain::bulletin::find_codes;
use crate::domain::org::GroupKind;
use crate::domain::render::{self, Part};
use crate::domain::text::{cut, inert};
use crate::domain::verbatim::{self, Fact, Verdict};
use crate::say;
use crate::store::Tx;
use crate::usecase::fire::view_of;
use crate::usecase::{Act, UseCaseResult};

/// Days back in which a text without a code is looked for.
const DAYS: i64 = 60;
/// Bulletins among which it is looked for, the latest.
const MOST: i64 = 60;
/// Wrong facts that are named.
const MOST_FACTS: usize = 5;
/// Longest fact that is named, characters.
const FACT_CHARS: usize = 40;

/// Says whether it is ours, to somebody who need not wait. Counted as a wrong code where it is not: whoever pastes without end is slowed as well.
pub(super) async fn answer(tx: &mut Tx, act: &Act<'_>, talk: &Talk, what: (&str, bool)) -> UseCaseResult<Response> {
    let (text, has_file) = what;
    let locale = &act.house.locale;
    let said = match find(tx, act, talk, text).await? {
        None | Some((_, Verdict::Other)) => {
            tries::count(tx, act, talk).await?;
            say!(locale, "verify-never")
        }
        Some((one, _)) if one.is_withdrawn() => verify::withdrawn(act, &one),
        Some((one, Verdict::Piece)) => verify::qualified(act, &one, say!(locale, "verify-piece", code = one.code())),
        Some((one, Verdict::Differs { wrong })) if wrong.is_empty() => {
            say!(locale, "verify-differs-words", code = one.code())
        }
        Some((one, Verdict::Differs { wrong })) => {
            say!(locale, "verify-differs", code = one.code(), facts = named(&wrong))
        }
        Some((one, Verdict::Identical)) => {
            verify::qualified(act, &one, say!(locale, "verify-verbatim", code = one.code()))
        }
    };
    speak(tx, act, talk, verify::beside(act, said, has_file)).await
}

fn named(wrong: &[Fact]) -> String {
    let shown = wrong.iter().take(MOST_FACTS).map(|fact| cut(&inert(&fact.typed), FACT_CHARS, "…"));
    shown.collect::<Vec<_>>().join("; ")
}

/// The bulletin that a text is, or is like; the best of several.
async fn find(tx: &mut Tx, act: &Act<'_>, talk: &Talk, text: &str) -> UseCaseResult<Option<(Genuine, Verdict)>> {
    let all = verify::sees_all(tx, talk).await?;
    for code in find_codes(text) {
        if let Some(one) = verify::genuine(tx, act, &code, all).await?.into_iter().next() {
            let verdict = compared(tx, act, (&one, text), true).await?;
            return Ok(Some((one, verdict)));
        }
    }
    let mut like = None;
    for broadcast_id in tx.broadcasts_to_residents(act.at.plus_days(-DAYS), MOST).await? {
        let Some(one) = verify::of_broadcast(tx, &broadcast_id).await? else { continue };
        match compared(tx, act, (&one, text), false).await? {
            Verdict::Identical => return Ok(Some((one, Verdict::Identical))),
            Verdict::Piece if !matches!(like, Some((_, Verdict::Piece))) => like = Some((one, Verdict::Piece)),
            differs @ Verdict::Differs { .. } if like.is_none() => like = Some((one, differs)),
            _ => {}
        }
    }
    Ok(like)
}

/// Compares with what residents read. Where a platform does not carry files they stood there as addresses of ours, or as left out.
async fn compared(tx: &mut Tx, act: &Act<'_>, what: (&Genuine, &str), named: bool) -> UseCaseResult<Verdict> {
    let (one, text) = what;
    let text = without_our_addresses(act, text);
    let verdict = verbatim::compare(&text, &shown(tx, act, one, true).await?, named);
    if !matches!(verdict, Verdict::Differs { .. }) {
        return Ok(verdict);
    }
    let without = verbatim::compare(&text, &shown(tx, act, one, false).await?, named);
    Ok(if without == Verdict::Identical { without } else { verdict })
}

/// A text without the addresses of files on our own page: each group was told another one.
fn without_our_addresses(act: &Act<'_>, text: &str) -> String {
    let Some(public_url) = &act.house.public_url else { return text.to_owned() };
    let ours = format!("{public_url}/tep/");
    text.split_inclusive(char::is_whitespace).filter(|word| !word.starts_with(&ours)).collect()
}

/// What residents read, as plain text, with the names of its files; whether their platform carries `files`.
async fn shown(tx: &mut Tx, act: &Act<'_>, one: &Genuine, files: bool) -> UseCaseResult<verbatim::Genuine> {
    let kind = GroupKind::Residents;
    let mut view = view_of(tx, act, one.bulletin(), one.version(), kind).await?;
    (view.code, view.issued_at) = (one.shown_code(), Some(one.issued_at()));
    for file in &mut view.attachments {
        file.held_back = !files;
    }
    let plain = render::Capabilities {
        text_limit_utf16: usize::MAX / 4,
        caption_limit: 0,
        html: false,
        buttons: false,
        files: true,
    };
    let texts = render::render(&view, &plain, &act.house.labels).into_iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(text),
        Part::File { .. } => None,
    });
    let core = format!("{}\n{}", one.version().title_for(kind), one.version().text_for(kind));
    Ok(verbatim::Genuine { whole: texts.collect::<Vec<_>>().join("\n"), core })
}
