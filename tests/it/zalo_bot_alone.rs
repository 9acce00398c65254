//! The whole main job with nothing but a Zalo bot: no buttons, no files, no edits, and only what is said to it is heard.

use std::time::Duration;

use loa::demo::places::Network;
use loa::store::Store;
use loa::usecase::Act;
use loa::usecase::compose::{self, Draft};

use crate::db::sqlite_tests;
use crate::flow_send::draft;
use crate::stage::{Stage, at};

sqlite_tests!(
    a_directive_is_composed_approved_sent_and_acknowledged_by_a_zalo_bot_alone,
    a_link_to_a_file_leads_nowhere_once_it_is_over_or_guessed,
    a_link_to_a_file_leads_nowhere_once_the_bulletin_was_taken_back,
    an_upload_page_takes_one_document_and_no_second_one,
    what_the_platform_withholds_is_no_answer_and_the_head_is_asked_for_words,
    each_card_of_the_waiting_list_has_numbers_of_its_own,
    the_card_of_a_group_without_a_title_shows_its_id_and_who_typed_when,
);

/// What the composer answers after the file, in the order of the questions.
const ANSWERS: [&str; 11] = [
    "/KH-UBND",
    "7/2025",
    "1",
    "Tuyên truyền chuyển đổi số trên địa bàn xã",
    "Đề nghị các thôn phát bài tuyên truyền trên loa ít nhất 02 lần trong tuần.",
    "1",
    "1",
    "Trưởng thôn",
    "trước 17h thứ ba",
    "thứ hai 7h30",
    "5",
];

/// The last address of a kind in a text.
pub fn address(text: &str, part: &str) -> String {
    let mut words = text.split_whitespace().filter(|word| word.contains(part));
    words.next_back().unwrap_or_else(|| panic!("no address with {part} in: {text}")).to_owned()
}

pub async fn upload(address: &str, name: &str, content: Vec<u8>) -> (u16, String) {
    let part = reqwest::multipart::Part::bytes(content).file_name(name.to_owned());
    let form = reqwest::multipart::Form::new().part("tep", part);
    let client = loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap();
    let answer = client.post(address).multipart(form).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A form whose file breaks off.
const CUT_OFF: &str =
    "--x\r\nContent-Disposition: form-data; name=\"tep\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 and then noth";

async fn post(address: &str, content_type: &str, body: &str) -> (u16, String) {
    let client = loa::platform::http_client(Duration::from_secs(5), Duration::from_secs(30)).unwrap();
    let request = client.post(address).header("content-type", content_type).body(body.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// From the command to the queue: the document by its page, everything else by numbers and words.
pub async fn queue(stage: &mut Stage) {
    let asked = stage.say("lan", "/vanban").await;
    let page = address(&asked, "/gui/");
    let (status, body) = upload(&page, "KH tuyên truyền.pdf", crate::stories::six_pages()).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("Đã nhận tệp"), "{body}");
    stage.settle().await;
    for answer in ANSWERS {
        stage.say("lan", answer).await;
    }
    let queued = stage.say("lan", "1").await;
    assert!(queued.contains("VB-2025-0001"), "{queued}");
}

/// Links are different each time.
pub fn without_secrets(text: &str) -> String {
    let word = |word: &str| match word.split_once("/gui/").or_else(|| word.split_once("/tep/")) {
        Some(_) => "[địa chỉ]".to_owned(),
        None => word.to_owned(),
    };
    text.split('\n').map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

async fn a_directive_is_composed_approved_sent_and_acknowledged_by_a_zalo_bot_alone(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    queue(&mut stage).await;
    let card = stage.last_words("pct");
    assert!(card.contains("21. ✅ Duyệt"), "{card}");
    let decided = stage.say("pct", "21").await;
    assert!(decided.contains("VB-2025-0001"), "{decided}");

    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    let group = stage.chat("truong-thon");
    let sent = stage
        .bot()
        .messages(&group)
        .unwrap()
        .into_iter()
        .find(|message| message.text.contains("VB-2025-0001"))
        .unwrap();
    let file = reqwest::get(address(&sent.text, "/tep/")).await.unwrap();
    assert_eq!(file.headers()["x-robots-tag"], "noindex, nofollow, noarchive");
    assert_eq!(file.bytes().await.unwrap().to_vec(), crate::stories::six_pages());

    // What is said to nobody is not heard; a bare "ok" as a reply proves that it was said to us.
    let (binh, tam) = (stage.account("binh"), stage.account("tam"));
    stage.bot().say(&binh, &group, "đã nhận", None).unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, Vec::<String>::new());
    stage.bot().say(&binh, &group, "ok", Some(&sent.id)).unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, ["Thôn 03"]);
    stage.bot().mention(&tam, &group, "thôn 3 đã nhận").unwrap();
    stage.pass_to(at(2025, 7, 28, 9, 0)).await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, ["Thôn 03"]);

    insta::assert_snapshot!("composer", without_secrets(&stage.private_chat("lan")));
    insta::assert_snapshot!("approver", without_secrets(&stage.private_chat("pct")));
    insta::assert_snapshot!("village_heads", without_secrets(&stage.group_chat("truong-thon")));
    stage.stop().await;
}

