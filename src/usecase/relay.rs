//! "Thôn tự đăng": a residents' group that no account of ours can enter.
//!
//! The head of the village gets the text and the files in private, ready to be passed on, and behind them the request to say
//! when they stand in the group. Who does not say so is reminded once, and then the composer is told. Nothing here counts as
//! sent to a group by us: it stands beside those figures.

use std::collections::BTreeSet;

use super::notify::{self, Note, menu};
use super::{Act, Denied, UseCaseResult, look_up, mark, repeat};
use crate::domain::audience::{Directory, GroupEntry, ReachedGroup};
use crate::domain::calendar::Millis;
use crate::domain::message::{MessageState, Purpose};
use crate::domain::org::GroupKind;
use crate::domain::render::Part;
use crate::domain::urgency::Urgency;
use crate::say;
use crate::store::Tx;
use crate::store::binding::Chat;
use crate::store::broadcasts::Broadcast;
use crate::store::bulletins::{Bulletin, BulletinVersion};
use crate::store::organisation::RelayHead;
use crate::store::relays::Relay;

/// Days after which "đã đăng" no longer means a bulletin of then.
const OPEN_DAYS: i64 = 7;

/// The commune's directory of today, with a chat for each group that is passed on to by hand: the head's private one where
/// the platform lets us write there now, else the unit's own group of officials, in which the head sits.
///
/// # Errors
/// The database.
pub async fn directory(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<Directory> {
    let today = act.at.local_date();
    let mut directory = tx.directory(&act.commune_id, today).await?;
    if !directory.groups.iter().any(|group| group.relay) {
        return Ok(directory);
    }
    let mut heads = tx.relay_heads(&act.commune_id, today).await?;
    heads.retain(|head| act.house.gateways.contains_key(&head.gateway));
    heads.retain(|head| notify::private_is_open(act, &head.gateway, head.heard_at));
    let carriers: Vec<Option<(String, String)>> =
        directory.groups.iter().map(|group| carrier(&directory, &heads, group)).collect();
    for (group, carrier) in directory.groups.iter_mut().zip(carriers) {
        if let Some((chat_id, gateway)) = carrier {
            (group.chat_id, group.gateway, group.active) = (chat_id, gateway, true);
        }
    }
    Ok(directory)
}

fn carrier(directory: &Directory, heads: &[RelayHead], group: &GroupEntry) -> Option<(String, String)> {
    if !group.relay {
        return None;
    }
    if let Some(head) = heads.iter().find(|head| head.group_id == group.id) {
        return Some((head.chat_id.clone(), head.gateway.clone()));
    }
    let unit = group.covers.first()?;
    let own = |kind| directory.ranked(unit, kind).into_iter().find(|other| other.covers.len() == 1);
    let through = own(GroupKind::Cadre).or_else(|| own(GroupKind::Office))?;
    Some((through.chat_id.clone(), through.gateway.clone()))
}

/// The request that goes behind what a head is to pass on, as the delivery's last part.
///
/// # Errors
/// The database.
pub(super) async fn request(
    tx: &mut Tx,
    act: &Act<'_>,
    what: (&str, &BulletinVersion),
    groups: &[&ReachedGroup],
    delivery_id: &str,
) -> UseCaseResult<Vec<Part>> {
    let (code, version) = what;
    let Some(group) = groups.first() else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for group in groups {
        names.extend(tx.group(&group.id).await?.map(|group| group.name));
    }
    let text = say!(act.house.locale, "relay-request", code = code, group = names.join(", "));
    let note = asking(act, mark::marked(&act.house.locale, version.marks.exercise, text), &format!("fw:{delivery_id}"));
    let note = match tx.chat(&group.chat_id).await? {
        Some(chat) => menu::numbered(tx, act, &chat, &note, menu::For::Everybody).await?,
        None => note,
    };
    let shown = act.house.shown(&group.gateway, note.text);
    let html = act.house.render_for(&group.gateway).html;
    Ok(vec![Part::Text { text: shown, html, buttons: note.buttons }])
}

/// What a button says by which a delivery is asked about again: unlike a press under the delivery itself, one there does not prove
/// that the delivery arrived.
#[must_use]
pub fn asks_again(delivery_id: &str) -> String {
    format!("fq:{delivery_id}")
}

/// With the button by which a head says that it was passed on.
fn asking(act: &Act<'_>, text: String, data: &str) -> Note {
    let label = say!(act.house.locale, "button-posted");
    Note::plain(text).with_row(&[(&label, data)])
}

/// Notes that a delivery is to be passed on to a group.
///
/// # Errors
/// The database.
pub(super) async fn note(
    tx: &mut Tx,
    act: &Act<'_>,
    urgency: Urgency,
    group: &ReachedGroup,
    delivery_id: &str,
) -> UseCaseResult<()> {
    let next = later(act, urgency);
    for unit_id in &group.units {
        tx.insert_relay(delivery_id, (&group.id, unit_id), next).await?;
    }
    Ok(())
}

/// When a head who has said nothing is pressed next: never at an hour at which heads are not written to.
fn later(act: &Act<'_>, urgency: Urgency) -> Option<Millis> {
    let house = act.house;
    let minutes = house.policies.of(urgency).relay_minutes?;
    let at = act.at.plus_minutes(i64::from(minutes));
    Some(house.windows.next_allowed(at, GroupKind::Cadre, urgency, &house.holidays))
}

/// What a head's word led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The code of the bulletin, with the firing where there are several.
    pub code: String,
    /// The groups in which it stands.
    pub groups: Vec<String>,
    /// Whether this is the first time it was said.
    pub fresh: bool,
    /// Whether the bulletin was taken back: then the head is to say so in the group.
    pub withdrawn: bool,
}

