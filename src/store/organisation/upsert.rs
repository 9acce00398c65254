//! Writing what an organisation file says: each row once, found again by its code.
//!
//! A statement changes a row only where a column differs, so that the same file a second time writes nothing and can
//! say so. The id in what is written is an offer, fresh each time: a new row takes it, a row that was there keeps its own.

use crate::domain::calendar::Millis;
use crate::domain::org::Role;
use crate::store::binding::Group;
use crate::store::organisation::{Commune, Person, RoleGrant, Seat, Unit};
use crate::store::{StoreResult, Tx, expect_one, on};

/// What writing one row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The row is new.
    Created,
    /// A column of it was different.
    Changed,
    /// Nothing was different; nothing was written.
    Unchanged,
}

/// What writing one row did, and the row's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upserted {
    /// The id the row has.
    pub id: String,
    /// What was done.
    pub change: Change,
}

/// Who holds a seat, from when, to when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Holding {
    /// Id; on writing, the one offered should the row be new.
    pub id: String,
    /// The seat.
    pub seat_id: String,
    /// The person.
    pub person_id: String,
    /// First day, `YYYY-MM-DD`.
    pub held_from: String,
    /// First day no longer; none while it lasts.
    pub held_to: Option<String>,
}

/// A role to be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Id, should the row be new.
    pub id: String,
    /// The person.
    pub person_id: String,
    /// The role.
    pub role: Role,
    /// The unit from which it holds downwards.
    pub unit_id: String,
    /// When it was granted.
    pub granted_at: Millis,
}

const COMMUNE: &str = "INSERT INTO communes (id, code, name, short_name, province, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, short_name = excluded.short_name, \
     province = excluded.province \
     WHERE communes.name <> excluded.name OR communes.short_name <> excluded.short_name \
     OR communes.province <> excluded.province RETURNING id";
const COMMUNE_ID: &str = "SELECT id FROM communes WHERE code = $1";
const UNIT: &str = "INSERT INTO units (id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, \
     valid_to, replaced_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
     ON CONFLICT (commune_id, code) DO UPDATE SET kind = excluded.kind, name = excluded.name, \
     name_folded = excluded.name_folded, parent_id = excluded.parent_id, sort_order = excluded.sort_order, \
     valid_from = excluded.valid_from, valid_to = excluded.valid_to, replaced_by = excluded.replaced_by \
     WHERE units.kind <> excluded.kind OR units.name <> excluded.name OR units.name_folded <> excluded.name_folded \
     OR units.parent_id IS DISTINCT FROM excluded.parent_id OR units.sort_order <> excluded.sort_order \
     OR units.valid_from <> excluded.valid_from OR units.valid_to IS DISTINCT FROM excluded.valid_to \
     OR units.replaced_by IS DISTINCT FROM excluded.replaced_by RETURNING id";
const UNIT_ID: &str = "SELECT id FROM units WHERE commune_id = $1 AND code = $2";
const SEAT: &str = "INSERT INTO seats (id, unit_id, code, title, kind) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (unit_id, code) DO UPDATE SET title = excluded.title, kind = excluded.kind \
     WHERE seats.title <> excluded.title OR seats.kind <> excluded.kind RETURNING id";
const SEAT_ID: &str = "SELECT id FROM seats WHERE unit_id = $1 AND code = $2";
const PERSON: &str = "INSERT INTO people (id, commune_id, code, name, name_folded, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (commune_id, code) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded \
     WHERE people.name <> excluded.name OR people.name_folded <> excluded.name_folded RETURNING id";
const PERSON_ID: &str = "SELECT id FROM people WHERE commune_id = $1 AND code = $2";
const HOLDING: &str = "INSERT INTO seat_holdings (id, seat_id, person_id, held_from, held_to) \
     VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (seat_id, person_id, held_from) DO UPDATE SET held_to = excluded.held_to \
     WHERE seat_holdings.held_to IS DISTINCT FROM excluded.held_to RETURNING id";
const GRANT: &str = "INSERT INTO role_grants (id, person_id, role, unit_id, granted_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (person_id, role, unit_id) DO NOTHING RETURNING id";
const HOLDINGS: &str = "SELECT id, seat_id, person_id, held_from, held_to FROM seat_holdings WHERE seat_id = $1 \
     ORDER BY held_from, id";
