"""Tables as files."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy, override

from lienthong.kernel.downloads import csv_answer


def test_a_table_is_in_the_language_of_the_request_though_it_is_written_after_it() -> None:
    def rows() -> list[list[object]]:
        return [[gettext_lazy("yes,no,maybe")], ["=1+1"]]

    with override("en"):
        answer = csv_answer("a.csv", [gettext_lazy("yes,no,maybe")], (row for row in rows()))
    assert isinstance(answer, StreamingHttpResponse)
    with override("vi"):
        assert str(gettext_lazy("yes,no,maybe")) != "yes,no,maybe", "the other language has another word"
        text = b"".join(answer).decode()
    assert text == '\ufeff"yes,no,maybe"\r\n"yes,no,maybe"\r\n\'=1+1\r\n'
