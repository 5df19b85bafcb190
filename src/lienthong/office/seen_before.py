"""Whether a document that a clerk is typing in is here already, asked while it is typed."""

from __future__ import annotations

from datetime import date

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value

from lienthong.identity.public import Viewer
from lienthong.office import queries
from lienthong.office.models import IncomingDocument
from lienthong.office.paper_forms import agency_named
from lienthong.office.states import SenderKind
from lienthong.office.text_search import NumberKey, Plain

# Of one number at one agency; numbers begin anew each year with every sender.
LOOKED_AT = 30


class TypedForm(forms.Form):
    """As much as has been typed; what is not a number with a sender yet is not looked for."""

    code = forms.CharField(max_length=200)
    sender = forms.CharField(max_length=250)
    sender_kind = forms.CharField(required=False, max_length=20)
    promulgated_on = forms.DateField(required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])


def seen_before(viewer: Viewer, typed: TypedForm, *, on: date) -> IncomingDocument | None:
    """The newest document the viewer may see of this number, sender and, once it is typed, date.

    One query along `incoming_same_number`; up to two more to know the agency's code, only where documents
    of that number are here under another name. What is entered is compared once more (`enter_once`).
    """
    if not typed.is_valid():
        return None
    given = typed.cleaned_data
    rows = queries.incoming_of(viewer).filter(number_key=NumberKey(Value(given["code"])))
    if given["promulgated_on"]:
        rows = rows.filter(promulgated_on=given["promulgated_on"])
    alike = Q(sender_plain=Plain(Value(given["sender"])))
    rows = rows.alias(sender_plain=Plain(F("sender_name")))
    rows = rows.annotate(named=ExpressionWrapper(alike, output_field=BooleanField()))
    found = list(rows.defer("content", "verdict").order_by("-id")[:LOOKED_AT])
    by_name = next((row for row in found if row.named), None)
    codes = {row.sender_code for row in found} - {""}
    if by_name or not codes or given["sender_kind"] not in ("", SenderKind.AGENCY):
        return by_name
    _name, code = agency_named(given["sender"], on=on)
    return next((row for row in found if code and row.sender_code == code), None)
