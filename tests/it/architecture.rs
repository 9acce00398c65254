//! The house's plan, held against every file: who may import whom, and how long things may get.

use std::collections::BTreeSet;

use super::source::{Source, crates, files, product, root, rust};

/// Rooms that may import everything: the edge of the house.
const EDGE: &[&str] = &["app", "bench", "cli", "demo", "export", "lib", "main", "web"];

/// Every other room, and the rooms it may import beside itself. Printed in `docs/architecture.md`, in this order.
const ROOMS: &[(&str, &[&str])] = &[
    // The pure core.
    ("domain", &[]),
    // Leaves: small, and known to many.
    ("clock", &["domain"]),
    ("id", &["domain"]),
    ("config", &["domain"]),
    ("lifecycle", &[]),
    ("locale", &[]),
    ("telemetry", &["config"]),
    ("inspect", &["domain"]),
    // Outside things.
    ("store", &["domain", "clock", "id"]),
    ("platform", &["domain", "clock", "id", "config", "telemetry"]),
    // What Loa does.
    ("usecase", &["domain", "store", "clock", "id", "locale"]),
    ("desk", &["domain", "store", "usecase", "clock", "id", "locale"]),
    ("engine", &["domain", "store", "usecase", "desk", "platform", "clock", "id", "locale", "lifecycle", "telemetry"]),
];

/// Single names a room may use of a room it may not import.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The audit entry is written by the store and says who acts.
    ("store", "usecase::Act"),
];

/// Macros at the root of the crate, and the room they belong to.
const MACROS: &[(&str, &str)] = &[("say", "locale")];

/// Lines of a file, tests included.
const MAX_FILE_LINES: usize = 500;
/// Lines of a function, from its signature to its closing brace.
const MAX_FUNCTION_LINES: usize = 60;
/// Nine functions of ten are at most this long.
const MAX_P90_LINES: usize = 35;
/// Half of the functions are at most this long.
const MAX_MEDIAN_LINES: usize = 9;

/// What no file may hold, in two halves so that this file does not hold it.
const FORBIDDEN: &[(&str, &str)] =
    &[("/ho", "me/"), ("/ro", "ot/"), ("/Us", "ers/"), ("C:\\Us", "ers"), ("FIX", "ME:")];

/// The room a file belongs to.
fn room(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split(['/', '.']).next().unwrap_or(inside)
}

/// How many modules deep a file is: `src/domain.rs` is 1, `src/domain/text.rs` is 2.
fn depth(path: &str) -> usize {
    path.matches('/').count()
}

/// What a file names of the crate, as `room::name::…`, with the byte offset.
fn edges(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for root in ["crate::", "loa::"] {
        for (at, _) in source.code.match_indices(root).filter(|(at, _)| starts_a_path(&source.code, *at)) {
            branches(&source.code[at + root.len()..], "", &mut |path| found.push((at, path)));
        }
    }
    for (at, _) in source.code.match_indices("super::").filter(|(at, _)| starts_a_path(&source.code, *at)) {
        let rest = source.code[at..].trim_start_matches("super::");
        let supers = (source.code.len() - at - rest.len()) / "super::".len();
        if supers >= depth(&source.path) {
            branches(rest, "", &mut |path| found.push((at, path)));
        }
    }
    found
}

fn starts_a_path(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
}

/// Walks `a::b`, `{a, b::{c, d}}` and calls `visit` with every full path.
fn branches(text: &str, before: &str, visit: &mut dyn FnMut(String)) {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        for branch in split_group(group) {
            branches(branch, before, visit);
        }
        return;
    }
    let length = text.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(text.len());
    let path = format!("{before}{}", &text[..length]);
    match text[length..].strip_prefix("::") {
        Some(rest) if rest.starts_with(|next: char| next == '{' || next.is_alphabetic() || next == '_') => {
            branches(rest, &format!("{path}::"), visit);
        }
        _ if length > 0 => visit(path),
        _ => {}
    }
}

