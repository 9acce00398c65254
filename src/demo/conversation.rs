//! Talking to the service as a person does: say or choose something, and read what comes back.

use std::time::Duration;

use anyhow::Context as _;

use super::Demo;
use super::places::Network;
use super::stage::Line;

/// How long a reply may take. Nothing in the story waits this long; it only keeps a fault from hanging for ever.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the chat is looked at.
const GLANCE: Duration = Duration::from_millis(15);

impl Demo {
    /// Where a person of the staff talks to the service.
    fn home(&self, person: &str) -> anyhow::Result<(Network, &str)> {
        let home = self.staff.iter().find(|(known, _)| *known == person).map(|(_, home)| *home);
        let home = home.with_context(|| format!("{person} is not of the staff"))?;
        Ok((home, self.places.account(home, person)?))
    }

    /// Says something in private and gives the first reply that contains `expected`.
    pub(super) async fn say(&self, person: &str, text: &str, expected: &str) -> anyhow::Result<Line> {
        let (network, account) = self.home(person)?;
        let seen = self.stage.chat(network, account).len();
        self.stage.say(network, account, text)?;
        self.reply(person, seen, expected).await.with_context(|| format!("{person} said: {text}"))
    }

    /// Waits for a message about `subject` that offers a choice, makes it by button or number, and gives the first reply
    /// that contains `expected`.
    pub(super) async fn choose(
        &self,
        person: &str,
        subject: &str,
        words: &str,
        expected: &str,
    ) -> anyhow::Result<Line> {
        let (network, account) = self.home(person)?;
        let find = || {
            let chat = self.stage.chat(network, account);
            let about = chat.into_iter().rev().filter(|line| line.ours && line.text.contains(subject));
            about.into_iter().find_map(|line| line.choice(words))
        };
        let what = format!("a choice \"{words}\" about \"{subject}\" for {person}");
        let choice = self.wait_for(person, &what, find).await?;
        let seen = self.stage.chat(network, account).len();
        self.stage.choose(network, account, &choice)?;
        self.reply(person, seen, expected).await.with_context(|| format!("{person} chose: {words}"))
    }

    /// Sends a document in private, or, where the chat takes none, puts it on the page that the service names.
    pub(super) async fn send_file(&self, person: &str, name: &str, content: Vec<u8>) -> anyhow::Result<Line> {
        let (network, account) = self.home(person)?;
        let mut seen = self.stage.chat(network, account).len();
        if !self.stage.send_file(network, account, name, content.clone())? {
            let asked = self.say(person, "/vanban", "/gui/").await?;
            let address = asked.text.split_whitespace().rfind(|word| word.contains("/gui/")).unwrap_or_default();
            seen = self.stage.chat(network, account).len();
            upload(address, name, content).await?;
        }
        self.reply(person, seen, "").await.with_context(|| format!("{person} sent: {name}"))
    }

    async fn reply(&self, person: &str, seen: usize, expected: &str) -> anyhow::Result<Line> {
        let (network, account) = self.home(person)?;
        let find = || {
            let news = self.stage.chat(network, account).into_iter().skip(seen);
            news.into_iter().find(|line| line.ours && line.text.contains(expected))
        };
        self.wait_for(person, &format!("a reply with \"{expected}\""), find).await
    }

    async fn wait_for<T>(&self, person: &str, what: &str, find: impl Fn() -> Option<T>) -> anyhow::Result<T> {
        let look_and_find = || {
            self.look();
            find()
        };
        if let Some(found) = eventually(look_and_find).await {
            // What came between the last look and the find is shown before anything is said to it.
            self.look();
            return Ok(found);
        }
        let (network, account) = self.home(person)?;
        let chat = self.stage.transcript(network, account);
        anyhow::bail!("waited in vain for {what}. The chat of {person} so far:\n{chat}")
    }
}

/// Looks until there is something to see; none when there never is.
pub(super) async fn eventually<T>(find: impl Fn() -> Option<T>) -> Option<T> {
    let search = async {
        loop {
            if let Some(found) = find() {
                return found;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::time::timeout(PATIENCE, search).await.ok()
}

/// Fills in the page for documents, as a browser does.
async fn upload(address: &str, name: &str, content: Vec<u8>) -> anyhow::Result<()> {
    let part = reqwest::multipart::Part::bytes(content).file_name(name.to_owned());
    let form = reqwest::multipart::Form::new().part("tep", part);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client.post(address).multipart(form).send().await.context("the page for documents")?;
    anyhow::ensure!(answer.status().is_success(), "the page for documents answered {}", answer.status());
    Ok(())
}
