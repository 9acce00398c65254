//! One commune with two villages, all of it invented, and short ways to add to it. Ids are readable on purpose.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use loa::domain::calendar::{Holidays, Millis, OfficeHours, SendWindows};
use loa::domain::org::{GroupKind, Role, SeatKind, UnitKind};
use loa::domain::render::{Capabilities, Labels};
use loa::domain::text;
use loa::domain::urgency::Policies;
use loa::domain::when::WhenConfig;
use loa::locale::Locale;
use loa::store::binding::{Chat, ChatKind, Group};
use loa::store::organisation::{Commune, Grant, Holding, Person, Seat, Unit};
use loa::store::{Store, Tx};
use loa::usecase::House;
use loa::usecase::house::GatewayTraits;

/// The commune's id.
pub const COMMUNE: &str = "commune";
/// 28 July 2025, 08:00 in Việt Nam.
pub const AT: Millis = Millis(1_753_664_400_000);
/// The gateway of every group and account here.
pub const GATEWAY: &str = "tele";

/// The rules as they are when nothing is configured; no gateway, and every label is its own key.
pub fn house() -> &'static House {
    static HOUSE: LazyLock<House> = LazyLock::new(|| rules(BTreeMap::new()));
    &HOUSE
}

/// The same with one gateway that carries plain text and buttons.
pub fn with_a_gateway(files_both_ways: bool, edits: bool) -> House {
    let render =
        Capabilities { text_limit_utf16: 4_096, caption_limit: 1_024, html: false, buttons: true, files: true };
    rules(BTreeMap::from([(GATEWAY.to_owned(), GatewayTraits::unlimited(render, files_both_ways, edits))]))
}

fn rules(gateways: BTreeMap<String, GatewayTraits>) -> House {
    House {
        locale: Locale::vietnamese(),
        labels: Labels::load(str::to_owned),
        holidays: Holidays::default(),
        windows: SendWindows::default(),
        office: OfficeHours::default(),
        policies: Policies::default(),
        times: WhenConfig::default(),
        missed_grace_minutes: 60,
        approval_warning_minutes: 30,
        lapse_days: 30,
        retention: loa::domain::retention::Periods::default(),
        strangers: loa::domain::strangers::Allowance::default(),
        contact: String::new(),
        duty_phones: String::new(),
        public_url: None,
        gateways,
    }
}

/// A date that exists.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The commune.
pub fn commune() -> Commune {
    Commune {
        id: COMMUNE.to_owned(),
        code: "00000".to_owned(),
        name: "Ủy ban nhân dân xã Mẫu".to_owned(),
        short_name: "xã Mẫu".to_owned(),
        province: "tỉnh Mẫu".to_owned(),
        created_at: AT.0,
    }
}

/// A unit under the commune's root, from 1 July 2025 on.
pub fn unit(id: &str, code: &str, kind: UnitKind) -> Unit {
    let root = kind == UnitKind::Commune;
    let name = format!("Đơn vị {code}");
    Unit {
        id: id.to_owned(),
        commune_id: COMMUNE.to_owned(),
        code: code.to_owned(),
        kind,
        name_folded: text::fold(&name),
        name,
        parent_id: (!root).then(|| "u-xa".to_owned()),
        sort_order: i64::from(!root),
        valid_from: "2025-07-01".to_owned(),
        valid_to: None,
        replaced_by: None,
    }
}

/// A seat whose code is its id.
pub fn seat(id: &str, unit_id: &str, kind: SeatKind) -> Seat {
    Seat {
        id: id.to_owned(), unit_id: unit_id.to_owned(), code: id.to_owned(), title: "Trưởng thôn".to_owned(), kind
    }
}

/// A person whose code is their id.
pub fn person(id: &str, name: &str) -> Person {
    Person {
        id: id.to_owned(),
        commune_id: COMMUNE.to_owned(),
        code: id.to_owned(),
        name: name.to_owned(),
        name_folded: text::fold(name),
        created_at: AT.0,
    }
}