async fn a_link_to_a_file_leads_nowhere_once_it_is_over_or_guessed(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    queue(&mut stage).await;
    stage.say("pct", "21").await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    let sent = stage.bot().messages(&stage.chat("truong-thon")).unwrap();
    let link = address(&sent.into_iter().find(|message| message.text.contains("VB-2025-0001")).unwrap().text, "/tep/");
    assert_eq!(reqwest::get(&link).await.unwrap().status().as_u16(), 200);
    let guess = format!("{}/tep/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", stage.public_url);
    assert_eq!(reqwest::get(guess).await.unwrap().status().as_u16(), 404);

    stage.clock.set(at(2025, 8, 28, 7, 41));
    let over = reqwest::get(&link).await.unwrap();
    assert_eq!(over.status().as_u16(), 404);
    assert!(over.text().await.unwrap().contains("hết hạn"));
    stage.stop().await;
}

async fn a_link_to_a_file_leads_nowhere_once_the_bulletin_was_taken_back(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    queue(&mut stage).await;
    stage.say("pct", "21").await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    let link = address(&stage.group_chat("truong-thon"), "/tep/");
    assert_eq!(reqwest::get(&link).await.unwrap().status().as_u16(), 200);
    let asked = stage.say("pct", "/thuhoi VB-2025-0001 nhầm tệp").await;
    assert!(asked.contains("1. Thu hồi"), "{asked}");
    let done = stage.say("pct", "1").await;
    // Nothing can be edited here: the notice alone says it.
    assert!(done.contains("tới 1 nhóm; thay lời 0 tin"), "{done}");
    assert_eq!(reqwest::get(&link).await.unwrap().status().as_u16(), 404);
    let group = stage.group_chat("truong-thon");
    assert!(group.contains("TIN VB-2025-0001 ĐÃ THU HỒI") && group.contains("Lý do: nhầm tệp"), "{group}");
    stage.stop().await;
}

async fn an_upload_page_takes_one_document_and_no_second_one(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    let page = address(&stage.say("lan", "/vanban").await, "/gui/");
    let form = reqwest::get(&page).await.unwrap().text().await.unwrap();
    assert!(form.contains("KHÔNG gửi tài liệu mật"), "{form}");
    assert_eq!(upload(&page, "a.pdf", Vec::new()).await.0, 400, "an empty file is no file");
    for (form, body) in [("multipart/form-data; boundary=x", CUT_OFF), ("text/plain", "tệp")] {
        let (status, said) = post(&page, form, body).await;
        assert!(status == 400 && said.contains("chưa tới đủ"), "{form}: {status} {said}");
    }
    let (status, said) = upload(&page, "a.pdf", vec![b'%'; 21_000_000]).await;
    assert!(status == 413 && said.contains("quá 20 MB"), "{status} {said}");
    assert_eq!(upload(&page, "a.pdf", crate::stories::six_pages()).await.0, 200);
    let (status, said) = upload(&page, "b.pdf", vec![b'%'; 19_000_000]).await;
    assert!(
        status == 404 && said.contains("hết hạn"),
        "whoever comes too late reads it after all of theirs: {status} {said}"
    );
    assert_eq!(reqwest::get(&page).await.unwrap().status().as_u16(), 404);

    let page = address(&stage.say("lan", "/vanban").await, "/gui/");
    stage.clock.advance(Duration::from_mins(31));
    assert_eq!(upload(&page, "c.pdf", crate::stories::six_pages()).await.0, 404, "its half hour is over");
    stage.stop().await;
}

