"""Agency codes: the root-first form of QĐ 20/2020/QĐ-TTg and the leaf-first form of QCVN 102:2016.

`H55.05.01` (root first, no empty levels) and `000.01.05.H55` (leaf first, always four groups, empty levels
zero) name the same body.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

MAX_LENGTH = 40
LEVELS = 4
_ROOT = re.compile(r"[A-Z]+[0-9]*")
_GROUP = re.compile(r"[0-9]{1,3}")
_WIDTHS = (2, 2, 3)


class BadCode(Refusal):
    """The text is no agency code in either form."""

    code, status = "bad-agency-code", 400
    sentence = _("“%(code)s” is not an agency code. Write it as H55.05.01 or as 000.01.05.H55.")


def spelled(text: str) -> str:
    """The text in one spelling: composed Unicode, no white space, capitals.

    Raises `BadCode` if it is too long.
    """
    if len(text) > 2 * MAX_LENGTH:
        raise BadCode(field="code", code=shown(text))
    return "".join(unicodedata.normalize("NFKC", text).split()).upper().replace("\0", "")


def root_first(text: str) -> str:
    """The root-first form of a code in either form, leniently read; raises `BadCode`.

    Spaces, case, missing or superfluous zeros do not matter: ` 000.00.00.h55`, `H55.00` and `h55` are `H55`.
    """
    groups = spelled(text).split(".")
    if len(groups) > 1 and _ROOT.fullmatch(groups[-1]):
        groups.reverse()
    root, *rest = groups
    if not _ROOT.fullmatch(root) or not all(map(_GROUP.fullmatch, rest)):
        raise BadCode(field="code", code=shown(text))
    while rest and int(rest[-1]) == 0:
        rest.pop()
    code = ".".join([root, *(f"{int(group):02}" for group in rest)])
    if len(code) > MAX_LENGTH:
        raise BadCode(field="code", code=shown(text))
    return code


def leaf_first(code: str) -> str:
    """The leaf-first form of a code in either form; raises `BadCode`.

    Empty where the old form cannot say it: below four levels, or beyond 99 at the second or third.
    """
    root, *rest = root_first(code).split(".")
    if len(rest) >= LEVELS:
        return ""
    numbers = [int(group) for group in rest] + [0] * (LEVELS - 1 - len(rest))
    groups = [f"{number:0{width}}" for number, width in zip(numbers, _WIDTHS, strict=True)]
    if any(len(group) > width for group, width in zip(groups, _WIDTHS, strict=True)):
        return ""
    return ".".join([*reversed(groups), root])


def shown(text: str) -> str:
    """The text short enough to repeat to its sender."""
    return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + "…"
