//! Off-line acts toward the plan, the plans themselves, and how far documents got.
//!
//! * `activities` holds only what a person recorded or a head confirmed by hand. What the engine sent is never written
//!   here: [`GatewayReach`] is read off deliveries and their messages each time it is asked for.
//! * A row is never changed: it is voided, with a reason, and stays.
//! * Written by `usecase::record` and `usecase::tally`; read by them, by reports and by the command line.

use chrono::NaiveDate;

use crate::domain::calendar::Millis;
use crate::domain::channel::{Channel, StatutoryType};
use crate::domain::text_enum::UnknownWord;
use crate::store::{StoreResult, Tx, expect_one, on};

mod plans;
mod reach;

pub use plans::{PlanChange, StoredPlan};
pub use reach::GatewayReach;

/// A date as it stands in a row, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl TryFrom<String> for Day {
    type Error = chrono::ParseError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        stored.parse().map(Self)
    }
}

/// A type of Nghị định 49/2024/NĐ-CP as it stands in a row; none when the act is of none of the eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct StatutoryForm(pub Option<StatutoryType>);

impl TryFrom<Option<String>> for StatutoryForm {
    type Error = UnknownWord;

    fn try_from(stored: Option<String>) -> Result<Self, Self::Error> {
        stored.map(StatutoryType::try_from).transpose().map(Self)
    }
}

/// One recorded act.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Activity {
    /// The id.
    pub id: String,
    /// The commune.
    pub commune_id: String,
    /// The number people quote, from 1.
    pub seq: i64,
    /// The plan it was recorded for; none counts toward every plan with its channel.
    pub plan_code: Option<String>,
    /// The channel it was done on.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// The unit it was done for; none is the commune as a whole.
    pub unit_id: Option<String>,
    /// The day it was done: the one that counts.
    #[sqlx(try_from = "String")]
    pub done_on: Day,
    /// Pieces hung, people present… at least 1.
    pub quantity: i64,
    /// What it was.
    pub title: String,
    /// The identity of the content; blank is a content of its own.
    pub item_key: String,
    /// A repeat ("lượt phát lại"): stands beside, never counts.
    pub repeat: bool,
    /// Theme of the plan, `ND1`….
    pub theme: Option<String>,
    /// Proof: a link, a place, a note.
    pub evidence: Option<String>,
    /// Typed after its period had ended.
    pub late: bool,
    /// Why it was let into a locked period.
    pub late_reason: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was typed, epoch milliseconds of business time.
    pub recorded_at: i64,
    /// When it was voided.
    pub voided_at: Option<i64>,
    /// Why it was voided.
    pub void_reason: Option<String>,
    /// The same press or message always has the same key and is stored once.
    pub dedupe: String,
    /// The type of Nghị định 49/2024/NĐ-CP it is reported under.
    #[sqlx(try_from = "Option<String>")]
    pub statutory: StatutoryForm,
    /// People present; none when nobody counted them.
    pub attendees: Option<i64>,
    /// Where it hangs.
    pub place: Option<String>,
    /// It says that `quantity` pieces were taken down on that day.
    pub removal: bool,
}

/// Which acts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// First day; none for no limit.
    pub from: Option<NaiveDate>,
    /// Last day, inclusive; none for no limit.
    pub to: Option<NaiveDate>,
    /// One channel; none for all.
    pub channel: Option<Channel>,
}

const INSERT: &str = "INSERT INTO activities (id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, \
     repeat, theme, evidence, late, late_reason, recorded_by, recorded_at, dedupe, statutory, attendees, place, removal) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) \
     ON CONFLICT (dedupe) DO NOTHING";
const BY_SEQ: &str = "SELECT id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, repeat, theme, \
     evidence, late, late_reason, recorded_by, recorded_at, voided_at, void_reason, dedupe, statutory, attendees, place, removal \
     FROM activities WHERE commune_id = $1 AND seq = $2";
const BY_DEDUPE: &str = "SELECT id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, repeat, theme, \
     evidence, late, late_reason, recorded_by, recorded_at, voided_at, void_reason, dedupe, statutory, attendees, place, removal \
     FROM activities WHERE commune_id = $1 AND dedupe = $2";
// The one that counts stands before its repeats.
const SAME: &str = "SELECT id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, repeat, theme, \
     evidence, late, late_reason, recorded_by, recorded_at, voided_at, void_reason, dedupe, statutory, attendees, place, removal \
     FROM activities WHERE commune_id = $1 AND channel = $2 AND item_key = $3 AND item_key <> '' AND voided_at IS NULL \
     ORDER BY repeat, done_on, seq LIMIT 1";
const LIST: &str = "SELECT id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, repeat, theme, \
     evidence, late, late_reason, recorded_by, recorded_at, voided_at, void_reason, dedupe, statutory, attendees, place, removal \
     FROM activities WHERE commune_id = $1 AND (done_on >= $2 OR $2 = '') AND (done_on <= $3 OR $3 = '') \
     AND (channel = $4 OR $4 = '') ORDER BY done_on, seq";
