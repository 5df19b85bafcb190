"""Input of the pages of notifications."""

from __future__ import annotations

from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.notifications.queries import Choices
from lienthong.notifications.states import Way


class MarkForm(forms.Form):
    """Which notifications are read now: one, or all up to the newest on the page."""

    one = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    until = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class UndoForm(forms.Form):
    """The instant of the marking that is taken back, and how many it marked."""

    marked = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    read_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])


class ChoicesForm(forms.Form):
    """How an official wants to be told: one field for each kind, and the digest."""

    digest = forms.BooleanField(label=_("Send me a digest on working days"), required=False)
    digest_at = forms.TimeField(
        label=_("Time of the digest"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Vietnam time. What is overdue, due today and new, in one mail."),
    )

    def __init__(self, *args: object, choices: Choices, **kwargs: object) -> None:
        hour, minute = divmod(choices.digest_minute, 60)
        kwargs["initial"] = {"digest": choices.digest, "digest_at": time(hour, minute)}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._kinds = {f"way{place}": kind for place, (kind, _way) in enumerate(choices.ways)}
        for place, (kind, way) in enumerate(choices.ways):
            self.fields[f"way{place}"] = forms.ChoiceField(
                label=str(kind.label), choices=Way.choices, initial=way
            )

    @property
    def way_fields(self) -> list[forms.BoundField]:
        """The fields of the kinds."""
        return [self[name] for name in self._kinds]

    def ways(self) -> dict[str, Way]:
        """The chosen way of each kind, by its code."""
        return {kind.code: Way(self.cleaned_data[name]) for name, kind in self._kinds.items()}

    def digest_minute(self) -> int:
        """The chosen time in minutes after midnight."""
        chosen: time = self.cleaned_data["digest_at"]
        return chosen.hour * 60 + chosen.minute
