//! The sentences people read, held against the code that says them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use loa::locale::{COMPOSED_KEYS, Locale, VIETNAMESE, Value};
use unicode_normalization::is_nfc;

use super::source::{Source, product};

/// Longest sentence, in characters: what fits one message on every platform with room for a code.
const MAX_CHARACTERS: usize = 1_900;

/// Every key with its body, in the order of the file.
fn sentences(source: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in source.lines() {
        match line.split_once('=') {
            Some((key, body)) if line.starts_with(|first: char| first.is_ascii_lowercase()) => {
                found.push((key.trim(), body.to_owned()));
            }
            _ if line.starts_with('#') => {}
            _ => {
                if let Some((_, body)) = found.last_mut() {
                    body.push('\n');
                    body.push_str(line);
                }
            }
        }
    }
    found
}

/// The arguments a body asks for.
fn arguments(body: &str) -> BTreeSet<&str> {
    body.split('$').skip(1).map(|rest| &rest[..word_length(rest)]).collect()
}

fn word_length(text: &str) -> usize {
    text.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_' || sign == '-')).unwrap_or(text.len())
}

fn keys() -> BTreeMap<&'static str, BTreeSet<String>> {
    let owned = |body: &str| arguments(body).into_iter().map(str::to_owned).collect();
    sentences(VIETNAMESE).into_iter().map(|(key, body)| (key, owned(&body))).collect()
}

#[test]
fn the_file_reads_without_a_complaint_and_no_key_stands_twice() {
    let (locale, problems) = Locale::from_source(VIETNAMESE);
    assert_eq!(problems, Vec::<String>::new());
    let keys: Vec<_> = sentences(VIETNAMESE).into_iter().map(|(key, _)| key).collect();
    assert!(
        keys.len() > 20 && keys.iter().all(|key| locale.has(key)),
        "this test reads the file otherwise than Fluent"
    );
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
}

#[test]
fn every_key_renders_visibly_in_composed_form_and_within_one_message() {
    let locale = Locale::vietnamese();
    for (key, names) in keys() {
        for value in [Value::from("Thôn 03"), Value::from(3)] {
            let args: Vec<_> = names.iter().map(|name| (name.as_str(), value.clone())).collect();
            let text = locale.render(key, &args).unwrap_or_else(|problem| panic!("{key}: {problem}"));
            assert!(!text.trim().is_empty(), "{key} is empty");
            assert!(!text.contains(|sign| ('\u{2066}'..='\u{2069}').contains(&sign)), "{key} has direction marks");
            assert!(is_nfc(&text), "{key} is not in composed form");
            assert!(text.chars().count() <= MAX_CHARACTERS, "{key} is {} characters long", text.chars().count());
        }
    }
}

