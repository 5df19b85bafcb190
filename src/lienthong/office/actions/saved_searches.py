"""Searches an official keeps: named, used again, removed; nobody else sees them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.statements import Columns
from lienthong.office.text_models import SavedSearch

MOST_SEARCHES = 30
NAME_LIMIT, QUERY_LIMIT = 80, 1500
_SEARCHES = Columns(SavedSearch)  # asked for on every list (ADR 0029)


class BadSearchName(Refusal):
    """A saved search is found again by its name."""

    code, status = "bad-search-name", 422
    sentence = _("The search was not saved: its name has 1 to %(limit)s characters.")


class TooManySearches(Refusal):
    """An official keeps a limited number of searches."""

    code, status = "too-many-searches", 409
    sentence = _("You keep %(limit)s searches already. Delete one first.")


class NothingToSave(Refusal):
    """A search without a filter finds everything."""

    code, status = "nothing-to-save", 422
    sentence = _("There is nothing to save: the list is not filtered. Search first.")


def save_search(*, place: str, name: str, query: str, viewer: Viewer) -> SavedSearch:
    """Keep the filters (a query string) under the name; the same name takes the place of the one before.

    Raises:
        NotAllowed, BadSearchName, NothingToSave, TooManySearches.
    """
    if viewer.official_id is None:
        raise NotAllowed
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_LIMIT:
        raise BadSearchName(field="name", limit=NAME_LIMIT)
    if not query or len(query) > QUERY_LIMIT:
        raise NothingToSave
    with transaction.atomic():
        mine = SavedSearch.objects.filter(official_id=viewer.official_id, place=place)
        if mine.exclude(name=name).count() >= MOST_SEARCHES:
            raise TooManySearches(limit=MOST_SEARCHES)
        saved, _made = SavedSearch.objects.update_or_create(
            official_id=viewer.official_id, place=place, name=name, defaults={"query": query}
        )
    return saved


def delete_search(*, search_id: int, viewer: Viewer) -> None:
    """Forget a search of the viewer's own; raises `NotFound`."""
    mine = SavedSearch.objects.filter(official_id=viewer.official_id or 0, id=search_id)
    if not mine.delete()[0]:
        raise NotFound


def searches_of(viewer: Viewer, place: str) -> list[SavedSearch]:
    """The viewer's own searches of a list, by name."""
    return _SEARCHES.where(order="name", official_id=viewer.official_id or 0, place=place)
