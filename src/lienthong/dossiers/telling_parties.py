"""Whom of the parties an act on dossiers tells what: one table, from the verbs of a dossier's history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, get_script_prefix, reverse

from lienthong.directory.public import Agency
from lienthong.dossiers import party_notices as notices
from lienthong.dossiers.models import Appointment, Dossier
from lienthong.dossiers.states import (
    ACCEPT,
    APOLOGISE,
    ASK_PAYMENT,
    ASK_SUPPLEMENT,
    DECLINE,
    FINISH,
    HAND_OUT,
    PAY,
    RECOUNT,
    STOP,
    SUPPLY,
    WITHDRAW,
    Outcome,
)
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import JSON, Subject
from lienthong.notifications.public import NoticeKind, Settled, Telling, tell_parties

SUBMIT, ANY = "submit", UUID(int=0)
Data = Mapping[str, JSON]
Said = tuple[Dossier, str, Data]
Fill = Callable[[Dossier, Mapping[str, Any]], dict[str, str | int]]


def _due(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    return {"due": _time(dossier.due_at)}


def _new_date(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    return {"due": _time(dossier.promised_at), "reason": data.get("reason", "")}


def _reason(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    return {"reason": data.get("reason", "")}


def _missing(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    items = data.get("items", ())
    return {"number": len(items), "items": "; ".join(items), "reason": data.get("reason", "")}


def _fee(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    return {"fee": f"{dossier.fee_owed:,}".replace(",", ".")}


def _nothing(dossier: Dossier, data: Mapping[str, Any]) -> dict[str, str | int]:
    return {}


@dataclass(frozen=True)
class Row:
    """What a verb tells (nothing without `kind`), what it fills in besides the dossier, which notices are
    settled by it, and which verbs of the same act it says enough of.
    """

    kind: NoticeKind | None
    fill: Fill = _nothing
    settles: tuple[NoticeKind, ...] = ()
    covers: tuple[str, ...] = ()


_ASKED = (notices.SUPPLEMENT_ASKED, notices.PAYMENT_ASKED)
_OVER = (*_ASKED, notices.RESULT_READY, notices.REFUSED, notices.VIRUS_IN_FILE)
_REFUSED = f"{FINISH.verb}/{Outcome.REFUSED.value}"
TABLE: dict[str, Row] = {
    SUBMIT: Row(notices.SUBMITTED),
    ACCEPT.verb: Row(notices.ACCEPTED, _due, covers=(SUBMIT,)),
    DECLINE.verb: Row(notices.NOT_ACCEPTED, _reason, settles=_OVER, covers=(SUBMIT,)),
    ASK_SUPPLEMENT.verb: Row(notices.SUPPLEMENT_ASKED, _missing),
    SUPPLY.verb: Row(None, settles=(notices.SUPPLEMENT_ASKED,)),
    ASK_PAYMENT.verb: Row(notices.PAYMENT_ASKED, _fee),
    PAY.verb: Row(notices.PAID, settles=(notices.PAYMENT_ASKED,)),
    APOLOGISE.verb: Row(notices.NEW_DATE, _new_date),
    RECOUNT: Row(notices.DEADLINE_MOVED, _due),
    STOP.verb: Row(notices.STOPPED, _reason, settles=_OVER),
    WITHDRAW.verb: Row(notices.WITHDRAWN, settles=_OVER, covers=(SUBMIT,)),
    FINISH.verb: Row(notices.RESULT_READY, settles=_ASKED, covers=(PAY.verb,)),
    _REFUSED: Row(notices.REFUSED, settles=_ASKED, covers=(PAY.verb,)),
    HAND_OUT.verb: Row(notices.HANDED_OUT, settles=_OVER, covers=(FINISH.verb, _REFUSED)),
}


def tell_of_acts(said: Sequence[Said], *, at: datetime) -> int:
    """Tell the applicants what an act has done to their dossiers, in its transaction; how many were told.

    One query, and one more where messages go out. Of a dossier that another installation handed over that
    installation tells; of the parts of an application nothing that its main dossier says in the same act.
    """
    rows = [(dossier, _named(verb, data), data) for dossier, verb, data in said if not dossier.foreign]
    rows = [one for one in rows if one[1] in TABLE]
    verbs = {(dossier.pk, verb) for dossier, verb, _data in rows}
    covered = {(key, other) for key, verb in verbs for other in TABLE[verb].covers}
    tellings = [
        _telling(dossier, TABLE[verb], data, at)
        for dossier, verb, data in rows
        if TABLE[verb].kind is not None
        and (dossier.pk, verb) not in covered
        and (dossier.root_id == dossier.pk or (dossier.root_id, verb) not in verbs)
    ]
    settled = [
        Settled(dossier.ledger_subject, tuple(kind.code for kind in TABLE[verb].settles))
        for dossier, verb, _data in rows
        if TABLE[verb].settles
    ]
    return tell_parties(tellings=tellings, settled=settled, at=at)


def tell_of_virus(dossiers: Iterable[Dossier], *, sha256: str, at: datetime) -> None:
    """Tell the applicants that a file of their dossiers can be used no more. One query."""
    tellings = [
        Telling(
            row.applicant_id,
            notices.VIRUS_IN_FILE.code,
            row.ledger_subject,
            {"code": row.code},
            key=sha256,
            link=page_of_party(row.pk),
        )
        for row in dossiers
        if not row.foreign
    ]
    tell_parties(tellings=tellings, at=at)


def tell_of_appointments(
    rows: Iterable[Appointment], kind: NoticeKind, *, at: datetime, settles: tuple[NoticeKind, ...] = ()
) -> None:
    """Tell those who have the appointments. One query; the rows have their queue and agency."""
    rows = list(rows)
    tellings = [
        Telling(
            row.party_id,
            kind.code,
            _subject(row),
            {
                "agency": row.agency.name,
                "queue": row.queue.name,
                "time": _time(row.starts_at),
                "reason": row.cancel_reason,
            },
            until=row.starts_at if kind.urgent else None,
        )
        for row in rows
    ]
    settled = [Settled(_subject(row), tuple(one.code for one in settles)) for row in rows if settles]
    tell_parties(tellings=tellings, settled=settled, at=at)


def settle_appointment(row: Appointment, *, at: datetime) -> None:
    """Who came needs no reminder. One query."""
    tell_parties(tellings=[], settled=[Settled(_subject(row), (notices.APPOINTMENT_NEAR.code,))], at=at)


def page_of_party(dossier_id: UUID) -> str:
    """The dossier's page for its parties; empty in an installation without the portal."""
    return _page_of_any(get_script_prefix()).replace(str(ANY), str(dossier_id))


@cache
def _page_of_any(_prefix: str) -> str:
    """The address with a key to be replaced, below the portal looked at: a set has hundreds of them."""
    try:
        return reverse("portal:dossier", args=[ANY])
    except NoReverseMatch:
        return ""


def _named(verb: str, data: Data) -> str:
    """The verb as the table has it: of what was refused there is a row of its own."""
    named = f"{verb}/{data.get('outcome', '')}"
    return named if named in TABLE else verb


def _telling(dossier: Dossier, row: Row, data: Data, at: datetime) -> Telling:
    if row.kind is None:
        raise LookupError(dossier.pk)
    agency: Agency = dossier.agency
    values: dict[str, str | int] = {
        "code": dossier.code,
        "procedure": dossier.version.procedure.name,
        "agency": agency.name,
        **row.fill(dossier, data),
    }
    return Telling(
        dossier.applicant_id,
        row.kind.code,
        dossier.ledger_subject,
        values,
        key=at.isoformat(),
        link=page_of_party(dossier.pk),
    )


def _subject(row: Appointment) -> Subject:
    return Subject("dossiers.appointment", str(row.pk))


def _time(instant: datetime | None) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if instant else ""
