//! What bears a secrecy stamp leaves no row, and nothing else is mistaken for it.

use loa::demo::places::Network;
use loa::inspect::sample_pdf;
use loa::store::Store;

use crate::db::sqlite_tests;
use crate::stage::Stage;

sqlite_tests!(
    a_stamped_file_is_refused_whatever_danger_its_name_speaks_of,
    a_stamped_cry_for_help_is_heard,
    a_name_that_sounds_like_a_stamp_ends_no_conversation,
    a_form_takes_no_word_that_sounds_like_a_stamp,
);

/// What came in and was kept.
async fn kept(stage: &Stage, words: &'static str) -> i64 {
    stage.rows(words).await
}

const SECRETS: &str = "SELECT COUNT(*) FROM inbox WHERE event LIKE '%secret%'";

async fn start(store: Store) -> Stage {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    stage.settle().await;
    stage
}

async fn a_stamped_file_is_refused_whatever_danger_its_name_speaks_of(store: Store) {
    let mut stage = start(store).await;
    let content = sample_pdf(&[vec!["Phương án cứu hộ"]]);
    let (lan, name) = (stage.person("lan"), "MẬT - Phương án cứu hộ.pdf");
    stage.telegram().send_file(lan, lan, name, content, Some("Nhà bà Tư bị sập, cần cứu hộ ngay")).unwrap();
    stage.settle().await;
    assert!(stage.last_words("lan").starts_with("Không nhận: tài liệu"), "{}", stage.private_chat("lan"));
    assert_eq!(kept(&stage, "SELECT COUNT(*) FROM inbox WHERE event LIKE '%bà Tư%'").await, 0);
    assert_eq!(stage.rows("SELECT COUNT(*) FROM distress").await, 0);
    stage.stop().await;
}

async fn a_stamped_cry_for_help_is_heard(store: Store) {
    let mut stage = start(store).await;
    stage.say("binh", "TUYỆT MẬT\nNhà bà Tư bị sập, có người mắc kẹt, cần cứu hộ ngay").await;
    assert_eq!(stage.rows("SELECT COUNT(*) FROM distress").await, 1, "{}", stage.private_chat("binh"));
    stage.stop().await;
}

async fn a_name_that_sounds_like_a_stamp_ends_no_conversation(store: Store) {
    let mut stage = start(store).await;
    let said = stage.say("binh", "Mật").await;
    assert!(!said.contains("Không nhận"), "{said}");
    assert_eq!(kept(&stage, SECRETS).await, 0);
    stage.stop().await;
}

async fn a_form_takes_no_word_that_sounds_like_a_stamp(store: Store) {
    let mut stage = start(store).await;
    stage.answer("lan", &["/thongbao", "Phương án phòng chống"]).await;
    let said = stage.say("lan", "mật\nNội dung phương án").await;
    assert!(said.starts_with("Không nhận: tài liệu"), "{said}");
    assert_eq!(stage.rows("SELECT COUNT(*) FROM inbox WHERE event LIKE '%Nội dung phương án%'").await, 0);
    stage.stop().await;
}
