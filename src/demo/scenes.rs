//! The story: a directive from a forwarded PDF to the last acknowledgement, a call that repeats every morning, Hỏa tốc at
//! night, a group that is lost, an announcement to residents, and what was done off-line. Every step is a message, a number or
//! a button in a sandbox, as a person's would be.

use super::Demo;
use super::people::Crowd;
use super::places::Network;
use crate::clock::Clock as _;
use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::inspect::sample_pdf;
use crate::say;
use loa_sandbox::telegram::{Fault, FaultKind};

/// What the composer answers to the form's questions about a directive, in their order.
const DIRECTIVE: [&str; 11] = [
    "/KH-UBND",
    "7/2025",
    "1",
    "Tuyên truyền về đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số quốc gia",
    "Đề nghị các thôn, đơn vị:\n1. Phát bài tuyên truyền trên loa truyền thanh ít nhất 02 lần trong tuần.\n\
     2. Lồng ghép trong buổi họp gần nhất.\n3. Báo kết quả kèm ảnh về Phòng Văn hóa - Xã hội.",
    "1",
    "1",
    "Trưởng thôn + phong + truong + tram + hoi",
    "trước 17h thứ hai",
    "thứ hai 7h30",
    "5",
];

/// The same for an announcement to residents.
const ANNOUNCEMENT: [&str; 6] = [
    "Hỗ trợ cài đặt VNeID và nộp hồ sơ trực tuyến",
    "Tổ công nghệ số cộng đồng hỗ trợ bà con cài đặt, sử dụng VNeID.\n• Thời gian: 19h00, thứ Sáu, 01/8/2025\n\
     • Địa điểm: Nhà văn hóa thôn\nViệc hỗ trợ KHÔNG thu phí. Cán bộ xã KHÔNG hỏi mã OTP, mật khẩu.",
    "1",
    "Nhóm dân",
    "ngay",
    "5",
];

/// What the radio station and the culture office did off-line.
const LEDGER: [&str; 12] = [
    "/ghinhan bangron 5 trước trụ sở UBND xã, khu chợ 18/7",
    "/ghinhan cumtin 1 trước trụ sở UBND xã 20/7",
    "/ghinhan bangron 2 cổng chào Thôn 12 25/7",
    "/ghinhan dai Nghị quyết 57 là gì 9/7 17h",
    "/ghinhan dai Nộp hồ sơ trực tuyến tại nhà 11/7 17h",
    "/ghinhan dai Cảnh giác lừa đảo qua mạng 14/7 17h",
    "/ghinhan dai Tổ công nghệ số cộng đồng 16/7 17h",
    "/ghinhan dai Thanh toán không tiền mặt 18/7 17h",
    "/ghinhan dai Học tập số cho người lớn tuổi 21/7 17h",
    "/ghinhan dai Chữ ký số cá nhân 23/7 17h",
    "/ghinhan cong https://halong.example/chuyen-doi-so-1 22/7",
    "/ghinhan cong https://halong.example/chuyen-doi-so-2 28/7",
];

/// What repeats: a reminder to residents, every morning until the story ends.
const REPEAT: [&str; 3] = ["Giữ vệ sinh đường làng", "Mời bà con quét dọn trước cửa nhà mỗi sáng.", "1"];
/// When, until when, and outside which theme.
const REPEAT_WHEN: [&str; 3] = ["hằng ngày 6h30", "đến hết 29/7", "5"];
/// The code under which it goes: the first announcement of the year.
pub(super) const REPEATED: &str = "TB-2025-0001";

/// Hỏa tốc on Sunday night, up to the preview.
const STORM: [&str; 8] = [
    "/khan",
    "Ứng phó mưa lớn trong đêm",
    "1. Phát thông báo trên loa thôn, nhắc lại 15 phút/lần.\n2. Đưa các hộ ở nơi trũng đến nhà văn hóa thôn.",
    "Hỏa tốc",
    "mưa lớn, nguy cơ ngập",
    "Không mật",
    "Trưởng thôn",
    "bỏ qua",
];

/// The village whose group is lost on Monday morning, and the group.
pub(super) const LOST: (&str, &str) = ("thon-20", "dieu-hanh-20");

