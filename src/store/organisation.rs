//! The commune as rows: units, seats, people, who holds what and since when, and who may do what.
//!
//! * Periods are half-open: `valid_to` and `held_to` name the first day that is no longer inside, so that the day a
//!   head hands over, or two villages become one, is typed once and belongs to the successor.
//! * A role granted on a unit holds for everything below it.
//! * Reads are here and in `rights`; `upsert` writes what an imported file says; `directory` is the view that the
//!   audience grammar resolves against. The only writer is `usecase::organise`.

use chrono::NaiveDate;

use crate::domain::org::{SeatKind, UnitKind};
use crate::domain::text;
use crate::store::{StoreResult, Tx, on};

mod directory;
mod phones;
mod rights;
mod upsert;

pub use directory::RelayHead;
pub use rights::RoleGrant;
pub use upsert::{Change, Grant, Holding, Upserted};

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Commune {
    /// Id.
    pub id: String,
    /// The national code of the unit, five digits.
    pub code: String,
    /// The full name, "Ủy ban nhân dân xã …".
    pub name: String,
    /// The name people use, "xã …".
    pub short_name: String,
    /// The province's name.
    pub province: String,
    /// When the row was made, epoch milliseconds.
    pub created_at: i64,
}

/// One node of the commune's tree.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unit {
    /// Id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// Its code, unique in the commune.
    pub code: String,
    /// What it is.
    #[sqlx(try_from = "String")]
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// The name as it is searched: lower case, no accents.
    pub name_folded: String,
    /// The unit above; none for the root.
    pub parent_id: Option<String>,
    /// Place among its siblings in lists.
    pub sort_order: i64,
    /// First day it exists, `YYYY-MM-DD`.
    pub valid_from: String,
    /// First day it no longer exists; none while it does.
    pub valid_to: Option<String>,
    /// The unit that took its place, after a merger.
    pub replaced_by: Option<String>,
}

/// A post in a unit, whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Seat {
    /// Id.
    pub id: String,
    /// The unit.
    pub unit_id: String,
    /// Its code, unique in the unit.
    pub code: String,
    /// The title, "Trưởng thôn".
    pub title: String,
    /// Whether its holder answers for the unit.
    #[sqlx(try_from = "String")]
    pub kind: SeatKind,
}

/// A person known to the commune.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// Id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// Their code, unique in the commune.
    pub code: String,
    /// Their name.
    pub name: String,
    /// The name as it is searched: lower case, no accents.
    pub name_folded: String,
    /// When the row was made, epoch milliseconds.
    pub created_at: i64,
}

/// A seat together with its unit, as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HeldSeat {
    /// The seat.
    pub seat_id: String,
    /// The unit.
    pub unit_id: String,
    /// The unit's code.
    pub unit_code: String,
    /// The unit's name.
    pub unit_name: String,
    /// The seat's title.
    pub title: String,
    /// Whether it answers for the unit.
    #[sqlx(try_from = "String")]
    pub kind: SeatKind,
}

/// Most people that a typed name may bring up; more means "type more of it".
const FOUND_PEOPLE: i64 = 20;

const COMMUNE: &str =
    "SELECT id, code, name, short_name, province, created_at FROM communes ORDER BY created_at, id LIMIT 1";
const UNITS: &str = "SELECT id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, valid_to, \
     replaced_by FROM units \
     WHERE commune_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY sort_order, code";
const UNIT: &str = "SELECT id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, valid_to, \
     replaced_by FROM units WHERE id = $1";
const UNIT_BY_CODE: &str = "SELECT id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, \
     valid_to, replaced_by FROM units WHERE commune_id = $1 AND code = $2";
const PERSON: &str = "SELECT id, commune_id, code, name, name_folded, created_at FROM people WHERE id = $1";
const PERSON_BY_CODE: &str =
    "SELECT id, commune_id, code, name, name_folded, created_at FROM people WHERE commune_id = $1 AND code = $2";
const PEOPLE: &str = "SELECT id, commune_id, code, name, name_folded, created_at FROM people WHERE commune_id = $1 ORDER BY name_folded, code";
// Whole words only: "an" finds "Nguyễn Văn An", not "Lan". The exact spelling stands before the folded one.
const FIND_PEOPLE: &str = "SELECT id, commune_id, code, name, name_folded, created_at FROM people \
     WHERE commune_id = $1 AND (lower(code) = lower($2) OR ' ' || name_folded || ' ' LIKE '% ' || $3 || ' %') \
     ORDER BY CASE WHEN lower(code) = lower($2) THEN 0 WHEN name = $2 THEN 1 WHEN name_folded = $3 THEN 2 ELSE 3 END, \
     name_folded, code LIMIT $4";
const SEATS_OF: &str = "SELECT s.id AS seat_id, u.id AS unit_id, u.code AS unit_code, u.name AS unit_name, s.title, s.kind \
     FROM seat_holdings h JOIN seats s ON s.id = h.seat_id JOIN units u ON u.id = s.unit_id \
     WHERE h.person_id = $1 AND h.held_from <= $2 AND (h.held_to IS NULL OR h.held_to > $2) \
     ORDER BY u.sort_order, u.code, s.code";
const ANSWERING_SEAT: &str =
    "SELECT id, unit_id, code, title, kind FROM seats WHERE unit_id = $1 AND kind = 'answering'";
const ANSWERING_SEATS: &str =
    "SELECT id, unit_id, code, title, kind FROM seats WHERE kind = 'answering' ORDER BY unit_id";
const HOLDER_OF: &str = "SELECT p.id, p.commune_id, p.code, p.name, p.name_folded, p.created_at \
     FROM seat_holdings h JOIN people p ON p.id = h.person_id \
     WHERE h.seat_id = $1 AND h.held_from <= $2 AND (h.held_to IS NULL OR h.held_to > $2) \
     ORDER BY h.held_from DESC, h.id DESC LIMIT 1";
