//! Updates that cannot be processed: tried three times, then shown to the admins, who may have them tried anew.

use std::time::Duration;

use loa::demo::places::Network;
use loa::store::Store;

use crate::db::sqlite_tests;
use crate::fixture::raw;
use crate::stage::Stage;

sqlite_tests!(
    what_cannot_be_processed_is_shown_without_its_words_and_tried_anew_by_an_admin,
    words_that_were_given_up_do_not_answer_another_question_later,
    an_update_that_ends_the_process_is_given_up_after_three_times_and_the_others_are_processed,
);

async fn change(stage: &Stage, sql: &str) {
    let mut tx = stage.core.store.begin().await.unwrap();
    raw(&mut tx, sql).await;
    tx.commit().await.unwrap();
}

/// A stage on which what somebody said in private could not be processed, an hour ago.
async fn given_up(store: Store, person: &str, words: &str) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage.home().say_privately(&stage.account(person), words);
    stage.receive().await;
    change(&stage, "ALTER TABLE dialogues RENAME TO dialogues_aside").await;
    for wait in [0, 2, 4] {
        stage.clock.advance(Duration::from_secs(wait));
        assert_eq!(stage.service.hear().await, 1, "tried again after {wait} s, so three times within ten");
    }
    stage.clock.advance(Duration::from_hours(1));
    assert_eq!(stage.service.hear().await, 0, "and then no more");
    change(&stage, "ALTER TABLE dialogues_aside RENAME TO dialogues").await;
    stage
}

async fn what_cannot_be_processed_is_shown_without_its_words_and_tried_anew_by_an_admin(store: Store) {
    let mut stage = given_up(store, "binh", "/xacminh bí mật").await;
    stage.settle().await;
    let alert = stage.last_words("quan");
    assert!(alert.contains("tin nhắn của Mẫu Văn Bình") && alert.contains("/suckhoe"), "{alert}");
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("có tin đến không xử lý được"), "{health}");
    assert!(health.contains("Không xử lý được: tin nhắn của Mẫu Văn Bình") && !health.contains("bí mật"), "{health}");
    let done = stage.press("quan", "🔁 Xử lý lại").await;
    assert!(done.contains("Đã cho xử lý lại 1 tin, nhờ nhắn lại 0 tin"), "{done}");
    assert!(stage.last_words("binh").contains("Không có tin mã này"), "{}", stage.last_words("binh"));
    assert!(stage.incidents().await.is_empty());
    assert!(!stage.say("quan", "/suckhoe").await.contains("Không xử lý được"));
    stage.stop().await;
}

async fn an_update_that_ends_the_process_is_given_up_after_three_times_and_the_others_are_processed(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    for person in ["binh", "lan"] {
        stage.home().say_privately(&stage.account(person), "/toilaai");
        stage.receive().await;
        stage.clock.advance(Duration::from_millis(10));
    }
    for _ in 0..3 {
        let mut tx = stage.core.store.begin().await.unwrap();
        let taken = tx.waiting_inbox("telegram", stage.core.wall_now(), 1).await.unwrap().remove(0);
        assert!(tx.claim_inbox(&taken, stage.core.wall_now(), 2_000).await.unwrap());
        tx.commit().await.unwrap();
        stage.service.hear().await;
        stage.clock.advance(Duration::from_secs(7));
    }
    stage.settle().await;
    assert!(stage.last_words("lan").contains("Mẫu Thị Lan"), "{}", stage.last_words("lan"));
    let health = stage.say("quan", "/suckhoe").await;
    assert!(health.contains("Không xử lý được: tin nhắn của Mẫu Văn Bình"), "{health}");
    stage.stop().await;
}

async fn words_that_were_given_up_do_not_answer_another_question_later(store: Store) {
    let mut stage = given_up(store, "lan", "có").await;
    stage.say("quan", "/suckhoe").await;
    let done = stage.press("quan", "🔁 Xử lý lại").await;
    assert!(done.contains("nhờ nhắn lại 1 tin"), "{done}");
    assert!(stage.last_words("lan").contains("chưa xử lý được"), "{}", stage.last_words("lan"));
    assert!(stage.incidents().await.is_empty());
    stage.stop().await;
}
