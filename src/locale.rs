//! Sentences for people: `config/locales/vi.ftl`, embedded, by key.
//!
//! Invariants: no invisible direction marks are put around arguments (they break copying of codes); numbers with a
//! fraction have a decimal comma; a key or argument that is missing shows as `{key}` in a release and stops a debug build,
//! since it is a mistake of ours and every test should see it. Used by whatever speaks to people: the desk, the engine's
//! cards and alerts, the pages and the reports. Errors and logs are English and do not come from here.

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource};

pub use fluent::FluentValue as Value;

pub use crate::say;

mod numbers;
#[cfg(test)]
mod tests;

pub use numbers::{decimal, grouped, padded, percent};

/// The sentences themselves.
pub const VIETNAMESE: &str = include_str!("../config/locales/vi.ftl");

/// Beginnings of keys that the code puts together with `format!`, so that the whole key stands nowhere as a literal:
/// the beginning, and what is put behind it. A test holds every other key to a literal in the code.
pub const COMPOSED_KEYS: &[(&str, &str)] =
    &[("not-found-", "what was looked for"), ("help-", "a command's name"), ("cmd-", "a command's name")];

/// The sentences of one language.
pub struct Locale {
    bundle: FluentBundle<FluentResource>,
}

impl Locale {
    /// Vietnamese, the only language so far. A sentence that cannot be read is left out, and a test sees it.
    #[must_use]
    pub fn vietnamese() -> Self {
        let (locale, problems) = Self::from_source(VIETNAMESE);
        debug_assert!(problems.is_empty(), "vi.ftl: {problems:?}");
        locale
    }

    /// Reads sentences in Fluent syntax, with what could not be read or stands twice.
    #[must_use]
    pub fn from_source(source: &str) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, errors)| {
            problems.extend(errors.iter().map(ToString::to_string));
            resource
        });
        let language = "vi".parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Off: the marks U+2066 to U+2069 would travel with every copied code.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(numbers::format_value));
        if let Err(errors) = bundle.add_resource(resource) {
            problems.extend(errors.iter().map(ToString::to_string));
        }
        (Self { bundle }, problems)
    }

    /// The sentence of `key` with its arguments filled in; [`say!`](crate::say) is the short way to call it.
    #[must_use]
    pub fn text(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.render(key, args).unwrap_or_else(|problem| {
            debug_assert!(problem.is_empty(), "locale key `{key}`: {problem}");
            tracing::error!(key, problem, "a sentence cannot be said");
            format!("{{{key}}}")
        })
    }

    /// The sentence, or what is wrong with the key or its arguments.
    ///
    /// # Errors
    /// There is no such key, or it asks for an argument that was not given.
    pub fn render(&self, key: &str, args: &[(&str, Value<'_>)]) -> Result<String, String> {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value()).ok_or("there is no such key")?;
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => Err(error.to_string()),
        }
    }

    /// Whether there is a sentence for `key`.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locale").finish_non_exhaustive()
    }
}

/// A sentence by key: `say!(locale, "status-sent", code = &code, groups = 24)`. An argument may be a text (`&str`,
/// `String`, `&String`) or a number; `code` alone means `code = &code`.
#[macro_export]
macro_rules! say {
    ($locale:expr, $key:expr $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $locale.text($key, &[$((stringify!($name), $crate::say!(@value $name $(= $value)?))),*])
    };
    (@value $name:ident) => { $crate::locale::Value::from(&$name) };
    (@value $name:ident = $value:expr) => { $crate::locale::Value::from($value) };
}
