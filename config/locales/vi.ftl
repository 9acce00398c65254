### Every sentence Loa writes to a person, in chat, on a page or in a report. Vietnamese; code, logs and --help are English.
###
### How to write here
### - One section a room; a new sentence goes into the section its prefix names. Keys are lower-case words with hyphens.
### - Polite and short, "đồng chí" to officials, "bà con" to residents. Say what is so, then the next step.
### - "Đã gửi", "đã nhận" and "đã triển khai" are three different things: use the one that is proven.
### - Arguments are lower-case with underscores, as they are named in the code: { $code }, { $unit_name }.
###   Whole numbers are printed as they are; amounts that need a thousands dot are grouped by the code.
### - A head who has not answered is "chưa xác nhận", never "chưa đọc". Nobody is blamed and nobody is ranked.
### - A test renders every key, finds no key nobody uses and no use without a key, and compares the arguments.

## denied-: the person may not do it. Says who may, or what is missing; never whether the thing exists.

denied-not-registered = Đồng chí chưa được cấp quyền. Xin nhắn quản trị của xã để nhận mã mời, rồi gửi: /dangky mã-mời
denied-unconfirmed = Tài khoản này chưa được xác nhận, chưa làm được việc này. Xác nhận: từ tài khoản cũ của đồng chí, hoặc quản trị của xã.
denied-missing-role = Việc này cần quyền { $role }. Xin liên hệ quản trị của xã nếu đồng chí được giao việc này.
denied-own-bulletin = Người soạn không được tự duyệt. Xin chờ đồng chí có quyền duyệt khác.
denied-no-seat = Việc xác nhận do trưởng thôn, cấp phó đã đăng ký hoặc người phụ trách đơn vị thực hiện. Nếu đồng chí vừa nhận nhiệm vụ, xin báo quản trị để cập nhật.

## not-found-: the thing named does not exist. { $name } is what was typed.

not-found-bulletin = Không thấy bản tin { $name }. Xin kiểm tra lại mã, ví dụ VB-2025-0042, hoặc xem /lich.
not-found-person = Không thấy cán bộ { $name }. Xin kiểm tra lại tên hoặc xem /canbo.
not-found-unit = Không thấy đơn vị { $name }. Xin kiểm tra lại mã hoặc xem /donvi.
not-found-group = Không thấy nhóm { $name }. Xin xem danh sách tại /nhom.
not-found-plan = Không thấy kế hoạch { $name }. Xin xem /kehoach.
not-found-invite = Mã mời này không dùng được. Xin nhắn quản trị để nhận mã mới.

## refused-: the input or the state does not permit it. Says why, and what to do instead.

# Codes that bind a person's account or a group.
refused-code-expired = Mã mời đã hết hạn. Xin nhắn quản trị để nhận mã mới.
refused-code-used = Mã mời này đã được dùng. Mỗi mã chỉ dùng một lần; xin nhắn quản trị để nhận mã mới.
refused-code-unknown = Mã mời này không dùng được. Xin kiểm tra lại từng chữ, hoặc nhắn quản trị để nhận mã mới.
refused-code-taken = Mã mời này đã có người khác nhập. Xin nhắn quản trị để nhận mã của riêng đồng chí.
refused-code-replaced = Mã mời này đã được thay bằng mã khác. Xin dùng mã mới nhất, hoặc nhắn quản trị.
refused-code-for-person = Mã này dành cho cá nhân. Xin gửi /dangky kèm mã trong tin nhắn riêng với bot.
refused-code-for-group = Mã này dành cho nhóm chat. Xin gửi mã trong chính nhóm cần gắn.
refused-code-not-in-group = Mã này chỉ dùng trong nhóm chat. Xin mở nhóm cần gắn rồi gửi mã tại đó.
refused-account-settled = Tài khoản này đã được xử lý trước đó.
refused-lock-own = Đây là tài khoản duy nhất còn mở của đồng chí. Nhờ quản trị khác khóa, hoặc người phụ trách máy chủ: loa org lock
refused-code-not-typed = Chưa có ai nhập mã mời này. Xin nhắc người được mời gửi mã, rồi xác nhận lại.
refused-account-linked = Tài khoản chat này đã gắn với người khác. Xin nhắn quản trị để kiểm tra.
refused-notice-changed = Nội dung thông báo dữ liệu cá nhân vừa thay đổi. Xin đọc bản mới rồi bấm "Đồng ý".
refused-notice-first = Người được mời chưa đồng ý với thông báo dữ liệu cá nhân. Xin đề nghị người đó đồng ý trước.
refused-chat-gateway = Nhóm này được khai cho cổng { $gateway }. Xin gửi mã trong nhóm chat thuộc cổng đó.
refused-chat-bound = Khung chat này đã gắn với nhóm { $group }. Xin gỡ gắn nhóm đó trước: /ganhom gỡ mã-nhóm
refused-slot-bound = Nhóm { $group } đã gắn với một khung chat. Xin gỡ gắn trước khi gắn lại: /ganhom gỡ mã-nhóm
refused-group-ambiguous = Có nhiều nhóm như vậy: { $codes }. Xin gõ đúng mã một nhóm.
refused-slot-relay = Nhóm { $group } do trưởng thôn tự đăng, không gắn với khung chat nào.
refused-relay-bound = Nhóm { $group } đang gắn với một khung chat. Xin gỡ gắn trước khi chuyển sang thôn tự đăng: /ganhom gỡ mã-nhóm
refused-slot-unbound = Nhóm này chưa gắn với khung chat nào, không có gì để gỡ.
refused-group-budget = Cổng { $gateway } chỉ được vào { $limit } nhóm và đã đủ: { $groups }. Xin gỡ gắn một nhóm trước: /ganhom gỡ mã-nhóm

## bulletin-: fixed words of a bulletin as groups receive it. Their form is fixed: heads learn to look for them.

bulletin-directive = VĂN BẢN CHỈ ĐẠO
bulletin-announcement = THÔNG BÁO
bulletin-script = BÀI PHÁT LOA
bulletin-exercise = 🟠 DIỄN TẬP – không phải tình huống thật
bulletin-correction = ĐÍNH CHÍNH
bulletin-nth = lần
bulletin-resent = (gửi lại)
bulletin-code = Mã:
bulletin-urgency = Mức độ:
bulletin-deadline = ⏰ Hạn: trước
bulletin-pages = trang
bulletin-no-file = (không kèm tệp)
bulletin-ask-press = 👉 Đồng chí bấm "✅ Đã nhận" hoặc trả lời tin này: Đã nhận
bulletin-ask-reply = 👉 Đồng chí trả lời tin này: Đã nhận
bulletin-ask-press-urgent = 👉 Xác nhận NGAY: bấm "✅ Đã nhận" hoặc trả lời: Rõ
bulletin-ask-reply-urgent = 👉 Xác nhận NGAY: trả lời tin này: Rõ
bulletin-ask-aired-press = 📢 Phát xong, bấm "📢 Đã phát loa" hoặc trả lời tin này: Đã phát
bulletin-ask-aired-reply = 📢 Phát xong, trả lời tin này: Đã phát
bulletin-contact = Đầu mối:
bulletin-contact-residents = Cần hỏi thêm:
bulletin-contact-urgent = ☎
bulletin-verify = Kiểm tra tin thật: nhắn /xacminh

## label-: other short words put into messages.

## button-: what stands on a button. Short: a phone shows about 20 characters.

button-ack = ✅ Đã nhận
button-aired = 📢 Đã phát loa

## toast-: the short line a press on a button answers with, at most 200 characters.

## wall-: the standing of acknowledgements, edited into the group's message.

withdrawn-line = ⛔ TIN { $code } ĐÃ THU HỒI ({ $time })
withdrawn-notice =
    { $line }
    Lý do: { $reason }
    Đề nghị không làm theo, không chuyển tiếp tin này.
withdrawn-relay = Đã đăng vào nhóm dân thì đề nghị đồng chí báo lại trong nhóm.

## card-: what an approver, a composer or an admin gets to decide on or must know of a bulletin.

## desk-<command>-: answers of one command, for example desk-duyet-done.

## remind-: reminders to groups and lists for whoever calls.

## status-: words of delivery and acknowledgement.

## plan-: targets, periods and their words.

## alert-: what an admin must know now.

## help-<command>: one line for the list, then the usage.

## notice-: personal data. Its version is stored with the consent: another wording needs another version.

notice-version = 2026-02
notice-data =
    THÔNG BÁO VỀ DỮ LIỆU CÁ NHÂN (bản { notice-version })
    1. UBND xã { $commune } lưu: họ tên, chức danh, đơn vị, thời gian giữ nhiệm vụ, mã tài khoản chat, và số điện thoại nếu xã nhập (chỉ để gọi khi chưa xác nhận tin).
    2. Mục đích: gửi văn bản, thông báo và ghi nhận việc đã nhận, đã triển khai. Không lưu CCCD, ngày sinh, danh bạ, tin trò chuyện khác.
    3. Dữ liệu ở máy chủ của UBND xã; chỉ cán bộ được giao việc mới xem được.
    4. Đồng chí có quyền xem, yêu cầu sửa, xóa dữ liệu của mình: nhắn quản trị của xã; UBND xã trả lời trong 2 ngày làm việc.
    5. Việc đồng ý là tự nguyện và rút lại được bất cứ lúc nào. Nếu đồng ý, bấm "Đồng ý" hoặc trả lời: Đồng ý

# Composing and deciding.

compose-not-here = Đồng chí soạn tin trong tin nhắn riêng với bot hoặc trong nhóm cơ quan.
compose-left-other = Đã bỏ bản đang soạn dở.
compose-left = Đã bỏ, không lưu gì. Soạn lại: /vanban hoặc /thongbao.
compose-lost = Bản đang soạn không đọc lại được. Đồng chí soạn lại giúp: /vanban hoặc /thongbao.
compose-skip = Bỏ qua
compose-choose = Đồng chí bấm nút hoặc gõ số của một lựa chọn.
compose-all-defaults = ⏩ Mặc định hết
compose-as-read = Đúng: { $found }

compose-link-later = (liên kết có khi gửi)
compose-upload = Khung chat này không nhận được tệp. Đồng chí gửi tệp tại trang sau (dùng một lần, trong { $minutes } phút): { $address }
compose-no-upload = Khung chat này không nhận được tệp và hệ thống chưa có trang nhận tệp; đồng chí gõ nội dung, hoặc soạn tin từ khung chat khác.
compose-ask-file =
    ⚠️ Trước khi gửi tệp: tệp gửi cho bot là đã đi qua mạng bên ngoài. TUYỆT ĐỐI KHÔNG gửi tài liệu mật (Luật Bảo vệ bí mật nhà nước 117/2025/QH15); có tài liệu mật thì chuyển văn thư.
    Đồng chí gửi tệp văn bản (PDF hoặc Word, tối đa 20 MB). Gửi thêm tệp ở bước nào cũng được.
    Gõ "thôi" để bỏ, "quay lại" để sửa bước trước.
compose-no-file = Bỏ qua (không có tệp)
compose-file-expected = Bước này chờ tệp. Đồng chí gửi tệp, hoặc gõ "bỏ qua".
compose-file-taken = 📎 Đã nhận tệp { $name }. (Gõ "thôi" để bỏ, "quay lại" để sửa bước trước.)
compose-file-added = 📎 Đã thêm tệp thứ { $count }: { $name }.
compose-file-known = Tệp này đã có trong bản soạn.
compose-file-not-taken = Không nhận được tệp này. Đồng chí gửi lại, hoặc trả lời câu hỏi dưới đây.
compose-files-many = Mỗi tin kèm tối đa { $limit } tệp; tệp này không được thêm.
compose-file-too-large = Tệp { $size } MB quá lớn, bot chỉ nhận được đến { $limit } MB. Đồng chí nén hoặc tách tệp rồi gửi lại.
compose-file-empty = Tệp rỗng. Đồng chí kiểm tra rồi gửi lại.
compose-file-unreachable = Không tải được tệp từ nền tảng chat (tệp quá 20 MB, hoặc kết nối lỗi). Đồng chí gửi lại tệp.
compose-secret-next = Bản soạn và tệp đã xóa khỏi hệ thống. Đồng chí xóa ngay tin có tệp trong khung chat này và báo văn thư. Không gửi tài liệu mật qua chat.

compose-ask-reference = Số, ký hiệu văn bản? Ví dụ: 101/KH-UBND. Chưa có số thì gõ: /KH-UBND
compose-reference-type-only = Hiểu loại là { $name }. Đồng chí gõ cả ký hiệu, ví dụ: /{ $symbol }-UBND
compose-reference-not-understood = Không hiểu số, ký hiệu. Ví dụ: 101/KH-UBND; 58/UBND-VHXH; 57-NQ/TW; chưa có số: /KH-UBND
compose-reference-taken = Hiểu là: { $name } số { $reference }
compose-ask-date = Ngày ban hành? Ví dụ: 25/7/2025, hoặc chỉ tháng: 7/2025.
compose-date-taken = Hiểu là: ban hành { $date }
compose-date-not-understood = Không hiểu ngày ban hành. Ví dụ: 25/7/2025 hoặc 7/2025.
compose-date-impossible = Không có ngày đó. Đồng chí xem lại ngày, tháng, năm (đủ bốn chữ số).
compose-ask-issuer = Cơ quan ban hành? Chọn, hoặc gõ tên cơ quan.
compose-issuer-local = { $issuer } (địa phương)
compose-issuer-superior = { $issuer } (cấp trên)
compose-issuer-other = Cơ quan cấp trên khác
compose-issuer-taken = Hiểu là: { $issuer } ban hành (văn bản { $level })
compose-issuer-not-understood = Không hiểu tên cơ quan. Ví dụ: Sở Khoa học và Công nghệ.
compose-ask-issuer-name = Tên cơ quan cấp trên ban hành? Ví dụ: Sở Khoa học và Công nghệ.
compose-ask-level = { $issuer } thuộc cấp nào?
compose-level-superior = Cấp trên
compose-level-local = Địa phương
compose-duplicate = Đã có { $code } ({ $composer }, { $state }). Gửi thêm vẫn được?
compose-duplicate-no = Không gửi thêm
compose-duplicate-yes = Vẫn gửi thêm

