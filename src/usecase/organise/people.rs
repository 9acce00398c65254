//! People: who holds what, who may do what, and the accounts that are known already.

use crate::domain::org::import;
use crate::domain::text;
use crate::store::Tx;
use crate::store::binding::{AccountState, ChatKind};
use crate::store::organisation::{Change, Grant, Holding, Person};
use crate::usecase::organise::Import;
use crate::usecase::{UseCaseError, UseCaseResult, bind};

impl Import<'_> {
    pub(super) async fn write_people(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        for person in &file.people {
            let row = Person {
                id: self.act.new_id(),
                commune_id: self.act.commune_id.clone(),
                code: person.code.clone(),
                name: text::nfc(&person.name),
                name_folded: text::fold(&person.name),
                created_at: self.act.at.0,
            };
            let written = tx.upsert_person(&row).await?;
            let renumbered = match &person.phone {
                Some(phone) => tx.put_phone(&written.id, phone, self.act.at).await?,
                None => false,
            };
            let unchanged = written.change == Change::Unchanged;
            self.summary.people.add(if renumbered && unchanged { Change::Changed } else { written.change });
            self.people.insert(&person.code, written.id);
        }
        Ok(())
    }

    pub(super) async fn write_holdings(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        let rows = file.holdings.iter().map(|holding| self.holding_row(holding)).collect::<UseCaseResult<Vec<_>>>()?;
        let same = |a: &Holding, b: &Holding| {
            (&a.seat_id, &a.person_id, &a.held_from) == (&b.seat_id, &b.person_id, &b.held_from)
        };
        for seat in &file.seats {
            for known in tx.holdings_of(&Self::id_of(&self.seats, "seat", &seat.code)?).await? {
                if !rows.iter().any(|row| same(row, &known)) {
                    tx.delete_holding(&known.id).await?;
                    self.summary.holdings.removed += 1;
                }
            }
        }
        for row in &rows {
            self.summary.holdings.add(tx.upsert_holding(row).await?);
        }
        Ok(())
    }

    pub(super) async fn write_grants(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        let rows = file.grants.iter().map(|grant| self.grant_row(grant)).collect::<UseCaseResult<Vec<_>>>()?;
        for person in &file.people {
            let person_id = Self::id_of(&self.people, "person", &person.code)?;
            for known in tx.roles_of(&person_id).await? {
                let said = rows
                    .iter()
                    .any(|row| row.person_id == person_id && row.role == known.role && row.unit_id == known.unit_id);
                if !said {
                    tx.delete_grant(&person_id, &known).await?;
                    self.summary.grants.removed += 1;
                }
            }
        }
        for row in &rows {
            self.summary.grants.add(tx.upsert_grant(row).await?);
        }
        Ok(())
    }

    /// An account in the file is also a private chat: on every platform the two have the same id. One that was locked stays so,
    /// whatever the file says: only a code opens it.
    pub(super) async fn write_identities(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        for identity in &file.identities {
            let person_id = Self::id_of(&self.people, "person", &identity.person)?;
            let (gateway, account) = (identity.gateway.as_str(), identity.external_id.as_str());
            self.refuse_second(tx, identity, &person_id).await?;
            let linked = tx.link_identity(gateway, account, &person_id, self.act.at, &self.act.new_id()).await?;
            let Some(owner) = tx.owner_of(gateway, account).await?.filter(|owner| owner.person_id == person_id) else {
                return Err(UseCaseError::refused_with(
                    "refused-org-account-linked",
                    vec![("account", account.to_owned()), ("person", identity.person.clone())],
                ));
            };
            if owner.state == AccountState::Locked {
                self.summary.kept_locks.push(format!("{} on {gateway}", identity.person));
            }
            tx.ensure_chat(gateway, account, ChatKind::Private, "", self.act.at, &self.act.new_id()).await?;
            self.summary.identities.add(if linked { Change::Created } else { Change::Unchanged });
        }
        Ok(())
    }

    /// One account a person and gateway: a file does not add one beside another, or take the other's place unasked.
    async fn refuse_second(&self, tx: &mut Tx, identity: &import::Identity, person_id: &str) -> UseCaseResult<()> {
        let known = tx.owner_of(&identity.gateway, &identity.external_id).await?;
        let open = bind::open_accounts(tx, person_id).await?;
        if known.is_some() || open.iter().all(|other| other.gateway != identity.gateway) {
            return Ok(());
        }
        let (account, gateway) = (identity.external_id.clone(), identity.gateway.clone());
        Err(UseCaseError::refused_with(
            "refused-org-second-account",
            vec![("person", identity.person.clone()), ("account", account), ("gateway", gateway)],
        ))
    }

    fn holding_row(&self, holding: &import::Holding) -> UseCaseResult<Holding> {
        Ok(Holding {
            id: self.act.new_id(),
            seat_id: Self::id_of(&self.seats, "seat", &holding.seat)?,
            person_id: Self::id_of(&self.people, "person", &holding.person)?,
            held_from: holding.from.to_string(),
            held_to: holding.to.map(|date| date.to_string()),
        })
    }

    fn grant_row(&self, grant: &import::Grant) -> UseCaseResult<Grant> {
        Ok(Grant {
            id: self.act.new_id(),
            person_id: Self::id_of(&self.people, "person", &grant.person)?,
            role: grant.role,
            unit_id: Self::id_of(&self.units, "unit", &grant.unit)?,
            granted_at: self.act.at,
        })
    }
}
