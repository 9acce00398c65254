//! Bulletins that repeat, on the whole service: the right days, outages, pausing, Tết, the end.

use loa::demo::places::Network;
use loa::domain::calendar::{Millis, format_full};
use loa::domain::recurrence::Recurrence;
use loa::store::Store;
use loa::store::bulletins::{Bulletin, ScheduleState};
use loa::usecase::UseCaseError;
use loa::usecase::compose::{Composed, Draft};
use loa::usecase::repeat::{self, Steered};
use loa_sandbox::telegram::{Fault, FaultKind};

use crate::db::{sqlite_tests, story_tests};
use crate::flow_send::draft;
use crate::stage::{Stage, at};

story_tests!(a_weekly_bulletin_goes_every_monday_until_it_expires);

sqlite_tests!(
    each_firing_is_confirmed_under_its_own_code,
    an_earlier_firing_is_looked_at_reminded_and_called_for_by_its_code,
    what_another_group_gets_instead_is_too_old_at_the_next_firing,
    after_an_outage_it_goes_late_once_where_that_was_wished,
    after_an_outage_it_is_left_out_where_that_was_wished,
    a_missed_firing_is_asked_about_and_sent_on_a_button,
    a_missed_firing_is_left_out_by_a_typed_number,
    a_question_nobody_answers_lapses_with_the_next_firing,
    a_firing_within_the_grace_goes_although_earlier_ones_were_missed,
    nothing_goes_unapproved_and_the_next_firing_waits_for_the_approval,
    it_is_paused_resumed_and_ended_by_those_who_may,
    what_never_went_is_cancelled_by_its_end,
    the_week_of_tet_is_left_out,
    a_text_not_delivered_by_the_next_firing_is_too_old,
    a_rule_is_part_of_what_was_approved,
    a_document_that_repeats_counts_once,
    a_composer_makes_a_weekly_announcement_by_talking,
);

/// A directive by this rule, to be approved.
fn repeating(rule: &str, expires_at: Millis) -> Draft {
    let repeat = rule.parse::<Recurrence>().unwrap();
    Draft { repeat: Some(repeat), expires_at: Some(expires_at), ..draft() }
}

/// The hours of a bulletin's firings, with their numbers.
async fn firings(stage: &Stage, bulletin: &Bulletin) -> Vec<String> {
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcasts = tx.broadcasts_of(&bulletin.id).await.unwrap();
    broadcasts.iter().map(|one| format!("{} {}", one.number.unwrap(), format_full(Millis(one.fire_at)))).collect()
}

async fn schedule(stage: &Stage, bulletin: &Bulletin) -> (ScheduleState, String) {
    let mut tx = stage.core.store.read().await.unwrap();
    let schedule = tx.schedule_of(&bulletin.id).await.unwrap().unwrap();
    (schedule.state, format_full(Millis(schedule.fire_at)))
}