compose-ask-title = Trích yếu? Một câu nói rõ việc gì (tối đa { $limit } ký tự).
compose-ask-title-read = Trích yếu đọc được: "{ $found }". Bấm nút nếu đúng, hoặc gõ trích yếu khác.
compose-title-as-read = Đúng như trên
compose-ask-heading = Tiêu đề thông báo? Một câu (tối đa { $limit } ký tự). Gõ "thôi" để bỏ, "quay lại" để sửa bước trước.
compose-ask-body = Nội dung: đề nghị ai làm gì? Mỗi việc một dòng (tối đa { $limit } ký tự); phần dài để trong tệp.
compose-body-as-sent = Dùng lời kèm tệp
compose-no-body = Bỏ qua
compose-ask-text = Nội dung thông báo tới bà con? (tối đa { $limit } ký tự)
compose-ask-urgency = Độ khẩn?
compose-ask-reason = Lý do mức { $urgency }? Ghi ngắn, ví dụ: bão số 10. Lý do hiện trên thẻ duyệt và báo cáo tháng.
compose-ask-urgent-heading = Tin khẩn về việc gì? Một câu (tối đa { $limit } ký tự). Gõ "thôi" để bỏ, "quay lại" để sửa bước trước.
compose-ask-urgent-text = Yêu cầu các thôn làm gì NGAY? Mỗi việc một dòng (tối đa { $limit } ký tự).
compose-ask-residents = Bản ngắn cho bà con (mã riêng, gửi nhóm dân, không cần xác nhận; tối đa { $limit } ký tự)? Gõ lời, hoặc bỏ qua.
compose-quorum = Hiểu là: đủ { $quorum } đơn vị xác nhận thì thôi nhắc.
compose-may-release = Đồng chí đang trực ban: bấm nút dưới hoặc gõ /duyet { $code } để phát ngay; người duyệt phê duyệt sau.

compose-ask-secrecy = Độ mật? Bắt buộc chọn cho từng tin, không có mặc định.
compose-not-secret = Không mật
compose-secret = Mật
compose-top-secret = Tối mật
compose-most-secret = Tuyệt mật
compose-ask-unreadable = Máy không đọc được chữ ở trang 1 của tệp (bản chụp, bản quét hoặc phông cũ) nên không kiểm tra được dấu mật. Đồng chí cam đoan đã tự xem trang 1 và tài liệu không có dấu chỉ độ mật? Lời cam đoan được ghi lại.
compose-seen-not-secret = Tôi đã xem, không có dấu mật
compose-not-sure = Không chắc, bỏ bản này

compose-ask-audience = Gửi tới đâu? Chọn, hoặc gõ, ví dụ: Trưởng thôn; thôn 3, 5; phong + truong; thon - thon:07
compose-audience-default = Mặc định ({ $groups } nhóm)
compose-audience-narrower = Mặc định, trừ { $units } đơn vị chưa có nhóm ({ $groups } nhóm)
compose-audience-named = { $name } ({ $groups } nhóm)
compose-audience-taken = Hiểu là: gửi tới { $audience }: { $reach }
compose-reach = { $groups } nhóm
compose-reach-relays = { $groups } nhóm, trong đó { $relays } nhóm thôn tự đăng
compose-reach-people = { $groups } nhóm, khoảng { $people } người
compose-reach-people-some = { $groups } nhóm, ít nhất { $people } người ({ $unknown } nhóm chưa rõ số người)

# Both wordings: residents' groups besides others in one audience.
compose-ask-wording = Trong nơi nhận có nhóm dân. Lời riêng cho bà con (ngắn gọn, ứng dụng, thiết thực)? Gõ lời, tối đa { $limit } ký tự; hoặc dùng chung.
compose-residents-same = Dùng chung một nội dung
compose-residents-taken = Nhóm dân sẽ đọc lời riêng, không có nút và không phải xác nhận.

compose-ask-deadline = Hạn xác nhận? Gõ hạn, ví dụ: trước 17h thứ ba. Chỉ cần một số đơn vị thì gõ thêm, ví dụ: đủ 20.
compose-window-working-day = Mặc định: hết ngày làm việc sau ngày gửi
compose-window-hours = Mặc định: { $hours } giờ sau khi gửi
compose-window-minutes = Mặc định: { $minutes } phút sau khi gửi
compose-ack-not-wanted = Không cần xác nhận
compose-no-ack = Không yêu cầu xác nhận.
compose-ask-send = Giờ gửi? Gõ giờ, ví dụ: thứ hai 7h30; hoặc "ngay"; hoặc lịch lặp: thứ hai hằng tuần 7h.
compose-send-when-approved = Ngay khi được duyệt
compose-send-now = Hiểu là: gửi ngay khi được duyệt.
compose-outside-window = Ngoài khung giờ. Gửi lúc { $time }?
compose-near-today = { $time } hôm nay
compose-near-tomorrow = { $time } ngày mai
compose-another-time = Nhập giờ khác

compose-understood = Hiểu là: { $full }
compose-understood-said = Hiểu là: { $said } ({ $full })
compose-understood-next-week = Hiểu là: { $full } (giờ đó hôm nay đã qua nên là tuần sau)
compose-time-tomorrow = { $time } { $part } mai, { $weekday } { $date }
compose-time-which = Giờ này có thể hiểu nhiều cách. Ý đồng chí là?
compose-time-past = { $time } đã qua. Đồng chí nhập giờ khác.
compose-time-next-year = { $past } đã qua. Ý đồng chí là { $next }?
compose-time-empty = Đồng chí nhập giờ, ví dụ: thứ hai 7h30.
compose-time-not-understood = Không hiểu "{ $piece }". Ví dụ: 7h30; sáng mai; thứ hai 7h30; 17h ngày 29/7.
compose-time-no-date = Không có ngày { $date }. Đồng chí nhập lại.
compose-time-no-hour = Không có giờ { $hour }. Đồng chí nhập lại, từ 0h đến 23h59.
compose-time-weekday = Ngày { $date } là { $weekday }, không phải { $said }. Đồng chí nhập lại.
compose-time-lunar = Đó là ngày âm lịch: xin nhập ngày dương.
compose-time-recurring = Đây là lịch lặp lại, chỉ đặt ở câu hỏi giờ gửi khi soạn tin. Đồng chí nhập một giờ.

compose-ask-theme = Thuộc kế hoạch "{ $plan }". Chủ đề nào?
compose-no-theme = Không theo chủ đề
compose-off-plan = Ngoài kế hoạch
compose-plan-none = ngoài kế hoạch

compose-preview =
    👁 XEM TRƯỚC, đúng như người nhận thấy (mã được cấp khi gửi duyệt):
    ────────
    { $shown }
    ────────
    Gửi tới: { $audience } ({ $reach })
    Văn bản { $level } | Độ khẩn: { $urgency } | Kế hoạch: { $plan }
    { $understood }
compose-preview-for = ▸ { $group }:
compose-when-approved = ngay khi được duyệt
compose-understood-both = Hiểu là: gửi { $send }; hạn { $deadline }
compose-understood-send = Hiểu là: gửi { $send }; không yêu cầu xác nhận
compose-submit = Gửi duyệt
compose-change-time = Sửa giờ
compose-stop = Hủy
compose-approvers-told = Đã gửi thẻ duyệt tới { $count } đồng chí.
compose-nobody-told = ⚠️ Chưa có người duyệt nào nhận được thẻ: đồng chí báo người duyệt gõ /choduyet.
compose-done =
    📝 { $code } – Chờ duyệt. { $told }
    Giờ gửi: { $send }. Chưa duyệt thì chưa gửi.
    Xem: /trangthai { $code } | Đổi giờ: /hen { $code } | Bỏ: /huy { $code }

decide-nothing-awaits = Không có tin nào chờ đồng chí duyệt.
decide-more-await = Còn { $count } tin chờ duyệt. Duyệt xong các tin trên, gõ lại /choduyet.
decide-approved-at = ✅ { $code }: Đã duyệt, gửi lúc { $time } ({ $groups } nhóm). Theo dõi: /trangthai { $code }
decide-approved-now = ✅ { $code }: Đã duyệt, gửi ngay ({ $time }, { $groups } nhóm). Theo dõi: /trangthai { $code }
decide-reject-how = Gõ mã tin và lý do, ví dụ: /tuchoi VB-2025-0042 thiếu tệp kèm. Danh sách: /choduyet
decide-ask-reason = Lý do trả lại { $code }? (Gõ "thôi" nếu không trả lại.)
decide-reason-inline = Đồng chí đang soạn dở một tin. Trả lại thì gõ cả lý do: /tuchoi { $code } lý do
decide-returned = ↩️ { $code }: đã trả lại người soạn.
decide-cancel-how = Gõ mã tin cần hủy, ví dụ: /huy VB-2025-0042. Danh sách: /lich
decide-ask-cancel = Hủy { $code }, không gửi nữa? Bấm nút, hoặc trả lời "có" / "không", hoặc gõ: /huy { $code } có
decide-cancel-yes = Có, hủy tin này
decide-no = Không
decide-recall-how = Gõ: /thuhoi mã lý do. Ví dụ: /thuhoi VB-2025-0042 sai thời hạn. Tin chưa gửi thì dùng /huy.
decide-recall-later = Đồng chí đang làm dở việc khác ở đây. Xong rồi gõ lại: /thuhoi { $code } lý do
decide-ask-recall =
    Thu hồi { $code }? Mọi nhóm đã nhận tin sẽ đọc: "đã thu hồi", lý do: { $reason }
    Tin đã gửi không xóa được hết (tệp, tin trên Zalo vẫn còn); tin chưa gửi sẽ không gửi nữa.
decide-recall-yes = Thu hồi
decide-recalled = ⛔ { $code }: đã thu hồi. Báo thu hồi tới { $told } nhóm; thay lời { $replaced } tin; dừng { $stopped } tin chưa gửi.
decide-cancelled = ✖️ { $code } đã hủy, sẽ không gửi.
decide-left = Giữ nguyên, không thay đổi gì.
decide-schedule-how = Gõ mã tin và giờ gửi, ví dụ: /hen VB-2025-0042 thứ hai 7h30
decide-schedule-when = Gửi { $code } lúc nào? Gõ: /hen { $code } thứ hai 7h30
decide-ask-move = { $code }: hiểu là gửi { $time }. Tin sẽ phải duyệt lại. Đúng không? (Bấm nút, hoặc trả lời "có" / "không".)
decide-ask-move-which = { $code }: chọn giờ gửi. Tin sẽ phải duyệt lại.
decide-move-yes = Đúng, gửi { $time }
decide-moved = 📝 { $code } (bản { $version }) – Chờ duyệt lại. Giờ gửi: { $time }.
decide-moved-deadline = 📝 { $code } (bản { $version }) – Chờ duyệt lại. Giờ gửi: { $time }. Hạn xác nhận vẫn là { $deadline }.

# Cards, walls, reminders, alerts, answers.
card-approval = 📝 { $code } (bản { $version }) chờ đồng chí duyệt
    Người soạn: { $composer }
    Mức độ: { $urgency }
    Trích yếu: { $title }
    { $body }
    📎 { $files }
    Gửi tới: { $audience } ({ $groups } nhóm, trong đó { $residents } nhóm dân)
    Giờ gửi: { $send }
    Hạn xác nhận: { $deadline }
card-wordings = ▸ Cán bộ, đảng viên đọc:
    { $cadres }
    ▸ Người dân đọc:
    { $residents }
card-send-when-approved = ngay khi được duyệt
card-ack-minutes = { $minutes } phút sau khi gửi
card-no-ack = không yêu cầu xác nhận
card-no-files = không kèm tệp
card-approved-now = ✅ { $code }: Đã duyệt, gửi ngay ({ $time }).
card-approved-at = ✅ { $code }: Đã duyệt, gửi lúc { $time }.
card-returned = ↩️ { $code } bị trả lại. Lý do: { $reason }
    Đồng chí soạn lại bằng /vanban hoặc /thongbao.
card-withdrawn = ⛔ { $code } đã được thu hồi. Lý do: { $reason }
card-doubts = ❓ { $code }: không rõ đã tới hay chưa: { $groups }. Đồng chí xem trong nhóm, rồi chọn "Đã thấy trong nhóm" hoặc "Gửi lại": /trangthai { $code }
button-look-doubts = Xem và xử lý
card-cancelled = ✖️ { $code } đã được hủy, sẽ không gửi.
card-still-unapproved = ⏳ { $code } chưa được duyệt, giờ hẹn gửi là { $time }. Quá giờ mà chưa duyệt thì tin không được gửi.
card-missed-unapproved = ⛔ { $code }: Quá giờ hẹn, chưa duyệt ({ $time }). Tin không gửi. Muốn gửi giờ khác: /hen { $code }
card-missed-down = ⛔ { $code }: quá giờ hẹn ({ $time }) do hệ thống ngừng, tin không gửi. Muốn gửi giờ khác: /hen { $code }
card-missed-ask = ❓ { $code }: hệ thống ngừng vào giờ hẹn ({ $time }), tin chưa gửi. Đồng chí bấm nút hoặc gõ số:
alert-restored-to-go = { $count } tin hẹn giờ vẫn sẽ gửi: { $bulletins }. Tin nào đã hủy, đổi giờ hoặc đã gửi sau lúc sao lưu thì hủy lại ngay: /lich
card-restored-ask = ❓ { $code }: dữ liệu vừa được lấy lại từ bản sao lưu, tin hẹn lúc { $time } có thể đã gửi. Đề nghị xem trong nhóm rồi bấm nút hoặc gõ số:
card-restored-passed-over = ⏭ { $code }: dữ liệu vừa được lấy lại từ bản sao lưu, lần gửi lúc { $time } có thể đã gửi nên không gửi lại. Lịch lặp vẫn tiếp tục: /lich { $code }
card-expired = ⛔ { $code }: tin đã hết hiệu lực trước khi gửi được (giờ hẹn { $time }).
card-no-recipients = ⛔ { $code }: không còn nhóm nào để gửi (giờ hẹn { $time }). Kiểm tra /nhom rồi /hen lại.
card-groups-changed = ℹ️ { $code }: danh sách nhóm đã thay đổi { $changed } nhóm so với lúc duyệt; đã gửi tới { $sent } nhóm vừa được duyệt vừa còn hiệu lực.
card-trouble = ⚠️ { $unit }: { $words }
    ({ $name }, về { $code }). Xem: /trangthai { $code }
