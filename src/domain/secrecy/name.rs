//! Finding a secrecy stamp in the name of a file: it stands there before anything of the file is read.

use super::stamp::{Stamp, stamp_in};

/// Signs that part the pieces of a name wherever they stand, and those that do so between blanks.
const PARTS: [char; 6] = ['(', ')', '[', ']', '{', '}'];
const PARTS_WITH_ACCENTS: [char; 4] = ['-', '_', '.', ','];
const PARTS_BETWEEN_BLANKS: [&str; 2] = [" - ", " _ "];

/// The secrecy stamp in a file's name, if a piece of it is one: "MẬT - KH 12.pdf", "[Tối mật] KH 12.docx". Without accents a dash joins
/// the words of one name: "giai-phong-mat-bang.pdf" is none.
#[must_use]
pub fn stamp_in_name(file_name: &str) -> Option<Stamp> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let mut pieces = stem.to_owned();
    for between in PARTS_BETWEEN_BLANKS {
        pieces = pieces.replace(between, "\n");
    }
    let has_accents = !pieces.is_ascii();
    let parts = |sign: char| PARTS.contains(&sign) || (has_accents && PARTS_WITH_ACCENTS.contains(&sign));
    stamp_in(&pieces.split(parts).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("MẬT - KH 12.pdf", true)]
    #[case("[Tối mật] KH 12.docx", true)]
    #[case("MẬT_KH12.pdf", true)]
    #[case("KH 12 (TUYỆT MẬT).pdf", true)]
    #[case("Mật.pdf", true)]
    #[case("MAT - KH 12.pdf", true)]
    #[case("TOI MAT.pdf", true)]
    #[case("giai-phong-mat-bang.pdf", false)]
    #[case("le_ra_mat_dang_vien.pdf", false)]
    #[case("Quy chế bảo mật.pdf", false)]
    #[case("QUY_CHẾ_BẢO_MẬT.pdf", false)]
    #[case("mật-độ-dân-cư.xlsx", false)]
    #[case("đổi mật khẩu VNeID.pdf", false)]
    #[case("KH 131.pdf", false)]
    #[case("", false)]
    fn a_piece_of_a_name_is_a_stamp_or_none(#[case] name: &str, #[case] stamped: bool) {
        assert_eq!(stamp_in_name(name).is_some(), stamped, "{name}");
    }
}
