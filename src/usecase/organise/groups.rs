//! Group slots: what they are, what they cover, and for those whose chat is known, the chat.

use crate::domain::org::import;
use crate::domain::text;
use crate::store::Tx;
use crate::store::binding::{ChatKind, Group};
use crate::store::organisation::Change;
use crate::usecase::organise::Import;
use crate::usecase::{UseCaseError, UseCaseResult};

impl Import<'_> {
    pub(super) async fn write_groups(&mut self, tx: &mut Tx) -> UseCaseResult<()> {
        let file = self.file;
        for group in &file.groups {
            let known = tx.group_by_code(&self.act.commune_id, &group.code).await?;
            refuse_other_gateway(known.as_ref(), group)?;
            refuse_bound_relay(known.as_ref(), group)?;
            let written = tx.upsert_group(&self.group_row(group)).await?;
            let units = group.covers.iter().map(|code| Self::id_of(&self.units, "unit", code));
            let units = units.collect::<UseCaseResult<Vec<_>>>()?;
            let covers = tx.set_group_units(&written.id, &units).await?;
            let bound = match &group.chat {
                Some(chat) => self.bind(tx, group, &written.id, chat).await?,
                None => Change::Unchanged,
            };
            let later = if covers == Change::Unchanged { bound } else { Change::Changed };
            self.summary.groups.add(if written.change == Change::Unchanged { later } else { written.change });
        }
        Ok(())
    }

    /// Binds an unbound slot to the chat of the file; a bound one keeps what it has.
    async fn bind(
        &mut self,
        tx: &mut Tx,
        group: &import::Group,
        group_id: &str,
        external: &str,
    ) -> UseCaseResult<Change> {
        let bound = tx.group(group_id).await?.and_then(|group| group.chat_id);
        if let Some(chat_id) = bound {
            let chat = tx.chat(&chat_id).await?;
            if chat.is_none_or(|chat| chat.external_id != external) {
                self.summary.kept_bindings.push(group.code.clone());
            }
            return Ok(Change::Unchanged);
        }
        let title = text::nfc(&group.name);
        let new_id = self.act.new_id();
        let chat = tx.ensure_chat(&group.gateway, external, ChatKind::Group, &title, self.act.at, &new_id).await?;
        if let Some(other) = tx.group_of_chat(&chat.id).await? {
            return Err(UseCaseError::refused_with("refused-chat-bound", vec![("group", other.name)]));
        }
        tx.bind_group(group_id, &chat.id, self.act.at).await?;
        Ok(Change::Changed)
    }

    fn group_row(&self, group: &import::Group) -> Group {
        Group {
            id: self.act.new_id(),
            commune_id: self.act.commune_id.clone(),
            code: group.code.clone(),
            name: text::nfc(&group.name),
            kind: group.kind,
            rank: group.rank,
            gateway: group.gateway.clone(),
            relay: group.relay,
            chat_id: None,
            bound_at: None,
        }
    }
}

/// What is bound is written to directly; whoever wants it passed on by hand frees the slot first.
fn refuse_bound_relay(known: Option<&Group>, group: &import::Group) -> UseCaseResult<()> {
    match known {
        Some(known) if known.chat_id.is_some() && group.relay => {
            Err(UseCaseError::refused_with("refused-relay-bound", vec![("group", group.name.clone())]))
        }
        _ => Ok(()),
    }
}

/// A bound slot cannot go to another gateway: its chat is not there.
fn refuse_other_gateway(known: Option<&Group>, group: &import::Group) -> UseCaseResult<()> {
    match known {
        Some(known) if known.chat_id.is_some() && known.gateway != group.gateway => Err(UseCaseError::refused_with(
            "refused-org-group-gateway",
            vec![("group", group.name.clone()), ("gateway", known.gateway.clone())],
        )),
        _ => Ok(()),
    }
}
