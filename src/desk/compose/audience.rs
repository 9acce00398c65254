//! Who gets it: the choices offered, and what a typed audience comes to.

use super::choice::Question;
use super::form::Form;
use super::turn::Turn;
use crate::desk::refusal;
use crate::domain::audience::{Directory, Expr, Resolution, Target, default_audience, resolve, unit_word};
use crate::domain::bulletin::Kind;
use crate::domain::org::{GroupKind, UnitKind};
use crate::domain::secrecy::{CadreReason, Verdict, stamp_in};
use crate::domain::text::nfc;
use crate::say;
use crate::store::Tx;
use crate::usecase::{Act, UseCaseError, UseCaseResult, compose, relay};

/// Saved names that are offered as buttons; every other one may be typed.
const DIRECTIVE_NAMES: &[&str] = &["trưởng thôn", "phòng chuyên môn", "các trường", "các đoàn thể"];
const ANNOUNCEMENT_NAMES: &[&str] = &["nhóm dân", "trưởng thôn"];

/// An audience that can be chosen as it stands.
struct Offer {
    pick: String,
    label: String,
    audience: Expr,
}

/// The question, with the audiences that can be sent to today.
pub async fn question(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Question> {
    let offers = offers(tx, act, form).await?;
    let mut question = Question::new(say!(act.house.locale, "compose-ask-audience"));
    question.default = offers.first().filter(|offer| offer.pick == "d").map(|offer| offer.pick.clone());
    for offer in offers {
        question = question.with(offer.pick, offer.label);
    }
    Ok(question)
}

async fn offers(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Vec<Offer>> {
    let directory = relay::directory(tx, act).await?;
    let mut offers = default_offer(act, form.kind, &directory);
    let names = if matches!(form.kind, Kind::Directive | Kind::Urgent) { DIRECTIVE_NAMES } else { ANNOUNCEMENT_NAMES };
    for (at, name) in names.iter().enumerate() {
        let Ok(audience) = Expr::parse(name) else { continue };
        let resolution = resolve(&audience, &directory);
        let known = offers.iter().any(|offer| offer.audience == audience);
        if resolution.is_ready() && !known {
            let label = say!(
                act.house.locale,
                "compose-audience-named",
                name = capital(name),
                groups = resolution.groups.len()
            );
            offers.push(Offer { pick: format!("s{at}"), label, audience });
        }
    }
    Ok(offers)
}

/// The default for this kind; where some of its units have no group, the same without them, excluded by name.
fn default_offer(act: &Act<'_>, kind: Kind, directory: &Directory) -> Vec<Offer> {
    let locale = &act.house.locale;
    let present: Vec<UnitKind> = directory.units.iter().map(|unit| unit.kind).collect();
    let Some(audience) = default_audience(kind, &present) else { return Vec::new() };
    let resolution = resolve(&audience, directory);
    let groups = resolution.groups.len();
    if resolution.is_ready() {
        let label = say!(locale, "compose-audience-default", groups = groups);
        return vec![Offer { pick: "d".to_owned(), label, audience }];
    }
    let missing = &resolution.units_without_group;
    let text = missing.iter().fold(audience.canonical(), |text, target| text + &without(directory, target));
    let narrower = Expr::parse(&text).ok().filter(|narrower| resolve(narrower, directory).is_ready());
    let label = say!(locale, "compose-audience-narrower", groups = groups, units = missing.len());
    narrower.map(|audience| Offer { pick: "e".to_owned(), label, audience }).into_iter().collect()
}

/// " - thon:07@cadre"
fn without(directory: &Directory, target: &Target) -> String {
    let unit = directory.units.iter().find(|unit| unit.id == target.unit);
    unit.map_or_else(String::new, |unit| format!(" - {}:{}@{}", unit_word(unit.kind), unit.code, target.kind))
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Takes one of the audiences offered.
pub async fn pick(tx: &mut Tx, act: &Act<'_>, form: &mut Form, pick: &str) -> UseCaseResult<Turn> {
    let offers = offers(tx, act, form).await?;
    let Some(offer) = offers.into_iter().find(|offer| offer.pick == pick) else {
        return Ok(Turn::Again(String::new()));
    };
    let text = offer.audience.canonical();
    words(tx, act, form, &text).await
}

/// Takes a typed audience if it reaches somebody, leaves nobody out unsaid, and may see the document.
pub async fn words(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: &str) -> UseCaseResult<Turn> {
    let (audience, resolution) = match compose::audience_of(tx, act, typed).await {
        Ok(found) => found,
        Err(error) => return Ok(Turn::Again(refusal::sentence(act, error)?)),
    };
    if let Some(problem) = cadre_only(act, form, &resolution)? {
        return Ok(Turn::Again(problem));
    }
    form.audience = audience.canonical();
    form.mixed = resolution.is_mixed();
    if !form.mixed {
        form.residents_body = None;
    }
    let reach = reach(act, &resolution);
    Ok(Turn::Next(say!(act.house.locale, "compose-audience-taken", audience = form.audience.as_str(), reach = reach)))
}

/// "24 nhóm, khoảng 310 người".
pub fn reach(act: &Act<'_>, resolution: &Resolution) -> String {
    let locale = &act.house.locale;
    let (groups, people) = (resolution.groups.len(), resolution.people());
    if resolution.relays() > 0 {
        return say!(locale, "compose-reach-relays", groups = groups, relays = resolution.relays());
    }
    if people.known == 0 {
        return say!(locale, "compose-reach", groups = groups);
    }
    let known = people.known.to_string();
    match people.groups_unknown {
        0 => say!(locale, "compose-reach-people", groups = groups, people = known),
        unknown => say!(locale, "compose-reach-people-some", groups = groups, people = known, unknown = unknown),
    }
}

/// The residents' own words, or with none the same for everybody. What residents may not see is asked anew.
pub async fn residents_words(tx: &mut Tx, act: &Act<'_>, form: &mut Form, typed: Option<&str>) -> UseCaseResult<Turn> {
    let locale = &act.house.locale;
    let Some(typed) = typed else {
        form.residents_body = None;
        return Ok(Turn::Next(String::new()));
    };
    let body = nfc(typed).trim().to_owned();
    let count = body.chars().count();
    if stamp_in(typed).is_some() {
        return Ok(Turn::Secret);
    }
    if count > compose::MAX_BODY_CHARS {
        let limit = compose::MAX_BODY_CHARS;
        return Ok(Turn::Again(say!(locale, "refused-residents-body-long", count = count, limit = limit)));
    }
    let resolution = reached(tx, act, &form.audience).await?;
    let before = form.residents_body.replace(body);
    match cadre_only(act, form, &resolution)? {
        Some(problem) => {
            form.residents_body = before;
            Ok(Turn::Again(problem))
        }
        None => Ok(Turn::Next(say!(locale, "compose-residents-taken"))),
    }
}

/// Why residents may not see it, if they are in the audience and may not.
fn cadre_only(act: &Act<'_>, form: &Form, resolution: &Resolution) -> UseCaseResult<Option<String>> {
    let residents = resolution.groups.iter().any(|group| group.kind == GroupKind::Residents);
    let error = match form.verdict(true, residents) {
        Verdict::CadreOnly(CadreReason::Marked(_)) => UseCaseError::refused("refused-cadre-mark"),
        Verdict::CadreOnly(CadreReason::Party) => UseCaseError::refused("refused-party-document"),
        Verdict::CadreOnly(CadreReason::PersonalNumbers { count }) => {
            UseCaseError::refused_with("refused-personal-numbers", vec![("count", count.to_string())])
        }
        Verdict::Pass { .. } | Verdict::Refuse(_) | Verdict::NeedsAttestation(_) => return Ok(None),
    };
    refusal::sentence(act, error).map(Some)
}

/// What a stored audience comes to today.
pub async fn reached(tx: &mut Tx, act: &Act<'_>, audience: &str) -> UseCaseResult<Resolution> {
    match Expr::parse(audience) {
        Ok(audience) => compose::resolve(tx, act, &audience).await,
        Err(_) => Ok(Resolution::default()),
    }
}
