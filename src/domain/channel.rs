//! The ways a plan is spread: radio, loudspeakers, banners, the portal, meetings… Never a chat group's address.
//!
//! A target names one channel, a recorded act names one channel, and that is how they meet. Words typed by staff
//! are read in any spelling: with or without accents, with or without spaces. Used by `plan`, by the desk's
//! recording command and by reports.

use crate::domain::text::fold;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// A propaganda channel.
    pub enum Channel {
        /// The commune's radio station.
        Radio => "radio",
        /// The loudspeakers of the villages.
        Loudspeaker => "loudspeaker",
        /// Articles on the commune's portal.
        Portal => "portal",
        /// Pictures on the commune's portal.
        PortalImage => "portal_image",
        /// Cloth banners.
        Banner => "banner",
        /// Bulletin boards and news clusters.
        BulletinBoard => "bulletin_board",
        /// Zalo groups; counted from deliveries, never recorded by hand.
        ChatGroup => "chat_group",
        /// Meetings and conferences that carry the subject along.
        Meeting => "meeting",
        /// Culture, arts and sport.
        Culture => "culture",
        /// Panels, posters, electronic boards and slogans in public places.
        Panel => "panel",
        /// The subject's banner on the portal.
        PortalBanner => "portal_banner",
        /// Training.
        Training => "training",
        /// Conferences for businesses.
        BusinessEvent => "business_event",
        /// The plan's money.
        Budget => "budget",
        /// The regular briefing with the villages.
        Briefing => "briefing",
        /// Public opinion gathered.
        Opinion => "opinion",
        /// Reports; counted from the report register.
        Report => "report",
        /// Social media campaigns.
        Campaign => "campaign",
        /// Content themes across all channels.
        Theme => "theme",
    }
}

text_enum! {
    /// The eight types of grassroots information activity of Nghị định 49/2024/NĐ-CP.
    pub enum StatutoryType {
        /// Đài truyền thanh cấp xã, the loudspeakers of the villages included.
        CommuneRadio => "commune_radio",
        /// Bảng tin công cộng.
        PublicBoard => "public_board",
        /// Bản tin thông tin cơ sở.
        Newsletter => "newsletter",
        /// Tài liệu không kinh doanh.
        NonCommercialDocument => "non_commercial_document",
        /// Tuyên truyền viên cơ sở.
        LocalSpeaker => "local_speaker",
        /// Cổng, trang thông tin điện tử.
        Portal => "portal",
        /// Mạng xã hội, ứng dụng nhắn tin.
        SocialMessaging => "social_messaging",
        /// Tin nhắn viễn thông.
        TelecomMessage => "telecom_message",
    }
}

impl StatutoryType {
    /// The type's name as a report prints it.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::CommuneRadio => "Đài truyền thanh cấp xã",
            Self::PublicBoard => "Bảng tin công cộng",
            Self::Newsletter => "Bản tin thông tin cơ sở",
            Self::NonCommercialDocument => "Tài liệu không kinh doanh",
            Self::LocalSpeaker => "Tuyên truyền viên cơ sở",
            Self::Portal => "Cổng, trang thông tin điện tử",
            Self::SocialMessaging => "Mạng xã hội, ứng dụng nhắn tin",
            Self::TelecomMessage => "Tin nhắn viễn thông",
        }
    }
}

