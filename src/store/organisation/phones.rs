//! Numbers to call, apart from the people so that no other list carries them.

use super::{StoreResult, Tx, on};
use crate::domain::calendar::Millis;
use crate::domain::org::Phone;
use crate::store::inconsistent;

const PHONE: &str = "SELECT number FROM phones WHERE person_id = $1";
const PUT: &str = "INSERT INTO phones (person_id, number, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (person_id) DO UPDATE SET number = excluded.number, updated_at = excluded.updated_at \
     WHERE phones.number <> excluded.number";

impl Tx {
    /// A person's number.
    ///
    /// # Errors
    /// The database; a stored text that is no number.
    pub async fn phone_of(&mut self, person_id: &str) -> StoreResult<Option<Phone>> {
        let number: Option<String> = on!(self, |c| sqlx::query_scalar(PHONE).bind(person_id).fetch_optional(c).await?);
        let read = |number: String| {
            // The text itself must not stand in an error: errors are logged.
            Phone::try_from(number).map_err(|error| inconsistent("phones", "number", person_id, &error))
        };
        number.map(read).transpose()
    }

    /// Keeps a person's number. False when it is the one that was there.
    ///
    /// # Errors
    /// The database.
    pub async fn put_phone(&mut self, person_id: &str, phone: &Phone, at: Millis) -> StoreResult<bool> {
        let affected = on!(self, |c| sqlx::query(PUT)
            .bind(person_id)
            .bind(phone.as_str())
            .bind(at.0)
            .execute(c)
            .await?
            .rows_affected());
        Ok(affected == 1)
    }
}
