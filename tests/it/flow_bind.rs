//! One-time codes from the admin's hand to the tie they make: heads linking their accounts, groups being bound.

use std::sync::Arc;
use std::time::Duration;

use loa::clock::{Clock as _, TestClock};
use loa::domain::org::Role;
use loa::id::SeededEntropy;
use loa::store::binding::{Chat, InviteState};
use loa::store::{Store, Tx};
use loa::usecase::bind::{
    NOTICE_VERSION, accept_notice_and_link, confirm_group, confirm_person, invite_group, invite_person, look_at_code,
    refuse_group, refuse_person, type_group_code, unbind,
};
use loa::usecase::{Act, Denied, UseCaseError, UseCaseResult, Via};

use crate::db::{sqlite_tests, story_tests};
use crate::fixture::{self, AT, COMMUNE, GATEWAY, group_chat, private_chat};

story_tests!(of_two_admins_who_press_at_once_one_binds);

sqlite_tests!(
    a_head_links_the_account_by_code_and_agreement,
    only_an_admin_over_the_persons_unit_makes_a_code,
    the_command_line_makes_codes_for_the_first_admin,
    a_code_works_once,
    a_code_expires_after_48_hours,
    an_agreement_after_the_code_expired_is_refused,
    a_forwarded_code_is_refused,
    a_newer_code_ends_the_older_one,
    an_unknown_code_is_refused,
    an_account_of_somebody_else_is_refused,
    the_same_person_may_link_an_account_twice,
    an_outdated_notice_is_not_agreed_to,
    a_code_typed_in_a_group_needs_the_agreement_and_an_admin,
    an_agreement_refused_by_the_admin_leaves_no_trace_of_consent,
    a_group_is_bound_after_an_admin_confirmed,
    a_group_code_does_nothing_in_private_or_on_another_gateway,
    codes_are_not_taken_for_one_another,
    a_bound_group_takes_no_second_slot,
    a_refused_group_code_is_over,
    a_freed_slot_is_invited_again,
    the_audit_log_never_holds_a_code,
);

/// Everything a step needs beside the transaction.
struct Office {
    clock: Arc<TestClock>,
    entropy: Arc<SeededEntropy>,
}

impl Office {
    async fn open(store: &Store) -> (Self, Tx) {
        let mut tx = fixture::village(store).await;
        fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
        (Self { clock: TestClock::at(AT), entropy: SeededEntropy::new(1) }, tx)
    }

    fn act(&self, person: Option<&str>, via: Via) -> Act<'_> {
        Act {
            commune_id: COMMUNE.to_owned(),
            person_id: person.map(str::to_owned),
            unconfirmed: false,
            via,
            at: self.clock.now(),
            wall: self.clock.now(),
            entropy: self.entropy.as_ref(),
            house: fixture::house(),
        }
    }

    fn admin(&self) -> Act<'_> {
        self.act(Some("p-quan"), Via::Chat(GATEWAY.to_owned()))
    }

    fn stranger(&self) -> Act<'_> {
        self.act(None, Via::Chat(GATEWAY.to_owned()))
    }

    async fn person_code(&self, tx: &mut Tx, person: &str) -> String {
        invite_person(tx, &self.admin(), person).await.unwrap().code
    }

    async fn look(&self, tx: &mut Tx, code: &str, account: &str) -> UseCaseResult<String> {
        let chat = private_chat(tx, account).await;
        look_at_code(tx, &self.stranger(), code, account, &chat).await.map(|offer| offer.invite_id)
    }

    async fn link(&self, tx: &mut Tx, code: &str, account: &str) -> UseCaseResult<()> {
        let invite = self.look(tx, code, account).await?;
        accept_notice_and_link(tx, &self.stranger(), &invite, account, NOTICE_VERSION).await.map(|_| ())
    }

    async fn type_in(&self, tx: &mut Tx, code: &str, chat: &Chat) -> UseCaseResult<String> {
        type_group_code(tx, &self.stranger(), code, "555", chat).await.map(|pending| pending.invite_id)
    }
}

/// The locale key of a refusal.
fn key<T: std::fmt::Debug>(outcome: UseCaseResult<T>) -> &'static str {
    match outcome {
        Err(UseCaseError::Refused { key, .. }) => key,
        other => panic!("not refused: {other:?}"),
    }
}

async fn a_head_links_the_account_by_code_and_agreement(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let chat = private_chat(&mut tx, "777").await;
    let offer = look_at_code(&mut tx, &office.stranger(), &code.to_lowercase(), "777", &chat).await.unwrap();
    assert_eq!((offer.person.id.as_str(), offer.needs_admin), ("p-binh", false));
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap(), None, "looking links nothing");

    let done = accept_notice_and_link(&mut tx, &office.stranger(), &offer.invite_id, "777", offer.notice_version)
        .await
        .unwrap();
    assert!(done.opened.is_some());
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap().unwrap().person_id, "p-binh");
    assert_eq!(tx.private_chat_of("p-binh").await.unwrap(), [chat]);
    let consent = tx.latest_consent("p-binh").await.unwrap().unwrap();
    let expected = (NOTICE_VERSION, GATEWAY, AT.0);
    assert_eq!((consent.notice_version.as_str(), consent.gateway.as_str(), consent.accepted_at), expected);
}

