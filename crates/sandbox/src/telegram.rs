//! A stand-in for the Telegram Bot API.
//!
//! What it does not do: Markdown modes, inline mode, channels, albums, payments, files by URL, the waits
//! by which the real server slows down short polls. Where the documentation and the server's source differ, the
//! source (tdlib/telegram-bot-api, tdlib/td) is followed, down to the texts of errors.

mod access;
mod api;
mod chat;
mod config;
mod control;
mod error;
mod groups;
mod handle;
mod html;
mod limits;
mod message;
mod poll;
pub mod seed;
mod server;
mod show;
mod text;
mod updates;
mod webhook;
mod wire;
mod world;

use crate::{params, picture, rng, server::Running};

pub use crate::{ControlError, Fault, FaultKind, SandboxError};
pub use chat::{GroupKind, Rights, Toast};
pub use config::{BotSpec, Limits, SandboxConfig, TelegramRules};
pub use handle::{ButtonView, FileView, Handle, MessageView, NewUser, PressView};
pub use world::{Counts, SentAct, SentEntry};

/// A running sandbox; `/bot<token>/<method>` is appended to its address.
pub type Sandbox = Running<world::World>;

impl Sandbox {
    /// The tokens, in the order the bots were configured.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.handle().tokens()
    }
}
