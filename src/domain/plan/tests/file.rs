//! The plan file: what it says, and how a wrong one is refused.

use rstest::rstest;

use super::*;
use crate::domain::channel::StatutoryType;

#[test]
fn the_shipped_plan_has_twenty_targets_and_four_stated_numbers() {
    let plan = plan("");
    let ids: Vec<_> = plan.targets.iter().map(|t| t.id.clone()).collect();
    assert_eq!(ids, (1..=20).map(|n| format!("CT{n:02}")).collect::<Vec<_>>());
    let facts = plan.stated_facts();
    let numbers: Vec<_> = facts.numbers.iter().map(|n| (n.target_id.as_str(), n.number, n.printed.as_str())).collect();
    let expected =
        [("CT01", 8, "8 tin/ tháng"), ("CT02", 1, "1 tin/ tuần"), ("CT03", 7, "07 cái"), ("CT04", 1, "01 cụm tin")];
    assert_eq!(numbers, expected);
    assert_eq!(facts.numbers[2].due, Some(day("2025-07-31")));
    assert_eq!(facts.phase_ends, [day("2025-12-31")]);
}

#[test]
fn the_shipped_plan_keeps_the_blanks_of_the_paper_blank() {
    let plan = Plan::from_toml(FILE).unwrap();
    assert_eq!((plan.number.as_deref(), plan.issue_date), (None, None));
    assert_eq!((plan.printed_number().as_str(), plan.issue_month.to_string().as_str()), ("…/KH-UBND", "2025-07"));
    assert_eq!((plan.themes.len(), plan.aliases.len()), (5, 2));
    assert_eq!(plan.unit_name("culture_office"), "Phòng Văn hóa - Xã hội");
    assert_eq!(plan.unit_name("nobody"), "nobody");
}

#[test]
fn references_keep_their_printed_form_and_are_normalised_in_both_forms() {
    let references = plan("").references;
    let canonical: Vec<_> = references.iter().map(Reference::canonical).collect();
    assert_eq!(canonical, ["2270/QĐ-BVHTTDL", "101/KH-UBND", "71/NQ-CP", "266-KH/TU", "57-NQ/TW"]);
    for reference in &references {
        assert_eq!(reference.printed.replace('&', ""), reference.canonical());
    }
    assert_eq!(references.iter().filter(|r| r.date.is_none()).count(), 1);
    assert_eq!(references[4].date, Some(day("2024-12-22")));
}

#[test]
fn a_targets_statutory_type_is_its_channels() {
    for target in plan("").targets {
        assert_eq!(target.statutory, target.channel.statutory_type(), "{}", target.id);
    }
    assert_eq!(StatutoryType::ALL.len(), 8);
}

#[rstest]
#[case("number = 8\n", "number = 0\n", "target.CT01.number")]
#[case("number = 8\n", "", "target.CT01.number")]
#[case("printed = \"07 cái\"\n", "", "target.CT03.printed")]
#[case("noun = \"cuộc\"\n", "noun = \"cuộc\"\nnumber = 3\n", "target.CT08.number")]
#[case("id = \"CT02\"", "id = \"CT01\"", "target.CT01")]
#[case("due = \"2025-07-31\"\n", "", "target.CT03.due")]
#[case("due = \"2025-07-31\"\n", "due = \"2025-06-30\"\n", "target.CT03.due")]
#[case("level = \"superior\"\n", "", "target.CT06.level")]
#[case("green_days = 7", "green_days = 15", "target.CT05.freshness")]
#[case("responsible = [\"service_center\"]", "responsible = [\"moon\"]", "target.CT01.responsible")]
#[case("day = 10, ", "day = 31, ", "target.CT01.pace")]
#[case("day = 10, ", "", "target.CT01.pace")]
#[case("end = \"2025-12-31\"", "end = \"2025-06-30\"", "phase.peak.end")]
#[case("end = \"2025-12-31\"\n", "", "phase.peak.end")]
#[case("issue_month = \"2025-07\"", "issue_month = \"2025-13\"", "issue_month")]
#[case("issue_date = \"\"", "issue_date = \"2025-07-32\"", "issue_date")]
#[case("symbol = \"KH-UBND\"\n# Canonical", "symbol = \" \"\n# Canonical", "symbol")]
fn a_contradiction_is_refused_by_its_key(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    let text = FILE.replacen(from, to, 1);
    assert_ne!(text, FILE);
    match Plan::from_toml(&text) {
        Err(PlanError::Invalid { key, problem }) => {
            assert_eq!(key, expected, "{problem}");
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("issuer = \"UBND xã Hà Long\"\n", "", "issuer")]
#[case("channel = \"radio\"", "channel = \"radios\"", "radios")]
#[case("channel = \"radio\"", "chanel = \"radio\"", "chanel")]
#[case("number = 8\n", "number = -8\n", "-8")]
#[case("number = 8\n", "number = 99999999999\n", "99999999999")]
#[case("date = \"2024-12-22\"", "date = \"22/12/2024\"", "22/12/2024")]
#[case("weekday = \"Thu\"", "weekday = \"Th\"", "weekday")]
#[case("at = \"15:00:00\"", "at = \"25:00:00\"", "25:00:00")]
fn a_misspelt_key_or_value_is_refused_with_its_line(#[case] from: &str, #[case] to: &str, #[case] named: &str) {
    let text = FILE.replacen(from, to, 1);
    assert_ne!(text, FILE);
    let error = Plan::from_toml(&text).unwrap_err();
    assert!(matches!(error, PlanError::Syntax(_)), "{error}");
    assert!(error.to_string().contains(named), "{error}");
}

#[test]
fn an_empty_file_is_refused() {
    assert!(matches!(Plan::from_toml(""), Err(PlanError::Syntax(_))));
}

#[rstest]
#[case("2025-06-30")]
#[case("2025-08-01")]
#[case("2024-07-08")]
fn an_issue_date_outside_the_printed_month_is_refused(#[case] date: &str) {
    let error = plan("").with_issue_date(Some(day(date))).unwrap_err();
    assert_eq!(error.to_string(), format!("the issue date {date} is outside the printed month 2025-07"));
    let in_file = FILE.replace("issue_date = \"\"", &format!("issue_date = \"{date}\""));
    assert_eq!(Plan::from_toml(&in_file), Err(error));
}
