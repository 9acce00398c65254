//! What a command that works on the database has in its hands.

use std::sync::Arc;

use anyhow::Context as _;

use crate::clock::Clocks;
use crate::id::Entropy;
use crate::store::organisation::{Commune, Person};
use crate::store::{Store, Tx};
use crate::usecase::{Act, House, Via};

/// The open database and the house's rules, for one command.
#[derive(Clone)]
pub struct Opened {
    /// The database, with its schema up to date.
    pub store: Store,
    /// Rules and sentences.
    pub house: Arc<House>,
    /// The clocks.
    pub clocks: Clocks,
    /// Randomness for ids and codes.
    pub entropy: Arc<dyn Entropy>,
    /// The user of the operating system, for the audit log.
    pub user: String,
}

impl Opened {
    /// An act from the command line, by `person_id` or, with none, by whoever owns the machine.
    #[must_use]
    pub fn act(&self, commune_id: &str, person_id: Option<String>) -> Act<'_> {
        Act {
            commune_id: commune_id.to_owned(),
            person_id,
            unconfirmed: false,
            via: Via::Cli(self.user.clone()),
            at: self.clocks.business.now(),
            wall: self.clocks.wall.now(),
            entropy: self.entropy.as_ref(),
            house: &self.house,
        }
    }

    /// The commune that the database is for.
    ///
    /// # Errors
    /// The database; no organisation imported yet.
    pub async fn commune(&self) -> anyhow::Result<Commune> {
        let mut tx = self.store.read().await?;
        tx.commune().await?.context("the database holds no commune yet: run `loa org import FILE` first")
    }

    /// The person meant by `typed`: a code, or a name that only one person has, with or without accents.
    ///
    /// # Errors
    /// The database; nobody, or several people, whose codes are then named.
    pub async fn person(&self, tx: &mut Tx, commune_id: &str, typed: &str) -> anyhow::Result<Person> {
        if let Some(person) = tx.person_by_code(commune_id, typed.trim()).await? {
            return Ok(person);
        }
        let mut found = tx.find_people(commune_id, typed).await?;
        match found.len() {
            0 => anyhow::bail!("no person with the code or name `{typed}`: `loa org show` lists them"),
            1 => Ok(found.remove(0)),
            _ => {
                let codes: Vec<String> =
                    found.into_iter().map(|person| format!("{} ({})", person.code, person.name)).collect();
                anyhow::bail!("`{typed}` may be {}: give the code", codes.join(" or "))
            }
        }
    }
}
