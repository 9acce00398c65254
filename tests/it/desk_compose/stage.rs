//! A commune of three villages, all of it invented, and a desk to talk to. Every event is a transaction of its own, as
//! it is in the service, so each of them is also a restart.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::NaiveDate;
use loa::desk::{self, Fetched, Prepared, Response};
use loa::domain::bulletin::{Kind, State};
use loa::domain::calendar::{Holidays, Millis, OfficeHours, SendWindows};
use loa::domain::event::{AccountRef, ButtonPress, ChatKind, ChatRef, Event, IncomingFile, IncomingMessage};
use loa::domain::org::import::parse_toml;
use loa::domain::render::{self, Labels};
use loa::domain::urgency::Policies;
use loa::domain::when::WhenConfig;
use loa::id::SeededEntropy;
use loa::locale::Locale;
use loa::store::activities::StoredPlan;
use loa::store::bulletins::Bulletin;
use loa::store::{Store, Tx};
use loa::usecase::house::GatewayTraits;
use loa::usecase::notify::decode_buttons;
use loa::usecase::organise::import_org;
use loa::usecase::{Act, House, Via};

/// The gateway of everything here.
pub const GATEWAY: &str = "tele";
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

/// Conversations of one commune at a business time that stands still until it is moved.
pub struct Stage {
    pub store: Store,
    pub at: Millis,
    pub house: House,
    entropy: Arc<SeededEntropy>,
    events: i64,
}

/// What one event led to.
#[derive(Debug)]
pub struct Outcome {
    /// Everything said in the chat it happened in.
    pub said: String,
    /// The buttons under it: label and data.
    pub buttons: Vec<(String, String)>,
    pub response: Response,
}

impl Outcome {
    /// The data of the button with this label.
    pub fn button(&self, label: &str) -> String {
        let found = self.buttons.iter().find(|(other, _)| other.contains(label));
        found.unwrap_or_else(|| panic!("no button {label}: {self:?}")).1.clone()
    }
}

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
    let traits = GatewayTraits { render, counts_as_zalo: true, edits: true, budget: None };
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
        contact: String::new(),
        gateways: [(GATEWAY.to_owned(), traits)].into(),
    }
}

impl Stage {
    /// The commune, on Friday 25 July 2025 at 16:45.
    pub async fn new(store: Store) -> Self {
        let stage = Self { store, at: july(25, 16, 45), house: house(), entropy: SeededEntropy::new(7), events: 0 };
        let mut tx = stage.store.begin().await.unwrap();
        let file = parse_toml(&organisation()).unwrap();
        let act = Act { via: Via::Cli("test".to_owned()), commune_id: String::new(), ..stage.act("") };
        import_org(&mut tx, &act, &file).await.unwrap();
        tx.commit().await.unwrap();
        stage
    }

    /// The same commune seen by a process that has just started.
    pub fn restarted(self) -> Self {
        Self { entropy: SeededEntropy::new(8), house: house(), ..self }
    }