wall-total = Toàn xã: { $done }/{ $all } đơn vị đã xác nhận
wall-digest = 📋 { $code }
    { $lines }
    { $total }
wall-line = ✅ { $unit }: đã nhận { $time } ({ $seat })
wall-total-proxy = Toàn xã: { $done }/{ $all } đơn vị đã xác nhận, { $proxy } đơn vị được gọi điện xác nhận hộ
wall-line-proxy = ☎ { $unit }: đã gọi, đã nhận { $time } (xác nhận hộ)
wall-line-late = ✅ { $unit }: đã nhận muộn { $time } ({ $seat })
remind-group = ⏰ Nhắc { $code }: chưa có xác nhận của { $units }. Hạn: { $deadline }.
    Đồng chí bấm "✅ Đã nhận" hoặc trả lời: Đã nhận.
remind-group-reply = ⏰ Nhắc { $code }: chưa có xác nhận của { $units }. Hạn: { $deadline }.
    Đồng chí trả lời tin này: Đã nhận { $code }
remind-list = ⏰ { $code }: hết hạn. Chưa xác nhận: { $open }/{ $all } { $noun }
remind-enough = ✅ { $code }: đã đủ { $done }/{ $all } { $noun } xác nhận (cần { $quorum }), không nhắc thêm. Chưa xác nhận:
remind-unreachable = 📵 { $code }: tin không tới được các đơn vị sau, cần gọi điện hoặc báo trực tiếp:
remind-all-done = ✅ { $code }: { $all }/{ $all } đơn vị đã xác nhận.
remind-line = • { $unit } – { $seat }: { $name }
remind-line-unreachable = • { $unit } – { $seat }: { $name } (tin không tới được nhóm)
label-vacant = khuyết
label-resent = (gửi lại)
label-issuer = UBND xã { $commune }
label-dear-heads = Kính gửi: Các đồng chí Trưởng thôn, cán bộ thôn.
label-dear-offices = Kính gửi: Các phòng, ban, đơn vị.
label-dear-residents = Kính gửi bà con nhân dân.
alert-group-lost = ⚠️ Nhóm "{ $group }": bot không còn gửi được ({ $reason }). Nhóm tạm dừng; thêm lại bot vào nhóm để tiếp tục.
alert-group-no-rights = ⚠️ Nhóm "{ $group }": bot không được phép gửi tin ({ $reason }). Nhóm tạm dừng; nhờ trưởng nhóm mở quyền rồi gõ /molai.
alert-group-no-files = ⚠️ Nhóm "{ $group }" không cho bot gửi tệp ({ $reason }). Văn bản vẫn gửi được; nhờ trưởng nhóm mở quyền gửi tệp.
alert-content-refused = ⛔ { $code }: nền tảng từ chối nội dung ({ $reason }). Đã dừng các nhóm còn lại.
alert-gateway-token = 🔴 { $gateway }: mã truy cập hết hạn. { $unsent }/{ $planned } nhóm chưa gửi. Cập nhật mã rồi khởi động lại, tin chưa gửi sẽ gửi tiếp.
alert-gateway-consent = 🔴 { $gateway }: mã truy cập hết hạn. { $unsent }/{ $planned } nhóm chưa gửi. Cấp quyền lại bằng lệnh trên máy chủ: loa gateway consent { $gateway }. Tin chưa gửi sẽ tự gửi tiếp.
alert-gateway-consent-page = 🔴 { $gateway }: mã truy cập hết hạn. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị quản trị OA mở trang này và bấm đồng ý: { $link } rồi trên máy chủ chạy: loa gateway consent { $gateway } --code "địa chỉ trang cuối". Tin chưa gửi sẽ tự gửi tiếp.
alert-gateway-conflict = 🔴 { $gateway }: có chương trình khác đang dùng chung tài khoản. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị tắt chương trình kia; tin chưa gửi sẽ tự gửi tiếp.
alert-gateway-account-disabled = 🔴 { $gateway }: Zalo đã khóa OA. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị quản trị OA liên hệ Zalo để mở lại; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-wrong-account = 🔴 { $gateway }: Zalo báo OA không có hoặc sai loại. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị kiểm tra oa_id trong tệp cài đặt rồi khởi động lại; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-app-inactive = 🔴 { $gateway }: ứng dụng Zalo chưa được phép gửi. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị vào trang developers.zalo.me bật ứng dụng, xin quyền API và xác thực OA; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-package = 🔴 { $gateway }: gói OA không đủ để gửi nhóm. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị nâng gói OA; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-balance = 🔴 { $gateway }: tài khoản ZCA hết tiền hoặc chưa có. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị nạp tiền ZCA; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-bad-proof = 🔴 { $gateway }: mã bí mật của ứng dụng không khớp. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị kiểm tra app_secret và appsecret_proof trong tệp cài đặt rồi khởi động lại; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-old-interface = 🔴 { $gateway }: Zalo đã bỏ cách gọi mà Loa đang dùng. { $unsent }/{ $planned } nhóm chưa gửi. Đề nghị nâng cấp Loa; tin chưa gửi sẽ tự gửi tiếp. ({ $detail })
alert-gateway-quota = 🔴 { $gateway }: nền tảng báo hết hạn mức gửi. { $unsent }/{ $planned } nhóm chưa gửi. Hệ thống tự thử lại từng lúc, có lại hạn mức là tự gửi tiếp.
alert-gateway-unreachable = 🟠 { $gateway }: không kết nối được nền tảng. { $unsent }/{ $planned } nhóm chưa gửi. Hệ thống tự thử lại.
alert-gateway-well = 🟢 { $gateway }: đã hoạt động lại, còn { $unsent } lượt chưa gửi.
alert-backup-failed = 🔴 Không sao lưu được dữ liệu; mỗi giờ thử lại một lần. Đề nghị xem ổ đĩa và thư mục sao lưu. ({ $detail })
alert-backup-old = 🔴 Bản sao lưu gần nhất đã quá cũ ({ $time }). Đề nghị xem /suckhoe và sửa ngay: máy hỏng lúc này là mất dữ liệu từ đó.
alert-restored = ⚠️ Dữ liệu vừa được lấy lại từ bản sao lưu lúc { $time }; việc làm sau lúc đó không còn trong máy. { $doubt } lượt gửi chưa rõ đã tới hay chưa, { $asked } tin hẹn giờ chờ người soạn quyết định. Mã đăng ký cũ không dùng được nữa. Đề nghị kiểm tra lại tài khoản đã khóa, số liệu và xác nhận trong khoảng đó.
alert-no-fallback = 📵 { $code }: { $gateway } đang lỗi, { $count } đơn vị không có nhóm dự phòng: { $units }. Cần gọi điện; tin tự gửi khi nền tảng hoạt động lại.
alert-no-fallback-budget = 📵 { $code }: { $gateway } giữ phần hạn mức cuối tháng cho tin khẩn, { $count } đơn vị không có nhóm dự phòng: { $units }. Cần gọi điện hoặc báo trực tiếp.
alert-no-fallback-chat = 📵 { $code }: không gửi được vào nhóm, { $count } đơn vị không có nhóm dự phòng: { $units }. Cần gọi điện hoặc báo trực tiếp.
alert-no-fallback-wait = 📵 { $code }: nền tảng bắt chờ mới gửi được, { $count } đơn vị không có nhóm dự phòng: { $units }. Cần gọi điện; hết giờ chờ tin tự gửi.
alert-asked-to-wait = 🟠 Nhóm "{ $group }": nền tảng bắt chờ đến { $time } mới gửi tiếp được. Các nhóm khác vẫn gửi.
alert-many-asked-to-wait = 🟠 { $gateway }: nền tảng bắt { $count } nhóm chờ, xem /suckhoe. Các nhóm khác vẫn gửi.
alert-budget = 🟡 { $gateway }: đã dùng { $used }/{ $limit } tin của tháng này. Từ 90 % chỉ còn gửi tin Khẩn trở lên.
alert-token-expires = 🟡 { $name }: mã truy cập hết hạn lúc { $time }. Đề nghị cấp lại trước ngày đó.
alert-group-expires = 🟡 Nhóm "{ $name }": gói nhóm hết hạn lúc { $time }. Đề nghị gia hạn để nhóm không bị đóng.
alert-group-disabled = ⚠️ Nhóm "{ $group }": nền tảng đã khóa nhóm, chưa gửi vào được. Đề nghị gia hạn gói nhóm trong trang quản trị OA; mở lại thì các tin sau tự gửi vào nhóm.
alert-group-out = ⚠️ Nhóm "{ $group }": tài khoản không còn trong nhóm ({ $reason }) và không thêm lại được. Nhóm tạm dừng; đề nghị tạo nhóm mới từ OA rồi gắn bằng /ganhom.
alert-group-well = 🟢 Nhóm "{ $group }": đã mở lại, gửi được bình thường.
button-approve = ✅ Duyệt
button-return = ↩️ Trả lại
toast-acknowledged = Đã ghi nhận { $units } đã nhận { $code }. Cảm ơn đồng chí.
toast-acknowledged-again = { $units } đã xác nhận { $code } trước đó. Cảm ơn đồng chí.
toast-aired = Đã ghi nhận { $units } phát loa ({ $code }). Cảm ơn đồng chí.
toast-not-yours = Nút này dành cho trưởng thôn hoặc phó thôn của nhóm.
toast-old-button = Nút này đã cũ.
toast-which = Đồng chí chọn giúp tin nào ở dưới.
desk-trouble-noted = Đã báo người soạn { $code } về vướng mắc này.
menu-numbers = Đồng chí trả lời bằng số:
    { $choices }
carried-answer =
    Trả lời riêng cho { $name } (nền tảng không cho gửi tin riêng lúc này):
    { $text }
carried-secret = Có câu trả lời riêng cho { $name } nhưng không gửi riêng được và không tiện đưa vào nhóm. Xin quan tâm tài khoản, nhắn một tin riêng rồi hỏi lại.
desk-not-understood = Tôi chưa hiểu. Đồng chí gõ /trogiup để xem các lệnh.
desk-content-hidden = Tôi không đọc được nội dung đồng chí vừa gửi nên chưa ghi nhận. Xin trả lời lại bằng chữ, ví dụ: đã nhận
desk-ask-which = Đồng chí xác nhận tin nào?
desk-nothing-open = Hiện không có tin nào chờ đồng chí xác nhận.
desk-aired = 📢 Đã ghi nhận phát loa hôm nay: { $units }.
desk-did-you-mean = Không có lệnh đó. Có phải /{ $command }?
desk-unknown-command = Không có lệnh đó. Gõ /trogiup để xem các lệnh.
desk-not-here = Lệnh /{ $command } chưa dùng được ở bản này. Gõ /trogiup để xem các lệnh.
refused-code-ambiguous = Có nhiều tin cùng số: { $codes }. Đồng chí gõ đủ mã.
refused-title-empty = Thiếu trích yếu. Đồng chí nhập trích yếu.
refused-title-long = Trích yếu dài { $count } ký tự, tối đa { $limit }. Đồng chí rút gọn giúp.
refused-body-long = Nội dung dài { $count } ký tự, tối đa { $limit }. Đồng chí rút gọn, phần dài để trong tệp kèm.
refused-residents-body-long = Lời cho bà con dài { $count } ký tự, tối đa { $limit }. Đồng chí rút gọn.
refused-residents-body-audience = Có lời riêng cho bà con thì nơi nhận phải có cả nhóm dân lẫn nhóm cán bộ. Đồng chí sửa nơi nhận, hoặc dùng chung một nội dung.
refused-body-empty = Thiếu nội dung. Đồng chí nhập nội dung thông báo.
refused-time-past = Giờ gửi đã qua. Đồng chí chọn giờ khác.
refused-deadline-before-send = Hạn xác nhận phải sau giờ gửi.
refused-expiry-before-send = Thời hạn hiệu lực phải sau giờ gửi.
refused-audience-unreadable = Không hiểu đối tượng từ "{ $rest }". Ví dụ: Trưởng thôn; thon:03,05; thon@residents; phong + truong.
refused-audience-unknown = Không có đơn vị: { $names }.
refused-audience-without-group = Chưa có nhóm cho: { $names }. Gắn nhóm bằng /ganhom hoặc loại ra, ví dụ "thon - thon:07".
refused-audience-empty = Đối tượng này không có nhóm nào để gửi.
refused-secret = Không nhận: tài liệu có dấu chỉ độ mật. Đề nghị chuyển văn thư xử lý theo Luật Bảo vệ bí mật nhà nước.
refused-secrecy-not-chosen = Đồng chí phải chọn "Không mật" cho từng tin.
refused-unreadable = Không đọc được chữ ở trang 1 của tệp. Đồng chí phải xác nhận đã tự xem và tài liệu không mật.
refused-cadre-mark = Tài liệu có dấu lưu hành hạn chế: chỉ gửi nhóm cán bộ, không gửi nhóm dân.
refused-personal-numbers = Nội dung có { $count } số căn cước hoặc số điện thoại: không gửi nhóm dân.
refused-party-document = Văn bản của Đảng: chỉ gửi nhóm cán bộ, không gửi nhóm dân.
refused-already-decided = Tin này đã được người khác duyệt.
refused-reason-missing = Đồng chí ghi lý do.
refused-not-awaiting = { $code } không ở trạng thái chờ duyệt ({ $state }).
refused-version-changed = { $code } đã thay đổi sau khi gửi thẻ duyệt. Đồng chí xem lại bằng /choduyet.
refused-hour-passed = { $code }: Quá giờ hẹn, chưa duyệt. Người soạn đặt giờ khác bằng /hen.
refused-already-sent = { $code } đã gửi hoặc đã kết thúc, không sửa được.
refused-not-sent = { $code } chưa gửi.
refused-not-repeatable = Tin này không cần gửi lại.
refused-text-gone = Tin này đã kết thúc từ lâu, nội dung không còn giữ để gửi lại. Đồng chí soạn văn bản mới.
refused-org-other-commune = Cơ sở dữ liệu này là của { $found }, tệp là của { $file }. Dùng cơ sở dữ liệu khác cho xã khác.
refused-org-group-gateway = Nhóm { $group } đã gắn qua cổng { $gateway }, không đổi cổng bằng tệp được. Gỡ nhóm trước.
refused-org-second-account = { $person } đã có tài khoản khác trên { $gateway }, không gắn thêm { $account } được. Khóa tài khoản kia trước (loa org lock { $person } --gateway { $gateway }), hoặc cấp mã mời.
refused-org-account-linked = Tài khoản { $account } đã gắn với người khác, không gắn cho { $person } được. Sửa dòng này trong tệp.

