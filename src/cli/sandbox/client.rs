//! Verbs that talk to a running sandbox over loopback HTTP.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::address::Played;
use super::{Verb, address, faults, zalo};
use crate::cli::input;
use crate::domain::text::fold;
use crate::platform::http_client;

/// The name that stands for the first bot, and for the private chat with it.
pub(super) const BOT: &str = "bot";
/// Largest file that can be sent, in bytes: 50 MB, the most a Telegram bot sends (Telegram Bot API, sendDocument).
const MAX_FILE_BYTES: u64 = 50 * 1024 * 1024;

/// A chat as the sandbox lists it.
pub(super) struct Chat<I = i64> {
    pub id: I,
    pub title: String,
    /// As it is printed: "supergroup, 3 members".
    pub kind: String,
}

/// Asks one running stand-in.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

/// Carries out one verb; gives what to print.
///
/// # Errors
/// One line: no sandbox answers, nobody of that name, or the sandbox's own reason.
pub(super) async fn act(verb: &Verb) -> anyhow::Result<String> {
    match zalo::act(verb).await? {
        Some(text) => Ok(text),
        None => on_telegram(verb).await,
    }
}

async fn on_telegram(verb: &Verb) -> anyhow::Result<String> {
    match verb {
        Verb::Say { person, chat, text, reply_to, target } => {
            let client = Client::new(target.url.as_deref())?;
            let (person, chat) = client.person_and_chat(person, chat).await?;
            let number = |id: &String| id.parse::<i64>().ok().with_context(|| format!("`{id}` is no message number"));
            let reply_to = reply_to.as_ref().map(number).transpose()?;
            let body = json!({ "person": person, "chat": chat, "text": text, "reply_to": reply_to });
            Ok(message(&client.post("say", &body).await?))
        }
        Verb::Press { person, chat, button, message, target } => {
            let client = Client::new(target.url.as_deref())?;
            let (person, chat) = client.person_and_chat(person, chat).await?;
            let body = json!({ "person": person, "chat": chat, "button": button, "message": message });
            client.post("press", &body).await.map(|_| "pressed\n".to_owned())
        }
        Verb::SendFile { person, chat, file, caption, target } => {
            let client = Client::new(target.url.as_deref())?;
            let place = client.person_and_chat(person, chat).await?;
            client.send_file(place, file, caption.as_deref()).await
        }
        Verb::Show { chat, target } => {
            let client = Client::new(target.url.as_deref())?;
            let id = client.chat(chat).await?;
            client.show(id).await
        }
        Verb::Chats { target } => {
            let chats = Client::new(target.url.as_deref())?.chats().await?;
            let line = |chat: &Chat| format!("{:>16}  {}  ({})\n", chat.id, chat.title, chat.kind);
            let mut text = chats.iter().map(line).collect::<Vec<_>>().concat();
            if target.url.is_none() && address::is_kept(Played::ZaloBot) {
                text.push_str(&zalo::chats(None).await?);
            }
            Ok(text)
        }
        Verb::Faults { file, target } => {
            let armed = faults(file)?;
            Client::new(target.url.as_deref())?.post("faults", &json!({ "faults": armed.telegram })).await?;
            let mut text = format!("{} faults armed\n", armed.telegram.len());
            if let Some(more) = armed.zalo_bot.filter(|_| target.url.is_none()) {
                text.push_str(&zalo::arm(None, &more).await?);
            }
            Ok(text)
        }
        Verb::Kick { chat, who, target } => kick(&Client::new(target.url.as_deref())?, chat, who).await,
        Verb::Migrate { chat, target } => {
            let client = Client::new(target.url.as_deref())?;
            let id = client.chat(chat).await?;
            let answer = client.post("migrate", &json!({ "chat": id })).await?;
            Ok(format!("{id} is now {}\n", answer["id"]))
        }
    }
}

