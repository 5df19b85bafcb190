"""The slips as PDF/A (TT 03/2025/TT-VPCP, forms 01 to 06), in Vietnamese whatever the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from lienthong.documents.public import long_date, qr_svg, render_form
from lienthong.dossiers.follow_address import follow_address, follow_page
from lienthong.dossiers.models import Dossier, DossierTask, Slip
from lienthong.dossiers.states import SlipKind, TaskState
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import Channel, Process

TEMPLATE = Path(__file__).parent / "typst" / "slip.typ"
# A line never ends within a word of two syllables.
CONTROL_TITLE = (
    "Phiếu kiểm soát quá\N{NO-BREAK SPACE}trình giải\N{NO-BREAK SPACE}quyết hồ\N{NO-BREAK SPACE}sơ"
)
TITLES = {
    SlipKind.ACCEPTANCE: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    SlipKind.SUPPLEMENT: "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    SlipKind.REFUSAL: "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    SlipKind.APOLOGY: "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    SlipKind.STOP: "Thông báo dừng giải quyết hồ sơ",
}
OPENINGS = {
    SlipKind.ACCEPTANCE: "{agency} đã tiếp nhận hồ sơ sau đây:",
    SlipKind.SUPPLEMENT: "{agency} đề nghị bổ sung, hoàn thiện hồ sơ sau đây:",
    SlipKind.REFUSAL: "{agency} không tiếp nhận, giải quyết hồ sơ sau đây:",
    SlipKind.APOLOGY: "{agency} xin lỗi vì chưa trả được kết quả đúng hẹn đối với hồ sơ sau đây:",
    SlipKind.STOP: "{agency} thông báo dừng giải quyết hồ sơ sau đây:",
}
CLOSINGS = {
    SlipKind.ACCEPTANCE: "Khi đến nhận kết quả, xin mang theo giấy này và giấy tờ tùy thân.",
    SlipKind.SUPPLEMENT: "Trong quá trình bổ sung, nếu có vướng mắc, xin liên hệ cơ quan để được hướng dẫn.",
    SlipKind.REFUSAL: "Nếu có vướng mắc, xin liên hệ cơ quan để được hướng dẫn.",
    SlipKind.APOLOGY: "Rất mong nhận được sự thông cảm của ông/bà.",
    SlipKind.STOP: "Nếu có vướng mắc, xin liên hệ cơ quan để được hướng dẫn.",
}
CHANNELS: dict[str, str] = {
    Channel.COUNTER: "Trực tiếp tại Bộ phận Một cửa",
    Channel.POST: "Qua dịch vụ bưu chính",
    Channel.ONLINE_PART: "Trực tuyến một phần",
    Channel.ONLINE_WHOLE: "Trực tuyến toàn trình",
}
PAPERS = {"STT": 1, "Tên giấy tờ": 10, "Bản chính": 2, "Bản sao": 2}
MISSING = {"STT": 1, "Nội dung cần bổ sung, hoàn thiện": 14}
GIVEN = {"STT": 1, "Giấy tờ đã gửi": 14}
STEPS = {
    "Bước": 5,
    "Cơ quan, người thực hiện": 6,
    "Bắt đầu": 4,
    "Kết thúc": 4,
    "Thời hạn (phút làm việc)": 3,
    "Thực tế (phút làm việc)": 3,
    "Kết quả": 3,
}
STATES: dict[str, str] = {
    TaskState.OPEN: "Đang thực hiện",
    TaskState.DONE: "Đã xong",
    TaskState.DROPPED: "Không thực hiện",
}


def slip_pdf(slip: Slip) -> bytes:
    """The slip of the facts that were written with it. A few milliseconds."""
    said, kind = slip.facts, SlipKind(slip.kind)
    values = {
        "title": TITLES[kind],
        "opening": OPENINGS[kind].format(agency=said["agency"]),
        "facts": [[name, value] for name, value in _lines(said, kind) if value],
        **_table(said, kind),
        "closing": CLOSINGS[kind],
        "signers": _signers(said, kind),
    }
    says = {"code": said["code"], "qr": follow_address(said["code"])}
    return _drawn(values, **says, agency=said["agency"], at=slip.made_at)


def sent_pdf(dossier: Dossier, papers: Iterable[str], *, at: datetime) -> bytes:
    """What an applicant keeps of a dossier that was sent online and that nobody has looked at yet."""
    facts = [
        ["Tổ chức, cá nhân", dossier.applicant_name],
        ["Thủ tục hành chính", dossier.version.procedure.name],
        ["Hình thức nộp", CHANNELS.get(dossier.channel, "")],
        ["Thời điểm nộp", _moment(dossier.submitted_at)],
        ["Địa chỉ cơ quan", dossier.agency.address],
        ["Điện thoại liên hệ", dossier.agency.telephone],
    ]
    listed = [[str(place), name] for place, name in enumerate(papers, 1)]
    values = {
        "title": "Xác nhận đã nộp hồ sơ trực tuyến",
        "opening": f"Hồ sơ sau đây đã được gửi đến {dossier.agency.name} qua cổng dịch vụ công:",
        "facts": [line for line in facts if line[1]],
        "head": list(GIVEN) if listed else [],
        "widths": list(GIVEN.values()) if listed else [],
        "rows": listed,
        "closing": "Cơ quan sẽ xem xét và thông báo việc tiếp nhận cùng ngày hẹn trả kết quả; giấy này chưa "
        "phải là giấy tiếp nhận hồ sơ.",
        "signers": [["Người nộp hồ sơ", dossier.applicant_name]],
    }
    address = follow_address(dossier.code)
    return _drawn(values, code=dossier.code, qr=address, agency=dossier.agency.name, at=at)


def control_slip_pdf(
    dossier: Dossier, tasks: Iterable[DossierTask], process: Process, *, at: datetime
) -> bytes:
    """Form 06: each step so far, where it lay, who did it, and how long it took."""
    facts = [
        ["Tổ chức, cá nhân", dossier.applicant_name],
        ["Thủ tục hành chính", dossier.version.procedure.name],
        ["Ngày tiếp nhận", _moment(dossier.accepted_at)],
        ["Ngày hẹn trả kết quả", _moment(dossier.due_at)],
    ]
    values = {
        "title": CONTROL_TITLE,
        "opening": "",
        "facts": [line for line in facts if line[1]],
        "head": list(STEPS),
        "widths": list(STEPS.values()),
        "rows": [_step(task, process) for task in tasks],
        "closing": "",
        "signers": [["Người lập phiếu", ""]],
    }
    return _drawn(values, code=dossier.code, qr=dossier.code, agency=dossier.agency.name, at=at)


def _drawn(values: Mapping[str, object], *, code: str, qr: str, agency: str, at: datetime) -> bytes:
    common = {"code": code, "agency": agency, "date": long_date(at), "qr": qr_svg(qr)}
    return render_form(TEMPLATE, {**common, **values}, at=at)


def _lines(said: Mapping[str, Any], kind: SlipKind) -> list[tuple[str, str]]:
    """What the slip says line by line; a line with nothing to say is left out."""
    received = kind is SlipKind.ACCEPTANCE
    return [
        ("Tổ chức, cá nhân", said["applicant"]),
        ("Thủ tục hành chính", said["procedure"]),
        *(
            ("Thủ tục liên thông", f"{procedure}; mã hồ sơ {code}; hẹn trả kết quả {_instant(due_at)}")
            for code, procedure, due_at in said.get("linked", ())
        ),
        ("Hình thức tiếp nhận", CHANNELS.get(said.get("channel", ""), "")),
        ("Thời điểm tiếp nhận", _instant(said.get("accepted_at", ""))),
        ("Thời điểm hẹn trả kết quả", _instant(said["due_at"])),
        ("Hẹn lại trả kết quả vào", _instant(said.get("until", ""))),
        *(("Miễn, giảm phí, lệ phí", _reduced(*row)) for row in said.get("reduced", ())),
        ("Phí, lệ phí phải nộp", _money(said["fee"]) if received else ""),
        ("Lý do", said.get("reason", "")),
        ("Địa chỉ cơ quan", said.get("address", "")),
        ("Điện thoại liên hệ", said.get("telephone", "")),
        ("Theo dõi hồ sơ", _followed() if received else ""),
    ]


def _followed() -> str:
    page = follow_page()
    return f"quét mã QR ở trên, hoặc nhập mã hồ sơ tại {page}" if page else ""


def _reduced(name: str, tariff: int, share: int, less: int, why: str, law: str) -> str:
    """In full, what is taken off, what is left, and why."""
    taken = "miễn" if share == 100 else f"giảm {share}%"
    return (
        f"{name}: mức thu {_money(tariff)}, {taken} {_money(less)}, còn {_money(tariff - less)} "
        f"({why}; căn cứ {law})"
    )


def _money(amount: int) -> str:
    return f"{amount:,} đồng".replace(",", ".")


def _table(said: Mapping[str, Any], kind: SlipKind) -> dict[str, object]:
    """The papers received, or what is missing; slips without a list have an empty head."""
    if kind is SlipKind.ACCEPTANCE and said.get("papers"):
        columns, listed = PAPERS, said["papers"]
    elif kind is SlipKind.SUPPLEMENT:
        columns, listed = MISSING, [[item] for item in said.get("items", [])]
    else:
        return {"head": [], "widths": [], "rows": []}
    rows = [[str(place), *map(str, row)] for place, row in enumerate(listed, 1)]
    return {"head": list(columns), "widths": list(columns.values()), "rows": rows}


def _signers(said: Mapping[str, Any], kind: SlipKind) -> list[list[str]]:
    if kind is SlipKind.ACCEPTANCE:
        giver = said.get("handed_in_by", said["applicant"])
        return [["Người nộp hồ sơ", giver], ["Người tiếp nhận hồ sơ", said["official"]]]
    return [[said.get("post") or "Người lập phiếu", said["official"]]]


def _step(task: DossierTask, process: Process) -> list[str]:
    step, who = process.step.get(task.step), task.done_by or task.assignee
    return [
        (step.name if step else "") or task.step,
        " – ".join(filter(None, (task.agency.name, who.full_name if who else ""))),
        _moment(task.opened_at),
        _moment(task.done_at),
        str(task.minutes or ""),
        "" if task.minutes_used is None else str(task.minutes_used),
        STATES[task.state],
    ]


def _instant(text: str) -> str:
    return _moment(datetime.fromisoformat(text)) if text else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if moment else ""
