//! The commune's rules, as configured: windows, holidays, policies, sentences, and what its gateways can do.

use std::collections::BTreeMap;

use crate::domain::budget::Budget;
use crate::domain::calendar::{Holidays, OfficeHours, SendWindows};
use crate::domain::carriage::{ANY_TYPE, Files};
use crate::domain::render;
use crate::domain::retention::Periods;
use crate::domain::strangers::Allowance;
use crate::domain::urgency::Policies;
use crate::domain::when::WhenConfig;
use crate::locale::Locale;

/// What rendering and counting need to know of a gateway.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a gateway, each read alone")]
pub struct GatewayTraits {
    /// What its messages can hold.
    pub render: render::Capabilities,
    /// Whether deliveries through it count toward "nhóm Zalo"; others stand beside.
    pub counts_as_zalo: bool,
    /// Whether a message can be changed afterwards: acknowledgements are then shown under it.
    pub edits: bool,
    /// Which files it carries to a group.
    pub files: Files,
    /// Whether a document sent to us there can be fetched.
    pub hears_documents: bool,
    /// Milliseconds for which a person can be written to after they wrote; none without a limit.
    pub private_window: Option<i64>,
    /// Whether hearing a group message there proves that it was said to us.
    pub hearing_is_address: bool,
    /// Whether the members of a group can add the account to it, and add it again.
    pub joins: bool,
    /// Whether a dead token is replaced by a consent on the platform's page, with nothing to start again.
    pub needs_consent: bool,
    /// What the account may use up; none without a limit.
    pub budget: Option<Budget>,
}

impl GatewayTraits {
    /// A gateway without limits beyond those of its texts: any file if files at all, private chats for ever.
    #[must_use]
    pub const fn unlimited(render: render::Capabilities, counts_as_zalo: bool, edits: bool) -> Self {
        let any = Files { documents: ANY_TYPE, document_limit: u64::MAX, ..Files::NONE };
        let files = if render.files { any } else { Files::NONE };
        Self {
            render,
            counts_as_zalo,
            edits,
            files,
            hears_documents: true,
            private_window: None,
            hearing_is_address: false,
            joins: true,
            needs_consent: false,
            budget: None,
        }
    }
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
    /// How long what is kept.
    pub retention: Periods,
    /// What people nobody knows may cost.
    pub strangers: Allowance,
    /// The contact line under broadcasts; empty for none.
    pub contact: String,
    /// The numbers of the officers on duty, as whoever cries for help is to dial them; empty for none.
    pub duty_phones: String,
    /// The address under which the world reaches the service; none when it does not.
    pub public_url: Option<String>,
    /// The gateways by configured name.
    pub gateways: BTreeMap<String, GatewayTraits>,
}

impl House {
    /// Plain words as they stand in a gateway's messages.
    #[must_use]
    pub fn shown(&self, gateway: &str, text: String) -> String {
        if self.render_for(gateway).html { render::escape(&text) } else { text }
    }

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
