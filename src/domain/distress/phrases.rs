//! The words themselves, one phrase between two commas, as they are written with accents.
//!
//! Spellings of the region stand beside those of the dictionary: "xập" and "chôi" for "sập" and "trôi", "nác" for "nước",
//! "lỡ" and "vở" where hỏi and ngã are one tone.

/// What means another thing, however close to danger it sounds. Read before everything else.
pub(super) const HARMLESS: &str = "
    ngập tràn, tràn ngập, ngập ngừng, ngập mặn, trôi chảy, trôi qua, trôi nổi, trôi tin, trôi mất tin, trôi bài, tin trôi,
    trôi mất tin nhắn, sập bẫy, sập sàn, sập giá, sập mạng, mạng sập, sập nguồn, sập web, web sập, sập app, app sập,
    sụp mí, sụp đổ niềm tin, máy sập nguồn,
    hàng cứu trợ, quà cứu trợ, tiền cứu trợ, gạo cứu trợ, đoàn cứu trợ, cứu trợ, cứu tế, cứu đói, cứu sinh, cứu cánh, cứu xét,
    cứu quốc, cứu nước, cứu thế, nghiên cứu, tra cứu, truy cứu, khảo cứu, tham cứu, cứu hạn, cứu lúa, cứu cây,
    đội cứu hộ, đội xung kích cứu hộ, lực lượng cứu hộ, phương tiện cứu hộ, xe cứu hộ, thuyền cứu hộ, áo cứu hộ, phao cứu hộ,
    thiết bị cứu hộ, tìm kiếm cứu nạn, cứu hộ cứu nạn, phòng thủ dân sự và tìm kiếm cứu nạn, xe cứu thương, trạm cứu thương,
    không cần cứu, chưa cần cứu, khỏi cứu, không cần cấp cứu, đã cứu, cứu được rồi, đã đi cấp cứu, khoa cấp cứu, phòng cấp cứu,
    thương binh, thương mại, công thương, dễ thương, yêu thương, thương lượng, thương yêu, thương hiệu, thương nhớ,
    phòng cháy, chữa cháy, cháy hàng, cháy vé, cháy túi, cháy máy, chết máy, chết cười, chết thật, cá chết, lợn chết, gà chết, vịt chết
";

/// A call for rescue: a "không" before it makes it no quieter.
pub(super) const RESCUE: &str = "
    cần cứu trợ khẩn, cứu, kíu, cíu, kêu cứu, cầu cứu, cần cứu, xin cứu, gọi cứu, cứu với, cứu em, cứu tôi, cứu cháu, cứu chúng,
    cứu người, cứu bà con, cứu dân, cứu gấp, cứu ngay, cứu khẩn, cứu hộ, cứu nạn, cứu giúp, cứu mạng, cấp cứu, cần hỗ trợ khẩn,
    cần hỗ trợ gấp, nguy cấp lắm, nguy hiểm lắm, nguy hiểm tính mạng, nguy đến tính mạng
";

/// What has happened or is happening.
pub(super) const DANGER: &str = "
    sập, xập, đổ sập, bị sập, bị xập, sập nhà, xập nhà, nhà sập, nhà xập, sập mái, sập tường, sập cầu, sập rồi,
    sụp, bị sụp, sụp nhà, nhà sụp, sụp đất, sụt lún, sụt đất, đất sụt, nhà đổ, nhà đỗ, đổ nhà, tường đổ, tường đỗ, đổ tường,
    cây đổ vào nhà, cây đổ trúng, tốc mái, bay mái,
    trôi, chôi, bị trôi, bị chôi, cuốn trôi, cuốn chôi, nước cuốn, lũ cuốn, bị cuốn, trôi nhà, trôi người, trôi xe, nhà trôi,
    trôi mất, trôi rồi,
    ngập, ngâp, bị ngập, ngập nhà, ngập sâu, ngập đến, ngập tới, ngập lên, ngập hết, ngập nặng, ngập rồi, nước ngập, nác ngập, ngap,
    nước vào nhà, nác vào nhà, nước vô nhà, nác vô nhà, nước tràn vào, nác tràn vào, nước dâng nhanh, nước lên nhanh, nác lên nhanh,
    nước xiết, lụt nhà, lụt vào nhà, lũ quét, lũ quyét, lũ ống, lũ về,
    sạt lở, sạt lỡ, xạt lở, sạc lở, sạt núi, lở núi, lở đất, đất lở, sạt đồi, núi lở, vùi lấp, bị vùi, bị lấp, đất đè, cây đè, bị đè,
    vỡ đê, vở đê, tràn đê, vỡ đập, vở đập, vỡ kè,
    mất tích, mất tít, không thấy về, chưa thấy về, mất liên lạc với, không liên lạc được với, lạc mất,
    mắc kẹt, mắt kẹt, mắc kẹc, bị kẹt, kẹt trong, kẹt trên, bị cô lập, cô lập hoàn toàn,
    bị thương, thương vong, thương nặng, trọng thương, gãy chân, gãy tay, chảy máu nhiều, bất tỉnh, ngất xỉu, khó thở, hôn mê, đột quỵ,
    đuối nước, đuối nác, chết đuối, rơi xuống sông, ngã xuống sông, lật thuyền, lật đò, chìm đò, chìm thuyền,
    chết người, người chết, bị chết, tử vong,
    cháy nhà, nhà cháy, bị cháy, đang cháy, bốc cháy, cháy lớn, cháy rừng, cháy rồi, hỏa hoạn, hoả hoạn, điện giật, nổ bình ga, nổ ga,
    sét đánh
";

/// What a clause begins with that speaks of danger in general.
pub(super) const SPOKEN_OF: &str = "
    phòng chống, phòng tránh, phòng ngừa, đề phòng, ứng phó với nguy cơ, tập huấn, diễn tập, tuyên truyền, hướng dẫn cách,
    kế hoạch, phương án, kịch bản, quỹ, ủng hộ, quyên góp, danh sách đăng ký, thăm hỏi, kỷ niệm, tri ân, bộ phim, bài hát
";

/// Words behind "sap" that make it the fall of something; behind "sắp" stands what is about to happen.
pub(super) const BEHIND_FALLEN: [&str; 7] = ["roi", "nha", "tuong", "mai", "cau", "hoan", "ca"];
