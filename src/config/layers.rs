//! The three layers of settings, merged into one tree that still knows where each key came from.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::DEFAULT_TOML;
use super::error::{ConfigError, Origin, Problem};

/// What a variable of ours begins with. A single underscore (`LOA_…`) is left to other uses.
const PREFIX: &str = "LOA__";

/// Settings whose table holds one key that says which kind it is: another kind replaces the whole table.
const CHOICES: [&str; 2] = ["ack_window", "reminders"];

/// Default ← file ← environment.
pub(super) struct Layers {
    file: Option<(PathBuf, Table)>,
    /// Dotted key → the variable that set it.
    variables: BTreeMap<String, String>,
    merged: Table,
}

impl Layers {
    /// Reads the file, picks our variables and merges.
    pub(super) fn collect(file: Option<&Path>, env: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut merged = parse(Path::new("default.toml"), DEFAULT_TOML)?;
        let file = file.map(|path| read(path).map(|table| (path.to_owned(), table))).transpose()?;
        if let Some((_, table)) = &file {
            merge(&mut merged, table.clone());
        }
        let (table, variables) = from_environment(env)?;
        merge(&mut merged, table);
        Ok(Self { file, variables, merged })
    }

    /// Reads the merged tree as `T`. A variable is text; where a text does not fit it is tried as a whole number.
    pub(super) fn decode<T: DeserializeOwned>(&mut self) -> Result<T, ConfigError> {
        loop {
            let error = match Value::Table(self.merged.clone()).try_into() {
                Ok(tree) => return Ok(tree),
                Err(error) => error,
            };
            let path = self.existing(path_of(&error));
            if !self.read_as_number(&path) {
                return Err(self.explain(&path, error.message()));
            }
        }
    }

    /// Turns the texts that variables set at `path` or below into numbers; false when there is none left to turn.
    fn read_as_number(&mut self, path: &str) -> bool {
        let mut turned = false;
        for key in self.variables.keys().filter(|key| *key == path || is_below(key, path)) {
            let Some(value) = find_mut(&mut self.merged, key) else { continue };
            if let Some(number) = value.as_str().and_then(|text| text.trim().parse().ok()) {
                *value = Value::Integer(number);
                turned = true;
            }
        }
        turned
    }

    /// A problem with one key, with the place it came from.
    pub(super) fn error(&self, key: &str, problem: Problem) -> ConfigError {
        ConfigError::Setting { key: key.to_owned(), origin: self.origin(key), problem }
    }

    /// Which layer decided `key`: the last one that sets it or something in it.
    pub(super) fn origin(&self, key: &str) -> Origin {
        let inside = |name: &str| name == key || is_below(name, key) || is_below(key, name);
        if let Some((_, variable)) = self.variables.iter().find(|(name, _)| inside(name)) {
            return Origin::Variable(variable.clone());
        }
        match &self.file {
            Some((path, table)) if holds(table, key) => Origin::File(path.clone()),
            _ => Origin::Default,
        }
    }

    /// The file, when it is the layer that decided `key`.
    pub(super) fn file_of(&self, key: &str) -> Option<PathBuf> {
        match self.origin(key) {
            Origin::File(path) => Some(path),
            Origin::Default | Origin::Variable(_) => None,
        }
    }

    /// The nearest part of the path that is there: the reader leaves the kind of a choice out of its path.
    fn existing(&self, mut path: String) -> String {
        while !path.is_empty() && find(&self.merged, &path).is_none() {
            path.truncate(path.rfind('.').unwrap_or(0));
        }
        path
    }

    fn explain(&self, path: &str, message: &str) -> ConfigError {
        if let Some((field, known)) = quoted(message, "unknown field `") {
            let known = known.strip_prefix(", expected ").unwrap_or("another name").to_owned();
            return self.error(&join(path, field), Problem::Unknown { known });
        }
        if let Some((field, _)) = quoted(message, "missing field `") {
            let origin = self.origin(path);
            return ConfigError::Setting { key: join(path, field), origin, problem: Problem::Missing };
        }
        let value = find(&self.merged, path).and_then(Value::as_str);
        self.error(path, problem(message, value))
    }
}

