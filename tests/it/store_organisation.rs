//! The contract of the organisation's rows: units, seats, people and rights.

use chrono::NaiveDate;
use loa::domain::calendar::Millis;
use loa::domain::org::{GroupKind, Role, SeatKind, UnitKind};
use loa::store::binding::Group;
use loa::store::organisation::{Change, Commune, Grant, Holding, Person, Seat, Unit};
use loa::store::{Store, Tx};

use crate::db::store_tests;
use crate::fixture::{self, AT, COMMUNE, day};

store_tests!(
    the_commune_is_absent_until_it_is_written,
    the_same_row_twice_is_unchanged_and_a_different_one_changed,
    a_difference_in_any_one_column_of_a_unit_is_written,
    units_are_those_of_the_day,
    a_period_that_ends_before_it_begins_is_refused,
    a_role_holds_below_the_unit_it_was_granted_on_and_not_beside_it,
    a_ring_of_parents_does_not_hang_the_question_of_rights,
    people_with_a_role_are_listed_once,
    a_seat_belongs_to_its_holder_until_the_day_of_the_handover,
    a_vacant_seat_has_no_holder,
    a_unit_has_one_answering_seat,
    answering_seats_are_those_of_the_units_named,
    people_are_found_with_and_without_accents_by_whole_words,
    a_typed_pattern_is_not_a_pattern,
    a_group_covers_exactly_what_was_last_said,
    the_directory_holds_the_units_of_the_day_and_only_bound_groups_are_active,
);

async fn the_commune_is_absent_until_it_is_written(store: Store) {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.commune().await.unwrap(), None);
    let commune = fixture::commune();
    tx.upsert_commune(&commune).await.unwrap();
    assert_eq!(tx.commune().await.unwrap(), Some(commune));
}

async fn the_same_row_twice_is_unchanged_and_a_different_one_changed(store: Store) {
    let mut tx = fixture::village(&store).await;
    let commune = Commune { id: "another".to_owned(), ..fixture::commune() };
    assert_eq!(tx.upsert_commune(&commune).await.unwrap().change, Change::Unchanged);

    let again = Unit { id: "another".to_owned(), ..fixture::unit("u-03", "03", UnitKind::Village) };
    let same = tx.upsert_unit(&again).await.unwrap();
    assert_eq!((same.id.as_str(), same.change), ("u-03", Change::Unchanged));
    let closed = Unit { valid_to: Some("2026-01-01".to_owned()), ..again };
    let changed = tx.upsert_unit(&closed).await.unwrap();
    assert_eq!((changed.id.as_str(), changed.change), ("u-03", Change::Changed));
    let found = tx.unit_by_code(COMMUNE, "03").await.unwrap().unwrap();
    assert_eq!(found, Unit { id: "u-03".to_owned(), ..closed });

    let seat = Seat { id: "another".to_owned(), ..fixture::seat("s-03", "u-03", SeatKind::Answering) };
    assert_eq!(tx.upsert_seat(&seat).await.unwrap().change, Change::Unchanged);
    let renamed = Seat { title: "Trưởng bản".to_owned(), ..seat };
    assert_eq!(tx.upsert_seat(&renamed).await.unwrap().change, Change::Changed);

    let person = Person { id: "another".to_owned(), ..fixture::person("p-binh", "Lê Văn Bình") };
    assert_eq!(tx.upsert_person(&person).await.unwrap().change, Change::Unchanged);
    holds_once(&mut tx).await;
}

