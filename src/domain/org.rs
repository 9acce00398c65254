//! The fixed words of the commune's organisation: kinds of units and groups, seats and roles.
//!
//! Only the vocabulary lives here; units, people and groups themselves are rows. Every word below is what
//! stands in the database and in TOML, and the Vietnamese name is what people read. The audience grammar,
//! the store and the desk all use these types.

use crate::domain::text_enum::text_enum;

pub mod import;
mod phone;

pub use phone::{NotAPhone, Phone};

text_enum! {
    /// What a node of the organisation's tree is.
    pub enum UnitKind {
        /// Tỉnh: above the commune; it issues documents and receives nothing by chat.
        Province => "province",
        /// Xã: the tenant itself; its groups are those of the leaders.
        Commune => "commune",
        /// Thôn, bản, tổ dân phố.
        Village => "village",
        /// Phòng chuyên môn, trung tâm of the commune.
        Department => "department",
        /// Mặt trận Tổ quốc and its member organisations.
        Association => "association",
        /// Trường học.
        School => "school",
        /// Trạm y tế.
        Clinic => "clinic",
        /// Hợp tác xã and businesses.
        Cooperative => "cooperative",
        /// Tổ công nghệ số cộng đồng.
        Team => "team",
    }
}

impl UnitKind {
    /// The name of the kind as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Province => "tỉnh",
            Self::Commune => "xã",
            Self::Village => "thôn",
            Self::Department => "phòng",
            Self::Association => "hội, đoàn thể",
            Self::School => "trường",
            Self::Clinic => "trạm y tế",
            Self::Cooperative => "hợp tác xã",
            Self::Team => "tổ công nghệ số cộng đồng",
        }
    }

    /// The title of the person in the answering seat, for example in "n/24 trưởng thôn".
    #[must_use]
    pub const fn head_title(self) -> &'static str {
        match self {
            Self::Province | Self::Commune => "chủ tịch",
            Self::Village => "trưởng thôn",
            Self::Department => "trưởng phòng",
            Self::Association => "chủ tịch hội",
            Self::School => "hiệu trưởng",
            Self::Clinic => "trưởng trạm",
            Self::Cooperative => "giám đốc",
            Self::Team => "tổ trưởng",
        }
    }
}

text_enum! {
    /// Who sits in a chat group; it decides what may be said there.
    pub enum GroupKind {
        /// Nhóm điều hành: officials of the unit with the commune; directives and acknowledgements go here.
        Cadre => "cadre",
        /// Nhóm dân: one adult per household; announcements only, never asked to acknowledge.
        Residents => "residents",
        /// Nhóm cơ quan: the working group of an office, where the desk may be used.
        Office => "office",
    }
}

impl GroupKind {
    /// The name of the kind as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Cadre => "nhóm điều hành",
            Self::Residents => "nhóm dân",
            Self::Office => "nhóm cơ quan",
        }
    }
}

text_enum! {
    /// What a seat means for acknowledgements. A unit has exactly one answering seat.
    pub enum SeatKind {
        /// The post whose answer counts for the unit, for a village the trưởng thôn.
        Answering => "answering",
        /// A registered deputy, whose answer counts as the unit's too.
        Deputy => "deputy",
        /// A member who is registered but cannot answer for the unit.
        Member => "member",
    }
}

impl SeatKind {
    /// The name of the seat as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Answering => "trưởng",
            Self::Deputy => "phó",
            Self::Member => "thành viên",
        }
    }

    /// Whether an answer from this seat settles the unit's obligation.
    #[must_use]
    pub const fn may_answer(self) -> bool {
        matches!(self, Self::Answering | Self::Deputy)
    }
}

text_enum! {
    /// A right granted to a person on a unit, valid for the whole subtree below it.
    pub enum Role {
        /// Writes bulletins, schedules and follows them. Never approves their own.
        Composer => "composer",
        /// Approves, returns and recalls bulletins.
        Approver => "approver",
        /// Records off-line acts toward the plan.
        Recorder => "recorder",
        /// Keeps units, people, groups and gateways in order.
        Admin => "admin",
        /// Reads figures and reports.
        Viewer => "viewer",
        /// Trực ban: releases Hỏa tốc at any hour, approves Thượng khẩn, calls who does not answer.
        Duty => "duty",
    }
}

impl Role {
    /// The name of the role as it is printed in Vietnamese, in lower case.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Composer => "người soạn",
            Self::Approver => "người duyệt",
            Self::Recorder => "người ghi nhận",
            Self::Admin => "quản trị",
            Self::Viewer => "người xem",
            Self::Duty => "trực ban",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupKind, Role, SeatKind, UnitKind};

    #[test]
    fn every_word_reads_back_as_the_value_it_stands_for() {
        for kind in UnitKind::ALL {
            assert_eq!(kind.as_str().parse::<UnitKind>().as_ref(), Ok(kind));
        }
        for kind in GroupKind::ALL {
            assert_eq!(kind.as_str().parse::<GroupKind>().as_ref(), Ok(kind));
        }
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>().as_ref(), Ok(role));
        }
    }

    #[test]
    fn two_kinds_never_share_a_vietnamese_name() {
        let mut names: Vec<_> = UnitKind::ALL.iter().map(|kind| kind.vietnamese()).collect();
        names.extend(GroupKind::ALL.iter().map(|kind| kind.vietnamese()));
        names.extend(Role::ALL.iter().map(|role| role.vietnamese()));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn only_the_head_and_the_deputies_answer_for_a_unit() {
        let answering: Vec<_> = SeatKind::ALL.iter().filter(|seat| seat.may_answer()).collect();
        assert_eq!(answering, [&SeatKind::Answering, &SeatKind::Deputy]);
    }

    #[test]
    fn a_village_is_headed_by_its_truong_thon() {
        assert_eq!(UnitKind::Village.head_title(), "trưởng thôn");
    }
}
