//! `loa bulletin show`.

use crate::cli::opened::Opened;
use crate::domain::bulletin::{Kind, Level, Public, State};
use crate::domain::calendar::{Millis, format_full, format_rfc3339};
use crate::domain::urgency::Urgency;
use crate::store::Tx;
use crate::store::broadcasts::BroadcastState;
use crate::store::bulletins::{Bulletin, BulletinVersion, Marks, ScheduleState};
use crate::usecase::look_up;

/// A bulletin as JSON. Instants are RFC 3339 in the commune's own time.
#[derive(serde::Serialize)]
struct View {
    code: String,
    kind: Kind,
    state: State,
    version: i64,
    title: String,
    body: String,
    /// None: residents read the body.
    residents_body: Option<String>,
    urgency: Urgency,
    #[serde(flatten)]
    marks: Marks,
    level: Level,
    public: Public,
    plan: Option<String>,
    theme: Option<String>,
    document: Document,
    audience: String,
    ack_required: bool,
    ack_by: Option<String>,
    send_at: Option<String>,
    repeat: Option<String>,
    expires_at: String,
    composer: Option<Named>,
    approval: Option<Decision>,
    schedule: Option<Schedule>,
    files: Vec<File>,
    broadcasts: Vec<Broadcast>,
    envelope_hash: String,
    created_at: String,
}

#[derive(serde::Serialize)]
struct Document {
    kind: Option<String>,
    number: Option<String>,
    symbol: Option<String>,
    date: Option<String>,
    issuer: Option<String>,
}

#[derive(serde::Serialize)]
struct Named {
    code: String,
    name: String,
}

#[derive(serde::Serialize)]
struct Decision {
    by: Option<Named>,
    at: String,
}

#[derive(serde::Serialize)]
struct Schedule {
    state: ScheduleState,
    fire_at: String,
}

#[derive(serde::Serialize)]
struct File {
    name: String,
    size: i64,
    pages: Option<i64>,
    sha256: String,
}

#[derive(serde::Serialize)]
struct Broadcast {
    state: BroadcastState,
    /// Which firing of what repeats it is.
    number: Option<i64>,
    fired_for: String,
    groups: usize,
}

/// Looks a bulletin up by a typed code.
///
/// # Errors
/// One line: no such bulletin, several of that number, the database.
pub(super) async fn run(opened: &Opened, code: &str, json: bool) -> anyhow::Result<String> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.read().await?;
    let act = opened.act(&commune.id, None);
    let bulletin = super::said(opened, look_up::bulletin(&mut tx, &act, code).await)?;
    let version = super::said(opened, look_up::current_version(&mut tx, &bulletin).await)?;
    let shown = text_head(&bulletin, &version);
    let view = view(&mut tx, bulletin, version).await?;
    if json { Ok(serde_json::to_string_pretty(&view)? + "\n") } else { Ok(shown + &text_tail(&view)) }
}

async fn view(tx: &mut Tx, bulletin: Bulletin, version: BulletinVersion) -> anyhow::Result<View> {
    Ok(View {
        composer: named(tx, &bulletin.composer_id).await?,
        approval: approval(tx, &bulletin).await?,
        schedule: schedule(tx, &bulletin).await?,
        files: files(tx, &bulletin).await?,
        broadcasts: broadcasts(tx, &bulletin).await?,
        code: bulletin.code,
        kind: bulletin.kind,
        state: bulletin.state,
        version: bulletin.version,
        created_at: format_rfc3339(Millis(bulletin.created_at)),
        title: version.title,
        body: version.body,
        residents_body: version.residents_body,
        urgency: version.urgency,
        marks: version.marks,
        level: version.level,
        public: version.public,
        plan: version.plan_code,
        theme: version.theme,
        document: Document {
            kind: version.doc_type,
            number: version.doc_number,
            symbol: version.doc_symbol,
            date: version.doc_date,
            issuer: version.doc_issuer,
        },
        audience: version.audience,
        ack_required: version.ack_required,
        ack_by: version.ack_deadline.map(|at| format_rfc3339(Millis(at))),
        send_at: version.send_at.map(|at| format_rfc3339(Millis(at))),
        repeat: version.repeat_rule,
        expires_at: format_rfc3339(Millis(version.expires_at)),
        envelope_hash: version.envelope_hash,
    })
}

async fn named(tx: &mut Tx, id: &str) -> anyhow::Result<Option<Named>> {
    Ok(tx.person(id).await?.map(|person| Named { code: person.code, name: person.name }))
}