async fn holds_once(tx: &mut Tx) {
    let holding = Holding { id: "another".to_owned(), ..fixture::holding("h-1", "s-03", "p-binh", "2025-07-01", None) };
    assert_eq!(tx.upsert_holding(&holding).await.unwrap(), Change::Unchanged);
    let ended = Holding { held_to: Some("2025-08-01".to_owned()), ..holding };
    assert_eq!(tx.upsert_holding(&ended).await.unwrap(), Change::Changed);
    let grant = Grant {
        id: "g-9".to_owned(),
        person_id: "p-binh".to_owned(),
        role: Role::Viewer,
        unit_id: "u-03".to_owned(),
        granted_at: AT,
    };
    assert_eq!(tx.upsert_grant(&grant).await.unwrap(), Change::Created);
    let again = Grant { id: "g-10".to_owned(), ..grant };
    assert_eq!(tx.upsert_grant(&again).await.unwrap(), Change::Unchanged);
    let group = Group { id: "another".to_owned(), ..fixture::group("gr-03", "03-CB", GroupKind::Cadre) };
    assert_eq!(tx.upsert_group(&group).await.unwrap().change, Change::Unchanged);
    assert_eq!(tx.upsert_group(&Group { rank: 2, ..group }).await.unwrap().change, Change::Changed);
}

async fn a_difference_in_any_one_column_of_a_unit_is_written(store: Store) {
    let mut tx = fixture::village(&store).await;
    let unit = Unit { id: "offered".to_owned(), ..fixture::unit("u-03", "03", UnitKind::Village) };
    let different = [
        Unit { kind: UnitKind::Team, ..unit.clone() },
        Unit { name: "Thôn khác".to_owned(), ..unit.clone() },
        Unit { name_folded: "thon khac".to_owned(), ..unit.clone() },
        Unit { parent_id: None, ..unit.clone() },
        Unit { sort_order: 9, ..unit.clone() },
        Unit { valid_from: "2025-07-02".to_owned(), ..unit.clone() },
        Unit { valid_to: Some("2026-01-01".to_owned()), ..unit.clone() },
        Unit { replaced_by: Some("u-04".to_owned()), ..unit.clone() },
    ];
    for other in different {
        assert_eq!(tx.upsert_unit(&other).await.unwrap().change, Change::Changed, "{other:?}");
        let stored = Unit { id: "u-03".to_owned(), ..other.clone() };
        assert_eq!(tx.unit("u-03").await.unwrap(), Some(stored));
        assert_eq!(tx.upsert_unit(&unit).await.unwrap().change, Change::Changed, "back from {other:?}");
    }
}

async fn units_are_those_of_the_day(store: Store) {
    let mut tx = fixture::village(&store).await;
    let merged = Unit { valid_from: "2025-09-01".to_owned(), ..fixture::unit("u-78", "78", UnitKind::Village) };
    let ended = Unit {
        valid_to: Some("2025-09-01".to_owned()),
        replaced_by: Some("u-78".to_owned()),
        ..fixture::unit("u-07", "07", UnitKind::Village)
    };
    tx.upsert_unit(&merged).await.unwrap();
    tx.upsert_unit(&ended).await.unwrap();
    let mut villages = async |date: NaiveDate| {
        let units = tx.units(COMMUNE, date).await.unwrap();
        let villages = units.into_iter().filter(|unit| unit.kind == UnitKind::Village);
        villages.map(|unit| unit.code).collect::<Vec<_>>()
    };
    assert_eq!(villages(day(2025, 8, 31)).await, ["03", "04", "07"]);
    assert_eq!(villages(day(2025, 9, 1)).await, ["03", "04", "78"]);
    assert_eq!(villages(day(2025, 6, 30)).await, Vec::<String>::new());
}

async fn a_period_that_ends_before_it_begins_is_refused(store: Store) {
    let mut tx = fixture::village(&store).await;
    let backwards = Unit { valid_to: Some("2024-01-01".to_owned()), ..fixture::unit("u-99", "99", UnitKind::Village) };
    assert!(tx.upsert_unit(&backwards).await.is_err());
}

