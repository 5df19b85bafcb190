"""What is owed for a dossier: the fees of its version, less the exemptions, by the agency's own amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.kernel.errors import Refusal
from lienthong.procedures.definition import Exemption
from lienthong.procedures.models import OfferFee, ProcedureVersion
from lienthong.procedures.reckoning import (
    NOTHING_GRANTED,
    NOTHING_OWN,
    FeeLine,
    GrantedExemptions,
    OwnAmount,
    reckon,
)
from lienthong.procedures.stored import definition_of

REASON_LIMIT = 250
OwnAmounts = Mapping[tuple[int, UUID], Mapping[str, OwnAmount]]


class UnknownExemption(Refusal):
    """Chosen was what the version of the procedure does not leave to officials."""

    code, status = "unknown-exemption", 422
    sentence = _(
        "The exemption “%(key)s” cannot be chosen for this procedure: it belongs to another one, applies by "
        "itself, or was taken out. Reload the page and choose among those that it shows."
    )


class ExemptionReasonMissing(Refusal):
    """An exemption is not given without words."""

    code, status = "exemption-reason-missing", 422
    sentence = _(
        "Say on what paper or fact the exemption rests, in at most %(limit)s characters: it stays on record."
    )


def fees_owed(
    version: ProcedureVersion,
    facts: Mapping[str, Any],
    *,
    granted: GrantedExemptions = NOTHING_GRANTED,
    own: Mapping[str, OwnAmount] = NOTHING_OWN,
) -> list[FeeLine]:
    """The fees owed in these facts: the answers, and the channel. Reads what `definition_of` does."""
    return reckon(definition_of(version), facts, granted=granted, own=own)


def grantable(version: ProcedureVersion) -> list[Exemption]:
    """The exemptions of the version that an official chooses. Reads what `definition_of` does."""
    return [one for one in definition_of(version).exemptions if one.by_hand]


def require_grantable(version: ProcedureVersion, granted: GrantedExemptions) -> None:
    """Raise `UnknownExemption` or `ExemptionReasonMissing` for what may not be granted so."""
    for key in sorted(granted.keys - {one.key for one in grantable(version)}):
        raise UnknownExemption(field="exemption", key=key[:40])
    words = granted.reason.strip()
    if granted.keys and (not words or len(words) > REASON_LIMIT or "\0" in words):
        raise ExemptionReasonMissing(field="exemption_reason", limit=REASON_LIMIT)


def own_amounts(offered: Collection[tuple[Agency, UUID]], *, on: date) -> OwnAmounts:
    """What each agency asks of its own for the fees of a procedure on the day, by agency and procedure.

    Where an agency set nothing, the nearest above it that did counts: a province sets for its communes.
    One query, none for nothing.
    """
    paths = {agency.pk: _ids(agency.path) for agency, _procedure_id in offered}
    owners = {key for ids in paths.values() for key in ids}
    latest: dict[tuple[int, UUID, str], OfferFee] = {}
    if owners:
        rows = OfferFee.objects.filter(
            procedure__in={key for _agency, key in offered}, agency__in=owners, valid_from__lte=on
        )
        for row in rows.order_by("valid_from", "id"):
            latest[row.agency_id, row.procedure_id, row.fee] = row
    found: defaultdict[tuple[int, UUID], dict[str, OwnAmount]] = defaultdict(dict)
    for agency, procedure_id in offered:
        for fee, row in _nearest(latest.values(), paths[agency.pk], procedure_id).items():
            found[agency.pk, procedure_id][fee] = OwnAmount(row.amount or 0, row.law)
    return found


def _nearest(rows: Iterable[OfferFee], path: list[int], procedure_id: UUID) -> dict[str, OfferFee]:
    """Of the rows with an amount, for each fee the one of the agency that stands last in the path."""
    best: dict[str, OfferFee] = {}
    for row in rows:
        if row.procedure_id != procedure_id or row.agency_id not in path or row.amount is None:
            continue
        other = best.get(row.fee)
        if other is None or path.index(row.agency_id) > path.index(other.agency_id):
            best[row.fee] = row
    return best


def _ids(path: str) -> list[int]:
    return [int(key) for key in path.strip("/").split("/")]
