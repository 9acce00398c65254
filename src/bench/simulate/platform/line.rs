//! The way from one process to a platform: what a gateway is to the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::fuse::Fuse;
use super::super::weather::Weather;
use super::Platform;
use crate::domain::event::Event;
use crate::domain::retry::{Outcome, UnknownReason};
use crate::platform::{
    Arrived, AskError, Call, Capabilities, Failure, Gateway, Menu, Outgoing, RawUpdate, Receipt, SelfInfo,
    WebhookRequest,
};

/// The line.
pub(in super::super) struct Line {
    platform: Arc<Platform>,
    fuse: Arc<Fuse>,
    calls: Arc<Calls>,
}

/// The calls of one process, counted: who plays it waits until they have left and until they have heard.
#[derive(Debug, Default)]
pub(in super::super) struct Calls {
    entered: AtomicUsize,
    heard: AtomicUsize,
}

impl Calls {
    /// Calls that have left.
    pub(in super::super) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    /// Calls that have their answer.
    pub(in super::super) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

impl Line {
    /// A line of the process that this fuse kills.
    pub(in super::super) fn new(platform: &Arc<Platform>, fuse: &Arc<Fuse>, calls: &Arc<Calls>) -> Self {
        Self { platform: platform.clone(), fuse: fuse.clone(), calls: calls.clone() }
    }

    fn asked<T>(&self, answer: T) -> Result<T, AskError> {
        match self.platform.weather() {
            Weather::Fair | Weather::Rough => Ok(answer),
            Weather::Dark => Err(AskError::Unreachable("simulated".to_owned())),
            Weather::Sick => Err(AskError::Refused("simulated".to_owned())),
            Weather::Barred(_) => Err(AskError::Unauthorized("simulated".to_owned())),
        }
    }
}

/// Who we are on every platform.
pub(in super::super) fn myself() -> SelfInfo {
    SelfInfo { external_id: "900".to_owned(), username: "loa_bot".to_owned(), hears_all: true }
}

impl Gateway for Line {
    fn name(&self) -> &str {
        self.platform.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.platform.capabilities
    }

    fn send<'a>(&'a self, chat: &'a str, outgoing: &'a Outgoing) -> Call<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            let answer = self.platform.enter(chat, outgoing, &self.fuse);
            self.calls.entered.fetch_add(1, Ordering::SeqCst);
            let answer = answer.await;
            self.calls.heard.fetch_add(1, Ordering::SeqCst);
            // Only a dead process hears nothing, and what it hears concerns nobody.
            let nothing = || Failure { outcome: Outcome::Unknown(UnknownReason::Crashed), detail: String::new() };
            answer.unwrap_or_else(|_| Err(nothing()))
        })
    }

    fn identify(&self) -> Call<'_, Result<SelfInfo, AskError>> {
        Box::pin(async move { self.asked(myself()) })
    }

    fn poll(&self, _offset: Option<i64>) -> Call<'_, Result<Vec<RawUpdate>, AskError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn receive(&self, _request: &WebhookRequest<'_>) -> Arrived {
        Arrived::Refused("simulated")
    }

    fn subscribe<'a>(&'a self, _address: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unsupported("subscribe")) })
    }

    fn unsubscribe(&self) -> Call<'_, Result<(), AskError>> {
        Box::pin(async { Ok(()) })
    }

    fn translate(&self, update: &RawUpdate, _me: &SelfInfo) -> Option<Event> {
        serde_json::from_value(update.body.clone()).ok()
    }

    fn answer_press<'a>(&'a self, _press_id: &'a str, _text: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async move { self.asked(()) })
    }

    fn fetch<'a>(&'a self, _reference: &'a str, _limit: u64) -> Call<'a, Result<Vec<u8>, AskError>> {
        Box::pin(async { Err(AskError::Unsupported("fetch")) })
    }

    fn member_count<'a>(&'a self, _chat: &'a str) -> Call<'a, Result<u32, AskError>> {
        Box::pin(async move { self.asked(12) })
    }

    fn publish_menu<'a>(&'a self, _menu: &'a Menu) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Ok(()) })
    }

    fn delete<'a>(&'a self, _chat: &'a str, _message: &'a str) -> Call<'a, Result<(), AskError>> {
        Box::pin(async { Ok(()) })
    }
}
