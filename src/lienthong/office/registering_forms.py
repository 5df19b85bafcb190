"""Validation of what the pages of registers and registering send."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import DOCUMENT_TYPES
from lienthong.office.actions.registering import active_books, propose_book
from lienthong.office.contracts import BookSettings
from lienthong.office.models import IncomingDocument
from lienthong.office.register_models import RegisterBook
from lienthong.office.states import SENDER_LABELS, URGENCIES

TYPE_LIMIT = 100
FORMS = [("pdf", _("PDF, for paper")), ("xlsx", _("Excel (XLSX)"))]
DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BookForm(forms.Form):
    """A register: its name, its place among the others, and what it is proposed for."""

    name = forms.CharField(label=_("Name"), max_length=150)
    position = forms.IntegerField(
        label=_("Place in the order"),
        help_text=_("Of several registers that fit a document, the smallest number is proposed."),
        min_value=0,
        max_value=999,
        initial=10,
    )
    types = forms.CharField(
        label=_("For documents of these types"),
        help_text=_("Names of types parted by commas, such as: Giấy mời, Đơn khiếu nại."),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"list": "document-types"}),
    )
    senders = forms.MultipleChoiceField(
        label=_("For documents from"),
        required=False,
        choices=list(SENDER_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    from_urgency = forms.TypedChoiceField(
        label=_("For documents at least this urgent"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *list(URGENCIES.items())[1:]],
    )
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def clean_types(self) -> list[str]:
        """The names one by one."""
        return [name[:TYPE_LIMIT] for part in self.cleaned_data["types"].split(",") if (name := part.strip())]

    def settings(self) -> BookSettings:
        """The register asked for."""
        given = self.cleaned_data
        return BookSettings(
            name=given["name"],
            position=given["position"],
            types=tuple(given["types"]),
            senders=tuple(given["senders"]),
            from_urgency=given["from_urgency"],
            active=given["active"],
        )


class NewBookForm(BookForm):
    """A register to be opened; its code never changes."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Small letters, digits and hyphens, such as: petitions. It never changes."),
        max_length=20,
    )
    field_order = ("name", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["active"]

    def settings(self) -> BookSettings:
        """The register asked for, in use at once."""
        self.cleaned_data["active"] = True
        return super().settings()


class ChosenBookForm(forms.Form):
    """The register a document goes into; none is whichever is proposed."""

    book = forms.TypedChoiceField(label=_("Register book"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, books: Collection[RegisterBook], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["book"].choices = [(book.id, book.name) for book in books]  # type: ignore[attr-defined]


def book_choice(document: IncomingDocument) -> ChosenBookForm | None:
    """The agency's registers with the one proposed chosen; with only one there is nothing to choose."""
    books = list(active_books(document.agency_id))
    if len(books) < 2:
        return None
    return ChosenBookForm(
        books=books, initial={"book": propose_book(books, document).id}, auto_id="register_%s"
    )


def chosen_book(sent: Mapping[str, Any]) -> int | None:
    """The id of the register chosen; what is no number is no register (the action says so)."""
    text = sent.get("book") or ""
    return None if text == "" else int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class PrintForm(forms.Form):
    """The register to be printed, and its period."""

    OUTGOING = 0

    book = forms.TypedChoiceField(label=_("Register book"), coerce=int)
    since = forms.DateField(label=_("From"), input_formats=DAYS, widget=DAY)
    until = forms.DateField(label=_("Until"), input_formats=DAYS, widget=DAY)
    form = forms.ChoiceField(label=_("As"), choices=FORMS)

    def __init__(self, *args: Any, books: Collection[RegisterBook], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*((book.id, book.name) for book in books), (self.OUTGOING, _("Outgoing documents"))]
        self.fields["book"].choices = choices  # type: ignore[attr-defined]


def typical_types() -> list[str]:
    """The names of the 29 types, as suggestions."""
    return [kind.name_vi for kind in DOCUMENT_TYPES]
