"""Pages that prepare an outgoing document: its facts, its text or PDF, its recipients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.directory.public import Agency, children_of, find_agency, search_agencies
from lienthong.documents.public import LibreOffice, given_file
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.office import composing_queries, outgoing_queries, policies
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.versions import ChangedMeanwhile, latest_number
from lienthong.office.forms import ComposeForm
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OutState
from lienthong.office.web.dispatching import inside_picker
from lienthong.office.web.previewing import preview_of
from lienthong.office.web.versions import changes_meanwhile
from lienthong.tasks.public import Task, find_task

DRAFTERS = (Role.SPECIALIST, Role.CLERK, Role.LEADER)
FOUND_LIMIT = 40
SAVE, SIGN, PREVIEW = "save", "sign", "preview"
# How a document that follows an issued one is asked for: what it does to it, and how it begins.
FOLLOWS = {
    "replaces": (policies.REPLACE, composing_queries.replacing),
    "corrects": (policies.CORRECT, composing_queries.correcting),
}
FILE_CODES = frozenset({"empty-file", "file-too-large", "executable-refused", "wrong-file-type"})


@needs(*DRAFTERS)
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """Prepare a new document."""
    return _compose(request, None)


@needs(*DRAFTERS)
@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Change a draft."""
    viewer = viewer_of(request)
    draft = outgoing_queries.find_outgoing(viewer, document_id)
    policies.require_act(viewer, draft, policies.REVISE)
    return _compose(request, draft)


@needs(*DRAFTERS)
@require_GET
def recipients(request: HttpRequest) -> HttpResponse:
    """The recipients chosen so far and the agencies found: the part of the page that a search replaces."""
    viewer, at = viewer_of(request), now()
    context = _picker(viewer, _ids(request.GET.getlist("recipients")), request.GET, at)
    return render(request, "office/recipients.html", context)


def _compose(request: HttpRequest, draft: OutgoingDocument | None) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    if request.method != "POST":
        task = _task(viewer, request.GET.get("task", "")) if draft is None else None
        if task is not None:
            form = ComposeForm(initial=composing_queries.for_task(viewer, task))
            return _page(request, None, form, _picker(viewer, (), request.GET, at))
        for name, (act, begin) in FOLLOWS.items() if draft is None else ():
            original = _predecessor(viewer, request.GET.get(name, ""), act)
            if original is not None:
                chosen = set(original.recipients.values_list("agency_id", flat=True))
                form = ComposeForm(initial=begin(original))
                return _page(request, None, form, _picker(viewer, chosen, request.GET, at))
        chosen = composing_queries.recipient_ids(draft) if draft else _ids(request.GET.getlist("recipients"))
        return _page(request, draft, _blank(viewer, draft), _picker(viewer, chosen, request.GET, at))
    chosen = _ids(request.POST.getlist("recipients"))
    if request.POST.get("action") not in {SAVE, SIGN}:
        form = ComposeForm(initial=request.POST.dict() | _several(request.POST))
        look = preview_of(request) if request.POST.get("action") == PREVIEW else {}
        return _page(request, draft, form, _picker(viewer, chosen, request.POST, at) | look)
    form = ComposeForm(request.POST, request.FILES, has_pdf=bool(draft and given_file(draft.document)))
    try:
        saved = _save(form, chosen, viewer, draft, at) if form.is_valid() else None
    except ChangedMeanwhile as refusal:
        return _conflict(request, draft, form, chosen, refusal)
    if saved is None:
        return _page(request, draft, form, _picker(viewer, chosen, request.POST, at), status=422)
    if request.POST["action"] == SIGN and viewer.has(Role.LEADER):
        return _sign(request, saved, viewer, at)
    messages.success(request, _("The draft was saved. A leader of the agency can sign and send it."))
    return redirect("office:outgoing_detail", saved.id)


def _conflict(
    request: HttpRequest,
    draft: OutgoingDocument | None,
    form: ComposeForm,
    chosen: set[int],
    refusal: ChangedMeanwhile,
) -> HttpResponse:
    """What was typed, beside what somebody else saved meanwhile; saving once more is then deliberate."""
    assert draft is not None
    form.add_error(None, refusal.say())
    seen, changes = changes_meanwhile(draft, form.composition(tuple(chosen)))
    form.data = data = request.POST.copy()
    data["version"] = str(seen)
    picker = _picker(viewer_of(request), chosen, request.POST, now())
    return _page(request, draft, form, {**picker, "meanwhile": True, "changes": changes}, status=409)


def _predecessor(viewer: Viewer, asked: object, act: str) -> OutgoingDocument | None:
    """The issued document that the new one replaces or corrects, if the address or the form names one."""
    try:
        found = UUID(str(asked))
    except ValueError:
        return None
    original = outgoing_queries.find_outgoing(viewer, found)
    policies.require_act(viewer, original, act)
    return original