/// The branches of a group, whose `{` has been taken off.
fn split_group(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0_usize, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => {
                found.push(&group[from..at]);
                break;
            }
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                found.push(&group[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// Whether a room may use a path of the crate; an unknown room may use nothing.
fn may(room: &str, path: &str) -> bool {
    let target = path.split("::").next().unwrap_or(path);
    let target = MACROS.iter().find(|(name, _)| *name == target).map_or(target, |(_, owner)| owner);
    let listed = ROOMS.iter().find(|(name, _)| *name == room).is_some_and(|(_, allowed)| allowed.contains(&target));
    let excepted =
        |(who, what): &(&str, &str)| *who == room && (path == *what || path.starts_with(&format!("{what}::")));
    target == room || listed || EDGE.contains(&room) || EXCEPTIONS.iter().any(excepted)
}

fn table() -> String {
    let lines = ROOMS.iter().map(|(room, allowed)| format!("  {room} → {}\n", allowed.join(", ")));
    lines.chain(EXCEPTIONS.iter().map(|(room, what)| format!("  {room} may name {what}\n"))).collect()
}

#[test]
fn every_room_imports_only_the_rooms_it_may() {
    let mut wrong = BTreeSet::new();
    for source in product() {
        for (at, path) in edges(&source).iter().filter(|(_, path)| !may(room(&source.path), path)) {
            wrong.insert(format!("{}:{} uses {path}", source.path, source.line(*at)));
        }
    }
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}\n\nA room may import:\n{}", wrong.join("\n"), table());
}

#[test]
fn every_room_in_the_tree_stands_in_the_table() {
    let rooms: BTreeSet<_> = product().iter().map(|source| room(&source.path).to_owned()).collect();
    let known = |name: &&String| EDGE.contains(&name.as_str()) || ROOMS.iter().any(|(room, _)| room == name);
    let unknown: Vec<_> = rooms.iter().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "rooms without a line in the table: {unknown:?}\n{}", table());
}

#[test]
fn the_scan_sees_every_way_to_name_another_room() {
    let text = "use crate::{domain::{text, org::Role}, store};\nuse super::super::engine::Tick;\n\
                fn a() { crate::platform::send(); $crate::id::x(); say!(b) } // crate::web\n\
                use super::sibling; use other::crate_::x; use notcrate::y;";
    let source = Source::new("src/desk/group.rs", text);
    let found: BTreeSet<_> = edges(&source).into_iter().map(|(_, path)| path).collect();
    let expected = ["domain::org::Role", "domain::text", "engine::Tick", "id::x", "platform::send", "store"];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn the_table_refuses_what_the_plan_forbids() {
    for (room, path) in [
        ("domain", "store::Tx"),
        ("store", "usecase::approve"),
        ("store", "usecase::Active"),
        ("usecase", "platform::Gateway"),
        ("desk", "platform"),
        ("attic", "domain"),
        ("domain", "say"),
    ] {
        assert!(!may(room, path), "{room} may use {path}");
    }
    assert!(may("store", "usecase::Act") && may("desk", "say") && may("app", "store") && may("store", "store::on"));
}

/// Name, first line and length of every function with a body.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("fn ").filter(|(at, _)| starts_a_path(&source.code, *at)) {
        let rest = &source.code[at + 3..];
        let name: String = rest.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
        if let (false, Some(length)) = (name.is_empty(), body_end(rest)) {
            found.push((name, source.line(at), source.line(at + 3 + length) - source.line(at) + 1));
        }
    }
    found
}

/// Where the body of a function ends; none for a declaration without one.
fn body_end(rest: &str) -> Option<usize> {
    let (mut braces, mut others) = (0_usize, 0_usize);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'(' | b'[' => others += 1,
            b')' | b']' => others = others.checked_sub(1)?,
            b';' if braces == 0 && others == 0 => return None,
            b'{' => braces += 1,
            b'}' if braces <= 1 => return Some(at),
            b'}' => braces -= 1,
            _ => {}
        }
    }
    None
}