async fn only_an_admin_over_the_persons_unit_makes_a_code(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    fixture::grant(&mut tx, "p-son", Role::Admin, "u-04").await;
    let neighbour = office.act(Some("p-son"), Via::Chat(GATEWAY.to_owned()));
    let missing = invite_person(&mut tx, &neighbour, "p-binh").await.unwrap_err();
    assert!(matches!(missing, UseCaseError::Denied(Denied::MissingRole(Role::Admin))));
    // Nobody's seat says whose admin it takes: then the whole commune's.
    let unseated = invite_person(&mut tx, &neighbour, "p-quan").await.unwrap_err();
    assert!(matches!(unseated, UseCaseError::Denied(Denied::MissingRole(Role::Admin))));
    let unknown = invite_person(&mut tx, &office.stranger(), "p-binh").await.unwrap_err();
    assert!(matches!(unknown, UseCaseError::Denied(Denied::NotRegistered)));
    let engine = invite_group(&mut tx, &office.act(None, Via::Engine), "gr-03").await.unwrap_err();
    assert!(matches!(engine, UseCaseError::Denied(Denied::NotRegistered)));
    assert!(invite_group(&mut tx, &neighbour, "gr-04").await.is_ok());
    assert!(invite_group(&mut tx, &neighbour, "gr-03").await.is_err());
    let nobody = invite_person(&mut tx, &office.admin(), "no such person").await.unwrap_err();
    assert!(matches!(nobody, UseCaseError::NotFound { what: "person", .. }));
}

async fn the_command_line_makes_codes_for_the_first_admin(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let shell = office.act(None, Via::Cli("root".to_owned()));
    let issued = invite_person(&mut tx, &shell, "p-quan").await.unwrap();
    assert_eq!(tx.invite(&issued.invite_id).await.unwrap().unwrap().created_by, None);
    office.link(&mut tx, &issued.code, "1").await.unwrap();
}

async fn a_code_works_once(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    office.link(&mut tx, &code, "777").await.unwrap();
    assert_eq!(key(office.look(&mut tx, &code, "777").await), "refused-code-used");
    assert_eq!(key(office.look(&mut tx, &code, "888").await), "refused-code-used");
}

async fn a_code_expires_after_48_hours(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    office.clock.advance(Duration::from_hours(48) - Duration::from_millis(1));
    assert!(office.look(&mut tx, &code, "777").await.is_ok());
    let late = office.person_code(&mut tx, "p-son").await;
    office.clock.advance(Duration::from_hours(48));
    assert_eq!(key(office.look(&mut tx, &late, "888").await), "refused-code-expired");
}

async fn an_agreement_after_the_code_expired_is_refused(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let invite = office.look(&mut tx, &code, "777").await.unwrap();
    office.clock.advance(Duration::from_hours(49));
    let late = accept_notice_and_link(&mut tx, &office.stranger(), &invite, "777", NOTICE_VERSION).await;
    assert_eq!(key(late), "refused-code-expired");
    assert_eq!(tx.latest_consent("p-binh").await.unwrap(), None);
}

async fn a_forwarded_code_is_refused(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let invite = office.look(&mut tx, &code, "777").await.unwrap();
    assert_eq!(key(office.look(&mut tx, &code, "888").await), "refused-code-taken");
    let pressed = accept_notice_and_link(&mut tx, &office.stranger(), &invite, "888", NOTICE_VERSION).await;
    assert_eq!(key(pressed), "refused-code-taken");
    // The one who was first may still look again and go on.
    office.link(&mut tx, &code, "777").await.unwrap();
}

async fn a_newer_code_ends_the_older_one(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let older = office.person_code(&mut tx, "p-binh").await;
    let invite = office.look(&mut tx, &older, "777").await.unwrap();
    let newer = office.person_code(&mut tx, "p-binh").await;
    assert_eq!(key(office.look(&mut tx, &older, "777").await), "refused-code-replaced");
    let pressed = accept_notice_and_link(&mut tx, &office.stranger(), &invite, "777", NOTICE_VERSION).await;
    assert_eq!(key(pressed), "refused-code-replaced");
    office.link(&mut tx, &newer, "777").await.unwrap();
}

