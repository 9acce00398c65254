//! Answers as they are offered: posted as each platform posts them, with its proof, or given by people in the sandbox, which hands
//! them out.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::inbound::{WITHIN, Way};
use super::server::Server;
use crate::clock::{Clock as _, Monotonic, SystemClock};
use crate::id::sha256_hex;
use crate::platform::{derived_secret, http_client};

/// Connections that a platform opens at most (Telegram Bot API, setWebhook, `max_connections`: 40 unless asked for).
const CONNECTIONS: usize = 40;
/// How long a platform waits before it offers again what was not taken.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two looks whether somebody hears.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What everybody says.
const WORDS: &str = "Đã nhận";
/// Nobody we know.
const STRANGER: &str = "77";

/// One head's answer to one message, with the platform's names.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The head's account.
    pub account: String,
    /// The group.
    pub chat: String,
    /// The message.
    pub message: String,
    /// Our own id of what it is a part of, which the button carries.
    pub delivery: String,
}

/// What came of the offers.
#[derive(Debug, Clone)]
pub struct Offered {
    /// How long each took until it was confirmed.
    pub took: Vec<Duration>,
    /// From the first offer to the last confirmation.
    pub wall: Duration,
    /// Offers that had to be made again.
    pub refused: usize,
}

/// Begins an offer of each of these, evenly within a time, and as many at once as a platform opens connections. An offer is made of
/// its number and of when it is due. Gives what came of them.
pub(super) async fn evenly<I, T, F>(
    clock: &SystemClock,
    (these, within): (Vec<I>, Duration),
    offer: impl Fn(u32, I, Duration) -> F,
) -> anyhow::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let (places, mut offers, mut came) = (Arc::new(Semaphore::new(CONNECTIONS)), JoinSet::new(), Vec::new());
    let (begun, each) = (clock.elapsed(), within / u32::try_from(these.len())?.max(1));
    for (number, one) in (1_u32..).zip(these) {
        let due = begun + each * (number - 1);
        sleep(due.saturating_sub(clock.elapsed())).await;
        let (place, offer) = (places.clone().acquire_owned().await?, offer(number, one, due));
        offers.spawn(async move {
            let came = offer.await;
            drop(place);
            came
        });
    }
    while let Some(one) = offers.join_next().await {
        came.push(one?);
    }
    Ok(came)
}

/// Posts the answers, evenly within their time, each until it is taken.
///
/// # Errors
/// No client can be made.
pub async fn post(way: Way, server: &Server, hook: &str, answers: Vec<Answer>) -> anyhow::Result<Offered> {
    let (client, clock) = (http_client(Duration::from_secs(5), Duration::from_secs(10))?, Arc::new(SystemClock::new()));
    let begun = clock.elapsed();
    let came = evenly(&clock, (answers, WITHIN), |number, answer: Answer, due| {
        let (headers, body) = proven(way, server, &update(way, server, number, &answer, clock.now().0));
        let (client, clock, hook) = (client.clone(), clock.clone(), hook.to_owned());
        async move {
            let mut refused = 0;
            while !is_taken(&client, &hook, &headers, &body).await {
                refused += 1;
                sleep(AGAIN).await;
            }
            (clock.elapsed().saturating_sub(due), refused)
        }
    })
    .await?;
    let wall = clock.elapsed().saturating_sub(begun);
    let (took, refused): (_, Vec<usize>) = came.into_iter().unzip();
    Ok(Offered { took, wall, refused: refused.iter().sum() })
}

