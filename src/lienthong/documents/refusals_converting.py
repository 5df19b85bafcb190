"""What is answered when a Word file does not become a PDF."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class ConverterAbsent(Refusal):
    """LibreOffice is not installed where the worker runs."""

    code, status = "converter-absent", 503
    sentence = _(
        "Word files cannot be converted here: LibreOffice is not installed. "
        "Save the document as PDF and upload that, or ask the operator to install LibreOffice."
    )


class ConversionFailed(Refusal):
    """LibreOffice did not make a PDF of the file, or not in time."""

    code, status = "conversion-failed", 422
    sentence = _(
        "LibreOffice could not make a PDF of the Word file. Save it as PDF in your word processor "
        "and upload that."
    )


class NotConvertedYet(Refusal):
    """The Word file has not become a PDF, so there is nothing to sign."""

    code, status = "not-converted-yet", 409
    sentence = _(
        "The Word file has not been converted to PDF, so there is nothing to sign yet. "
        "Wait a moment and reload the page; if it failed, the page says why."
    )


PROBLEMS: dict[str, type[Refusal]] = {kind.code: kind for kind in (ConverterAbsent, ConversionFailed)}
