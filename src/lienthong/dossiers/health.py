"""What `lienthong doctor` asks of the one-stop."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Min

from lienthong.dossiers.calendars import agencies_without_work
from lienthong.dossiers.facts.counting import last_recount, unfolded
from lienthong.dossiers.models import AcrossLetter, NationalReport
from lienthong.dossiers.national.connecting import portal_access
from lienthong.dossiers.national_queries import REASONS, last_success
from lienthong.identity.public import PartyKind
from lienthong.kernel.checks import Finding, bad, check, good, warning
from lienthong.kernel.clock import now
from lienthong.procedures.public import Channel

MANY, NAMED = 100_000, 5
LONG = timedelta(hours=24)


@check("Figures of dossiers")
def check_figures() -> Finding:
    """Whether the figures equalled the dossiers when they were last counted again, and are folded since."""
    waiting, found = unfolded(), last_recount()
    if found is None:
        return warning("the figures of dossiers were never counted again yet; the worker does it every night")
    when = f"{found.at:%Y-%m-%d %H:%M}"
    if found.data["differing"]:
        some = f"such as {found.data['examples']}"
        return warning(
            f"{found.data['differing']} figures differed from the dossiers on {when} and were mended, {some}"
        )
    if waiting > MANY:
        return warning(f"{waiting} changes wait to be folded into the figures; pages are slower, not wrong")
    return good(f"{found.data['counts']} figures equalled the dossiers on {when}; {waiting} changes to fold")


@check("Calendars of agencies")
def check_calendars() -> Finding:
    """Whether deadlines can be counted for every agency that has dossiers under way."""
    idle = agencies_without_work(at=now())
    if idle:
        names = ", ".join(str(one) for one in idle[:NAMED])
        return bad(
            f"{len(idle)} agencies with dossiers under way have no working day within a year, such as "
            f"{names}: their deadlines are not counted, and no apologies drafted, until their hours are set"
        )
    return good("every agency with dossiers under way has working days")


@check("National portal")
def check_national() -> Finding:
    """Whether the portal is told in time of what happens to dossiers."""
    access = portal_access()
    if access is None:
        return good("no national portal is told (LIENTHONG_NATIONAL_URL)")
    if not (access.user and access.password and access.unit):
        return bad("LIENTHONG_NATIONAL_USER, _PASSWORD and _UNIT must be set with LIENTHONG_NATIONAL_URL")
    address = urlsplit(access.url)
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return bad("LIENTHONG_NATIONAL_URL is not https: password and personal data would be read on the way")
    unmapped = {*PartyKind} - set(dict(access.kinds)) | {*Channel.values} - set(dict(access.channels))
    if unmapped:
        return bad(
            f"LIENTHONG_NATIONAL_PARTY_KINDS or _CHANNELS says nothing of: {', '.join(sorted(unmapped))}"
        )
    late = timedelta(hours=settings.ENV.national_late_hours)
    waiting = NationalReport.objects.filter(refused_at=None)
    oldest = waiting.aggregate(oldest=Min("happened_at"))["oldest"]
    if oldest is not None and now() - oldest > late:
        return bad(
            f"{waiting.count()} reports wait, the oldest since {oldest:%d/%m/%Y %H:%M}: {_last_problem()}"
        )
    refused = NationalReport.objects.exclude(refused_at=None).count()
    if refused:
        return warning(f"{refused} reports were refused for good and wait for someone (/dossiers/national/)")
    last = last_success()
    return good(f"last taken {last:%d/%m/%Y %H:%M}" if last else "nothing was to be told yet")


@check("Dossiers between installations")
def check_across() -> Finding:
    """Whether what is said to other installations is taken in there."""
    refused = AcrossLetter.objects.exclude(refused_at=None).count()
    oldest = AcrossLetter.objects.filter(refused_at=None).aggregate(oldest=Min("made_at"))["oldest"]
    if oldest is not None and now() - oldest > LONG:
        return bad(f"letters wait since {oldest:%d/%m/%Y %H:%M} to be taken in (/dossiers/across/)")
    if refused:
        return warning(f"{refused} letters were returned and wait for someone (/dossiers/across/)")
    return good("nothing waits for long")


def _last_problem() -> str:
    row = NationalReport.objects.exclude(code="").order_by("-next_attempt_at").first()
    if row is None:
        return "is the worker running?"
    return f"{REASONS.get(row.code, row.code)} {row.problem}".strip()
