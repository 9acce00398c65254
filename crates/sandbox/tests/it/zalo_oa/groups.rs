//! Groups and the assets they stand on (zalo-api.md B4 and B5).

use loa_sandbox::zalo_oa::{AssetList, DateForm, GroupSize, NewPerson};
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, MONDAY, Rig, text, to_group};

const CREATE: &str = "/v3.0/oa/group/creategroupwithoa";
const UPDATE_ASSET: &str = "/v3.0/oa/group/updateasset";
const YEAR: i64 = 365 * DAY;

/// An admin who follows, and a free asset.
fn ready(rig: &Rig, size: GroupSize) -> (String, String) {
    let admin = rig.people.add_person(NewPerson { admin: true, ..NewPerson::follower("Chi") }).unwrap();
    (admin, rig.people.add_asset(size, None))
}

fn request(name: &str, asset: &str, members: &[String]) -> Value {
    json!({ "group_name": name, "group_description": "Thôn 3", "asset_id": asset, "member_user_ids": members })
}

async fn info(rig: &Rig, group: &str) -> Value {
    rig.look(&format!("/v3.0/oa/group/getgroup?group_id={group}")).await
}

/// The assets of a product.
async fn assets(rig: &Rig, product: &str, quota: &str) -> Value {
    let body = json!({ "quota_owner": "OA", "product_type": product, "quota_type": quota });
    rig.ok("/v3.0/oa/quota/group", body).await
}

#[tokio::test]
async fn the_account_creates_a_group_on_an_asset() {
    let rig = Rig::new().await;
    let (admin, asset) = ready(&rig, GroupSize::Gmf50);
    let made = rig.ok(CREATE, request("Thôn 3 Tân An", &asset, std::slice::from_ref(&admin))).await;
    let group = text(&made["group_id"]);
    assert_eq!((&made["status"], &made["max_member"]), (&json!("enabled"), &json!(50)));
    assert!(text(&made["group_link"]).starts_with("https://zalo.me/g/"), "{made}");
    rig.send(&group, "Chào bà con").await;
    let event = rig.events("create_group").remove(0);
    assert_eq!((&event["group_id"], &event["members"][0]["user_id"]), (&json!(group), &json!(admin)));
    let used = assets(&rig, "gmf50", "purchase_quota").await;
    assert_eq!((&used[0]["status"], &used[0]["used_id"]), (&json!("used"), &json!(group)));
}

#[tokio::test]
async fn a_group_needs_an_admin_and_invitable_people() {
    let rig = Rig::new().await;
    let (admin, asset) = ready(&rig, GroupSize::Gmf10);
    let stranger = rig.people.add_person(NewPerson::stranger("Lạ")).unwrap();
    let follower = rig.follower("Dung");
    let try_with = async |members: &[String]| rig.post(CREATE, request("a", &asset, members)).await["error"].clone();
    assert_eq!(try_with(&[follower]).await, json!(-201));
    assert_eq!(try_with(&[]).await, json!(-201));
    assert_eq!(try_with(&[admin.clone(), "123".to_owned()]).await, json!(-201));
    assert_eq!(try_with(&[admin.clone(), stranger.clone()]).await, json!(-213));
    // Whoever wrote within 7 days need not follow.
    rig.people.say_to_oa(&stranger, "chào", None).unwrap();
    rig.pass(7 * DAY + 1);
    rig.people.replace_tokens();
    assert_eq!(try_with(&[admin.clone(), stranger.clone()]).await, json!(-213));
    rig.people.say_to_oa(&stranger, "chào", None).unwrap();
    assert_eq!(try_with(&[admin, stranger]).await, json!(0));
}

#[rstest]
#[case("", -201)]
#[case("Thôn 3", 0)]
#[case("Tên nhóm này dài hơn ba mươi ký tự", -201)]
#[tokio::test]
async fn a_name_has_one_to_thirty_characters(#[case] name: &str, #[case] error: i64) {
    let rig = Rig::new().await;
    let (admin, asset) = ready(&rig, GroupSize::Gmf10);
    assert_eq!(rig.post(CREATE, request(name, &asset, &[admin])).await["error"], json!(error));
}

#[tokio::test]
async fn an_asset_serves_one_group_and_only_while_it_is_valid() {
    let rig = Rig::new().await;
    let (admin, asset) = ready(&rig, GroupSize::Gmf10);
    let members = [admin];
    let try_on = async |asset: &str| rig.post(CREATE, request("a", asset, &members)).await["error"].clone();
    assert_eq!(try_on("123").await, json!(-201));
    assert_eq!(try_on(&asset).await, json!(0));
    assert_eq!(try_on(&asset).await, json!(-238));
    let ended = rig.people.add_asset(GroupSize::Gmf10, Some(rig.now()));
    assert_eq!(try_on(&ended).await, json!(-241));
    let off = rig.people.add_asset(GroupSize::Gmf10, None);
    rig.people.set_asset_disabled(&off, true).unwrap();
    assert_eq!(try_on(&off).await, json!(-241));
}

