"""What the pages of figures and of the book are asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.facts.measures import Group, Wanted
from lienthong.kernel.clock import VIETNAM

DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONGEST = timedelta(days=10 * 366)
EARLIEST = date(1990, 1, 1)
MOST_KEY = 2**31 - 1
GROUPS = {
    Group.AGENCY: _("Agency"),
    Group.FIELD: _("Field"),
    Group.PROCEDURE: _("Procedure"),
    Group.OFFICIAL: _("Official"),
}


class PeriodForm(forms.Form):
    """The first and the last day counted."""

    since = forms.DateField(label=_("From"), input_formats=DAYS, widget=DAY)
    until = forms.DateField(label=_("Until"), input_formats=DAYS, widget=DAY)

    def clean(self) -> None:
        """Refuse a period that ends before it begins, or is longer than ten years."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and (not since <= until <= since + LONGEST or since < EARLIEST):
            self.add_error("until", _("The period ends after it begins, within ten years."))


class FiguresForm(PeriodForm):
    """Which figures: period and group, and what they are narrowed to (their keys, from links)."""

    group = forms.ChoiceField(label=_("Counted by"), choices=list(GROUPS.items()))
    below = forms.BooleanField(label=_("With the agencies below"), required=False)
    agency = forms.IntegerField(min_value=1, max_value=MOST_KEY, required=False)
    field = forms.IntegerField(min_value=1, max_value=MOST_KEY, required=False)
    procedure = forms.UUIDField(required=False)
    official = forms.IntegerField(min_value=1, max_value=MOST_KEY, required=False)

    def wanted(self) -> Wanted:
        """The figures asked for; only of a valid form."""
        said = self.cleaned_data
        return Wanted(
            since=said["since"],
            until=said["until"],
            group=Group(said["group"]),
            agency_id=said["agency"],
            below=said["below"],
            field_id=said["field"],
            procedure_id=said["procedure"],
            official_id=said["official"],
        )


def asked(given: QueryDict, at: datetime) -> dict[str, object]:
    """What was sent; without a period, this month until today, with all that the viewer sees."""
    values: dict[str, object] = {name: given.get(name, "") for name in FiguresForm.base_fields}
    values["group"] = values["group"] or Group.PROCEDURE
    if not values["since"] and not values["until"]:
        today = at.astimezone(VIETNAM).date()
        values |= {"since": today.replace(day=1), "until": today, "below": values["below"] or "on"}
    return values


def usual_periods(at: datetime) -> list[tuple[object, str, str]]:
    """This month, quarter and year until today: how it is called, its first and last day."""
    today = at.astimezone(VIETNAM).date()
    quarter = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
    firsts = ((_("This month"), today.replace(day=1)), (_("This quarter"), quarter))
    named = (*firsts, (_("This year"), today.replace(day=1, month=1)))
    return [(label, first.isoformat(), today.isoformat()) for label, first in named]
