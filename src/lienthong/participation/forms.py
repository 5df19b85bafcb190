"""Validation of what the pages send; the rules are the actions' own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import AdministrativeUnit
from lienthong.participation.contracts import Answer, FeedbackFilter, Sender
from lienthong.participation.models import ANSWER_LIMIT, TEXT_LIMIT, WORDS_LIMIT, Category, Feedback, Photo
from lienthong.participation.states import KIND_LABELS, REASON_LABELS, SCORE_LABELS, Reason, Stage

REASON_LIMIT = 2_000
Choices = list[tuple[str, "str | Promise"]]


def named(category: Category) -> str:
    """The category in the reader's language."""
    return category.name_en if get_language() == "en" else category.name


class MultipleFiles(forms.ClearableFileInput):
    """A file input of which several may be chosen."""

    allow_multiple_selected = True


class WhatForm(forms.Form):
    """What is said, and what it is about."""

    kind = forms.ChoiceField(
        label=_("What do you want to say?"), choices=list(KIND_LABELS.items()), widget=forms.RadioSelect
    )
    category = forms.ChoiceField(label=_("What is it about?"))
    text = forms.CharField(
        label=_("Tell us what happened"),
        help_text=_("What is wrong, since when, and what you would like. Do not write the names of others."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, *args: Any, categories: Sequence[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", _("Choose …")), *((one.code, named(one)) for one in categories)]
        self.fields["category"].choices = listed  # type: ignore[attr-defined]


class WhereForm(forms.Form):
    """The commune, and the place in words."""

    unit = forms.TypedChoiceField(label=_("Commune or ward"), coerce=int)
    words = forms.CharField(
        label=_("Where exactly?"),
        help_text=_("For example: Nguyễn Du street, in front of number 12, near the market."),
        max_length=WORDS_LIMIT,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        province: AdministrativeUnit,
        communes: Sequence[AdministrativeUnit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        names: list[tuple[object, object]] = [("", _("Choose …"))]
        names += [(one.pk, _within(one, province)) for one in communes]
        names.append((province.pk, _("I do not know, or all of the province")))
        self.fields["unit"].choices = names  # type: ignore[attr-defined]


class PhotosForm(forms.Form):
    """Photos, some at once; what they are is looked at by the action."""

    photos = forms.FileField(
        label=_("Photos"),
        help_text=_("JPEG, PNG, WebP or HEIC. Where and when they were taken is removed from them."),
        required=False,
        widget=MultipleFiles({"accept": "image/*", "multiple": True}),
    )


class WhoForm(forms.Form):
    """How to reach the sender, and whether the answer may be shown."""

    name = forms.CharField(label=_("Your name"), max_length=250, required=False)
    telephone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=200, required=False)
    wants_public = forms.TypedChoiceField(
        label=_("May the answer be shown to everyone?"),
        help_text=_("Your name is never shown. An official takes out whatever tells who you are."),
        choices=[("yes", _("Yes, others may learn from it")), ("no", _("No, only I read the answer"))],
        widget=forms.RadioSelect,
        coerce=lambda said: said == "yes",
    )

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        """`known`: signed in, so that nobody has to say who they are."""
        super().__init__(*args, **kwargs)
        if known:
            for field in ("name", "telephone", "email"):
                del self.fields[field]

    def sender(self) -> Sender:
        """What was said of the sender."""
        said = self.cleaned_data
        return Sender(None, *(said.get(field, "") for field in ("name", "telephone", "email")))


class CodeForm(forms.Form):
    """The secret code."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("The 12 letters and figures you were given when you sent it."),
        max_length=60,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class SearchForm(forms.Form):
    """What the public list is narrowed to; what makes no sense is left out, never refused."""

    q = forms.CharField(label=_("Words to find"), max_length=100, required=False)
    category = forms.ChoiceField(label=_("Topic"), required=False)
    province = forms.ChoiceField(label=_("Province or city"), required=False)

    def __init__(
        self,
        *args: Any,
        categories: Sequence[Category],
        provinces: Sequence[AdministrativeUnit],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        any_ = ("", _("Any"))
        self.fields["category"].choices = [any_, *((one.code, named(one)) for one in categories)]  # type: ignore[attr-defined]
        self.fields["province"].choices = [any_, *((one.code, one.name) for one in provinces)]  # type: ignore[attr-defined]

    def said(self) -> dict[str, str]:
        """The narrowing asked for."""
        self.is_valid()
        return {field: str(self.cleaned_data.get(field, "")).replace("\0", "") for field in self.fields}


class InboxForm(forms.Form):
    """What an inbox is narrowed to."""

    text = forms.CharField(label=_("Words to find"), max_length=100, required=False)
    category = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, *args: Any, categories: Sequence[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", _("Any")), *((one.code, named(one)) for one in categories)]
        self.fields["category"].choices = listed  # type: ignore[attr-defined]

    def wanted(self, tab: str) -> FeedbackFilter:
        """The filter asked for."""
        self.is_valid()
        said = self.cleaned_data
        text = said.get("text", "").replace("\0", "")
        return FeedbackFilter(tab=tab, text=text, category=said.get("category", ""))


class NothingForm(forms.Form):
    """An act without words."""

    def __init__(self, *args: Any, feedback: Feedback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feedback = feedback


class ReasonForm(NothingForm):
    """An act with words."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_LIMIT, widget=forms.Textarea({"rows": 3}))


class RerouteForm(ReasonForm):
    """Another body, by its code."""

    field_order = ("agency", "reason")
    agency = forms.CharField(
        label=_("Body that is competent"),
        help_text=_("Its code, as the directory of agencies has it: H55.21.13"),
        max_length=60,
    )


class RefuseForm(ReasonForm):
    """Why it is refused, and who is competent."""

    field_order = ("why", "forwarded_to", "reason")
    why = forms.TypedChoiceField(
        label=_("Why"), choices=list(REASON_LABELS.items()), coerce=Reason, widget=forms.RadioSelect
    )
    forwarded_to = forms.CharField(
        label=_("Who is competent"),
        help_text=_("Needed where this body is not: the sender reads it."),
        max_length=250,
        required=False,
    )


class AnswerForm(NothingForm):
    """The answer, and what of it is shown in public."""

    text = forms.CharField(
        label=_("Answer to the sender"), max_length=ANSWER_LIMIT, widget=forms.Textarea({"rows": 6})
    )
    publish = forms.BooleanField(label=_("Show it in public with the answer"), required=False)
    public_text = forms.CharField(
        label=_("What was said, for the public"),
        help_text=_("Without names, numbers, addresses or anything else that tells who a person is."),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    shows_place = forms.BooleanField(label=_("Show the place"), required=False)
    photos = forms.TypedMultipleChoiceField(
        label=_("Photos that may be shown"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, feedback: Feedback, photos: Collection[Photo] = (), **kwargs: Any) -> None:
        super().__init__(*args, feedback=feedback, **kwargs)
        listed = [(str(photo.pk), _("Photo %(n)s") % {"n": n}) for n, photo in enumerate(photos, start=1)]
        self.fields["photos"].choices = listed  # type: ignore[attr-defined]
        gone = [] if feedback.wants_public else ["publish", "public_text", "shows_place", "photos"]
        for field in gone if gone or listed else ["photos"]:
            del self.fields[field]

    def answer(self) -> Answer:
        """The answer as it was written."""
        said = self.cleaned_data
        return Answer(
            text=said["text"],
            publish=said.get("publish", False),
            public_text=said.get("public_text", ""),
            shows_place=said.get("shows_place", False),
            photos=tuple(said.get("photos", ())),
        )


class RatingForm(forms.Form):
    """Points for one step, with words."""

    stage = forms.ChoiceField(
        choices=[(stage.value, stage.value) for stage in Stage], widget=forms.HiddenInput
    )
    score = forms.TypedChoiceField(
        label=_("How content are you?"),
        choices=list(SCORE_LABELS.items()),
        coerce=int,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What was good, what was not?"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class WordsForm(forms.Form):
    """An answer to a rating."""

    answer = forms.CharField(label=_("Answer"), max_length=REASON_LIMIT, widget=forms.Textarea({"rows": 3}))


class CompetenceForm(forms.Form):
    """Which body answers for what where."""

    unit = forms.CharField(
        label=_("Place"), help_text=_("The national code of the province or commune: 19, 05710"), max_length=5
    )
    category = forms.ChoiceField(label=_("Topic"), required=False)
    agency = forms.CharField(label=_("Body that answers"), help_text=_("Its code: H55.21.13"), max_length=60)

    def __init__(self, *args: Any, categories: Sequence[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", _("Everything")), *((one.code, named(one)) for one in categories)]
        self.fields["category"].choices = listed  # type: ignore[attr-defined]


class ClientForm(forms.Form):
    """An application of others."""

    name = forms.CharField(label=_("Name of the application"), max_length=100)
    contact = forms.CharField(label=_("Who answers for it"), max_length=200)


def _within(commune: AdministrativeUnit, province: AdministrativeUnit) -> str:
    """The commune's name, with the district's where there is one between."""
    above = commune.parent
    return commune.name if above is None or above.pk == province.pk else f"{commune.name}, {above.name}"