async fn a_role_holds_below_the_unit_it_was_granted_on_and_not_beside_it(store: Store) {
    let mut tx = fixture::village(&store).await;
    fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
    fixture::grant(&mut tx, "p-binh", Role::Recorder, "u-03").await;
    assert!(tx.has_role("p-quan", Role::Admin, "u-03").await.unwrap());
    assert!(tx.has_role("p-quan", Role::Admin, "u-xa").await.unwrap());
    assert!(!tx.has_role("p-quan", Role::Approver, "u-03").await.unwrap());
    assert!(tx.has_role("p-binh", Role::Recorder, "u-03").await.unwrap());
    assert!(!tx.has_role("p-binh", Role::Recorder, "u-04").await.unwrap());
    assert!(!tx.has_role("p-binh", Role::Recorder, "u-xa").await.unwrap());
    assert!(!tx.has_role("p-binh", Role::Recorder, "no such unit").await.unwrap());
    let roles = tx.roles_of("p-quan").await.unwrap();
    assert_eq!(
        roles.iter().map(|grant| (grant.role, grant.unit_id.as_str())).collect::<Vec<_>>(),
        [(Role::Admin, "u-xa")]
    );
}

async fn a_ring_of_parents_does_not_hang_the_question_of_rights(store: Store) {
    let mut tx = fixture::village(&store).await;
    let ring = Unit { parent_id: Some("u-03".to_owned()), ..fixture::unit("u-xa", "XA", UnitKind::Commune) };
    tx.upsert_unit(&ring).await.unwrap();
    assert!(!tx.has_role("p-binh", Role::Admin, "u-03").await.unwrap());
}

async fn people_with_a_role_are_listed_once(store: Store) {
    let mut tx = fixture::village(&store).await;
    fixture::grant(&mut tx, "p-quan", Role::Admin, "u-xa").await;
    fixture::grant(&mut tx, "p-quan", Role::Admin, "u-03").await;
    let admins = tx.people_with_role(COMMUNE, Role::Admin).await.unwrap();
    assert_eq!(admins.iter().map(|person| person.id.as_str()).collect::<Vec<_>>(), ["p-quan"]);
    assert_eq!(tx.people_with_role("another commune", Role::Admin).await.unwrap(), []);
}

async fn a_seat_belongs_to_its_holder_until_the_day_of_the_handover(store: Store) {
    let mut tx = fixture::village(&store).await;
    fixture::hold(&mut tx, "s-03", "p-binh", "2025-07-01", Some("2025-08-01")).await;
    fixture::hold(&mut tx, "s-03", "p-son", "2025-08-01", None).await;
    let mut holder = async |date| tx.holder_of("s-03", date).await.unwrap().map(|person| person.id);
    assert_eq!(holder(day(2025, 7, 31)).await.as_deref(), Some("p-binh"));
    assert_eq!(holder(day(2025, 8, 1)).await.as_deref(), Some("p-son"));
    assert_eq!(holder(day(2025, 6, 30)).await, None);
    assert_eq!(tx.seats_of("p-binh", day(2025, 8, 1)).await.unwrap(), []);
    let seats = tx.seats_of("p-son", day(2028, 2, 29)).await.unwrap();
    assert_eq!(seats.len(), 1);
    assert_eq!((seats[0].unit_code.as_str(), seats[0].kind), ("03", SeatKind::Answering));
}

async fn a_vacant_seat_has_no_holder(store: Store) {
    let mut tx = fixture::village(&store).await;
    let seat = tx.answering_seat("u-04").await.unwrap().unwrap();
    assert_eq!(tx.holder_of(&seat.id, day(2025, 7, 28)).await.unwrap(), None);
    assert_eq!(tx.answering_seat("u-xa").await.unwrap(), None);
}

async fn a_unit_has_one_answering_seat(store: Store) {
    let mut tx = fixture::village(&store).await;
    let deputy = fixture::seat("s-03-b", "u-03", SeatKind::Deputy);
    tx.upsert_seat(&deputy).await.unwrap();
    assert!(tx.upsert_seat(&Seat { kind: SeatKind::Answering, ..deputy }).await.is_err());
}

