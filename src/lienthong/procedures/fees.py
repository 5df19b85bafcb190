"""What is owed for a dossier: the fees of a version whose condition its answers meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lienthong.procedures.conditions import holds, parse_condition
from lienthong.procedures.models import ProcedureVersion
from lienthong.procedures.stored import definition_of


@dataclass(frozen=True)
class FeeLine:
    """A fee that is owed, in đồng, and the law that says so."""

    key: str
    name: str
    name_en: str
    amount: int
    law: str


def fees_owed(version: ProcedureVersion, answers: Mapping[str, Any]) -> list[FeeLine]:
    """The fees owed for these answers. Reads what `definition_of` does."""
    return [
        FeeLine(row.key, row.name, row.name_en, row.amount, row.law)
        for row in definition_of(version).fees
        if not row.when or holds(parse_condition(row.when), answers)
    ]
