//! The service is killed in the middle of a broadcast, twenty times. Whatever it then says of a message, unless it says that
//! it does not know, must be what the platform itself saw: one entry in its log for each message sent, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;

use loa::id::{Entropy as _, SeededEntropy};
use loa_sandbox::telegram::SentAct;

use crate::admission::end_by;
use crate::db::SqliteFile;
use crate::service::{Service, eventually};

const KILLS: usize = 20;
/// Half of the villages each, in turns: a group takes twenty messages a minute, and more would only make the test wait.
const HALVES: [&str; 2] = ["thon:01,02,03,04,05,06,07,08,09,10,11,12", "thon:13,14,15,16,17,18,19,20,21,22,23,24"];
/// Messages of one broadcast.
const MESSAGES: usize = 12;

#[test]
fn after_twenty_kills_every_message_that_is_not_in_doubt_matches_the_platform_s_own_log() {
    let file = SqliteFile::migrated();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let service = Service::prepare(&file.url()).await;
        let luck = SeededEntropy::new(20);
        for number in 0..KILLS {
            kill_once(&service, &luck, HALVES[number % 2]).await;
        }
        let mut last = service.spawn("off", Stdio::null());
        eventually("everything waiting has left", async || service.waiting().await == 0).await;
        last.kill().unwrap();
        last.wait().unwrap();
        assert_eq!(service.messages().await.len(), KILLS * MESSAGES);
        let sent = compare(&service).await;
        // The busier the machine, the more is under way at a kill.
        assert!(sent > KILLS * MESSAGES / 2, "{sent} of {}", KILLS * MESSAGES);
        std::fs::remove_file(&service.settings).unwrap();
        service.store.close().await;
        service.sandbox.stop().await;
    });
}

#[test]
fn a_service_whose_terminal_is_closed_in_the_middle_of_a_broadcast_leaves_nothing_in_doubt_and_says_so() {
    let file = SqliteFile::migrated();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(stop_cleanly(&file.url(), "HUP"));
}

/// Tells a service to stop while it sends: what was on its way came back first, and the log says from when to when it ran, and why
/// it ended.
pub async fn stop_cleanly(url: &str, signal: &str) {
    let service = Service::prepare(url).await;
    service.release("Trưởng thôn").await;
    let log = std::env::temp_dir().join(format!("loa-stop-{}.log", crate::db::unique()));
    let mut child = service.spawn("info", std::fs::File::create(&log).unwrap().into());
    eventually("a few messages are out", async || service.posted() >= 5).await;
    end_by(signal, &mut child).await;
    assert!(service.waiting().await > 0, "it was told to in the middle");
    let sent = compare(&service).await;
    let states = service.messages().await.into_iter().map(|message| message.state.as_str().to_owned());
    assert_eq!(states.filter(|state| matches!(state.as_str(), "sending" | "unknown")).count(), 0);
    assert!(sent > 0);
    let said = std::fs::read_to_string(&log).unwrap();
    let why = format!("SIG{signal}");
    for word in ["service.started", env!("CARGO_PKG_VERSION"), "xa-mau", "service.ended", &why] {
        assert!(said.contains(word), "{word}: {said}");
    }
    std::fs::remove_file(log).unwrap();
    std::fs::remove_file(&service.settings).unwrap();
    service.store.close().await;
    service.sandbox.stop().await;
}

/// Lets a service send a few messages of a new broadcast and kills it at some instant.
async fn kill_once(service: &Service, luck: &SeededEntropy, audience: &str) {
    let mut random = [0_u8; 2];
    luck.fill(&mut random);
    service.release(audience).await;
    let before = service.posted();
    let mut child = service.spawn("off", Stdio::null());
    let some = 1 + usize::from(random[0]) % (MESSAGES - 2);
    eventually("a few messages are out", async || service.posted() >= before + some).await;
    // A moment more, so that the kill falls anywhere between two commits.
    tokio::time::sleep(Duration::from_micros(u64::from(random[1]) * 150)).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Holds what the rows say against what the platform saw; gives how many were sent.
pub async fn compare(service: &Service) -> usize {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for entry in service.sandbox.handle().sent_log() {
        if entry.act == SentAct::Sent {
            *seen.entry((entry.chat.to_string(), entry.message_id.to_string())).or_default() += 1;
        }
    }
    let mut chats = BTreeMap::new();
    let mut tx = service.store.read().await.unwrap();
    let messages = service.messages().await;
    for message in &messages {
        let chat = tx.chat(&message.chat_id).await.unwrap().unwrap();
        chats.insert(message.chat_id.clone(), chat.external_id);
    }
    let (mut sent, mut doubted) = (0, 0);
    for message in &messages {
        match message.state.as_str() {
            "sent" => {
                let key = (chats[&message.chat_id].clone(), message.external_id.clone().unwrap());
                assert_eq!(seen.remove(&key), Some(1), "said to be sent, and the platform saw nothing: {key:?}");
                sent += 1;
            }
            // `sending` is what a killed process leaves; its deadline makes it `unknown`.
            "sending" | "unknown" => doubted += 1,
            "pending" | "retry_wait" => {}
            other => panic!("a message is {other}"),
        }
    }
    let groups: BTreeSet<&String> = chats.values().collect();
    let rest = seen.keys().filter(|(chat, _)| groups.contains(chat)).count();
    assert!(rest <= doubted, "the platform saw {rest} messages more than are in doubt ({doubted})");
    sent
}
