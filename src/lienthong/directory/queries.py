"""Finding agencies.

Who they are is public, so nothing here asks for a viewer; each function says its queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.db.models import Case, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from lienthong.directory import codes
from lienthong.directory.models import Agency, AgencyAlias, AgencySuccession, Division, Plain, PostHolding
from lienthong.kernel.errors import Refusal
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.statements import Columns, fetch

LONGEST_SEARCH = 200
RANKED = 1000
TRIGRAM = 3
LONGEST_KEY = 18


class UnknownAgency(Refusal):
    """No agency has this code."""

    code, status = "unknown-agency", 404
    sentence = _("No agency has the code “%(code)s”. Look it up in the directory of agencies.")


class ClosedAgency(Refusal):
    """The agency does not exist on the day asked for."""

    code, status = "closed-agency", 409
    sentence = _(
        "The agency “%(name)s” (%(code)s) does not exist on %(day)s: it was there from %(first)s to %(last)s."
        " Choose its successor in the directory of agencies."
    )

    @classmethod
    def of(cls, agency: Agency, *, on: date, field: str = "code") -> Self:
        """The refusal for this agency and day."""
        return cls(
            field=field,
            name=agency.name,
            code=agency.code,
            day=_written(on),
            first=_written(agency.valid_from),
            last=_written(agency.valid_to - timedelta(days=1)),
        )


class SearchTooLong(Refusal):
    """The search text is longer than any name."""

    code, status = "search-too-long", 400
    sentence = _("The search text has %(length)s characters. Write at most %(most)s.")


def find_agency(code: str, *, on: date) -> Agency:
    """The agency that has the code on the day, in any spelling, either form or an alias. Two queries at most.

    Raises:
        UnknownAgency: nobody ever had the code.
        ClosedAgency: somebody had it, but not on the day.
    """
    found = find_agencies([code], on=on)
    if code in found:
        return found[code]
    past = _candidates(_lookups([code])).order_by("-valid_to").first()
    if past is None:
        raise UnknownAgency(field="code", code=codes.shown(code))
    raise ClosedAgency.of(past, on=on)


_AGENCY = Columns(Agency)
_BY_CODE = f"""
SELECT {_AGENCY.of("agency")} FROM directory_agency agency
WHERE code = ANY(%s::text[]) AND valid_from <= %s AND valid_to > %s
"""  # noqa: S608


def find_agencies(wanted: Collection[str], *, on: date) -> dict[str, Agency]:
    """The agencies that have the codes on the day, by the spelling asked for; what is not found is absent.

    Two queries, however many. A code of an agency goes before an alias of another.
    """
    lookups = _lookups(wanted)
    if not lookups:
        return {}
    named = set(lookups.values())
    agencies = Agency.objects.valid(on)
    found = (_AGENCY.read(iter(row)) for row in fetch(_BY_CODE, list(named), on, on))
    by_code = {agency.code: agency for agency in found}
    missing = named - by_code.keys()
    aliases = AgencyAlias.objects.filter(alias__in=missing).values_list("alias", "agency_id")
    by_alias = dict(aliases) if missing else {}
    by_id = agencies.in_bulk(list(by_alias.values())) if by_alias else {}
    both = {**{alias: by_id[key] for alias, key in by_alias.items() if key in by_id}, **by_code}
    return {text: both[lookup] for text, lookup in lookups.items() if lookup in both}


def search_agencies(text: str, *, on: date, under: Agency | None = None, limit: int = 20) -> list[Agency]:
    """Agencies on the day whose name or code is like the text, best first; marks and order do not matter.

    `under` narrows to an agency and all below it. One query for the code, one for all words, one for a
    misspelt name if those found nothing. Raises `SearchTooLong`.
    """
    if len(text) > LONGEST_SEARCH:
        raise SearchTooLong(field="q", length=len(text), most=LONGEST_SEARCH)
    text = " ".join(word for word in text.replace("\0", " ").split() if any(map(str.isalnum, word)))
    if not text:
        return []
    within = Agency.objects.valid(on).filter(path__startswith=under.path if under else "/")
    exact = [
        found for found in find_agencies([text], on=on).values() if under is None or _is_under(found, under)
    ]
    named = _with_all_words(within, text) or _alike(within, text)
    return _once([*exact, *_best_first(named, text, limit)])[:limit]


def children_of(agency: Agency | None, *, on: date) -> list[Agency]:
    """The agencies right below on the day, or those of the first level, by code; `has_children` set.

    One query.
    """
    return list(_level(Q(parent=agency), on=on).order_by("code"))


def children_page(agency: Agency, *, on: date, cursor: str = "") -> Page[Agency]:
    """One page of the agencies right below on the day, by code. One query."""
    return page_of(_level(Q(parent=agency), on=on), key="+code", cursor=cursor)


def ancestors_of(agency: Agency) -> list[Agency]:
    """Those above the agency, the root first, itself left out. One query."""
    return list(Agency.objects.filter(pk__in=_ids_above(agency)).order_by(Length("path")))


@dataclass(frozen=True)
class Branch:
    """An agency in a drawn tree, with the branches below it when it is opened."""

    agency: Agency
    below: tuple[Branch, ...] = ()


def tree_opened_at(agency: Agency | None, *, on: date) -> tuple[Branch, ...]:
    """The first level, with every level down to the children of `agency` opened. One query at any depth."""
    opened = [*_ids_above(agency), agency.pk] if agency else []
    rows = _level(Q(parent=None) | Q(parent__in=opened), on=on).order_by("code")
    below: dict[int | None, list[Agency]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return _branches(below, None)


def agency_by_key(key: int | str) -> Agency:
    """The agency with the primary key, existing or closed, with its unit and superior. One query.

    Raises `UnknownAgency`.
    """
    text = str(key)
    found = text.isascii() and text.isdigit() and len(text) < LONGEST_KEY
    agency = Agency.objects.select_related("unit", "parent").filter(pk=int(text)).first() if found else None
    if agency is None:
        raise UnknownAgency(field="code", code=codes.shown(text))
    return agency


@dataclass(frozen=True)
class History:
    """Which agencies this one came from and went into, and the other spellings of its code."""

    predecessors: tuple[AgencySuccession, ...]
    successors: tuple[AgencySuccession, ...]
    aliases: tuple[str, ...]


def history_of(agency: Agency) -> History:
    """The agency's predecessors, successors and aliases. Three queries."""
    return History(
        predecessors=tuple(agency.predecessions.select_related("predecessor").order_by("on_date", "pk")),
        successors=tuple(agency.successions.select_related("successor").order_by("on_date", "pk")),
        aliases=tuple(agency.aliases.order_by("alias").values_list("alias", flat=True)),
    )


