//! The one place a secret of a gateway comes from: the settings themselves, a file, or a variable.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Place;
use crate::config::error::{ConfigError, Problem, Warning};
use crate::config::secret::Secret;

/// Longer than any platform's token; a longer file is not a token file.
const TOKEN_FILE_BYTES: u64 = 4_096;

/// What stands under `KEY`, `KEY_file` and `KEY_env`.
pub(super) struct Given {
    pub(super) key: &'static str,
    pub(super) inline: Option<Secret>,
    pub(super) file: Option<PathBuf>,
    pub(super) variable: Option<String>,
}

impl Given {
    /// The keys that are set.
    pub(super) fn keys(&self) -> Vec<String> {
        let forms = [("", self.inline.is_some()), ("_file", self.file.is_some()), ("_env", self.variable.is_some())];
        let set = forms.into_iter().filter(|(_, set)| *set);
        set.map(|(ending, _)| format!("{}{ending}", self.key)).collect()
    }

    /// The secret; none when no source is given. A source that yields nothing is an error kept for whoever asks for it.
    ///
    /// # Errors
    /// More than one source.
    pub(super) fn read(
        self,
        place: &Place<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Result<Secret, ConfigError>>, ConfigError> {
        let mut keys = self.keys();
        let Some(key) = keys.pop() else { return Ok(None) };
        if !keys.is_empty() {
            let problem = Problem::SeveralTokens { key: self.key, others: keys.join(" and ") };
            return Err(place.error(&key, problem));
        }
        let in_url = self.key == "token";
        let text = self.text(place, warnings).and_then(|text| clean(&text, in_url));
        Ok(Some(text.map_err(|problem| place.error(&key, problem))))
    }

    fn text(self, place: &Place<'_>, warnings: &mut Vec<Warning>) -> Result<Secret, Problem> {
        if let Some(secret) = self.inline {
            let file = place.layers.file_of(&format!("{}.{}", place.section, self.key));
            warnings.extend(file.as_deref().and_then(readable_by_all));
            return Ok(secret);
        }
        if let Some(path) = self.file {
            return read_file(&path).inspect(|_| warnings.extend(readable_by_all(&path)));
        }
        let name = self.variable.unwrap_or_default();
        let value = place.env.get(&name).map(|value| Secret::new(value));
        value.ok_or(Problem::TokenVariable { key: self.key, name })
    }
}

fn read_file(path: &Path) -> Result<Secret, Problem> {
    let refuse = |reason: String| Problem::TokenFile { path: path.to_owned(), reason };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    file.take(TOKEN_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| refuse(error.to_string()))?;
    if text.len() as u64 > TOKEN_FILE_BYTES {
        return Err(refuse("too long for a token".to_owned()));
    }
    Ok(Secret::new(&text))
}

/// Trims, and refuses what cannot stand in a header; in a bot's token also what cannot stand in the path of a URL.
fn clean(text: &Secret, in_url: bool) -> Result<Secret, Problem> {
    let trimmed = text.expose().trim();
    let fits = |byte: u8| byte.is_ascii_graphic() && !(in_url && b"/?#%\\\"'".contains(&byte));
    match (trimmed.is_empty(), trimmed.bytes().all(fits)) {
        (true, _) => Err(Problem::EmptyToken),
        (false, false) => Err(Problem::MalformedToken),
        (false, true) => Ok(Secret::new(trimmed)),
    }
}

#[cfg(unix)]
fn readable_by_all(path: &Path) -> Option<Warning> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = path.metadata().ok()?.permissions().mode();
    (mode & 0o004 != 0).then(|| Warning::ReadableByAll(path.to_owned()))
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) -> Option<Warning> {
    None
}
