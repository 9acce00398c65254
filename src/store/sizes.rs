//! How large the database is, table by table, and how old what is in it, for `loa db stats`.
//!
//! Counts read whole indexes, and on `SQLite` sizes read the whole file: nothing of this is asked for by the service. Each
//! database tells its sizes in its own way.

use std::collections::BTreeMap;

use super::{StoreResult, Tx, on};
use crate::domain::calendar::Millis;

/// A table and how it is counted.
#[derive(Debug, Clone, Copy)]
struct Table {
    name: &'static str,
    count: &'static str,
}

/// Counts the rows of a table; oldest and newest by a column that holds a time or an id, which begins with one.
macro_rules! table {
    ($name:literal) => {
        Table { name: $name, count: concat!("SELECT COUNT(*) AS count, NULL AS oldest, NULL AS newest FROM ", $name) }
    };
    ($name:literal by $column:literal) => {
        Table {
            name: $name,
            count: concat!(
                "SELECT COUNT(*) AS count, CAST(MIN(",
                $column,
                ") AS TEXT) AS oldest, CAST(MAX(",
                $column,
                ") AS TEXT) AS newest FROM ",
                $name
            ),
        }
    };
}

/// Every table, by name. Where a row has no time of its own, what it belongs to has one.
const TABLES: &[Table] = &[
    table!("acknowledgements" by "id"),
    table!("activities" by "id"),
    table!("approvals" by "id"),
    table!("approved_groups" by "approval_id"),
    table!("attachments" by "created_at"),
    table!("attempts" by "id"),
    table!("audit_entries" by "id"),
    table!("backups" by "made_at"),
    table!("broadcasts" by "id"),
    table!("bulletin_versions" by "bulletin_id"),
    table!("bulletins" by "id"),
    table!("call_lists" by "broadcast_id"),
    table!("calls" by "id"),
    table!("chats" by "id"),
    table!("communes" by "id"),
    table!("confined_versions" by "bulletin_id"),
    table!("consents" by "id"),
    table!("counters"),
    table!("deliveries" by "id"),
    table!("delivery_units" by "delivery_id"),
    table!("dialogues" by "updated_at"),
    table!("distress" by "id"),
    table!("distress_cards" by "distress_id"),
    table!("distress_files" by "distress_id"),
    table!("distress_links" by "distress_id"),
    table!("doubts_told" by "message_id"),
    table!("fallbacks" by "delivery_id"),
    table!("figures" by "obligation_id"),
    table!("file_links" by "created_at"),
    table!("gateway_consents" by "created_at"),
    table!("gateway_tokens" by "obtained_at"),
    table!("gateway_usage"),
    table!("group_units"),
    table!("groups" by "id"),
    table!("identities" by "id"),
    table!("inbox" by "id"),
    table!("incidents" by "id"),
    table!("invites" by "id"),
    table!("ladders" by "broadcast_id"),
    table!("leases"),
    table!("menu_choices" by "offered_at"),
    table!("messages" by "id"),
    table!("obligations" by "id"),
    table!("people" by "id"),
    table!("phones" by "updated_at"),
    table!("plans" by "id"),
    table!("poll_offsets"),
    table!("relays" by "delivery_id"),
    table!("releases" by "bulletin_id"),
    table!("reminder_steps" by "broadcast_id"),
    table!("role_grants" by "id"),
    table!("schedules" by "id"),
    table!("seat_holdings" by "id"),
    table!("seats" by "id"),
    table!("stranger_days" by "day"),
    table!("troubles" by "id"),
    table!("units" by "id"),
    table!("upload_handles" by "created_at"),
    table!("upload_links" by "created_at"),
    table!("version_files" by "bulletin_id"),
];

// Indexes count to their table. (SQLite, the dbstat virtual table; `aggregate` gives one row a tree instead of one a page.)
const SIZES_ON_SQLITE: &str = "SELECT m.tbl_name, CAST(SUM(s.pgsize) AS BIGINT) FROM dbstat s JOIN sqlite_master m ON m.name = s.name \
     WHERE s.aggregate = TRUE GROUP BY m.tbl_name";
