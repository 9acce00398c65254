//! Gateways: the platform, the address, the reason and the one source of the token.

use std::path::Path;

use rstest::rstest;

use super::super::{ConfigError, Problem, Settings, Warning};
use super::{Folder, env, load};

const HEAD: &str = "[gateways.telegram]\nplatform = \"telegram\"\n";
const REASON: &str = "enabled_reason = \"Chủ tịch đồng ý ngày 08/7/2025\"\n";

/// What is wrong with the lines added to a gateway that is otherwise well, and at which key.
fn problem(lines: &str, pairs: &[(&str, &str)]) -> (String, Problem) {
    match load(&format!("{HEAD}{REASON}{lines}\n"), pairs).unwrap_err() {
        ConfigError::Setting { key, problem, .. } => (key, problem),
        other => panic!("{other}"),
    }
}

fn key_of(lines: &str, expected: &Problem) -> String {
    let (key, found) = problem(lines, &[]);
    assert_eq!(&found, expected);
    key
}

#[test]
fn a_token_must_have_exactly_one_source() {
    assert_eq!(key_of("", &Problem::NoToken), "gateways.telegram");
    let two = "token = \"1:a\"\ntoken_env = \"T\"";
    assert_eq!(
        key_of(two, &Problem::SeveralTokens { key: "token", others: "token".to_owned() }),
        "gateways.telegram.token_env"
    );
}

#[test]
fn two_sources_in_two_layers_are_named_where_they_stand() {
    let toml = format!("{HEAD}{REASON}token_file = \"t\"\n");
    let error = load(&toml, &[("LOA__GATEWAYS__TELEGRAM__TOKEN", "1:a")]).unwrap_err().to_string();
    assert!(error.contains("stands beside token: keep exactly one"), "{error}");
}

#[rstest]
#[case::empty("token = \"\"", Problem::EmptyToken)]
#[case::blank("token = \" \\n\"", Problem::EmptyToken)]
#[case::two_lines("token = \"1:a\\nx\"", Problem::MalformedToken)]
#[case::a_path("token = \"1:a/../b\"", Problem::MalformedToken)]
#[case::not_ascii("token = \"1:ă\"", Problem::MalformedToken)]
fn a_token_that_cannot_stand_in_a_url_is_refused(#[case] line: &str, #[case] expected: Problem) {
    assert_eq!(key_of(line, &expected), "gateways.telegram.token");
}

#[test]
fn the_variable_of_a_token_must_be_set_and_filled() {
    let line = "token_env = \"TELEGRAM_TOKEN\"";
    let unset = Problem::TokenVariable { key: "token", name: "TELEGRAM_TOKEN".to_owned() };
    assert_eq!(problem(line, &[]).1, unset);
    assert_eq!(problem(line, &[("TELEGRAM_TOKEN", "")]).1, Problem::EmptyToken);
}

#[test]
fn a_token_file_is_trimmed_and_one_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let good = folder.file("good", b"  1:abc\r\n");
    let settings = load(&format!("{HEAD}{REASON}token_file = \"{}\"", good.display()), &[]).unwrap();
    assert_eq!(settings.gateways["telegram"].token().unwrap().expose(), "1:abc");
    let huge = folder.file("huge", &[b'a'; 5_000]);
    let binary = folder.file("binary", b"\xff\x00");
    for path in [huge.as_path(), binary.as_path(), Path::new("no/such/token")] {
        let (_, problem) = problem(&format!("token_file = \"{}\"", path.display()), &[]);
        assert!(matches!(&problem, Problem::TokenFile { path: named, .. } if named == path), "{problem}");
    }
}

#[test]
#[cfg(unix)]
fn a_token_that_everybody_on_the_machine_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let token = folder.file("token", b"1:abc");
    let toml = format!("{HEAD}{REASON}token_file = \"{}\"", token.display());
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).unwrap();
        let expected = warned.then(|| Warning::ReadableByAll(token.clone()));
        assert_eq!(load(&toml, &[]).unwrap().warnings, Vec::from_iter(expected));
    }
    let inline = folder.file("loa.toml", format!("{HEAD}{REASON}token = \"1:a\"").as_bytes());
    let settings = Settings::load(Some(&inline), env(&[])).unwrap();
    assert_eq!(settings.warnings, [Warning::ReadableByAll(inline)]);
}