#[test]
fn toasts_fit_the_line_a_button_answers_with() {
    // Telegram Bot API, answerCallbackQuery: 0 to 200 characters.
    let long: Vec<_> = sentences(VIETNAMESE)
        .into_iter()
        .filter(|(key, body)| key.starts_with("toast-") && body.chars().count() > 180)
        .map(|(key, _)| key)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_argument_is_named_as_code_can_name_it() {
    let odd: Vec<_> = keys().into_iter().filter(|(_, names)| names.iter().any(|name| name.contains('-'))).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

#[test]
fn every_key_is_said_somewhere() {
    let sources = product();
    let literals: BTreeSet<&str> = sources.iter().flat_map(Source::literals).collect();
    let composed = |key: &str| COMPOSED_KEYS.iter().any(|(start, _)| key.starts_with(start));
    let referred = |key: &str| VIETNAMESE.contains(&format!("{{ {key} }}"));
    let unused: Vec<_> =
        keys().into_keys().filter(|key| !literals.contains(key) && !composed(key) && !referred(key)).collect();
    assert!(unused.is_empty(), "nobody says: {unused:#?}");
}

#[test]
fn every_beginning_of_composed_keys_is_put_together_somewhere() {
    let sources = product();
    for (start, _) in COMPOSED_KEYS {
        let opening = format!("{start}{{");
        let used = sources.iter().flat_map(Source::literals).any(|literal| literal.starts_with(&opening));
        assert!(used, "no format!(\"{opening}…\") in the code");
    }
}

#[test]
fn the_code_says_no_key_that_is_not_there() {
    let keys = keys();
    let beginnings: BTreeSet<&str> = keys.keys().filter_map(|key| key.split('-').next()).collect();
    let mut unknown = BTreeSet::new();
    for source in product() {
        let named = spoken(&source).into_iter().map(|(key, _, _)| key);
        let shaped = source.literals().filter(|literal| looks_like_a_key(literal, &beginnings));
        let missing = named.chain(shaped).filter(|key| !keys.contains_key(key));
        unknown.extend(missing.map(|key| format!("{}: {key}", source.path)));
    }
    assert!(unknown.is_empty(), "not in vi.ftl:\n{}", unknown.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Lower-case words with hyphens, the first of which begins keys of the file.
fn looks_like_a_key(literal: &str, beginnings: &BTreeSet<&str>) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let beginning = literal.split_once('-').map(|(first, _)| first);
    literal.bytes().all(sign) && !literal.ends_with('-') && beginning.is_some_and(|first| beginnings.contains(first))
}

#[test]
fn every_argument_a_sentence_asks_for_is_given_where_it_is_said() {
    let keys = keys();
    let mut missing = Vec::new();
    for source in product() {
        for (key, line, given) in spoken(&source) {
            let asked = keys.get(key).into_iter().flatten();
            let absent: Vec<_> = asked.filter(|name| !given.contains(name.as_str())).collect();
            if !absent.is_empty() {
                missing.push(format!("{}:{line} {key} without {absent:?}", source.path));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Every place where a key is said outright: the key, the line, and the names of the arguments given.
fn spoken(source: &Source) -> Vec<(&str, usize, BTreeSet<&str>)> {
    let mut found = Vec::new();
    for (name, key_at) in [("say!", 1), ("text", 0), ("refused_with", 0), ("refused", 0)] {
        for call in source.calls(name) {
            let Some(key) = call.get(key_at).and_then(|range| whole_literal(source, range)) else { continue };
            // Other things have a `text` too.
            if name == "text" && !key.contains('-') {
                continue;
            }
            let rest = &call[key_at + 1..];
            let given = if name == "say!" { assigned(source, rest) } else { paired(source, rest) };
            found.push((key, source.line(call[key_at].start), given));
        }
    }
    found
}

/// The literal an argument consists of, if it is one and nothing else.
fn whole_literal<'a>(source: &'a Source, range: &Range<usize>) -> Option<&'a str> {
    source.text[range.clone()].trim().strip_prefix('"')?.strip_suffix('"').filter(|text| !text.contains('"'))
}

/// The names before `=`, or the whole argument where it is a name alone.
fn assigned<'a>(source: &'a Source, rest: &[Range<usize>]) -> BTreeSet<&'a str> {
    rest.iter().map(|range| source.text[range.clone()].trim()).map(|text| &text[..word_length(text)]).collect()
}

/// The literals that open a pair: `("name", …)`, not the argument of a call.
fn paired<'a>(source: &'a Source, rest: &[Range<usize>]) -> BTreeSet<&'a str> {
    let inside = |string: &&Range<usize>| rest.iter().any(|range| range.contains(&string.start));
    let opens = |string: &&Range<usize>| {
        let before = source.code[..string.start - 1].trim_end().strip_suffix('(');
        before.is_some_and(|before| !before.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_'))
    };
    source.strings.iter().filter(inside).filter(opens).map(|string| &source.text[string.clone()]).collect()
}

#[test]
fn the_scan_sees_keys_and_arguments_however_they_are_said() {
    let source = Source::new(
        "src/a.rs",
        "say!(l, \"a-b\", code, n = f(\"x\", 1)); refused_with(\"c-d\", vec![(\"name\", g(\"y\"))]); \
         l.text(\n \"e-f\", &[(\"unit\", u), (\"time\", t)]); l.text(key, &[]); refused(\"g-h\")",
    );
    let found: Vec<_> = spoken(&source).into_iter().map(|(key, _, given)| (key, Vec::from_iter(given))).collect();
    assert_eq!(
        found,
        [("a-b", vec!["code", "n"]), ("e-f", vec!["time", "unit"]), ("c-d", vec!["name"]), ("g-h", vec![]),]
    );
    assert_eq!(arguments("{ $a } và { $b_c ->"), BTreeSet::from(["a", "b_c"]));
}
