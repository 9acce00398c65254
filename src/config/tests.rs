//! The layers, the sentences of errors, and that no secret is ever printed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::domain::calendar::{OfficeHours, SendWindows};
use crate::domain::retention::Periods;
use crate::domain::strangers::Allowance;
use crate::domain::urgency::{AckWindow, Policies, ReminderRule};
use crate::domain::when::WhenConfig;

/// Shaped like a real token, and unmistakable in a text.
const PLANTED: &str = "8231456790:AAF-planted_SENTINEL_zyxwvutsrqponm";

/// A folder that goes away with the test.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("loa-config-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn env(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> + use<> {
    let owned: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    owned.into_iter()
}

pub(super) fn load(toml: &str, pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let folder = Folder::new();
    let file = folder.file("loa.toml", toml.as_bytes());
    Settings::load(Some(&file), env(pairs))
}

/// The sentence of the error, with the folder cut off.
fn refusal(toml: &str, pairs: &[(&str, &str)]) -> String {
    let sentence = load(toml, pairs).unwrap_err().to_string();
    let folder = std::env::temp_dir();
    let mut shown = String::new();
    for word in sentence.split(' ') {
        let base = Path::new(word).strip_prefix(&folder).ok().and_then(Path::file_name);
        shown.push_str(base.and_then(|base| base.to_str()).unwrap_or(word));
        shown.push(' ');
    }
    shown.trim_end().to_owned()
}

#[test]
fn without_a_file_the_embedded_defaults_are_the_settings() {
    let settings = Settings::load(None, env(&[])).unwrap();
    assert_eq!(settings.database.url.expose(), "sqlite:data/loa.db");
    assert_eq!(settings.engine.lease, Duration::from_secs(8));
    assert_eq!(settings.engine.missed_grace_minutes, 15);
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8642");
    assert_eq!(settings.log.format, LogFormat::Text);
    assert!(settings.gateways.is_empty() && settings.commune.code.is_none());
}

#[test]
fn the_default_file_says_what_the_rules_themselves_propose() {
    let Settings { desk, retention, strangers, .. } = Settings::load(None, env(&[])).unwrap();
    assert_eq!(retention.periods(), Periods::default());
    assert_eq!(strangers.allowance(), Allowance::default());
    assert_eq!(desk.office, OfficeHours::default());
    assert_eq!(desk.windows, SendWindows::default());
    assert_eq!(desk.times, WhenConfig::default());
    assert_eq!(desk.policies, Policies::default());
}

#[rstest]
#[case::from_the_file("[desk.policies.normal]\nreminders = { every = { minutes = 45, max = 2 } }", &[])]
#[case::from_the_environment("", &[
    ("LOA__DESK__POLICIES__NORMAL__REMINDERS__EVERY__MINUTES", "45"),
    ("LOA__DESK__POLICIES__NORMAL__REMINDERS__EVERY__MAX", "2"),
])]
fn another_kind_of_reminders_replaces_the_default_kind(#[case] toml: &str, #[case] pairs: &[(&str, &str)]) {
    let settings = load(toml, pairs).unwrap();
    assert_eq!(settings.desk.policies.normal.reminders, ReminderRule::Every { minutes: 45, max: 2 });
    assert_eq!(settings.desk.policies.normal.ack_window, AckWindow::EndOfNextWorkingDay);
}

