//! An organisation file made into rows: once, again, corrected, and refused.

use loa::domain::org::Role;
use loa::domain::org::import::{OrgFile, parse_toml};
use loa::id::SeededEntropy;
use loa::store::binding::ChatKind;
use loa::store::{Store, Tx};
use loa::usecase::organise::{ImportSummary, Tally, import_org};
use loa::usecase::{Act, Denied, UseCaseError, UseCaseResult, Via};

use crate::db::sqlite_tests;
use crate::fixture::{self, AT, day};

sqlite_tests!(
    a_first_import_creates_everything,
    the_same_file_twice_changes_nothing_and_leaves_no_entry,
    a_file_written_with_accents_apart_is_the_same_file,
    a_handover_in_the_file_moves_the_seat,
    a_corrected_slip_leaves_no_second_holder,
    a_right_taken_out_of_the_file_is_withdrawn,
    two_seats_of_a_unit_change_roles,
    a_unit_may_be_replaced_by_one_further_down,
    another_commune_is_refused,
    an_account_of_somebody_else_refuses_the_whole_file,
    a_bound_group_keeps_its_chat_and_says_so,
    a_bound_group_does_not_change_its_gateway,
    only_the_command_line_or_an_admin_imports,
    the_example_that_comes_with_the_program_goes_in,
);

const FILE: &str = r#"
[commune]
code = "00000"
name = "Ủy ban nhân dân xã Mẫu"
short_name = "Mẫu"
province = "tỉnh Mẫu"

[[units]]
code = "xa"
name = "Xã Mẫu"
kind = "commune"
valid_from = 2025-07-01

[[units]]
code = "thon-01"
name = "Thôn Đông"
kind = "village"
parent = "xa"
valid_from = 2025-07-01

[[seats]]
code = "ct"
unit = "xa"
title = "Chủ tịch"
kind = "answering"

[[seats]]
code = "t-01"
unit = "thon-01"
title = "Trưởng thôn"
kind = "answering"

[[seats]]
code = "p-01"
unit = "thon-01"
title = "Phó thôn"
kind = "deputy"

[[people]]
code = "binh"
name = "Mẫu Văn Bình"

[[people]]
code = "son"
name = "Mẫu Văn Sơn"

[[holdings]]
person = "binh"
seat = "t-01"
from = 2025-07-01

[[grants]]
person = "son"
role = "admin"
unit = "xa"

[[groups]]
code = "n-01"
name = "Nhóm điều hành Thôn Đông"
kind = "cadre"
gateway = "tele"
rank = 1
covers = ["thon-01"]
chat = -100

[[identities]]
person = "son"
gateway = "tele"
external_id = "42"
"#;

