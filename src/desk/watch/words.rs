//! Words of state for people.

use crate::domain::message::DeliveryState;
use crate::domain::org::UnitKind;
use crate::domain::retry::FailureReason;
use crate::locale::Locale;
use crate::say;
use crate::store::bulletins::ScheduleState;
use crate::store::overview::PlannedSending;
use crate::usecase::status::{BroadcastStatus, DeliveryStatus, PartStatus};

/// "chờ duyệt", or that the schedule stands still.
pub(super) fn planned(locale: &Locale, sending: &PlannedSending) -> String {
    match sending.state {
        ScheduleState::Paused => say!(locale, "watch-schedule-paused"),
        ScheduleState::Asking => say!(locale, "watch-schedule-asking"),
        _ => sending.bulletin_state.vietnamese().to_owned(),
    }
}

/// What is counted as confirming: "thôn", or "đơn vị" when others are among them.
pub(super) fn noun(locale: &Locale, broadcast: &BroadcastStatus) -> String {
    let villages = broadcast.obligations.iter().all(|obligation| obligation.unit_kind == UnitKind::Village);
    if villages { say!(locale, "watch-noun-villages") } else { say!(locale, "watch-noun-units") }
}

/// The numbers that are not zero beside those sent: "không rõ 1, lỗi 6".
pub(super) fn beside(locale: &Locale, broadcast: &BroadcastStatus) -> Vec<String> {
    let counts = &broadcast.counts;
    let named = [
        (counts.unknown, "watch-count-unknown"),
        (counts.failed, "watch-count-failed"),
        (counts.partial, "watch-count-partial"),
        (counts.pending, "watch-count-pending"),
        (counts.skipped, "watch-count-skipped"),
        (counts.expired, "watch-count-expired"),
        (counts.cancelled, "watch-count-cancelled"),
    ];
    named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, key)| locale.text(key, &[("count", count.into())]))
        .collect()
}

/// Why a part of a delivery was not sent.
pub(super) fn why(locale: &Locale, delivery: &DeliveryStatus, part: &PartStatus) -> String {
    let reason = part.reason.as_deref().unwrap_or_default();
    let why = known(locale, reason).unwrap_or_else(|| part.detail.clone().unwrap_or_else(|| reason.to_owned()));
    let partly = delivery.state == DeliveryState::Partial || delivery.messages.len() > 1;
    if partly {
        say!(locale, "watch-why-part", part = part.part, parts = delivery.messages.len(), why = why)
    } else {
        why
    }
}

fn known(locale: &Locale, reason: &str) -> Option<String> {
    let key = match reason {
        "no_answer" => "watch-why-no-answer",
        "restored" => "watch-why-restored",
        "chat_suspended" => "watch-why-suspended",
        "earlier_part_failed" => "watch-why-earlier-part",
        "content_refused" => "watch-why-content",
        "expired" => "watch-why-expired",
        "fallback" => "watch-why-fallback",
        "budget" | "stranger_share" => "watch-why-budget",
        _ => of_failure(reason.parse().ok()?),
    };
    Some(locale.text(key, &[]))
}

const fn of_failure(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::Kicked | FailureReason::NotMember => "watch-why-not-member",
        FailureReason::GroupDeleted | FailureReason::ChatNotFound | FailureReason::Moved => "watch-why-gone",
        FailureReason::NoRights => "watch-why-no-rights",
        FailureReason::NoFileRights => "watch-why-no-file-rights",
        FailureReason::Blocked | FailureReason::NeverStarted | FailureReason::Deactivated => "watch-why-private-closed",
        FailureReason::TooLong | FailureReason::BadMarkup | FailureReason::ContentOther | FailureReason::Generic => {
            "watch-why-content"
        }
        FailureReason::TooBig => "watch-why-too-big",
        FailureReason::GroupDisabled => "watch-why-group-disabled",
        FailureReason::Unauthorized | FailureReason::Conflict => "watch-why-token",
        FailureReason::AccountDisabled
        | FailureReason::WrongAccount
        | FailureReason::AppInactive
        | FailureReason::Package
        | FailureReason::Balance
        | FailureReason::BadProof
        | FailureReason::OldInterface => "watch-why-account",
        FailureReason::Quota | FailureReason::PersonQuota => "watch-why-quota",
        FailureReason::MessageGone | FailureReason::GaveUp => "watch-why-gave-up",
    }
}
