//! The simulated commune: few villages, so that a day costs little, and every sort of place in them.
//!
//! Villages are odd or even: the odd ones' groups are on the platform with buttons, the even ones' on the plain one, and some
//! have a second group on the other, which stands in when the first does not get through.

use std::fmt::Write as _;

use anyhow::Context as _;

use crate::domain::org::import::{OrgFile, parse_toml};

/// The platform with buttons and edits.
pub(super) const RICH: &str = "rich";
/// The platform without.
pub(super) const PLAIN: &str = "plain";
/// How many villages.
pub(super) const VILLAGES: usize = 3;

/// Who composes, approves, administrates and is on duty.
pub(super) const COMPOSER: &str = "soan";
/// Who approves, and is an administrator.
pub(super) const APPROVER: &str = "duyet";
/// Who is on duty.
pub(super) const OFFICER: &str = "truc";

/// A group: its code, its village from 1, its platform and its chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The slot's code.
    pub(super) code: String,
    /// The village.
    pub(super) village: usize,
    /// The platform.
    pub(super) gateway: &'static str,
    /// The chat's id there.
    pub(super) chat: String,
}

/// Every group.
pub(super) fn places() -> Vec<Place> {
    let place = |village: usize, gateway, rank| Place {
        code: format!("nhom-{village}-{rank}"),
        village,
        gateway,
        chat: format!("-10{village}{rank}"),
    };
    let first = |village: usize| if village % 2 == 1 { (RICH, PLAIN) } else { (PLAIN, RICH) };
    let mut places: Vec<Place> = (1..=VILLAGES).map(|village| place(village, first(village).0, 1)).collect();
    places.extend([1, 2].map(|village| place(village, first(village).1, 2)));
    places
}

/// The account of a person, the same on both platforms.
pub(super) fn account(person: &str) -> String {
    let number = person.bytes().fold(0_u64, |number, byte| number.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("7{number}")
}

/// The head of a village, or who stands in for them.
pub(super) fn head(village: usize, is_deputy: bool) -> String {
    format!("{}-{village}", if is_deputy { "pho" } else { "truong" })
}

/// The commune, every group bound and everybody known on both platforms.
///
/// # Errors
/// Never for this text, which a test reads.
pub(super) fn organisation() -> anyhow::Result<OrgFile> {
    parse_toml(&text()?).map_err(|errors| anyhow::anyhow!("{errors:?}")).context("the simulated commune")
}

fn text() -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "commune = { code = \"thu\", name = \"Xã Thử (hư cấu)\", short_name = \"Thử\", province = \"Thanh Hóa\" }\n\
         grants = [ { person = \"soan\", role = \"composer\", unit = \"xa\" }, { person = \"duyet\", role = \"approver\", unit = \"xa\" }, \
         { person = \"duyet\", role = \"admin\", unit = \"xa\" }, { person = \"truc\", role = \"duty\", unit = \"xa\" } ]\n",
    );
    let since = "valid_from = \"2025-07-01\"";
    writeln!(text, "[[units]]\ncode = \"xa\"\nname = \"UBND xã Thử\"\nkind = \"commune\"\n{since}")?;
    seat(&mut text, "xa", "answering", None)?;
    for person in [COMPOSER, APPROVER, OFFICER] {
        known(&mut text, person)?;
    }
    for village in 1..=VILLAGES {
        let unit = format!("thon-{village}");
        writeln!(
            text,
            "[[units]]\ncode = \"{unit}\"\nname = \"Thôn {village}\"\nkind = \"village\"\nparent = \"xa\"\n{since}"
        )?;
        for (kind, is_deputy) in [("answering", false), ("deputy", true)] {
            let person = head(village, is_deputy);
            known(&mut text, &person)?;
            seat(&mut text, &unit, kind, Some(&person))?;
        }
    }
    for place in places() {
        let (rank, village) = (place.code.chars().next_back().unwrap_or('1'), place.village);
        writeln!(
            text,
            "[[groups]]\ncode = \"{}\"\nname = \"Nhóm {village}.{rank}\"\nkind = \"cadre\"\ngateway = \"{}\"\nrank = {rank}\n\
             covers = [\"thon-{village}\"]\nchat = \"{}\"",
            place.code, place.gateway, place.chat
        )?;
    }
    Ok(text)
}

fn seat(text: &mut String, unit: &str, kind: &str, held_by: Option<&str>) -> std::fmt::Result {
    let seat = format!("{unit}-{kind}");
    writeln!(text, "[[seats]]\ncode = \"{seat}\"\nunit = \"{unit}\"\ntitle = \"Chức danh\"\nkind = \"{kind}\"")?;
    match held_by {
        Some(person) => writeln!(text, "[[holdings]]\nseat = \"{seat}\"\nperson = \"{person}\"\nfrom = \"2025-07-01\""),
        None => Ok(()),
    }
}

fn known(text: &mut String, person: &str) -> std::fmt::Result {
    let account = account(person);
    writeln!(text, "[[people]]\ncode = \"{person}\"\nname = \"Mẫu {person}\"")?;
    for gateway in [RICH, PLAIN] {
        writeln!(text, "[[identities]]\nperson = \"{person}\"\ngateway = \"{gateway}\"\nexternal_id = \"{account}\"")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commune_can_be_imported_and_some_villages_have_two_groups() {
        let org = organisation().unwrap();
        assert_eq!((org.units.len(), org.groups.len()), (VILLAGES + 1, VILLAGES + 2));
        assert_ne!(account(&head(1, false)), account(&head(1, true)));
    }
}
