//! Renewing tokens: one at a time, stored before use, and what is left after a crash or a lost answer.

use secrecy::ExposeSecret as _;

use super::*;
use crate::platform::vault::Begun;

/// A platform that knows one good access token and one good refresh token, and renews as the real one does: both old ones
/// end at once.
struct Rotating {
    step: AtomicUsize,
}

impl Rotating {
    /// `lost` renewals succeed there and their answers never arrive.
    fn handler(lost: usize) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
        let server = Self { step: AtomicUsize::new(1) };
        let lost = AtomicUsize::new(lost);
        move |seen| {
            let now = server.step.load(Ordering::SeqCst);
            if !seen.path.contains("/v4/oa/access_token") {
                let good = seen.header("access_token") == Some(format!("{MARK}-a{now}").as_str());
                return if good { taken("m1") } else { refused(-216) };
            }
            let token = format!("refresh_token={MARK}-r{now}&");
            let renewing = seen.body.contains("grant_type=refresh_token");
            if renewing && !seen.body.contains(&token) {
                return Reply::Json(json!({"error": -14_014, "error_name": "Invalid refresh token"}));
            }
            if renewing && server.step.compare_exchange(now, now + 1, Ordering::SeqCst, Ordering::SeqCst).is_err() {
                return Reply::Json(json!({"error": -14_014, "error_name": "Invalid refresh token"}));
            }
            if !renewing {
                server.step.store(now + 1, Ordering::SeqCst);
            }
            if lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Reply::HangUp;
            }
            let step = now + 1;
            Reply::Json(json!({"access_token": format!("{MARK}-a{step}"), "refresh_token": format!("{MARK}-r{step}"),
                               "expires_in": "90000"}))
        }
    }
}

const RENEWALS: &str = "/v4/oa/access_token";

#[tokio::test]
async fn a_pair_is_renewed_at_twenty_hours_and_not_before() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(19));
    account.api.tokens.keep_fresh().await.unwrap();
    assert!(stage.stub.seen_at(RENEWALS).is_empty());
    stage.clock.advance(Duration::from_hours(1));
    let stored = account.api.tokens.keep_fresh().await.unwrap();
    assert_eq!((stored.version, stored.pair.access.expose_secret()), (2, "SENTINEL-a2"));
    assert_eq!(stored.pair.expires_at, stage.clock.now() + Duration::from_hours(25));
    let asked = &stage.stub.seen_at(RENEWALS)[0];
    assert_eq!(asked.header("secret_key"), Some("SENTINEL-app"));
    assert!(asked.body.contains("app_id=11") && asked.body.contains("grant_type=refresh_token"));
    account.send(GROUP, &text("x")).await.unwrap();
}

#[tokio::test]
async fn a_token_refused_is_renewed_once_and_the_message_sent_once() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account_with(|config| config.access_token = Some(format!("{MARK}-old").into()));
    assert_eq!(account.send(GROUP, &text("x")).await.unwrap().external_id, "m1");
    assert_eq!((stage.stub.seen_at(RENEWALS).len(), stage.stub.seen_at("group/message").len()), (1, 2));
}

#[tokio::test]
async fn a_token_refused_again_after_renewing_stops_the_account() {
    let stage = Stage::new(|seen| {
        if seen.path.contains(RENEWALS) {
            return Reply::Json(json!({"access_token": "a", "refresh_token": "r", "expires_in": 90_000}));
        }
        refused(-220)
    })
    .await;
    let failure = stage.account().send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Final(FailureReason::Unauthorized));
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 1);
}

#[tokio::test]
async fn the_stored_pair_wins_over_the_settings() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(20));
    account.api.tokens.keep_fresh().await.unwrap();
    // A new process with the old pair still in its settings.
    stage.account().send(GROUP, &text("x")).await.unwrap();
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 1);
}

#[tokio::test]
async fn without_an_access_token_the_first_call_renews() {
    let stage = Stage::new(Rotating::handler(0)).await;
    stage.account_with(|config| config.access_token = None).send(GROUP, &text("x")).await.unwrap();
    assert_eq!((stage.stub.seen_at(RENEWALS).len(), stage.stub.seen_at("group/message").len()), (1, 1));
}

#[tokio::test]
async fn of_many_calls_and_two_processes_one_renews() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let [one, other] = [stage.account(), stage.account()];
    one.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(26));
    let sends = (0..8).map(|at| {
        let account = if at % 2 == 0 { &one } else { &other };
        async move { account.send(GROUP, &text("x")).await }
    });
    let mut sent = 0;
    for result in join_all(sends).await {
        match result {
            Ok(_) => sent += 1,
            // Only while the other process is at it.
            Err(failure) => assert!(
                matches!(failure.outcome, Outcome::RetryLater { after: Some(_), scope: PauseScope::Account }),
                "{failure:?}"
            ),
        }
    }
    assert!(sent >= 4, "the process that renewed sends all of its own: {sent}");
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 1);
    one.send(GROUP, &text("x")).await.unwrap();
    other.send(GROUP, &text("x")).await.unwrap();
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 1);
}