async fn approval(tx: &mut Tx, bulletin: &Bulletin) -> anyhow::Result<Option<Decision>> {
    let Some(approval) = tx.approval_of(&bulletin.id, bulletin.version).await? else { return Ok(None) };
    let by = named(tx, &approval.approver_id).await?;
    Ok(Some(Decision { by, at: format_rfc3339(Millis(approval.decided_at)) }))
}

async fn schedule(tx: &mut Tx, bulletin: &Bulletin) -> anyhow::Result<Option<Schedule>> {
    let found = tx.schedule_of(&bulletin.id).await?;
    Ok(found.map(|schedule| Schedule { state: schedule.state, fire_at: format_rfc3339(Millis(schedule.fire_at)) }))
}

async fn files(tx: &mut Tx, bulletin: &Bulletin) -> anyhow::Result<Vec<File>> {
    let found = tx.version_files(&bulletin.id, bulletin.version).await?.into_iter();
    Ok(found
        .map(|file| File { name: file.file_name, size: file.size, pages: file.pages, sha256: file.sha256 })
        .collect())
}

async fn broadcasts(tx: &mut Tx, bulletin: &Bulletin) -> anyhow::Result<Vec<Broadcast>> {
    let mut found = Vec::new();
    for broadcast in tx.broadcasts_of(&bulletin.id).await? {
        let groups = tx.deliveries_of(&broadcast.id).await?.len();
        let fired_for = format_rfc3339(Millis(broadcast.fire_at));
        found.push(Broadcast { state: broadcast.state, number: broadcast.number, fired_for, groups });
    }
    Ok(found)
}

/// When it goes, for a terminal.
pub(super) fn send_time(version: &BulletinVersion) -> String {
    match (&version.repeat_rule, version.send_at) {
        (Some(rule), _) => format!("{rule}; until {}", format_full(Millis(version.expires_at))),
        (None, Some(at)) => format_full(Millis(at)),
        (None, None) => "as soon as it is approved".to_owned(),
    }
}

/// Until when it is to be confirmed, for a terminal.
pub(super) fn deadline(version: &BulletinVersion) -> String {
    match version.ack_deadline {
        Some(at) => format!("until {}", format_full(Millis(at))),
        None => "not asked for".to_owned(),
    }
}

/// Which plan counts it, and as what.
pub(super) fn counted(version: &BulletinVersion) -> String {
    if version.marks.exercise {
        return "nowhere, an exercise".to_owned();
    }
    let plan =
        version.plan_code.as_deref().map_or_else(|| "toward no plan".to_owned(), |plan| format!("toward {plan}"));
    let theme = version.theme.as_deref().map_or_else(String::new, |theme| format!(", {theme}"));
    format!("{plan}{theme}, {} document, for {}", version.level, version.public)
}

/// The level, why, and what stands beside it.
fn urgency(version: &BulletinVersion) -> String {
    let Marks { reason, exercise, quorum } = &version.marks;
    let parts = [
        Some(version.urgency.to_string()),
        reason.clone(),
        exercise.then(|| "an exercise".to_owned()),
        quorum.map(|quorum| format!("{quorum} confirmations are enough")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn text_head(bulletin: &Bulletin, version: &BulletinVersion) -> String {
    let lines = [
        format!("{}  {}, version {}\n", bulletin.code, bulletin.state, bulletin.version),
        format!("title    {}\n", version.title),
        format!("urgency  {}\n", urgency(version)),
        format!("to       {}\n", version.audience),
        format!("sent     {}\n", send_time(version)),
        format!("answer   {}\n", deadline(version)),
        format!("counts   {}\n", counted(version)),
    ];
    lines.concat()
}

fn text_tail(view: &View) -> String {
    let who = |person: &Option<Named>| {
        person.as_ref().map_or_else(|| "unknown".to_owned(), |person| format!("{} ({})", person.name, person.code))
    };
    let mut text = format!("by       {}\n", who(&view.composer));
    let approval = |approval: &Decision| format!("approved by {} at {}\n", who(&approval.by), approval.at);
    text.extend(view.approval.as_ref().map(approval));
    text.extend(view.files.iter().map(|file| format!("file     {} ({} bytes)\n", file.name, file.size)));
    let went =
        |sent: &Broadcast| format!("went     to {} groups for {} ({})\n", sent.groups, sent.fired_for, sent.state);
    text.extend(view.broadcasts.iter().map(went));
    match &view.residents_body {
        None => text + "\n" + &view.body + "\n",
        Some(own) => text + "\ncadres and offices read\n" + &view.body + "\n\nresidents read\n" + own + "\n",
    }
}
