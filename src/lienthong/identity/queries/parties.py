"""Finding parties: by number, or by name without marks. Personal data, so only for who receives dossiers."""

from __future__ import annotations

import re

from django.db.models import Value

from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.models import Party
from lienthong.kernel.plain import Plain

SEARCHERS = frozenset({Role.RECEPTIONIST})
MOST_FOUND, SHORTEST = 20, 3


def search_parties(viewer: Viewer, text: str) -> list[Party]:
    """The parties of a number, or whose name has all the words, by name. One query.

    A search by name wants at least three letters and shows `MOST_FOUND`: a person is found, not a list made.
    """
    words = text.split()[:8]
    if viewer.agency_id is None or not viewer.has(*SEARCHERS) or len("".join(words)) < SHORTEST:
        return []
    if re.fullmatch(r"[0-9-]+", text.strip()):
        return list(Party.objects.filter(number=text.strip())[:MOST_FOUND])
    rows = Party.objects.all()
    for word in words:
        rows = rows.filter(search_text__contains=Plain(Value(word[:100])))
    return list(rows.order_by("name", "pk")[:MOST_FOUND])
