//! Gateways of the two Zalo platforms: their own keys, their defaults, and what each must not have.

use std::time::Duration;

use rstest::rstest;

use super::super::{ConfigError, MonthlyBudget, Problem, Receive, SignatureForm};
use super::{Folder, PLANTED, load};

const BOT: &str = "[gateways.zalo]\nplatform = \"zalo_bot\"\ntoken = \"1:a\"\n";
const OA: &str = "[gateways.oa]\nplatform = \"zalo_oa\"\napp_id = \"11\"\noa_id = \"22\"\n";
const SECRET: &str = "app_secret = \"s\"\n";

fn problem(toml: &str) -> (String, Problem) {
    match load(toml, &[]).unwrap_err() {
        ConfigError::Setting { key, problem, .. } => (key, problem),
        other => panic!("{other}"),
    }
}

#[test]
fn a_bare_bot_has_the_free_plan_and_a_careful_rate() {
    let gateway = load(BOT, &[]).unwrap().gateways["zalo"].clone();
    assert_eq!(gateway.api_url.as_str(), "https://bot-api.zaloplatforms.com/");
    assert_eq!(gateway.budget, Some(MonthlyBudget { messages: 3_000, groups: 3 }));
    assert_eq!((gateway.rate_per_second, gateway.long_poll), (2, Duration::from_secs(25)));
    assert_eq!((gateway.receive, gateway.oa.is_none(), gateway.enabled_reason), (Receive::Polling, true, None));
}

#[rstest]
#[case::the_older_name("https://bot-api.zapps.me")]
#[case::a_name_nobody_knows_yet("https://bot-api.example.vn/v2")]
fn the_platforms_host_is_a_setting(#[case] host: &str) {
    let gateway = load(&format!("{BOT}api_url = \"{host}\"\n"), &[]).unwrap().gateways["zalo"].clone();
    assert_eq!(gateway.api_url.as_str().trim_end_matches('/'), host);
}

#[test]
fn a_bare_account_has_the_smallest_package_and_hears_by_webhook() {
    let gateway = load(&format!("{OA}{SECRET}"), &[]).unwrap().gateways["oa"].clone();
    let oa = gateway.oa.unwrap();
    assert_eq!(gateway.api_url.as_str(), "https://openapi.zalo.me/");
    assert_eq!(oa.oauth_url.as_str(), "https://oauth.zaloapp.com/");
    assert_eq!((oa.app_id.as_str(), oa.oa_id.as_str(), oa.calls_per_minute), ("11", "22", 100));
    assert_eq!((gateway.receive, gateway.budget), (Receive::Webhook, None));
    assert_eq!(oa.app_secret().unwrap().expose(), "s");
    assert!(oa.oa_secret().unwrap().is_none() && oa.refresh_token().unwrap().is_none());
    assert!(oa.access_token().unwrap().is_none() && oa.code_verifier().unwrap().is_none() && oa.signature.is_none());
}

#[rstest]
#[case::without_an_app_secret(OA.to_owned(), "app_secret", Problem::NoSecret { key: "app_secret" })]
#[case::without_an_app_id(OA.replace("app_id = \"11\"\n", SECRET), "app_id", Problem::Missing)]
#[case::without_an_oa_id(OA.replace("oa_id = \"22\"\n", SECRET), "oa_id", Problem::Missing)]
#[case::polling(
    format!("{OA}{SECRET}receive = \"polling\""),
    "receive",
    Problem::CannotPoll { platform: "zalo_oa" }
)]
#[case::two_sources(
    format!("{OA}{SECRET}app_secret_env = \"S\""),
    "app_secret_env",
    Problem::SeveralTokens { key: "app_secret", others: "app_secret".to_owned() }
)]
#[case::oauth_in_the_clear(
    format!("{OA}{SECRET}oauth_url = \"http://oauth.example.vn\""),
    "oauth_url",
    Problem::PlainHttp
)]
#[case::a_bot_token(
    format!("{OA}{SECRET}token_env = \"T\""),
    "token_env",
    Problem::ForeignKey { platform: "zalo_oa" }
)]
#[case::a_rate(
    format!("{OA}{SECRET}rate_per_second = 3"),
    "rate_per_second",
    Problem::ForeignKey { platform: "zalo_oa" }
)]
#[case::a_poll(
    format!("{OA}{SECRET}long_poll_seconds = 3"),
    "long_poll_seconds",
    Problem::ForeignKey { platform: "zalo_oa" }
)]
fn an_account_that_cannot_work_says_at_which_key(#[case] toml: String, #[case] key: &str, #[case] expected: Problem) {
    assert_eq!(problem(&toml), (format!("gateways.oa.{key}"), expected));
}

