//! What an account's groups live on: each needs an asset that ends on a day, and is dissolved 45 days after it ended.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::ZaloOa;
use super::address::Place;
use crate::domain::calendar::Millis;
use crate::platform::{AskError, Finding, loose};

/// Groups asked for at once.
const PAGE: usize = 50;
/// Pages read at most: more groups than any commune has.
const PAGES: usize = 20;
/// Where the quota of groups can come from.
const QUOTA_TYPES: [&str; 3] = ["purchase_quota", "sub_quota", "reward_quota"];

/// The platform's ids of the account's groups.
async fn groups(oa: &ZaloOa) -> Result<Vec<String>, AskError> {
    let mut found = Vec::new();
    for page in 0..PAGES {
        let (offset, count) = ((page * PAGE).to_string(), PAGE.to_string());
        let data = oa.api.get("v3.0/oa/group/getgroupsofoa", &[("offset", &offset), ("count", &count)]).await?;
        let rows = super::rows(&data, "groups");
        found.extend(rows.iter().filter_map(|row| loose::id(&row["group_id"])));
        if rows.len() < PAGE {
            break;
        }
    }
    Ok(found)
}

/// What is to be said about every group, and whether all of them could be looked at.
///
/// A group that the platform refuses to show is no reason to leave the others unseen, and no reason to look again soon.
pub(super) async fn look(oa: &ZaloOa) -> Result<(Vec<Finding>, bool), AskError> {
    let (mut findings, mut without_end, mut all) = (Vec::new(), Vec::new(), true);
    for id in groups(oa).await? {
        let group = match oa.api.get("v3.0/oa/group/getgroup", &[("group_id", &id)]).await {
            Ok(group) => group,
            Err(error) => {
                tracing::warn!(gateway = oa.config.name, group = id, %error, "zalo_oa.group_not_looked_at");
                all &= matches!(error, AskError::Refused(_));
                continue;
            }
        };
        let chat = Place::Group(id.clone()).external_id();
        findings.extend(of_group(&group, &chat));
        let asset = &group["asset_info"];
        if day(&asset["valid_through"]).is_none()
            && let (Some(asset_id), Some(kind)) = (loose::id(&asset["asset_id"]), asset["asset_type"].as_str())
        {
            without_end.push((chat, asset_id, kind.to_owned()));
        }
    }
    findings.extend(by_quota(oa, &without_end).await);
    Ok((first_ends(findings), all))
}

/// What one group's own page says.
fn of_group(group: &Value, chat: &str) -> Vec<Finding> {
    let info = &group["group_info"];
    let mut findings = match loose::text(&info["status"]) {
        "disabled" => vec![Finding::GroupDisabled { chat: chat.to_owned() }],
        "enabled" => vec![Finding::GroupWell { chat: chat.to_owned() }],
        _ => Vec::new(),
    };
    findings.extend(of_asset(&group["asset_info"], chat));
    findings.extend(day(&info["auto_delete_date"]).map(|at| ends("group", chat, at)));
    findings
}

/// When an asset ends, however far that is; none where nobody tells.
fn of_asset(asset: &Value, chat: &str) -> Option<Finding> {
    let end = day(&asset["valid_through"])?;
    let renews = asset["auto_renew"] == Value::Bool(true);
    Some(if renews { Finding::Lasts { chat: chat.to_owned() } } else { ends("group asset", chat, end) })
}

fn ends(what: &'static str, chat: &str, at: Millis) -> Finding {
    Finding::Expires { what, chat: Some(chat.to_owned()), at }
}

/// Of what ends in a group the first end; what renews itself ends after everything.
fn first_ends(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let end = end_of(&finding).map(|(chat, at)| (chat.to_owned(), at));
        let known = end
            .as_ref()
            .and_then(|(chat, _)| kept.iter_mut().find(|known| end_of(known).is_some_and(|(other, _)| other == chat)));
        match (known, end) {
            (Some(known), Some((_, at))) if end_of(known).is_some_and(|(_, earlier)| at < earlier) => *known = finding,
            (Some(_), _) => {}
            (None, _) => kept.push(finding),
        }
    }
    kept
}

