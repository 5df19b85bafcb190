"""Every save of a draft is kept as a version; who saves over another's is told so first."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import OfficialDocument, given_file
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.office.annex_models import Annex, VersionAnnex
from lienthong.office.drafting_models import DraftVersion
from lienthong.office.groups import ADDRESSES
from lienthong.office.models import OutgoingDocument
from lienthong.office.versions import Content


class ChangedMeanwhile(Refusal):
    """Another person saved the draft while this one was being written."""

    code, status = "changed-meanwhile", 409
    sentence = _(
        "%(name)s saved this draft at %(when)s, while you were writing. What you wrote is still here and "
        "nothing is lost. Read what differs below; saving again makes yours the newest version."
    )


def keep_version(outgoing: OutgoingDocument, *, viewer: Viewer, at: datetime) -> DraftVersion:
    """Write down the draft as it now stands, with its annexes, as its next version.

    The caller holds the lock on the document, so numbers follow each other without gap.
    """
    version = DraftVersion.objects.create(
        outgoing=outgoing,
        number=latest_number(outgoing) + 1,
        content=content_of(outgoing, outgoing.document).as_json(),
        uploaded=given_file(outgoing.document),
        saved_by_id=viewer.official_id or 0,
        saved_title=viewer.post_title,
        saved_at=at,
    )
    VersionAnnex.objects.bulk_create(
        VersionAnnex(
            version=version,
            position=annex.position,
            name=annex.name,
            given_id=annex.given_id,
            copy_id=annex.copy_id,
        )
        for annex in outgoing.annexes.all()
    )
    return version


def require_newest(outgoing: OutgoingDocument, *, based_on: int | None) -> None:
    """Refuse to save over a version that the writer has not seen; `None` asks for no such check.

    Raises:
        ChangedMeanwhile: names who saved and when.
    """
    if based_on is None or based_on == latest_number(outgoing):
        return
    newest = outgoing.versions.select_related("saved_by").latest("number")
    when = newest.saved_at.astimezone(VIETNAM)
    raise ChangedMeanwhile(name=newest.saved_by.full_name, when=f"{when:%H:%M %d/%m/%Y}")


def latest_number(outgoing: OutgoingDocument) -> int:
    """The number of the newest version, 0 of a draft without any."""
    newest: int | None = outgoing.versions.aggregate(newest=Max("number"))["newest"]
    return newest or 0


def content_of(outgoing: OutgoingDocument, document: OfficialDocument) -> Content:
    """The texts of the draft as the database has them."""
    groups = (
        outgoing.recipients.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    )
    single = outgoing.recipients.filter(group="").order_by("id").values_list("agency__name", flat=True)
    inside = outgoing.inside.select_related("division", "official")
    beside = (str(row) for row in (*inside, *outgoing.paper.all()))
    return Content(
        type_code=document.type,
        subject=document.subject,
        place=outgoing.place,
        urgency=outgoing.urgency,
        steering_type=outgoing.steering_type,
        due_on=outgoing.due_on.isoformat() if outgoing.due_on else "",
        authority=document.authority,
        body=tuple(document.body),
        recipients=(*(ADDRESSES.get(group, group) for group in groups), *single, *beside),
        file=file.pk if (file := given_file(document)) else "",
        annexes=tuple(_said(annex) for annex in outgoing.annexes.all()),
    )


def _said(annex: Annex) -> str:
    """The annex as a line that also tells two files of one name apart; a copy's name has its number."""
    return f"{annex.name} ({annex.given_id[:12]})" if annex.given_id else annex.name