## door-: getting in. Introducing ourselves, codes for people and groups, checking whether a bulletin is genuine.

door-start =
    Xin chào. Đây là trợ lý nhắn tin của { $issuer }: chuyển văn bản, thông báo của xã tới các thôn, cơ quan và ghi nhận việc đã nhận.
    Dữ liệu: chỉ lưu họ tên, chức danh, đơn vị, mã tài khoản chat, số điện thoại công việc (nếu xã nhập) của người đã đăng ký và việc xác nhận; không lưu chuyện trò khác. Không bao giờ hỏi CCCD, mã OTP, mật khẩu hay tài khoản ngân hàng.
door-start-stranger =
    • Bà con muốn biết một tin có thật không: gửi /xacminh kèm mã tin, ví dụ: /xacminh TB-2025-0107
    • Cán bộ, trưởng thôn đã có mã mời: gửi /dangky mã-mời
    • Chưa có mã mời: nhắn quản trị của xã.
door-start-known =
    Đồng chí { $name } ({ $posts }).
    Việc tiếp theo:
door-start-in-group = Trợ lý nhắn tin của { $issuer }. Đồng chí gõ /trogiup trong tin nhắn riêng với bot.
door-next-head = • Có văn bản: bấm "✅ Đã nhận" dưới tin, hoặc trả lời: Đã nhận. Phát loa xong: /daphat
door-next-composer = • Soạn văn bản: /vanban. Soạn thông báo: /thongbao. Xem tin sắp gửi: /lich
door-next-approver = • Xem tin chờ duyệt: /choduyet
door-next-duty = • Trực ban: phát Hỏa tốc, duyệt Thượng khẩn: /choduyet. Gọi nơi chưa xác nhận: /chuanhan
door-next-recorder = • Ghi nhận việc tuyên truyền: /ghinhan. Xem chỉ tiêu: /chitieu
door-next-admin = • Xem các nhóm: /nhom. Gắn nhóm: /ganhom. Cấp mã mời: /capma
door-next-everybody = • Xem mọi lệnh: /trogiup. Kiểm tra một tin: /xacminh mã-tin

door-commands-of = Dành cho { $who }:
door-command-line = /{ $command } – { $description }
door-help-more = Xem cách dùng một lệnh, ví dụ: /trogiup xacminh
door-help-in-group = Đồng chí gõ /trogiup trong tin nhắn riêng với bot để xem các lệnh.
door-help-on =
    /{ $command } – { $description }
    { $usage }
    Dành cho: { $who }.

# $posts: posts with their units, or door-no-post.
door-who =
    { $name }
    Chức danh: { $posts }
    Quyền: { $roles }
    Tài khoản: { $chats }
    Nhóm của đơn vị: { $groups }
    Thông tin chưa đúng: xin báo quản trị của xã.
door-who-in-group = { $name } ({ $posts }).
door-no-post = chưa có chức danh
door-none = chưa có
door-account-open = { $gateway } (nhận được tin nhắn riêng)
door-account-closed = { $gateway } (chưa nhận được tin nhắn riêng: đồng chí mở tin nhắn riêng với bot rồi gõ /batdau)

# A person's code.
door-register-usage = Đồng chí gửi /dangky kèm mã mời, ví dụ: /dangky ABCD2345. Chưa có mã: nhắn quản trị của xã.
door-register-in-private = Đồng chí đã có tài khoản. Muốn đăng ký lại, xin gửi mã trong tin nhắn riêng với bot.
door-code-of =
    Mã mời này của: { $name } ({ $posts }).
    Nếu không phải đồng chí, chọn "Không".
door-notice-answers =
    1. Đồng ý
    2. Không
door-notice-again = Đồng chí bấm nút hoặc trả lời "Đồng ý" để gắn tài khoản, "Không" để thôi.
door-declined = Đã ghi nhận đồng chí không đồng ý; tài khoản chưa được gắn. Đổi ý: gửi lại /dangky kèm mã khi mã còn hạn.
door-welcome =
    ✅ Đã gắn tài khoản này với { $name } ({ $posts }).
    Đồng chí dùng được các lệnh sau. Kiểm tra lại thông tin: /toilaai
door-already-linked = Tài khoản này đã gắn với { $name } từ trước, không cần đăng ký lại. Xem thông tin: /toilaai
door-wait-for-admin = Mã đúng. Đã gửi quản trị của xã, xin chờ xác nhận.
door-no-admin = Mã đúng, nhưng chưa nhắn được cho quản trị nào. Xin báo quản trị mở tin nhắn riêng với bot rồi xác nhận.
# $account and $title are chosen by people outside.
door-card-person =
    👤 XÁC NHẬN TÀI KHOẢN
    Mã của: { $name } ({ $posts })
    Tài khoản đã nhập mã và đồng ý: "{ $account }"
    Trong nhóm: { $title }
    Mã được gõ trong nhóm nên ai cũng có thể đọc. Có đúng là đồng chí ấy không?
door-card-person-replaces = ⚠️ Đồng chí ấy đang có tài khoản khác trên { $gateway }; xác nhận thì tài khoản đó bị khóa.
door-card-person-typed = Hoặc gõ: /capma có { $code } – /capma không { $code }
door-person-linked = ✅ Đã gắn tài khoản với { $name }. Đồng chí mở tin nhắn riêng với bot rồi gõ /batdau.
door-person-linked-admin = ✅ Đã xác nhận tài khoản của { $name }.
door-person-refused = Quản trị chưa xác nhận mã này. Xin liên hệ quản trị của xã để nhận mã khác.
door-person-refused-admin = Đã từ chối; mã của { $name } hết tác dụng. Cấp mã mới bằng /capma.

door-invite-usage = Cấp mã cho ai? Đồng chí gõ tên hoặc mã cán bộ, ví dụ: /capma Lê Văn Bình
door-which-person = Có nhiều người trùng tên. Cấp mã cho ai? (bấm nút hoặc trả lời bằng số)
door-which-group = Gắn nhóm nào? (bấm nút hoặc trả lời bằng số)
door-more-found = Còn { $more } kết quả nữa, xin gõ rõ hơn.
door-pick-number = Đồng chí trả lời bằng một số từ 1 đến { $count }, hoặc gõ "thôi".
door-left = Đã thôi, chưa có gì thay đổi.
door-invite =
    🔑 Mã mời của { $name } ({ $posts }): { $code }
    Chỉ hiện một lần, dùng một lần, đến { $until } (48 giờ). Mã cũ của đồng chí ấy hết tác dụng.
    Cách giao: đọc qua điện thoại hoặc đưa tận tay, không gửi vào nhóm. Đồng chí ấy mở tin nhắn riêng với bot, gửi: /dangky { $code }

# An account that is cut off. $gateways: the platforms, one after the other.
lock-usage = Khóa tài khoản của ai? Đồng chí gõ tên hoặc mã cán bộ, ví dụ: /khoataikhoan Lê Văn Bình
lock-which-person = Có nhiều người trùng tên. Khóa tài khoản của ai?
lock-ask =
    Khóa tài khoản chat của { $name } ({ $posts })? Đang mở: { $count } tài khoản.
    Việc đang làm dở, nút, số chọn, trang gửi tệp và liên kết ở đó hết tác dụng ngay; tài khoản chỉ mở lại bằng mã mời mới.
lock-ask-raises = Nếu chỉ khóa tài khoản cũ trên { $gateway } thì tài khoản mới đang chờ ở đó được dùng ngay: nếu tài khoản mới mới là của kẻ lạ, bấm khóa tài khoản mới hoặc khóa cả.
button-lock = 🔒 Khóa tài khoản này
button-lock-all = 🔒 Khóa cả { $count } tài khoản
button-lock-one = 🔒 Chỉ khóa { $gateway }
button-lock-new = 🔒 Chỉ khóa tài khoản mới trên { $gateway }
lock-none = { $name } không có tài khoản nào đang mở.
lock-done = 🔒 Đã khóa { $count } tài khoản của { $name } ({ $gateways }). Mở lại: cấp mã mới bằng /capma.
alert-locked = 🔒 { $admin } đã khóa { $count } tài khoản chat của { $name } ({ $gateways }). Mở lại: cấp mã mới bằng /capma.
lock-raised = Tài khoản mới trên { $gateway } dùng được từ bây giờ.
# A second account of a person on a platform. $account is chosen by people outside.
account-waits = Tài khoản này đang chờ xác nhận, vì đồng chí đã có tài khoản khác ở đây; hiện chỉ báo "đã nhận" và kêu cứu được. Xác nhận: từ tài khoản cũ, hoặc quản trị của xã.
account-waits-who =
    { $name } ({ $posts })
    Tài khoản này đang chờ xác nhận; hiện chỉ báo "đã nhận" và kêu cứu được. Xác nhận: từ tài khoản cũ, hoặc quản trị của xã.
account-new-own =
    🔐 Đồng chí { $name }: có tài khoản mới trên { $gateway } nhận là đồng chí, lúc { $time }: "{ $account }".
    Có phải đồng chí đổi tài khoản không? Xác nhận thì tài khoản cũ trên { $gateway } bị khóa; chưa xác nhận thì tài khoản cũ giữ nguyên quyền, tài khoản mới chỉ báo được "đã nhận".
account-new-admin =
    🔐 { $name } có thêm tài khoản trên { $gateway }, lúc { $time }: "{ $account }".
    Chưa ai xác nhận thì tài khoản cũ giữ nguyên quyền, tài khoản mới chỉ báo được "đã nhận". Xác nhận thì tài khoản cũ bị khóa.
account-still-new = ⏳ Tài khoản mới của { $name } trên { $gateway } (từ { $time }) vẫn chưa ai xác nhận. Tài khoản cũ giữ nguyên quyền, tài khoản mới chỉ báo được "đã nhận".
button-account-mine = ✅ Đúng là tôi
button-account-theirs = ✅ Đúng là đồng chí ấy
button-account-not = 🚫 Không phải, khóa lại
account-confirmed = ✅ Đã xác nhận tài khoản mới của { $name } trên { $gateway }; tài khoản cũ ở đó đã khóa.
account-refused = 🚫 Đã khóa tài khoản mới nhận là { $name } trên { $gateway }. Mã mời có thể đã lộ; cấp mã mới bằng /capma.
account-yours = ✅ Tài khoản này đã được xác nhận; tài khoản cũ đã khóa. Từ nay đồng chí làm việc ở đây.
alert-account-added = ℹ️ { $name } vừa gắn thêm tài khoản trên { $gateway } bằng mã mời. Không đúng thì khóa ngay: /khoataikhoan { $name }
alert-account-confirmed = ✅ { $by } đã xác nhận tài khoản mới của { $name } trên { $gateway }; tài khoản cũ ở đó đã khóa.
alert-account-refused = 🚫 { $by } báo tài khoản mới trên { $gateway } không phải của { $name }; đã khóa. Mã mời có thể đã lộ.
label-operator = Người phụ trách máy chủ

# A group's code.
door-bind-usage = Đồng chí gõ /ganhom kèm mã gắn nhóm, ví dụ: /ganhom ABCD2345. Mã do quản trị của xã cấp.
door-all-bound = Mọi nhóm trong danh sách đều đã gắn. Xem: /nhom
door-group-invite =
    🔑 Mã gắn nhóm "{ $name }": { $code }
    1. Thêm bot vào đúng nhóm thật trên { $gateway }.
    2. Trong nhóm đó gõ: /ganhom { $code } (bot không trả lời thì nhắc tên bot trước lệnh).
    3. Đồng chí nhận thẻ có tên thật của nhóm và bấm xác nhận.
    Mã chỉ hiện một lần, dùng một lần, đến { $until } (48 giờ).
door-card-group =
    🔗 XÁC NHẬN GẮN NHÓM
    Nhóm trong danh sách: { $group } ({ $kind })
    Nhóm thật: { $title }, { $members } thành viên
    Mã nhóm trên nền tảng: { $id }
    Người gõ mã: "{ $account }", lúc { $time }
    Có đúng là nhóm này không? Tin gửi "{ $group }" sẽ vào nhóm thật ở trên.
    Hoặc gõ: /ganhom có { $code } – /ganhom không { $code }
door-members-unknown = chưa rõ số
door-bound-here = ✅ Nhóm đã được gắn với { $group }. Từ nay văn bản, thông báo của xã được gửi vào nhóm này.
door-card-no-rights = ⚠️ Bot chưa được phép gửi tin trong nhóm thật. Nhờ trưởng nhóm mở quyền trước khi xác nhận.
door-card-no-files = ⚠️ Nhóm thật chưa cho bot gửi tệp; văn bản vẫn gửi được. Nhờ trưởng nhóm mở quyền gửi tệp.
door-untitled = (nền tảng không cho biết tên, mã { $id })
door-bound-admin = ✅ Đã gắn { $title } với { $group }.
door-group-refused = Đã từ chối; mã gắn { $group } hết tác dụng. Tạo mã mới: /ganhom { $code }

# The list of group slots.
door-groups-head = { $all } nhóm: { $suspended } tạm dừng, { $unbound } chưa gắn, { $bound } đang nhận tin.
door-groups-more = … còn { $more } nhóm. Lọc bằng tên, ví dụ: /nhom thôn 03
door-group-line = { $state } { $code } – { $name } ({ $kind }; { $units }; { $gateway })
door-group-suspended = ⛔ tạm dừng ({ $reason }):
door-group-relay = 🤝 thôn tự đăng:
door-group-unbound = ⚪ chưa gắn:
door-group-bound = ✅
door-units-many = { $first } và { $more } đơn vị khác

# Pausing a group, letting it receive again, freeing its slot.
group-paused = ⏸ { $group }: tạm dừng, không gửi gì vào nhóm này. Mở lại: /molai { $code }
group-paused-already = { $group } đang tạm dừng. Mở lại: /molai { $code }
group-resumed = ✅ { $group } nhận tin trở lại; tin bị lỡ không tự gửi lại.
group-resumed-already = { $group } đang nhận tin, không phải mở lại.
group-freed = { $group } đã được gỡ gắn. Gắn lại: /ganhom { $code }

