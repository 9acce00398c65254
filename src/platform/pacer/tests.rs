use proptest::prelude::*;

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn ask(chat: &str, lane: Lane) -> Request<'_> {
    Request { chat, is_group: true, lane, pressing_waits: false }
}

/// Sends `requests` in order, each as early as the pacer lets it; gives the instants.
fn run<'a>(pacer: &mut Pacer, requests: impl Iterator<Item = Request<'a>>) -> Vec<Duration> {
    let mut now = ms(0);
    requests
        .map(|request| {
            while let Err(later) = pacer.grant(now, ms(0), request) {
                assert!(later > now, "the pacer must name a later instant");
                now = later;
            }
            now
        })
        .collect()
}

fn most_in_window(times: &[Duration], window: Duration) -> usize {
    (0..times.len())
        .map(|first| times[first..].iter().take_while(|at| **at < times[first] + window).count())
        .max()
        .unwrap_or(0)
}

#[test]
fn nine_hundred_groups_leave_evenly_and_never_thirty_in_a_second() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    let chats: Vec<String> = (0..900).map(|n| format!("-{n}")).collect();
    let times = run(&mut pacer, chats.iter().map(|chat| ask(chat, Lane::Normal)));
    assert!(most_in_window(&times, ms(1_000)) <= 30);
    assert!(times[899] < Duration::from_secs(30), "took {:?}", times[899]);
}

#[test]
fn a_slot_may_be_taken_ahead_and_no_further_than_asked() {
    let mut pacer = Pacer::new(Limits::telegram(10));
    assert_eq!(pacer.grant(ms(0), ms(150), ask("-1", Lane::Normal)), Ok(ms(0)));
    assert_eq!(pacer.grant(ms(0), ms(150), ask("-2", Lane::Normal)), Ok(ms(100)));
    assert_eq!(pacer.grant(ms(0), ms(150), ask("-3", Lane::Normal)), Err(ms(200)));
}

#[test]
fn a_late_answer_keeps_the_window_shut_for_those_behind_it() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    let chats: Vec<String> = (0..31).map(|n| format!("-{n}")).collect();
    let mut times = run(&mut pacer, chats[..30].iter().map(|chat| ask(chat, Lane::Normal)));
    pacer.finished(ms(990), "-0");
    times.extend(run(&mut pacer, chats[30..].iter().map(|chat| ask(chat, Lane::Normal))));
    // The second call of all is then the oldest one that counts.
    assert!(times[30] >= times[1] + ms(1_001), "{:?}", times[30]);
}

#[test]
fn a_gateway_that_was_refused_slows_down_and_creeps_up_again() {
    let mut pacer = Pacer::new(Limits::telegram(10));
    pacer.slow_down(ms(0));
    pacer.slow_down(ms(10));
    assert_eq!(pacer.grant(ms(20), ms(0), ask("-1", Lane::Normal)), Ok(ms(20)));
    assert_eq!(pacer.grant(ms(20), ms(0), ask("-2", Lane::Normal)), Err(ms(170)));
    let later = Duration::from_mins(3);
    assert_eq!(pacer.grant(later, ms(0), ask("-1", Lane::Normal)), Ok(later));
    assert_eq!(pacer.grant(later, ms(0), ask("-2", Lane::Normal)), Err(later + ms(100)));
}

#[test]
fn one_group_takes_twenty_a_minute_and_one_a_second() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    let times = run(&mut pacer, (0..45).map(|_| ask("-1", Lane::Normal)));
    assert!(most_in_window(&times, Duration::from_mins(1)) <= 20);
    assert!(times.windows(2).all(|pair| pair[1] >= pair[0] + ms(1_000)));
}

#[test]
fn a_refused_chat_waits_while_the_others_go_on() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    pacer.refused(ms(0), "-1", Duration::from_secs(7));
    assert_eq!(pacer.grant(ms(10), ms(0), ask("-1", Lane::Normal)), Err(ms(7_000)));
    assert_eq!(pacer.grant(ms(10), ms(0), ask("-2", Lane::Normal)), Ok(ms(10)));
}

#[test]
fn the_gap_counts_from_the_end_of_a_slow_call() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    assert_eq!(pacer.grant(ms(0), ms(0), ask("-1", Lane::Normal)), Ok(ms(0)));
    pacer.finished(ms(400), "-1");
    assert_eq!(pacer.grant(ms(1_060), ms(0), ask("-1", Lane::Normal)), Err(ms(1_450)));
    assert_eq!(pacer.grant(ms(1_060), ms(0), ask("-2", Lane::Normal)), Ok(ms(1_060)));
}

