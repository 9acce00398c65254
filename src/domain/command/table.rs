//! The table of commands: Vietnamese name, spoken form, short forms, for whom, and what may follow.

use super::{Command, Who};

/// What may follow a name that is typed without its slash. With more than that behind it, the text is talk:
/// "thôn 3 đã nhận" is an answer and not the list of villages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the name must stand alone.
    Nothing,
    /// The code of a bulletin, and then anything.
    Code,
    /// Anything.
    Text,
}

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The command.
    pub command: Command,
    /// Its name in menus: Vietnamese without accents and spaces; `ganhom` alone drops a doubled letter too.
    pub name: &'static str,
    /// Its name as it is spoken, with accents and spaces.
    pub spoken: &'static str,
    /// Further names besides the English alias, which is the command's word.
    pub short: &'static [&'static str],
    /// For whom it is; any of these is enough.
    pub who: &'static [Who],
    /// What may follow when the slash is missing.
    pub tail: Tail,
}

const fn row(
    command: Command,
    name: &'static str,
    spoken: &'static str,
    short: &'static [&'static str],
    who: &'static [Who],
    tail: Tail,
) -> Spec {
    Spec { command, name, spoken, short, who, tail }
}

/// Every command, in the order of [`Command::ALL`], which is also the order of menus.
pub const TABLE: &[Spec] = &{
    use Tail::{Code, Nothing, Text};
    use Who::{Admin, Approver, Association, Composer, Duty, Everyone, Head, Recorder, Staff};
    [
        row(Command::Start, "batdau", "bắt đầu", &[], &[Everyone], Nothing),
        row(Command::Help, "trogiup", "trợ giúp", &[], &[Everyone], Text),
        row(Command::Register, "dangky", "đăng ký", &[], &[Everyone], Text),
        row(Command::WhoAmI, "toilaai", "tôi là ai", &[], &[Everyone], Nothing),
        row(Command::Verify, "xacminh", "xác minh", &[], &[Everyone], Code),
        row(Command::Directive, "vanban", "văn bản", &["vb"], &[Composer], Nothing),
        row(Command::Announce, "thongbao", "thông báo", &["tb"], &[Composer], Nothing),
        row(Command::Urgent, "khan", "khẩn", &[], &[Composer], Nothing),
        row(Command::Exercise, "dientap", "diễn tập", &[], &[Composer], Nothing),
        row(Command::Script, "baiphat", "bài phát", &[], &[Composer, Recorder], Nothing),
        row(Command::Template, "mau", "mẫu", &[], &[Composer], Nothing),
        row(Command::Preview, "xemtruoc", "xem trước", &[], &[Composer, Approver], Code),
        row(Command::Schedule, "hen", "hẹn", &[], &[Composer], Code),
        row(Command::SendNow, "guingay", "gửi ngay", &[], &[Composer], Code),
        row(Command::Edit, "sua", "sửa", &[], &[Composer], Code),
        row(Command::Cancel, "huy", "hủy", &[], &[Composer, Approver], Code),
        row(Command::Correct, "dinhchinh", "đính chính", &[], &[Composer], Code),
        row(Command::Recall, "thuhoi", "thu hồi", &[], &[Approver], Code),
        row(Command::Approvals, "choduyet", "chờ duyệt", &[], &[Approver, Duty], Nothing),
        row(Command::Approve, "duyet", "duyệt", &[], &[Approver, Duty], Code),
        row(Command::Reject, "tuchoi", "từ chối", &[], &[Approver, Duty], Code),
        row(Command::Delegate, "uyquyen", "ủy quyền", &[], &[Approver], Text),
        row(Command::Queue, "lich", "lịch", &[], &[Composer, Approver, Duty], Nothing),
        row(Command::Status, "trangthai", "trạng thái", &[], &[Composer, Approver, Duty], Code),
        row(Command::Pending, "chuanhan", "chưa nhận", &[], &[Composer, Approver, Duty], Code),
        row(Command::Remind, "nhac", "nhắc", &[], &[Composer], Code),
        row(Command::Resend, "guilai", "gửi lại", &[], &[Composer], Code),
        row(Command::Search, "tim", "tìm", &[], &[Staff], Text),
        row(Command::Ack, "danhan", "đã nhận", &[], &[Head], Code),
        row(Command::Aired, "daphat", "đã phát", &[], &[Head], Code),
        row(Command::Done, "daxong", "đã xong", &[], &[Head], Code),
        row(Command::Issue, "vuongmac", "vướng mắc", &[], &[Head], Code),
        row(Command::Feedback, "phanhoi", "phản hồi", &[], &[Head, Association], Text),
        row(Command::MyTasks, "vieccuatoi", "việc của tôi", &[], &[Head], Nothing),
        row(Command::Log, "ghinhan", "ghi nhận", &[], &[Recorder, Composer, Association, Admin], Text),
        row(Command::EditLog, "suaghinhan", "sửa ghi nhận", &[], &[Recorder, Composer, Association], Text),
        row(Command::DeleteLog, "xoaghinhan", "xóa ghi nhận", &[], &[Recorder, Composer, Association, Admin], Text),
        row(Command::Targets, "chitieu", "chỉ tiêu", &[], &[Staff], Text),
        row(Command::Stats, "thongke", "thống kê", &[], &[Staff], Text),
        row(Command::Report, "baocao", "báo cáo", &[], &[Composer, Admin], Text),
        row(Command::Export, "xuat", "xuất", &[], &[Admin], Nothing),
        row(Command::Groups, "nhom", "nhóm", &[], &[Admin], Nothing),
        row(Command::Bind, "ganhom", "gắn nhóm", &[], &[Admin], Text),
        row(Command::Pause, "tamdung", "tạm dừng", &[], &[Composer, Approver, Admin], Code),
        row(Command::Resume, "molai", "mở lại", &["tieptuc"], &[Composer, Approver, Admin], Code),
        row(Command::Villages, "thon", "thôn", &[], &[Admin], Nothing),
        row(Command::Units, "donvi", "đơn vị", &[], &[Admin], Nothing),
        row(Command::Staff, "canbo", "cán bộ", &[], &[Admin], Nothing),
        row(Command::Roles, "phanquyen", "phân quyền", &[], &[Admin], Text),
        row(Command::Invite, "capma", "cấp mã", &[], &[Admin], Text),
        row(Command::Lock, "khoataikhoan", "khóa tài khoản", &[], &[Admin], Text),
        row(Command::Handover, "thaytruongthon", "thay trưởng thôn", &[], &[Admin], Text),
        row(Command::Plan, "kehoach", "kế hoạch", &[], &[Admin], Nothing),
        row(Command::Holidays, "ngaynghi", "ngày nghỉ", &[], &[Admin], Nothing),
        row(Command::Windows, "giogui", "giờ gửi", &[], &[Admin], Nothing),
        row(Command::Audit, "nhatky", "nhật ký", &[], &[Admin], Nothing),
        row(Command::Backup, "saoluu", "sao lưu", &[], &[Admin], Nothing),
        row(Command::Health, "suckhoe", "sức khỏe", &[], &[Admin], Nothing),
        row(Command::Incident, "suco", "sự cố", &[], &[Admin], Nothing),
        row(Command::MyData, "dulieucuatoi", "dữ liệu của tôi", &[], &[Everyone], Nothing),
        row(Command::ForgetMe, "xoadulieu", "xóa dữ liệu", &[], &[Everyone], Nothing),
    ]
};

impl Spec {
    /// How many syllables the spoken name has, the most words it may be typed in.
    #[must_use]
    pub fn syllables(&self) -> usize {
        self.spoken.split(' ').count()
    }

    /// The names that are typed as one word: the one in menus, the English alias and the short forms.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        [self.name, self.command.as_str()].into_iter().chain(self.short.iter().copied())
    }
}
