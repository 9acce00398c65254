//! After the story: something is left open for whoever joins in, and they are told what can be typed.

use super::Demo;
use super::places::Network;
use super::scenes::{LOST, PREVIEW};
use super::shown::Event;
use crate::domain::org::import::Group;
use crate::say;
use loa_sandbox::zalo_people::ZaloChats as _;

/// The directive that waits for confirmations.
pub(super) const OPEN: &str = "VB-2025-0002";
/// The announcement that waits for an approval.
const UNAPPROVED: &str = "TB-2025-0003";

/// What is answered to a form's question, by words of the question.
type Answers = &'static [(&'static str, &'static str)];

/// To whom, as it is typed.
const HEADS: &str = "Trưởng thôn";
const RESIDENTS: &str = "Nhóm dân";

/// A short directive to every village, with a week to answer.
const DIRECTIVE: Answers = &[
    ("gửi tệp văn bản", "bỏ qua"),
    ("Số, ký hiệu", "bỏ qua"),
    ("Cơ quan ban hành?", "1"),
    ("Trích yếu?", "Rà soát thiệt hại sau mưa lớn"),
    ("Nội dung:", "Các thôn rà soát nhà ở, đường điện, mương thoát nước và báo về UBND xã."),
    ("Độ khẩn?", "1"),
    ("Độ mật?", "1"),
    ("Gửi tới đâu?", HEADS),
    ("Hạn xác nhận?", "trước 17h 8/8"),
    ("Giờ gửi?", "ngay"),
    ("Chủ đề nào?", "7"),
];

/// An announcement to residents; to the heads where there are no groups of residents.
const ANNOUNCEMENT: Answers = &[
    ("Tiêu đề thông báo?", "Lịch tiêm phòng cho đàn gia súc"),
    ("Nội dung thông báo", "Thú y xã tiêm phòng tại nhà văn hóa thôn, sáng thứ Bảy 02/8/2025, không thu phí."),
    ("Độ khẩn?", "1"),
    ("Độ mật?", "1"),
    ("Gửi tới đâu?", RESIDENTS),
    ("Hạn xác nhận?", "2"),
    ("Giờ gửi?", "ngay"),
    ("Chủ đề nào?", "7"),
];

/// The groups in which the open directive is answered, the first that a platform has.
const ANSWERING: [&str; 3] = ["dieu-hanh-18", "dieu-hanh-03", "truong-thon"];
/// The button that confirms.
const BUTTON: &str = "✅ Đã nhận";
/// Most questions a form asks.
const QUESTIONS: usize = 20;

impl Demo {
    /// Sends a directive that nobody has confirmed yet and submits an announcement that nobody has approved, then gives what
    /// can be done about them: how `program` is called for it, with the addresses of this run.
    ///
    /// # Errors
    /// A step that did not come about, with the chat so far.
    pub async fn invite(&self, program: &str) -> anyhow::Result<Vec<Event>> {
        let (lan, minh) = (self.name("lan"), self.name("minh"));
        self.act(say!(self.locale(), "demo-act-open"));
        self.tell(say!(self.locale(), "demo-opens", composer = lan, other = minh, open = OPEN, waiting = UNAPPROVED));
        for person in ["lan", "pct", "minh"] {
            self.skim(person, true);
        }
        self.fill("lan", "/vanban", DIRECTIVE).await?;
        self.approve(OPEN).await?;
        self.fill("minh", "/thongbao", ANNOUNCEMENT).await?;
        self.follow(OPEN).await?;
        Ok(self.invitation(program))
    }

    async fn fill(&self, person: &str, command: &str, answers: Answers) -> anyhow::Result<()> {
        let mut reply = self.say(person, command, "").await?;
        for _ in 0..QUESTIONS {
            if reply.text.contains(PREVIEW) {
                return self.submit(person).await;
            }
            // A reply may confirm the last answer before it asks for the next: the question that stands last counts.
            let asked = answers.iter().filter_map(|(question, answer)| Some((reply.text.rfind(question)?, *answer)));
            let Some((_, answer)) = asked.max() else {
                anyhow::bail!("{person} does not know what to answer to: {}", reply.text);
            };
            let answer = if answer == RESIDENTS && !self.has_residents() { HEADS } else { answer };
            reply = self.say(person, answer, "").await?;
        }
        anyhow::bail!("the form of {command} does not end: {}", reply.text)
    }

