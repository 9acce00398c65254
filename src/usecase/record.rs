//! Recording off-line acts: what somebody did on a channel on a day, for the plan to count.
//!
//! * The day it was done counts, not the day it was typed. Once its period is locked only an admin adds to it or takes
//!   from it, with a written reason.
//! * The same content on the same channel again is never counted twice in silence: the person says whether it is a
//!   repeat. A double tap is recognised by its key and changes nothing.
//! * Rows are voided, never changed.

use chrono::NaiveDate;

use super::{Act, UseCaseError, UseCaseResult, tally};
use crate::domain::channel::Channel;
use crate::domain::plan::Plan;
use crate::domain::text::nfc;
use crate::store::Tx;
use crate::store::activities::{Activity, Day, StatutoryForm};

mod airing;
mod check;
mod item_key;
mod removal;
mod rights;
mod undo;

pub use airing::{aired, aired_by_unit};
pub use check::{MAX_EVIDENCE_CHARS, MAX_QUANTITY, MAX_TITLE_CHARS};
pub use rights::may_record;
pub use undo::{void_activity, void_pieces};

/// The counter of the commune that numbers activities.
pub(super) const COUNTER: &str = "activity";

/// An act as somebody reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewActivity {
    /// The channel.
    pub channel: Channel,
    /// What the person called it: a board and a poster hang on one channel and are reported as two types.
    pub called: Option<String>,
    /// The day it was done.
    pub done_on: NaiveDate,
    /// Pieces, at least 1; of an event whose people are not given apart, the people.
    pub quantity: i64,
    /// People present; none when nobody counted them.
    pub attendees: Option<i64>,
    /// What it was; for the portal it may be the address itself.
    pub title: String,
    /// The unit it was done for; none is the commune as a whole.
    pub unit_id: Option<String>,
    /// Where it hangs; none takes the title, which for things that are put up names the place.
    pub place: Option<String>,
    /// Whether `quantity` pieces were taken down, instead of put up.
    pub removal: bool,
    /// Proof: a link, a place, a note.
    pub evidence: Option<String>,
    /// Whether it is a repeat; none when the person has not been asked, `false` when it only looks like one.
    pub repeat: Option<bool>,
    /// Theme of the plan.
    pub theme: Option<String>,
    /// The plan it is for; none counts toward every plan with this channel.
    pub plan_code: Option<String>,
    /// Why it is let into a locked period; admins only.
    pub lock_reason: Option<String>,
    /// A key that the same press or message always has.
    pub dedupe: String,
}

/// What came of recording.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Recorded {
    /// The number people quote.
    pub seq: i64,
    /// Typed after its period had ended: "ghi nhận muộn".
    pub late: bool,
    /// A repeat: stands beside, does not count.
    pub repeat: bool,
    /// No proof, though the plan expects one: "thiếu minh chứng".
    pub missing_evidence: bool,
    /// The act with the same content that was there before.
    pub suspected_duplicate: Option<i64>,
}

/// Records an act.
///
/// # Errors
/// `Denied` without the right; `NotFound` for an unknown plan or unit; `Refused` for a channel that is counted by itself, a
/// text, quantity, theme or date that cannot be, pieces taken down that do not hang there, a locked period, or `refused-duplicate-activity` with `seq` of the act
/// whose content it has, until `repeat` says what it is.
pub async fn record_activity(tx: &mut Tx, act: &Act<'_>, new: &NewActivity) -> UseCaseResult<Recorded> {
    let person = rights::recorder(tx, act, new.unit_id.as_deref()).await?;
    let plans = tally::plans_for(tx, act, new.plan_code.as_deref()).await?;
    if let Some(before) = tx.activity_by_dedupe(&act.commune_id, &new.dedupe).await? {
        return Ok(told_before(&plans, &before));
    }
    let (title, evidence) = check::texts(new)?;
    let theme = check::theme(&plans, new.theme.as_deref())?;
    let late = check::date(act, &plans, new.channel, new.done_on)?;
    let late_reason = rights::locked(tx, act, &plans, (new.channel, new.done_on), new.lock_reason.as_deref()).await?;
    let (quantity, attendees) = check::numbers(new)?;
    let place = check::place(new, &title)?;
    let called = new.called.as_deref().unwrap_or_default();
    if new.removal {
        removal::check(tx, act, new, place.as_deref()).await?;
    }
    let mut activity = Activity {
        id: act.new_id(),
        commune_id: act.commune_id.clone(),
        seq: 0,
        plan_code: new.plan_code.as_ref().and(plans.first()).map(|plan| plan.id.clone()),
        channel: new.channel,
        unit_id: new.unit_id.clone(),
        done_on: Day(new.done_on),
        quantity,
        attendees,
        statutory: StatutoryForm(new.channel.statutory_type_of(&format!("{called} {title}"))),
        place,
        removal: new.removal,
        item_key: item_key(new, (&title, evidence.as_deref())),
        title,
        repeat: false,
        theme,
        evidence,
        late,
        late_reason,
        recorded_by: person,
        recorded_at: act.at.0,
        voided_at: None,
        void_reason: None,
        dedupe: new.dedupe.clone(),
    };
    let same = like_another(tx, &mut activity, new.repeat).await?;
    insert_once(tx, act, &mut activity).await?;
    Ok(Recorded { suspected_duplicate: same, ..told_before(&plans, &activity) })
}

