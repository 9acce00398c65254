//! What a day brings, drawn from the seed: whose day it is, and what happens at which hour.

use super::dice::Dice;
use super::weather::Weather;
use crate::domain::retry::FailureReason;
use crate::domain::schedule::MissedPolicy;

/// One minute in milliseconds.
pub(super) const MINUTE: i64 = 60_000;
/// One hour.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// Most things happen at full quarters of an hour: what happens together costs one look.
pub(super) const STEP: i64 = 15 * MINUTE;
/// One day.
pub(super) const DAY: i64 = 24 * HOUR;

/// A sort of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing goes wrong; at its end nothing may be left undone.
    Quiet,
    /// The platforms are rough and the process is killed again and again.
    Rough,
    /// A platform is out for hours.
    Outage,
    /// The machine's clock is set.
    Clocks,
    /// People do what they always do, and the process stands still for a part of the day.
    Ordinary,
    /// Nobody does anything new; what repeats goes on.
    Still,
}

/// A sort of bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// As soon as it is approved.
    Now,
    /// Now and with the highest urgency.
    Flash,
    /// Now and only for a while: it expires within the hour.
    Brief,
    /// At an hour.
    Timed,
    /// Again and again, and this becomes of what was missed.
    Repeating(MissedPolicy),
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// A platform turns: which, and how.
    Turn(usize, Weather),
    /// The process dies with one of its next commits, and is away for so many milliseconds.
    Kill { commits: i64, away: i64 },
    /// The process is ended in order, and is away for so many milliseconds.
    Stop { away: i64 },
    /// The machine's clock is set so many milliseconds ahead of the sun.
    Set(i64),
    /// Somebody composes.
    Compose(Sort),
    /// A bulletin is taken back.
    Recall,
    /// A bulletin that has not gone is cancelled.
    Cancel,
    /// What repeats is paused, resumed or ended.
    Steer,
    /// A group is unbound.
    Unbind,
    /// Every group that is not bound is bound, and we are in every group again.
    Mend,
    /// Somebody looks at what nobody knows of and says whether it is there.
    SettleDoubts,
}

/// Of so many days the last ones are still: holidays, or weeks that bring nothing.
const ROUND: u32 = 14;
/// How many days of a round are not.
const BUSY: u32 = 7;

/// Whether the days that begin with this one are still, and how many are.
pub(super) fn still_days(day: u32) -> Option<i64> {
    (day % ROUND == BUSY + 1).then_some(i64::from(ROUND - BUSY))
}

/// The sort of a day, from 1.
pub(super) fn kind(dice: &mut Dice, day: u32) -> Kind {
    match day % ROUND {
        0 => return Kind::Still,
        still if still > BUSY => return Kind::Still,
        5 | BUSY => return Kind::Quiet,
        _ => {}
    }
    match dice.between(0, 100) {
        0..30 => Kind::Rough,
        30..50 => Kind::Outage,
        50..70 => Kind::Clocks,
        _ => Kind::Ordinary,
    }
}

/// What happens on a day, on which offices work or not, by milliseconds since its midnight, in no order.
pub(super) fn day(dice: &mut Dice, kind: Kind, is_worked: bool) -> Vec<(i64, Deed)> {
    if kind == Kind::Still {
        return Vec::new();
    }
    let mut deeds = work(dice, kind, is_worked);
    deeds.extend(match kind {
        Kind::Quiet => quiet(),
        Kind::Rough => rough(dice),
        Kind::Outage => outage(dice),
        Kind::Clocks => clocks(dice),
        Kind::Ordinary => ordinary(dice),
        Kind::Still => Vec::new(),
    });
    deeds
}

/// A full quarter between two hours of the day.
fn hour(dice: &mut Dice, from: i64, to: i64) -> i64 {
    dice.between(from * HOUR / STEP, to * HOUR / STEP) * STEP
}

fn work(dice: &mut Dice, kind: Kind, is_worked: bool) -> Vec<(i64, Deed)> {
    let sorts = [Sort::Now, Sort::Now, Sort::Flash, Sort::Timed, Sort::Timed];
    let mut deeds = Vec::new();
    let bulletins = if is_worked && kind != Kind::Quiet { dice.between(0, 3) } else { dice.between(0, 2) };
    for _ in 0..bulletins {
        let sort = dice.one_of(&sorts).copied().unwrap_or(Sort::Now);
        deeds.push((hour(dice, 7, 18), Deed::Compose(sort)));
    }
    if is_worked && dice.happens(25) {
        let policy = dice.one_of(MissedPolicy::ALL).copied().unwrap_or(MissedPolicy::Skip);
        deeds.push((hour(dice, 7, 18), Deed::Compose(Sort::Repeating(policy))));
    }
    for (of_a_hundred, deed) in
        [(12, Deed::Recall), (6, Deed::Cancel), (12, Deed::Steer), (10, Deed::Unbind), (50, Deed::SettleDoubts)]
    {
        if kind != Kind::Quiet && dice.happens(of_a_hundred) {
            deeds.push((hour(dice, 8, 20), deed));
        }
    }
    deeds.push((hour(dice, 9, 21), Deed::Mend));
    deeds
}

