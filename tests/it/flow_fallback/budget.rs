//! An account whose month is nearly used up.

use loa::domain::budget::{Budget, month_of};
use loa::domain::urgency::Urgency;
use loa::store::Store;
use loa::store::usage::Direction;
use loa::usecase::compose::Draft;
use loa::usecase::{UseCaseError, bind, usage};

use super::{posts, to, two_gateways};
use crate::db::sqlite_tests;
use crate::stage::Stage;
use crate::stage::spare::FIRST;

sqlite_tests!(
    what_leaves_and_what_comes_in_is_counted_in_its_month,
    the_admins_are_warned_once_at_four_fifths,
    the_last_tenth_is_for_urgent_bulletins_and_ordinary_ones_take_their_fallback,
    answers_stop_at_seventy_percent,
    a_group_beyond_the_accounts_places_is_refused_with_the_names_of_those_that_take_them,
);

/// A month of a hundred messages for the first gateway.
async fn start(store: Store) -> Stage {
    let month = Budget { messages_a_month: 100, groups: 3 };
    let built = two_gateways().rules(move |house| house.gateways.get_mut(FIRST).unwrap().budget = Some(month));
    let mut stage = built.start(store).await;
    stage.settle().await;
    stage
}

async fn use_up(stage: &Stage, count: u32) {
    let mut tx = stage.core.store.begin().await.unwrap();
    for _ in 0..count {
        tx.count_usage(FIRST, &month_of(stage.core.wall_now()), Direction::Heard, 1).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn what_leaves_and_what_comes_in_is_counted_in_its_month(store: Store) {
    let mut stage = start(store).await;
    use_up(&stage, 2).await;
    stage.release(&to("thon:15,16")).await;
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let used = usage::of(&mut tx, FIRST, "2025-07").await.unwrap();
    // The two groups, and cards to those who approve.
    let accepted = u64::try_from(stage.telegram().sent_log().len()).unwrap();
    assert!(accepted > 2);
    assert_eq!((used.sent, used.heard, used.used()), (accepted, 2, accepted + 2));
    assert_eq!(usage::of(&mut tx, FIRST, "2025-08").await.unwrap().used(), 0);
    drop(tx);
    stage.stop().await;
}

async fn the_admins_are_warned_once_at_four_fifths(store: Store) {
    let mut stage = start(store).await;
    use_up(&stage, 79).await;
    stage.settle().await;
    assert!(!stage.private_chat("quan").contains("của tháng này"));
    use_up(&stage, 1).await;
    stage.settle().await;
    use_up(&stage, 1).await;
    stage.settle().await;
    assert_eq!(
        stage.private_chat("quan").matches("đã dùng 80/100 tin của tháng này").count(),
        1,
        "{}",
        stage.private_chat("quan")
    );
    stage.stop().await;
}

async fn the_last_tenth_is_for_urgent_bulletins_and_ordinary_ones_take_their_fallback(store: Store) {
    let mut stage = start(store).await;
    use_up(&stage, 90).await;
    let ordinary = stage.release(&to("thon:15,20")).await;
    stage.settle().await;
    assert_eq!((posts(&stage, 15), posts(&stage, 20)), ((0, 1), (0, 0)));
    assert_eq!(stage.obligation(&ordinary, "Thôn 20").await, "unreachable");
    let told = stage.private_chat("lan");
    assert!(told.contains("giữ phần hạn mức") && told.contains("Thôn 20") && !told.contains("Thôn 15."), "{told}");
    stage.release(&Draft { urgency: Urgency::Urgent, ..to("thon:20") }).await;
    stage.settle().await;
    assert_eq!(posts(&stage, 20), (1, 0));
    stage.stop().await;
}

async fn answers_stop_at_seventy_percent(store: Store) {
    let mut stage = start(store).await;
    let account = stage.person("lan");
    let answers = |stage: &Stage| {
        let messages = stage.telegram().messages(account).unwrap();
        messages.into_iter().filter(|message| message.from_bot).count()
    };
    stage.telegram().say(account, account, "/lich", None).unwrap();
    stage.settle().await;
    let before = answers(&stage);
    assert!(before > 0);
    use_up(&stage, 70).await;
    stage.telegram().say(account, account, "/lich", None).unwrap();
    stage.settle().await;
    assert_eq!(answers(&stage), before);

    // Nobody is told at once, since that would be an answer too: it stands where the account's state is looked at.
    let quan = stage.person("quan");
    stage.telegram().say(quan, quan, "/suckhoe", None).unwrap();
    stage.settle().await;
    let mut tx = stage.core.store.read().await.unwrap();
    let accounts = usage::all(&mut tx, &stage.core.act(&stage.commune)).await.unwrap();
    let left_out: Vec<_> =
        accounts.iter().map(|account| (account.gateway.as_str(), account.answers_left_out)).collect();
    assert!(
        left_out.contains(&(FIRST, 2)) && left_out.iter().map(|(_, count)| count).sum::<u64>() == 2,
        "{left_out:?}"
    );
    let chat = tx.chat_by_external(FIRST, &quan.to_string()).await.unwrap().unwrap();
    let shown = tx.messages_to_chat(&chat.id, 1).await.unwrap().remove(0).body;
    assert!(shown.contains("tháng này 1 câu trả lời đã nhịn vì hạn mức"), "{shown}");
    drop(tx);
    stage.stop().await;
}

async fn a_group_beyond_the_accounts_places_is_refused_with_the_names_of_those_that_take_them(store: Store) {
    let stage = start(store).await;
    let admin = stage.act_of("quan").await;
    let mut tx = stage.core.store.begin().await.unwrap();
    let group = tx.group_by_code(&stage.commune, "dieu-hanh-07").await.unwrap().unwrap();
    bind::unbind(&mut tx, &admin, &group.id).await.unwrap();
    let issued = bind::invite_group(&mut tx, &admin, &group.id).await.unwrap();
    let chat = tx.chat(group.chat_id.as_deref().unwrap()).await.unwrap().unwrap();
    let refused = bind::type_group_code(&mut tx, &admin, &issued.code, "1", &chat).await.unwrap_err();
    let UseCaseError::Refused { key, args } = refused else { panic!("{refused}") };
    assert_eq!(key, "refused-group-budget");
    assert!(args.iter().any(|(name, value)| *name == "groups" && value.contains("Nhóm điều hành Thôn 01")), "{args:?}");
    drop(tx);
    stage.stop().await;
}
