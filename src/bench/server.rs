//! The server of a run: the sandbox in a process of its own, or one that runs already.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::commune::{self, GATEWAY};
use super::sending::SENT;
use crate::domain::org::import::OrgFile;
use crate::platform::http_client;

/// Time to connect to a server.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for a whole call.
const TOTAL: Duration = Duration::from_secs(30);

/// What the server does to those who call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Whether the published limits hold, without tolerance.
    pub strict: bool,
    /// How long an answer takes, in milliseconds.
    pub answer_ms: u64,
}

/// A server that takes what is sent.
#[derive(Debug)]
pub struct Server {
    /// Its address.
    pub url: String,
    /// A bot's token.
    pub token: String,
    /// The account's section in the settings, by key.
    pub account: BTreeMap<String, String>,
    /// Ends with this; none where somebody else started it.
    child: Option<Child>,
    client: reqwest::Client,
}

/// Lets people act in the sandbox.
#[derive(Debug, Clone)]
pub struct Hand {
    url: String,
    client: reqwest::Client,
}

impl Hand {
    /// Somebody does something.
    ///
    /// # Errors
    /// The server does not answer, or nobody can do that.
    pub async fn act(&self, verb: &str, what: &serde_json::Value) -> anyhow::Result<()> {
        let done = self.client.post(format!("{}/sandbox/{verb}", self.url)).json(what).send().await?;
        let (is_done, words) = (done.status().is_success(), done.text().await?);
        anyhow::ensure!(is_done, "the sandbox refuses to {verb}: {words}");
        Ok(())
    }
}

/// One message that the server accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    /// What was done: `sent`, `edited`, `deleted`; where nothing else can be done nothing is said of it.
    #[serde(default = "sent")]
    pub act: String,
    /// Where, as the platform names it.
    #[serde(deserialize_with = "named")]
    pub chat: String,
    /// Its text, or the caption.
    pub text: String,
    /// Its file.
    #[serde(default)]
    pub file: Option<String>,
    /// When, in milliseconds of the machine's time.
    pub at_ms: i64,
}

impl Accepted {
    /// Whether it stands in a group on Telegram, where their ids are negative (Telegram Bot API, Chat.id).
    #[must_use]
    pub fn is_in_supergroup(&self) -> bool {
        self.chat.starts_with('-')
    }
}

fn sent() -> String {
    SENT.to_owned()
}

/// A chat's id: a number on one platform, a text on the others.
fn named<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    })
}

#[derive(Debug, Default, Deserialize)]
struct Counts {
    refused_429: BTreeMap<String, u64>,
}

impl Server {
    /// Starts the sandbox with a commune of so many villages. What it writes lies in `folder`.
    ///
    /// # Errors
    /// The folder cannot be written; the sandbox does not start.
    pub async fn start(folder: &Path, villages: u32, manner: Manner) -> anyhow::Result<Self> {
        Ok(Self::playing(folder, &commune::organisation(villages)?, GATEWAY, manner).await?.0)
    }

    /// The same with a commune whose groups are on this gateway; gives it with the ids of chats and accounts.
    ///
    /// # Errors
    /// As for [`Server::start`].
    pub async fn playing(
        folder: &Path,
        commune: &OrgFile,
        gateway: &str,
        manner: Manner,
    ) -> anyhow::Result<(Self, OrgFile)> {
        let (org, faults, bound) = (folder.join("commune.toml"), folder.join("faults.json"), folder.join("bound.toml"));
        std::fs::write(&org, toml::to_string(commune)?)?;
        let delay = |method: &str| serde_json::json!({ "method": method, "times": 0, "kind": { "what": "delay", "ms": manner.answer_ms } });
        let delay = serde_json::json!([delay("sendMessage"), delay("sendDocument")]);
        let armed = if manner.answer_ms == 0 { serde_json::json!([]) } else { delay };
        std::fs::write(&faults, serde_json::to_vec(&armed)?)?;
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let mut child = Command::new(program)
            .args(["sandbox", "--limits", if manner.strict { "strict" } else { "off" }, "--commune"])
            .arg(&org)
            .arg("--faults")
            .arg(&faults)
            .arg("--write-org")
            .arg(&bound)
            // The address of the sandbox started last stands there: not this one's, for those who look for theirs.
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the sandbox does not start")?;
        let account = greeting(child.stdout.as_mut().context("the sandbox has no output")?, gateway).await?;
        let key = |key: &str| account.get(key).cloned().unwrap_or_default();
        let (url, token, client) = (key("api_url"), key("token"), http_client(CONNECT, TOTAL)?);
        let bound = commune::parsed(&std::fs::read_to_string(&bound)?)?;
        Ok((Self { url, token, account, child: Some(child), client }, bound))
    }

