//! `loa gateway`: what is told of the configured accounts, and the consent of an Official Account against its stand-in.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::sync::Arc;

use loa::clock::{Clock as _, Monotonic as _, SystemClock};
use loa_sandbox::zalo_oa::{ZaloOaConfig, ZaloOaSandbox};
use rstest::rstest;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Command, Done, Place, SENTINEL};
use crate::service::Process;

/// Where the consent page leads back to; nothing needs to answer there.
const REDIRECT: &str = "http://127.0.0.1:9/oa";

/// A stand-in for the account's platform, beside the program that calls it.
struct Account {
    place: Place,
    sandbox: ZaloOaSandbox,
    runtime: tokio::runtime::Runtime,
}

impl Account {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let system = Arc::new(SystemClock::new());
        let (mono, wall) = (system.clone(), system);
        let clocks = loa_sandbox::Clocks {
            monotonic_ms: Arc::new(move || i64::try_from(mono.elapsed().as_millis()).unwrap()),
            wall_ms: Arc::new(move || wall.now().0),
        };
        let config = ZaloOaConfig::new(clocks, TaskTracker::new(), CancellationToken::new());
        let sandbox = runtime.block_on(ZaloOaSandbox::start(config)).unwrap();
        Self { place: Place::with_commune(), sandbox, runtime }
    }

    /// The program with this account configured, and nothing of a token.
    fn command(&self, args: &[&str]) -> Command {
        let key_file = self.place.folder.join("vault.key");
        let account = [
            ("PLATFORM", "zalo_oa".to_owned()),
            ("API_URL", self.sandbox.base_url()),
            ("OAUTH_URL", self.sandbox.oauth_url()),
            ("APP_ID", self.sandbox.app_id().to_owned()),
            ("OA_ID", self.sandbox.oa_id().to_owned()),
            ("APP_SECRET", self.sandbox.app_secret().to_owned()),
            ("OA_SECRET", self.sandbox.oa_secret_key().to_owned()),
            ("REDIRECT_URL", REDIRECT.to_owned()),
        ];
        let mut command = self.place.command(args);
        command.envs(account.map(|(key, value)| (format!("LOA__GATEWAYS__OA__{key}"), value)));
        command.env("LOA__VAULT__KEY_FILE", key_file);
        command
    }

    fn loa(&self, args: &[&str]) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// The address the browser ends at when an administrator agrees on this page.
    fn agree(&self, link: &str) -> String {
        self.runtime.block_on(async {
            let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
            let led_to = browser.get(link).send().await.unwrap();
            led_to.headers()["location"].to_str().unwrap().to_owned()
        })
    }

    /// How the account's token stands.
    fn token(&self) -> String {
        let listed = self.loa(&["gateway", "list", "--json"]).json();
        listed[0]["token"]["state"].as_str().unwrap().to_owned()
    }

    /// Asks for a consent and leaves it at that; gives the link.
    fn link(&self) -> String {
        let done: Done = self.command(&["gateway", "consent", "oa"]).stdin(Stdio::null()).output().unwrap().into();
        assert_eq!(done.code, Some(1), "nothing was pasted");
        assert!(done.err.contains("loa gateway consent oa --code ADDRESS"), "{}", done.err);
        link_in(&done.out)
    }
}

fn link_in(printed: &str) -> String {
    printed.lines().find(|line| line.contains("/v4/oa/permission?")).unwrap_or_else(|| panic!("{printed}")).to_owned()
}

