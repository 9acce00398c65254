//! OAuth v4 (zalo-api.md B7), judged by the body and never by the HTTP status.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use loa_sandbox::zalo_oa::{Consent, ErrorText, OaControlError, OaFault, OaFaultKind};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{DAY, Rig, text};

const BACK: &str = "https://loa.example/zalo/tra-ve";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// Opens the consent page.
async fn permission(rig: &Rig, more: &[(&str, &str)]) -> reqwest::Response {
    let mut query = vec![("app_id", rig.sandbox.app_id()), ("redirect_uri", BACK)];
    query.extend(more);
    let url = format!("{}/v4/oa/permission", rig.sandbox.oauth_url());
    rig.http.get(url).query(&query).send().await.unwrap()
}

/// What the browser brings back.
fn answers(location: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(location).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A code for that challenge.
async fn code(rig: &Rig) -> String {
    let response = permission(rig, &[("code_challenge", &challenge())]).await;
    assert_eq!(response.status(), 302);
    answers(response.headers()["location"].to_str().unwrap()).remove(0).1
}

async fn token(rig: &Rig, secret: &str, form: &[(&str, &str)]) -> Value {
    let url = format!("{}/v4/oa/access_token", rig.sandbox.oauth_url());
    rig.http.post(url).header("secret_key", secret).form(form).send().await.unwrap().json().await.unwrap()
}

async fn exchange(rig: &Rig, code: &str, verifier: &str) -> Value {
    let form = [
        ("code", code),
        ("app_id", rig.sandbox.app_id()),
        ("grant_type", "authorization_code"),
        ("code_verifier", verifier),
    ];
    token(rig, rig.sandbox.app_secret(), &form).await
}

async fn refresh(rig: &Rig, refresh_token: &str) -> Value {
    let form = [("refresh_token", refresh_token), ("app_id", rig.sandbox.app_id()), ("grant_type", "refresh_token")];
    token(rig, rig.sandbox.app_secret(), &form).await
}

/// Whether an access token is good: the `error` of a harmless call.
async fn probe(rig: &Rig, access_token: &str) -> Value {
    let request = rig.http.get(rig.url("/v3.0/oa/group/getgroupsofoa")).header("access_token", access_token);
    request.send().await.unwrap().json::<Value>().await.unwrap()["error"].clone()
}

#[tokio::test]
async fn consent_brings_back_code_account_and_state() {
    let rig = Rig::new().await;
    let response = permission(&rig, &[("code_challenge", &challenge()), ("state", "x y&z")]).await;
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with(BACK), "{location}");
    let answers = answers(&location);
    assert_eq!(answers[1], ("oa_id".to_owned(), rig.sandbox.oa_id().to_owned()));
    assert_eq!(answers[2], ("state".to_owned(), "x y&z".to_owned()));
}

#[tokio::test]
async fn an_admin_may_have_to_agree_first() {
    let rig = Rig::with(|config| config.oauth.consent = Consent::ByAdmin).await;
    assert_eq!(rig.people.consent(), Err(OaControlError::NoConsent));
    assert_eq!(permission(&rig, &[("code_challenge", &challenge())]).await.status(), 200);
    let code = answers(&rig.people.consent().unwrap()).remove(0).1;
    assert_eq!(exchange(&rig, &code, VERIFIER).await["expires_in"], json!("90000"));
}

