//! One delivery: its row, the units it speaks to, and its messages as rendered for its gateway.

use std::collections::BTreeSet;

use super::{Act, Broadcast, Bulletin, BulletinVersion, GroupKind, Millis, Purpose, ReachedGroup, Tx, UseCaseResult};
use crate::domain::bulletin::{Kind, Public};
use crate::domain::document::{DocumentType, PartialDate};
use crate::domain::message::Lane;
use crate::domain::render::{self, AttachedFile, Part, View};
use crate::say;
use crate::store::bulletins::VersionFile;
use crate::store::messages::NewMessage;
use crate::usecase::notify::encode_buttons;
use crate::usecase::relay;

mod files;

/// Queues everything that one chat gets, for the groups that share it; gives the delivery. What a head is to pass on comes
/// first, so that the answer to what is said to the chat itself stands under its last words.
pub(in crate::usecase) async fn deliver(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&Bulletin, &BulletinVersion),
    broadcast: &Broadcast,
    groups: &[&ReachedGroup],
) -> UseCaseResult<String> {
    let (bulletin, version) = what;
    let delivery_id = act.new_id();
    let (relays, direct): (Vec<&ReachedGroup>, Vec<&ReachedGroup>) = groups.iter().partition(|group| group.relay);
    let Some(home) = direct.first().or_else(|| relays.first()) else { return Ok(delivery_id) };
    let mut units: Vec<String> = groups.iter().flat_map(|group| group.units.clone()).collect();
    let mut seen = BTreeSet::new();
    units.retain(|unit| seen.insert(unit.clone()));
    tx.insert_delivery(&delivery_id, &broadcast.id, (&home.chat_id, &home.id), &units).await?;
    let files = tx.version_files(&bulletin.id, version.version).await?;
    let mut parts = Vec::new();
    if let Some(first) = relays.first() {
        parts = laid_out(tx, act, what, broadcast, (first, &files, &delivery_id)).await?;
        parts.extend(relay::request(tx, act, (&broadcast.code(&bulletin.code), version), &relays, &delivery_id).await?);
    }
    for group in &relays {
        relay::note(tx, act, version.urgency, group, &delivery_id).await?;
    }
    for group in &direct {
        parts.extend(laid_out(tx, act, what, broadcast, (group, &files, &delivery_id)).await?);
    }
    let code = broadcast.code(&bulletin.code);
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    for (number, part) in (1..=count).zip(parts) {
        let message = NewMessage {
            lane: Lane::of(Purpose::Broadcast, version.urgency).number(),
            part: (number, count),
            not_after: Some(Millis(version.expires_at)),
            ..message_of(act, &delivery_id, broadcast, home, (part, &files, &code))
        };
        tx.queue_message(&message).await?;
    }
    Ok(delivery_id)
}

/// The parts of a bulletin as one kind of group sees it.
async fn laid_out(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&Bulletin, &BulletinVersion),
    broadcast: &Broadcast,
    to: (&ReachedGroup, &[VersionFile], &str),
) -> UseCaseResult<Vec<Part>> {
    let (bulletin, version) = what;
    let (group, files, delivery_id) = to;
    let deadline = broadcast.ack_deadline.filter(|_| group.kind != GroupKind::Residents).map(Millis);
    let code = broadcast.code(&bulletin.code);
    let view = view_of(tx, act, bulletin, version, group.kind).await?;
    let mut view = View { short_id: delivery_id.to_owned(), code, deadline, ..view };
    files::offer(tx, act, (version, files), (&group.gateway, delivery_id), &mut view.attachments).await?;
    Ok(render::render(&view, &act.house.render_for(&group.gateway), &act.house.labels))
}

fn message_of(
    act: &Act<'_>,
    delivery_id: &str,
    broadcast: &Broadcast,
    group: &ReachedGroup,
    part: (Part, &[VersionFile], &str),
) -> NewMessage {
    let (part, files, code) = part;
    let shown = act.house.render_for(&group.gateway);
    let bare = act.house.gateways.get(&group.gateway).is_some_and(|traits| traits.files.bare_documents);
    let (body, buttons, file) = match part {
        Part::Text { text, buttons, .. } => (text, encode_buttons(&buttons), None),
        Part::File { attachment, caption } => {
            // Where a file carries no words, its name says what it belongs to.
            let name = |name: &str| {
                if bare { format!("{code} {name}") } else { name.to_owned() }
            };
            let file = files.get(attachment).map(|file| (file.sha256.clone(), name(&file.file_name)));
            (if shown.html { render::escape(&caption) } else { caption }, String::new(), file)
        }
    };
    let to = (group.gateway.as_str(), group.chat_id.as_str());
    let message = NewMessage::text(act.new_id(), Purpose::Broadcast, to, body, act.wall);
    NewMessage { buttons, file, ..message.in_delivery(delivery_id, &broadcast.id) }
}

