//! How the villages stand, one by one: whose loudspeaker spoke lately, where something hangs.

use chrono::NaiveDate;

use super::{CountedItem, Freshness, Measure, Target, freshness};

/// Villages by colour. Where only "has one" is asked, those that have are green and the others red.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Spread {
    /// Recent, or there.
    pub green: u32,
    /// Growing old.
    pub yellow: u32,
    /// Too old, or nothing yet.
    pub red: u32,
}

impl Spread {
    /// How many villages there are.
    #[must_use]
    pub const fn whole(self) -> u32 {
        self.green.saturating_add(self.yellow).saturating_add(self.red)
    }

    /// "Xanh 18/24 thôn".
    #[must_use]
    pub fn text(self) -> String {
        format!("Xanh {}/{} thôn", self.green, self.whole())
    }

    fn add(&mut self, colour: Freshness) {
        let place = match colour {
            Freshness::Green => &mut self.green,
            Freshness::Yellow => &mut self.yellow,
            Freshness::Red => &mut self.red,
        };
        *place = place.saturating_add(1);
    }
}

/// How `villages` stand on the day `on` toward a target that looks at each of them; `None` for other targets, and where
/// there is no village. Acts that name no village, or another unit, belong to none of them.
#[must_use]
pub fn spread(target: &Target, items: &[CountedItem], villages: &[String], on: NaiveDate) -> Option<Spread> {
    let looks_at_each = matches!(target.measure, Measure::DaysSince | Measure::Inventory);
    if !looks_at_each || villages.is_empty() {
        return None;
    }
    let counts = |item: &&CountedItem| !item.voided && item.channel == target.channel && item.done_on <= on;
    let items: Vec<&CountedItem> = items.iter().filter(counts).collect();
    let mut spread = Spread::default();
    for village in villages {
        let own = items.iter().copied().filter(|item| item.unit.as_deref() == Some(village));
        spread.add(colour(target, own, on));
    }
    Some(spread)
}

fn colour<'a>(target: &Target, own: impl Iterator<Item = &'a CountedItem>, on: NaiveDate) -> Freshness {
    if let Some(rule) = &target.freshness {
        return freshness(rule, own.map(|item| item.done_on).max(), on);
    }
    let signed = |item: &CountedItem| i64::from(item.quantity) * if item.removal { -1 } else { 1 };
    if own.map(signed).sum::<i64>() > 0 { Freshness::Green } else { Freshness::Red }
}
