"""What is to be paid: one pure function of the fees of a version, its exemptions, an agency's own amounts.

Of several exemptions of one fee the largest counts, never their sum: who is both exempt and entitled to a
reduction is exempt, and of several reductions the highest is given (NĐ 45/2014/NĐ-CP, Đ.10, is the model).
What is left is rounded down to a whole đồng, for the payer. So the order in which exemptions are written or
chosen changes nothing, and what is to be paid is never negative and never more than the full amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lienthong.procedures.conditions import holds, parse_condition
from lienthong.procedures.definition import Definition, Exemption, Fee, Paper


@dataclass(frozen=True)
class OwnAmount:
    """What an agency asks for a fee, in đồng, and its basis."""

    amount: int
    law: str


@dataclass(frozen=True)
class GrantedExemptions:
    """The exemptions that an official chose, by key, and on what paper or fact they rest."""

    keys: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class FeeLine:
    """A fee that is owed, in đồng: `tariff` in full, `amount` after the exemption; and its law."""

    key: str
    name: str
    name_en: str
    tariff: int
    amount: int
    law: str
    exemption: Exemption | None = None
    reason: str = ""

    @property
    def reduced(self) -> int:
        """How much of the full amount is not asked for."""
        return self.tariff - self.amount

    @property
    def why(self) -> str:
        """Why less is asked for, in the words of the record; empty where nothing is taken off."""
        if self.exemption is None:
            return ""
        return f"{self.exemption.name}: {self.reason}" if self.reason else self.exemption.name


NOTHING_GRANTED = GrantedExemptions()
NOTHING_OWN: Mapping[str, OwnAmount] = MappingProxyType({})


def reckon(
    definition: Definition,
    facts: Mapping[str, Any],
    *,
    granted: GrantedExemptions = NOTHING_GRANTED,
    own: Mapping[str, OwnAmount] = NOTHING_OWN,
) -> list[FeeLine]:
    """The fees owed in these facts (answers and `FACTS_OF_FEES`), in the order of the definition.

    `own` are the agency's own amounts by the key of the fee. Keys granted that the definition does not have,
    or that apply by themselves, count for nothing here; `fees.require_grantable` refuses them.
    """
    applying = [one for one in definition.exemptions if _applies(one, facts, granted)]
    return [
        _line(fee, own.get(fee.key), applying, granted.reason)
        for fee in definition.fees
        if not fee.when or holds(parse_condition(fee.when), facts)
    ]


def to_pay(tariff: int, share: int) -> int:
    """What is left of a whole amount when `share` percent, 0 to 100, are taken off."""
    return tariff * (100 - share) // 100


def _applies(exemption: Exemption, facts: Mapping[str, Any], granted: GrantedExemptions) -> bool:
    if exemption.when:
        return holds(parse_condition(exemption.when), facts)
    return exemption.key in granted.keys


def _line(fee: Fee, own: OwnAmount | None, applying: Sequence[Exemption], reason: str) -> FeeLine:
    tariff, law = (own.amount, own.law) if own else (fee.amount, fee.law)
    of_fee = [one for one in applying if one.fee in ("", fee.key)] if tariff else []
    # Of equal shares the one whose key comes first, so that the order of writing says nothing.
    best = min(of_fee, key=lambda one: (-one.share, one.key), default=None)
    amount = to_pay(tariff, best.share if best else 0)
    said = reason if best and best.by_hand else ""
    return FeeLine(fee.key, fee.name, fee.name_en, tariff, amount, law, best, said)


def asked_papers(definition: Definition, facts: Mapping[str, Any]) -> list[Paper]:
    """The papers that the applicant has to give for these answers: not those that the State holds."""
    return [
        paper
        for paper in definition.papers
        if not paper.held_by_state and (not paper.when or holds(parse_condition(paper.when), facts))
    ]
