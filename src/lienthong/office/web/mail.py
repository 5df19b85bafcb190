"""Pages where the clerk sees the mails of the agency's mailbox and decides on each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.documents.public import viruses_in
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import mail_queries
from lienthong.office.actions import mail as actions
from lienthong.office.actions.paper import same_documents
from lienthong.office.actions.registering import register_incoming
from lienthong.office.contracts import PaperFacts, StoredVerdict
from lienthong.office.mail_forms import AsideForm, MailForm, first_form
from lienthong.office.mail_models import ReceivedMail
from lienthong.office.mail_states import MAIL_STATE_LABELS, MailState
from lienthong.office.models import IncomingDocument
from lienthong.office.registering_forms import typical_types
from lienthong.office.web.common import file_answer, tabs_of

REGISTER_TOO = "register"


@needs(Role.CLERK)
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """The agency's mails by what was decided; it opens on those that wait."""
    viewer, asked = viewer_of(request), request.GET.get("tab", "")
    tab = asked if asked in MAIL_STATE_LABELS else MailState.WAITING
    context = {
        "page": mail_queries.list_mails(viewer, state=tab, cursor=request.GET.get("cursor", "")),
        "tab": tab,
        "tabs": tabs_of(request, MAIL_STATE_LABELS.items(), tab),
        "mailbox": mail_queries.mailbox_of(viewer),
    }
    return render(request, "office/mails.html", context)


@needs(Role.CLERK)
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail; sent back, its form makes it an incoming document."""
    viewer, at = viewer_of(request), now()
    found = mail_queries.find_mail(viewer, mail_id)
    if request.method != "POST":
        return _page(request, found)
    form = MailForm(request.POST, files=_kept(found))
    facts = form.facts(on=at.astimezone(VIETNAM).date()) if form.is_valid() else None
    document = _taken(form, facts, found, viewer, at) if facts else None
    if document is None:
        return _page(request, found, form=form, facts=facts, status=422)
    if request.POST.get("action") == REGISTER_TOO and document.authentic:
        registered = register_incoming(document_id=document.id, viewer=viewer, at=at)
        said = _("Entered and registered under number %(number)s.") % {"number": registered.register_number}
    else:
        said = _("Entered. It waits to be registered.")
    messages.success(request, said)
    return redirect("office:incoming_detail", document.id)


@needs(Role.CLERK)
@require_POST
def set_aside(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Put the mail away with a reason."""
    viewer, form = viewer_of(request), AsideForm(request.POST, auto_id="aside_%s")
    try:
        actions.set_mail_aside(
            mail_id=mail_id, reason=request.POST.get("reason", ""), viewer=viewer, at=now()
        )
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        form.errors.pop("reason", None)
        form.add_error("reason", refusal.say())
        return _page(request, mail_queries.find_mail(viewer, mail_id), aside_form=form, status=422)
    messages.success(request, _("Set aside. You can bring it back here."))
    return redirect("office:mail", mail_id)


@needs(Role.CLERK)
@require_POST
def bring_back(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Have the mail wait again."""
    actions.bring_mail_back(mail_id=mail_id, viewer=viewer_of(request), at=now())
    messages.success(request, _("The mail waits again."))
    return redirect("office:mail", mail_id)


@needs(Role.CLERK)
@require_GET
def mail_file(request: HttpRequest, mail_id: UUID, position: int) -> HttpResponseBase:
    """A file of a mail; `?inline=1` shows a PDF in the browser."""
    file = mail_queries.find_mail_file(viewer_of(request), mail_id, position)
    assert file.blob is not None
    return file_answer(file.blob, file.name, inline="inline" in request.GET)


def _kept(mail: ReceivedMail) -> list[Any]:
    return [file for file in mail.files.select_related("blob") if file.blob is not None]


def _taken(
    form: MailForm, facts: PaperFacts, mail: ReceivedMail, viewer: Viewer, at: datetime
) -> IncomingDocument | None:
    try:
        return actions.take_mail(
            mail_id=mail.id, positions=form.cleaned_data["chosen"], facts=facts, viewer=viewer, at=at
        )
    except Refusal as refusal:
        if refusal.status in {403, 404} or isinstance(refusal, actions.MailDecided):
            raise
        # What `scanning` says of a scan is said here of the files chosen.
        field = "chosen" if refusal.field == "scan" else refusal.field
        form.add_error(field if field in form.fields else None, refusal.say())
        return None


def _page(
    request: HttpRequest,
    mail: ReceivedMail,
    *,
    form: MailForm | None = None,
    facts: PaperFacts | None = None,
    aside_form: AsideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer, language = viewer_of(request), (get_language() or "vi")[:2]
    files = list(mail.files.select_related("blob"))
    scans = viruses_in([file.blob_id for file in files if file.blob_id])
    rows = [
        {
            "file": file,
            "virus": scans.get(file.blob_id or ""),
            "verdict": StoredVerdict.from_json(file.verdict) if file.verdict else None,
            "refused": (file.refused or {}).get(language, ""),
        }
        for file in files
    ]
    kept = [file for file in files if file.blob is not None]
    context: dict[str, object] = {"mail": mail, "files": rows, "types": typical_types()}
    if mail.waits:
        context["form"] = (form or first_form(mail, kept)) if kept else None
        context["aside_form"] = aside_form or AsideForm(auto_id="aside_%s")
    if facts is not None and form is not None and "duplicate_reason" in form.errors:
        context["same"] = same_documents(viewer.agency_id or 0, facts).first()
    return render(request, "office/mail.html", context, status=status)
