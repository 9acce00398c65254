//! Counting, cleaning and finding on input nobody expects.

use proptest::prelude::*;
use rstest::rstest;

use super::{clean, find_entities, trim, typed, utf16_len, utf16_slice};
use crate::telegram::message::{Entity, Formatted};

fn bold(offset: usize, length: usize) -> Entity {
    Entity { kind: "bold".to_owned(), offset, length, extra: None }
}

#[rstest]
#[case("một\r\nhai\tba", "một\nhai ba")]
#[case("\u{202e}ngược\u{2028}", "ngược")]
#[case("đã\u{a0}nhận", "đã\u{a0}nhận")]
#[case("e\u{302}\u{301} a\u{30a}", "e\u{302}\u{301} a")]
#[case("\n \0 x", "x")]
fn typed_text_is_cleaned_and_trimmed(#[case] raw: &str, #[case] text: &str) {
    assert_eq!(typed(raw).text, text);
}

#[test]
fn entities_move_with_the_characters_that_are_dropped() {
    let mut formatted = Formatted { text: "a\r🔔\rb\rc".to_owned(), entities: vec![bold(2, 4), bold(6, 2)] };
    clean(&mut formatted);
    assert_eq!(formatted.text, "a🔔bc");
    assert_eq!(formatted.entities, [bold(1, 3), bold(4, 1)]);
}

#[test]
fn an_entity_over_blank_ends_is_shortened_and_one_at_the_start_keeps_the_blank() {
    let mut formatted = Formatted { text: "  ab  ".to_owned(), entities: vec![bold(1, 5)] };
    trim(&mut formatted);
    assert_eq!((formatted.text.as_str(), &formatted.entities[..]), (" ab", &[bold(0, 3)][..]));
}

proptest! {
    #[test]
    fn found_entities_lie_within_the_text_and_do_not_overlap(text in "[/@# a-c_1đ🔔\\n.:h]{0,40}|(https?://)?\\PC{0,20}") {
        let mut formatted = Formatted { text, entities: Vec::new() };
        find_entities(&mut formatted);
        let mut end = 0;
        for entity in &formatted.entities {
            prop_assert!(entity.offset >= end && entity.length > 0);
            end = entity.offset + entity.length;
            prop_assert_eq!(utf16_len(utf16_slice(&formatted.text, entity.offset, entity.length)), entity.length);
        }
        prop_assert!(end <= utf16_len(&formatted.text));
    }

    #[test]
    fn trimming_never_leaves_an_entity_outside(text in "[ \\na-b🔔]{1,12}", offset in 0usize..24, length in 0usize..24) {
        let units = utf16_len(&text);
        let offset = offset % units;
        let length = 1 + length % (units - offset);
        let mut formatted = Formatted { text, entities: vec![bold(offset, length)] };
        clean(&mut formatted);
        trim(&mut formatted);
        let end = utf16_len(&formatted.text);
        prop_assert!(formatted.entities.iter().all(|e| e.offset + e.length <= end));
    }
}
