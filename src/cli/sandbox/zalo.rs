//! The Zalo Bot stand-in beside the other: how it is started and greeted, and the verbs that are meant for it.
//!
//! A verb is meant for it when it names one of its ids (`zgr-…`, or 20 hex digits for a person), or when `--url` is
//! its address.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Played;
use super::client::{BOT, Chat, Client, heading, message, named};
use super::{LimitChoice, Start, Target, Verb, ZaloWorld, faults};
use loa_sandbox::Clocks;
use loa_sandbox::zalo_bot::{
    ZaloBotConfig, ZaloBotControlError, ZaloBotFault, ZaloBotHandle, ZaloBotLimits, ZaloBotSandbox, seed::populate,
};

/// Digits of a person's id.
const PERSON: usize = 20;

pub(super) async fn start(start: &Start, clocks: Clocks, faults: Vec<ZaloBotFault>) -> anyhow::Result<ZaloBotSandbox> {
    let mut config = ZaloBotConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
    config.port = start.zalo_bot_port;
    config.limits = (start.limits == LimitChoice::Strict).then_some(ZaloBotLimits::BASIC);
    config.faults = faults;
    Ok(ZaloBotSandbox::start(config).await?)
}

/// Makes the groups and people of an organisation file.
pub(super) fn fill(zalo: &ZaloBotSandbox, world: &ZaloWorld) -> anyhow::Result<()> {
    populate(&zalo.handle(), &world.seed, true).map_err(|error| match error {
        ZaloBotControlError::GroupsFull(_) => anyhow::anyhow!("{error}: give --limits off, or fewer groups"),
        other => anyhow::anyhow!("the Zalo side of the organisation file cannot be made: {other}"),
    })
}

/// What is printed at the start.
pub(super) fn greeting(start: &Start, zalo: &ZaloBotHandle) -> String {
    let limits = if start.limits == LimitChoice::Strict { "strict" } else { "off" };
    let (url, token, mention, name) = (zalo.base_url(), zalo.token(), zalo.bot_mention(), &start.zalo_bot_gateway);
    format!(
        "\nZalo Bot sandbox at {url}, limits {limits}; in a group it hears replies to it and `{mention}`\n\
         token {token}\n\n\
         [gateways.{name}]\nplatform = \"zalo_bot\"\napi_url = \"{url}\"\ntoken = \"{token}\"\n\n"
    )
}

/// Carries out a verb that is meant for the Zalo Bot stand-in; `None` leaves it to the other.
pub(super) async fn act(verb: &Verb) -> anyhow::Result<Option<String>> {
    let (target, ids) = named_in(verb);
    let by_id = target.url.is_none() && ids.iter().any(|id| is_ours(id));
    if !by_id && !speaks_zalo(target).await {
        return Ok(None);
    }
    let client = Client::of(Played::ZaloBot, target.url.as_deref())?;
    carry_out(&client, verb).await.map(Some)
}

/// Where a verb goes, and the people and chats it names.
fn named_in(verb: &Verb) -> (&Target, Vec<&str>) {
    match verb {
        Verb::Say { person, chat, target, .. }
        | Verb::Press { person, chat, target, .. }
        | Verb::SendFile { person, chat, target, .. } => (target, vec![person, chat]),
        Verb::Kick { chat, who, target } => (target, vec![chat, who]),
        Verb::Show { chat, target } | Verb::Migrate { chat, target } => (target, vec![chat]),
        Verb::Chats { target } | Verb::Faults { target, .. } => (target, Vec::new()),
    }
}

