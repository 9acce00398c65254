//! What the account, its groups and people are called: events carry no names, so they are asked for one by one, and kept in
//! memory only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::ZaloOa;
use super::address::Place;
use crate::domain::text::nfc;
use crate::platform::{AskError, Named, loose};

/// People remembered by name; past that the memory begins anew.
const MOST_PEOPLE: usize = 4_096;
/// Members of a group asked for at once, and pages read at most: the largest group has 1,000.
const PAGE: usize = 50;
const PAGES: usize = 21;

/// Names as far as they were seen.
#[derive(Default)]
pub(super) struct Names {
    own: Mutex<String>,
    people: Mutex<HashMap<String, String>>,
}

impl Names {
    /// What the account is called; empty until the platform told.
    pub(super) fn own(&self) -> String {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What somebody is called; empty when nobody told.
    pub(super) fn of(&self, user: &str) -> String {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).get(user).cloned().unwrap_or_default()
    }

    /// Keeps a name that came with something else.
    pub(super) fn remember(&self, user: &Value, name: &Value) {
        let (Some(user), Some(name)) = (loose::id(user), name.as_str().filter(|name| !name.is_empty())) else { return };
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= MOST_PEOPLE {
            people.clear();
        }
        people.insert(user, nfc(name));
    }

    fn learn_own(&self, name: &str) {
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = nfc(name);
    }
}

/// Asks what the account is called, unless it is known (`GET /v2.0/oa/getoa`, as the vendor's own library calls it). Without the
/// name it works all the same: mentions of it are then words like others.
pub(super) async fn learn_own(oa: &ZaloOa) {
    if !oa.names.own().is_empty() {
        return;
    }
    match oa.api.get("v2.0/oa/getoa", &[]).await {
        Ok(found) => oa.names.learn_own(loose::text(&found["name"])),
        Err(error) => tracing::warn!(gateway = oa.config.name, %error, "zalo_oa.own_name_unknown"),
    }
}

/// The title of a group and the name of somebody, each if the platform tells.
pub(super) async fn ask(oa: &ZaloOa, chat: &str, account: &str) -> Result<Named, AskError> {
    let group = match Place::parse(chat) {
        Some(Place::Group(group)) => Some(group),
        _ => None,
    };
    let title = match &group {
        Some(group) => title(oa, group).await?,
        None => String::new(),
    };
    let account = match Place::parse(account) {
        Some(Place::Person(id)) => person(oa, group.as_deref(), &id).await?,
        _ => String::new(),
    };
    Ok(Named { title, account })
}

async fn title(oa: &ZaloOa, group: &str) -> Result<String, AskError> {
    match oa.api.get("v3.0/oa/group/getgroup", &[("group_id", group)]).await {
        Ok(found) => Ok(nfc(loose::text(&found["group_info"]["name"]))),
        // A group that is gone tells nothing; who was in it may still be known.
        Err(AskError::Refused(_)) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// By their own page, which the platform shows of followers and those who wrote, or else by the group's list.
async fn person(oa: &ZaloOa, group: Option<&str>, id: &str) -> Result<String, AskError> {
    if id == oa.config.oa_id {
        return Ok(oa.names.own());
    }
    if oa.names.of(id).is_empty() {
        let wanted = json!({ "user_id": id }).to_string();
        match (oa.api.get("v3.0/oa/user/detail", &[("data", &wanted)]).await, group) {
            (Ok(found), _) => oa.names.remember(&json!(id), &found["display_name"]),
            (Err(AskError::Refused(_)), Some(group)) => members(oa, group, id).await?,
            (Err(AskError::Refused(_)), None) => {}
            (Err(error), _) => return Err(error),
        }
    }
    Ok(oa.names.of(id))
}

/// Reads the members of a group until the one wanted stands there.
async fn members(oa: &ZaloOa, group: &str, wanted: &str) -> Result<(), AskError> {
    for page in 0..PAGES {
        let (offset, count) = ((page * PAGE).to_string(), PAGE.to_string());
        let query = [("group_id", group), ("offset", &offset), ("count", &count)];
        let data = match oa.api.get("v3.0/oa/group/listmember", &query).await {
            Err(AskError::Refused(_)) => return Ok(()),
            other => other?,
        };
        let rows = super::rows(&data, "members");
        // Of a whole page only the one who is asked about is kept: the others have said nothing to us.
        let found = rows.iter().find(|row| loose::id(&row["user_id"]).as_deref() == Some(wanted));
        if let Some(row) = found {
            oa.names.remember(&row["user_id"], &row["name"]);
        }
        if found.is_some() || rows.len() < PAGE {
            break;
        }
    }
    Ok(())
}
