//! Composing a bulletin: the gate, the rules of length and audience, the code, the envelope, the cards to approvers.

use std::collections::{BTreeMap, BTreeSet};

use super::notify::{self, Note};
use super::{Act, House, UseCaseError, UseCaseResult, look_up, mark, relay, repeat};
use crate::domain::audience::{self, Expr, Resolution};
use crate::domain::bulletin::{AckPolicy, Code, Envelope, Kind, Level, Public, State};
use crate::domain::calendar::{Millis, format_full};
use crate::domain::message::Purpose;
use crate::domain::org::{GroupKind, Role, UnitKind};
use crate::domain::recurrence::Recurrence;
use crate::domain::schedule::MissedPolicy;
use crate::domain::secrecy;
use crate::domain::text::{fold, nfc};
use crate::domain::urgency::{AckWindow, Urgency};
use crate::say;
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, BulletinVersion, Marks, NewFile, Schedule, ScheduleState};

mod check;

pub use check::{MAX_BODY_CHARS, MAX_TITLE_CHARS, audience_of};

/// The fields of the official document a directive carries; all may be blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DocumentFields {
    /// Abbreviation of the type, `KH`.
    pub kind: Option<String>,
    /// The number, given by văn thư.
    pub number: Option<String>,
    /// The symbol, `KH-UBND`.
    pub symbol: Option<String>,
    /// Date or month of issue, `2025-07-25` or `2025-07`.
    pub date: Option<String>,
    /// The issuing body.
    pub issuer: Option<String>,
    /// Whether it comes from a Party body: cadre groups only, unless a person widens it.
    pub party: bool,
}

/// A file to be attached, already stored, with what its first page says. The page's text is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Where it is stored and how it is called.
    pub file: NewFile,
    /// Text of page 1, as far as it could be read.
    pub first_page: String,
    /// Whether that text is all that stands on the page.
    pub readable: bool,
}

/// What somebody wants to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Directive, announcement, urgent, script.
    pub kind: Kind,
    /// Trích yếu, or the heading.
    pub title: String,
    /// The text; with two wordings, the cadres'.
    pub body: String,
    /// What residents read instead of it; none, or blank: the same words for everybody.
    pub residents_body: Option<String>,
    /// Độ khẩn.
    pub urgency: Urgency,
    /// Why so urgent, whether it is an exercise, how many answers are enough.
    pub marks: Marks,
    /// Cấp trên or địa phương.
    pub level: Level,
    /// Whom it speaks to.
    pub public: Public,
    /// The plan; none is "ngoài kế hoạch".
    pub plan_code: Option<String>,
    /// Theme of the plan.
    pub theme: Option<String>,
    /// The official document.
    pub document: DocumentFields,
    /// The audience as typed.
    pub audience: String,
    /// Whether the answering seats must confirm.
    pub ack_required: bool,
    /// Until when; none takes the window of the urgency.
    pub ack_deadline: Option<Millis>,
    /// When it goes; none means as soon as it is approved. What repeats goes first when its rule says.
    pub send_at: Option<Millis>,
    /// The rule by which it repeats until it expires; none goes once.
    pub repeat: Option<Recurrence>,
    /// After this nothing of it is sent; none takes the house's limit. What repeats must say it.
    pub expires_at: Option<Millis>,
    /// Files in order.
    pub files: Vec<DraftFile>,
    /// What the composer declared about secrecy.
    pub attestation: secrecy::Attestation,
    /// Whether the composer answered for a page that cannot be read.
    pub unreadable_attested: bool,
}

impl Draft {
    /// An ordinary directive to cadres, to be confirmed, without marks, files or a plan.
    #[must_use]
    pub fn directive(title: &str, body: &str, audience: &str) -> Self {
        Self {
            kind: Kind::Directive,
            title: title.to_owned(),
            body: body.to_owned(),
            residents_body: None,
            urgency: Urgency::Normal,
            marks: Marks::default(),
            level: Level::Local,
            public: Public::Cadres,
            plan_code: None,
            theme: None,
            document: DocumentFields::default(),
            audience: audience.to_owned(),
            ack_required: true,
            ack_deadline: None,
            send_at: None,
            repeat: None,
            expires_at: None,
            files: Vec::new(),
            attestation: secrecy::Attestation::NotSecret,
            unreadable_attested: false,
        }
    }

    /// The residents' own wording in stored form; none when they read what everybody reads.
    #[must_use]
    pub fn residents_wording(&self) -> Option<String> {
        self.residents_body.as_deref().map(|text| nfc(text.trim())).filter(|text| !text.is_empty())
    }
}

