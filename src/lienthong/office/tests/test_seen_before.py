"""While a paper is typed the clerk is told that it is here already."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.seen_before import TypedForm, seen_before
from lienthong.office.states import Source
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.pages import client_as, text_of

pytestmark = pytest.mark.django_db
DAY, URL = date(2026, 2, 27), "/office/incoming/paper/seen-before/"
PAPER: dict[str, Any] = {"source": Source.PAPER, "delivery_id": None, "promulgated_on": DAY}


def _typed(code: str = "15/CV-ĐL", sender: str = "Công ty Điện lực", **fields: str) -> TypedForm:
    return TypedForm({"code": code, "sender": sender, **fields})


def test_in_one_query_it_is_found_by_number_and_sender_in_any_spelling_and_by_the_date_once_typed() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    here = incoming_document(ours, code="15/CV-ĐL", sender_name="Công ty Điện lực", sender_code="", **PAPER)
    incoming_document(agency(), code="15/CV-ĐL", sender_name="Công ty Nước", **PAPER)
    with CaptureQueriesContext(connection) as asked:
        assert seen_before(clerk, _typed(), on=NOON.date()) == here
    assert len(asked) == 1
    for found in (
        _typed("015 / cv-đl", "CÔNG TY ĐIỆN LỰC", sender_kind="business"),
        _typed(promulgated_on="2026-02-27"),
        _typed(promulgated_on="27/02/2026"),
    ):
        assert seen_before(clerk, found, on=NOON.date()) == here
    for other in (
        _typed("16/CV-ĐL"),
        _typed(sender="Công ty Nước"),
        _typed(promulgated_on="2026-02-28"),
        _typed(sender=""),
        _typed(code="x" * 201),
        _typed(promulgated_on="0001-99-99"),
    ):
        assert seen_before(clerk, other, on=NOON.date()) is None


def test_what_came_over_the_axis_is_found_by_the_name_or_code_of_the_agency_in_the_directory() -> None:
    ours, sender = agency(), agency("H07.21", "Sở Nội vụ Thử nghiệm")
    clerk = viewer_in(ours, Role.CLERK)
    here = incoming_document(ours, code="7/SNV", sender_name="SNV", sender_code=sender.code)
    for typed in ("h07.21", "sở nội vụ thử nghiệm"):
        assert seen_before(clerk, _typed("7/SNV", typed, sender_kind="agency"), on=NOON.date()) == here
    assert seen_before(clerk, _typed("7/SNV", "h07.21", sender_kind="business"), on=NOON.date()) is None


def test_the_page_shows_the_link_and_keeps_the_reason_only_to_clerks_of_the_agency_that_has_it() -> None:
    ours = agency()
    here = incoming_document(ours, code="15/CV-ĐL", sender_name="Công ty Điện lực", **PAPER)
    typed = {"code": "15/CV-ĐL", "sender": "Công ty Điện lực", "duplicate_reason": "Bản gốc <đến> sau"}
    page = text_of(client_as(Role.CLERK, ours).get(URL, typed))
    assert f'href="/office/incoming/{here.id}/"' in page
    assert "Bản gốc &lt;đến&gt; sau" in page
    assert text_of(client_as(Role.CLERK, agency()).get(URL, typed)).strip() == ""
    assert text_of(client_as(Role.CLERK, ours).get(URL)).strip() == ""
    form = text_of(client_as(Role.CLERK, ours).get("/office/incoming/paper/"))
    assert f'hx-get="{URL}"' in form