#[test]
fn the_sample_in_the_default_file_is_what_a_bare_gateway_gets() {
    let sample: String =
        DEFAULT_TOML.lines().filter_map(|line| line.strip_prefix("#: ")).fold(String::new(), |text, line| {
            let (key, _) = line.split_once("_file = ").unwrap_or_default();
            text + &if key.is_empty() { line.to_owned() } else { format!("{key} = \"1:abc\"") } + "\n"
        });
    let bare = "[gateways.telegram]\nplatform = \"telegram\"\ntoken = \"1:abc\"\nenabled_reason = \"thử\"\n\
        [gateways.zalo]\nplatform = \"zalo_bot\"\ntoken = \"1:abc\"\n\
        [gateways.oa]\nplatform = \"zalo_oa\"\napp_id = \"1\"\noa_id = \"2\"\napp_secret = \"1:abc\"\n";
    let [sample, bare] = [sample.as_str(), bare].map(|toml| load(toml, &[]).unwrap().gateways);
    assert_eq!(sample.keys().collect::<Vec<_>>(), bare.keys().collect::<Vec<_>>());
    for (sample, bare) in sample.values().zip(bare.values()) {
        let fixed = |gateway: &Gateway| {
            let Gateway { platform, api_url, receive, rate_per_second, long_poll, budget, .. } = gateway.clone();
            let oa = gateway.oa.as_ref().map(|oa| (oa.oauth_url.clone(), oa.calls_per_minute, oa.appsecret_proof));
            (platform, api_url, receive, rate_per_second, long_poll, budget, oa)
        };
        assert_eq!(fixed(sample), fixed(bare));
    }
}

#[test]
fn the_example_file_needs_nothing_but_a_token_and_a_reason() {
    let folder = Folder::new();
    let token = folder.file("telegram.token", format!("{PLANTED}\n").as_bytes());
    let example = include_str!("../../config/example.toml").replace("data/telegram.token", token.to_str().unwrap());
    assert!(refusal(&example, &[]).contains("must say why Telegram is used"));
    let decided = example.replace("enabled_reason = \"\"", "enabled_reason = \"Chủ tịch đồng ý\"");
    let settings = load(&decided, &[]).unwrap();
    assert_eq!(settings.gateways["telegram"].token().unwrap().expose(), PLANTED);
}

#[test]
fn the_file_wins_over_the_default_and_the_environment_over_the_file() {
    let toml = "[engine]\nlease_seconds = 40\ntext_seconds = 70\n";
    let settings =
        load(toml, &[("LOA__ENGINE__LEASE_SECONDS", " 50 "), ("LOA_PLAN_TEXT", "x"), ("PATH", "/bin")]).unwrap();
    assert_eq!(settings.engine.lease, Duration::from_secs(50));
    assert_eq!(settings.engine.text, Duration::from_secs(70));
    assert_eq!(settings.engine.file, Duration::from_mins(5));
}

#[test]
fn a_number_in_the_environment_stays_a_text_where_a_text_is_wanted() {
    let settings = load("", &[("LOA__COMMUNE__CODE", "15274")]).unwrap();
    assert_eq!(settings.commune.code.as_deref(), Some("15274"));
}

#[rstest]
#[case::only_rust_log(&[("RUST_LOG", "trace")], "trace")]
#[case::ours_wins(&[("RUST_LOG", "trace"), ("LOA__LOG__FILTER", "warn")], "warn")]
#[case::empty_is_not_set(&[("RUST_LOG", "")], "info")]
fn rust_log_works_below_our_own_variable(#[case] pairs: &[(&str, &str)], #[case] filter: &str) {
    assert_eq!(load("", pairs).unwrap().log.filter, filter);
}

