//! The commune's rules, as configured: windows, holidays, policies, sentences, and what its gateways can do.

use std::collections::BTreeMap;

use crate::domain::budget::Budget;
use crate::domain::calendar::{Holidays, OfficeHours, SendWindows};
use crate::domain::render;
use crate::domain::urgency::Policies;
use crate::domain::when::WhenConfig;
use crate::locale::Locale;

/// What rendering and counting need to know of a gateway.
#[derive(Debug, Clone)]
pub struct GatewayTraits {
    /// What its messages can hold.
    pub render: render::Capabilities,
    /// Whether deliveries through it count toward "nhóm Zalo"; others stand beside.
    pub counts_as_zalo: bool,
    /// Whether a message can be changed afterwards: acknowledgements are then shown under it.
    pub edits: bool,
    /// What the account may use up; none without a limit.
    pub budget: Option<Budget>,
}

/// Rules and sentences that every use case reads and none changes.
#[derive(Debug)]
pub struct House {
    /// Every sentence a person reads.
    pub locale: Locale,
    /// The labels of broadcast messages.
    pub labels: render::Labels,
    /// Days off and days worked in exchange.
    pub holidays: Holidays,
    /// When messages may leave.
    pub windows: SendWindows,
    /// When offices work.
    pub office: OfficeHours,
    /// What each urgency asks for.
    pub policies: Policies,
    /// The hours meant by words that name none.
    pub times: WhenConfig,
    /// Minutes after its time within which a missed schedule still fires.
    pub missed_grace_minutes: i64,
    /// Minutes before its time at which an unapproved bulletin is pointed out.
    pub approval_warning_minutes: i64,
    /// Days after which an unanswered obligation lapses, and an unlimited bulletin expires.
    pub lapse_days: i64,
    /// The contact line under broadcasts; empty for none.
    pub contact: String,
    /// The gateways by configured name.
    pub gateways: BTreeMap<String, GatewayTraits>,
}

impl House {
    /// What a gateway's messages can hold. One that is no longer configured gets the least: its messages wait for its return.
    #[must_use]
    pub fn render_for(&self, gateway: &str) -> render::Capabilities {
        let least = render::Capabilities {
            text_limit_utf16: 2_000,
            caption_limit: 0,
            html: false,
            buttons: false,
            files: false,
        };
        self.gateways.get(gateway).map_or(least, |traits| traits.render)
    }
}
