//! The small files that hold the addresses of the sandbox started last, one for each platform it plays.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use reqwest::Url;

use crate::cli::input;

/// No address is longer, in bytes.
const LONGEST: u64 = 200;

/// Which stand-in is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Played {
    /// The Telegram Bot API.
    Telegram,
    /// The Zalo Bot Platform.
    ZaloBot,
    /// The Official Account API.
    ZaloOa,
}

impl Played {
    /// All of them, in the order in which a name is looked for.
    pub const ALL: [Self; 3] = [Self::Telegram, Self::ZaloBot, Self::ZaloOa];

    /// The word by which a stand-in names itself, and a settings file its platform.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::ZaloBot => "zalo_bot",
            Self::ZaloOa => "zalo_oa",
        }
    }

    fn path(self) -> PathBuf {
        std::env::temp_dir().join(match self {
            Self::Telegram => "loa-sandbox.url",
            Self::ZaloBot => "loa-sandbox-zalo-bot.url",
            Self::ZaloOa => "loa-sandbox-zalo-oa.url",
        })
    }
}

/// Keeps the address of a running sandbox. The file is made anew: one that somebody else laid there is not written through.
///
/// # Errors
/// The file cannot be made.
pub fn keep(played: Played, url: &str) -> io::Result<()> {
    let path = played.path();
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(url.as_bytes())
}

/// Removes the file if it still holds this address.
pub fn forget(played: Played, url: &str) {
    if fs::read_to_string(played.path()).is_ok_and(|kept| kept == url) {
        let _ = fs::remove_file(played.path());
    }
}

/// Whether an address is kept.
pub(super) fn is_kept(played: Played) -> bool {
    played.path().exists()
}

/// The address meant: the one given, or the one kept.
///
/// # Errors
/// There is none, or it is not this machine's.
pub(super) fn find(played: Played, given: Option<&str>) -> anyhow::Result<String> {
    let url = match given {
        Some(url) => url.to_owned(),
        None => input::read_text(&played.path(), LONGEST)
            .ok()
            .context("no sandbox runs on this machine: start one with `loa sandbox`, or give --url")?,
    };
    let url = url.trim().trim_end_matches('/');
    anyhow::ensure!(is_here(url), "`{url}` is not a sandbox on this machine: it begins with http://127.0.0.1:");
    Ok(url.to_owned())
}

fn is_here(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    url.scheme() == "http" && loopback
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::address("http://127.0.0.1:8081", true)]
    #[case::slash("http://127.0.0.1:8081/", true)]
    #[case::name("http://localhost:8081", true)]
    #[case::elsewhere("http://10.0.0.1:8081", false)]
    #[case::looks_like_here("http://127.0.0.1.example.org", false)]
    #[case::nothing("", false)]
    #[case::file("file:///etc/passwd", false)]
    fn only_this_machine_is_talked_to(#[case] url: &str, #[case] here: bool) {
        assert_eq!(find(Played::Telegram, Some(url)).is_ok(), here);
    }
}