#[test]
fn a_command_that_sends_nothing_does_not_need_the_token() {
    let folder = Folder::new();
    let toml = format!("{HEAD}{REASON}token_env = \"TELEGRAM_TOKEN\"");
    let file = folder.file("loa.toml", toml.as_bytes());
    assert!(Settings::load(Some(&file), env(&[])).is_err());
    let settings = Settings::load_for_command(Some(&file), env(&[])).unwrap();
    let error = settings.gateways["telegram"].token().unwrap_err().to_string();
    assert!(error.contains("the environment variable TELEGRAM_TOKEN, which is not set"), "{error}");
}

#[rstest]
#[case("https://api.telegram.org", None)]
#[case("https://bot.example.vn/telegram/", None)]
#[case("http://127.0.0.1:8081", None)]
#[case("http://localhost:8081/", None)]
#[case("http://[::1]:8081", None)]
#[case("http://api.telegram.org", Some(Problem::PlainHttp))]
#[case("http://127.0.0.1.example.vn", Some(Problem::PlainHttp))]
#[case("http://10.0.0.5:8081", Some(Problem::PlainHttp))]
#[case("ftp://127.0.0.1", Some(Problem::BadUrl))]
#[case("api.telegram.org", Some(Problem::BadUrl))]
#[case("https://", Some(Problem::BadUrl))]
#[case("https://user:pass@api.telegram.org", Some(Problem::BadUrl))]
#[case("https://api.telegram.org/?x=1", Some(Problem::BadUrl))]
fn plain_http_is_for_this_machine_only(#[case] url: &str, #[case] expected: Option<Problem>) {
    let found = load(&format!("{HEAD}{REASON}token = \"1:a\"\napi_url = \"{url}\""), &[]);
    match (found, expected) {
        (Ok(_), None) => {}
        (Err(ConfigError::Setting { key, problem, .. }), Some(expected)) => {
            assert_eq!((key.as_str(), problem), ("gateways.telegram.api_url", expected));
        }
        (found, _) => panic!("{found:?}"),
    }
}

#[rstest]
#[case::absent("", false)]
#[case::blank("enabled_reason = \"  \"", false)]
#[case::given(REASON, true)]
#[case::sandbox("api_url = \"http://127.0.0.1:8081\"", true)]
#[case::own_server("api_url = \"https://bot.example.vn\"", false)]
fn telegram_is_off_until_somebody_says_why(#[case] lines: &str, #[case] works: bool) {
    let found = load(&format!("{HEAD}token = \"1:a\"\n{lines}"), &[]);
    match found {
        Ok(_) => assert!(works),
        Err(error) => {
            assert!(!works, "{error}");
            let start = "`gateways.telegram.enabled_reason` in config file";
            assert!(error.to_string().starts_with(start), "{error}");
            assert!(error.to_string().contains("must say why Telegram is used"), "{error}");
        }
    }
}

#[test]
fn an_unknown_platform_lists_the_known_ones() {
    let error = load("[gateways.a]\nplatform = \"signal\"\ntoken = \"1:a\"", &[]).unwrap_err().to_string();
    assert!(error.ends_with("is no known platform: use one of telegram, zalo_bot, zalo_oa"), "{error}");
}

#[test]
fn a_gateway_without_a_platform_says_which_key_is_missing() {
    let error = load("[gateways.a]\ntoken = \"1:a\"", &[]).unwrap_err().to_string();
    assert!(error.starts_with("`gateways.a.platform` in config file"), "{error}");
    assert!(error.ends_with("is missing: add it"), "{error}");
}

#[rstest]
#[case("Telegram")]
#[case("\"nhóm\"")]
#[case("\"\"")]
#[case("a-name-that-is-far-too-long-for-a-gateway")]
fn a_gateway_name_is_plain_and_short(#[case] name: &str) {
    let toml = format!("[gateways.{name}]\nplatform = \"telegram\"\ntoken = \"1:a\"\n{REASON}");
    let error = load(&toml, &[]).unwrap_err();
    assert!(matches!(error, ConfigError::Setting { problem: Problem::GatewayName, .. }), "{error}");
}
