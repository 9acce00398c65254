//! What one platform call came to, and when the next one may be made.
//!
//! Platforms classify their own answers into an [`Outcome`] by their own tables; failures of the transport
//! are classified here, by phase. The dispatcher acts on the outcome, the store records it. Invariants:
//!
//! * an outcome that nobody can know is [`Outcome::Unknown`] and is never retried by itself;
//! * only what is proven not to have been delivered is retried;
//! * a wait the platform asks for is kept in full, however long our own table would have waited.

use std::time::Duration;

use crate::domain::text_enum::text_enum;

#[cfg(test)]
mod tests;

/// How far a call had come when the transport failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No byte of the request left: name not resolved, connection refused, connect timeout.
    NotSent,
    /// The request had left, in whole or in part.
    AfterSend,
}

text_enum! {
    /// What has to wait before the next try.
    pub enum PauseScope {
        /// This chat only.
        Chat => "chat",
        /// Everything the gateway sends: the platform is out of reach, or we were too fast for it.
        Gateway => "gateway",
        /// Everything the gateway sends, for what is no fault and no haste of ours: its account is being put in order.
        Account => "account",
        /// This message alone: it is of a kind that has to wait, and another one to the same chat does not.
        Message => "message",
    }
}

text_enum! {
    /// Why a message was refused for good.
    pub enum FailureReason {
        /// The bot was removed from the group.
        Kicked => "kicked",
        /// The bot has never been in the group, or left it.
        NotMember => "not_member",
        /// The group no longer exists.
        GroupDeleted => "group_deleted",
        /// The platform does not know the chat: a wrong id, or one of another bot.
        ChatNotFound => "chat_not_found",
        /// The bot may not write there.
        NoRights => "no_rights",
        /// The bot may write there, and send no files.
        NoFileRights => "no_file_rights",
        /// The person blocked the bot.
        Blocked => "blocked",
        /// The person has never opened a chat with the bot, or the platform's window for it is over.
        NeverStarted => "never_started",
        /// The person's account is gone.
        Deactivated => "deactivated",
        /// The group moved and the platform did not say where to.
        Moved => "moved",
        /// The text or caption is longer than the platform allows.
        TooLong => "too_long",
        /// The platform could not parse the markup.
        BadMarkup => "bad_markup",
        /// The file is bigger than the platform allows.
        TooBig => "too_big",
        /// Another fault of the content, certain to repeat in every chat.
        ContentOther => "content_other",
        /// The platform has locked the group: its package is over, or its asset is used elsewhere.
        GroupDisabled => "group_disabled",
        /// The token is not valid, or no longer.
        Unauthorized => "unauthorized",
        /// The platform has locked the account.
        AccountDisabled => "account_disabled",
        /// The account of the settings does not exist, or is of another kind.
        WrongAccount => "wrong_account",
        /// The app is not active, or may not use this part of the interface.
        AppInactive => "app_inactive",
        /// The account's package does not hold what is asked for.
        Package => "package",
        /// The account's prepaid balance is used up, or there is none.
        Balance => "balance",
        /// The proof of the app's secret does not fit.
        BadProof => "bad_proof",
        /// The platform has shut down the form of the interface that this program speaks.
        OldInterface => "old_interface",
        /// The account's quota is used up.
        Quota => "quota",
        /// What this person may be sent is used up, or the account's package holds no more people.
        PersonQuota => "person_quota",
        /// Another process uses the same account.
        Conflict => "conflict",
        /// The message to edit, delete or answer is gone or can no longer be changed.
        MessageGone => "message_gone",
        /// The table of retries is used up.
        GaveUp => "gave_up",
        /// Refused with a text no table knows.
        Generic => "generic",
    }
}

/// What a refusal means beyond the message itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing: only this message failed.
    Message,
    /// The chat cannot be reached until somebody repairs it: no further messages there.
    ParkChat,
    /// The content is at fault and would fail in every chat: stop the broadcast now.
    StopBroadcast,
    /// The content may be at fault: stop the broadcast once [`same_text_stops`] says so.
    SuspectContent,
    /// The account is at fault: stop everything of the gateway and call an admin. Its messages are to be
    /// held rather than failed, so that those not sent yet go out after the repair and no others.
    HaltGateway,
}

impl FailureReason {
    /// What the refusal means beyond the message.
    #[must_use]
    pub const fn consequence(self) -> Consequence {
        match self {
            Self::Kicked
            | Self::NotMember
            | Self::GroupDeleted
            | Self::ChatNotFound
            | Self::NoRights
            | Self::Blocked
            | Self::NeverStarted
            | Self::PersonQuota
            | Self::Deactivated
            | Self::GroupDisabled
            | Self::Moved => Consequence::ParkChat,
            Self::TooLong | Self::BadMarkup | Self::TooBig | Self::ContentOther => Consequence::StopBroadcast,
            Self::Unauthorized
            | Self::AccountDisabled
            | Self::WrongAccount
            | Self::AppInactive
            | Self::Package
            | Self::Balance
            | Self::BadProof
            | Self::OldInterface
            | Self::Quota
            | Self::Conflict => Consequence::HaltGateway,
            Self::Generic => Consequence::SuspectContent,
            Self::MessageGone | Self::GaveUp | Self::NoFileRights => Consequence::Message,
        }
    }