/// What a bulletin shows in one kind of group. The short id is left for the delivery.
///
/// # Errors
/// The database.
pub async fn view_of(
    tx: &mut Tx,
    act: &Act<'_>,
    bulletin: &Bulletin,
    version: &BulletinVersion,
    group: GroupKind,
) -> UseCaseResult<View> {
    let files = tx.version_files(&bulletin.id, version.version).await?;
    let commune = tx.commune().await?.map(|commune| commune.short_name).unwrap_or_default();
    let locale = &act.house.locale;
    let contact = Some(act.house.contact.clone()).filter(|contact| !contact.is_empty());
    Ok(View {
        kind: bulletin.kind,
        code: bulletin.code.clone(),
        urgency: version.urgency,
        issuer: say!(locale, "label-issuer", commune = commune),
        organ_line: document_line(version),
        salutation: Some(salutation(act, version, group)),
        title: version.title_for(group).to_owned(),
        body: version.text_for(group).lines().map(str::to_owned).collect(),
        issued_at: Some(act.at),
        // It is the deadline of an answer, and residents are asked for none.
        deadline: version.ack_deadline.filter(|_| group != GroupKind::Residents).map(Millis),
        attachments: files.iter().map(attached).collect(),
        group,
        ack_wanted: version.ack_required,
        // Villages have loudspeakers; what they read out counts toward the plan, whichever bulletin it was.
        // An exercise is read out by nobody.
        aired_wanted: matches!(bulletin.kind, Kind::Directive | Kind::Script)
            && group == GroupKind::Cadre
            && !version.marks.exercise,
        exercise: version.marks.exercise,
        contact,
        verify_code: Some(bulletin.code.clone()),
        correction: None,
        resent: false,
        short_id: String::new(),
    })
}

fn attached(file: &VersionFile) -> AttachedFile {
    let pages = file.pages.and_then(|pages| u32::try_from(pages).ok());
    AttachedFile { name: file.file_name.clone(), pages, link: None, held_back: false }
}

fn salutation(act: &Act<'_>, version: &BulletinVersion, group: GroupKind) -> String {
    let residents_have_their_own = version.residents_body.is_some();
    let key = match (version.public, group) {
        (_, GroupKind::Residents) => "label-dear-residents",
        (Public::Residents, _) if !residents_have_their_own => "label-dear-residents",
        (_, GroupKind::Cadre) => "label-dear-heads",
        (_, GroupKind::Office) => "label-dear-offices",
    };
    act.house.locale.text(key, &[])
}

/// "Kế hoạch số …/KH-UBND ngày 7/2025 của UBND xã": which document it is, with a blank number shown as a blank.
fn document_line(version: &BulletinVersion) -> Option<String> {
    let symbol = version.doc_symbol.as_deref()?;
    let number = version.doc_number.as_deref().unwrap_or("…");
    // A Party symbol holds the slash itself ("NQ/TW"): its number is joined by a hyphen.
    let joint = if symbol.contains('/') { '-' } else { '/' };
    let kind = version.doc_type.as_deref().and_then(DocumentType::from_abbreviation);
    let mut line = match kind {
        Some(kind) => format!("{} số {number}{joint}{symbol}", kind.vietnamese_name()),
        None => format!("Số {number}{joint}{symbol}"),
    };
    if let Some(date) = version.doc_date.as_deref().and_then(shown_date) {
        line = format!("{line} ngày {date}");
    }
    if let Some(issuer) = version.doc_issuer.as_deref() {
        line = format!("{line} của {issuer}");
    }
    Some(line)
}

/// A stored date as it is printed; a day not yet given is a blank.
fn shown_date(stored: &str) -> Option<String> {
    let date: PartialDate = stored.parse().ok()?;
    Some(if date.day().is_some() { date.to_string() } else { format!("…/{date}") })
}