/// Words for each channel: folded, spaces taken out. The first is the one shown in the command's help.
const WORDS: &[(Channel, &[&str])] = &[
    (Channel::Radio, RADIO),
    (Channel::Loudspeaker, &["loa", "loathon", "loatruyenthanh", "loatruyenthanhthon", "loaphatthanh", "loaphong"]),
    (Channel::Portal, PORTAL),
    (Channel::PortalImage, &["hinhanh", "anhdep", "hinhanhdep", "anhcong", "anh", "hinhanhcong", "anhdepcong"]),
    (Channel::Banner, &["bangron", "bangzon", "bangdron", "bangrol", "bangdzon", "bangdoron", "bangdorong"]),
    (Channel::BulletinBoard, &["cumtin", "bangtin", "cumthongtin", "cumcodong", "bangtincongcong"]),
    (Channel::ChatGroup, &["nhomzalo", "zalo"]),
    (Channel::Meeting, MEETING),
    (Channel::Culture, CULTURE),
    (Channel::Panel, &["pano", "apphich", "bangdientu", "khauhieu", "poster", "bangled", "manhinhled", "panoapphich"]),
    (Channel::PortalBanner, &["bannercong", "banner", "bannerchuyenmuc", "ganbanner", "bannertrencong"]),
    (Channel::Training, &["taphuan", "chuyende", "loptaphuan", "hoinghitaphuan", "boiduong", "hoinghichuyende"]),
    (Channel::BusinessEvent, BUSINESS),
    (Channel::Budget, &["kinhphi", "botrikinhphi", "capkinhphi", "ngansach", "dutoan"]),
    (Channel::Briefing, &["giaoban", "hopgiaoban", "giaobanthon", "giaobanvoithon", "quantriet"]),
    (Channel::Opinion, OPINION),
    (Channel::Report, &["baocao"]),
    (Channel::Campaign, CAMPAIGN),
    (Channel::Theme, &["chude"]),
];

const RADIO: &[&str] = &[
    "dai",
    "daitruyenthanh",
    "daitruyenthanhxa",
    "daiphatthanh",
    "daixa",
    "truyenthanh",
    "truyenthanhxa",
    "phatthanh",
];
const PORTAL: &[&str] = &[
    "cong",
    "congttdt",
    "congthongtin",
    "congthongtindientu",
    "trangthongtindientu",
    "trangtin",
    "website",
    "web",
    "trangweb",
    "congxa",
    "tincong",
];
const MEETING: &[&str] = &["hop", "cuochop", "hoinghi", "toadam", "hopchibo", "sinhhoatchibo", "longghep", "hopdan"];
const CULTURE: &[&str] = &[
    "vanhoa",
    "vannghe",
    "nghethuat",
    "thethao",
    "bieudien",
    "hoidien",
    "giaidau",
    "vanhoavannghe",
    "vanhoathethao",
    "vhvn",
    "tdtt",
];
const BUSINESS: &[&str] = &[
    "hoithao",
    "hoinghidoanhnghiep",
    "doanhnghiep",
    "hoithaodoanhnghiep",
    "gapmatdoanhnghiep",
    "hoinghidn",
    "hoithaodn",
];
const OPINION: &[&str] =
    &["duluan", "tutuong", "phananh", "duluanxahoi", "tutuongduluan", "nambatduluan", "ykien", "phanhoi", "kiennghi"];
const CAMPAIGN: &[&str] = &[
    "chiendich",
    "mangxahoi",
    "kol",
    "mxh",
    "koc",
    "chiendichtruyenthong",
    "facebook",
    "fanpage",
    "tiktok",
    "youtube",
];

/// The longest input worth folding, in bytes; the longest word above is far shorter, even fully decomposed.
const MAX_WORD_BYTES: usize = 200;

impl Channel {
    /// The channel a typed word means: "bangron", "băng zôn", "Băng rôn", "đài"… `None` if it is no channel's
    /// word. Only whole words match, so a typing mistake never records on another channel.
    #[must_use]
    pub fn from_vietnamese(word: &str) -> Option<Self> {
        if word.len() > MAX_WORD_BYTES {
            return None;
        }
        let compact = fold(word).replace(' ', "");
        WORDS.iter().find(|(_, words)| words.contains(&compact.as_str())).map(|(channel, _)| *channel)
    }

