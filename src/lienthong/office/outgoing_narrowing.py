"""By what outgoing documents are counted, and the lists narrowed in the same way: the two always agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, NullIf

from lienthong.office.contracts import OutgoingFilter
from lienthong.office.dispatch_models import InsideRecipient, PaperRecipient
from lienthong.office.models import OutgoingDocument, Recipient

UNNAMED = "-"  # asks for those that name nobody
NAMES: Mapping[str, Any] = {
    "type": F("document__type"),
    "division": Coalesce("document__division__name", "prepared_post__division__name"),
    "signer": F("document__signer__full_name"),
}
WAYS: Mapping[str, type[Model]] = {"axis": Recipient, "inside": InsideRecipient, "paper": PaperRecipient}


def went(way: str) -> Q:
    """The documents that went this way."""
    return Q(Exists(WAYS[way]._default_manager.filter(document=OuterRef("pk"))))


def as_counted(rows: QuerySet[OutgoingDocument], wanted: OutgoingFilter) -> QuerySet[OutgoingDocument]:
    """The rows of the wanted type, division and way; the signer is found by name before."""
    for name in ("type", "division"):
        value, expression = getattr(wanted, name), NAMES[name]
        if not value:
            continue
        rows = rows.alias(**{f"by_{name}": NullIf(expression, Value(""))})
        said = {f"by_{name}__isnull": True} if value == UNNAMED else {f"by_{name}": value}
        rows = rows.filter(**said)
    return rows.filter(went(wanted.way)) if wanted.way in WAYS else rows
