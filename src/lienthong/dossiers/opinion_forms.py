"""Validation of what the pages about opinions send."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.states import VERDICT_LABELS

LONGEST = 4_000
FILE_HELP = _("PDF, JPEG or PNG, at most 20 MB.")


class AskForm(forms.Form):
    """What is asked, until when; the bodies are chosen beside it."""

    question = forms.CharField(
        label=_("What you ask"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    hours = forms.IntegerField(
        label=_("Working hours to answer"),
        help_text=_("A working day has 8. The dossier's own time goes on meanwhile."),
        min_value=1,
        max_value=240,
        initial=16,
    )
    file = forms.FileField(label=_("File"), help_text=FILE_HELP, required=False)


class GiveForm(forms.Form):
    """Whether the body agrees, and why."""

    verdict = forms.ChoiceField(
        label=_("Opinion"), choices=list(VERDICT_LABELS.items()), widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("In words"),
        help_text=_("Needed unless your agency simply agrees. It is given once and cannot be changed."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(label=_("File"), help_text=FILE_HELP, required=False)


class WithdrawForm(forms.Form):
    """Why an opinion is asked for no longer."""

    text = forms.CharField(
        label=_("Reason"),
        help_text=_("The body that was asked reads it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
