"""Which agencies a province of the demonstration has, as plain rows; no database here.

`H55` is the People's Committee, `H55.01` to `H55.19` its departments, from `H55.21` the districts in the
order of their codes. Below a district stand its offices and communes, below its office of education the
schools, below the health centre of a district the clinics of its communes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lienthong.directory import codes
from lienthong.directory.country import templates
from lienthong.directory.country.templates import Template

FIRST_DISTRICT = 21
MAIL_DOMAIN = "lienthong.example"
# In every third rural commune of a district one school has both levels, as is common in the uplands.
RURAL, JOINED_EVERY = "Xã", 3


@dataclass(frozen=True)
class Unit:
    """An administrative unit with the units below it, in the order of their codes."""

    id: int
    code: str
    kind: str
    name: str
    below: tuple[Unit, ...] = ()

    @property
    def within_sentence(self) -> str:
        """Its name as it stands after another word: “phường Đồng Quang”."""
        return self.name[0].lower() + self.name[1:]

    @property
    def bare(self) -> str:
        """Its name without its kind, unless that leaves a number: “Đồng Quang”, “Phường 1”."""
        bare = self.name.removeprefix(self.kind).strip()
        return self.name if not bare or bare.isdigit() else bare


@dataclass(frozen=True)
class AgencyRow:
    """An agency to be stored; `parent` is the code of the one above, empty on the first level."""

    code: str
    name: str
    short_name: str
    kind: str
    parent: str
    unit_id: int | None
    address: str

    @property
    def level(self) -> int:
        """1 for a ministry or province."""
        return self.code.count(".") + 1

    @property
    def old_code(self) -> str:
        """The leaf-first form."""
        return codes.leaf_first(self.code)

    @property
    def email(self) -> str:
        """An address in the domain reserved for examples (RFC 2606)."""
        return f"vanthu@{self.code.lower()}.{MAIL_DOMAIN}"


def ministry(code: str, name: str) -> AgencyRow:
    """A central body."""
    return AgencyRow(code, name, templates.MINISTRY_NOTATIONS[code], "ministry", "", None, "Hà Nội")


def committee(code: str, province: Unit) -> AgencyRow:
    """The People's Committee of a province, which stands on the first level."""
    return AgencyRow(code, _committee_name(province), "UBND", "province", "", province.id, province.name)


def province_rows(code: str, province: Unit) -> Iterator[AgencyRow]:
    """Every agency below a province's committee `code`, each after the one above it."""
    top = committee(code, province)
    health = education = top
    for number, template in enumerate(templates.DEPARTMENTS, start=1):
        department = _made(template, top, number, province.within_sentence, province.id, top.address)
        yield department
        yield from _numbered(template.below, department, province.within_sentence, province)
        if template is templates.HEALTH:
            health = department
        if template is templates.EDUCATION:
            education = department
    for number, district in enumerate(province.below):
        yield from _district_rows(district, top, FIRST_DISTRICT + number)
        yield from _health_rows(district, health, len(templates.HEALTH.below) + 1 + number)
        position = len(templates.EDUCATION.below) + 1 + number
        yield _made(templates.HIGH_SCHOOL, education, position, district.bare, district.id, district.name)


def _district_rows(district: Unit, top: AgencyRow, number: int) -> Iterator[AgencyRow]:
    address = f"{district.name}, {top.address}"
    code = f"{top.code}.{number:02}"
    body = AgencyRow(code, _committee_name(district), "UBND", "district", top.code, district.id, address)
    yield body
    offices = templates.district_offices(district.kind)
    for position, template in enumerate(offices, start=1):
        office = _made(template, body, position, district.within_sentence, district.id, address)
        yield office
        if template.name.startswith(templates.EDUCATION_OFFICE):
            yield from _schools(district, office)
    for position, commune in enumerate(district.below, start=len(offices) + 1):
        yield AgencyRow(
            f"{code}.{position:02}",
            _committee_name(commune),
            "UBND",
            "commune",
            code,
            commune.id,
            f"{commune.name}, {address}",
        )


def _schools(district: Unit, office: AgencyRow) -> Iterator[AgencyRow]:
    rural = [commune.code for commune in district.below if commune.kind == RURAL]
    joined = set(rural[::JOINED_EVERY])
    number = 0
    for commune in district.below:
        levels = (templates.JOINED,) if commune.code in joined else (templates.PRIMARY, templates.SECONDARY)
        for template in (templates.KINDERGARTEN, *levels):
            number += 1
            address = f"{commune.name}, {office.address}"
            yield _made(template, office, number, commune.bare, commune.id, address)


def _health_rows(district: Unit, health: AgencyRow, number: int) -> Iterator[AgencyRow]:
    address = f"{district.name}, {health.address}"
    center = _made(templates.HEALTH_CENTER, health, number, district.within_sentence, district.id, address)
    yield center
    for position, commune in enumerate(district.below, start=1):
        place = f"{commune.name}, {address}"
        yield _made(templates.CLINIC, center, position, commune.within_sentence, commune.id, place)


def _numbered(below: tuple[Template, ...], parent: AgencyRow, named: str, unit: Unit) -> Iterator[AgencyRow]:
    for number, template in enumerate(below, start=1):
        yield _made(template, parent, number, named, unit.id, parent.address)


def _made(
    template: Template, parent: AgencyRow, number: int, named: str, unit_id: int, address: str
) -> AgencyRow:
    return AgencyRow(
        code=f"{parent.code}.{number:02}",
        name=template.name.format(unit=named),
        short_name=template.short_name,
        kind=template.kind,
        parent=parent.code,
        unit_id=unit_id,
        address=address,
    )


def _committee_name(unit: Unit) -> str:
    return f"Ủy ban nhân dân {unit.within_sentence}"