def with_superiors(agencies: Iterable[Agency]) -> list[tuple[Agency, list[Agency]]]:
    """Each agency with those above it, the root first. One query."""
    listed = list(agencies)
    above = Agency.objects.in_bulk({key for agency in listed for key in _ids_above(agency)})
    return [(agency, [above[key] for key in _ids_above(agency)]) for agency in listed]


def divisions_of(agency: Agency) -> list[Division]:
    """The agency's divisions by name. One query."""
    return list(Division.objects.filter(agency=agency).order_by("name"))


def posts_page(agency: Agency, *, on: date, signed_in: bool, cursor: str = "") -> Page[PostHolding]:
    """One page of the agency's posts held on the day, with division and official. One query.

    Officials' own contacts are read only for who is signed in; others get them empty.
    """
    holdings = PostHolding.objects.filter(post__agency=agency, valid_from__lte=on, valid_to__gt=on)
    page = page_of(holdings.select_related("post__division", "official"), key="+id", cursor=cursor)
    if not signed_in:
        for holding in page.rows:
            holding.official.email = holding.official.telephone = ""
    return page


def _lookups(wanted: Iterable[str]) -> dict[str, str]:
    lookups = {}
    for text in wanted:
        try:
            lookups[text] = codes.root_first(text)
        except codes.BadCode:
            if len(text) <= 2 * codes.MAX_LENGTH:
                lookups[text] = codes.spelled(text)
    return lookups


def _candidates(lookups: dict[str, str]) -> QuerySet[Agency]:
    named = list(lookups.values())
    return Agency.objects.filter(Q(code__in=named) | Q(aliases__alias__in=named))


def _level(below: Q, *, on: date) -> QuerySet[Agency]:
    children = Agency.objects.valid(on).filter(parent=OuterRef("pk"))
    return Agency.objects.valid(on).filter(below).annotate(has_children=Exists(children))


def _with_all_words(within: QuerySet[Agency], text: str) -> list[int]:
    for word in text.split():
        within = within.filter(search_text__contains=Plain(Value(word)))
    return _highest(within)


def _alike(within: QuerySet[Agency], text: str) -> list[int]:
    if len(text) < TRIGRAM:
        return []
    return _highest(within.filter(search_text__trigram_word_similar=Plain(Value(text))))


def _highest(found: QuerySet[Agency]) -> list[int]:
    """So many of those found as are worth ranking, the highest in the tree first."""
    return list(found.order_by(Length("code")).values_list("pk", flat=True)[:RANKED])


def _best_first(found: list[int], text: str, limit: int) -> list[Agency]:
    """Of those found first the very words with marks, then the words, the higher, the more alike."""
    if not found:
        return []
    asked = Plain(Value(text))
    whole = Case(When(name__icontains=text, then=0), When(search_text__contains=asked, then=1), default=2)
    likeness = Func(asked, Plain(F("name")), function="similarity", output_field=FloatField())
    rows = Agency.objects.filter(pk__in=found).annotate(
        level=Func(
            F("code"),
            Value("[^.]"),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=TextField(),
        ),
        likeness=likeness,
    )
    return list(rows.order_by(whole, Length("level"), "-likeness", "code")[:limit])


def _once(agencies: Iterable[Agency]) -> list[Agency]:
    return list({agency.pk: agency for agency in agencies}.values())


def _is_under(agency: Agency, under: Agency) -> bool:
    return agency.path.startswith(under.path)


def _ids_above(agency: Agency) -> list[int]:
    return [int(key) for key in agency.path.strip("/").split("/")[:-1]]


def _branches(below: dict[int | None, list[Agency]], parent: int | None) -> tuple[Branch, ...]:
    return tuple(
        Branch(agency, _branches(below, agency.pk) if agency.pk in below else ())
        for agency in below.get(parent, ())
    )


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