const DELETE_HOLDING: &str = "DELETE FROM seat_holdings WHERE id = $1";
const DELETE_GRANT: &str = "DELETE FROM role_grants WHERE person_id = $1 AND role = $2 AND unit_id = $3";
const GROUP: &str = "INSERT INTO groups (id, commune_id, code, name, kind, rank, gateway, relay) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (commune_id, code) DO UPDATE SET name = excluded.name, kind = excluded.kind, rank = excluded.rank, \
     gateway = excluded.gateway, relay = excluded.relay \
     WHERE groups.name <> excluded.name OR groups.kind <> excluded.kind OR groups.rank <> excluded.rank \
     OR groups.gateway <> excluded.gateway OR groups.relay <> excluded.relay RETURNING id";
const GROUP_ID: &str = "SELECT id FROM groups WHERE commune_id = $1 AND code = $2";
const COVER: &str =
    "INSERT INTO group_units (group_id, unit_id) VALUES ($1, $2) ON CONFLICT (group_id, unit_id) DO NOTHING";
const UNCOVER: &str = "DELETE FROM group_units WHERE group_id = $1 AND unit_id = $2";

impl Change {
    /// A statement that returns the id of what it wrote tells a new row by the id that was offered.
    fn of(offered: &str, written: Option<&str>) -> Self {
        match written {
            Some(id) if id == offered => Self::Created,
            Some(_) => Self::Changed,
            None => Self::Unchanged,
        }
    }
}

impl Tx {
    /// Writes the commune, found by its code.
    ///
    /// # Errors
    /// The database.
    pub async fn upsert_commune(&mut self, commune: &Commune) -> StoreResult<Upserted> {
        let written: Option<String> = on!(self, |c| sqlx::query_scalar(COMMUNE)
            .bind(&commune.id)
            .bind(&commune.code)
            .bind(&commune.name)
            .bind(&commune.short_name)
            .bind(&commune.province)
            .bind(commune.created_at)
            .fetch_optional(c)
            .await?);
        let change = Change::of(&commune.id, written.as_deref());
        let id = match written {
            Some(id) => id,
            None => on!(self, |c| sqlx::query_scalar(COMMUNE_ID).bind(&commune.code).fetch_one(c).await?),
        };
        Ok(Upserted { id, change })
    }

    /// Writes a unit, found by (commune, code).
    ///
    /// # Errors
    /// The database; a period that ends before it begins.
    pub async fn upsert_unit(&mut self, unit: &Unit) -> StoreResult<Upserted> {
        let written = on!(self, |c| sqlx::query_scalar(UNIT)
            .bind(&unit.id)
            .bind(&unit.commune_id)
            .bind(&unit.code)
            .bind(unit.kind.as_str())
            .bind(&unit.name)
            .bind(&unit.name_folded)
            .bind(&unit.parent_id)
            .bind(unit.sort_order)
            .bind(&unit.valid_from)
            .bind(&unit.valid_to)
            .bind(&unit.replaced_by)
            .fetch_optional(c)
            .await?);
        self.upserted(&unit.id, written, UNIT_ID, &unit.commune_id, &unit.code).await
    }

    /// Writes a seat, found by (unit, code).
    ///
    /// # Errors
    /// The database; a second answering seat in one unit.
    pub async fn upsert_seat(&mut self, seat: &Seat) -> StoreResult<Upserted> {
        let written = on!(self, |c| sqlx::query_scalar(SEAT)
            .bind(&seat.id)
            .bind(&seat.unit_id)
            .bind(&seat.code)
            .bind(&seat.title)
            .bind(seat.kind.as_str())
            .fetch_optional(c)
            .await?);
        self.upserted(&seat.id, written, SEAT_ID, &seat.unit_id, &seat.code).await
    }

    /// Writes a person, found by (commune, code).
    ///
    /// # Errors
    /// The database.
    pub async fn upsert_person(&mut self, person: &Person) -> StoreResult<Upserted> {
        let written = on!(self, |c| sqlx::query_scalar(PERSON)
            .bind(&person.id)
            .bind(&person.commune_id)
            .bind(&person.code)
            .bind(&person.name)
            .bind(&person.name_folded)
            .bind(person.created_at)
            .fetch_optional(c)
            .await?);
        self.upserted(&person.id, written, PERSON_ID, &person.commune_id, &person.code).await
    }

