//! Stored rows as the facts that a plan is counted from.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::calendar::Millis;
use crate::domain::channel::Channel;
use crate::domain::plan::{CountedItem, DocumentReach};
use crate::store::activities::{Activity, GatewayReach};
use crate::usecase::house::GatewayTraits;

/// An act as it is counted.
pub(super) fn item(activity: &Activity) -> CountedItem {
    CountedItem {
        channel: activity.channel,
        done_on: activity.done_on.0,
        recorded_on: Millis(activity.recorded_at).local_date(),
        quantity: small(counted(activity)),
        item_key: activity.item_key.clone(),
        repeat: activity.repeat,
        evidence: activity.evidence.is_some(),
        voided: activity.voided_at.is_some(),
        theme: activity.theme.clone(),
        removal: activity.removal,
        unit: activity.unit_id.clone(),
    }
}

/// Pieces; of an event, the people who were there, as far as they were counted.
fn counted(activity: &Activity) -> i64 {
    if activity.channel.gathers_people() { activity.attendees.unwrap_or(0) } else { activity.quantity }
}

/// Documents by code and version.
pub(super) type Documents<'a> = BTreeMap<(&'a str, i64), DocumentReach>;

/// One row for each version of each document, over all gateways; versions of a document share its code and so count as
/// one. Groups on gateways that count as Zalo are the count; everything else, what heads pass on by hand
/// included, stands beside.
pub(super) fn documents<'a>(reaches: &'a [GatewayReach], gateways: &BTreeMap<String, GatewayTraits>) -> Documents<'a> {
    let mut documents = Documents::new();
    for reach in reaches {
        let document = documents.entry((&reach.code, reach.version)).or_insert_with(|| unsent(reach));
        let counts = |gateway: &String| gateways.get(gateway).is_some_and(|gateway| gateway.counts_as_zalo);
        let is_zalo = counts(&reach.gateway) && !reach.relay;
        let stays_planned = is_zalo && reach.replaced_by.as_ref().is_some_and(|gateway| !counts(gateway));
        if reach.replaced_by.is_some() && reach.sent == 0 && !stays_planned {
            // Its place was taken by a group that is counted itself. Only a Zalo group that another platform stood in for
            // is still missing, because the plan names Zalo.
            continue;
        }
        if is_zalo {
            add_zalo(document, reach);
        } else {
            document.other_planned = document.other_planned.saturating_add(small(reach.planned));
            document.other_sent = document.other_sent.saturating_add(small(reach.sent));
            let known = document.other_first_sent_on.into_iter().chain(day_of(reach));
            document.other_first_sent_on = known.min();
        }
    }
    documents
}

/// The documents that speak of a theme, as items of it on the chat groups' channel. No target counts items there; they
/// are only looked at for the themes.
pub(super) fn themed(reaches: &[GatewayReach], documents: &Documents<'_>) -> Vec<CountedItem> {
    let of_reach = |reach: &GatewayReach| {
        let document = documents.get(&(reach.code.as_str(), reach.version)).filter(|document| !document.withdrawn)?;
        Some(theme_item(&reach.code, reach.theme.clone()?, document.first_sent_on?))
    };
    reaches.iter().filter_map(of_reach).collect()
}

fn theme_item(code: &str, theme: String, sent_on: NaiveDate) -> CountedItem {
    CountedItem {
        channel: Channel::ChatGroup,
        done_on: sent_on,
        recorded_on: sent_on,
        quantity: 1,
        item_key: code.to_owned(),
        repeat: false,
        evidence: true,
        voided: false,
        theme: Some(theme),
        removal: false,
        unit: None,
    }
}

fn add_zalo(document: &mut DocumentReach, reach: &GatewayReach) {
    document.zalo_planned = document.zalo_planned.saturating_add(small(reach.planned));
    document.zalo_sent = document.zalo_sent.saturating_add(small(reach.sent));
    let known = document.first_sent_on.into_iter().chain(day_of(reach));
    document.first_sent_on = known.min();
}

fn day_of(reach: &GatewayReach) -> Option<NaiveDate> {
    reach.first_sent_at.map(|at| Millis(at).local_date())
}

fn unsent(reach: &GatewayReach) -> DocumentReach {
    DocumentReach {
        code: reach.code.clone(),
        level: reach.level,
        first_sent_on: None,
        zalo_planned: 0,
        zalo_sent: 0,
        other_planned: 0,
        other_sent: 0,
        other_first_sent_on: None,
        withdrawn: reach.withdrawn,
        corrects: None,
    }
}

/// A stored number as the plan counts: never negative, and saturating.
fn small(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::bulletin::Level;
    use crate::domain::render;

    fn gateways() -> BTreeMap<String, GatewayTraits> {
        let render = render::Capabilities {
            text_limit_utf16: 2_000,
            caption_limit: 0,
            html: false,
            buttons: false,
            files: false,
        };
        let traits = |counts_as_zalo| GatewayTraits::unlimited(render, counts_as_zalo, false);
        let named = [("zalo", true), ("oa", true), ("tele", false)];
        named.map(|(name, counts)| (name.to_owned(), traits(counts))).into()
    }

    fn reach(gateway: &str, replaced_by: Option<&str>, (planned, sent): (i64, i64)) -> GatewayReach {
        GatewayReach {
            code: "VB-2025-0042".to_owned(),
            version: 1,
            level: Level::Local,
            plan_code: None,
            theme: None,
            withdrawn: false,
            gateway: gateway.to_owned(),
            relay: false,
            replaced_by: replaced_by.map(str::to_owned),
            planned,
            sent,
            first_sent_at: (sent > 0).then_some(1),
        }
    }

    #[rstest]
    #[case::telegram_stands_in_for_zalo("zalo", "tele", (24, 23), (1, 1))]
    #[case::zalo_stands_in_for_zalo("zalo", "oa", (24, 24), (0, 0))]
    #[case::zalo_stands_in_for_telegram("tele", "zalo", (24, 24), (0, 0))]
    fn a_fallback_counts_as_zalo_when_it_is_zalo_and_a_missing_zalo_group_stays_missing(
        #[case] from: &str,
        #[case] to: &str,
        #[case] zalo: (u32, u32),
        #[case] other: (u32, u32),
    ) {
        let reaches = [reach("zalo", None, (23, 23)), reach(from, Some(to), (1, 0)), reach(to, None, (1, 1))];
        let documents = documents(&reaches, &gateways());
        let document = documents.values().next().unwrap();
        assert_eq!((document.zalo_planned, document.zalo_sent), zalo);
        assert_eq!((document.other_planned, document.other_sent), other);
    }
}