#[tokio::test]
async fn a_code_becomes_a_pair_whose_life_is_a_text() {
    let rig = Rig::new().await;
    let answer = exchange(&rig, &code(&rig).await, VERIFIER).await;
    assert_eq!(answer["expires_in"], json!("90000"));
    assert_eq!(probe(&rig, &text(&answer["access_token"])).await, json!(0));
    assert_eq!(answer["refresh_token"], json!(rig.sandbox.tokens().refresh_token));
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_its_verifier() {
    let rig = Rig::new().await;
    let first = code(&rig).await;
    assert_eq!(exchange(&rig, &first, "sai").await["error_name"], json!("Invalid code verifier"));
    assert_eq!(exchange(&rig, &first, VERIFIER).await["error_name"], json!("Invalid code"));
    let second = code(&rig).await;
    rig.pass(600_000);
    assert_eq!(exchange(&rig, &second, VERIFIER).await["error_name"], json!("Invalid code"));
    let third = code(&rig).await;
    rig.pass(599_999);
    assert!(exchange(&rig, &third, VERIFIER).await["access_token"].is_string());
}

#[tokio::test]
async fn the_challenge_may_be_fixed_in_the_console() {
    let rig = Rig::with(|config| config.oauth.console_challenge = Some(challenge())).await;
    let code = async || {
        let response = permission(&rig, &[]).await;
        answers(response.headers()["location"].to_str().unwrap()).remove(0).1
    };
    assert_eq!(exchange(&rig, &code().await, "sai").await["error_name"], json!("Invalid code verifier"));
    assert!(exchange(&rig, &code().await, VERIFIER).await["access_token"].is_string());
}

#[tokio::test]
async fn a_refresh_kills_the_refresh_token_and_the_access_token_before() {
    let rig = Rig::new().await;
    let old = rig.sandbox.tokens();
    let answer = refresh(&rig, &old.refresh_token).await;
    assert_eq!(answer["expires_in"], json!("90000"));
    assert_eq!(probe(&rig, &old.access_token).await, json!(-216));
    assert_eq!(probe(&rig, &text(&answer["access_token"])).await, json!(0));
    assert_eq!(refresh(&rig, &old.refresh_token).await["error"], json!(-14_014));
    assert!(refresh(&rig, &text(&answer["refresh_token"])).await["access_token"].is_string());
}

#[tokio::test]
async fn the_code_for_a_used_refresh_token_is_a_guess_and_can_be_set() {
    let rig = Rig::with(|config| config.oauth.refresh_used_code = -118).await;
    let old = rig.sandbox.tokens().refresh_token;
    refresh(&rig, &old).await;
    assert_eq!(refresh(&rig, &old).await["error"], json!(-118));
}

#[tokio::test]
async fn a_refresh_token_lives_three_months() {
    let rig = Rig::new().await;
    let token = rig.sandbox.tokens().refresh_token;
    rig.pass(90 * DAY);
    assert_eq!(refresh(&rig, &token).await["error_name"], json!("Invalid refresh token"));
}

#[tokio::test]
async fn a_lost_answer_of_a_refresh_has_had_its_effect() {
    let rig = Rig::new().await;
    let old = rig.sandbox.tokens();
    rig.people.set_faults(vec![OaFault::next("access_token", OaFaultKind::ResetAfter)]);
    let url = format!("{}/v4/oa/access_token", rig.sandbox.oauth_url());
    let form = [
        ("refresh_token", old.refresh_token.as_str()),
        ("app_id", rig.sandbox.app_id()),
        ("grant_type", "refresh_token"),
    ];
    let sent = rig.http.post(url).header("secret_key", rig.sandbox.app_secret()).form(&form).send().await;
    assert!(sent.is_err());
    assert_eq!(probe(&rig, &old.access_token).await, json!(-216));
    assert_eq!(refresh(&rig, &old.refresh_token).await["error"], json!(-14_014));
}

#[tokio::test]
async fn a_refused_refresh_leaves_the_pair_as_it_was() {
    let rig = Rig::new().await;
    let old = rig.sandbox.tokens();
    let refused = OaFaultKind::error(-14_002, "App inactive");
    rig.people.set_faults(vec![OaFault::next("access_token", refused)]);
    let answer = refresh(&rig, &old.refresh_token).await;
    assert_eq!((&answer["error"], &answer["error_reason"]), (&json!(-14_002), &json!("App inactive")));
    assert_eq!(rig.sandbox.tokens(), old);
}

#[rstest]
#[case(&[("app_id", "1"), ("redirect_uri", BACK)], -14_002)]
#[case(&[("app_id", "4018273645546372819"), ("redirect_uri", "https://ai-do.example")], -14_003)]
#[case(&[("app_id", "4018273645546372819")], -14_003)]
#[tokio::test]
async fn a_wrong_consent_request_says_so_in_its_body(#[case] query: &[(&str, &str)], #[case] error: i64) {
    let rig = Rig::with(|config| config.oauth.redirect_uris = vec![BACK.to_owned()]).await;
    let url = format!("{}/v4/oa/permission", rig.sandbox.oauth_url());
    let response = rig.http.get(url).query(query).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["error"], json!(error));
    for field in ["error_name", "error_reason", "ref_doc"] {
        assert!(answer[field].is_string(), "{field}: {answer}");
    }
}

#[tokio::test]
async fn errors_may_come_with_another_status_and_another_field() {
    let rig = Rig::with(|config| {
        config.oauth.error_status = 400;
        config.oauth.error_text = ErrorText::Description;
    })
    .await;
    let url = format!("{}/v4/oa/access_token", rig.sandbox.oauth_url());
    let response = rig.http.post(url).header("secret_key", "sai").send().await.unwrap();
    assert_eq!(response.status(), 400);
    let answer: Value = response.json().await.unwrap();
    assert!(answer["error_description"].is_string() && answer.get("error_reason").is_none(), "{answer}");
}

#[tokio::test]
async fn the_token_endpoint_reads_forms_and_no_json() {
    let rig = Rig::new().await;
    let url = format!("{}/v4/oa/access_token", rig.sandbox.oauth_url());
    let refresh_token = rig.sandbox.tokens().refresh_token;
    let body = json!({ "app_id": rig.sandbox.app_id(), "grant_type": "refresh_token", "refresh_token": refresh_token });
    let request = rig.http.post(url).header("secret_key", rig.sandbox.app_secret()).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error_name"], json!("App inactive"));
    assert_eq!(rig.sandbox.tokens().refresh_token, refresh_token);
}

#[tokio::test]
async fn the_secret_the_app_and_the_grant_are_checked() {
    let rig = Rig::new().await;
    let app = rig.sandbox.app_id();
    let secret = rig.sandbox.app_secret();
    let names = [
        token(&rig, "sai", &[]).await["error_name"].clone(),
        token(&rig, secret, &[("app_id", "1")]).await["error_name"].clone(),
        token(&rig, secret, &[("app_id", app), ("grant_type", "password")]).await["error_name"].clone(),
    ];
    assert_eq!(names, [json!("Invalid secret key"), json!("App inactive"), json!("Invalid grant type")]);
}