/// A message's id; Zalo's are text.
pub(super) fn message(answer: &Value) -> String {
    let id = &answer["message_id"];
    format!("message {}\n", id.as_str().map_or_else(|| id.to_string(), str::to_owned))
}

async fn kick(client: &Client, chat: &str, who: &str) -> anyhow::Result<String> {
    let user = if who == BOT { client.bot().await? } else { client.person(who).await? };
    let id = client.chat(chat).await?;
    client.post("kick", &json!({ "chat": id, "user": user })).await?;
    Ok(format!("{user} is out of {id}\n"))
}

impl Client {
    fn new(url: Option<&str>) -> anyhow::Result<Self> {
        Self::of(Played::Telegram, url)
    }

    /// A client of the stand-in at `url`, or of the one of this platform that was started last.
    pub(super) fn of(played: Played, url: Option<&str>) -> anyhow::Result<Self> {
        let url = address::find(played, url)?;
        Ok(Self { http: http_client(Duration::from_secs(5), Duration::from_secs(20))?, url })
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> anyhow::Result<String> {
        let answer = request.send().await;
        let answer = answer.ok().with_context(|| {
            format!("no sandbox answers at {}: start one with `loa sandbox`, or give --url", self.url)
        })?;
        let well = answer.status().is_success();
        let text = answer.text().await.context("the sandbox stopped in the middle of its answer")?;
        if well {
            return Ok(text);
        }
        let error: Value = serde_json::from_str(&text).unwrap_or_default();
        anyhow::bail!("the sandbox refuses: {}", error["error"].as_str().unwrap_or("no reason given"))
    }

    pub(super) async fn post(&self, verb: &str, body: &Value) -> anyhow::Result<Value> {
        let text = self.answer(self.http.post(format!("{}/sandbox/{verb}", self.url)).json(body)).await?;
        serde_json::from_str(&text).context("this is no sandbox: its answer is not JSON")
    }

    pub(super) async fn info(&self) -> anyhow::Result<Value> {
        let text = self.answer(self.http.get(format!("{}/sandbox/info", self.url))).await?;
        serde_json::from_str(&text).context("this is no sandbox: its answer is not JSON")
    }

    pub(super) async fn show(&self, chat: impl Display) -> anyhow::Result<String> {
        self.answer(self.http.get(format!("{}/sandbox/show", self.url)).query(&[("chat", chat.to_string())])).await
    }

    pub(super) async fn send_file<I: Display>(
        &self,
        place: (I, I),
        file: &Path,
        caption: Option<&str>,
    ) -> anyhow::Result<String> {
        let bytes = input::read_bytes(file, MAX_FILE_BYTES)?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut query = vec![("person", place.0.to_string()), ("chat", place.1.to_string()), ("name", name)];
        query.extend(caption.map(|caption| ("caption", caption.to_owned())));
        let request = self.http.post(format!("{}/sandbox/send-file", self.url)).query(&query).body(bytes);
        let answer: Value = serde_json::from_str(&self.answer(request).await?).unwrap_or_default();
        Ok(message(&answer))
    }

    async fn bot(&self) -> anyhow::Result<i64> {
        self.info().await?["bots"][0].as_i64().context("this sandbox has no bot")
    }

    /// Every chat with its heading. A private chat stands under the id and the name of its person.
    async fn chats(&self) -> anyhow::Result<Vec<Chat>> {
        let info = self.info().await?;
        let mut ids: Vec<i64> = info["chats"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        ids.dedup();
        let mut chats = Vec::new();
        for id in ids {
            let (title, kind) = heading(&self.show(id).await?);
            chats.push(Chat { id, title, kind });
        }
        Ok(chats)
    }

    async fn person_and_chat(&self, person: &str, chat: &str) -> anyhow::Result<(i64, i64)> {
        let person = self.person(person).await?;
        let chat = if chat == BOT { self.bot().await? } else { self.chat(chat).await? };
        Ok((person, chat))
    }

    /// A person by id, or by name if they have ever written to the bot.
    async fn person(&self, typed: &str) -> anyhow::Result<i64> {
        if let Ok(id) = typed.trim().parse() {
            return Ok(id);
        }
        let people: Vec<Chat> = self.chats().await?.into_iter().filter(|chat| chat.id > 0).collect();
        named(&people, typed, "person")
    }

    async fn chat(&self, typed: &str) -> anyhow::Result<i64> {
        if let Ok(id) = typed.trim().parse() {
            return Ok(id);
        }
        let mut chats = self.chats().await?;
        // The old number of an upgraded group has the same title and is of no use.
        chats.retain(|chat| !chat.kind.contains("upgraded"));
        named(&chats, typed, "chat")
    }
}

/// Title and kind from the first line of a transcript, "── Title (kind) ──".
pub(super) fn heading(transcript: &str) -> (String, String) {
    let line = transcript.lines().next().unwrap_or_default();
    let line = line.trim_start_matches("── ").trim_end_matches(" ──");
    let (title, kind) = line.rsplit_once(" (").unwrap_or((line, ""));
    (title.to_owned(), kind.trim_end_matches(')').to_owned())
}

/// The one chat with this title: the whole title first, then a part of it in whole words.
pub(super) fn named<I: Clone + Display>(chats: &[Chat<I>], typed: &str, what: &str) -> anyhow::Result<I> {
    let wanted = fold(typed);
    let whole: Vec<&Chat<I>> = chats.iter().filter(|chat| fold(&chat.title) == wanted).collect();
    let holds = |chat: &&Chat<I>| format!(" {} ", fold(&chat.title)).contains(&format!(" {wanted} "));
    let found = if whole.is_empty() && !wanted.is_empty() { chats.iter().filter(holds).collect() } else { whole };
    match found.as_slice() {
        [] => anyhow::bail!("no {what} `{typed}` in the sandbox: `loa sandbox chats` lists whom it knows"),
        [one] => Ok(one.id.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|chat| format!("{} ({})", chat.id, chat.title)).collect();
            anyhow::bail!("`{typed}` may be {}: give the id", names.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn chats() -> Vec<Chat> {
        let chat = |id, title: &str| Chat { id, title: title.to_owned(), kind: String::new() };
        vec![
            chat(-1, "Nhóm dân Thôn 03"),
            chat(-2, "Nhóm điều hành Thôn 03"),
            chat(-3, "Thôn 03"),
            chat(4, "Lê Văn Bình"),
        ]
    }

    #[rstest]
    #[case::whole_title("thôn 03", -3)]
    #[case::no_accents("nhom dieu hanh thon 03", -2)]
    #[case::a_part("điều hành", -2)]
    #[case::a_given_name("binh", 4)]
    fn a_chat_is_named_by_its_title_or_a_part_of_it(#[case] typed: &str, #[case] id: i64) {
        assert_eq!(named(&chats(), typed, "chat").unwrap(), id);
    }

    #[rstest]
    #[case::several("nhóm", "-1 (Nhóm dân Thôn 03) or -2")]
    #[case::half_a_word("din", "no chat")]
    #[case::nothing("", "no chat")]
    fn a_name_of_several_or_none_is_refused(#[case] typed: &str, #[case] reason: &str) {
        let error = named(&chats(), typed, "chat").unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[rstest]
    #[case("── Nhóm (cũ) (group, upgraded) ──\n…", ("Nhóm (cũ)", "group, upgraded"))]
    #[case("── Lê Văn Bình (private) ──\n", ("Lê Văn Bình", "private"))]
    #[case("", ("", ""))]
    fn the_heading_of_a_transcript_is_read(#[case] transcript: &str, #[case] expected: (&str, &str)) {
        let (title, kind) = heading(transcript);
        assert_eq!((title.as_str(), kind.as_str()), expected);
    }
}
