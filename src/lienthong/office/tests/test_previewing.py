"""The look of a document while it is written: pictures or what is missing, and nothing is kept."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.urls import reverse

from lienthong.documents.public import OfficialDocument
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.office.tests.factories import BODY, SUBJECT
from lienthong.office.tests.pages import client_as, text_of

pytestmark = pytest.mark.django_db


def _typed(**changes: Any) -> dict[str, Any]:
    values = {
        "type_code": "QD",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "urgency": "0",
        "steering_type": "0",
        "source": "template",
        "body": BODY,
    }
    return values | changes


def _pictures(page: str) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(r"data:image/png;base64,([\w+/=]+)", page)]


def test_the_pages_are_pictures_and_nothing_is_kept() -> None:
    clerk = client_as(Role.CLERK, agency())
    one = _pictures(text_of(clerk.post(reverse("office:preview"), _typed())))
    assert len(one) == 1
    assert one[0].startswith(b"\x89PNG")
    long = "\n\n".join(["Giao các đơn vị thực hiện. " * 30] * 20)
    assert 2 <= len(_pictures(text_of(clerk.post(reverse("office:preview"), _typed(body=long))))) <= 5
    assert not OfficialDocument.objects.exists()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"subject": ""}, "Fill in first: Summary."),
        ({"body": ""}, "Fill in first: Text."),
        ({"body": "Chúc mừng \U0001f600"}, "cannot be printed"),
        ({"body": "TỐI MẬT\n\nNội dung"}, "secrecy mark"),
        ({"type_code": "XX"}, "Fill in first: Type."),
        ({"recipients": ["999999999"]}, "cannot receive"),
        ({"recipients": ["x", "9" * 40]}, "data:image/png"),
    ],
)
def test_what_stands_against_it_is_said_in_its_place(changes: dict[str, Any], word: str) -> None:
    answer = client_as(Role.CLERK, agency()).post(reverse("office:preview"), _typed(**changes))
    assert answer.status_code == 200
    assert word in text_of(answer)


def test_without_javascript_a_button_shows_the_pages_and_keeps_what_was_typed() -> None:
    page = text_of(client_as(Role.CLERK, agency()).post(reverse("office:compose"), _typed(action="preview")))
    assert len(_pictures(page)) == 1
    assert SUBJECT in page
    assert not OfficialDocument.objects.exists()
