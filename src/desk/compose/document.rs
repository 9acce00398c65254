//! What a form is told of the official document: number and symbol, date, issuer and level, trích yếu, text.

use super::form::{Form, Side};
use super::turn::Turn;
use crate::domain::bulletin::{Kind, Level};
use crate::domain::document::{DateError, DocumentType, PartialDate, Reference, parse_reference};
use crate::domain::secrecy::stamp_in;
use crate::domain::text::{fold, nfc};
use crate::say;
use crate::store::Tx;
use crate::usecase::committees::Committees;
use crate::usecase::compose::{DocumentFields, MAX_BODY_CHARS, MAX_TITLE_CHARS};
use crate::usecase::{Act, UseCaseResult};

/// Longest name of an issuing body, in characters.
const MAX_ISSUER_CHARS: usize = 120;

/// Number and symbol as typed or suggested; the type is understood from it.
pub fn reference(act: &Act<'_>, form: &mut Form, typed: &str) -> Turn {
    let locale = &act.house.locale;
    let typed = typed.trim();
    if let Some(kind) = DocumentType::from_speech(typed).or_else(|| DocumentType::from_name(typed)) {
        let (name, symbol) = (kind.vietnamese_name(), kind.abbreviation());
        return Turn::Again(say!(locale, "compose-reference-type-only", name = name, symbol = symbol));
    }
    let Ok(found) = parse_reference(typed) else {
        return Turn::Again(say!(locale, "compose-reference-not-understood"));
    };
    let shown = found.to_string();
    let name = found.kind.map_or_else(String::new, |kind| kind.vietnamese_name().to_owned());
    form.document = fields(&found, &form.document);
    Turn::Next(say!(locale, "compose-reference-taken", name = name, reference = shown))
}

/// The fields of a reference; date and issuer stay as they are.
fn fields(found: &Reference, before: &DocumentFields) -> DocumentFields {
    let number = found.number.as_deref().map(|number| printed(number, found.year));
    DocumentFields {
        kind: found.kind.map(|kind| kind.abbreviation().to_owned()),
        number,
        symbol: Some(found.symbol()),
        party: found.is_party(),
        ..before.clone()
    }
}

/// A number below 10 takes a leading zero (Nghị định 30/2020/NĐ-CP, Phụ lục I), so that "7" and "07" are one document;
/// the year of a law-level number ("49/2024") belongs to what is printed in front of the symbol.
fn printed(number: &str, year: Option<u16>) -> String {
    let bare = number.trim_start_matches('0');
    let digits = bare.chars().take_while(char::is_ascii_digit).count();
    let number = if digits < 2 { format!("{}{bare}", "0".repeat(2 - digits)) } else { bare.to_owned() };
    year.map_or(number.clone(), |year| format!("{number}/{year}"))
}

/// No official document stands behind it.
pub fn no_reference(form: &mut Form) -> Turn {
    form.document = DocumentFields::default();
    Turn::Next(String::new())
}

/// Day or month of issue.
pub fn date(act: &Act<'_>, form: &mut Form, typed: &str) -> Turn {
    let locale = &act.house.locale;
    match typed.parse::<PartialDate>() {
        Ok(date) => {
            form.document.date = Some(date.to_iso());
            Turn::Next(say!(locale, "compose-date-taken", date = date.to_string()))
        }
        Err(DateError::Unreadable) => Turn::Again(say!(locale, "compose-date-not-understood")),
        Err(DateError::Year(_) | DateError::Month(_) | DateError::Day(_)) => {
            Turn::Again(say!(locale, "compose-date-impossible"))
        }
    }
}

/// The issuer by its name. The two known committees are recognised however they are written out.
pub async fn issuer(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    let known = Committees::of(tx).await?;
    let name = tidy(typed);
    match fold(&name).as_str() {
        "dia phuong" | "cap xa" => return issued_by(tx, act, form, (known.commune, Level::Local)).await,
        "cap tren" => return Ok(Turn::Aside(Side::IssuerName)),
        folded if folded == "ubnd xa" || folded == fold(&known.commune) => {
            return issued_by(tx, act, form, (known.commune, Level::Local)).await;
        }
        folded if folded == "ubnd tinh" || folded == fold(&known.province) => {
            return issued_by(tx, act, form, (known.province, Level::Superior)).await;
        }
        _ => {}
    }
    match checked_issuer(act, &name) {
        Some(problem) => Ok(Turn::Again(problem)),
        None => Ok(Turn::Aside(Side::IssuerLevel { issuer: name })),
    }
}

/// The name of a body above the commune.
pub async fn superior(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    let name = tidy(typed);
    if let Some(problem) = checked_issuer(act, &name) {
        return Ok(Turn::Again(problem));
    }
    let known = Committees::of(tx).await?;
    let name = if fold(&name) == "ubnd tinh" { known.province } else { name };
    issued_by(tx, act, form, (name, Level::Superior)).await
}

