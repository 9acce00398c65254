//! What is done on the platform after an answer: the toast of a press, taking back a refused document, a menu. None of it is worth
//! repeating, nobody's update waits for it, and only so much of it is under way at once.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Event, Response};
use crate::domain::event::ButtonPress;
use crate::platform::{Gateway, Menu};

/// Calls of one gateway under way at once. Its messages have places of their own.
const PLACES: usize = 8;
/// So many wait at most for a toast to be added: the platform shows no toast that comes late, and one to each of so many presses
/// that it does not answer would only hold up what comes after.
const MOST_WITH_TOASTS: usize = 128;

/// The errands of one gateway. They end with this, unless they are left to themselves.
pub(super) struct Errands {
    places: Arc<Semaphore>,
    under_way: JoinSet<()>,
}

impl Errands {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), under_way: JoinSet::new() }
    }

    /// Does what follows from an answer.
    pub(super) fn after(&mut self, gateway: &Arc<dyn Gateway>, event: &Event, response: Response) {
        self.toast(gateway, event, response.toast.as_deref().unwrap_or_default());
        let chat = event.chat().map(|chat| chat.external_id.clone());
        let (gateway, Response { delete, menu, .. }) = (gateway.clone(), response);
        if delete.is_empty() && menu.is_none() {
            return;
        }
        self.run(async move {
            for (chat, message) in delete.iter().filter_map(|message| Some((chat.as_ref()?, message))) {
                if let Err(error) = gateway.delete(chat, message).await {
                    tracing::warn!(gateway = gateway.name(), %error, "message.not_deleted");
                }
            }
            if let Some((chat, commands)) = menu {
                let menu = Menu { chat: Some(chat), commands };
                if let Err(error) = gateway.publish_menu(&menu).await {
                    tracing::warn!(gateway = gateway.name(), %error, "menu.not_published");
                }
            }
        });
    }

    /// Answers a press; nothing else has a spinner.
    pub(super) fn toast(&mut self, gateway: &Arc<dyn Gateway>, event: &Event, text: &str) {
        let Event::Press(ButtonPress { press_id, .. }) = event else { return };
        self.gather();
        if self.under_way.len() >= MOST_WITH_TOASTS {
            tracing::debug!(gateway = gateway.name(), "press.left_unanswered");
            return;
        }
        let (gateway, press_id, text) = (gateway.clone(), press_id.clone(), text.to_owned());
        self.run(async move {
            if let Err(error) = gateway.answer_press(&press_id, &text).await {
                // An old press: the answer no longer reaches anybody, what it did stands.
                tracing::debug!(gateway = gateway.name(), %error, "press.not_answered");
            }
        });
    }

    fn run(&mut self, errand: impl Future<Output = ()> + Send + 'static) {
        self.gather();
        let places = self.places.clone();
        self.under_way.spawn(async move {
            // Never closed.
            let _place = places.acquire().await;
            errand.await;
        });
    }

    /// Takes back those that ended. One that panicked was logged by the panic hook, and nothing else depends on it.
    fn gather(&mut self) {
        while self.under_way.try_join_next().is_some() {}
    }

    /// Waits until every one is done.
    pub(super) async fn finish(&mut self) {
        while self.under_way.join_next().await.is_some() {}
    }

    /// Lets those under way go on by themselves.
    pub(super) fn leave(&mut self) {
        self.under_way.detach_all();
    }
}