    fn invitation(&self, program: &str) -> Vec<Event> {
        let locale = self.locale();
        let mut events = vec![Event::Heading(say!(locale, "demo-join")), Event::Note(say!(locale, "demo-join-how"))];
        for (network, address) in self.stage.addresses() {
            let commands = self.commands(network, program, &address);
            events.push(Event::Note(String::new()));
            events.push(Event::Note(say!(locale, "demo-join-platform", platform = network.shown(), address = address)));
            for (said, command) in commands {
                events.push(Event::Note(said));
                events.push(Event::Command(command));
            }
        }
        events.push(Event::Note(String::new()));
        events.push(Event::Note(say!(locale, "demo-join-figures")));
        let database = self.database_url();
        events.push(Event::Command(format!("{program} status {OPEN} --database {database}")));
        events.push(Event::Command(format!("{program} stats --database {database}")));
        events.push(Event::Note(String::new()));
        events.push(Event::Note(say!(locale, "demo-join-names")));
        for (network, address) in self.stage.addresses() {
            let name = network.gateway().to_uppercase();
            events.push(Event::Command(format!("{name}={address}")));
        }
        events
    }
}

/// A platform, as it is reached from another terminal.
struct Hand<'a> {
    demo: &'a Demo,
    network: Network,
    program: &'a str,
    address: String,
}

impl Demo {
    /// What can be done on a platform now: what it is, and the command.
    fn commands(&self, network: Network, program: &str, address: &str) -> Vec<(String, String)> {
        let hand = Hand { demo: self, network, program, address: address.to_owned() };
        let locale = self.locale();
        let mut commands = Vec::new();
        if self.staff.contains(&("pct", network)) {
            let approver = self.name("pct");
            let said = say!(locale, "demo-join-approve", approver = approver, code = UNAPPROVED);
            commands.push((said, hand.say("pct", None, &format!("/duyet {UNAPPROVED}"))));
        }
        let Some((group, unit)) = self.answering(network) else { return commands };
        let Some(head) = self.places.head_of(&unit) else { return commands };
        let name = self.name(&head);
        let said = say!(locale, "demo-join-confirm", head = name, group = group.name.as_str(), code = OPEN);
        commands.push((said, hand.confirm(&head, &group)));
        commands.push((say!(locale, "demo-join-read", group = group.name.as_str()), hand.show(&group)));
        commands
    }

    /// A group of a platform that got the open directive, and a village whose head answers there.
    fn answering(&self, network: Network) -> Option<(Group, String)> {
        let known = |code: &&str| {
            let mut groups = self.places.org.groups.iter();
            groups.find(|group| group.code == **code && group.gateway == network.gateway()).cloned()
        };
        let group = ANSWERING.iter().find_map(known)?;
        let lost = group.covers.iter().find(|unit| *unit == LOST.0);
        let unit = lost.or(group.covers.first())?.clone();
        Some((group, unit))
    }
}

impl Hand<'_> {
    /// Somebody writes in a group, or to the service.
    fn say(&self, person: &str, group: Option<&Group>, text: &str) -> String {
        let name = self.demo.name(person);
        let place = group.map_or("bot", |group| group.name.as_str());
        self.sandbox(&format!("say --as \"{name}\" --in \"{place}\""), &format!("\"{text}\""))
    }

    /// The head of a village confirms the open directive.
    fn confirm(&self, head: &str, group: &Group) -> String {
        let name = self.demo.name(head);
        match self.network {
            Network::Telegram => {
                self.sandbox(&format!("press --as \"{name}\" --in \"{}\"", group.name), &format!("\"{BUTTON}\""))
            }
            Network::ZaloBot => {
                let mention = self.demo.stage.bot().and_then(|bot| bot.mention_needed()).unwrap_or_default();
                self.say(head, Some(group), &format!("{mention} da nhan {OPEN}"))
            }
            Network::ZaloOa => self.say(head, Some(group), "đã nhận"),
        }
    }

    /// A group as its members read it.
    fn show(&self, group: &Group) -> String {
        self.sandbox("show", &format!("\"{}\"", group.name))
    }

    /// In two lines, which a shell takes for one: most terminals are no wider.
    fn sandbox(&self, verb: &str, object: &str) -> String {
        format!("{} sandbox {verb} \\\n  {object} --url {}", self.program, self.address)
    }
}
