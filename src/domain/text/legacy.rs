//! Recognising text of the 8-bit fonts TCVN3 (`.VnTime`) and VNI (`VNI-Times`) that was never converted.
//!
//! Such text looks like "KÕ ho¹ch" or "Keá hoaïch" and cannot be searched. It is only detected, never
//! converted: the same bytes are legal letters in other words.

/// Whether the text looks like TCVN3 or VNI shown as Latin-1.
///
/// Works on the raw text, before [`super::nfc`], which drops or replaces some of the telltale characters.
/// Judged by whole words: the odd ones must outnumber the words with proper Vietnamese letters and be at
/// least one word in six, so a brand name or a foreign word does not trip it.
#[must_use]
pub fn looks_legacy_encoded(text: &str) -> bool {
    let (mut words, mut proper, mut tcvn, mut vni) = (0_usize, 0_usize, 0_usize, 0_usize);
    for word in text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)) {
        words += 1;
        proper += usize::from(word.chars().any(is_modern));
        tcvn += usize::from(is_tcvn3_word(word));
        vni += usize::from(is_vni_word(word));
    }
    let enough = |odd: usize| odd > proper && odd * 6 >= words;
    (tcvn >= 1 && enough(tcvn)) || (vni >= 2 && enough(vni))
}

/// A letter that exists in Unicode Vietnamese only, beyond Latin-1.
fn is_modern(c: char) -> bool {
    matches!(c, 'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1EA0}'..='\u{1EF9}')
}

/// A sign that TCVN3 uses as a letter, standing inside a word: "ho¹ch", "lµ", "®·".
fn is_tcvn3_word(word: &str) -> bool {
    let chars: Vec<char> = word.chars().collect();
    chars.iter().enumerate().any(|(at, c)| {
        let after_letter =
            at.checked_sub(1).and_then(|before| chars.get(before)).is_some_and(|b| is_tcvn3_neighbour(*b));
        let before_letter = chars.get(at + 1).is_some_and(|next| is_tcvn3_neighbour(*next));
        match c {
            // đ, ơ, ê, â, ư: signs that also end a brand name, so a letter must follow.
            '®' | '¬' | 'ª' | '©' | '\u{AD}' | '§' => before_letter,
            // ô and ằ are also quotation marks, which stand at the edge of a word.
            '«' | '»' => after_letter && before_letter,
            'µ' | '¸' | '¶' | '·' | '¹' | '¨' | '¾' | '¼' | '½' | '×' | '÷' => after_letter,
            _ => false,
        }
    })
}

/// A small letter, or another sign that TCVN3 uses as one. Digits are none: "5×7", "3¼".
fn is_tcvn3_neighbour(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '®' | '¬' | 'ª' | '«' | '©' | '\u{AD}' | '§' | '·' | '¸' | 'µ')
}

/// A vowel followed by an accented letter in a way Vietnamese never has: "Keá", "hoaïch", "ñöôïc".
fn is_vni_word(word: &str) -> bool {
    let lower: Vec<char> = word.to_lowercase().chars().collect();
    lower.windows(2).any(|pair| match pair {
        ['a' | 'e', accent] => {
            is_vni_accent(*accent) || matches!(accent, 'ù' | 'ú' | 'õ' | 'á' | 'à' | 'ã' | 'â' | 'é' | 'è' | 'ê')
        }
        ['o' | 'u' | 'y' | 'ö' | 'ô', accent] => is_vni_accent(*accent),
        _ => false,
    })
}

/// Letters of VNI that Vietnamese does not have at all.
fn is_vni_accent(c: char) -> bool {
    matches!(c, 'ø' | 'û' | 'ï' | 'å' | 'ä' | 'ü' | 'ë')
}
