//! What holds for any rows and any day.

use chrono::Days;
use proptest::prelude::*;

use super::*;

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..2191).prop_map(|n| day("2025-01-01") + Days::new(n))
}

prop_compose! {
    fn any_item()(
        channel in proptest::sample::select(Channel::ALL),
        done_on in any_day(),
        typed_after in 0_u64..60,
        quantity in prop_oneof![0_u32..10, Just(u32::MAX)],
        key in 0_u32..40,
        flags in any::<[bool; 4]>(),
        theme in proptest::option::of("(ND[1-6]|)"),
    ) -> CountedItem {
        CountedItem {
            channel,
            done_on,
            recorded_on: done_on + Days::new(typed_after),
            quantity,
            item_key: if key == 0 { String::new() } else { format!("k{key}") },
            repeat: flags[0],
            evidence: flags[1],
            voided: flags[2],
            removal: flags[3],
            unit: None,
            theme,
        }
    }
}

prop_compose! {
    fn any_document()(
        code in 0_u32..12,
        corrects in proptest::option::of(0_u32..12),
        first_sent_on in proptest::option::of(any_day()),
        local in any::<bool>(),
        withdrawn in any::<bool>(),
        numbers in any::<[u32; 4]>(),
    ) -> DocumentReach {
        DocumentReach {
            code: format!("VB-{code}"),
            level: if local { Level::Local } else { Level::Superior },
            first_sent_on,
            zalo_planned: numbers[0],
            zalo_sent: numbers[1],
            other_planned: numbers[2],
            other_sent: numbers[3],
            other_first_sent_on: None,
            withdrawn,
            corrects: corrects.map(|n| format!("VB-{n}")),
        }
    }
}

fn issued() -> impl Strategy<Value = Plan> {
    proptest::option::of(1_u32..=31)
        .prop_map(|d| plan("").with_issue_date(d.and_then(|d| NaiveDate::from_ymd_opt(2025, 7, d))).unwrap())
}

/// Whether a row is an earlier first time of content that `items` have on a later day; it moves that content's
/// count from the later period to its own.
fn moves_a_first_time(new: &CountedItem, items: &[CountedItem]) -> bool {
    items.iter().any(|item| item.channel == new.channel && item.item_key == new.item_key && new.done_on < item.done_on)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_day_and_no_rows_make_progress_panic_or_judge_where_it_must_not(
        plan in issued(),
        on in any_day(),
        items in proptest::collection::vec(any_item(), 0..40),
        documents in proptest::collection::vec(any_document(), 0..12),
    ) {
        let lines = progress(&plan, on, &items, &documents, &weekday);
        prop_assert_eq!(lines.len(), 20);
        for line in &lines {
            let closed = line.period.to < on;
            let enforced = plan.phase_on(on).is_some_and(|span| span.phase.enforced);
            prop_assert!(line.status != Status::NotMet || (closed && enforced && line.kind == TargetKind::Stated));
            prop_assert_eq!(line.status == Status::NotJudged, line.reason.is_some());
            prop_assert!(line.kind == TargetKind::Stated || line.status == Status::Tracked);
            prop_assert_eq!(line.status.is_met(), line.required.is_some_and(|n| line.count >= n));
            prop_assert!(!line.status_text().is_empty());
        }
        for target in &plan.targets {
            let span = plan.enforced_period().unwrap();
            let range = progress_range(&plan, &target.id, &span, on, &items, &documents, &weekday);
            prop_assert!(range.iter().all(|l| l.status != Status::NotMet || l.period.to < on));
        }
    }

    #[test]
    fn adding_an_item_never_lowers_a_count(
        on in any_day(),
        items in proptest::collection::vec(any_item(), 0..30),
        new in any_item(),
    ) {
        prop_assume!(!new.removal && !moves_a_first_time(&new, &items));
        let plan = plan("2025-07-08");
        let before = progress(&plan, on, &items, &[], &weekday);
        let more: Vec<_> = items.into_iter().chain([new]).collect();
        let after = progress(&plan, on, &more, &[], &weekday);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(after.count >= before.count, "{}: {} < {}", after.target_id, after.count, before.count);
        }
    }

    #[test]
    fn taking_something_down_never_raises_a_count(
        on in any_day(),
        items in proptest::collection::vec(any_item(), 0..30),
        new in any_item(),
    ) {
        let plan = plan("2025-07-08");
        let before = progress(&plan, on, &items, &[], &weekday);
        let down = CountedItem { removal: true, ..new };
        let less: Vec<_> = items.into_iter().chain([down]).collect();
        for (before, after) in before.iter().zip(&progress(&plan, on, &less, &[], &weekday)) {
            prop_assert!(after.count <= before.count, "{}: {} > {}", after.target_id, after.count, before.count);
        }
    }

    #[test]
    fn adding_any_item_never_lowers_the_sum_over_all_months(
        items in proptest::collection::vec(any_item(), 0..30),
        new in any_item(),
    ) {
        let plan = plan("2025-07-08");
        let all = crate::domain::period::Period::new(
            crate::domain::period::PeriodKind::Phase,
            day("2025-01-01"),
            day("2030-12-31"),
        );
        let sum = |items: &[CountedItem]| -> u64 {
            let lines = progress_range(&plan, "CT01", &all, all.to, items, &[], &weekday);
            lines.iter().map(|line| u64::from(line.count)).sum()
        };
        let before = sum(&items);
        let more: Vec<_> = items.into_iter().chain([new]).collect();
        prop_assert!(sum(&more) >= before);
    }

    #[test]
    fn telegram_and_relay_never_change_a_count(
        on in any_day(),
        documents in proptest::collection::vec(any_document(), 0..12),
    ) {
        let plan = plan("2025-07-08");
        let without: Vec<_> =
            documents.iter().cloned().map(|d| DocumentReach { other_planned: 0, other_sent: 0, ..d }).collect();
        for id in ["CT06", "CT07"] {
            let with = line_of(&plan, id, on, &[], &documents);
            let without = line_of(&plan, id, on, &[], &without);
            prop_assert_eq!((with.count, with.coverage, with.status), (without.count, without.coverage, without.status));
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", cut in 0_usize..20_000) {
        let _ = Plan::from_toml(&text);
        let _ = YearMonth::parse(&text);
        let prefix: String = FILE.chars().take(cut).collect();
        let _ = Plan::from_toml(&prefix);
        prop_assert!(Channel::from_vietnamese(&text).is_none_or(|c| Channel::ALL.contains(&c)));
    }
}
