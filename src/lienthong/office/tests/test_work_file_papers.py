"""The papers of a work file: of an open one as it is now, of a closed one the very bytes that were kept."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import open_blob
from lienthong.office.archive.states import FileState
from lienthong.office.tests.pages import client_as
from lienthong.office.tests.work_files import file_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("paper", ["cover", "contents"])
@pytest.mark.parametrize("state", [FileState.CLOSED, FileState.ACCEPTED])
def test_a_closed_file_answers_with_what_was_kept(state: FileState, paper: str) -> None:
    ours = agency()
    file, _clerk = file_in(ours, state)
    kept = b"".join(open_blob(getattr(file, paper)))
    file.title = "Tên đổi trong cơ sở dữ liệu"
    file.save(update_fields=["title"])
    answer = client_as(Role.CLERK, ours).get(reverse("office:work_file_paper", args=[file.id, paper]))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert b"".join(answer.streaming_content) == kept  # type: ignore[attr-defined]