async fn a_weekly_bulletin_goes_every_monday_until_it_expires(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2025, 8, 16, 0, 0));
    let composed = stage.release(&Draft { ack_required: false, ..weekly }).await;
    assert_eq!(composed.version.send_at.map(Millis), Some(at(2025, 7, 28, 7, 0)));
    stage.pass_to(at(2025, 7, 28, 6, 59)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    stage.pass_to(at(2025, 9, 1, 12, 0)).await;
    let expected = ["1 07:00 thứ Hai, 28/7/2025", "2 07:00 thứ Hai, 04/8/2025", "3 07:00 thứ Hai, 11/8/2025"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    assert_eq!(stage.posts("dieu-hanh-03"), 3);
    assert_eq!(schedule(&stage, &composed.bulletin).await.0, ScheduleState::Ended);
    assert!(stage.last_words("lan").contains("đã gửi 3 lần"), "{}", stage.last_words("lan"));
    stage.stop().await;
}

async fn each_firing_is_confirmed_under_its_own_code(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2026, 1, 1, 0, 0));
    let composed = stage.release(&weekly).await;
    stage.pass_to(at(2025, 7, 28, 7, 5)).await;
    let group = stage.group("dieu-hanh-03");
    let binh = stage.person("binh");
    let posted = stage.telegram().messages(group).unwrap().pop().unwrap().text;
    assert!(posted.contains("VB-2025-0001.1"), "{posted}");
    stage.pass_to(at(2025, 8, 4, 7, 5)).await;
    // The list at the end of its window names the firing too.
    let told = stage.private_chat("lan");
    assert!(told.contains("⏰ VB-2025-0001.1: hết hạn"), "{told}");
    // Both are open: the bare code is asked about, the numbered one is not.
    let asked = stage.say("binh", "đã nhận VB-2025-0001").await;
    assert!(asked.contains("tin nào"), "{asked}");
    stage.telegram().say(binh, group, "đã nhận VB-2025-0001.2", None).unwrap();
    stage.settle().await;
    assert_eq!(confirmed(&stage, &composed.bulletin).await, [0, 1]);
    let thanks = stage.say("binh", "đã nhận vb 1").await;
    assert!(thanks.contains("VB-2025-0001.1"), "{thanks}");
    assert_eq!(confirmed(&stage, &composed.bulletin).await, [1, 1]);
    let unknown = stage.say("binh", "đã nhận VB-2025-0001.9").await;
    assert!(!unknown.contains("Đã ghi nhận"), "{unknown}");
    assert_eq!(confirmed(&stage, &composed.bulletin).await, [1, 1]);
    assert_eq!(deadlines(&stage, &composed.bulletin).await, ["17:00 thứ Ba, 29/7/2025", "17:00 thứ Ba, 05/8/2025"]);
    stage.stop().await;
}

async fn an_earlier_firing_is_looked_at_reminded_and_called_for_by_its_code(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let daily = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2026, 1, 1, 0, 0));
    let composed = stage.release(&daily).await;
    stage.pass_to(at(2025, 7, 28, 7, 5)).await;
    let group = stage.group("dieu-hanh-03");
    stage.telegram().say(stage.person("binh"), group, "đã nhận VB-2025-0001.1", None).unwrap();
    stage.pass_to(at(2025, 8, 4, 7, 5)).await;
    assert_eq!(confirmed(&stage, &composed.bulletin).await, [1, 0]);
    let first = stage.say("lan", "/trangthai VB-2025-0001.1").await;
    assert!(first.contains("Đợt gửi thứ 1") && first.contains("đã nhận 1/24 thôn"), "{first}");
    assert!(first.contains("/chuanhan VB-2025-0001.1"), "what is offered next means the same firing: {first}");
    let second = stage.say("lan", "/trangthai VB-2025-0001").await;
    assert!(second.contains("Đợt gửi thứ 2") && second.contains("đã nhận 0/24 thôn"), "{second}");
    let open = stage.say("lan", "/chuanhan VB-2025-0001.1").await;
    assert!(open.contains("VB-2025-0001.1") && !open.contains("Thôn 03"), "{open}");
    let noted = stage.say("lan", "/chuanhan VB-2025-0001.1 4 đã gọi").await;
    assert!(noted.contains("VB-2025-0001.1") && noted.contains("Thôn 04"), "{noted}");
    assert_eq!(confirmed(&stage, &composed.bulletin).await, [2, 0]);
    let asked = stage.say("lan", "/nhac VB-2025-0001.1").await;
    assert!(asked.contains("VB-2025-0001.1"), "{asked}");
    let before = reminders_of(&stage, "dieu-hanh-05", "VB-2025-0001.1");
    stage.say("lan", "1").await;
    assert_eq!(
        reminders_of(&stage, "dieu-hanh-05", "VB-2025-0001.1"),
        before + 1,
        "{}",
        stage.group_chat("dieu-hanh-05")
    );
    let refused = stage.say("lan", "/chuanhan VB-2025-0001.7").await;
    assert!(refused.contains("chưa có đợt gửi số 7"), "{refused}");
    stage.stop().await;
}

/// How often a group was reminded of something.
fn reminders_of(stage: &Stage, group: &str, code: &str) -> usize {
    stage.group_chat(group).lines().filter(|line| line.contains("⏰ Nhắc") && line.contains(code)).count()
}