/// Whose private chats are shown: the composer's and the approver's.
pub(super) const SHOWN_PEOPLE: [&str; 2] = ["lan", "pct"];
/// The groups that are shown from the beginning: the one that is lost, and the joint one that stands in for it.
pub(super) const SHOWN_GROUPS: [&str; 2] = [LOST.1, "truong-thon"];
/// A village's group that is shown from Monday on.
const SHOWN_LATER: &str = "dieu-hanh-03";
/// Bulletins whose broadcasts are followed while they go out.
pub(super) const FOLLOWED: [&str; 4] = ["HT-2025-0001", "VB-2025-0001", "TB-2025-0002", super::joining::OPEN];
/// Bulletins that villages and offices have to confirm.
pub(super) const CONFIRMED: [&str; 2] = ["HT-2025-0001", "VB-2025-0001"];
/// What stands above a preview: the form asks nothing more.
pub(super) const PREVIEW: &str = "XEM TRƯỚC";

impl Demo {
    /// Plays the story to its end.
    ///
    /// # Errors
    /// A step that did not come about, with the chat so far.
    pub async fn play(&self) -> anyhow::Result<()> {
        let mut people = Crowd::new(self, &[LOST.0])?;
        self.friday().await?;
        self.tell(say!(self.locale(), "demo-weekend"));
        self.run_until(&mut people, instant(27, 21, 40)?).await?;
        self.night(&mut people).await?;
        self.act(say!(self.locale(), "demo-act-monday"));
        self.watch_group(SHOWN_LATER);
        self.run_until(&mut people, monday(7, 0)?).await?;
        self.lose_a_group()?;
        self.run_until(&mut people, monday(7, 40)?).await?;
        self.tell_delivery().await?;
        self.tell(say!(self.locale(), "demo-heads-answer"));
        self.run_until(&mut people, monday(9, 0)?).await?;
        self.morning(&mut people).await?;
        self.act(say!(self.locale(), "demo-act-reminders"));
        self.tell(say!(self.locale(), "demo-reminders"));
        self.run_until(&mut people, tuesday_evening()?).await?;
        self.tell_delivery().await?;
        self.tell(say!(self.locale(), "demo-end"));
        Ok(())
    }

    async fn friday(&self) -> anyhow::Result<()> {
        self.act(say!(self.locale(), "demo-act-friday"));
        let home = |(person, network): &(&str, Network)| format!("{} ({})", self.name(person), network.shown());
        let homes: Vec<String> = self.staff.iter().map(home).collect();
        self.tell(say!(self.locale(), "demo-hello", people = homes.join(", ")));
        for (person, _) in &self.staff {
            self.say(person, "/start", "").await?;
        }
        self.watch()?;
        let (lan, minh) = (self.name("lan"), self.name("minh"));
        self.tell(say!(self.locale(), "demo-composes", composer = lan, other = minh));
        tokio::try_join!(self.directive(), self.repeating())?;
        self.tell(say!(self.locale(), "demo-approves", approver = self.name("pct")));
        self.approve("VB-2025-0001").await?;
        self.approve(REPEATED).await
    }

    async fn directive(&self) -> anyhow::Result<()> {
        self.send_file("lan", "KH tuyên truyền CĐS.pdf", plan_pdf()).await?;
        for (number, answer) in DIRECTIVE.into_iter().enumerate() {
            // What is not special to Loa is left out: number, date, office, title and wording.
            self.skim("lan", number <= 4);
            self.say("lan", answer, "").await?;
        }
        self.submit("lan").await
    }

    async fn repeating(&self) -> anyhow::Result<()> {
        // One card is enough to see how cards look.
        self.skim("pct", true);
        self.say("minh", "/thongbao", "").await?;
        let audience = if self.has_residents() { "thon:01,02,03,17,18@residents" } else { "Trưởng thôn" };
        for answer in REPEAT.into_iter().chain([audience]).chain(REPEAT_WHEN) {
            self.say("minh", answer, "").await?;
        }
        self.submit("minh").await?;
        self.skim("pct", false);
        Ok(())
    }

    /// An announcement to residents, beside what the radio station notes; the village that passes it on by hand does so.
    async fn morning(&self, people: &mut Crowd) -> anyhow::Result<()> {
        let (lan, hung) = (self.name("lan"), self.name("hung"));
        self.tell(say!(self.locale(), "demo-announces", composer = lan, recorder = hung));
        self.skim("pct", true);
        tokio::try_join!(self.announcement(), self.ledger())?;
        self.approve("TB-2025-0002").await?;
        self.skim("pct", false);
        self.run_until(people, monday(9, 20)?).await?;
        self.pass_on().await?;
        self.run_until(people, monday(10, 0)?).await
    }

