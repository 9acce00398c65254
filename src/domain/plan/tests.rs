//! The shipped plan, and the rows the tests are made of.

mod counting;
mod documents;
mod edges;
mod file;
mod properties;
mod villages;
mod words;

use chrono::{Datelike, NaiveDate};

use super::*;
use crate::domain::bulletin::Level;
use crate::domain::channel::Channel;

const FILE: &str = include_str!("../../../config/plans/ha-long-2025.toml");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The shipped plan, issued on the day given; an empty string leaves it unknown.
fn plan(issued: &str) -> Plan {
    let date = (!issued.is_empty()).then(|| day(issued));
    Plan::from_toml(FILE).unwrap().with_issue_date(date).unwrap()
}

fn weekday(date: NaiveDate) -> bool {
    date.weekday().num_days_from_monday() < 5
}

/// A fresh act with proof, recorded on the day it was done; its key is its day and channel.
fn act(channel: Channel, done: &str) -> CountedItem {
    CountedItem {
        channel,
        done_on: day(done),
        recorded_on: day(done),
        quantity: 1,
        item_key: format!("{channel}-{done}"),
        repeat: false,
        evidence: true,
        voided: false,
        theme: None,
        removal: false,
        unit: None,
    }
}

fn banners(done: &str, quantity: u32) -> CountedItem {
    CountedItem { quantity, ..act(Channel::Banner, done) }
}

fn document(code: &str, sent_on: &str, zalo_sent: u32) -> DocumentReach {
    DocumentReach {
        code: code.to_owned(),
        level: Level::Superior,
        first_sent_on: (!sent_on.is_empty()).then(|| day(sent_on)),
        zalo_planned: 24,
        zalo_sent,
        other_planned: 0,
        other_sent: 0,
        other_first_sent_on: None,
        withdrawn: false,
        corrects: None,
    }
}

/// The line of one target on a day, in the plan issued on 08/7/2025.
fn line(target: &str, on: &str, items: &[CountedItem]) -> TargetProgress {
    line_of(&plan("2025-07-08"), target, day(on), items, &[])
}

fn line_of(
    plan: &Plan,
    target: &str,
    on: impl Into<AsOf>,
    items: &[CountedItem],
    documents: &[DocumentReach],
) -> TargetProgress {
    let lines = progress(plan, on, items, documents, &weekday);
    lines.into_iter().find(|line| line.target_id == target).unwrap()
}
