//! The document types and their abbreviations.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// The type of a document (*tên loại*), after Nghị định 30/2020/NĐ-CP, Phụ lục III, with the law-level and
    /// Party types that reach a commune from above.
    pub enum DocumentType {
        /// Nghị quyết.
        Resolution => "nghi_quyet",
        /// Quyết định.
        Decision => "quyet_dinh",
        /// Chỉ thị.
        Directive => "chi_thi",
        /// Quy chế.
        Statute => "quy_che",
        /// Quy định.
        Regulation => "quy_dinh",
        /// Thông cáo.
        Communique => "thong_cao",
        /// Thông báo.
        Notice => "thong_bao",
        /// Hướng dẫn.
        Guidance => "huong_dan",
        /// Chương trình.
        Programme => "chuong_trinh",
        /// Kế hoạch.
        Plan => "ke_hoach",
        /// Phương án.
        Contingency => "phuong_an",
        /// Đề án.
        Scheme => "de_an",
        /// Dự án.
        Project => "du_an",
        /// Báo cáo.
        Report => "bao_cao",
        /// Biên bản.
        Minutes => "bien_ban",
        /// Tờ trình.
        Submission => "to_trinh",
        /// Hợp đồng.
        Contract => "hop_dong",
        /// Công điện.
        Telegram => "cong_dien",
        /// Bản ghi nhớ.
        Memorandum => "ban_ghi_nho",
        /// Bản thỏa thuận.
        Agreement => "ban_thoa_thuan",
        /// Giấy ủy quyền.
        Authorisation => "giay_uy_quyen",
        /// Giấy mời.
        Invitation => "giay_moi",
        /// Giấy giới thiệu.
        Introduction => "giay_gioi_thieu",
        /// Giấy nghỉ phép.
        Leave => "giay_nghi_phep",
        /// Phiếu gửi.
        SendingSlip => "phieu_gui",
        /// Phiếu chuyển.
        TransferSlip => "phieu_chuyen",
        /// Phiếu báo.
        NoticeSlip => "phieu_bao",
        /// Bản sao y.
        TrueCopy => "sao_y",
        /// Bản trích sao.
        Extract => "trich_sao",
        /// Bản sao lục.
        Duplicate => "sao_luc",
        /// Nghị định, from the Government.
        Decree => "nghi_dinh",
        /// Thông tư, from a ministry.
        Circular => "thong_tu",
        /// Thông tư liên tịch.
        JointCircular => "thong_tu_lien_tich",
        /// Kết luận, a Party type.
        Conclusion => "ket_luan",
        /// Công văn: it has no abbreviation in the decree; "CV" lives in speech and in Party documents only.
        OfficialLetter => "cong_van",
    }
}

/// One row of the table: abbreviation as printed, Vietnamese name, and the type.
type Row = (&'static str, &'static str, DocumentType);

/// Abbreviations are told apart by `Đ`: `ĐA` is not `DA`, `HĐ` is not `HD`, `CĐ` is not `CD`.
const TABLE: &[Row] = &[
    ("NQ", "Nghị quyết", DocumentType::Resolution),
    ("QĐ", "Quyết định", DocumentType::Decision),
    ("CT", "Chỉ thị", DocumentType::Directive),
    ("QC", "Quy chế", DocumentType::Statute),
    ("QyĐ", "Quy định", DocumentType::Regulation),
    ("TC", "Thông cáo", DocumentType::Communique),
    ("TB", "Thông báo", DocumentType::Notice),
    ("HD", "Hướng dẫn", DocumentType::Guidance),
    ("CTr", "Chương trình", DocumentType::Programme),
    ("KH", "Kế hoạch", DocumentType::Plan),
    ("PA", "Phương án", DocumentType::Contingency),
    ("ĐA", "Đề án", DocumentType::Scheme),
    ("DA", "Dự án", DocumentType::Project),
    ("BC", "Báo cáo", DocumentType::Report),
    ("BB", "Biên bản", DocumentType::Minutes),
    ("TTr", "Tờ trình", DocumentType::Submission),
    ("HĐ", "Hợp đồng", DocumentType::Contract),
    ("CĐ", "Công điện", DocumentType::Telegram),
    ("BGN", "Bản ghi nhớ", DocumentType::Memorandum),
    ("BTT", "Bản thỏa thuận", DocumentType::Agreement),
    ("GUQ", "Giấy ủy quyền", DocumentType::Authorisation),
    ("GM", "Giấy mời", DocumentType::Invitation),
    ("GGT", "Giấy giới thiệu", DocumentType::Introduction),
    ("GNP", "Giấy nghỉ phép", DocumentType::Leave),
    ("PG", "Phiếu gửi", DocumentType::SendingSlip),
    ("PC", "Phiếu chuyển", DocumentType::TransferSlip),
    ("PB", "Phiếu báo", DocumentType::NoticeSlip),
    ("SY", "Bản sao y", DocumentType::TrueCopy),
    ("TrS", "Bản trích sao", DocumentType::Extract),
    ("SL", "Bản sao lục", DocumentType::Duplicate),
    ("NĐ", "Nghị định", DocumentType::Decree),
    ("TT", "Thông tư", DocumentType::Circular),
    ("TTLT", "Thông tư liên tịch", DocumentType::JointCircular),
    ("KL", "Kết luận", DocumentType::Conclusion),
    ("CV", "Công văn", DocumentType::OfficialLetter),
];

/// What people type without a Vietnamese keyboard, only where no other type is spelled so.
const UNACCENTED: &[(&str, DocumentType)] = &[("QD", DocumentType::Decision), ("QyD", DocumentType::Regulation)];

impl DocumentType {
    /// The abbreviation as printed in a symbol, e.g. `QĐ`. For a công văn it is the `CV` of speech and of Party
    /// documents; a state công văn prints no type at all.
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        self.row().0
    }

    /// The Vietnamese name with its capital letter, e.g. `Kế hoạch`.
    #[must_use]
    pub fn vietnamese_name(self) -> &'static str {
        self.row().1
    }

    /// The type printed as `word` in a state symbol. The whole word must match, apart from letter case: `CĐ` is
    /// a công điện and `CĐS` is nothing. `CV` is not in the decree's table and gives `None`.
    #[must_use]
    pub fn from_abbreviation(word: &str) -> Option<Self> {
        Self::from_speech(word).filter(|kind| *kind != Self::OfficialLetter)
    }

    /// Like [`DocumentType::from_abbreviation`], with the `CV` of speech and of Party documents.
    #[must_use]
    pub fn from_speech(word: &str) -> Option<Self> {
        let word = canonical(word);
        let same = |abbreviation: &str| canonical(abbreviation) == word;
        let printed = TABLE.iter().find(|row| same(row.0)).map(|row| row.2);
        printed.or_else(|| UNACCENTED.iter().find(|row| same(row.0)).map(|row| row.1))
    }

    /// The type whose Vietnamese name is `name`, compared without accents and letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = crate::domain::text::fold(name);
        TABLE.iter().find(|row| crate::domain::text::fold(row.1) == name).map(|row| row.2)
    }

    fn row(self) -> &'static Row {
        // The table has a row for every variant; a test walks `ALL`. The fallback keeps this total.
        TABLE.iter().find(|row| row.2 == self).unwrap_or(&TABLE[0])
    }
}

/// Letter case does not tell types apart; neither does the look-alike `Ð` (U+00D0), which NFC repair turns into `Đ`.
fn canonical(word: &str) -> String {
    crate::domain::text::nfc(word.trim()).to_lowercase()
}