async fn what_another_group_gets_instead_is_too_old_at_the_next_firing(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let daily = repeating("daily at 07:00; holidays=fire; missed=skip", at(2026, 1, 1, 0, 0));
    let composed = stage.release(&daily).await;
    stage.settle().await;
    let chat = stage.group("dieu-hanh-03");
    stage.telegram().add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
    stage.pass_to(at(2025, 7, 29, 7, 5)).await;
    let mut tx = stage.core.store.read().await.unwrap();
    let firings = tx.broadcasts_of(&composed.bulletin.id).await.unwrap();
    let mut checked = 0;
    for (broadcast, next) in firings.iter().zip(firings.iter().skip(1)) {
        for message in tx.messages_of_broadcast(&broadcast.id).await.unwrap() {
            assert_eq!(message.not_after, Some(next.fire_at), "{message:?}");
            checked += usize::from(message.chat_id == joint(&mut tx, &stage.commune).await);
        }
    }
    assert_eq!(checked, 1, "the joint group stood in once");
    drop(tx);
    stage.stop().await;
}

/// The chat of the group that all villages share.
async fn joint(tx: &mut loa::store::Tx, commune: &str) -> String {
    tx.group_by_code(commune, "truong-thon").await.unwrap().unwrap().chat_id.unwrap()
}

async fn confirmed(stage: &Stage, bulletin: &Bulletin) -> Vec<usize> {
    let mut tx = stage.core.store.read().await.unwrap();
    let mut counts = Vec::new();
    for broadcast in tx.broadcasts_of(&bulletin.id).await.unwrap() {
        let owed = tx.obligations_of(&broadcast.id).await.unwrap();
        counts.push(owed.iter().filter(|owed| owed.state.as_str() == "acknowledged").count());
    }
    counts
}

async fn deadlines(stage: &Stage, bulletin: &Bulletin) -> Vec<String> {
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcasts = tx.broadcasts_of(&bulletin.id).await.unwrap();
    broadcasts.iter().map(|one| format_full(Millis(one.ack_deadline.unwrap()))).collect()
}

/// A daily bulletin that went on Friday 25 July and whose service then stood still until Thursday at this hour.
async fn after_outage(store: Store, missed: &str, hour: u32, minute: u32) -> (Stage, Composed) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 6, 0)).start(store).await;
    let daily = repeating(&format!("daily at 07:00; holidays=skip; missed={missed}"), at(2026, 1, 1, 0, 0));
    let draft = Draft { ack_required: false, audience: "thon@residents".to_owned(), ..daily };
    let composed = stage.release(&draft).await;
    stage.pass_to(at(2025, 7, 25, 8, 0)).await;
    stage.clock.set(at(2025, 7, 31, hour, minute));
    stage.settle().await;
    (stage, composed)
}