/// A head, or a deputy, says that a delivery was passed on. Saying it again changes nothing.
///
/// # Errors
/// `Denied` to anybody who holds no seat that answers for the unit; the database.
pub async fn posted(tx: &mut Tx, act: &Act<'_>, delivery_id: &str) -> UseCaseResult<Option<Posted>> {
    let relays = tx.relays_of_delivery(delivery_id).await?;
    let Some(broadcast_id) = relays.first().map(|relay| relay.broadcast_id.clone()) else { return Ok(None) };
    let person_id = act.person()?.to_owned();
    let seats = look_up::answering_seats(tx, act, &person_id).await?;
    let answers = |relay: &&Relay| seats.iter().any(|seat| seat.unit_id == relay.unit_id);
    let own: Vec<&Relay> = relays.iter().filter(answers).collect();
    if own.is_empty() {
        return Err(Denied::NoSeat.into());
    }
    let mut fresh = false;
    for relay in &own {
        if tx.relay_posted(relay, act.at, &person_id).await? {
            tx.audit(act, "relay.posted", &relay.delivery_id, &relay.group_id).await?;
            fresh = true;
        }
    }
    let groups = own.iter().map(|relay| relay.group_name.clone()).collect();
    let withdrawn = look_up::is_withdrawn(tx, &broadcast_id).await?;
    Ok(Some(Posted { code: look_up::code_of(tx, &broadcast_id).await?, groups, fresh, withdrawn }))
}

/// What "đã đăng" of this person may mean in a chat: the deliveries that wait there for a unit that the person answers for,
/// each with its code.
///
/// # Errors
/// The database.
pub async fn open_in(tx: &mut Tx, act: &Act<'_>, chat_id: &str) -> UseCaseResult<Vec<(String, String)>> {
    let seats = look_up::answering_seats(tx, act, act.person()?).await?;
    let mut open: Vec<(String, String)> = Vec::new();
    for relay in tx.relays_open_in(chat_id, act.at.plus_days(-OPEN_DAYS)).await? {
        let own = seats.iter().any(|seat| seat.unit_id == relay.unit_id);
        if own && !open.iter().any(|(delivery, _)| *delivery == relay.delivery_id) {
            let code = look_up::code_of(tx, &relay.broadcast_id).await?;
            open.push((relay.delivery_id, code));
        }
    }
    Ok(open)
}

