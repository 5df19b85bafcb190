"""The life of an official document (NĐ 30/2020/NĐ-CP, articles 14 to 19)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentState(models.TextChoices):
    """Where a document stands."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")


class SourceState(models.TextChoices):
    """What became of the Word file of a draft."""

    WAITING = "WAITING", _("Waits to be converted")
    CONVERTED = "CONVERTED", _("Converted to PDF")
    FAILED = "FAILED", _("Not converted")


class CopyForm(models.TextChoices):
    """The forms of copies (NĐ 30/2020/NĐ-CP, article 25); the value is the abbreviation in the notation."""

    TRUE_COPY = "SY", _("True copy (sao y)")
    TRANSCRIPT = "SL", _("Copy of a copy (sao lục)")
    EXCERPT = "TrS", _("Excerpt (trích sao)")


COPY_STAMPS = {CopyForm.TRUE_COPY: "SAO Y", CopyForm.TRANSCRIPT: "SAO LỤC", CopyForm.EXCERPT: "TRÍCH SAO"}


class Urgency(models.TextChoices):
    """The urgency mark, box 10b of annex I; empty is ordinary."""

    ORDINARY = "", _("Ordinary")
    URGENT = "KHAN", _("Urgent")
    VERY_URGENT = "THUONG_KHAN", _("Very urgent")
    EXPRESS = "HOA_TOC", _("Express")


# Article 18: an issued document is never changed; an error is mended by another document that replaces it.
TRANSITIONS: dict[tuple[DocumentState, str], DocumentState] = {
    (DocumentState.DRAFT, "issue"): DocumentState.ISSUED,
}
