//! Finding a secrecy stamp in the text of a page.
//!
//! A stamp is a line of its own: `MẬT`, `TỐI MẬT`, `TUYỆT MẬT`, in any letter case, spacing and decoration, with
//! or without accents, or in the letters of a pre-Unicode font. The same words inside a sentence, or in *bảo mật*,
//! *mật độ*, *mật ong*, *bí mật kinh doanh*, *mật khẩu*, are no stamp. In doubt the stamp wins; the named
//! exceptions below are the shapes in which ordinary pages put the bare word on a line of its own.

mod letters;
mod lines;

use crate::domain::text_enum::text_enum;
use lines::Line;

text_enum! {
    /// The degrees of state secrecy, ascending (Luật Bảo vệ bí mật nhà nước).
    pub enum SecrecyLevel {
        /// Mật.
        Secret => "mat",
        /// Tối mật.
        TopSecret => "toi_mat",
        /// Tuyệt mật.
        MostSecret => "tuyet_mat",
    }
}

/// A secrecy stamp was found on the page. It deliberately says nothing of where and beside what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The highest degree found.
    pub level: SecrecyLevel,
}

/// The secrecy stamp on a page, if any; the highest one when there are several.
///
/// Linear in the length of the text; any text is answered.
#[must_use]
pub fn stamp_in(page_text: &str) -> Option<Stamp> {
    let lines: Vec<Line<'_>> = lines::split(page_text).collect();
    let is_stamp = |at: usize| lines[at].level().filter(|level| !is_innocent(&lines, at, *level));
    let level = (0..lines.len()).filter_map(is_stamp).max()?;
    Some(Stamp { level })
}

/// The secrecy stamp among words typed in a chat. There "mật" on a line is a name, honey, or "mất" without its accent: only what is
/// printed as a stamp is, in capitals or behind its label.
#[must_use]
pub fn stamp_in_words(text: &str) -> Option<Stamp> {
    let printed: Vec<&str> = lines::split(text).filter(Line::is_printed).map(Line::text).collect();
    stamp_in(&printed.join("\n"))
}

/// The two shapes in which an ordinary page has the bare word on a line: a wrapped compound and a list of degrees.
fn is_innocent(lines: &[Line<'_>], at: usize, level: SecrecyLevel) -> bool {
    let before = at.checked_sub(1).and_then(|at| lines.get(at));
    let after = lines.get(at + 1);
    let wrapped = lines[at].is_end_of_compound(before) || lines[at].is_start_of_compound(after);
    let listed = [before, after].into_iter().flatten().any(|other| is_other_item(&lines[at], other, level));
    (level == SecrecyLevel::Secret && wrapped) || listed
}

/// "- Tuyệt mật;" above "- Tối mật;" explains the degrees; a document carries one stamp.
fn is_other_item(line: &Line<'_>, other: &Line<'_>, level: SecrecyLevel) -> bool {
    line.is_list_item() && other.is_list_item() && other.level().is_some_and(|found| found != level)
}
