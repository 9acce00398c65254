//! The page of platform cases, held against the tree: every row names tests, and every test that it names exists and runs.

use std::collections::BTreeSet;
use std::path::PathBuf;

const PAGE: &str = "docs/platform-cases.md";
/// Traps that the page must have a row for.
const TRAPS: u32 = 23;
/// Numbers of the bot platform and of the official account that it must have a row for.
const BOT: [i64; 11] = [400, 401, 403, 404, 408, 413, 426, 429, 500, 502, 504];
const ACCOUNT: [i64; 37] = [
    -32, -100, -124, -200, -201, -204, -205, -209, -210, -211, -212, -213, -214, -216, -217, -218, -219, -220, -221,
    -223, -224, -227, -230, -232, -233, -234, -235, -237, -238, -240, -241, -242, -244, -248, -320, -321, -403,
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The rows of the tables under a heading: the first cell, and the names in the last one.
pub fn rows(page: &str, heading: &str) -> Vec<(String, Vec<String>)> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let cells = cells(line);
        let names = cells.last().unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (cells[0].clone(), names)
    })
    .collect()
}

/// Why a named test does not hold its row; none when it does.
pub fn fault(name: &str) -> Option<String> {
    let mut parts = name.split("::");
    let (file, test, case) = (parts.next()?, parts.next().unwrap_or_default(), parts.next());
    let path = if file.starts_with("it/") { root().join("tests").join(file) } else { root().join("src").join(file) };
    let Ok(source) = std::fs::read_to_string(&path) else { return Some(format!("{name}: no file {}", path.display())) };
    let Some(at) = source.find(&format!("fn {test}(")) else { return Some(format!("{name}: no such function")) };
    let before = &source[..at];
    let attributes = &before[before.rfind("\n\n").unwrap_or_default()..];
    let marked = ["#[test]", "#[tokio::test]", "#[rstest]"].iter().any(|mark| attributes.contains(mark));
    // A test of a database is listed, and a property test stands among its like.
    let lists = ["store_tests!(", "story_tests!(", "sqlite_tests!("].iter().any(|list| source.contains(list));
    let listed = lists && source.matches(test).count() >= 2;
    if !(marked || listed || source.contains("proptest! {")) {
        return Some(format!("{name}: it is no test"));
    }
    let shown = case.map(|case| match case.strip_prefix('(') {
        Some(value) => format!("#[case({value}"),
        None => format!("#[case::{case}("),
    });
    shown.filter(|shown| !attributes.contains(shown)).map(|shown| format!("{name}: no {shown}"))
}

#[test]
fn every_row_names_tests_that_exist() {
    let page = page(PAGE);
    let mut faults = Vec::new();
    for heading in ["Zalo Bot", "Official account", "The traps"] {
        for (row, names) in rows(&page, heading) {
            if names.is_empty() {
                faults.push(format!("{heading}, {row}: no test"));
            }
            faults.extend(names.iter().filter_map(|name| fault(name)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_number_and_no_trap_is_left_out() {
    let page = page(PAGE);
    let numbers =
        |heading| -> BTreeSet<i64> { rows(&page, heading).iter().map(|(row, _)| row.parse().unwrap()).collect() };
    assert_eq!(numbers("Zalo Bot"), BTreeSet::from(BOT));
    assert_eq!(numbers("Official account"), BTreeSet::from(ACCOUNT));
    assert_eq!(numbers("The traps"), (1..=i64::from(TRAPS)).collect());
}

#[test]
fn a_test_that_is_gone_is_found_out() {
    assert!(fault("platform/loose.rs::no_such_test").is_some());
    assert!(fault("platform/nowhere.rs::x").is_some());
    assert!(fault("platform/zalo_bot/errors/tests.rs::refused").is_some(), "a helper is no test");
    let known = "platform/zalo_bot/errors/tests.rs::each_number_has_its_outcome_in_the_body_and_as_status";
    assert!(fault(&format!("{known}::no_such_case")).is_some());
    assert_eq!(fault(&format!("{known}::server")), None);
}
