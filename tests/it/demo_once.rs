//! The demo from end to end, as a newcomer runs it: the real program, three platforms, a minute of story.

use std::process::Command;

use serde_json::Value;

const LOA: &str = env!("CARGO_BIN_EXE_loa");

#[test]
fn the_whole_story_ends_well_and_its_figures_add_up() {
    let folder = std::env::temp_dir().join(format!("loa-demo-once-{}", crate::db::unique()));
    std::fs::create_dir_all(&folder).unwrap();
    let done = Command::new(LOA).args(["demo", "--once", "--json"]).env("TMPDIR", &folder).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{trouble}\n{said}");
    let figures: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    let count =
        |path: &str| figures.pointer(path).and_then(Value::as_i64).unwrap_or_else(|| panic!("no {path}: {figures}"));
    assert!(count("/deliveries/sent") > 90, "{figures}");
    for bad in ["failed", "unknown", "expired", "pending"] {
        assert_eq!(count(&format!("/deliveries/{bad}")), 0, "{bad}: {figures}");
    }
    let on_platforms: i64 =
        ["telegram", "zalo_bot", "zalo_oa"].map(|platform| count(&format!("/platforms/{platform}/sent"))).iter().sum();
    assert_eq!(on_platforms, count("/deliveries/sent"));
    assert!(
        count("/obligations/acknowledged") < count("/obligations/expected"),
        "somebody is always silent: {figures}"
    );
    assert_eq!(figures.pointer("/audit/verified"), Some(&Value::Bool(true)));
    // Nothing is left behind.
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    std::fs::remove_dir(&folder).unwrap();
}