async fn after_an_outage_it_goes_late_once_where_that_was_wished(store: Store) {
    let (mut stage, composed) = after_outage(store, "fire_once", 9, 0).await;
    let expected = ["1 07:00 thứ Sáu, 25/7/2025", "2 07:00 thứ Năm, 31/7/2025"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    assert!(stage.last_words("lan").contains("5 lần gửi bị lỡ"), "{}", stage.last_words("lan"));
    stage.pass_to(at(2025, 8, 1, 7, 5)).await;
    assert_eq!(firings(&stage, &composed.bulletin).await.len(), 3);
    assert_eq!(stage.posts("dan-03"), 3);
    stage.stop().await;
}

async fn after_an_outage_it_is_left_out_where_that_was_wished(store: Store) {
    let (mut stage, composed) = after_outage(store, "skip", 9, 0).await;
    assert_eq!(firings(&stage, &composed.bulletin).await, ["1 07:00 thứ Sáu, 25/7/2025"]);
    assert!(stage.last_words("lan").contains("6 lần gửi bị lỡ"), "{}", stage.last_words("lan"));
    assert_eq!(
        schedule(&stage, &composed.bulletin).await,
        (ScheduleState::Active, "07:00 thứ Sáu, 01/8/2025".to_owned())
    );
    stage.pass_to(at(2025, 8, 1, 7, 5)).await;
    assert_eq!(stage.posts("dan-03"), 2);
    stage.stop().await;
}

async fn a_missed_firing_is_asked_about_and_sent_on_a_button(store: Store) {
    let (mut stage, composed) = after_outage(store, "ask", 9, 0).await;
    let asked = stage.last_words("lan");
    assert!(asked.contains("07:00 thứ Năm, 31/7/2025") && asked.contains("1. Gửi bù bây giờ"), "{asked}");
    assert_eq!(
        schedule(&stage, &composed.bulletin).await,
        (ScheduleState::Asking, "07:00 thứ Sáu, 01/8/2025".to_owned())
    );
    let sent = stage.press("lan", "Gửi bù bây giờ").await;
    assert!(sent.contains("đang gửi bù tới 24 nhóm"), "{sent}");
    let expected = ["1 07:00 thứ Sáu, 25/7/2025", "2 07:00 thứ Năm, 31/7/2025"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    assert_eq!(stage.posts("dan-03"), 2);
    stage.press("lan", "Gửi bù bây giờ").await;
    assert_eq!(stage.posts("dan-03"), 2, "an old button sends nothing");
    stage.pass_to(at(2025, 8, 1, 7, 5)).await;
    assert_eq!(stage.posts("dan-03"), 3);
    stage.stop().await;
}

async fn a_missed_firing_is_left_out_by_a_typed_number(store: Store) {
    let (mut stage, composed) = after_outage(store, "ask", 9, 0).await;
    let elsewhere = stage.say("pct", "2").await;
    assert!(!elsewhere.contains("bỏ qua lần này"), "{elsewhere}");
    let left = stage.say("lan", "2").await;
    assert!(left.contains("đã bỏ qua lần này"), "{left}");
    assert_eq!(
        schedule(&stage, &composed.bulletin).await,
        (ScheduleState::Active, "07:00 thứ Sáu, 01/8/2025".to_owned())
    );
    assert_eq!(stage.posts("dan-03"), 1);
    let nothing = stage.say("lan", "1").await;
    assert!(!nothing.contains("gửi bù"), "{nothing}");
    stage.stop().await;
}

async fn a_question_nobody_answers_lapses_with_the_next_firing(store: Store) {
    let (mut stage, composed) = after_outage(store, "ask", 9, 0).await;
    stage.pass_to(at(2025, 8, 1, 7, 5)).await;
    let expected = ["1 07:00 thứ Sáu, 25/7/2025", "2 07:00 thứ Sáu, 01/8/2025"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    assert_eq!(schedule(&stage, &composed.bulletin).await.0, ScheduleState::Active);
    let late = stage.say("lan", "1").await;
    assert!(!late.contains("đang gửi bù"), "{late}");
    assert_eq!(stage.posts("dan-03"), 2);
    stage.stop().await;
}

async fn a_firing_within_the_grace_goes_although_earlier_ones_were_missed(store: Store) {
    let (stage, composed) = after_outage(store, "skip", 7, 10).await;
    let expected = ["1 07:00 thứ Sáu, 25/7/2025", "2 07:00 thứ Năm, 31/7/2025"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    assert!(stage.last_words("lan").contains("5 lần gửi bị lỡ"), "{}", stage.last_words("lan"));
    stage.stop().await;
}

async fn nothing_goes_unapproved_and_the_next_firing_waits_for_the_approval(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=fire_once", at(2026, 1, 1, 0, 0));
    let composed = stage.compose(&weekly).await;
    stage.pass_to(at(2025, 7, 29, 9, 0)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    assert!(stage.last_words("lan").contains("chưa duyệt nên lần này không gửi"), "{}", stage.last_words("lan"));
    stage.approve("pct", &composed).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0, "an approval makes up for nothing");
    stage.pass_to(at(2025, 8, 4, 7, 5)).await;
    assert_eq!(firings(&stage, &composed.bulletin).await, ["1 07:00 thứ Hai, 04/8/2025"]);
    stage.stop().await;
}

async fn it_is_paused_resumed_and_ended_by_those_who_may(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=fire_once", at(2026, 1, 1, 0, 0));
    let composed = stage.release(&weekly).await;
    stage.pass_to(at(2025, 7, 28, 9, 0)).await;
    let refused = stage.say("binh", "/tamdung VB-2025-0001").await;
    assert!(refused.contains("quyền"), "{refused}");
    let paused = stage.say("lan", "/tamdung vb 1").await;
    assert!(paused.contains("đã tạm dừng lịch lặp"), "{paused}");
    let again = stage.say("pct", "/tamdung VB-2025-0001").await;
    assert!(again.contains("đã tạm dừng từ trước"), "{again}");
    stage.pass_to(at(2025, 8, 5, 9, 0)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 1 + reminders(&stage, "dieu-hanh-03"));
    let resumed = stage.say("pct", "/tieptuc VB-2025-0001").await;
    assert!(resumed.contains("lần tới: 07:00 thứ Hai, 11/8/2025"), "{resumed}");
    let shown = stage.say("lan", "/lich VB-2025-0001").await;
    // 1/9 is a day off.
    assert!(shown.contains("đang chạy") && shown.contains("4. 07:00 thứ Hai, 08/9/2025"), "{shown}");
    stage.pass_to(at(2025, 8, 11, 7, 5)).await;
    assert_eq!(firings(&stage, &composed.bulletin).await.len(), 2);
    stage.say("lan", "/huy VB-2025-0001").await;
    let ended = stage.say("lan", "có").await;
    assert!(ended.contains("đã kết thúc lịch lặp"), "{ended}");
    let gone = stage.say("lan", "/molai VB-2025-0001").await;
    assert!(gone.contains("lịch lặp đã kết thúc"), "{gone}");
    stage.pass_to(at(2025, 8, 20, 7, 5)).await;
    assert_eq!(firings(&stage, &composed.bulletin).await.len(), 2);
    let acts = audited(&stage).await;
    for act in ["schedule.paused", "schedule.resumed", "schedule.ended"] {
        assert_eq!(acts.iter().filter(|known| *known == act).count(), 1, "{act} in {acts:?}");
    }
    stage.stop().await;
}

/// Reminders among the posts of a group.
fn reminders(stage: &Stage, group: &str) -> usize {
    let messages = stage.telegram().messages(stage.group(group)).unwrap();
    messages.iter().filter(|message| message.from_bot && message.text.contains("Nhắc ")).count()
}

/// The names of all audited acts.
async fn audited(stage: &Stage) -> Vec<String> {
    let mut tx = stage.core.store.begin().await.unwrap();
    tx.seal_audit().await.unwrap();
    let entries = tx.audit_page(0, 1_000).await.unwrap();
    entries.into_iter().map(|entry| entry.act).collect()
}

async fn what_never_went_is_cancelled_by_its_end(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2026, 1, 1, 0, 0));
    let composed = stage.compose(&weekly).await;
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    assert_eq!(repeat::end(&mut tx, &act, &composed.bulletin).await.unwrap(), Steered::Cancelled);
    tx.commit().await.unwrap();
    let late = stage.approve("pct", &composed).await.unwrap_err();
    assert!(matches!(late, UseCaseError::Refused { .. }), "{late}");
    stage.pass_to(at(2025, 8, 5, 8, 0)).await;
    assert_eq!(stage.posts("dieu-hanh-03"), 0);
    stage.stop().await;
}

async fn the_week_of_tet_is_left_out(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2026, 2, 6, 8, 0)).start(store).await;
    let weekly = repeating("weekly wed at 07:00; holidays=skip; missed=ask", at(2026, 4, 1, 0, 0));
    let composed = stage.release(&Draft { ack_required: false, ..weekly }).await;
    stage.pass_to(at(2026, 2, 25, 8, 0)).await;
    let expected = ["1 07:00 thứ Tư, 11/02/2026", "2 07:00 thứ Tư, 25/02/2026"];
    assert_eq!(firings(&stage, &composed.bulletin).await, expected);
    stage.stop().await;
}

