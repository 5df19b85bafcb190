"""Issuing: number, layout, personal signature, agency signature, file and event, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Official
from lienthong.documents.adapters.signing import sign_with_keys
from lienthong.documents.contracts import DocumentIssued, DocumentText, Rendering
from lienthong.documents.models import OfficialDocument
from lienthong.documents.numbering import take_number
from lienthong.documents.pdf_stamp import stamp_number
from lienthong.documents.policies import require_can_sign
from lienthong.documents.ports import PdfSigner
from lienthong.documents.refusals_converting import NotConvertedYet
from lienthong.documents.rendering import long_date, render_pdf
from lienthong.documents.states import TRANSITIONS, DocumentState
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.events import publish
from lienthong.ledger.public import record

MAX_ISSUED_BYTES = 80 * 1024 * 1024
_STANDS_ALONE = ("ủy ban nhân dân", "hội đồng nhân dân", "bộ ", "chính phủ", "văn phòng chính phủ")


class AlreadyIssued(Refusal):
    """The document has been issued, and an issued document never changes."""

    code, status = "already-issued", 409
    sentence = _(
        "Document %(code)s has been issued already and cannot be issued again. "
        "To correct it, issue another document that replaces it."
    )


def lay_out(document: OfficialDocument, at: datetime) -> Rendering:
    """The PDF of a document that has its number, and where its signatures go."""
    if document.uploaded is not None:
        return stamp_number(
            read_blob(document.uploaded), code=document.code, verify_url=_address(document), at=at
        )
    return render_pdf(text_of(document, at=at), at=at)


def issue_document(
    *,
    document: OfficialDocument,
    viewer: Viewer,
    at: datetime,
    sign: PdfSigner = sign_with_keys,
    laid_out: Callable[[OfficialDocument, datetime], Rendering] = lay_out,
) -> OfficialDocument:
    """Give the draft its number, lay it out, sign it as the viewer and then as the agency, and store it.

    One transaction: when anything fails, the draft stays a draft, and neither number nor file is taken.
    Others who issue in the same register wait meanwhile (a few hundred milliseconds with timestamps).

    Raises:
        NotFound, NotAllowed: the viewer is no leader of the document's agency.
        AlreadyIssued: it was issued before, perhaps a moment ago by someone else.
        NotConvertedYet: its Word file has not become a PDF.
    """
    with transaction.atomic():
        issued = _lock(document)
        require_can_sign(viewer, issued)
        if (DocumentState(issued.state), "issue") not in TRANSITIONS:
            raise AlreadyIssued(code=issued.code)
        if issued.uploaded is None and not issued.body:
            raise NotConvertedYet
        _number(issued, viewer, at)
        rendered = laid_out(issued, at)
        signed = sign(
            rendered.pdf,
            official_id=int(viewer.official_id or 0),
            agency_id=issued.agency_id,
            signature=rendered.signature,
            seal=rendered.seal,
            at=at,
        )
        issued.pdf = store_blob([signed], at=at, max_bytes=MAX_ISSUED_BYTES)
        issued.state = TRANSITIONS[DocumentState(issued.state), "issue"]
        issued.save()
        _tell(issued, viewer, at)
    return issued


def _lock(document: OfficialDocument) -> OfficialDocument:
    rows = OfficialDocument.objects.select_related("agency", "agency__parent", "uploaded")
    return rows.select_for_update(of=("self",)).get(pk=document.pk)


def _number(document: OfficialDocument, viewer: Viewer, at: datetime) -> None:
    """Number, day and signer. The year is that of the day at +07:00."""
    day = at.astimezone(VIETNAM).date()
    document.number = take_number(agency=document.agency, register=document.register, year=day.year)
    document.year = day.year
    document.promulgated_on = day
    document.issued_at = at
    document.signer = Official.objects.get(pk=viewer.official_id or 0)
    document.position = document.position or printed_position(viewer.post_title)


def printed_position(title: str) -> str:
    """Box 7a for the holder of a post: of a deputy, "KT. CHỦ TỊCH" above the own title.

    NĐ 30/2020/NĐ-CP, article 13, 1, and annex I, II.7.
    """
    words = title.strip()
    if words.casefold().startswith("phó "):
        return f"KT. {words[4:]}\n{words}".upper()
    if words.casefold() == "thứ trưởng":
        return f"KT. BỘ TRƯỞNG\n{words}".upper()
    return words


def text_of(document: OfficialDocument, *, at: datetime) -> DocumentText:
    """What is printed on the document, as it stands now."""
    agency, signer = document.agency, document.signer
    return DocumentText(
        type_code=document.type,
        superior=_superior(agency),
        agency=agency.name,
        code=document.code,
        place=document.place,
        date=long_date(at),
        subject=document.subject,
        paragraphs=tuple(document.body),
        authority=document.authority,
        position=document.position,
        signer=signer.full_name if signer else "",
        addressees=tuple(document.addressees),
        recipients=tuple(document.recipients),
        urgency=document.urgency,
        verify_url=_address(document),
    )


def _address(document: OfficialDocument) -> str:
    """Where the QR code leads. A file cannot hold its own hash; the page there fills it in."""
    return f"{settings.BASE_URL}/verify?{urlencode({'document': document.pk})}"


def _superior(agency: Agency) -> str:
    """The superior's name in box 2; ministries and people's committees stand alone (annex I, II.2)."""
    if agency.parent is None or agency.name.casefold().startswith(_STANDS_ALONE):
        return ""
    return agency.parent.name


def _tell(document: OfficialDocument, viewer: Viewer, at: datetime) -> None:
    record(
        actor=viewer.actor(),
        verb="document.issue",
        subject=document.ledger_subject,
        at=at,
        data={"code": document.code, "sha256": document.sha256},
    )
    publish(DocumentIssued(document_id=document.pk, agency_id=document.agency_id))
