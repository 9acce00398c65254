//! What stops an official account or a group of it: told with what helps, before anything is to be sent where that can be known, and
//! over as soon as it was put right.

use std::time::Duration;

use loa::demo::places::Network;
use loa::domain::calendar::Millis;
use loa::engine::loops::upkeep;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa::usecase::compose::Draft;
use loa::usecase::incidents::{self, Noted};
use loa_sandbox::zalo_oa::{OaFault, OaFaultKind};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    each_fault_of_an_account_is_told_with_its_cure_and_the_rest_goes_by_itself,
    a_refresh_token_that_died_is_told_before_anything_is_to_be_sent,
    a_renewal_whose_answer_is_lost_fails_no_message_and_all_go_after_the_consent,
    a_locked_group_is_called_so_and_resumes_when_it_is_open_again,
    a_locked_group_resumes_when_its_head_speaks,
    an_asset_that_was_renewed_is_worried_about_no_more,
    a_new_pair_of_tokens_ends_the_warning_of_one_that_ends,
);

/// Number, what the platform says with it, and what the admin reads of the cure.
const CURES: [(i64, &str); 8] = [
    (-204, "liên hệ Zalo"),
    (-205, "kiểm tra oa_id"),
    (-212, "developers.zalo.me"),
    (-224, "nâng gói OA"),
    (-242, "app_secret và appsecret_proof"),
    (-321, "nạp tiền ZCA"),
    (-240, "nâng cấp Loa"),
    (-223, "loa gateway consent"),
];

async fn keep(stage: &Stage) -> bool {
    upkeep::keep(&stage.core, stage.core.gateways["zalo_oa"].as_ref()).await
}

/// For two villages, each in its own group.
fn short() -> Draft {
    Draft { audience: "thon:03,04".to_owned(), ..draft() }
}

async fn each_fault_of_an_account_is_told_with_its_cure_and_the_rest_goes_by_itself(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    for (code, cure) in CURES {
        let told = stage.said_to("quan").len();
        stage.oa().add_fault(OaFault::next("group/message", OaFaultKind::error(code, "a text")).from_call(1, 0));
        let composed = stage.release(&short()).await;
        stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
        stage.oa().set_faults(Vec::new());
        stage.clock.advance(Duration::from_secs(31));
        stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
        stage.settle().await;
        let alerts = stage.said_to("quan").split_off(told);
        let alert = alerts.iter().find(|alert| alert.starts_with('🔴')).unwrap_or_else(|| panic!("{code}: {alerts:?}"));
        assert!(alert.contains(cure), "{code}: {alert}");
        assert_eq!(alert.contains("consent"), code == -223, "{code}: {alert}");
        assert_eq!((stage.sent(&composed).await, stage.incidents().await), (2, Vec::new()), "{code}");
    }
    assert_eq!(stage.posts("dieu-hanh-03"), CURES.len(), "once each");
    stage.stop().await;
}

async fn a_refresh_token_that_died_is_told_before_anything_is_to_be_sent(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa, Network::Telegram]).await;
    stage.settle().await;
    // Somebody made a new pair elsewhere. Nothing is to be sent for a day, and the old access token would still work for hours.
    stage.oa().replace_tokens();
    stage.clock.advance(Duration::from_hours(21));
    assert!(!keep(&stage).await, "and again soon");
    assert_eq!(stage.incidents().await, ["unauthorized"]);
    stage.settle().await;
    let (telegram, quan) = stage.on_ground("telegram", "quan");
    let alert = telegram.said_to(&quan).pop().unwrap_or_default();
    assert!(alert.contains("mã truy cập hết hạn") && alert.contains("/v4/oa/permission?"), "{alert}");
    assert!(alert.contains("loa gateway consent zalo_oa --code"), "{alert}");
    // A second try, after the time of the first one, is refused too.
    stage.clock.advance(Duration::from_mins(3));
    assert!(!keep(&stage).await);
    stage.settle().await;
    let alerts = |stage: &Stage| {
        let (telegram, quan) = stage.on_ground("telegram", "quan");
        telegram.said_to(&quan).iter().filter(|text| text.contains("mã truy cập hết hạn")).count()
    };
    assert_eq!(alerts(&stage), 1, "told once");

    // The old access token still carries messages. What that ends is not begun again every minute.
    let commune = stage.core.commune_id().await.unwrap();
    let mut tx = stage.core.store.begin().await.unwrap();
    assert!(incidents::works_again(&mut tx, &stage.core.act(&commune), "zalo_oa").await.unwrap());
    tx.commit().await.unwrap();
    stage.clock.advance(Duration::from_mins(3));
    assert!(!keep(&stage).await);
    assert!(stage.incidents().await.is_empty());
    stage.clock.advance(Duration::from_hours(6));
    assert!(!keep(&stage).await);
    assert_eq!(stage.incidents().await, ["unauthorized"]);

    stage.consent().await;
    stage.clock.advance(Duration::from_secs(31));
    stage.until("closed", async |stage: &Stage| stage.incidents().await.is_empty()).await;
    assert!(keep(&stage).await);
    stage.stop().await;
}

