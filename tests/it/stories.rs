//! The acceptance stories, each played through the sandbox's HTTP, with their chats as snapshots to be read by people.

mod s1_directive;
mod s2_figures;
mod s2_flash;
mod s2_on_zalo;
mod s4_on_a_bot;
mod s4_platform_failure;
mod s5_on_zalo;
mod s5_who_acknowledges;
mod s6_radio;
mod s7_banners;

/// A directive of six pages, as it comes from the office's printer.
pub fn six_pages() -> Vec<u8> {
    let first = vec![
        "ỦY BAN NHÂN DÂN XÃ HÀ LONG",
        "Số:      /KH-UBND",
        "KẾ HOẠCH",
        "Tuyên truyền chuyển đổi số trên địa bàn xã",
        "Nội dung của trang này dài hơn hai trăm chữ cái, để người đọc và máy đều thấy rằng đây là",
        "một văn bản được in ra từ máy tính chứ không phải là một tấm ảnh chụp lại bằng điện thoại,",
        "và vì vậy không cần ai phải xác nhận rằng mình đã tự xem trang giấy.",
    ];
    let pages: Vec<Vec<&str>> = std::iter::once(first).chain((2..=6).map(|_| vec!["Trang mẫu."])).collect();
    loa::inspect::sample_pdf(&pages)
}

/// What Lan answers after the file: everything of the stories' directive up to the send time.
const DIRECTIVE: [&str; 11] = [
    "/KH-UBND",
    "7/2025",
    "1",
    "Tuyên truyền chuyển đổi số trên địa bàn xã",
    "Đề nghị các thôn phát bài tuyên truyền trên loa, ít nhất 02 lần trong tuần.",
    "Thường",
    "Không mật",
    "Trưởng thôn",
    "trước 17h thứ ba",
    "thứ hai 7h30",
    "5",
];
