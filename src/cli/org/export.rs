//! The rows as an organisation file.
//!
//! Codes stand for ids, past holdings and units that are gone included, so that the file says all that an import can
//! say and a second database made from it is the same commune.

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::NaiveDate;

use crate::cli::opened::Opened;
use crate::domain::org::import;
use crate::store::Tx;
use crate::store::binding::AccountState;
use crate::store::organisation::{self, Person, Seat, Unit};

/// What stands above the tables.
const HEAD: &str = "# Exported by `loa org export`. Import it with `loa org import FILE`.\n\n";

/// Ids and the codes that stand for them in the file.
#[derive(Default)]
struct Codes(HashMap<String, String>);

impl Codes {
    fn new<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        Self(pairs.into_iter().map(|(id, code)| (id.clone(), code.clone())).collect())
    }

    fn of(&self, id: &str) -> anyhow::Result<String> {
        self.0.get(id).cloned().with_context(|| format!("a row points to {id}, which is not there: run `loa db check`"))
    }
}

/// The whole file as text.
///
/// # Errors
/// The database; no commune in it.
pub(super) async fn toml(opened: &Opened) -> anyhow::Result<String> {
    let commune = opened.commune().await?;
    let mut tx = opened.store.read().await?;
    let file = collect(&mut tx, commune).await?;
    Ok(format!("{HEAD}{}", toml::to_string(&file)?))
}

async fn collect(tx: &mut Tx, commune: organisation::Commune) -> anyhow::Result<import::OrgFile> {
    let units = tx.all_units(&commune.id).await?;
    let seats = tx.all_seats(&commune.id).await?;
    let people = tx.people(&commune.id).await?;
    let unit_codes = Codes::new(units.iter().map(|unit| (&unit.id, &unit.code)));
    let person_codes = Codes::new(people.iter().map(|person| (&person.id, &person.code)));
    Ok(import::OrgFile {
        holdings: holdings(tx, &seats, &person_codes).await?,
        grants: grants(tx, &people, &unit_codes).await?,
        groups: groups(tx, &commune.id, &unit_codes).await?,
        identities: identities(tx, &people).await?,
        seats: seats.into_iter().map(|seat| seat_of(seat, &unit_codes)).collect::<anyhow::Result<_>>()?,
        units: units.into_iter().map(|unit| unit_of(unit, &unit_codes)).collect::<anyhow::Result<_>>()?,
        people: people
            .into_iter()
            .map(|person| import::Person { code: person.code, name: person.name, phone: None })
            .collect(),
        commune: import::Commune {
            code: commune.code,
            name: commune.name,
            short_name: commune.short_name,
            province: commune.province,
        },
    })
}

fn unit_of(unit: Unit, codes: &Codes) -> anyhow::Result<import::Unit> {
    Ok(import::Unit {
        parent: unit.parent_id.map(|id| codes.of(&id)).transpose()?,
        replaced_by: unit.replaced_by.map(|id| codes.of(&id)).transpose()?,
        valid_from: day(&unit.valid_from)?,
        valid_to: unit.valid_to.as_deref().map(day).transpose()?,
        code: unit.code,
        name: unit.name,
        kind: unit.kind,
        order: unit.sort_order,
    })
}

fn seat_of(seat: Seat, codes: &Codes) -> anyhow::Result<import::Seat> {
    Ok(import::Seat { unit: codes.of(&seat.unit_id)?, code: seat.code, title: seat.title, kind: seat.kind })
}

async fn holdings(tx: &mut Tx, seats: &[Seat], people: &Codes) -> anyhow::Result<Vec<import::Holding>> {
    let mut found = Vec::new();
    for seat in seats {
        for holding in tx.holdings_of(&seat.id).await? {
            found.push(import::Holding {
                person: people.of(&holding.person_id)?,
                seat: seat.code.clone(),
                from: day(&holding.held_from)?,
                to: holding.held_to.as_deref().map(day).transpose()?,
            });
        }
    }
    Ok(found)
}

async fn grants(tx: &mut Tx, people: &[Person], units: &Codes) -> anyhow::Result<Vec<import::Grant>> {
    let mut found = Vec::new();
    for person in people {
        for grant in tx.roles_of(&person.id).await? {
            let unit = units.of(&grant.unit_id)?;
            found.push(import::Grant { person: person.code.clone(), role: grant.role, unit });
        }
    }
    found.sort_by(|a, b| (&a.person, a.role, &a.unit).cmp(&(&b.person, b.role, &b.unit)));
    Ok(found)
}

async fn groups(tx: &mut Tx, commune_id: &str, units: &Codes) -> anyhow::Result<Vec<import::Group>> {
    let mut found = Vec::new();
    for group in tx.groups(commune_id).await? {
        let covers = tx.group_units(&group.id).await?;
        let chat = match &group.chat_id {
            Some(id) => tx.chat(id).await?.map(|chat| chat.external_id),
            None => None,
        };
        found.push(import::Group {
            covers: covers.iter().map(|id| units.of(id)).collect::<anyhow::Result<_>>()?,
            code: group.code,
            name: group.name,
            kind: group.kind,
            gateway: group.gateway,
            rank: group.rank,
            relay: group.relay,
            chat,
        });
    }
    Ok(found)
}

async fn identities(tx: &mut Tx, people: &[Person]) -> anyhow::Result<Vec<import::Identity>> {
    let mut found = Vec::new();
    for person in people {
        let accounts = tx.accounts_of(&person.id).await?.into_iter();
        // What is locked, or not confirmed, is not to have rights elsewhere.
        for account in accounts.filter(|account| account.state == AccountState::Active) {
            let (gateway, external_id) = (account.gateway, account.external_id);
            found.push(import::Identity { person: person.code.clone(), gateway, external_id });
        }
    }
    // Not by the time of linking: an exported file that was imported elsewhere exports the same again.
    found.sort_by(|a, b| (&a.person, &a.gateway, &a.external_id).cmp(&(&b.person, &b.gateway, &b.external_id)));
    Ok(found)
}

fn day(text: &str) -> anyhow::Result<NaiveDate> {
    text.parse().with_context(|| format!("`{text}` in the database is not a date: run `loa db check`"))
}