async fn a_text_not_delivered_by_the_next_firing_is_too_old(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let daily = repeating("daily at 07:00; holidays=skip; missed=skip", at(2026, 1, 1, 0, 0));
    let draft = Draft { ack_required: false, audience: "thon@residents".to_owned(), ..daily };
    let composed = stage.release(&draft).await;
    stage.pass_to(at(2025, 7, 26, 7, 5)).await;
    let mut tx = stage.core.store.read().await.unwrap();
    let broadcast = tx.broadcasts_of(&composed.bulletin.id).await.unwrap().remove(0);
    let messages = tx.messages_of_broadcast(&broadcast.id).await.unwrap();
    assert!(messages.iter().all(|message| message.not_after == Some(at(2025, 7, 27, 7, 0).0)), "{messages:?}");
    drop(tx);
    stage.stop().await;
}

async fn a_rule_is_part_of_what_was_approved(store: Store) {
    let stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2026, 1, 1, 0, 0));
    let composed = stage.compose(&weekly).await;
    let mut version = composed.version.clone();
    let hash = |version: &_| loa::usecase::compose::envelope_hash(composed.bulletin.kind, version, &[]);
    assert_eq!(hash(&version), version.envelope_hash);
    version.repeat_rule = Some("weekly mon at 07:00; holidays=fire; missed=ask".to_owned());
    assert_ne!(hash(&version), version.envelope_hash);
    version.repeat_rule = None;
    assert_ne!(hash(&version), version.envelope_hash);
    let mut endless = composed.version.clone();
    endless.expires_at += 1;
    assert_ne!(hash(&endless), endless.envelope_hash);
    let act = stage.act_of("lan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let refused =
        loa::usecase::compose::compose(&mut tx, &act, &Draft { expires_at: None, ..weekly }).await.unwrap_err();
    assert!(matches!(refused, UseCaseError::Refused { key: "refused-repeat-without-expiry", .. }), "{refused}");
    drop(tx);
    stage.stop().await;
}

