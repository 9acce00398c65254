//! The domain: pure rules, no async, no IO, no knowledge of any other room.

pub mod ack;
pub mod admission;
pub mod audience;
pub mod budget;
pub mod bulletin;
pub mod calendar;
pub mod carriage;
pub mod channel;
pub mod command;
pub mod document;
pub mod event;
pub mod ladder;
pub mod message;
pub mod org;
pub mod period;
pub mod plan;
pub mod recurrence;
pub mod render;
pub mod retention;
pub mod retry;
pub mod schedule;
pub mod secrecy;
pub mod text;
pub mod text_enum;
pub mod urgency;
pub mod when;
