//! A commune of three villages, all of it invented, whose desk is talked to.

use std::fmt::Write as _;

use chrono::NaiveDate;
use loa::desk::Fetched;
use loa::domain::bulletin::{Kind, State};
use loa::domain::calendar::{Holidays, Millis, OfficeHours, SendWindows};
use loa::domain::org::import::parse_toml;
use loa::domain::render::{self, Labels};
use loa::domain::urgency::Policies;
use loa::domain::when::WhenConfig;
use loa::id::SeededEntropy;
use loa::locale::Locale;
use loa::store::Store;
use loa::store::activities::StoredPlan;
use loa::store::bulletins::Bulletin;
use loa::usecase::house::GatewayTraits;
use loa::usecase::organise::import_org;
use loa::usecase::{Act, House, Via};

use crate::desk_stage::Desk;
use crate::fixture::GATEWAY;

/// A composer; the second composer; an approver; another; the head of village 03; a resident.
pub const LAN: &str = "11";
pub const MINH: &str = "12";
pub const PCT: &str = "21";
pub const CT: &str = "22";
pub const BINH: &str = "31";
pub const DUNG: &str = "99";

/// The head of a plan without number and day, as its page is read.
pub const PLAN_PAGE: &str = "ỦY BAN NHÂN DÂN   CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nXÃ MẪU   Độc lập - Tự do - Hạnh phúc\n\
    Số:     /KH-UBND   Xã Mẫu, ngày     tháng 7 năm 2025\n\nKẾ HOẠCH\nTuyên truyền chuyển đổi số trên địa bàn xã\n\nI. MỤC ĐÍCH";

/// A department with a working group of its own.
const OFFICE: &str = r#"
    [[units]]
    code = "vhxh"
    name = "Phòng Văn hóa - Xã hội"
    kind = "department"
    parent = "xa"
    valid_from = 2025-07-01
    [[seats]]
    code = "tp"
    unit = "vhxh"
    title = "Trưởng phòng"
    kind = "answering"
    [[groups]]
    code = "vhxh"
    name = "Nhóm Phòng Văn hóa - Xã hội"
    kind = "office"
    gateway = "tele"
    rank = 1
    covers = ["vhxh"]
    chat = "-301"
"#;

/// A file as the inspector hands it over.
pub fn file(content: &str, first_page: &str, readable: bool) -> Fetched {
    Fetched::File {
        content: content.as_bytes().to_vec(),
        media_type: "application/pdf".to_owned(),
        pages: Some(6),
        first_page: first_page.to_owned(),
        readable,
    }
}

/// A business time on a day of July 2025.
pub fn july(day: u32, hour: u32, minute: u32) -> Millis {
    let date = NaiveDate::from_ymd_opt(2025, 7, day).unwrap();
    Millis::from_local(date.and_hms_opt(hour, minute, 0).unwrap())
}

fn organisation() -> String {
    let mut toml = r#"
        commune = { code = "00000", name = "Xã Mẫu", short_name = "Mẫu", province = "Thanh Mẫu" }
        [[units]]
        code = "xa"
        name = "UBND xã Mẫu"
        kind = "commune"
        valid_from = 2025-07-01
        [[seats]]
        code = "ct"
        unit = "xa"
        title = "Chủ tịch"
        kind = "answering"
    "#
    .to_owned();
    toml.push_str(OFFICE);
    for number in ["01", "02", "03"] {
        village(&mut toml, number);
    }
    let people =
        [("lan", "Lan", LAN), ("minh", "Minh", MINH), ("pct", "Cường", PCT), ("ct", "Hà", CT), ("binh", "Bình", BINH)];
    for (code, name, account) in people {
        let _ = writeln!(toml, "[[people]]\ncode = \"{code}\"\nname = \"{name}\"");
        let _ =
            writeln!(toml, "[[identities]]\nperson = \"{code}\"\ngateway = \"{GATEWAY}\"\nexternal_id = \"{account}\"");
    }
    for (code, role) in [("lan", "composer"), ("minh", "composer"), ("pct", "approver"), ("ct", "approver")] {
        let _ = writeln!(toml, "[[grants]]\nperson = \"{code}\"\nrole = \"{role}\"\nunit = \"xa\"");
    }
    toml
}