    /// Whether only a message that arrives proves that a fault of the account is over: asking who we are costs nothing there.
    #[must_use]
    pub const fn ends_by_a_message(self) -> bool {
        matches!(self, Self::Quota | Self::Balance | Self::Package)
    }

    /// Whether the refusal stops the broadcast at once, before another chat is tried.
    #[must_use]
    pub const fn stops_broadcast(self) -> bool {
        matches!(self.consequence(), Consequence::StopBroadcast)
    }
}

text_enum! {
    /// Why nobody can know whether a message was delivered.
    pub enum UnknownReason {
        /// No answer in time, after the request had left.
        Timeout => "timeout",
        /// The connection broke after the request had left.
        Reset => "reset",
        /// The platform's server failed (5xx) or was restarting.
        ServerError => "server_error",
        /// The answer could not be read.
        Unreadable => "unreadable",
        /// The platform took the message and then lost it: most likely it was seen.
        Vanished => "vanished",
        /// This service stopped between the call and its record.
        Crashed => "crashed",
    }
}

/// What one call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform has it.
    Sent {
        /// The platform's id of the message; `None` if the call makes none, as an edit.
        external_id: Option<String>,
    },
    /// Not delivered and worth another try.
    RetryLater {
        /// How long the platform asked to wait; `None` if it did not say.
        after: Option<Duration>,
        /// What has to wait.
        scope: PauseScope,
    },
    /// Not delivered: the chat has another id now. Rewrite it and try again at once.
    Moved {
        /// The new id.
        to: String,
    },
    /// Not delivered, and trying again would not help.
    Final(FailureReason),
    /// Nobody can know. Settled by evidence or by a person, never by a blind retry.
    Unknown(UnknownReason),
}

impl Outcome {
    /// The outcome of a call that the transport broke off. `timed_out` tells a timeout from a reset.
    ///
    /// A host that cannot be reached is no fault of the chat, so the gateway waits.
    #[must_use]
    pub const fn of_transport(phase: Phase, timed_out: bool) -> Self {
        match (phase, timed_out) {
            (Phase::NotSent, _) => Self::RetryLater { after: None, scope: PauseScope::Gateway },
            (Phase::AfterSend, true) => Self::Unknown(UnknownReason::Timeout),
            (Phase::AfterSend, false) => Self::Unknown(UnknownReason::Reset),
        }
    }
}

/// Waits before the second, third … try, before jitter. After the last one the message has failed, unless
/// the whole gateway is out of reach: then the last wait repeats until the message expires.
pub const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(5),
];

/// The longest wait a platform is believed, 14 days: what Telegram's own library believes (`tdlib/td`, `NetQueryDelayer.cpp`).
pub const LONGEST_ASKED_WAIT: Duration = Duration::from_hours(14 * 24);
/// A wait beyond this concerns the chat that was told to wait and nobody else, and somebody is to know of it.
pub const LONG_WAIT: Duration = Duration::from_mins(5);

/// How far jitter moves a wait of the table either way, in thousandths.
const JITTER_PER_MILLE: u64 = 200;

/// What to do after a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Try again after this long.
    After(Duration),
    /// No tries are left: the message has failed as [`FailureReason::GaveUp`].
    GiveUp,
}

/// When to try again after `tries` failed tries (1 after the first one).
///
/// `asked` is the wait the platform asked for; it is kept exactly, up to [`LONGEST_ASKED_WAIT`], and never the last. Otherwise
/// the table decides, moved by up to ±20 % as `roll` says, a number drawn evenly from all of `u16`, so that
/// chats that failed together do not come back together.
#[must_use]
pub fn next_try(tries: u32, scope: PauseScope, asked: Option<Duration>, roll: u16) -> Retry {
    let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = RETRY_DELAYS.len() - 1;
    match asked {
        Some(asked) => Retry::After(asked.min(LONGEST_ASKED_WAIT)),
        None if step > last && scope == PauseScope::Chat => Retry::GiveUp,
        None => Retry::After(jittered(RETRY_DELAYS[step.min(last)], roll)),
    }
}

fn jittered(delay: Duration, roll: u16) -> Duration {
    let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let per_mille = 1_000 - JITTER_PER_MILLE + 2 * JITTER_PER_MILLE * u64::from(roll) / u64::from(u16::MAX);
    Duration::from_millis(millis.saturating_mul(per_mille) / 1_000)
}

/// How many chats have to give the same text before the content is held to be at fault.
pub const SAME_TEXT_CHATS: usize = 3;

/// Whether a broadcast has to stop because its content is refused everywhere: [`SAME_TEXT_CHATS`] different
/// chats gave the same text and none succeeded.
///
/// `refusals` are the generic refusals so far, as (chat, text of the platform) in any order.
#[must_use]
pub fn same_text_stops(refusals: &[(&str, &str)], any_sent: bool) -> bool {
    let chats_with = |text: &str| {
        let mut chats: Vec<&str> = refusals.iter().filter(|(_, other)| *other == text).map(|(chat, _)| *chat).collect();
        chats.sort_unstable();
        chats.dedup();
        chats.len()
    };
    !any_sent && refusals.iter().any(|(_, text)| chats_with(text) >= SAME_TEXT_CHATS)
}
