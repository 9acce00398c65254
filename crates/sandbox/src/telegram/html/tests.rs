//! The parser on input nobody expects; what it makes of proper HTML is tested over the wire.

use proptest::prelude::*;

use super::parse;
use crate::telegram::text::utf16_len;

/// Escapes as a sender must.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Pieces that make up almost-HTML.
fn scraps() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<b>"),
        Just("</b>"),
        Just("<a href=\""),
        Just("\">"),
        Just("</a>"),
        Just("<"),
        Just("</"),
        Just(">"),
        Just("&"),
        Just("&#"),
        Just("&#x1f514;"),
        Just("&lt"),
        Just("="),
        Just("'"),
        Just(" "),
        Just("đ"),
        Just("🔔"),
        Just("<pre>"),
        Just("<code class='language-x'>"),
        Just("</code>"),
        Just("</pre>"),
        Just("<span class=\"tg-spoiler\">"),
        Just("</span>"),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn escaped_text_comes_back_as_it_was(text in any::<String>()) {
        let parsed = parse(&escaped(&text)).unwrap();
        prop_assert_eq!(parsed.text, text);
        prop_assert!(parsed.entities.is_empty());
    }

    #[test]
    fn a_bold_text_is_one_entity_over_its_utf16_length(text in "\\PC{1,40}") {
        let parsed = parse(&format!("<b>{}</b>", escaped(&text))).unwrap();
        prop_assert_eq!((parsed.entities[0].offset, parsed.entities[0].length), (0, utf16_len(&text)));
    }

    #[test]
    fn broken_html_is_refused_or_gives_entities_within_the_text(raw in scraps()) {
        if let Ok(parsed) = parse(&raw) {
            let end = utf16_len(&parsed.text);
            prop_assert!(parsed.entities.iter().all(|e| e.length > 0 && e.offset + e.length <= end));
        }
    }
}