# Where we are and are not.
door-back-in-group = ✅ Bot đã trở lại nhóm "{ $group }" (người thêm: "{ $by }"). Nhóm nhận tin trở lại; tin bị lỡ không tự gửi lại.
door-out-for-good = ⚠️ Bot không còn trong nhóm "{ $group }" (người đưa ra: "{ $by }"). Nhóm tạm dừng, tính là chưa nhận được tin. Đề nghị tạo nhóm mới từ OA rồi gắn bằng /ganhom.
door-out-of-group = ⚠️ Bot không còn trong nhóm "{ $group }" (người đưa ra: "{ $by }"). Nhóm tạm dừng, tính là chưa nhận được tin. Thêm lại bot vào nhóm để tiếp tục.
door-unknown-groups = ❓ Bot bị thêm vào { $count } nhóm lạ nữa: { $titles }. Bot im lặng ở đó, không gửi gì. Nhóm của xã: /ganhom. Không phải: đưa bot ra khỏi nhóm.
door-unknown-more = và { $more } nhóm khác
door-unknown-group = ❓ "{ $by }" đã thêm bot vào một nhóm lạ: { $title }. Bot im lặng ở đó, không gửi gì. Nếu là nhóm của xã: /ganhom. Nếu không: đưa bot ra khỏi nhóm.
door-may-not-write = ⚠️ Nhóm "{ $group }": bot bị hạn chế, chưa gửi được (người đổi: "{ $by }"). Nhóm tạm dừng; nhờ trưởng nhóm mở quyền gửi tin, mở lại thì các tin sau tự gửi vào nhóm.
door-may-write-again = ✅ Nhóm "{ $group }": bot lại được gửi tin (người đổi: "{ $by }"); tin bị lỡ không tự gửi lại.
door-may-not-send-files = ⚠️ Nhóm "{ $group }" không cho bot gửi tệp. Văn bản vẫn gửi được; nhờ trưởng nhóm mở quyền gửi tệp.
door-slot-lost-its-chat = ⚠️ Hai nhóm trong danh sách hóa ra là cùng một nhóm thật. "{ $group }" đã được gỡ; nếu cần, gắn lại bằng /ganhom.

# Checking a bulletin. Residents read these.
door-verify-usage = Gửi /xacminh kèm mã ghi trong tin, ví dụ: /xacminh TB-2025-0107
door-verify-unknown = Không có tin gửi bà con mã này; xin hỏi trưởng thôn. Không bấm liên kết lạ.
door-verify-none = Không có tin mã này. Không bấm liên kết, báo Công an xã.
door-verify-real =
    ✅ Tin thật: { $code }
    { $kind } – { $issuer }
    Gửi lúc: { $time }
    { $text }
    Nếu nội dung bạn nhận được khác thế này, đừng tin và báo Công an xã.
verify-verbatim = ✅ Đúng nguyên văn { $code }.
verify-piece = ✅ Có nguyên văn trong { $code }, nhưng chỉ là một đoạn. Bà con xem đủ tin trong nhóm thôn.
verify-file = Ảnh, tệp gửi kèm thì Loa không kiểm tra được.
verify-differs = ⚠️ Giống { $code } nhưng đã bị sửa. SAI: { $facts }
    Bà con không làm theo; xem tin trong nhóm thôn.
verify-differs-words = ⚠️ Giống { $code } nhưng lời đã khác bản gốc. Bà con xem tin trong nhóm thôn.
verify-never = Loa chưa gửi tin này. Bà con không bấm liên kết, không chuyển tiền; xin hỏi trưởng thôn.
door-verify-withdrawn = ⚠️ Tin { $code } (gửi { $time }) đã thu hồi. Không làm theo tin này nữa.
door-verify-superseded = Tin này đã có bản đính chính; xin làm theo bản mới nhất.
alert-strangers-spent = 🟠 { $gateway }: người lạ đã dùng hết phần tin trả lời dành cho họ trong tháng này. Người hỏi thêm chưa được trả lời, trừ người báo nguy; tin của xã không bị ảnh hưởng.
alert-code-guessing = 🟠 { $gateway }: hôm nay đã { $count } lần gõ mã không có thật. Loa trả lời chậm lại; xem /suckhoe
door-slow-down = Nhập sai mã quá nhiều lần. Xin chờ một phút rồi thử lại; trong lúc chờ, bot không trả lời.

refused-in-private-only = Đồng chí gửi lệnh này trong tin nhắn riêng với bot.
toast-not-your-code = Nút này dành cho người đã nhập mã.
toast-already-linked = Tài khoản đã được gắn.
button-agree = ✅ Đồng ý
button-decline = Không
button-is-them = ✅ Đúng
button-is-not-them = ✖️ Không phải
button-bind = ✅ Gắn nhóm
button-is-not-it = ✖️ Không phải
button-help = ❓ Trợ giúp
button-who-am-i = 👤 Tôi là ai

## reason-: why a chat is suspended.

reason-kicked = bot bị đưa ra khỏi nhóm
reason-not-member = bot không ở trong nhóm
reason-group-deleted = nhóm đã bị xóa
reason-chat-not-found = nền tảng không tìm thấy nhóm
reason-no-rights = bot không có quyền gửi trong nhóm
reason-moved = nhóm đã đổi mã, chưa biết mã mới
reason-paused = quản trị tạm dừng
reason-other = lý do khác: { $word }

## help-<command>: how to use one command, with an example.

help-batdau = Gõ: /batdau. Kèm mã mời thì như /dangky.
help-trogiup = Gõ: /trogiup, hoặc /trogiup tên-lệnh. Ví dụ: /trogiup hen
help-dangky = Gõ: /dangky mã-mời, đọc thông báo dữ liệu rồi trả lời "Đồng ý". Ví dụ: /dangky ABCD2345
help-toilaai = Gõ: /toilaai
help-xacminh = Gõ: /xacminh mã ghi trong tin. Ai cũng dùng được, cả trong nhóm. Ví dụ: /xacminh TB-2025-0107
help-vanban = Gõ: /vanban, rồi gửi tệp và trả lời từng câu. Gõ /huy để thôi.
help-thongbao = Gõ: /thongbao, rồi trả lời từng câu. Gõ /huy để thôi.
help-khan = Gõ: /khan, rồi trả lời từng câu: việc gì, yêu cầu làm gì, mức nào, lý do. Gõ /huy để thôi.
help-dientap = Gõ: /dientap, rồi trả lời như /khan. Mọi tin mang chữ DIỄN TẬP và không tính vào số liệu.
help-hen = Gõ: /hen mã giờ. Ví dụ: /hen VB-2025-0042 thứ hai 7h30
help-thuhoi = Gõ: /thuhoi mã lý do; chỉ người duyệt. Ví dụ: /thuhoi VB-2025-0042 sai thời hạn
help-huy = Gõ: /huy mã để hủy tin chưa gửi hoặc kết thúc lịch lặp; /huy không kèm mã để thoát việc đang nhập. Ví dụ: /huy VB-2025-0042
help-choduyet = Gõ: /choduyet
help-duyet = Gõ: /duyet mã, hoặc bấm nút trên thẻ. Người soạn không tự duyệt. Ví dụ: /duyet VB-2025-0042
help-tuchoi = Gõ: /tuchoi mã lý do. Ví dụ: /tuchoi VB-2025-0042 thiếu tệp kèm
help-lich = Gõ: /lich, /lich tuần, /lich 28/7, hoặc /lich mã để xem lịch lặp. Ví dụ: /lich VB-2025-0042
help-tamdung = Gõ: /tamdung mã (tin lặp lại, hoặc nhóm nếu là quản trị). Ví dụ: /tamdung VB-2025-0042, /tamdung dieu-hanh-03
help-molai = Gõ: /molai mã hoặc /tieptuc mã; gửi tiếp từ lần tới, không gửi bù. Ví dụ: /molai VB-2025-0042, /molai dieu-hanh-03
help-guilai = Gõ: /guilai mã số-nhóm (số trong /trangthai), hoặc /guilai mã để gửi lại mọi nhóm lỗi. Ví dụ: /guilai VB-2025-0042 18
help-trangthai = Gõ: /trangthai mã. Ví dụ: /trangthai VB-2025-0042
help-chuanhan = Gõ: /chuanhan mã. Gọi xong: /chuanhan mã 3 đã gọi, hoặc /chuanhan mã 3 không gọi được. Ví dụ: /chuanhan VB-2025-0042
help-nhac = Gõ: /nhac mã; chỉ nhắc nơi chưa xác nhận. Ví dụ: /nhac VB-2025-0042
help-danhan = Gõ: /danhan mã, hoặc trả lời "Đã nhận" dưới tin. Ví dụ: /danhan VB-2025-0042
help-daphat = Gõ: /daphat mã; không có mã là hôm nay đã phát loa. Ví dụ: /daphat BP-2025-0011
help-ghinhan = Gõ: /ghinhan kênh nội dung ngày; ảnh gửi kèm là minh chứng. Ví dụ: /ghinhan dai Tin chuyển đổi số số 3; /ghinhan taphuan Kỹ năng số, 45 người dự 12/10; /ghinhan pano gỡ 1 ngã tư
help-xoaghinhan = Gõ: /xoaghinhan số lý do. Ví dụ: /xoaghinhan 12 nhập nhầm ngày
help-chitieu = Gõ: /chitieu, hoặc kèm kỳ. Ví dụ: /chitieu tháng
help-thongke = Gõ: /thongke, hoặc kèm kỳ. Ví dụ: /thongke tháng 10/2025
help-suckhoe = Sự cố đang mở, tin chờ gửi, đã dùng bao nhiêu tin của tháng.
    Ví dụ: /suckhoe
help-nhom = Gõ: /nhom, hoặc /nhom tên để lọc. Nhóm tạm dừng đứng đầu. Ví dụ: /nhom thôn 03
help-ganhom = Trong tin nhắn riêng: /ganhom mã-nhóm để lấy mã. Trong nhóm thật: /ganhom mã. Gỡ gắn: /ganhom gỡ mã-nhóm. Ví dụ: /ganhom 03-CB
help-capma = Gõ: /capma tên hoặc mã cán bộ. Ví dụ: /capma Lê Văn Bình
help-khoataikhoan = Mất điện thoại, bị chiếm tài khoản: gõ /khoataikhoan tên hoặc mã cán bộ rồi chọn tài khoản. Ví dụ: /khoataikhoan Lê Văn Bình

## Recording off-line acts, and where the plan stands.

# The title of a loudspeaker act when a head only says that it was aired.
activity-aired-title = Phát loa truyền thanh thôn

# $date: the day asked for.
plan-head = Chỉ tiêu đến { $date }:
plan-tracked-head = Theo dõi (kế hoạch không giao số):
plan-line = { $id } { $title }: { $count }/{ $required } { $noun }, { $status }{ $notes }
# A stated target in a period that requires nothing of it.
plan-line-open = { $id } { $title }: { $count } { $noun }, { $status }{ $notes }
plan-line-tracked = { $id } { $title }: { $value }, { $status }{ $notes }
# Behind a line; $notes are joined by semicolons.
plan-notes = {" "}({ $notes })
plan-note-repeats = { $count } lượt phát lại không tính
plan-note-late = { $count } ghi nhận muộn
plan-note-no-evidence = { $count } thiếu minh chứng
plan-note-groups = { $part }/{ $whole } nhóm Zalo
plan-note-people = { $count } người dự
plan-note-colours = vàng { $yellow }, đỏ { $red }
plan-note-villages = { $part }/{ $whole } thôn có
plan-note-themes = thiếu { $themes }
plan-note-beside = ngoài nhóm Zalo { $part }/{ $whole }

refused-activity-automatic = Kênh “{ $channel }” do hệ thống tự đếm, không ghi nhận bằng tay.
refused-activity-quantity = Số lượng phải từ 1 đến { $max }. Xin kiểm tra lại.
refused-activity-removal = Kênh “{ $channel }” tính số đã treo, gỡ xuống không trừ. Ghi nhầm thì dùng /xoaghinhan.
refused-activity-not-hanging = Ở đó chỉ còn { $left } cái đang treo. Đang treo: { $places }.
refused-activity-long = Nội dung dài quá { $max } ký tự. Xin rút gọn.
refused-activity-untitled = Chưa có nội dung. Xin ghi rõ đã làm gì.
refused-activity-future = Ngày { $date } chưa đến. Xin ghi nhận sau khi đã làm.
refused-activity-date = Ngày không hợp lệ: { $date }. Xin kiểm tra lại.
refused-activity-voided = Ghi nhận #{ $seq } đã được xóa trước đó.
refused-void-reason = Xin ghi lý do xóa, ví dụ: /xoaghinhan 12 nhập nhầm ngày
refused-theme-unknown = Kế hoạch không có chủ đề này. Xin chọn một trong: { $themes }.
refused-period-locked = Kỳ { $period } đã khóa, không thêm hoặc xóa ghi nhận ngày { $date }. Xin báo quản trị.
refused-period-locked-reason = Kỳ { $period } đã khóa. Xin ghi lý do để thêm ghi nhận ngày { $date }.
refused-duplicate-activity = Trùng với ghi nhận #{ $seq }: tính là phát lại?
refused-plan-file = Tệp kế hoạch không đọc được: { $problem }
refused-try-again = Có người vừa thao tác cùng lúc. Xin thử lại.

not-found-activity = Không thấy ghi nhận { $name }. Xin kiểm tra lại số.

## Watching over what goes and what went: /lich, /trangthai, /chuanhan, /nhac.

watch-latest-own = Không ghi mã: xem tin đồng chí gửi gần nhất, { $code }.
watch-latest-any = Không ghi mã: xem tin xã gửi gần nhất, { $code }.
watch-ask-in-private = Chi tiết từng nhóm, từng thôn: đồng chí nhắn riêng với bot.

# /lich
watch-queue-day = 🗓 Lịch gửi { $day }:
watch-queue-week = 🗓 Lịch gửi 7 ngày tới:
watch-queue-week-instead = 🗓 Hôm nay không có tin hẹn gửi. Lịch gửi 7 ngày tới:
watch-queue-none = Không có tin nào hẹn gửi.
watch-queue-line = • { $time }: { $code } ({ $urgency }) { $title } – { $state }
watch-queue-more = … còn nữa, đồng chí xem từng ngày, ví dụ: /lich mai
watch-schedule-paused = đang tạm dừng
watch-schedule-asking = lỡ giờ hẹn, chờ quyết định
refused-queue-day = Không hiểu ngày. Đồng chí gõ: /lich, /lich tuần, hoặc /lich 28/7

