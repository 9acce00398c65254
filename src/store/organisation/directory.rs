//! The commune as the audience grammar sees it: the units of a day and the groups that reach them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::audience::{Directory, GroupEntry, UnitEntry, unit_word};
use crate::domain::org::{GroupKind, UnitKind};
use crate::store::organisation::Unit;
use crate::store::{StoreResult, Tx, on};

#[derive(sqlx::FromRow)]
struct GroupRow {
    id: String,
    name: String,
    #[sqlx(try_from = "String")]
    kind: GroupKind,
    rank: i64,
    gateway: String,
    relay: bool,
    chat_id: Option<String>,
    chat_state: Option<String>,
}

/// A private chat of the head who passes things on to a group.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RelayHead {
    /// The group.
    pub group_id: String,
    /// The chat.
    pub chat_id: String,
    /// Its gateway.
    pub gateway: String,
    /// Machine time at which the head last wrote there.
    pub heard_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct CoverRow {
    group_id: String,
    unit_id: String,
}

const GROUPS: &str = "SELECT g.id, g.name, g.kind, g.rank, g.gateway, g.relay, g.chat_id, c.state AS chat_state \
     FROM groups g LEFT JOIN chats c ON c.id = g.chat_id WHERE g.commune_id = $1 ORDER BY g.code";
const COVERS: &str = "SELECT gu.group_id, gu.unit_id FROM group_units gu \
     JOIN groups g ON g.id = gu.group_id JOIN units u ON u.id = gu.unit_id \
     WHERE g.commune_id = $1 ORDER BY u.sort_order, u.code";
const HEADS: &str = "SELECT g.id AS group_id, c.id AS chat_id, c.gateway, c.heard_at FROM groups g \
     JOIN group_units gu ON gu.group_id = g.id JOIN seats s ON s.unit_id = gu.unit_id AND s.kind = 'answering' \
     JOIN seat_holdings h ON h.seat_id = s.id AND h.held_from <= $2 AND (h.held_to IS NULL OR h.held_to > $2) \
     JOIN identities i ON i.person_id = h.person_id AND i.state = 'active' \
     JOIN chats c ON c.gateway = i.gateway AND c.external_id = i.external_id AND c.kind = 'private' AND c.state = 'active' \
     WHERE g.commune_id = $1 AND g.relay \
     ORDER BY h.held_from DESC, CASE WHEN i.gateway = g.gateway THEN 0 ELSE 1 END, i.linked_at DESC, c.id";

impl Tx {
    /// The units that exist on a day and every group slot. A slot is active when it is bound and its chat is not
    /// suspended; one that is passed on to by hand has no chat of its own and is not; a unit that no longer exists is not covered by anything, so that its successor is seen to lack a group.
    ///
    /// # Errors
    /// The database.
    pub async fn directory(&mut self, commune_id: &str, on: NaiveDate) -> StoreResult<Directory> {
        let units = self.units(commune_id, on).await?;
        let groups: Vec<GroupRow> = on!(self, |c| sqlx::query_as(GROUPS).bind(commune_id).fetch_all(c).await?);
        let rows: Vec<CoverRow> = on!(self, |c| sqlx::query_as(COVERS).bind(commune_id).fetch_all(c).await?);
        let existing: HashSet<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
        let mut covers: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows.into_iter().filter(|row| existing.contains(row.unit_id.as_str())) {
            covers.entry(row.group_id).or_default().push(row.unit_id);
        }
        let groups = groups.into_iter().map(|group| entry(group, &mut covers)).collect();
        Ok(Directory { units: units.into_iter().map(unit_entry).collect(), groups })
    }

    /// The private chats of those who pass things on to groups that day; of several of one head the one to be preferred
    /// first: on the group's own gateway, linked last.
    ///
    /// # Errors
    /// The database.
    pub async fn relay_heads(&mut self, commune_id: &str, on: NaiveDate) -> StoreResult<Vec<RelayHead>> {
        let day = on.to_string();
        Ok(on!(self, |c| sqlx::query_as(HEADS).bind(commune_id).bind(&day).fetch_all(c).await?))
    }
}

fn unit_entry(unit: Unit) -> UnitEntry {
    UnitEntry { code: code_in_kind(unit.kind, &unit.code).to_owned(), id: unit.id, kind: unit.kind, name: unit.name }
}

/// A code is unique in the commune ("thon-03"); the audience grammar names the kind by its own word ("thon:03").
fn code_in_kind(kind: UnitKind, code: &str) -> &str {
    let own = code.strip_prefix(unit_word(kind)).and_then(|rest| rest.strip_prefix('-'));
    own.filter(|own| !own.is_empty()).unwrap_or(code)
}

fn entry(group: GroupRow, covers: &mut HashMap<String, Vec<String>>) -> GroupEntry {
    GroupEntry {
        covers: covers.remove(&group.id).unwrap_or_default(),
        active: group.chat_state.as_deref() == Some("active"),
        id: group.id,
        // Empty while unbound: the slot is not active then, and nothing reads it.
        chat_id: group.chat_id.unwrap_or_default(),
        name: group.name,
        kind: group.kind,
        rank: group.rank,
        gateway: group.gateway,
        relay: group.relay,
        // No platform but Telegram tells how many sit in a group, and nothing stores it.
        members: None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::code_in_kind;
    use crate::domain::org::UnitKind;

    #[rstest]
    #[case::of_its_kind("thon-03", "03")]
    #[case::bare("03", "03")]
    #[case::of_another_kind("truong-03", "truong-03")]
    #[case::a_name_that_begins_alike("thonmoi", "thonmoi")]
    #[case::nothing_after_the_word("thon-", "thon-")]
    fn the_word_of_the_kind_is_left_out_of_a_code(#[case] stored: &str, #[case] typed: &str) {
        assert_eq!(code_in_kind(UnitKind::Village, stored), typed);
    }
}
