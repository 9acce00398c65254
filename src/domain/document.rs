//! What a directive document says about itself: its type, its number and symbol, and its date.
//!
//! The forms follow Nghị định 30/2020/NĐ-CP (Phụ lục I and III) and the habits of Party offices. Everything here
//! is pure and total: whatever a person typed or a file contained, the answer is a value or a typed refusal.
//! A number is never invented: a blank one stays blank and is shown as "…/KH-UBND", because numbers are given by
//! the records clerk after signature.
//!
//! Called by the command desk (reading what staff type), by the secrecy gate (Party documents) and by the
//! duplicate check (`Reference::identity_key`).

mod date;
mod find;
mod kind;
mod parse;
mod reference;

pub use date::{DateError, PartialDate};
pub use find::find_references;
pub use kind::DocumentType;
pub use parse::{ReferenceError, parse_reference};
pub use reference::{Form, Reference};

#[cfg(test)]
mod tests;
