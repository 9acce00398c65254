//! A bare client beside ours: a library does the calls that Loa does by itself, at the same server, and nothing is stored.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use teloxide::prelude::*;
use teloxide::types::ChatId;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::server::Server;
use super::{commune, meter};
use crate::clock::{Monotonic as _, SystemClock};
use crate::platform::http_client;

/// What a bare client did.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// Messages a second.
    pub per_second: f64,
    /// Processor seconds for a thousand messages.
    pub cpu_s_per_1000: f64,
}

/// Sends a text to each of so many chats, `in_flight` at a time.
///
/// # Errors
/// The server refuses a message.
pub async fn send(server: &Server, chats: u32, in_flight: usize, text: &str) -> anyhow::Result<Done> {
    let client = http_client(Duration::from_secs(5), Duration::from_mins(1))?;
    let bot = Bot::with_client(&server.token, client).set_api_url(server.url.parse()?);
    let (clock, places) = (SystemClock::new(), Arc::new(Semaphore::new(in_flight)));
    let (begun, cpu) = (clock.elapsed(), meter::cpu());
    let mut calls = JoinSet::new();
    for village in 1..=chats {
        let place = places.clone().acquire_owned().await?;
        let (bot, text) = (bot.clone(), text.to_owned());
        calls.spawn(async move {
            let sent = bot.send_message(ChatId(commune::chat(village)), text).await;
            drop(place);
            sent.map(|_| ())
        });
        while let Some(done) = calls.try_join_next() {
            done?.context("the bare client was refused")?;
        }
    }
    while let Some(done) = calls.join_next().await {
        done?.context("the bare client was refused")?;
    }
    let wall = clock.elapsed().saturating_sub(begun).as_secs_f64();
    let used = meter::cpu().saturating_sub(cpu).as_secs_f64();
    Ok(Done { per_second: f64::from(chats) / wall, cpu_s_per_1000: used * 1_000.0 / f64::from(chats) })
}
