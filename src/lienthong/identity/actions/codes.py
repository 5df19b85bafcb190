"""One-time codes: asked for, sent, entered once (ADR 0074).

Whether the account exists changes nothing that the asker can see: the same rows are read and written, the
same event is published, and the mail, if there is one, leaves from a job.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.identity.adapters.codes import keyed_hash, new_code, seal, unseal
from lienthong.identity.contact import channel_of, clean_contact
from lienthong.identity.contracts import CodeToSend, Opening, Purpose, SignInCodeMade
from lienthong.identity.models import Account, OneTimeCode
from lienthong.identity.models.citizens import MOST_ATTEMPTS
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish

LASTS = timedelta(minutes=10)
SHORT, LONG = timedelta(minutes=15), timedelta(days=1)
# How many codes may be asked for within `SHORT` and `LONG`: for one account, and from one address.
FOR_TARGET, FROM_SOURCE = (5, 20), (20, 200)
FORGOTTEN_AT_ONCE = 1000


class TooManyCodes(Refusal):
    """Codes are asked for too often, for one account or from one address."""

    code, status = "too-many-codes", 429
    sentence = _(
        "Too many codes were asked for in a short time. Wait a quarter of an hour, then try again; "
        "the last code you received serves for ten minutes."
    )


class CodeWrong(Refusal):
    """Not the code that was sent."""

    code, status = "code-wrong", 422
    sentence = _("This is not the code that was sent to you. Look at the latest message and type its digits.")


class CodeOver(Refusal):
    """The code was used, is too old, or was mistyped too often."""

    code, status = "code-over", 410
    sentence = _(
        "This code serves no more: it was used already, is older than ten minutes, "
        "or was mistyped five times. Ask for a new one."
    )


def ask_to_sign_in(*, number: str, contact: str, source: str, language: str, at: datetime) -> UUID:
    """Make a code for the account of that number and mail address or telephone; it may not exist.

    Raises:
        ContactWrong, TooManyCodes
    """
    cleaned = clean_contact(contact)
    account = Account.objects.filter(
        Q(email=cleaned) | Q(telephone=cleaned), number=number, is_active=True
    ).first()
    code = OneTimeCode(purpose=Purpose.SIGN_IN, account=account, address=cleaned, number=number)
    return _make(code, known=account is not None, source=source, language=language, at=at)


def ask_to_open(*, opening: Opening, source: str, language: str, at: datetime) -> UUID:
    """Make a code that will open an account. Raises as `ask_to_sign_in`."""
    code = OneTimeCode(
        purpose=Purpose.OPEN,
        address=clean_contact(opening.contact),
        number=opening.number,
        name=" ".join(opening.name.split()),
        born_date=opening.born_date,
    )
    return _make(code, known=True, source=source, language=language, at=at)


def ask_to_change(*, account_id: int, contact: str, source: str, language: str, at: datetime) -> UUID:
    """Make a code that will make `contact` the account's own. Raises as `ask_to_sign_in`."""
    account = Account.objects.get(pk=account_id)
    code = OneTimeCode(
        purpose=Purpose.CONTACT, account=account, address=clean_contact(contact), number=account.number
    )
    return _make(code, known=True, source=source, language=language, at=at)


def spend_code(*, code_id: UUID, typed: str, at: datetime) -> OneTimeCode | Refusal:
    """The code's row, spent, if these are its digits; else why not. In the caller's transaction.

    An attempt counts whatever comes of it, so the caller raises the refusal only after its transaction. The
    row is locked: of two who enter the same code at once, one is late.
    """
    row = OneTimeCode.objects.select_for_update(of=("self",)).filter(pk=code_id).first()
    if row is None or row.used_at or row.expires_at <= at or row.attempts >= MOST_ATTEMPTS:
        return CodeOver()
    right = hmac.compare_digest(bytes(row.code_hash), _hash(row.pk, typed))
    row.attempts += 1
    if right and (row.account_id is not None or row.purpose == Purpose.OPEN):
        OneTimeCode.objects.filter(pk=row.pk).update(used_at=at, attempts=row.attempts, **_EMPTIED)
        return row
    OneTimeCode.objects.filter(pk=row.pk).update(attempts=row.attempts)
    return CodeWrong() if row.attempts < MOST_ATTEMPTS else CodeOver()


def code_to_send(code_id: UUID, *, at: datetime) -> CodeToSend | None:
    """What is to be sent; None if there is nothing (any more)."""
    row = OneTimeCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=at).exclude(sealed="").first()
    code = unseal(row.sealed) if row else ""
    if row is None or not code:
        return None
    return CodeToSend(code, channel_of(row.address), row.address, row.language, row.expires_at)


def note_code_sent(code_id: UUID) -> None:
    """Forget the code's digits; from here on only its hash is left."""
    OneTimeCode.objects.filter(pk=code_id).update(sealed="")


def forget_codes(*, at: datetime) -> int:
    """Empty the codes that are over of what is personal, remove those older than a day; how many rows."""
    over = OneTimeCode.objects.filter(expires_at__lte=at).exclude(number="", address="")
    emptied = OneTimeCode.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]))
    old = OneTimeCode.objects.filter(made_at__lt=at - LONG).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    return emptied.update(**_EMPTIED) + OneTimeCode.objects.filter(pk__in=list(old)).delete()[0]


_EMPTIED: dict[str, object] = {"sealed": "", "address": "", "number": "", "name": "", "born_date": None}


def _make(code: OneTimeCode, *, known: bool, source: str, language: str, at: datetime) -> UUID:
    digits = new_code()
    code.channel, code.language = channel_of(code.address).value, language
    code.target = keyed_hash("target", code.number, code.address)
    code.source = keyed_hash("source", source)
    code.code_hash, sealed = _hash(code.pk, digits), seal(digits)
    code.sealed = sealed if known else ""
    code.made_at, code.expires_at = at, at + LASTS
    with transaction.atomic():
        _require_patience(code, at=at)
        OneTimeCode.objects.bulk_create([code])
        publish(SignInCodeMade(code.pk))
    return code.pk


def _require_patience(code: OneTimeCode, *, at: datetime) -> None:
    """Count what was asked for before, one asker at a time."""
    limits: Sequence[tuple[str, tuple[int, int]]] = (("target", FOR_TARGET), ("source", FROM_SOURCE))
    with connection.cursor() as cursor:
        for field, _most in limits:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(getattr(code, field)[:8], signed=True)]
            )
    for field, most in limits:
        rows = OneTimeCode.objects.filter(**{field: getattr(code, field)})
        for span, number in zip((SHORT, LONG), most, strict=True):
            if rows.filter(made_at__gt=at - span).count() >= number:
                raise TooManyCodes


def _hash(code_id: UUID, digits: str) -> bytes:
    return keyed_hash("code", str(code_id), digits)
