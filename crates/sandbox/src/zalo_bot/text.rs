//! Texts as the platform takes and shows them: length, markup, style ranges.

use serde_json::Value;

use super::error::Refusal;
use crate::params::Params;

/// The longest text or caption. The unit is only called "characters"; clients count UTF-16 units.
const MAX_UNITS: usize = 2_000;
/// The style codes there are, beside `ind_1` to `ind_5` which are listed too.
const CODES: [&str; 20] = [
    "b", "i", "u", "s", "f_13", "f_15", "f_18", "f_20", "c_050a19", "c_15a85f", "c_f7b503", "c_f27806", "c_db342e",
    "lst_1", "lst_2", "ind_1", "ind_2", "ind_3", "ind_4", "ind_5",
];
/// The words in braces that markdown knows.
const BRACES: [&str; 6] = ["red", "orange", "yellow", "green", "big", "underline"];

/// A text in UTF-16 code units.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Checks a text or caption that must not be longer than the platform takes.
pub(super) fn checked<'a>(text: &'a str, name: &str) -> Result<&'a str, Refusal> {
    if units(text) > MAX_UNITS {
        return Err(Refusal::bad(format_args!("{name} must have 1 to {MAX_UNITS} characters")));
    }
    Ok(text)
}

/// The text of a sendMessage as people will read it.
pub(super) fn formatted(text: &str, params: &Params) -> Result<String, Refusal> {
    // When both are sent, `parse_mode` wins.
    match params.text("parse_mode") {
        Some("markdown") => Ok(without_markdown(text)),
        Some("html") => Ok(without_tags(text)),
        Some(other) => Err(Refusal::bad(format_args!("parse_mode `{other}` is not markdown or html"))),
        None => check_styles(params, units(text)).map(|()| text.to_owned()),
    }
}

fn check_styles(params: &Params, units: usize) -> Result<(), Refusal> {
    let wrong = || Refusal::bad("text_styles must be a list of {start, len, st}");
    let Some(styles) = params.json("text_styles", "text_styles")? else { return Ok(()) };
    let Value::Array(styles) = styles else { return Err(wrong()) };
    styles.iter().try_for_each(|style| check_style(style, units).ok_or_else(wrong))
}

/// Whether one style lies inside the text and has known codes.
fn check_style(style: &Value, units: usize) -> Option<()> {
    let number = |name: &str| style[name].as_u64().and_then(|n| usize::try_from(n).ok());
    let (start, len) = (number("start")?, number("len")?);
    let codes = style["st"].as_array().filter(|codes| !codes.is_empty())?;
    let known = codes.iter().all(|code| code.as_str().is_some_and(|code| CODES.contains(&code)));
    (known && len > 0 && start.checked_add(len)? <= units).then_some(())
}

/// Markdown as it reads once it is shown: paired marks and words in braces are gone, the rest stays literal.
fn without_markdown(text: &str) -> String {
    let mut shown: Vec<String> = text.split('\n').map(without_heading).collect();
    for mark in ["**", "~~", "*", "`"] {
        shown = shown.iter().map(|line| without_pairs(line, mark)).collect();
    }
    let mut shown = shown.join("\n");
    for word in BRACES {
        shown = shown.replace(&format!("{{{word}}}"), "").replace(&format!("{{/{word}}}"), "");
    }
    shown
}

/// A heading of one to four levels loses its marks.
fn without_heading(line: &str) -> String {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    rest.strip_prefix(' ').filter(|_| (1..=4).contains(&level)).unwrap_or(line).to_owned()
}

fn without_pairs(line: &str, mark: &str) -> String {
    let pieces: Vec<&str> = line.split(mark).collect();
    // Fences stay literal, and so does a mark without its partner.
    if line.starts_with("```") || pieces.len().is_multiple_of(2) { line.to_owned() } else { pieces.concat() }
}

/// HTML as it reads once it is shown.
fn without_tags(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        shown.push_str(before);
        let Some((_, behind)) = after.split_once('>') else {
            rest = after;
            shown.push('<');
            break;
        };
        rest = behind;
    }
    shown.push_str(rest);
    shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("**VB** *gấp* ~~bỏ~~ `mã`", "VB gấp bỏ mã")]
    #[case("{red}Hỏa tốc{/red}\n## Mục", "Hỏa tốc\nMục")]
    #[case("5 * 3 và ##### không", "5 * 3 và ##### không")]
    #[case("```\nx\n```", "```\nx\n```")]
    fn markdown_reads_as_it_is_shown(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(without_markdown(text), shown);
    }

    #[rstest]
    #[case("<b>VB</b> &lt;2&gt; &amp;amp;", "VB <2> &amp;")]
    #[case("a < b", "a < b")]
    fn html_reads_as_it_is_shown(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(without_tags(text), shown);
    }
}
