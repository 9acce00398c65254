//! Units and their seats.

use std::collections::HashSet;

use crate::domain::org::SeatKind;
use crate::domain::org::import::{self, OrgFile};
use crate::domain::text;
use crate::store::Tx;
use crate::store::organisation::{Change, Seat, Unit};
use crate::usecase::UseCaseResult;
use crate::usecase::organise::Import;

impl Import<'_> {
    /// New units first without their ties, since a tie may lead to a unit further down the file.
    pub(super) async fn write_units(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        let mut created = HashSet::new();
        for unit in &file.units {
            let id = if let Some(known) = tx.unit_by_code(&self.act.commune_id, &unit.code).await? {
                known.id
            } else {
                created.insert(unit.code.as_str());
                tx.upsert_unit(&self.unit_row(unit)).await?.id
            };
            self.units.insert(&unit.code, id);
        }
        for unit in &file.units {
            let row = self.unit_row(unit);
            let row = Unit {
                parent_id: self.unit_of(unit.parent.as_deref())?,
                replaced_by: self.unit_of(unit.replaced_by.as_deref())?,
                ..row
            };
            let change = tx.upsert_unit(&row).await?.change;
            let new = created.contains(unit.code.as_str());
            self.summary.units.add(if new { Change::Created } else { change });
        }
        Ok(())
    }

    /// Answering seats last: where two seats of a unit change roles, the old one must have let go first.
    pub(super) async fn write_seats(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        for seat in in_writing_order(self.file) {
            let row = Seat {
                id: self.act.new_id(),
                unit_id: Self::id_of(&self.units, "unit", &seat.unit)?,
                code: seat.code.clone(),
                title: text::nfc(&seat.title),
                kind: seat.kind,
            };
            let written = tx.upsert_seat(&row).await?;
            self.summary.seats.add(written.change);
            self.seats.insert(&seat.code, written.id);
        }
        Ok(())
    }

    fn unit_row(&self, unit: &import::Unit) -> Unit {
        Unit {
            id: self.act.new_id(),
            commune_id: self.act.commune_id.clone(),
            code: unit.code.clone(),
            kind: unit.kind,
            name: text::nfc(&unit.name),
            name_folded: text::fold(&unit.name),
            parent_id: None,
            sort_order: unit.order,
            valid_from: unit.valid_from.to_string(),
            valid_to: unit.valid_to.map(|date| date.to_string()),
            replaced_by: None,
        }
    }

    fn unit_of(&self, code: Option<&str>) -> UseCaseResult<Option<String>> {
        code.map(|code| Self::id_of(&self.units, "unit", code)).transpose()
    }
}

fn in_writing_order(file: &OrgFile) -> impl Iterator<Item = &import::Seat> {
    let answering = |seat: &&import::Seat| seat.kind == SeatKind::Answering;
    file.seats.iter().filter(move |seat| !answering(seat)).chain(file.seats.iter().filter(answering))
}