/// What came of composing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The bulletin, awaiting approval.
    pub bulletin: Bulletin,
    /// Its first version.
    pub version: BulletinVersion,
    /// The groups and units it would reach now.
    pub resolution: Resolution,
    /// Approvers who got a card.
    pub approvers_told: usize,
}

/// Writes a bulletin that awaits approval, and a card to every approver.
///
/// # Errors
/// `Denied` without the composer's role; `Refused` by the gate, by a length, by the audience or by a time already past.
pub async fn compose(tx: &mut Tx, act: &Act<'_>, draft: &Draft) -> UseCaseResult<Composed> {
    let unit = root_unit(tx, act).await?;
    let composer = look_up::require_role(tx, act, Role::Composer, &unit).await?;
    check::texts(draft)?;
    check::marks(draft)?;
    let (audience, resolution) = audience_of(tx, act, &draft.audience).await?;
    let draft = &check::dated(act, draft, &resolution)?;
    check::times(draft, act.at)?;
    check::wordings(draft, &resolution)?;
    let confined = check::gate(draft, &resolution)?;
    let bulletin = number(tx, act, draft.kind, &composer, &unit).await?;
    let version = version_of(act, &bulletin, draft, &audience, &composer);
    tx.insert_bulletin(&bulletin).await?;
    let files: Vec<NewFile> = draft.files.iter().map(|file| file.file.clone()).collect();
    tx.insert_version(&version, &files).await?;
    if confined {
        tx.confine(&version.bulletin_id, version.version).await?;
    }
    schedule_if_timed(tx, act, &version).await?;
    tx.audit(act, "bulletin.composed", &bulletin.id, &version.envelope_hash).await?;
    let approvers_told = tell_approvers(tx, act, &bulletin, &version, &resolution).await?;
    Ok(Composed { bulletin, version, resolution, approvers_told })
}