#[test]
fn a_consent_is_asked_for_pasted_and_from_then_on_the_tokens_renew_themselves() {
    let account = Account::new();
    assert_eq!(account.token(), "missing");
    let mut command = account.command(&["gateway", "consent", "oa"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Process(command.spawn().unwrap());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("10 minutes") {
        assert!(out.read_line(&mut printed).unwrap() > 0, "it ended early: {printed}");
    }
    let address = account.agree(&link_in(&printed));
    assert!(address.starts_with(REDIRECT), "{address}");
    writeln!(child.stdin.take().unwrap(), "{address}").unwrap();
    out.read_to_string(&mut printed).unwrap();
    assert!(child.wait().unwrap().success(), "{printed}");
    assert!(printed.contains("may speak for the account") && printed.contains("Left unused they end on"), "{printed}");

    assert_eq!(account.token(), "renewing");
    let shown = account.loa(&["gateway", "list"]).succeeded();
    assert!(shown.contains("token: renewing") && shown.contains("private chats: within 7 days"), "{shown}");
    let tokens = account.sandbox.handle().tokens();
    for secret in [&tokens.access_token, &tokens.refresh_token, &account.sandbox.app_secret().to_owned()] {
        assert!(!(printed.clone() + &shown).contains(secret), "no command prints what it keeps");
    }
}

#[test]
fn an_address_may_be_given_later_and_works_once() {
    let account = Account::new();
    let address = account.agree(&account.link());
    let code = |code: &str| account.loa(&["gateway", "consent", "oa", "--code", code]);
    assert!(code(&address).succeeded().contains("may speak for the account"));
    let again = code(&address).refused();
    assert!(again.trim_end().lines().count() == 1, "{again}");
    assert_eq!(account.token(), "renewing", "a code that is used up costs nothing");
}

#[test]
fn an_address_that_is_not_the_answer_to_this_consent_is_refused_with_what_to_do() {
    let account = Account::new();
    let code = |code: &str| account.loa(&["gateway", "consent", "oa", "--code", code]).refused();
    let too_early = code("C0DE");
    assert!(too_early.contains("without --code first"), "{too_early}");

    let (first, second) = (account.link(), account.link());
    let old = code(&account.agree(&first));
    assert!(old.contains("the link that was printed last"), "{old}");
    let mine = account.agree(&second);
    let theirs = mine.replace(account.sandbox.oa_id(), "999");
    assert!(code(&theirs).contains("oa_id"), "{theirs}");
    let bare = code(&format!("{REDIRECT}?state=x"));
    assert!(bare.contains("carries no code"), "{bare}");
    assert!(!code("khong-phai-ma").is_empty());
    assert_eq!(account.token(), "missing");
    account.loa(&["gateway", "consent", "oa", "--code", &mine]).succeeded();
}

/// Accounts of the two platforms whose tokens never change.
fn static_accounts(place: &Place) -> String {
    let settings = format!(
        "[gateways.tele]\nplatform = \"telegram\"\nenabled_reason = \"thử\"\ntoken = \"{SENTINEL}\"\n\
         [gateways.bot]\nplatform = \"zalo_bot\"\ntoken_env = \"NO_SUCH_VARIABLE\"\n"
    );
    place.file("loa.toml", settings.as_bytes())
}

#[test]
fn every_account_is_listed_with_what_it_can_do_and_whether_it_hears() {
    let place = Place::with_commune();
    let config = static_accounts(&place);
    let listed = place.loa(&["gateway", "list", "--json", "--config", &config]);
    assert!(!listed.out.contains("SENTINEL"), "{}", listed.out);
    let listed = listed.json();
    let of = |name: &str| listed.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    let (tele, bot) = (of("tele"), of("bot"));
    assert_eq!((&tele["platform"], &tele["token"]["state"]), (&"telegram".into(), &"static".into()));
    assert_eq!(
        (&tele["buttons"], &tele["documents"], &tele["inbound"]["alive"]),
        (&true.into(), &"any".into(), &true.into())
    );
    assert_eq!((&bot["token"]["state"], &bot["inbound"]["alive"]), (&"missing".into(), &false.into()));
    assert_eq!((&bot["messages_a_month"], &bot["groups"]), (&3_000.into(), &3.into()));
    assert_eq!(bot["inbound"]["last_heard_at"], Value::Null);

    let shown = place.loa(&["gateway", "list", "--config", &config]).succeeded();
    assert!(shown.contains("tele  (telegram,") && shown.contains("last heard: never"), "{shown}");
    assert!(shown.contains("NO_SUCH_VARIABLE"), "what is missing is named: {shown}");
    assert!(place.loa(&["gateway", "list"]).succeeded().contains("no gateway is configured"));
}

#[rstest]
#[case::unknown(&["gateway", "consent", "khac"], "it must be one of bot, tele")]
#[case::of_another_platform(&["gateway", "consent", "tele"], "needs no consent")]
fn only_an_official_account_consents(#[case] args: &[&str], #[case] said: &str) {
    let place = Place::with_commune();
    let complaint = place.loa(&[args, &["--config", &static_accounts(&place)]].concat()).refused();
    assert!(complaint.contains(said) && complaint.trim_end().lines().count() == 1, "{complaint}");
}

#[rstest]
#[case::no_verb(&["gateway"])]
#[case::unknown_verb(&["gateway", "nonsense"])]
#[case::nobody(&["gateway", "consent"])]
#[case::a_code_that_is_none(&["gateway", "consent", "oa", "--code"])]
fn bad_usage_of_gateways_ends_with_2(#[case] args: &[&str]) {
    assert_eq!(Place::empty().loa(args).code, Some(2));
}
