//! Stand-ins for the platforms on this machine, with limits, faults and people: [`telegram`] plays the Telegram Bot API,
//! [`zalo_bot`] the Zalo Bot Platform, [`zalo_oa`] the Official Account API, each a world of its own.
//!
//! The demo, the tests and the bench talk to them over HTTP as they would talk to the real service, and so can any other
//! client. A crate apart, because it must know nothing of the rest of Loa: a mistake about the wire must not be made on
//! both sides at once.
//!
//! Everything lives in memory and ends with the process. They listen on 127.0.0.1 only.

pub mod act;
mod clocks;
mod config;
mod control;
mod error;
mod fault;
mod listener;
mod params;
pub mod people;
mod picture;
mod rng;
mod server;
mod spoil;
pub mod telegram;
mod transcript;
pub mod zalo_bot;
pub mod zalo_oa;
pub mod zalo_people;

pub use act::{Act, Deed, Stand};
pub use clocks::{ClockFn, Clocks};
pub use config::Config;
pub use error::{ControlError, Result, SandboxError};
pub use fault::{ChatId, Fault, FaultKind};
pub use server::{Hand, Running};

/// The SHA-256 of bytes as 64 hex digits.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
