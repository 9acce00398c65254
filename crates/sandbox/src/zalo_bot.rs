//! A stand-in for the Zalo Bot Platform on this machine, with its quotas, its deafness, faults and people.
//!
//! It plays one bot: at the real service ids of people and groups differ from bot to bot, so two bots are two
//! sandboxes. Ids are strings: 20 hex digits for a person, `zgr-` and hex digits for a group, hex digits for a
//! message. Where what is written about the platform and what was seen of it differ, [`Quirks`] plays either.
//!
//! What it does not do: fetch anything but photos, retry a webhook as the real service may (nobody knows how),
//! enforce a rate per second unless told to (none is published). A code or field that no source names is marked
//! as a guess where it stands.
//!
//! Everything lives in memory and ends with the process. It listens on 127.0.0.1 only.

mod calls;
mod config;
mod control;
mod error;
mod handle;
mod hear;
mod hook;
mod photo;
mod poll;
pub mod seed;
mod send;
mod server;
mod show;
mod text;
mod webhook;
mod world;

use crate::server::Running;

pub use crate::{
    ControlError as ZaloBotControlError, Fault as ZaloBotFault, FaultKind as ZaloBotFaultKind,
    SandboxError as ZaloBotError,
};
pub use config::{
    BodyShape, ErrorStatus, FieldNames, IdleAnswer, Polling, Probe, Quirks, ZaloBotConfig, ZaloBotLimits, ZaloBotRules,
};
pub use handle::ZaloBotHandle;
pub use world::{SentKind, ZaloBotCounts, ZaloBotSent};

/// A running stand-in; `/bot<token>/<method>` is appended to its address.
pub type ZaloBotSandbox = Running<world::World>;

impl ZaloBotSandbox {
    /// The token that works now; one, in the shape the other stand-ins have it.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        vec![self.handle().token()]
    }
}
