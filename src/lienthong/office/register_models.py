"""The registers an agency keeps of incoming documents, and their yearly series of numbers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lienthong.directory.public import Agency, remembers_agency
from lienthong.office.states import SENDER_LABELS, URGENCIES

GENERAL = "incoming"


class RegisterBook(models.Model):
    """A register of incoming documents (sổ đăng ký văn bản đến) that an agency keeps, year after year.

    The columns `types`, `senders` and `from_urgency` say which documents it is proposed for: one of them
    fits. The first active book in order that fits is proposed, else the agency's default.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=150)
    active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    position = models.SmallIntegerField(default=0)
    types = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    senders = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    from_urgency = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "code"], name="register_book_code"),
            models.UniqueConstraint(
                fields=["agency"], condition=Q(is_default=True), name="register_book_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(active=True), name="register_book_default_is_active"
            ),
            models.CheckConstraint(
                condition=Q(from_urgency=None) | Q(from_urgency__range=(1, 4)), name="register_book_urgency"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> list[str | Promise]:
        """What it is proposed for, in the reader's language."""
        rules: list[str | Promise] = [*self.types, *(SENDER_LABELS[kind] for kind in self.senders)]
        if self.from_urgency is not None:
            rules.append(_("“%(urgency)s” or more urgent") % {"urgency": URGENCIES[self.from_urgency]})
        return rules


class Register(models.Model):
    """One year of a register book: one series per agency, kind and year (NĐ 30/2020, Đ.22)."""

    book = models.ForeignKey(RegisterBook, on_delete=models.PROTECT, related_name="years")
    year = models.SmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "year"], name="register_unique")]

    def __str__(self) -> str:
        return f"{self.book.name} {self.year}"


remembers_agency(RegisterBook._meta.label, "agency")