async fn an_unknown_code_is_refused(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    for typed in ["ZZZZZZZZ", "", "🙂", "' OR '1'='1"] {
        assert_eq!(key(office.look(&mut tx, typed, "777").await), "refused-code-unknown");
    }
    let stray = accept_notice_and_link(&mut tx, &office.stranger(), "no such invite", "777", NOTICE_VERSION).await;
    assert!(matches!(stray, Err(UseCaseError::NotFound { what: "invite", .. })));
}

async fn an_account_of_somebody_else_is_refused(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let son = office.person_code(&mut tx, "p-son").await;
    let invite = office.look(&mut tx, &son, "777").await.unwrap();
    let binh = office.person_code(&mut tx, "p-binh").await;
    tx.link_identity(GATEWAY, "777", "p-binh", AT, "i-1").await.unwrap();
    assert_eq!(key(office.look(&mut tx, &son, "777").await), "refused-account-linked");
    let pressed = accept_notice_and_link(&mut tx, &office.stranger(), &invite, "777", NOTICE_VERSION).await;
    assert_eq!(key(pressed), "refused-account-linked");
    office.link(&mut tx, &binh, "999").await.unwrap();
    assert_eq!(tx.accounts_of("p-binh").await.unwrap().len(), 2);
}

async fn the_same_person_may_link_an_account_twice(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    for _ in 0..2 {
        let code = office.person_code(&mut tx, "p-binh").await;
        office.link(&mut tx, &code, "777").await.unwrap();
    }
    assert_eq!(tx.accounts_of("p-binh").await.unwrap().len(), 1);
}

async fn an_outdated_notice_is_not_agreed_to(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let invite = office.look(&mut tx, &code, "777").await.unwrap();
    let outdated = accept_notice_and_link(&mut tx, &office.stranger(), &invite, "777", "2020-01").await;
    assert_eq!(key(outdated), "refused-notice-changed");
}

async fn a_code_typed_in_a_group_needs_the_agreement_and_an_admin(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let offer = look_at_code(&mut tx, &office.stranger(), &code, "777", &chat).await.unwrap();
    assert!(offer.needs_admin);
    assert_eq!(key(confirm_person(&mut tx, &office.admin(), &offer.invite_id).await), "refused-notice-first");
    let agreed =
        accept_notice_and_link(&mut tx, &office.stranger(), &offer.invite_id, "777", NOTICE_VERSION).await.unwrap();
    assert!(agreed.opened.is_none());
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap(), None);
    let by_head = office.act(Some("p-binh"), Via::Chat(GATEWAY.to_owned()));
    assert!(matches!(confirm_person(&mut tx, &by_head, &offer.invite_id).await, Err(UseCaseError::Denied(_))));
    // The admin may come to it after the code's own time.
    office.clock.advance(Duration::from_hours(100));
    assert!(confirm_person(&mut tx, &office.admin(), &offer.invite_id).await.unwrap().opened.is_some());
    assert_eq!(tx.identity(GATEWAY, "777").await.unwrap().unwrap().person_id, "p-binh");
    assert_eq!(key(confirm_person(&mut tx, &office.admin(), &offer.invite_id).await), "refused-code-used");
}

async fn an_agreement_refused_by_the_admin_leaves_no_trace_of_consent(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = office.person_code(&mut tx, "p-binh").await;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let offer = look_at_code(&mut tx, &office.stranger(), &code, "777", &chat).await.unwrap();
    accept_notice_and_link(&mut tx, &office.stranger(), &offer.invite_id, "777", NOTICE_VERSION).await.unwrap();
    assert!(tx.latest_consent("p-binh").await.unwrap().is_some());
    refuse_person(&mut tx, &office.admin(), &offer.invite_id).await.unwrap();
    assert_eq!(tx.latest_consent("p-binh").await.unwrap(), None);
    assert_eq!(key(confirm_person(&mut tx, &office.admin(), &offer.invite_id).await), "refused-code-replaced");
}

async fn a_group_is_bound_after_an_admin_confirmed(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap().code;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let pending = type_group_code(&mut tx, &office.stranger(), &code, "555", &chat).await.unwrap();
    assert_eq!((pending.group.id.as_str(), pending.chat.title.as_str(), pending.first), ("gr-03", "Nhóm mẫu", true));
    assert!(!type_group_code(&mut tx, &office.stranger(), &code, "555", &chat).await.unwrap().first);
    assert_eq!(tx.group_of_chat("c-1").await.unwrap(), None, "typing binds nothing");
    assert!(matches!(
        confirm_group(&mut tx, &office.stranger(), &pending.invite_id).await,
        Err(UseCaseError::Denied(_))
    ));

    let bound = confirm_group(&mut tx, &office.admin(), &pending.invite_id).await.unwrap();
    assert_eq!((bound.group.chat_id.as_deref(), bound.group.bound_at), (Some("c-1"), Some(AT.0)));
    assert_eq!(tx.invite(&pending.invite_id).await.unwrap().unwrap().state, InviteState::Used);
    assert_eq!(key(office.type_in(&mut tx, &code, &chat).await), "refused-code-used");
}

