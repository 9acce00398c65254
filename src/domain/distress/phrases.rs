//! The words themselves, one phrase between two commas, as they are written with accents.
//!
//! Spellings of the region stand beside those of the dictionary: "xập" and "chôi" for "sập" and "trôi", "nác" for "nước",
//! "lỡ" and "vở" where hỏi and ngã are one tone.

/// What means another thing, however close to danger it sounds. Read before everything else.
pub(super) const HARMLESS: &str = "
    ngập ngừng, ngập mặn, trôi chảy, trôi qua, trôi nổi, trôi tin, trôi mất tin, trôi bài, tin trôi,
    trôi mất tin nhắn, sập bẫy, sập giá, sập mạng, mạng sập, sập nguồn, sập web, web sập, sập app, app sập,
    cá trôi, bánh trôi, đọc cho trôi, đọc trôi, nói trôi, kẹt xe, bị kẹt xe, cơm cháy, cháy đèn, cháy bóng, cháy loa, cháy âm ly,
    sụp mí, sụp đổ niềm tin, máy sập nguồn,
    hàng cứu trợ, quà cứu trợ, tiền cứu trợ, gạo cứu trợ, đoàn cứu trợ, cứu trợ, cứu tế, cứu đói, cứu sinh, cứu cánh, cứu xét,
    cứu quốc, cứu nước, cứu thế, nghiên cứu, tra cứu, truy cứu, khảo cứu, tham cứu, cứu hạn, cứu lúa, cứu cây,
    tổ cứu hộ, tổ cứu nạn, đội cứu nạn, công tác cứu hộ, công tác cứu nạn, cứu nạn cứu hộ,
    đội cứu hộ, đội xung kích cứu hộ, lực lượng cứu hộ, phương tiện cứu hộ, xe cứu hộ, thuyền cứu hộ, áo cứu hộ, phao cứu hộ,
    thiết bị cứu hộ, tìm kiếm cứu nạn, cứu hộ cứu nạn, phòng thủ dân sự và tìm kiếm cứu nạn, xe cứu thương, trạm cứu thương,
    không cần cứu, không cần cứu hộ, chưa cần cứu hộ, không cần cứu trợ, chưa cần cứu, khỏi cứu, không cần cấp cứu, đã cứu, cứu được rồi, đã đi cấp cứu, khoa cấp cứu, phòng cấp cứu,
    thương binh, thương mại, công thương, dễ thương, yêu thương, thương lượng, thương yêu, thương hiệu, thương nhớ,
    phòng cháy, chữa cháy, cháy hàng, cháy vé, cháy túi, cháy máy, chết máy, chết cười, chết thật, cá chết, lợn chết, gà chết, vịt chết
";

/// A call for rescue: a "không" before it makes it no quieter.
pub(super) const RESCUE: &str = "
    cứu, kíu, cíu, kêu cứu, cầu cứu, cần cứu, xin cứu, gọi cứu, cứu với, cứu em, cứu tôi, cứu cháu, cứu chúng,
    cứu người, cứu bà con, cứu dân, cứu gấp, cứu ngay, cứu khẩn, cứu hộ, cứu nạn, cứu giúp, cứu mạng, cấp cứu, cần hỗ trợ khẩn,
    cần hỗ trợ gấp, nguy cấp lắm, nguy hiểm lắm, nguy hiểm tính mạng, nguy đến tính mạng
";

/// Help that is a call for rescue where it is asked for or urgent.
pub(super) const AID: &str = "
    cứu hộ, cứu nạn, cứu trợ, cứu thương, cứu sinh, cứu người, cấp cứu, hỗ trợ khẩn
";

/// What no form may swallow: people who are hurt, missing or buried, a house that fell.
pub(super) const GRAVE: &str = "
    sập nhà, xập nhà, nhà sập, nhà xập, lũ cuốn, nước cuốn, nác cuốn, cuốn trôi người, trôi người, bị vùi, vùi lấp, lật thuyền, lật đò,
    mất tích, mất tít, mắc kẹt, mắt kẹt, mắc kẹc, bị kẹt, kẹt trong, kẹt trên, kẹt lại, người kẹt,
    bị thương, thương vong, thương nặng, trọng thương, gãy chân, gãy tay, chảy máu nhiều, bất tỉnh,
    đuối nước, đuối nác, chết đuối, rơi xuống sông, ngã xuống sông,
    chết người, người chết, chết # người, chết một người, chết hai người, chết ba người, chết mấy người, tử vong
";

