"""A definition in the tables: written to a draft, read back from any version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from django.db.models import Case, F, Value, When

from lienthong.procedures.contracts import Sample
from lienthong.procedures.definition import Definition, parse_definition
from lienthong.procedures.form import Form, form_as_data
from lienthong.procedures.form_schema import compile_form
from lienthong.procedures.models import (
    FeeExemption,
    FeeRule,
    FormVersion,
    PaperSample,
    ProcedureVersion,
    ProcessVersion,
    RequiredPaper,
    ResultKind,
)
from lienthong.procedures.process import Process, as_data, parse_process
from lienthong.procedures.proof import prove
from lienthong.procedures.states import VersionState

PAPER = ("key", "name", "name_en", "originals", "copies", "when", "held_by_state")
FEE = ("key", "name", "name_en", "amount", "when", "law")
EXEMPTION = ("key", "name", "name_en", "share", "fee", "when", "law")
RESULT = ("key", "name", "name_en", "months", "document_type")


def definition_of(version: ProcedureVersion) -> Definition:
    """What the version says. Of a draft six queries, less what was prefetched; others are known, mostly."""
    return _read(version) if version.state == VersionState.DRAFT else _published(version.pk)


@lru_cache(maxsize=512)
def _published(version_id: UUID) -> Definition:
    """What a version that was published says, read once in a life of the server: it is frozen."""
    rows = ProcedureVersion.objects.select_related("form", "process")
    return _read(rows.exclude(state=VersionState.DRAFT).get(pk=version_id))


def _read(version: ProcedureVersion) -> Definition:
    return parse_definition(
        {
            "law": version.law,
            "conditions": version.conditions,
            "conditions_en": version.conditions_en,
            "limit_minutes": version.limit_minutes,
            "papers": [{name: getattr(row, name) for name in PAPER} for row in version.papers.all()],
            "fees": [{name: getattr(row, name) for name in FEE} for row in version.fees.all()],
            "exemptions": [
                {name: getattr(row, name) for name in EXEMPTION} for row in version.exemptions.all()
            ],
            "results": [{name: getattr(row, name) for name in RESULT} for row in version.results.all()],
            "form": version.form.definition if version.form else None,
            "process": version.process.definition if version.process else {},
        }
    )


Samples = Mapping[str, tuple[Sample, ...]]


def samples_of(version: ProcedureVersion) -> Samples:
    """The samples of the version's papers, by the key of the paper. Of a draft one query, like
    `definition_of`."""
    return _samples(version.pk) if version.state == VersionState.DRAFT else _frozen_samples(version.pk)


@lru_cache(maxsize=512)
def _frozen_samples(version_id: UUID) -> Samples:
    return _samples(version_id)


def _samples(version_id: UUID) -> Samples:
    found: dict[str, tuple[Sample, ...]] = {}
    rows = PaperSample.objects.filter(version=version_id)
    for row in rows.values_list("id", "paper", "kind", "name", "blob_id", "blob__size"):
        sample = Sample(*row)
        found[sample.paper] = (*found.get(sample.paper, ()), sample)
    return found


@lru_cache(maxsize=1024)
def process_of(process_id: UUID) -> Process:
    """The published process of this key, read once in a life of the server: it is frozen.

    Raises:
        ProcessVersion.DoesNotExist: there is none, or it is still worked on.
    """
    row = ProcessVersion.objects.get(pk=process_id, frozen_at__isnull=False)
    return parse_process(row.definition)


def store_definition(
    draft: ProcedureVersion, definition: Definition, *, renamed: Mapping[str, str] | None = None
) -> None:
    """Write the definition to the draft, in place of what it said; samples of papers that stay are kept.

    `renamed` are papers that got another key, from the old to the new; their samples go with them.
    """
    draft.law = list(definition.law)
    draft.conditions, draft.conditions_en = definition.conditions, definition.conditions_en
    draft.limit_minutes = definition.limit_minutes
    draft.form_id = _store_form(draft, definition.form)
    draft.process_id = _store_process(draft, definition.process)
    draft.save()
    if renamed:
        became = [When(paper=old, then=Value(new)) for old, new in renamed.items()]
        draft.samples.filter(paper__in=renamed).update(paper=Case(*became, default=F("paper")))
    draft.samples.exclude(paper__in=[paper.key for paper in definition.papers]).delete()
    for rows in (draft.papers, draft.fees, draft.exemptions, draft.results):
        rows.all().delete()
    RequiredPaper.objects.bulk_create(paper_rows(draft, definition))
    FeeRule.objects.bulk_create(fee_rows(draft, definition))
    FeeExemption.objects.bulk_create(exemption_rows(draft, definition))
    ResultKind.objects.bulk_create(result_rows(draft, definition))


def _store_form(draft: ProcedureVersion, form: Form | None) -> UUID | None:
    """The row of the form: the one there is if it says the same, else the draft's own."""
    if form is None:
        return None
    data = form_as_data(form)
    former = draft.form
    if former is not None and former.definition == data:
        return former.pk
    own = former if former is not None and former.frozen_at is None else FormVersion()
    own.definition, own.schema = data, compile_form(form)
    own.save()
    return own.pk


def _store_process(draft: ProcedureVersion, process: Process) -> UUID:
    data = as_data(process)
    former = draft.process
    if former is not None and former.definition == data:
        return former.pk
    own = former if former is not None and former.frozen_at is None else ProcessVersion()
    own.definition, own.minutes = data, prove(process).minutes
    own.save()
    return own.pk


def paper_rows(version: ProcedureVersion, definition: Definition) -> list[RequiredPaper]:
    """The papers as rows that are not saved yet."""
    return [
        RequiredPaper(version=version, position=position, **paper.model_dump(include=set(PAPER)))
        for position, paper in enumerate(definition.papers)
    ]


def fee_rows(version: ProcedureVersion, definition: Definition) -> list[FeeRule]:
    """The fees as rows that are not saved yet."""
    return [
        FeeRule(version=version, position=position, **fee.model_dump(include=set(FEE)))
        for position, fee in enumerate(definition.fees)
    ]


def exemption_rows(version: ProcedureVersion, definition: Definition) -> list[FeeExemption]:
    """The exemptions as rows that are not saved yet."""
    return [
        FeeExemption(version=version, position=position, **one.model_dump(include=set(EXEMPTION)))
        for position, one in enumerate(definition.exemptions)
    ]


def result_rows(version: ProcedureVersion, definition: Definition) -> list[ResultKind]:
    """The results as rows that are not saved yet."""
    return [
        ResultKind(version=version, position=position, **result.model_dump(include=set(RESULT)))
        for position, result in enumerate(definition.results)
    ]
