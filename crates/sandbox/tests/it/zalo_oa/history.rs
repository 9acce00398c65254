//! What can be read back: history of groups, recent chats, persons (zalo-api.md B4, B8).

use loa_sandbox::zalo_oa::{GroupSize, NewPerson};
use serde_json::json;

use super::{MONDAY, Rig, file_message, text, to_group};

#[tokio::test]
async fn the_history_of_a_group_is_read_newest_first_and_knows_who_spoke() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let sent = rig.send(&group, "VB-2025-0042").await;
    rig.pass(60_000);
    rig.people.say(&binh, &group, "Thôn 3 đã nhận", Some(&sent)).unwrap();
    let rows = rig.look(&format!("/v3.0/oa/group/conversation?group_id={group}&offset=0&count=10")).await;
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let (new, old) = (&rows[0], &rows[1]);
    assert_eq!((&new["src"], &new["from_id"], &new["from_display_name"]), (&json!(1), &json!(binh), &json!("Bình")));
    assert_eq!((&old["src"], &old["message_id"], &old["message"]), (&json!(0), &json!(sent), &json!("VB-2025-0042")));
    assert_eq!((&old["time"], &old["type"]), (&json!(MONDAY), &json!("text")));
}

#[tokio::test]
async fn a_page_of_history_holds_ten_rows_at_most() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    for n in 0..12 {
        rig.people.say(&binh, &group, &format!("{n}"), None).unwrap();
    }
    let path = |rest: &str| format!("/v3.0/oa/group/conversation?group_id={group}{rest}");
    assert_eq!(rig.get(&path("&count=11")).await["error"], json!(-210));
    assert_eq!(rig.look(&path("")).await.as_array().unwrap().len(), 5);
    let rest = rig.look(&path("&offset=10&count=10")).await;
    assert_eq!((&rest[0]["message"], &rest[1]["message"]), (&json!("1"), &json!("0")));
}

#[tokio::test]
async fn recent_chats_tell_the_newest_message_of_each_group() {
    let rig = Rig::new().await;
    let (first, binh) = rig.group();
    let second = rig.people.add_group("Nhóm hai", GroupSize::Gmf10, std::slice::from_ref(&binh)).unwrap();
    rig.people.say(&binh, &second, "cũ", None).unwrap();
    rig.pass(1_000);
    rig.send(&first, "mới").await;
    let rows = rig.look("/v3.0/oa/group/listrecentchat?offset=0&count=10").await;
    assert_eq!((&rows[0]["group_id"], &rows[0]["message"]), (&json!(first), &json!("mới")));
    assert_eq!((&rows[1]["group_id"], &rows[1]["message"]), (&json!(second), &json!("cũ")));
}

#[tokio::test]
async fn files_of_history_can_be_fetched() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.ok("/v3.0/oa/group/message", to_group(&group, file_message(&rig.pdf().await))).await;
    let rows = rig.look(&format!("/v3.0/oa/group/conversation?group_id={group}")).await;
    let url = text(&rows[0]["links"][0]["url"]);
    assert_eq!(rig.http.get(url).send().await.unwrap().bytes().await.unwrap(), "%PDF-1.4");
    assert_eq!(rig.http.get(rig.url("/_media/99")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn history_may_know_messages_by_another_id_than_the_send() {
    let rig = Rig::with(|config| config.quirks.own_event_ids = true).await;
    let (group, binh) = rig.group();
    let sent = rig.send(&group, "VB-2025-0042").await;
    let rows = rig.look(&format!("/v3.0/oa/group/conversation?group_id={group}")).await;
    let known = text(&rows[0]["message_id"]);
    assert_ne!(known, sent);
    assert_eq!(rig.events("oa_send_group_text")[0]["message"]["msg_id"], json!(known));
    rig.people.say(&binh, &group, "đã nhận", Some(&sent)).unwrap();
    assert_eq!(rig.events("user_send_group_text")[0]["message"]["quote_msg_id"], json!(known));
}

#[tokio::test]
async fn a_person_is_looked_up_by_a_json_query() {
    let rig = Rig::new().await;
    let (_, binh) = rig.group();
    let path = |id: &str| format!("/v3.0/oa/user/detail?data=%7B%22user_id%22%3A%22{id}%22%7D");
    let got = rig.look(&path(&binh)).await;
    assert_eq!((&got["display_name"], &got["user_is_follower"]), (&json!("Bình"), &json!(true)));
    let stranger = rig.people.add_person(NewPerson::stranger("Lạ")).unwrap();
    assert_eq!(rig.get(&path(&stranger)).await["error"], json!(-213));
    assert_eq!(rig.get(&path("1")).await["error"], json!(-201));
    assert_eq!(rig.get("/v3.0/oa/user/detail?data=oops").await["error"], json!(-201));
}
