//! `/ghinhan`: from one line to a recorded act, asking for what is missing.

use chrono::NaiveDate;

use super::parse::{self, Entry, ParseError};
use super::{FLOW, day, leaves, say_text};
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
use crate::usecase::record::{self, NewActivity, Recorded};
use crate::usecase::{Act, UseCaseError, UseCaseResult, tally};

mod ask;

/// Most characters of a title that is said back.
const SAID_TITLE: usize = 200;

/// What was asked last.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Ask {
    /// On which channel.
    Channel,
    /// What it was.
    Title,
    /// Where it hangs.
    Place,
    /// How many people were there.
    People,
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
    /// What the channel was called, where it was asked for and typed.
    #[serde(default)]
    called: Option<String>,
    /// People present.
    #[serde(default)]
    people: Option<i64>,
    /// Whether they were asked for and the answer was given.
    #[serde(default)]
    people_asked: bool,
    /// The photos and files that came on the way: each is a proof, whatever it came with.
    #[serde(default)]
    files: Vec<String>,
    /// Whether the proof has been asked for and answered.
    proven: bool,
    repeat: Option<bool>,
    lock_reason: Option<String>,
    /// The key of the message that began it: however often it comes, it is recorded once.
    dedupe: String,
}

/// A line with `/ghinhan` in front, perhaps under a photo.
pub(super) async fn start(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    args: &str,
    (dedupe, file): (&str, bool),
) -> UseCaseResult<()> {
    record_unproven(tx, act, talk).await?;
    let form = Form {
        ask: Ask::Channel,
        line: args.to_owned(),
        typed_on: act.at.local_date(),
        channel: None,
        title: None,
        evidence: None,
        called: None,
        people: None,
        people_asked: false,
        files: files_of(act, talk, file),
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
            Self::Place => "cho".to_owned(),
            Self::People => "nguoi".to_owned(),
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
    (text, file): (&str, bool),
) -> UseCaseResult<()> {
    let form: Option<Form> = serde_json::from_str(&dialogue.data).ok();
    let folded = fold(text);
    let Some(mut form) = form.filter(|_| !leaves(&folded)) else {
        return leave(tx, act, talk).await;
    };
    form.files.extend(files_of(act, talk, file));
    answered(tx, act, talk, form, (text, &folded)).await
}

async fn answered(
    tx: &mut Tx,
    act: &Act<'_>,
    talk: &Talk,
    form: Form,
    (text, folded): (&str, &str),
) -> UseCaseResult<()> {
    match form.ask.clone() {
        Ask::Channel => match chosen_channel(folded) {
            Some(channel) => {
                let called = Some(nfc(text));
                proceed(tx, act, talk, Form { channel: Some(channel), called, ..form }).await
            }
            None => ask::channel(tx, act, talk, form).await,
        },
        Ask::Title if folded.is_empty() => ask::title(tx, act, talk, form).await,
        Ask::Place if folded.is_empty() => ask::place(tx, act, talk, form).await,
        Ask::People => match people(text) {
            Some(count) => {
                let people = if let Headcount::People(people) = count { Some(people) } else { None };
                proceed(tx, act, talk, Form { people, people_asked: true, ..form }).await
            }
            None => ask::people(tx, act, talk, form).await,
        },
        Ask::Title | Ask::Place => proceed(tx, act, talk, Form { title: Some(nfc(text)), ..form }).await,
        Ask::Evidence => {
            let evidence = proof(act, talk, text, folded);
            proceed(tx, act, talk, Form { evidence, proven: true, ..form }).await
        }
        Ask::Duplicate(seq) => match folded {
            "1" | "phat lai" | "lai" => proceed(tx, act, talk, Form { repeat: Some(true), ..form }).await,
            "2" | "bai khac" | "khac" => proceed(tx, act, talk, Form { repeat: Some(false), ..form }).await,
            "3" => leave(tx, act, talk).await,
            _ => ask::duplicate(tx, act, talk, form, seq).await,
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
    let numbered = folded.parse::<usize>().ok().and_then(|number| Channel::recordable().nth(number.checked_sub(1)?));
    numbered.or_else(|| Channel::from_vietnamese(folded))
}

/// The photo or file of this message: it is not fetched, the message it stands in is the proof.
fn files_of(act: &Act<'_>, talk: &Talk, file: bool) -> Vec<String> {
    let proof = || say!(act.house.locale, "ledger-proof-photo", message = talk.message.as_str());
    file.then(proof).into_iter().collect()
}

/// A message without words is a photo or a file, which the form keeps by itself.
fn proof(act: &Act<'_>, talk: &Talk, text: &str, folded: &str) -> Option<String> {
    match folded {
        "khong" | "khong co" | "ko" | "0" | "bo qua" | "chua" | "chua co" => None,
        "" if text.trim().is_empty() => files_of(act, talk, true).pop(),
        _ => Some(nfc(text)),
    }
}

/// An answer to how many people were there.
enum Headcount {
    People(i64),
    NotCounted,
}

/// How many people were there, or that nobody counted them; none when it is neither.
fn people(text: &str) -> Option<Headcount> {
    // "1.200" is one number.
    let folded = fold(&text.replace(['.', ','], ""));
    if matches!(folded.as_str(), "khong ro" | "khong" | "ko" | "chua ro" | "bo qua" | "khong dem" | "0") {
        return Some(Headcount::NotCounted);
    }
    let number = folded.split(' ').find_map(|word| word.parse::<i64>().ok());
    number.filter(|number| (1..=record::MAX_QUANTITY).contains(number)).map(Headcount::People)
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
    let Some(channel) = entry.channel else { return ask::channel(tx, act, talk, form).await };
    if entry.undone {
        talk.end(tx).await?;
        return say_text(tx, act, talk, say!(act.house.locale, "ledger-undone", channel = channel.vietnamese())).await;
    }
    let title = form.title.clone().or_else(|| entry.title.clone()).or_else(|| own_title(channel));
    let Some(title) = title else {
        let hangs = channel.is_put_up();
        return if hangs { ask::place(tx, act, talk, form).await } else { ask::title(tx, act, talk, form).await };
    };
    let new = act_of(tx, act, &form, (channel, &entry, title)).await?;
    if new.attendees.is_none() && !form.people_asked && talk.is_private() && ask::wants_people(channel) {
        return ask::people(tx, act, talk, form).await;
    }
    let unproven = new.evidence.is_none() && !form.proven && talk.is_private() && !new.removal;
    if unproven && wants_proof(tx, act, channel).await? {
        return ask::proof(tx, act, talk, form, &new).await;
    }
    record(tx, act, talk, form, &new).await
}

/// The act as it stands in the line and in the answers.
async fn act_of(
    tx: &mut Tx,
    act: &Act<'_>,
    form: &Form,
    (channel, entry, title): (Channel, &Entry, String),
) -> UseCaseResult<NewActivity> {
    let unit_id = village(tx, act, channel, &title).await?;
    Ok(NewActivity {
        channel,
        done_on: entry.done_on.unwrap_or(form.typed_on),
        quantity: entry.quantity,
        attendees: entry.attendees.or(form.people),
        called: entry.called.clone().or_else(|| form.called.clone()),
        place: entry.place.clone(),
        removal: entry.removal,
        title,
        unit_id,
        evidence: evidence(act, form, entry),
        repeat: form.repeat,
        theme: entry.theme.clone(),
        plan_code: None,
        lock_reason: form.lock_reason.clone(),
        dedupe: form.dedupe.clone(),
    })
}

fn refusal(error: ParseError) -> UseCaseError {
    match error {
        ParseError::NoSuchDay(typed) => UseCaseError::refused_with("refused-activity-date", vec![("date", typed)]),
        ParseError::TooLong => {
            UseCaseError::refused_with("refused-activity-long", vec![("max", record::MAX_TITLE_CHARS.to_string())])
        }
    }
}

/// Things that are put up, and what is done or not, need no other name than their own.
fn own_title(channel: Channel) -> Option<String> {
    // Of panels in public places it is the place that is asked for.
    let named = channel != Channel::Panel && (channel.is_put_up() || channel.is_yes_or_no());
    named.then(|| channel.vietnamese().to_owned())
}

/// What was sent and what was typed, as one proof.
fn evidence(act: &Act<'_>, form: &Form, entry: &Entry) -> Option<String> {
    let typed = form.evidence.clone().or_else(|| proof_in_line(act, entry));
    let proofs: Vec<String> =
        form.files.iter().cloned().chain(typed.filter(|typed| !form.files.contains(typed))).collect();
    (!proofs.is_empty()).then(|| proofs.join("; "))
}

/// A link or a script's code in the line itself; for an airing, its hour, which the radio's log proves.
fn proof_in_line(act: &Act<'_>, entry: &Entry) -> Option<String> {
    let aired = entry.aired_at.map(|at| say!(act.house.locale, "ledger-proof-aired", time = format_time(at)));
    let proofs: Vec<String> = entry.evidence.iter().cloned().chain(aired).collect();
    (!proofs.is_empty()).then(|| proofs.join("; "))
}

/// The one village whose loudspeaker, meeting or panel the title names.
async fn village(tx: &mut Tx, act: &Act<'_>, channel: Channel, title: &str) -> UseCaseResult<Option<String>> {
    if !matches!(channel, Channel::Loudspeaker | Channel::Meeting | Channel::Panel) {
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

/// "Băng zôn, số lượng 5: trước trụ sở; thứ Sáu, 18/7/2025".
fn described(act: &Act<'_>, new: &NewActivity) -> String {
    let locale = &act.house.locale;
    let title = cut(&new.title, SAID_TITLE, "…");
    let (channel, date) = (new.channel.vietnamese(), day(new.done_on));
    if new.removal {
        return say!(
            locale,
            "ledger-what-removed",
            channel = channel,
            title = title,
            date = date,
            quantity = new.quantity
        );
    }
    if let Some(people) = new.attendees {
        return say!(locale, "ledger-what-people", channel = channel, title = title, date = date, people = people);
    }
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
            ask::duplicate(tx, act, talk, form, seq).await
        }
        Err(UseCaseError::Refused { key: key @ "refused-period-locked-reason", args }) => {
            ask::keep(tx, act, talk, form, Ask::Reason).await?;
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
