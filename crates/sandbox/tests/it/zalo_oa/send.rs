//! Sending into a group (zalo-api.md B3), and the codes that can come back (B10).

use loa_sandbox::zalo_oa::{GroupSize, OaLimits, OaSentKind};
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, JPEG, Rig, data, file_message, image_message, text, to_group};

const SEND: &str = "/v3.0/oa/group/message";

#[rstest]
#[case(json!({ "text": "a".repeat(2_000) }), 0)]
#[case(json!({ "text": "a".repeat(2_001) }), -210)]
// Counted in UTF-16 units: each of these is two.
#[case(json!({ "text": "📣".repeat(1_001) }), -210)]
#[case(json!({ "text": "" }), -201)]
#[case(json!({}), -201)]
#[case(json!({ "attachment": { "payload": {} } }), -201)]
#[case(json!({ "attachment": { "type": "voice", "payload": {} } }), -233)]
#[case(json!({ "attachment": { "type": "template", "payload": { "template_type": "list" } } }), -233)]
#[case(json!({ "attachment": { "type": "template", "payload": { "template_type": "media" } } }), -201)]
#[case(json!({ "attachment": { "type": "image", "payload": { "url": "https://x.example/a.jpg" } } }), -213)]
#[case(json!({ "attachment": { "type": "image", "payload": { "attachment_id": "a" } } }), -214)]
#[case(file_message("khong co"), -201)]
#[case(image_message("khong co", ""), -201)]
#[tokio::test]
async fn a_message_is_taken_or_refused_by_its_shape(#[case] message: Value, #[case] error: i64) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let answer = rig.post(SEND, to_group(&group, message)).await;
    assert_eq!(answer["error"], json!(error), "{answer}");
    assert_eq!(rig.people.sent_log().len(), usize::from(error == 0));
}

#[tokio::test]
async fn an_image_goes_by_template_with_a_caption() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let id = rig.image().await;
    rig.ok(SEND, to_group(&group, image_message(&id, "Áp phích"))).await;
    assert_eq!(rig.err(SEND, to_group(&group, image_message(&id, &"a".repeat(2_001)))).await, -210);
    let shown = rig.people.messages(&group).unwrap().pop().unwrap();
    assert_eq!((shown.text.as_str(), shown.file.unwrap().size), ("Áp phích", JPEG.len()));
    assert_eq!(rig.people.sent_log().pop().unwrap().kind, OaSentKind::Image);
}

#[tokio::test]
async fn one_handle_serves_many_groups() {
    let rig = Rig::new().await;
    let (first, binh) = rig.group();
    let second = rig.people.add_group("Nhóm hai", GroupSize::Gmf10, &[binh]).unwrap();
    let token = rig.pdf().await;
    for group in [&first, &second] {
        rig.ok(SEND, to_group(group, file_message(&token))).await;
    }
    let second = rig.people.sent_log().remove(1);
    assert_eq!((second.kind, second.file.as_deref()), (OaSentKind::File, Some("vb.pdf")));
}

#[tokio::test]
async fn a_template_takes_exactly_one_element() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let mut message = image_message(&rig.image().await, "");
    let element = message["attachment"]["payload"]["elements"][0].clone();
    message["attachment"]["payload"]["elements"] = json!([element, element]);
    assert_eq!(rig.err(SEND, to_group(&group, message)).await, -201);
}

#[tokio::test]
async fn a_file_takes_no_text_beside_it() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let mut message = file_message(&rig.pdf().await);
    message["text"] = json!("xem tệp");
    assert_eq!(rig.err(SEND, to_group(&group, message)).await, -201);
}

#[tokio::test]
async fn a_handle_is_good_only_as_what_it_was_uploaded_for() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let (image, file) = (rig.image().await, rig.pdf().await);
    assert_eq!(rig.err(SEND, to_group(&group, image_message(&file, ""))).await, -201);
    assert_eq!(rig.err(SEND, to_group(&group, file_message(&image))).await, -201);
}

#[tokio::test]
async fn a_handle_is_100_after_seven_days_by_the_wall_clock() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let token = rig.pdf().await;
    rig.pass(7 * DAY - 1);
    rig.people.replace_tokens();
    rig.ok(SEND, to_group(&group, file_message(&token))).await;
    rig.pass(1);
    assert_eq!(rig.err(SEND, to_group(&group, file_message(&token))).await, -100);
}

