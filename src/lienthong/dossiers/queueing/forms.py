"""Validation of what the pages of the hall send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.models import Queue
from lienthong.identity.public import PartyFacts, PartyKind
from lienthong.procedures.public import ServiceField


class TicketActForm(forms.Form):
    """What is done at a counter, with which ticket, and where it goes."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("next", "recall", "skip", "finish", "transfer")])
    ticket = forms.UUIDField(required=False)
    queue = forms.IntegerField(required=False, min_value=0, max_value=2**31)

    def clean(self) -> dict[str, Any]:
        """Every act but calling the next is done with a ticket."""
        said = super().clean() or {}
        if said.get("act") != "next" and not said.get("ticket"):
            raise forms.ValidationError(_("Choose a ticket."))
        if said.get("act") == "transfer" and not said.get("queue"):
            raise forms.ValidationError(_("Choose a queue."))
        return said


class QueueForm(forms.Form):
    """A queue of the hall, told by its letter."""

    letter = forms.RegexField(
        r"^[A-Z]$", label=_("Letter"), help_text=_("A to Z; the same letter again changes its queue.")
    )
    name = forms.CharField(label=_("Name on the kiosk"), max_length=100)
    fields_ = forms.ModelMultipleChoiceField(
        label=_("Service fields"),
        queryset=ServiceField.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    general = forms.BooleanField(
        label=_("General queue"),
        required=False,
        help_text=_("Takes whoever comes for something that no other queue serves. A hall has one."),
    )
    opened = forms.BooleanField(label=_("Tickets are given"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """The fields by their codes."""
        said = super().clean() or {}
        chosen = said.pop("fields_", [])
        return said | {"fields": [field.code for field in chosen]}


def facts_of(queue: Queue) -> dict[str, Any]:
    """A queue as its form shows it."""
    return {
        "letter": queue.letter,
        "name": queue.name,
        "fields_": queue.fields,
        "general": queue.general,
        "opened": queue.open,
    }


class CounterForm(forms.Form):
    """A counter of the hall, and the queues called to it."""

    number = forms.IntegerField(
        label=_("Number of the counter"),
        min_value=1,
        max_value=99,
        help_text=_("The same number again changes its counter."),
    )
    queues = forms.ModelMultipleChoiceField(
        label=_("Queues called here"), queryset=Queue.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    opened = forms.BooleanField(label=_("Open"), required=False, initial=True)

    def __init__(self, *args: Any, queues: QuerySet[Queue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queues"] = forms.ModelMultipleChoiceField(
            label=_("Queues called here"), queryset=queues, widget=forms.CheckboxSelectMultiple
        )


class DayForm(forms.Form):
    """Which day is looked at."""

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BookingForm(forms.Form):
    """Who comes when; a person is known by the number, or written down by name and telephone."""

    starts_at = forms.ChoiceField(label=_("Time"))
    name = forms.CharField(label=_("Full name"), max_length=250)
    number = forms.RegexField(
        r"^[0-9]{12}$",
        label=_("Identification number"),
        required=False,
        error_messages={"invalid": _("An identification number has 12 digits.")},
    )
    telephone = forms.RegexField(
        r"^[0-9+ .()-]{6,30}$",
        label=_("Telephone"),
        required=False,
        error_messages={"invalid": _("A telephone number has 10 or 11 digits and begins with 0.")},
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, times: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"] = forms.ChoiceField(label=_("Time"), choices=times)

    def facts(self) -> PartyFacts:
        """What was said of the party."""
        said = self.cleaned_data
        return PartyFacts(
            kind=PartyKind.CITIZEN, name=said["name"], number=said["number"], telephone=said["telephone"]
        )


class CancelForm(forms.Form):
    """Why an appointment is cancelled."""

    reason = forms.CharField(max_length=500)


class CapacityForm(forms.Form):
    """On which weekday, between which times, how many visitors each so many minutes; none ends the rule."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=list(WEEKDAYS.items()), coerce=int)
    starts = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label=_("Ends at"), widget=forms.TimeInput(attrs={"type": "time"}))
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=240, initial=15)
    places = forms.IntegerField(
        label=_("Visitors each time"),
        min_value=0,
        max_value=50,
        initial=1,
        help_text=_("0 ends the rule of that weekday and time; bookings made stay."),
    )

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        said = super().clean() or {}
        starts, ends = said.get("starts"), said.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be later than the beginning."))
        return said
