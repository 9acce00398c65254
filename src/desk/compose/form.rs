//! The form: what was gathered so far, and what is asked for next.
//!
//! The form holds no position. The next step is the first one that applies and is not done, so that a file that arrives
//! late, a changed hour or "quay lại" need nothing but to undo a step.

use super::FLOW;
use super::first_page::Suggested;
use crate::domain::bulletin::{Kind, Level, Public};
use crate::domain::calendar::Millis;
use crate::domain::recurrence::Recurrence;
use crate::domain::secrecy::{Attestation, FirstPage, PartyOrigin, Question, Submission, Verdict, gate};
use crate::domain::text_enum::text_enum;
use crate::domain::urgency::Urgency;
use crate::domain::when::Repeating;
use crate::id::one_time_code;
use crate::store::bulletins::{Marks, NewFile};
use crate::store::dialogues::Dialogue;
use crate::usecase::Act;
use crate::usecase::compose::{DocumentFields, DraftFile};

/// Characters of page 1 kept while a form is open: a page of paper has three to four thousand.
const MAX_PAGE_CHARS: usize = 20_000;

text_enum! {
    /// What is asked for, in this order. The words stand in the data of buttons.
    pub enum Step {
        /// The document.
        File => "file",
        /// Number and symbol.
        Reference => "ref",
        /// Day or month of issue.
        Date => "date",
        /// The issuing body, and with it the level.
        Issuer => "issuer",
        /// Trích yếu, or the heading.
        Title => "title",
        /// The text.
        Body => "body",
        /// Độ khẩn.
        Urgency => "urgency",
        /// Why it is marked Thượng khẩn or Hỏa tốc.
        Reason => "reason",
        /// That it is not secret; never preset, never remembered.
        Secrecy => "secrecy",
        /// That a person looked at a page which cannot be read.
        Unreadable => "unread",
        /// Who gets it.
        Audience => "audience",
        /// The short text for residents beside an urgent bulletin.
        Residents => "res",
        /// The residents' own words, where others read it too.
        Wording => "residents",
        /// Until when it is to be acknowledged.
        Deadline => "deadline",
        /// When it goes.
        SendTime => "send",
        /// Until when it repeats.
        Until => "until",
        /// The plan's theme.
        Theme => "theme",
        /// The preview; its answer submits.
        Preview => "preview",
    }
}

/// A question in between, which must be answered before the step goes on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Side {
    /// Which of these instants is meant.
    Times {
        /// The instants offered.
        choices: Vec<Millis>,
        /// The sentence before them.
        lead: String,
    },
    /// Which of these meanings of a repetition is meant.
    Meant {
        /// The meanings offered, by their place.
        choices: Vec<Meant>,
        /// The sentence before them.
        lead: String,
    },
    /// The name of an issuing body above the commune.
    IssuerName,
    /// Whose body this is.
    IssuerLevel {
        /// Its name as typed.
        issuer: String,
    },
    /// The same document exists already.
    Duplicate {
        /// The bulletin that carries it.
        code: String,
        /// Who composed it.
        composer: String,
        /// Where it stands, in words.
        state: String,
    },
}

/// What words about a repetition may mean.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meant {
    /// No repetition at all.
    Once(Millis),
    /// This rule.
    Repeat(Repeating),
    /// This end.
    Until(Millis),
}

impl Side {
    /// Its name in the data of buttons.
    const fn word(&self) -> &'static str {
        match self {
            Self::Times { .. } => "times",
            Self::Meant { .. } => "meant",
            Self::IssuerName => "name",
            Self::IssuerLevel { .. } => "level",
            Self::Duplicate { .. } => "dup",
        }
    }
}

/// A stored file of the form.
///
/// The beginning of its first page stays in the row until the form ends, because the gate looks at it again when the
/// bulletin is composed; the row is deleted then, and the text is kept nowhere else.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FormFile {
    /// Hash, name and pages.
    pub file: NewFile,
    /// The platform's id of the message that brought it.
    pub message: String,
    /// Text of page 1, at most 20,000 characters.
    pub first_page: String,
    /// Whether that text is all that stands on the page.
    pub readable: bool,
}

