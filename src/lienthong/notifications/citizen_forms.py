"""Input of the pages on which parties are told and choose how."""

from __future__ import annotations

from datetime import time

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lienthong.notifications.models import ContactChoice
from lienthong.notifications.states import Channel

PLACES = ("first", "second", "third")
LABELS = (_("First tell me by"), _("If I have not read it, then by"), _("And after that by"))


class ReadForm(forms.Form):
    """Which notices are read now: one, or all up to the newest on the page."""

    one = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    until = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class ContactForm(forms.Form):
    """How a party wants to be told: up to three channels in their order, hours of quiet, language."""

    quiet_from = forms.TimeField(
        label=_("Do not disturb me from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Vietnam time. What happens meanwhile is sent afterwards."),
    )
    language = forms.ChoiceField(
        label=_("Language of messages"),
        choices=[("", _("As on these pages")), *settings.LANGUAGES],
        required=False,
    )
    field_order = (*PLACES, "quiet_from", "quiet_until", "language")

    def __init__(
        self, *args: object, choice: ContactChoice, offered: list[Channel], **kwargs: object
    ) -> None:
        kwargs["initial"] = {
            **dict(zip(PLACES, choice.channels, strict=False)),
            "quiet_from": _clock(choice.quiet_from),
            "quiet_until": _clock(choice.quiet_until),
            "language": choice.language,
        }
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # A channel chosen before stays among the choices, also while it is not set up.
        shown = [one for one in Channel if one in offered or one in choice.channels]
        channels = [("", _("Nothing")), *((one.value, one.label) for one in shown)]
        for place, label in list(zip(PLACES, LABELS, strict=True))[: len(shown)]:
            self.fields[place] = forms.ChoiceField(label=label, choices=channels, required=False)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, object]:
        """No channel twice, and none after nothing."""
        said = super().clean() or {}
        channels = [said.get(place) or "" for place in PLACES if place in self.fields]
        chosen = [one for one in channels if one]
        for place, one in zip(PLACES, channels, strict=False):
            if one and channels.count(one) > 1 and channels.index(one) != PLACES.index(place):
                self.add_error(place, _("This is chosen above already. Choose another, or nothing."))
        if channels[: len(chosen)] != chosen:
            self.add_error(PLACES[channels.index("")], _("Choose one here first, or nothing below."))
        return said

    def channels(self) -> list[Channel]:
        """The channels chosen, in their order."""
        chosen = (self.cleaned_data.get(place) for place in PLACES)
        return [Channel(one) for one in chosen if one]

    def minutes(self, name: str) -> int:
        """A time in minutes after midnight."""
        chosen: time = self.cleaned_data[name]
        return chosen.hour * 60 + chosen.minute


def _clock(minutes: int) -> time:
    hour, minute = divmod(minutes, 60)
    return time(hour, minute)