/// What was expected, or the reader's own words as long as they do not quote the value.
fn problem(message: &str, value: Option<&str>) -> Problem {
    let quotes = value.is_some_and(|value| !value.is_empty() && message.contains(value));
    let expected = match message.rsplit_once(", expected ") {
        Some((_, "u32")) => "a whole number, not negative",
        Some((_, expected)) if expected.starts_with("struct ") || expected == "a map" => "a table of settings",
        Some((_, expected)) => expected,
        None if quotes => "one of the values that default.toml explains",
        None => return Problem::Refused { reason: message.to_owned() },
    };
    Problem::Value { expected: expected.to_owned() }
}

/// The parser keeps the path to itself and prints it as a last line: in `a.b.c`.
fn path_of(error: &toml::de::Error) -> String {
    let printed = error.to_string();
    let last = printed.trim_end().lines().last().unwrap_or_default();
    last.strip_prefix("in `").and_then(|rest| rest.strip_suffix('`')).unwrap_or_default().to_owned()
}

/// Splits a message that quotes a name after `prefix` into the name and the rest.
fn quoted<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(prefix)?.split_once('`')
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

fn is_below(name: &str, ancestor: &str) -> bool {
    name.strip_prefix(ancestor).is_some_and(|rest| rest.starts_with('.'))
}

fn holds(table: &Table, key: &str) -> bool {
    match key.split_once('.') {
        None => table.contains_key(key),
        Some((head, rest)) => table.get(head).is_some_and(|value| match value {
            Value::Table(inner) => holds(inner, rest),
            // A plain value where a section should be: the mistake is here.
            _ => true,
        }),
    }
}

fn find<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((head, rest)) => find(table.get(head)?.as_table()?, rest),
    }
}

fn find_mut<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    match key.split_once('.') {
        None => table.get_mut(key),
        Some((head, rest)) => find_mut(table.get_mut(head)?.as_table_mut()?, rest),
    }
}

fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) if !CHOICES.contains(&key.as_str()) => merge(inner, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => ConfigError::Missing(path.to_owned()),
        _ => ConfigError::Unreadable { path: path.to_owned(), reason: error.to_string() },
    })?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| {
        // Not the error's own print: it quotes the line, and a token without quotation marks is a likely mistake.
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        let message = error.message().lines().next().unwrap_or("unreadable").to_owned();
        ConfigError::Syntax { path: path.to_owned(), line, column, message }
    })
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Our variables as a tree of texts, and which variable set which key.
fn from_environment(env: &BTreeMap<String, String>) -> Result<(Table, BTreeMap<String, String>), ConfigError> {
    let mut table = Table::new();
    let mut variables = BTreeMap::new();
    // The usual name of the log filter works too, below our own.
    if let Some(filter) = env.get("RUST_LOG").filter(|filter| !filter.is_empty()) {
        set(&mut table, &["log", "filter"], filter);
        variables.insert("log.filter".to_owned(), "RUST_LOG".to_owned());
    }
    for (name, value) in env {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let key = rest.to_ascii_lowercase().replace("__", ".");
        let segments: Vec<&str> = key.split('.').collect();
        let well_formed = segments.len() > 1 && !segments.iter().any(|segment| segment.is_empty());
        if !well_formed || !set(&mut table, &segments, value) {
            return Err(ConfigError::Variable(name.clone()));
        }
        variables.insert(key, name.clone());
    }
    Ok((table, variables))
}

/// Puts a text at the end of a path; false when a plain value is in the way.
fn set(table: &mut Table, path: &[&str], value: &str) -> bool {
    match path {
        [] => false,
        [last] => table.insert((*last).to_owned(), Value::String(value.to_owned())).is_none_or(|old| old.is_str()),
        [first, rest @ ..] => {
            let entry = table.entry((*first).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            entry.as_table_mut().is_some_and(|inner| set(inner, rest, value))
        }
    }
}
