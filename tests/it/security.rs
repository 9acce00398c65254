//! The page of what is protected, held against the tree: every row names tests, and every test that it names exists and runs.

use crate::platform_cases::{fault, page, rows};

#[test]
fn every_promise_names_the_tests_that_show_it() {
    let page = page("docs/security.md");
    let doors = rows(&page, "Doors");
    let bare = doors.iter().filter(|(_, names)| names.is_empty()).map(|(door, _)| format!("{door}: no test"));
    let faults: Vec<String> =
        bare.chain(doors.iter().flat_map(|(_, names)| names).filter_map(|name| fault(name))).collect();
    assert!(doors.len() >= 18 && faults.is_empty(), "{}", faults.join("\n"));
}
