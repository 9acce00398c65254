//! `loa plan` and `loa activity`: the same rules, in English, for a terminal and for scripts.

use loa::cli::activity::{self, ActivityCommand};
use loa::cli::opened::Opened;
use loa::cli::plan::{self, PlanCommand};
use loa::clock::{Clocks, TestClock};
use loa::domain::org::Role;
use loa::domain::plan::AsOf;
use loa::store::Store;
use loa::usecase::tally::progress_table;

use super::{ENTROPY, HOUSE, commune, date, morning, seven_items_and_five_repeats, tally_on};
use crate::db::sqlite_tests;
use crate::fixture::{self, day};

sqlite_tests!(
    the_command_line_says_what_the_chat_says,
    the_command_line_asks_about_what_looks_the_same,
    people_places_and_removals_are_recorded_at_a_terminal_too,
);

fn opened(store: &Store, now: &str) -> Opened {
    Opened {
        store: store.clone(),
        house: HOUSE.clone(),
        clocks: Clocks::test(&TestClock::at(morning(now))),
        entropy: ENTROPY.clone(),
        user: "lan".to_owned(),
    }
}

async fn on_plan(open: &Opened, command: PlanCommand) -> String {
    let mut out = Vec::new();
    plan::run(command, open, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn on_activity(open: &Opened, arguments: &[&str]) -> anyhow::Result<String> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        command: ActivityCommand,
    }
    let line = <Line as clap::Parser>::try_parse_from([&["activity"], arguments].concat())?;
    let mut out = Vec::new();
    activity::run(line.command, open, &mut out).await?;
    Ok(String::from_utf8(out)?)
}

async fn the_command_line_says_what_the_chat_says(store: Store) {
    fixture::village(&store).await.commit().await.unwrap();
    let open = opened(&store, "2025-10-28");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/plans/ha-long-2025.toml").into();
    let import = PlanCommand::Import { file, issue_date: Some(day(2025, 7, 8)) };
    assert_eq!(on_plan(&open, import.clone()).await, "plan ha-long-2025 imported: 20 targets, issued on 08/7/2025\n");
    assert_eq!(on_plan(&open, import).await, "plan ha-long-2025 unchanged: 20 targets, issued on 08/7/2025\n");
    let shown = on_plan(&open, PlanCommand::Show { plan: None }).await;
    assert!(
        shown.contains("…/KH-UBND, issued on 08/7/2025") && shown.contains("  CT01    8 tin        per month"),
        "{shown}"
    );
    let mut tx = store.begin().await.unwrap();
    fixture::grant(&mut tx, "p-son", Role::Recorder, "u-xa").await;
    seven_items_and_five_repeats(&mut tx).await;
    let tally = tally_on(&mut tx, date("2025-10-28")).await;
    tx.commit().await.unwrap();
    let table = on_plan(&open, PlanCommand::Progress { on: None, plan: None, json: false }).await;
    assert!(table.ends_with(&progress_table(&tally)));
    let row = table.lines().find(|line| line.starts_with("CT01")).unwrap();
    assert_eq!(
        row.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect::<Vec<_>>(),
        ["CT01 Đài truyền thanh xã", "Tháng 10/2025", "7", "8", "Đang thực hiện"]
    );
    let on = Some(AsOf::from(day(2025, 10, 28)));
    let json = on_plan(&open, PlanCommand::Progress { on, plan: Some("HA-LONG-2025".to_owned()), json: true }).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for target in json["targets"].as_array().unwrap() {
        let said = |name: &str| target[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(said("value_text") && said("status_text"), "{target}");
    }
    let first = &json["targets"][0];
    assert_eq!(first["value_text"], "7/8 tin");
    assert_eq!(first["id"], "CT01");
    assert_eq!(first["period"], "Tháng 10/2025");
    assert_eq!((&first["count"], &first["required"]), (&7.into(), &8.into()));
    assert_eq!((&first["status"], &first["detail"]["repeats"]), (&"in_progress".into(), &5.into()));
}

async fn the_command_line_asks_about_what_looks_the_same(store: Store) {
    let tx = commune(&store).await;
    tx.commit().await.unwrap();
    let open = opened(&store, "2025-11-03");
    let add = ["add", "--channel", "đài", "--on", "2025-10-30", "--title", "Tin", "--as", "ha van son"];
    let said = on_activity(&open, &add).await.unwrap();
    assert_eq!(said, "recorded #1: radio on 30/10/2025 (late entry; evidence missing)\n");
    let refused = on_activity(&open, &add).await.unwrap_err().to_string();
    assert_eq!(refused, "the same content is recorded as #1: add --repeat or --distinct");
    let repeat = on_activity(&open, &[&add[..], &["--repeat"]].concat()).await.unwrap();
    assert_eq!(repeat, "recorded #2: radio on 30/10/2025 (a repeat, not counted; late entry; evidence missing)\n");
    assert!(on_activity(&open, &[&add[..], &["--repeat", "--distinct"]].concat()).await.is_err());
    let locked = ["add", "--channel", "radio", "--on", "2025-09-30", "--title", "Cũ", "--as", "p-son"];
    let locked = on_activity(&open, &locked).await.unwrap_err().to_string();
    assert_eq!(locked, "the period of 30/9/2025 is locked: only an admin adds to it, with --reason");
    let nobody = ["add", "--channel", "radio", "--on", "2025-10-30", "--title", "Cũ", "--as", "ai"];
    assert!(
        on_activity(&open, &nobody).await.unwrap_err().to_string().starts_with("no person with the code or name `ai`")
    );
    let list = on_activity(&open, &["list", "--channel", "radio"]).await.unwrap();
    assert_eq!(list.lines().count(), 2);
    assert_eq!(list.lines().next().unwrap(), "#1     2025-10-30  radio              1  Tin  late, no evidence");
    let json = on_activity(&open, &["list", "--json", "--from", "2025-10-31"]).await.unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), serde_json::json!({ "activities": [] }));
}

