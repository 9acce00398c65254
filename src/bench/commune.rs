//! An invented commune of any size: villages with a head and a group each, and the people who compose, approve and look.

use std::fmt::Write as _;

use anyhow::Context as _;
use chrono::NaiveDate;

use crate::domain::org::import::{Holding, Identity, OrgFile, Person, parse_toml};

/// The one who composes.
pub const COMPOSER: &str = "soan";
/// The one who approves.
pub const APPROVER: &str = "duyet";
/// The gateway of every group.
pub const GATEWAY: &str = "telegram";
/// Ids of supergroups count down from here (Telegram Bot API, Chat.id of a supergroup).
const FIRST_CHAT: i64 = -1_002_100_000_001;
/// Accounts of people count up from here.
const FIRST_ACCOUNT: i64 = 5_000_000_001;

/// A commune of so many villages, each bound to a group.
///
/// # Errors
/// Never for a size that fits into memory.
pub fn organisation(villages: u32) -> anyhow::Result<OrgFile> {
    parsed(&text(villages)?)
}

/// The same on any gateway, with a head of each village whose account is known. The platform names chats and accounts, unless they
/// are Telegram's.
///
/// # Errors
/// See [`organisation`].
pub fn with_heads(villages: u32, gateway: &str) -> anyhow::Result<OrgFile> {
    let mut org = organisation(villages)?;
    let from = NaiveDate::from_ymd_opt(2025, 7, 1).context("the first day of the communes of today")?;
    for village in 1..=villages {
        let (code, seat) = (head(village), format!("thon-{village:05}-truong"));
        let external_id = (FIRST_ACCOUNT + 1 + i64::from(village)).to_string();
        org.people.push(Person { code: code.clone(), name: format!("Mẫu Thôn {village}"), phone: None });
        org.holdings.push(Holding { person: code.clone(), seat, from, to: None });
        org.identities.push(Identity { person: code, gateway: GATEWAY.to_owned(), external_id });
    }
    if gateway != GATEWAY {
        org.identities.clear();
        for group in &mut org.groups {
            (group.gateway, group.chat) = (gateway.to_owned(), None);
        }
    }
    Ok(org)
}

/// Code of a village's head, from 1.
#[must_use]
pub fn head(village: u32) -> String {
    format!("truong-{village:05}")
}

/// Code of a village's group, from 1.
#[must_use]
pub fn group(village: u32) -> String {
    format!("nhom-{village:05}")
}

/// The commune of a file.
///
/// # Errors
/// It holds none.
pub fn parsed(text: &str) -> anyhow::Result<OrgFile> {
    parse_toml(text).map_err(|errors| anyhow::anyhow!("the invented commune: {errors:?}")).context("a bench's commune")
}

/// The chat of a village's group, from 1.
#[must_use]
pub fn chat(village: u32) -> i64 {
    FIRST_CHAT - i64::from(village) + 1
}

/// The account of one of the people.
#[must_use]
pub fn account(person: &str) -> i64 {
    FIRST_ACCOUNT + i64::from(person != COMPOSER)
}

fn text(villages: u32) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "commune = { code = \"do\", name = \"Xã Đo (hư cấu)\", short_name = \"Đo\", province = \"Thanh Hóa\" }\n\
         people = [ { code = \"soan\", name = \"Mẫu Soạn\" }, { code = \"duyet\", name = \"Mẫu Duyệt\" } ]\n\
         holdings = []\n\
         grants = [ { person = \"soan\", role = \"composer\", unit = \"xa\" }, \
         { person = \"duyet\", role = \"approver\", unit = \"xa\" }, { person = \"duyet\", role = \"admin\", unit = \"xa\" } ]\n",
    );
    for person in [COMPOSER, APPROVER] {
        let account = account(person);
        writeln!(text, "[[identities]]\nperson = \"{person}\"\ngateway = \"{GATEWAY}\"\nexternal_id = \"{account}\"")?;
    }
    let since = "valid_from = \"2025-07-01\"";
    writeln!(text, "[[units]]\ncode = \"xa\"\nname = \"UBND xã Đo\"\nkind = \"commune\"\n{since}")?;
    writeln!(text, "[[seats]]\ncode = \"xa-truong\"\nunit = \"xa\"\ntitle = \"Chủ tịch\"\nkind = \"answering\"")?;
    for village in 1..=villages {
        let unit = format!("thon-{village:05}");
        writeln!(
            text,
            "[[units]]\ncode = \"{unit}\"\nname = \"Thôn {village}\"\nkind = \"village\"\nparent = \"xa\"\n{since}"
        )?;
        writeln!(
            text,
            "[[seats]]\ncode = \"{unit}-truong\"\nunit = \"{unit}\"\ntitle = \"Trưởng thôn\"\nkind = \"answering\""
        )?;
        writeln!(
            text,
            "[[groups]]\ncode = \"nhom-{village:05}\"\nname = \"Nhóm Thôn {village}\"\nkind = \"cadre\"\ngateway = \"{GATEWAY}\"\n\
             rank = 1\ncovers = [\"{unit}\"]\nchat = \"{}\"",
            chat(village)
        )?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_of_any_size_can_be_imported() {
        let org = organisation(120).unwrap();
        assert_eq!((org.units.len(), org.groups.len()), (121, 120));
        assert_eq!(org.groups[119].chat.as_deref(), Some(chat(120).to_string().as_str()));
    }
}