impl FormFile {
    /// A file that has just been stored. A page cut short counts as one that was not read whole.
    pub fn new(file: NewFile, message: &str, page: (&str, bool)) -> Self {
        let (first_page, readable) = page;
        let kept: String = first_page.chars().take(MAX_PAGE_CHARS).collect();
        let readable = readable && kept.len() == first_page.len();
        Self { file, message: message.to_owned(), readable, first_page: kept }
    }
}

/// Shows nothing of the document.
impl std::fmt::Debug for FormFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormFile").field("readable", &self.readable).finish_non_exhaustive()
    }
}

/// Until when it is to be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// Nobody is asked.
    NotWanted,
    /// The window of the urgency.
    Window,
    /// Until this instant.
    Until(Millis),
}

/// Everything gathered.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Form {
    /// Tells the buttons of this form from those of an earlier one.
    pub token: String,
    /// Directive or announcement.
    pub kind: Kind,
    /// Steps answered, in order.
    pub done: Vec<Step>,
    /// The question in between, if one is open.
    pub side: Option<Side>,
    /// Whether defaults are taken wherever there is one.
    pub fast: bool,
    /// The files in order.
    pub files: Vec<FormFile>,
    /// What page 1 seems to say.
    pub suggested: Suggested,
    /// The official document.
    pub document: DocumentFields,
    /// Cấp trên or địa phương.
    pub level: Level,
    /// Trích yếu or heading.
    pub title: String,
    /// The text.
    pub body: String,
    /// What residents read instead; none: the same text.
    #[serde(default)]
    pub residents_body: Option<String>,
    /// Độ khẩn.
    pub urgency: Urgency,
    /// Why so urgent, whether it is an exercise, how many answers are enough.
    #[serde(default)]
    pub marks: Marks,
    /// Whether the audience holds residents' groups besides others.
    #[serde(default)]
    pub mixed: bool,
    /// The audience in canonical form.
    pub audience: String,
    /// What residents are told beside an urgent bulletin, under a code of its own.
    #[serde(default)]
    pub residents: Option<String>,
    /// The acknowledgement asked for.
    pub ack: Ack,
    /// When it goes; none means as soon as it is approved.
    pub send_at: Option<Millis>,
    /// The rule by which it repeats; none goes once.
    #[serde(default)]
    pub repeat: Option<Recurrence>,
    /// Until when it repeats.
    #[serde(default)]
    pub until: Option<Millis>,
    /// The deadline shown in the preview: what is shown is what is submitted.
    pub shown_deadline: Option<Millis>,
    /// The imported plan.
    pub plan_code: Option<String>,
    /// Whether that plan has themes to choose from.
    pub themes: bool,
    /// The theme chosen.
    pub theme: Option<String>,
    /// The code of the other bulletin with this document, once the composer said to go on all the same.
    pub duplicate_of: Option<String>,
}

impl Form {
    /// An empty form; `plan` is the plan's code and whether it has themes.
    pub fn new(kind: Kind, act: &Act<'_>, plan: Option<(String, bool)>) -> Self {
        let urgency = if kind == Kind::Urgent { Urgency::Urgent } else { Urgency::Normal };
        // A storm belongs to no plan.
        let plan = plan.filter(|_| kind != Kind::Urgent);
        let (plan_code, themes) = plan.map_or((None, false), |(code, themes)| (Some(code), themes));
        Self {
            token: one_time_code(8, act.entropy),
            kind,
            done: Vec::new(),
            side: None,
            fast: false,
            files: Vec::new(),
            suggested: Suggested::default(),
            document: DocumentFields::default(),
            level: Level::Local,
            title: String::new(),
            body: String::new(),
            residents_body: None,
            mixed: false,
            urgency,
            marks: Marks::default(),
            audience: String::new(),
            residents: None,
            ack: if matches!(kind, Kind::Directive | Kind::Urgent) { Ack::Window } else { Ack::NotWanted },
            send_at: None,
            repeat: None,
            until: None,
            shown_deadline: None,
            plan_code,
            themes: themes && kind == Kind::Directive,
            theme: None,
            duplicate_of: None,
        }
    }

