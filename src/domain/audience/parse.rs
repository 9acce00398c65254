//! The parser: characters to terms, keeping the position of every fault.

use super::names::{group_kind, saved_name, unit_kind};
use super::{AudienceError, Expr, MAX_CHARS, Term};
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::text::{fold, natural_key};

/// Longest code of a unit, in characters.
const MAX_CODE_CHARS: usize = 32;

/// A stretch of the text together with where it begins, in characters.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    chars: &'a [char],
    at: usize,
}

impl<'a> Piece<'a> {
    fn text(self) -> String {
        self.chars.iter().collect()
    }

    fn slice(self, start: usize, end: usize) -> Self {
        Self { chars: &self.chars[start..end], at: self.at + start }
    }

    fn trim(self) -> Self {
        let blank = |c: &char| c.is_whitespace();
        let start = self.chars.iter().position(|c| !blank(c)).unwrap_or(self.chars.len());
        let end = self.chars.iter().rposition(|c| !blank(c)).map_or(start, |last| last + 1);
        self.slice(start, end)
    }

    /// Before and after the first character that fits, without it.
    fn cut(self, fits: impl Fn(char) -> bool) -> Option<(Self, Self)> {
        let index = self.chars.iter().position(|c| fits(*c))?;
        Some((self.slice(0, index), self.slice(index + 1, self.chars.len())))
    }

    fn split(self, fits: impl Fn(char) -> bool) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = self;
        while let Some((head, tail)) = rest.cut(&fits) {
            pieces.push(head);
            rest = tail;
        }
        pieces.push(rest);
        pieces
    }

    fn words(self) -> Vec<Piece<'a>> {
        self.split(char::is_whitespace).into_iter().filter(|word| !word.chars.is_empty()).collect()
    }
}

const fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{ff0b}')
}

const fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}')
}

pub(super) fn expr(text: &str) -> Result<Expr, AudienceError> {
    let chars: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
    if chars.len() > MAX_CHARS {
        return Err(AudienceError::TooLong);
    }
    let whole = Piece { chars: &chars, at: 0 };
    if whole.trim().chars.is_empty() {
        return Err(AudienceError::Empty);
    }
    let mut terms = Vec::new();
    for (index, piece) in whole.split(|c| is_plus(c) || is_minus(c)).into_iter().enumerate() {
        let blank = piece.trim().chars.is_empty();
        if blank && index == 0 {
            continue;
        }
        let minus = piece.at > 0 && is_minus(chars[piece.at - 1]);
        if minus && terms.is_empty() {
            return Err(AudienceError::NothingToTakeFrom { at: piece.at - 1 });
        }
        if blank {
            return Err(AudienceError::MissingTerm { at: piece.at });
        }
        terms.extend(term(piece.trim(), minus)?);
    }
    Ok(Expr { terms })
}

/// Reads one term; a saved name may stand for several.
fn term(piece: Piece<'_>, minus: bool) -> Result<Vec<Term>, AudienceError> {
    let (units, group) = match piece.cut(|c| matches!(c, '@' | '\u{ff20}')) {
        Some((units, kind)) => (units.trim(), Some(group(kind.trim())?)),
        None => (piece, None),
    };
    if let Some((word, codes)) = units.cut(|c| matches!(c, ':' | '\u{ff1a}')) {
        let unit = known_unit(word.trim())?;
        return Ok(vec![Term { minus, unit, codes: code_list(codes, unit)?, group }]);
    }
    if let Some(stands_for) = saved_name(&units.text()) {
        return expand(stands_for, minus, group);
    }
    if let Some(unit) = unit_kind(&units.text()) {
        return Ok(vec![Term { minus, unit, codes: Vec::new(), group }]);
    }
    spoken(units, minus, group).map(|term| vec![term])
}

/// `thôn 3, 5`: a word, a blank and codes with a digit in the first of them.
fn spoken(units: Piece<'_>, minus: bool, group: Option<GroupKind>) -> Result<Term, AudienceError> {
    let words = units.words();
    let unknown = || AudienceError::UnknownName { at: units.at, found: units.text() };
    let (Some(first), Some(second)) = (words.first(), words.get(1)) else {
        return Err(unknown());
    };
    if !second.chars.iter().any(char::is_ascii_digit) {
        return Err(unknown());
    }
    let unit = unit_kind(&first.text()).ok_or_else(unknown)?;
    let codes = units.slice(second.at - units.at, units.chars.len());
    Ok(Term { minus, unit, codes: code_list(codes, unit)?, group })
}

fn expand(stands_for: &str, minus: bool, group: Option<GroupKind>) -> Result<Vec<Term>, AudienceError> {
    let terms = expr(stands_for)?.terms;
    Ok(terms.into_iter().map(|term| Term { minus, group: group.or(term.group), ..term }).collect())
}

fn known_unit(word: Piece<'_>) -> Result<UnitKind, AudienceError> {
    unit_kind(&word.text()).ok_or_else(|| AudienceError::UnknownName { at: word.at, found: word.text() })
}

fn group(word: Piece<'_>) -> Result<GroupKind, AudienceError> {
    group_kind(&word.text()).ok_or_else(|| AudienceError::UnknownGroupKind { at: word.at, found: word.text() })
}

/// The codes of a list, in natural order, each once.
fn code_list(list: Piece<'_>, unit: UnitKind) -> Result<Vec<String>, AudienceError> {
    let items = list.split(|c| matches!(c, ',' | ';' | '\u{ff0c}'));
    let mut codes = items.into_iter().map(|item| code(item, unit)).collect::<Result<Vec<_>, _>>()?;
    codes.sort_by_cached_key(|code| (natural_key(code), code.clone()));
    codes.dedup();
    Ok(codes)
}

fn code(item: Piece<'_>, unit: UnitKind) -> Result<String, AudienceError> {
    let bad = || AudienceError::BadCode { at: item.trim().at, found: item.trim().text() };
    let word = match item.words().as_slice() {
        [word] => *word,
        // "thôn 3, thôn 5" repeats the word.
        [again, word] if unit_kind(&again.text()) == Some(unit) => *word,
        _ => return Err(bad()),
    };
    let key = code_key(&word.text());
    if key.is_empty() || key.chars().nth(MAX_CODE_CHARS).is_some() {
        return Err(bad());
    }
    Ok(key)
}

/// The canonical form of a unit's code: letters and digits without accents, a number with at least two digits.
pub(super) fn code_key(code: &str) -> String {
    let key = fold(code).replace(' ', "");
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return key;
    }
    format!("{:0>2}", key.trim_start_matches('0'))
}
