//! The secrecy gate: what may never leave through a chat platform, decided purely from values.
//!
//! A state secret must be stopped, not warned about: Luật Bảo vệ bí mật nhà nước 117/2025/QH15 keeps secrets off
//! networks that reach the outside, and a chat platform is one. Invariants:
//!
//! * [`Verdict`] has no "send anyway": no role, flag or configuration turns a [`Verdict::Refuse`] into anything else.
//! * Nothing here is kept or logged. Verdicts carry levels and counts, never words of the document: the title of a
//!   secret document may itself be secret.
//! * The scan is a second lock. The first is the composer, who states for every document that it is not secret; a
//!   page that cannot be read needs that stated in so many words.
//!
//! Called by the compose desk before a bulletin is queued, and again before it is approved.

mod gate;
mod marks;
mod name;
mod personal;
mod stamp;

pub use gate::{Attestation, CadreReason, FirstPage, PartyOrigin, Question, Refusal, Submission, Verdict, gate};
pub use marks::{RestrictedMark, restricted_mark_in};
pub use name::stamp_in_name;
pub use personal::{PERSONAL_LIST, personal_numbers};
pub use stamp::{SecrecyLevel, Stamp, stamp_in, stamp_in_words};

#[cfg(test)]
mod tests;
