use proptest::prelude::{any, proptest};
use rstest::rstest;

use super::{GroupKind, MAX_BYTES, Mistake, OrgFile, Role, SeatKind, UnitKind, parse_toml};

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples/xa-mau.toml"));

/// A small commune in which everything is right.
const SMALL: &str = r#"
[commune]
code = "xa-thu"
name = "Xã Thử"
short_name = "Thử"
province = "Tỉnh Thử"

[[units]]
code = "xa"
name = "UBND xã"
kind = "commune"
valid_from = 2025-07-01

[[units]]
code = "thon-01"
name = "Thôn 01"
kind = "village"
parent = "xa"
valid_from = "2025-07-01"

[[seats]]
code = "chu-tich"
unit = "xa"
title = "Chủ tịch"
kind = "answering"

[[seats]]
code = "truong-01"
unit = "thon-01"
title = "Trưởng thôn"
kind = "answering"

[[people]]
code = "mot"
name = "Mẫu Văn Một"

[[people]]
code = "hai"
name = "Mẫu Thị Hai"

[[holdings]]
person = "mot"
seat = "truong-01"
from = "2025-07-01"
to = "2025-08-01"

[[holdings]]
person = "hai"
seat = "truong-01"
from = "2025-08-01"

[[grants]]
person = "hai"
role = "composer"
unit = "xa"

[[groups]]
code = "n-01"
name = "Nhóm 01"
kind = "cadre"
gateway = "telegram"
rank = 1
covers = ["thon-01"]
chat = -1001234567890

[[identities]]
person = "hai"
gateway = "telegram"
external_id = "42"
"#;

/// The mistakes of the small commune after `text` was replaced, as they are printed.
fn mistakes_of(text: &str) -> Vec<String> {
    match parse_toml(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn changed(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old), "{old}");
    SMALL.replacen(old, new, 1)
}

#[test]
fn a_file_in_order_is_read_in_full() {
    let file = parse_toml(SMALL).unwrap();
    assert_eq!(file.commune.code, "xa-thu");
    assert_eq!(file.units[1].order, 2);
    assert_eq!(file.units[0].valid_from, file.units[1].valid_from, "both ways of writing a date");
    assert_eq!(file.groups[0].chat.as_deref(), Some("-1001234567890"));
    assert_eq!(file.identities[0].external_id, "42");
}

#[test]
fn what_was_read_can_be_written_and_read_again() {
    let file = parse_toml(SMALL).unwrap();
    let written = toml::to_string(&file).unwrap();
    assert_eq!(parse_toml(&written).unwrap(), file);
}