    /// The form in a row; none when the row is of another conversation or of another version of the program.
    pub fn read(dialogue: &Dialogue) -> Option<Self> {
        (dialogue.flow == FLOW).then(|| serde_json::from_str(&dialogue.data).ok()).flatten()
    }

    /// What is asked for now.
    pub fn next(&self) -> Step {
        let open = |step: &&Step| self.applies(**step) && !self.done.contains(step);
        Step::ALL.iter().find(open).copied().unwrap_or(Step::Preview)
    }

    /// The name of the open question.
    pub fn question(&self) -> &'static str {
        self.side.as_ref().map_or(self.next().as_str(), Side::word)
    }

    fn applies(&self, step: Step) -> bool {
        let directive = self.kind == Kind::Directive;
        let urgent = self.kind == Kind::Urgent;
        match step {
            Step::File | Step::Reference | Step::Issuer | Step::Deadline => directive,
            Step::Urgency => directive || urgent,
            Step::Reason => self.urgency.needs_reason(),
            Step::Residents => urgent,
            // What keeps no hours goes as soon as somebody lets it go.
            Step::SendTime => !urgent || !self.urgency.needs_reason(),
            Step::Date => directive && self.document.symbol.is_some(),
            Step::Theme => self.themes,
            Step::Until => self.repeat.is_some(),
            Step::Wording => self.mixed && !urgent,
            Step::Unreadable => self.page_is_unreadable(),
            Step::Title | Step::Body | Step::Secrecy | Step::Audience | Step::Preview => true,
        }
    }

    /// Marks a step as answered.
    pub fn finish(&mut self, step: Step) {
        self.side = None;
        self.undo(step);
        self.done.push(step);
    }

    /// Makes a step be asked again.
    pub fn undo(&mut self, step: Step) {
        self.done.retain(|done| *done != step);
    }

    /// Goes once: what was said of a repetition is forgotten.
    pub fn once(&mut self) {
        (self.repeat, self.until) = (None, None);
        self.undo(Step::Until);
    }

    /// Goes back to the question before the open one, if there is one.
    pub fn back(&mut self) {
        self.fast = false;
        let now = self.next();
        let before = self.done.iter().copied().filter(|step| *step < now).max();
        if let (None, Some(before)) = (self.side.take(), before) {
            self.undo(before);
        }
    }

    /// A late file must be attested like the first one, and the audience judged anew.
    pub fn add_file(&mut self, file: FormFile) {
        self.files.push(file);
        self.finish(Step::File);
        for step in [Step::Secrecy, Step::Unreadable, Step::Audience] {
            self.undo(step);
        }
    }

    /// Whom the text speaks to.
    pub const fn public(&self) -> Public {
        if matches!(self.kind, Kind::Directive | Kind::Urgent) { Public::Cadres } else { Public::Residents }
    }

    /// The files as the use case takes them.
    pub fn draft_files(&self) -> Vec<DraftFile> {
        let draft = |file: &FormFile| DraftFile {
            file: file.file.clone(),
            first_page: file.first_page.clone(),
            readable: file.readable,
        };
        self.files.iter().map(draft).collect()
    }

    /// What the gate says of everything gathered, if a person answers for unreadable pages as told.
    pub fn verdict(&self, unreadable_attested: bool, residents: bool) -> Verdict {
        let pages: Vec<FirstPage<'_>> =
            self.files.iter().map(|file| FirstPage { text: &file.first_page, readable: file.readable }).collect();
        gate(&Submission {
            attestation: Attestation::NotSecret,
            unreadable_attested,
            typed: &format!("{}\n{}", self.title, self.body),
            residents_typed: self.residents_body.as_deref().unwrap_or_default(),
            pages: &pages,
            party: if self.document.party { PartyOrigin::Yes } else { PartyOrigin::No },
            residents,
        })
    }

    fn page_is_unreadable(&self) -> bool {
        self.verdict(false, false) == Verdict::NeedsAttestation(Question::Unreadable)
    }
}