const COUNTED: &str = "SELECT id, commune_id, seq, plan_code, channel, unit_id, done_on, quantity, title, item_key, repeat, theme, \
     evidence, late, late_reason, recorded_by, recorded_at, voided_at, void_reason, dedupe, statutory, attendees, place, removal \
     FROM activities WHERE commune_id = $1 AND (plan_code = $2 OR plan_code IS NULL) AND done_on <= $3 AND voided_at IS NULL \
     ORDER BY done_on, seq";
const VOID: &str = "UPDATE activities SET voided_at = $2, void_reason = $3 WHERE id = $1 AND voided_at IS NULL";

impl Tx {
    /// Writes an act. False when its dedupe key is there already: the same press, stored before.
    ///
    /// # Errors
    /// The database; a number already given.
    pub async fn insert_activity(&mut self, activity: &Activity) -> StoreResult<bool> {
        let done_on = activity.done_on.0.to_string();
        let affected = on!(self, |c| sqlx::query(INSERT)
            .bind(&activity.id)
            .bind(&activity.commune_id)
            .bind(activity.seq)
            .bind(&activity.plan_code)
            .bind(activity.channel.as_str())
            .bind(&activity.unit_id)
            .bind(&done_on)
            .bind(activity.quantity)
            .bind(&activity.title)
            .bind(&activity.item_key)
            .bind(activity.repeat)
            .bind(&activity.theme)
            .bind(&activity.evidence)
            .bind(activity.late)
            .bind(&activity.late_reason)
            .bind(&activity.recorded_by)
            .bind(activity.recorded_at)
            .bind(&activity.dedupe)
            .bind(activity.statutory.0.map(StatutoryType::as_str))
            .bind(activity.attendees)
            .bind(&activity.place)
            .bind(activity.removal)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }

    /// The act with this number, voided or not.
    ///
    /// # Errors
    /// The database.
    pub async fn activity(&mut self, commune_id: &str, seq: i64) -> StoreResult<Option<Activity>> {
        Ok(on!(self, |c| sqlx::query_as(BY_SEQ).bind(commune_id).bind(seq).fetch_optional(c).await?))
    }

    /// The act that this press or message led to, voided or not.
    ///
    /// # Errors
    /// The database.
    pub async fn activity_by_dedupe(&mut self, commune_id: &str, dedupe: &str) -> StoreResult<Option<Activity>> {
        Ok(on!(self, |c| sqlx::query_as(BY_DEDUPE).bind(commune_id).bind(dedupe).fetch_optional(c).await?))
    }

    /// An act with the same content on the same channel, the one that counts before its repeats; voided ones are not
    /// looked at, and a blank key is like no other.
    ///
    /// # Errors
    /// The database.
    pub async fn find_same_activity(
        &mut self,
        commune_id: &str,
        channel: Channel,
        item_key: &str,
    ) -> StoreResult<Option<Activity>> {
        Ok(on!(self, |c| sqlx::query_as(SAME)
            .bind(commune_id)
            .bind(channel.as_str())
            .bind(item_key)
            .fetch_optional(c)
            .await?))
    }

    /// Acts by the day they were done, voided ones included.
    ///
    /// # Errors
    /// The database.
    pub async fn activities(&mut self, commune_id: &str, filter: &ActivityFilter) -> StoreResult<Vec<Activity>> {
        let (from, to) = (day_or_blank(filter.from), day_or_blank(filter.to));
        let channel = filter.channel.map_or("", Channel::as_str);
        Ok(on!(self, |c| sqlx::query_as(LIST)
            .bind(commune_id)
            .bind(&from)
            .bind(&to)
            .bind(channel)
            .fetch_all(c)
            .await?))
    }

    /// The standing acts that count toward a plan, done on `until` or before. There is no first day: what was aired
    /// before a period began is a repeat in it.
    ///
    /// # Errors
    /// The database.
    pub async fn counted_activities(
        &mut self,
        commune_id: &str,
        plan_code: &str,
        until: NaiveDate,
    ) -> StoreResult<Vec<Activity>> {
        let until = until.to_string();
        Ok(on!(self, |c| sqlx::query_as(COUNTED).bind(commune_id).bind(plan_code).bind(&until).fetch_all(c).await?))
    }

    /// Voids an act.
    ///
    /// # Errors
    /// The database; `Stale` when it is voided already.
    pub async fn void_activity(&mut self, id: &str, at: Millis, reason: &str) -> StoreResult<()> {
        let affected =
            on!(self, |c| sqlx::query(VOID).bind(id).bind(at.0).bind(reason).execute(c).await?.rows_affected());
        expect_one(affected, "activity", id)
    }
}

fn day_or_blank(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}
