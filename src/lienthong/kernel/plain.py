"""How text is compared whatever its marks, by the database's function `plain(text)` of `kernel 0001`."""

from __future__ import annotations

from django.db import models


class Plain(models.Func):
    """SQL `plain(text)`: lower case, without Vietnamese marks, whatever the Unicode form."""

    function = "plain"
    arity = 1
    output_field = models.TextField()
