//! Conventions of every call: token, proof, envelope, ids, rates (zalo-api.md B2, B9, B10).

use loa_sandbox::zalo_oa::OaLimits;
use serde_json::{Value, json};

use super::{Rig, text, to_group};

const SEND: &str = "/v3.0/oa/group/message";

#[tokio::test]
async fn a_success_has_error_0_and_data_and_ids_are_decimal_texts_above_two_to_the_53() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let answer = rig.ok(SEND, to_group(&group, json!({ "text": "Chào bà con" }))).await;
    assert_eq!(answer["group_id"], json!(group));
    for id in [&group, &binh, &text(&answer["message_id"])] {
        assert!(id.parse::<u64>().unwrap() > 1 << 53, "{id}");
    }
}

#[tokio::test]
async fn an_id_sent_as_a_number_is_refused() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = json!({ "recipient": { "group_id": group.parse::<u64>().unwrap() }, "message": { "text": "a" } });
    assert_eq!(rig.err(SEND, body).await, -201);
}

#[tokio::test]
async fn the_token_goes_into_its_own_header_and_not_into_authorization() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = to_group(&group, json!({ "text": "a" }));
    for (header, value, error) in [
        ("access_token", rig.token(), 0),
        ("access_token", "sai".to_owned(), -216),
        ("authorization", format!("Bearer {}", rig.token()), -216),
    ] {
        let response = rig.http.post(rig.url(SEND)).header(header, value).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap()["error"], json!(error), "{header}");
    }
    assert_eq!(rig.people.counts().refused[&-216], 2);
}

#[tokio::test]
async fn an_expired_token_is_220_and_a_replaced_one_216() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = || to_group(&group, json!({ "text": "a" }));
    rig.people.expire_access_token();
    assert_eq!(rig.err(SEND, body()).await, -220);
    let old = rig.token();
    rig.people.replace_tokens();
    let response = rig.http.post(rig.url(SEND)).header("access_token", old).json(&body()).send().await.unwrap();
    assert_eq!(response.json::<Value>().await.unwrap()["error"], json!(-216));
    rig.ok(SEND, body()).await;
}

#[tokio::test]
async fn a_token_lives_25_hours() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.pass(90_000_000 - 1);
    rig.send(&group, "còn hạn").await;
    rig.pass(1);
    assert_eq!(rig.err(SEND, to_group(&group, json!({ "text": "hết hạn" }))).await, -220);
}

#[tokio::test]
async fn a_wrong_proof_is_242_and_the_right_one_passes() {
    // HMAC-SHA256 of the message "token" under the key "secret", computed with another implementation.
    let rig = Rig::with(|config| config.app_secret = "secret".to_owned()).await;
    let (group, _) = rig.group();
    let body = to_group(&group, json!({ "text": "a" }));
    let request = rig.http.post(rig.url(SEND)).header("access_token", rig.token());
    let answer: Value =
        request.header("appsecret_proof", "00ff").json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], json!(-242));
    let right = hmac("secret", &rig.token());
    let request = rig.http.post(rig.url(SEND)).header("access_token", rig.token());
    let answer: Value =
        request.header("appsecret_proof", right).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], json!(0));
}

/// HMAC-SHA256 by its definition (RFC 2104), for keys shorter than a block.
fn hmac(key: &str, message: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let pad = |with: u8| (0..64).map(move |at| key.as_bytes().get(at).copied().unwrap_or(0) ^ with);
    let inner = Sha256::digest(pad(0x36).chain(message.bytes()).collect::<Vec<_>>());
    let outer: Vec<u8> = pad(0x5c).chain(inner).collect();
    crate::sha256_hex(&outer)
}

#[tokio::test]
async fn wrong_paths_and_the_bare_message_path_are_empty_or_invalid_apis() {
    let rig = Rig::new().await;
    for path in ["/v3.0/oa/message", "/v3.0/oa/group/fly", "/v4/oa/nothing", "/"] {
        let response = rig.raw_post(path, &json!({})).await;
        assert_eq!(response.status(), 404, "{path}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["message"], json!("Empty or invalid API"), "{path}");
    }
}

#[tokio::test]
async fn a_get_where_a_post_belongs_is_a_wrong_path() {
    let rig = Rig::new().await;
    assert_eq!(rig.get(SEND).await["error"], json!(404));
    let wrong = rig.raw_post("/v3.0/oa/group/getgroupsofoa", &json!({})).await;
    assert_eq!(wrong.status(), 404);
}

#[tokio::test]
async fn the_old_message_api_is_240() {
    let rig = Rig::new().await;
    assert_eq!(rig.err("/v2.0/oa/message", json!({})).await, -240);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_201() {
    let rig = Rig::new().await;
    let request = rig.http.post(rig.url(SEND)).header("access_token", rig.token()).body("{oops");
    assert_eq!(request.send().await.unwrap().json::<Value>().await.unwrap()["error"], json!(-201));
}

#[tokio::test]
async fn rate_headers_count_down_and_a_new_minute_starts_over() {
    let rig = Rig::with(|config| config.limits = Some(OaLimits { oa_per_minute: 2, ..OaLimits::GROWTH })).await;
    let path = "/v3.0/oa/group/getgroupsofoa";
    let mut seen = Vec::new();
    for step in 0..4 {
        if step == 3 {
            rig.pass(60_000);
        }
        let response = rig.http.get(rig.url(path)).header("access_token", rig.token()).send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let rate = (header("X-RateLimit-Limit"), header("X-RateLimit-Remain"));
        let answer: Value = response.json().await.unwrap();
        seen.push((rate.0, rate.1, answer["error"].as_i64().unwrap()));
    }
    let expected = [("2", "1", 0), ("2", "0", 0), ("2", "0", -32), ("2", "1", 0)];
    assert_eq!(seen, expected.map(|(limit, remain, error)| (limit.to_owned(), remain.to_owned(), error)));
}

#[tokio::test]
async fn over_the_rate_is_32_with_a_text_of_its_own_for_the_app_and_for_the_account() {
    for (app, oa, words) in [(1, 9, "The application has reached"), (9, 1, "The OA has reached")] {
        let limits = OaLimits { app_per_minute: app, oa_per_minute: oa, ..OaLimits::GROWTH };
        let rig = Rig::with(|config| config.limits = Some(limits)).await;
        rig.look("/v3.0/oa/group/getgroupsofoa").await;
        let answer = rig.get("/v3.0/oa/group/getgroupsofoa").await;
        assert_eq!(answer["error"], json!(-32));
        assert!(text(&answer["message"]).starts_with(words), "{answer}");
    }
}

#[tokio::test]
async fn the_packages_have_the_documented_rates() {
    assert_eq!((OaLimits::GROWTH.app_per_minute, OaLimits::GROWTH.oa_per_minute), (4_000, 100));
    assert_eq!((OaLimits::COMPREHENSIVE.oa_per_minute, OaLimits::GROWTH.uploads_per_month), (2_000, 5_000));
    let rig = Rig::with(|config| config.limits = Some(OaLimits::GROWTH)).await;
    for _ in 0..100 {
        rig.look("/v3.0/oa/group/getgroupsofoa").await;
    }
    assert_eq!(rig.get("/v3.0/oa/group/getgroupsofoa").await["error"], json!(-32));
}