#[rstest]
#[case(GroupSize::Gmf10, 10)]
#[case(GroupSize::Gmf50, 50)]
#[tokio::test]
async fn a_group_holds_as_many_as_its_asset_says_the_account_included(#[case] size: GroupSize, #[case] most: usize) {
    let rig = Rig::new().await;
    let (admin, asset) = ready(&rig, size);
    let others = |n: usize| (0..n).map(|_| rig.follower("Bà con"));
    let too_many: Vec<_> = std::iter::once(admin.clone()).chain(others(most - 1)).collect();
    assert_eq!(rig.err(CREATE, request("a", &asset, &too_many)).await, -210);
    let full: Vec<_> = too_many[..most - 1].to_vec();
    let group = text(&rig.ok(CREATE, request("a", &asset, &full)).await["group_id"]);
    let one_more = json!({ "group_id": group, "member_user_ids": [too_many[most - 1]] });
    assert_eq!(rig.err("/v3.0/oa/group/invite", one_more).await, -210);
    assert!(rig.people.join(&too_many[most - 1], &group).is_err());
    assert_eq!(info(&rig, &group).await["group_info"]["total_member"], json!(most));
}

#[test]
fn assets_come_in_four_sizes() {
    use GroupSize::{Gmf10, Gmf50, Gmf100, Gmf1000};
    let sizes = [Gmf10, Gmf50, Gmf100, Gmf1000].map(|size| (size.product(), size.members()));
    assert_eq!(sizes, [("gmf10", 10), ("gmf50", 50), ("gmf100", 100), ("gmf1000", 1_000)]);
}

#[tokio::test]
async fn one_group_is_described_with_its_asset_and_settings() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let got = info(&rig, &group).await;
    assert_eq!(got["group_info"]["name"], json!("Nhóm Trưởng thôn"));
    assert_eq!((&got["group_info"]["status"], &got["group_info"]["total_member"]), (&json!("enabled"), &json!(2)));
    assert!(got["group_info"].get("auto_delete_date").is_none());
    assert_eq!(got["asset_info"]["asset_type"], json!("gmf10"));
    assert_eq!(got["asset_info"]["valid_through"], json!((MONDAY + YEAR).to_string()));
    assert_eq!(got["group_setting"]["lock_send_msg"], json!(false));
    assert_eq!(rig.get("/v3.0/oa/group/getgroup?group_id=1").await["error"], json!(-201));
    assert_eq!(rig.get("/v3.0/oa/group/getgroup").await["error"], json!(-201));
}

#[tokio::test]
async fn groups_are_listed_five_at_a_time_and_fifty_at_most() {
    let rig = Rig::new().await;
    let binh = [rig.follower("Bình")];
    for n in 0..7 {
        rig.people.add_group(&format!("Nhóm {n}"), GroupSize::Gmf10, &binh).unwrap();
    }
    let list = async |query: &str| rig.look(&format!("/v3.0/oa/group/getgroupsofoa{query}")).await;
    let first = list("").await;
    assert_eq!((first["groups"].as_array().unwrap().len(), &first["total"]), (5, &json!(7)));
    let rest = list("?offset=5&count=50").await;
    let names: Vec<_> = rest["groups"].as_array().unwrap().iter().map(|group| text(&group["name"])).collect();
    assert_eq!(names, ["Nhóm 5", "Nhóm 6"]);
    assert_eq!(rig.get("/v3.0/oa/group/getgroupsofoa?count=51").await["error"], json!(-210));
    assert_eq!(rig.get("/v3.0/oa/group/getgroupsofoa?offset=x").await["error"], json!(-201));
}

#[tokio::test]
async fn name_description_and_settings_can_be_changed() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    let change = json!({ "group_id": group, "group_name": "Thôn 3", "group_description": "Tin của thôn",
        "lock_send_msg": true });
    rig.ok("/v3.0/oa/group/updateinfo", change).await;
    let got = info(&rig, &group).await;
    assert_eq!(got["group_info"]["group_description"], json!("Tin của thôn"));
    assert_eq!(got["group_setting"]["lock_send_msg"], json!(true));
    assert!(rig.people.say(&binh, &group, "a", None).is_err(), "locked: only deputies write");
    assert_eq!(rig.events("update_group_info").len(), 1);
    let wrong = json!({ "group_id": group, "group_name": "a".repeat(31) });
    assert_eq!(rig.err("/v3.0/oa/group/updateinfo", wrong).await, -201);
}

