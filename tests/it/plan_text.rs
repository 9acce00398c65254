//! The plan as data against the plan as text, where somebody has the text: `LOA_PLAN_TEXT` names the file.

use std::io::Write as _;

use loa::domain::document::find_references;
use loa::domain::plan::Plan;
use loa::domain::text::{fold, nfc};

const PLAN: &str = include_str!("../../config/plans/ha-long-2025.toml");

#[test]
fn the_four_stated_targets_the_dates_and_the_references_stand_in_the_plan_s_own_text() {
    let Some(path) = crate::db::variable("LOA_PLAN_TEXT") else {
        let _ = writeln!(std::io::stderr(), "skipped: LOA_PLAN_TEXT does not name the plan's text");
        return;
    };
    let text = nfc(&std::fs::read_to_string(&path).expect("LOA_PLAN_TEXT can be read"));
    let folded = fold(&text);
    let plan = Plan::from_toml(PLAN).unwrap();
    let facts = plan.stated_facts();
    let stated: Vec<(&str, u32)> = facts.numbers.iter().map(|fact| (fact.target_id.as_str(), fact.number)).collect();
    assert_eq!(stated, [("CT01", 8), ("CT02", 1), ("CT03", 7), ("CT04", 1)]);
    for sentence in
        ["8 tin thang tro len", "it nhat 1 tin tuan", "bang zon 07 cai", "dung 01 cum tin", "thang 7 nam 2025"]
    {
        assert!(folded.contains(sentence), "`{sentence}` is not in the text");
    }
    for end in &facts.phase_ends {
        let end = end.format("%d/%m/%Y").to_string();
        assert!(text.contains(&end), "{end} is not in the text");
    }
    // The text writes one of them with an `&`, which comparisons leave out.
    let found: Vec<String> = find_references(&text).iter().map(|found| found.to_string().replace('&', "")).collect();
    for reference in &facts.references {
        let known = fold(&reference.printed);
        assert!(folded.contains(&known), "{} is not in the text", reference.printed);
        assert!(found.contains(&reference.canonical()), "{} is not among {found:?}", reference.canonical());
        if let Some(date) = reference.date {
            let printed = loa::domain::calendar::format_date(date);
            assert!(text.contains(&printed), "{printed} is not in the text");
        }
    }
    assert_eq!(facts.phase_ends.len(), 1);
    assert_eq!(facts.references.len(), 5);
}
