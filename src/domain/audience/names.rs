//! The words of the grammar: kinds of units, kinds of groups and the saved names.

use std::sync::LazyLock;

use crate::domain::command::spelling::Spelling;
use crate::domain::org::{GroupKind, UnitKind};

/// A name people use for an audience, and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedName {
    /// The name with its accents; it may be typed without them.
    pub name: &'static str,
    /// The audience in canonical form, additions only.
    pub means: &'static str,
}

const fn saved(name: &'static str, means: &'static str) -> SavedName {
    SavedName { name, means }
}

/// Every saved name. The stored form of an audience never holds a name, only what it stood for when typed.
pub const SAVED_NAMES: &[SavedName] = &[
    saved("trưởng thôn", "thon@cadre"),
    saved("các trưởng thôn", "thon@cadre"),
    saved("tất cả trưởng thôn", "thon@cadre"),
    saved("các thôn", "thon@cadre"),
    saved("tất cả thôn", "thon@cadre"),
    saved("tất cả các thôn", "thon@cadre"),
    saved("nhóm điều hành", "thon@cadre"),
    saved("nhóm dân", "thon@residents"),
    saved("các nhóm dân", "thon@residents"),
    saved("tất cả nhóm dân", "thon@residents"),
    saved("người dân", "thon@residents"),
    saved("nhân dân", "thon@residents"),
    saved("bà con", "thon@residents"),
    saved("các phòng", "phong"),
    saved("phòng chuyên môn", "phong"),
    saved("các phòng chuyên môn", "phong"),
    saved("các phòng ban", "phong"),
    saved("các trường", "truong"),
    saved("hiệu trưởng", "truong"),
    saved("trạm y tế", "tram"),
    saved("trưởng trạm y tế", "tram"),
    saved("các hội", "hoi"),
    saved("đoàn thể", "hoi"),
    saved("các đoàn thể", "hoi"),
    saved("mttq", "hoi"),
    saved("mặt trận và đoàn thể", "hoi"),
    saved("các tổ", "to"),
    saved("tổ công nghệ số", "to"),
    saved("tổ công nghệ số cộng đồng", "to"),
    saved("hợp tác xã", "htx"),
    saved("các hợp tác xã", "htx"),
    saved("doanh nghiệp", "htx"),
    saved("lãnh đạo", "xa"),
    saved("lãnh đạo xã", "xa"),
    saved("tất cả cán bộ", "thon@cadre + phong + hoi + truong + tram + to"),
];

/// The words of the kinds of units, with their accents. A province has no groups and no word.
const UNIT_WORDS: &[(&str, UnitKind)] = &[
    ("thôn", UnitKind::Village),
    ("phòng", UnitKind::Department),
    ("trường", UnitKind::School),
    ("trạm", UnitKind::Clinic),
    ("hội", UnitKind::Association),
    ("tổ", UnitKind::Team),
    ("htx", UnitKind::Cooperative),
    ("xã", UnitKind::Commune),
];

/// The words after `@`, besides the fixed ones.
const GROUP_WORDS: &[(&str, GroupKind)] = &[
    ("điều hành", GroupKind::Cadre),
    ("cán bộ", GroupKind::Cadre),
    ("dân", GroupKind::Residents),
    ("cơ quan", GroupKind::Office),
];

/// The word of the grammar for a kind of unit.
#[must_use]
pub const fn unit_word(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Village => "thon",
        UnitKind::Department => "phong",
        UnitKind::School => "truong",
        UnitKind::Clinic => "tram",
        UnitKind::Association => "hoi",
        UnitKind::Team => "to",
        UnitKind::Cooperative => "htx",
        UnitKind::Commune => "xa",
        UnitKind::Province => "tinh",
    }
}

/// Words taken apart once, and what each stands for.
type Words<T> = LazyLock<Vec<(Spelling, T)>>;

static UNITS: Words<UnitKind> = LazyLock::new(|| apart(UNIT_WORDS.iter().copied()));
static GROUPS: Words<GroupKind> = LazyLock::new(|| apart(GROUP_WORDS.iter().copied()));
static NAMES: Words<&str> = LazyLock::new(|| apart(SAVED_NAMES.iter().map(|saved| (saved.name, saved.means))));

fn apart<T>(words: impl Iterator<Item = (&'static str, T)>) -> Vec<(Spelling, T)> {
    words.map(|(word, meaning)| (Spelling::of(word), meaning)).collect()
}

fn meant<T: Copy>(typed: &str, words: &[(Spelling, T)]) -> Option<T> {
    let typed = Spelling::of(typed);
    words.iter().find(|(word, _)| typed.means(word)).map(|(_, meaning)| *meaning)
}

pub(super) fn unit_kind(typed: &str) -> Option<UnitKind> {
    meant(typed, &UNITS)
}

pub(super) fn group_kind(typed: &str) -> Option<GroupKind> {
    let fixed = typed.to_ascii_lowercase().parse().ok();
    fixed.or_else(|| meant(typed, &GROUPS))
}

/// The audience in canonical form that a saved name stands for.
pub(super) fn saved_name(typed: &str) -> Option<&'static str> {
    meant(typed, &NAMES)
}