# /trangthai
watch-head = 📊 { $code } ({ $state }): { $title }
watch-not-sent = Chưa gửi, chưa hẹn giờ.
watch-not-sent-until = Chưa gửi. Giờ hẹn: { $time }.
watch-fired = Đợt gửi: { $time }
watch-fired-nth = Đợt gửi thứ { $number }: { $time }
watch-sent = Đã gửi { $sent }/{ $all } nhóm
watch-sent-partly = Gửi một phần { $sent }/{ $all } nhóm
watch-sending = Đang gửi 0/{ $all } nhóm
watch-sent-nowhere = Chưa gửi được 0/{ $all } nhóm
watch-received = đã nhận { $done }/{ $all } { $noun }
watch-received-proxy = xác nhận hộ { $count }
watch-quorum = Cần đủ { $quorum } đơn vị xác nhận
watch-release-open = ⚡ Trực ban đã phát, chưa phê duyệt sau (hạn { $time })
watch-release-approved = ⚡ Trực ban đã phát, phê duyệt sau lúc { $time }
watch-release-late = ⚡ Trực ban đã phát, phê duyệt sau muộn lúc { $time }
watch-release-refused = ⚡ Trực ban đã phát, người duyệt không phê duyệt sau ({ $time })
watch-noun-villages = thôn
watch-noun-units = đơn vị
watch-beside = Còn lại: { $counts }
watch-count-unknown = không rõ { $count }
watch-count-failed = lỗi { $count }
watch-count-partial = thiếu phần { $count }
watch-count-pending = chờ gửi { $count }
watch-count-skipped = bỏ qua { $count }
watch-count-expired = hết hiệu lực { $count }
watch-count-cancelled = đã dừng { $count }
watch-marks = Xác nhận muộn { $late }; xác nhận hộ { $proxy }
watch-reminded = Lời nhắc đã gửi: { $count }
watch-doubts = ❓ Không rõ đã tới hay chưa, đồng chí xem trong nhóm:
watch-doubts-type = Bấm nút, hoặc gõ: /trangthai { $code } thấy { $number } hoặc /trangthai { $code } gửi lại { $number }
watch-failures = ⛔ Lỗi:
watch-failures-type = Bấm nút, hoặc gõ: /trangthai { $code } gửi lại { $number } (bỏ số để gửi lại tất cả nhóm lỗi)
watch-group = { $number }. { $group }: { $why }
watch-more-groups = … và { $count } nhóm nữa
watch-why-part = phần { $part }/{ $parts } { $why }
watch-why-no-answer = không rõ, nền tảng không trả lời
watch-why-restored = không rõ, dữ liệu lấy từ bản sao lưu
watch-why-suspended = nhóm đang tạm dừng
watch-why-earlier-part = phần trước không gửi được
watch-why-content = nền tảng không nhận nội dung
watch-relays = Thôn tự đăng: đã đăng { $posted }/{ $asked }
watch-relays-open = chưa báo: { $units }
watch-fallback = 🔁 Dự phòng: { $group } ({ $gateway }) thay { $instead }
watch-why-fallback = đã chuyển nhóm dự phòng
watch-why-budget = giữ hạn mức cuối tháng cho tin khẩn
watch-why-expired = tin hết hiệu lực
watch-why-not-member = bot không còn trong nhóm
watch-why-gone = nhóm không còn hoặc đã đổi địa chỉ
watch-why-no-rights = bot không được phép đăng trong nhóm
watch-why-no-file-rights = nhóm không cho bot gửi tệp
watch-why-private-closed = người nhận chưa mở hoặc đã chặn khung chat riêng
watch-why-too-big = tệp quá lớn với nền tảng
watch-why-token = mã truy cập bị từ chối
watch-why-account = tài khoản gửi tin đang bị nền tảng chặn
watch-why-group-disabled = nền tảng đã khóa nhóm
watch-why-quota = hết hạn mức gửi
watch-why-gave-up = thử nhiều lần không được
watch-awaited = ⏳ Chưa xác nhận { $count } { $noun }: { $names }
watch-awaited-next = Người phụ trách: /chuanhan { $code }. Nhắc: /nhac { $code }
watch-unit-unreachable = { $unit } (tin chưa tới)
watch-deadline = Hạn xác nhận: { $time }
watch-trouble = ⚠️ { $unit } vướng mắc: "{ $quoted }"

# Figures in an answer, read back before they count.
figures-both = { $households } hộ, { $people } người
figures-households = { $households } hộ
figures-people = { $people } người
figures-ask = { $unit }: { $figures }. Đúng không?
figures-recorded = Đã ghi { $unit }: { $figures }. { $total }
figures-total = Tổng: { $figures } ({ $told }/{ $asked } thôn báo)
figures-again = Đồng chí nhắn lại số đúng, ví dụ: 12 hộ 41 người
button-figures-right = Đúng
button-figures-wrong = Sửa lại

# A group that the bot cannot enter: the head passes the text on by hand.
relay-request = 👆 { $code }: đề nghị đồng chí chuyển tiếp tin trên (cả tệp, nếu có) vào { $group }, rồi bấm "📤 Đã đăng nhóm dân" hoặc nhắn: Đã đăng
relay-remind = ⏰ { $code }: đồng chí đã chuyển tiếp vào { $group } chưa? Đăng xong, bấm "📤 Đã đăng nhóm dân" hoặc nhắn: Đã đăng
relay-not-posted = ⏳ { $code }: { $group } chưa được báo là đã đăng ({ $unit }, { $name }).
relay-thanks = Cảm ơn đồng chí. Đã ghi: { $code } đã đăng ở { $groups }.
relay-thanks-again = { $code } đã được ghi là đã đăng ở { $groups }.
relay-withdrawn = ⚠️ { $code } ĐÃ THU HỒI. Đề nghị đồng chí báo lại ngay ở { $groups }: không làm theo, không chuyển tiếp tin này.
relay-which = Đồng chí đã đăng tin nào?
button-posted = 📤 Đã đăng nhóm dân

button-seen = Đã thấy trong nhóm
button-again = Gửi lại
button-look-again = Xem lại
button-all-again = Gửi lại { $count } nhóm lỗi
toast-seen = Đã ghi: nhóm đã có tin.
toast-no-doubt = Tin này không còn ở trạng thái không rõ.
toast-again = Đã xếp gửi lại { $count } nhóm.
toast-again-already = Đã có lệnh gửi lại trước đó, không gửi thêm.
refused-group-number = Nhóm số { $number } không có gì cần xử lý. Đồng chí xem lại bằng /trangthai.
refused-no-firing = { $code } chưa có đợt gửi số { $number }. Xem các đợt: /trangthai { $code }
refused-recall-unsent = { $code } chưa gửi, không có gì để thu hồi. Muốn bỏ tin: /huy { $code }
refused-already-withdrawn = { $code } đã thu hồi từ trước.
refused-nothing-sent = Chưa có tin nào được gửi. Đồng chí xem tin hẹn gửi bằng /lich.
not-found-message = Không thấy lời gửi này. Đồng chí xem lại bằng /trangthai.

# /chuanhan and /nhac
watch-nobody-asked = { $code }: tin này không yêu cầu xác nhận.
watch-all-confirmed = ✅ { $code }: { $all }/{ $all } đơn vị đã xác nhận.
watch-open = ⏳ { $code }: chưa xác nhận { $open }/{ $all } đơn vị
watch-remind-type = Nhắc các nhóm còn thiếu: bấm nút hoặc gõ /nhac { $code }
watch-remind-ask = Nhắc { $units } đơn vị chưa xác nhận { $code }? Mỗi nhóm nhận một lời nhắc.
    1. Có
    2. Không
watch-yes-or-no = Đồng chí trả lời: có (1) hoặc không (2).
watch-not-reminded = Đã thôi, không nhắc.
watch-reminded-now = 🔔 { $code }: đã xếp gửi lời nhắc tới { $count } nhóm.
watch-only-by-telephone = { $code }: không nhóm nào nhắc được qua bot; các đơn vị còn lại cần gọi điện. Danh sách: /chuanhan { $code }
button-remind = 🔔 Nhắc
button-remind-now = Có, nhắc
button-answer-no = Không

## Urgency: releases by the officer on duty, call lists, exercises.

card-urgency-reason = Lý do mức khẩn: { $reason }
card-release = ⚡ { $code } ({ $urgency }) đã gửi theo lệnh trực ban, cần đồng chí phê duyệt sau trước { $by }
    Trực ban: { $officer }, lúc { $time }
    Lý do: { $reason }
    { $title }
    { $body }
    Bấm nút, hoặc gõ: /duyet { $code } – /tuchoi { $code } lý do
card-release-soon = ⏳ { $code } ({ $urgency }) chưa phê duyệt sau; hạn { $by }
    Trực ban { $officer } đã gửi lúc { $time }. Lý do: { $reason }
    { $title }
    { $body }
    Bấm nút, hoặc gõ: /duyet { $code } – /tuchoi { $code } lý do
card-release-overdue = ⛔ { $code } ({ $urgency }) quá hạn phê duyệt sau ({ $by }), được ghi vào báo cáo tháng
    Trực ban { $officer } đã gửi lúc { $time }. Lý do: { $reason }
    { $title }
    { $body }
    Vẫn phê duyệt được: /duyet { $code } – /tuchoi { $code } lý do
card-release-approved = ✅ { $code }: đã được phê duyệt sau.
card-release-refused = ↩️ { $code }: người duyệt không phê duyệt sau. Lý do: { $reason }
    Tin đã gửi vẫn còn trong các nhóm; cần thì gửi tin mới nói rõ.
button-release-code = ⚡ Phát ngay { $code }
button-release = ⚡ Phát ngay (trực ban)
button-approve-after = ✅ Phê duyệt sau
button-refuse-after = ↩️ Không phê duyệt
refused-urgency-reason = Mức { $urgency } phải ghi lý do. Đồng chí nhập lý do.
refused-reason-long = Lý do dài { $count } ký tự, tối đa { $limit }. Đồng chí rút gọn giúp.
refused-quorum = Số đơn vị cần xác nhận phải từ 1 trở lên.
alert-late-start = 🔴 { $code } (mức { $urgency }): đến { $time } vẫn chưa gửi được tin nào. Xem /trangthai { $code }; gọi điện theo /chuanhan { $code }
call-list-head = ☎ { $code }: hết hạn xác nhận. Chưa xác nhận: { $open }/{ $all } { $noun }, cần gọi điện:
call-line = { $number }. { $unit } – { $seat }: { $name }, { $phone }
call-phone = ĐT { $phone }
call-no-phone = chưa có số điện thoại
call-unreachable = {" "}(tin không tới được nhóm)
call-in-vain = {" "}(gọi chưa được { $count } lần)
call-how = Gọi xong, bấm nút hoặc gõ số thứ tự, ví dụ: { $number } đã gọi – hoặc: { $number } không gọi được. Ghi là xác nhận hộ.
call-done = ☎ { $code }: đã ghi { $units } đã nhận qua điện thoại (xác nhận hộ). Còn { $open } đơn vị chưa xác nhận.
call-noted-in-vain = ☎ { $code }: đã ghi chưa gọi được { $units }. Còn { $open } đơn vị chưa xác nhận.
call-already = { $code }: { $units } đã có xác nhận từ trước, không ghi thêm.
call-which = Số này có trong danh sách của { $codes }. Đồng chí gõ kèm mã, ví dụ: { $code } { $typed }
refused-call-number = Không có đơn vị nào chờ gọi mang số { $numbers }. Đồng chí xem lại danh sách: /chuanhan
decide-released = ⚡ { $code }: trực ban phát ngay ({ $groups } nhóm). Người duyệt phải phê duyệt sau trước { $by }. Theo dõi: /trangthai { $code }
decide-approved-after = ✅ { $code }: đã phê duyệt sau.
decide-refused-after = ↩️ { $code }: đã ghi không phê duyệt. Tin đã gửi vẫn còn trong các nhóm; cần thì gửi tin mới nói rõ.
button-called = { $number }. ✅ Đã gọi, đã nhận
button-call-failed = { $number }. ✖️ Không gọi được

## distress-: a call for help. Whoever cries reads first whom to dial; what was passed on, only when it was.

distress-noted = 🆘 Đã ghi. GỌI NGAY: { $numbers }
    Loa đang chuyển tới trực ban.
distress-noted-more = 🆘 Đã ghi thêm, đang chuyển tiếp. GỌI NGAY: { $numbers }
distress-numbers = 112 (cứu nạn) – 114 (cháy, cứu hộ) – 115 (cấp cứu)
distress-passed = ✅ Đã chuyển tới { $names }.
distress-group = nhóm { $group }
distress-taken = ✅ { $name } đã tiếp nhận lúc { $time }.
distress-nobody = ⚠️ Loa chưa báo được ai. GỌI NGAY: { $numbers }
distress-denied-by = ☑️ { $name } ghi lúc { $time }: không phải kêu cứu. Đồng chí thấy cần thì gọi lại cho người báo.
distress-denied = Trực ban ghi: không phải kêu cứu. Nếu vẫn cần, đồng chí gọi { $numbers }
distress-stranger = Nếu đang nguy hiểm, bà con GỌI NGAY: { $numbers }
    Loa không thay được cuộc gọi. Muốn biết tin có phải của xã: gửi /xacminh kèm nội dung tin.
distress-in-private = nhắn riêng
distress-in-group = trong nhóm
distress-no-unit = Cán bộ xã
distress-exercise = Đang diễn tập. Gọi lại ngay để biết đây là thật hay diễn tập.
distress-photo = (kèm ảnh)
distress-voice = (kèm ghi âm)
distress-video = (kèm video)
distress-any-file = (kèm tệp)
distress-file = 🆘 { $name } gửi kèm
distress-file-link = { $caption }, xem tại: { $url }
distress-file-lost = { $caption }: chưa tải được, xin gọi lại ngay để hỏi.
card-distress = 🆘 { $unit } – { $name }, { $phone } ({ $time }, { $place }):
    { $words }
