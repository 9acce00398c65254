//! Acknowledgements: what an answer says, and which obligations it settles.
//!
//! Three pure steps, called by the inbox and the acknowledge use case in this order:
//!
//! 1. [`understand`] reads a text: received, aired, done, figures, trouble, or nothing of the kind.
//! 2. [`named_units`] finds the units the text names; bulletin codes are resolved by the caller.
//! 3. [`attribute`] decides which open obligations the answer is about, or that somebody has to be asked.
//!
//! Invariants: a text with a negative word is never an acknowledgement; nothing is settled by a person who
//! neither holds the answering seat nor is its deputy; when two bulletins fit, the answer is to ask.

mod attribution;
mod meaning;
mod posted;
mod state;
mod trouble;
mod units;
mod vocabulary;
mod words;

pub use attribution::{Answer, AnswerWay, Attribution, CodesMean, IgnoreReason, OpenItem, PersonSeat, attribute};
pub use meaning::{Meaning, Strength, is_plain, understand, understand_among};
pub use posted::says_posted;
pub use state::{ObligationState, Way};
pub use trouble::TroubleKind;
pub use units::{UnitName, named_units};
