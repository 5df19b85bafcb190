"""The rules of form of NĐ 30/2020/NĐ-CP, annex I, as functions from a sheet to the faults found on it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lienthong.documents.form_check.findings import Finding
from lienthong.documents.form_check.sheet import Line, PageOfSheet, Sheet

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
MILLIMETRE = 72 / 25.4
SLACK = 1.0  # millimetres that letters may stand out or in
A4 = (210, 297)
SMALLEST = 10.0  # points; what is smaller is a note outside the layout, such as that of the QR code
GOOD_FACES = ("timesnewroman", "times", "tinos", "liberationserif", "termes", "nimbusroman", "freeserif")
LEGACY_FACES = (".vn", "vni-", "vni_", "vntime", "vps", "abc")
AUTHORITIES = ("TM.", "KT.", "TL.", "TUQ.", "Q.")
COLLECTIVE = ("ủy ban nhân dân", "hội đồng nhân dân")
DEPUTIES = ("phó ", "thứ trưởng", "cấp phó")
BODY_SIZES = (12.7, 14.3)


@dataclass(frozen=True)
class Expected:
    """What the document says of itself: its type, notation and agency, and who signs it."""

    type_code: str
    type_name: str
    notation: str
    agency: str
    place: str = ""
    signer: str = ""
    signer_title: str = ""
    signature: tuple[float, float, float, float] | None = None


Rule = Callable[[Sheet, Expected], Iterator[Finding]]


def check_sheet(sheet: Sheet, expected: Expected) -> list[Finding]:
    """Every fault of form found, in the order of the boxes."""
    if not any(page.lines for page in sheet.pages):
        return [Finding("no-text"), *_page_size(sheet, expected)]
    return [finding for rule in RULES for finding in rule(sheet, expected)]


def _page_size(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    for page in sheet.pages:
        found = (round(page.width / MILLIMETRE), round(page.height / MILLIMETRE))
        # An annex may lie on its side (annex I, I.2); the document itself stands.
        sides = found if page.number == 1 else tuple(sorted(found))
        if max(abs(sides[0] - A4[0]), abs(sides[1] - A4[1])) > SLACK:
            facts = {"page": str(page.number), "width": str(found[0]), "height": str(found[1])}
            yield Finding("page-size", facts)
            return


def _margins(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    page = sheet.pages[0]
    lines = [line for line in page.lines if line.size >= SMALLEST and not _is_number(line)]
    if not lines or page.width > page.height:
        return
    found = {
        "left": (min(line.left for line in lines), 30, 35),
        "right": (page.width - max(line.right for line in lines), 15, math.inf),
        "top": (page.height - max(line.top for line in lines), 20, math.inf),
        "bottom": (min(line.bottom for line in lines), 20, math.inf),
    }
    for side, (points, least, most) in found.items():
        size = points / MILLIMETRE
        # A short page leaves the bottom free, ragged lines the right edge: only too little is a fault.
        if size < least - SLACK or size > most + 3 * SLACK:
            yield Finding(f"margin-{side}", {"found": f"{size:.0f}"})


def _faces(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    for name, embedded in sheet.faces:
        if _plain_face(name).startswith(LEGACY_FACES):
            yield Finding("legacy-face", {"found": _spoken_face(name)})
        elif not embedded:
            yield Finding("not-embedded", {"found": _spoken_face(name)})
    weights = Counter[str]()
    for line in _body(sheet):
        weights[line.face] += len(line.text)
    if weights:
        face = weights.most_common(1)[0][0]
        plain = _plain_face(face)
        if not plain.startswith((*GOOD_FACES, *LEGACY_FACES)):
            yield Finding("face", {"found": _spoken_face(face)})


def _body_size(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    weights = Counter[float]()
    for line in _body(sheet):
        weights[line.size] += len(line.text)
    if weights:
        size = weights.most_common(1)[0][0]
        if not BODY_SIZES[0] <= size <= BODY_SIZES[1]:
            yield Finding("body-size", {"found": f"{size:g}"})


def _page_numbers(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    first, second = sheet.pages[0], next((page for page in sheet.pages if page.number == 2), None)
    if any(_is_number(line) and _in_margin(line, first) for line in first.lines):
        yield Finding("page-number-first")
    if second is not None and not any(
        _is_number(line) and line.text == "2" and line.bottom > second.height - 20 * MILLIMETRE - line.size
        for line in second.lines
    ):
        yield Finding("page-number-missing")


def _nation(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    page = sheet.pages[0]
    head = _head(page)
    nation = next((line for line in head if NATION in line.text), None)
    if nation is None:
        yield Finding("nation")
    elif nation.middle < page.width / 2 and nation.right - nation.left < page.width / 2:
        yield Finding("nation-place")
    if not any(MOTTO in line.text for line in head):
        yield Finding("motto")


def _agency(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    page = sheet.pages[0]
    left = " ".join(line.text for line in _head(page) if line.middle < page.width / 2)
    if _folded(expected.agency) not in _folded(left):
        yield Finding("agency", {"wanted": expected.agency})


def _number(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    line = next((line for line in _head(sheet.pages[0]) if line.text.startswith("Số")), None)
    match = re.match(r"Số\s*:\s*[\d.…_\s]*/\s*(\S+)", line.text) if line else None
    if match is None:
        yield Finding("number", {"wanted": expected.notation})
    elif match.group(1) != expected.notation:
        yield Finding("notation", {"found": match.group(1), "wanted": expected.notation})


_DATE = re.compile(r"(\S.*?),\s*ngày\s*([\d.…_\s]*)tháng\s*([\d.…_\s]*)năm\s*([\d.…_]*)")


def _date(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    found = next((m for line in _head(sheet.pages[0]) if (m := _DATE.search(line.text))), None)
    if found is None:
        yield Finding("date", {"place": expected.place or "Hà Nội"})
        return
    day, month = found.group(2).strip(), found.group(3).strip()
    if (day.isdigit() and len(day) < 2) or (month in {"1", "2"}) or re.fullmatch(r"0[3-9]", month):
        yield Finding("date-form", {"found": found.group(0)})


def _type_name(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    head = _head(sheet.pages[0])
    if expected.type_code == "CV":
        if not any(line.text.startswith("V/v") for line in head):
            yield Finding("letter-summary")
    elif expected.type_name and not any(line.text == expected.type_name.upper() for line in head):
        yield Finding("type-name", {"wanted": expected.type_name.upper()})


def _authority(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    found = [
        line.text for line in sheet.pages[-1].lines if re.match(r"(T/?M|K/?T|T/?L|TUQ|Q)\.?\s", line.text)
    ]
    for text in found:
        if not text.startswith(AUTHORITIES):
            yield Finding("authority-spelling", {"found": text.split()[0]})
    title = expected.signer_title.casefold()
    if not title:
        return
    others = next((text for text in found if text.startswith(("KT.", "TL.", "TUQ."))), None)
    if title.startswith(DEPUTIES):
        if not any(text.startswith(("KT.", "TL.", "TUQ.")) for text in found):
            yield Finding("deputy", {"title": expected.signer_title})
    elif others and others.startswith("KT."):
        yield Finding("head", {"title": expected.signer_title, "found": others})
    agency = expected.agency.casefold()
    if agency.startswith(COLLECTIVE) and not any(text.startswith(("TM.", "TL.", "TUQ.")) for text in found):
        body = next(name for name in COLLECTIVE if agency.startswith(name))
        yield Finding("collective", {"wanted": body.upper()})


def _signing(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    page = sheet.pages[-1]
    lower = [line for line in page.lines if line.middle > page.width / 2 and line.size >= SMALLEST]
    if expected.signer and not any(_folded(expected.signer) in _folded(line.text) for line in lower):
        yield Finding("signer", {"wanted": expected.signer})
    if expected.signature and any(_meets(line, expected.signature) for line in page.lines):
        yield Finding("signature-place")


def _recipients(sheet: Sheet, expected: Expected) -> Iterator[Finding]:
    if not any(line.text.startswith("Nơi nhận") for page in sheet.pages for line in page.lines):
        yield Finding("recipients")


RULES: tuple[Rule, ...] = (
    _page_size,
    _margins,
    _faces,
    _nation,
    _agency,
    _number,
    _date,
    _type_name,
    _body_size,
    _authority,
    _signing,
    _recipients,
    _page_numbers,
)


def _head(page: PageOfSheet) -> list[Line]:
    """The lines of the upper half, from the top."""
    return [line for line in page.lines if line.bottom > page.height / 2]


def _body(sheet: Sheet) -> Iterator[Line]:
    """Long lines, which are those of the text itself."""
    for page in sheet.pages:
        yield from (line for line in page.lines if line.right - line.left > page.width * 0.55)


def _is_number(line: Line) -> bool:
    return bool(re.fullmatch(r"[-–]?\s*\d{1,3}\s*[-–]?", line.text))


def _in_margin(line: Line, page: PageOfSheet) -> bool:
    edge = 25 * MILLIMETRE
    return line.bottom > page.height - edge or line.top < edge


def _meets(line: Line, box: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = box
    return line.left < right and line.right > left and line.bottom < top and line.top > bottom


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _plain_face(name: str) -> str:
    """The face's name without the tag of a subset: "ABCDEF+TimesNewRomanPS" becomes "timesnewromanps"."""
    return re.sub(r"[\s_-]", "", name.rpartition("+")[2]).casefold()


def _spoken_face(name: str) -> str:
    return name.rpartition("+")[2] or name