/// A holding.
pub fn holding(id: &str, seat_id: &str, person_id: &str, from: &str, to: Option<&str>) -> Holding {
    Holding {
        id: id.to_owned(),
        seat_id: seat_id.to_owned(),
        person_id: person_id.to_owned(),
        held_from: from.to_owned(),
        held_to: to.map(str::to_owned),
    }
}

/// An unbound slot.
pub fn group(id: &str, code: &str, kind: GroupKind) -> Group {
    Group {
        id: id.to_owned(),
        commune_id: COMMUNE.to_owned(),
        code: code.to_owned(),
        name: format!("Nhóm {code}"),
        kind,
        rank: 1,
        gateway: GATEWAY.to_owned(),
        relay: false,
        chat_id: None,
        bound_at: None,
    }
}

/// The commune with units `u-xa`, `u-03`, `u-04`, an answering seat each village (`s-03` held by `p-binh`, `s-04` vacant),
/// the people `p-binh`, `p-son`, `p-quan`, and the unbound slots `gr-03` and `gr-04`. Uncommitted.
pub async fn village(store: &Store) -> Tx {
    let mut tx = store.begin().await.unwrap();
    tx.upsert_commune(&commune()).await.unwrap();
    tx.upsert_unit(&unit("u-xa", "XA", UnitKind::Commune)).await.unwrap();
    for (name, number) in [("Lê Văn Bình", "binh"), ("Hà Văn Sơn", "son"), ("Vũ Minh Quân", "quan")] {
        tx.upsert_person(&person(&format!("p-{number}"), name)).await.unwrap();
    }
    for number in ["03", "04"] {
        let unit_id = format!("u-{number}");
        tx.upsert_unit(&unit(&unit_id, number, UnitKind::Village)).await.unwrap();
        tx.upsert_seat(&seat(&format!("s-{number}"), &unit_id, SeatKind::Answering)).await.unwrap();
        let slot = group(&format!("gr-{number}"), &format!("{number}-CB"), GroupKind::Cadre);
        tx.upsert_group(&slot).await.unwrap();
        tx.set_group_units(&slot.id, &[unit_id]).await.unwrap();
    }
    hold(&mut tx, "s-03", "p-binh", "2025-07-01", None).await;
    tx
}

/// Writes a holding.
pub async fn hold(tx: &mut Tx, seat_id: &str, person_id: &str, from: &str, to: Option<&str>) {
    let id = format!("h-{seat_id}-{person_id}");
    tx.upsert_holding(&holding(&id, seat_id, person_id, from, to)).await.unwrap();
}

/// Grants a role.
pub async fn grant(tx: &mut Tx, person_id: &str, role: Role, unit_id: &str) {
    let grant = Grant {
        id: format!("{person_id}-{role}-{unit_id}"),
        person_id: person_id.to_owned(),
        role,
        unit_id: unit_id.to_owned(),
        granted_at: AT,
    };
    tx.upsert_grant(&grant).await.unwrap();
}

/// A group chat on the gateway.
pub async fn group_chat(tx: &mut Tx, id: &str, external_id: &str) -> Chat {
    tx.ensure_chat(GATEWAY, external_id, ChatKind::Group, "Nhóm mẫu", AT, id).await.unwrap()
}

/// The private chat of an account on the gateway.
pub async fn private_chat(tx: &mut Tx, account: &str) -> Chat {
    tx.ensure_chat(GATEWAY, account, ChatKind::Private, "", AT, &format!("private-{account}")).await.unwrap()
}

/// Runs statements as they stand: for rows that are only the background of a test.
pub async fn raw(tx: &mut Tx, statements: &str) {
    use sqlx::Executor as _;
    for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        match tx {
            Tx::Sqlite(connection) => drop(connection.execute(statement).await.unwrap()),
            Tx::Postgres(connection) => drop(connection.execute(statement).await.unwrap()),
        }
    }
}