/// What has happened or is happening.
pub(super) const DANGER: &str = "
    sập, xập, đổ sập, bị sập, bị xập, sập mái, sập tường, sập cầu, sập sàn,
    sụp, bị sụp, sụp nhà, nhà sụp, sụp đất, sụt lún, sụt đất, đất sụt,
    cây đổ vào nhà, cây đổ trúng, tốc mái, tốc nóc, bay mái, bay nóc,
    trôi, chôi, bị trôi, bị chôi, cuốn trôi, cuốn chôi, nước cuốn, lũ cuốn, bị cuốn, trôi nhà, trôi người, trôi xe, nhà trôi,
    ngập, ngâp, bị ngập, ngập nhà, ngập sâu, ngập đến, ngập tới, ngập lên, ngập hết, ngập nặng, ngập rồi, nước ngập, nác ngập, ngap,
    nước vào nhà, nác vào nhà, nước vô nhà, nác vô nhà, nước tràn vào, nác tràn vào, nước dâng nhanh, nước lên nhanh, nác lên nhanh,
    nước dâng, tới nóc, đến nóc, lên nóc, tới mái, đến mái, lên mái, nước xiết, lụt nhà, lụt vào nhà, lũ quét, lũ quyét, lũ ống, lũ về,
    sạt lở, sạt lỡ, xạt lở, sạc lở, sạt núi, lở núi, đất lở, sạt đồi, núi lở, núi sạt, đồi sạt, đất sạt, sạt xuống, sạt cả, cây đè, bị đè,
    vỡ đê, vở đê, tràn đê, vỡ đập, vở đập, vỡ kè,
    không thấy về, chưa thấy về, mất liên lạc với, không liên lạc được với, lạc mất,
    bị cô lập, cô lập hoàn toàn,
    ngất xỉu, khó thở, hôn mê, đột quỵ,
    lật thuyền, lật đò, chìm đò, chìm thuyền,
    bị chết, giúp với, thuyền lật, thuyền bị lật, đò lật, đò bị lật, xuồng lật, xuồng bị lật, ghe lật, bè lật, bị giật, giật điện,
    cháy nhà, nhà cháy, bị cháy, bốc cháy, cháy lớn, cháy rừng, cháy chợ, cháy, hỏa hoạn, hoả hoạn, điện giật, nổ bình ga, nổ ga,
    sét đánh
";

/// What is danger only with its accents: without them it is mostly "do nhà", "lo đất", "trời mát", "chạy rồi", "bị lặp".
pub(super) const SPELT: &str = "
    nhà đổ, nhà đỗ, đổ nhà, tường đổ, tường đỗ, đổ tường, lở đất, trôi mất, trôi rồi, cháy rồi, đang cháy, bị lấp, đất đè, sập rồi
";

/// What speaks of joy, unless of water.
pub(super) const JOY: &str = "ngập tràn, tràn ngập";

/// What a clause begins with that speaks of danger in general.
pub(super) const SPOKEN_OF: &str = "
    phòng chống, phòng tránh, phòng ngừa, đề phòng, ứng phó với nguy cơ, tập huấn, diễn tập, tuyên truyền, hướng dẫn cách,
    kế hoạch, phương án, kịch bản, quỹ, ủng hộ, quyên góp, danh sách đăng ký, thăm hỏi, đã di dời, hộ có nguy cơ, xóa tên, xoá tên, khai tử, chứng tử, kỷ niệm, tri ân, bộ phim, bài hát
";

/// Words behind "sap" that make it the fall of something; behind "sắp" stands what is about to happen.
pub(super) const BEHIND_FALLEN: [&str; 10] = ["roi", "nha", "tuong", "mai", "cau", "hoan", "ca", "het", "mot", "xuong"];

/// Without accents: what can fall, and "bị", before such a "sap".
pub(super) const CAN_FALL: [&str; 12] =
    ["nha", "bi", "tuong", "mai", "cau", "truong", "lop", "cong", "ke", "duong", "dap", "cho"];

/// Asks for what stands behind it.
pub(super) const ASKING: [&str; 9] = ["xin", "cần", "gọi", "cử", "nghị", "nhờ", "mong", "điều", "kêu"];

/// Makes what stands before it urgent.
pub(super) const URGING: [&str; 5] = ["gấp", "ngay", "khẩn", "với", "nhanh"];

/// Directly behind "cứu": whoever is to be rescued.
pub(super) const PLEADING: [&str; 4] = ["với", "em", "tôi", "cháu"];

/// Denies what stands behind it.
pub(super) const DENYING: [&str; 10] = ["không", "chưa", "chẳng", "chả", "ko", "k", "hok", "hem", "khỏi", "đừng"];

/// May stand between a denial and what is denied: "không có ai bị thương", "chưa nhà nào bị ngập".
pub(super) const BETWEEN_DENIAL: [&str; 12] =
    ["bị", "có", "ai", "người", "nào", "hề", "còn", "nhà", "hộ", "gì", "trường", "hợp"];

/// Of which nobody cries when they burn, drift away or die: equipment, messages, cattle, goods.
pub(super) const THINGS: [&str; 24] = [
    "loa", "ly", "amply", "ampli", "âmli", "máy", "tin", "mạng", "file", "trâu", "bò", "lợn", "heo", "gà", "vịt",
    "lúa", "tiền", "quà", "đèn", "bóng", "micro", "bài", "zalo", "web",
];

/// What can happen to things. A landslide cannot, nor can somebody be missing of them.
pub(super) const OF_THINGS: [&str; 13] =
    ["sập", "xập", "sụp", "trôi", "chôi", "cháy", "lấp", "chết", "kẹt", "ngập", "ngap", "đánh", "về"];

/// Beside a thing it is not the thing that is spoken of: "báo tin nhà sập".
pub(super) const NO_THINGS: [&str; 14] =
    ["nhà", "người", "cầu", "tường", "mái", "ông", "bà", "cháu", "trường", "chợ", "dân", "chị", "anh", "cụ"];