distress-unconfirmed = (Nhắn từ tài khoản mới, chưa xác nhận là của người này: gọi số trên để hỏi lại.)
card-distress-passed-on = 🆘 QUÁ 3 PHÚT CHƯA AI TIẾP NHẬN
    { $card }
card-distress-no-officer = 🆘 KHÔNG BÁO ĐƯỢC TRỰC BAN
    { $card }
button-distress-take = ✅ Tôi tiếp nhận
button-distress-deny = Không phải kêu cứu
toast-distress-taken = Đồng chí đã tiếp nhận. Gọi lại ngay: { $phone }
toast-distress-theirs = { $name } đã tiếp nhận rồi.
toast-distress-denied = Đã ghi: không phải kêu cứu.
toast-distress-over = Việc này đã khép lại.
alert-no-officer = 🔴 { $name } kêu cứu mà chưa báo được trực ban nào. Gọi điện ngay và xem /suckhoe

## The ledger: /ghinhan, /xoaghinhan, /chitieu, /thongke.

ledger-ask-channel = Ghi nhận trên kênh nào? Đồng chí bấm nút hoặc gõ số:
    { $channels }
    (gõ "thôi" để dừng)
ledger-ask-title = Nội dung là gì? Đồng chí gõ tên bài, tên việc hoặc địa điểm (gõ "thôi" để dừng).
ledger-ask-place = Treo ở đâu? Đồng chí gõ địa điểm, ví dụ: ngã tư đầu xã (gõ "thôi" để dừng).
ledger-ask-people = Bao nhiêu người dự? Đồng chí gõ số, ví dụ: 45 (không đếm thì gõ: không rõ).
ledger-undone = { $channel }: chưa làm thì chưa ghi nhận gì. Khi xong, đồng chí gõ lại /ghinhan.
ledger-ask-proof = Hiểu là: { $what }.
    Đồng chí gửi ảnh hoặc đường dẫn làm minh chứng. Không có thì bấm nút hoặc gõ: không (gõ "thôi" để dừng).
ledger-ask-duplicate = Trùng với ghi nhận #{ $seq }: tính là phát lại?
    1. Phát lại
    2. Bài khác
    3. Thôi
ledger-ask-lock-reason = Đồng chí ghi lý do để ghi nhận vào kỳ đã khóa (gõ "thôi" để dừng).
ledger-left = Đã thôi, chưa ghi nhận gì.
ledger-what = { $channel }: { $title }; { $date }
ledger-what-many = { $channel }, số lượng { $quantity }: { $title }; { $date }
ledger-what-people = { $channel }: { $title }; { $date }; { $people } người dự
ledger-what-removed = { $channel }, gỡ { $quantity }: { $title }; { $date }
ledger-proof-photo = ảnh hoặc tệp gửi cho bot, tin số { $message }
ledger-proof-aired = phát lúc { $time }
ledger-recorded = ✅ Đã ghi nhận #{ $seq }: { $what }{ $notes }.
    Xem chỉ tiêu: /chitieu. Ghi nhầm: /xoaghinhan #{ $seq } lý do
ledger-notes = {" "}({ $notes })
ledger-note-repeat = phát lại, không tính
ledger-note-late = ghi nhận muộn
ledger-note-no-proof = thiếu minh chứng
ledger-remove-usage = Đồng chí gõ số ghi nhận và lý do, ví dụ: /xoaghinhan #12 ghi nhầm. Bớt một phần: /xoaghinhan #12 1 cái rách do gió
ledger-remove-reason = Lý do xóa ghi nhận #{ $seq }? Đồng chí gõ lý do (gõ "thôi" để dừng).
ledger-remove-ask = Xóa { $pieces }/{ $quantity } của ghi nhận #{ $seq }: { $channel }, { $title }; { $date }. Lý do: { $reason }. Đúng không?
    1. Có
    2. Không
ledger-yes-or-no = Đồng chí trả lời: có (1) hoặc không (2).
ledger-not-removed = Đã thôi, ghi nhận vẫn giữ nguyên.
ledger-removed = 🗑 Đã xóa ghi nhận #{ $seq }, không tính vào chỉ tiêu nữa. Xem: /chitieu
ledger-removed-pieces = 🗑 Đã bớt { $pieces } khỏi ghi nhận #{ $seq }; phần còn lại là ghi nhận #{ $rest }. Xem: /chitieu
ledger-no-targets = Kế hoạch không có chỉ tiêu theo kỳ này. Xem tất cả: /chitieu
ledger-all-time = từ trước đến nay
refused-span = Không hiểu kỳ. Ví dụ: tuần, tháng, tháng 10/2025, quý 3, cao điểm, 15/10 - 14/11.
refused-no-plan = Chưa nhập kế hoạch nên chưa có chỉ tiêu. Đồng chí báo quản trị.
refused-no-peak = Kế hoạch không có đợt cao điểm.
button-no-proof = Không có minh chứng
button-not-counted = Không rõ
button-repeat = Phát lại
button-another = Bài khác
button-leave = Thôi
button-remove = Có, xóa

stats-head = 📈 Thống kê { $period } ({ $groups } nhóm đang gắn)
stats-bulletins = Tin soạn: { $count }
stats-deliveries = Lượt gửi tới nhóm: { $counts }
stats-platform = – { $name }: { $sent }/{ $all }
stats-relays = Thôn tự đăng: { $posted }/{ $asked }
stats-obligations = Xác nhận: { $done }/{ $all } ({ $share }); chưa xác nhận { $awaiting }, tin chưa tới { $unreachable }, muộn { $late }, xác nhận hộ { $proxy }
stats-median = Một nửa số xác nhận đến trong { $minutes } phút
stats-reminders = Lời nhắc đã gửi: { $count }
stats-urgent = Mức khẩn cao: Thượng khẩn { $express }, Hỏa tốc { $flash } đợt
stats-not-approved = ⚠️ Hỏa tốc chưa được phê duyệt sau đúng hạn: { $count }
stats-exercises = Diễn tập (không tính vào số liệu trên): { $count } đợt
stats-incidents = ⚠️ Sự cố đang mở: { $count }

## health-: /suckhoe.

health-well = 🟢 Hệ thống hoạt động bình thường.
health-sick = 🔴 Đang có { $count } sự cố:
health-fault = • { $subject }: { $kind }, từ { $time }
health-chat = Nhóm { $name }
health-receiving = Nhận tin từ { $name }
health-unreachable = không kết nối được nền tảng
health-unauthorized = mã truy cập bị từ chối
health-quota = hết hạn mức gửi
health-person-quota = hết lượt nhắn riêng cho người này
health-asked-to-wait = nền tảng bắt chờ mới gửi tiếp được
health-conflict = có chương trình khác đang dùng chung tài khoản
health-account-disabled = Zalo đã khóa OA
health-wrong-account = OA không có hoặc sai loại
health-app-inactive = ứng dụng chưa được phép gửi
health-package = gói OA không đủ
health-balance = hết tiền ZCA
health-bad-proof = mã bí mật của ứng dụng không khớp
health-old-interface = Loa cần nâng cấp
health-not-stored = tin đến không lưu được vào cơ sở dữ liệu
health-token-expires = mã truy cập sắp hết hạn
health-asset-expires = gói nhóm sắp hết hạn
health-task-failed = đang lỗi; Loa tự thử lại, các việc khác vẫn chạy
health-backup = Sao lưu
health-backup-failed = không sao lưu được
health-backup-old = bản gần nhất đã quá cũ
health-latest-backup = Bản sao lưu gần nhất: { $time } ({ $hours } giờ trước).
health-no-backup = Chưa có bản sao lưu nào.
health-database = Cơ sở dữ liệu
health-restored = vừa được lấy lại từ bản sao lưu; việc làm sau bản sao lưu không còn
health-task-distress = Chuyển lời kêu cứu
health-task-fire = Gửi một tin theo lịch
health-task-remind = Nhắc xác nhận
health-task-approval = Nhắc duyệt
health-task-stand-in = Chuyển sang nhóm dự phòng
health-task-doubts = Hỏi lại tin không rõ đã tới
health-task-calls = Lập danh sách gọi điện
health-task-relays = Nhắc đăng vào nhóm dân
health-task-walls = Cập nhật dòng xác nhận
health-task-other = Một việc định kỳ
health-group-disabled = nền tảng đã khóa nhóm
health-not-member = bot không còn trong nhóm
health-no-rights = bot không được phép gửi tin trong nhóm
health-strangers-spent = người lạ đã dùng hết phần tin trả lời của họ trong tháng
health-code-guessing = có người dò mã; Loa trả lời chậm lại
health-no-officer = chưa báo được trực ban nào, xem ngay và gọi điện
health-distress = Lời kêu cứu
health-clock = Đồng hồ của máy chủ
health-clock-jumped = ngày giờ nhảy đột ngột; Loa giữ giờ cũ, xin chỉnh lại
health-clock-wrong = ngày giờ khác với các nền tảng; xin chỉnh lại rồi khởi động lại Loa
health-clock-behind = ngày giờ chậm hơn sổ ghi; xin chỉnh lại
health-no-duty-phones = ⚠️ Chưa ghi số trực ban (desk.duty_phones): người kêu cứu chỉ thấy 112, 114, 115.
health-no-file-rights = nhóm không cho bot gửi tệp
health-strange-groups = • { $count } nhóm lạ đã thêm bot, chưa gắn; bot im lặng ở đó
health-unknown-group = nhóm chưa gắn
health-private-closed = khung chat riêng đã đóng
health-other = lỗi ({ $word })
health-gateway-well = đang gửi được
health-gateway-sick = đang lỗi
health-gateway = • { $name }: { $state }; chờ gửi { $waiting }; tháng này { $used } tin; { $groups } nhóm
health-usage-parts = {"  "}trong đó: gửi đi { $to_ours }, cán bộ trả lời { $from_ours }, người lạ { $strangers }
health-gateway-budget = • { $name }: { $state }; chờ gửi { $waiting }; tháng này { $used }/{ $limit } tin; { $groups }/{ $most } nhóm
health-left-out = • { $name }: tháng này { $count } câu trả lời đã nhịn vì hạn mức (phần còn lại dành cho tin cần gửi)
health-inbox = Tin đến chờ xử lý: { $count }
health-old-records = Hồ sơ đã quá { $years } năm: { $bulletins } văn bản, { $broadcasts } lượt phát, { $files } tệp; chưa xóa gì, chờ quản trị quyết định.
health-update-failed = có tin đến không xử lý được
health-update-unreadable = có tin đến máy không đọc được, đã để riêng
health-dead-letter = ✉️ Không xử lý được: { $letter }
health-retried = Đã cho xử lý lại { $count } tin, nhờ nhắn lại { $asked } tin.
dead-letter-again = Tin đồng chí nhắn lúc { $time } chưa xử lý được. Mong đồng chí nhắn lại giúp.
button-retry-letters = 🔁 Xử lý lại
alert-unreadable = ⚠️ { $name } gửi tới một tin máy không đọc được; đã để riêng, các tin khác vẫn nhận bình thường. Nếu có ai báo chưa được trả lời, đề nghị nhắn lại.
alert-dead-letter = ⚠️ Không xử lý được { $letter }. Nhắn /suckhoe để xem và cho xử lý lại.
dead-letter = { $kind } của { $person }, { $time } ({ $name })
dead-letter-message = tin nhắn
dead-letter-file = tin kèm tệp
dead-letter-press = một lần bấm nút
dead-letter-other = một thông báo của nền tảng
dead-letter-stranger = người chưa đăng ký

cmd-batdau = Giới thiệu và điều khoản dữ liệu
cmd-trogiup = Trợ giúp theo vai trò
cmd-dangky = Gắn tài khoản với đơn vị bằng mã mời
cmd-toilaai = Vai trò và đơn vị của tôi
cmd-xacminh = Kiểm tra một tin là thật hay giả
cmd-vanban = Soạn văn bản chỉ đạo
cmd-thongbao = Soạn thông báo tới người dân
cmd-khan = Soạn tin Khẩn, Thượng khẩn, Hỏa tốc
cmd-dientap = Soạn tin diễn tập
cmd-baiphat = Soạn bài phát loa
cmd-mau = Mẫu tin
cmd-xemtruoc = Xem đúng như người nhận thấy
cmd-hen = Hẹn giờ gửi
cmd-guingay = Gửi ngay tin đã duyệt
cmd-sua = Sửa tin trước khi gửi
cmd-huy = Hủy tin chưa gửi
cmd-dinhchinh = Đính chính tin đã gửi
cmd-thuhoi = Thu hồi tin đã gửi
cmd-choduyet = Danh sách chờ duyệt
cmd-duyet = Duyệt
cmd-tuchoi = Trả lại, kèm lý do
cmd-uyquyen = Ủy quyền duyệt đến một ngày
cmd-lich = Các tin sắp gửi
cmd-trangthai = Gửi và nhận theo nhóm, theo thôn
cmd-chuanhan = Nơi chưa xác nhận và số gọi
cmd-nhac = Nhắc riêng nơi chưa xác nhận
cmd-guilai = Gửi lại cho nhóm lỗi
cmd-tim = Tìm tin, gõ có dấu hoặc không dấu
cmd-danhan = Xác nhận đã nhận
cmd-daphat = Báo đã phát loa
cmd-daxong = Báo đã triển khai, kèm số liệu
cmd-vuongmac = Báo khó khăn, vướng mắc
cmd-phanhoi = Dư luận, góp ý
cmd-vieccuatoi = Việc tôi còn nợ
cmd-ghinhan = Ghi nhận một việc tuyên truyền
cmd-suaghinhan = Sửa ghi nhận, kèm lý do
cmd-xoaghinhan = Xóa ghi nhận, kèm lý do
cmd-chitieu = Chỉ tiêu đạt đến đâu
cmd-thongke = Số liệu của một kỳ
cmd-baocao = Báo cáo của một kỳ
cmd-xuat = Xuất bảng ra tệp
cmd-nhom = Các nhóm chat
cmd-ganhom = Gắn nhóm này với đơn vị
cmd-tamdung = Tạm dừng một tin lặp lại hoặc một nhóm
cmd-molai = Mở lại tin lặp lại hoặc nhóm
cmd-thon = Danh sách thôn
cmd-donvi = Danh sách đơn vị
cmd-canbo = Danh sách cán bộ
cmd-phanquyen = Cấp và thu quyền
cmd-capma = Cấp mã mời
cmd-khoataikhoan = Khóa ngay tài khoản bị mất
cmd-thaytruongthon = Bàn giao trưởng thôn
cmd-kehoach = Kế hoạch
cmd-ngaynghi = Ngày nghỉ
cmd-giogui = Khung giờ gửi
cmd-nhatky = Nhật ký
cmd-saoluu = Sao lưu dữ liệu
cmd-suckhoe = Tình trạng hệ thống
cmd-suco = Sự cố đang mở
cmd-dulieucuatoi = Dữ liệu của tôi
cmd-xoadulieu = Đề nghị xóa dữ liệu của tôi


