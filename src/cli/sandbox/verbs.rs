//! The verbs that act in a running stand-in, the same for every platform.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::address::{self, Played};
use super::client::{BOT, Client, holds_name, platform_of};
use super::{Target, Verb, faults};
use crate::cli::input;

/// Largest file that can be sent, in bytes: 50 MB, the most a Telegram bot sends (Telegram Bot API, sendDocument).
const MAX_FILE_BYTES: u64 = 50 * 1024 * 1024;

/// Carries out one verb; gives what to print.
///
/// # Errors
/// One line: no sandbox answers, nobody of that name, or the sandbox's own reason.
pub(super) async fn act(verb: &Verb) -> anyhow::Result<String> {
    match verb {
        Verb::Say { person, chat, text, reply_to, target } => {
            let client = client_for(target, person, chat).await?;
            let (person, chat) = (client.person(person).await?, client.chat(chat).await?);
            let body = json!({ "person": person, "chat": chat, "text": text, "reply_to": reply_to });
            Ok(message(&client.post("say", &body).await?))
        }
        Verb::Press { person, chat, button, message: under, target } => {
            let client = client_for(target, person, chat).await?;
            let (person, chat) = (client.person(person).await?, client.chat(chat).await?);
            let body = json!({ "person": person, "chat": chat, "button": button, "message": under });
            let answer = client.post("press", &body).await?;
            Ok(match answer["typed"].as_str() {
                Some(typed) => format!("no buttons here: `{typed}` was typed\n{}", message(&answer)),
                None => "pressed\n".to_owned(),
            })
        }
        Verb::SendFile { person, chat, file, caption, target } => {
            let client = client_for(target, person, chat).await?;
            send_file(&client, person, chat, (file, caption.as_deref())).await
        }
        Verb::Show { chat, target } => {
            let client = client_for(target, BOT, chat).await?;
            client.show(&client.chat(chat).await?).await
        }
        Verb::Chats { target } => chats(target).await,
        Verb::Faults { file, target } => arm(file, target).await,
        Verb::Kick { chat, who, target } => {
            let (client, chat, who, shown) = member(target, chat, who).await?;
            client.post("kick", &json!({ "chat": chat, "who": who })).await?;
            Ok(format!("{shown} is out of {chat}\n"))
        }
        Verb::Invite { chat, who, target } => {
            let (client, chat, who, shown) = member(target, chat, who).await?;
            client.post("invite", &json!({ "chat": chat, "who": who })).await?;
            Ok(format!("{shown} is in {chat}\n"))
        }
        Verb::Webhook { address, target } => {
            let client = client_of(target, Played::ZaloOa).await?;
            client.post("webhook", &json!({ "url": address })).await?;
            Ok(format!("events go to {address}\n"))
        }
        Verb::Migrate { chat, target } => {
            let client = client_for(target, BOT, chat).await?;
            anyhow::ensure!(client.played == Played::Telegram, "groups on Zalo are never upgraded: they keep their id");
            let id: i64 = client.chat(chat).await?.parse().context("a group has a number")?;
            let answer = client.post("migrate", &json!({ "chat": id })).await?;
            Ok(format!("{id} is now {}\n", answer["id"]))
        }
    }
}

/// The stand-in meant by a switch, or that of one platform.
async fn client_of(target: &Target, otherwise: Played) -> anyhow::Result<Client> {
    match &target.url {
        Some(url) => Client::at(url).await,
        None => Client::of(target.on.unwrap_or(otherwise)),
    }
}

/// The stand-in meant: by a switch, by the ids, or by the name of the chat.
async fn client_for(target: &Target, person: &str, chat: &str) -> anyhow::Result<Client> {
    let by_id = platform_of(chat).or_else(|| platform_of(person));
    if target.url.is_some() || target.on.is_some() || by_id.is_some() || chat == BOT {
        return client_of(target, by_id.unwrap_or(Played::Telegram)).await;
    }
    for played in kept() {
        let client = Client::of(played)?;
        if holds_name(&client.chats().await?, chat) {
            return Ok(client);
        }
    }
    Client::of(Played::Telegram)
}

/// The platforms whose stand-ins run on this machine.
fn kept() -> impl Iterator<Item = Played> {
    Played::ALL.into_iter().filter(|played| address::is_kept(*played))
}

/// A message's id, and that the bot does not hear it. Ids are text on Zalo.
fn message(answer: &Value) -> String {
    let id = &answer["message_id"];
    let mut text = format!("message {}\n", id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    if let Some(why) = answer["unheard"].as_str() {
        let _ = writeln!(text, "{why}");
    }
    text
}

async fn send_file(
    client: &Client,
    person: &str,
    chat: &str,
    (file, caption): (&Path, Option<&str>),
) -> anyhow::Result<String> {
    let (person, chat) = (client.person(person).await?, client.chat(chat).await?);
    let bytes = input::read_bytes(file, MAX_FILE_BYTES)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut query = vec![("person", person), ("chat", chat), ("name", name)];
    query.extend(caption.map(|caption| ("caption", caption.to_owned())));
    Ok(message(&client.post_file(&query, bytes).await?))
}

/// Every chat, one a line, of every stand-in that runs.
async fn chats(target: &Target) -> anyhow::Result<String> {
    let one = target.url.is_some() || target.on.is_some();
    let clients = if one || !address::is_kept(Played::Telegram) {
        vec![client_of(target, Played::Telegram).await?]
    } else {
        kept().map(Client::of).collect::<anyhow::Result<_>>()?
    };
    let mut text = String::new();
    for client in clients {
        let width = if client.played == Played::Telegram { 16 } else { 24 };
        for chat in client.chats().await? {
            let _ = writeln!(text, "{:>width$}  {}  ({})", chat.id, chat.title, chat.kind);
        }
    }
    Ok(text)
}

/// Replaces the armed faults of every stand-in that the file speaks of, Telegram's always.
async fn arm(file: &Path, target: &Target) -> anyhow::Result<String> {
    let armed = faults(file)?;
    let only = client_of(target, Played::Telegram).await?;
    let mut text = arm_one(&only, armed.of(only.played).map_or(&[], Vec::as_slice)).await?;
    for played in Played::ALL.into_iter().filter(|_| target.url.is_none() && target.on.is_none()) {
        if let Some(faults) = armed.of(played).filter(|_| played != only.played) {
            text.push_str(&arm_one(&Client::of(played)?, faults).await?);
        }
    }
    Ok(text)
}

async fn arm_one(client: &Client, faults: &[loa_sandbox::Fault]) -> anyhow::Result<String> {
    client.post("faults", &json!({ "faults": faults })).await?;
    let name = match client.played {
        Played::Telegram => "",
        Played::ZaloBot => "Zalo Bot ",
        Played::ZaloOa => "Official Account ",
    };
    Ok(format!("{} {name}faults armed\n", faults.len()))
}

/// A group and one of its members, and how the member is called in the answer.
async fn member(target: &Target, chat: &str, who: &str) -> anyhow::Result<(Client, String, String, String)> {
    let client = client_for(target, who, chat).await?;
    let chat = client.chat(chat).await?;
    if who != BOT {
        let who = client.person(who).await?;
        return Ok((client, chat, who.clone(), who));
    }
    let shown = match client.played {
        Played::Telegram => client.info().await?["bots"][0].to_string(),
        Played::ZaloBot => "the bot".to_owned(),
        Played::ZaloOa => "the account".to_owned(),
    };
    Ok((client, chat, BOT.to_owned(), shown))
}
