"""What is asked for of the dossiers of an act: their fees, less what the law or an official takes off."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from lienthong.dossiers.board import Board
from lienthong.kernel.clock import VIETNAM
from lienthong.payments.public import Bill, ChargeLine, Reduction
from lienthong.procedures.public import (
    FeeLine,
    GrantedExemptions,
    definition_of,
    fees_owed,
    own_amounts,
    require_grantable,
)

Granted = Mapping[UUID, GrantedExemptions]
NOTHING: Granted = MappingProxyType({})


def fees_of(board: Board, granted: Granted) -> dict[UUID, Bill]:
    """The bill of each dossier of the board, by the amounts of the day. One query, none without fees.

    Raises:
        UnknownExemption, ExemptionReasonMissing
    """
    rows = board.dossiers.values()
    day = board.at.astimezone(VIETNAM).date()
    charging = [row for row in rows if definition_of(row.version).fees]
    own = own_amounts([(row.agency, row.version.procedure_id) for row in charging], on=day)
    bills = {}
    for row in rows:
        given = granted.get(row.pk, GrantedExemptions())
        require_grantable(row.version, given)
        lines = fees_owed(
            row.version,
            board.facts(row),
            granted=given,
            own=own.get((row.agency_id, row.version.procedure_id), {}),
        )
        charged = tuple(map(charge_line, lines))
        bills[row.pk] = Bill(row.agency_id, row.pk, row.code, row.applicant_name[:200], charged)
    return bills


def owed_by(bill: Bill) -> int:
    """What is left to pay of a bill."""
    return sum(line.amount - (line.reduction.amount if line.reduction else 0) for line in bill.lines)


def charge_line(line: FeeLine) -> ChargeLine:
    """A fee as payments records it, with what is taken off it and why."""
    reduction = None
    if line.exemption is not None:
        reduction = Reduction(line.exemption.share, line.reduced, line.why, line.exemption.law)
    return ChargeLine(line.key, line.name, line.name_en, line.tariff, line.law, reduction)