async fn a_document_that_repeats_counts_once(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    let weekly = repeating("weekly mon at 07:00; holidays=skip; missed=ask", at(2025, 8, 20, 0, 0));
    let composed = stage.release(&Draft { ack_required: false, ..weekly }).await;
    stage.pass_to(at(2025, 8, 19, 8, 0)).await;
    assert_eq!(firings(&stage, &composed.bulletin).await.len(), 4);
    let mut tx = stage.core.store.read().await.unwrap();
    let (july, august) = (at(2025, 7, 1, 0, 0), at(2025, 8, 1, 0, 0));
    for (from, to) in [(july, august), (august, at(2025, 9, 1, 0, 0))] {
        let reaches = tx.document_reaches(&stage.commune, from, to).await.unwrap();
        let [reach] = reaches.as_slice() else { panic!("{reaches:?}") };
        assert_eq!((reach.planned, reach.sent), (24, 24));
        assert_eq!(reach.first_sent_at.map(|at| Millis(at).local_date()), Some(at(2025, 7, 28, 0, 0).local_date()));
    }
    drop(tx);
    stage.stop().await;
}

async fn a_composer_makes_a_weekly_announcement_by_talking(store: Store) {
    let mut stage = Stage::on(&[Network::Telegram]).at(at(2025, 7, 25, 8, 0)).start(store).await;
    for words in ["/thongbao", "Vệ sinh đường làng", "Mời bà con ra quân lúc 6h30.", "Không mật", "nhóm dân"]
    {
        stage.say("lan", words).await;
    }
    let unread = stage.say("lan", "hằng tuần 6h").await;
    assert!(unread.contains("vào thứ mấy"), "{unread}");
    stage.say("lan", "thu bay hang tuan 6h").await;
    let past = stage.say("lan", "đến hết 31/3").await;
    assert!(past.contains("hết 31/3/2026"), "{past}");
    let preview = stage.say("lan", "đến hết 9/8").await;
    assert!(preview.contains("3. 06:00 thứ Bảy, 09/8/2025 (lần cuối)"), "{preview}");
    let done = stage.say("lan", "1").await;
    assert!(done.contains("Chờ duyệt"), "{done}");
    let shown = stage.say("pct", "/choduyet").await;
    assert!(shown.contains("thứ Bảy hằng tuần lúc 06:00") && shown.contains("1. 06:00 thứ Bảy, 26/7/2025"), "{shown}");
    stage.press("pct", "✅ Duyệt").await;
    let queue = stage.say("lan", "/lich tuần").await;
    assert!(queue.contains("06:00 thứ Bảy, 26/7/2025"), "{queue}");
    stage.pass_to(at(2025, 8, 10, 9, 0)).await;
    assert_eq!(stage.posts("dan-03"), 3);
    insta::assert_snapshot!("a_weekly_announcement", stage.private_chat("lan"));
    stage.stop().await;
}
