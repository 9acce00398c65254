//! The decision itself: everything known about a submission in, one verdict out.

use std::fmt;

use super::{PERSONAL_LIST, RestrictedMark, SecrecyLevel, personal_numbers, restricted_mark_in, stamp_in};
use crate::domain::text;

/// What the composer chose about secrecy, for this document and this time; it is never remembered or preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attestation {
    /// No choice was made yet.
    NotChosen,
    /// "Không mật".
    NotSecret,
    /// One of the degrees of secrecy.
    Secret(SecrecyLevel),
}

/// The first page of one attached file, as far as it could be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FirstPage<'a> {
    /// The text as it was read, not normalised; scanned even where it is only a part of the page.
    pub text: &'a str,
    /// Whether the text is all that stands on the page; `false` for pictures, damage, timeouts and locked files.
    pub readable: bool,
}

/// Shows lengths only: the text of a document belongs in no log.
impl fmt::Debug for FirstPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstPage").field("bytes", &self.text.len()).field("readable", &self.readable).finish()
    }
}

/// Whether a document comes from a Party organ, by its symbol or by what staff said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyOrigin {
    /// Not a Party document.
    No,
    /// A Party document whose audience nobody widened.
    Yes,
    /// A Party document that a person decided to show to residents.
    WidenedByPerson,
}

/// Everything the gate looks at.
#[derive(Clone, Copy)]
pub struct Submission<'a> {
    /// The composer's choice.
    pub attestation: Attestation,
    /// The composer stated that a page which cannot be read was read by a person and is not secret.
    pub unreadable_attested: bool,
    /// What staff typed: summary and text together, one line each.
    pub typed: &'a str,
    /// The residents' own wording; empty when they read the same text.
    pub residents_typed: &'a str,
    /// The first page of every attached file; empty without attachments.
    pub pages: &'a [FirstPage<'a>],
    /// Whether it is a Party document.
    pub party: PartyOrigin,
    /// Whether any residents' group is in the audience.
    pub residents: bool,
}

/// What may happen with the submission. There is no value for sending a refused one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be queued for this audience.
    Pass {
        /// A page could not be read and a person answered for it; goes to the audit.
        unreadable_attested: bool,
        /// The reason why a later widening to residents would be stopped, if there is one.
        cadre_bound: Option<CadreReason>,
    },
    /// It must not be sent and its files are deleted at once. Final for everybody.
    Refuse(Refusal),
    /// It can be judged only when the composer has answered.
    NeedsAttestation(Question),
    /// It may go to cadre and office groups, not to residents.
    CadreOnly(CadreReason),
}

/// Why a submission is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The composer said that it is secret.
    Declared(SecrecyLevel),
    /// A page or the typed text bears a secrecy stamp.
    Stamped(SecrecyLevel),
}

/// What the composer still has to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Secret or not: nothing was chosen.
    Secrecy,
    /// A page has no text that can be scanned: that a person read it and it bears no stamp.
    Unreadable,
}

/// Why a submission is held among cadres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CadreReason {
    /// It bears a softer mark.
    Marked(RestrictedMark),
    /// It lists persons.
    PersonalNumbers {
        /// How many different personal numbers were found; at least [`PERSONAL_LIST`].
        count: usize,
    },
    /// It is a Party document and nobody widened its audience.
    Party,
}

/// Judges a submission. Refusals come first, whatever else is missing, so that a stamped file is deleted even when
/// the composer has not answered yet.
#[must_use]
pub fn gate(submission: &Submission<'_>) -> Verdict {
    if let Some(refusal) = refusal(submission) {
        return Verdict::Refuse(refusal);
    }
    if submission.attestation == Attestation::NotChosen {
        return Verdict::NeedsAttestation(Question::Secrecy);
    }
    let unreadable = submission.pages.iter().any(cannot_be_scanned);
    if unreadable && !submission.unreadable_attested {
        return Verdict::NeedsAttestation(Question::Unreadable);
    }
    match cadre_reason(submission) {
        Some(reason) if submission.residents => Verdict::CadreOnly(reason),
        cadre_bound => Verdict::Pass { unreadable_attested: unreadable, cadre_bound },
    }
}

fn refusal(submission: &Submission<'_>) -> Option<Refusal> {
    if let Attestation::Secret(level) = submission.attestation {
        return Some(Refusal::Declared(level));
    }
    let stamp = texts(submission).filter_map(stamp_in).map(|stamp| stamp.level).max();
    stamp.map(Refusal::Stamped)
}

/// Nothing to scan, or letters of an old font that only look right on paper.
fn cannot_be_scanned(page: &FirstPage<'_>) -> bool {
    !page.readable || !page.text.chars().any(char::is_alphabetic) || text::looks_legacy_encoded(page.text)
}

fn cadre_reason(submission: &Submission<'_>) -> Option<CadreReason> {
    if let Some(mark) = texts(submission).find_map(restricted_mark_in) {
        return Some(CadreReason::Marked(mark));
    }
    // The largest list decides: the same hotline in the text and in the file is no list of persons.
    let count = texts(submission).map(personal_numbers).max().unwrap_or(0);
    if count >= PERSONAL_LIST {
        return Some(CadreReason::PersonalNumbers { count });
    }
    (submission.party == PartyOrigin::Yes).then_some(CadreReason::Party)
}

fn texts<'a>(submission: &Submission<'a>) -> impl Iterator<Item = &'a str> {
    [submission.typed, submission.residents_typed].into_iter().chain(submission.pages.iter().map(|page| page.text))
}