#[rstest]
#[case("code = \"hai\"", "code = \"mot\"", "[[people]] no. 2 (mot): code `mot` is already used by no. 1")]
#[case(
    "unit = \"thon-01\"",
    "unit = \"thon-99\"",
    "[[seats]] no. 2 (truong-01): field `unit`: there is no `thon-99` in [[units]]"
)]
#[case(
    "unit = \"thon-01\"",
    "unit = \"xa\"",
    "[[seats]] no. 2 (truong-01): the unit already has an answering seat, `chu-tich`"
)]
#[case("unit = \"thon-01\"", "unit = \"xa\"", "[[units]] no. 2 (thon-01): the unit has no answering seat")]
#[case(
    "person = \"mot\"\nseat = \"truong-01\"",
    "person = \"mot\"\nseat = \"pho-01\"",
    "[[holdings]] no. 1: field `seat`: there is no `pho-01` in [[seats]]"
)]
#[case("person = \"mot\"", "person = \"ba\"", "[[holdings]] no. 1: field `person`: there is no `ba` in [[people]]")]
#[case(
    "to = \"2025-08-01\"",
    "to = \"2025-06-01\"",
    "[[holdings]] no. 1: the period ends on 2025-06-01, which is not after its first day 2025-07-01"
)]
#[case(
    "to = \"2025-08-01\"",
    "to = \"2025-08-02\"",
    "[[holdings]] no. 2: on 2025-08-01 the answering seat `truong-01` is held by no. 1 as well"
)]
#[case(
    "to = \"2025-08-01\"",
    "to = \"31/7/2025\"",
    "[[holdings]] no. 1: field `to`: `31/7/2025` is not a date like 2025-07-01"
)]
#[case(
    "to = \"2025-08-01\"",
    "to = \"2025-09-31\"",
    "[[holdings]] no. 1: field `to`: `2025-09-31` is not a date like 2025-07-01"
)]
#[case("to = \"2025-08-01\"", "to = 7", "[[holdings]] no. 1: field `to` is not a date")]
#[case("covers = [\"thon-01\"]", "covers = []", "[[groups]] no. 1 (n-01): the group covers no unit")]
#[case("covers = [\"thon-01\"]", "", "[[groups]] no. 1 (n-01): field `covers` is missing")]
#[case(
    "covers = [\"thon-01\"]",
    "covers = [\"thon-02\"]",
    "[[groups]] no. 1 (n-01): field `covers`: there is no `thon-02` in [[units]]"
)]
#[case("title = \"Trưởng thôn\"", "tilte = \"Trưởng thôn\"", "[[seats]] no. 2 (truong-01): unknown field `tilte`")]
#[case("title = \"Trưởng thôn\"", "tilte = \"x\"", "[[seats]] no. 2 (truong-01): field `title` is missing")]
#[case("title = \"Trưởng thôn\"", "title = \" \"", "[[seats]] no. 2 (truong-01): field `title` is empty")]
#[case(
    "name = \"Mẫu Thị Hai\"",
    "name = \"Mẫu Thị Hai\"\nSDT = \"x\"",
    "[[people]] no. 2 (hai): field `SDT`: phone numbers are kept as `phone` in [[people]] only"
)]
#[case(
    "role = \"composer\"",
    "role = \"boss\"",
    "[[grants]] no. 1: field `role`: `boss` is not a Role; one of: composer, approver, recorder, admin, viewer, duty"
)]
#[case("rank = 1", "rank = \"1\"", "[[groups]] no. 1 (n-01): field `rank` is not a whole number")]
#[case(
    "parent = \"xa\"",
    "parent = \"huyen\"",
    "[[units]] no. 2 (thon-01): field `parent`: there is no `huyen` in [[units]]"
)]
#[case(
    "parent = \"xa\"",
    "",
    "[[units]] no. 2 (thon-01): field `parent` is missing: only the commune and the province stand at the top"
)]
#[case("parent = \"xa\"", "parent = \"thon-01\"", "[[units]] no. 2 (thon-01): the parents of this unit form a circle")]
#[case("kind = \"commune\"", "kind = \"province\"", "file: there are 0 units of kind commune; exactly one is needed")]
#[case(
    "parent = \"xa\"",
    "parent = \"xa\"\nreplaced_by = \"xa\"",
    "[[units]] no. 2 (thon-01): `replaced_by` needs a `valid_to` and another unit"
)]
#[case(
    "code = \"mot\"",
    "code = \"Một\"",
    "[[people]] no. 1 (Một): code `Một` may only have a-z, 0-9 and -, at most 40 of them"
)]
#[case("[[grants]]", "[[grant]]", "file: unknown table `grant`")]
#[case("[[grants]]", "[grants]", "file: `grants` is not written as a [[table]]")]
#[case("[commune]", "[xa]", "[commune]: the table is missing")]
#[case("province = \"Tỉnh Thử\"", "", "[commune]: field `province` is missing")]
fn each_mistake_is_named_with_its_place(#[case] old: &str, #[case] new: &str, #[case] expected: &str) {
    let found = mistakes_of(&changed(old, new));
    assert!(found.iter().any(|mistake| mistake == expected), "{found:#?}");
}

#[test]
fn a_single_mistake_is_reported_once() {
    for (old, new) in [
        ("title = \"Trưởng thôn\"", "title = \"\""),
        ("title = \"Trưởng thôn\"", ""),
        ("rank = 1", "rank = true"),
        ("to = \"2025-08-01\"", "to = \"hôm qua\""),
        ("code = \"hai\"", "code = \"HAI\""),
    ] {
        let found = mistakes_of(&changed(old, new));
        let own: Vec<_> = found.iter().filter(|mistake| !mistake.contains("there is no")).collect();
        assert_eq!(own.len(), 1, "{found:#?}");
    }
}

#[test]
fn all_mistakes_are_found_in_one_go() {
    let text = changed("rank = 1", "rank = \"x\"")
        .replace("role = \"composer\"", "role = \"boss\"")
        .replace("from = \"2025-07-01\"", "from = \"x\"")
        .replace("title = \"Chủ tịch\"", "titel = 1");
    let found = mistakes_of(&text);
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn two_groups_of_one_unit_and_kind_need_different_ranks() {
    let second = "\n[[groups]]\ncode = \"n-02\"\nname = \"N\"\nkind = \"cadre\"\ngateway = \"zalo\"\nrank = 1\ncovers = [\"thon-01\"]\n";
    let found = mistakes_of(&format!("{SMALL}{second}"));
    assert_eq!(found, ["[[groups]] no. 2 (n-02): for unit `thon-01` the group `n-01` has the same kind and rank"]);
    let ranked = second.replace("rank = 1", "rank = 2");
    assert!(mistakes_of(&format!("{SMALL}{ranked}")).is_empty());
}

#[test]
fn one_chat_is_bound_and_one_account_linked_only_once() {
    let again = "\n[[identities]]\nperson = \"mot\"\ngateway = \"telegram\"\nexternal_id = 42\n";
    assert_eq!(mistakes_of(&format!("{SMALL}{again}")), ["[[identities]] no. 2: says the same as no. 1"]);
}

#[test]
fn a_file_that_is_not_toml_names_the_line() {
    let errors = parse_toml("[commune]\ncode = \"x\"\nname = \n").unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().starts_with("line 3: not valid TOML"), "{}", errors[0]);
}

