//! S5: who may answer for a village, and what counts as an answer.

use loa::demo::places::Network;
use loa::domain::calendar::{Millis, format_short};
use loa::store::Store;
use loa_sandbox::telegram::NewUser;

use super::{DIRECTIVE, six_pages};
use crate::db::story_tests;
use crate::stage::{Stage, at};

story_tests!(s5_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer);

struct Village {
    stage: Stage,
    group: i64,
    dung: i64,
    message: i64,
}

impl Village {
    async fn with_directive(store: Store) -> Self {
        let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 16, 45)).start(store).await;
        stage.number_from("VB-2025", 42).await;
        let group = stage.group("dieu-hanh-03");
        let dung = stage.telegram().add_user(NewUser::named("Dũng")).unwrap();
        stage.telegram().join(group, dung, None).unwrap();
        stage.send_file("lan", "KH tuyên truyền CĐS.pdf", six_pages()).await;
        stage.answer("lan", &DIRECTIVE).await;
        stage.press("lan", "Gửi duyệt").await;
        stage.say("pct", "/duyet VB-2025-0042").await;
        stage.pass_to(at(2025, 7, 28, 7, 40)).await;
        let messages = stage.telegram().messages(group).unwrap();
        let message = messages.iter().find(|message| message.text.contains("VB-2025-0042")).unwrap().id;
        Self { stage, group, dung, message }
    }

    async fn says(&mut self, minute: u32, who: i64, text: &str, reply_to: Option<i64>) {
        self.stage.pass_to(at(2025, 7, 28, 7, minute)).await;
        self.stage.telegram().say(who, self.group, text, reply_to).unwrap();
        self.stage.settle().await;
    }

    async fn acknowledged_at(&self) -> Option<Millis> {
        self.stage.acknowledged_at("VB-2025-0042", "Thôn 03").await
    }
}

async fn s5_the_deputy_s_answer_counts_the_resident_s_does_not_and_trouble_reaches_the_composer(store: Store) {
    let mut village = Village::with_directive(store).await;
    let (binh, tam) = (village.stage.person("binh"), village.stage.person("tam"));
    let message = village.message;

    village.says(41, village.dung, "đã nhận", None).await;
    assert_eq!(village.acknowledged_at().await, None);

    village.says(45, binh, "chưa nhận được file", Some(message)).await;
    assert_eq!(village.acknowledged_at().await, None);
    let told = village.stage.last_words("lan");
    assert!(told.contains("Thôn 03: chưa nhận được file"), "{told}");

    village.says(52, tam, "Thôn 3 da nhan a", Some(message)).await;
    let first = village.acknowledged_at().await.unwrap();
    assert_eq!(format_short(first), "07:52 28/7");

    // A word to another person is none of ours.
    let other = village
        .stage
        .telegram()
        .messages(village.group)
        .unwrap()
        .iter()
        .find(|known| known.from == village.dung)
        .unwrap()
        .id;
    village.says(55, binh, "ok", Some(other)).await;

    village.stage.pass_to(at(2025, 7, 28, 8, 10)).await;
    village.stage.telegram().press(binh, village.group, Some(message), "✅ Đã nhận").unwrap();
    village.stage.settle().await;
    assert_eq!(village.acknowledged_at().await, Some(first), "the first answer sets the time");
    assert_eq!(village.stage.rows("SELECT COUNT(*) FROM acknowledgements").await, 2);
    for _ in 0..2 {
        village.stage.telegram().press(binh, village.group, Some(message), "✅ Đã nhận").unwrap();
        village.stage.settle().await;
    }
    assert_eq!(
        village.stage.rows("SELECT COUNT(*) FROM acknowledgements").await,
        2,
        "the same button again adds no row"
    );
    assert_eq!(village.stage.rows("SELECT COUNT(*) FROM troubles").await, 1);

    // The loudspeaker: one row a village and broadcast, however often it is said.
    for _ in 0..3 {
        village.stage.telegram().press(binh, village.group, Some(message), "📢 Đã phát loa").unwrap();
        village.stage.settle().await;
    }
    assert_eq!(village.stage.rows("SELECT COUNT(*) FROM activities WHERE channel = 'loudspeaker'").await, 1);
    insta::assert_snapshot!("s5_thon_03", village.stage.group_chat("dieu-hanh-03"));
    village.stage.stop().await;
}
