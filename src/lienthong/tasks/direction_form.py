"""The form with which somebody directs: the text, who has which part, until when. Upper apps use it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Deputy, deputies_in
from lienthong.kernel.clock import VIETNAM
from lienthong.tasks import queries
from lienthong.tasks.contracts import Candidate, Direction, PartyKey, PartyKind

TEXT_LIMIT = 5000
DAYS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
SEARCH = "search"
PHRASES = (
    _("Study this and advise the leaders."),
    _("Carry this out and report the result."),
    _("Draft the reply for signature."),
    _("Work with the units concerned and propose a solution."),
    _("Take note and keep for reference."),
)


@dataclass(frozen=True)
class Row:
    """One who may be named, how the form has it, and who acts for an official who is away."""

    candidate: Candidate
    lead: bool
    cooperating: bool
    informed: bool
    deputies: tuple[Deputy, ...] = ()


class PartyField(forms.CharField):
    """A party by its key."""

    def clean(self, value: Any) -> Any:
        """The key; an empty value is nobody."""
        text = super().clean(value)
        return _key(text) if text else None


class PartiesField(forms.Field):
    """Several parties by their keys."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[PartyKey, ...]:
        """The keys, in the order sent."""
        return tuple(_key(text) for text in value or ())


def _key(text: str) -> PartyKey:
    try:
        return PartyKey.parse(text)
    except ValueError as error:
        raise forms.ValidationError(_("Choose from the list.")) from error


def _day_choices() -> list[tuple[str, object]]:
    named = [(str(days), _("%(days)s working days") % {"days": days}) for days in DAYS]
    return [("", _("Another deadline (below)")), *named]


class DirectionForm(forms.Form):
    """A direction. `rows` are those who may be named; who was named before stays among them."""

    phrase = forms.ChoiceField(
        label=_("Ready phrase"),
        required=False,
        choices=lambda: [("", "–"), *((str(number), text) for number, text in enumerate(PHRASES))],
    )
    text = forms.CharField(
        label=_("Direction"),
        help_text=_("What is to be done and to what end. A ready phrase is put before it, or is enough."),
        error_messages={"required": _("Write what is to be done, or choose a ready phrase.")},
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lead = PartyField(label=_("Lead"), required=False)
    cooperating = PartiesField(label=_("Co-operating"), required=False)
    informed = PartiesField(label=_("For information"), required=False)
    working_days = forms.TypedChoiceField(
        label=_("Time given"), required=False, coerce=int, empty_value=None, choices=_day_choices
    )
    due_at = forms.DateTimeField(
        label=_("Or until"),
        help_text=_("Vietnam time."),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    acceptance = forms.BooleanField(label=_("I look at the result before it is closed"), required=False)

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[Candidate] = (),
        away: Mapping[int, tuple[Deputy, ...]] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.candidates, self.away = candidates, away
        self.fields["text"].required = not (self.is_bound and self.data.get("phrase"))

    @property
    def rows(self) -> list[Row]:
        """Everyone offered, with the parts chosen so far."""
        lead = str(self["lead"].value() or "")
        cooperating, informed = (
            {str(value) for value in self[name].value() or ()} for name in ("cooperating", "informed")
        )
        return [
            Row(
                row,
                str(row.key) == lead,
                str(row.key) in cooperating,
                str(row.key) in informed,
                self.away.get(row.key.id, ()) if row.key.kind is PartyKind.OFFICIAL else (),
            )
            for row in self.candidates
        ]

    @property
    def absent_lead(self) -> Row | None:
        """The lead chosen so far, if somebody else acts for that official now."""
        return next((row for row in self.rows if row.lead and row.deputies), None)

    def direction(self) -> Direction:
        """The direction asked for; the time of a deadline is Vietnam's."""
        given = self.cleaned_data
        phrase = str(PHRASES[int(given["phrase"])]) if given["phrase"] else ""
        due: datetime | None = given["due_at"]
        return Direction(
            text=" ".join(filter(None, (phrase, given["text"].strip()))),
            lead=given["lead"],
            cooperating=given["cooperating"],
            informed=given["informed"],
            due_at=due.astimezone(VIETNAM) if due else None,
            working_days=None if due else given["working_days"],
            acceptance=given["acceptance"],
        )


def direction_form(
    *,
    agency_id: int,
    at: datetime,
    data: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
    auto_id: str = "direct_%s",
) -> tuple[DirectionForm, str]:
    """The form for an agency's own people, bound if `data` was sent and does more than search; the search.

    Officials who are away come with who acts for them, also among those offered: five queries at most.
    """
    text = (data.get("q", "") if data else "").strip()[:100]
    searches = data is not None and data.get("action") == SEARCH
    values: dict[str, Any] = _values(data) if data is not None and searches else dict(initial or {})
    chosen = data if data is not None else values
    keep = list(_named(_texts(chosen)))
    today = at.astimezone(VIETNAM).date()
    rows = queries.candidates(agency_id, on=today, text=text, keep=keep)
    away = _away(rows, at)
    there = {row.key for row in rows}
    acting = [PartyKey(PartyKind.OFFICIAL, one.official_id) for found in away.values() for one in found]
    if missing := [key for key in acting if key not in there]:
        rows += queries.candidates(agency_id, on=today, keep=missing, limit=0)
    bound = None if searches else data
    return DirectionForm(bound, initial=values, candidates=rows, away=away, auto_id=auto_id), text


def _away(rows: Iterable[Candidate], at: datetime) -> dict[int, tuple[Deputy, ...]]:
    """Who acts for those of the officials who are away, in any of their posts. One query."""
    posts = {post for row in rows for post in row.post_ids}
    found: dict[int, tuple[Deputy, ...]] = {}
    for deputy in deputies_in(posts, at=at):
        found[deputy.absent_id] = (*found.get(deputy.absent_id, ()), deputy)
    return found


def _values(data: QueryDict) -> dict[str, Any]:
    several = {name: data.getlist(name) for name in ("cooperating", "informed")}
    return {**data.dict(), **several, "acceptance": "acceptance" in data}


def _texts(given: Any) -> Iterable[str]:
    """Every key that the values or the sent form name."""
    several = given.getlist if isinstance(given, QueryDict) else (lambda name: given.get(name) or ())
    yield str(given.get("lead") or "")
    for name in ("cooperating", "informed"):
        yield from (str(value) for value in several(name))


def _named(texts: Iterable[str]) -> Iterable[PartyKey]:
    for text in texts:
        try:
            yield PartyKey.parse(text)
        except ValueError:
            continue