fn read(text: &str) -> OrgFile {
    parse_toml(text).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The file with one part of it replaced.
fn edited(part: &str, by: &str) -> OrgFile {
    assert!(FILE.contains(part), "nothing to replace: {part}");
    read(&FILE.replacen(part, by, 1))
}

async fn import_as(
    tx: &mut Tx,
    person: Option<&str>,
    via: Via,
    seed: u64,
    file: &OrgFile,
) -> UseCaseResult<ImportSummary> {
    let entropy = SeededEntropy::new(seed);
    let commune_id = tx.commune().await.unwrap().map(|commune| commune.id).unwrap_or_default();
    let act = Act {
        commune_id,
        person_id: person.map(str::to_owned),
        unconfirmed: false,
        via,
        at: AT,
        wall: AT,
        entropy: entropy.as_ref(),
        house: fixture::house(),
    };
    import_org(tx, &act, file).await
}

/// Imports from the command line; every import of a test needs a seed of its own, as every process has its own randomness.
async fn import(tx: &mut Tx, seed: u64, file: &OrgFile) -> UseCaseResult<ImportSummary> {
    import_as(tx, None, Via::Cli("root".to_owned()), seed, file).await
}

async fn imported(store: &Store) -> Tx {
    let mut tx = store.begin().await.unwrap();
    import(&mut tx, 1, &read(FILE)).await.unwrap();
    tx
}

fn created(count: u32) -> Tally {
    Tally { created: count, ..Tally::default() }
}

async fn unit_id(tx: &mut Tx, code: &str) -> String {
    let commune = tx.commune().await.unwrap().unwrap();
    tx.unit_by_code(&commune.id, code).await.unwrap().unwrap().id
}

async fn person_id(tx: &mut Tx, code: &str) -> String {
    let commune = tx.commune().await.unwrap().unwrap();
    tx.person_by_code(&commune.id, code).await.unwrap().unwrap().id
}

async fn entries(tx: &mut Tx) -> Vec<String> {
    tx.seal_audit().await.unwrap();
    tx.audit_page(0, 100).await.unwrap().into_iter().map(|entry| entry.act).collect()
}

async fn a_first_import_creates_everything(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let summary = import(&mut tx, 1, &read(FILE)).await.unwrap();
    let counts: Vec<_> = summary.tables().iter().map(|(_, tally)| *tally).collect();
    assert_eq!(counts, [1, 2, 3, 2, 1, 1, 1, 1].map(created));

    let commune = tx.commune().await.unwrap().unwrap();
    let directory = tx.directory(&commune.id, day(2025, 7, 28)).await.unwrap();
    let group = &directory.groups[0];
    assert!(group.active, "the chat of the file is bound");
    assert_eq!(group.covers, [unit_id(&mut tx, "thon-01").await]);
    assert_eq!(directory.units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(), ["xa", "01"]);

    let son = person_id(&mut tx, "son").await;
    let village = unit_id(&mut tx, "thon-01").await;
    assert!(tx.has_role(&son, Role::Admin, &village).await.unwrap());
    let chats = tx.private_chat_of(&son).await.unwrap();
    assert_eq!(chats.iter().map(|chat| chat.external_id.as_str()).collect::<Vec<_>>(), ["42"]);
    assert_eq!(entries(&mut tx).await, ["org.imported"]);
}

async fn the_same_file_twice_changes_nothing_and_leaves_no_entry(store: Store) {
    let mut tx = imported(&store).await;
    let summary = import(&mut tx, 2, &read(FILE)).await.unwrap();
    assert_eq!(summary.touched(), 0, "{summary:?}");
    let unchanged: u32 = summary.tables().iter().map(|(_, tally)| tally.unchanged).sum();
    assert_eq!((unchanged, summary.kept_bindings.len()), (12, 0));
    assert_eq!(entries(&mut tx).await.len(), 1);
}

async fn a_file_written_with_accents_apart_is_the_same_file(store: Store) {
    let mut tx = imported(&store).await;
    let apart = FILE.replace("Thôn Đông", "Tho\u{302}n Đo\u{302}ng").replace("Sơn", "So\u{31b}n");
    let summary = import(&mut tx, 2, &read(&apart)).await.unwrap();
    assert_eq!(summary.touched(), 0, "{summary:?}");
}

async fn a_handover_in_the_file_moves_the_seat(store: Store) {
    let mut tx = imported(&store).await;
    let handover = "from = 2025-07-01\nto = 2025-08-01\n\n[[holdings]]\nperson = \"son\"\nseat = \"t-01\"\nfrom = 2025-08-01\n\n[[grants]]";
    let summary = import(&mut tx, 2, &edited("from = 2025-07-01\n\n[[grants]]", handover)).await.unwrap();
    assert_eq!(summary.holdings, Tally { created: 1, changed: 1, ..Tally::default() });
    let village = unit_id(&mut tx, "thon-01").await;
    let seat = tx.answering_seat(&village).await.unwrap().unwrap();
    let holder = tx.holder_of(&seat.id, day(2025, 8, 1)).await.unwrap().unwrap();
    assert_eq!(holder.code, "son");
    assert_eq!(tx.holder_of(&seat.id, day(2025, 7, 31)).await.unwrap().unwrap().code, "binh");
}

async fn a_corrected_slip_leaves_no_second_holder(store: Store) {
    let mut tx = imported(&store).await;
    let summary = import(&mut tx, 2, &edited("person = \"binh\"", "person = \"son\"")).await.unwrap();
    assert_eq!(summary.holdings, Tally { created: 1, removed: 1, ..Tally::default() });
    let binh = person_id(&mut tx, "binh").await;
    assert_eq!(tx.seats_of(&binh, day(2025, 7, 28)).await.unwrap(), []);
}

async fn a_right_taken_out_of_the_file_is_withdrawn(store: Store) {
    let mut tx = imported(&store).await;
    let summary = import(&mut tx, 2, &edited("role = \"admin\"", "role = \"viewer\"")).await.unwrap();
    assert_eq!(summary.grants, Tally { created: 1, removed: 1, ..Tally::default() });
    let son = person_id(&mut tx, "son").await;
    let roles = tx.roles_of(&son).await.unwrap();
    assert_eq!(roles.iter().map(|grant| grant.role).collect::<Vec<_>>(), [Role::Viewer]);
}

async fn two_seats_of_a_unit_change_roles(store: Store) {
    let mut tx = imported(&store).await;
    let swapped = FILE
        .replace("title = \"Trưởng thôn\"\nkind = \"answering\"", "title = \"Trưởng thôn\"\nkind = \"deputy\"")
        .replace("title = \"Phó thôn\"\nkind = \"deputy\"", "title = \"Phó thôn\"\nkind = \"answering\"");
    for (seed, text) in [(2, swapped.as_str()), (3, FILE)] {
        let summary = import(&mut tx, seed, &read(text)).await.unwrap();
        assert_eq!((summary.seats.changed, summary.seats.unchanged), (2, 1));
    }
}

async fn a_unit_may_be_replaced_by_one_further_down(store: Store) {
    let mut tx = imported(&store).await;
    let merged = "parent = \"xa\"\nvalid_from = 2025-07-01\nvalid_to = 2026-01-01\nreplaced_by = \"thon-12\"\n\n\
        [[units]]\ncode = \"thon-12\"\nname = \"Thôn Mới\"\nkind = \"village\"\nparent = \"xa\"\nvalid_from = 2026-01-01\n\n\
        [[seats]]\ncode = \"t-12\"\nunit = \"thon-12\"\ntitle = \"Trưởng thôn\"\nkind = \"answering\"\n";
    let summary = import(&mut tx, 2, &edited("parent = \"xa\"\nvalid_from = 2025-07-01\n", merged)).await.unwrap();
    assert_eq!(summary.units, Tally { created: 1, changed: 1, unchanged: 1, removed: 0 });
    let heir = unit_id(&mut tx, "thon-12").await;
    let commune = tx.commune().await.unwrap().unwrap();
    let old = tx.unit_by_code(&commune.id, "thon-01").await.unwrap().unwrap();
    assert_eq!(old.replaced_by, Some(heir));
}

async fn another_commune_is_refused(store: Store) {
    let mut tx = imported(&store).await;
    let refused = import(&mut tx, 2, &edited("code = \"00000\"", "code = \"99999\"")).await;
    assert!(matches!(refused, Err(UseCaseError::Refused { key: "refused-org-other-commune", .. })), "{refused:?}");
}

async fn an_account_of_somebody_else_refuses_the_whole_file(store: Store) {
    let mut tx = imported(&store).await;
    let taken = edited("[[identities]]\nperson = \"son\"", "[[identities]]\nperson = \"binh\"");
    let refused = import(&mut tx, 2, &taken).await;
    assert!(matches!(refused, Err(UseCaseError::Refused { key: "refused-org-account-linked", .. })), "{refused:?}");
}

async fn a_bound_group_keeps_its_chat_and_says_so(store: Store) {
    let mut tx = imported(&store).await;
    let chat = tx.chat_by_external("tele", "-100").await.unwrap().unwrap();
    tx.set_chat_external(&chat.id, "-1000000000100").await.unwrap();
    let summary = import(&mut tx, 2, &read(FILE)).await.unwrap();
    assert_eq!((summary.touched(), summary.kept_bindings), (0, vec!["n-01".to_owned()]));
    assert_eq!(tx.chat_by_external("tele", "-100").await.unwrap(), None, "the dead id is not made a chat again");
    let kept = tx.group_of_chat(&chat.id).await.unwrap().unwrap();
    assert_eq!(kept.code, "n-01");
}

async fn a_bound_group_does_not_change_its_gateway(store: Store) {
    let mut tx = imported(&store).await;
    let refused = import(&mut tx, 2, &edited("gateway = \"tele\"\nrank", "gateway = \"zalo\"\nrank")).await;
    assert!(matches!(refused, Err(UseCaseError::Refused { key: "refused-org-group-gateway", .. })), "{refused:?}");
}

async fn only_the_command_line_or_an_admin_imports(store: Store) {
    let mut tx = store.begin().await.unwrap();
    let chat = || Via::Chat("tele".to_owned());
    let early = import_as(&mut tx, None, chat(), 1, &read(FILE)).await;
    assert!(matches!(early, Err(UseCaseError::Denied(Denied::NotRegistered))));
    import(&mut tx, 2, &read(FILE)).await.unwrap();
    let (binh, son) = (person_id(&mut tx, "binh").await, person_id(&mut tx, "son").await);
    let head = import_as(&mut tx, Some(&binh), chat(), 3, &read(FILE)).await;
    assert!(matches!(head, Err(UseCaseError::Denied(Denied::MissingRole(Role::Admin)))));
    assert!(import_as(&mut tx, Some(&son), chat(), 4, &read(FILE)).await.is_ok());
}

async fn the_example_that_comes_with_the_program_goes_in(store: Store) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples/xa-mau.toml");
    let file = read(&std::fs::read_to_string(path).unwrap());
    let mut tx = store.begin().await.unwrap();
    let first = import(&mut tx, 1, &file).await.unwrap();
    assert_eq!(first.units.created as usize, file.units.len());
    let second = import(&mut tx, 2, &file).await.unwrap();
    assert_eq!(second.touched(), 0, "{second:?}");
    for identity in &file.identities {
        let chat = tx.chat_by_external(&identity.gateway, &identity.external_id).await.unwrap().unwrap();
        assert_eq!(chat.kind, ChatKind::Private);
    }
}
