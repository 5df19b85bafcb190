"""Validation of what the pages of the hall send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.models import Queue
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
    opened = forms.BooleanField(label=_("Tickets are given"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """The fields by their codes."""
        said = super().clean() or {}
        chosen = said.pop("fields_", [])
        return said | {"fields": [field.code for field in chosen]}


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