fn end_of(finding: &Finding) -> Option<(&str, Millis)> {
    match finding {
        Finding::Expires { chat: Some(chat), at, .. } => Some((chat, *at)),
        Finding::Lasts { chat } => Some((chat, Millis(i64::MAX))),
        _ => None,
    }
}

/// The ends of assets whose groups do not tell, from the account's quota.
async fn by_quota(oa: &ZaloOa, wanted: &[(String, String, String)]) -> Vec<Finding> {
    let mut kinds: Vec<&String> = wanted.iter().map(|(_, _, kind)| kind).collect();
    kinds.sort();
    kinds.dedup();
    let mut findings = Vec::new();
    for (kind, quota_type) in kinds.into_iter().flat_map(|kind| QUOTA_TYPES.map(|quota| (kind, quota))) {
        let body = json!({ "quota_owner": "OA", "product_type": kind, "quota_type": quota_type });
        let Ok(data) = oa.api.post("v3.0/oa/quota/group", &body).await else { continue };
        for row in super::rows(&data, "assets") {
            let asset_id = loose::id(&row["asset_id"]);
            let owner = wanted.iter().find(|(_, wanted, _)| Some(wanted) == asset_id.as_ref());
            findings.extend(owner.and_then(|(chat, _, _)| of_asset(row, chat)));
        }
    }
    findings
}

/// An end, as an instant or as a day, which lasts to its evening.
fn day(value: &Value) -> Option<Millis> {
    let text = value.as_str().unwrap_or_default().trim();
    let read = ["%d/%m/%Y", "%Y-%m-%d"].into_iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    read.map(|date| Millis::start_of(date).next_day()).or_else(|| loose::instant(value))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn instant(year: i32, month: u32, day: u32) -> Millis {
        Millis::start_of(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    #[rstest]
    #[case(json!("31/12/2026"), Some(instant(2027, 1, 1)))]
    #[case(json!("2026-12-31"), Some(instant(2027, 1, 1)))]
    #[case(json!(1_789_000_000_000_i64), Some(Millis(1_789_000_000_000)))]
    #[case(json!("1789000000000"), Some(Millis(1_789_000_000_000)))]
    #[case(json!(""), None)]
    #[case(json!(null), None)]
    fn an_end_is_read_in_every_form(#[case] value: Value, #[case] expected: Option<Millis>) {
        assert_eq!(day(&value), expected);
    }

    fn well() -> Finding {
        Finding::GroupWell { chat: "g:1".to_owned() }
    }

    fn disabled() -> Finding {
        Finding::GroupDisabled { chat: "g:1".to_owned() }
    }

    #[rstest]
    #[case::far_away("enabled", "01/03/2027", false, vec![well(), ends("group asset", "g:1", instant(2027, 3, 2))])]
    #[case::renewed_by_itself("enabled", "15/01/2027", true, vec![well(), Finding::Lasts { chat: "g:1".to_owned() }])]
    #[case::over("disabled", "01/12/2026", false, vec![disabled(), ends("group asset", "g:1", instant(2026, 12, 2))])]
    #[case::not_told("enabled", "", true, vec![well()])]
    fn a_groups_end_is_said_however_far_it_is(
        #[case] status: &str,
        #[case] valid_through: &str,
        #[case] renewed: bool,
        #[case] expected: Vec<Finding>,
    ) {
        let group = json!({"group_info": {"status": status},
            "asset_info": {"valid_through": valid_through, "auto_renew": renewed}});
        assert_eq!(of_group(&group, "g:1"), expected);
    }

    #[rstest]
    #[case::dissolved_first("01/03/2027", false, ("group", instant(2027, 1, 11)))]
    #[case::ends_first("05/01/2027", false, ("group asset", instant(2027, 1, 6)))]
    #[case::renewed_and_dissolved("05/01/2027", true, ("group", instant(2027, 1, 11)))]
    fn of_two_ends_of_a_group_the_first_one_counts(
        #[case] asset: &str,
        #[case] renewed: bool,
        #[case] (what, at): (&'static str, Millis),
    ) {
        let group = json!({"group_info": {"status": "disabled", "auto_delete_date": "10/01/2027"},
            "asset_info": {"valid_through": asset, "auto_renew": renewed}});
        assert_eq!(first_ends(of_group(&group, "g:1")), [disabled(), ends(what, "g:1", at)]);
    }
}
