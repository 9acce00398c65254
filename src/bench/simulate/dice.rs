//! Chance from a seed: the same seed draws the same, on every machine.

/// A stream of numbers (`SplitMix64`, Steele, Lea and Flood 2014). Good enough to draw what happens, and not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The stream that belongs to a seed and a name: what one of them draws moves no other.
    pub(super) fn of(seed: u64, name: &str) -> Self {
        let mut mixed = Self(seed);
        for byte in name.bytes() {
            mixed = Self(mixed.next() ^ u64::from(byte));
        }
        mixed
    }

    /// The next number.
    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` to just before `to`; `from` where nothing lies between.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to.saturating_sub(from)).unwrap_or(0);
        let drawn = self.next().checked_rem(width).unwrap_or(0);
        from.saturating_add(i64::try_from(drawn).unwrap_or(0))
    }

    /// Whether something happens that happens so many times of a hundred.
    pub(super) fn happens(&mut self, of_a_hundred: i64) -> bool {
        self.between(0, 100) < of_a_hundred
    }

    /// One of several; none of none.
    pub(super) fn one_of<'a, T>(&mut self, several: &'a [T]) -> Option<&'a T> {
        let count = i64::try_from(several.len()).unwrap_or(i64::MAX);
        several.get(usize::try_from(self.between(0, count)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_name_draw_the_same_and_others_draw_others() {
        let drawn = |seed, name| Dice::of(seed, name).next();
        assert_eq!(drawn(7, "weather"), drawn(7, "weather"));
        assert_ne!(drawn(7, "weather"), drawn(8, "weather"));
        assert_ne!(drawn(7, "weather"), drawn(7, "people"));
    }

    #[test]
    fn what_is_drawn_lies_between_its_bounds() {
        let mut dice = Dice::of(1, "bounds");
        assert!((0..1_000).all(|_| (-3..5).contains(&dice.between(-3, 5))));
        assert_eq!((dice.between(4, 4), dice.between(9, 2)), (4, 9));
        assert!(!dice.happens(0) && dice.happens(100));
        assert_eq!(dice.one_of::<u8>(&[]), None);
    }
}
