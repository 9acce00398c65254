//! The organisation, as an admin writes it down in a file, made into rows.
//!
//! * One file, one transaction, one audit entry. The same file a second time changes nothing, says so, and leaves no entry.
//! * Rows are found again by their codes. What the file does not name stays: a unit that is gone gets its `valid_to`.
//! * About what it does name the file is the whole truth: who held its seats, what rights its people have, what its groups
//!   cover. A holding or a right that is missing there is struck out, so that correcting a slip corrects it.
//! * A group already bound to a chat stays bound: the chat may have got a new id since the file was written.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::org::Role;
use crate::domain::org::import::OrgFile;
use crate::id::sha256_hex;
use crate::store::Tx;
use crate::store::organisation::{Change, Commune};
use crate::usecase::{Act, Denied, UseCaseError, UseCaseResult, Via};

mod groups;
mod people;
mod units;

/// What became of the rows of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// New rows.
    pub created: u32,
    /// Rows of which something was different.
    pub changed: u32,
    /// Rows that already said the same.
    pub unchanged: u32,
    /// Rows that the file no longer has.
    pub removed: u32,
}

impl Tally {
    fn add(&mut self, change: Change) {
        match change {
            Change::Created => self.created += 1,
            Change::Changed => self.changed += 1,
            Change::Unchanged => self.unchanged += 1,
        }
    }

    const fn touched(self) -> u32 {
        self.created + self.changed + self.removed
    }
}

/// What an import did, table by table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportSummary {
    /// The commune itself.
    pub communes: Tally,
    /// Units.
    pub units: Tally,
    /// Seats.
    pub seats: Tally,
    /// People.
    pub people: Tally,
    /// Who holds which seat.
    pub holdings: Tally,
    /// Rights.
    pub grants: Tally,
    /// Groups, with what they cover and the chat they are bound to.
    pub groups: Tally,
    /// Accounts.
    pub identities: Tally,
    /// Codes of groups that are bound to another chat than the file says, and stayed so.
    pub kept_bindings: Vec<String>,
    /// Accounts that the file names and that stayed locked, each as "PERSON on GATEWAY".
    pub kept_locks: Vec<String>,
}

impl ImportSummary {
    /// The tallies with the names of their tables.
    #[must_use]
    pub const fn tables(&self) -> [(&'static str, Tally); 8] {
        [
            ("communes", self.communes),
            ("units", self.units),
            ("seats", self.seats),
            ("people", self.people),
            ("holdings", self.holdings),
            ("grants", self.grants),
            ("groups", self.groups),
            ("identities", self.identities),
        ]
    }

    /// How many rows were written or struck out.
    #[must_use]
    pub fn touched(&self) -> u32 {
        self.tables().iter().map(|(_, tally)| tally.touched()).sum()
    }
}

/// An import on its way: what has been written so far, by the codes of the file.
struct Import<'a> {
    act: Act<'a>,
    file: &'a OrgFile,
    units: HashMap<&'a str, String>,
    seats: HashMap<&'a str, String>,
    people: HashMap<&'a str, String>,
    summary: ImportSummary,
}

/// Writes what a checked file says. The act's commune is that of the file, whatever it named before.
///
/// # Errors
/// `Denied` to anybody but an admin over the commune or the command line; `Refused` when the database belongs to another
/// commune, a bound group changes its gateway, or a chat or account is somebody else's already; the database.
pub async fn import_org(tx: &mut Tx, act: &Act<'_>, file: &OrgFile) -> UseCaseResult<ImportSummary> {
    require_admin(tx, act, Vec::new()).await?;
    let mut summary = ImportSummary::default();
    let commune_id = write_commune(tx, act, file, &mut summary).await?;
    let mut import = Import {
        act: Act { commune_id, ..act.clone() },
        file,
        units: HashMap::new(),
        seats: HashMap::new(),
        people: HashMap::new(),
        summary,
    };
    import.write_units(tx).await?;
    import.write_seats(tx).await?;
    import.write_people(tx).await?;
    import.write_holdings(tx).await?;
    import.write_grants(tx).await?;
    import.write_groups(tx).await?;
    import.write_identities(tx).await?;
    import.leave_entry(tx).await?;
    Ok(import.summary)
}

async fn write_commune(
    tx: &mut Tx,
    act: &Act<'_>,
    file: &OrgFile,
    summary: &mut ImportSummary,
) -> UseCaseResult<String> {
    if let Some(other) = tx.commune().await?.filter(|commune| commune.code != file.commune.code) {
        return Err(UseCaseError::refused_with(
            "refused-org-other-commune",
            vec![("found", other.code), ("file", file.commune.code.clone())],
        ));
    }
    let commune = Commune {
        id: act.new_id(),
        code: file.commune.code.clone(),
        name: file.commune.name.clone(),
        short_name: file.commune.short_name.clone(),
        province: file.commune.province.clone(),
        created_at: act.at.0,
    };
    let written = tx.upsert_commune(&commune).await?;
    summary.communes.add(written.change);
    Ok(written.id)
}

impl<'a> Import<'a> {
    async fn leave_entry(&self, tx: &mut Tx) -> UseCaseResult<()> {
        let touched = self.summary.touched();
        if touched == 0 {
            return Ok(());
        }
        let text = serde_json::to_string(self.file).unwrap_or_default();
        let detail = format!("{} {touched}", sha256_hex(text.as_bytes()));
        tx.audit(&self.act, "org.imported", &self.act.commune_id, &detail).await?;
        Ok(())
    }

    /// The id behind a code of the file. A checked file has no dangling code.
    fn id_of(ids: &HashMap<&'a str, String>, what: &'static str, code: &str) -> UseCaseResult<String> {
        ids.get(code).cloned().ok_or_else(|| UseCaseError::NotFound { what, name: code.to_owned() })
    }
}

/// Checks for an admin over every unit named, or over the whole commune when none is. Who has a shell on the machine and
/// its database needs no role: that is how the first admin comes in.
///
/// # Errors
/// `Denied`; the database.
pub async fn require_admin(tx: &mut Tx, act: &Act<'_>, unit_ids: Vec<String>) -> UseCaseResult<()> {
    if matches!(act.via, Via::Cli(_)) {
        return Ok(());
    }
    let person_id = act.person()?;
    let unit_ids = if unit_ids.is_empty() {
        tx.commune_unit(&act.commune_id).await?.into_iter().map(|unit| unit.id).collect()
    } else {
        unit_ids
    };
    let mut granted = !unit_ids.is_empty();
    for unit_id in &unit_ids {
        granted = granted && tx.has_role(person_id, Role::Admin, unit_id).await?;
    }
    if granted { Ok(()) } else { Err(Denied::MissingRole(Role::Admin).into()) }
}
