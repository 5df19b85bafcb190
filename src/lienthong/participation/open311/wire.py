"""Open311 GeoReport v2 on the wire: the same plain values as XML and as JSON, and its errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from django.http import HttpResponse
from lxml import etree

Value: TypeAlias = (
    "str | int | float | bool | datetime | Sequence[Mapping[str, Value]] | Mapping[str, Value] | None"
)
Row: TypeAlias = Mapping[str, Value]

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
# What XML 1.0 has no place for.
_NO_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The element of one row in a list of that name.
_ONE_OF = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


def answer(form: str, root: str, value: Sequence[Row] | Row, *, status: int = 200) -> HttpResponse:
    """The list or the one thing in the form asked for ("xml", "json"); `root` is the element around it."""
    if form == "json":
        body = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False).encode()
    else:
        element = etree.Element(root)
        _fill(element, root, value)
        body = etree.tostring(element, encoding="UTF-8", xml_declaration=True)
    made = HttpResponse(body, content_type=FORMATS.get(form, FORMATS["xml"]), status=status)
    made["X-Content-Type-Options"] = "nosniff"
    return made


def error_answer(form: str, status: int, description: str) -> HttpResponse:
    """An error as the standard has it: its code is that of HTTP."""
    return answer(form, "errors", [{"code": status, "description": description}], status=status)


def written(moment: datetime | None) -> str | None:
    """An instant with its offset, in whole seconds (W3C note on ISO 8601)."""
    return None if moment is None else moment.replace(microsecond=0).isoformat()


def _plain(value: Value | Sequence[Row]) -> object:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return value


def _fill(element: etree._Element, name: str, value: Value | Sequence[Row]) -> None:
    plain = _plain(value)
    if isinstance(plain, dict):
        for key, inner in plain.items():
            _fill(etree.SubElement(element, key), key, inner)
    elif isinstance(plain, list):
        for inner in plain:
            _fill(etree.SubElement(element, _ONE_OF.get(name, name)), "", inner)
    elif plain is not None:
        element.text = str(plain).lower() if isinstance(plain, bool) else str(plain)