    /// Imports the plan that comes with the program.
    pub async fn import_plan(&self) {
        let body = include_str!("../../../config/plans/ha-long-2025.toml").to_owned();
        let mut tx = self.tx().await;
        let plan = StoredPlan {
            id: "plan".to_owned(),
            commune_id: tx.commune().await.unwrap().unwrap().id,
            code: "ha-long-2025".to_owned(),
            title: "Tuyên truyền".to_owned(),
            issue_date: None,
            body,
            imported_at: self.at.0,
        };
        tx.upsert_plan(&plan).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn act<'a>(&'a self, commune_id: &str) -> Act<'a> {
        Act {
            commune_id: commune_id.to_owned(),
            person_id: None,
            via: Via::Chat(GATEWAY.to_owned()),
            at: self.at,
            wall: self.at.plus_ms(self.events * 1_000),
            entropy: self.entropy.as_ref(),
            house: &self.house,
        }
    }

    pub async fn tx(&self) -> Tx {
        self.store.begin().await.unwrap()
    }

    /// Words in the private chat of an account.
    pub async fn say(&mut self, account: &str, text: &str) -> Outcome {
        self.say_in(account, account, text).await
    }

    /// Words in a chat.
    pub async fn say_in(&mut self, chat: &str, account: &str, text: &str) -> Outcome {
        let message = message(chat, account, text, self.events);
        self.handle(Event::Message(message), None).await
    }

    /// Several lines of a conversation; gives the outcome of the last.
    pub async fn talk(&mut self, account: &str, lines: &[&str]) -> Outcome {
        let mut last = None;
        for line in lines {
            last = Some(self.say(account, line).await);
        }
        last.unwrap()
    }

    /// A file in the private chat of an account. It is handed over only where the desk asked for it.
    pub async fn send_file(&mut self, account: &str, name: &str, file: Fetched) -> Outcome {
        self.send_file_in(account, account, name, file).await
    }

    /// A file in a chat.
    pub async fn send_file_in(&mut self, chat: &str, account: &str, name: &str, file: Fetched) -> Outcome {
        let attached =
            IncomingFile { reference: "ref".to_owned(), name: name.to_owned(), size: Some(1_000), media_type: None };
        let message = IncomingMessage { file: Some(attached), ..message(chat, account, "", self.events) };
        self.handle(Event::Message(message), Some(file)).await
    }

    /// A button in the private chat of an account.
    pub async fn press(&mut self, account: &str, data: &str) -> Outcome {
        let press = ButtonPress {
            chat: chat(account, account),
            from: from(account),
            press_id: "press".to_owned(),
            message_external_id: "1".to_owned(),
            data: data.to_owned(),
        };
        self.handle(Event::Press(press), None).await
    }

    async fn handle(&mut self, event: Event, file: Option<Fetched>) -> Outcome {
        self.events += 1;
        let mut tx = self.store.begin().await.unwrap();
        let commune = tx.commune().await.unwrap().unwrap();
        let act = self.act(&commune.id);
        let dedupe = self.events.to_string();
        let username = "loa_bot".to_owned();
        let mut prepared =
            Prepared { gateway: GATEWAY, username, event: &event, dedupe: &dedupe, file: None, members: None };
        if desk::wants(&mut tx, &act, &prepared).await.unwrap().file {
            prepared.file = file;
        }
        let response = desk::handle(&mut tx, &act, &prepared).await.unwrap();
        let external = &event.chat().unwrap().external_id;
        let heard = tx.chat_by_external(GATEWAY, external).await.unwrap().unwrap();
        let now = act.wall.0;
        let mut queued = tx.messages_to_chat(&heard.id, 50).await.unwrap();
        queued.retain(|message| message.created_at == now);
        tx.commit().await.unwrap();
        let said: Vec<String> = queued.iter().map(|message| message.body.clone()).collect();
        let buttons = queued.iter().flat_map(|message| decode_buttons(&message.buttons).concat());
        let buttons = buttons.map(|button| (button.label, button.data)).collect();
        Outcome { said: said.join("\n"), buttons, response }
    }

    /// What was ever said to a chat, newest first.
    pub async fn heard_by(&self, external: &str) -> Vec<String> {
        let mut tx = self.tx().await;
        let Some(chat) = tx.chat_by_external(GATEWAY, external).await.unwrap() else { return Vec::new() };
        tx.messages_to_chat(&chat.id, 50).await.unwrap().into_iter().map(|message| message.body).collect()
    }

    /// Every bulletin of a kind that awaits approval or was decided, by number.
    pub async fn bulletins(&self, kind: Kind) -> Vec<Bulletin> {
        let mut tx = self.tx().await;
        let commune = tx.commune().await.unwrap().unwrap();
        let mut found = tx.recent_bulletins(&commune.id, 50).await.unwrap();
        found.retain(|bulletin| bulletin.kind == kind);
        found.sort_by_key(|bulletin| bulletin.seq);
        found
    }

    /// Where the bulletin with this code stands.
    pub async fn state(&self, code: &str) -> State {
        let mut tx = self.tx().await;
        let commune = tx.commune().await.unwrap().unwrap();
        tx.bulletin_by_code(&commune.id, code).await.unwrap().unwrap().state
    }

    /// Whether a stored file has this content.
    pub async fn has_file(&self, content: &str) -> bool {
        self.tx().await.file(&loa::id::sha256_hex(content.as_bytes())).await.unwrap().is_some()
    }

    /// Names of all audit entries, with what stands in them.
    pub async fn audit(&self) -> Vec<(String, String)> {
        let mut tx = self.tx().await;
        tx.seal_audit().await.unwrap();
        let entries = tx.audit_page(0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| (entry.act, format!("{} {}", entry.subject, entry.detail))).collect()
    }
}

fn chat(external: &str, account: &str) -> ChatRef {
    let kind = if external == account { ChatKind::Private } else { ChatKind::Group };
    ChatRef { external_id: external.to_owned(), kind, title: String::new() }
}

fn from(account: &str) -> AccountRef {
    AccountRef { external_id: account.to_owned(), name: "Mẫu".to_owned(), is_bot: false }
}

fn message(external: &str, account: &str, text: &str, number: i64) -> IncomingMessage {
    IncomingMessage {
        chat: chat(external, account),
        from: from(account),
        external_id: number.to_string(),
        text: text.to_owned(),
        file: None,
        reply: None,
        mentions_us: false,
        said_at: None,
    }
}
