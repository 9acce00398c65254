//! What the demo prints, on events that were recorded once: no line too wide, nothing lost that matters, no colours in a file.

use chrono::NaiveDate;
use loa::demo::shown::{Bubble, Event, Shown, Style, text};
use loa::domain::calendar::Millis;
use loa::locale::Locale;

const DIRECTIVE: &str = "🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ HÀ LONG\n\
    Mã: VB-2025-0001 | Mức độ: Thường\n\
    Kế hoạch số …/KH-UBND ngày …/7/2025 của UBND xã Hà Long\n\n\
    Kính gửi: Các đồng chí Trưởng thôn, cán bộ thôn.\n\
    Tuyên truyền về đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số quốc gia\n\
    Đề nghị các thôn, đơn vị:\n1. Phát bài tuyên truyền trên loa truyền thanh ít nhất 02 lần trong tuần.\n\
    2. Lồng ghép trong buổi họp gần nhất.\n\n⏰ Hạn: trước 17:00 thứ Hai, 28/7/2025\n\n\
    👉 Đồng chí bấm \"✅ Đã nhận\" hoặc trả lời tin này: Đã nhận\nKiểm tra tin thật: nhắn /xacminh VB-2025-0001";

fn at(hour: u32, minute: u32) -> Millis {
    let day = NaiveDate::from_ymd_opt(2025, 7, 28).unwrap();
    Millis::from_local(day.and_hms_opt(hour, minute, 0).unwrap())
}

fn said(who: &str, text: &str, buttons: &[&str]) -> Event {
    Event::Message(Bubble {
        chat: "Nhóm điều hành Thôn 18 · Telegram".to_owned(),
        at: at(7, 30),
        who: who.to_owned(),
        ours: who == "Loa",
        text: text.to_owned(),
        file: None,
        buttons: buttons.iter().map(ToString::to_string).collect(),
    })
}

fn recorded() -> Vec<Event> {
    let ask = "Độ mật? Bắt buộc chọn cho từng tin, không có mặc định.\n1. Không mật\n2. Mật\n3. Tối mật\n4. Tuyệt mật";
    vec![
        Event::Heading("Thứ Hai, 28/7/2025: văn bản tới các thôn".to_owned()),
        Event::Story(
            at(7, 30),
            "Các trưởng thôn xác nhận: bấm nút, hoặc nhắn \"đã nhận\", có dấu hay không.".to_owned(),
        ),
        said("Loa", DIRECTIVE, &["✅ Đã nhận", "📢 Đã phát loa"]),
        said("Mẫu Văn Phú", "da nhan", &[]),
        said("Loa", ask, &[]),
        Event::Progress(at(7, 31), "📤 VB-2025-0001: đã gửi 18/24 nhóm".to_owned()),
        said("Mẫu Văn Phú", "[📢 Đã phát loa] → Đã ghi nhận Thôn 18 đã phát. Cảm ơn đồng chí.", &[]),
        Event::LeftOut { chat: "Nhóm điều hành Thôn 18 · Telegram".to_owned(), count: 3 },
    ]
}

fn printed(style: Style) -> Vec<String> {
    let mut shown = Shown::new(style, Locale::vietnamese());
    recorded().iter().flat_map(|event| shown.lines(event)).collect()
}

#[test]
fn a_conversation_reads_as_one_on_a_terminal_of_80_columns() {
    let lines = printed(Style { width: 80, colour: false });
    let expected = "
── Thứ Hai, 28/7/2025: văn bản tới các thôn ────────────────────────────────────
T2 07:30 Các trưởng thôn xác nhận: bấm nút, hoặc nhắn \"đã nhận\", có dấu hay
         không.
  ┌ Nhóm điều hành Thôn 18 · Telegram
  │ T2 07:30 Loa: 🔵 VĂN BẢN CHỈ ĐẠO – UBND XÃ HÀ LONG
  │          Mã: VB-2025-0001 | Mức độ: Thường
  │          Kế hoạch số …/KH-UBND ngày …/7/2025 của UBND xã Hà Long
  │          Tuyên truyền về đột phá phát triển khoa học, công nghệ, đổi mới …
  │          ⏰ Hạn: trước 17:00 thứ Hai, 28/7/2025
  │          👉 Đồng chí bấm \"✅ Đã nhận\" hoặc trả lời tin này: Đã nhận […]
  │          [✅ Đã nhận] [📢 Đã phát loa]
  │ T2 07:30 Mẫu Văn Phú: da nhan
  │ T2 07:30 Loa: Độ mật? Bắt buộc chọn cho từng tin, không có mặc định.
  │          [1. Không mật] [2. Mật] [3. Tối mật] [4. Tuyệt mật]
T2 07:31 📤 VB-2025-0001: đã gửi 18/24 nhóm
  ┌ Nhóm điều hành Thôn 18 · Telegram
  │ T2 07:30 Mẫu Văn Phú: [📢 Đã phát loa] → Đã ghi nhận Thôn 18 đã phát. Cảm ơn
  │          đồng chí.
  │          (lược 3 tin)";
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn no_line_is_wider_than_the_terminal_however_narrow_it_is() {
    for width in [40, 60, 80] {
        let wide: Vec<_> =
            printed(Style { width, colour: false }).into_iter().filter(|line| text::width(line) > width).collect();
        assert!(wide.is_empty(), "{width} columns: {wide:#?}");
    }
}

#[test]
fn colours_change_nothing_but_the_colour() {
    let coloured = printed(Style { width: 80, colour: true }).join("\n");
    let mut plain = String::new();
    for (number, part) in coloured.split('\u{1b}').enumerate() {
        plain.push_str(if number == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(plain, printed(Style { width: 80, colour: false }).join("\n"));
}

#[test]
fn nothing_of_a_message_reaches_the_terminal_as_a_command() {
    let mut shown = Shown::new(Style { width: 80, colour: false }, Locale::vietnamese());
    let lines = shown.lines(&said("Mẫu Văn Phú", "đã nhận\u{1b}[2J\u{7}", &["\u{1b}[31mNút"]));
    assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{lines:?}");
}