#[rstest]
#[case::unknown_key(
    "[engine]\nlese_seconds = 3",
    "`engine.lese_seconds` in config file loa.toml is not a setting: remove it or use one of `lease_seconds`, `missed_grace_minutes`, `connect_seconds`, `text_seconds`, `file_seconds`, `shutdown_seconds`"
)]
#[case::unknown_section(
    "[motor]\nx = 3",
    "`motor` in config file loa.toml is not a setting: remove it or use one of `commune`, `database`, `gateways`, `engine`, `desk`, `plan`, `retention`, `strangers`, `http`, `log`, `vault`, `backup`"
)]
#[case::wrong_type(
    "[engine]\nlease_seconds = true",
    "`engine.lease_seconds` in config file loa.toml must be a whole number from 5 to 600"
)]
#[case::out_of_range(
    "[engine]\nlease_seconds = -1",
    "`engine.lease_seconds` in config file loa.toml must be a whole number from 5 to 600"
)]
#[case::overflow(
    "[engine]\nlease_seconds = 4294967326",
    "`engine.lease_seconds` in config file loa.toml must be a whole number from 5 to 600"
)]
#[case::a_float(
    "[engine]\nlease_seconds = 30.5",
    "`engine.lease_seconds` in config file loa.toml must be a whole number from 5 to 600"
)]
#[case::not_a_section("engine = 3", "`engine` in config file loa.toml must be a table of settings")]
#[case::not_a_time(
    "[desk.office]\ncloses = \"17h\"",
    "`desk.office.closes` in config file loa.toml cannot be used (input contains invalid characters): correct it, default.toml shows the form"
)]
#[case::inside_a_choice(
    "[desk.policies.flash]\nreminders = { every = { minutes = \"ten\", max = 3 } }",
    "`desk.policies.flash.reminders` in config file loa.toml must be a whole number, not negative"
)]
#[case::never_open(
    "[desk.windows.cadre.working_day]\nto = \"06:00\"",
    "`desk.windows.cadre.working_day` in config file loa.toml cannot be used (a window from 06:30:00 to 06:00:00 is never open): correct it, default.toml shows the form"
)]
#[case::another_rule(
    "[desk.policies.flash]\nack_window = \"at_once\"",
    "`desk.policies.flash.ack_window` in config file loa.toml must be `end_of_next_working_day` or `minutes`"
)]
#[case::not_an_address(
    "[http]\nlisten = \"8642\"",
    "`http.listen` in config file loa.toml must be an address with a port, such as \"127.0.0.1:8642\""
)]
#[case::not_a_format("[log]\nformat = \"xml\"", "`log.format` in config file loa.toml must be \"text\" or \"json\"")]
#[case::another_database(
    "[database]\nurl = \"mysql://root:secret@db/loa\"",
    "`database.url` in config file loa.toml must be sqlite:PATH or postgres://USER@HOST/NAME"
)]
#[case::deadlines_crossed(
    "[engine]\nconnect_seconds = 60\n",
    "`engine.text_seconds` in the embedded default.toml must be greater than `engine.connect_seconds`: raise it or lower the other"
)]
fn a_wrong_setting_is_one_sentence_with_file_key_and_what_to_do(#[case] toml: &str, #[case] sentence: &str) {
    assert_eq!(refusal(toml, &[]), sentence);
}

#[rstest]
#[case::unknown_key(&[("LOA__ENGINE__LEASE", "3")], "`engine.lease` in environment variable LOA__ENGINE__LEASE is not a setting: remove it or use one of `lease_seconds`, `missed_grace_minutes`, `connect_seconds`, `text_seconds`, `file_seconds`, `shutdown_seconds`")]
#[case::wrong_type(&[("LOA__ENGINE__LEASE_SECONDS", "long")], "`engine.lease_seconds` in environment variable LOA__ENGINE__LEASE_SECONDS must be a whole number from 5 to 600")]
#[case::below_a_value(&[("LOA__HTTP__LISTEN__PORT", "1")], "`http.listen` in environment variable LOA__HTTP__LISTEN__PORT must be an address with a port, such as \"127.0.0.1:8642\"")]
#[case::shorter_than_a_number_lives(&[("LOA__RETENTION__MENUS_DAYS", "2")], "`retention.menus_days` in environment variable LOA__RETENTION__MENUS_DAYS must be a whole number from 3 to 3660")]
#[case::shorter_than_updates_are_repeated(&[("LOA__RETENTION__KEYS_DAYS", "1")], "`retention.keys_days` in environment variable LOA__RETENTION__KEYS_DAYS must be a whole number from 14 to 3660")]
#[case::no_key(&[("LOA__HTTP", "1")], "environment variable LOA__HTTP names no setting: write LOA__SECTION__KEY, for example LOA__HTTP__LISTEN")]
#[case::nothing(&[("LOA__", "1")], "environment variable LOA__ names no setting: write LOA__SECTION__KEY, for example LOA__HTTP__LISTEN")]
#[case::a_hole(&[("LOA__HTTP____LISTEN", "1")], "environment variable LOA__HTTP____LISTEN names no setting: write LOA__SECTION__KEY, for example LOA__HTTP__LISTEN")]
#[case::value_and_table(&[("LOA__HTTP__LISTEN", "127.0.0.1:1"), ("LOA__HTTP__LISTEN__PORT", "1")], "environment variable LOA__HTTP__LISTEN__PORT names no setting: write LOA__SECTION__KEY, for example LOA__HTTP__LISTEN")]
fn a_wrong_variable_is_named(#[case] pairs: &[(&str, &str)], #[case] sentence: &str) {
    assert_eq!(refusal("", pairs), sentence);
}

