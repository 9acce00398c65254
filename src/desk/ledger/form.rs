//! `/ghinhan`: from one line to a recorded act, asking for what is missing.

use chrono::NaiveDate;

use super::parse::{self, Entry, ParseError};
use super::{FLOW, button, day, leaves, say_text};
use crate::desk::Talk;
use crate::domain::ack::{UnitName, named_units};
use crate::domain::calendar::format_time;
use crate::domain::channel::Channel;
use crate::domain::org::UnitKind;
use crate::domain::plan::Target;
use crate::domain::text::{cut, fold, nfc};
use crate::say;
use crate::store::Tx;
use crate::store::dialogues::Dialogue;
use crate::usecase::notify::Note;
use crate::usecase::record::{self, NewActivity, Recorded};
use crate::usecase::{Act, UseCaseError, UseCaseResult, tally};

/// The channels that are offered, in the order of the plan.
const OFFERED: [Channel; 11] = [
    Channel::Radio,
    Channel::Loudspeaker,
    Channel::Portal,
    Channel::Banner,
    Channel::BulletinBoard,
    Channel::Meeting,
    Channel::Culture,
    Channel::Panel,
    Channel::Training,
    Channel::BusinessEvent,
    Channel::Briefing,
];
/// Most characters of a title that is said back.
const SAID_TITLE: usize = 200;

/// What was asked last.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Ask {
    /// On which channel.
    Channel,
    /// What it was.
    Title,
    /// The proof.
    Evidence,
    /// Whether it is a repeat of the act with this number.
    Duplicate(String),
    /// Why it goes into a locked period.
    Reason,
}

/// What was gathered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Form {
    ask: Ask,
    /// The line as it was typed.
    line: String,
    /// The day it was typed on: the answers may come after midnight.
    typed_on: NaiveDate,
    channel: Option<Channel>,
    title: Option<String>,
    evidence: Option<String>,
    /// Whether the proof has been asked for and answered.
    proven: bool,
    repeat: Option<bool>,
    lock_reason: Option<String>,
    /// The key of the message that began it: however often it comes, it is recorded once.
    dedupe: String,
}

/// A line with `/ghinhan` in front.
pub(super) async fn start(tx: &mut Tx, act: &Act<'_>, talk: &Talk, args: &str, dedupe: &str) -> UseCaseResult<()> {
    record_unproven(tx, act, talk).await?;
    let form = Form {
        ask: Ask::Channel,
        line: args.to_owned(),
        typed_on: act.at.local_date(),
        channel: None,
        title: None,
        evidence: None,
        proven: false,
        repeat: None,
        lock_reason: None,
        dedupe: format!("chat:{}:{dedupe}", talk.chat.gateway),
    };
    proceed(tx, act, talk, form).await
}

/// A line that only waited for its proof is recorded without one when the next line comes: nothing typed is lost.
async fn record_unproven(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    let Some(dialogue) = talk.dialogue(tx).await?.filter(|dialogue| dialogue.flow == FLOW) else { return Ok(()) };
    let Ok(form) = serde_json::from_str::<Form>(&dialogue.data) else { return Ok(()) };
    if form.ask != Ask::Evidence {
        return Ok(());
    }
    talk.end(tx).await?;
    match proceed(tx, act, talk, Form { proven: true, ..form }).await {
        // What is refused was said when it was typed; the next line must not suffer for it.
        Err(UseCaseError::Refused { .. }) => Ok(()),
        done => done,
    }
}

/// Which question the buttons under the last one answer.
pub(super) fn tag(dialogue: &Dialogue) -> Option<String> {
    let form: Form = serde_json::from_str(&dialogue.data).ok()?;
    Some(form.ask.tag())
}

impl Ask {
    fn tag(&self) -> String {
        match self {
            Self::Channel => "kenh".to_owned(),
            Self::Title => "ten".to_owned(),
            Self::Evidence => "mc".to_owned(),
            Self::Duplicate(seq) => format!("trung{seq}"),
            Self::Reason => "lydo".to_owned(),
        }
    }
}

