//! Uploads, reuse by `file_id`, downloads.

use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};

use super::Rig;

async fn upload(rig: &Rig, method: &str, form: Form) -> Value {
    rig.http.post(rig.url(method)).multipart(form).send().await.unwrap().json().await.unwrap()
}

fn pdf(chat: i64, bytes: Vec<u8>) -> Form {
    let part = Part::bytes(bytes).file_name("KH tuyên truyền CĐS.pdf").mime_str("application/pdf").unwrap();
    Form::new().text("chat_id", chat.to_string()).text("caption", "Kế hoạch").part("document", part)
}

/// The first bytes of a PNG of some size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

#[tokio::test]
async fn a_document_is_uploaded_once_and_sent_again_by_its_id() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    rig.people.start(binh, None).unwrap();
    let sent = upload(&rig, "sendDocument", pdf(chat, b"%PDF-1.7 noi dung".to_vec())).await;
    let document = &sent["result"]["document"];
    assert_eq!(document["file_name"], json!("KH tuyên truyền CĐS.pdf"));
    assert_eq!((document["mime_type"].as_str(), document["file_size"].as_i64()), (Some("application/pdf"), Some(17)));
    assert_eq!(sent["result"]["caption"], json!("Kế hoạch"));
    let again = rig.ok("sendDocument", json!({ "chat_id": binh, "document": document["file_id"] })).await;
    assert_eq!(again["document"], *document);
    assert_eq!(again["caption"], Value::Null);
    let files: Vec<_> = rig.people.messages(chat).unwrap().into_iter().filter_map(|m| m.file).collect();
    assert_eq!(rig.people.messages(binh).unwrap()[1].file, Some(files[0].clone()), "one stored file, two messages");
}

#[tokio::test]
async fn a_file_can_stand_under_another_part_name() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let part = Part::bytes(vec![1, 2, 3]).file_name("loa.mp3");
    let form = Form::new().text("chat_id", chat.to_string()).text("document", "attach://tep").part("tep", part);
    let sent = upload(&rig, "sendDocument", form).await;
    assert_eq!(sent["result"]["document"]["mime_type"], json!("audio/mpeg"));
    let missing = json!({ "chat_id": chat, "document": "attach://khac" });
    assert_eq!(rig.err("sendDocument", missing).await, "400 Bad Request: there is no document in the request");
}

#[tokio::test]
async fn a_file_id_is_good_for_its_own_bot_and_kind_only() {
    let rig = Rig::with(|c| {
        c.bots.push(loa_sandbox::telegram::BotSpec { username: "b_bot".to_owned(), ..Default::default() })
    })
    .await;
    let (chat, _) = rig.group().await;
    let sent = upload(&rig, "sendDocument", pdf(chat, vec![1])).await;
    let id = sent["result"]["document"]["file_id"].clone();
    let photo = json!({ "chat_id": chat, "photo": id });
    assert_eq!(rig.err("sendPhoto", photo).await, "400 Bad Request: can't use file of type Document as Photo");
    let url = format!("{}/bot{}/getFile", rig.sandbox.base_url(), rig.sandbox.tokens()[1]);
    let answer: Value = rig.http.post(url).json(&json!({ "file_id": id })).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["description"], json!("Bad Request: invalid file_id"));
}

#[rstest]
#[case(json!({}), "there is no document in the request")]
#[case(json!({ "document": "BQACwrong" }), "wrong file identifier/HTTP URL specified")]
#[case(json!({ "document": "https://halong.example/a.pdf" }), "failed to get HTTP URL content")]
#[case(json!({ "document": "x", "caption": "a".repeat(1_025) }), "message caption is too long")]
#[tokio::test]
async fn a_faulty_document_is_refused(#[case] mut body: Value, #[case] text: &str) {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    body["chat_id"] = json!(chat);
    assert_eq!(rig.err("sendDocument", body).await, format!("400 Bad Request: {text}"));
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let answer = upload(&rig, "sendDocument", pdf(chat, Vec::new())).await;
    assert_eq!(answer["description"], json!("Bad Request: file must be non-empty"));
}

#[rstest]
#[case(png(1_280, 960), None)]
#[case(png(9_000, 1_001), Some("PHOTO_INVALID_DIMENSIONS"))]
#[case(png(2_100, 100), Some("PHOTO_INVALID_DIMENSIONS"))]
#[case(b"not a picture".to_vec(), Some("IMAGE_PROCESS_FAILED"))]
#[tokio::test]
async fn a_photo_must_be_a_picture_of_sane_size(#[case] bytes: Vec<u8>, #[case] refused: Option<&str>) {
    let rig = Rig::new().await;
    let (chat, _) = rig.group().await;
    let form = Form::new().text("chat_id", chat.to_string()).part("photo", Part::bytes(bytes).file_name("a.png"));
    let answer = upload(&rig, "sendPhoto", form).await;
    match refused {
        Some(text) => assert_eq!(answer["description"], json!(format!("Bad Request: {text}"))),
        None => assert_eq!(answer["result"]["photo"][0]["width"], json!(1_280)),
    }
}

#[tokio::test]
async fn a_persons_file_is_downloaded_by_the_path_get_file_names() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    rig.people.send_file(lan, lan, "../../etc/QĐ 101.PDF", b"noi dung".to_vec(), Some("/vanban")).unwrap();
    let update = rig.updates().await.remove(0);
    assert_eq!(update["message"]["document"]["file_name"], json!("QĐ 101.PDF"));
    assert_eq!(update["message"]["caption_entities"][0]["type"], json!("bot_command"));
    let file = rig.ok("getFile", json!({ "file_id": update["message"]["document"]["file_id"] })).await;
    let path = file["file_path"].as_str().unwrap().to_owned();
    let base = rig.sandbox.base_url();
    let got = rig.http.get(format!("{base}/file/bot{}/{path}", rig.token())).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap().as_ref(), b"noi dung");
    for wrong in [format!("{base}/file/bot{}/documents/file_9.pdf", rig.token()), format!("{base}/file/bot1:x/{path}")]
    {
        assert!(rig.http.get(wrong).send().await.unwrap().status().is_client_error());
    }
}

#[tokio::test]
async fn files_over_twenty_megabytes_cannot_be_downloaded() {
    let rig = Rig::new().await;
    let lan = rig.person("Lan");
    rig.people.send_file(lan, lan, "to.pdf", vec![0; 20 * 1024 * 1024 + 1], None).unwrap();
    let update = rig.updates().await.remove(0);
    let body = json!({ "file_id": update["message"]["document"]["file_id"] });
    assert_eq!(rig.err("getFile", body).await, "400 Bad Request: file is too big");
}

#[tokio::test]
async fn a_photo_from_a_person_and_a_forwarded_document_reach_the_bot() {
    let rig = Rig::new().await;
    let (chat, binh) = rig.group().await;
    let id = rig.people.send_file(binh, chat, "bien-ban.docx", vec![1], None).unwrap();
    rig.people.send_photo(binh, binh, png(800, 600), Some("băng rôn")).unwrap();
    rig.people.forward(binh, chat, id, binh).unwrap();
    let updates = rig.updates().await;
    assert_eq!(updates[0]["message"]["photo"][0]["height"], json!(600));
    assert_eq!(updates[0]["message"]["caption"], json!("băng rôn"));
    assert_eq!(updates[1]["message"]["document"]["file_name"], json!("bien-ban.docx"));
    assert_eq!(updates[1]["message"]["forward_origin"]["type"], json!("user"));
}
