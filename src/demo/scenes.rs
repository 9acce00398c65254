//! The story: a directive from a forwarded PDF to the last acknowledgement, a call that repeats every morning, Hỏa tốc at
//! night, a group that is lost, an announcement to residents, and what was done off-line. Every step is a message, a number or
//! a button in a sandbox, as a person's would be.

use super::Demo;
use super::people::Crowd;
use crate::clock::Clock as _;
use crate::domain::calendar::Millis;
use crate::domain::org::GroupKind;
use crate::inspect::sample_pdf;
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
const LOST: (&str, &str) = ("thon-20", "dieu-hanh-20");

impl Demo {
    /// Plays the story to its end.
    ///
    /// # Errors
    /// A step that did not come about, with the chat so far.
    pub async fn play(&self) -> anyhow::Result<()> {
        let mut people = Crowd::new(self, &[LOST.0])?;
        self.friday().await?;
        self.tell("the weekend passes; the directive waits for Monday 07:30, the morning call goes every day");
        self.run_until(&mut people, instant(27, 21, 40)?).await?;
        self.night(&mut people).await?;
        self.run_until(&mut people, monday(7, 0)?).await?;
        self.lose_a_group()?;
        self.run_until(&mut people, monday(7, 40)?).await?;
        self.tell_delivery().await?;
        self.tell("village heads answer through the morning");
        self.run_until(&mut people, monday(9, 0)?).await?;
        self.tell(
            "lan announces the VNeID evening to residents; hung records radio items, banners and portal articles",
        );
        tokio::try_join!(self.announcement(), self.ledger())?;
        self.approve("TB-2025-0002").await?;
        self.run_until(&mut people, monday(9, 20)?).await?;
        self.pass_on().await?;
        self.run_until(&mut people, monday(10, 0)?).await?;
        self.tell("reminders, late answers, the list at the deadline");
        self.run_until(&mut people, tuesday_evening()?).await?;
        self.tell_delivery().await?;
        self.tell("the end");
        Ok(())
    }

    async fn friday(&self) -> anyhow::Result<()> {
        for (person, network) in &self.staff {
            self.tell(&format!("{person} says hello on {}", network.gateway()));
            self.say(person, "/start", "").await?;
        }
        self.tell("lan hands in a PDF and answers the questions about it");
        self.tell("minh composes a call that goes to residents every morning at 06:30");
        tokio::try_join!(self.directive(), self.repeating())?;
        self.tell("pct approves both");
        self.approve("VB-2025-0001").await?;
        self.approve(REPEATED).await
    }

    async fn directive(&self) -> anyhow::Result<()> {
        self.send_file("lan", "KH tuyên truyền CĐS.pdf", plan_pdf()).await?;
        for answer in DIRECTIVE {
            self.say("lan", answer, "").await?;
        }
        self.submit("lan").await
    }

    async fn repeating(&self) -> anyhow::Result<()> {
        self.say("minh", "/thongbao", "").await?;
        let audience = if self.has_residents() { "thon:01,02,03,17,18@residents" } else { "Trưởng thôn" };
        for answer in REPEAT.into_iter().chain([audience]).chain(REPEAT_WHEN) {
            self.say("minh", answer, "").await?;
        }
        self.submit("minh").await
    }

    async fn announcement(&self) -> anyhow::Result<()> {
        self.say("lan", "/thongbao", "").await?;
        for answer in ANNOUNCEMENT {
            let everywhere = answer == "Nhóm dân" && !self.has_residents();
            self.say("lan", if everywhere { "Trưởng thôn" } else { answer }, "").await?;
        }
        self.submit("lan").await
    }

    /// Hỏa tốc: out on the duty officer's word, approved afterwards.
    async fn night(&self, people: &mut Crowd) -> anyhow::Result<()> {
        self.tell("heavy rain: lan, on duty, releases a bulletin of the highest urgency by herself");
        for answer in STORM {
            self.say("lan", answer, "").await?;
        }
        self.submit("lan").await?;
        self.choose("lan", "HT-2025-0001", "Phát ngay", "HT-2025-0001").await?;
        self.run_until(people, instant(27, 22, 30)?).await?;
        self.tell_delivery().await?;
        self.tell("pct approves it afterwards");
        self.say("pct", "/duyet HT-2025-0001", "phê duyệt sau").await?;
        Ok(())
    }

    async fn submit(&self, person: &str) -> anyhow::Result<()> {
        self.choose(person, "", "Gửi duyệt", "Chờ duyệt").await?;
        Ok(())
    }

    async fn approve(&self, code: &str) -> anyhow::Result<()> {
        self.choose("pct", code, "✅ Duyệt", code).await?;
        Ok(())
    }

    /// A bot on the free plan has no groups left for residents.
    fn has_residents(&self) -> bool {
        self.places.org.groups.iter().any(|group| group.kind == GroupKind::Residents)
    }

    /// One village's group puts the service out, so that the joint group has to stand in for it.
    fn lose_a_group(&self) -> anyhow::Result<()> {
        let (village, group) = LOST;
        let Ok(chat) = self.places.chat(group) else { return Ok(()) };
        if let Some(handle) = self.stage.telegram() {
            handle.add_fault(Fault::next("sendMessage", FaultKind::Kicked).in_chat(chat));
        } else if let Some(handle) = self.stage.oa() {
            handle.put_out(chat)?;
        }
        self.tell(&format!("the group of {village} puts the service out; the joint group will stand in"));
        Ok(())
    }

    async fn ledger(&self) -> anyhow::Result<()> {
        for line in LEDGER {
            self.say("hung", line, "").await?;
        }
        Ok(())
    }

    /// Says how far the latest broadcasts are.
    async fn tell_delivery(&self) -> anyhow::Result<()> {
        let figures = self.figures().await?;
        self.tell(&format!(
            "deliveries: {} sent, {} pending; acknowledged {} of {}",
            figures.deliveries.sent,
            figures.deliveries.pending,
            figures.obligations.acknowledged,
            figures.obligations.expected
        ));
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