#[test]
fn three_chats_refused_together_stop_the_gateway() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    for chat in ["-1", "-2", "-3"] {
        pacer.refused(ms(100), chat, Duration::from_secs(4));
    }
    assert_eq!(pacer.grant(ms(200), ms(0), ask("-9", Lane::Flash)), Err(ms(4_100)));
}

#[test]
fn edits_take_at_most_four_a_minute_of_a_group() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    let times = run(&mut pacer, (0..9).map(|_| ask("-1", Lane::Edit)));
    assert!(most_in_window(&times, Duration::from_mins(1)) <= 4);
}

#[test]
fn replies_take_one_slot_of_ten_while_a_pressing_broadcast_waits_and_every_one_otherwise() {
    let mut pacer = Pacer::new(Limits::telegram(20));
    let reply = |chat, pressing_waits| Request { chat, is_group: false, lane: Lane::Reply, pressing_waits };
    assert_eq!(pacer.grant(ms(0), ms(0), reply("1", true)), Ok(ms(0)));
    assert_eq!(pacer.grant(ms(60), ms(0), reply("2", true)), Err(ms(500)));
    let rescue = Request { chat: "3", is_group: false, lane: Lane::Rescue, pressing_waits: true };
    assert_eq!(pacer.grant(ms(60), ms(0), rescue), Ok(ms(60)), "what it waits for does not wait");
    assert_eq!(pacer.grant(ms(120), ms(0), reply("2", false)), Ok(ms(120)));
}

#[test]
fn at_a_slow_pace_whoever_asks_beside_a_storm_warning_is_answered_within_two_reserved_slots() {
    let mut pacer = Pacer::new(Limits { interval: ms(1_000), ..Limits::telegram(1) });
    let warning: Vec<String> = (0..200).map(|n| format!("-{n}")).collect();
    let (mut now, mut asked, mut waits) = (ms(0), Some(ms(0)), Vec::new());
    for chat in &warning {
        now = now.max(pacer.gateway_free_at());
        // Whoever asks is answered before the next part of the warning, where it is the answers' turn; another one asks at once.
        let reply = Request { chat: "1", is_group: false, lane: Lane::Reply, pressing_waits: true };
        if let (Some(since), Ok(slot)) = (asked, pacer.grant(now, ms(0), reply)) {
            waits.push(slot.saturating_sub(since));
            asked = Some(slot);
        }
        let part = Request { pressing_waits: true, ..ask(chat, Lane::Flash) };
        while let Err(later) = pacer.grant(now, ms(0), part) {
            now = later;
        }
    }
    assert!(waits.len() >= 15, "{}", waits.len());
    assert!(waits.iter().all(|wait| *wait <= ms(20_000)), "{waits:?}");
}

#[test]
fn calls_made_before_a_restart_still_count() {
    let mut pacer = Pacer::new(Limits::telegram(30));
    let now = Duration::from_secs(100);
    for second in (1..=20).rev() {
        pacer.reload(now, "-1", Duration::from_secs(second));
    }
    let later = pacer.grant(now, ms(0), ask("-1", Lane::Normal)).unwrap_err();
    assert_eq!(later, Duration::from_secs(100 - 20 + 61));
}

proptest! {
    #[test]
    fn no_mix_of_chats_and_lanes_breaks_a_limit(picks in prop::collection::vec((0_usize..6, 0..Lane::ALL.len()), 1..200)) {
        let chats = ["-1", "-2", "-3", "-4", "-5", "-6"];
        let mut pacer = Pacer::new(Limits::telegram(30));
        let times = run(&mut pacer, picks.iter().map(|(chat, lane)| ask(chats[*chat], Lane::ALL[*lane])));
        prop_assert!(most_in_window(&times, ms(1_000)) <= 30);
        for (index, chat) in chats.iter().enumerate() {
            let own: Vec<Duration> = times.iter().zip(&picks).filter(|(_, pick)| pick.0 == index).map(|(at, _)| *at).collect();
            prop_assert!(most_in_window(&own, Duration::from_mins(1)) <= 20, "chat {chat}");
        }
    }
}
