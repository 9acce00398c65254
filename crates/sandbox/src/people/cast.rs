//! Gives a crowd of people their manners and delays from a seed.

use super::{Id, Manner, Persona, rng};

/// One manner's share of a crowd, and how long its people take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The manner.
    pub manner: Manner,
    /// Parts of the whole; the whole is the sum of all parts.
    pub parts: u32,
    /// Shortest and longest delay in milliseconds.
    pub delay_ms: (i64, i64),
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

impl Share {
    /// A crowd of village heads as a commune knows them: two in three answer within the hour, some without a
    /// button, one in ten complains or waits to be reminded. An invented mix, for demonstration.
    pub const COMMUNE: [Self; 8] = [
        Self { manner: Manner::PressButton, parts: 36, delay_ms: (20_000, 40 * MINUTE) },
        Self { manner: Manner::ReplyNoAccents, parts: 16, delay_ms: (MINUTE, HOUR) },
        Self { manner: Manner::ReplyStrong, parts: 14, delay_ms: (MINUTE, 2 * HOUR) },
        Self { manner: Manner::PlainStrong, parts: 6, delay_ms: (2 * MINUTE, 2 * HOUR) },
        Self { manner: Manner::WeakReply, parts: 10, delay_ms: (MINUTE, HOUR) },
        Self { manner: Manner::Negative, parts: 5, delay_ms: (5 * MINUTE, HOUR) },
        Self { manner: Manner::Late, parts: 7, delay_ms: (5 * HOUR, 30 * HOUR) },
        Self { manner: Manner::Silent, parts: 6, delay_ms: (0, 0) },
    ];
}

/// Gives each person of `crowd` (person, group, village name) a manner and a delay.
///
/// Depends on the seed and the person's id only: adding somebody changes nobody else.
#[must_use]
pub fn cast<I: Id>(seed: u64, crowd: &[(I, I, String)], shares: &[Share]) -> Vec<Persona<I>> {
    let persona = |(user_id, chat_id, place): &(I, I, String)| {
        let (manner, delay_ms) = part(rng::mix(seed, user_id.luck()), shares)?;
        let (user_id, chat_id, place) = (user_id.clone(), chat_id.clone(), place.clone());
        Some(Persona { user_id, chat_id, place, manner, delay_ms })
    };
    crowd.iter().filter_map(persona).collect()
}

/// The manner and the delay in milliseconds that fall to somebody with this luck.
fn part(luck: u64, shares: &[Share]) -> Option<(Manner, i64)> {
    let share = chosen(shares, luck)?;
    let (shortest, longest) = share.delay_ms;
    let span = longest.saturating_sub(shortest).max(0).unsigned_abs() + 1;
    let extra = i64::try_from(rng::mix(luck, 1) % span).unwrap_or(0);
    Some((share.manner, shortest.saturating_add(extra)))
}

fn chosen(shares: &[Share], luck: u64) -> Option<Share> {
    let whole: u64 = shares.iter().map(|s| u64::from(s.parts)).sum();
    let mut left = luck.checked_rem(whole)?;
    shares.iter().copied().find(|share| match left.checked_sub(u64::from(share.parts)) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })
}