    async fn announcement(&self) -> anyhow::Result<()> {
        self.skim("lan", true);
        self.say("lan", "/thongbao", "").await?;
        for answer in ANNOUNCEMENT {
            let everywhere = answer == "Nhóm dân" && !self.has_residents();
            let reply = self.say("lan", if everywhere { "Trưởng thôn" } else { answer }, "").await?;
            // Announcements to residents belong to no theme, and ask for none.
            if reply.text.contains(PREVIEW) {
                break;
            }
        }
        self.submit("lan").await?;
        self.skim("lan", false);
        Ok(())
    }

    /// Hỏa tốc: out on the duty officer's word, approved afterwards.
    async fn night(&self, people: &mut Crowd) -> anyhow::Result<()> {
        self.act(say!(self.locale(), "demo-act-night"));
        self.tell(say!(self.locale(), "demo-night", duty = self.name("lan")));
        self.skim("pct", true);
        for (number, answer) in STORM.into_iter().enumerate() {
            self.skim("lan", number > 2);
            self.say("lan", answer, "").await?;
        }
        self.submit("lan").await?;
        self.skim("lan", false);
        self.skim("pct", false);
        self.choose("lan", "HT-2025-0001", "Phát ngay", "HT-2025-0001").await?;
        self.settle().await?;
        // The list of whom to call comes to both.
        self.skim("pct", true);
        self.run_until(people, instant(27, 22, 30)?).await?;
        self.skim("pct", false);
        self.tell_delivery().await?;
        self.tell(say!(self.locale(), "demo-approves-after", approver = self.name("pct")));
        self.say("pct", "/duyet HT-2025-0001", "phê duyệt sau").await?;
        self.settle().await
    }

    pub(super) async fn submit(&self, person: &str) -> anyhow::Result<()> {
        self.choose(person, "", "Gửi duyệt", "Chờ duyệt").await?;
        Ok(())
    }

    pub(super) async fn approve(&self, code: &str) -> anyhow::Result<()> {
        self.choose("pct", code, "✅ Duyệt", code).await?;
        Ok(())
    }

    /// A bot on the free plan has no groups left for residents.
    pub(super) fn has_residents(&self) -> bool {
        self.places.org.groups.iter().any(|group| group.kind == GroupKind::Residents)
    }

    /// One village's group puts the service out, so that the joint group has to stand in for it.
    fn lose_a_group(&self) -> anyhow::Result<()> {
        let (_, group) = LOST;
        let Ok(chat) = self.places.chat(group) else { return Ok(()) };
        if let Some(handle) = self.stage.telegram() {
            handle.add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat.parse()?));
        } else if let Some(handle) = self.stage.oa() {
            handle.put_out(chat)?;
        }
        let name = self.places.org.groups.iter().find(|known| known.code == group).map(|known| known.name.clone());
        self.tell(say!(self.locale(), "demo-lost", group = name.unwrap_or_default()));
        Ok(())
    }

    async fn ledger(&self) -> anyhow::Result<()> {
        for line in LEDGER {
            self.say("hung", line, "").await?;
        }
        Ok(())
    }
}

/// Six pages that look like the plan's, made here.
fn plan_pdf() -> Vec<u8> {
    let first = vec![
        "ỦY BAN NHÂN DÂN XÃ HÀ LONG (MẪU)",
        "Số:      /KH-UBND",
        "Hà Long, ngày      tháng 7 năm 2025",
        "KẾ HOẠCH",
        "Tuyên truyền về đột phá phát triển khoa học, công nghệ,",
        "đổi mới sáng tạo và chuyển đổi số quốc gia",
        "Đây là tệp mẫu do chương trình tạo ra để trình diễn, không phải văn bản thật.",
    ];
    let others = (2..=6).map(|_| vec!["Trang mẫu."]);
    let pages: Vec<Vec<&str>> = std::iter::once(first).chain(others).collect();
    sample_pdf(&pages)
}

fn monday(hour: u32, minute: u32) -> anyhow::Result<Millis> {
    instant(28, hour, minute)
}

fn tuesday_evening() -> anyhow::Result<Millis> {
    instant(29, 18, 0)
}

fn instant(day: u32, hour: u32, minute: u32) -> anyhow::Result<Millis> {
    let time = super::date(2025, 7, day)?.and_hms_opt(hour, minute, 0);
    time.map(Millis::from_local).ok_or_else(|| anyhow::anyhow!("no such time"))
}

impl Demo {
    /// Business time, for whoever asks after the story.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.now()
    }
}
