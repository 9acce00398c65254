//! "12 hộ 41 người": figures in an answer. That they were given is an answer; what they are counts once the head has said that
//! they were read right.

use super::{Act, Denied, UseCaseResult, look_up, wall};
use crate::locale::Locale;
use crate::say;
use crate::store::Tx;
use crate::store::figures::FigureSums;

/// Figures as they were read, to be confirmed by whoever gave them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Given {
    /// The obligation they belong to.
    pub obligation_id: String,
    /// The unit's name.
    pub unit_name: String,
    /// Households, if given.
    pub households: Option<u32>,
    /// People, if given.
    pub people: Option<u32>,
}

/// "12 hộ, 41 người".
#[must_use]
pub fn words(locale: &Locale, households: Option<i64>, people: Option<i64>) -> String {
    match (households, people) {
        (Some(households), Some(people)) => say!(locale, "figures-both", households = households, people = people),
        (Some(households), None) => say!(locale, "figures-households", households = households),
        (None, people) => say!(locale, "figures-people", people = people.unwrap_or_default()),
    }
}

/// "Tổng: 12 hộ, 41 người (1/24 thôn báo)"; none before anything was reported.
#[must_use]
pub fn total_words(locale: &Locale, sums: &FigureSums) -> Option<String> {
    let figures = words(locale, Some(sums.households), Some(sums.people));
    (sums.told > 0).then(|| say!(locale, "figures-total", figures = figures, told = sums.told, asked = sums.asked))
}

/// Records figures that their giver has confirmed; gives the sums of the broadcast. None when the obligation is gone.
///
/// # Errors
/// `Denied` to anybody who does not answer for the unit; the database.
pub async fn record(tx: &mut Tx, act: &Act<'_>, given: &Given) -> UseCaseResult<Option<FigureSums>> {
    let Some(obligation) = tx.obligation(&given.obligation_id).await? else { return Ok(None) };
    let person = act.person()?.to_owned();
    let seats = look_up::answering_seats(tx, act, &person).await?;
    if !seats.iter().any(|seat| seat.unit_id == obligation.unit_id) {
        return Err(Denied::NoSeat.into());
    }
    tx.report_figures(&obligation.id, (given.households, given.people), (&person, act.at)).await?;
    tx.audit(act, "obligation.figures", &obligation.id, "").await?;
    wall::answered(tx, act, &obligation.broadcast_id, "").await?;
    Ok(Some(tx.figure_sums(&obligation.broadcast_id).await?))
}