    /// Writes a holding, found by (seat, person, first day); only its end can change.
    ///
    /// # Errors
    /// The database; a period that ends before it begins.
    pub async fn upsert_holding(&mut self, holding: &Holding) -> StoreResult<Change> {
        let written: Option<String> = on!(self, |c| sqlx::query_scalar(HOLDING)
            .bind(&holding.id)
            .bind(&holding.seat_id)
            .bind(&holding.person_id)
            .bind(&holding.held_from)
            .bind(&holding.held_to)
            .fetch_optional(c)
            .await?);
        Ok(Change::of(&holding.id, written.as_deref()))
    }

    /// Grants a role; one already granted stays as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn upsert_grant(&mut self, grant: &Grant) -> StoreResult<Change> {
        let written: Option<String> = on!(self, |c| sqlx::query_scalar(GRANT)
            .bind(&grant.id)
            .bind(&grant.person_id)
            .bind(grant.role.as_str())
            .bind(&grant.unit_id)
            .bind(grant.granted_at.0)
            .fetch_optional(c)
            .await?);
        Ok(Change::of(&grant.id, written.as_deref()))
    }

    /// Every holding of a seat, past and present.
    ///
    /// # Errors
    /// The database.
    pub async fn holdings_of(&mut self, seat_id: &str) -> StoreResult<Vec<Holding>> {
        Ok(on!(self, |c| sqlx::query_as(HOLDINGS).bind(seat_id).fetch_all(c).await?))
    }

    /// Strikes out a holding that was written by mistake. One that ended is not deleted, it gets its end.
    ///
    /// # Errors
    /// The database; `Stale` when there is none.
    pub async fn delete_holding(&mut self, id: &str) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(DELETE_HOLDING).bind(id).execute(c).await?.rows_affected());
        expect_one(affected, "holding", id)
    }

    /// Withdraws a role.
    ///
    /// # Errors
    /// The database; `Stale` when it was not granted.
    pub async fn delete_grant(&mut self, person_id: &str, grant: &RoleGrant) -> StoreResult<()> {
        let affected = on!(self, |c| sqlx::query(DELETE_GRANT)
            .bind(person_id)
            .bind(grant.role.as_str())
            .bind(&grant.unit_id)
            .execute(c)
            .await?
            .rows_affected());
        expect_one(affected, "grant", person_id)
    }

    /// Writes a group slot, found by (commune, code). Its binding to a chat is not touched.
    ///
    /// # Errors
    /// The database.
    pub async fn upsert_group(&mut self, group: &Group) -> StoreResult<Upserted> {
        let written = on!(self, |c| sqlx::query_scalar(GROUP)
            .bind(&group.id)
            .bind(&group.commune_id)
            .bind(&group.code)
            .bind(&group.name)
            .bind(group.kind.as_str())
            .bind(group.rank)
            .bind(&group.gateway)
            .bind(group.relay)
            .fetch_optional(c)
            .await?);
        self.upserted(&group.id, written, GROUP_ID, &group.commune_id, &group.code).await
    }

    /// Makes a group cover exactly these units.
    ///
    /// # Errors
    /// The database; a unit that does not exist.
    pub async fn set_group_units(&mut self, group_id: &str, unit_ids: &[String]) -> StoreResult<Change> {
        let covered = self.group_units(group_id).await?;
        let gone = covered.iter().filter(|unit| !unit_ids.contains(unit));
        let new = unit_ids.iter().filter(|unit| !covered.contains(unit));
        let mut changed = false;
        for (statement, unit) in gone.map(|unit| (UNCOVER, unit)).chain(new.map(|unit| (COVER, unit))) {
            changed = true;
            on!(self, |c| sqlx::query(statement).bind(group_id).bind(unit).execute(c).await?.rows_affected());
        }
        Ok(if changed { Change::Changed } else { Change::Unchanged })
    }

    async fn upserted(
        &mut self,
        offered: &str,
        written: Option<String>,
        lookup: &'static str,
        scope: &str,
        code: &str,
    ) -> StoreResult<Upserted> {
        let change = Change::of(offered, written.as_deref());
        let id = match written {
            Some(id) => id,
            None => on!(self, |c| sqlx::query_scalar(lookup).bind(scope).bind(code).fetch_one(c).await?),
        };
        Ok(Upserted { id, change })
    }
}
