//! Which program this is.

use std::sync::LazyLock;

/// The version of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, where whoever built it said so (`LOA_COMMIT`).
pub const COMMIT: &str = match option_env!("LOA_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// Both, for `loa --version`.
pub static BOTH: LazyLock<String> = LazyLock::new(|| format!("{VERSION} (commit {COMMIT})"));
