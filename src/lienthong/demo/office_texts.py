"""What the offices of the demonstration write to each other in a few weeks. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """An official document: the code of its type, its summary, its text."""

    type_code: str
    subject: str
    body: str


@dataclass(frozen=True)
class Sheet:
    """A paper without number: who wrote it, its title, its text, and who signed."""

    by: str
    title: str
    body: str
    signer: str = ""


CITIZEN_BOOK = "Sổ đăng ký đơn, thư"

CITIZEN = Sheet(
    "Công dân",
    "ĐƠN ĐỀ NGHỊ CẤP LẠI GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT",
    "Tôi là Nguyễn Văn Hòa, thường trú tại phường Hoàng Văn Thụ, thành phố Thái Nguyên.\n\nGiấy chứng nhận "
    "quyền sử dụng đất của gia đình tôi bị rách, nhòe do mưa lũ vừa qua. Kính đề nghị cơ quan có thẩm "
    "quyền xem xét, cấp lại theo quy định.",
    "Nguyễn Văn Hòa",
)
COOPERATIVES = Sheet(
    "Liên minh Hợp tác xã tỉnh Thái Nguyên",
    "V/v ĐỀ NGHỊ HỖ TRỢ KINH PHÍ CHUYỂN ĐỔI SỐ CHO HỢP TÁC XÃ",
    "Trên địa bàn tỉnh hiện có 742 hợp tác xã, trong đó 118 hợp tác xã có nhu cầu đưa sản phẩm lên sàn "
    "thương mại điện tử.\n\nLiên minh Hợp tác xã tỉnh đề nghị Ủy ban nhân dân tỉnh xem xét, hỗ trợ kinh "
    "phí tập huấn và trang bị phần mềm quản lý năm tới.",
    "Chủ tịch Liên minh",
)
TEA = Sheet(
    "Công ty trách nhiệm hữu hạn Chè Tân Cương",
    "V/v KIẾN NGHỊ THÁO GỠ VƯỚNG MẮC VỀ THỦ TỤC THUÊ ĐẤT",
    "Công ty đã nộp hồ sơ thuê đất mở rộng nhà xưởng từ hơn hai tháng trước, đến nay chưa nhận được kết "
    "quả.\n\nKính đề nghị Ủy ban nhân dân tỉnh chỉ đạo các cơ quan liên quan xem xét, trả lời.",
    "Giám đốc",
)
RED_CROSS = Sheet(
    "Hội Chữ thập đỏ tỉnh Thái Nguyên",
    "V/v PHỐI HỢP TỔ CHỨC NGÀY HỘI HIẾN MÁU TÌNH NGUYỆN",
    "Hội Chữ thập đỏ tỉnh đề nghị Ủy ban nhân dân tỉnh cho phép tổ chức ngày hội hiến máu tình nguyện tại "
    "Quảng trường Võ Nguyên Giáp và chỉ đạo các cơ quan phối hợp.",
    "Chủ tịch Hội",
)
LAWYERS = Sheet(
    "Đoàn Luật sư tỉnh Thái Nguyên",
    "V/v GÓP Ý DỰ THẢO QUY ĐỊNH VỀ TRỢ GIÚP PHÁP LÝ",
    "Đoàn Luật sư tỉnh cơ bản nhất trí với dự thảo và đề nghị bổ sung quy định về thời hạn cử người thực "
    "hiện trợ giúp pháp lý.",
    "Chủ nhiệm",
)

DISBURSEMENT = Letter(
    "CV",
    "báo cáo kết quả giải ngân vốn đầu tư công và giải pháp thời gian tới",
    "Thực hiện chỉ đạo của Ủy ban nhân dân tỉnh, Sở Tài chính báo cáo kết quả giải ngân vốn đầu tư công "
    "như sau:\n\n1. Kết quả giải ngân đạt 71,4% kế hoạch; 12 dự án giải ngân dưới 50%.\n\n2. Nguyên nhân "
    "chủ yếu là vướng mắc giải phóng mặt bằng tại 7 dự án.\n\n3. Sở Tài chính đề nghị Ủy ban nhân dân tỉnh "
    "điều chuyển vốn của các dự án không còn khả năng giải ngân.",
)
DECISION = Letter(
    "QD",
    "ban hành Kế hoạch chuyển đổi số của tỉnh giai đoạn 2026-2030",
    "Căn cứ Luật Tổ chức chính quyền địa phương;\n\nTheo đề nghị của Giám đốc Sở Thông tin và Truyền thông."
    "\n\nĐiều 1. Ban hành kèm theo Quyết định này Kế hoạch chuyển đổi số của tỉnh giai đoạn 2026-2030."
    "\n\nĐiều 2. Quyết định này có hiệu lực kể từ ngày ký.\n\nĐiều 3. Chánh Văn phòng Ủy ban nhân dân tỉnh, "
    "Giám đốc các sở, Thủ trưởng các cơ quan liên quan chịu trách nhiệm thi hành Quyết định này.",
)
ANNEX = Sheet(
    "Phụ lục",
    "DANH MỤC NHIỆM VỤ CHUYỂN ĐỔI SỐ GIAI ĐOẠN 2026-2030",
    "1. Số hóa kết quả giải quyết thủ tục hành chính còn hiệu lực: Sở Thông tin và Truyền thông, quý II."
    "\n\n2. Kết nối cơ sở dữ liệu đất đai: Sở Tài nguyên và Môi trường, quý III."
    "\n\n3. Bồi dưỡng kỹ năng số cho cán bộ, công chức: Sở Nội vụ, hằng năm.",
)
MEETING = Letter(
    "CV",
    "chuẩn bị nội dung phiên họp thường kỳ tháng tới",
    "Ủy ban nhân dân tỉnh tổ chức phiên họp thường kỳ vào 08 giờ 00 phút, thứ Hai. Đề nghị các sở chuẩn bị "
    "báo cáo thuộc lĩnh vực phụ trách và gửi về Văn phòng trước hai ngày.",
)
MEETING_AGAIN = Letter(
    "CV",
    "chuẩn bị nội dung phiên họp thường kỳ tháng tới (thay thế công văn trước)",
    "Do thay đổi chương trình công tác, phiên họp thường kỳ chuyển sang 14 giờ 00 phút, thứ Ba. Đề nghị "
    "các sở chuẩn bị báo cáo thuộc lĩnh vực phụ trách và gửi về Văn phòng trước hai ngày.",
)
WRONG_FIGURES = Letter(
    "CV",
    "thông báo chỉ tiêu trồng rừng năm tới",
    "Ủy ban nhân dân tỉnh thông báo chỉ tiêu trồng rừng tập trung năm tới là 4.000 ha. Đề nghị Sở Tài "
    "nguyên và Môi trường rà soát quỹ đất, bảo đảm thực hiện.",
)
DIRECTIVE = Letter(
    "CV",
    "báo cáo tình hình cung cấp dịch vụ công trực tuyến toàn trình",
    "Ủy ban nhân dân tỉnh giao các cơ quan rà soát, báo cáo số thủ tục hành chính đã cung cấp trực tuyến "
    "toàn trình, số hồ sơ tiếp nhận trực tuyến và các khó khăn, vướng mắc.\n\nBáo cáo gửi về Ủy ban nhân "
    "dân tỉnh trước thời hạn nêu tại văn bản này để tổng hợp.",
)
REPLY = Letter(
    "BC",
    "tình hình cung cấp dịch vụ công trực tuyến toàn trình của ngành thông tin và truyền thông",
    "Sở Thông tin và Truyền thông báo cáo: 38/38 thủ tục hành chính đủ điều kiện đã cung cấp trực tuyến "
    "toàn trình; 92,6% hồ sơ được tiếp nhận trực tuyến.\n\nKhó khăn: việc thanh toán trực tuyến của người "
    "dân ở xã vùng cao còn hạn chế.",
)
REFORM = Letter(
    "BC",
    "công tác cải cách hành chính trong quý",
    "Ủy ban nhân dân tỉnh Thái Nguyên báo cáo Văn phòng Chính phủ kết quả cải cách hành chính trong quý: "
    "tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,7%; 100% văn bản gửi, nhận giữa các cơ quan ở dạng điện tử có "
    "ký số.",
)
CONFERENCE = Letter(
    "CV",
    "phối hợp tổ chức Hội nghị xúc tiến đầu tư, thương mại vùng Thủ đô",
    "Ủy ban nhân dân thành phố Hà Nội đề nghị Ủy ban nhân dân tỉnh Thái Nguyên phối hợp giới thiệu các dự "
    "án mời gọi đầu tư và cử đại diện lãnh đạo tham dự Hội nghị.",
)
ROADS = Letter(
    "TTR",
    "phê duyệt kế hoạch bảo trì đường bộ năm tới",
    "Sở Giao thông vận tải trình Ủy ban nhân dân tỉnh xem xét, phê duyệt kế hoạch bảo trì 14 tuyến đường "
    "tỉnh với tổng kinh phí 126 tỷ đồng.",
)
CONCLUSION = Letter(
    "TB",
    "kết luận cuộc họp về tiến độ các dự án giao thông trọng điểm",
    "Ngày hôm qua, Văn phòng Chính phủ đã chủ trì cuộc họp về tiến độ các dự án giao thông trọng điểm. Yêu "
    "cầu các địa phương hoàn thành giải phóng mặt bằng trong tháng.",
)
HOSPITALS = Letter(
    "BC",
    "tình hình triển khai bệnh án điện tử tại các cơ sở khám bệnh, chữa bệnh",
    "Đến nay 17/21 bệnh viện công lập đã triển khai bệnh án điện tử. Sở Y tế đề nghị bố trí kinh phí cho 4 "
    "bệnh viện còn lại.",
)

INSPECTION_PLAN = Letter(
    "KH",
    "kiểm tra việc gửi, nhận văn bản điện tử tại các cơ quan, đơn vị",
    "Mục đích: đánh giá việc lập, gửi, nhận, lưu trữ văn bản điện tử có ký số."
    "\n\nNội dung: kiểm tra việc cập nhật trạng thái xử lý, lập hồ sơ công việc và nộp lưu."
    "\n\nThời gian: trong quý I năm tới, tại 05 sở và 03 huyện.",
)
TRAINING_PLAN = Letter(
    "KH",
    "bồi dưỡng kỹ năng số cho cán bộ, công chức cấp xã",
    "Bồi dưỡng kỹ năng số cho 1.700 cán bộ, công chức cấp xã, chia thành 34 lớp.\n\nKinh phí: từ ngân sách "
    "tỉnh.",
)
TEA_PLAN = Letter(
    "KH",
    "tổ chức Lễ hội Trà Thái Nguyên",
    "Lễ hội tổ chức trong 03 ngày, gồm hội chợ, tọa đàm và chương trình nghệ thuật."
    "\n\nSở Văn hóa, Thể thao và Du lịch chủ trì; Ủy ban nhân dân thành phố Thái Nguyên phối hợp.",
)
FLOOD_PLAN = Letter(
    "KH",
    "khắc phục hậu quả mưa lũ, ổn định đời sống Nhân dân",
    "Hoàn thành sửa chữa 312 nhà ở bị hư hỏng và 27 công trình thủy lợi trước mùa mưa năm tới.",
)
NOTICE_TET = Letter(
    "TB",
    "phân công trực cơ quan trong dịp nghỉ lễ",
    "Các cơ quan, đơn vị bố trí lãnh đạo và công chức trực 24/24 giờ; gửi danh sách về Văn phòng Ủy ban "
    "nhân dân tỉnh trước thứ Sáu tuần này.",
)
NOTICE_CITIZENS = Letter(
    "TB",
    "lịch tiếp công dân của Chủ tịch Ủy ban nhân dân tỉnh tháng tới",
    "Chủ tịch Ủy ban nhân dân tỉnh tiếp công dân ngày 10 và ngày 25 hằng tháng tại Trụ sở Tiếp công dân "
    "tỉnh.",
)
NOTICE_PARKING = Letter(
    "TB",
    "sắp xếp nơi để xe trong khuôn viên trụ sở",
    "Xe ô tô của cán bộ, công chức để tại sân phía Đông; sân phía Tây dành cho công dân đến liên hệ công "
    "tác.",
)
# One draft in three versions: what is added and taken away is seen between them.
LAND_DRAFTS = (
    Letter(
        "CV",
        "tăng cường quản lý đất đai trên địa bàn",
        "Thời gian qua, việc quản lý đất đai tại một số nơi còn buông lỏng.\n\nYêu cầu các huyện kiểm tra, "
        "xử lý vi phạm và báo cáo trong tháng.",
    ),
    Letter(
        "CV",
        "tăng cường quản lý đất đai trên địa bàn tỉnh",
        "Thời gian qua, việc quản lý đất đai tại một số địa phương còn thiếu chặt chẽ.\n\nYêu cầu Ủy ban "
        "nhân dân các huyện, thành phố kiểm tra, xử lý vi phạm và báo cáo trong tháng.",
    ),
    Letter(
        "CV",
        "tăng cường quản lý đất đai, trật tự xây dựng trên địa bàn tỉnh",
        "Thời gian qua, việc quản lý đất đai, trật tự xây dựng tại một số địa phương còn thiếu chặt "
        "chẽ.\n\nYêu cầu Ủy ban nhân dân các huyện, thành phố kiểm tra, xử lý vi phạm và báo cáo trước "
        "ngày 20 hằng tháng.\n\nGiao Sở Tài nguyên và Môi trường theo dõi, đôn đốc, tổng hợp.",
    ),
)
# Written elsewhere and uploaded: the check of form finds much to mend.
UPLOADED = Letter("CV", "đăng ký chỉ tiêu thi đua năm tới", "")
UPLOADED_SHEET = Sheet(
    "UBND tỉnh Thái Nguyên",
    "V/v đăng ký chỉ tiêu thi đua năm tới",
    "Đề nghị các cơ quan, đơn vị đăng ký chỉ tiêu thi đua năm tới, gửi về Ban Thi đua - Khen thưởng.",
    "Lê Quốc Tiến",
)
ENQUIRY_DRAFTS = (
    Letter(
        "CV",
        "đôn đốc báo cáo kết quả kiểm soát thủ tục hành chính",
        "Đề nghị các địa phương gửi báo cáo kết quả kiểm soát thủ tục hành chính.",
    ),
    Letter(
        "CV",
        "đôn đốc báo cáo kết quả kiểm soát thủ tục hành chính trong quý",
        "Đề nghị Ủy ban nhân dân tỉnh, thành phố gửi báo cáo kết quả kiểm soát thủ tục hành chính trong "
        "quý trên hệ thống thông tin báo cáo trước ngày 20 của tháng cuối quý.",
    ),
)

# What leaders order, and what their people answer.
WORK_CITIZEN = "Xem xét đơn của ông Nguyễn Văn Hòa, tham mưu văn bản trả lời công dân."
WORK_COOPERATIVES = "Thẩm định đề nghị của Liên minh Hợp tác xã tỉnh, đề xuất mức hỗ trợ."
WORK_DISBURSEMENT = "Phòng Kinh tế chủ trì rà soát 12 dự án giải ngân dưới 50%, đề xuất điều chuyển vốn."
WORK_ONE_PROJECT = "Rà soát 7 dự án vướng mặt bằng, lập biểu tổng hợp."
WORK_ONLINE = "Tổng hợp tình hình cung cấp dịch vụ công trực tuyến toàn trình, báo cáo lãnh đạo."
WORK_REVIEW = "Rà soát văn bản quy phạm pháp luật hết hiệu lực thuộc lĩnh vực văn hóa."
WORK_EXPORT = "Tham mưu kế hoạch hỗ trợ xuất khẩu chè năm tới."
WORK_MEETING = "Chuẩn bị tài liệu phiên họp thường kỳ tháng tới."
WORK_VISIT = "Chuẩn bị nội dung đón đoàn công tác tỉnh bạn."
WORK_REFORM = "Tổng hợp báo cáo cải cách hành chính của các địa phương, trình lãnh đạo Văn phòng."
DONE_CITIZEN = "Đã có văn bản trả lời công dân, hướng dẫn nộp hồ sơ tại Bộ phận Một cửa."
DONE_EXPORT = "Đã hoàn thành dự thảo kế hoạch, xin ý kiến chỉ đạo."
DONE_ONLINE = "Sở đã báo cáo đầy đủ số liệu."
PRODUCT_CITIZEN = Sheet(
    "Phòng Tổng hợp",
    "PHIẾU TRÌNH GIẢI QUYẾT ĐƠN CỦA CÔNG DÂN",
    "Đơn của ông Nguyễn Văn Hòa thuộc thẩm quyền giải quyết của Văn phòng Đăng ký đất đai.\n\nĐề xuất: trả "
    "lời công dân, hướng dẫn nộp hồ sơ tại Bộ phận Một cửa thành phố Thái Nguyên.",
)
PRODUCT_EXPORT = Sheet(
    "Phòng Kinh tế",
    "DỰ THẢO KẾ HOẠCH HỖ TRỢ XUẤT KHẨU CHÈ",
    "Mục tiêu: kim ngạch xuất khẩu chè tăng 15%.\n\nNội dung: xúc tiến thương mại, truy xuất nguồn gốc, "
    "chứng nhận chất lượng.",
)
PROGRESS = "Đã làm việc với 9/12 chủ đầu tư; còn 3 chủ đầu tư chưa cung cấp số liệu."
MORE_TIME = "Liên minh Hợp tác xã chưa gửi danh sách hợp tác xã đề nghị hỗ trợ; xin gia hạn để chờ bổ sung."
RETURNED_TASK = "Nội dung thuộc Phòng Khoa giáo - Văn xã; đề nghị giao lại."
CALLED_OFF = "Đoàn công tác tỉnh bạn đã hoãn lịch."
ON_TIME = "Đồng ý kết quả; lưu hồ sơ."

RETURNED_DRAFT = "Chưa nêu nguồn kinh phí cụ thể và số lớp cho từng huyện. Đề nghị bổ sung phụ lục."
AGREED = "Nhất trí với dự thảo."
REMARKED = "Nhất trí; sửa thời gian kiểm tra cho khớp chương trình công tác."
REVOKED_REASON = "Số liệu chỉ tiêu chưa khớp với Nghị quyết của Hội đồng nhân dân tỉnh."
HOSPITALS_REASON = "Báo cáo gửi nhầm số liệu của kỳ trước; Sở Y tế sẽ gửi lại báo cáo thay thế."
EXCERPT = "Điều 1 và Điều 2 của Quyết định"
COMMENT_DRAFT = (
    "@{name} bổ sung căn cứ là Nghị định số 30/2020/NĐ-CP và danh sách 05 sở được kiểm tra giúp tôi."
)
COMMENT_INCOMING = "@{name} làm việc trực tiếp với Liên minh trong tuần này, báo cáo tôi kết quả."
ANSWER_INCOMING = "@{name} em đã liên hệ, Liên minh hẹn gửi danh sách vào thứ Sáu."
COMMENT_TASK = "@{name} 03 chủ đầu tư còn lại bao giờ có số liệu? Cần thì tôi ký văn bản đôn đốc."
ANSWER_TASK = (
    "@{name} dạ, hai chủ đầu tư hẹn thứ Sáu; một chủ đầu tư đề nghị có văn bản của Ủy ban nhân dân tỉnh."
)
AWAY = "Đi công tác tại Hà Nội, ủy quyền giải quyết công việc thường xuyên."

FILE_DIGITAL = "Hồ sơ về việc xây dựng Kế hoạch chuyển đổi số của tỉnh giai đoạn 2026-2030"
FILE_CITIZEN = "Hồ sơ giải quyết đơn của công dân Nguyễn Văn Hòa"
FILE_MEETING = "Hồ sơ phiên họp thường kỳ tháng tới của Ủy ban nhân dân tỉnh"
FILE_FORESTS = "Hồ sơ về chỉ tiêu trồng rừng"
SEARCH_URGENT, SEARCH_LATE = "Văn bản khẩn", "Văn bản quá hạn"
TEST_SYSTEM = "Phần mềm quản lý văn bản của tỉnh (thử nghiệm)"
TEST_SUBJECT = "Văn bản thử nghiệm kết nối"

SCANNED = Sheet(
    "Trạm Y tế xã",
    "GIẤY CHỨNG SINH",
    "Chứng nhận bà có tên trong hồ sơ đã sinh con tại cơ sở. Trẻ khỏe mạnh, nặng 3,2 kg.",
    "Trưởng trạm",
)
MISSING_PAPER = "Bản chụp giấy tờ chứng minh nơi cư trú của người nộp (bản đã nộp bị mờ, không đọc được)"
MISSING_REASON = "Không có giấy tờ này thì chưa xác định được thẩm quyền giải quyết."
WITHDRAWN_REASON = "Người nộp đề nghị rút để nộp tại nơi thường trú."

QUEUE_CIVIL, QUEUE_LAND = "Hộ tịch, cư trú, chứng thực", "Đất đai, xây dựng"
QUEUE_OTHER, QUEUE_RESULTS = "Lĩnh vực khác", "Nhận kết quả"
APPOINTMENT_NOTE = "Hẹn qua điện thoại"
APPOINTMENT_CANCELLED = "Người dân gọi điện báo bận, sẽ hẹn lại."
