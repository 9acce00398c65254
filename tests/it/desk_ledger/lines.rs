//! One line for every channel that is recorded by hand, what it becomes in its row, and what the plan says of it then.

use loa::domain::channel::{Channel, StatutoryType};
use loa::store::Store;
use loa::store::activities::{Activity, ActivityFilter};

use super::{at, log, planned};
use crate::db::sqlite_tests;
use crate::desk_stage::Desk;
use crate::fixture::{self, COMMUNE};

sqlite_tests!(
    every_channel_has_its_line_and_its_row,
    every_target_says_its_value_and_its_word,
    nothing_done_is_said_as_nothing_for_every_target,
    what_staff_type_is_read_however_they_spell_it,
);

/// A line, and what stands in its row: channel, pieces, people, place, title.
type Case = (&'static str, Channel, i64, Option<i64>, Option<&'static str>, &'static str);

const LINES: [Case; 16] = [
    ("dai Cảnh giác lừa đảo qua mạng ND5 25/10 17h", Channel::Radio, 1, None, None, "Cảnh giác lừa đảo qua mạng"),
    ("loa thôn 3 phát bài VNeID 26/10", Channel::Loudspeaker, 1, None, None, "thôn 3 phát bài VNeID"),
    ("cổng https://xa.vn/tin/9 27/10", Channel::Portal, 1, None, None, "https://xa.vn/tin/9"),
    (
        "hình ảnh 6 ảnh lễ phát động https://xa.vn/anh 27/10",
        Channel::PortalImage,
        6,
        None,
        None,
        "lễ phát động https://xa.vn/anh",
    ),
    ("băng zôn 5 trước trụ sở 18/7", Channel::Banner, 5, None, Some("trước trụ sở"), "trước trụ sở"),
    ("cụm tin 1 20/7", Channel::BulletinBoard, 1, None, None, "Cụm tin"),
    (
        "họp Lồng ghép chuyển đổi số tại thôn 3, 60 người dự 20/10",
        Channel::Meeting,
        1,
        Some(60),
        None,
        "Lồng ghép chuyển đổi số tại thôn 3",
    ),
    ("văn nghệ Hội diễn chào mừng 19/10", Channel::Culture, 1, None, None, "Hội diễn chào mừng"),
    ("bảng điện tử 2 cái tại cổng chợ 15/10", Channel::Panel, 2, None, Some("cổng chợ"), "tại cổng chợ"),
    ("banner có https://xa.vn 10/10", Channel::PortalBanner, 1, None, None, "Banner trên Cổng"),
    (
        "tập huấn Kỹ năng số cho tổ công nghệ, 45 người dự 12/10",
        Channel::Training,
        1,
        Some(45),
        None,
        "Kỹ năng số cho tổ công nghệ",
    ),
    (
        "hội thảo 30 người Chuyển đổi số cho hợp tác xã 13/10",
        Channel::BusinessEvent,
        1,
        Some(30),
        None,
        "Chuyển đổi số cho hợp tác xã",
    ),
    ("bố trí kinh phí QĐ 45/QĐ-UBND 14/10", Channel::Budget, 1, None, None, "QĐ 45/QĐ-UBND"),
    ("giao ban Quán triệt Nghị quyết 57 6/10", Channel::Briefing, 1, None, None, "Quán triệt Nghị quyết 57"),
    ("dư luận 5 phản ánh về thủ tục trực tuyến 21/10", Channel::Opinion, 5, None, None, "về thủ tục trực tuyến"),
    (
        "mạng xã hội https://facebook.com/xamau/1 22/10",
        Channel::Campaign,
        1,
        None,
        None,
        "https://facebook.com/xamau/1",
    ),
];

async fn rows(desk: &mut Desk) -> Vec<Activity> {
    desk.tx().activities(COMMUNE, &ActivityFilter::default()).await.unwrap()
}

/// Records every line; where July is over an admin gives the reason.
async fn everything(store: &Store) -> Desk {
    let mut desk = planned(store, at(7, 28, 9, 0)).await;
    fixture::raw(desk.tx(), "UPDATE units SET name = 'Thôn ' || code WHERE kind = 'village'").await;
    for (line, ..) in LINES.iter().filter(|(line, ..)| line.ends_with("/7")) {
        let said = log(&mut desk, &format!("/ghinhan {line}")).await;
        assert!(said.starts_with("✅ Đã ghi nhận"), "{line}: {said}");
    }
    desk.at = at(10, 28, 9, 0);
    for (line, ..) in LINES.iter().filter(|(line, ..)| !line.ends_with("/7")) {
        let said = log(&mut desk, &format!("/ghinhan {line}")).await;
        assert!(said.starts_with("✅ Đã ghi nhận"), "{line}: {said}");
    }
    desk
}

async fn every_channel_has_its_line_and_its_row(store: Store) {
    let mut desk = everything(&store).await;
    let rows = rows(&mut desk).await;
    assert_eq!(rows.len(), Channel::recordable().count());
    for (line, channel, quantity, attendees, place, title) in LINES {
        let row = rows.iter().find(|row| row.channel == channel).unwrap();
        assert_eq!((row.quantity, row.attendees, row.place.as_deref()), (quantity, attendees, place), "{line}");
        assert_eq!((row.title.as_str(), row.removal), (title, false), "{line}");
        let usual = channel.statutory_type();
        let form = if channel == Channel::Panel { Some(StatutoryType::PublicBoard) } else { usual };
        assert_eq!(row.statutory.0, form, "{line}");
    }
    let of = |channel| rows.iter().find(|row| row.channel == channel).unwrap();
    assert_eq!(of(Channel::Radio).theme.as_deref(), Some("ND5"));
    assert_eq!(of(Channel::Budget).evidence.as_deref(), Some("45/QĐ-UBND"));
    assert_eq!(of(Channel::Campaign).evidence.as_deref(), Some("https://facebook.com/xamau/1"));
    for channel in [Channel::Loudspeaker, Channel::Meeting] {
        assert_eq!(of(channel).unit_id.as_deref(), Some("u-03"), "{channel}");
    }
}

/// The beginnings of the twenty lines: value and word.
const SAID: [(&str, &str); 20] = [
    ("CT01", ": 1/8 tin, đang thực hiện"),
    ("CT02", ": 1/1 tin, Đạt"),
    ("CT03", ": 5/7 cái, Chưa đạt"),
    ("CT04", ": 1/1 cụm tin, Đạt"),
    ("CT05", ": 1 lượt phát, xanh 1/2 thôn (vàng 0, đỏ 1)"),
    ("CT06", ": 0 văn bản, theo dõi"),
    ("CT07", ": 0 văn bản, theo dõi"),
    ("CT08", ": 1 cuộc, theo dõi (60 người dự"),
    ("CT09", ": 1 hoạt động, theo dõi"),
    ("CT10", ": 2 cái, đang treo (0/2 thôn có"),
    ("CT11", ": 1 lần, đã thực hiện"),
    ("CT12", ": 6 hình ảnh, theo dõi"),
    ("CT13", ": 1 cuộc, theo dõi (45 người dự"),
    ("CT14", ": 1 cuộc, theo dõi (30 người dự"),
    ("CT15", ": 1 lần, đã thực hiện"),
    ("CT16", ": 1 buổi, theo dõi"),
    ("CT17", ": 5 phản ánh, theo dõi"),
    ("CT18", ": 0 báo cáo, chưa có"),
    ("CT19", ": 1 chiến dịch, theo dõi"),
    ("CT20", ": 1/5 chủ đề, chưa đủ chủ đề (thiếu ND1, ND2, ND3, ND4)"),
];

async fn every_target_says_its_value_and_its_word(store: Store) {
    let mut desk = everything(&store).await;
    let said = desk.say("p-quan", "/chitieu").await;
    for (target, words) in SAID {
        let line = said.lines().find(|line| line.starts_with(target)).unwrap_or_default();
        assert!(line.contains(words), "{target} {words} is not in: {line}");
    }
}

async fn nothing_done_is_said_as_nothing_for_every_target(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let said = desk.say("p-quan", "/chitieu").await;
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("CT")).collect();
    assert_eq!(lines.len(), 20);
    for line in lines {
        let (_, rest) = line.rsplit_once(": ").unwrap();
        let (value, word) = rest.split_once(", ").unwrap_or_default();
        assert!(value.starts_with('0') && !word.is_empty(), "{line}");
    }
    for word in ["CT11", "CT15"] {
        let line = said.lines().find(|line| line.starts_with(word)).unwrap();
        assert!(line.ends_with("0 lần, chưa thực hiện"), "{line}");
    }
}

async fn what_staff_type_is_read_however_they_spell_it(store: Store) {
    let mut desk = planned(&store, at(10, 28, 9, 0)).await;
    let spellings = [
        ("Băng đờ rôn 1 ngã ba", Channel::Banner),
        ("BANG RON 1 ngã tư", Channel::Banner),
        ("áp phích 3 nhà văn hóa", Channel::Panel),
        ("màn hình led 1 trụ sở", Channel::Panel),
        ("hội nghị tập huấn 20 người An toàn thông tin", Channel::Training),
        ("họp giao ban Tuần 43", Channel::Briefing),
        ("hoi nghi doanh nghiep 15 nguoi Gap mat", Channel::BusinessEvent),
        ("nam bat du luan 2 y kien ve dat dai", Channel::Opinion),
        ("Fanpage Phát động tuần lễ số", Channel::Campaign),
        ("thể thao Giải bóng chuyền", Channel::Culture),
    ];
    for (at, (line, channel)) in (1..).zip(spellings) {
        let said = log(&mut desk, &format!("/ghinhan {line}")).await;
        assert!(said.starts_with(&format!("✅ Đã ghi nhận #{at}: {}", channel.vietnamese())), "{line}: {said}");
    }
}
