//! A document's number and symbol as a value: how it is shown and how two of them are compared.

use std::fmt;

use super::DocumentType;
use crate::domain::text;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How the symbol is built.
    pub enum Form {
        /// `101/KH-UBND`, `49/2024/NĐ-CP`, `91/2025/QH15`: number, slash, type, dash, organ.
        State => "state",
        /// `58/UBND-VHXH`: a công văn, whose first group is the organ and whose second is the drafting unit.
        OfficialLetter => "official_letter",
        /// `57-NQ/TW`: the Party writes number, dash, type, slash, organ.
        Party => "party",
    }
}

/// The number and symbol (*số, ký hiệu*) of one document.
///
/// Two organs may both issue `101/KH-UBND` in one year, so the printed string identifies nothing by itself: compare
/// with [`Reference::identity_key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The number as printed (`07`, `12a`); `None` while the records clerk has not given one.
    pub number: Option<String>,
    /// The type; `None` where the symbol does not tell it (`91/2025/QH15` is a law or a resolution).
    pub kind: Option<DocumentType>,
    /// What stands after the type, as printed: `UBND`, `BVHTT&DL`, `TW`; for a công văn `UBND-VHXH`.
    pub organ: String,
    /// How the symbol is built.
    pub form: Form,
    /// The year inside the symbol, as in `49/2024/NĐ-CP`; most documents carry none.
    pub year: Option<u16>,
}

impl Reference {
    /// Whether the symbol is a Party organ's. Such documents go to cadre groups unless a person widens the audience.
    #[must_use]
    pub fn is_party(&self) -> bool {
        self.form == Form::Party
    }

    /// The symbol alone, as printed after the number: `KH-UBND`, `UBND-VHXH`, `NQ/TW`, `QH15`.
    #[must_use]
    pub fn symbol(&self) -> String {
        match (self.form, self.kind) {
            (Form::Party, Some(kind)) => format!("{}/{}", kind.abbreviation(), self.organ),
            (Form::State, Some(kind)) => format!("{}-{}", kind.abbreviation(), self.organ),
            _ => self.organ.clone(),
        }
    }

    /// What makes this document the same document when it comes a second time: issuing organ, number, symbol, year.
    ///
    /// `issuer` is the organ's name as staff write it; `year` is the year of issue and gives way to the one inside
    /// the symbol. Letter case, accents of the issuer, spaces, `&`, kinds of dash, `Ð`/`Đ` and leading zeros do not
    /// count. `None` while the number is blank: two unnumbered plans are not the same plan.
    #[must_use]
    pub fn identity_key(&self, issuer: &str, year: u16) -> Option<String> {
        let number = self.number.as_deref()?.trim_start_matches('0').to_lowercase();
        let symbol = fold_symbol(&self.symbol());
        let year = self.year.unwrap_or(year);
        Some(format!("{}|{number}|{symbol}|{year}", fold_issuer(issuer)))
    }
}

/// As shown to people: `101/KH-UBND`, `57-NQ/TW`, and `…/KH-UBND` while the number is blank.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number.as_deref().unwrap_or("…"))?;
        f.write_str(if self.is_party() { "-" } else { "/" })?;
        if let Some(year) = self.year {
            write!(f, "{year}/")?;
        }
        f.write_str(&self.symbol())
    }
}

fn fold_symbol(symbol: &str) -> String {
    let dash = |c| if matches!(c, '–' | '—') { '-' } else { c };
    text::upper(symbol).chars().filter(|c| !c.is_whitespace() && *c != '&').map(dash).collect()
}

/// The organs are written out or abbreviated at will: "Ủy ban nhân dân xã Hà Long" is "UBND xã Hà Long".
fn fold_issuer(issuer: &str) -> String {
    text::fold(issuer)
        .replace("uy ban nhan dan", "ubnd")
        .replace("hoi dong nhan dan", "hdnd")
        .replace("mat tran to quoc", "mttq")
}
