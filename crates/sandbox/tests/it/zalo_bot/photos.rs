//! sendPhoto: the platform fetches the picture from its address.

use axum::{
    Router,
    http::{HeaderName, StatusCode, header::CONTENT_TYPE},
    response::AppendHeaders,
    routing::get,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{PNG, Rig};

const IMAGE: (HeaderName, &str) = (CONTENT_TYPE, "image/png");

/// A place with a picture, a page, and nothing; gives its address.
async fn gallery(rig: &Rig) -> String {
    let app = Router::new()
        .route("/pano.png", get(|| async { ([IMAGE], PNG) }))
        .route("/khong-ten.png", get(|| async { PNG }))
        .route("/jpeg.png", get(|| async { ([(CONTENT_TYPE, "image/jpeg")], PNG) }))
        .route("/hai-ten.png", get(|| async { (AppendHeaders([IMAGE, (CONTENT_TYPE, "image/jpeg")]), PNG) }))
        .route("/trang.html", get(|| async { "<html></html>" }))
        .route("/to.png", get(|| async { ([IMAGE], [PNG, &vec![0; 6 << 20]].concat()) }))
        .route("/cam.png", get(|| async { (StatusCode::FORBIDDEN, [IMAGE], PNG) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    rig.tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

fn photo(chat: &str, url: &str) -> Value {
    json!({ "chat_id": chat, "photo": url, "caption": "Băng rôn" })
}

#[tokio::test]
async fn a_picture_is_fetched_during_the_call_and_shown_with_its_caption() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let url = gallery(&rig).await;
    let sent = rig.ok("sendPhoto", photo(&chat, &format!("{url}/pano.png"))).await;
    let id = sent["message_id"].as_str().unwrap();
    assert_eq!(rig.people.photo_bytes(&chat, id).unwrap(), PNG);
    let shown = rig.people.show(&chat).unwrap();
    assert!(shown.contains("🖼 photo (29 B)\n    Băng rôn"), "{shown}");
}

#[rstest]
#[case::missing("/khong-co.png")]
#[case::forbidden("/cam.png")]
#[case::a_page("/trang.html")]
#[case::too_large("/to.png")]
#[case::without_its_type("/khong-ten.png")]
#[case::under_another_type("/jpeg.png")]
#[case::under_two_types("/hai-ten.png")]
#[tokio::test]
async fn what_cannot_be_fetched_is_a_bad_request_and_is_not_sent(#[case] path: &str) {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let url = gallery(&rig).await;
    let (status, answer) = rig.call("sendPhoto", photo(&chat, &format!("{url}{path}"))).await;
    assert_eq!(status, 400, "{answer}");
    assert!(!answer.to_string().contains(&url), "the address is not repeated: {answer}");
    assert!(rig.people.sent_log().is_empty());
    assert_eq!(rig.people.counts().quota_used, 0);
}

#[rstest]
#[case::bytes_of_an_upload("iVBORw0KGgo=")]
#[case::a_file("file:///pano.png")]
#[tokio::test]
async fn only_an_address_of_the_web_is_a_photo(#[case] photo: &str) {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    assert_eq!(rig.err("sendPhoto", json!({ "chat_id": chat, "photo": photo })).await, 400);
}

#[tokio::test]
async fn nobody_at_the_address_is_a_bad_request_too() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/pano.png", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(rig.err("sendPhoto", photo(&chat, &url)).await, 400);
}

#[tokio::test]
async fn a_caption_has_2000_units_at_most_and_may_be_missing() {
    let rig = Rig::new().await;
    let (chat, ..) = rig.group();
    let url = format!("{}/pano.png", gallery(&rig).await);
    let with = |caption: String| json!({ "chat_id": chat, "photo": url, "caption": caption });
    assert_eq!(rig.err("sendPhoto", with("a".repeat(2_001))).await, 400);
    rig.ok("sendPhoto", with("a".repeat(2_000))).await;
    rig.ok("sendPhoto", json!({ "chat_id": chat, "photo": url })).await;
}
