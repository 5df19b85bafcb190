"""A leader's own token signs a list, by a command on the leader's machine: asked for, answered, one by one.

The list is made in the browser, which shows a code once. With the code, and nothing else, the command gets
what the token is to sign for this one list, and brings the signatures (ADR 0070).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import (
    Asked,
    AskToken,
    Box,
    ChangedSinceAsked,
    TokenAnswer,
    TokenAsked,
)
from lienthong.identity.public import Account, NotFound, Role, Viewer, viewer_for
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.errors import Refusal
from lienthong.office.actions.bulk import chosen_of, claim, note_failed, write_list
from lienthong.office.actions.outgoing import sign_and_send
from lienthong.office.drafting_models import SigningItem, SigningList
from lienthong.office.ports import AxisPort
from lienthong.office.signing_states import ItemState
from lienthong.office.token_models import TokenList
from lienthong.signing.public import TokenRequest, TokenSignatureWrong, token_certificates

MOST = 50
OPEN = timedelta(minutes=30)
ANSWERED_WITHIN = timedelta(minutes=5)
TRIES = 5
LARGEST = 100 * 2**20


class NoToken(Refusal):
    """The leader has no certificate for a token."""

    code, status = "no-token-certificate", 422
    sentence = _(
        "You have no valid certificate for a token of your own. Make a request with the command "
        "“lienthong request-token” on your machine and give it to the operator."
    )


class TokenCodeWrong(Refusal):
    """No list is open under this code."""

    code, status = "token-code-wrong", 401
    sentence = _("The code is wrong or its time is over. Make the list anew on the page “To sign”.")


class NotAskedThis(Refusal):
    """An answer to something that was not asked, or too long ago."""

    code, status = "not-asked-this", 409
    sentence = _("This was not asked, or its time is over. Ask for the next document again.")


class TooManyTries(Refusal):
    """The token was asked about one document again and again."""

    code, status = "too-many-tries", 409
    sentence = _("It was tried %(tries)s times and never came to a signature. Sign it in another list.")


@dataclass(frozen=True)
class Question:
    """What the token signs next (`to_sign`, with SHA-256), and of which document; `left` counts it too."""

    request: UUID
    subject: str
    to_sign: bytes
    left: int


def open_token_list(*, viewer: Viewer, documents: Sequence[UUID], at: datetime) -> tuple[SigningList, str]:
    """Write down what the leader has read and confirmed; the list, and the code that is shown this once.

    Raises:
        NotAllowed, NothingChosen, NoToken.
    """
    chosen = chosen_of(viewer, documents, most=MOST)
    if not token_certificates(viewer.official_id or 0).filter(valid_from__lte=at, valid_to__gt=at).exists():
        raise NoToken
    # Nobody answers these any more: what was prepared for them is collected.
    over = TokenList.objects.filter(pdf__isnull=False, expires_at__lte=at)
    over.update(request=None, asked=None, asked_at=None, pdf=None)
    made, code = write_list(viewer, chosen, at=at), _new_code()
    TokenList.objects.create(
        signing_list=made, post_id=viewer.post_id or 0, code_sha256=_hashed(code), expires_at=at + OPEN
    )
    return made, code


def ask_next(*, code: str, at: datetime, port: AxisPort | None = None) -> Question | None:
    """What the token signs next; what cannot be signed is noted and passed over. None when nothing is left.

    Must not run in a transaction.

    Raises:
        TokenCodeWrong
    """
    held, viewer = _opened(code, at)
    while (item := _next(held, at)) is not None:
        try:
            _require_tries(held, item)
            sign_and_send(outgoing_id=item.outgoing_id, viewer=viewer, at=at, port=port, token=AskToken())
        except TokenAsked as raised:
            return _remember(held, item, raised.asked, at)
        except Refusal as refusal:
            note_failed(item, refusal, viewer)
            _ended(held, item)
    return None


def answer(
    *, code: str, request: UUID, value: bytes, at: datetime, port: AxisPort | None = None
) -> SigningItem:
    """Issue the document with the token's signature; the item says what came of it.

    Must not run in a transaction.

    Raises:
        TokenCodeWrong, NotAskedThis; ChangedSinceAsked, TokenSignatureWrong: it may be asked for again.
    """
    held, viewer = _opened(code, at)
    item = held.item
    if item is None or held.request != request or at - (held.asked_at or at) > ANSWERED_WITHIN:
        raise NotAskedThis
    token = TokenAnswer(_asked(held), value)
    try:
        sent = sign_and_send(outgoing_id=item.outgoing_id, viewer=viewer, at=at, port=port, token=token)
        item.state, item.note = ItemState.SIGNED, sent.code
    except (ChangedSinceAsked, TokenSignatureWrong):
        _forget(held)
        raise
    except Refusal as refusal:
        note_failed(item, refusal, viewer)
    _ended(held, item)
    return item


def _opened(code: str, at: datetime) -> tuple[TokenList, Viewer]:
    """The list, and who signs it, in the post it was made in, as long as both hold."""
    rows = TokenList.objects.select_related("signing_list__official", "post", "item", "pdf")
    held = rows.filter(code_sha256=_hashed(code), expires_at__gt=at, signing_list__stopped_at=None).first()
    if held is None:
        raise TokenCodeWrong
    official = held.signing_list.official
    try:
        viewer = viewer_for(official, held.post, at=at, source="lienthong sign-token")
    except NotFound as error:
        raise TokenCodeWrong from error
    if not viewer.has(Role.LEADER) or not Account.objects.filter(official=official, is_active=True).exists():
        raise TokenCodeWrong
    return held, viewer


def _next(held: TokenList, at: datetime) -> SigningItem | None:
    """The document that was asked about and has no answer yet, else the first that nobody signs."""
    if held.item is not None and held.item.state == ItemState.SIGNING:
        return held.item
    return claim(held.signing_list, at=at)


def _require_tries(held: TokenList, item: SigningItem) -> None:
    held.tries = held.tries + 1 if held.item == item else 1
    if held.tries > TRIES:
        raise TooManyTries(tries=TRIES)


def _remember(held: TokenList, item: SigningItem, asked: Asked, at: datetime) -> Question:
    request = asked.request
    held.item, held.request, held.asked_at = item, uuid4(), at
    held.pdf = store_blob([request.pdf], at=at, max_bytes=LARGEST)
    held.asked = {
        "to_sign": base64.b64encode(request.to_sign).decode(),
        "digest": request.digest.hex(),
        "start": request.start,
        "end": request.end,
        "certificate": request.certificate,
        "seal": asdict(asked.seal),
        "printed": asked.printed,
    }
    held.save()
    left = held.signing_list.items.filter(state__in=[ItemState.WAITING, ItemState.SIGNING]).count()
    return Question(held.request, item.outgoing.subject, request.to_sign, left)


def _asked(held: TokenList) -> Asked:
    """What `_remember` wrote."""
    said = held.asked
    assert said is not None
    assert held.pdf is not None
    request = TokenRequest(
        pdf=read_blob(held.pdf),
        to_sign=base64.b64decode(said["to_sign"]),
        digest=bytes.fromhex(said["digest"]),
        start=said["start"],
        end=said["end"],
        certificate=said["certificate"],
    )
    return Asked(request, Box(**said["seal"]), said["printed"])


def _forget(held: TokenList) -> None:
    """No question waits any more; the prepared file is collected."""
    held.request = held.asked = held.asked_at = held.pdf = None
    held.save()


def _ended(held: TokenList, item: SigningItem) -> None:
    item.save(update_fields=["state", "note"])
    held.item, held.tries = None, 0
    _forget(held)


def _new_code() -> str:
    """120 bits that can be typed: six groups of four capitals and digits."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode()
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _hashed(code: str) -> str:
    """The hash of the code, however it was typed."""
    return hashlib.sha256(code.upper().replace("-", "").replace(" ", "").encode()).hexdigest()