/// The day begins with everything in order, and ends with nobody in doubt.
fn quiet() -> Vec<(i64, Deed)> {
    let fair = [0, 1].map(|platform| (0, Deed::Turn(platform, Weather::Fair)));
    let hours = [6, 12, 21, 22].map(|hour| (hour * HOUR, Deed::SettleDoubts));
    [&[(0, Deed::Set(0)), (0, Deed::Mend)], &fair[..], &hours[..]].concat()
}

fn kills(dice: &mut Dice, count: i64) -> Vec<(i64, Deed)> {
    let kill = |dice: &mut Dice| {
        let away = if dice.happens(15) { dice.between(20 * MINUTE, 3 * HOUR) } else { dice.between(1_000, 120_000) };
        (hour(dice, 7, 20) + dice.between(0, 3) * 300, Deed::Kill { commits: dice.between(1, 25), away })
    };
    (0..count).map(|_| kill(dice)).collect()
}

fn rough(dice: &mut Dice) -> Vec<(i64, Deed)> {
    let mut deeds: Vec<(i64, Deed)> = [0, 1].map(|platform| (6 * HOUR, Deed::Turn(platform, Weather::Rough))).into();
    deeds.extend([0, 1].map(|platform| (21 * HOUR, Deed::Turn(platform, Weather::Fair))));
    let count = dice.between(2, 6);
    deeds.extend(kills(dice, count));
    deeds
}

fn outage(dice: &mut Dice) -> Vec<(i64, Deed)> {
    let platform = usize::from(dice.happens(50));
    let reasons = [FailureReason::Unauthorized, FailureReason::Quota, FailureReason::Conflict];
    let barred = Weather::Barred(dice.one_of(&reasons).copied().unwrap_or(FailureReason::Conflict));
    let weather = dice.one_of(&[Weather::Dark, Weather::Dark, Weather::Sick, barred]).copied().unwrap_or(Weather::Dark);
    let (from, long) = (hour(dice, 7, 17), dice.between(10 * MINUTE, 3 * HOUR));
    let mut deeds = vec![(from, Deed::Turn(platform, weather)), (from + long, Deed::Turn(platform, Weather::Fair))];
    deeds.push((from + STEP, Deed::Compose(Sort::Brief)));
    let count = dice.between(0, 2);
    deeds.extend(kills(dice, count));
    deeds
}

/// Set by minutes or by hours, at most by a day, ahead or back; put right some hours later.
fn clocks(dice: &mut Dice) -> Vec<(i64, Deed)> {
    let far = match dice.between(0, 3) {
        0 => dice.between(MINUTE, 30 * MINUTE),
        1 => dice.between(HOUR, 8 * HOUR),
        _ => DAY,
    };
    let error = if dice.happens(50) { far } else { -far };
    let from = hour(dice, 7, 17);
    let mut deeds = vec![(from, Deed::Set(error)), (from + dice.between(MINUTE, 6 * HOUR), Deed::Set(0))];
    let count = dice.between(0, 3);
    deeds.extend(kills(dice, count));
    deeds
}

fn ordinary(dice: &mut Dice) -> Vec<(i64, Deed)> {
    let away = dice.between(MINUTE, 9 * HOUR);
    let mut deeds = vec![(hour(dice, 5, 17), Deed::Stop { away })];
    let count = dice.between(0, 2);
    deeds.extend(kills(dice, count));
    deeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_day_and_every_deed_comes() {
        let mut dice = Dice::of(1, "script");
        let kinds: Vec<Kind> = (1..1_000).map(|day| kind(&mut dice, day)).collect();
        for one in [Kind::Quiet, Kind::Rough, Kind::Outage, Kind::Clocks, Kind::Ordinary, Kind::Still] {
            assert!(kinds.contains(&one), "{one:?}");
        }
        let deeds: Vec<Deed> = kinds.iter().flat_map(|one| day(&mut dice, *one, true)).map(|deed| deed.1).collect();
        for policy in MissedPolicy::ALL {
            assert!(deeds.contains(&Deed::Compose(Sort::Repeating(*policy))), "{policy}");
        }
        for deed in [Deed::Recall, Deed::Cancel, Deed::Steer, Deed::Unbind, Deed::Mend, Deed::SettleDoubts] {
            assert!(deeds.contains(&deed), "{deed:?}");
        }
    }
}
