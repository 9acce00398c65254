//! Calls leave for the platform alone: not for where a redirect points, not through a proxy on this machine, and an answer of whatever
//! length is read no further than answers are long.

use std::net::TcpListener;

use loa::demo::places::Network;
use loa::domain::retry::{Outcome, UnknownReason};
use loa::platform::{AskError, Failure, FileSource, Gateway, Outgoing};
use loa::store::Store;
use loa_sandbox::zalo_bot::{ZaloBotFault, ZaloBotFaultKind};
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind};
use loa_sandbox::{Fault, FaultKind};

use crate::db::sqlite_tests;
use crate::stage::Stage;

sqlite_tests!(
    a_redirect_takes_no_word_and_no_secret_elsewhere,
    an_answer_without_end_is_read_no_further_than_answers_are_long
);

/// A machine that nobody may call.
struct Elsewhere(TcpListener);

impl Elsewhere {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        format!("http://{}/there", self.0.local_addr().unwrap())
    }

    fn was_called(&self) -> bool {
        self.0.accept().is_ok()
    }
}

fn text() -> Outgoing {
    Outgoing::Text {
        text: "Bão số 10".to_owned(), buttons: Vec::new(), reply_to: None, everybody: false, topic: None
    }
}

fn file() -> Outgoing {
    let source = FileSource::Bytes(b"%PDF-1.4".to_vec());
    Outgoing::File { source, name: "cong-van.pdf".to_owned(), caption: String::new(), topic: None }
}

/// From here on every call of each platform meets this.
fn spoil(stage: &Stage, telegram: &FaultKind, bot: &ZaloBotFaultKind, oa: &OaFaultKind) {
    for method in ["sendMessage", "sendDocument", "getMe", "getFile", "getUpdates", "editMessageText"] {
        stage.telegram().add_fault(Fault::next(method, telegram.clone()).from_call(1, 0));
    }
    for method in ["sendMessage", "getMe"] {
        stage.bot().add_fault(ZaloBotFault::next(method, bot.clone()).from_call(1, 0));
    }
    for method in ["group/message", "message/cs", "upload/file", "getoa"] {
        stage.oa().add_fault(OaFault::next(method, oa.clone()).from_call(1, 0));
    }
}

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram, Network::ZaloBot, Network::ZaloOa]).await;
    stage.settle().await;
    stage
}

/// What became of each kind of message on each platform, called by its name.
async fn sent(stage: &Stage) -> Vec<(String, Result<(), Failure>)> {
    let mut sent = Vec::new();
    for (name, gateway) in &stage.core.gateways {
        let edit = Outgoing::Edit { target: "1".to_owned(), text: "Bão số 10".to_owned(), buttons: Vec::new() };
        let all =
            [Some(text()), takes_files(gateway.as_ref()).then(file), gateway.capabilities().edits.then_some(edit)];
        let chat = if name == "zalo_oa" { "g:1" } else { "-1001" };
        for outgoing in all.into_iter().flatten() {
            sent.push((name.clone(), gateway.send(chat, &outgoing).await.map(|_| ())));
        }
    }
    assert!(sent.len() >= 6, "{sent:?}");
    sent
}

fn takes_files(gateway: &dyn Gateway) -> bool {
    gateway.capabilities().upload_limit > 0
}

async fn a_redirect_takes_no_word_and_no_secret_elsewhere(store: Store) {
    let stage = start(store).await;
    let elsewhere = Elsewhere::new();
    let (to, status) = (elsewhere.address(), 307);
    spoil(
        &stage,
        &FaultKind::Redirect { to: to.clone(), status },
        &ZaloBotFaultKind::Redirect { to: to.clone(), status },
        &OaFaultKind::Redirect { to, status },
    );
    for (gateway, sent) in sent(&stage).await {
        let failure = sent.unwrap_err();
        assert!(!matches!(failure.outcome, Outcome::Sent { .. }), "{gateway}: {failure:?}");
    }
    for name in ["telegram", "zalo_bot"] {
        let asked = stage.core.gateways[name].identify().await;
        assert!(matches!(asked, Err(AskError::Refused(_) | AskError::Unreachable(_))), "{name}: {asked:?}");
    }
    assert!(stage.core.gateways["telegram"].fetch("any", 1_000).await.is_err());
    assert!(!elsewhere.was_called());
    stage.stop().await;
}

async fn an_answer_without_end_is_read_no_further_than_answers_are_long(store: Store) {
    let stage = start(store).await;
    let delivered = false;
    spoil(
        &stage,
        &FaultKind::Endless { delivered },
        &ZaloBotFaultKind::Endless { delivered },
        &OaFaultKind::Endless { delivered },
    );
    for (gateway, sent) in sent(&stage).await {
        // Read on, it would end with "no answer in time".
        let failure = sent.unwrap_err();
        let unreadable = failure.outcome == Outcome::Unknown(UnknownReason::Unreadable);
        assert!(unreadable || failure.detail.contains("read"), "{gateway}: {failure:?}");
    }
    let polled = stage.core.gateways["telegram"].poll(None).await.unwrap_err().to_string();
    assert!(!polled.contains("in time"), "{polled}");
    for name in ["telegram", "zalo_bot"] {
        let asked = stage.core.gateways[name].identify().await.unwrap_err().to_string();
        assert!(!asked.contains("in time"), "{name}: {asked}");
    }
    stage.stop().await;
}
