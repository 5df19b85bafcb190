"""The words that people use for a procedure, so that they find it without knowing its name."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from lienthong.kernel.plain import Plain as Plain
from lienthong.procedures.public import Procedure


class EverydayWords(models.Model):
    """What people say when they mean a procedure: one phrase a line, "làm giấy khai sinh"."""

    procedure = models.OneToOneField(Procedure, primary_key=True, on_delete=models.CASCADE, related_name="+")
    phrases = models.TextField()
    search_text = models.GeneratedField(
        expression=Plain(F("phrases")), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(phrases=""), name="everyday_words_are_some"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("phrases"), 5_000), name="everyday_words_are_not_endless"
            ),
        ]
        indexes = [GinIndex(OpClass(F("search_text"), "gin_trgm_ops"), name="everyday_words_search")]