/// Waits until what a stranger says is taken: it leaves nothing.
///
/// # Errors
/// No client can be made.
pub async fn until_heard(way: Way, server: &Server, hook: &str) -> anyhow::Result<()> {
    let client = http_client(Duration::from_secs(5), Duration::from_secs(10))?;
    let answer =
        Answer { account: STRANGER.to_owned(), chat: "-1".to_owned(), message: String::new(), delivery: String::new() };
    // An even number: words.
    let (headers, body) = proven(way, server, &update(way, server, 0, &answer, SystemClock::new().now().0));
    while !is_taken(&client, hook, &headers, &body).await {
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

async fn is_taken(client: &reqwest::Client, hook: &str, headers: &[(&'static str, String)], body: &str) -> bool {
    let request = client.post(hook).header("Content-Type", "application/json").body(body.to_owned());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    request.send().await.is_ok_and(|answer| answer.status() == 200)
}

/// An update as the platform posts it. On Telegram every second head presses the button, and the others reply with words.
fn update(way: Way, server: &Server, number: u32, answer: &Answer, now: i64) -> Value {
    let Answer { account, chat, message, delivery } = answer;
    let numbered = |id: &str| id.parse::<i64>().unwrap_or_default();
    match way {
        Way::TelegramPolling | Way::TelegramWebhook => {
            let from = json!({ "id": numbered(account), "is_bot": false, "first_name": "Mẫu" });
            let chat = json!({ "id": numbered(chat), "type": "supergroup", "title": "Nhóm" });
            let (seconds, ours) =
                (now / 1_000, json!({ "message_id": numbered(message), "date": now / 1_000, "chat": chat }));
            if number % 2 == 1 {
                let press = json!({ "id": number.to_string(), "from": from, "message": ours, "chat_instance": "1", "data": format!("a:{delivery}") });
                return json!({ "update_id": 700_000_000 + number, "callback_query": press });
            }
            let said = json!({
                "message_id": 1_000_000 + number, "date": seconds, "from": from, "chat": chat, "text": WORDS, "reply_to_message": ours
            });
            json!({ "update_id": 700_000_000 + number, "message": said })
        }
        Way::ZaloBotPolling | Way::ZaloBotWebhook => {
            let from = json!({ "id": account, "display_name": "Mẫu", "is_bot": false });
            let chat = json!({ "id": chat, "chat_type": "GROUP" });
            let said =
                json!({ "message_id": format!("m{number}"), "date": now, "from": from, "chat": chat, "text": WORDS });
            json!({ "ok": true, "result": { "event_name": "message.text.received", "message": said } })
        }
        Way::ZaloOaWebhook => {
            let own = |key: &str| server.account.get(key).cloned().unwrap_or_default();
            json!({
                "app_id": own("app_id"), "oa_id": own("oa_id"), "event_name": "user_send_group_text",
                "timestamp": now.to_string(), "sender": { "id": account.trim_start_matches("u:") },
                "recipient": { "id": chat.trim_start_matches("g:") },
                "message": { "msg_id": format!("m{number}"), "text": WORDS, "quote_msg_id": message },
            })
        }
    }
}

/// The headers that prove an update, and its bytes.
fn proven(way: Way, server: &Server, update: &Value) -> (Vec<(&'static str, String)>, String) {
    let (body, own) = (update.to_string(), |key: &str| server.account.get(key).cloned().unwrap_or_default());
    let header = match way {
        Way::TelegramPolling | Way::TelegramWebhook => {
            ("X-Telegram-Bot-Api-Secret-Token", derived_secret(&server.token))
        }
        Way::ZaloBotPolling | Way::ZaloBotWebhook => ("X-Bot-Api-Secret-Token", derived_secret(&server.token)),
        Way::ZaloOaWebhook => {
            let time = update["timestamp"].as_str().unwrap_or_default();
            let signed = format!("{}{body}{time}{}", own("app_id"), own("oa_secret"));
            ("X-ZEvent-Signature", format!("mac={}", sha256_hex(signed.as_bytes())))
        }
    };
    (vec![header], body)
}

/// Lets people answer in the sandbox, evenly within their time.
///
/// # Errors
/// The sandbox refuses something.
pub async fn act(way: Way, server: &Server, answers: Vec<Answer>) -> anyhow::Result<()> {
    let done = evenly(&SystemClock::new(), (answers, WITHIN), |number, answer: Answer, _| {
        let (server, (verb, what)) = (server.hand(), deed(way, number, &answer));
        async move { server.act(verb, &what).await }
    })
    .await?;
    done.into_iter().collect()
}

/// What somebody does: on Telegram every second head presses the button.
fn deed(way: Way, number: u32, answer: &Answer) -> (&'static str, Value) {
    let Answer { account, chat, message, .. } = answer;
    let telegram = way == Way::TelegramPolling;
    if telegram && number % 2 == 1 {
        return ("press", json!({ "person": account, "chat": chat, "button": "✅ Đã nhận" }));
    }
    ("say", json!({ "person": account, "chat": chat, "text": WORDS, "reply_to": message }))
}
