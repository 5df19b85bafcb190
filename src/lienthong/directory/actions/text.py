"""Text that people type into names and titles."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class BadText(Refusal):
    """A name or title is empty or too long."""

    code, status = "bad-text", 400
    sentence = _("“%(shown)s” has %(length)s characters where 1 to %(most)s are wanted. Write it shorter.")


class EmptyText(BadText):
    """A name or title that must be there is not."""

    code = "empty-text"
    sentence = _("Nothing was written where a name is needed. Write 1 to %(most)s characters.")


def one_line(text: str, *, model: type[Model], field: str, required: bool = True) -> str:
    """The text composed (NFC), on one line, if the model's field holds it; raises `BadText`, `EmptyText`."""
    column = cast("Field[Any, Any]", model._meta.get_field(field))
    most = column.max_length or 0
    if len(text) > most:
        raise BadText(field=field, shown=f"{text[:40]}…", length=len(text), most=most)
    written = " ".join(unicodedata.normalize("NFC", text).replace("\0", " ").split())
    if required and not written:
        raise EmptyText(field=field, most=most)
    return written
