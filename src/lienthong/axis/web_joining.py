"""Pages on which an agency's administrator joins: systems, secrets, kit, certificates; and "Go live"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lienthong.axis.actions.certificates import (
    issue_certificate,
    issue_encryption_certificate,
    own_certificate,
    request_certificate,
    withdraw_certificate,
)
from lienthong.axis.actions.joining import ReasonMissing, go_live, register_system, rotate_secret
from lienthong.axis.actions.playing import make_kit
from lienthong.axis.actions.systems import disable_system
from lienthong.axis.conformance import case_of
from lienthong.axis.forms import SERVES_LABELS
from lienthong.axis.joining_forms import LiveForm, RegisterForm, RequestForm, RevokeForm, RotateForm
from lienthong.axis.models import ConnectedSystem, Serves
from lienthong.axis.onboarding import ConformanceReport
from lienthong.axis.policies import require_can_operate
from lienthong.axis.queries.joining import latest_reports, own_agency, own_system, own_systems
from lienthong.axis.queries.systems import find_system
from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import RevocationReason, certificates_of, chain_pem, expiring_certificates

administrator = needs(Role.ADMINISTRATOR)
REQUEST_BYTES = 16 * 1024
CERTIFICATES_SHOWN = 50


@administrator
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The agency's systems and certificates, with what can be done next."""
    return _mine(request, RegisterForm(), RequestForm())


@administrator
@require_POST
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Register a system in the sandbox and show its secret, this once."""
    viewer, form = viewer_of(request), RegisterForm(request.POST)
    agency = own_agency(viewer)
    if not form.is_valid():
        return _mine(request, form, RequestForm(), status=422)
    made, credentials = register_system(
        name=form.cleaned_data["name"],
        agency=agency,
        serves=Serves(form.cleaned_data["serves"]),
        actor=viewer.actor(),
        at=now(),
    )
    return render(request, "axis/mine_credentials.html", {"system": made, "credentials": credentials})


@administrator
@require_safe
def system(request: HttpRequest, system_id: int) -> HttpResponse:
    """One system: what it may do, its secret, the kit, and how its last conformance run went."""
    return _system(request, own_system(viewer_of(request), system_id), RotateForm())


@administrator
@require_POST
@never_cache
def rotate(request: HttpRequest, system_id: int) -> HttpResponse:
    """Replace the secret and show the new one, this once."""
    viewer, form = viewer_of(request), RotateForm(request.POST)
    found = own_system(viewer, system_id)
    if not form.is_valid():
        return _system(request, found, form, status=422)
    credentials = rotate_secret(found, overlap=form.length(), actor=viewer.actor(), at=now())
    return render(request, "axis/mine_credentials.html", {"system": found, "credentials": credentials})


@administrator
@require_POST
@never_cache
def kit(request: HttpRequest, system_id: int) -> HttpResponse:
    """The kit file for a conformance run; each download ends the one before."""
    viewer = viewer_of(request)
    found = own_system(viewer, system_id)
    made = make_kit(found, actor=viewer.actor(), at=now())
    name = f'attachment; filename="kit-{found.client_id}.json"'
    return HttpResponse(
        made.to_json(), content_type="application/json", headers={"Content-Disposition": name}
    )


@administrator
@require_POST
def disable(request: HttpRequest, system_id: int) -> HttpResponse:
    """Take the access of one of the agency's own systems away."""
    viewer = viewer_of(request)
    found = own_system(viewer, system_id)
    disable_system(found, actor=viewer.actor(), at=now())
    messages.success(request, _("The system “%(name)s” has no access any more.") % {"name": found.name})
    return redirect("axis:mine")


@administrator
@require_POST
def request_one(request: HttpRequest) -> HttpResponse:
    """Certify the key of an uploaded request; what is wrong with it is said beside the field."""
    viewer, form = viewer_of(request), RequestForm(request.POST, request.FILES)
    agency = own_agency(viewer)
    if not form.is_valid():
        return _mine(request, RegisterForm(), form, status=422)
    content = form.cleaned_data["request"].read(REQUEST_BYTES + 1)
    try:
        encrypts = form.cleaned_data["purpose"] == RequestForm.ENCRYPT
        request_certificate(content, agency=agency, actor=viewer.actor(), at=now(), encrypts=encrypts)
    except Refusal as refusal:
        form.add_error("request", refusal.say())
        return _mine(request, RegisterForm(), form, status=422)
    messages.success(request, _("The certificate is issued. Download it below."))
    return redirect("axis:mine")


