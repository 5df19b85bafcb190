"""Pages of dispatch beside the axis: choosing divisions and officials, adding recipients, recording paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.public import NotFound, Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import dispatch_queries, outgoing_queries, policies
from lienthong.office.actions import dispatching as actions
from lienthong.office.dispatch_models import PaperDispatch
from lienthong.office.dispatching_forms import BesideForm, PaperRecordForm, lines_of
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.web.common import csv_answer
from lienthong.tasks.public import PartyKey, candidates

READERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER, Role.AUDITOR)
DRAFTERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
SEARCH = "search"


@needs(*DRAFTERS)
@require_GET
def inside(request: HttpRequest) -> HttpResponse:
    """The divisions and officials chosen and found: the part of the page that a search replaces."""
    context = inside_picker(viewer_of(request), request.GET.getlist("inside"), request.GET, now())
    return render(request, "office/inside.html", context)


def inside_picker(
    viewer: Viewer, chosen: Iterable[str], given: QueryDict | dict[str, str], at: datetime
) -> dict[str, object]:
    """Those of the own agency that are chosen, and others to choose from; two queries."""
    keys = list(_keys(chosen))
    text, on = str(given.get("qi", "")).strip()[:100], at.astimezone(VIETNAM).date()
    rows = candidates(viewer.agency_id or 0, on=on, text=text, keep=keys)
    return {
        "inside_picked": [row for row in rows if row.key in keys],
        "inside_found": [row for row in rows if row.key not in keys],
        "qi": text,
    }


def beside_of(
    document: OutgoingDocument, acts: Iterable[str], changes: Iterable[IssuedChange]
) -> dict[str, object]:
    """What the page of a document shows of its recipients beside the axis, and of what was declared to all.

    Four queries at most.
    """
    return {
        "changes": changes,
        "inside": dispatch_queries.inside_of(document),
        "paper": dispatch_queries.paper_of(document, changes),
        "dispatches": policies.DISPATCH in acts,
        "records": policies.RECORD_PAPER in acts,
    }


@needs(Role.CLERK, Role.LEADER)
@require_http_methods(["GET", "POST"])
def dispatch(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Give an issued document to more recipients inside the agency or on paper."""
    viewer, at = viewer_of(request), now()
    document = outgoing_queries.find_outgoing(viewer, document_id)
    policies.require_act(viewer, document, policies.DISPATCH)
    bound = request.method == "POST" and request.POST.get("action") != SEARCH
    form = BesideForm(request.POST) if bound else BesideForm(initial=request.POST.dict())
    if bound and form.is_valid():
        try:
            actions.dispatch_also(
                outgoing_id=document_id,
                inside=form.cleaned_data["inside"],
                paper=lines_of(form.cleaned_data["paper"]),
                viewer=viewer,
                at=at,
            )
        except Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("The recipients were added."))
            return redirect("office:outgoing_detail", document_id)
    picker = inside_picker(viewer, request.POST.getlist("inside"), request.POST, at)
    status = 422 if bound else 200
    return render(
        request, "office/dispatch.html", {"outgoing": document, "form": form, **picker}, status=status
    )


@needs(Role.CLERK)
@require_http_methods(["GET", "POST"])
def paper_record(
    request: HttpRequest, document_id: UUID, recipient_id: int, change_id: int | None = None
) -> HttpResponse:
    """Record how the document went on paper, or how the recipient was told of a change; or correct it."""
    viewer, at = viewer_of(request), now()
    document = outgoing_queries.find_outgoing(viewer, document_id)
    policies.require_act(viewer, document, policies.RECORD_PAPER)
    changes = {change.id: change for change in dispatch_queries.changes_of(document)}
    found = [row for row in dispatch_queries.paper_of(document) if row.recipient.id == recipient_id]
    if not found or (change_id is not None and change_id not in changes):
        raise NotFound
    last = found[0].told(change_id)
    form = PaperRecordForm(
        request.POST if request.method == "POST" else None, initial=_known(last, viewer, at)
    )
    if form.is_bound and form.is_valid():
        try:
            actions.record_paper(
                outgoing_id=document_id,
                recipient_id=recipient_id,
                written=form.record(),
                viewer=viewer,
                at=at,
                change_id=change_id,
            )
        except Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect("office:outgoing_detail", document_id)
    context = {
        "outgoing": document,
        "recipient": found[0].recipient,
        "last": last,
        "change": changes.get(change_id or 0),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "office/paper_record.html", context, status=status)


def _known(last: PaperDispatch | None, viewer: Viewer, at: datetime) -> dict[str, object]:
    """What the form begins with: the record that holds, or today by the clerk."""
    if last is None:
        return {"sent_on": at.astimezone(VIETNAM).date(), "carried_by": viewer.name}
    return {name: getattr(last, name) for name in ("way", "sent_on", "carried_by", "receipt_number")}


@needs(*READERS)
@require_GET
def recipients_export(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Every recipient of a document by whatever way, with its state, as CSV."""
    document = outgoing_queries.find_outgoing(viewer_of(request), document_id)
    head = [_("Way"), _("Recipient"), _("State"), _("Since"), _("Note")]
    rows = (_row(line) for line in dispatch_queries.export_recipients(document))
    return csv_answer(f"{_('recipients')}-{document.code.replace('/', '_') or 'draft'}.csv", head, rows)


def _row(line: dispatch_queries.RecipientLine) -> list[object]:
    return [line.kind, line.name, line.state, _moment(line.since), line.note]


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if value else ""


def _say(form: BesideForm | PaperRecordForm, refusal: Refusal) -> None:
    """Put the refusal at its field; raise what the form cannot answer."""
    if refusal.status in {403, 404, 409}:
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())


def _keys(texts: Iterable[str]) -> Iterable[PartyKey]:
    for text in texts:
        try:
            yield PartyKey.parse(text)
        except ValueError:
            continue
