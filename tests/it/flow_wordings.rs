//! Two wordings of one bulletin (plan II.5): cadres read what is to be done, residents what is in it for them.

use loa::demo::places::Network;
use loa::domain::bulletin::{Kind, Public};
use loa::domain::org::GroupKind;
use loa::domain::org::import::OrgFile;
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::bulletins::Marks;
use loa::store::bulletins::NewFile;
use loa::usecase::compose::{self, Draft, DraftFile, envelope_hash};
use loa::usecase::{UseCaseError, approve as approval};

use crate::db::sqlite_tests;
use crate::fixture;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    cadres_and_residents_read_different_texts_and_only_cadres_answer,
    what_residents_read_is_ours_word_for_word_with_its_file_and_its_minute,
    what_residents_read_is_ours_where_files_are_addresses_too,
    an_announcement_with_two_wordings_addresses_each_in_its_own_way,
    residents_without_their_own_wording_read_the_common_one,
    a_changed_wording_for_residents_voids_the_approval,
    a_second_wording_that_nobody_reads_is_refused,
    what_residents_may_not_see_is_refused_in_their_wording_too,
);

const CADRES: &str = "Đề nghị các thôn tổ chức hướng dẫn theo định hướng của xã.";
const RESIDENTS: &str = "Mời bà con mang điện thoại tới nhà văn hóa thôn để được cài VNeID.";

fn both() -> Draft {
    Draft {
        body: CADRES.to_owned(),
        residents_body: Some(format!("  {RESIDENTS}\n")),
        audience: "thon:03@cadre + thon:03@residents".to_owned(),
        ..draft()
    }
}

async fn refused(stage: &Stage, draft: &Draft) -> &'static str {
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    match compose::compose(&mut tx, &act, draft).await {
        Err(UseCaseError::Refused { key, .. }) => key,
        other => panic!("{other:?}"),
    }
}

async fn cadres_and_residents_read_different_texts_and_only_cadres_answer(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.compose(&both()).await;
    stage.settle().await;
    let card = stage.last_words("pct");
    assert!(card.contains(CADRES) && card.contains(RESIDENTS), "the approver answers for both: {card}");
    stage.approve("pct", &composed).await.unwrap();
    stage.settle().await;
    let (cadres, residents) = (stage.group_chat("dieu-hanh-03"), stage.group_chat("dan-03"));
    assert!(cadres.contains(CADRES) && !cadres.contains(RESIDENTS), "{cadres}");
    assert!(cadres.contains("✅ Đã nhận") && cadres.contains("Hạn:"), "{cadres}");
    assert!(residents.contains(RESIDENTS) && !residents.contains(CADRES), "{residents}");
    assert!(residents.contains("VB-2025-0001") && residents.contains("Kính gửi bà con"), "{residents}");
    let title = both().title;
    assert!(cadres.contains(&title) && !residents.contains(&title), "the title is for officials: {residents}");
    for asked in ["Đã nhận", "Đã phát loa", "Hạn:"] {
        assert!(!residents.contains(asked), "{asked}: {residents}");
    }
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().remove(0);
    let units: Vec<String> =
        tx.obligations_of(&broadcast.id).await.unwrap().into_iter().map(|owed| owed.unit_name).collect();
    assert_eq!(units, ["Thôn 03"]);
    drop(tx);
    let verified = stage.say("dan", "/xacminh VB-2025-0001").await;
    assert!(verified.contains("Mời bà con") && !verified.contains("định hướng"), "{verified}");
    stage.stop().await;
}

async fn what_residents_read_is_ours_word_for_word_with_its_file_and_its_minute(store: Store) {
    is_ours_word_for_word(store, Network::Telegram).await;
}

async fn what_residents_read_is_ours_where_files_are_addresses_too(store: Store) {
    is_ours_word_for_word(store, Network::ZaloBot).await;
}

/// A bot's three groups hold none of residents.
fn with_residents_of_thon_03(org: &mut OrgFile) {
    for group in org.groups.iter_mut().filter(|group| group.code == "truong-tram") {
        "dan-03".clone_into(&mut group.code);
        group.kind = GroupKind::Residents;
        group.covers = vec!["thon-03".to_owned()];
    }
}

