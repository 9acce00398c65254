//! Sending: `POST /v3.0/oa/group/message`, `POST /v3.0/oa/message/cs` and the promotional twin of the latter.

use serde_json::{Value, json};

use super::{
    content::{self, text_at},
    error::{OaError, OaResult},
    model::{Person, Place, Standing},
    world::World,
};

/// Into a group: round the clock, no window.
pub(super) fn to_group(world: &mut World, body: &Value) -> OaResult {
    let id = text_at(body, "/recipient/group_id").ok_or_else(|| OaError::field("recipient.group_id"))?;
    let place = Place::Group(id.to_owned());
    check_group(world, id)?;
    let draft = content::read(world, &body["message"], &place)?;
    content::spend_group_send(world)?;
    let message_id = world.post_from_oa(&place, draft).map_err(failed)?;
    Ok(json!({ "message_id": message_id, "group_id": id }))
}

/// The states of group and asset in which nothing can be sent.
fn check_group(world: &World, id: &str) -> Result<(), OaError> {
    let group = world.group(id).map_err(|_| OaError::field("recipient.group_id"))?;
    if group.gone {
        return Err(OaError::new(-403, "The OA is not in this group"));
    }
    if world.asset(&group.asset).is_some_and(|asset| asset.disabled) {
        return Err(OaError::new(-241, "The asset is disabled"));
    }
    if world.asset(&group.asset).is_some_and(|asset| asset.used_by.as_deref() != Some(id)) {
        return Err(OaError::new(-238, "The asset is used by another group"));
    }
    if !world.is_enabled(group) {
        return Err(OaError::new(-237, "The group is disabled"));
    }
    Ok(())
}

/// To one person, as a consultation.
pub(super) fn to_person(world: &mut World, body: &Value) -> OaResult {
    let (place, person) = recipient(world, body)?;
    let paid = check_window(world, person)?;
    send_private(world, body, &place, paid)
}

/// To one person, as a promotion: not between 22:00 and 06:00.
pub(super) fn promotion(world: &mut World, body: &Value) -> OaResult {
    let (place, person) = recipient(world, body)?;
    check_standing(person)?;
    let hour = world.config.local(world.wall()).rem_euclid(86_400_000) / 3_600_000;
    if !(6..22).contains(&hour) {
        return Err(OaError::new(-234, "Promotional messages are not sent between 22:00 and 06:00"));
    }
    send_private(world, body, &place, false)
}

fn recipient<'a>(world: &'a World, body: &Value) -> Result<(Place, &'a Person), OaError> {
    let wrong = || OaError::field("recipient.user_id");
    let id = text_at(body, "/recipient/user_id").ok_or_else(wrong)?;
    let person = world.people.get(id).ok_or_else(wrong)?;
    Ok((Place::Private(id.to_owned()), person))
}

fn check_standing(person: &Person) -> Result<(), OaError> {
    if person.standing == Standing::Blocks {
        return Err(OaError::new(-217, "The user has blocked the OA"));
    }
    if person.standing == Standing::Banned {
        return Err(OaError::new(-227, "The user is banned or has been inactive for more than 45 days"));
    }
    if !person.follows || person.wrote_ms.is_none() {
        return Err(OaError::new(-213, "The user does not follow the OA"));
    }
    Ok(())
}

/// Whether the account may write to this person now, and whether it costs a paid message.
fn check_window(world: &World, person: &Person) -> Result<bool, OaError> {
    check_standing(person)?;
    let rules = world.config.private;
    let age = world.wall() - person.wrote_ms.unwrap_or(i64::MIN / 2);
    if age > rules.last_ms {
        return Err(OaError::new(-230, "The user has not interacted with the OA in the last 7 days"));
    }
    let free = age <= rules.window_ms && person.written_to < rules.free_messages;
    if !free && rules.paid_messages == 0 {
        return Err(OaError::new(-218, "The quota of messages to this user is used up"));
    }
    Ok(!free)
}

fn send_private(world: &mut World, body: &Value, place: &Place, paid: bool) -> OaResult {
    let draft = content::read(world, &body["message"], place)?;
    let message_id = world.post_from_oa(place, draft).map_err(failed)?;
    if paid {
        world.config.private.paid_messages -= 1;
        world.counts.paid += 1;
    }
    world.person_mut(place.id()).map_err(failed)?.written_to += 1;
    Ok(json!({ "message_id": message_id, "user_id": place.id() }))
}

fn failed(error: impl std::fmt::Display) -> OaError {
    OaError::new(-200, format!("Send message failed: {error}"))
}

/// `GET /v3.0/oa/user/detail?data={"user_id":"…"}`.
pub(super) fn user_detail(world: &World, data: Option<&str>) -> OaResult {
    let data: Value = data.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| OaError::field("data"))?;
    let id = text_at(&data, "/user_id").ok_or_else(|| OaError::field("user_id"))?;
    let person = world.people.get(id).ok_or_else(|| OaError::field("user_id"))?;
    let shares = world.groups.iter().any(|group| group.members.contains(id));
    if !person.follows && person.wrote_ms.is_none() && !shares {
        return Err(OaError::new(-213, "The user does not follow the OA"));
    }
    Ok(json!({
        "user_id": id,
        "user_id_by_app": world.id_by_app(id),
        "display_name": person.name,
        "user_alias": "",
        "user_is_follower": person.follows,
        "user_last_interaction_date": person.wrote_ms.map(|at| world.date(at)),
        "avatar": format!("{}/_media/avatar", world.base_url),
    }))
}
