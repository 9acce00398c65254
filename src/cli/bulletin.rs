//! `loa bulletin`: what the desk does, for scripts: the same rules, the same gate, the same audit entries.

use std::io::Write;
use std::path::PathBuf;

use super::explain::explain;
use super::opened::Opened;
use crate::domain::bulletin::{Kind, Level, Public};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::document::{DocumentType, PartialDate};
use crate::domain::recurrence::HolidayPolicy;
use crate::domain::schedule::MissedPolicy;
use crate::domain::urgency::Urgency;
use crate::store::Tx;
use crate::store::bulletins::Bulletin;
use crate::usecase::release::{self, Decided};
use crate::usecase::withdraw::Withdrawn;
use crate::usecase::{Act, UseCaseResult, approve, look_up, reschedule, withdraw};

mod create;
mod draft;
mod keys;
mod repeat;
mod show;
mod times;

use repeat::Steer;

/// What to do with bulletins.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum BulletinCommand {
    /// Compose a bulletin; it then waits for an approver.
    #[command(after_help = "Examples:\n  \
        loa bulletin create --kind directive --text-file vb.txt --file kh-101.pdf --audience \"thon@cadre\" \\\n    \
        --send \"thứ hai 7h30\" --number 101 --symbol KH-UBND --doc-date 2025-07-25 --not-secret --as lan\n  \
        loa bulletin create --kind announcement --title \"Lịch cắt điện\" --text-file tb.txt --audience thon@residents \\\n    \
        --send 2025-07-28T07:30 --not-secret --as lan --json\n  \
        loa bulletin create --kind announcement --title \"Vệ sinh đường làng\" --text-file tb.txt --audience thon@residents \\\n    \
        --repeat \"thứ bảy hằng tuần 7h\" --until 31/12/2025 --not-secret --as lan\n\n\
        Without --title the first line of the text file is the title and the rest is the text.\n\
        Times are read as in the chat (\"mai\", \"thứ hai 7h30\", \"17h ngày 29/7\") and printed back in full.")]
    Create(Box<Create>),
    /// Approve the version that waits; the composer may not. The duty officer releases hỏa tốc, also their own.
    #[command(after_help = "Example:\n  loa bulletin approve VB-2025-0042 --as pct")]
    Approve {
        /// The code, or the number alone where only one bulletin has it.
        code: String,
        /// Who approves: the code, or the name, of a person with the right.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Return a bulletin that waits to its composer.
    #[command(after_help = "Example:\n  loa bulletin return VB-2025-0042 --reason \"thiếu tệp kèm\" --as pct")]
    Return {
        /// The code.
        code: String,
        /// Why; the composer reads it.
        #[arg(long)]
        reason: String,
        /// Who returns it.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Cancel a bulletin that was not sent.
    #[command(after_help = "Example:\n  loa bulletin cancel VB-2025-0042 --as lan")]
    Cancel {
        /// The code.
        code: String,
        /// Who cancels: the composer or an approver.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Take back a bulletin that was sent: everybody who got it reads so, what had not left never does.
    #[command(after_help = "Example:\n  loa bulletin recall VB-2025-0042 --reason \"sai thời hạn\" --as pct")]
    Recall {
        /// The code.
        code: String,
        /// Why; everybody who got it reads this.
        #[arg(long)]
        reason: String,
        /// Who takes it back: an approver.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Hold a repeating bulletin; nothing of it goes until it is resumed.
    #[command(after_help = "Example:\n  loa bulletin pause TB-2025-0007 --as lan")]
    Pause {
        /// The code.
        code: String,
        /// Who: the composer or an approver.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Let a paused bulletin repeat again, from its next firing on.
    #[command(after_help = "Example:\n  loa bulletin resume TB-2025-0007 --as lan")]
    Resume {
        /// The code.
        code: String,
        /// Who: the composer or an approver.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// End a repeating bulletin for good; what went stays as it is.
    #[command(after_help = "Example:\n  loa bulletin end TB-2025-0007 --as lan")]
    End {
        /// The code.
        code: String,
        /// Who: the composer or an approver.
        #[arg(long = "as", value_name = "PERSON")]
        person: String,
    },
    /// Show a bulletin's current version and where it stands.
    #[command(after_help = "Examples:\n  loa bulletin show VB-2025-0042\n  loa bulletin show VB-2025-0042 --json")]
    Show {
        /// The code.
        code: String,
        /// Print one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
}

/// A bulletin to be composed.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Create {
    /// What it is: directive, announcement or urgent.
    #[arg(long, value_parser = kind)]
    pub kind: Kind,
    /// Trích yếu or heading; left out, the first line of the text file.
    #[arg(long, required_unless_present = "text_file")]
    pub title: Option<String>,
    /// The text, in UTF-8. A directive may do without one.
    #[arg(long, value_name = "FILE")]
    pub text_file: Option<PathBuf>,
    /// What residents' groups read instead: a file, or the words themselves. The audience must hold both sorts of groups.
    #[arg(long, value_name = "FILE|TEXT")]
    pub residents_text: Option<String>,
    /// A file to attach; may be given several times.
    #[arg(long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Who gets it: thon, thon:03,05, phong + truong - thon:07, thon@residents, or a saved name.
    #[arg(long, value_name = "EXPR")]
    pub audience: String,
    /// When: now (as soon as it is approved), a time as in the chat, or 2025-07-28T07:30.
    #[arg(long, value_name = "now|WHEN", required_unless_present = "repeat")]
    pub send: Option<String>,
    /// It repeats instead of going once: "thứ hai hằng tuần 7h", "ngày 25 hằng tháng 8h", "ngày cuối tháng 16h", or five
    /// cron fields. The next firings are printed.
    #[arg(long, value_name = "RULE", conflicts_with = "send")]
    pub repeat: Option<String>,
    /// The last day on which it repeats; must be said, here or in the rule.
    #[arg(long, value_name = "DAY", requires = "repeat", conflicts_with = "send")]
    pub until: Option<String>,
    /// What becomes of a firing that was missed: skip, once (send it late), ask.
    #[arg(long, value_parser = repeat::missed, requires = "repeat", conflicts_with = "send")]
    pub missed: Option<MissedPolicy>,
    /// What becomes of a firing on a day off: skip, shift (to the next working day), fire.
    #[arg(long, value_parser = repeat::holidays, requires = "repeat", conflicts_with = "send")]
    pub holidays: Option<HolidayPolicy>,
    /// Until when it is to be confirmed, or none; left out, a directive gets the window of its urgency.
    #[arg(long, value_name = "WHEN|none")]
    pub ack_by: Option<String>,
    /// Độ khẩn: normal, urgent, express, flash, or its Vietnamese name.
    #[arg(long, value_parser = urgency, default_value = "normal")]
    pub urgency: Urgency,
    /// Why it is so urgent; must be said for express and flash.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// It is an exercise: DIỄN TẬP stands in every message, and nothing of it is counted.
    #[arg(long)]
    pub exercise: bool,
    /// So many units' confirmations are enough; reminders stop there.
    #[arg(long, value_name = "N")]
    pub quorum: Option<i64>,
    /// Whose document it hands down: superior or local.
    #[arg(long, default_value = "local")]
    pub level: Level,
    /// Whom it speaks to: cadres, residents, businesses; left out, cadres for a directive and residents otherwise.
    #[arg(long)]
    pub public: Option<Public>,
    /// Number of the document.
    #[arg(long)]
    pub number: Option<String>,
    /// Symbol of the document, such as KH-UBND.
    #[arg(long)]
    pub symbol: Option<String>,
    /// Type of the document, such as KH.
    #[arg(long, value_parser = document_type)]
    pub doc_type: Option<String>,
    /// Day or month of issue: 2025-07-25, 2025-07, 25/7/2025.
    #[arg(long, value_parser = document_date)]
    pub doc_date: Option<String>,
    /// The issuing body; left out for a numbered document of the commune, its People's Committee.
    #[arg(long)]
    pub issuer: Option<String>,
    /// It is a Party organ's document: cadre groups only. Seen from the symbol, too.
    #[arg(long)]
    pub party: bool,
    /// The plan it counts toward, or none; left out, the plan imported last.
    #[arg(long, value_name = "CODE|none")]
    pub plan: Option<String>,
    /// Theme of the plan, such as ND1.
    #[arg(long)]
    pub theme: Option<String>,
    /// You answer for it that this is no state secret. Must be said each time.
    #[arg(long)]
    pub not_secret: bool,
    /// You have looked yourself at page 1 of every file that cannot be read here.
    #[arg(long)]
    pub unreadable_attested: bool,
    /// Compose it although a live bulletin carries the same document.
    #[arg(long)]
    pub again: bool,
    /// A word of your choice; a second run with the same word gives the same bulletin instead of a second one.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// Who composes: the code, or the name, of a person with the right.
    #[arg(long = "as", value_name = "PERSON")]
    pub person: String,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    pub json: bool,
}

fn kind(typed: &str) -> Result<Kind, String> {
    match typed {
        "directive" => Ok(Kind::Directive),
        "announcement" => Ok(Kind::Announcement),
        "urgent" => Ok(Kind::Urgent),
        _ => Err("one of: directive, announcement, urgent".to_owned()),
    }
}

fn urgency(typed: &str) -> Result<Urgency, String> {
    let known = typed.parse::<Urgency>();
    known.or_else(|error| Urgency::from_vietnamese(typed).ok_or(error)).map_err(|error| error.to_string())
}

fn document_type(typed: &str) -> Result<String, String> {
    let found = DocumentType::from_abbreviation(typed).or_else(|| DocumentType::from_name(typed));
    let found = found.ok_or_else(|| "not a document type: give its abbreviation, such as KH, CV, QĐ".to_owned());
    found.map(|kind| kind.abbreviation().to_owned())
}

fn document_date(typed: &str) -> Result<String, String> {
    typed.parse::<PartialDate>().map(PartialDate::to_iso).map_err(|error| error.to_string())
}

/// Runs one of them. What was asked for goes to `out`.
///
/// # Errors
/// One line that says what is wrong and what to do. Nothing was changed then.
pub async fn run(command: &BulletinCommand, opened: &Opened, out: &mut dyn Write) -> anyhow::Result<()> {
    let text = match command {
        BulletinCommand::Create(create) => create::run(opened, create).await?,
        BulletinCommand::Approve { code, person } => approve(opened, code, person).await?,
        BulletinCommand::Return { code, reason, person } => send_back(opened, code, reason, person).await?,
        BulletinCommand::Cancel { code, person } => cancel(opened, code, person).await?,
        BulletinCommand::Recall { code, reason, person } => recall(opened, code, reason, person).await?,
        BulletinCommand::Pause { code, person } => repeat::steer(opened, code, person, Steer::Pause).await?,
        BulletinCommand::Resume { code, person } => repeat::steer(opened, code, person, Steer::Resume).await?,
        BulletinCommand::End { code, person } => repeat::steer(opened, code, person, Steer::End).await?,
        BulletinCommand::Show { code, json } => show::run(opened, code, *json).await?,
    };
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// A write transaction, the act of the person typed in it, and the bulletin typed.
async fn decide<'a>(opened: &'a Opened, code: &str, person: &str) -> anyhow::Result<(Tx, Act<'a>, Bulletin)> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.begin().await?;
    let person = opened.person(&mut tx, &commune.id, person).await?;
    let act = opened.act(&commune.id, Some(person.id));
    let bulletin = said(opened, look_up::bulletin(&mut tx, &act, code).await)?;
    Ok((tx, act, bulletin))
}

fn said<T>(opened: &Opened, result: UseCaseResult<T>) -> anyhow::Result<T> {
    result.map_err(|error| explain(error, &opened.house.locale))
}

async fn approve(opened: &Opened, code: &str, person: &str) -> anyhow::Result<String> {
    let (mut tx, act, bulletin) = decide(opened, code, person).await?;
    let decided = said(opened, release::decide(&mut tx, &act, &bulletin, None).await)?;
    tx.commit().await?;
    Ok(match decided {
        Decided::Approved(approved) => {
            let when = sent_at(approved.fire_at, act.at);
            format!("{} approved: goes to {} groups {when}\n", approved.bulletin.code, approved.groups)
        }
        Decided::Released(approved, by) => {
            let (code, groups, by) = (approved.bulletin.code, approved.groups, format_full(by));
            format!("{code} released on duty: goes to {groups} groups now; an approver must approve it by {by}\n")
        }
        Decided::AfterFact(bulletin) => format!("{} approved after the fact\n", bulletin.code),
    })
}

fn sent_at(fire_at: Millis, now: Millis) -> String {
    if fire_at <= now { "now".to_owned() } else { format!("at {}", format_full(fire_at)) }
}

async fn send_back(opened: &Opened, code: &str, reason: &str, person: &str) -> anyhow::Result<String> {
    let (mut tx, act, bulletin) = decide(opened, code, person).await?;
    if said(opened, release::open_release(&mut tx, &bulletin).await)?.is_some() {
        let refused = said(opened, release::say_afterwards(&mut tx, &act, &bulletin, Some(reason)).await)?;
        tx.commit().await?;
        return Ok(format!("{} refused after the fact: what was sent stays sent\n", refused.code));
    }
    let returned = said(opened, approve::send_back(&mut tx, &act, &bulletin.id, reason).await)?;
    tx.commit().await?;
    Ok(format!("{} returned to its composer\n", returned.code))
}

async fn cancel(opened: &Opened, code: &str, person: &str) -> anyhow::Result<String> {
    let (mut tx, act, bulletin) = decide(opened, code, person).await?;
    let cancelled = said(opened, reschedule::cancel(&mut tx, &act, &bulletin).await)?;
    tx.commit().await?;
    Ok(format!("{} cancelled: nothing of it is sent\n", cancelled.code))
}

async fn recall(opened: &Opened, code: &str, reason: &str, person: &str) -> anyhow::Result<String> {
    anyhow::ensure!(reason.chars().any(char::is_alphanumeric), "everybody who got it reads why: give --reason");
    let (mut tx, act, bulletin) = decide(opened, code, person).await?;
    let done = said(opened, withdraw::withdraw(&mut tx, &act, &bulletin, reason).await)?;
    tx.commit().await?;
    let Withdrawn { told, replaced, stopped } = done;
    let code = bulletin.code;
    Ok(format!(
        "{code} taken back: {told} chats are told, {replaced} texts replaced, {stopped} unsent messages stopped\n"
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn words_of_the_command_line_are_read_in_both_languages() {
        assert_eq!(urgency("express"), Ok(Urgency::Express));
        assert_eq!(urgency("hỏa tốc"), Ok(Urgency::Flash));
        assert!(urgency("soon").unwrap_err().contains("normal"));
        assert_eq!(document_type("kh"), Ok("KH".to_owned()));
        assert!(document_type("xyz").is_err());
        assert!(kind("script").is_err());
    }

    #[rstest]
    #[case("2025-07-25", "2025-07-25")]
    #[case("2025-07", "2025-07")]
    #[case("25/7/2025", "2025-07-25")]
    fn a_document_is_dated_to_the_day_or_the_month(#[case] typed: &str, #[case] kept: &str) {
        assert_eq!(document_date(typed).as_deref(), Ok(kept));
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_date_of_issue() {
        assert!(document_date("2025-02-29").is_err());
    }
}