/// A Hỏa tốc with a file, of which the first leaves minutes after it was fired.
async fn is_ours_word_for_word(store: Store, network: Network) {
    let (networks, night) = ([network], at(2025, 7, 28, 21, 47));
    let mut stage = Stage::on(&networks).at(night).groups(with_residents_of_thon_03).start(store).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let sha256 = tx.put_file(b"%PDF-1.4", "application/pdf", Some(6), stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    let file = NewFile { sha256, file_name: "KH.pdf".to_owned(), pages: Some(6) };
    let files = vec![DraftFile { file, first_page: String::new(), readable: false }];
    let marks = Marks { reason: Some("bão số 10".to_owned()), ..Marks::default() };
    let flash =
        Draft { kind: Kind::Urgent, urgency: Urgency::Flash, public: Public::Residents, marks, files, ..both() };
    stage.release(&Draft { unreadable_attested: true, ..flash }).await;
    stage.service.planner.tick().await.unwrap();
    stage.clock.advance(std::time::Duration::from_mins(4));
    stage.settle().await;
    let read = stage.posted("dan-03").remove(0).text;
    assert!(read.contains("21:47") && read.contains("KH.pdf"), "{read}");
    assert_eq!(read.contains("/tep/"), network == Network::ZaloBot, "{read}");
    let said = stage.say("binh", &format!("/xacminh {read}")).await;
    assert!(said.contains("Đúng nguyên văn"), "{said}");
    let said = stage.say("binh", &format!("/xacminh {read} Xem KH-moi.pdf")).await;
    assert!(!said.contains("Đúng nguyên văn"), "{said}");
    stage.stop().await;
}

async fn an_announcement_with_two_wordings_addresses_each_in_its_own_way(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let announcement = Draft { kind: Kind::Announcement, public: Public::Residents, ack_required: false, ..both() };
    stage.release(&announcement).await;
    stage.settle().await;
    let (cadres, residents) = (stage.group_chat("dieu-hanh-03"), stage.group_chat("dan-03"));
    assert!(cadres.contains("đồng chí Trưởng thôn") && !cadres.contains("bà con nhân dân"), "{cadres}");
    assert!(residents.contains("bà con nhân dân"), "{residents}");
    stage.stop().await;
}

async fn residents_without_their_own_wording_read_the_common_one(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let composed = stage.compose(&Draft { residents_body: Some(" \n".to_owned()), ..both() }).await;
    assert_eq!(composed.version.residents_body, None);
    stage.approve("pct", &composed).await.unwrap();
    stage.settle().await;
    for group in ["dieu-hanh-03", "dan-03"] {
        assert!(stage.group_chat(group).contains(CADRES), "{group}");
    }
    stage.stop().await;
}

async fn a_changed_wording_for_residents_voids_the_approval(store: Store) {
    let mut stage = Stage::start(store, &[Network::Telegram]).await;
    let timed = Draft { send_at: Some(at(2025, 7, 28, 9, 0)), ..both() };
    let composed = stage.compose(&timed).await;
    let hash = envelope_hash(Kind::Directive, &composed.version, &[]);
    assert_eq!(hash, composed.version.envelope_hash);
    let mut other = composed.version.clone();
    other.residents_body = Some(format!("{RESIDENTS}."));
    assert_ne!(envelope_hash(Kind::Directive, &other, &[]), hash);
    // Changed behind the program's back, between the card and the press.
    let mut tx = stage.core.store.begin().await.unwrap();
    fixture::raw(&mut tx, "UPDATE bulletin_versions SET residents_body = 'Lời khác hẳn'").await;
    tx.commit().await.unwrap();
    let act = stage.act_of("pct").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let refusal = approval::approve(&mut tx, &act, &composed.bulletin.id, None).await.unwrap_err();
    assert!(matches!(refusal, UseCaseError::Refused { key: "refused-version-changed", .. }), "{refusal}");
    drop(tx);
    stage.pass_to(at(2025, 7, 28, 9, 30)).await;
    assert_eq!((stage.posts("dieu-hanh-03"), stage.posts("dan-03")), (0, 0));
    stage.stop().await;
}

async fn a_second_wording_that_nobody_reads_is_refused(store: Store) {
    let stage = Stage::start(store, &[Network::Telegram]).await;
    for audience in ["thon:03@cadre", "thon:03@residents"] {
        let draft = Draft { audience: audience.to_owned(), ..both() };
        assert_eq!(refused(&stage, &draft).await, "refused-residents-body-audience", "{audience}");
    }
    let long = Draft { residents_body: Some("a".repeat(1_901)), ..both() };
    assert_eq!(refused(&stage, &long).await, "refused-residents-body-long");
    stage.stop().await;
}

async fn what_residents_may_not_see_is_refused_in_their_wording_too(store: Store) {
    let stage = Stage::start(store, &[Network::Telegram]).await;
    let cases = [
        ("Kính mời bà con\nMẬT", "refused-secret"),
        ("LƯU HÀNH NỘI BỘ", "refused-cadre-mark"),
        ("038200000001, 038200000002, 038200000003", "refused-personal-numbers"),
    ];
    for (words, key) in cases {
        let draft = Draft { residents_body: Some(words.to_owned()), ..both() };
        assert_eq!(refused(&stage, &draft).await, key, "{words}");
    }
    let mut tx = stage.core.store.read().await.unwrap();
    assert!(tx.recent_bulletins(&stage.commune, 5).await.unwrap().is_empty());
    drop(tx);
    stage.stop().await;
}