fn village(toml: &mut String, number: &str) {
    let _ = writeln!(
        toml,
        "[[units]]\ncode = \"thon-{number}\"\nname = \"Thôn {number}\"\nkind = \"village\"\nparent = \"xa\"\nvalid_from = 2025-07-01\n\
         [[seats]]\ncode = \"t-{number}\"\nunit = \"thon-{number}\"\ntitle = \"Trưởng thôn\"\nkind = \"answering\""
    );
    for (kind, sign) in [("cadre", "1"), ("residents", "2")] {
        let _ = writeln!(
            toml,
            "[[groups]]\ncode = \"{kind}-{number}\"\nname = \"Nhóm {kind} {number}\"\nkind = \"{kind}\"\ngateway = \"{GATEWAY}\"\n\
             rank = 1\ncovers = [\"thon-{number}\"]\nchat = \"-{sign}{number}\""
        );
    }
}

fn house() -> House {
    let locale = Locale::vietnamese();
    let render =
        render::Capabilities { text_limit_utf16: 4_096, caption_limit: 1_024, html: true, buttons: true, files: true };
    let traits = GatewayTraits::unlimited(render, true, true);
    House {
        labels: Labels::load(|key| locale.text(key, &[])),
        locale,
        holidays: Holidays::default(),
        windows: SendWindows::default(),
        office: OfficeHours::default(),
        policies: Policies::default(),
        times: WhenConfig::default(),
        missed_grace_minutes: 15,
        approval_warning_minutes: 30,
        lapse_days: 30,
        retention: loa::domain::retention::Periods::default(),
        strangers: loa::domain::strangers::Allowance::default(),
        contact: String::new(),
        duty_phones: String::new(),
        public_url: None,
        gateways: [(GATEWAY.to_owned(), traits)].into(),
    }
}

/// The commune, on Friday 25 July 2025 at 16:45.
pub async fn commune(store: Store) -> Desk {
    let mut tx = store.begin().await.unwrap();
    let (entropy, house) = (SeededEntropy::new(7), house());
    let shell = Act { via: Via::Cli("test".to_owned()), ..Desk::act(&entropy, &house, july(25, 16, 45)) };
    import_org(&mut tx, &Act { commune_id: String::new(), ..shell }, &parse_toml(&organisation()).unwrap())
        .await
        .unwrap();
    let mut desk = Desk::over(&store, tx, july(25, 16, 45), house).await;
    desk.entropy = entropy;
    desk
}

/// Imports the plan that comes with the program.
pub async fn import_plan(desk: &mut Desk) {
    let body = include_str!("../../../config/plans/ha-long-2025.toml").to_owned();
    let (tx, act) = desk.parts();
    let plan = StoredPlan {
        id: "plan".to_owned(),
        commune_id: act.commune_id.clone(),
        code: "ha-long-2025".to_owned(),
        title: "Tuyên truyền".to_owned(),
        issue_date: None,
        body,
        imported_at: act.at.0,
    };
    tx.upsert_plan(&plan).await.unwrap();
}

/// Every bulletin of a kind that awaits approval or was decided, by number.
pub async fn bulletins(desk: &mut Desk, kind: Kind) -> Vec<Bulletin> {
    let (tx, act) = desk.parts();
    let mut found = tx.recent_bulletins(&act.commune_id, 50).await.unwrap();
    found.retain(|bulletin| bulletin.kind == kind);
    found.sort_by_key(|bulletin| bulletin.seq);
    found
}

/// Where the bulletin with this code stands.
pub async fn state(desk: &mut Desk, code: &str) -> State {
    let (tx, act) = desk.parts();
    tx.bulletin_by_code(&act.commune_id, code).await.unwrap().unwrap().state
}

/// Whether a stored file has this content.
pub async fn has_file(desk: &mut Desk, content: &str) -> bool {
    desk.tx().file(&loa::id::sha256_hex(content.as_bytes())).await.unwrap().is_some()
}

/// The words that were ever said to a chat, newest first.
pub async fn heard_by(desk: &mut Desk, external: &str) -> Vec<String> {
    desk.heard_by(external).await.into_iter().map(|message| message.body).collect()
}
