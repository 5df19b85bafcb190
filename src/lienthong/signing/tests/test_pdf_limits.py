"""What reading a PDF from outside may cost: unfolded bytes, time, pages, objects, and how many at once."""

from __future__ import annotations

import re
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep, thread_time

import pytest

from lienthong.signing import errors, pdf_reading
from lienthong.signing.pdf_reading import PdfLimits, check_pdf, read_pdf
from lienthong.signing.tests.pdfs import encrypted_pdf, plain_pdf


def hollow_pdf(filter_of: str = "/FlateDecode", size: int = 4, content: bytes = b"") -> bytes:
    """A PDF whose table of objects is a compressed stream, of whatever content."""
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    table = (
        f"3 0 obj\n<< /Type /XRef /Size {size} /W [1 4 2] /Root 1 0 R /Filter {filter_of} "
        f"/Length {len(content)} >>\nstream\n".encode()
    )
    return head + table + content + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def test_what_unfolds_to_more_than_a_table_of_objects_needs_is_not_unfolded() -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    for hostile in (
        hollow_pdf(content=bomb, size=28_000_000),
        hollow_pdf("[/FlateDecode /FlateDecode]", content=zlib.compress(bomb, 9), size=28_000_000),
    ):
        tracemalloc.start()
        with pytest.raises(errors.PdfBroken):
            check_pdf(hostile)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
        tracemalloc.stop()


def test_a_pdf_has_its_time_and_as_many_pages_and_objects_as_its_use_allows() -> None:
    whole = plain_pdf()
    with pytest.raises(errors.PdfTooComplex), read_pdf(whole, PdfLimits(seconds=0)):
        pass
    with read_pdf(whole, PdfLimits(pages=1)) as reader:
        assert reader.root["/Pages"]["/Count"] == 1
    with (
        pytest.raises(errors.PdfBroken),
        read_pdf(whole.replace(b"/Count 1", b"/Count 3"), PdfLimits(pages=2)),
    ):
        pass
    many = re.sub(rb"/Size \d+", b"/Size 2000000", whole)
    with pytest.raises(errors.PdfTooComplex):
        check_pdf(many)


def test_waiting_does_not_use_up_the_time_of_a_pdf_but_computing_does() -> None:
    with read_pdf(plain_pdf(), PdfLimits(seconds=0.2)) as reader:
        sleep(0.3)
        reader.stream.read(1)
        end = thread_time() + 0.2
        while thread_time() < end:
            pass
        with pytest.raises(errors.PdfTooComplex):
            reader.stream.read(1)


def test_no_more_pdfs_are_read_at_once_than_memory_is_meant_for() -> None:
    held, most = [], []

    def read(number: int) -> None:
        with read_pdf(plain_pdf()):
            held.append(number)
            most.append(len(held))
            sleep(0.01)
            held.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(8)))
    assert max(most) == pdf_reading.AT_ONCE
    for _ in range(2 * pdf_reading.AT_ONCE):  # what fails gives its turn back, too
        with suppress(errors.PdfEncrypted):
            check_pdf(encrypted_pdf())
    check_pdf(plain_pdf())
