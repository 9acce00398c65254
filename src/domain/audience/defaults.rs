//! Where a bulletin goes and who must answer when nobody says otherwise.
//!
//! A Vietnamese administrative document says in its Nơi nhận lines why each recipient gets it: "b/c" to be
//! informed, "c/đ" to direct, "T/h" to carry out, "P/h" to cooperate. The commune's plan sends to the specialised
//! offices (T/h), the Front and its members (P/h), and without a mark to village heads, headmasters, the head of
//! the clinic, the community digital teams, cooperatives and businesses. Who is to carry out or
//! cooperate is asked to acknowledge; who is only informed is not.

use super::{Expr, Term};
use crate::domain::bulletin::Kind;
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::text::nfc;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// The mark behind a recipient in the Nơi nhận lines.
    pub enum RecipientMark {
        /// (b/c): để báo cáo. Goes up through the document exchange, not by chat.
        Report => "report",
        /// (để c/đ): để chỉ đạo. The leaders' group.
        Direct => "direct",
        /// (để T/h): để thực hiện.
        CarryOut => "carry_out",
        /// (P/h): phối hợp.
        Cooperate => "cooperate",
        /// No mark: what the recipient is decides.
        Unmarked => "unmarked",
        /// Lưu: the file copy.
        File => "file",
    }
}

impl RecipientMark {
    /// Reads the mark off one recipient's words, such as "Các phòng chuyên môn (để T/h)" or "Lưu: VT, VHXH".
    #[must_use]
    pub fn of_line(line: &str) -> Self {
        let line = nfc(line).to_lowercase();
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        if line.starts_with("lưu:") || line.starts_with("lưu ") {
            return Self::File;
        }
        let marks = line.rsplit_once('(').map_or("", |(_, marks)| marks);
        let table = [("b/c", Self::Report), ("c/đ", Self::Direct), ("t/h", Self::CarryOut), ("p/h", Self::Cooperate)];
        table.into_iter().find(|(mark, _)| marks.contains(mark)).map_or(Self::Unmarked, |(_, mark)| mark)
    }

    /// Whether a recipient of this kind with this mark is asked to acknowledge.
    #[must_use]
    pub const fn asks_answer(self, unit: UnitKind) -> bool {
        match self {
            Self::CarryOut | Self::Cooperate => true,
            Self::Report | Self::Direct | Self::File => false,
            Self::Unmarked => {
                matches!(unit, UnitKind::Village | UnitKind::School | UnitKind::Clinic | UnitKind::Team)
            }
        }
    }
}

/// The mark under which each kind of unit stands in the Nơi nhận lines of the commune's plan.
const fn mark_of(unit: UnitKind) -> RecipientMark {
    match unit {
        UnitKind::Province => RecipientMark::Report,
        UnitKind::Commune => RecipientMark::Direct,
        UnitKind::Department => RecipientMark::CarryOut,
        UnitKind::Association => RecipientMark::Cooperate,
        UnitKind::Village | UnitKind::School | UnitKind::Clinic | UnitKind::Cooperative | UnitKind::Team => {
            RecipientMark::Unmarked
        }
    }
}

/// Whether a unit reached by a bulletin of this kind must answer, unless the bulletin says that nobody must.
///
/// Residents are never asked; a loudspeaker script is answered by the villages only.
#[must_use]
pub const fn must_answer(kind: Kind, unit: UnitKind) -> bool {
    match kind {
        Kind::Announcement => false,
        Kind::Script => matches!(unit, UnitKind::Village),
        Kind::Directive | Kind::Urgent => mark_of(unit).asks_answer(unit),
    }
}

/// The audience offered for a bulletin of this kind in a commune that has units of the kinds in `present`.
///
/// A directive goes to everybody who must answer it, each in the working group; everything else to the
/// villages. `None` when the commune has none of those units yet.
#[must_use]
pub fn default_audience(kind: Kind, present: &[UnitKind]) -> Option<Expr> {
    let (units, village_group): (&[UnitKind], _) = match kind {
        Kind::Directive => (&DIRECTIVE_UNITS, GroupKind::Cadre),
        Kind::Announcement => (&[UnitKind::Village], GroupKind::Residents),
        Kind::Urgent | Kind::Script => (&[UnitKind::Village], GroupKind::Cadre),
    };
    let term = |unit: UnitKind| {
        let group = (unit == UnitKind::Village).then_some(village_group);
        Term { minus: false, unit, codes: Vec::new(), group }
    };
    let terms: Vec<_> = units.iter().copied().filter(|unit| present.contains(unit)).map(term).collect();
    (!terms.is_empty()).then_some(Expr { terms })
}

/// Who gets a directive by default, in the order of the preview.
const DIRECTIVE_UNITS: [UnitKind; 6] = [
    UnitKind::Village,
    UnitKind::Department,
    UnitKind::Association,
    UnitKind::School,
    UnitKind::Clinic,
    UnitKind::Team,
];