#[rstest]
#[case("app_id = \"1\"", "app_id")]
#[case("oa_secret_file = \"x\"", "oa_secret_file")]
#[case("signature = \"x\"", "signature")]
#[case("appsecret_proof = true", "appsecret_proof")]
#[case("calls_per_minute = 7", "calls_per_minute")]
fn a_bot_has_no_key_of_an_account(#[case] line: &str, #[case] key: &str) {
    let expected = Problem::ForeignKey { platform: "zalo_bot" };
    assert_eq!(problem(&format!("{BOT}{line}")), (format!("gateways.zalo.{key}"), expected));
}

#[test]
fn telegram_has_no_monthly_budget() {
    let toml = "[gateways.t]\nplatform = \"telegram\"\ntoken = \"1:a\"\nenabled_reason = \"x\"\ngroups = 3";
    assert_eq!(problem(toml), ("gateways.t.groups".to_owned(), Problem::ForeignKey { platform: "telegram" }));
}

#[test]
fn every_platform_that_can_be_called_may_be_told_to_wait_for_calls() {
    let toml = format!("{BOT}receive = \"webhook\"\n");
    assert_eq!(load(&toml, &[]).unwrap().gateways["zalo"].receive, Receive::Webhook);
    let (key, problem) = problem(&format!("{BOT}receive = \"both\"\n"));
    assert_eq!(key, "gateways.zalo.receive");
    assert_eq!(problem.to_string(), "must be \"polling\" or \"webhook\"");
}

#[test]
fn a_signature_is_pinned_by_its_word_and_another_word_lists_the_known_ones() {
    for form in SignatureForm::ALL {
        let toml = format!("{OA}{SECRET}signature = \"{}\"", form.word());
        assert_eq!(load(&toml, &[]).unwrap().gateways["oa"].oa.as_ref().unwrap().signature, Some(form));
    }
    let (_, problem) = problem(&format!("{OA}{SECRET}signature = \"hmac\""));
    assert!(problem.to_string().contains("oa_secret+body+app_id, app_secret+body+app_id"), "{problem}");
}

#[test]
fn an_accounts_secrets_come_from_files_and_variables_and_are_never_printed() {
    let folder = Folder::new();
    let file = folder.file("app", format!("{PLANTED}\n").as_bytes());
    let toml = format!("{OA}app_secret_file = \"{}\"\nrefresh_token_env = \"R\"\n", file.display());
    let settings = load(&toml, &[("R", PLANTED), ("LOA__GATEWAYS__OA__ACCESS_TOKEN", PLANTED)]).unwrap();
    let oa = settings.gateways["oa"].oa.as_ref().unwrap();
    let secrets = [oa.app_secret().unwrap(), oa.refresh_token().unwrap().unwrap(), oa.access_token().unwrap().unwrap()];
    assert!(secrets.iter().all(|secret| secret.expose() == PLANTED));
    assert!(!format!("{settings:?}").contains("SENTINEL"));
    let error = load(&toml, &[]).unwrap_err().to_string();
    assert!(error.ends_with("names the environment variable R, which is not set: set it or use refresh_token_file"));
}