/// The unit for which the commune's bulletins are sent: the top of the tree.
pub(super) async fn root_unit(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<String> {
    let units = tx.units(&act.commune_id, act.at.local_date()).await?;
    let root = units.into_iter().find(|unit| unit.kind == UnitKind::Commune);
    root.map(|unit| unit.id).ok_or(UseCaseError::NotFound { what: "unit", name: "commune".to_owned() })
}

/// The counter that numbers the documents of a kind in a year.
pub(super) fn counter(kind: Kind, year: i32) -> String {
    format!("{}-{year}", kind.prefix())
}

async fn number(tx: &mut Tx, act: &Act<'_>, kind: Kind, composer: &str, unit: &str) -> UseCaseResult<Bulletin> {
    use chrono::Datelike as _;
    let year = act.at.local_date().year();
    let seq = tx.next_number(&act.commune_id, &counter(kind, year)).await?;
    let code =
        Code { kind, year: u16::try_from(year).unwrap_or(u16::MAX), seq: u32::try_from(seq).unwrap_or(u32::MAX) };
    Ok(Bulletin {
        id: act.new_id(),
        commune_id: act.commune_id.clone(),
        kind,
        year: i64::from(year),
        seq,
        code: code.to_string(),
        state: State::AwaitingApproval,
        version: 1,
        composer_id: composer.to_owned(),
        unit_id: unit.to_owned(),
        created_at: act.at.0,
        updated_at: act.at.0,
    })
}

fn version_of(act: &Act<'_>, bulletin: &Bulletin, draft: &Draft, audience: &Expr, composer: &str) -> BulletinVersion {
    let title = nfc(draft.title.trim());
    let sent = draft.send_at.unwrap_or(act.at);
    let expires = draft.expires_at.unwrap_or_else(|| sent.plus_days(act.house.lapse_days));
    // Residents read and are not counted; a deadline would only puzzle them.
    let answers = draft.ack_required && audience.has_answerers();
    let attestation = if draft.unreadable_attested { "not_secret_unreadable" } else { "not_secret" };
    let mut version = BulletinVersion {
        bulletin_id: bulletin.id.clone(),
        version: 1,
        title_folded: fold(&title),
        title,
        body: nfc(draft.body.trim()),
        residents_body: draft.residents_wording(),
        urgency: draft.urgency,
        level: draft.level,
        public: draft.public,
        plan_code: draft.plan_code.clone(),
        theme: draft.theme.clone(),
        doc_type: draft.document.kind.clone(),
        doc_number: draft.document.number.clone(),
        doc_symbol: draft.document.symbol.clone(),
        doc_date: draft.document.date.clone(),
        doc_issuer: draft.document.issuer.clone(),
        audience: audience.canonical(),
        ack_required: answers,
        ack_deadline: answers.then(|| deadline(act.house, draft, sent).0),
        send_at: draft.send_at.map(|at| at.0),
        repeat_rule: draft.repeat.as_ref().map(Recurrence::to_string),
        expires_at: expires.0,
        attestation: attestation.to_owned(),
        envelope_hash: String::new(),
        marks: check::kept(draft),
        created_by: composer.to_owned(),
        created_at: act.at.0,
    };
    let hashes: Vec<String> = draft.files.iter().map(|file| file.file.sha256.clone()).collect();
    version.envelope_hash = envelope_hash(bulletin.kind, &version, &hashes);
    version
}

fn deadline(house: &House, draft: &Draft, sent: Millis) -> Millis {
    let policy = house.policies.of(draft.urgency);
    draft.ack_deadline.unwrap_or_else(|| policy.ack_window.ends(sent, &house.holidays, &house.office))
}

/// The minutes of the urgency's window, where the deadline is that window and no hour of the composer's own. It then counts
/// from the sending: whoever approves late must not take the time away from those who answer.
#[must_use]
pub fn minutes_from_sending(house: &House, version: &BulletinVersion) -> Option<u32> {
    let AckWindow::Minutes(minutes) = house.policies.of(version.urgency).ack_window else { return None };
    let sent = Millis(version.send_at.unwrap_or(version.created_at));
    let window = sent.plus_minutes(i64::from(minutes)).0;
    (version.ack_deadline == Some(window)).then_some(minutes)
}

/// The hash of everything an approval binds, from the rows as they stand.
#[must_use]
pub fn envelope_hash(kind: Kind, version: &BulletinVersion, file_hashes: &[String]) -> String {
    let quorum = version.marks.quorum.map(|quorum| quorum.to_string());
    let fields = [
        ("reason", version.marks.reason.as_deref()),
        ("exercise", version.marks.exercise.then_some("yes")),
        ("quorum", quorum.as_deref()),
        ("type", version.doc_type.as_deref()),
        ("number", version.doc_number.as_deref()),
        ("symbol", version.doc_symbol.as_deref()),
        ("date", version.doc_date.as_deref()),
        ("issuer", version.doc_issuer.as_deref()),
        ("level", Some(version.level.as_str())),
        ("public", Some(version.public.as_str())),
        ("plan", version.plan_code.as_deref()),
        ("theme", version.theme.as_deref()),
    ];
    let document: BTreeMap<String, String> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    let schedule = match (version.send_at, &version.repeat_rule) {
        (Some(at), Some(rule)) => format!("repeat from {at}: {rule}"),
        (None, Some(rule)) => format!("repeat: {rule}"),
        (Some(at), None) => format!("once {at}"),
        (None, None) => "when approved".to_owned(),
    };
    let envelope = Envelope {
        content_version: u32::try_from(version.version).unwrap_or(u32::MAX),
        kind,
        urgency: version.urgency,
        title: version.title.clone(),
        body: version.body.clone(),
        residents_body: version.residents_body.clone(),
        attachments: file_hashes.to_vec(),
        audience: version.audience.clone(),
        ack: AckPolicy { required: version.ack_required, deadline: version.ack_deadline.map(Millis) },
        schedule,
        expiry: Some(Millis(version.expires_at)),
        document,
    };
    envelope.hash_hex()
}

/// Puts a schedule beside a version that has a time of its own.
pub(super) async fn schedule_if_timed(tx: &mut Tx, act: &Act<'_>, version: &BulletinVersion) -> UseCaseResult<()> {
    let Some(fire_at) = version.send_at else { return Ok(()) };
    tx.insert_schedule(&schedule_row(act, version, Millis(fire_at))).await?;
    Ok(())
}

/// An active schedule of a version.
pub(super) fn schedule_row(act: &Act<'_>, version: &BulletinVersion, fire_at: Millis) -> Schedule {
    Schedule {
        id: act.new_id(),
        bulletin_id: version.bulletin_id.clone(),
        version: version.version,
        fire_at: fire_at.0,
        missed_policy: repeat::of(version).map_or(MissedPolicy::Ask, |recurrence| recurrence.missed),
        state: ScheduleState::Active,
        warned_at: None,
        missed_at: None,
        created_at: act.at.0,
        updated_at: act.at.0,
    }
}

/// Sends every approver but the composer a card; gives how many could be reached.
pub(super) async fn tell_approvers(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    version: &BulletinVersion,
    resolution: &Resolution,
) -> UseCaseResult<usize> {
    let note = approval_card(tx, act, bulletin, version, resolution).await?.to_let_go(version.urgency);
    let mut told = 0;
    let mut seen = BTreeSet::new();
    for (role, note) in [(Role::Approver, note.clone()), (Role::Duty, duty_card(act, version, note))] {
        for person in tx.people_with_role(&act.commune_id, role).await? {
            let may = person.id != bulletin.composer_id
                && (role == Role::Approver || lets_duty_decide(act, version))
                && tx.has_role(&person.id, role, &bulletin.unit_id).await?;
            if may && seen.insert(person.id.clone()) {
                told += usize::from(notify::tell(tx, act, &person.id, Purpose::Card, &note).await? > 0);
            }
        }
    }
    Ok(told)
}

/// Whether an officer on duty may let this version go, in one way or the other.
#[must_use]
pub fn lets_duty_decide(act: &Act<'_>, version: &BulletinVersion) -> bool {
    let policy = act.house.policies.of(version.urgency);
    policy.duty_may_approve || policy.approve_after_within_minutes.is_some()
}

/// The approver's card as an officer on duty gets it: where they may only release, the button says so, and to return it is
/// not theirs.
#[must_use]
pub fn duty_card(act: &Act<'_>, version: &BulletinVersion, mut note: Note) -> Note {
    if act.house.policies.of(version.urgency).approve_after_within_minutes.is_none() {
        return note;
    }
    let release = say!(act.house.locale, "button-release");
    for row in &mut note.buttons {
        row.truncate(1);
        if let Some(button) = row.first_mut() {
            button.label.clone_from(&release);
        }
    }
    note
}

/// The card an approver decides on: everything that the envelope binds, in words.
///
/// # Errors
/// The database.
pub async fn approval_card(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    version: &BulletinVersion,
    resolution: &Resolution,
) -> UseCaseResult<Note> {
    let locale = &act.house.locale;
    let composer = tx.person(&bulletin.composer_id).await?.map(|person| person.name).unwrap_or_default();
    let once = || version.send_at.map_or_else(|| say!(locale, "card-send-when-approved"), |at| format_full(Millis(at)));
    let send = repeat::described(tx, act, version).await?.unwrap_or_else(once);
    let deadline = match (version.ack_deadline, minutes_from_sending(act.house, version)) {
        (None, _) => say!(locale, "card-no-ack"),
        (Some(_), Some(minutes)) => say!(locale, "card-ack-minutes", minutes = minutes),
        (Some(at), None) => format_full(Millis(at)),
    };
    let files = tx.version_files(&bulletin.id, bulletin.version).await?;
    let names: Vec<String> = files.into_iter().map(|file| file.file_name).collect();
    let text = say!(
        locale,
        "card-approval",
        code = bulletin.code.as_str(),
        version = bulletin.version,
        composer = composer,
        title = version.title.as_str(),
        body = wordings(act, version),
        urgency = version.urgency.vietnamese(),
        audience = version.audience.as_str(),
        groups = resolution.groups.len(),
        residents = resolution.groups.iter().filter(|group| group.kind == GroupKind::Residents).count(),
        send = send,
        deadline = deadline,
        files = if names.is_empty() { say!(locale, "card-no-files") } else { names.join(", ") }
    );
    let text = match version.marks.reason.as_deref() {
        Some(reason) => format!("{text}\n{}", say!(locale, "card-urgency-reason", reason = reason)),
        None => text,
    };
    let text = mark::marked(locale, version.marks.exercise, text);
    let approve = format!("ok:{}:{}", bulletin.id, bulletin.version);
    let reject = format!("no:{}:{}", bulletin.id, bulletin.version);
    let (yes, no) = (say!(locale, "button-approve"), say!(locale, "button-return"));
    Ok(Note::plain(text).with_row(&[(&yes, &approve), (&no, &reject)]))
}

/// The text, or both texts under their names: an approver answers for each of them.
pub(super) fn wordings(act: &Act<'_>, version: &BulletinVersion) -> String {
    let locale = &act.house.locale;
    match &version.residents_body {
        None => version.body.clone(),
        Some(residents) => {
            say!(locale, "card-wordings", cadres = version.body.as_str(), residents = residents.as_str())
        }
    }
}

/// What an audience expression comes to today, without refusing anything.
///
/// # Errors
/// The database.
pub async fn resolve(tx: &mut Tx, act: &Act<'_>, audience: &Expr) -> UseCaseResult<Resolution> {
    let directory = relay::directory(tx, act).await?;
    Ok(audience::resolve(audience, &directory))
}
