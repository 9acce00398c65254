//! Uploads (zalo-api.md B6).

use loa_sandbox::zalo_oa::OaLimits;
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, JPEG, Rig, data};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

#[rstest]
#[case("image", "a.jpg", JPEG, 0, "attachment_id")]
#[case("image", "a.png", PNG, 0, "attachment_id")]
#[case("image", "a.gif", b"GIF89a", -201, "")]
#[case("image", "a.jpg", b"%PDF-1.4", -201, "")]
#[case("gif", "a.gif", b"GIF89a", 0, "attachment_id")]
#[case("gif", "a.gif", JPEG, -201, "")]
#[case("file", "VB số 42.PDF", b"%PDF-1.4", 0, "token")]
#[case("file", "a.doc", b"x", 0, "token")]
#[case("file", "a.docx", b"x", 0, "token")]
#[case("file", "a.csv", b"x", 0, "token")]
#[case("file", "a.xlsx", b"x", -201, "")]
#[case("file", "khong-duoi", b"x", -201, "")]
#[tokio::test]
async fn each_kind_takes_its_own_types(
    #[case] what: &str,
    #[case] name: &str,
    #[case] bytes: &[u8],
    #[case] error: i64,
    #[case] field: &str,
) {
    let rig = Rig::new().await;
    let answer = rig.upload(what, name, bytes).await;
    assert_eq!(answer["error"], json!(error), "{answer}");
    assert_eq!(answer["data"].get(field).is_some(), error == 0, "{answer}");
}

#[rstest]
#[case("image", "a.jpg", JPEG, 1_048_576)]
#[case("gif", "a.gif", b"GIF89a", 5_242_880)]
#[case("file", "a.pdf", b"%PDF", 5_242_880)]
#[tokio::test]
async fn each_kind_has_its_largest_size(
    #[case] what: &str,
    #[case] name: &str,
    #[case] head: &[u8],
    #[case] most: usize,
) {
    let rig = Rig::new().await;
    let mut bytes = head.to_vec();
    bytes.resize(most, b'a');
    data(rig.upload(what, name, &bytes).await);
    bytes.push(b'a');
    assert_eq!(rig.upload(what, name, &bytes).await["error"], json!(-210));
}

#[tokio::test]
async fn the_field_must_be_called_file() {
    let rig = Rig::new().await;
    let part = reqwest::multipart::Part::bytes(JPEG.to_vec()).file_name("a.jpg");
    let form = reqwest::multipart::Form::new().part("image", part);
    let request = rig.http.post(rig.url("/v2.0/oa/upload/image")).header("access_token", rig.token()).multipart(form);
    assert_eq!(request.send().await.unwrap().json::<Value>().await.unwrap()["error"], json!(-201));
}

#[tokio::test]
async fn a_month_has_a_limited_number_of_uploads() {
    let limits = OaLimits { uploads_per_month: 2, ..OaLimits::GROWTH };
    let rig = Rig::with(|config| config.limits = Some(limits)).await;
    rig.pdf().await;
    rig.image().await;
    assert_eq!(rig.upload("file", "a.pdf", b"%PDF").await["error"], json!(-211));
    rig.pass(30 * DAY);
    rig.people.replace_tokens();
    rig.pdf().await;
}
