"""The words that people use for the procedures that ship with the product."""

from __future__ import annotations

import json
from importlib import resources

from lienthong.portal.models import EverydayWords
from lienthong.procedures.public import Procedure


def load_everyday_words() -> int:
    """Give the procedures that are there, and have none yet, the everyday words that ship; how many got some.

    Words that somebody changed stay.
    """
    text = (resources.files("lienthong.portal") / "data" / "everyday_words.json").read_text("utf-8")
    listed: dict[str, list[str]] = json.loads(text)
    ids = dict(Procedure.objects.filter(code__in=listed).values_list("code", "id"))
    known = set(EverydayWords.objects.values_list("procedure_id", flat=True))
    rows = [
        EverydayWords(procedure_id=ids[code], phrases="\n".join(phrases))
        for code, phrases in listed.items()
        if code in ids and ids[code] not in known
    ]
    return len(EverydayWords.objects.bulk_create(rows, ignore_conflicts=True))
