//! Private chats that the platform closes: the free answers are used up, a week has passed, or the person no longer follows.

use loa::store::Store;
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind, PrivateRules};

use super::{CODE, compose, number_of};
use crate::db::sqlite_tests;
use crate::oa_rig::OaRig;
use crate::rig::at;

sqlite_tests!(
    a_card_the_account_may_no_longer_send_in_private_is_decided_in_the_office_group,
    a_window_that_closed_unnoticed_carries_what_waits_to_the_office_group_too,
    an_answer_to_somebody_who_does_not_follow_goes_to_their_office_group_and_a_code_does_not,
);

/// A stage on which nothing is paid for, three days after the approver's last word.
async fn three_days_later(store: Store) -> OaRig {
    let mut rig = OaRig::start(store, at(2025, 7, 22, 9, 0)).await;
    rig.handle().set_private_rules(PrivateRules::default());
    rig.pass_to(at(2025, 7, 25, 16, 45)).await;
    rig
}

/// What the account last posted in a group.
fn last_post(rig: &OaRig, group: &str) -> String {
    rig.posts(group).pop().map_or(String::new(), |post| post.text)
}

async fn a_card_the_account_may_no_longer_send_in_private_is_decided_in_the_office_group(store: Store) {
    let mut rig = three_days_later(store).await;
    compose(&mut rig).await;
    assert!(rig.handle().counts().refused.contains_key(&-218), "{:?}", rig.handle().counts().refused);
    let card = last_post(&rig, "lanh-dao");
    assert!(card.contains(CODE) && card.contains("✅ Duyệt"), "{card}");
    let cards = rig.posts("lanh-dao").iter().filter(|post| post.text.contains("✅ Duyệt")).count();
    assert_eq!(cards, 1, "{}", rig.group_chat("lanh-dao"));

    rig.say_in("pct", "lanh-dao", &number_of(&card, "✅ Duyệt"), None).await;
    assert!(last_post(&rig, "lanh-dao").contains(CODE), "{}", rig.group_chat("lanh-dao"));
    rig.pass_to(at(2025, 7, 28, 7, 40)).await;
    assert_eq!(rig.messages_in(CODE, "sent").await, 48);

    // Whoever writes again is answered in private again.
    assert!(rig.say("pct", "/trogiup").await.contains("/duyet"), "{}", rig.private_chat("pct"));
    rig.stop().await;
}

async fn a_window_that_closed_unnoticed_carries_what_waits_to_the_office_group_too(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 7, 25, 16, 45)).await;
    let closed = OaFaultKind::error(-230, "No interaction in 7 days");
    rig.handle().add_fault(OaFault::next("message/cs", closed).in_chat(&rig.account("pct")).from_call(1, 0));
    compose(&mut rig).await;
    let card = last_post(&rig, "lanh-dao");
    assert!(card.contains(CODE) && card.contains("✅ Duyệt"), "{card}");
    rig.stop().await;
}

async fn an_answer_to_somebody_who_does_not_follow_goes_to_their_office_group_and_a_code_does_not(store: Store) {
    let mut rig = OaRig::start(store, at(2025, 7, 25, 16, 45)).await;
    rig.handle().unfollow(&rig.account("quan")).unwrap();
    let before = rig.private_chat("quan").lines().count();
    rig.say("quan", "/trogiup").await;
    let carried = last_post(&rig, "nhom-van-phong");
    assert!(carried.starts_with("Trả lời riêng cho Mẫu Văn Quân") && carried.contains("/suckhoe"), "{carried}");

    rig.say("quan", "/capma Mẫu Văn Minh").await;
    let carried = last_post(&rig, "nhom-van-phong");
    assert!(carried.starts_with("Có câu trả lời riêng cho Mẫu Văn Quân"), "{carried}");
    assert_eq!(rig.posts("nhom-van-phong").len(), 2, "{}", rig.group_chat("nhom-van-phong"));
    let private = rig.private_chat("quan");
    assert_eq!(private.lines().count(), before + 4, "nothing but their own words: {private}");
    rig.stop().await;
}