fn all_rust() -> Vec<Source> {
    ["src", "tests", "crates"].into_iter().flat_map(rust).collect()
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let long: Vec<_> = all_rust()
        .iter()
        .map(|source| (source.text.lines().count(), source.path.clone()))
        .filter(|(lines, _)| *lines > MAX_FILE_LINES)
        .collect();
    assert!(long.is_empty(), "what lives here that has its own name? {long:?}");
}

#[test]
fn no_function_is_longer_than_sixty_lines() {
    let mut long = Vec::new();
    for source in all_rust() {
        let found = functions(&source).into_iter().filter(|(_, _, lines)| *lines > MAX_FUNCTION_LINES);
        long.extend(found.map(|(name, line, lines)| format!("{}:{line} {name}: {lines} lines", source.path)));
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn most_functions_are_one_idea_each() {
    let mut lengths: Vec<usize> =
        product().iter().chain(&crates()).flat_map(functions).map(|(_, _, lines)| lines).collect();
    lengths.sort_unstable();
    let (median, p90) = (lengths[lengths.len() / 2], lengths[lengths.len() * 9 / 10]);
    assert!(median <= MAX_MEDIAN_LINES && p90 <= MAX_P90_LINES, "median {median}, nine of ten {p90}");
}

#[test]
fn the_length_of_a_function_is_counted_from_signature_to_brace() {
    let source = Source::new(
        "src/a.rs",
        "fn a(\n x: [u8; 3],\n) -> B {\n if x { \"}\" }\n}\ntype F = fn (u8);\ntrait T { fn b(&self); }",
    );
    assert_eq!(functions(&source), [("a".to_owned(), 1, 5)]);
}

#[test]
fn every_module_says_what_it_is() {
    let silent = |source: &Source| !source.is_test() && !source.text.starts_with("//! ");
    let silent: Vec<_> = all_rust().into_iter().filter(silent).map(|source| source.path).collect();
    assert!(silent.is_empty(), "without `//!`: {silent:?}");
}

#[test]
fn modules_are_files_with_their_own_name() {
    let mods: Vec<_> =
        all_rust().into_iter().map(|source| source.path).filter(|path| path.ends_with("/mod.rs")).collect();
    assert!(mods.is_empty(), "write `name.rs` beside `name/`: {mods:?}");
}

#[test]
fn no_file_holds_the_path_of_somebodys_machine() {
    let endings = [".rs", ".toml", ".md", ".sql", ".ftl", "justfile", "Dockerfile", ".yml", ".json", ".csv", "/run"];
    let mut found = Vec::new();
    for folder in ["src", "crates", "tests", "config", "migrations", "docs", ".ci"] {
        for (path, text) in files(folder, &endings) {
            found.extend(forbidden(&text).map(|word| format!("{path}: {word}")));
        }
    }
    for name in ["Cargo.toml", "README.md", "CHANGELOG.md", "Dockerfile", "justfile", "clippy.toml", "deny.toml"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        found.extend(forbidden(&text).map(|word| format!("{name}: {word}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The forbidden words in a text; a folder of that name inside another path is not one.
fn forbidden(text: &str) -> impl Iterator<Item = String> + use<'_> {
    let inside = |at: usize| text[..at].ends_with(|before: char| before.is_alphanumeric() || "._-".contains(before));
    let stands = move |word: &String| text.match_indices(word.as_str()).any(|(at, _)| !inside(at));
    FORBIDDEN.iter().map(|(head, tail)| format!("{head}{tail}")).filter(stands)
}

#[test]
fn a_planted_machine_path_is_found() {
    assert_eq!(forbidden(&format!("see {}{}lan/notes", "/ho", "me/")).count(), 1);
    assert_eq!(forbidden("docs/home/index.md").count(), 0);
}