const SIZES_ON_POSTGRES: &str = "SELECT CAST(c.relname AS TEXT), pg_total_relation_size(c.oid) FROM pg_class c \
     WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS regnamespace)";
const FREE_ON_SQLITE: &str =
    "SELECT f.freelist_count * p.page_size FROM pragma_freelist_count f CROSS JOIN pragma_page_size p";
const FILE_ON_SQLITE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";
const WHOLE_ON_POSTGRES: &str = "SELECT pg_database_size(current_database())";
const FILES: &str = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM attachments";

/// A table, its rows, and how much of the disk it takes up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub name: &'static str,
    /// Rows.
    pub rows: i64,
    /// Bytes on disk, indexes included; none where the database cannot tell.
    pub bytes: Option<i64>,
    /// When its oldest row was made; none where rows carry no time.
    pub oldest: Option<Millis>,
    /// When its newest row was made.
    pub newest: Option<Millis>,
}

/// How large the whole is, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WholeSize {
    /// The path of the database, where it is a file.
    pub file: Option<String>,
    /// The database, where it is on a server.
    pub server: Option<i64>,
    /// What is free for new rows inside the file, where it is one.
    pub free: Option<i64>,
    /// The files that are kept, without what keeping them takes.
    pub kept_files: i64,
}

#[derive(sqlx::FromRow)]
struct Counted {
    count: i64,
    oldest: Option<String>,
    newest: Option<String>,
}

impl Tx {
    /// Every table with its size, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn table_sizes(&mut self) -> StoreResult<Vec<TableSize>> {
        let bytes: Vec<(String, i64)> = match self {
            Self::Sqlite(tx) => sqlx::query_as(SIZES_ON_SQLITE).fetch_all(&mut **tx).await?,
            Self::Postgres(tx) => sqlx::query_as(SIZES_ON_POSTGRES).fetch_all(&mut **tx).await?,
        };
        let bytes: BTreeMap<String, i64> = bytes.into_iter().collect();
        let mut sizes = Vec::new();
        for Table { name, count } in TABLES.iter().copied() {
            let counted: Counted = on!(self, |c| sqlx::query_as(count).fetch_one(c).await?);
            sizes.push(TableSize {
                name,
                rows: counted.count,
                bytes: bytes.get(name).copied(),
                oldest: counted.oldest.as_deref().and_then(time_of),
                newest: counted.newest.as_deref().and_then(time_of),
            });
        }
        Ok(sizes)
    }

    /// How large the whole is.
    ///
    /// # Errors
    /// The database.
    pub async fn whole_size(&mut self) -> StoreResult<WholeSize> {
        let kept_files = on!(self, |c| sqlx::query_scalar(FILES).fetch_one(c).await?);
        let whole = match self {
            Self::Sqlite(tx) => WholeSize {
                file: Some(sqlx::query_scalar(FILE_ON_SQLITE).fetch_one(&mut **tx).await?),
                free: Some(sqlx::query_scalar(FREE_ON_SQLITE).fetch_one(&mut **tx).await?),
                ..WholeSize::default()
            },
            Self::Postgres(tx) => WholeSize {
                server: Some(sqlx::query_scalar(WHOLE_ON_POSTGRES).fetch_one(&mut **tx).await?),
                ..WholeSize::default()
            },
        };
        Ok(WholeSize { kept_files, ..whole })
    }
}

/// The time that a column holds, or with which an id begins.
fn time_of(found: &str) -> Option<Millis> {
    if let Ok(at) = found.parse() {
        return Some(Millis(at));
    }
    let (seconds, nanos) = uuid::Uuid::parse_str(found).ok()?.get_timestamp()?.to_unix();
    Some(Millis(i64::try_from(seconds).ok()?.checked_mul(1_000)?.checked_add(i64::from(nanos / 1_000_000))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SeededEntropy, new_id};

    #[test]
    fn an_id_tells_when_it_was_made() {
        let at = Millis(1_753_664_400_123);
        assert_eq!(time_of(&new_id(at, SeededEntropy::new(1).as_ref())), Some(at));
        assert_eq!(time_of("1753664400123"), Some(at));
        assert_eq!(time_of("past-m1"), None);
    }
}
