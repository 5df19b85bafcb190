"""Annexes of a draft: a PDF of its own, or an electronic copy; what goes out is made of them on issue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import check_annex, finish_annex, refuse_secret
from lienthong.identity.public import NotFound, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.kernel.models import Blob
from lienthong.ledger.public import Subject, record
from lienthong.office import outgoing_queries, policies
from lienthong.office.actions.copying import find_copy
from lienthong.office.actions.incoming import checked_text
from lienthong.office.actions.reviewing import lapse_review
from lienthong.office.actions.versions import keep_version
from lienthong.office.annex_models import NAME_LIMIT, Annex
from lienthong.office.dispatch_queries import require_content
from lienthong.office.models import OutgoingDocument

MOST_ANNEXES = 20


class AnnexNameMissing(Refusal):
    """Recipients see annexes by their names."""

    code, status = "annex-name-missing", 422
    sentence = _("Write what the annex is called, for example “Phụ lục I”.")


class TooManyAnnexes(Refusal):
    """More files than a document takes."""

    code, status = "too-many-annexes", 422
    sentence = _("A document takes at most %(most)s annexes. Put several into one PDF.")


class AnnexTwice(Refusal):
    """A copy goes with a document once."""

    code, status = "annex-twice", 422
    sentence = _("The copy %(code)s is an annex of this document already.")


def add_annex(*, outgoing_id: UUID, name: str, file: Iterable[bytes], viewer: Viewer, at: datetime) -> Annex:
    """Add a PDF to a draft; an open review of it must begin anew.

    Raises:
        NotFound, NotAllowed, NotNow; AnnexNameMissing, TextTooLong, SecretDocument, TooManyAnnexes, and what
        `check_annex` refuses.
    """
    with transaction.atomic():
        outgoing = _draft(outgoing_id, viewer)
        name = checked_text(name, field="name", limit=NAME_LIMIT, missing=AnnexNameMissing)
        refuse_secret(name)
        return _add(outgoing, viewer, at, name=name, given=check_annex(file=file, at=at))


def attach_copy(*, outgoing_id: UUID, copy_id: UUID, viewer: Viewer, at: datetime) -> Annex:
    """Let an electronic copy that the viewer may have go with a draft.

    Raises:
        NotFound, NotAllowed, NotNow, OriginalWithdrawn, AnnexTwice, TooManyAnnexes.
    """
    with transaction.atomic():
        outgoing = _draft(outgoing_id, viewer)
        copy = find_copy(viewer, copy_id)
        if outgoing.annexes.filter(copy=copy).exists():
            raise AnnexTwice(code=copy.code)
        return _add(outgoing, viewer, at, name=f"{copy.code} ({copy.original_code})"[:NAME_LIMIT], copy=copy)


def remove_annex(*, outgoing_id: UUID, position: int, viewer: Viewer, at: datetime) -> None:
    """Take an annex from a draft. Raises `NotFound`, `NotAllowed`, `NotNow`."""
    with transaction.atomic():
        outgoing = _draft(outgoing_id, viewer)
        annex = outgoing.annexes.filter(position=position).first()
        if annex is None:
            raise NotFound
        annex.delete()
        lapse_review(outgoing, at=at)
        keep_version(outgoing, viewer=viewer, at=at)
        _record(outgoing, viewer, at, annex.name, added=False)


def finish_annexes(outgoing: OutgoingDocument, *, viewer: Viewer, at: datetime) -> list[tuple[str, Blob]]:
    """Stamp and seal what goes with a document just issued; names and files in order. In its transaction.

    Raises:
        OriginalWithdrawn: a copy among them is of a document withdrawn since; and what sealing refuses.
    """
    finished: list[tuple[str, Blob]] = []
    for annex in outgoing.annexes.select_related("given", "copy"):
        if annex.copy is not None:
            annex.pdf = find_copy(viewer, annex.copy.pk).pdf
        elif annex.given is not None:
            annex.pdf = finish_annex(annex=annex.given, document=outgoing.document, at=at)
        annex.save(update_fields=["pdf"])
        assert annex.pdf is not None
        finished.append((annex.name, annex.pdf))
    return finished


def find_annex(viewer: Viewer, outgoing_id: UUID, position: int) -> tuple[Blob, str]:
    """The file of an annex of a document the viewer may see, as it went out or was given; its file name.

    Raises:
        NotFound, NoLongerValid.
    """
    outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id)
    require_content(viewer, outgoing)
    annex = outgoing.annexes.select_related("given", "pdf", "copy__pdf").filter(position=position).first()
    if annex is None:
        raise NotFound
    blob = annex.pdf or annex.given or (annex.copy.pdf if annex.copy else None)
    if blob is None:
        raise NotFound
    return blob, file_name(annex.name)


def file_name(name: str) -> str:
    """The name of an annex as that of a file."""
    return name.replace("/", "_") + ".pdf"


def _draft(outgoing_id: UUID, viewer: Viewer) -> OutgoingDocument:
    outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
    policies.require_act(viewer, outgoing, policies.REVISE)
    return outgoing


def _add(outgoing: OutgoingDocument, viewer: Viewer, at: datetime, *, name: str, **what: object) -> Annex:
    if outgoing.annexes.count() >= MOST_ANNEXES:
        raise TooManyAnnexes(most=MOST_ANNEXES)
    last: int | None = outgoing.annexes.aggregate(last=Max("position"))["last"]
    annex = Annex.objects.create(
        outgoing=outgoing,
        position=(last or 0) + 1,
        name=name,
        added_by_id=viewer.official_id or 0,
        added_at=at,
        **what,
    )
    lapse_review(outgoing, at=at)
    keep_version(outgoing, viewer=viewer, at=at)
    _record(outgoing, viewer, at, name, added=True)
    return annex


def _record(outgoing: OutgoingDocument, viewer: Viewer, at: datetime, name: str, *, added: bool) -> None:
    record(
        actor=viewer.actor(),
        verb="outgoing.annex" if added else "outgoing.annex-removed",
        subject=Subject("office.outgoing", str(outgoing.id)),
        at=at,
        data={"note": name},
    )