const HOLDERS_IN: &str = "SELECT DISTINCT h.person_id FROM seats s JOIN seat_holdings h ON h.seat_id = s.id \
     WHERE s.unit_id = $1 AND s.kind = $2 AND h.held_from <= $3 AND (h.held_to IS NULL OR h.held_to > $3) ORDER BY h.person_id";

impl Tx {
    /// The tenant: the first and only commune; none before an organisation was imported.
    ///
    /// # Errors
    /// The database.
    pub async fn commune(&mut self) -> StoreResult<Option<Commune>> {
        Ok(on!(self, |c| sqlx::query_as(COMMUNE).fetch_optional(c).await?))
    }

    /// The units that exist on a day, in the order of lists.
    ///
    /// # Errors
    /// The database.
    pub async fn units(&mut self, commune_id: &str, on: NaiveDate) -> StoreResult<Vec<Unit>> {
        let day = on.to_string();
        Ok(on!(self, |c| sqlx::query_as(UNITS).bind(commune_id).bind(&day).fetch_all(c).await?))
    }

    /// One unit, whether it still exists or not.
    ///
    /// # Errors
    /// The database.
    pub async fn unit(&mut self, id: &str) -> StoreResult<Option<Unit>> {
        Ok(on!(self, |c| sqlx::query_as(UNIT).bind(id).fetch_optional(c).await?))
    }

    /// The unit with this code, whether it still exists or not.
    ///
    /// # Errors
    /// The database.
    pub async fn unit_by_code(&mut self, commune_id: &str, code: &str) -> StoreResult<Option<Unit>> {
        Ok(on!(self, |c| sqlx::query_as(UNIT_BY_CODE).bind(commune_id).bind(code).fetch_optional(c).await?))
    }

    /// One person.
    ///
    /// # Errors
    /// The database.
    pub async fn person(&mut self, id: &str) -> StoreResult<Option<Person>> {
        Ok(on!(self, |c| sqlx::query_as(PERSON).bind(id).fetch_optional(c).await?))
    }

    /// The person with this code.
    ///
    /// # Errors
    /// The database.
    pub async fn person_by_code(&mut self, commune_id: &str, code: &str) -> StoreResult<Option<Person>> {
        Ok(on!(self, |c| sqlx::query_as(PERSON_BY_CODE).bind(commune_id).bind(code).fetch_optional(c).await?))
    }

    /// Everybody in the commune.
    ///
    /// # Errors
    /// The database.
    pub async fn people(&mut self, commune_id: &str) -> StoreResult<Vec<Person>> {
        Ok(on!(self, |c| sqlx::query_as(PEOPLE).bind(commune_id).fetch_all(c).await?))
    }

    /// People whose code or name was typed, with or without accents; whole words of the name, best first, at most 20.
    /// Nothing typed finds nobody.
    ///
    /// # Errors
    /// The database.
    pub async fn find_people(&mut self, commune_id: &str, typed: &str) -> StoreResult<Vec<Person>> {
        let (exact, folded) = (text::nfc(typed.trim()), text::fold(typed));
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        Ok(on!(self, |c| sqlx::query_as(FIND_PEOPLE)
            .bind(commune_id)
            .bind(&exact)
            .bind(&folded)
            .bind(FOUND_PEOPLE)
            .fetch_all(c)
            .await?))
    }

    /// The seats that a person holds on a day.
    ///
    /// # Errors
    /// The database.
    pub async fn seats_of(&mut self, person_id: &str, on: NaiveDate) -> StoreResult<Vec<HeldSeat>> {
        let day = on.to_string();
        Ok(on!(self, |c| sqlx::query_as(SEATS_OF).bind(person_id).bind(&day).fetch_all(c).await?))
    }

    /// The one seat that answers for a unit; none when the unit has no such post.
    ///
    /// # Errors
    /// The database.
    pub async fn answering_seat(&mut self, unit_id: &str) -> StoreResult<Option<Seat>> {
        Ok(on!(self, |c| sqlx::query_as(ANSWERING_SEAT).bind(unit_id).fetch_optional(c).await?))
    }

    /// The answering seats of the units named; units without one are simply absent.
    ///
    /// # Errors
    /// The database.
    pub async fn answering_seats(&mut self, unit_ids: &[String]) -> StoreResult<Vec<Seat>> {
        // A commune has some fifty of them: reading all is shorter than a list of placeholders of changing length.
        let mut seats: Vec<Seat> = on!(self, |c| sqlx::query_as(ANSWERING_SEATS).fetch_all(c).await?);
        seats.retain(|seat| unit_ids.contains(&seat.unit_id));
        Ok(seats)
    }

    /// Who holds a seat on a day; none when it is vacant. Where two holdings overlap, the later one.
    ///
    /// # Errors
    /// The database.
    pub async fn holder_of(&mut self, seat_id: &str, on: NaiveDate) -> StoreResult<Option<Person>> {
        let day = on.to_string();
        Ok(on!(self, |c| sqlx::query_as(HOLDER_OF).bind(seat_id).bind(&day).fetch_optional(c).await?))
    }

    /// Who holds a unit's seats of a kind on a day, by id.
    ///
    /// # Errors
    /// The database.
    pub async fn holders_in(&mut self, unit_id: &str, kind: SeatKind, on: NaiveDate) -> StoreResult<Vec<String>> {
        let day = on.to_string();
        Ok(on!(self, |c| sqlx::query_scalar(HOLDERS_IN)
            .bind(unit_id)
            .bind(kind.as_str())
            .bind(&day)
            .fetch_all(c)
            .await?))
    }
}
