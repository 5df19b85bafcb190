"""Words that are frequent in an agency are met by reading its newest dossiers, rare ones by the index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Least, StrIndex

from lienthong.dossiers.models import Dossier
from lienthong.kernel.plain import Plain
from lienthong.kernel.statements import fetch

# If so many of so many of the newest have words of which none is rare, a page of them is met in some 20,000:
# sooner than all that has one of them is looked at (ADR 0060, ADR 0073).
SAMPLE, ENOUGH = 2_000, 5
# Of so many of the newest: how many have each word. Rare is what so many have at most.
COUNTED, RARE = 400, 4
_TABLE = Dossier._meta.db_table
_MET = f"""
    WITH asked AS MATERIALIZED (
        SELECT plain(word) AS word, place FROM unnest(%s::text[]) WITH ORDINALITY given (word, place)
    ), agency AS (SELECT %s::bigint AS id)
    SELECT (
        SELECT count(*) FROM (
            SELECT FROM (
                SELECT search_text FROM {_TABLE} WHERE agency_id = (SELECT id FROM agency)
                ORDER BY id DESC LIMIT {SAMPLE}
            ) newest
            WHERE search_text LIKE ALL (ARRAY(
                SELECT '%%' || regexp_replace(word, '([\\\\%%_])', '\\\\\\1', 'g') || '%%' FROM asked
            ))
            LIMIT {ENOUGH}
        ) met
    ), ARRAY(
        SELECT (
            SELECT count(*) FROM (
                SELECT search_text FROM {_TABLE} WHERE agency_id = (SELECT id FROM agency)
                ORDER BY id DESC LIMIT {COUNTED}
            ) newest
            WHERE strpos(search_text, word) > 0
        ) FROM asked ORDER BY place
    )
"""  # noqa: S608, of constants


class _IsOneOf(Func):
    """SQL `key = ANY (ARRAY(…))`: the array is made first, by the plan that is best for it alone."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY (", BooleanField()


def with_words(rows: QuerySet[Dossier], words: Sequence[str], *, agency_id: int) -> QuerySet[Dossier]:
    """Those of an agency's dossiers, `rows`, that have every word, to be read newest first. One query."""
    asked = [word[:100] for word in words]
    ((met, counts),) = fetch(_MET, asked, agency_id)
    count, rarest = _rarest(asked, counts)
    if not rarest or (met == ENOUGH and count > RARE):
        return _having(rows, asked)
    # In the column's type: for a plain literal, an integer, no GIN index serves.
    found = rows.model.objects.filter(agency_id=Cast(Value(agency_id), BigIntegerField()))
    found = found.filter(search_text__contains=Plain(Value(rarest)))
    found = _having(found, [word for word in asked if word != rarest])
    return rows.filter(_IsOneOf(F("pk"), ArraySubquery(found.values("pk"))))


def _having(rows: QuerySet[Dossier], words: Sequence[str]) -> QuerySet[Dossier]:
    """With one condition that no index serves; the planner takes it to hold for a third, whatever it asks."""
    places = [StrIndex(F("search_text"), Plain(Value(word))) for word in words]
    if not places:
        return rows
    return rows.alias(first=Least(*places) if len(places) > 1 else places[0]).filter(first__gt=0)


def _rarest(words: Sequence[str], counts: Sequence[int]) -> tuple[int, str]:
    """How many have the one word to ask of the index, of equally rare ones the longest; and the word.

    It is empty if the index knows none of them. Looking at what has it for the other words costs less than to
    put together the index's long lists for words that are frequent in all agencies, and all of it for a word
    of two letters.
    """
    both = zip(counts, words, strict=True)
    known = [(count, -len(word), word) for count, word in both if _has_letters(word)]
    count, _length, word = min(known, default=(0, 0, ""))
    return count, word


def _has_letters(word: str) -> bool:
    """Whether the index knows the word at all: three letters or digits in a row."""
    return re.search(r"[^\W_]{3}", normalize("NFC", word)) is not None
