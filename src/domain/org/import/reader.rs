//! Reads the rows of the file one by one, collecting mistakes instead of stopping at the first.
//!
//! A row with a mistake is still read as far as it goes, so that references to it do not count as mistakes
//! of their own.

use std::str::FromStr;

use chrono::NaiveDate;
use toml::{Table, Value};

use super::error::{Mistake, OrgError, Place};
use crate::domain::org::Phone;

use super::{Commune, Grant, Group, Holding, Identity, OrgFile, Person, Seat, Unit};

/// Field names under which people try to keep phone numbers; `phone` is read in `[[people]]`.
const PHONE_FIELDS: &[&str] =
    &["phone", "phone_number", "tel", "telephone", "mobile", "sdt", "so_dien_thoai", "dien_thoai", "dt"];

/// A row as far as it could be read. Its code stands beside it even if the rest could not be.
#[derive(Debug, Clone)]
pub(super) struct Read<T> {
    pub(super) place: Place,
    pub(super) code: Option<String>,
    pub(super) row: Option<T>,
}

/// All rows as far as they could be read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) commune: Option<Commune>,
    pub(super) units: Vec<Read<Unit>>,
    pub(super) seats: Vec<Read<Seat>>,
    pub(super) people: Vec<Read<Person>>,
    pub(super) holdings: Vec<Read<Holding>>,
    pub(super) grants: Vec<Read<Grant>>,
    pub(super) groups: Vec<Read<Group>>,
    pub(super) identities: Vec<Read<Identity>>,
}

impl Draft {
    /// The file, if every row of it could be read.
    pub(super) fn finish(self) -> Option<OrgFile> {
        fn whole<T>(rows: Vec<Read<T>>) -> Option<Vec<T>> {
            rows.into_iter().map(|read| read.row).collect()
        }
        Some(OrgFile {
            commune: self.commune?,
            units: whole(self.units)?,
            seats: whole(self.seats)?,
            people: whole(self.people)?,
            holdings: whole(self.holdings)?,
            grants: whole(self.grants)?,
            groups: whole(self.groups)?,
            identities: whole(self.identities)?,
        })
    }
}

/// Reads every table; the mistakes are in the order of the tables, then of the rows.
pub(super) fn read(mut table: Table) -> (Draft, Vec<OrgError>) {
    let mut errors = Vec::new();
    let draft = Draft {
        commune: read_commune(&mut table, &mut errors),
        units: read_rows(&mut table, "units", &mut errors, read_unit),
        seats: read_rows(&mut table, "seats", &mut errors, read_seat),
        people: read_rows(&mut table, "people", &mut errors, read_person),
        holdings: read_rows(&mut table, "holdings", &mut errors, read_holding),
        grants: read_rows(&mut table, "grants", &mut errors, read_grant),
        groups: read_rows(&mut table, "groups", &mut errors, read_group),
        identities: read_rows(&mut table, "identities", &mut errors, read_identity),
    };
    errors.extend(table.into_iter().map(|(name, _)| OrgError::of_file(Mistake::UnknownTable(name))));
    (draft, errors)
}

fn read_commune(table: &mut Table, errors: &mut Vec<OrgError>) -> Option<Commune> {
    let place = Place::Row { table: "commune", number: 1, code: None };
    let fields = match table.remove("commune") {
        Some(Value::Table(fields)) => fields,
        Some(_) => {
            errors.push(OrgError { place, mistake: Mistake::NotATable("commune".to_owned(), "[table]") });
            return None;
        }
        None => {
            errors.push(OrgError { place, mistake: Mistake::MissingTable });
            return None;
        }
    };
    let mut row = Row { place, fields, errors };
    let (code, name) = (row.code(), row.text("name"));
    let (short_name, province) = (row.text("short_name"), row.text("province"));
    row.finish();
    Some(Commune { code: code?, name: name?, short_name: short_name?, province: province? })
}