async fn what_the_platform_withholds_is_no_answer_and_the_head_is_asked_for_words(store: Store) {
    let mut stage = Stage::on(&[Network::ZaloBot]).at(at(2025, 7, 25, 16, 45)).start(store).await;
    queue(&mut stage).await;
    stage.say("pct", "21").await;
    stage.pass_to(at(2025, 7, 28, 7, 40)).await;
    let (group, binh) = (stage.chat("truong-thon"), stage.account("binh"));
    let asked = |stage: &Stage| stage.group_chat("truong-thon").matches("không đọc được nội dung").count();
    let sent = stage.bot().messages(&group).unwrap().into_iter().find(|message| message.text.contains("VB-2025-0001"));
    let sent = sent.unwrap().id;

    let resident = stage.bot().add_person(None, "Dũng").unwrap();
    stage.bot().join(&group, &resident).unwrap();
    for person in [&resident, &binh] {
        stage.bot().protect(person, true).unwrap();
        stage.bot().say(person, &group, "đã nhận", Some(&sent)).unwrap();
        stage.settle().await;
    }
    assert_eq!(stage.acknowledged("VB-2025-0001").await, Vec::<String>::new(), "nobody knows what was said");
    assert_eq!(
        asked(&stage),
        1,
        "the head is asked for words, the resident is not: {}",
        stage.group_chat("truong-thon")
    );

    stage.bot().protect(&binh, false).unwrap();
    stage.bot().say(&binh, &group, "đã nhận", Some(&sent)).unwrap();
    stage.settle().await;
    assert_eq!(stage.acknowledged("VB-2025-0001").await, ["Thôn 03"]);
    stage.bot().protect(&binh, true).unwrap();
    stage.bot().say(&binh, &group, "cảm ơn", Some(&sent)).unwrap();
    stage.settle().await;
    assert_eq!(asked(&stage), 1, "nothing is awaited any more");
    stage.stop().await;
}

async fn each_card_of_the_waiting_list_has_numbers_of_its_own(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    for title in ["Vệ sinh đường thôn", "Họp thôn tối thứ bảy"] {
        let mut tx = stage.core.store.begin().await.unwrap();
        let lan = tx.person_by_code(&stage.commune, "lan").await.unwrap().unwrap();
        let act = Act { person_id: Some(lan.id), ..stage.core.act(&stage.commune) };
        compose::compose(&mut tx, &act, &Draft { title: title.to_owned(), ..draft() }).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.say("pct", "/choduyet").await;
    let cards = stage.said_to("pct");
    for (code, other) in [("VB-2025-0002", "VB-2025-0001"), ("VB-2025-0001", "VB-2025-0002")] {
        let card = cards.iter().rfind(|card| card.contains(code)).unwrap();
        let line = card.lines().find(|line| line.contains("✅ Duyệt")).unwrap();
        let decided = stage.say("pct", line.split_once('.').unwrap().0).await;
        assert!(decided.contains(code) && decided.contains("Đã duyệt") && !decided.contains(other), "{decided}");
    }
    stage.stop().await;
}

async fn the_card_of_a_group_without_a_title_shows_its_id_and_who_typed_when(store: Store) {
    let mut stage = Stage::start(store, &[Network::ZaloBot]).await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let slot = tx.group_by_code(&stage.commune, "truong-thon").await.unwrap().unwrap();
    tx.unbind_group(&slot.id).await.unwrap();
    tx.commit().await.unwrap();
    let code = crate::zalo_oa_alone::code_in(&stage.say("quan", "/ganhom Nhóm Trưởng thôn").await);
    // The account's plan has room for no more groups beside the old one.
    stage.bot().remove_bot(&stage.chat("truong-thon")).unwrap();
    let group = stage.bot().add_group(None, "Trưởng thôn xã", &[stage.account("binh")]).unwrap();
    stage.bot().add_bot(&group).unwrap();
    stage.bot().mention(&stage.account("binh"), &group, &format!("/ganhom {code}")).unwrap();
    stage.settle().await;
    let card = stage.last_words("quan");
    let end: String = group.chars().skip(group.chars().count() - 12).collect();
    assert!(card.contains("nền tảng không cho biết tên") && card.contains(&end), "{card}");
    assert!(card.contains("Người gõ mã: \"Mẫu Văn Bình\", lúc 08:00"), "{card}");
    let yes = card.lines().find(|line| line.contains("Gắn")).unwrap().split_once('.').unwrap().0.trim().to_owned();
    let bound = stage.say("quan", &yes).await;
    assert!(bound.contains(&end) && !bound.contains("\"\""), "{bound}");
    stage.stop().await;
}
