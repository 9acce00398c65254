//! Reads a commune's organisation from one TOML file: units, seats, people, rights and groups.
//!
//! `loa org import` calls [`parse_toml`] and writes nothing unless the whole file is right; therefore every
//! mistake is reported at once, with its place, so that a clerk corrects the file in one go. Invariants of a
//! file that was accepted: codes are unique and every reference exists; one unit is the commune; each unit
//! has exactly one answering seat, held by at most one person on any day; groups cover something, and for
//! one unit and kind no two have the same rank.
//!
//! Periods are half-open: `to` and `valid_to` name the first day that is no longer inside, so that on the
//! day of a handover exactly one person holds the seat. A phone number may stand with a person, for the call list, and
//! nowhere else; an export leaves it out.

use chrono::NaiveDate;
use serde::Serialize;

use super::{GroupKind, Phone, Role, SeatKind, UnitKind};

mod check;
mod error;
mod reader;
#[cfg(test)]
mod tests;

pub use error::{Mistake, OrgError, Place};

/// The largest file that is read, in bytes. A commune of 100 villages takes a tenth of it.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A commune's organisation as it stands in a file, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrgFile {
    /// The tenant.
    pub commune: Commune,
    /// Its units; the commune itself is one of them.
    pub units: Vec<Unit>,
    /// The posts in the units.
    pub seats: Vec<Seat>,
    /// The people.
    pub people: Vec<Person>,
    /// Who holds which seat from when.
    pub holdings: Vec<Holding>,
    /// Who may do what.
    pub grants: Vec<Grant>,
    /// Where messages go.
    pub groups: Vec<Group>,
    /// Chat accounts that are known already.
    pub identities: Vec<Identity>,
}

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commune {
    /// Short id, unique among the communes of one database.
    pub code: String,
    /// Full name, as printed in reports.
    pub name: String,
    /// Name without the word "xã", for headings.
    pub short_name: String,
    /// Its province.
    pub province: String,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Unique in the file, for example `thon-03`.
    pub code: String,
    /// Name as people say it: "Thôn 03".
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Code of the unit above; `None` at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// First day of its existence.
    pub valid_from: NaiveDate,
    /// First day it no longer exists; `None` while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Code of the unit it went into. Only together with `valid_to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// Place in lists, by protocol order; its place in the file, from 1, if not given.
    pub order: i64,
}

/// A post in a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// Unique in the file.
    pub code: String,
    /// Code of its unit.
    pub unit: String,
    /// Title as printed: "Trưởng thôn".
    pub title: String,
    /// What it means for acknowledgements.
    pub kind: SeatKind,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Unique in the file.
    pub code: String,
    /// Full name, family name first.
    pub name: String,
    /// The number to call when they do not answer. Without it the one already known stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// A person on a seat for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Code of the person.
    pub person: String,
    /// Code of the seat.
    pub seat: String,
    /// First day.
    pub from: NaiveDate,
    /// First day no longer; `None` while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// A right, valid for the unit and everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Code of the person.
    pub person: String,
    /// The right.
    pub role: Role,
    /// Code of the unit.
    pub unit: String,
}

/// A chat group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Unique in the file.
    pub code: String,
    /// Name as shown.
    pub name: String,
    /// Who sits in it.
    pub kind: GroupKind,
    /// Name of the gateway it is on.
    pub gateway: String,
    /// Among the groups of one unit and kind the lowest rank gets the broadcast, the next is the fallback.
    pub rank: i64,
    /// Codes of the units it covers, at least one.
    pub covers: Vec<String>,
    /// Whether no account of ours can enter it: the head of its one unit gets the text and passes it on by hand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub relay: bool,
    /// The platform's id of the chat. With it the group is bound at import; without it, it waits for
    /// somebody to type its one-time code in the real group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
}

/// A person's chat account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Code of the person.
    pub person: String,
    /// Name of the gateway.
    pub gateway: String,
    /// The platform's id of the account.
    pub external_id: String,
}

/// Reads and checks a file.
///
/// # Errors
/// Every mistake found, in the order of the file for those of single rows, then those between rows. A file
/// that is not TOML at all, or too big, gives one.
pub fn parse_toml(text: &str) -> Result<OrgFile, Vec<OrgError>> {
    if text.len() > MAX_BYTES {
        return Err(vec![OrgError::of_file(Mistake::TooBig { bytes: text.len(), most: MAX_BYTES })]);
    }
    let table = text.parse::<toml::Table>().map_err(|error| vec![OrgError::of_syntax(text, &error)])?;
    let (file, mut errors) = reader::read(table);
    errors.extend(check::check(&file));
    match file.finish() {
        Some(file) if errors.is_empty() => Ok(file),
        _ => Err(errors),
    }
}