/// Presses for one relay that is due: first its head, then whoever composed the bulletin. Gives whether anybody was told.
///
/// # Errors
/// The database.
pub async fn press(tx: &mut Tx, act: &Act<'_>, relay: &Relay) -> UseCaseResult<bool> {
    let Some((broadcast, bulletin, version)) = behind(tx, &relay.broadcast_id).await? else {
        tx.relay_nudged(relay, relay.nudged, None).await?;
        return Ok(false);
    };
    let over = act.at >= repeat::firing_ends(tx, act, &version, Millis(broadcast.fire_at)).await?;
    let next = later(act, version.urgency).filter(|_| !over);
    if over || !has_arrived(tx, relay).await? {
        // Nobody passes on what has not arrived; what failed for good is told in other ways.
        tx.relay_nudged(relay, relay.nudged, next).await?;
        return Ok(false);
    }
    let code = broadcast.code(&bulletin.code);
    let exercise = version.marks.exercise;
    if relay.nudged == 0 {
        remind(tx, act, (&code, exercise), relay).await?;
        tx.relay_nudged(relay, 1, next).await?;
    } else {
        tell_composer(tx, act, (&code, exercise, &bulletin), relay).await?;
        tx.relay_nudged(relay, 2, None).await?;
    }
    Ok(true)
}

/// Whether the head has every part, by its own message or by a repetition of it.
async fn has_arrived(tx: &mut Tx, relay: &Relay) -> UseCaseResult<bool> {
    let messages = tx.messages_of_broadcast(&relay.broadcast_id).await?;
    let own = messages.iter().filter(|message| message.delivery_id.as_deref() == Some(&relay.delivery_id));
    let arrived: BTreeSet<i64> =
        own.clone().filter(|message| message.state == MessageState::Sent).map(|message| message.part).collect();
    Ok(own.map(|message| message.part).all(|part| arrived.contains(&part)))
}

async fn behind(tx: &mut Tx, broadcast_id: &str) -> UseCaseResult<Option<(Broadcast, Bulletin, BulletinVersion)>> {
    let Some(broadcast) = tx.broadcast(broadcast_id).await? else { return Ok(None) };
    let Some(bulletin) = tx.bulletin(&broadcast.bulletin_id).await? else { return Ok(None) };
    let Some(version) = tx.version(&bulletin.id, broadcast.version).await? else { return Ok(None) };
    Ok(Some((broadcast, bulletin, version)))
}

async fn remind(tx: &mut Tx, act: &Act<'_>, what: (&str, bool), relay: &Relay) -> UseCaseResult<()> {
    let (code, exercise) = what;
    let chat: Option<Chat> = tx.chat(&relay.chat_id).await?;
    let Some(chat) = chat else { return Ok(()) };
    let text = say!(act.house.locale, "relay-remind", code = code, group = relay.group_name.as_str());
    let note = asking(act, mark::marked(&act.house.locale, exercise, text), &asks_again(&relay.delivery_id));
    notify::say(tx, act, &chat, Purpose::Reminder, &note, None).await
}

async fn tell_composer(tx: &mut Tx, act: &Act<'_>, what: (&str, bool, &Bulletin), relay: &Relay) -> UseCaseResult<()> {
    let (code, exercise, bulletin) = what;
    let locale = &act.house.locale;
    let seat = tx.answering_seat(&relay.unit_id).await?;
    let holder = match &seat {
        Some(seat) => tx.holder_of(&seat.id, act.at.local_date()).await?,
        None => None,
    };
    let name = holder.map_or_else(|| say!(locale, "label-vacant"), |person| person.name);
    let text = say!(
        locale,
        "relay-not-posted",
        code = code,
        group = relay.group_name.as_str(),
        unit = relay.unit_name.as_str(),
        name = name
    );
    let note = Note::plain(mark::marked(locale, exercise, text));
    notify::tell(tx, act, &bulletin.composer_id, Purpose::Card, &note).await?;
    Ok(())
}