## Trang web: tệp kèm và trang gửi tệp

page-upload-title = Gửi tệp cho bản tin
page-upload-ask = Đồng chí chọn tệp văn bản (PDF hoặc Word, tối đa 20 MB) rồi bấm Gửi.
page-upload-warning = TUYỆT ĐỐI KHÔNG gửi tài liệu mật. Có tài liệu mật thì chuyển văn thư.
page-upload-send = Gửi
page-upload-done = Đã nhận tệp. Đồng chí quay lại khung chat để làm tiếp.
page-upload-refused = Tệp không được nhận. Đồng chí xem lời báo trong khung chat.
page-upload-none = Chưa có tệp nào được chọn. Đồng chí quay lại và chọn tệp.
page-upload-too-large = Tệp lớn quá 20 MB.
page-upload-under-way = Một tệp khác đang được nhận ở trang này. Đồng chí chờ ít phút rồi xem lời báo trong khung chat.
page-upload-slow = Tệp tới quá chậm nên chưa nhận được. Đồng chí quay lại trang này và gửi lại ở nơi đường truyền tốt hơn.
page-upload-broken = Tệp chưa tới đủ, có thể do đường truyền. Đồng chí quay lại trang này và gửi lại.
page-gone-title = Không còn ở đây
page-gone = Liên kết này đã hết hạn, đã được dùng hoặc đã bị thu hồi. Cần văn bản, đồng chí hỏi lại UBND xã.
page-trouble = Hệ thống đang bận, đồng chí thử lại sau ít phút.
## repeat-: bulletins that repeat: their rule in words, their firings, and what may be done about them.

repeat-daily = hằng ngày lúc { $times }
repeat-weekly = { $days } hằng tuần lúc { $times }
repeat-monthly = ngày { $days } hằng tháng lúc { $times }
repeat-month-end = ngày cuối tháng lúc { $times }
repeat-cron = theo lịch cron "{ $fields }"
repeat-until-day = hết { $date }
repeat-whole = { $rule }, đến { $until } ({ $holidays }; { $missed })
repeat-holidays-skip = trừ ngày nghỉ lễ
repeat-holidays-shift = gặp ngày nghỉ lễ thì dời sang ngày làm việc kế tiếp
repeat-holidays-fire = kể cả ngày nghỉ lễ
repeat-missed-skip = lỡ giờ thì bỏ qua
repeat-missed-once = lỡ giờ thì gửi bù một lần
repeat-missed-ask = lỡ giờ thì hỏi
repeat-next = Các lần gửi tới:
repeat-next-line = { $number }. { $time }
repeat-next-last = { $number }. { $time } (lần cuối)
card-repeat-ask = ❓ { $code }: hệ thống ngừng vào giờ gửi ({ $time }), lần này chưa gửi. { $then } Đồng chí bấm nút hoặc gõ số:
card-repeat-ask-next = Không trả lời thì bỏ qua; lần tới: { $next }.
card-repeat-ask-last = Không còn lần nào sau đó.
card-repeat-skipped = ⏭ { $code }: hệ thống ngừng, { $count } lần gửi bị lỡ (từ { $time }) được bỏ qua. Lịch lặp vẫn tiếp tục: /lich { $code }
card-repeat-unapproved = ⛔ { $code }: quá giờ ({ $time }) mà chưa duyệt nên lần này không gửi. Lịch lặp chờ duyệt: /lich { $code }
card-repeat-no-recipients = ⛔ { $code }: không còn nhóm nào để gửi lần này ({ $time }). Kiểm tra /nhom. Lịch lặp vẫn tiếp tục: /lich { $code }
card-repeat-over = 🏁 { $code }: lịch lặp đã kết thúc, tổng cộng đã gửi { $count } lần.
button-send-now = Gửi bù bây giờ
button-leave-out = Bỏ qua lần này
refused-not-repeating = { $code } không lặp lại. Hủy tin chưa gửi: /huy { $code }
refused-repeat-over = { $code }: lịch lặp đã kết thúc. Muốn gửi tiếp, đồng chí soạn tin mới.
refused-repeat-without-expiry = Lịch lặp phải có ngày kết thúc. Đồng chí nhập, ví dụ: đến hết 31/12.
refused-repeat-too-often = Lịch này gửi { $count } lần một ngày, tối đa { $limit } lần.
refused-repeat-never = Không có lần gửi nào trước ngày kết thúc. Đồng chí xem lại lịch hoặc ngày kết thúc.
refused-repeating = { $code } đang lặp theo lịch, không hẹn giờ được. Tạm dừng: /tamdung { $code }. Kết thúc: /huy { $code }
refused-missed-not-sendable = { $code } không gửi bù được: chưa duyệt, hết hiệu lực hoặc không còn nhóm nhận.
compose-repeat-understood = Hiểu là: { $rule }.
compose-repeat-default-time = (Không ghi giờ nên lấy giờ thường dùng.)
compose-repeat-or-once = Gửi một lần hay lặp lại hằng tháng?
compose-repeat-once = Một lần: { $time }
compose-repeat-not-every-month = Không phải tháng nào cũng có ngày { $day }. Ý đồng chí là?
compose-repeat-weekday = Hằng tuần vào thứ mấy? Ví dụ: thứ hai hằng tuần 7h.
compose-repeat-day = Hằng tháng vào ngày nào? Ví dụ: ngày 25 hằng tháng 8h; ngày cuối tháng 16h.
compose-repeat-not-supported = Lịch lặp chỉ nhận hằng ngày, hằng tuần, hằng tháng. Ví dụ: hằng ngày 17h; thứ 2, thứ 5 hằng tuần 6h30; ngày 25 hằng tháng 8h.
compose-repeat-cron = Lịch cron không dùng được ({ $problem }). Ví dụ: 0 7 * * 1
compose-ask-until = Lặp đến ngày nào? Bắt buộc có ngày kết thúc. Gõ ngày, ví dụ: 31/12; 20/12/2026.
compose-until = Đến { $until }
compose-until-which = Ngày kết thúc nào?
compose-until-past = Ngày kết thúc đã qua. Đồng chí nhập lại, ghi cả năm.
compose-repeat-both = Hiểu là: gửi { $rule }; hạn xác nhận lần đầu { $deadline }, các lần sau tính tương tự.
compose-repeat-send = Hiểu là: gửi { $rule }; không yêu cầu xác nhận.
repeat-how = Gõ mã tin lặp lại hoặc mã nhóm, ví dụ: /{ $command } VB-2025-0042, /{ $command } dieu-hanh-03. Danh sách: /lich, /nhom
repeat-paused = ⏸ { $code }: đã tạm dừng lịch lặp. Chạy tiếp: /molai { $code }
repeat-paused-already = ⏸ { $code } đã tạm dừng từ trước. Chạy tiếp: /molai { $code }
repeat-resumed = ▶️ { $code }: lịch lặp chạy tiếp, lần tới: { $time }. Các lần trong lúc dừng không gửi bù.
repeat-resumed-already = ▶️ { $code } vẫn đang chạy, lần tới: { $time }.
repeat-resumed-over = 🏁 { $code }: không còn lần gửi nào trước ngày kết thúc, lịch lặp đã kết thúc.
repeat-ended = 🏁 { $code }: đã kết thúc lịch lặp. Các lần đã gửi giữ nguyên.
repeat-shown = 🔁 { $code }: { $title } – { $state }
    Gửi { $rule }
repeat-state-running = đang chạy
repeat-state-over = đã kết thúc
repeat-missed-sent = 📣 { $code }: đang gửi bù tới { $groups } nhóm.
repeat-missed-later = 📣 { $code }: ngoài khung giờ, sẽ gửi lúc { $time }.
repeat-missed-left = ⏭ { $code }: đã bỏ qua lần này.
repeat-missed-which = Có nhiều tin lỡ giờ: { $codes }. Đồng chí gõ số kèm mã, ví dụ: 1 { $first }
watch-queue-of = 🗓 Lịch gửi { $code }:
compose-until-next-year = Ngày đó năm nay đã qua. Ý đồng chí là?
compose-done-repeat =
    📝 { $code } – Chờ duyệt. { $told }
    Gửi { $rule }. Chưa duyệt thì chưa gửi.
    Xem lịch: /lich { $code } | Tạm dừng: /tamdung { $code } | Kết thúc: /huy { $code }

## demo-: what `loa demo` prints beside the chats it shows. Read by somebody who sees Loa for the first time.

demo-title = LOA: trình diễn một xã mẫu
demo-intro = Bốn ngày làm việc diễn ra trong khoảng một phút. Xã, cán bộ, văn bản và các nhóm đều là dữ liệu mẫu; kế hoạch là kế hoạch của xã Hà Long. Dịch vụ là dịch vụ thật, các nền tảng chat được giả lập ngay trên máy này: không có gì gửi ra ngoài. Dưới đây là các đoạn chat đúng như người trong cuộc đọc, tin dài được lược ở chỗ […]; T2 là thứ Hai, CN là Chủ nhật.
demo-chat-private = Tin nhắn riêng của { $name }
demo-left-out = (lược { $count } tin)
demo-progress = 📤 { $code }: đã gửi { $sent }/{ $total } nhóm
demo-sums = Đến lúc này: đã gửi { $sent } tin tới các nhóm, còn chờ { $pending }; đã xác nhận { $acknowledged }/{ $expected }.
demo-act-friday = Thứ Sáu, 25/7/2025: soạn và duyệt
demo-hello = Cán bộ xã chào bot: { $people }.
demo-composes = { $composer } gửi tệp PDF, trả lời từng câu hỏi. { $other } soạn lời nhắc bà con, lặp lại 6h30 mỗi sáng.
demo-approves = { $approver } duyệt cả hai. Chưa có người thứ hai duyệt thì không có gì được gửi.
demo-weekend = Hết tuần. Văn bản chờ đến 7h30 thứ Hai; lời nhắc buổi sáng tự gửi mỗi ngày.
demo-act-night = Đêm Chủ nhật, 27/7/2025: Hỏa tốc
demo-night = Mưa lớn. { $duty } đang trực ban, tự phát một tin Hỏa tốc tới 24 thôn; lãnh đạo phê duyệt sau.
demo-approves-after = { $approver } phê duyệt sau.
demo-act-monday = Thứ Hai, 28/7/2025: văn bản tới các thôn
demo-lost = { $group } đưa bot ra khỏi nhóm. Văn bản sẽ tới thôn này qua nhóm chung của các trưởng thôn.
demo-heads-answer = Các trưởng thôn xác nhận trong buổi sáng: bấm nút, hoặc nhắn "đã nhận", có dấu hay không dấu đều được.
demo-announces = { $composer } soạn thông báo mời bà con cài VNeID. { $recorder } ghi lại các buổi phát thanh, băng rôn và tin đăng Cổng đã làm.
demo-passes-on = Bot không vào được nhóm dân Thôn 19: { $head } nhận tin riêng, tự đăng vào nhóm rồi báo lại.
demo-act-reminders = Từ trưa thứ Hai đến chiều thứ Ba: nhắc việc
demo-reminders = Nơi chưa xác nhận được nhắc trong nhóm; đến hạn, người soạn nhận danh sách chưa xác nhận.
demo-end = Hết bốn ngày. Sau đây là kết quả.
demo-unconfirmed = Chưa xác nhận: { $count } nơi
demo-all-confirmed = Mọi nơi đã xác nhận.
demo-column-code = Mã bản tin
demo-column-unit = Thôn, đơn vị
demo-column-head = Người phụ trách
demo-delivered = Đã gửi qua từng nền tảng
demo-column-platform = Nền tảng
demo-column-sent = Đã gửi
demo-column-too-fast = Bị từ chối vì gửi quá nhanh
demo-delivered-sums =
    Cộng { $sent } tin tới các nhóm; gửi qua nhóm khác thay { $replaced }; lỗi { $failed }; không rõ { $unknown }; còn chờ { $pending }. Thôn tự đăng { $posted }/{ $asked }.
    Xác nhận { $acknowledged }/{ $expected }, trong đó sau hạn { $late }. Đã nhắc { $reminders } lần.
demo-targets = Chỉ tiêu của kế hoạch
demo-column-target = Chỉ tiêu
demo-column-period = Kỳ
demo-column-count = Số liệu
demo-column-status = Kết quả
demo-targets-note = Số liệu: đã làm/yêu cầu trong kỳ; dấu – là kế hoạch không giao số.
demo-audit-whole = Nhật ký việc đã làm: { $entries } mục, chuỗi băm nguyên vẹn.
demo-audit-broken = Nhật ký việc đã làm: { $entries } mục, CHUỖI BĂM BỊ ĐỨT.
demo-cost = Trình diễn trong { $seconds } giây; bộ nhớ cao nhất { $memory } MB.
demo-act-open = Bây giờ đến lượt đồng chí
demo-opens = { $composer } vừa gửi { $open } tới các thôn, chưa ai xác nhận. { $other } vừa trình { $waiting }, chưa ai duyệt.
demo-join = Đồng chí gõ thử
demo-join-how = Xã mẫu còn chạy đến khi bấm Ctrl-C ở đây. Mở cửa sổ lệnh khác, vào cùng thư mục, chép nguyên từng lệnh:
demo-join-platform = ▪ { $platform }, tại { $address }
demo-join-approve = { $approver } duyệt { $code }:
demo-join-confirm = { $head } xác nhận { $code } trong { $group }:
demo-join-read = Đọc { $group } như người trong nhóm:
demo-join-figures = ▪ Xem kết quả sau khi gõ:
demo-join-names = ▪ Muốn dùng nguyên văn các lệnh trong README, chép trước các dòng này:
demo-stopped = Đã dừng. Dữ liệu tạm đã được xóa.