/// The answer to the last question.
pub(super) async fn step(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    dialogue: &Dialogue,
    text: &str,
) -> UseCaseResult<()> {
    let form: Option<Form> = serde_json::from_str(&dialogue.data).ok();
    let folded = fold(text);
    let Some(form) = form.filter(|_| !leaves(&folded)) else {
        return leave(tx, act, talk).await;
    };
    match form.ask.clone() {
        Ask::Channel => match chosen_channel(&folded) {
            Some(channel) => proceed(tx, act, talk, Form { channel: Some(channel), ..form }).await,
            None => ask_channel(tx, act, talk, form).await,
        },
        Ask::Title if folded.is_empty() => ask_title(tx, act, talk, form).await,
        Ask::Title => proceed(tx, act, talk, Form { title: Some(nfc(text)), ..form }).await,
        Ask::Evidence => {
            let evidence = proof(act, talk, text, &folded);
            proceed(tx, act, talk, Form { evidence, proven: true, ..form }).await
        }
        Ask::Duplicate(seq) => match folded.as_str() {
            "1" | "phat lai" | "lai" => proceed(tx, act, talk, Form { repeat: Some(true), ..form }).await,
            "2" | "bai khac" | "khac" => proceed(tx, act, talk, Form { repeat: Some(false), ..form }).await,
            "3" => leave(tx, act, talk).await,
            _ => ask_duplicate(tx, act, talk, form, seq).await,
        },
        Ask::Reason if folded.is_empty() => {
            say_text(tx, act, talk, say!(act.house.locale, "ledger-ask-lock-reason")).await
        }
        Ask::Reason => proceed(tx, act, talk, Form { lock_reason: Some(nfc(text)), ..form }).await,
    }
}

async fn leave(tx: &mut Tx, act: &Act<'_>, talk: &Talk) -> UseCaseResult<()> {
    talk.end(tx).await?;
    say_text(tx, act, talk, say!(act.house.locale, "ledger-left")).await
}

fn chosen_channel(folded: &str) -> Option<Channel> {
    let numbered = folded.parse::<usize>().ok().and_then(|number| OFFERED.get(number.checked_sub(1)?));
    numbered.copied().or_else(|| Channel::from_vietnamese(folded))
}

/// A photo or a file comes without words: the message it stands in is the proof.
fn proof(act: &Act<'_>, talk: &Talk, text: &str, folded: &str) -> Option<String> {
    match folded {
        "khong" | "khong co" | "ko" | "0" | "bo qua" | "chua co" => None,
        "" if text.trim().is_empty() => {
            Some(say!(act.house.locale, "ledger-proof-photo", message = talk.message.as_str()))
        }
        _ => Some(nfc(text)),
    }
}

/// Records, or asks for the first thing that is missing.
async fn proceed(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    let entry = match parse::entry(&form.line, form.channel, form.typed_on) {
        Ok(entry) => entry,
        Err(error) => {
            talk.end(tx).await?;
            return Err(refusal(error));
        }
    };
    let Some(channel) = entry.channel else { return ask_channel(tx, act, talk, form).await };
    let title = form.title.clone().or_else(|| entry.title.clone()).or_else(|| own_title(channel));
    let Some(title) = title else { return ask_title(tx, act, talk, form).await };
    let evidence = form.evidence.clone().or_else(|| proof_in_line(act, &entry));
    let unit_id = village(tx, act, channel, &title).await?;
    let new = NewActivity {
        channel,
        done_on: entry.done_on.unwrap_or(form.typed_on),
        quantity: entry.quantity,
        title,
        unit_id,
        evidence,
        repeat: form.repeat,
        theme: None,
        plan_code: None,
        lock_reason: form.lock_reason.clone(),
        dedupe: form.dedupe.clone(),
    };
    let unproven = new.evidence.is_none() && !form.proven && talk.is_private();
    if unproven && wants_proof(tx, act, channel).await? {
        return ask_proof(tx, act, talk, form, &new).await;
    }
    record(tx, act, talk, form, &new).await
}

fn refusal(error: ParseError) -> UseCaseError {
    match error {
        ParseError::NoSuchDay(typed) => UseCaseError::refused_with("refused-activity-date", vec![("date", typed)]),
        ParseError::TooLong => {
            UseCaseError::refused_with("refused-activity-long", vec![("max", record::MAX_TITLE_CHARS.to_string())])
        }
    }
}

/// Things that are hung up need no other name than their own.
fn own_title(channel: Channel) -> Option<String> {
    let hung = matches!(channel, Channel::Banner | Channel::BulletinBoard | Channel::Panel | Channel::PortalBanner);
    hung.then(|| channel.vietnamese().to_owned())
}

/// A link or a script's code in the line itself; for an airing, its hour, which the radio's log proves.
fn proof_in_line(act: &Act<'_>, entry: &Entry) -> Option<String> {
    let aired = entry.aired_at.map(|at| say!(act.house.locale, "ledger-proof-aired", time = format_time(at)));
    let proofs: Vec<String> = entry.evidence.iter().cloned().chain(aired).collect();
    (!proofs.is_empty()).then(|| proofs.join("; "))
}

/// The one village whose loudspeaker or meeting the title names.
async fn village(tx: &mut Tx, act: &Act<'_>, channel: Channel, title: &str) -> UseCaseResult<Option<String>> {
    if !matches!(channel, Channel::Loudspeaker | Channel::Meeting) {
        return Ok(None);
    }
    let units = tx.units(&act.commune_id, act.at.local_date()).await?.into_iter();
    let villages = units.filter(|unit| unit.kind == UnitKind::Village);
    let names: Vec<UnitName> = villages.map(|unit| UnitName { unit_id: unit.id, name: unit.name }).collect();
    let mut found = named_units(title, &names);
    Ok(if found.len() == 1 { found.pop() } else { None })
}

