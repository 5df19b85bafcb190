"""The forms in which text is compared: without marks, and a number in whatever spelling."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from lienthong.kernel.plain import Plain as Plain


class NumberKey(models.Func):
    """SQL form of a number that all its spellings share: "015 / QĐ-UBND" becomes "15/qd-ubnd"."""

    template = (
        r"regexp_replace(regexp_replace(plain(%(expressions)s), '\s', '', 'g'), '(^|/)0+(?=\d)', '\1', 'g')"
    )
    arity = 1
    output_field = models.TextField()


class Words(models.Func):
    """SQL words of a long text as `plain` has them; what is beyond 300,000 characters is not searched."""

    template = "to_tsvector('simple'::regconfig, plain(left(%(expressions)s, 300000)))"
    arity = 1
    output_field = SearchVectorField()
