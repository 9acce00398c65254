//! Which part of a file is wanted (RFC 9110, 13 and 14). One part only: a request for several is answered with the whole, as it may be.

/// What to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// From this byte up to, and without, that one.
    Part {
        /// The first byte, from 0.
        from: u64,
        /// The one behind the last.
        to: u64,
    },
    /// A part that is not there.
    Nothing,
}

/// What a `Range` header asks of a file of this size. One that cannot be read asks nothing.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let bounds = header.and_then(|text| text.trim().strip_prefix("bytes="));
    let Some((from, to)) = bounds.filter(|text| !text.contains(',')).and_then(|text| text.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>();
    match (number(from), number(to)) {
        (Ok(from), Ok(to)) if from > to => Wanted::Whole,
        (Ok(from), _) if from >= size => Wanted::Nothing,
        (Ok(from), Ok(to)) => Wanted::Part { from, to: to.saturating_add(1).min(size) },
        (Ok(from), Err(_)) if to.trim().is_empty() => Wanted::Part { from, to: size },
        // The last so many bytes.
        (Err(_), Ok(0)) if from.trim().is_empty() => Wanted::Nothing,
        (Err(_), Ok(_)) if from.trim().is_empty() && size == 0 => Wanted::Nothing,
        (Err(_), Ok(last)) if from.trim().is_empty() => Wanted::Part { from: size.saturating_sub(last), to: size },
        _ => Wanted::Whole,
    }
}

/// Whether an `If-None-Match` header names this tag.
pub(super) fn names(header: &str, tag: &str) -> bool {
    header.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::all("bytes=0-", Wanted::Part { from: 0, to: 100 })]
    #[case::first("bytes=0-9", Wanted::Part { from: 0, to: 10 })]
    #[case::beyond_the_end("bytes=90-500", Wanted::Part { from: 90, to: 100 })]
    #[case::last("bytes=-7", Wanted::Part { from: 93, to: 100 })]
    #[case::more_than_there_is("bytes=-700", Wanted::Part { from: 0, to: 100 })]
    #[case::behind_the_end("bytes=100-", Wanted::Nothing)]
    #[case::none_at_all("bytes=-0", Wanted::Nothing)]
    #[case::several("bytes=0-1,5-6", Wanted::Whole)]
    #[case::backwards("bytes=9-0", Wanted::Whole)]
    #[case::another_unit("pages=1-2", Wanted::Whole)]
    #[case::nonsense("bytes=a-b", Wanted::Whole)]
    #[case::overflow("bytes=0-18446744073709551615", Wanted::Part { from: 0, to: 100 })]
    fn a_range_is_what_the_standard_says(#[case] header: &str, #[case] expected: Wanted) {
        assert_eq!(wanted(Some(header), 100), expected);
    }

    #[test]
    fn nothing_is_no_range_and_an_empty_file_has_no_part() {
        assert_eq!(wanted(None, 100), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Nothing);
    }

    #[test]
    fn a_tag_is_found_among_others_weak_ones_too() {
        assert!(names("\"a\", W/\"b\"", "\"b\"") && names("*", "\"b\"") && !names("\"a\"", "\"b\""));
    }
}
