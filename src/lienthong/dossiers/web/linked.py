"""Several procedures in one application: their forms are filled in one after the other, received together.

What was sent for the others travels with the page, in hidden fields: nothing is kept on the server, and
everything is read and judged again with each post.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language

from lienthong.dossiers import queries
from lienthong.dossiers.actions.receiving import MOST_LINKED
from lienthong.dossiers.contracts import Intake
from lienthong.dossiers.refusals import TooManyLinked
from lienthong.dossiers.web.reception import CARRIED, Reception
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import ServiceOffer

PLACE, PART = f"{CARRIED}place", f"{CARRIED}part-"
CHOSEN, TEXT, FOUND = "linked", "linked-q", "linked-found"
BACK, LINK = "back", "link"


class LinkedReception:
    """The procedures of one reception, the first as asked for; one of them is `shown`."""

    def __init__(self, request: HttpRequest, *, viewer: Viewer, offer_id: int, on: date) -> None:
        """A group of linked procedures brings its own; else they are chosen on the first page.

        Raises:
            NotFound: one is not offered by the viewer's agency at its counter. PartNotOffered: nor is one of
            the group.
        """
        self._viewer, self._post = viewer, request.POST
        self._place = self._post.get(PLACE) or str(offer_id)
        self._first = self._sent(request, str(offer_id))
        chosen = list(dict.fromkeys(self._first.getlist(CHOSEN))) if self._first is not None else []
        first = queries.find_offer(viewer, offer_id)
        group = queries.parts_of(viewer, first)
        self._whole, chosen = bool(group), [] if group else chosen
        self._refused = TooManyLinked(field=CHOSEN, most=MOST_LINKED) if len(chosen) > MOST_LINKED else None
        offers = [first, *group]
        offers += queries.find_offers(viewer, [one for one in chosen[:MOST_LINKED] if one != str(offer_id)])
        self.parts: list[Reception] = []
        self._text = (self._first.get(TEXT, "") if self._first is not None else "").strip()[:200]
        for offer in offers:
            here = str(offer.pk) == self._place
            part = Reception(
                request,
                viewer=viewer,
                offer=offer,
                on=on,
                data=self._sent(request, str(offer.pk)),
                **{"files": request.FILES} if here else {},
                after=tuple(self.parts),
            )
            self.parts.append(part)
        self._sent_now = next((one for one in self.parts if str(one.offer.pk) == self._place), self.parts[0])
        self._act = self._sent_now.act
        self.shown, self._noted = self._next(), False

    @property
    def ready(self) -> bool:
        """Whether all parts were sent for good and nothing is wrong with any."""
        return not self._act and self._refused is None and all(part.ready for part in self.parts)

    @property
    def faulty(self) -> bool:
        """Whether what was sent now is shown again because something is wrong with it."""
        return self._noted or (bool(self._post) and not self._act and self.shown is self._sent_now)

    def intakes(self) -> list[Intake]:
        """What is handed in, the first procedure first."""
        return [part.intake() for part in self.parts]

    def note(self, refusal: Refusal) -> None:
        """Put a refusal at the field it is about, and show the part that has it."""
        fits = [part for part in self.parts if part.has(refusal.field)]
        self.shown = fits[0] if fits else self._sent_now
        self.shown.note(refusal)
        self._noted = True

    def context(self) -> dict[str, Any]:
        """What the page shows: one part, and what was sent for the others."""
        shown = self.shown
        chosen = {part.offer.pk for part in self.parts[1:]}
        return shown.context() | {
            "parts": [
                {
                    "name": _named(part.offer),
                    "current": part is shown,
                    "filled": part is not shown and part.ready,
                }
                for part in self.parts
            ],
            "linked_place": self.parts.index(shown),
            "goes_on": shown is not self.parts[-1],
            "carried": [
                (f"{PART}{part.offer.pk}", part.frozen())
                for part in self.parts
                if part is not shown and part.sent_in
            ],
            "to_link": [(one, one.pk in chosen) for one in self._to_link()],
            "link_text": self._text,
            "link_fault": self._refused.say() if self._refused else "",
            "most_linked": MOST_LINKED,
            "whole": self._whole,
            "groups": [] if self._whole or shown is not self.parts[0] else self._groups(),
        }

    def _sent(self, request: HttpRequest, key: str) -> QueryDict | None:
        """What was sent for a part: now, or before and carried by the page."""
        if request.method != "POST":
            return None
        if key == self._place:
            return self._post
        name = f"{PART}{key}"
        return QueryDict(self._post[name]) if name in self._post else None

    def _next(self) -> Reception:
        """The part to show: what was sent while it has something to be done, then the first not ready."""
        now, place = self._sent_now, self.parts.index(self._sent_now)
        if self._act == BACK:
            return self.parts[max(place - 1, 0)]
        if self._first is not None and self._post.get(TEXT, "") != self._post.get(FOUND, ""):
            self._act = self._act or LINK  # Enter in the search is a search
        if self._act or not now.ready or self._refused:
            return now
        return next((part for part in self.parts if not part.ready), now)

    def _groups(self) -> list[ServiceOffer]:
        """The groups of linked procedures that the first is one of: they may be what is wanted."""
        return queries.groups_of(self._viewer, self.parts[0].offer)

    def _to_link(self) -> list[ServiceOffer]:
        """What can be chosen: what was chosen already, then what matches."""
        chosen = [part.offer for part in self.parts[1:]]
        if self._whole or self.shown is not self.parts[0]:
            return chosen
        keys = {one.pk for one in chosen}
        found = queries.offers_to_link(self._viewer, self.parts[0].offer, self._text)
        return [*chosen, *(one for one in found if one.pk not in keys)]


def _named(offer: ServiceOffer) -> str:
    procedure = offer.version.procedure
    return (get_language() == "en" and procedure.name_en) or procedure.name
