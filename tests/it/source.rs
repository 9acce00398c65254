//! Reads the tree as text: which parts of a Rust file are code, which are comments, strings and tests.
//!
//! Not a parser. It knows just enough of the language (nested comments, raw strings, lifetimes against characters) for
//! the rules of the house to be checked on every file, and keeps byte offsets, so that a finding can be looked up.

use std::fs;
use std::ops::Range;
use std::path::Path;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One Rust file.
pub struct Source {
    /// Relative to the package, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// The same length, with comments and the insides of strings blanked.
    pub code: String,
    /// String literals: where their insides are.
    pub strings: Vec<Range<usize>>,
}

impl Source {
    /// Reads a text as Rust.
    pub fn new(path: &str, text: &str) -> Self {
        let (mut code, mut strings) = (text.as_bytes().to_vec(), Vec::new());
        let mut at = 0;
        while at < text.len() {
            let piece = piece(text, at);
            if let Some(inside) = piece.blank {
                blank(&mut code, inside.clone());
                strings.extend(piece.is_string.then_some(inside));
            }
            at = piece.end;
        }
        let code = String::from_utf8(code).unwrap();
        Self { path: path.to_owned(), text: text.to_owned(), code, strings }
    }

    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    /// The file without what stands under `#[cfg(test)]`.
    pub fn without_tests(mut self) -> Self {
        while let Some(start) = self.code.find("#[cfg(test)]") {
            let end = item_end(&self.code, start);
            let mut code = self.code.into_bytes();
            blank(&mut code, start..end);
            self.code = String::from_utf8(code).unwrap();
            self.strings.retain(|string| !(start..end).contains(&string.start));
        }
        self
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// The string literals that are not test code, as they are written.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.strings.iter().map(|string| &self.text[string.clone()])
    }

    /// The arguments of every call `name(…)`, each as the range of its text.
    pub fn calls(&self, name: &str) -> Vec<Vec<Range<usize>>> {
        let opening = format!("{name}(");
        let starts = self.code.match_indices(&opening).filter(|(at, _)| !follows_a_word(&self.code, *at));
        starts.map(|(at, _)| arguments(&self.code, at + opening.len())).collect()
    }
}

/// Every file below a folder whose name ends with one of the endings, sorted by path.
pub fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

/// Every Rust file below a folder.
pub fn rust(folder: &str) -> Vec<Source> {
    files(folder, &[".rs"]).iter().map(|(path, text)| Source::new(path, text)).collect()
}

/// Every Rust file below `src`, without test code.
pub fn product() -> Vec<Source> {
    rust("src").into_iter().filter(|source| !source.is_test()).map(Source::without_tests).collect()
}

/// Every Rust file of the other crates of the workspace, without test code.
pub fn crates() -> Vec<Source> {
    rust("crates").into_iter().filter(|source| !source.is_test()).map(Source::without_tests).collect()
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(&path, endings, found);
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push((relative(&path), fs::read_to_string(&path).unwrap()));
        }
    }
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

fn blank(code: &mut [u8], range: Range<usize>) {
    for byte in &mut code[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// A stretch of text: where it ends, what of it is not code, and whether that is a string.
struct Piece {
    end: usize,
    blank: Option<Range<usize>>,
    is_string: bool,
}

fn piece(text: &str, at: usize) -> Piece {
    let rest = &text[at..];
    let plain = |width| Piece { end: at + width, blank: None, is_string: false };
    if rest.starts_with("//") {
        let end = at + rest.find('\n').unwrap_or(rest.len());
        return Piece { end, blank: Some(at..end), is_string: false };
    }
    if rest.starts_with("/*") {
        let end = at + comment_length(rest);
        return Piece { end, blank: Some(at..end), is_string: false };
    }
    if let Some((open, close)) = raw_string(text, at) {
        let inside = at + open;
        let end = text[inside..].find(&close).map_or(text.len(), |length| inside + length);
        return Piece { end: (end + close.len()).min(text.len()), blank: Some(inside..end), is_string: true };
    }
    match rest.chars().next() {
        Some('"') => {
            let end = at + 1 + quoted_length(&rest[1..], '"');
            Piece { end: (end + 1).min(text.len()), blank: Some(at + 1..end), is_string: true }
        }
        Some('\'') => match character_length(&rest[1..]) {
            Some(length) => Piece { end: at + length + 2, blank: Some(at + 1..at + 1 + length), is_string: false },
            None => plain(1),
        },
        Some(other) => plain(other.len_utf8()),
        None => plain(1),
    }
}

/// The length of a comment, with the comments inside it.
fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let step = if text[at..].starts_with("/*") {
            depth += 1;
            2
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            2
        } else {
            text[at..].chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// `r"`, `r#"`, `br#"`: the length of the opening and the closing that belongs to it.
fn raw_string(text: &str, at: usize) -> Option<(usize, String)> {
    let rest = text[at..].strip_prefix('b').unwrap_or(&text[at..]).strip_prefix('r')?;
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let is_string = rest[hashes..].starts_with('"') && !follows_a_word(text, at);
    let open = text.len() - at - rest.len() + hashes + 1;
    is_string.then(|| (open, format!("\"{}", "#".repeat(hashes))))
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            sign if sign == quote => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal behind its `'`; none for a lifetime.
fn character_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first == '\\' {
        return Some(quoted_length(text, '\''));
    }
    text[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8())
}

fn follows_a_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
}

/// Where the item that begins at `start` ends: at its `;` or behind its block.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The ranges between the commas of a call whose `(` ends at `start`.
fn arguments(code: &str, start: usize) -> Vec<Range<usize>> {
    let (mut depth, mut from, mut found) = (0_usize, start, Vec::new());
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => {
                found.push(from..at);
                return found;
            }
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                found.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn comments_strings_characters_and_lifetimes_are_told_apart() {
    let source = Source::new(
        "src/a.rs",
        "fn a<'x>(s: &'x str) { /* \" /* nested */ */ let c = '\"'; // it's\n b(r#\"raw \" {\"#, \"\\\" {\", 'é') }",
    );
    assert_eq!(source.literals().collect::<Vec<_>>(), ["raw \" {", "\\\" {"]);
    assert_eq!(source.code.matches('{').count(), 1);
    assert_eq!(source.code.matches('}').count(), 1);
    assert_eq!(source.code.len(), source.text.len());
}

#[test]
fn what_stands_under_cfg_test_is_not_product_code() {
    let text = "#[cfg(test)]\nmod tests;\nfn a() { b(\"kept\") }\n#[cfg(test)]\nmod more {\n fn c() { d(\"gone\") }\n}\nfn e() {}";
    let source = Source::new("src/a.rs", text).without_tests();
    assert_eq!(source.literals().collect::<Vec<_>>(), ["kept"]);
    assert!(source.code.contains("fn a()") && source.code.contains("fn e()") && !source.code.contains("fn c()"));
}

#[test]
fn the_arguments_of_a_call_are_split_at_its_own_commas() {
    let source = Source::new("src/a.rs", "essay!(x); say!(locale, \"a, b\", n = f(1, 2), m)");
    let calls = source.calls("say!");
    let texts: Vec<_> = calls[0].iter().map(|range| source.text[range.clone()].trim()).collect();
    assert_eq!((calls.len(), texts), (1, vec!["locale", "\"a, b\"", "n = f(1, 2)", "m"]));
}