fn read_rows<T>(
    table: &mut Table,
    name: &'static str,
    errors: &mut Vec<OrgError>,
    read: impl Fn(&mut Row<'_>, usize) -> Option<T>,
) -> Vec<Read<T>> {
    let rows = match table.remove(name) {
        None => Vec::new(),
        Some(Value::Array(rows)) => rows,
        Some(_) => {
            errors.push(OrgError::of_file(Mistake::NotATable(name.to_owned(), "[[table]]")));
            Vec::new()
        }
    };
    let read_one = |(index, value): (usize, Value)| {
        let mut place = Place::Row { table: name, number: index + 1, code: None };
        let Value::Table(fields) = value else {
            errors.push(OrgError { place, mistake: Mistake::NotATable(name.to_owned(), "[[table]]") });
            return None;
        };
        let named = fields.get("code").and_then(Value::as_str).map(str::to_owned);
        if let Place::Row { code, .. } = &mut place {
            code.clone_from(&named);
        }
        let mut row = Row { place: place.clone(), fields, errors };
        let content = read(&mut row, index + 1);
        row.finish();
        Some(Read { place, code: named, row: content })
    };
    rows.into_iter().enumerate().filter_map(read_one).collect()
}

fn read_unit(row: &mut Row<'_>, number: usize) -> Option<Unit> {
    let (code, name, kind) = (row.code(), row.text("name"), row.word("kind"));
    let (parent, replaced_by) = (row.optional_text("parent"), row.optional_text("replaced_by"));
    let period = row.period("valid_from", "valid_to");
    let order = row.optional_integer("order").unwrap_or_else(|| i64::try_from(number).unwrap_or(i64::MAX));
    let (valid_from, valid_to) = period?;
    Some(Unit { code: code?, name: name?, kind: kind?, parent, valid_from, valid_to, replaced_by, order })
}

fn read_seat(row: &mut Row<'_>, _: usize) -> Option<Seat> {
    let (code, unit) = (row.code(), row.text("unit"));
    let (title, kind) = (row.text("title"), row.word("kind"));
    Some(Seat { code: code?, unit: unit?, title: title?, kind: kind? })
}

fn read_person(row: &mut Row<'_>, _: usize) -> Option<Person> {
    let (code, name, phone) = (row.code(), row.text("name"), row.phone());
    Some(Person { code: code?, name: name?, phone })
}

fn read_holding(row: &mut Row<'_>, _: usize) -> Option<Holding> {
    let (person, seat) = (row.text("person"), row.text("seat"));
    let (from, to) = row.period("from", "to")?;
    Some(Holding { person: person?, seat: seat?, from, to })
}

fn read_grant(row: &mut Row<'_>, _: usize) -> Option<Grant> {
    let (person, role, unit) = (row.text("person"), row.word("role"), row.text("unit"));
    Some(Grant { person: person?, role: role?, unit: unit? })
}

fn read_group(row: &mut Row<'_>, _: usize) -> Option<Group> {
    let (code, name, kind) = (row.code(), row.text("name"), row.word("kind"));
    let (gateway, rank) = (row.text("gateway"), row.integer("rank"));
    let (covers, chat) = (row.texts("covers"), row.optional_id("chat"));
    let relay = row.optional_flag("relay").unwrap_or_default();
    Some(Group { code: code?, name: name?, kind: kind?, gateway: gateway?, rank: rank?, covers: covers?, relay, chat })
}

fn read_identity(row: &mut Row<'_>, _: usize) -> Option<Identity> {
    let (person, gateway) = (row.text("person"), row.text("gateway"));
    row.require("external_id");
    let external_id = row.optional_id("external_id");
    Some(Identity { person: person?, gateway: gateway?, external_id: external_id? })
}

/// One row: fields are taken out as they are read, what is left over is unknown.
struct Row<'a> {
    place: Place,
    fields: Table,
    errors: &'a mut Vec<OrgError>,
}