    /// A server that runs already.
    ///
    /// # Errors
    /// No client can be made.
    pub fn named(url: &str, token: &str) -> anyhow::Result<Self> {
        let client = http_client(CONNECT, TOTAL)?;
        let (url, token) = (url.trim_end_matches('/').to_owned(), token.to_owned());
        let account = [("platform", "telegram"), ("api_url", &url), ("token", &token)];
        let account = account.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Ok(Self { url, token, account, child: None, client })
    }

    /// Whether this is the sandbox, which tells what it accepted.
    #[must_use]
    pub const fn tells(&self) -> bool {
        self.child.is_some()
    }

    /// Everything accepted so far, in order; none where the server does not tell.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn accepted(&self) -> anyhow::Result<Option<Vec<Accepted>>> {
        if !self.tells() {
            return Ok(None);
        }
        Ok(Some(self.client.get(format!("{}/sandbox/sent", self.url)).send().await?.json().await?))
    }

    /// Lets somebody say something to the bot in private.
    ///
    /// # Errors
    /// The server does not answer, or is not the sandbox.
    pub async fn say(&self, person: i64, text: &str) -> anyhow::Result<()> {
        let said = serde_json::json!({ "person": person.to_string(), "text": text });
        self.client.post(format!("{}/sandbox/say", self.url)).json(&said).send().await?.error_for_status()?;
        Ok(())
    }

    /// Whoever lets people act in the sandbox.
    #[must_use]
    pub fn hand(&self) -> Hand {
        Hand { url: self.url.clone(), client: self.client.clone() }
    }

    /// How long it took until each update that was polled was confirmed, in milliseconds.
    ///
    /// # Errors
    /// The server does not answer, or is not the sandbox.
    pub async fn confirmed_after_ms(&self) -> anyhow::Result<Vec<i64>> {
        Ok(self.client.get(format!("{}/sandbox/confirmed", self.url)).send().await?.json().await?)
    }

    /// Calls refused because they came too fast; none where the server does not tell.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn refused(&self) -> anyhow::Result<Option<u64>> {
        if !self.tells() {
            return Ok(None);
        }
        let counts: Counts = self.client.get(format!("{}/sandbox/counts", self.url)).send().await?.json().await?;
        Ok(Some(counts.refused_429.values().sum()))
    }
}

/// The section of an account, from what the sandbox says first; what follows fits into the pipe.
async fn greeting(out: &mut ChildStdout, gateway: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut lines = BufReader::new(out).lines();
    let (mut account, mut here, mut said) = (BTreeMap::new(), false, Vec::new());
    while let Some(line) = lines.next_line().await? {
        if let Some(name) = line.strip_prefix("[gateways.") {
            here = name.trim_end_matches(']') == gateway;
        } else if let Some((key, value)) = line.split_once(" = ").filter(|_| here) {
            account.insert(key.to_owned(), value.trim_matches('"').to_owned());
        } else if line.is_empty() && !account.is_empty() {
            return Ok(account);
        }
        said.push(line);
    }
    anyhow::bail!("the sandbox ended before it told its address: {}", said.join("; "))
}