fn checked_issuer(act: &Act<'_>, name: &str) -> Option<String> {
    let fits = (2..=MAX_ISSUER_CHARS).contains(&name.chars().count()) && name.chars().any(char::is_alphabetic);
    (!fits).then(|| say!(act.house.locale, "compose-issuer-not-understood"))
}

/// One spelling for one body, because a document is known by issuer, number and symbol.
fn tidy(typed: &str) -> String {
    let words = nfc(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    let long = [("uy ban nhan dan", "UBND"), ("hoi dong nhan dan", "HĐND"), ("ubnd", "UBND"), ("hdnd", "HĐND")];
    let folded = fold(&words);
    let Some((full, short)) = long.into_iter().find(|(full, _)| folded.starts_with(full)) else { return words };
    let rest: Vec<&str> = words.split(' ').skip(full.split(' ').count()).collect();
    format!("{short} {}", rest.join(" ")).trim_end().to_owned()
}

/// The issuer and its level are known: the document is, too, so a second bulletin of it is asked about.
pub async fn issued_by(tx: &mut Tx, act: &Act<'_>, form: &mut Form, by: (String, Level)) -> UseCaseResult<Turn> {
    let (issuer, level) = by;
    let said = say!(act.house.locale, "compose-issuer-taken", issuer = issuer.as_str(), level = level.vietnamese());
    form.document.issuer = Some(issuer);
    form.level = level;
    Ok(duplicate(tx, act, form).await?.map_or(Turn::Next(said), Turn::Aside))
}

/// The question about another bulletin with the same document, unless it was answered already.
pub async fn duplicate(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Option<Side>> {
    use chrono::Datelike as _;
    let fields = &form.document;
    let (Some(number), Some(symbol), Some(issuer)) = (&fields.number, &fields.symbol, &fields.issuer) else {
        return Ok(None);
    };
    let document = (number.clone(), symbol.clone(), issuer.clone());
    let year = i64::from(act.at.local_date().year());
    let found = tx.bulletin_of_document(&act.commune_id, &document, year).await?;
    let Some(code) = found.filter(|code| form.duplicate_of.as_ref() != Some(code)) else { return Ok(None) };
    let Some(bulletin) = tx.bulletin_by_code(&act.commune_id, &code).await? else { return Ok(None) };
    let composer = tx.person(&bulletin.composer_id).await?.map(|person| person.name).unwrap_or_default();
    Ok(Some(Side::Duplicate { code, composer, state: bulletin.state.vietnamese().to_owned() }))
}

/// Trích yếu or heading.
pub fn title(act: &Act<'_>, form: &mut Form, typed: &str) -> Turn {
    let locale = &act.house.locale;
    let title = nfc(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    let count = title.chars().count();
    if stamp_in(typed).is_some() {
        return Turn::Secret;
    }
    if !title.chars().any(char::is_alphanumeric) {
        return Turn::Again(say!(locale, "refused-title-empty"));
    }
    if count > MAX_TITLE_CHARS {
        return Turn::Again(say!(locale, "refused-title-long", count = count, limit = MAX_TITLE_CHARS));
    }
    form.title = title;
    Turn::Next(String::new())
}

/// The text.
pub fn body(act: &Act<'_>, form: &mut Form, typed: &str) -> Turn {
    let locale = &act.house.locale;
    let body = nfc(typed).trim().to_owned();
    let count = body.chars().count();
    if stamp_in(typed).is_some() {
        return Turn::Secret;
    }
    if count > MAX_BODY_CHARS {
        return Turn::Again(say!(locale, "refused-body-long", count = count, limit = MAX_BODY_CHARS));
    }
    if body.is_empty() && form.kind != Kind::Directive {
        return Turn::Again(say!(locale, "refused-body-empty"));
    }
    form.body = body;
    Turn::Next(String::new())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{printed, tidy};

    #[rstest]
    #[case("7", None, "07")]
    #[case("07", None, "07")]
    #[case("007a", None, "07a")]
    #[case("101", None, "101")]
    #[case("49", Some(2024), "49/2024")]
    fn a_number_has_one_printed_form(#[case] typed: &str, #[case] year: Option<u16>, #[case] form: &str) {
        assert_eq!(printed(typed, year), form);
    }

    #[rstest]
    #[case("Uỷ ban nhân dân  tỉnh Mẫu", "UBND tỉnh Mẫu")]
    #[case("ubnd tỉnh Mẫu", "UBND tỉnh Mẫu")]
    #[case("Sở Khoa học và Công nghệ", "Sở Khoa học và Công nghệ")]
    #[case("", "")]
    fn a_body_has_one_spelling(#[case] typed: &str, #[case] name: &str) {
        assert_eq!(tidy(typed), name);
    }
}
