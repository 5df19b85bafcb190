"""Words that are frequent in an agency are met by reading its newest dossiers, rare ones by the index."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Least, StrIndex

from lienthong.dossiers.models import Dossier
from lienthong.kernel.plain import Plain
from lienthong.kernel.statements import fetch

# If so many of so many of the newest have the words, a page of them is met in some 20,000: at most half of
# what the index takes to put together its lists of letters that are frequent in all agencies (ADR 0060).
SAMPLE, ENOUGH = 2_000, 5
_MET = f"""
    SELECT FROM (
        SELECT search_text FROM {Dossier._meta.db_table} WHERE agency_id = %s ORDER BY id DESC LIMIT {SAMPLE}
    ) newest
    WHERE search_text LIKE ALL (ARRAY(
        SELECT '%%' || regexp_replace(plain(word), '([\\\\%%_])', '\\\\\\1', 'g') || '%%'
        FROM unnest(%s::text[]) word
    ))
    LIMIT {ENOUGH}
"""  # noqa: S608, of constants


def with_words(rows: QuerySet[Dossier], words: Sequence[str], *, agency_id: int) -> QuerySet[Dossier]:
    """Those of an agency's dossiers, `rows`, that have every word, to be read newest first. One query."""
    short = [word[:100] for word in words]
    asked = [Plain(Value(word)) for word in short]
    if len(fetch(_MET, agency_id, short)) == ENOUGH:
        # One condition that no index serves; the planner takes it to hold for a third, whatever it asks.
        places = [StrIndex(F("search_text"), word) for word in asked]
        return rows.alias(first=Least(*places) if len(places) > 1 else places[0]).filter(first__gt=0)
    for word in asked:
        rows = rows.filter(search_text__contains=word)
    return rows