#[tokio::test]
async fn an_ended_asset_disables_its_group_which_is_dissolved_after_45_days_unless_renewed() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let other = rig.people.add_group("Nhóm khác", GroupSize::Gmf10, &[rig.follower("Dung")]).unwrap();
    rig.pass(YEAR);
    rig.people.replace_tokens();
    let got = info(&rig, &group).await;
    assert_eq!(got["group_info"]["status"], json!("disabled"));
    assert_eq!(got["group_info"]["auto_delete_date"], json!("11/09/2026"));
    let fresh = rig.people.add_asset(GroupSize::Gmf50, None);
    let renewed = rig.ok(UPDATE_ASSET, json!({ "group_id": group, "asset_id": fresh })).await;
    assert_eq!((&renewed["status"], &renewed["max_member"]), (&json!("enabled"), &json!(50)));
    rig.pass(45 * DAY);
    rig.people.replace_tokens();
    rig.send(&group, "vẫn còn").await;
    let gone = to_group(&other, json!({ "text": "a" }));
    assert_eq!(rig.err("/v3.0/oa/group/message", gone).await, -403);
}

#[tokio::test]
async fn a_group_cannot_move_to_an_asset_that_is_used_or_too_small() {
    let rig = Rig::new().await;
    let (group, _) = rig.group();
    let many: Vec<_> = (0..12).map(|_| rig.follower("Bà con")).collect();
    let big = rig.people.add_group("Nhóm lớn", GroupSize::Gmf50, &many).unwrap();
    let used = rig.people.asset_of(&group).unwrap();
    assert_eq!(rig.err(UPDATE_ASSET, json!({ "group_id": big, "asset_id": used })).await, -238);
    let small = rig.people.add_asset(GroupSize::Gmf10, None);
    assert_eq!(rig.err(UPDATE_ASSET, json!({ "group_id": big, "asset_id": small })).await, -210);
    assert_eq!(rig.err(UPDATE_ASSET, json!({ "group_id": big, "asset_id": "1" })).await, -201);
    assert_eq!(assets(&rig, "gmf50", "purchase_quota").await[0]["used_id"], json!(big), "nothing was moved");
    let larger = rig.people.add_asset(GroupSize::Gmf100, None);
    rig.ok(UPDATE_ASSET, json!({ "group_id": big, "asset_id": larger })).await;
    let (old, new) = (assets(&rig, "gmf50", "purchase_quota").await, assets(&rig, "gmf100", "purchase_quota").await);
    assert_eq!((&old[0]["status"], &new[0]["used_id"]), (&json!("available"), &json!(big)));
}

#[tokio::test]
async fn a_disbanded_group_is_out_of_reach_and_leaves_its_asset() {
    let rig = Rig::new().await;
    let (group, binh) = rig.group();
    rig.ok("/v3.0/oa/group/delete", json!({ "group_id": group })).await;
    assert_eq!(rig.err("/v3.0/oa/group/message", to_group(&group, json!({ "text": "a" }))).await, -403);
    assert_eq!(rig.err("/v3.0/oa/group/delete", json!({ "group_id": group })).await, -403);
    assert_eq!(rig.get(&format!("/v3.0/oa/group/getgroup?group_id={group}")).await["error"], json!(-403));
    assert_eq!(rig.look("/v3.0/oa/group/getgroupsofoa").await["total"], json!(0));
    assert!(rig.people.say(&binh, &group, "a", None).is_err());
    assert_eq!(assets(&rig, "gmf10", "purchase_quota").await[0]["status"], json!("available"));
}

#[rstest]
#[case(AssetList::Array, DateForm::Millis, "", "1785198600000")]
#[case(AssetList::Object, DateForm::DayMonthYear, "/assets", "28/07/2026")]
#[tokio::test]
async fn assets_are_listed_in_either_form(
    #[case] list: AssetList,
    #[case] date: DateForm,
    #[case] at: &str,
    #[case] until: &str,
) {
    let rig = Rig::with(|config| {
        config.quirks.assets = list;
        config.quirks.valid_through = date;
    })
    .await;
    let asset = rig.people.add_asset(GroupSize::Gmf100, None);
    let data = assets(&rig, "gmf100", "purchase_quota").await;
    let row = &data.pointer(at).unwrap()[0];
    assert_eq!((&row["asset_id"], &row["valid_through"]), (&json!(asset), &json!(until)));
    assert_eq!((&row["status"], &row["auto_renew"]), (&json!("available"), &json!(false)));
    assert_eq!(assets(&rig, "gmf100", "sub_quota").await.pointer(at).unwrap(), &json!([]));
    for wrong in [("", "gmf10", "sub_quota"), ("OA", "gmf11", "sub_quota"), ("OA", "gmf10", "free")] {
        let body = json!({ "quota_owner": wrong.0, "product_type": wrong.1, "quota_type": wrong.2 });
        assert_eq!(rig.err("/v3.0/oa/quota/group", body).await, -201);
    }
}
