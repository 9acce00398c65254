//! One line of the plan: what is counted, how often, and by whom.

use chrono::NaiveDate;

use super::{FreshnessRule, PaceAlert};
use crate::domain::bulletin::Level;
use crate::domain::channel::{Channel, StatutoryType};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Whether the plan itself states a number.
    pub enum TargetKind {
        /// The number stands in the issued paper and is judged.
        Stated => "stated",
        /// No number in the paper: shown "Theo dõi", never judged.
        Tracked => "tracked",
    }
}

text_enum! {
    /// What makes up the count.
    pub enum Measure {
        /// Different pieces of content, each in the period of its first time.
        DistinctItems => "distinct_items",
        /// Quantities added up.
        SumQuantity => "sum_quantity",
        /// Quantities still standing on the day asked for.
        Inventory => "inventory",
        /// A yes/no act.
        Done => "done",
        /// Documents sent to Zalo groups, with groups reached of groups planned.
        DocumentCoverage => "document_coverage",
        /// Acts in a rolling window, and the days since the last one.
        DaysSince => "days_since",
        /// Reports sent by their due date.
        OnTimeReports => "on_time_reports",
        /// Themes that have at least one item.
        ThemeCoverage => "theme_coverage",
    }
}

text_enum! {
    /// How often a target starts anew.
    pub enum Cadence {
        /// Each week.
        Week => "week",
        /// Each calendar month.
        Month => "month",
        /// Each calendar quarter.
        Quarter => "quarter",
        /// Once, with or without a due date.
        Once => "once",
        /// A window that ends on the day asked for.
        Rolling => "rolling",
        /// Each document; shown by calendar month.
        PerDocument => "per_document",
        /// The phase that holds the day asked for.
        Peak => "peak",
        /// Everything up to the day asked for.
        Snapshot => "snapshot",
    }
}

text_enum! {
    /// What more than the number means.
    pub enum Bound {
        /// A minimum: more is "Vượt".
        AtLeast => "at_least",
        /// A number of pieces: more is still "Đạt".
        Exactly => "exactly",
    }
}

text_enum! {
    /// Where the count comes from.
    pub enum Source {
        /// Somebody records each act.
        Manual => "manual",
        /// The service's own rows.
        Automatic => "automatic",
    }
}

text_enum! {
    /// A kind of proof.
    pub enum EvidenceKind {
        /// A photograph.
        Photo => "photo",
        /// Where it is.
        Place => "place",
        /// A recording.
        Audio => "audio",
        /// The script that was read.
        Script => "script",
        /// A web address.
        Link => "link",
        /// Minutes of a meeting.
        Minutes => "minutes",
        /// An invitation.
        Invitation => "invitation",
        /// A decision's number.
        Decision => "decision",
        /// Text.
        Text => "text",
        /// A file.
        File => "file",
        /// The delivery and acknowledgement log.
        DeliveryLog => "delivery_log",
    }
}

/// A target of the plan. The keys are explained in the plan file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Id, such as `CT01`.
    pub id: String,
    /// Short Vietnamese title.
    pub title: String,
    /// The channel whose acts count.
    pub channel: Channel,
    /// Stated in the paper, or tracked by choice.
    pub kind: TargetKind,
    /// What makes up the count.
    pub measure: Measure,
    /// The number per period; `Some` exactly for stated targets, then at least 1.
    #[serde(default)]
    pub number: Option<u32>,
    /// The number as the paper prints it.
    #[serde(default)]
    pub printed: Option<String>,
    /// What more than the number means.
    #[serde(default = "at_least")]
    pub bound: Bound,
    /// The Vietnamese word behind the count, such as "tin".
    pub noun: String,
    /// How often it starts anew.
    pub period: Cadence,
    /// First day of a one-off.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Last day of a one-off, inclusive.
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// Whose documents, for document coverage.
    #[serde(default)]
    pub level: Option<Level>,
    /// Unit words of those responsible; empty when the plan assigns nobody.
    pub responsible: Vec<String>,
    /// Unit words of those cooperating.
    #[serde(default)]
    pub cooperating: Vec<String>,
    /// Type of Nghị định 49/2024/NĐ-CP; `None` when it is none of the eight.
    #[serde(default)]
    pub statutory: Option<StatutoryType>,
    /// Where the count comes from.
    pub source: Source,
    /// The proof expected of a recorded act.
    pub evidence: Vec<EvidenceKind>,
    /// Whether a missing proof is passed over in silence.
    #[serde(default)]
    pub evidence_optional: bool,
    /// When the last act grows old; only with [`Measure::DaysSince`].
    #[serde(default)]
    pub freshness: Option<FreshnessRule>,
    /// When to remind.
    #[serde(default)]
    pub pace: Vec<PaceAlert>,
}

const fn at_least() -> Bound {
    Bound::AtLeast
}

impl Target {
    /// Whether a recorded act without proof is marked "thiếu minh chứng".
    #[must_use]
    pub const fn wants_evidence(&self) -> bool {
        !self.evidence_optional && !self.evidence.is_empty()
    }
}
