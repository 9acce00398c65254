//! The questions of a form, one for each step, and those in between.

use super::audience;
use super::choice::{Question, themes_of};
use super::form::{Form, Side, Step};
use super::{preview, repeat};
use crate::domain::bulletin::{Kind, Level};
use crate::domain::calendar::format_full;
use crate::domain::document::PartialDate;
use crate::domain::secrecy::SecrecyLevel;
use crate::domain::urgency::{AckWindow, Urgency};
use crate::say;
use crate::store::Tx;
use crate::usecase::committees::Committees;
use crate::usecase::compose::{MAX_BODY_CHARS, MAX_TITLE_CHARS};
use crate::usecase::{Act, UseCaseResult};

/// The open question of a form.
pub async fn question(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Question> {
    if let Some(side) = &form.side {
        return Ok(aside(act, side));
    }
    let question = match form.next() {
        Step::File => file(act),
        Step::Reference => reference(act, form),
        Step::Date => date(act, form),
        Step::Issuer => issuer(act, form, &Committees::of(tx).await?),
        Step::Title => title(act, form),
        Step::Body => body(act, form),
        Step::Urgency => urgency(act, form),
        Step::Reason => {
            Question::new(say!(act.house.locale, "compose-ask-reason", urgency = form.urgency.vietnamese()))
        }
        Step::Residents => residents(act),
        Step::Secrecy => secrecy(act),
        Step::Unreadable => unreadable(act),
        Step::Audience => audience::question(tx, act, form).await?,
        Step::Wording => wording(act),
        Step::Deadline => deadline(act, form),
        Step::SendTime => send_time(act),
        Step::Until => repeat::question(act),
        Step::Theme => theme(tx, act, form).await?,
        Step::Preview => preview::question(tx, act, form).await?,
    };
    Ok(with_defaults(act, form, question))
}

/// Where much is still to be asked, one press takes every default from here on.
fn with_defaults(act: &Act<'_>, form: &Form, question: Question) -> Question {
    let here = match form.next() {
        Step::Reference | Step::Body => form.kind == Kind::Directive,
        Step::Audience => question.default.is_some(),
        _ => false,
    };
    if here && !form.fast { question.with("all", say!(act.house.locale, "compose-all-defaults")) } else { question }
}

fn aside(act: &Act<'_>, side: &Side) -> Question {
    let locale = &act.house.locale;
    match side {
        Side::Times { choices, lead } => choices
            .iter()
            .fold(Question::new(lead.clone()), |question, at| question.with(format!("t{}", at.0), format_full(*at)))
            .with("again", say!(locale, "compose-another-time")),
        Side::Meant { choices, lead } => (0..)
            .zip(choices)
            .fold(Question::new(lead.clone()), |question, (place, meant)| {
                question.with(format!("m{place}"), repeat::label(act, meant))
            })
            .with("again", say!(locale, "compose-another-time")),
        Side::IssuerName => Question::new(say!(locale, "compose-ask-issuer-name")),
        Side::IssuerLevel { issuer } => Question::new(say!(locale, "compose-ask-level", issuer = issuer.as_str()))
            .with("sup", say!(locale, "compose-level-superior"))
            .with("loc", say!(locale, "compose-level-local")),
        Side::Duplicate { code, composer, state } => Question::new(say!(
            locale,
            "compose-duplicate",
            code = code.as_str(),
            composer = composer.as_str(),
            state = state.as_str()
        ))
        .with("no", say!(locale, "compose-duplicate-no"))
        .with("yes", say!(locale, "compose-duplicate-yes")),
    }
}

fn file(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    Question::new(say!(locale, "compose-ask-file")).with("skip", say!(locale, "compose-no-file"))
}

fn reference(act: &Act<'_>, form: &Form) -> Question {
    let locale = &act.house.locale;
    let question = Question::new(say!(locale, "compose-ask-reference"));
    with_suggestion(act, question, form.suggested.reference.clone()).with("skip", say!(locale, "compose-skip"))
}

fn date(act: &Act<'_>, form: &Form) -> Question {
    let locale = &act.house.locale;
    let stored = form.suggested.date.as_deref().and_then(|date| date.parse::<PartialDate>().ok());
    let question = Question::new(say!(locale, "compose-ask-date"));
    with_suggestion(act, question, stored.map(|date| date.to_string())).with("skip", say!(locale, "compose-skip"))
}

/// What page 1 seems to say, as the first choice and the default; without it skipping is the default.
fn with_suggestion(act: &Act<'_>, question: Question, found: Option<String>) -> Question {
    match found {
        Some(found) => {
            let label = say!(act.house.locale, "compose-as-read", found = found);
            question.with("s", label).or_by_default("s")
        }
        None => question.or_by_default("skip"),
    }
}

fn issuer(act: &Act<'_>, form: &Form, known: &Committees) -> Question {
    let locale = &act.house.locale;
    let own = ("xa", say!(locale, "compose-issuer-local", issuer = known.commune.as_str()));
    let province = ("tinh", say!(locale, "compose-issuer-superior", issuer = known.province.as_str()));
    let superior_first = form.suggested.level == Some(Level::Superior);
    let (first, second) = if superior_first { (province, own) } else { (own, province) };
    let default = first.0;
    Question::new(say!(locale, "compose-ask-issuer"))
        .with(first.0, first.1)
        .with(second.0, second.1)
        .with("other", say!(locale, "compose-issuer-other"))
        .or_by_default(default)
}

fn title(act: &Act<'_>, form: &Form) -> Question {
    let locale = &act.house.locale;
    if form.kind == Kind::Urgent {
        return Question::new(say!(locale, "compose-ask-urgent-heading", limit = MAX_TITLE_CHARS));
    }
    if form.kind == Kind::Announcement {
        return Question::new(say!(locale, "compose-ask-heading", limit = MAX_TITLE_CHARS));
    }
    match &form.suggested.title {
        Some(found) => Question::new(say!(locale, "compose-ask-title-read", found = found.as_str()))
            .with("s", say!(locale, "compose-title-as-read"))
            .or_by_default("s"),
        None => Question::new(say!(locale, "compose-ask-title", limit = MAX_TITLE_CHARS)),
    }
}

fn body(act: &Act<'_>, form: &Form) -> Question {
    let locale = &act.house.locale;
    if form.kind == Kind::Urgent {
        return Question::new(say!(locale, "compose-ask-urgent-text", limit = MAX_BODY_CHARS));
    }
    if form.kind == Kind::Announcement {
        return Question::new(say!(locale, "compose-ask-text", limit = MAX_BODY_CHARS));
    }
    let question = Question::new(say!(locale, "compose-ask-body", limit = MAX_BODY_CHARS));
    let question = match form.suggested.body {
        Some(_) => question.with("s", say!(locale, "compose-body-as-sent")).or_by_default("s"),
        None => question.or_by_default("skip"),
    };
    question.with("skip", say!(locale, "compose-no-body"))
}

/// An urgent bulletin has a level and no default: which one is the signer's word.
fn urgency(act: &Act<'_>, form: &Form) -> Question {
    let question = Question::new(say!(act.house.locale, "compose-ask-urgency"));
    let urgent = form.kind == Kind::Urgent;
    let question = if urgent { question } else { question.with("n", Urgency::Normal.vietnamese()).or_by_default("n") };
    question
        .with("u", Urgency::Urgent.vietnamese())
        .with("x", Urgency::Express.vietnamese())
        .with("f", Urgency::Flash.vietnamese())
}

fn residents(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    Question::new(say!(locale, "compose-ask-residents", limit = MAX_BODY_CHARS))
        .with("skip", say!(locale, "compose-skip"))
        .or_by_default("skip")
}

/// No default and nothing remembered: every document is attested for itself.
fn secrecy(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    let levels = [
        (SecrecyLevel::Secret, say!(locale, "compose-secret")),
        (SecrecyLevel::TopSecret, say!(locale, "compose-top-secret")),
        (SecrecyLevel::MostSecret, say!(locale, "compose-most-secret")),
    ];
    let question = Question::new(say!(locale, "compose-ask-secrecy")).with("ok", say!(locale, "compose-not-secret"));
    levels.into_iter().fold(question, |question, (level, label)| question.with(level.as_str(), label))
}

fn unreadable(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    Question::new(say!(locale, "compose-ask-unreadable"))
        .with("ok", say!(locale, "compose-seen-not-secret"))
        .with("no", say!(locale, "compose-not-sure"))
}

fn wording(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    Question::new(say!(locale, "compose-ask-wording", limit = MAX_BODY_CHARS))
        .with("same", say!(locale, "compose-residents-same"))
        .or_by_default("same")
}

fn deadline(act: &Act<'_>, form: &Form) -> Question {
    let locale = &act.house.locale;
    let window = match act.house.policies.of(form.urgency).ack_window {
        AckWindow::EndOfNextWorkingDay => say!(locale, "compose-window-working-day"),
        AckWindow::Minutes(minutes) if minutes % 60 == 0 => say!(locale, "compose-window-hours", hours = minutes / 60),
        AckWindow::Minutes(minutes) => say!(locale, "compose-window-minutes", minutes = minutes),
    };
    Question::new(say!(locale, "compose-ask-deadline"))
        .with("d", window)
        .with("none", say!(locale, "compose-ack-not-wanted"))
        .or_by_default("d")
}

fn send_time(act: &Act<'_>) -> Question {
    let locale = &act.house.locale;
    Question::new(say!(locale, "compose-ask-send"))
        .with("now", say!(locale, "compose-send-when-approved"))
        .or_by_default("now")
}

async fn theme(tx: &mut Tx, act: &Act<'_>, form: &Form) -> UseCaseResult<Question> {
    let locale = &act.house.locale;
    let plan = match &form.plan_code {
        Some(code) => tx.plan(&act.commune_id, code).await?,
        None => None,
    };
    let title = plan.as_ref().map(|plan| plan.title.clone()).unwrap_or_default();
    let question = Question::new(say!(locale, "compose-ask-theme", plan = title));
    let themes = plan.map(|plan| themes_of(&plan.body)).unwrap_or_default();
    let question = themes.into_iter().fold(question, |question, theme| {
        let label = format!("{} {}", theme.id, theme.title);
        question.with(format!("th-{}", theme.id), label)
    });
    Ok(question
        .with("none", say!(locale, "compose-no-theme"))
        .with("off", say!(locale, "compose-off-plan"))
        .or_by_default("none"))
}