#[tokio::test]
async fn a_gif_needs_its_size_and_a_sticker_only_its_id() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let id = text(&data(rig.upload("gif", "a.gif", b"GIF89a").await)["attachment_id"]);
    let mut message = image_message(&id, "");
    let element = |element: Value, message: &mut Value| message["attachment"]["payload"]["elements"] = json!([element]);
    element(json!({ "media_type": "gif", "attachment_id": id }), &mut message);
    assert_eq!(rig.err(SEND, to_group(&group, message.clone())).await, -201);
    element(json!({ "media_type": "gif", "attachment_id": id, "width": 9, "height": 9 }), &mut message);
    rig.ok(SEND, to_group(&group, message.clone())).await;
    element(json!({ "media_type": "sticker", "attachment_id": "bfe458bf64fa8da4d4eb" }), &mut message);
    rig.ok(SEND, to_group(&group, message.clone())).await;
    element(json!({ "media_type": "video", "attachment_id": id }), &mut message);
    assert_eq!(rig.err(SEND, to_group(&group, message)).await, -233);
}

#[rstest]
#[case(false, -200)]
#[case(true, 0)]
#[tokio::test]
async fn an_image_by_address_is_in_dispute(#[case] taken: bool, #[case] error: i64) {
    let rig = Rig::with(|config| config.quirks.image_urls = taken).await;
    let (group, _) = rig.group();
    let mut message = image_message("", "");
    message["attachment"]["payload"]["elements"] = json!([{ "media_type": "image", "url": "https://x.example/a.jpg" }]);
    assert_eq!(rig.post(SEND, to_group(&group, message)).await["error"], json!(error));
}

#[tokio::test]
async fn mentions_stand_in_the_text_and_are_read_as_names() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    rig.send(&group, &format!("[@{group}] mời [@{binh}] và [@123] họp")).await;
    let message = rig.people.messages(&group).unwrap().pop().unwrap();
    assert_eq!(message.shown, "@Mọi người mời @Bình và [@123] họp");
    assert!(message.text.contains(&binh));
}

#[tokio::test]
async fn a_quote_in_a_group_is_ignored() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let first = rig.send(&group, "một").await;
    rig.ok(SEND, to_group(&group, json!({ "text": "hai", "quote_message_id": first }))).await;
    assert_eq!(rig.people.messages(&group).unwrap().pop().unwrap().reply_to, None);
}

#[tokio::test]
async fn group_sends_know_no_night_and_no_window() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.pass(16 * super::HOUR);
    rig.send(&group, "23 giờ 30").await;
    rig.pass(30 * DAY);
    rig.people.replace_tokens();
    rig.send(&group, "một tháng sau").await;
}

#[tokio::test]
async fn a_disabled_group_is_237_and_works_again_when_enabled() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = || to_group(&group, json!({ "text": "a" }));
    rig.people.set_group_off(&group, true).unwrap();
    assert_eq!(rig.err(SEND, body()).await, -237);
    rig.people.set_group_off(&group, false).unwrap();
    rig.ok(SEND, body()).await;
    rig.people.set_asset_end(&rig.people.asset_of(&group).unwrap(), rig.now()).unwrap();
    assert_eq!(rig.err(SEND, body()).await, -237);
}

#[tokio::test]
async fn a_disabled_asset_is_241_and_a_group_without_the_account_403() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = || to_group(&group, json!({ "text": "a" }));
    let asset = rig.people.asset_of(&group).unwrap();
    rig.people.set_asset_disabled(&asset, true).unwrap();
    assert_eq!(rig.err(SEND, body()).await, -241);
    rig.people.set_asset_disabled(&asset, false).unwrap();
    rig.people.put_out(&group).unwrap();
    assert_eq!(rig.err(SEND, body()).await, -403);
    assert_eq!(rig.err(SEND, to_group("123", json!({ "text": "a" }))).await, -201);
}

#[tokio::test]
async fn a_forbidden_word_is_248() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.people.forbid("Mật khẩu");
    assert_eq!(rig.err(SEND, to_group(&group, json!({ "text": "gửi MẬT KHẨU cho tôi" }))).await, -248);
    rig.send(&group, "không xin gì cả").await;
}

#[tokio::test]
async fn a_used_up_feature_is_211_until_it_is_filled_again() {
    let limits = OaLimits { group_sends: Some(1), ..OaLimits::COMPREHENSIVE };
    let rig = Rig::with(|config| config.limits = Some(limits)).await;
    let (group, _) = rig.group();
    rig.send(&group, "một").await;
    assert_eq!(rig.err(SEND, to_group(&group, json!({ "text": "hai" }))).await, -211);
    rig.people.refill();
    rig.send(&group, "hai").await;
    assert_eq!((rig.people.counts().sent[&group], rig.people.counts().refused[&-211]), (2, 1));
}
