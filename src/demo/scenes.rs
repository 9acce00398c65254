//! The story: a directive from a forwarded PDF to the last acknowledgement, an announcement to residents, and what was done
//! off-line. Every step is a message or a button in the sandbox, as a person's would be.

use super::Demo;
use crate::clock::Clock as _;
use crate::domain::calendar::Millis;
use crate::inspect::sample_pdf;
use crate::sandbox::people::People;

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
    "Trưởng thôn + phong + truong + tram",
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

impl Demo {
    /// Plays the story to its end.
    ///
    /// # Errors
    /// A step that did not come about, with the chat so far.
    pub async fn play(&self) -> anyhow::Result<()> {
        let mut people = People::new(self.sandbox.handle(), self.world.heads(self.seed));
        self.tell("lan sends a PDF to the bot and answers its questions");
        self.directive().await?;
        self.tell("pct approves it");
        self.approve("✅ Duyệt").await?;
        self.tell("the weekend passes; nothing is sent before Monday 07:30");
        self.run_until(&mut people, monday(7, 40)?).await?;
        self.tell_delivery().await?;
        self.tell("village heads answer through the morning");
        self.run_until(&mut people, monday(9, 0)?).await?;
        self.tell("lan announces the VNeID evening to residents");
        self.announcement().await?;
        self.approve("✅ Duyệt").await?;
        self.run_until(&mut people, monday(10, 0)?).await?;
        self.tell("hung records radio items, banners and portal articles");
        self.ledger().await?;
        self.tell("reminders, late answers, the list at the deadline");
        self.run_until(&mut people, tuesday_evening()?).await?;
        self.tell_delivery().await?;
        self.tell("the end");
        Ok(())
    }

    async fn directive(&self) -> anyhow::Result<()> {
        self.send_file("lan", "KH tuyên truyền CĐS.pdf", plan_pdf(), "").await?;
        for answer in DIRECTIVE {
            self.say("lan", answer, "").await?;
        }
        self.press("lan", "Gửi duyệt", "Chờ duyệt").await?;
        Ok(())
    }

    async fn announcement(&self) -> anyhow::Result<()> {
        self.say("lan", "/thongbao", "").await?;
        for answer in ANNOUNCEMENT {
            self.say("lan", answer, "").await?;
        }
        self.press("lan", "Gửi duyệt", "Chờ duyệt").await?;
        Ok(())
    }

    async fn approve(&self, button: &str) -> anyhow::Result<()> {
        self.wait_for_button("pct", button).await?;
        self.press("pct", button, "").await?;
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
