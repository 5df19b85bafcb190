"""Who opened a dossier, for its parties: readings and acts of officials, by body, post, purpose and time."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

from lienthong.directory.public import Agency
from lienthong.dossiers.foreign import pinned_process
from lienthong.dossiers.models import Dossier, DossierReading
from lienthong.dossiers.party_contracts import Opened, Words
from lienthong.dossiers.party_words import (
    DID,
    DID_OTHERWISE,
    FOR_OTHERWISE,
    FOR_ROLE,
    FOR_STEP,
    OPENED,
)
from lienthong.ledger.public import Event, timeline
from lienthong.procedures.public import Step

MOST = 200


def opened_by(dossier: Dossier) -> list[Opened]:
    """Every time an official had the file in hand, the newest first: at most 200 openings and 200 acts.

    Three queries. No official is named: the post and the body answer for what was done (ADR 0077).
    """
    read = list(DossierReading.objects.filter(dossier_id=dossier.pk).order_by("-at")[:MOST])
    acts = [event for event in timeline(dossier.ledger_subject) if event.actor.kind == "official"]
    names = dict(
        Agency.objects.filter(
            pk__in={row.agency_id for row in read} | {event.actor.agency_id for event in acts}
        ).values_list("pk", "name")
    )
    steps = pinned_process(dossier).step
    found = [
        Opened(row.at, names.get(row.agency_id, ""), row.post, OPENED, _purpose(row, steps)) for row in read
    ]
    found += [_act(event, names) for event in acts]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _purpose(row: DossierReading, steps: Mapping[str, Step]) -> Words:
    """The step that was open with the reader, else what the post does."""
    step = steps.get(row.step)
    if step is not None and step.name:
        return FOR_STEP % {"step": (get_language() == "en" and step.name_en) or step.name}
    return FOR_ROLE.get(row.role, FOR_OTHERWISE)


def _act(event: Event, names: Mapping[int, str]) -> Opened:
    verb = event.verb.removeprefix("dossier.")
    agency = names.get(event.actor.agency_id or 0, "")
    return Opened(event.at, agency, event.actor.post, DID.get(verb, DID_OTHERWISE), FOR_OTHERWISE)
