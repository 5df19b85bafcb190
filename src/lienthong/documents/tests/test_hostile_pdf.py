"""PDFs that mean harm, or are merely broken: refused when they come in, and read without harm."""

from __future__ import annotations

import random
import sys

import pytest

from lienthong.documents.actions.drafting import adopt_pdf
from lienthong.documents.form_check.reading import ReaderTooSlow, read_sheet
from lienthong.documents.form_check.sheet import Sheet
from lienthong.documents.models import FormReading
from lienthong.documents.pdf_check import require_signable
from lienthong.documents.public import check_form
from lienthong.documents.tests.factories import make_agency, make_viewer
from lienthong.documents.tests.test_rendering import AT
from lienthong.identity.public import Role
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import PdfBroken

BOX = b"[0 0 595 842]"
HUGE = b"9" * 400


def one_page(content: bytes = b"", box: bytes = BOX) -> bytes:
    """A PDF of one page, in whose face "A" is the character nought and "B" an A; object 6 is 595."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        % box,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        b"/Encoding << /Type /Encoding /Differences [65 /uni0000 /A] >> >>",
        b"595",
    ]
    file, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return file + (
        b"xref\n0 7\n0000000000 65535 f \n%strailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(file))
    )


@pytest.mark.parametrize(
    "box",
    [
        b"[0 0]",
        b"[/a /b /c /d]",
        b"7",
        b"[0 0 (x) 842]",
        b"[0 0 0 0]",
        b"[0 0 %s 842]" % HUGE,
        b"[0 0 %s.5 842]" % HUGE,
        b"[%s.5 0 %s.5 842]" % (HUGE, HUGE),
        b"[0 0 20000 842]",
        b"[0 0 5..5 842]",
        b"99 0 R",
    ],
    ids=lambda box: box[:16].decode(),
)
def test_a_page_without_a_real_size_is_refused_when_it_comes_in(box: bytes) -> None:
    require_signable(one_page())
    with pytest.raises(PdfBroken):
        require_signable(one_page(box=box))


def test_the_size_of_a_page_may_stand_elsewhere_in_the_file() -> None:
    require_signable(one_page(box=b"[0 0 6 0 R 842]"))


def test_damaged_files_are_refused_and_never_an_error() -> None:
    chance, whole = random.Random(7), one_page(b"BT /F1 13 Tf 100 700 Td (BB) Tj ET")
    words = [
        b"<<",
        b">>",
        b"[",
        b"]",
        b" 0 R",
        b"/Kids",
        b"/Count",
        b"-1",
        b"null",
        b"1.2.3",
        b"--5",
        b"/Prev 9",
    ]
    refused = 0
    for _ in range(3_000):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at, word = chance.randrange(len(broken)), chance.choice(words)
            broken[at : at + chance.choice((0, len(word)))] = word
        try:
            require_signable(bytes(broken))
        except Refusal:
            refused += 1
    assert refused > 1_000


def test_a_number_beyond_all_bounds_makes_the_file_unreadable() -> None:
    far = b"q 1 0 0 1 %s.5 0 cm BT /F1 13 Tf 100 700 Td (BB) Tj ET Q" % HUGE
    assert read_sheet(one_page(far)) is None
    near = read_sheet(one_page(far.replace(HUGE, b"9")))
    assert near is not None
    assert [line.text for line in near.pages[0].lines] == ["AA"]


@pytest.mark.django_db
def test_characters_that_the_database_does_not_store_are_left_out() -> None:
    viewer = make_viewer(make_agency(), Role.CLERK)
    pdf = one_page(b"BT /F1 13 Tf 100 700 Td (BAB) Tj ET")
    draft = adopt_pdf(viewer=viewer, pdf=[pdf], type_code="QD", subject="Quy chế", at=AT)
    codes = [finding.code for finding in check_form(document=draft, viewer=viewer, at=AT)]
    assert "nation" in codes
    assert FormReading.objects.get().sheet["pages"][0]["lines"][0]["text"] == "AA"


@pytest.mark.django_db
def test_what_a_busy_machine_could_not_read_is_read_again() -> None:
    def too_slow(pdf: bytes) -> Sheet | None:
        raise ReaderTooSlow

    viewer = make_viewer(make_agency(), Role.CLERK)
    draft = adopt_pdf(viewer=viewer, pdf=[one_page()], type_code="QD", subject="Quy chế", at=AT)
    found = [
        [finding.code for finding in check_form(document=draft, viewer=viewer, at=AT, read=read)]
        for read in (too_slow, read_sheet)
    ]
    assert found[0] == ["unreadable"]
    assert "no-text" in found[1]


def test_a_reader_that_does_not_end_is_ended() -> None:
    with pytest.raises(ReaderTooSlow):
        read_sheet(b"", command=[sys.executable, "-c", "import time; time.sleep(600)"], seconds=0.2)


def test_the_reader_is_told_no_secret() -> None:
    told = (
        "import json, os, sys; "
        "sys.stdout.write(json.dumps({'pages': [], 'count': 0, 'faces': [[n, True] for n in os.environ]}))"
    )
    sheet = read_sheet(b"", command=[sys.executable, "-c", told])
    assert sheet is not None
    names = {name for name, _ in sheet.faces}
    assert "PYTHONPATH" in names
    assert {name for name in names if name.startswith(("LIENTHONG", "DJANGO", "PG"))} == set()