async fn wants_proof(tx: &mut Tx, act: &Act<'_>, channel: Channel) -> UseCaseResult<bool> {
    let plans = tally::plans_for(tx, act, None).await?;
    let mut targets = plans.iter().flat_map(|plan| &plan.targets).filter(|target| target.channel == channel);
    Ok(targets.any(Target::wants_evidence))
}

async fn keep(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, ask: Ask) -> UseCaseResult<String> {
    let tag = ask.tag();
    talk.keep(tx, act, FLOW, &Form { ask, ..form }).await?;
    Ok(tag)
}

async fn ask_channel(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    let tag = keep(tx, act, talk, form, Ask::Channel).await?;
    let names = (1..).zip(OFFERED).map(|(number, channel)| format!("{number}. {}", channel.vietnamese()));
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

async fn ask_title(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form) -> UseCaseResult<()> {
    keep(tx, act, talk, form, Ask::Title).await?;
    say_text(tx, act, talk, say!(act.house.locale, "ledger-ask-title")).await
}

async fn ask_proof(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, new: &NewActivity) -> UseCaseResult<()> {
    let tag = keep(tx, act, talk, form, Ask::Evidence).await?;
    let locale = &act.house.locale;
    let text = say!(locale, "ledger-ask-proof", what = described(act, new));
    let label = say!(locale, "button-no-proof");
    talk.say(tx, act, &Note::plain(text).with_row(&[(&label, &button(&tag, 0))])).await
}

async fn ask_duplicate(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, seq: String) -> UseCaseResult<()> {
    let locale = &act.house.locale;
    let text = say!(locale, "ledger-ask-duplicate", seq = seq.as_str());
    let tag = keep(tx, act, talk, form, Ask::Duplicate(seq)).await?;
    let labels = [say!(locale, "button-repeat"), say!(locale, "button-another"), say!(locale, "button-leave")];
    let data = [button(&tag, 1), button(&tag, 2), button(&tag, 3)];
    let row: Vec<(&str, &str)> =
        labels.iter().zip(&data).map(|(label, data)| (label.as_str(), data.as_str())).collect();
    talk.say(tx, act, &Note::plain(text).with_row(&row)).await
}

/// "Băng zôn, số lượng 5: trước trụ sở; thứ Sáu, 18/7/2025".
fn described(act: &Act<'_>, new: &NewActivity) -> String {
    let locale = &act.house.locale;
    let title = cut(&new.title, SAID_TITLE, "…");
    let (channel, date) = (new.channel.vietnamese(), day(new.done_on));
    if new.quantity == 1 {
        say!(locale, "ledger-what", channel = channel, title = title, date = date)
    } else {
        say!(locale, "ledger-what-many", channel = channel, title = title, date = date, quantity = new.quantity)
    }
}

async fn record(tx: &mut Tx, act: &Act<'_>, talk: &Talk, form: Form, new: &NewActivity) -> UseCaseResult<()> {
    match record::record_activity(tx, act, new).await {
        Ok(recorded) => {
            talk.end(tx).await?;
            say_text(tx, act, talk, recorded_text(act, new, &recorded)).await
        }
        Err(UseCaseError::Refused { key: "refused-duplicate-activity", args }) => {
            let seq = args.into_iter().next().map(|(_, seq)| seq).unwrap_or_default();
            ask_duplicate(tx, act, talk, form, seq).await
        }
        Err(UseCaseError::Refused { key: key @ "refused-period-locked-reason", args }) => {
            keep(tx, act, talk, form, Ask::Reason).await?;
            let args: Vec<_> = args.into_iter().map(|(name, value)| (name, value.into())).collect();
            say_text(tx, act, talk, act.house.locale.text(key, &args)).await
        }
        Err(other) => {
            talk.end(tx).await?;
            Err(other)
        }
    }
}

fn recorded_text(act: &Act<'_>, new: &NewActivity, recorded: &Recorded) -> String {
    let locale = &act.house.locale;
    let notes = [
        (recorded.repeat, "ledger-note-repeat"),
        (recorded.late, "ledger-note-late"),
        (recorded.missing_evidence, "ledger-note-no-proof"),
    ];
    let notes: Vec<String> = notes.iter().filter(|(holds, _)| *holds).map(|(_, key)| locale.text(key, &[])).collect();
    let notes = if notes.is_empty() { String::new() } else { say!(locale, "ledger-notes", notes = notes.join("; ")) };
    say!(locale, "ledger-recorded", seq = recorded.seq, what = described(act, new), notes = notes)
}
