//! Why something was not done, as one line for a terminal.
//!
//! A refusal is a sentence of the commune's own language and is printed as people read it in the chat, with the switch
//! that helps behind it in English; everything else is English.

use sqlx::migrate::MigrateError;

use crate::domain::org::Role;
use crate::locale::Locale;
use crate::store::StoreError;
use crate::usecase::{Denied, UseCaseError};

/// Sentences that a switch of the command line answers: the locale key, and what to do at a terminal.
const HINTS: &[(&str, &str)] = &[
    ("refused-unreadable", "look at page 1 yourself, then add --unreadable-attested"),
    ("refused-audience-without-group", "`loa org invite-group GROUP` makes the code that binds a group"),
    ("refused-audience-unknown", "`loa org show` lists the units"),
    ("refused-title-empty", "give --title, or put it on the first line of the text file"),
    ("refused-body-empty", "the text stands below the first line of the text file, or give --title"),
    ("refused-residents-body-audience", "an audience such as \"thon + thon@residents\", or no --residents-text"),
    ("refused-reason-missing", "give --reason"),
];

/// Why a database could not be opened, in one line that says what to do. A URL is not repeated: it may hold a password.
#[must_use]
pub fn database(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Database(sqlx::Error::Io(error)) => {
            anyhow::anyhow!("the database cannot be reached ({error}): is its server running, and is the URL right?")
        }
        StoreError::Migration(MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _)) => {
            anyhow::anyhow!("the database has migration {version}, which this program does not know: run a newer loa")
        }
        // I/O error, full (sqlite.org/rescode.html).
        error if matches!(error.sqlite_code(), Some(10 | 13)) => {
            anyhow::anyhow!("the database cannot grow ({error}): the disk is full, or `ulimit -f` is too low")
        }
        // Read-only, cannot open.
        error if matches!(error.sqlite_code(), Some(8 | 14)) => anyhow::anyhow!(
            "the database may not be written ({error}): give its file and folder to the user that Loa runs as (chown, chmod u+rw), \
             or mount the disk for writing"
        ),
        error if error.is_ruin() => {
            anyhow::anyhow!("the database is damaged, or no database at all ({error}): put the right file in its place")
        }
        StoreError::Database(error) => {
            anyhow::anyhow!("the database cannot be opened ({error}): check [database] url, its folder and who owns it")
        }
        other => other.into(),
    }
}

/// What a use case did not do, in one line that says what to do.
#[must_use]
pub fn explain(error: UseCaseError, locale: &Locale) -> anyhow::Error {
    match error {
        UseCaseError::Store(StoreError::Stale { .. }) => {
            anyhow::anyhow!("somebody else changed it at the same moment: look at it and try again")
        }
        UseCaseError::Store(error @ StoreError::Database(_)) => database(error),
        UseCaseError::Store(error) => error.into(),
        UseCaseError::Denied(denied) => anyhow::Error::msg(denial(&denied)),
        UseCaseError::NotFound { what, name } => anyhow::Error::msg(missing(what, &name)),
        UseCaseError::Refused { key, args } => anyhow::Error::msg(refusal(key, args, locale)),
    }
}

fn denial(denied: &Denied) -> String {
    match denied {
        Denied::NotRegistered => "nobody is named: say who does it with --as PERSON".to_owned(),
        Denied::Unconfirmed => "the account waits to be confirmed".to_owned(),
        Denied::MissingRole(role) => missing_role(*role),
        Denied::OwnBulletin => "the composer may not approve their own bulletin: name an approver with --as".to_owned(),
        Denied::NoSeat => "the person holds no seat that may answer: `loa org show` lists who does".to_owned(),
    }
}

fn missing_role(role: Role) -> String {
    format!("the person has no role `{role}` here: grant it in the organisation file and run `loa org import` again")
}

fn missing(what: &str, name: &str) -> String {
    let list = match what {
        "bulletin" => "give the code as it was printed, such as VB-2025-0042",
        "plan" => "`loa plan import FILE` takes one in",
        "invite" => "ask for a new code",
        _ => "`loa org show` lists what there is",
    };
    format!("no {what} `{name}`: {list}")
}

fn refusal(key: &str, args: Vec<(&'static str, String)>, locale: &Locale) -> String {
    // Not `Locale::text`: a terminal can fall back on the key, and must not stop at a sentence nobody has written yet.
    let plain = format!("refused: {key} {args:?}");
    let values: Vec<_> = args.into_iter().map(|(name, value)| (name, value.into())).collect();
    let sentence = locale.render(key, &values).unwrap_or(plain);
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    match HINTS.iter().find(|(known, _)| *known == key) {
        Some((_, hint)) => format!("{sentence} ({hint})"),
        None => sentence,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::store::Store;

    fn line(error: UseCaseError) -> String {
        explain(error, &Locale::vietnamese()).to_string()
    }

    #[test]
    fn a_refusal_is_said_as_in_the_chat_with_the_switch_that_helps() {
        let args = vec![("names", "Thôn 07".to_owned())];
        let said = line(UseCaseError::refused_with("refused-audience-without-group", args));
        assert!(said.contains("Thôn 07") && said.ends_with("binds a group)"), "{said}");
    }

    #[test]
    fn a_sentence_that_nobody_wrote_shows_its_key_instead_of_stopping() {
        let unwritten = concat!("refused", "-unwritten");
        let said = line(UseCaseError::Refused { key: unwritten, args: vec![("count", "3".to_owned())] });
        assert!(said.contains("unwritten") && said.contains('3'), "{said}");
    }

    #[rstest]
    #[case::nobody(Denied::NotRegistered, "--as")]
    #[case::own(Denied::OwnBulletin, "--as")]
    #[case::role(Denied::MissingRole(Role::Approver), "approver")]
    #[case::seat(Denied::NoSeat, "loa org show")]
    fn a_denial_says_what_to_do(#[case] denied: Denied, #[case] help: &str) {
        assert!(line(denied.into()).contains(help));
    }

    #[test]
    fn everything_is_one_line() {
        let (locale, problems) = Locale::from_source("refused-secret = một\n    hai\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(explain(UseCaseError::refused("refused-secret"), &locale).to_string(), "một hai");
    }

    #[test]
    fn a_database_that_may_not_be_written_and_one_that_is_none_say_what_to_do() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let path = std::env::temp_dir().join(format!("loa-explain-{}.db", std::process::id()));
        let url = format!("sqlite:{}", path.display());
        let said = runtime.block_on(async {
            let store = Store::connect(&url).await.unwrap();
            store.migrate().await.unwrap();
            let reader = store.beside(1).await.unwrap();
            let mut tx = reader.begin().await.unwrap();
            let refused = tx.expire_leases().await;
            drop(tx);
            let refused = database(refused.unwrap_err()).to_string();
            reader.close().await;
            store.close().await;
            std::fs::write(&path, [b'Z'; 8192]).unwrap();
            [refused, database(Store::connect(&url).await.unwrap_err()).to_string()]
        });
        std::fs::remove_file(&path).unwrap();
        assert!(said[0].contains("may not be written") && said[0].contains("chown"), "{said:?}");
        assert!(said[1].contains("no database at all"), "{said:?}");
    }

    #[test]
    fn every_hint_belongs_to_a_sentence() {
        let locale = Locale::vietnamese();
        let unknown: Vec<_> = HINTS.iter().filter(|(key, _)| !locale.has(key)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
