//! What we may do in a group is known before the first message is refused there.

use loa::demo::places::Network;
use loa::store::Store;
use loa::store::binding::ChatState;
use loa_sandbox::telegram::{GroupKind, NewUser, Rights};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::Stage;

sqlite_tests!(
    rights_taken_and_given_back_suspend_and_resume_a_group,
    a_bot_that_may_not_write_is_told_of_at_the_binding_and_says_nothing_there,
    strange_groups_that_come_at_once_are_told_of_together,
);

const GROUP: &str = "dieu-hanh-03";

async fn state(stage: &Stage) -> ChatState {
    let mut tx = stage.core.store.read().await.unwrap();
    let group = tx.group_by_code(&stage.commune, GROUP).await.unwrap().unwrap();
    tx.chat(&group.chat_id.unwrap()).await.unwrap().unwrap().state
}

/// The bot's own id, with which its token begins.
fn bot(stage: &Stage) -> i64 {
    stage.telegram().tokens()[0].split(':').next().unwrap().parse().unwrap()
}

async fn rights_taken_and_given_back_suspend_and_resume_a_group(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let (group, bot) = (stage.group(GROUP), bot(&stage));
    stage.telegram().restrict(group, bot, Rights::NONE).unwrap();
    stage.settle().await;
    assert_eq!((state(&stage).await, stage.incidents().await), (ChatState::Suspended, vec!["no_rights".to_owned()]));
    let alert = stage.last_words("quan");
    assert!(alert.contains("chưa gửi được") && alert.contains("mở quyền gửi tin"), "{alert}");
    let composed = stage.release(&draft()).await;
    stage.settle().await;
    assert_eq!(stage.messages_in(&composed.bulletin.id, "failed").await, 0, "nothing is tried there in vain");
    assert_eq!((stage.sent(&composed).await, stage.posts(GROUP), stage.posts("truong-thon")), (24, 0, 1));

    let no_files = Rights { documents: false, ..Rights::ALL };
    stage.telegram().restrict(group, bot, no_files).unwrap();
    stage.settle().await;
    assert_eq!((state(&stage).await, stage.incidents().await), (ChatState::Active, vec!["no_file_rights".to_owned()]));
    let told = stage.said_to("quan");
    assert!(told.iter().any(|said| said.contains("lại được gửi tin")), "{told:?}");
    assert!(told.iter().any(|said| said.contains("không cho bot gửi tệp")), "{told:?}");
    stage.telegram().restrict(group, bot, Rights::ALL).unwrap();
    stage.settle().await;
    assert_eq!(stage.incidents().await, Vec::<String>::new());
    stage.stop().await;
}

async fn a_bot_that_may_not_write_is_told_of_at_the_binding_and_says_nothing_there(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&stage.commune, GROUP).await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();
    let (group, binh) = (stage.group(GROUP), stage.person("binh"));
    // What a group permits to its members is told to nobody: it has to be asked.
    stage.telegram().promote(group, binh).unwrap();
    stage.telegram().demote(group, bot(&stage)).unwrap();
    stage.telegram().set_rights(group, Rights::NONE).unwrap();
    let code = crate::zalo_oa_alone::code_in(&stage.say("quan", "/ganhom Nhóm điều hành Thôn 03").await);
    stage.telegram().say(binh, group, &format!("/ganhom@loa_test_bot {code}"), None).unwrap();
    stage.settle().await;
    let card = stage.last_words("quan");
    assert!(card.contains("XÁC NHẬN GẮN NHÓM") && card.contains("chưa được phép gửi tin"), "{card}");
    let open = stage.incidents().await;
    assert_eq!((stage.posts(GROUP), open), (0, vec!["unknown_group".to_owned()]), "nothing was tried there in vain");
    stage.stop().await;
}

async fn strange_groups_that_come_at_once_are_told_of_together(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let (telegram, bot) = (stage.telegram(), bot(&stage));
    let stranger = telegram.add_user(NewUser::named("Vay Nhanh")).unwrap();
    for number in 1..=5 {
        let title = format!("Vay nhanh {number} http://x{number}.vn");
        let group = telegram.add_group(None, &title, GroupKind::Supergroup, &[stranger]).unwrap();
        telegram.join(group, bot, Some(stranger)).unwrap();
        stage.settle().await;
    }
    let alerts = |stage: &Stage| -> Vec<String> {
        stage.said_to("quan").into_iter().filter(|said| said.contains("nhóm lạ")).collect()
    };
    assert_eq!(alerts(&stage).len(), 1, "{:?}", alerts(&stage));
    stage.pass_to(stage.now().plus_minutes(10)).await;
    let told = alerts(&stage);
    assert!(told.len() == 2 && told[1].contains("4 nhóm lạ nữa") && !told[1].contains(".vn"), "{told:?}");
    stage.pass_to(stage.now().plus_minutes(60)).await;
    assert_eq!(alerts(&stage).len(), 2, "and that is all");
    stage.stop().await;
}
