//! Members, join requests and deputies (zalo-api.md B4), with both sets of event names (B8).

use loa_sandbox::zalo_oa::{LifecycleNames, NewPerson};
use rstest::rstest;
use serde_json::{Value, json};

use super::Rig;

async fn act(rig: &Rig, method: &str, group: &str, members: &[&String]) -> Value {
    let body = json!({ "group_id": group, "member_user_ids": members });
    rig.post(&format!("/v3.0/oa/group/{method}"), body).await
}

async fn look(rig: &Rig, method: &str, group: &str) -> Value {
    rig.look(&format!("/v3.0/oa/group/{method}?group_id={group}&offset=0&count=50")).await
}

#[tokio::test]
async fn members_are_listed_with_the_account_among_them() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let list = look(&rig, "listmember", &group).await;
    assert_eq!((&list["total"], &list["member_count"]), (&json!(2), &json!(2)));
    assert_eq!(list["members"][0]["oa_id"], json!(rig.sandbox.oa_id()));
    assert_eq!((&list["members"][1]["user_id"], &list["members"][1]["name"]), (&json!(binh), &json!("Bình")));
}

#[tokio::test]
async fn the_account_tells_its_own_name() {
    let rig = Rig::new().await;
    let data = rig.look("/v2.0/oa/getoa").await;
    let expected = json!({ "oa_id": rig.sandbox.oa_id(), "name": "Loa xã", "description": "", "is_verified": true,
        "avatar": data["avatar"] });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn people_are_invited_and_removed() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let dung = rig.follower("Dung");
    let stranger = rig.people.add_person(NewPerson::stranger("Lạ")).unwrap();
    assert_eq!(act(&rig, "invite", &group, &[&stranger]).await["error"], json!(-213));
    let invited = act(&rig, "invite", &group, &[&binh, &dung]).await;
    assert_eq!(invited["data"]["member_user_ids"], json!([dung]), "only the new one");
    assert_eq!(rig.events("user_join_group")[0]["members"], json!([{ "user_id": dung }]));
    rig.people.say(&dung, &group, "chào", None).unwrap();
    assert_eq!(act(&rig, "removemembers", &group, &[&dung]).await["error"], json!(0));
    assert_eq!(act(&rig, "removemembers", &group, &[&dung]).await["error"], json!(-201));
    assert!(rig.people.say(&dung, &group, "chào", None).is_err());
}

#[rstest]
#[case(
    LifecycleNames::Leave,
    ["react_request_join_group_accept", "react_request_join_group_reject", "user_leave_group", "delete_group"]
)]
#[case(
    LifecycleNames::Out,
    ["react_request_join_group", "reject_request_join_group", "user_out_group", "disperse_group"]
)]
#[case(
    LifecycleNames::Mixed,
    ["accept_request_join_group", "reject_request_join_group", "user_out_group", "delete_group"]
)]
#[tokio::test]
async fn each_inventory_of_lifecycle_names_can_be_had(#[case] names: LifecycleNames, #[case] expected: [&str; 4]) {
    let rig = Rig::with(|config| config.quirks.names = names).await;
    let (group, _) = rig.group();
    let (dung, em) = (rig.follower("Dung"), rig.follower("Em"));
    rig.people.ask_to_join(&dung, &group).unwrap();
    rig.people.ask_to_join(&em, &group).unwrap();
    assert_eq!(act(&rig, "acceptpendinginvite", &group, &[&dung]).await["error"], json!(0));
    assert_eq!(act(&rig, "rejectpendinginvite", &group, &[&em]).await["error"], json!(0));
    rig.people.leave(&dung, &group).unwrap();
    rig.ok("/v3.0/oa/group/delete", json!({ "group_id": group })).await;
    let events = rig.people.events();
    let names: Vec<_> = events.iter().map(|event| event["event_name"].as_str().unwrap()).collect();
    let [accepted, rejected, left, gone] = expected;
    let whole = ["create_group", "user_request_join_group", "user_request_join_group", accepted];
    assert_eq!(names, [&whole[..], &["user_join_group", rejected, left, gone]].concat());
}

#[tokio::test]
async fn join_requests_wait_for_a_verdict() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let dung = rig.follower("Dung");
    rig.people.ask_to_join(&dung, &group).unwrap();
    assert_eq!(look(&rig, "listpendinginvite", &group).await["members"][0]["name"], json!("Dung"));
    assert_eq!(look(&rig, "listmember", &group).await["total"], json!(2));
    assert_eq!(act(&rig, "acceptpendinginvite", &group, &[&dung]).await["error"], json!(0));
    assert_eq!(look(&rig, "listpendinginvite", &group).await["total"], json!(0));
    assert_eq!(look(&rig, "listmember", &group).await["total"], json!(3));
    assert_eq!(act(&rig, "rejectpendinginvite", &group, &[&dung]).await["error"], json!(-201));
}

#[tokio::test]
async fn without_approval_a_link_lets_people_in_at_once() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    rig.ok("/v3.0/oa/group/updateinfo", json!({ "group_id": group, "join_appr": false })).await;
    rig.people.ask_to_join(&rig.follower("Dung"), &group).unwrap();
    assert_eq!(look(&rig, "listmember", &group).await["total"], json!(3));
}

#[tokio::test]
async fn deputies_may_write_in_a_locked_group() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    rig.ok("/v3.0/oa/group/updateinfo", json!({ "group_id": group, "lock_send_msg": true })).await;
    assert_eq!(act(&rig, "addadmins", &group, &[&binh]).await["error"], json!(0));
    rig.people.say(&binh, &group, "phó nhóm nói", None).unwrap();
    assert_eq!(act(&rig, "removeadmins", &group, &[&binh]).await["error"], json!(0));
    assert!(rig.people.say(&binh, &group, "hết quyền", None).is_err());
    assert_eq!((rig.events("add_group_admin").len(), rig.events("remove_group_admin").len()), (1, 1));
    assert_eq!(act(&rig, "addadmins", &group, &[&rig.follower("Ngoài")]).await["error"], json!(-201));
}

#[rstest]
#[case(json!([]))]
#[case(json!([1]))]
#[case(json!("1"))]
#[case(json!(vec!["1"; 100]))]
#[tokio::test]
async fn one_to_ninety_nine_people_are_named_by_text(#[case] members: Value) {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let body = json!({ "group_id": group, "member_user_ids": members });
    assert_eq!(rig.err("/v3.0/oa/group/invite", body).await, -201);
}