impl Row<'_> {
    fn mistake(&mut self, mistake: Mistake) {
        self.errors.push(OrgError { place: self.place.clone(), mistake });
    }

    fn require(&mut self, field: &'static str) {
        if !self.fields.contains_key(field) {
            self.mistake(Mistake::MissingField(field));
        }
    }

    fn wrong_type(&mut self, field: &str, expected: &'static str) {
        self.mistake(Mistake::WrongType { field: field.to_owned(), expected });
    }

    fn optional_text(&mut self, field: &'static str) -> Option<String> {
        match self.fields.remove(field)? {
            Value::String(text) if text.trim().is_empty() => {
                self.mistake(Mistake::Empty(field));
                None
            }
            Value::String(text) => Some(crate::domain::text::nfc(text.trim())),
            _ => {
                self.wrong_type(field, "text");
                None
            }
        }
    }

    fn text(&mut self, field: &'static str) -> Option<String> {
        self.require(field);
        self.optional_text(field)
    }

    fn code(&mut self) -> Option<String> {
        let code = self.text("code")?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if code.len() > 40 || !code.chars().all(plain) {
            self.mistake(Mistake::BadCode(code.clone()));
        }
        Some(code)
    }

    fn word<T: FromStr<Err: ToString>>(&mut self, field: &'static str) -> Option<T> {
        let word = self.text(field)?;
        word.parse()
            .map_err(|problem: T::Err| self.mistake(Mistake::BadWord { field, problem: problem.to_string() }))
            .ok()
    }

    fn optional_integer(&mut self, field: &'static str) -> Option<i64> {
        let value = self.fields.remove(field)?;
        let number = value.as_integer();
        if number.is_none() {
            self.wrong_type(field, "whole number");
        }
        number
    }

    fn optional_flag(&mut self, field: &'static str) -> Option<bool> {
        let value = self.fields.remove(field)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong_type(field, "true or false");
        }
        flag
    }

    fn integer(&mut self, field: &'static str) -> Option<i64> {
        self.require(field);
        self.optional_integer(field)
    }

    /// A platform's id: text, or the number some platforms give.
    fn optional_id(&mut self, field: &'static str) -> Option<String> {
        if let Some(Value::Integer(number)) = self.fields.get(field) {
            let id = number.to_string();
            self.fields.remove(field);
            return Some(id);
        }
        self.optional_text(field)
    }

    fn texts(&mut self, field: &'static str) -> Option<Vec<String>> {
        self.require(field);
        let value = self.fields.remove(field)?;
        let texts = value.as_array().and_then(|values| {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.wrong_type(field, "list of codes");
        }
        texts
    }

    fn phone(&mut self) -> Option<Phone> {
        let typed = self.optional_text("phone")?;
        // The number itself does not stand in the mistake: mistakes are printed and copied.
        typed.parse().map_err(|_| self.wrong_type("phone", "telephone number")).ok()
    }

    /// A date written as a TOML date or as text in the same form.
    fn date(&mut self, field: &'static str) -> Option<NaiveDate> {
        let found = match self.fields.remove(field)? {
            Value::String(text) => text,
            Value::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_type(field, "date");
                return None;
            }
        };
        let date = NaiveDate::parse_from_str(found.trim(), "%Y-%m-%d").ok();
        // "2025-7-1" is refused: dates are compared as text in the database.
        let date = date.filter(|date| date.to_string() == found.trim());
        if date.is_none() {
            self.mistake(Mistake::BadDate { field, found });
        }
        date
    }

    /// First day and first day no longer; `None` if either is wrong, so that nothing follows from a guess.
    fn period(&mut self, from_field: &'static str, to_field: &'static str) -> Option<(NaiveDate, Option<NaiveDate>)> {
        self.require(from_field);
        let ends = self.fields.contains_key(to_field);
        let (from, to) = (self.date(from_field), self.date(to_field));
        match (from?, to) {
            (_, None) if ends => None,
            (from, Some(to)) if to <= from => {
                self.mistake(Mistake::Reversed { from, to });
                None
            }
            period => Some(period),
        }
    }

    /// Reports what is left over.
    fn finish(mut self) {
        for (field, _) in std::mem::take(&mut self.fields) {
            let mistake = if PHONE_FIELDS.contains(&field.to_lowercase().as_str()) {
                Mistake::PhoneNumber(field)
            } else {
                Mistake::UnknownField(field)
            };
            self.mistake(mistake);
        }
    }
}
