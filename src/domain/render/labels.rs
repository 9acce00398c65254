//! The fixed words of a rendered bulletin, loaded once from the locale file.

/// Declares the labels with the keys they have in the locale file.
macro_rules! labels {
    ($($(#[$meta:meta])* $field:ident => $key:literal),+ $(,)?) => {
        /// Every fixed word of a rendered bulletin.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Labels { $($(#[$meta])* pub $field: String),+ }

        impl Labels {
            /// The keys in the locale file, in the order of the fields.
            pub const KEYS: &'static [&'static str] = &[$($key),+];

            /// Loads every label; `find` gives the text of a key.
            #[must_use]
            pub fn load(mut find: impl FnMut(&'static str) -> String) -> Self {
                Self { $($field: find($key)),+ }
            }
        }
    };
}

labels! {
    /// Heads a directive: "VĂN BẢN CHỈ ĐẠO".
    directive => "bulletin-directive",
    /// Heads an announcement: "THÔNG BÁO".
    announcement => "bulletin-announcement",
    /// Heads a loudspeaker script.
    script => "bulletin-script",
    /// Stands above everything of an exercise: "DIỄN TẬP…".
    exercise => "bulletin-exercise",
    /// Heads a correction, before the code: "ĐÍNH CHÍNH".
    correction => "bulletin-correction",
    /// Before the number of a correction: "lần".
    nth => "bulletin-nth",
    /// Marks what is sent a second time: "(gửi lại)".
    resent => "bulletin-resent",
    /// Before the code: "Mã:".
    code => "bulletin-code",
    /// Before the urgency: "Mức độ:".
    urgency => "bulletin-urgency",
    /// Before the deadline: "⏰ Hạn: trước".
    deadline => "bulletin-deadline",
    /// Behind the number of pages: "trang".
    pages => "bulletin-pages",
    /// Behind a file that can be neither sent nor linked: "(không kèm tệp)".
    no_file => "bulletin-no-file",
    /// Asks to press or reply.
    ask_press => "bulletin-ask-press",
    /// Asks to reply, where there are no buttons.
    ask_reply => "bulletin-ask-reply",
    /// Asks to press or reply at once, on an urgent bulletin.
    ask_press_urgent => "bulletin-ask-press-urgent",
    /// Asks to reply at once, where there are no buttons.
    ask_reply_urgent => "bulletin-ask-reply-urgent",
    /// Asks to press or reply when the script was read.
    ask_aired_press => "bulletin-ask-aired-press",
    /// Asks to reply when the script was read, where there are no buttons.
    ask_aired_reply => "bulletin-ask-aired-reply",
    /// Before the contact of a directive: "Đầu mối:".
    contact => "bulletin-contact",
    /// Before the contact of an announcement: "Cần hỏi thêm:".
    contact_residents => "bulletin-contact-residents",
    /// Before the contact of an urgent bulletin: "☎".
    contact_urgent => "bulletin-contact-urgent",
    /// Before the code at the end: "Kiểm tra tin thật: nhắn /xacminh".
    verify => "bulletin-verify",
    /// On the button that acknowledges: "✅ Đã nhận".
    ack_button => "button-ack",
    /// On the button that says it was aired: "📢 Đã phát loa".
    aired_button => "button-aired",
}