@administrator
@require_POST
def issue_one(request: HttpRequest) -> HttpResponse:
    """Issue a certificate whose key is kept here, for signing or for encryption."""
    viewer = viewer_of(request)
    encrypts = request.POST.get("purpose") == RequestForm.ENCRYPT
    issue = issue_encryption_certificate if encrypts else issue_certificate
    issue(agency=own_agency(viewer), actor=viewer.actor(), at=now())
    messages.success(request, _("The certificate is issued; its key is kept here."))
    return redirect("axis:mine")


@administrator
@require_safe
def certificate(request: HttpRequest, sha256: str) -> HttpResponse:
    """The certificate with its chain, as PEM."""
    found = own_certificate(sha256, agency=own_agency(viewer_of(request)), at=now())
    name = f'attachment; filename="{found.serial}.pem"'
    return HttpResponse(
        chain_pem(sha256), content_type="application/x-pem-file", headers={"Content-Disposition": name}
    )


@administrator
@require_POST
def revoke(request: HttpRequest, sha256: str) -> HttpResponse:
    """Revoke one of the agency's own certificates."""
    viewer, form = viewer_of(request), RevokeForm(request.POST)
    agency, at = own_agency(viewer), now()
    own_certificate(sha256, agency=agency, at=at)
    if not form.is_valid():
        raise ReasonMissing(field="reason")
    reason = RevocationReason(form.cleaned_data["reason"])
    withdraw_certificate(sha256, reason=reason, agency=agency, actor=viewer.actor(), at=at)
    messages.success(request, _("The certificate is revoked from now on."))
    return redirect("axis:mine")


@needs(Role.OPERATOR)
@require_POST
def live(request: HttpRequest, system_id: int) -> HttpResponse:
    """Let a system out of the sandbox."""
    viewer, form = viewer_of(request), LiveForm(request.POST)
    require_can_operate(viewer)
    found = find_system(viewer, system_id)
    if not form.is_valid():
        raise ReasonMissing(field="reason")
    go_live(found, reason=form.cleaned_data["reason"], actor=viewer.actor(), at=now())
    messages.success(request, _("The system “%(name)s” is live.") % {"name": found.name})
    return redirect("axis:systems")


def _mine(
    request: HttpRequest, register_form: Form, request_form: Form, *, status: int = 200
) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    systems = own_systems(viewer)
    reports = latest_reports(systems)
    certificates = certificates_of(agency_id=viewer.agency_id, at=at)[:CERTIFICATES_SHOWN]
    facts = {
        "systems": [(row, SERVES_LABELS[Serves(row.serves)], reports.get(row.pk)) for row in systems],
        "certificates": [(row, _days(row.valid_to, at)) for row in certificates],
        "expiring": expiring_certificates(at=at, agency_id=viewer.agency_id),
        "kept": any(row.kept_here and row.signs and row.state == "valid" for row in certificates),
        "kept_to_read": any(row.kept_here for row in certificates if row.reads),
        "read_elsewhere": any(not row.kept_here for row in certificates if row.reads),
        "register_form": register_form,
        "request_form": request_form,
        "revoke_form": RevokeForm(auto_id=False),
    }
    return render(request, "axis/mine.html", facts, status=status)


def _days(until: datetime, at: datetime) -> int:
    return (until - at).days


def _system(request: HttpRequest, found: ConnectedSystem, form: Form, *, status: int = 200) -> HttpResponse:
    report = latest_reports([found]).get(found.pk)
    facts = {
        "system": found,
        "serves": SERVES_LABELS[Serves(found.serves)],
        "form": form,
        "report": report,
        "outcomes": _outcomes(report) if report else [],
        "missing": [(case_id, _title(case_id)) for case_id in report.missing] if report else [],
        "overlap": found.previous_secret_until if _is_open(found.previous_secret_until) else None,
        "base_url": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "axis/mine_system.html", facts, status=status)


def _is_open(until: datetime | None) -> bool:
    return until is not None and until > now()


def _outcomes(report: ConformanceReport) -> list[dict[str, Any]]:
    """The outcomes with titles, failures first."""
    rows = [outcome | {"title": _title(outcome["case"])} for outcome in report.outcomes]
    return sorted(rows, key=lambda row: bool(row["passed"]))


def _title(case_id: str) -> str:
    case = case_of(case_id)
    return case.title(get_language() or "vi") if case else case_id
