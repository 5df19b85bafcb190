"""What every converter of Word files must do: LibreOffice, where it is installed, and the fake."""

from __future__ import annotations

import io
import os

import pypdf
import pytest

from lienthong.documents.adapters.fake import FakeConverter
from lienthong.documents.adapters.soffice import LibreOffice
from lienthong.documents.form_check.reading import read_sheet
from lienthong.documents.pdf_check import require_signable
from lienthong.documents.ports import Converter
from lienthong.documents.refusals_converting import ConversionFailed, ConverterAbsent
from lienthong.documents.tests.words import docx


def _blank() -> bytes:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(file)
    return file.getvalue()


@pytest.fixture(params=["fake", "soffice"])
def converter(request: pytest.FixtureRequest) -> Converter:
    if request.param == "fake":
        return FakeConverter(_blank())
    if not LibreOffice().available():
        reason = (
            "soffice is not installed: LibreOffice was NOT tested (apt-get install libreoffice-writer-nogui)"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return LibreOffice()


def test_a_word_file_becomes_a_pdf_that_can_be_signed(converter: Converter) -> None:
    assert converter.available()
    require_signable(converter(docx()))


def test_what_is_no_word_file_fails(converter: Converter) -> None:
    with pytest.raises(ConversionFailed):
        converter(b"\0\1\2 no archive")


def test_an_absent_converter_says_so(settings: object) -> None:
    from django.conf import settings as django_settings

    settings.ENV = django_settings.ENV.model_copy(update={"soffice": "no-such-program"})  # type: ignore[attr-defined]
    for absent in (FakeConverter(b"", absent=True), LibreOffice()):
        assert not absent.available()
        with pytest.raises(ConverterAbsent):
            absent(docx())


@pytest.mark.slow
def test_libreoffice_makes_pdf_a_with_the_letters_of_the_word_file() -> None:
    if not LibreOffice().available():
        pytest.skip("soffice is not installed: LibreOffice was NOT tested")
    pdf = LibreOffice()(docx())
    metadata = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"pdfaid:part" in metadata
    sheet = read_sheet(pdf)
    assert sheet is not None
    assert sheet.pages[0].lines[0].text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
