//! A database that fails in the middle: what was begun is undone, and the next use of the store works.

use loa::domain::calendar::Millis;
use loa::store::Store;

use crate::db::{SqliteFile, runtime};

const AT: Millis = Millis(1_764_460_800_000);

/// How many pages the file of the store's only connection may have.
async fn limit_pages(store: &Store, pragma: &'static str) -> i64 {
    let Store::Sqlite(pool) = store else { panic!("SQLite") };
    sqlx::query_scalar(pragma).fetch_one(pool).await.unwrap()
}

#[test]
fn after_a_full_disk_the_store_works_again_as_soon_as_there_is_space() {
    let file = SqliteFile::migrated();
    runtime().block_on(async {
        let store = Store::open_with(&file.url(), 1).await.unwrap();
        let pages = limit_pages(&store, "PRAGMA page_count").await;
        assert!(limit_pages(&store, "PRAGMA max_page_count = 1").await >= pages, "no page more than there are");

        let document = vec![7_u8; 4 << 20];
        let mut tx = store.begin().await.unwrap();
        let refused = tx.put_file(&document, "application/pdf", None, AT).await.unwrap_err();
        assert!(refused.to_string().contains("full"), "{refused}");
        drop(tx);

        // Another connection knows no limit: there is space again.
        let mut tx = store.begin().await.unwrap();
        let sha256 = tx.put_file(&document, "application/pdf", None, AT).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.read().await.unwrap().file_facts(&sha256).await.unwrap().unwrap().1, 4 << 20);
        store.close().await;
    });
}
