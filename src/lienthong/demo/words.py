"""Words of which summaries and orders are put together, where a whole year of documents is invented."""

from __future__ import annotations

VERBS = (
    "đẩy mạnh", "tăng cường", "hướng dẫn", "triển khai", "báo cáo kết quả", "rà soát", "phê duyệt", "góp ý",
    "kiểm tra", "chấn chỉnh", "thực hiện", "sơ kết", "tổng kết", "xử lý", "phối hợp", "bổ sung", "đôn đốc",
)  # fmt: skip
MATTERS = (
    "công tác cải cách hành chính", "gửi, nhận văn bản điện tử", "phòng, chống thiên tai",
    "kế hoạch đầu tư công", "chuyển đổi số", "giải phóng mặt bằng", "an toàn thực phẩm",
    "quản lý đất đai", "bảo hiểm y tế", "xây dựng nông thôn mới", "thu ngân sách nhà nước",
    "dự toán chi thường xuyên", "tuyển sinh đầu cấp", "phòng cháy, chữa cháy", "quy hoạch đô thị",
    "tiếp công dân", "bảo vệ rừng", "thi đua, khen thưởng", "trợ giúp xã hội",
)  # fmt: skip
PLACES = (
    "trên địa bàn tỉnh", "năm 2026", "quý III", "tại các xã, phường", "của Thủ tướng Chính phủ",
    "theo Nghị quyết số 57", "trong tình hình mới", "giai đoạn 2026-2030", "dịp Tết Nguyên đán",
    "đối với doanh nghiệp nhỏ và vừa", "cho đồng bào vùng cao",
)  # fmt: skip
NOTATIONS = ("UBND-VP", "QĐ-UBND", "SNV-CCHC", "STC-NS", "BC-UBND", "KH-UBND", "TB-VP", "UBND-KT", "CT-TTg")
# In one document of 10,000, so that something rare can be looked for.
RARE = " (hồ sơ khẩn của ông Đặng Quỳnh)"

ORDERS = (
    "Giao chủ trì, tham mưu văn bản trả lời đúng hạn.",
    "Nghiên cứu, tổng hợp, báo cáo lãnh đạo trước ngày họp.",
    "Phối hợp các đơn vị triển khai thực hiện, báo cáo kết quả.",
    "Rà soát, đề xuất phương án trình lãnh đạo xem xét.",
    "Theo dõi, đôn đốc việc thực hiện; lưu hồ sơ công việc.",
)
SENTENCES = (
    "Thực hiện chỉ đạo của cấp trên, cơ quan đã tổ chức quán triệt đến toàn thể cán bộ, công chức.",
    "Đề nghị các đơn vị báo cáo bằng văn bản điện tử có ký số trước ngày 25 hằng tháng.",
    "Kinh phí bảo đảm từ nguồn ngân sách được giao và các nguồn hợp pháp khác theo quy định.",
    "Trong quá trình thực hiện nếu có vướng mắc, kịp thời phản ánh để được hướng dẫn, tháo gỡ.",
    "Văn bản này thay thế các văn bản trước đây có nội dung trái với quy định nêu trên.",
    "Tỷ lệ hồ sơ giải quyết đúng hạn đạt trên chín mươi lăm phần trăm so với kế hoạch.",
    "Người đứng đầu chịu trách nhiệm về kết quả và tiến độ thực hiện nhiệm vụ được phân công.",
)
# The people hired for a busy agency, one family name after the other and one given name.
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Dương", "Nông")
GIVEN = ("Thu Hà", "Minh Tuấn", "Ngọc Lan", "Quang Huy", "Thanh Bình", "Hồng Nhung", "Đức Anh")
