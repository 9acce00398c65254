//! `loa bulletin create`.

use super::draft::{self, Prepared};
use super::keys::{self, Used};
use super::{Create, said};
use crate::cli::opened::Opened;
use crate::domain::bulletin::{Level, State};
use crate::domain::calendar::{Millis, format_full, format_rfc3339};
use crate::store::Tx;
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::usecase::committees::Committees;
use crate::usecase::compose::{self, Composed, Draft};
use crate::usecase::{Act, look_up, repeat};

/// What came of it, as JSON.
#[derive(serde::Serialize)]
struct Created<'a> {
    code: &'a str,
    state: State,
    version: i64,
    /// Whether an earlier run with the same key had made it.
    repeated: bool,
    title: &'a str,
    audience: &'a str,
    plan: Option<&'a str>,
    theme: Option<&'a str>,
    /// None: as soon as it is approved.
    send_at: Option<String>,
    send_at_text: Option<String>,
    /// The rule by which it repeats, in canonical form; none goes once.
    repeat: Option<&'a str>,
    expires_at: String,
    /// The next firings of what repeats, at most five.
    next: Vec<String>,
    ack_by: Option<String>,
    ack_by_text: Option<String>,
    /// Groups and units it reaches today; unknown for a repeated command.
    groups: Option<usize>,
    units: Option<usize>,
    approvers_told: Option<usize>,
    notes: Vec<&'static str>,
}

/// Either way in which the command ends well.
struct Outcome {
    bulletin: Bulletin,
    version: BulletinVersion,
    /// None when an earlier run had made it.
    fresh: Option<Reach>,
    /// The next firings of what repeats.
    next: Vec<Millis>,
    notes: Vec<&'static str>,
}

struct Reach {
    groups: usize,
    units: usize,
    approvers_told: usize,
}

/// Composes, and says what came of it.
///
/// # Errors
/// One line; nothing was stored then, no file either.
pub(super) async fn run(opened: &Opened, create: &Create) -> anyhow::Result<String> {
    anyhow::ensure!(
        create.not_secret,
        "say with --not-secret that this is no state secret: what goes to a chat platform has left the office, so a person \
         must answer for it each time, and no setting can do it for them"
    );
    if let Some(key) = &create.idempotency_key {
        let fits = (1..=keys::LONGEST).contains(&key.len());
        anyhow::ensure!(fits, "--idempotency-key must have 1 to {} bytes", keys::LONGEST);
    }
    let prepared = draft::prepare(opened, create).await?;
    let outcome = in_one_transaction(opened, create, prepared).await?;
    if create.json { json(&outcome) } else { Ok(text(&outcome)) }
}

async fn in_one_transaction(opened: &Opened, create: &Create, prepared: Prepared) -> anyhow::Result<Outcome> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.begin().await?;
    let person = opened.person(&mut tx, &commune.id, &create.person).await?;
    let act = opened.act(&commune.id, Some(person.id));
    let content = prepared.content_hash(create);
    if let Some(key) = &create.idempotency_key
        && let Some(used) = keys::claim(&mut tx, &act, key).await?
    {
        return repeated(opened, &mut tx, &used, &content).await;
    }
    let mut notes = prepared.notes();
    let mut draft = draft::draft(&mut tx, &act, create, prepared).await?;
    notes.extend(name_issuer(&mut tx, &mut draft).await?);
    refuse_same_document(&mut tx, &act, create, &draft).await?;
    let composed = said(opened, compose::compose(&mut tx, &act, &draft).await)?;
    if let Some(key) = &create.idempotency_key {
        let used = Used { bulletin_id: composed.bulletin.id.clone(), content };
        keys::keep(&mut tx, &act, key, &used).await?;
    }
    let next = said(opened, repeat::upcoming(&mut tx, &act, &composed.version, act.at, repeat::SHOWN).await)?;
    tx.commit().await?;
    let Composed { bulletin, version, resolution, approvers_told } = composed;
    let reach = Reach { groups: resolution.groups.len(), units: resolution.units_reached.len(), approvers_told };
    Ok(Outcome { bulletin, version, fresh: Some(reach), next, notes })
}

