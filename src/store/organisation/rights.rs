//! Who may do what: roles granted on units, and valid below them.

use crate::domain::org::Role;
use crate::store::organisation::{Person, Unit};
use crate::store::{StoreResult, Tx, on};

/// A role that a person has, and the unit from which it holds downwards.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RoleGrant {
    /// The role.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// The unit it was granted on.
    pub unit_id: String,
}

const ROLES_OF: &str = "SELECT role, unit_id FROM role_grants WHERE person_id = $1 ORDER BY role, unit_id";
// UNION, not UNION ALL: a ring of parents, which no import lets in, would otherwise never end.
const HAS_ROLE: &str = "WITH RECURSIVE line (id, parent_id) AS ( \
     SELECT id, parent_id FROM units WHERE id = $3 \
     UNION SELECT u.id, u.parent_id FROM units u JOIN line l ON u.id = l.parent_id) \
     SELECT COUNT(*) FROM role_grants g JOIN line l ON l.id = g.unit_id WHERE g.person_id = $1 AND g.role = $2";
const PEOPLE_WITH_ROLE: &str = "SELECT p.id, p.commune_id, p.code, p.name, p.name_folded, p.created_at FROM people p \
     WHERE p.commune_id = $1 AND EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = p.id AND g.role = $2) \
     ORDER BY p.name_folded, p.code";
const COMMUNE_UNIT: &str = "SELECT id, commune_id, code, kind, name, name_folded, parent_id, sort_order, valid_from, \
     valid_to, replaced_by FROM units WHERE commune_id = $1 AND kind = 'commune' ORDER BY valid_from DESC, code LIMIT 1";

impl Tx {
    /// Every role that a person has.
    ///
    /// # Errors
    /// The database.
    pub async fn roles_of(&mut self, person_id: &str) -> StoreResult<Vec<RoleGrant>> {
        Ok(on!(self, |c| sqlx::query_as(ROLES_OF).bind(person_id).fetch_all(c).await?))
    }

    /// Whether a person has a role on a unit, by a grant on the unit itself or on any unit above it.
    ///
    /// # Errors
    /// The database.
    pub async fn has_role(&mut self, person_id: &str, role: Role, unit_id: &str) -> StoreResult<bool> {
        let grants: i64 = on!(self, |c| sqlx::query_scalar(HAS_ROLE)
            .bind(person_id)
            .bind(role.as_str())
            .bind(unit_id)
            .fetch_one(c)
            .await?);
        Ok(grants > 0)
    }

    /// Everybody in the commune who has a role on some unit.
    ///
    /// # Errors
    /// The database.
    pub async fn people_with_role(&mut self, commune_id: &str, role: Role) -> StoreResult<Vec<Person>> {
        Ok(on!(self, |c| sqlx::query_as(PEOPLE_WITH_ROLE).bind(commune_id).bind(role.as_str()).fetch_all(c).await?))
    }

    /// The unit that stands for the commune itself: a right on it is a right on everything the commune has.
    ///
    /// # Errors
    /// The database.
    pub async fn commune_unit(&mut self, commune_id: &str) -> StoreResult<Option<Unit>> {
        Ok(on!(self, |c| sqlx::query_as(COMMUNE_UNIT).bind(commune_id).fetch_optional(c).await?))
    }
}
