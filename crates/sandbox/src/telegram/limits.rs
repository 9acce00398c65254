//! The sending limits: exact sliding windows per bot, per chat and per group.
//!
//! Sends and edits share one budget. A refused call takes no place in any window, except that passing the
//! whole bot's rate shuts the bot out for [`Limits::overall_penalty_s`].

use std::collections::{HashMap, VecDeque};

use super::config::Limits;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
/// Uploads up to this many bytes are not paced (tdlib/telegram-bot-api, `Client::on_cmd`).
const UNPACED_BYTES: usize = 100_000;
/// How far the uploads of one size may run ahead before they are refused, in milliseconds.
const UPLOAD_SLACK_MS: i64 = 6_000;
/// Seconds to wait after a refused upload.
const UPLOAD_RETRY_S: u32 = 60;

/// What one bot has sent lately. Times are monotonic milliseconds.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    overall: VecDeque<i64>,
    chats: HashMap<i64, VecDeque<i64>>,
    shut_until: i64,
    uploads: HashMap<usize, i64>,
}

impl Limiter {
    /// Takes a place for one send or edit into `chat`, or says how many seconds to wait.
    pub(super) fn admit(&mut self, limits: &Limits, chat: i64, now: i64) -> Result<(), u32> {
        if now < self.shut_until {
            return Err(seconds(self.shut_until - now));
        }
        self.check_chat(limits, chat, now)?;
        forget(&mut self.overall, now - SECOND);
        if count(&self.overall) >= limits.per_second {
            self.shut_until = now + i64::from(limits.overall_penalty_s) * SECOND;
            return Err(limits.overall_penalty_s.max(1));
        }
        self.overall.push_back(now);
        self.chats.entry(chat).or_default().push_back(now);
        Ok(())
    }

    fn check_chat(&mut self, limits: &Limits, chat: i64, now: i64) -> Result<(), u32> {
        let sent = self.chats.entry(chat).or_default();
        forget(sent, now - MINUTE);
        if chat < 0 && count(sent) >= limits.group_per_minute {
            return Err(sent.front().map_or(1, |first| seconds(first + MINUTE - now)));
        }
        let last_second = sent.iter().filter(|at| **at > now - SECOND);
        let (n, first) = last_second.fold((0u32, None), |(n, first), at| (n + 1, first.or(Some(*at))));
        if n >= limits.chat_per_second {
            return Err(first.map_or(1, |first| seconds(first + SECOND - now)));
        }
        Ok(())
    }

    /// Paces uploads of identical size: `size × 1e-7` s each, held between 0.2 and 0.9 s; refused when 5 s behind.
    pub(super) fn admit_upload(&mut self, size: usize, now: i64) -> Result<(), u32> {
        if size <= UNPACED_BYTES {
            return Ok(());
        }
        let cost = i64::try_from(size / 10_000).unwrap_or(i64::MAX).clamp(200, 900);
        let free_at = self.uploads.entry(size).or_insert(now);
        let start = (*free_at).max(now);
        if start + cost - now > UPLOAD_SLACK_MS {
            return Err(UPLOAD_RETRY_S);
        }
        *free_at = start + cost;
        Ok(())
    }
}

/// Drops everything sent at or before `until`.
fn forget(window: &mut VecDeque<i64>, until: i64) {
    while window.front().is_some_and(|at| *at <= until) {
        window.pop_front();
    }
}

fn count(window: &VecDeque<i64>) -> u32 {
    u32::try_from(window.len()).unwrap_or(u32::MAX)
}

/// Milliseconds as whole seconds to wait, rounded up, at least one.
fn seconds(ms: i64) -> u32 {
    u32::try_from((ms + SECOND - 1) / SECOND).unwrap_or(1).max(1)
}
