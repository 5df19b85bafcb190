"""What the national portal was not told yet, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers import policies
from lienthong.dossiers.models import NationalDossier, NationalReport
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.paging import Page, page_of
from lienthong.kernel.plain import Plain

AWAY, ERROR = "away-", "error-"
REFUSED, FAILING, ALL = "refused", "failing", "all"
TABS = {REFUSED: ~Q(refused_at=None), FAILING: Q(refused_at=None) & ~Q(code=""), ALL: Q()}
MOST_WORDS = 8
REASONS: dict[str, Promise] = {
    "away-unreachable": _("The national portal could not be reached."),
    "away-slow": _("The national portal did not answer in time."),
    "away-http": _("The national portal had an error of its own."),
    "away-not-json": _("The national portal answered with something that is no answer."),
    "away-wrong-answer": _("The national portal's answer had no error code or session."),
    "away-too-large": _("The national portal's answer was too large to be one."),
    "away-login": _("The national portal did not let this platform sign in: check user name and password."),
}
REFUSED_WITH = _(
    "The national portal did not take it (error code %(code)s). Mend what it names, then try again."
)


@dataclass(frozen=True)
class Figures:
    """How much waits; `oldest_at` is when the oldest of it happened, `last_at` when the portal took any."""

    waiting: int
    failing: int
    refused: int
    oldest_at: datetime | None
    last_at: datetime | None


def reports_of(viewer: Viewer) -> QuerySet[NationalReport]:
    """What the viewer may see: an administrator what is the agency's, an operator all."""
    if not policies.watches_national(viewer):
        return NationalReport.objects.none()
    if viewer.has(Role.OPERATOR):
        return NationalReport.objects.all()
    return NationalReport.objects.filter(dossier__agency_id=viewer.agency_id or 0)


def narrowed(viewer: Viewer, tab: str, text: str) -> QuerySet[NationalReport]:
    """The rows of a tab in which all words occur: in code, applicant or subject, or in the portal's words."""
    rows = (
        reports_of(viewer).filter(TABS[tab]).select_related("dossier__agency", "dossier__version__procedure")
    )
    for word in text.split()[:MOST_WORDS]:
        plain = Plain(Value(word[:100]))
        rows = rows.filter(Q(dossier__search_text__contains=plain) | Q(problem__icontains=word[:100]))
    return rows


def list_reports(viewer: Viewer, tab: str, text: str, *, cursor: str = "") -> Page[NationalReport]:
    """A page of them, the oldest first. One query."""
    return page_of(narrowed(viewer, tab, text), key="+id", cursor=cursor)


def figures(viewer: Viewer) -> Figures:
    """The counts of what the viewer sees; when the portal took anything of the installation. Two queries."""
    counts = reports_of(viewer).aggregate(
        waiting=Count("pk", filter=Q(refused_at=None)),
        failing=Count("pk", filter=TABS[FAILING]),
        refused=Count("pk", filter=TABS[REFUSED]),
        oldest_at=Min("happened_at"),
    )
    return Figures(**counts, last_at=last_success())


def last_success() -> datetime | None:
    """When the portal took something last."""
    return NationalDossier.objects.order_by("-told_at").values_list("told_at", flat=True).first()


def portal_rests(*, at: datetime) -> bool:
    """Whether the portal failed lately and is left alone, so that nobody is locked out by trying."""
    return NationalReport.objects.filter(
        code__startswith=AWAY, refused_at=None, next_attempt_at__gt=at
    ).exists()


def reason_of(row: NationalReport) -> str:
    """Why the row did not go through, in plain words; empty for one not tried yet."""
    if row.code.startswith(ERROR):
        return REFUSED_WITH % {"code": row.code.removeprefix(ERROR)}
    return str(REASONS.get(row.code, row.code))