def _task(viewer: Viewer, asked: object) -> Task | None:
    """The task that the new document carries to others, if the address or the form names one."""
    try:
        return find_task(viewer, UUID(str(asked)))
    except ValueError:
        return None


def _save(
    form: ComposeForm, chosen: Iterable[int], viewer: Viewer, draft: OutgoingDocument | None, at: datetime
) -> OutgoingDocument | None:
    """Save the draft; None with the refusal at its field in the form."""
    composition = form.composition(tuple(sorted(chosen)))
    uploads = form.cleaned_data["source"] == ComposeForm.UPLOAD
    pdf = form.cleaned_data["pdf"].chunks() if uploads and form.cleaned_data["pdf"] else None
    try:
        if draft is None:
            return actions.compose(composition=composition, pdf=pdf, viewer=viewer, at=at)
        return actions.revise(
            outgoing_id=draft.id,
            composition=composition,
            pdf=pdf,
            viewer=viewer,
            at=at,
            based_on=form.cleaned_data["version"],
        )
    except ChangedMeanwhile:
        raise
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        form.add_error(_field_of(refusal, uploads=uploads), refusal.say())
        return None


def _field_of(refusal: Refusal, *, uploads: bool) -> str | None:
    """The form's field that the refusal is about; None for the form as a whole."""
    if refusal.field in ComposeForm.base_fields:
        return refusal.field
    if refusal.field == "paragraphs":
        return "body"
    about_file = refusal.field == "file" or refusal.code in FILE_CODES
    return "pdf" if uploads and about_file else None


def _sign(request: HttpRequest, saved: OutgoingDocument, viewer: Viewer, at: datetime) -> HttpResponse:
    """Sign and send what was just saved; if that is refused, the draft stays and says why."""
    try:
        sent = actions.sign_and_send(outgoing_id=saved.id, viewer=viewer, at=at)
    except Refusal as refusal:
        messages.error(request, _("Saved as a draft, not signed: %(why)s") % {"why": refusal.say()})
        return redirect("office:outgoing_detail", saved.id)
    if sent.state == OutState.ISSUED:
        messages.success(request, _("Signed and issued as %(code)s.") % {"code": sent.code})
    elif sent.sent_at:
        messages.success(request, _("Signed, issued as %(code)s and sent.") % {"code": sent.code})
    else:
        messages.warning(
            request, _("Issued as %(code)s. It waits to be sent and goes by itself.") % {"code": sent.code}
        )
    return redirect("office:outgoing_detail", saved.id)


def _blank(viewer: Viewer, draft: OutgoingDocument | None) -> ComposeForm:
    """The form of a new document, or as the draft has it."""
    if draft is None:
        return ComposeForm(initial={"type_code": "CV", "place": composing_queries.usual_place(viewer)})
    initial = composing_queries.composed(draft) | {"version": latest_number(draft)}
    return ComposeForm(initial=initial, has_pdf=given_file(draft.document) is not None)


def _page(
    request: HttpRequest,
    draft: OutgoingDocument | None,
    form: ComposeForm,
    picker: dict[str, object],
    status: int = 200,
) -> HttpResponse:
    viewer = viewer_of(request)
    facts = {
        "form": form,
        "draft": draft,
        "signs": viewer.has(Role.LEADER),
        "converts": LibreOffice().available(),
        **{
            name: _predecessor(viewer, form[name].value() or "", act)
            for name, (act, _begin) in FOLLOWS.items()
        },
        "task": _task(viewer, form["task"].value() or ""),
    }
    chosen = [str(key) for key in form["inside"].value() or ()]
    inside = inside_picker(viewer, chosen, request.POST, now())
    return render(request, "office/compose.html", {**facts, **picker, **inside}, status=status)


def _several(data: QueryDict) -> dict[str, object]:
    """The parts of the form that have several values."""
    return {name: data.getlist(name) for name in ("groups", "inside")}


def _picker(viewer: Viewer, chosen: Iterable[int], given: dict[str, str], at: datetime) -> dict[str, object]:
    """The agencies chosen, and those found by text or below an agency of the tree."""
    on = at.astimezone(VIETNAM).date()
    text, under = given.get("q", "").strip()[:100], given.get("under", "")
    picked = list(Agency.objects.filter(id__in=set(chosen)).order_by("name"))
    above: Agency | None = None
    found: list[Agency] = []
    if under:
        above = find_agency(under, on=on)
        found = children_of(above, on=on)
    elif text:
        found = search_agencies(text, on=on, limit=FOUND_LIMIT)
    ids = {agency.id for agency in picked} | {viewer.agency_id}
    found = [agency for agency in found if agency.id not in ids]
    return {"picked": picked, "found": found, "above": above, "q": text, "searched": bool(text or under)}


def _ids(values: Iterable[str]) -> set[int]:
    """The numbers among the values; anything else names no agency."""
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 16}
