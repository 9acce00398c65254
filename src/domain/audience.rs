//! Who a bulletin goes to: the audience grammar, its canonical form and its resolution to groups.
//!
//! ```text
//! audience = term { ("+" | "-") term }
//! term     = ( word [ ":" code { "," code } ] | saved name ) [ "@" kind ]
//! word     = thon | phong | truong | tram | hoi | to | htx | xa
//! kind     = cadre | residents | office
//! ```
//!
//! Terms apply from left to right. A term without `@` means the unit's *working* group: its cadre group, or its
//! office group where it has none, and never its residents' group. `thôn 3, 5` is read as `thon:03,05`. Words may
//! carry accents; the saved names are in [`SAVED_NAMES`]. Codes are compared without zeros in front, accents and
//! signs, so `VH-XH` is typed `phong:vhxh`.
//!
//! [`Expr::canonical`] is what an approval binds; [`resolve()`] turns it into groups over a plain snapshot of the
//! directory, each time anew. [`default_audience`] and [`must_answer`] are the defaults of the Nơi nhận lines.

use std::fmt;

use crate::domain::org::{GroupKind, UnitKind};

mod defaults;
mod names;
mod parse;
mod resolve;
#[cfg(test)]
mod tests;

pub use defaults::{RecipientMark, default_audience, must_answer};
pub use names::{SAVED_NAMES, SavedName, unit_word};
pub use resolve::{Directory, GroupEntry, People, ReachedGroup, Resolution, Target, UnitEntry, resolve};

/// Longest audience that is read, in characters.
pub const MAX_CHARS: usize = 2_000;

/// An audience as it was asked for; at least one term, the first of which is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    terms: Vec<Term>,
}

/// Some units, in one kind of their groups, added or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether the term takes away instead of adding.
    pub minus: bool,
    /// The kind of the units.
    pub unit: UnitKind,
    /// The units' codes in canonical form and natural order; empty means all units of the kind.
    pub codes: Vec<String>,
    /// The kind of their groups; `None` means the working group, and every kind when taken away.
    pub group: Option<GroupKind>,
}

/// Why a text is not an audience. Positions count characters of the text from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// There is nothing in it.
    #[error("the audience is empty")]
    Empty,
    /// It is longer than [`MAX_CHARS`].
    #[error("the audience is longer than {MAX_CHARS} characters")]
    TooLong,
    /// A `+` or `-` has nothing on one side.
    #[error("something is missing at character {at}")]
    MissingTerm {
        /// Where the term should be.
        at: usize,
    },
    /// The audience begins with a `-`.
    #[error("nothing to take away from at character {at}")]
    NothingToTakeFrom {
        /// Where the `-` is.
        at: usize,
    },
    /// A word is neither a kind of unit nor a saved name.
    #[error("`{found}` at character {at} is no audience")]
    UnknownName {
        /// Where the word begins.
        at: usize,
        /// The word.
        found: String,
    },
    /// The word after `@` is not a kind of group.
    #[error("`{found}` at character {at} is no kind of group")]
    UnknownGroupKind {
        /// Where the word begins.
        at: usize,
        /// The word.
        found: String,
    },
    /// A unit's code is missing or cannot be one.
    #[error("`{found}` at character {at} is no code of a unit")]
    BadCode {
        /// Where the code begins or should begin.
        at: usize,
        /// What was found there, possibly nothing.
        found: String,
    },
}

impl AudienceError {
    /// Where the fault is, counted in characters from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::TooLong => MAX_CHARS,
            Self::MissingTerm { at }
            | Self::NothingToTakeFrom { at }
            | Self::UnknownName { at, .. }
            | Self::UnknownGroupKind { at, .. }
            | Self::BadCode { at, .. } => *at,
        }
    }
}

impl Expr {
    /// Whether it reaches anybody who answers: residents read, and are neither registered nor counted.
    #[must_use]
    pub fn has_answerers(&self) -> bool {
        self.terms.iter().any(|term| !term.minus && term.group != Some(GroupKind::Residents))
    }

    /// Reads an audience as a person typed it.
    ///
    /// # Errors
    /// [`AudienceError`] says what is wrong and at which character.
    pub fn parse(text: &str) -> Result<Self, AudienceError> {
        parse::expr(text)
    }

    /// The one form of this audience that is stored, hashed and compared; it reads back as the same audience.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.to_string()
    }

    /// The terms, in order of application.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            match (index, term.minus) {
                (0, _) => {}
                (_, true) => f.write_str(" - ")?,
                (_, false) => f.write_str(" + ")?,
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    /// The term without its sign.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(unit_word(self.unit))?;
        if !self.codes.is_empty() {
            write!(f, ":{}", self.codes.join(","))?;
        }
        self.group.map_or(Ok(()), |group| write!(f, "@{group}"))
    }
}
