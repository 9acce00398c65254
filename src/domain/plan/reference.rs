//! The papers a plan stands on. Two ways of writing a number occur side by side: the state's and the Party's.

use chrono::NaiveDate;

use super::file::blank_date;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How a document number is put together.
    pub enum ReferenceForm {
        /// State agencies: number, slash, symbol ("71/NQ-CP"), Nghị định 30/2020/NĐ-CP.
        State => "state",
        /// Party bodies: number, hyphen, symbol ("57-NQ/TW").
        Party => "party",
    }
}

/// One paper in the chain of authority.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Who issued it.
    pub issuer: String,
    /// Document type abbreviation.
    pub document_type: String,
    /// Number and symbol exactly as the plan writes them.
    pub printed: String,
    /// Running number.
    pub number: String,
    /// Symbol, normalised (no `&`).
    pub symbol: String,
    /// Which way of writing it is.
    pub form: ReferenceForm,
    /// Day of issue; `None` when the plan does not give it.
    #[serde(deserialize_with = "blank_date")]
    pub date: Option<NaiveDate>,
}

impl Reference {
    /// Number and symbol put together in the document's own form: "2270/QĐ-BVHTTDL", "57-NQ/TW".
    #[must_use]
    pub fn canonical(&self) -> String {
        let joint = match self.form {
            ReferenceForm::State => '/',
            ReferenceForm::Party => '-',
        };
        format!("{}{joint}{}", self.number, self.symbol)
    }
}
