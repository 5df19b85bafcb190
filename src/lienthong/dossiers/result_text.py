"""The draft of a result from the facts of its dossier, for who writes it to change. In Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import override

from lienthong.documents.public import CERTIFICATE_TYPES, TYPES
from lienthong.dossiers.contracts import ResultText
from lienthong.dossiers.models import Dossier
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import Communes, Definition, DrawnField, form_pages

DECISION = "QD"
_UNIT = re.compile(r"\b(?:tỉnh|thành phố|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu) (.+)$", re.IGNORECASE)
_DECISION = re.compile(r"^quyết định (?:về việc )?(?=\w)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_COMMITTEE = re.compile(r"^ủy ban nhân dân\b", re.IGNORECASE)


def type_of(name: str, said: str = "") -> str:
    """The type that the version says; else the one whose name the result begins with, the longest; a decision
    where there is none.
    """
    if said in TYPES:
        return said
    fitting = [kind for kind in TYPES.values() if name.casefold().startswith(kind.name_vi.casefold())]
    return max(fitting, key=lambda kind: len(kind.name_vi)).code if fitting else DECISION


def result_text(dossier: Dossier, definition: Definition, *, key: str, name: str, agency: str) -> ResultText:
    """What the draft says before anybody has written: the law, the dossier, what was applied for."""
    said = next((one.document_type for one in definition.results if one.key == key), "")
    kind, applicant = type_of(name, said), dossier.applicant_name
    given = _given(name, applicant)
    day = (dossier.accepted_at or dossier.submitted_at).astimezone(VIETNAM)
    bases = [f"Căn cứ {law};" for law in definition.law]
    bases.append(f"Xét đề nghị của {applicant} tại hồ sơ số {dossier.code}, tiếp nhận ngày {day:%d/%m/%Y}.")
    facts = [f"- {line};" for line in _answers(definition, dossier)]
    opening = f"Điều 1. {given}" if kind == DECISION else given
    closing = ["Điều 2. Quyết định này có hiệu lực kể từ ngày ký."] if kind == DECISION else []
    unit = _UNIT.search(agency)
    return ResultText(
        key=key,
        type_code=kind,
        subject=f"Về việc {_lower(given)}" if kind == DECISION else _subject(kind, name, applicant),
        paragraphs=(
            *bases,
            f"{opening}, với các nội dung sau:" if facts else f"{opening}.",
            *facts,
            *closing,
        ),
        recipients=(applicant, f"Lưu: VT, hồ sơ {dossier.code}"),
        authority="TM. ỦY BAN NHÂN DÂN" if _COMMITTEE.match(agency) else "",
        place=unit[1] if unit else "",
    )


def _subject(kind: str, name: str, applicant: str) -> str:
    """What stands below the type: of a certificate what it is of, without the type's name again."""
    certified = next((one for one in CERTIFICATE_TYPES if one.code == kind), None)
    rest = _BRACKETS.sub("", name).strip()
    if certified is not None and rest.casefold().startswith(certified.name_vi.casefold()):
        rest = rest[len(certified.name_vi) :].strip()
    return f"{rest[:1].upper()}{rest[1:]} – {applicant}" if rest else applicant


def _given(name: str, applicant: str) -> str:
    """What is decided: a decision is on the rest of its name, a paper is given."""
    decided = _DECISION.sub("", name)
    if decided != name:
        return f"{decided[:1].upper()}{decided[1:]} đối với {applicant}"
    return f"Cấp {_lower(name)} cho {applicant}"


def _lower(text: str) -> str:
    """With a small first letter, as within a sentence; an abbreviation stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _answers(definition: Definition, dossier: Dossier) -> list[str]:
    """Each answer in words, entries of groups too; files are not named."""
    if definition.form is None:
        return []
    with override("vi"):
        drawn = form_pages(definition.form, dossier.application.answers, places=Communes())
        return [line for page in drawn.pages for field in page.fields for line in _lines(field)]


def _lines(field: DrawnField) -> Iterator[str]:
    if field.said and field.control != "file":
        yield f"{field.question.label}: {field.said}"
    for entry in field.entries:
        said = [f"{one.question.label}: {one.said}" for one in entry.fields if one.said]
        if said:
            yield f"{field.question.label} {entry.number}: {', '.join(said)}"