/// Drives futures together on one task.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in running.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn after_a_crash_the_old_refresh_token_is_tried_once_when_its_time_has_passed() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(26));
    // A process begins and dies before it asks.
    assert!(matches!(stage.vault().begin_renewal("oa", 1, stage.clock.now()).await, Ok(Begun::Ours(_))));
    let failure = account.send(GROUP, &text("x")).await.unwrap_err();
    assert!(matches!(failure.outcome, Outcome::RetryLater { .. }), "{failure:?}");
    assert!(stage.stub.seen_at(RENEWALS).is_empty(), "it may still be at it");
    stage.clock.advance(Duration::from_millis(u64::try_from(RENEWAL_TIMEOUT_MS).unwrap()));
    account.send(GROUP, &text("x")).await.unwrap();
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 1);
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_tried_once_more_and_then_a_person_is_needed() {
    let stage = Stage::new(Rotating::handler(1)).await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(26));
    let lost = account.send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(lost.outcome, Outcome::RetryLater { after: None, scope: PauseScope::Gateway });
    stage.clock.advance(Duration::from_mins(3));
    let failure = account.send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Final(FailureReason::Unauthorized));
    let link = format!("open {}v4/oa/permission?app_id=11&redirect_uri=", stage.stub.url);
    assert!(failure.detail.contains(&link), "{}", failure.detail);
    assert!(failure.detail.contains("loa gateway consent oa --code"), "{}", failure.detail);
    account.send(GROUP, &text("x")).await.unwrap_err();
    assert_eq!(stage.stub.seen_at(RENEWALS).len(), 2, "the token server is not asked again and again");
}

#[tokio::test]
async fn a_renewal_that_never_left_costs_nothing() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account_with(|config| config.oauth_url = "http://127.0.0.1:9".parse().unwrap());
    account.send(GROUP, &text("x")).await.unwrap();
    stage.clock.advance(Duration::from_hours(26));
    for _ in 0..3 {
        let failure = account.send(GROUP, &text("x")).await.unwrap_err();
        assert_eq!(failure.outcome, Outcome::RetryLater { after: None, scope: PauseScope::Gateway });
    }
    stage.account().send(GROUP, &text("x")).await.unwrap();
}

#[tokio::test]
async fn a_person_consents_and_the_account_speaks_again() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account_with(|config| config.refresh_token = None);
    let AskError::Unauthorized(why) = account.identify().await.unwrap_err() else { panic!("not authorised") };
    assert!(why.starts_with("the account has no tokens yet; open "), "{why}");
    let link: reqwest::Url = account.consent_link().await.unwrap().parse().unwrap();
    let shown = |name: &str| link.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let (mark, challenge) = (shown("state"), shown("code_challenge"));
    let other = account.accept_consent("https://loa.example.vn/oa?code=C&oa_id=22&state=another").await;
    assert!(matches!(other, Err(AskError::Refused(_))), "{other:?}");
    let stranger = account.accept_consent(&format!("https://loa.example.vn/oa?code=C&oa_id=99&state={mark}")).await;
    assert!(matches!(stranger, Err(AskError::Refused(_))), "{stranger:?}");
    assert!(stage.stub.seen_at(RENEWALS).is_empty());
    let standing = account.accept_consent(&format!("https://loa.example.vn/oa?code=C&oa_id=22&state={mark}")).await;
    assert_eq!(standing.unwrap().access_until, NOW + Duration::from_hours(25));
    let asked = &stage.stub.seen_at(RENEWALS)[0];
    let verifier = asked.body.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(oauth::challenge(verifier), challenge);
    account.send(GROUP, &text("x")).await.unwrap();
    let again = account.accept_consent("C").await;
    assert!(matches!(again, Err(AskError::Refused(_))), "a consent is used once: {again:?}");
}

#[tokio::test]
async fn a_verifier_fixed_in_the_console_is_the_one_that_is_asked_with() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let account = stage.account_with(|config| config.code_verifier = Some(verifier.to_owned().into()));
    let link = account.consent_link().await.unwrap();
    assert!(link.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "{link}");
}

#[tokio::test]
async fn a_stolen_database_shows_no_token() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let account = stage.account();
    account.send(GROUP, &text("x")).await.unwrap();
    account.consent_link().await.unwrap();
    stage.clock.advance(Duration::from_hours(20));
    account.api.tokens.keep_fresh().await.unwrap();
    stage.store.close().await;
    for ending in ["db", "db-wal"] {
        let Ok(content) = std::fs::read(stage.path.with_extension(ending)) else { continue };
        let found = content.windows(MARK.len()).any(|window| window == MARK.as_bytes());
        assert!(!found, "in the file ending in {ending}");
    }
}

#[tokio::test]
async fn another_key_opens_nothing_and_asks_for_consent() {
    let stage = Stage::new(Rotating::handler(0)).await;
    stage.account().send(GROUP, &text("x")).await.unwrap();
    let vault = StoreVault::with_key(&[8; 32], stage.store.clone(), SeededEntropy::new(1)).unwrap();
    let account = stage.account_with(|config| config.vault = Arc::new(vault));
    let AskError::Unauthorized(why) = account.identify().await.unwrap_err() else { panic!("not authorised") };
    assert!(why.starts_with("the stored tokens cannot be opened with this key file"), "{why}");
}

#[tokio::test]
async fn a_refresh_token_near_its_end_is_pointed_out() {
    let stage = Stage::new(Rotating::handler(0)).await;
    let pair = TokenPair {
        access: format!("{MARK}-a1").into(),
        refresh: format!("{MARK}-r1").into(),
        obtained_at: NOW.plus_days(-70),
        expires_at: NOW.plus_days(1),
    };
    let stored = stage.vault().put_first("oa", &pair).await.unwrap();
    let end = token_standing(&stored).refresh_until;
    assert_eq!(end, NOW.plus_days(19));
    assert_eq!(stage.account().token_standing().await.unwrap().unwrap().refresh_until, end);
}
