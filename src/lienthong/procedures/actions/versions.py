"""A version is drafted, saved as often as needed, published, and followed by the next or withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.ledger.public import record
from lienthong.procedures import policies
from lienthong.procedures.actions.samples import SampleChanges, change_samples
from lienthong.procedures.contracts import ProcedurePublished
from lienthong.procedures.definition import Definition, keys_twice, prove_definition
from lienthong.procedures.faults import NotWhole
from lienthong.procedures.models import (
    FormVersion,
    PaperSample,
    Procedure,
    ProcedureVersion,
    ProcessVersion,
    ServiceOffer,
)
from lienthong.procedures.states import DISCARD, PUBLISH, SAVE, WITHDRAW, Move, VersionState
from lienthong.procedures.stored import definition_of, store_definition

NO_SAMPLES = SampleChanges()


class DraftThere(Refusal):
    """One draft at a time."""

    code, status = "draft-there", 409
    sentence = _("There is a draft of this procedure already. Go on with that one, or throw it away first.")


class ChangedMeanwhile(Refusal):
    """Somebody saved the draft after it was opened."""

    code, status = "changed-meanwhile", 409
    sentence = _(
        "Somebody else saved this draft after you opened it, so nothing was saved now. "
        "Open it again and enter your change into what it says today."
    )


def start_draft(*, procedure_id: UUID, viewer: Viewer, at: datetime) -> ProcedureVersion:
    """Begin a new version, with all that the one in force says. Raises `DraftThere`, `NotFound`."""
    with transaction.atomic():
        procedure = Procedure.objects.select_for_update(of=("self",)).select_related("authority")
        found = procedure.filter(pk=procedure_id).first()
        if found is None:
            raise NotFound
        policies.require_draft(viewer, found)
        last = found.versions.order_by("-number").first()
        if last is not None and last.state == VersionState.DRAFT:
            raise DraftThere
        draft = ProcedureVersion.objects.create(
            procedure=found,
            number=last.number + 1 if last else 1,
            drafted_by_id=viewer.official_id,
            drafted_at=at,
        )
        if last is not None:
            draft.form_id, draft.process_id = last.form_id, last.process_id
            store_definition(draft, definition_of(last))
            _copy_samples(last, draft)
        _record(draft, "procedure.draft", viewer, at)
    return draft


def save_draft(
    *,
    version_id: UUID,
    definition: Definition,
    changes: int | None = None,
    samples: SampleChanges = NO_SAMPLES,
    viewer: Viewer,
    at: datetime,
) -> ProcedureVersion:
    """Write what the draft says. `changes` is how often it had been saved when it was opened.

    Raises:
        ChangedMeanwhile: it was saved since.
        NotWhole: two papers, fees or results have one key.
        SampleOfNoPaper, TooManySamples
    """
    twice = list(keys_twice(definition))
    if twice:
        raise NotWhole(twice)
    with transaction.atomic():
        draft = _held(version_id, viewer, SAVE)
        if changes is not None and changes != draft.changes:
            raise ChangedMeanwhile
        draft.changes += 1
        store_definition(draft, definition, renamed=samples.renamed)
        change_samples(draft, definition, samples)
        _record(draft, "procedure.save", viewer, at)
    return draft


def publish_version(*, version_id: UUID, viewer: Viewer, at: datetime) -> ProcedureVersion:
    """Prove the draft, freeze it, and let it follow the version in force; who offered that, offers this.

    Raises:
        NotWhole: the proof failed; the faults say where.
    """
    with transaction.atomic():
        version = _held(version_id, viewer, PUBLISH)
        faults = prove_definition(definition_of(version))
        if faults:
            raise NotWhole(faults)
        former = version.procedure.versions.filter(state=VersionState.PUBLISHED).first()
        if former is not None:
            _end(former, VersionState.SUPERSEDED, at)
        _own_form(version).update(frozen_at=at)
        _own_process(version).update(frozen_at=at)
        version.state, version.published_at = VersionState.PUBLISHED, at
        version.published_by_id = viewer.official_id
        version.save(update_fields=["state", "published_at", "published_by"])
        if former is not None:
            _carry_over(former, version, at)
        _record(version, "procedure.publish", viewer, at)
        publish(ProcedurePublished(version.procedure_id, version.pk, former.pk if former else None, at))
    return version


def discard_draft(*, version_id: UUID, viewer: Viewer, at: datetime) -> None:
    """Throw the draft away, with a form and a process that nothing else uses."""
    with transaction.atomic():
        draft = _held(version_id, viewer, DISCARD)
        _record(draft, "procedure.discard", viewer, at)
        form, process = _own_form(draft), _own_process(draft)
        draft.delete()
        form.delete()
        process.delete()


def withdraw_version(*, version_id: UUID, reason: str, viewer: Viewer, at: datetime) -> None:
    """Stop offering the procedure, with a reason; dossiers under way keep their version."""
    with transaction.atomic():
        version = _held(version_id, viewer, WITHDRAW)
        _end(version, VersionState.WITHDRAWN, at, reason=reason)
        ServiceOffer.objects.filter(version=version, ended_at=None).update(ended_at=at)
        _record(version, "procedure.withdraw", viewer, at)


def _held(version_id: UUID, viewer: Viewer, move: Move) -> ProcedureVersion:
    """The version under lock, for a move that the viewer may make. Raises `NotFound` and what
    stands against it.
    """
    version = (
        ProcedureVersion.objects.select_for_update(of=("self", "procedure"))
        .select_related("procedure__authority")
        .filter(pk=version_id)
        .first()
    )
    if version is None or (
        version.state == VersionState.DRAFT and not policies.sees_drafts(viewer, version.procedure)
    ):
        raise NotFound
    policies.require(viewer, version, move)
    return version


def _copy_samples(last: ProcedureVersion, draft: ProcedureVersion) -> None:
    """The samples of the version before; the files are shared."""
    rows = last.samples.order_by("id").values("paper", "kind", "name", "blob_id")
    PaperSample.objects.bulk_create(PaperSample(version=draft, **row) for row in rows)


def _own_form(draft: ProcedureVersion) -> QuerySet[FormVersion]:
    """The form that the draft does not share with a published version, if there is one."""
    return FormVersion.objects.filter(pk__in=[draft.form_id], frozen_at=None)


def _own_process(draft: ProcedureVersion) -> QuerySet[ProcessVersion]:
    """The process that the draft does not share with a published version, if there is one."""
    return ProcessVersion.objects.filter(pk__in=[draft.process_id], frozen_at=None)


def _end(version: ProcedureVersion, state: VersionState, at: datetime, *, reason: str = "") -> None:
    version.state, version.ended_at, version.end_reason = state, at, reason
    version.save(update_fields=["state", "ended_at", "end_reason"])


def _carry_over(former: ProcedureVersion, version: ProcedureVersion, at: datetime) -> None:
    """Let every agency offer the new version where it offered the former. Three statements,
    whatever the number.
    """
    open_offers = ServiceOffer.objects.filter(version=former, ended_at=None)
    new = [
        ServiceOffer(agency_id=agency, version=version, channel=channel, offered_at=at)
        for agency, channel in open_offers.values_list("agency_id", "channel").iterator(chunk_size=5_000)
    ]
    open_offers.update(ended_at=at)
    ServiceOffer.objects.bulk_create(new, batch_size=5_000)


def _record(version: ProcedureVersion, verb: str, viewer: Viewer, at: datetime) -> None:
    record(
        actor=viewer.actor(),
        verb=verb,
        subject=version.procedure.ledger_subject,
        at=at,
        data={"version": version.number},
    )
