//! What people nobody knows may cost: answers a day for each of them, and a share of what an account may send.
//!
//! Anybody may write to the account, as often as they like. So each has a few answers a day; all of them together have a part of the
//! pace and a part of the month that they cannot exceed, whoever many they are; and what is beyond that leaves nothing behind.

/// What somebody nobody knows wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To know whether a bulletin is ours.
    Check,
    /// To be let in: a code, a registration, a button, a word in a group.
    Door,
    /// To be told whom to dial.
    Help,
    /// Anything else.
    Talk,
}

/// How often somebody was heard on a day, by what they wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Heard {
    /// Times they just talked.
    pub talks: i64,
    /// Times they had a bulletin checked.
    pub checks: i64,
    /// Times they wanted to be let in.
    pub doors: i64,
}

impl Heard {
    /// Once, wanting this.
    #[must_use]
    pub const fn once(wish: Wish) -> Self {
        let (talks, checks, doors) = match wish {
            Wish::Talk => (1, 0, 0),
            Wish::Check => (0, 1, 0),
            Wish::Door | Wish::Help => (0, 0, 1),
        };
        Self { talks, checks, doors }
    }
}

/// What is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Answers a person and day to mere talk.
    pub answers_a_day: i64,
    /// Bulletins checked for a person and day.
    pub checks_a_day: i64,
    /// Tries a person and day to be let in.
    pub doors_a_day: i64,
    /// Percent of an account's pace that all of them have together.
    pub rate_percent: u32,
    /// Percent of an account's month that all of them have together.
    pub month_percent: u32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { answers_a_day: 3, checks_a_day: 5, doors_a_day: 20, rate_percent: 10, month_percent: 10 }
    }
}

impl Allowance {
    /// Whether somebody who was heard so often today is heard once more.
    #[must_use]
    pub const fn admits(&self, wish: Wish, heard: Heard) -> bool {
        match wish {
            Wish::Talk => heard.talks < self.answers_a_day,
            Wish::Check => heard.checks < self.checks_a_day,
            Wish::Door => heard.doors < self.doors_a_day,
            // Whatever else they tried today.
            Wish::Help => heard.doors < 2 * self.doors_a_day,
        }
    }

    /// Their messages of a month of so many.
    #[must_use]
    pub fn share_of(&self, messages_a_month: u32) -> u64 {
        u64::from(messages_a_month) * u64::from(self.month_percent) / 100
    }

    /// Whether mere talk is still answered in a month of so many messages of which they had so many: half of their share is kept for
    /// checking bulletins and for being let in.
    #[must_use]
    pub fn answers_talk(&self, messages_a_month: u32, had: u64) -> bool {
        had < self.share_of(messages_a_month).div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wish_has_its_own_measure_a_day() {
        let allowance = Allowance::default();
        for (wish, most) in [(Wish::Talk, 3), (Wish::Check, 5), (Wish::Door, 20), (Wish::Help, 40)] {
            let mut heard = Heard { talks: 0, checks: 0, doors: 0 };
            let mut times = 0;
            while allowance.admits(wish, heard) {
                let once = Heard::once(wish);
                heard = Heard {
                    talks: heard.talks + once.talks,
                    checks: heard.checks + once.checks,
                    doors: heard.doors + once.doors,
                };
                times += 1;
            }
            assert_eq!(times, most, "{wish:?}");
        }
    }

    #[test]
    fn half_of_their_share_of_the_month_is_not_for_talk() {
        let allowance = Allowance::default();
        assert_eq!(allowance.share_of(3_000), 300);
        assert!(allowance.answers_talk(3_000, 149) && !allowance.answers_talk(3_000, 150));
        assert!(allowance.answers_talk(10, 0) && !allowance.answers_talk(10, 1));
    }
}
