//! Measuring the engine: years of history made up in a moment, and loads put through the real loops.

pub mod year;
