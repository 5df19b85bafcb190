"""What the documents of the demonstration say. All of it is invented."""

from __future__ import annotations

SUBJECT = "kết nối, liên thông văn bản điện tử và báo cáo tình hình thực hiện"

BODY = """\
Để văn bản điện tử có ký số được gửi, nhận thông suốt giữa các cơ quan nhà nước từ Trung ương đến cấp xã, \
Văn phòng Chính phủ đề nghị Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương thực hiện các nội \
dung sau:

1. Kết nối hệ thống quản lý văn bản và điều hành của tất cả các sở, ban, ngành, Ủy ban nhân dân cấp \
huyện, cấp xã với trục liên thông văn bản; không gửi kèm văn bản giấy đối với văn bản điện tử đã ký số, \
trừ trường hợp pháp luật có quy định khác.

2. Tiếp nhận, đăng ký văn bản đến ngay trong ngày; cập nhật đầy đủ trạng thái xử lý để cơ quan gửi theo \
dõi được việc thực hiện.

3. Rà soát chứng thư số của cơ quan và của người có thẩm quyền ký, bảo đảm còn hiệu lực; thay thế chứng \
thư số trước khi hết hạn ít nhất 30 ngày.

4. Phân công đơn vị chủ trì làm đầu mối, tổng hợp kết quả thực hiện và các khó khăn, vướng mắc, báo cáo \
trên hệ thống trước thời hạn nêu tại văn bản này.

Trong quá trình thực hiện, nếu có vướng mắc, đề nghị liên hệ Văn phòng Chính phủ để được hướng dẫn."""

DIRECTIVE = "Giao Phòng Kiểm soát thủ tục hành chính chủ trì, tham mưu báo cáo đúng hạn; Văn thư phối hợp."
PRODUCT = "Đã kết nối 989/989 cơ quan; dự thảo báo cáo đã trình lãnh đạo Ủy ban nhân dân tỉnh."
REFUSAL = "Văn bản gửi trùng; đơn vị đã tiếp nhận bản giấy cùng số, ký hiệu. Đề nghị kiểm tra lại."
PLACE = "Hà Nội"
