"""Types of documents, what a document says, and where its signatures stand, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import get_language


@dataclass(frozen=True)
class VirusFoundLate:
    """Event: a virus was found in a file after it had been accepted, perhaps opened. It opens no more."""

    sha256: str
    virus: str
    at: datetime


@dataclass(frozen=True)
class DocumentType:
    """One of the 29 types of article 7 of NĐ 30/2020/NĐ-CP, or a certificate.

    `code` is ours, ASCII and stable; `abbreviation` stands in the notation, empty for công văn and thư công.
    """

    code: str
    abbreviation: str
    name_vi: str
    name_en: str

    @property
    def name(self) -> str:
        """In the reader's language; a document itself always has the Vietnamese one."""
        return self.name_vi if (get_language() or "vi").startswith("vi") else self.name_en


DOCUMENT_TYPES = (
    DocumentType("NQ", "NQ", "Nghị quyết", "Resolution"),
    DocumentType("QD", "QĐ", "Quyết định", "Decision"),
    DocumentType("CT", "CT", "Chỉ thị", "Directive"),
    DocumentType("QC", "QC", "Quy chế", "Regulation"),
    DocumentType("QYD", "QyĐ", "Quy định", "Rules"),
    DocumentType("TC", "TC", "Thông cáo", "Communiqué"),
    DocumentType("TB", "TB", "Thông báo", "Notice"),
    DocumentType("HD", "HD", "Hướng dẫn", "Guidance"),
    DocumentType("CTR", "CTr", "Chương trình", "Programme"),
    DocumentType("KH", "KH", "Kế hoạch", "Plan"),
    DocumentType("PA", "PA", "Phương án", "Scheme"),
    DocumentType("DE_AN", "ĐA", "Đề án", "Proposal"),
    DocumentType("DU_AN", "DA", "Dự án", "Project"),
    DocumentType("BC", "BC", "Báo cáo", "Report"),
    DocumentType("BB", "BB", "Biên bản", "Minutes"),
    DocumentType("TTR", "TTr", "Tờ trình", "Submission"),
    DocumentType("HOP_DONG", "HĐ", "Hợp đồng", "Contract"),
    DocumentType("CV", "", "Công văn", "Official letter"),
    DocumentType("CD", "CĐ", "Công điện", "Telegram"),
    DocumentType("BGN", "BGN", "Bản ghi nhớ", "Memorandum"),
    DocumentType("BTT", "BTT", "Bản thỏa thuận", "Agreement"),
    DocumentType("GUQ", "GUQ", "Giấy ủy quyền", "Authorisation"),
    DocumentType("GM", "GM", "Giấy mời", "Invitation"),
    DocumentType("GGT", "GGT", "Giấy giới thiệu", "Letter of introduction"),
    DocumentType("GNP", "GNP", "Giấy nghỉ phép", "Leave permit"),
    DocumentType("PG", "PG", "Phiếu gửi", "Dispatch slip"),
    DocumentType("PC", "PC", "Phiếu chuyển", "Transfer slip"),
    DocumentType("PB", "PB", "Phiếu báo", "Notification slip"),
    DocumentType("THU_CONG", "", "Thư công", "Official personal letter"),
)
# What is given out by special law, as the result of a procedure; an agency writes no other in it.
CERTIFICATE_TYPES = (
    DocumentType("GKS", "GKS", "Giấy khai sinh", "Birth certificate"),
    DocumentType("GCN", "GCN", "Giấy chứng nhận", "Certificate"),
    DocumentType("GXN", "GXN", "Giấy xác nhận", "Confirmation"),
    DocumentType("GP", "GP", "Giấy phép", "Licence"),
    DocumentType("TL", "TL", "Trích lục", "Extract"),
    DocumentType("BS", "BS", "Bản sao", "Copy"),
    DocumentType("PLLTP", "PLLTP", "Phiếu lý lịch tư pháp", "Judicial record"),
)
GENERAL_TYPES = {kind.code: kind for kind in DOCUMENT_TYPES}
TYPES = {kind.code: kind for kind in (*DOCUMENT_TYPES, *CERTIFICATE_TYPES)}
LETTER = "CV"


@dataclass(frozen=True)
class DocumentText:
    """Everything that is printed on a document; every text is plain, never markup.

    `superior` and `agency` are box 2, `code` box 3 ("01/QĐ-UBND"), `place` and `date` box 4 (the latter as
    "ngày 05 tháng 3 năm 2026"), `paragraphs` box 6, `authority` ("TM. ỦY BAN NHÂN DÂN"), `position` and
    `signer` box 7, `addressees` box 9a, `recipients` box 9b, `urgency` box 10b, `verify_url` the QR code.
    """

    type_code: str
    superior: str
    agency: str
    code: str
    place: str
    date: str
    subject: str
    paragraphs: tuple[str, ...]
    authority: str
    position: str
    signer: str
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    urgency: str = ""
    verify_url: str = ""


@dataclass(frozen=True)
class Box:
    """A place on a page: `page` from 0, edges in points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Rendering:
    """A rendered document and where the personal signature and the seal go."""

    pdf: bytes
    signature: Box
    seal: Box


@dataclass(frozen=True)
class RecordedFacts:
    """What anyone may know of an issued document: enough to compare a file with it, nothing it says."""

    document_id: UUID
    code: str
    promulgated_on: date
    agency_name: str
    agency_code: str
    sha256: str
    copy: CopyFacts | None = None


@dataclass(frozen=True)
class CopyFacts:
    """What anyone may know of the original of a copy; `form` is "SAO Y", "SAO LỤC" or "TRÍCH SAO"."""

    form: str
    original_code: str
    original_agency: str
    original_sha256: str


@dataclass(frozen=True)
class Original:
    """What a copy is made of; `official_id` where it was issued here, `stamped` if page 1 carries a stamp."""

    pdf: bytes
    code: str
    agency_name: str
    subject: str
    sha256: str
    official_id: UUID | None = None
    stamped: bool = False


@dataclass(frozen=True)
class CopyOrder:
    """The copy asked for: `form` of `states.CopyForm`, who instructed it (id of an official).

    An excerpt has its pages from 1, both included, and says what it is of.
    """

    form: str
    instructed_by: int | None = None
    first_page: int | None = None
    last_page: int | None = None
    extract: str = ""


@dataclass(frozen=True)
class DocumentIssued:
    """Event: a document has its number and its signatures."""

    document_id: UUID
    agency_id: int