async fn a_renewal_whose_answer_is_lost_fails_no_message_and_all_go_after_the_consent(store: Store) {
    const TRIES: &str = "SELECT COUNT(*) FROM attempts";
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    stage.settle().await;
    stage.oa().expire_access_token();
    stage.oa().add_fault(OaFault::next("access_token", OaFaultKind::ResetAfter));
    let before = stage.rows(TRIES).await;
    let composed = stage.release(&draft()).await;
    // The pair is used up: the second try is refused, and a person is asked.
    stage.until("halted", async |stage: &Stage| stage.is_halted()).await;
    let tried = stage.rows(TRIES).await - before;
    assert!(tried < 72, "the gateway waits, and not chat by chat: {tried} tries");
    assert_eq!(stage.messages_in(&composed.bulletin.id, "failed").await, 0);

    stage.consent().await;
    stage.clock.advance(Duration::from_secs(31));
    stage.until("resumed", async |stage: &Stage| !stage.is_halted()).await;
    stage.settle().await;
    assert_eq!(stage.sent(&composed).await, 24);
    assert!((1..=24).all(|village| stage.posts(&format!("dieu-hanh-{village:02}")) == 1), "once each");
    stage.stop().await;
}

/// A stage on which the group of Thôn 03 is locked and a bulletin met that.
async fn locked(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    crate::flow_send::without_joint_group(&stage).await;
    stage.oa().set_group_off(&stage.chat("dieu-hanh-03"), true).unwrap();
    stage.release(&short()).await;
    stage.settle().await;
    let alerts = stage.said_to("quan");
    let alert = alerts.iter().find(|alert| alert.contains("khóa nhóm")).unwrap_or_else(|| panic!("{alerts:?}"));
    assert!(alert.contains("gia hạn gói nhóm") && !alert.contains("thêm lại bot"), "{alert}");
    assert_eq!(stage.incidents().await, ["group_disabled"]);
    stage
}

async fn state(stage: &Stage) -> ChatState {
    let mut tx = stage.core.store.read().await.unwrap();
    let group = tx.group_by_code(&stage.commune, "dieu-hanh-03").await.unwrap().unwrap();
    tx.chat(&group.chat_id.unwrap()).await.unwrap().unwrap().state
}

async fn a_locked_group_is_called_so_and_resumes_when_it_is_open_again(store: Store) {
    let mut stage = locked(store).await;
    keep(&stage).await;
    assert_eq!(state(&stage).await, ChatState::Suspended);
    stage.oa().set_group_off(&stage.chat("dieu-hanh-03"), false).unwrap();
    stage.clock.advance(Duration::from_mins(11));
    keep(&stage).await;
    assert_eq!((state(&stage).await, stage.incidents().await), (ChatState::Active, Vec::new()));
    let composed = stage.release(&short()).await;
    stage.settle().await;
    assert_eq!((stage.sent(&composed).await, stage.posts("dieu-hanh-03")), (2, 1), "what was left out stays so");
    assert!(stage.said_to("quan").iter().any(|said| said.contains("đã mở lại")), "{:?}", stage.said_to("quan"));
    stage.stop().await;
}

async fn a_locked_group_resumes_when_its_head_speaks(store: Store) {
    let mut stage = locked(store).await;
    stage.oa().set_group_off(&stage.chat("dieu-hanh-03"), false).unwrap();
    stage.say_in("binh", "dieu-hanh-03", "/trogiup", None).await;
    assert_eq!((state(&stage).await, stage.incidents().await), (ChatState::Active, Vec::new()));
    stage.stop().await;
}

async fn an_asset_that_was_renewed_is_worried_about_no_more(store: Store) {
    let stage = Stage::start(store, &[Network::ZaloOa]).await;
    let asset = stage.oa().asset_of(&stage.chat("dieu-hanh-03")).unwrap();
    let end = |days: i64| stage.now().plus_days(days).0;
    stage.oa().set_asset_end(&asset, end(20)).unwrap();
    keep(&stage).await;
    assert_eq!(stage.incidents().await, ["asset_expires"]);
    stage.oa().set_asset_end(&asset, end(300)).unwrap();
    stage.clock.advance(Duration::from_mins(61));
    keep(&stage).await;
    assert_eq!(stage.incidents().await, Vec::<String>::new());
    stage.stop().await;
}

async fn a_new_pair_of_tokens_ends_the_warning_of_one_that_ends(store: Store) {
    let stage = Stage::start(store, &[Network::ZaloOa]).await;
    let ends = Noted::Expires { what: "refresh token", chat: None, at: Millis(stage.now().plus_days(20).0) };
    let mut tx = stage.core.store.begin().await.unwrap();
    incidents::note_finding(&mut tx, &stage.core.act(&stage.commune), "zalo_oa", ends).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.incidents().await, ["token_expires"]);
    assert!(keep(&stage).await);
    assert_eq!(stage.incidents().await, Vec::<String>::new());
    stage.stop().await;
}
