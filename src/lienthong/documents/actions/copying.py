"""Electronic copies of documents: sao y, sao lục, trích sao (NĐ 30/2020/NĐ-CP, articles 25 to 27)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.documents.adapters.signing import seal_with_key
from lienthong.documents.contracts import CopyOrder, Original
from lienthong.documents.models import ElectronicCopy
from lienthong.documents.numbering import take_number
from lienthong.documents.pdf_copy import copied_pages
from lienthong.documents.pdf_stamp import put_stamp
from lienthong.documents.queries import leaders_of
from lienthong.documents.refusals import clean, refuse_secret
from lienthong.documents.rendering import COPY_STAMP, STAMP, render_copy_stamp
from lienthong.documents.states import COPY_STAMPS, CopyForm
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Subject, record

MAX_COPY_BYTES = 80 * 1024 * 1024
REGISTER = "copies"  # one series for all forms of copies, per agency and year
EXTRACT_LIMIT = 500


class CopyFormUnknown(Refusal):
    """There are three forms of copies."""

    code, status = "copy-form-unknown", 422
    sentence = _("Choose the form of the copy: sao y, sao lục or trích sao.")


class ExtractMissing(Refusal):
    """An excerpt says of what it is, and has its pages."""

    code, status = "extract-missing", 422
    sentence = _("An excerpt names its first and last page and says what is extracted. Fill in all three.")


class InstructionMissing(Refusal):
    """A clerk copies what a leader of the agency has instructed (article 27)."""

    code, status = "instruction-missing", 422
    sentence = _("Choose the leader of the agency who instructed that this copy is made.")


def make_copy(*, original: Original, order: CopyOrder, viewer: Viewer, at: datetime) -> ElectronicCopy:
    """Copy, stamp, number and seal, all or nothing; the original is read and never changed.

    Others who copy in the same agency wait meanwhile.

    Raises:
        NotAllowed: neither clerk nor leader. CopyFormUnknown, ExtractMissing, InstructionMissing,
        SecretDocument; OriginalBroken, OriginalLocked, PagesOutside; and what sealing refuses.
    """
    if viewer.agency_id is None or not viewer.has(Role.CLERK, Role.LEADER):
        raise NotAllowed
    order = _checked(order)
    leader = _instructed_by(order, viewer, at)
    refuse_secret(original.subject, order.extract)
    pages = copied_pages(original.pdf, first=order.first_page, last=order.last_page)
    with transaction.atomic():
        agency = Agency.objects.get(pk=viewer.agency_id)
        made = _numbered(agency, original, order, at)
        made.instructed_by_id, made.made_by_id = leader, viewer.official_id or 0
        stamp = render_copy_stamp(
            form=COPY_STAMPS[CopyForm(made.form)],
            code=made.code,
            agency=agency.name,
            verify_url=f"{settings.BASE_URL}/verify?{urlencode({'document': made.pk})}",
            at=at,
        )
        stamped = put_stamp(pages, stamp, size=COPY_STAMP, beside=STAMP[0] if original.stamped else 0)
        sealed = seal_with_key(stamped, agency_id=agency.pk, at=at)
        made.pdf = store_blob([sealed], at=at, max_bytes=MAX_COPY_BYTES)
        made.save(force_insert=True)
        record(
            actor=viewer.actor(),
            verb="documents.copy",
            subject=Subject("documents.electroniccopy", str(made.pk)),
            at=at,
            data={"code": made.code, "original": original.sha256, "instructed_by": str(leader)},
        )
    return made


def forget_copies(*, copies: Collection[UUID]) -> None:
    """Let the files of these copies go, since their original was withdrawn; their rows stay."""
    ElectronicCopy.objects.filter(pk__in=copies).exclude(pdf=None).update(pdf=None)


def _checked(order: CopyOrder) -> CopyOrder:
    """The order with clean texts; pages and extract only of an excerpt."""
    if order.form not in CopyForm.values:
        raise CopyFormUnknown(field="form")
    if order.form != CopyForm.EXCERPT:
        return CopyOrder(order.form, order.instructed_by)
    extract = clean(order.extract, field="extract", most=EXTRACT_LIMIT)
    if not extract or order.first_page is None or order.last_page is None:
        raise ExtractMissing(field="extract")
    return CopyOrder(order.form, order.instructed_by, order.first_page, order.last_page, extract)


def _instructed_by(order: CopyOrder, viewer: Viewer, at: datetime) -> int:
    """The official whose will the copy is: the leader who makes it, or the one a clerk names."""
    if viewer.has(Role.LEADER) and order.instructed_by is None:
        return viewer.official_id or 0
    leaders = {leader.pk for leader in leaders_of(viewer.agency_id or 0, at=at)}
    if order.instructed_by not in leaders:
        raise InstructionMissing(field="instructed_by")
    return order.instructed_by or 0


def _numbered(agency: Agency, original: Original, order: CopyOrder, at: datetime) -> ElectronicCopy:
    year = at.astimezone(VIETNAM).year
    return ElectronicCopy(
        id=uuid7(),
        agency=agency,
        form=order.form,
        number=take_number(agency=agency, register=REGISTER, year=year),
        year=year,
        notation=f"{order.form}-{agency.short_name}",
        original_id=original.official_id,
        original_code=original.code,
        original_agency=original.agency_name,
        original_sha256=original.sha256,
        first_page=order.first_page,
        last_page=order.last_page,
        extract=order.extract,
        made_at=at,
    )
