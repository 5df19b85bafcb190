"""What operators type: filters of packets, and a system to connect."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.replaying import REASON_LEAST, REASON_MOST
from lienthong.axis.edxml.limits import REASON
from lienthong.axis.models import Serves
from lienthong.axis.states import URGENCIES, DeliveryState
from lienthong.directory.public import Agency, find_agency
from lienthong.kernel.errors import Refusal

SERVES_LABELS = {
    Serves.AGENCY: _("This agency only"),
    Serves.SUBTREE: _("This agency and all below it"),
    Serves.ALL: _("Every agency (a hub)"),
}


class AgencyCodeField(forms.CharField):
    """An agency by its code in any spelling; the value is the agency on the day given to the form."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            label=_("Agency (code)"),
            required=required,
            max_length=80,
            help_text=_("As H55.05.01 or 000.01.05.H55."),
        )


class _OnADay(forms.Form):
    """A form with an agency, looked up as of the day."""

    def __init__(self, *args: object, on: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.on = on

    def clean_agency(self) -> Agency | None:
        """The agency with the code; the directory's own sentence if there is none."""
        code = self.cleaned_data["agency"]
        if not code:
            return None
        try:
            return find_agency(code, on=self.on)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.say(), code=refusal.code) from refusal


class PacketFilterForm(_OnADay):
    """Filters of the list of all packets; all optional."""

    text = forms.CharField(label=_("Number, notation or summary"), required=False, max_length=200)
    agency = AgencyCodeField(required=False)
    state = forms.ChoiceField(
        label=_("A recipient's state"), required=False, choices=[("", _("Any")), *DeliveryState.choices]
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Any")), *URGENCIES.items()],
    )
    since = forms.DateField(
        label=_("Received from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Received until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SystemForm(_OnADay):
    """A system to connect."""

    name = forms.CharField(label=_("Name of the system"), max_length=200)
    agency = AgencyCodeField()
    serves = forms.ChoiceField(
        label=_("Speaks for"),
        choices=list(SERVES_LABELS.items()),
        initial=Serves.SUBTREE,
        widget=forms.RadioSelect,
    )


class WebhookForm(forms.Form):
    """Where a system is told of its deliveries; whether it may be called is checked by the action."""

    address = forms.CharField(
        label=_("Address"),
        help_text=_("A public HTTPS address, such as https://office.example/axis-webhook."),
        widget=forms.URLInput,
    )


class ReasonForm(forms.Form):
    """Why an operator does something by hand."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        help_text=_("Recorded in the ledger with your name."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReplayForm(forms.Form):
    """Why a delivery is put back into its recipient's inbox."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=REASON_LEAST,
        max_length=REASON_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the ledger with your name."),
    )
