//! Use cases: the only writers of business rows.
//!
//! One function is one thing a person (or the engine, in the person's stead) does. It takes an open `Tx`, checks the
//! right, changes every row that must change together, and leaves its audit entry in the same transaction. It never
//! talks to a platform: what must leave is written as a message row.

use crate::domain::calendar::Millis;
use crate::domain::org::Role;
use crate::id::{self, Entropy};
use crate::store::StoreError;

pub mod acknowledge;
pub mod approve;
pub mod backups;
pub mod bind;
pub mod call;
pub mod committees;
pub mod compose;
pub mod dead_letters;
pub mod distress;
pub mod doubt;
pub mod escalate;
pub mod fallback;
pub mod figures;
pub mod fire;
pub mod house;
pub mod incidents;
pub mod links;
pub mod look_up;
pub mod mark;
pub mod notify;
pub mod organise;
pub mod record;
pub mod relay;
pub mod release;
pub mod remind;
pub mod repeat;
pub mod reschedule;
pub mod restored;
pub mod retain;
pub mod settle;
pub mod status;
pub mod tally;
pub mod usage;
pub mod wall;
pub mod withdraw;

pub use house::House;

/// Where an act came in: stands in the audit entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// A chat on this gateway.
    Chat(String),
    /// The command line, by this user of the operating system.
    Cli(String),
    /// The engine by itself.
    Engine,
}

impl std::fmt::Display for Via {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chat(gateway) => write!(f, "chat:{gateway}"),
            Self::Cli(user) => write!(f, "cli:{user}"),
            Self::Engine => f.write_str("engine"),
        }
    }
}

/// Who does it, when, and with which randomness: what every use case needs beside its own input.
#[derive(Clone)]
pub struct Act<'a> {
    /// The commune whose rows are touched.
    pub commune_id: String,
    /// The person acting; none when the engine acts by itself.
    pub person_id: Option<String>,
    /// Whether the person speaks through an account that nobody has confirmed yet: then they may answer, and no more.
    pub unconfirmed: bool,
    /// Where it came in.
    pub via: Via,
    /// Business time.
    pub at: Millis,
    /// The machine's time, for queue rows.
    pub wall: Millis,
    /// Randomness for ids and codes.
    pub entropy: &'a dyn Entropy,
    /// The commune's rules and sentences.
    pub house: &'a House,
}

impl Act<'_> {
    /// A new id made at this act's machine time.
    #[must_use]
    pub fn new_id(&self) -> String {
        id::new_id(self.wall, self.entropy)
    }

    /// The same by another person, whom no account stands for.
    #[must_use]
    pub fn by(&self, person_id: &str) -> Self {
        Self { person_id: Some(person_id.to_owned()), unconfirmed: false, ..self.clone() }
    }

    /// The acting person, or the refusal that an anonymous act gets.
    ///
    /// # Errors
    /// `Denied::NotRegistered` when nobody stands behind the act, `Denied::Unconfirmed` when an account does that waits to be
    /// confirmed.
    pub fn person(&self) -> Result<&str, UseCaseError> {
        if self.unconfirmed { Err(Denied::Unconfirmed.into()) } else { self.answerer() }
    }

    /// The person who answers: also through an account that waits to be confirmed. For acknowledgements, trouble and calls for help
    /// alone.
    ///
    /// # Errors
    /// `Denied::NotRegistered` when nobody stands behind the act.
    pub fn answerer(&self) -> Result<&str, UseCaseError> {
        self.person_id.as_deref().ok_or(UseCaseError::Denied(Denied::NotRegistered))
    }
}

/// Why a person may not do it. Each has its sentence in the locale (`denied-…`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The account is linked to nobody.
    #[error("the account is not registered")]
    NotRegistered,
    /// The account waits to be confirmed.
    #[error("the account is not confirmed yet")]
    Unconfirmed,
    /// The role is missing on this unit.
    #[error("the role `{0}` is missing")]
    MissingRole(Role),
    /// A composer may not approve their own bulletin.
    #[error("the composer may not approve their own bulletin")]
    OwnBulletin,
    /// The answering seat belongs to somebody else.
    #[error("holds no seat that may answer")]
    NoSeat,
}

/// What a use case answers when it does not do the thing. Nothing has been changed then.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The right is missing.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// The thing named does not exist: what, and the name given.
    #[error("no such {what}: {name}")]
    NotFound {
        /// `bulletin`, `person`, `unit`, `group`, `plan`, `invite`.
        what: &'static str,
        /// As it was typed.
        name: String,
    },
    /// The input or the state refuses it. `key` is the locale key that says so to a person; `args` fill it.
    #[error("refused ({key}): {args:?}")]
    Refused {
        /// The locale key, `refused-…`.
        key: &'static str,
        /// Arguments of the sentence.
        args: Vec<(&'static str, String)>,
    },
}

impl UseCaseError {
    /// A refusal with no arguments.
    #[must_use]
    pub const fn refused(key: &'static str) -> Self {
        Self::Refused { key, args: Vec::new() }
    }

    /// A refusal with arguments for its sentence.
    #[must_use]
    pub fn refused_with(key: &'static str, args: Vec<(&'static str, String)>) -> Self {
        Self::Refused { key, args }
    }
}

/// Result of a use case.
pub type UseCaseResult<T> = Result<T, UseCaseError>;
