"""Input of those who write the words of notices."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from lienthong.notifications.models.templates import LONGEST_SMS, LONGEST_TEXT
from lienthong.notifications.party_letters import Words
from lienthong.notifications.states import Wording


class WordsForm(forms.Form):
    """The words of one sort; which fields there are depends on where they are read."""

    title = forms.CharField(label=_("Title"), max_length=150)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}))
    todo = forms.CharField(
        label=_("What to do"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    marks = forms.BooleanField(
        label=_("Keep the Vietnamese marks"),
        required=False,
        help_text=_("With marks one SMS holds 70 characters, without 160."),
    )
    registered = forms.CharField(
        label=_("Number of the template at Zalo"),
        max_length=40,
        required=False,
        help_text=_(
            "Zalo sends only words that were registered there. Empty: this notice does not go by Zalo."
        ),
    )

    def __init__(self, *args: object, words: Words, wording: str, **kwargs: object) -> None:
        names = ("title", "text", "todo", "marks", "registered")
        kwargs["initial"] = {name: getattr(words, name) for name in names}
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        page, sms = wording == Wording.PAGE, wording == Wording.SMS
        unused = {"title": not page, "todo": not page, "marks": not sms, "registered": page or sms}
        for name in [name for name, out in unused.items() if out]:
            del self.fields[name]
        text = self.fields["text"]
        if isinstance(text, forms.CharField):
            text.max_length = LONGEST_TEXT if page else LONGEST_SMS
            text.validators.append(MaxLengthValidator(text.max_length))

    def words(self) -> Words:
        """What was written."""
        said = self.cleaned_data
        return Words(
            said.get("title", ""),
            said["text"].replace("\r\n", "\n"),
            said.get("todo", "").replace("\r\n", "\n"),
            said.get("marks", False),
            said.get("registered", ""),
        )


class DecideForm(forms.Form):
    """What is done with the draft as it was read."""

    act = forms.ChoiceField(choices=[("publish", "publish"), ("discard", "discard")])
    written_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])


class RestoreForm(forms.Form):
    """Which version is put in force again; 0 are the words shipped."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
