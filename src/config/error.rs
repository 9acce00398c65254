//! What can be wrong with the settings. Each error prints as one sentence that names the place, the key and what to do,
//! and never quotes a value: people paste tokens into the wrong line.

use std::fmt;
use std::path::PathBuf;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The file embedded in the program.
    Default,
    /// The file named by `--config`.
    File(PathBuf),
    /// This variable of the environment.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the embedded default.toml"),
            Self::File(path) => write!(f, "config file {}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// The settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` is not there.
    #[error("config file {} does not exist: create it, for example from config/example.toml, or correct --config", .0.display())]
    Missing(PathBuf),
    /// The file is there and cannot be read.
    #[error("config file {} cannot be read ({reason}): it must be a UTF-8 text file that this user may read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file is not TOML.
    #[error("config file {}, line {line}, column {column} is not valid TOML ({message}): correct that line", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What the parser missed; holds none of the file's text.
        message: String,
    },
    /// A variable starts with `LOA__` and names no setting.
    #[error("environment variable {0} names no setting: write LOA__SECTION__KEY, for example LOA__HTTP__LISTEN")]
    Variable(String),
    /// One setting is wrong.
    #[error("`{key}` in {origin} {problem}")]
    Setting {
        /// Dotted path, for example `gateways.telegram.token`.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// What is wrong and what to do.
        problem: Problem,
    },
}

/// What is wrong with one setting; continues the sentence "`key` in … ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such setting.
    #[error("is not a setting: remove it or use {known}")]
    Unknown {
        /// The settings there are, as the parser lists them.
        known: String,
    },
    /// It has to be given.
    #[error("is missing: add it")]
    Missing,
    /// A value of another type or outside its range.
    #[error("must be {expected}")]
    Value {
        /// What it must be.
        expected: String,
    },
    /// The reader's own words.
    #[error("cannot be used ({reason}): correct it, default.toml shows the form")]
    Refused {
        /// What the reader of that setting says.
        reason: String,
    },
    /// A gateway name with other characters.
    #[error("has a name that cannot be used: write 1 to 32 of a-z, 0-9, - and _")]
    GatewayName,
    /// A platform nobody here speaks to.
    /// The word itself may be a token put in the wrong place and is not repeated.
    #[error("is no known platform: use one of {known}")]
    UnknownPlatform {
        /// The words known, comma-separated.
        known: String,
    },
    /// A key that only another platform has.
    #[error("does not belong to the platform {platform}: remove it, default.toml lists the keys of each platform")]
    ForeignKey {
        /// The platform of this gateway.
        platform: &'static str,
    },
    /// Updates of this platform cannot be asked for.
    #[error("cannot be polling: {platform} has no call for updates and posts them to a public address, so use webhook")]
    CannotPoll {
        /// The platform of this gateway.
        platform: &'static str,
    },
    /// More than one source for one secret.
    #[error("stands beside {others}: keep exactly one of {key}, {key}_file and {key}_env")]
    SeveralTokens {
        /// The secret.
        key: &'static str,
        /// The other sources given.
        others: String,
    },
    /// No source for the token.
    #[error("gives no token: add exactly one of token, token_file and token_env")]
    NoToken,
    /// No source for another secret that is needed.
    #[error("is missing: add exactly one of {key}, {key}_file and {key}_env")]
    NoSecret {
        /// The secret.
        key: &'static str,
    },
    /// The token is there and empty.
    #[error("leads to an empty token: put the token the platform gave you there")]
    EmptyToken,
    /// The token holds characters that cannot stand in a URL, so it was copied wrongly.
    #[error(
        "leads to a text that is no token (it has spaces, line breaks or other signs inside): copy the token again, alone"
    )]
    MalformedToken,
    /// The token file cannot be read.
    #[error("names a token file {} that cannot be read ({reason}): correct the path or its permissions", .path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The variable that should hold the token is not set.
    #[error("names the environment variable {name}, which is not set: set it or use {key}_file")]
    TokenVariable {
        /// The secret.
        key: &'static str,
        /// The variable.
        name: String,
    },
    /// Not an address of a platform's API.
    #[error("must be the base URL of the platform's API, https:// with nothing behind the path")]
    BadUrl,
    /// Tokens are part of the URL and would travel readable.
    #[error("is a plain http:// address of another machine and would send the token readable by anybody: use https://")]
    PlainHttp,
    /// Telegram is off unless somebody answers for it.
    #[error(
        "must say why Telegram is used and who decided it, because it is off by default in Việt Nam: \
         write one sentence, or remove the gateway"
    )]
    ReasonNeeded,
    /// Two settings contradict each other.
    #[error("must be greater than `{0}`: raise it or lower the other")]
    NotGreater(&'static str),
}

/// Something that works and should be mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Other users of the machine can read a token.
    #[error("{} holds a token and every user of this machine can read it: run chmod 600 on it", .0.display())]
    ReadableByAll(PathBuf),
}