#[test]
fn a_file_that_is_not_there_is_said_to_be_missing() {
    let error = Settings::load(Some(Path::new("no/such/loa.toml")), env(&[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "config file no/such/loa.toml does not exist: create it, for example from config/example.toml, or correct --config"
    );
}

#[test]
fn a_folder_or_a_binary_file_is_not_read_as_settings() {
    let folder = Folder::new();
    let binary = folder.file("loa.toml", b"\xff\xfe[\x00h\x00");
    for path in [folder.0.as_path(), binary.as_path()] {
        let error = Settings::load(Some(path), env(&[])).unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
    }
}

#[test]
fn a_syntax_error_names_the_line_and_does_not_quote_it() {
    let toml = format!("# máy chủ\n[gateways.telegram]\ntoken = {PLANTED}\n");
    let ConfigError::Syntax { line, .. } = load(&toml, &[]).unwrap_err() else { panic!("it parsed") };
    assert_eq!(line, 3);
    assert!(!refusal(&toml, &[]).contains("SENTINEL"));
}

#[rstest]
#[case::inline(&format!("token = \"{PLANTED}\""), &[])]
#[case::variable("token_env = \"TELEGRAM_TOKEN\"", &[("TELEGRAM_TOKEN", PLANTED)])]
#[case::from_the_environment("", &[("LOA__GATEWAYS__TELEGRAM__TOKEN", PLANTED)])]
fn no_print_of_the_settings_shows_a_token_or_a_password(#[case] token: &str, #[case] pairs: &[(&str, &str)]) {
    let toml = format!(
        "[database]\nurl = \"postgres://loa:{PLANTED}@db/loa\"\n\
         [gateways.telegram]\nplatform = \"telegram\"\nenabled_reason = \"thử\"\n{token}\n"
    );
    let settings = load(&toml, pairs).unwrap();
    let gateway = &settings.gateways["telegram"];
    assert_eq!(gateway.token().unwrap().expose(), PLANTED);
    assert!(settings.database.url.expose().contains(PLANTED));
    let prints = [
        format!("{settings:?}"),
        format!("{settings:#?}"),
        format!("{gateway:?}"),
        format!("{} {}", gateway.token().unwrap(), settings.database.url),
    ];
    for print in prints {
        assert!(!print.contains("SENTINEL") && print.contains("[hidden]"), "{print}");
    }
}

/// A token pasted into any line at all is not echoed by the error it causes.
#[rstest]
#[case::engine("[engine]\nlease_seconds = \"TOKEN\"")]
#[case::listen("[http]\nlisten = \"TOKEN\"")]
#[case::format("[log]\nformat = \"TOKEN\"")]
#[case::time("[desk.office]\ncloses = \"TOKEN\"")]
#[case::rule("[desk.policies.flash]\nack_window = \"TOKEN\"")]
#[case::database("[database]\nurl = \"TOKEN\"")]
#[case::section("plan = \"TOKEN\"")]
#[case::api_url("[gateways.a]\nplatform = \"telegram\"\ntoken = \"1:a\"\napi_url = \"https://x/?TOKEN\"")]
#[case::rate("[gateways.a]\nplatform = \"telegram\"\ntoken = \"1:a\"\nrate_per_second = \"TOKEN\"")]
#[case::a_list("[gateways.a]\nplatform = \"telegram\"\ntoken = [\"TOKEN\"]")]
#[case::malformed("[gateways.a]\nplatform = \"telegram\"\nenabled_reason = \"x\"\ntoken = \"TOKEN x\"")]
fn a_token_in_the_wrong_line_is_not_quoted(#[case] toml: &str) {
    let error = load(&toml.replace("TOKEN", PLANTED), &[]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SENTINEL"), "{error}");
}

mod gateways;
mod zalo;