async fn a_group_code_does_nothing_in_private_or_on_another_gateway(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap().code;
    let private = private_chat(&mut tx, "555").await;
    assert_eq!(key(office.type_in(&mut tx, &code, &private).await), "refused-code-not-in-group");
    let group = loa::store::binding::ChatKind::Group;
    let zalo = tx.ensure_chat("zalo", "zgr-1", group, "", AT, "c-z").await.unwrap();
    assert_eq!(key(office.type_in(&mut tx, &code, &zalo).await), "refused-chat-gateway");
    // Neither has used it up.
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    office.type_in(&mut tx, &code, &chat).await.unwrap();
}

async fn codes_are_not_taken_for_one_another(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let for_group = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap();
    let for_person = invite_person(&mut tx, &office.admin(), "p-binh").await.unwrap();
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    assert_eq!(key(office.look(&mut tx, &for_group.code, "777").await), "refused-code-for-group");
    assert_eq!(key(office.type_in(&mut tx, &for_person.code, &chat).await), "refused-code-for-person");
    let crossed = confirm_group(&mut tx, &office.admin(), &for_person.invite_id).await;
    assert!(matches!(crossed, Err(UseCaseError::NotFound { .. })));
    assert_eq!(key(confirm_group(&mut tx, &office.admin(), &for_group.invite_id).await), "refused-code-not-typed");
}

async fn a_bound_group_takes_no_second_slot(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let elsewhere = group_chat(&mut tx, "c-2", "-200").await;
    let late = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap().code;
    tx.bind_group("gr-03", &chat.id, AT).await.unwrap();
    assert_eq!(key(office.type_in(&mut tx, &late, &elsewhere).await), "refused-slot-bound");
    assert_eq!(key(invite_group(&mut tx, &office.admin(), "gr-03").await), "refused-slot-bound");
    let other = invite_group(&mut tx, &office.admin(), "gr-04").await.unwrap().code;
    assert_eq!(key(office.type_in(&mut tx, &other, &chat).await), "refused-chat-bound");
}

async fn of_two_admins_who_press_at_once_one_binds(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap().code;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let invite = office.type_in(&mut tx, &code, &chat).await.unwrap();
    tx.commit().await.unwrap();
    let press = async || {
        let mut tx = store.begin().await.unwrap();
        let outcome = confirm_group(&mut tx, &office.admin(), &invite).await;
        if outcome.is_ok() {
            tx.commit().await.unwrap();
        }
        outcome
    };
    let (one, other) = tokio::join!(press(), press());
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} / {other:?}");
    let refusal = key(if one.is_ok() { other } else { one });
    assert!(["refused-code-used", "refused-slot-bound"].contains(&refusal), "{refusal}");
}

async fn a_refused_group_code_is_over(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let code = invite_group(&mut tx, &office.admin(), "gr-03").await.unwrap().code;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    let invite = office.type_in(&mut tx, &code, &chat).await.unwrap();
    assert_eq!(refuse_group(&mut tx, &office.admin(), &invite).await.unwrap().id, "gr-03");
    assert_eq!(key(office.type_in(&mut tx, &code, &chat).await), "refused-code-replaced");
    assert_eq!(key(confirm_group(&mut tx, &office.admin(), &invite).await), "refused-code-replaced");
    assert_eq!(tx.group_of_chat("c-1").await.unwrap(), None);
}

async fn a_freed_slot_is_invited_again(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let chat = group_chat(&mut tx, "c-1", "-100").await;
    tx.bind_group("gr-03", &chat.id, AT).await.unwrap();
    assert!(matches!(unbind(&mut tx, &office.stranger(), "gr-03").await, Err(UseCaseError::Denied(_))));
    unbind(&mut tx, &office.admin(), "gr-03").await.unwrap();
    assert_eq!(key(unbind(&mut tx, &office.admin(), "gr-03").await), "refused-slot-unbound");
    assert!(invite_group(&mut tx, &office.admin(), "gr-03").await.is_ok());
}

async fn the_audit_log_never_holds_a_code(store: Store) {
    let (office, mut tx) = Office::open(&store).await;
    let issued = invite_person(&mut tx, &office.admin(), "p-binh").await.unwrap();
    office.link(&mut tx, &issued.code, "777").await.unwrap();
    tx.seal_audit().await.unwrap();
    let entries = tx.audit_page(0, 100).await.unwrap();
    let mut acts: Vec<_> = entries.iter().map(|entry| entry.act.as_str()).collect();
    acts.sort_unstable();
    assert_eq!(acts, ["invite.typed", "notice.accepted", "person.invited", "person.linked"]);
    let text = format!("{entries:?} {issued:?}");
    assert!(!text.contains(&issued.code) && !text.contains("Bình"), "{text}");
}
