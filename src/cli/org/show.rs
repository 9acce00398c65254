//! The organisation as it stands today, for a terminal and as JSON.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::cli::opened::Opened;
use crate::domain::calendar::format_date;
use crate::domain::org::{GroupKind, Role, UnitKind};
use crate::store::Tx;
use crate::store::binding::{self, AccountState, ChatState};
use crate::store::organisation;

/// Everything, on one day.
#[derive(serde::Serialize)]
pub(super) struct View {
    commune: Commune,
    on: NaiveDate,
    units: Vec<Unit>,
    people: Vec<Person>,
    groups: Vec<Group>,
}

#[derive(serde::Serialize)]
struct Commune {
    code: String,
    name: String,
    province: String,
}

#[derive(serde::Serialize)]
struct Unit {
    code: String,
    name: String,
    kind: UnitKind,
    /// Title and code of the seat that answers; none for a unit that cannot.
    seat: Option<Seat>,
}

#[derive(serde::Serialize)]
struct Seat {
    code: String,
    title: String,
    /// None while the seat is vacant.
    holder: Option<Named>,
}

#[derive(serde::Serialize)]
struct Named {
    code: String,
    name: String,
}

#[derive(serde::Serialize)]
struct Person {
    code: String,
    name: String,
    roles: Vec<Grant>,
    /// Gateways on which an account is linked; behind one that is locked or waits to be confirmed, that it is.
    accounts: Vec<String>,
}

#[derive(serde::Serialize)]
struct Grant {
    role: Role,
    unit: String,
}

#[derive(serde::Serialize)]
struct Group {
    code: String,
    name: String,
    kind: GroupKind,
    rank: i64,
    gateway: String,
    covers: Vec<String>,
    bound: bool,
    /// Whether its head passes things on by hand.
    relay: bool,
    /// Why nothing is sent there; only while its chat is suspended.
    suspended: Option<String>,
}

/// Reads the organisation of today.
///
/// # Errors
/// The database; no commune in it.
pub(super) async fn view(opened: &Opened) -> anyhow::Result<View> {
    let commune = opened.commune().await?;
    let on = opened.clocks.business.now().local_date();
    let mut tx = opened.store.read().await?;
    let all = tx.all_units(&commune.id).await?;
    let codes: HashMap<String, String> = all.into_iter().map(|unit| (unit.id, unit.code)).collect();
    Ok(View {
        on,
        units: units(&mut tx, &commune.id, on).await?,
        people: people(&mut tx, &commune.id, &codes).await?,
        groups: groups(&mut tx, &commune.id, &codes).await?,
        commune: Commune { code: commune.code, name: commune.name, province: commune.province },
    })
}

async fn units(tx: &mut Tx, commune_id: &str, on: NaiveDate) -> anyhow::Result<Vec<Unit>> {
    let mut found = Vec::new();
    for unit in tx.units(commune_id, on).await? {
        let seat = match tx.answering_seat(&unit.id).await? {
            Some(seat) => Some(held(tx, seat, on).await?),
            None => None,
        };
        found.push(Unit { code: unit.code, name: unit.name, kind: unit.kind, seat });
    }
    Ok(found)
}

async fn held(tx: &mut Tx, seat: organisation::Seat, on: NaiveDate) -> anyhow::Result<Seat> {
    let holder = tx.holder_of(&seat.id, on).await?;
    let holder = holder.map(|person| Named { code: person.code, name: person.name });
    Ok(Seat { code: seat.code, title: seat.title, holder })
}

async fn people(tx: &mut Tx, commune_id: &str, codes: &HashMap<String, String>) -> anyhow::Result<Vec<Person>> {
    let mut found = Vec::new();
    for person in tx.people(commune_id).await? {
        let roles = tx.roles_of(&person.id).await?.into_iter();
        let roles = roles.map(|grant| Grant { role: grant.role, unit: code_of(codes, &grant.unit_id) }).collect();
        let accounts = tx.accounts_of(&person.id).await?.iter().map(account).collect();
        found.push(Person { code: person.code, name: person.name, roles, accounts });
    }
    Ok(found)
}

fn account(account: &binding::Identity) -> String {
    match account.state {
        AccountState::Active => account.gateway.clone(),
        state => format!("{} ({state})", account.gateway),
    }
}

async fn groups(tx: &mut Tx, commune_id: &str, codes: &HashMap<String, String>) -> anyhow::Result<Vec<Group>> {
    let mut found = Vec::new();
    for group in tx.groups(commune_id).await? {
        let covers = tx.group_units(&group.id).await?.iter().map(|id| code_of(codes, id)).collect();
        let chat = match &group.chat_id {
            Some(id) => tx.chat(id).await?,
            None => None,
        };
        let bound = chat.is_some();
        let suspended = chat.filter(|chat| chat.state == ChatState::Suspended).and_then(|chat| chat.reason);
        let binding::Group { code, name, kind, rank, gateway, relay, .. } = group;
        found.push(Group { code, name, kind, rank, gateway, covers, bound, relay, suspended });
    }
    Ok(found)
}

fn code_of(codes: &HashMap<String, String>, id: &str) -> String {
    codes.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// The same for a terminal.
pub(super) fn text(view: &View) -> String {
    let Commune { code, name, province } = &view.commune;
    let bound = view.groups.iter().filter(|group| group.bound).count();
    let mut lines =
        vec![format!("{code}  {name}, {province}, on {}\n\nunits, and who answers\n", format_date(view.on))];
    lines.extend(view.units.iter().map(unit_line));
    lines.push("\npeople\n".to_owned());
    lines.extend(view.people.iter().map(person_line));
    lines.push(format!("\ngroups, {bound} of {} bound\n", view.groups.len()));
    lines.extend(view.groups.iter().map(group_line));
    lines.concat()
}

fn unit_line(unit: &Unit) -> String {
    let answers = unit.seat.as_ref().map_or_else(
        || "no seat that answers".to_owned(),
        |seat| match &seat.holder {
            Some(holder) => format!("{}: {} ({})", seat.title, holder.name, holder.code),
            None => format!("{}: vacant", seat.title),
        },
    );
    format!("  {:<18} {:<36} {answers}\n", unit.code, unit.name)
}

fn person_line(person: &Person) -> String {
    let roles: Vec<String> = person.roles.iter().map(|grant| format!("{} on {}", grant.role, grant.unit)).collect();
    let linked = if person.accounts.is_empty() { "not linked".to_owned() } else { person.accounts.join(", ") };
    format!("  {:<18} {:<28} {linked:<12} {}", person.code, person.name, roles.join("; ")).trim_end().to_owned() + "\n"
}

fn group_line(group: &Group) -> String {
    let state = match (&group.suspended, group.bound) {
        (Some(reason), _) => format!("suspended: {reason}"),
        (None, true) => "bound".to_owned(),
        (None, false) if group.relay => "by hand".to_owned(),
        (None, false) => "unbound".to_owned(),
    };
    let covers = match group.covers.as_slice() {
        [one] => one.clone(),
        several => format!("{} units", several.len()),
    };
    let Group { code, name, kind, rank, gateway, .. } = group;
    format!("  {code:<24} {:<9} {rank:>2}  {gateway:<10} {state:<10} {covers:<18} {name}\n", kind.as_str())
}
