//! Every way a client may put its parameters, and how methods and tokens are matched.

use reqwest::multipart::Form;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Rig, ack_keyboard};

const TEXT: &str = "Kính gửi: Trưởng thôn & Tổ công nghệ số + 50% = \"đủ\" 🔔";

async fn result(response: reqwest::Response) -> Value {
    let mut answer: Value = response.json().await.unwrap();
    assert_eq!(answer["ok"], json!(true), "{answer}");
    answer["result"].take()
}

#[tokio::test]
async fn query_json_form_and_multipart_carry_the_same_parameters() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let (chat_text, markup) = (chat.to_string(), ack_keyboard("a:1").to_string());
    let pairs = [("chat_id", chat_text.as_str()), ("text", TEXT), ("reply_markup", markup.as_str())];
    let url = rig.url("sendMessage");
    let object = json!({ "chat_id": chat, "text": TEXT, "reply_markup": ack_keyboard("a:1") });
    let stringy = json!({ "chat_id": chat_text, "text": TEXT, "reply_markup": markup });
    let form = pairs.iter().fold(Form::new(), |f, (k, v)| f.text((*k).to_owned(), (*v).to_owned()));
    let requests = [
        rig.http.get(&url).query(&pairs),
        rig.http.post(&url).query(&pairs),
        rig.http.post(&url).json(&object),
        rig.http.post(&url).json(&stringy),
        rig.http.post(&url).form(&pairs),
        rig.http.post(&url).multipart(form),
    ];
    for request in requests {
        let message = result(request.send().await.unwrap()).await;
        assert_eq!(message["text"], json!(TEXT));
        assert_eq!(message["chat"]["id"], json!(chat));
        assert_eq!(message["reply_markup"], ack_keyboard("a:1"));
    }
    assert_eq!(rig.people.sent_log().len(), 6);
}

#[rstest]
#[case("getMe")]
#[case("getme")]
#[case("GetMe")]
#[case("GETME")]
#[tokio::test]
async fn method_names_are_matched_in_any_letter_case(#[case] method: &str) {
    let rig = Rig::new().await;
    let me = rig.ok(method, json!({})).await;
    assert_eq!(me["username"], json!("loa_xa_bot"));
    assert_eq!(me["is_bot"], json!(true));
    assert_eq!(me["can_read_all_group_messages"], json!(false));
    assert_eq!(me["id"], json!(rig.bot()));
}

#[tokio::test]
async fn an_unknown_method_is_not_found() {
    let rig = Rig::new().await;
    assert_eq!(rig.err("sendTelepathy", json!({})).await, "404 Not Found: method not found");
}

#[rstest]
#[case("7100000001:AAabcdefghijklmnopqrstuvwxyz012345678", 401, "Unauthorized")]
#[case("nonsense", 404, "Not Found")]
#[case("12:has space", 404, "Not Found")]
#[tokio::test]
async fn a_wrong_token_is_refused_by_its_shape(#[case] token: &str, #[case] code: u16, #[case] text: &str) {
    let rig = Rig::new().await;
    let url = format!("{}/bot{token}/getMe", rig.sandbox.base_url());
    let response = rig.http.get(url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), code);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer, json!({ "ok": false, "error_code": code, "description": text }));
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let rig = Rig::new().await;
    for body in ["[1,2]", "{\"chat_id\":", "nul"] {
        let request = rig.http.post(rig.url("sendMessage")).header("content-type", "application/json").body(body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["error_code"], json!(400), "{body}: {answer}");
    }
}

#[tokio::test]
async fn an_upload_over_fifty_megabytes_is_too_large() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let part = reqwest::multipart::Part::bytes(vec![7; 52 * 1024 * 1024]).file_name("to.pdf");
    let form = Form::new().text("chat_id", chat.to_string()).part("document", part);
    let response = rig.http.post(rig.url("sendDocument")).multipart(form).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 413);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["description"], json!("Request Entity Too Large"));
}