    /// The word of the recording command that means this channel, such as "bangron".
    #[must_use]
    pub fn command_word(self) -> &'static str {
        WORDS.iter().find(|(channel, _)| *channel == self).and_then(|(_, words)| words.first()).unwrap_or(&"")
    }

    /// The channel's name for people.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Radio => "Đài truyền thanh xã",
            Self::Loudspeaker => "Loa truyền thanh thôn",
            Self::Portal => "Cổng thông tin điện tử",
            Self::PortalImage => "Hình ảnh trên Cổng",
            Self::Banner => "Băng zôn",
            Self::BulletinBoard => "Cụm tin",
            Self::ChatGroup => "Nhóm Zalo",
            Self::Meeting => "Họp, hội nghị, tọa đàm",
            Self::Culture => "Văn hóa, nghệ thuật, thể thao",
            Self::Panel => "Pano, áp phích, bảng điện tử",
            Self::PortalBanner => "Banner trên Cổng",
            Self::Training => "Tập huấn",
            Self::BusinessEvent => "Hội thảo doanh nghiệp",
            Self::Budget => "Kinh phí",
            Self::Briefing => "Giao ban với thôn",
            Self::Opinion => "Dư luận",
            Self::Report => "Báo cáo",
            Self::Campaign => "Chiến dịch mạng xã hội",
            Self::Theme => "Chủ đề",
        }
    }

    /// The type of Nghị định 49/2024/NĐ-CP this channel is reported under; `None` when it is none of the eight.
    #[must_use]
    pub const fn statutory_type(self) -> Option<StatutoryType> {
        match self {
            Self::Radio | Self::Loudspeaker => Some(StatutoryType::CommuneRadio),
            Self::Portal | Self::PortalImage | Self::PortalBanner => Some(StatutoryType::Portal),
            Self::Banner | Self::Panel => Some(StatutoryType::NonCommercialDocument),
            Self::BulletinBoard => Some(StatutoryType::PublicBoard),
            Self::ChatGroup | Self::Campaign => Some(StatutoryType::SocialMessaging),
            Self::Meeting | Self::Briefing => Some(StatutoryType::LocalSpeaker),
            Self::Culture
            | Self::Training
            | Self::BusinessEvent
            | Self::Budget
            | Self::Opinion
            | Self::Report
            | Self::Theme => None,
        }
    }

    /// The type one act is reported under. What hangs in public is paper or a board: "bảng điện tử" is a public board.
    #[must_use]
    pub fn statutory_type_of(self, title: &str) -> Option<StatutoryType> {
        let board = || {
            let title = fold(title);
            ["bang dien tu", "bang led", "man hinh led", "bang tin"].iter().any(|word| title.contains(word))
        };
        if self == Self::Panel && board() { Some(StatutoryType::PublicBoard) } else { self.statutory_type() }
    }

    /// Whether people come to it: then how many were there is kept, and one act is one act however many came.
    #[must_use]
    pub const fn gathers_people(self) -> bool {
        matches!(self, Self::Meeting | Self::Culture | Self::Training | Self::BusinessEvent | Self::Briefing)
    }

    /// Whether it is put up in a place, in pieces.
    #[must_use]
    pub const fn is_put_up(self) -> bool {
        matches!(self, Self::Banner | Self::BulletinBoard | Self::Panel | Self::PortalBanner)
    }

    /// Whether what was put up is counted as long as it stands, so that taking it down is an act as well. Banners and
    /// bulletin boards are counted by having been put up.
    #[must_use]
    pub const fn can_be_taken_down(self) -> bool {
        matches!(self, Self::Panel | Self::PortalBanner)
    }

    /// Whether it is done or not, with nothing to be counted.
    #[must_use]
    pub const fn is_yes_or_no(self) -> bool {
        matches!(self, Self::PortalBanner | Self::Budget)
    }

    /// The channels a person may record on, in the order in which they are offered.
    pub fn recordable() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|channel| channel.is_recordable())
    }

    /// Whether a person may record an act on it; the others are counted from the service's own rows.
    #[must_use]
    pub const fn is_recordable(self) -> bool {
        !matches!(self, Self::ChatGroup | Self::Report | Self::Theme)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use std::collections::HashSet;

    use super::*;

    #[rstest]
    #[case("băng zôn", Channel::Banner)]
    #[case("Băng Rôn", Channel::Banner)]
    #[case("bang ron", Channel::Banner)]
    #[case("bangron", Channel::Banner)]
    #[case("bang_ron", Channel::Banner)]
    #[case("ba\u{306}ng ro\u{302}n", Channel::Banner)]
    #[case("cụm tin", Channel::BulletinBoard)]
    #[case("đài", Channel::Radio)]
    #[case("ĐÀI", Channel::Radio)]
    #[case("cổng", Channel::Portal)]
    #[case("Cổng TTĐT", Channel::Portal)]
    #[case(" loa ", Channel::Loudspeaker)]
    fn any_spelling_of_a_channel_is_read(#[case] typed: &str, #[case] expected: Channel) {
        assert_eq!(Channel::from_vietnamese(typed), Some(expected));
    }

    #[rstest]
    #[case("dai", Channel::Radio)]
    #[case("loa", Channel::Loudspeaker)]
    #[case("cong", Channel::Portal)]
    #[case("bangron", Channel::Banner)]
    #[case("cumtin", Channel::BulletinBoard)]
    #[case("hop", Channel::Meeting)]
    #[case("vanhoa", Channel::Culture)]
    #[case("pano", Channel::Panel)]
    #[case("taphuan", Channel::Training)]
    #[case("hoithao", Channel::BusinessEvent)]
    #[case("giaoban", Channel::Briefing)]
    fn the_command_word_of_a_channel_is_the_documented_one(#[case] word: &str, #[case] channel: Channel) {
        assert_eq!(channel.command_word(), word);
        assert!(channel.is_recordable());
    }

    #[rstest]
    #[case("")]
    #[case("   ")]
    #[case("bangro")]
    #[case("dai loa")]
    #[case("📢")]
    #[case("radio\u{200b}")]
    fn what_is_not_a_channels_word_is_nothing(#[case] typed: &str) {
        assert_eq!(Channel::from_vietnamese(typed), None);
    }

    #[test]
    fn a_huge_word_is_refused_before_it_is_folded() {
        assert_eq!(Channel::from_vietnamese(&"dai ".repeat(3_000_000)), None);
    }

    #[test]
    fn every_channel_has_words_and_no_word_means_two_channels() {
        let words: Vec<_> = WORDS.iter().flat_map(|(_, words)| words.iter()).collect();
        let distinct: HashSet<_> = words.iter().collect();
        assert_eq!(words.len(), distinct.len());
        for channel in Channel::ALL {
            assert_eq!(Channel::from_vietnamese(channel.command_word()), Some(*channel));
            assert!(!channel.vietnamese().is_empty());
        }
    }

    #[rstest]
    #[case("băng đờ rôn", Channel::Banner)]
    #[case("Màn hình LED", Channel::Panel)]
    #[case("hội nghị tập huấn", Channel::Training)]
    #[case("họp giao ban", Channel::Briefing)]
    #[case("ý kiến", Channel::Opinion)]
    #[case("MXH", Channel::Campaign)]
    #[case("bố trí kinh phí", Channel::Budget)]
    #[case("gắn banner", Channel::PortalBanner)]
    #[case("gặp mặt doanh nghiệp", Channel::BusinessEvent)]
    #[case("ảnh đẹp", Channel::PortalImage)]
    fn what_staff_call_a_channel_is_its_word(#[case] typed: &str, #[case] expected: Channel) {
        assert_eq!(Channel::from_vietnamese(typed), Some(expected));
    }

    #[rstest]
    #[case(Channel::Panel, "Pano ở ngã tư", Some(StatutoryType::NonCommercialDocument))]
    #[case(Channel::Panel, "Bảng điện tử trước chợ", Some(StatutoryType::PublicBoard))]
    #[case(Channel::Banner, "bảng điện tử", Some(StatutoryType::NonCommercialDocument))]
    #[case(Channel::Opinion, "", None)]
    fn an_act_has_the_type_of_what_was_done(
        #[case] channel: Channel,
        #[case] title: &str,
        #[case] expected: Option<StatutoryType>,
    ) {
        assert_eq!(channel.statutory_type_of(title), expected);
    }

    #[test]
    fn the_chat_group_channel_is_never_recorded_by_hand() {
        assert!(!Channel::ChatGroup.is_recordable());
        assert_eq!(Channel::ChatGroup.statutory_type(), Some(StatutoryType::SocialMessaging));
    }
}
