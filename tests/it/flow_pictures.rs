//! Pictures and old Word files go as what they are, on platforms that take them by their type.

use std::sync::Arc;

use loa::app::inspector;
use loa::demo::places::Network;
use loa::desk::Fetched;
use loa::id::SeededEntropy;
use loa::store::Store;
use loa::store::bulletins::NewFile;
use loa::usecase::compose::{Composed, Draft, DraftFile};
use loa_sandbox::zalo_bot::SentKind;
use loa_sandbox::zalo_oa::OaSentKind;

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    a_photo_goes_as_a_picture_on_an_official_account,
    a_photo_is_fetched_by_the_bot_platform_under_its_own_type,
    an_old_word_file_is_uploaded_to_an_official_account,
    a_picture_stored_without_its_type_has_one_after_the_next_start,
);

/// A JPEG of 16 × 9 points, as far as a header tells.
const JPEG: &[u8] = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x09\x00\x10\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xd9";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x09\x08\x02\0\0\0";

/// A directive with a file, which came in as files do, approved.
async fn released(stage: &Stage, name: &str, content: &[u8]) -> Composed {
    let program = env!("CARGO_BIN_EXE_loa").into();
    let entropy = SeededEntropy::new(3);
    let fetched = inspector::inspect_content(program, entropy.as_ref(), content.to_vec()).await;
    let Fetched::File { content, media_type, pages, readable, .. } = fetched else { panic!("{fetched:?}") };
    assert!(!readable, "a person has to look at it");
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(&content, &media_type, pages, at(2025, 7, 28, 8, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: name.to_owned(), pages };
    let files = vec![DraftFile { file, first_page: String::new(), readable }];
    stage.release(&Draft { files, unreadable_attested: true, ..draft() }).await
}

async fn a_photo_goes_as_a_picture_on_an_official_account(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    let composed = released(&stage, "ảnh chụp.jpg", JPEG).await;
    stage.settle().await;
    let log = stage.oa().sent_log();
    let pictures: Vec<_> = log.iter().filter(|sent| sent.kind == OaSentKind::Image).collect();
    assert_eq!(pictures.len(), 24, "one for each village: {log:?}");
    assert!(pictures.iter().all(|sent| sent.text.contains(&composed.bulletin.code)), "the picture says what it is of");
    assert!(!log.iter().any(|sent| sent.text.contains("/tep/")), "nothing is left to a link");
    stage.stop().await;
}

async fn a_photo_is_fetched_by_the_bot_platform_under_its_own_type(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    let composed = released(&stage, "băng rôn.png", PNG).await;
    stage.settle().await;
    let group = stage.chat("truong-thon");
    let log = stage.bot().sent_log();
    let pictures: Vec<_> = log.iter().filter(|sent| sent.kind == SentKind::Photo && sent.chat == group).collect();
    assert_eq!(pictures.len(), 1, "{log:?}");
    assert_eq!(stage.bot().photo_bytes(&group, &pictures[0].message_id).unwrap(), PNG);
    assert_eq!(stage.status(&composed).await.unwrap().counts.failed, 0);
    stage.stop().await;
}

async fn an_old_word_file_is_uploaded_to_an_official_account(store: Store) {
    let word: Vec<u8> = "WordDocument".bytes().flat_map(|letter| [letter, 0]).collect();
    let word = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &word].concat();
    let mut stage = Stage::start(store, &[Network::ZaloOa]).await;
    released(&stage, "ke-hoach.doc", &word).await;
    stage.settle().await;
    let log = stage.oa().sent_log();
    assert_eq!(log.iter().filter(|sent| sent.kind == OaSentKind::File).count(), 24, "{log:?}");
    stage.stop().await;
}

async fn a_picture_stored_without_its_type_has_one_after_the_next_start(store: Store) {
    let store = Arc::new(store);
    let mut tx = store.begin().await.unwrap();
    let hash = tx.put_file(JPEG, "image/*", None, at(2025, 7, 28, 8, 0)).await.unwrap();
    let kept = tx.put_file(PNG, "image/png", None, at(2025, 7, 28, 8, 0)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(inspector::type_old_pictures(&store).await.unwrap(), 1);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.file_facts(&hash).await.unwrap().unwrap().0, "image/jpeg");
    assert_eq!(tx.file_facts(&kept).await.unwrap().unwrap().0, "image/png");
}