#[test]
fn an_empty_file_and_a_huge_one_are_refused() {
    assert!(!mistakes_of("").is_empty());
    let errors = parse_toml(&" ".repeat(MAX_BYTES + 1)).unwrap_err();
    assert!(matches!(errors[0].mistake, Mistake::TooBig { .. }));
}

#[test]
fn a_long_circle_of_parents_ends() {
    let unit = |at: usize| {
        let parent = (at + 1) % 2_000;
        format!(
            "[[units]]\ncode = \"u{at}\"\nname = \"U\"\nkind = \"team\"\nparent = \"u{parent}\"\nvalid_from = 2025-07-01\n"
        )
    };
    let text: String = (0..2_000).map(unit).collect();
    let errors = parse_toml(&text).unwrap_err();
    assert_eq!(errors.iter().filter(|error| error.mistake == Mistake::Circle).count(), 2_000);
}

fn shipped() -> OrgFile {
    parse_toml(SHIPPED).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

#[test]
fn the_shipped_commune_has_24_villages_each_with_its_groups() {
    let file = shipped();
    let villages: Vec<_> = file.units.iter().filter(|unit| unit.kind == UnitKind::Village).collect();
    assert_eq!(villages.len(), 24);
    for village in villages {
        let mut cadre: Vec<_> = file
            .groups
            .iter()
            .filter(|group| group.kind == GroupKind::Cadre && group.covers.contains(&village.code))
            .collect();
        cadre.sort_by_key(|group| group.rank);
        assert_eq!(cadre.len(), 2, "{}", village.code);
        assert_eq!(cadre[0].covers, std::slice::from_ref(&village.code), "its own group comes first");
        assert_eq!(cadre[1].covers.len(), 24, "the joint group of all heads is the fallback");
        let residents =
            |group: &&super::Group| group.kind == GroupKind::Residents && group.covers.contains(&village.code);
        assert_eq!(file.groups.iter().filter(residents).count(), 1);
    }
}

#[test]
fn every_village_of_the_shipped_commune_has_a_head_today() {
    let file = shipped();
    assert_eq!(file.people.len(), 30);
    let heads: Vec<_> =
        file.seats.iter().filter(|seat| seat.unit.starts_with("thon-") && seat.kind == SeatKind::Answering).collect();
    assert_eq!(heads.len(), 24);
    let mut people: Vec<&str> = Vec::new();
    for seat in heads {
        let holder = file.holdings.iter().find(|holding| holding.seat == seat.code && holding.to.is_none());
        people.push(&holder.unwrap_or_else(|| panic!("{} is vacant", seat.code)).person);
    }
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), 23, "one person heads two villages");
    let deputy = file.seats.iter().find(|seat| seat.unit == "thon-03" && seat.kind == SeatKind::Deputy).unwrap();
    assert!(file.holdings.iter().any(|holding| holding.seat == deputy.code && holding.person == "tam"));
}

#[rstest]
#[case("lan", Role::Composer)]
#[case("pct", Role::Approver)]
#[case("hung", Role::Recorder)]
#[case("quan", Role::Admin)]
fn the_officers_of_the_shipped_commune_have_their_rights_on_the_whole_commune(
    #[case] person: &str,
    #[case] role: Role,
) {
    let file = shipped();
    assert!(file.grants.iter().any(|grant| grant.person == person && grant.role == role && grant.unit == "xa"));
}

#[test]
fn the_shipped_commune_is_marked_as_invented_and_holds_no_numbers_of_people() {
    let file = shipped();
    assert!(SHIPPED.starts_with("# DỮ LIỆU MẪU"));
    assert!(file.commune.name.contains("dữ liệu mẫu, hư cấu"));
    assert!(file.people.iter().all(|person| person.name.starts_with("Mẫu ")), "invented names show it");
    assert!(file.identities.is_empty() && file.groups.iter().all(|group| group.chat.is_none()));
    let digits = |run: &str| run.len() >= 9 && run.bytes().all(|byte| byte.is_ascii_digit());
    assert!(!SHIPPED.split(|c: char| !c.is_ascii_digit()).any(digits));
}

proptest! {
    #[test]
    fn any_text_is_refused_politely(text in any::<String>()) {
        let _ = parse_toml(&text);
    }

    #[test]
    fn any_damage_to_a_good_file_is_survived(at in 0_usize..SMALL.len(), junk in "[\\PC\n]{0,8}") {
        let at = (0..=at).rev().find(|at| SMALL.is_char_boundary(*at)).unwrap_or(0);
        let _ = parse_toml(&format!("{}{junk}{}", &SMALL[..at], &SMALL[at..]));
    }
}