async fn answering_seats_are_those_of_the_units_named(store: Store) {
    let mut tx = fixture::village(&store).await;
    tx.upsert_seat(&fixture::seat("s-03-b", "u-03", SeatKind::Deputy)).await.unwrap();
    let named = ["u-03".to_owned(), "u-xa".to_owned()];
    let seats = tx.answering_seats(&named).await.unwrap();
    assert_eq!(seats.iter().map(|seat| seat.id.as_str()).collect::<Vec<_>>(), ["s-03"]);
    assert_eq!(tx.answering_seats(&[]).await.unwrap(), []);
}

async fn people_are_found_with_and_without_accents_by_whole_words(store: Store) {
    let mut tx = fixture::village(&store).await;
    for (id, name) in
        [("p-an", "Nguyễn Văn An"), ("p-lan", "Trần Thị Lan"), ("p-ban", "Phạm Bân"), ("p-ban2", "Phạm Ban")]
    {
        tx.upsert_person(&fixture::person(id, name)).await.unwrap();
    }
    let mut found = async |typed: &str| {
        let people = tx.find_people(COMMUNE, typed).await.unwrap();
        people.into_iter().map(|person| person.id).collect::<Vec<_>>()
    };
    assert_eq!(found("an").await, ["p-an"]);
    assert_eq!(found("VĂN AN").await, ["p-an"]);
    assert_eq!(found("pham bân").await, ["p-ban", "p-ban2"]);
    assert_eq!(found("Phạm Ban").await, ["p-ban2", "p-ban"]);
    assert_eq!(found("P-LAN").await, ["p-lan"]);
    // The same name as a Mac writes it, accents apart from their letters.
    assert_eq!(found("Pha\u{323}m Ba\u{302}n").await, ["p-ban", "p-ban2"]);
}

async fn a_typed_pattern_is_not_a_pattern(store: Store) {
    let mut tx = fixture::village(&store).await;
    for typed in ["%", "_", "", "   ", "👍", "' OR 1 = 1 --", "\u{200b}"] {
        assert_eq!(tx.find_people(COMMUNE, typed).await.unwrap(), [], "{typed:?} found somebody");
    }
}

async fn a_group_covers_exactly_what_was_last_said(store: Store) {
    let mut tx = fixture::village(&store).await;
    let both = ["u-03".to_owned(), "u-04".to_owned()];
    assert_eq!(tx.set_group_units("gr-03", &both).await.unwrap(), Change::Changed);
    assert_eq!(tx.set_group_units("gr-03", &both).await.unwrap(), Change::Unchanged);
    assert_eq!(tx.set_group_units("gr-03", &both[1..]).await.unwrap(), Change::Changed);
    assert_eq!(tx.group_units("gr-03").await.unwrap(), ["u-04"]);
}

async fn the_directory_holds_the_units_of_the_day_and_only_bound_groups_are_active(store: Store) {
    let mut tx = fixture::village(&store).await;
    let ended = Unit { valid_to: Some("2025-09-01".to_owned()), ..fixture::unit("u-04", "04", UnitKind::Village) };
    tx.upsert_unit(&ended).await.unwrap();
    tx.set_group_units("gr-03", &["u-03".to_owned(), "u-04".to_owned()]).await.unwrap();
    let directory = tx.directory(COMMUNE, day(2025, 9, 1)).await.unwrap();
    assert_eq!(directory.units.iter().map(|unit| unit.id.as_str()).collect::<Vec<_>>(), ["u-xa", "u-03"]);
    assert_eq!((directory.groups[0].active, &directory.groups[0].covers), (false, &vec!["u-03".to_owned()]));

    let chat = fixture::group_chat(&mut tx, "c-1", "-100").await;
    tx.bind_group("gr-03", &chat.id, Millis(5)).await.unwrap();
    let directory = tx.directory(COMMUNE, day(2025, 8, 31)).await.unwrap();
    assert_eq!((directory.groups[0].active, directory.groups[0].covers.len()), (true, 2));
    assert_eq!(directory.groups[0].chat_id, "c-1");
}
