"""Rows of the outbox as what the portal is told, read in sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lienthong.directory.public import Agency
from lienthong.dossiers.models import Dossier, DossierPaper, DossierResult, NationalReport
from lienthong.dossiers.national.contracts import (
    DossierRecord,
    FeeTold,
    PaperTold,
    Progress,
    ResultTold,
    SupplementTold,
)
from lienthong.dossiers.outbox import BACKFILL, SUBMIT
from lienthong.dossiers.states import GOES_ON, MOVES, RECOUNT, STANDS, DossierState
from lienthong.payments.public import ChargeState, ChargeView, charges_of

DONE = frozenset({DossierState.FINISHED, DossierState.HANDED_OUT})
READ = ("dossier__version__procedure__field", "dossier__applicant", "dossier__agency")
READ_SETS = ("dossier__papers", "dossier__results__document", "dossier__supplement__asked_by")
WORDS = {
    SUBMIT: _("Dossier handed in"),
    BACKFILL: _("Dossier as it stands"),
    RECOUNT: _("Deadlines counted again by the changed calendar"),
    STANDS: _("The clock stands while a linked dossier waits"),
    GOES_ON: _("The clock goes on with the linked dossiers"),
}
DROPPED_FEES = frozenset({ChargeState.CANCELLED, ChargeState.WAIVED})
MOST_LISTED, MOST_NAME = 100, 500


def whole_reports(ids: Iterable[int]) -> list[NationalReport]:
    """The rows in order with what is told of their dossiers. One query and one for each list."""
    rows = NationalReport.objects.filter(pk__in=ids).select_related(*READ)
    return list(rows.prefetch_related(*READ_SETS).order_by("pk"))


def records_of(rows: Sequence[NationalReport]) -> list[DossierRecord]:
    """The rows as dossiers. One query for their fees."""
    charges = charges_of({row.dossier_id for row in rows})
    with override("vi"):
        return [_record(row, charges[row.dossier_id]) for row in rows]


def progress_of(rows: Sequence[NationalReport]) -> list[Progress]:
    """The rows as progress. One query."""
    codes = {row.agency_code for row in rows}
    names = dict(Agency.objects.filter(code__in=codes).values_list("code", "name"))
    with override("vi"):
        return [_progress(row, names.get(row.agency_code, row.dossier.agency.name)) for row in rows]


def words_of(verb: str) -> str:
    """What was done, in the reader's language."""
    return str(WORDS[verb] if verb in WORDS else MOVES[verb].label)


def _record(row: NationalReport, charges: Sequence[ChargeView]) -> DossierRecord:
    dossier, ended = row.dossier, row.state in DONE
    procedure, party = dossier.version.procedure, dossier.applicant
    handed = row.state == DossierState.HANDED_OUT
    signed = [result for result in dossier.results.all() if ended and result.signed]
    return DossierRecord(
        code=dossier.code,
        procedure_code=procedure.code,
        procedure_name=procedure.name,
        field_code=procedure.field.code,
        field_name=procedure.field.name,
        applicant_name=dossier.applicant_name,
        applicant_kind=party.kind,
        applicant_number=party.number,
        email=party.email,
        telephone=party.telephone,
        summary=dossier.summary or procedure.name[:MOST_NAME],
        received_at=dossier.accepted_at or dossier.submitted_at,
        due_at=row.due_at,
        state=row.state,
        finished_at=dossier.finished_at if ended else None,
        handed_out_at=dossier.closed_at if handed else None,
        outcome=str(dossier.outcome_label) if ended else "",
        channel=dossier.channel,
        agency_name=dossier.agency.name,
        papers=_papers(dossier.papers.all()),
        fees=tuple(
            FeeTold(one.key, one.name, one.amount) for one in charges if one.state not in DROPPED_FEES
        ),
        supplements=_supplements(dossier),
        results=tuple(_result(one) for one in signed[:MOST_LISTED]),
    )


def _papers(rows: Iterable[DossierPaper]) -> tuple[PaperTold, ...]:
    return tuple(
        PaperTold(one.name, one.key, str(one.held_id or ""), one.originals, one.copies)
        for one in list(rows)[:MOST_LISTED]
    )


def _result(row: DossierResult) -> ResultTold:
    return ResultTold(row.name, row.key, row.document.code if row.document else "", str(row.pk))


def _supplements(dossier: Dossier) -> tuple[SupplementTold, ...]:
    asked = getattr(dossier, "supplement", None)
    if asked is None:
        return ()
    words = "; ".join(str(item) for item in asked.items)[:MOST_NAME]
    who = asked.asked_by.full_name if asked.asked_by else dossier.agency.name
    came = _papers(paper for paper in dossier.papers.all() if paper.supplement_id == asked.pk)
    due = dossier.due_at if asked.answered_at else None
    return (SupplementTold(str(asked.pk), who, words, asked.asked_at, asked.answered_at, came, due),)


def _progress(row: NationalReport, unit: str) -> Progress:
    dossier = row.dossier
    return Progress(
        code=dossier.code,
        staff=row.staff or unit,
        post_title=row.post_title,
        unit=unit,
        words=words_of(row.verb),
        at=row.happened_at,
        state=row.state,
        received_at=dossier.accepted_at or dossier.submitted_at,
        due_at=row.due_at,
    )
