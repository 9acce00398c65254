//! Softer marks that keep a document among cadres without making it a state secret.

use crate::domain::text;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// A mark that limits who may read a document.
    pub enum RestrictedMark {
        /// Lưu hành nội bộ.
        InternalOnly => "luu_hanh_noi_bo",
        /// Xem xong trả lại.
        ReturnAfterReading => "xem_xong_tra_lai",
        /// Không phổ biến.
        NotForDissemination => "khong_pho_bien",
    }
}

/// A mark stands on a short line; bytes.
const LONGEST_MARK_LINE: usize = 400;

impl RestrictedMark {
    /// The mark as printed, with accents.
    #[must_use]
    pub fn vietnamese_name(self) -> &'static str {
        match self {
            Self::InternalOnly => "Lưu hành nội bộ",
            Self::ReturnAfterReading => "Xem xong trả lại",
            Self::NotForDissemination => "Không phổ biến",
        }
    }
}

/// The first softer mark on a page: alone on its line ("Tài liệu lưu hành nội bộ"), or in capitals inside one.
///
/// The same words in a sentence ("hình thức này không phổ biến") are no mark.
#[must_use]
pub fn restricted_mark_in(page_text: &str) -> Option<RestrictedMark> {
    page_text.lines().flat_map(|line| line.split(['\t', '|'])).find_map(mark_of)
}

fn mark_of(line: &str) -> Option<RestrictedMark> {
    let line = line.trim();
    if line.len() > LONGEST_MARK_LINE {
        return None;
    }
    let letters = compact(line);
    let opens_high = line.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    let words: Vec<&str> = line.split_whitespace().filter(|word| is_in_capitals(word)).collect();
    let capitals = compact(&words.join(" "));
    RestrictedMark::ALL.iter().copied().find(|mark| {
        let name = compact(mark.vietnamese_name());
        let alone = ["", "tailieu", "vanban"].iter().any(|noun| letters.strip_prefix(noun) == Some(name.as_str()));
        (alone && opens_high) || capitals.contains(&name)
    })
}

/// Folded letters without any space, so that letter-spaced marks compare equal.
fn compact(text: &str) -> String {
    text::fold(text).replace(' ', "")
}

fn is_in_capitals(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
}
