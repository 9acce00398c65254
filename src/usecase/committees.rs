//! The committees that issue most of what a commune hands down, by the names on their paper.

use super::UseCaseResult;
use crate::domain::text::nfc;
use crate::store::Tx;

/// The two committees whose documents a commune hands down most: its own and the province's.
pub struct Committees {
    /// "UBND xã Hà Long".
    pub commune: String,
    /// "UBND tỉnh Thanh Hóa".
    pub province: String,
}

impl Committees {
    /// As the commune's row names them.
    ///
    /// # Errors
    /// The database.
    pub async fn of(tx: &mut Tx) -> UseCaseResult<Self> {
        let row = tx.commune().await?;
        let (commune, province) = row.map(|row| (row.short_name, row.province)).unwrap_or_default();
        Ok(Self { commune: committee("xã", &commune), province: committee("tỉnh", &province) })
    }
}

fn committee(kind: &str, name: &str) -> String {
    let name = nfc(name.trim());
    let bare = name
        .get(..kind.len())
        .filter(|start| start.to_lowercase() == kind)
        .map_or(name.as_str(), |_| &name[kind.len()..]);
    format!("UBND {kind} {}", bare.trim()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::committee;

    #[rstest]
    #[case("xã", "Hà Long", "UBND xã Hà Long")]
    #[case("xã", "Xã Hà Long", "UBND xã Hà Long")]
    #[case("tỉnh", "tỉnh Mẫu", "UBND tỉnh Mẫu")]
    #[case("xã", "", "UBND xã")]
    #[case("xã", "Ý", "UBND xã Ý")]
    fn a_committee_is_named_with_the_kind_of_its_place_once(
        #[case] kind: &str,
        #[case] name: &str,
        #[case] full: &str,
    ) {
        assert_eq!(committee(kind, name), full);
    }
}
