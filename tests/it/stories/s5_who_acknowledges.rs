//! S5: who may answer for a village, and what counts as an answer.

use loa::store::Store;
use loa_sandbox::telegram::NewUser;

use super::{DIRECTIVE, answer, number_from_42, six_pages};
use crate::db::story_tests;
use crate::rig::{Rig, at};

story_tests!(s5_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer);

struct Village {
    rig: Rig,
    group: i64,
    dung: i64,
    message: i64,
}

impl Village {
    async fn with_directive(store: Store) -> Self {
        let mut rig = Rig::start(store, at(2025, 7, 25, 16, 45)).await;
        number_from_42(&rig).await;
        let group = rig.world.chat("dieu-hanh-03").unwrap();
        let dung = rig.handle().add_user(NewUser::named("Dũng")).unwrap();
        rig.handle().join(group, dung, None).unwrap();
        rig.send_file("lan", "KH tuyên truyền CĐS.pdf", six_pages()).await;
        answer(&mut rig, "lan", &DIRECTIVE).await;
        rig.press("lan", "Gửi duyệt").await;
        rig.say("pct", "/duyet VB-2025-0042").await;
        rig.pass_to(at(2025, 7, 28, 7, 40)).await;
        let messages = rig.handle().messages(group).unwrap();
        let message = messages.iter().find(|message| message.text.contains("VB-2025-0042")).unwrap().id;
        Self { rig, group, dung, message }
    }

    async fn says(&mut self, minute: u32, who: i64, text: &str, reply_to: Option<i64>) {
        self.rig.pass_to(at(2025, 7, 28, 7, minute)).await;
        self.rig.handle().say(who, self.group, text, reply_to).unwrap();
        self.rig.settle().await;
    }

    async fn acknowledged_at(&self) -> Option<i64> {
        let mut tx = self.rig.core.store.read().await.unwrap();
        let bulletin = tx.bulletin_by_code(&self.rig.commune, "VB-2025-0042").await.unwrap().unwrap();
        let broadcast = tx.broadcasts_of(&bulletin.id).await.unwrap().pop().unwrap();
        let obligations = tx.obligations_of(&broadcast.id).await.unwrap();
        obligations.into_iter().find(|obligation| obligation.unit_name == "Thôn 03").unwrap().acknowledged_at
    }

    async fn rows(&self, sql: &'static str) -> i64 {
        let mut tx = self.rig.core.store.read().await.unwrap();
        match &mut tx {
            loa::store::Tx::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
            loa::store::Tx::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap(),
        }
    }
}

async fn s5_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(store: Store) {
    let mut village = Village::with_directive(store).await;
    let (binh, tam) = (village.rig.world.account("binh").unwrap(), village.rig.world.account("tam").unwrap());
    let message = village.message;

    village.says(41, village.dung, "đã nhận", None).await;
    assert_eq!(village.acknowledged_at().await, None);

    village.says(45, binh, "chưa nhận được file", Some(message)).await;
    assert_eq!(village.acknowledged_at().await, None);
    let told = village.rig.last_words("lan");
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");

    village.says(52, tam, "Thôn 3 da nhan a", Some(message)).await;
    let first = village.acknowledged_at().await.unwrap();
    assert_eq!(loa::domain::calendar::format_short(loa::domain::calendar::Millis(first)), "07:52 28/7");

    // A word to another person is none of ours.
    let other = village
        .rig
        .handle()
        .messages(village.group)
        .unwrap()
        .iter()
        .find(|known| known.from == village.dung)
        .unwrap()
        .id;
    village.says(55, binh, "ok", Some(other)).await;

    village.rig.pass_to(at(2025, 7, 28, 8, 10)).await;
    village.rig.handle().press(binh, village.group, Some(message), "✅ Đã nhận").unwrap();
    village.rig.settle().await;
    assert_eq!(village.acknowledged_at().await, Some(first), "the first answer sets the time");
    assert_eq!(village.rows("SELECT COUNT(*) FROM acknowledgements").await, 2);
    for _ in 0..2 {
        village.rig.handle().press(binh, village.group, Some(message), "✅ Đã nhận").unwrap();
        village.rig.settle().await;
    }
    assert_eq!(village.rows("SELECT COUNT(*) FROM acknowledgements").await, 2, "the same button again adds no row");
    assert_eq!(village.rows("SELECT COUNT(*) FROM troubles").await, 1);

    // The loudspeaker: one row a village and broadcast, however often it is said.
    for _ in 0..3 {
        village.rig.handle().press(binh, village.group, Some(message), "📢 Đã phát loa").unwrap();
        village.rig.settle().await;
    }
    assert_eq!(village.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
    insta::assert_snapshot!("s5_thon_03", village.rig.group_chat("dieu-hanh-03"));
    village.rig.stop().await;
}
