//! The mistakes a file can have, each with its place.

use std::fmt;

/// A mistake and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {mistake}")]
pub struct OrgError {
    /// Where.
    pub place: Place,
    /// What.
    pub mistake: Mistake,
}

/// Where a mistake stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line, counted from 1, in a file that is not TOML.
    Line(usize),
    /// A row of a table.
    Row {
        /// The table, for example `units`.
        table: &'static str,
        /// Which row of it, counted from 1.
        number: usize,
        /// The row's code, if it has a readable one.
        code: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row { table: "commune", .. } => f.write_str("[commune]"),
            Self::Row { table, number, code: Some(code) } => write!(f, "[[{table}]] no. {number} ({code})"),
            Self::Row { table, number, code: None } => write!(f, "[[{table}]] no. {number}"),
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The file is too big to be an organisation.
    #[error("the file has {bytes} bytes, at most {most} are read")]
    TooBig {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The file is not TOML.
    #[error("not valid TOML: {0}")]
    Syntax(String),
    /// A table the format does not have.
    #[error("unknown table `{0}`")]
    UnknownTable(String),
    /// A table that has to be there.
    #[error("the table is missing")]
    MissingTable,
    /// A table written as something else, for example `[units]` for `[[units]]`.
    #[error("`{0}` is not written as a {1}")]
    NotATable(String, &'static str),
    /// A field the table does not have.
    #[error("unknown field `{0}`")]
    UnknownField(String),
    /// A phone number elsewhere, or under another name, than `phone` of a person.
    #[error("field `{0}`: phone numbers are kept as `phone` in [[people]] only")]
    PhoneNumber(String),
    /// A field that has to be there.
    #[error("field `{0}` is missing")]
    MissingField(&'static str),
    /// A field of the wrong type.
    #[error("field `{field}` is not a {expected}")]
    WrongType {
        /// The field.
        field: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A field without a letter in it.
    #[error("field `{0}` is empty")]
    Empty(&'static str),
    /// A code that could not be typed in a command or a file name.
    #[error("code `{0}` may only have a-z, 0-9 and -, at most 40 of them")]
    BadCode(String),
    /// A word outside the list of words.
    #[error("field `{field}`: {problem}")]
    BadWord {
        /// The field.
        field: &'static str,
        /// The word and those allowed.
        problem: String,
    },
    /// A date that is not one.
    #[error("field `{field}`: `{found}` is not a date like 2025-07-01")]
    BadDate {
        /// The field.
        field: &'static str,
        /// What stands there.
        found: String,
    },
    /// A period that ends before it has begun, or on the same day.
    #[error("the period ends on {to}, which is not after its first day {from}")]
    Reversed {
        /// First day.
        from: chrono::NaiveDate,
        /// First day no longer.
        to: chrono::NaiveDate,
    },
    /// A code used twice in one table.
    #[error("code `{code}` is already used by no. {first}")]
    Duplicate {
        /// The code.
        code: String,
        /// The first row that has it, counted from 1.
        first: usize,
    },
    /// A row that says the same as another.
    #[error("says the same as no. {0}")]
    Repeated(usize),
    /// A reference to something that is not in the file.
    #[error("field `{field}`: there is no `{code}` in [[{table}]]")]
    Unknown {
        /// The field.
        field: &'static str,
        /// The code.
        code: String,
        /// Where it was looked for.
        table: &'static str,
    },
    /// There has to be one unit of kind commune, at the top.
    #[error("there are {0} units of kind commune; exactly one is needed")]
    CommuneUnits(usize),
    /// A unit under nothing.
    #[error("field `parent` is missing: only the commune and the province stand at the top")]
    NoParent,
    /// A unit that stands above itself.
    #[error("the parents of this unit form a circle")]
    Circle,
    /// A unit replaced by another while it still exists, or by itself.
    #[error("`replaced_by` needs a `valid_to` and another unit")]
    BadReplacement,
    /// A unit that cannot answer.
    #[error("the unit has no answering seat")]
    NoAnsweringSeat,
    /// A unit with two answering seats.
    #[error("the unit already has an answering seat, `{0}`")]
    SecondAnsweringSeat(String),
    /// Two people on the answering seat on the same day.
    #[error("on {from} the answering seat `{seat}` is held by no. {other} as well")]
    Overlap {
        /// The seat.
        seat: String,
        /// The first day both hold it.
        from: chrono::NaiveDate,
        /// The other row, counted from 1.
        other: usize,
    },
    /// A group that covers no unit.
    #[error("the group covers no unit")]
    CoversNothing,
    /// A group that is passed on to by hand, of the wrong kind, with a chat, or of several units.
    #[error("a relay group is a residents' group of exactly one unit, without a chat")]
    BadRelay,
    /// Two groups that could not be put in order.
    #[error("for unit `{unit}` the group `{other}` has the same kind and rank")]
    SameRank {
        /// The unit.
        unit: String,
        /// The other group.
        other: String,
    },
}

impl OrgError {
    pub(super) const fn of_file(mistake: Mistake) -> Self {
        Self { place: Place::File, mistake }
    }

    pub(super) fn of_syntax(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
        let place = line.map_or(Place::File, Place::Line);
        Self { place, mistake: Mistake::Syntax(error.message().to_owned()) }
    }
}
