"""A system's way in: registered in the sandbox, its secret replaced, set live by the operator."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.systems import connect_system, hash_secret
from lienthong.axis.contracts import Credentials
from lienthong.axis.models import AccessToken, ConnectedSystem, Serves
from lienthong.axis.onboarding import ConformanceReport, Verdict
from lienthong.axis.sandbox import is_sandbox
from lienthong.axis.states import SystemState
from lienthong.directory.public import Agency
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Subject, record

OVERLAP_MOST = timedelta(hours=24)
SYSTEMS_MOST = 20


class NotInSandbox(Refusal):
    """The system went live before, or was disabled."""

    code, status = "system-not-in-sandbox", 409
    sentence = _("The system “%(name)s” is not in the sandbox any more: %(state)s. Nothing was changed.")


class SystemDisabled(Refusal):
    """The system has no access any more."""

    code, status = "system-disabled", 409
    sentence = _("The system “%(name)s” is disabled. Register it anew.")


class ReasonMissing(Refusal):
    """An act by hand needs a reason."""

    code, status = "reason-missing", 422
    sentence = _("Say why: the reason is kept in the ledger.")


class OverlapTooLong(Refusal):
    """The old secret would stay valid too long."""

    code, status = "overlap-too-long", 422
    sentence = _("The old secret may stay valid for %(most)s hours at most.")


class TooManySystems(Refusal):
    """An agency has more systems than anyone needs."""

    code, status = "too-many-systems", 409
    sentence = _("The agency has %(most)s systems already. Disable one that is not used any more.")


def register_system(
    *, name: str, agency: Agency, serves: Serves, actor: Actor, at: datetime
) -> tuple[ConnectedSystem, Credentials]:
    """Register an agency's system in the sandbox, for itself or for all below it too.

    Raises:
        TooManySystems: it has 20 that are not disabled.
    """
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        here = ConnectedSystem.objects.filter(agency=agency, disabled_at=None, partner_of=None)
        if here.count() >= SYSTEMS_MOST:
            raise TooManySystems(most=SYSTEMS_MOST)
        return connect_system(name=name, agency=agency, serves=serves, actor=actor, at=at, sandbox=True)


def rotate_secret(system: ConnectedSystem, *, overlap: timedelta, actor: Actor, at: datetime) -> Credentials:
    """A new secret; the old one, and the tokens got with it, stay valid for `overlap` (0 to 24 hours).

    Raises:
        OverlapTooLong, SystemDisabled
    """
    if not timedelta() <= overlap <= OVERLAP_MOST:
        raise OverlapTooLong(field="overlap", most=OVERLAP_MOST // timedelta(hours=1))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = ConnectedSystem.objects.select_for_update().get(pk=system.pk)
        if row.disabled_at:
            raise SystemDisabled(name=row.name)
        row.previous_secret_hash = row.secret_hash if overlap else ""
        row.previous_secret_until = at + overlap if overlap else None
        row.secret_hash = hash_secret(secret)
        row.save(update_fields=["secret_hash", "previous_secret_hash", "previous_secret_until"])
        tokens = AccessToken.objects.filter(system=row)
        if overlap:
            tokens.update(expires_at=Least(F("expires_at"), Value(at + overlap)))
        else:
            tokens.delete()
        _record(row, "system.rotate", actor, at, overlap_minutes=overlap // timedelta(minutes=1))
    return Credentials(row.client_id, secret)


def go_live(system: ConnectedSystem, *, reason: str, actor: Actor, at: datetime) -> None:
    """Let the system out of the sandbox, once; its partners there lose their access, and its tokens end.

    Raises:
        ReasonMissing
        NotInSandbox: it is live or disabled, perhaps since a moment ago.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        row = ConnectedSystem.objects.select_for_update().get(pk=system.pk)
        if row.state is not SystemState.SANDBOX or row.partner_of_id or is_sandbox(system.agency.code):
            raise NotInSandbox(name=row.name, state=row.state.label)
        ConnectedSystem.objects.filter(pk=row.pk).update(sandbox=False)
        ConnectedSystem.objects.filter(partner_of=row, disabled_at=None).update(disabled_at=at)
        AccessToken.objects.filter(system=row).delete()
        AccessToken.objects.filter(system__partner_of=row).delete()
        report = ConformanceReport.objects.filter(system=row, verdict=Verdict.PASSED).order_by("-pk").first()
        _record(row, "system.go-live", actor, at, reason=reason.strip(), report=report.pk if report else None)


def _record(system: ConnectedSystem, verb: str, actor: Actor, at: datetime, **facts: Any) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=Subject("axis.connectedsystem", system.client_id),
        at=at,
        data={"name": system.name, **facts},
    )
