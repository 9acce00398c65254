//! Private chats that the platform closes: the free answers are used up, a week has passed, or the person no longer follows.

use loa::demo::places::Network;
use loa::store::Store;
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind, PrivateRules};

use super::{CODE, compose, number_of};
use crate::db::sqlite_tests;
use crate::stage::{Stage, at};

sqlite_tests!(
    a_card_the_account_may_no_longer_send_in_private_is_decided_in_the_office_group,
    a_window_that_closed_unnoticed_carries_what_waits_to_the_office_group_too,
    an_answer_to_somebody_who_does_not_follow_goes_to_their_office_group_and_a_code_does_not,
);

/// A stage on which nothing is paid for, three days after the approver's last word.
async fn three_days_later(store: Store) -> Stage {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 22, 9, 0)).start(store).await;
    stage.oa().set_private_rules(PrivateRules::default());
    stage.pass_to(at(2025, 7, 25, 16, 45)).await;
    stage
}

/// What the account last posted in a group.
fn last_post(stage: &Stage, group: &str) -> String {
    stage.posted(group).pop().map_or(String::new(), |post| post.text)
}

async fn a_card_the_account_may_no_longer_send_in_private_is_decided_in_the_office_group(store: Store) {
    let mut stage = three_days_later(store).await;
    compose(&mut stage).await;
    assert!(stage.oa().counts().refused.contains_key(&-218), "{:?}", stage.oa().counts().refused);
    let card = last_post(&stage, "lanh-dao");
    assert!(card.contains(CODE) && card.contains("✅ Duyệt"), "{card}");
    let cards = stage.posted("lanh-dao").iter().filter(|post| post.text.contains("✅ Duyệt")).count();
    assert_eq!(cards, 1, "{}", stage.group_chat("lanh-dao"));

    stage.say_in("pct", "lanh-dao", &number_of(&card, "✅ Duyệt"), None).await;
    assert!(last_post(&stage, "lanh-dao").contains(CODE), "{}", stage.group_chat("lanh-dao"));
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    assert_eq!(stage.messages_in(CODE, "sent").await, 48);

    // Whoever writes again is answered in private again.
    assert!(stage.say("pct", "/trogiup").await.contains("/duyet"), "{}", stage.private_chat("pct"));
    stage.stop().await;
}

async fn a_window_that_closed_unnoticed_carries_what_waits_to_the_office_group_too(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let closed = OaFaultKind::error(-230, "No interaction in 7 days");
    stage.oa().add_fault(OaFault::next("message/cs", closed).in_chat(&stage.account("pct")).from_call(1, 0));
    compose(&mut stage).await;
    let card = last_post(&stage, "lanh-dao");
    assert!(card.contains(CODE) && card.contains("✅ Duyệt"), "{card}");
    stage.stop().await;
}

async fn an_answer_to_somebody_who_does_not_follow_goes_to_their_office_group_and_a_code_does_not(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloOa]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    stage.oa().unfollow(&stage.account("quan")).unwrap();
    let before = stage.private_chat("quan").lines().count();
    stage.say("quan", "/trogiup").await;
    let carried = last_post(&stage, "nhom-van-phong");
    assert!(carried.starts_with("Trả lời riêng cho Mẫu Văn Quân") && carried.contains("/suckhoe"), "{carried}");

    stage.say("quan", "/capma Mẫu Văn Minh").await;
    let carried = last_post(&stage, "nhom-van-phong");
    assert!(carried.starts_with("Có câu trả lời riêng cho Mẫu Văn Quân"), "{carried}");
    assert_eq!(stage.posted("nhom-van-phong").len(), 2, "{}", stage.group_chat("nhom-van-phong"));
    let private = stage.private_chat("quan");
    assert_eq!(private.lines().count(), before + 4, "nothing but their own words: {private}");
    stage.stop().await;
}