/// Taking down and putting up on one day and in one place are two acts.
fn item_key(new: &NewActivity, texts: (&str, Option<&str>)) -> String {
    let key = item_key::of(new.channel, new.done_on, new.unit_id.as_deref(), texts);
    if new.removal && !key.is_empty() { format!("-{key}") } else { key }
}

/// What is told of an act that stands in a row.
fn told_before(plans: &[Plan], activity: &Activity) -> Recorded {
    Recorded {
        seq: activity.seq,
        late: activity.late,
        repeat: activity.repeat,
        missing_evidence: activity.evidence.is_none()
            && !activity.removal
            && check::wants_evidence(plans, activity.channel),
        suspected_duplicate: None,
    }
}

/// Looks for the same content and lets the person's word decide; gives the number of the act found.
async fn like_another(tx: &mut Tx, activity: &mut Activity, repeat: Option<bool>) -> UseCaseResult<Option<i64>> {
    let same = tx.find_same_activity(&activity.commune_id, activity.channel, &activity.item_key).await?;
    activity.repeat = repeat == Some(true);
    // The same press at the same moment may have been stored since we looked for its key.
    let Some(same) = same.filter(|same| same.dedupe != activity.dedupe) else { return Ok(None) };
    match repeat {
        None => Err(UseCaseError::refused_with("refused-duplicate-activity", vec![("seq", same.seq.to_string())])),
        Some(true) => Ok(Some(same.seq)),
        Some(false) => {
            // It only looks the same: its own id makes it a content of its own.
            activity.item_key = format!("{}#{}", activity.item_key, activity.id);
            Ok(Some(same.seq))
        }
    }
}

/// Numbers and writes an act with its audit entry. False when the same press had already done so.
async fn insert_once(tx: &mut Tx, act: &Act<'_>, activity: &mut Activity) -> UseCaseResult<bool> {
    if let Some(before) = tx.activity_by_dedupe(&act.commune_id, &activity.dedupe).await? {
        *activity = before;
        return Ok(false);
    }
    activity.seq = tx.next_number(&act.commune_id, COUNTER).await?;
    if !tx.insert_activity(activity).await? {
        // Two presses at the same moment: the other one was faster, and its row is there now.
        let before = tx.activity_by_dedupe(&act.commune_id, &activity.dedupe).await?;
        *activity = before.ok_or_else(|| UseCaseError::refused("refused-try-again"))?;
        return Ok(false);
    }
    let locked = if activity.late_reason.is_some() { " locked" } else { "" };
    let detail = format!("seq={} channel={} quantity={}{locked}", activity.seq, activity.channel, activity.quantity);
    tx.audit(act, "activity.recorded", &activity.id, &detail).await?;
    Ok(true)
}

/// The act with a number, voided or not.
async fn numbered(tx: &mut Tx, act: &Act<'_>, seq: i64) -> UseCaseResult<Activity> {
    let found = tx.activity(&act.commune_id, seq).await?;
    found.ok_or_else(|| UseCaseError::NotFound { what: "activity", name: format!("#{seq}") })
}

/// The commune's day on which something is typed.
fn today(act: &Act<'_>) -> NaiveDate {
    act.at.local_date()
}

/// A text in stored form; none when nothing of it can be seen.
fn stored(text: &str) -> Option<String> {
    let text = nfc(text).trim().to_owned();
    (!text.is_empty()).then_some(text)
}