async fn people_places_and_removals_are_recorded_at_a_terminal_too(store: Store) {
    commune(&store).await.commit().await.unwrap();
    let open = opened(&store, "2025-10-28");
    let common = ["add", "--as", "p-son", "--evidence", "ảnh", "--on"];
    let lines: [&[&str]; 3] = [
        &["2025-10-12", "--channel", "tập huấn", "--title", "Kỹ năng số", "--people", "45"],
        &["2025-10-01", "--channel", "panel", "--title", "Bảng điện tử", "--quantity", "3", "--place", "Chợ"],
        &[
            "2025-10-05",
            "--channel",
            "panel",
            "--title",
            "Bảng điện tử",
            "--quantity",
            "2",
            "--place",
            "chợ",
            "--removed",
        ],
    ];
    for line in lines {
        on_activity(&open, &[&common[..], line].concat()).await.unwrap();
    }
    let gone = on_activity(&open, &[&common[..], lines[2]].concat()).await.unwrap_err().to_string();
    assert!(gone.contains("only 1 pieces hang there; put up are: Chợ (1)"), "{gone}");
    let json = on_activity(&open, &["list", "--json"]).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = json["activities"].as_array().unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row["people"].as_i64(), row["place"].as_str())).collect();
    assert_eq!(seen, [(None, Some("Chợ")), (None, Some("chợ")), (Some(45), None)]);
    assert_eq!((&rows[0]["statutory"], &rows[2]["statutory"]), (&"public_board".into(), &serde_json::Value::Null));
    assert_eq!((&rows[0]["removed"], &rows[1]["removed"]), (&false.into(), &true.into()));
    let table = on_plan(&open, PlanCommand::Progress { on: None, plan: None, json: false }).await;
    let panels = table.lines().find(|line| line.starts_with("CT10")).unwrap();
    assert!(panels.contains("  1 ") && panels.ends_with("Đang treo"), "{panels}");
}
