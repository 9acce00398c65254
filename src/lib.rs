//! Loa: a commune's loudspeaker.
//!
//! Staff queue directives and announcements by bot commands; a durable engine pushes them into village and department
//! chat groups; village heads acknowledge; everything is counted toward the commune's plan.
//!
//! The rooms, from the inside out: [`domain`] knows rules and nothing else; [`store`] and [`platform`] know the domain;
//! [`usecase`] joins domain and store and is the only writer of business rows; [`desk`] turns chat into use cases;
//! [`engine`] turns time and rows into platform calls; the command line, the health page and [`app`] stand at the edge.
//! The crate `loa-sandbox` stands apart: it plays the platforms, and knows nothing of the rest.

pub mod app;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod domain;
pub mod engine;
pub mod id;
pub mod inspect;
pub mod lifecycle;
pub mod locale;
pub mod platform;
pub mod store;
pub mod telemetry;
pub mod usecase;
pub mod web;