fn is_ours(id: &str) -> bool {
    id.starts_with("zgr-") || (id.len() == PERSON && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether `--url` is the address of a Zalo Bot stand-in.
async fn speaks_zalo(target: &Target) -> bool {
    let Some(url) = &target.url else { return false };
    let Ok(client) = Client::of(Played::ZaloBot, Some(url)) else { return false };
    client.info().await.is_ok_and(|info| info["platform"] == "zalo_bot")
}

async fn carry_out(client: &Client, verb: &Verb) -> anyhow::Result<String> {
    match verb {
        Verb::Say { person, chat, text, reply_to, .. } => {
            let (person, chat) = place(client, person, chat).await?;
            let body = json!({ "person": person, "chat": chat, "text": text, "reply_to": reply_to });
            Ok(message(&client.post("say", &body).await?))
        }
        Verb::Press { .. } => client.post("press", &json!({})).await.map(|_| String::new()),
        Verb::SendFile { person, chat, file, caption, .. } => {
            let place = place(client, person, chat).await?;
            client.send_file(place, file, caption.as_deref()).await
        }
        Verb::Show { chat, .. } => client.show(find(client, chat, "chats").await?).await,
        Verb::Chats { target } => chats(target.url.as_deref()).await,
        Verb::Faults { file, target } => arm(target.url.as_deref(), &faults(file)?.zalo_bot.unwrap_or_default()).await,
        Verb::Kick { chat, who, .. } => kick(client, chat, who).await,
        Verb::Migrate { .. } => anyhow::bail!("groups on Zalo are never upgraded: they keep their id"),
    }
}

async fn kick(client: &Client, chat: &str, who: &str) -> anyhow::Result<String> {
    let chat = find(client, chat, "chats").await?;
    if who == BOT {
        client.post("remove-bot", &json!({ "chat": chat })).await?;
        return Ok(format!("the bot is out of {chat}\n"));
    }
    let person = find(client, who, "people").await?;
    client.post("leave", &json!({ "chat": chat, "person": person })).await?;
    Ok(format!("{person} is out of {chat}\n"))
}

/// Replaces the armed faults; gives what to print.
pub(super) async fn arm(url: Option<&str>, faults: &[ZaloBotFault]) -> anyhow::Result<String> {
    Client::of(Played::ZaloBot, url)?.post("faults", &json!({ "faults": faults })).await?;
    Ok(format!("{} Zalo Bot faults armed\n", faults.len()))
}

/// Every chat, one a line.
pub(super) async fn chats(url: Option<&str>) -> anyhow::Result<String> {
    let client = Client::of(Played::ZaloBot, url)?;
    let info = client.info().await?;
    let mut text = String::new();
    for chat in listed(&info, "chats") {
        let (title, kind) = heading(&client.show(&chat.id).await?);
        let _ = writeln!(text, "{:>24}  {title}  ({kind})", chat.id);
    }
    Ok(text)
}

fn listed(info: &Value, what: &str) -> Vec<Chat<String>> {
    let entry = |value: &Value| {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Chat { id: text("id")?, title: text("title").or_else(|| text("name"))?, kind: String::new() })
    };
    info[what].as_array().into_iter().flatten().filter_map(entry).collect()
}

async fn place(client: &Client, person: &str, chat: &str) -> anyhow::Result<(String, String)> {
    let person = find(client, person, "people").await?;
    let chat = if chat == BOT { chat.to_owned() } else { find(client, chat, "chats").await? };
    Ok((person, chat))
}

/// A person or chat by id, or by name.
async fn find(client: &Client, typed: &str, what: &str) -> anyhow::Result<String> {
    if is_ours(typed) {
        return Ok(typed.to_owned());
    }
    named(&listed(&client.info().await?, what), typed, if what == "people" { "person" } else { "chat" })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_group("zgr-00a1", true)]
    #[case::a_person("0000000000000000a1b2", true)]
    #[case::a_telegram_group("-1002100000001", false)]
    #[case::a_telegram_person("5000000001", false)]
    #[case::a_name("Mẫu Văn Bình", false)]
    #[case::twenty_letters_that_are_no_hex("nhom dieu hanh thonx", false)]
    fn ids_of_zalo_are_told_by_their_shape(#[case] id: &str, #[case] ours: bool) {
        assert_eq!(is_ours(id), ours);
    }
}