async fn repeated(opened: &Opened, tx: &mut Tx, used: &Used, content: &str) -> anyhow::Result<Outcome> {
    let found = tx.bulletin(&used.bulletin_id).await?;
    let bulletin =
        found.ok_or_else(|| anyhow::anyhow!("the bulletin of this --idempotency-key is gone: use another key"))?;
    anyhow::ensure!(
        used.content == content,
        "this --idempotency-key was used for {}, which says something else: use another key",
        bulletin.code
    );
    let version = said(opened, look_up::current_version(tx, &bulletin).await)?;
    Ok(Outcome { bulletin, version, fresh: None, next: Vec::new(), notes: Vec::new() })
}

/// A document with a number has an issuer, or it could not be told from another one. The commune's own are its
/// committee's unless something else is said; for a superior's or the Party's there is only a warning.
async fn name_issuer(tx: &mut Tx, draft: &mut Draft) -> anyhow::Result<Option<&'static str>> {
    let document = &mut draft.document;
    if document.issuer.is_some() || document.number.is_none() || document.symbol.is_none() {
        return Ok(None);
    }
    if draft.level != Level::Local || document.party {
        return Ok(Some("whether this document was sent before is not checked: name who issued it with --issuer"));
    }
    document.issuer = Some(Committees::of(tx).await?.commune);
    Ok(None)
}

/// The same document is normally not sent twice; a person may know better.
async fn refuse_same_document(tx: &mut Tx, act: &Act<'_>, create: &Create, draft: &Draft) -> anyhow::Result<()> {
    use chrono::Datelike as _;
    let document = &draft.document;
    let (Some(number), Some(symbol), Some(issuer)) = (&document.number, &document.symbol, &document.issuer) else {
        return Ok(());
    };
    let identity = (number.clone(), symbol.clone(), issuer.clone());
    let year = i64::from(act.at.local_date().year());
    match tx.bulletin_of_document(&act.commune_id, &identity, year).await? {
        Some(code) if !create.again => {
            anyhow::bail!(
                "{code} carries the same document ({number}/{symbol}, {issuer}): add --again to send it once more"
            )
        }
        _ => Ok(()),
    }
}

fn json(outcome: &Outcome) -> anyhow::Result<String> {
    let Outcome { bulletin, version, fresh, next, notes } = outcome;
    let (send_at, ack_by) = (version.send_at.map(Millis), version.ack_deadline.map(Millis));
    let created = Created {
        code: &bulletin.code,
        state: bulletin.state,
        version: bulletin.version,
        repeated: fresh.is_none(),
        title: &version.title,
        audience: &version.audience,
        plan: version.plan_code.as_deref(),
        theme: version.theme.as_deref(),
        send_at: send_at.map(format_rfc3339),
        send_at_text: send_at.map(format_full),
        repeat: version.repeat_rule.as_deref(),
        expires_at: format_rfc3339(Millis(version.expires_at)),
        next: next.iter().copied().map(format_rfc3339).collect(),
        ack_by: ack_by.map(format_rfc3339),
        ack_by_text: ack_by.map(format_full),
        groups: fresh.as_ref().map(|reach| reach.groups),
        units: fresh.as_ref().map(|reach| reach.units),
        approvers_told: fresh.as_ref().map(|reach| reach.approvers_told),
        notes: notes.clone(),
    };
    Ok(serde_json::to_string_pretty(&created)? + "\n")
}

fn text(outcome: &Outcome) -> String {
    let Outcome { bulletin, version, fresh, next, notes } = outcome;
    let Some(Reach { groups, units, approvers_told }) = fresh else {
        return format!("{} was made by an earlier run with this key ({})\n", bulletin.code, bulletin.state);
    };
    let mut lines = vec![
        format!("{} awaits approval: {}", bulletin.code, version.title),
        format!("to       {}: {groups} groups, {units} units", version.audience),
        format!("sent     {}", super::show::send_time(version)),
        format!("answer   {}", super::show::deadline(version)),
        format!("counts   {}", super::show::counted(version)),
    ];
    lines.extend(next.iter().map(|at| format!("next     {}", format_full(*at))));
    lines.extend(notes.iter().map(|note| format!("note: {note}")));
    lines.push(match approvers_told {
        0 => format!("next: no approver has a chat yet, run `loa bulletin approve {} --as PERSON`", bulletin.code),
        1 => "next: one approver was told".to_owned(),
        told => format!("next: {told} approvers were told"),
    });
    lines.join("\n") + "\n"
}
