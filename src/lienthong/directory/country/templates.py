"""What every province and district of the demonstration has: the agencies common in 2024."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """An agency to be made: `name` gets the unit's name where `{unit}` stands; those below it follow."""

    name: str
    short_name: str
    kind: str
    below: tuple[Template, ...] = ()


def _sub(name: str, short_name: str, kind: str = "subdepartment") -> Template:
    return Template(name, short_name, kind)


def _department(name: str, short_name: str, *below: Template) -> Template:
    return Template(f"{name} {{unit}}", short_name, "department", below)


OFFICE = _department("Văn phòng Ủy ban nhân dân", "VP", _sub("Trung tâm Thông tin {unit}", "TTTT", "center"))
HEALTH_CENTER = Template("Trung tâm Y tế {unit}", "TTYT", "health_center")
HEALTH = _department(
    "Sở Y tế",
    "SYT",
    _sub("Chi cục Dân số - Kế hoạch hóa gia đình {unit}", "CCDS"),
    _sub("Trung tâm Kiểm soát bệnh tật {unit}", "TTKSBT", "center"),
    _sub("Bệnh viện Y học cổ truyền {unit}", "BVYHCT", "hospital"),
)
HIGH_SCHOOL = Template("Trường Trung học phổ thông {unit}", "THPT", "school")
EDUCATION = _department(
    "Sở Giáo dục và Đào tạo",
    "SGDĐT",
    _sub("Trường Trung học phổ thông Chuyên {unit}", "THPTC", "school"),
    _sub("Trường Phổ thông Dân tộc nội trú {unit}", "DTNT", "school"),
)
DEPARTMENTS = (
    OFFICE,
    _department("Sở Nội vụ", "SNV", _sub("Trung tâm Lưu trữ lịch sử {unit}", "TTLT", "center")),
    _department("Sở Tư pháp", "STP", _sub("Trung tâm Trợ giúp pháp lý nhà nước {unit}", "TTTGPL", "center")),
    _department("Sở Kế hoạch và Đầu tư", "SKHĐT"),
    _department(
        "Sở Thông tin và Truyền thông",
        "STTTT",
        _sub("Trung tâm Công nghệ thông tin và Truyền thông {unit}", "TTCNTT", "center"),
    ),
    _department("Sở Tài chính", "STC"),
    _department("Sở Công Thương", "SCT"),
    _department(
        "Sở Nông nghiệp và Phát triển nông thôn",
        "SNNPTNT",
        _sub("Chi cục Kiểm lâm {unit}", "CCKL"),
        _sub("Chi cục Thủy lợi {unit}", "CCTL"),
        _sub("Chi cục Chăn nuôi và Thú y {unit}", "CCCNTY"),
    ),
    _department("Sở Giao thông vận tải", "SGTVT"),
    _department("Sở Xây dựng", "SXD"),
    _department(
        "Sở Tài nguyên và Môi trường",
        "STNMT",
        _sub("Văn phòng Đăng ký đất đai {unit}", "VPĐKĐĐ", "center"),
        _sub("Chi cục Bảo vệ môi trường {unit}", "CCBVMT"),
    ),
    _department(
        "Sở Lao động - Thương binh và Xã hội",
        "SLĐTBXH",
        _sub("Trung tâm Dịch vụ việc làm {unit}", "TTDVVL", "center"),
    ),
    _department("Sở Văn hóa, Thể thao và Du lịch", "SVHTTDL", _sub("Thư viện {unit}", "TV", "center")),
    _department(
        "Sở Khoa học và Công nghệ",
        "SKHCN",
        _sub("Chi cục Tiêu chuẩn Đo lường Chất lượng {unit}", "CCTCĐLCL"),
    ),
    EDUCATION,
    HEALTH,
    _department("Thanh tra", "TTr"),
    _department("Ban Dân tộc", "BDT"),
    _department("Ban Quản lý các khu công nghiệp", "BQLKCN"),
)

_TOWN = ("Phòng Kinh tế", "PKT"), ("Phòng Quản lý đô thị", "PQLĐT")
_COUNTRYSIDE = ("Phòng Nông nghiệp và Phát triển nông thôn", "PNNPTNT"), ("Phòng Kinh tế và Hạ tầng", "PKTHT")
_OFFICES = (
    ("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "VP"),
    ("Phòng Nội vụ", "PNV"),
    ("Phòng Giáo dục và Đào tạo", "PGDĐT"),
    ("Phòng Tư pháp", "PTP"),
    ("Phòng Tài chính - Kế hoạch", "PTCKH"),
    ("Phòng Tài nguyên và Môi trường", "PTNMT"),
    ("Phòng Lao động - Thương binh và Xã hội", "PLĐTBXH"),
    ("Phòng Văn hóa và Thông tin", "PVHTT"),
    ("Phòng Y tế", "PYT"),
    ("Thanh tra", "TTr"),
)
EDUCATION_OFFICE = "Phòng Giáo dục và Đào tạo"


def district_offices(kind: str) -> tuple[Template, ...]:
    """The twelve offices of a district, which differ a little between town and countryside."""
    names = (*_OFFICES, *(_COUNTRYSIDE if kind == "Huyện" else _TOWN))
    return tuple(Template(f"{name} {{unit}}", short_name, "office") for name, short_name in names)


KINDERGARTEN = Template("Trường Mầm non {unit}", "MN", "school")
PRIMARY = Template("Trường Tiểu học {unit}", "TH", "school")
SECONDARY = Template("Trường Trung học cơ sở {unit}", "THCS", "school")
JOINED = Template("Trường Tiểu học và Trung học cơ sở {unit}", "TH&THCS", "school")
CLINIC = Template("Trạm Y tế {unit}", "TYT", "clinic")

MINISTRY_NOTATIONS = {
    "G01": "BCA",
    "G02": "BCT",
    "G03": "BGDĐT",
    "G04": "BGTVT",
    "G05": "BKHĐT",
    "G06": "BKHCN",
    "G07": "BLĐTBXH",
    "G08": "BNG",
    "G09": "BNV",
    "G10": "BNN",
    "G11": "BQP",
    "G12": "BTC",
    "G13": "BTNMT",
    "G14": "BTTTT",
    "G15": "BTP",
    "G16": "BVHTTDL",
    "G17": "BXD",
    "G18": "BYT",
    "G19": "NHNN",
    "G20": "TTCP",
    "G21": "UBDT",
    "G22": "VPCP",
    "G24": "BHXH",
    "G27": "TNVN",
    "G28": "THVN",
    "G30": "TTX",
    "G34": "UBGSTCQG",
    "G36": "UBQLV",
}
