"""Finding documents by words and numbers: without marks, by index, the exact first, and never all of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor, page_of
from lienthong.office.text_models import FileText
from lienthong.office.text_search import NumberKey, Plain

M = TypeVar("M", bound=Model)
RARE = 2000  # hits that are still sorted one and all
_COUNTED = """
    SELECT CASE WHEN count(*) <= %s THEN coalesce(array_agg(hit), ARRAY[]::uuid[]) END FROM ({}) hits (hit)
"""
MOST_WORDS = 12


@dataclass(frozen=True)
class Wording:
    """What is looked for: words, and whether they may be a number."""

    text: str

    @property
    def words(self) -> list[str]:
        """The words in composed form (NFC), at most `MOST_WORDS`."""
        return unicodedata.normalize("NFC", self.text.replace("\0", "")).split()[:MOST_WORDS]

    @property
    def numeric(self) -> bool:
        """Whether it may be a number: it has a digit."""
        return re.search(r"\d", self.text) is not None

    def by_number(self) -> Q:
        """Documents whose number has the text's key in it."""
        return Q(number_key__contains=NumberKey(Value(" ".join(self.words))))

    def by_summary(self) -> Q:
        """Documents whose summary and sender have every word."""
        every = Q()
        for word in self.words:
            every &= contains("search_text", word)
        return every

    def by_content(self) -> Q:
        """Texts that have every word."""
        return Q(words=SearchQuery(Plain(Value(" ".join(self.words))), config="simple", search_type="plain"))


def contains(column: str, text: str) -> Q:
    """The column, which is plain, has the text in it, however it is written."""
    return Q(**{f"{column}__contains": Plain(Value(text))})


def days(column: str, since: date | None, until: date | None) -> Q:
    """From the first day to the last, both included, at +07:00."""
    found = Q()
    if since:
        found &= Q(**{f"{column}__gte": datetime.combine(since, time(), VIETNAM)})
    if until:
        found &= Q(**{f"{column}__lt": datetime.combine(until, time(), VIETNAM) + timedelta(days=1)})
    return found


def of_agency(agency_id: int) -> Q:
    """The agency's, in the type of the column: for a plain literal, an integer, no GIN index serves.

    Nor does one serve fully where both are asked for: PostgreSQL then reads the words of all agencies.
    """
    return Q(agency_id=Cast(Value(agency_id), BigIntegerField()))


def matching(text: str, *, agency_id: int, content: type[FileText] | None = None) -> Q:
    """Documents that match by number or by summary; with `content` also by what the agency's files say."""
    wording = Wording(text)
    if not wording.words:
        return Q()
    found = wording.by_summary()
    if wording.numeric:
        found |= wording.by_number()
    if content is not None:
        texts = _texts(content, wording, agency_id)
        found |= Q(Exists(texts.filter(document=OuterRef("pk"))))
    return found


def search_page(
    visible: QuerySet[M],
    agency_id: int,
    text: str,
    *,
    within: QuerySet[M],
    cursor: str = "",
    texts: QuerySet[Any] | None = None,
) -> Page[M]:
    """A page of the visible rows that match, the exact ones first, then newest.

    `within` are the rows `of_agency` narrowed by the other filters but not to who asks, which costs more;
    `texts`, the read texts of the same, are looked through too. The indexes are asked for at most `RARE` hits
    among them. If that is all, the visible among them are sorted: the number itself, then the words with the
    very marks typed, then without, then those only in the files. If there are more, the words are frequent
    and met soon among the newest; nothing is sorted or counted (ADR 0013). The number of queries does not
    depend on how much is found.
    """
    wording = Wording(text)
    few = _few(within, wording, texts)
    if few is None:
        content = texts.model if texts is not None else None
        found = matching(text, agency_id=agency_id, content=content)
        return page_of(visible.filter(found), key="id", cursor=cursor)
    fields = ["pk", "number_key", "subject", "search_text"]
    if any(field.name == "sender_name" for field in visible.model._meta.get_fields()):
        fields.append("sender_name")
    hits = list(visible.filter(pk__in=few).order_by().values(*fields))
    key = _number_key(visible.model, wording) if wording.numeric else ""
    order = [row["pk"] for row in sorted(hits, key=lambda row: _rank(row, wording, key))]
    begin = _after(order, cursor)
    ids = order[begin : begin + PAGE_SIZE]
    rows = {row.pk: row for row in visible.filter(pk__in=ids)}
    more = begin + PAGE_SIZE < len(order)
    return Page([rows[pk] for pk in ids if pk in rows], encode_cursor(str(ids[-1])) if more else "")


def _few(within: QuerySet[M], wording: Wording, texts: QuerySet[Any] | None) -> set[UUID] | None:
    """The hits by each index if there are at most `RARE`; None if there are more."""
    sources: list[QuerySet[Any, UUID]] = []
    if texts is not None:  # first, as words cost least to find: frequent ones end the search for hits here
        sources.append(texts.filter(wording.by_content()).values_list("document_id", flat=True))
    sources.append(within.filter(wording.by_summary()).values_list("pk", flat=True))
    if wording.numeric:
        sources.append(within.filter(wording.by_number()).values_list("pk", flat=True))
    found: set[UUID] = set()
    for source in sources:
        hits = _hits(source)
        if hits is None or len(found := found | set(hits)) > RARE:
            return None
    return found


def _hits(source: QuerySet[Any, UUID]) -> list[UUID] | None:
    """All hits of one index if there are at most `RARE`; None if there are more, which are not sent here."""
    try:
        sql, parameters = source.order_by()[: RARE + 1].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(sql), [RARE, *parameters])
        hits: list[UUID] | None = cursor.fetchone()[0]
    return hits


def _texts(content: type[FileText], wording: Wording, agency_id: int) -> QuerySet[Any]:
    return content._default_manager.filter(wording.by_content(), of_agency(agency_id))


def _number_key(model: type[M], wording: Wording) -> str:
    """The key of the number typed, as the database writes it."""
    asked = model._default_manager.order_by().values_list(NumberKey(Value(" ".join(wording.words))))
    return str((asked.first() or ("",))[0])


def _rank(row: dict[str, Any], wording: Wording, key: str) -> tuple[int, int]:
    """The place in the order: exactness first, then the newest."""
    said = unicodedata.normalize("NFC", f"{row['subject']} {row.get('sender_name', '')}").casefold()
    if key and row["number_key"] == key:
        rank = 0
    elif all(word.casefold() in said for word in wording.words):
        rank = 1
    elif all(_unmarked(word) in row["search_text"] for word in wording.words):
        rank = 2
    else:
        rank = 3
    return rank, -row["pk"].int


def _unmarked(word: str) -> str:
    """Near enough to SQL `plain` for sorting."""
    apart = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _after(order: Iterable[UUID], cursor: str) -> int:
    """Where the page after the cursor begins; one that is gone begins anew."""
    if not cursor:
        return 0
    last = decode_cursor(cursor)
    return next((place for place, pk in enumerate(order, start=1) if str(pk) == last), 0)
