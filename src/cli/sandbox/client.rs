//! Talking to one running stand-in over loopback HTTP, and finding people and chats by name.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use super::address::{self, Played};
use crate::domain::text::fold;
use crate::platform::http_client;

/// The name that stands for the bot or account, and for the private chat with it.
pub(super) const BOT: &str = "bot";
/// Digits of a person's id on the Zalo Bot Platform.
const BOT_PERSON: usize = 20;
/// An id of the Official Account API has at least so many digits: all are above 2^53.
const OA_ID: usize = 16;

/// A chat or person as a stand-in lists it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(super) struct Entry {
    pub id: String,
    #[serde(alias = "name")]
    pub title: String,
    /// As it is printed: "supergroup, 3 members".
    #[serde(default)]
    pub kind: String,
}

/// Asks one running stand-in.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    /// The platform it plays.
    pub played: Played,
}

impl Client {
    /// A client of the stand-in of this platform that was started last.
    pub(super) fn of(played: Played) -> anyhow::Result<Self> {
        Self::new(played, None)
    }

    /// A client of the stand-in at an address, which says itself what it plays.
    pub(super) async fn at(url: &str) -> anyhow::Result<Self> {
        let client = Self::new(Played::Telegram, Some(url))?;
        let word = client.info().await?["platform"].as_str().unwrap_or_default().to_owned();
        let played = Played::ALL.into_iter().find(|played| played.word() == word).unwrap_or(Played::Telegram);
        Ok(Self { played, ..client })
    }

    fn new(played: Played, url: Option<&str>) -> anyhow::Result<Self> {
        let url = address::find(played, url)?;
        Ok(Self { http: http_client(Duration::from_secs(5), Duration::from_secs(20))?, url, played })
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

    async fn json<T: serde::de::DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> anyhow::Result<T> {
        let text = self.answer(request).await?;
        serde_json::from_str(&text).context("this is no sandbox: its answer is not what one says")
    }

    pub(super) async fn post(&self, verb: &str, body: &Value) -> anyhow::Result<Value> {
        self.json(self.http.post(format!("{}/sandbox/{verb}", self.url)).json(body)).await
    }

    /// Posts bytes.
    pub(super) async fn post_file(&self, query: &[(&str, String)], bytes: Vec<u8>) -> anyhow::Result<Value> {
        self.json(self.http.post(format!("{}/sandbox/send-file", self.url)).query(query).body(bytes)).await
    }

    pub(super) async fn info(&self) -> anyhow::Result<Value> {
        self.json(self.http.get(format!("{}/sandbox/info", self.url))).await
    }

    pub(super) async fn show(&self, chat: &str) -> anyhow::Result<String> {
        self.answer(self.http.get(format!("{}/sandbox/show", self.url)).query(&[("chat", chat)])).await
    }

    pub(super) async fn chats(&self) -> anyhow::Result<Vec<Entry>> {
        self.json(self.http.get(format!("{}/sandbox/chats", self.url))).await
    }

    /// A person by id, or by name.
    pub(super) async fn person(&self, typed: &str) -> anyhow::Result<String> {
        if self.is_id(typed) {
            return Ok(typed.trim().to_owned());
        }
        let people: Vec<Entry> = self.json(self.http.get(format!("{}/sandbox/people", self.url))).await?;
        named(&people, typed, "person")
    }

    /// A chat by id, or by name; `bot` stays as it is.
    pub(super) async fn chat(&self, typed: &str) -> anyhow::Result<String> {
        if typed == BOT || self.is_id(typed) {
            return Ok(typed.trim().to_owned());
        }
        let mut chats = self.chats().await?;
        // The old number of an upgraded group has the same title and is of no use.
        chats.retain(|chat| !chat.kind.contains("upgraded"));
        named(&chats, typed, "chat")
    }

    fn is_id(&self, typed: &str) -> bool {
        platform_of(typed) == Some(self.played)
    }
}

/// The platform whose ids look like this; `None` for a name.
pub(super) fn platform_of(id: &str) -> Option<Played> {
    let id = id.trim();
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    if id.starts_with("zgr-") || (id.len() == BOT_PERSON && id.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Some(Played::ZaloBot);
    }
    if digits && id.len() >= OA_ID {
        return Some(Played::ZaloOa);
    }
    id.parse::<i64>().is_ok().then_some(Played::Telegram)
}

/// The one with this title: the whole title first, then a part of it in whole words.
fn named(entries: &[Entry], typed: &str, what: &str) -> anyhow::Result<String> {
    let wanted = fold(typed);
    let whole: Vec<&Entry> = entries.iter().filter(|entry| fold(&entry.title) == wanted).collect();
    let holds = |entry: &&Entry| format!(" {} ", fold(&entry.title)).contains(&format!(" {wanted} "));
    let found = if whole.is_empty() && !wanted.is_empty() { entries.iter().filter(holds).collect() } else { whole };
    match found.as_slice() {
        [] => anyhow::bail!("no {what} `{typed}` in the sandbox: `loa sandbox chats` lists whom it knows"),
        [one] => Ok(one.id.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|entry| format!("{} ({})", entry.id, entry.title)).collect();
            anyhow::bail!("`{typed}` may be {}: give the id", names.join(" or "))
        }
    }
}

/// Whether a stand-in has a chat of this name, even if it is not the only one.
pub(super) fn holds_name(chats: &[Entry], typed: &str) -> bool {
    let wanted = fold(typed);
    !wanted.is_empty() && chats.iter().any(|chat| format!(" {} ", fold(&chat.title)).contains(&format!(" {wanted} ")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn chats() -> Vec<Entry> {
        let chat = |id: i64, title: &str| Entry { id: id.to_string(), title: title.to_owned(), ..Entry::default() };
        vec![
            chat(-1, "Nhóm dân Thôn 03"),
            chat(-2, "Nhóm điều hành Thôn 03"),
            chat(-3, "Thôn 03"),
            chat(4, "Lê Văn Bình"),
        ]
    }

    #[rstest]
    #[case::whole_title("thôn 03", "-3")]
    #[case::no_accents("nhom dieu hanh thon 03", "-2")]
    #[case::a_part("điều hành", "-2")]
    #[case::a_given_name("binh", "4")]
    fn a_chat_is_named_by_its_title_or_a_part_of_it(#[case] typed: &str, #[case] id: &str) {
        assert_eq!(named(&chats(), typed, "chat").unwrap(), id);
        assert!(holds_name(&chats(), typed));
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
    #[case::a_zalo_group("zgr-00a1", Some(Played::ZaloBot))]
    #[case::a_zalo_person("0000000000000000a1b2", Some(Played::ZaloBot))]
    #[case::an_id_of_the_account("2579136420864209753", Some(Played::ZaloOa))]
    #[case::a_telegram_group("-1002100000001", Some(Played::Telegram))]
    #[case::a_telegram_person("5000000001", Some(Played::Telegram))]
    #[case::a_name("Mẫu Văn Bình", None)]
    #[case::twenty_letters_that_are_no_hex("nhom dieu hanh thonx", None)]
    fn ids_tell_their_platform_by_their_shape(#[case] id: &str, #[case] played: Option<Played>) {
        assert_eq!(platform_of(id), played);
    }
}
