//! Telling whose units have no other group, once a broadcast and fault.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::message::Purpose;
use crate::domain::org::Role;
use crate::say;
use crate::store::Tx;
use crate::store::broadcasts::Broadcast;
use crate::store::fallbacks::{Fault, Uncovered};
use crate::usecase::notify::{self, Note};
use crate::usecase::{Act, UseCaseResult, incidents, look_up, mark};

/// Names of the units that one card lists.
struct Card {
    units: Vec<String>,
    waits: bool,
}

/// Broadcast, gateway and fault: what one card is about.
type About = (String, String, Fault);

/// Tells composer and admins which units have no other group. Gives how many cards that were.
///
/// A card about a gateway waits until somebody can be told by another one: over the sick gateway it would arrive together
/// with the message that it speaks of. Once the gateway is well or the message has left, nobody needs it.
///
/// # Errors
/// The database.
pub async fn tell_uncovered(tx: &mut Tx, act: &Act<'_>) -> UseCaseResult<usize> {
    let sick = incidents::sick_gateways(tx).await?;
    let mut told = 0;
    for (about, card) in gathered(tx.untold_fallbacks().await?) {
        let (broadcast_id, gateway, fault) = &about;
        let Some(broadcast) = tx.broadcast(broadcast_id).await? else { continue };
        let over = match fault {
            Fault::Gateway => !card.waits || !sick.contains(gateway),
            Fault::Wait => !card.waits,
            Fault::Chat | Fault::Budget => false,
        };
        if !over {
            let people = people(tx, act, &broadcast).await?;
            if *fault == Fault::Gateway && !somebody_is_reached(tx, act, &people, &sick).await? {
                continue;
            }
            let text = text(tx, act, &about, &broadcast, &card).await?;
            let text = mark::about_broadcast(tx, act, &broadcast.id, text).await?;
            let note = Note::plain(text);
            for person in &people {
                notify::tell(tx, act, person, Purpose::Alert, &note).await?;
            }
            told += 1;
        }
        tx.mark_fallbacks_told(broadcast_id, gateway, *fault).await?;
    }
    Ok(told)
}

fn gathered(rows: Vec<Uncovered>) -> BTreeMap<About, Card> {
    let mut cards: BTreeMap<About, Card> = BTreeMap::new();
    for row in rows {
        let about = (row.broadcast_id, row.gateway, row.fault);
        let card = cards.entry(about).or_insert(Card { units: Vec::new(), waits: false });
        card.units.push(row.unit_name);
        card.waits |= row.waits;
    }
    cards
}

/// The composer and the admins, each once.
async fn people(tx: &mut Tx, act: &Act<'_>, broadcast: &Broadcast) -> UseCaseResult<Vec<String>> {
    let bulletin = tx.bulletin(&broadcast.bulletin_id).await?;
    let mut people: Vec<String> = bulletin.into_iter().map(|bulletin| bulletin.composer_id).collect();
    for admin in tx.people_with_role(&act.commune_id, Role::Admin).await? {
        if !people.contains(&admin.id) {
            people.push(admin.id);
        }
    }
    Ok(people)
}

/// Whether one of them can be written to through a gateway that works, in private or in the office.
async fn somebody_is_reached(
    tx: &mut Tx,
    act: &Act<'_>,
    people: &[String],
    sick: &BTreeSet<String>,
) -> UseCaseResult<bool> {
    for person in people {
        if notify::chats_of(tx, act, person).await?.iter().any(|chat| !sick.contains(&chat.gateway)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn text(tx: &mut Tx, act: &Act<'_>, about: &About, broadcast: &Broadcast, card: &Card) -> UseCaseResult<String> {
    let (_, gateway, fault) = about;
    let code = look_up::code_of(tx, &broadcast.id).await?;
    let (locale, count) = (&act.house.locale, card.units.len());
    let units = card.units.join(", ");
    Ok(match fault {
        Fault::Gateway => say!(locale, "alert-no-fallback", code, gateway = gateway.as_str(), count, units),
        Fault::Budget => say!(locale, "alert-no-fallback-budget", code, gateway = gateway.as_str(), count, units),
        Fault::Wait => say!(locale, "alert-no-fallback-wait", code, count, units),
        Fault::Chat => say!(locale, "alert-no-fallback-chat", code, count, units),
    })
}
