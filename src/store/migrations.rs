//! The migrations that both databases run, embedded in the binary.
//!
//! They are listed here by hand: sqlx's own macro would build both database drivers a second time for the compiler. A test
//! holds the list to the folder.

use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One migration file.
struct File {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! files {
    ($($version:literal $name:literal),+ $(,)?) => {
        &[$(File {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../migrations/", $name, ".sql")),
        }),+]
    };
}

const FILES: &[File] = files![
    1 "0001_organisation",
    2 "0002_bulletins",
    3 "0003_delivery",
    4 "0004_answers",
    5 "0005_inbox",
    6 "0006_activities",
    7 "0007_audit",
    8 "0008_operations",
    9 "0009_inbox_retry",
    10 "0010_gateway_tokens",
    11 "0011_recurrence",
    12 "0012_ladder",
    13 "0013_fallback",
    14 "0014_wordings",
    15 "0015_reach",
    16 "0016_relay",
    17 "0017_doubts",
    18 "0018_figures",
    19 "0019_indexes",
    20 "0020_inbox",
    21 "0021_tries",
    22 "0022_dead_letters",
    23 "0023_retention",
    24 "0024_addresses",
    25 "0025_inbox_chats",
    26 "0026_keeping",
    27 "0027_distress",
    28 "0028_distress_links",
    29 "0029_quiet_chats",
    30 "0030_strangers",
    31 "0031_accounts",
    32 "0032_open_uploads",
    33 "0033_backups",
];

/// All migrations, in order.
#[must_use]
pub fn migrator() -> Migrator {
    let migration = |file: &File| {
        let sql = sqlx::SqlStr::from_static(file.sql);
        Migration::new(file.version, file.name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(FILES.iter().map(migration).collect())
}

/// The newest of them.
#[must_use]
pub fn newest() -> i64 {
    FILES.iter().map(|file| file.version).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_of_the_folder_is_listed_under_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut in_folder: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".sql")?.to_owned())).collect();
        in_folder.sort();
        let listed: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        assert_eq!(in_folder, listed);
        assert!(FILES.iter().all(|file| file.name.starts_with(&format!("{:04}_", file.version))));
    }
}
