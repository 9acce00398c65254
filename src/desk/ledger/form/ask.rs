//! The questions of `/ghinhan`: each keeps the form and says what is missing.

use super::super::{FLOW, button, say_text};
use super::{Ask, Form, described};
use crate::desk::Talk;
use crate::domain::channel::Channel;
use crate::say;
use crate::store::Tx;
use crate::usecase::notify::Note;
use crate::usecase::record::NewActivity;
use crate::usecase::{Act, UseCaseResult};

pub(super) async fn keep(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, ask: Ask) -> UseCaseResult<String> {
    let tag = ask.tag();
    talk.keep(tx, act, FLOW, &Form { ask, ..form }).await?;
    Ok(tag)
}

pub(super) async fn channel(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    let tag = keep(tx, act, talk, form, Ask::Channel).await?;
    let names = (1..).zip(Channel::recordable()).map(|(number, channel)| format!("{number}. {}", channel.vietnamese()));
    let names: Vec<String> = names.collect();
    let mut note = Note::plain(say!(act.house.locale, "ledger-ask-channel", channels = names.join("\n")));
    for (row, pair) in names.chunks(2).enumerate() {
        let data: Vec<String> = (0..pair.len()).map(|place| button(&tag, row * 2 + place + 1)).collect();
        let row: Vec<(&str, &str)> =
            pair.iter().zip(&data).map(|(name, data)| (name.as_str(), data.as_str())).collect();
        note = note.with_row(&row);
    }
    talk.say(tx, act, &note).await
}

pub(super) async fn title(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    keep(tx, act, talk, form, Ask::Title).await?;
    say_text(tx, act, talk, say!(act.house.locale, "ledger-ask-title")).await
}

pub(super) async fn proof(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, new: &NewActivity) -> UseCaseResult<()> {
    let tag = keep(tx, act, talk, form, Ask::Evidence).await?;
    let locale = &act.house.locale;
    let text = say!(locale, "ledger-ask-proof", what = described(act, new));
    let label = say!(locale, "button-no-proof");
    talk.say(tx, act, &Note::plain(text).with_row(&[(&label, &button(&tag, 0))])).await
}

pub(super) async fn duplicate(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, seq: String) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let text = say!(locale, "ledger-ask-duplicate", seq = seq.as_str());
    let tag = keep(tx, act, talk, form, Ask::Duplicate(seq)).await?;
    let labels = [say!(locale, "button-repeat"), say!(locale, "button-another"), say!(locale, "button-leave")];
    let data = [button(&tag, 1), button(&tag, 2), button(&tag, 3)];
    let row: Vec<(&str, &str)> =
        labels.iter().zip(&data).map(|(label, data)| (label.as_str(), data.as_str())).collect();
    talk.say(tx, act, &Note::plain(text).with_row(&row)).await
}

pub(super) async fn place(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    keep(tx, act, talk, form, Ask::Place).await?;
    say_text(tx, act, talk, say!(act.house.locale, "ledger-ask-place")).await
}

/// Where the plan counts the people trained, the number is asked for; elsewhere it is taken when it is said.
pub(super) const fn wants_people(channel: Channel) -> bool {
    matches!(channel, Channel::Training | Channel::BusinessEvent)
}

pub(super) async fn people(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    let tag = keep(tx, act, talk, form, Ask::People).await?;
    let locale = &act.house.locale;
    let label = say!(locale, "button-not-counted");
    let note = Note::plain(say!(locale, "ledger-ask-people")).with_row(&[(&label, &button(&tag, 0))]);
    talk.say(tx, act, &note).await
}
