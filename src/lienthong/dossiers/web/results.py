"""Pages of results: drafted, read, signed by one or by list, kept as files."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.documents.public import OfficialDocument, preview_draft
from lienthong.dossiers import policies, queries
from lienthong.dossiers.actions import results as actions
from lienthong.dossiers.actions import signing
from lienthong.dossiers.actions.reading import note_reading
from lienthong.dossiers.contracts import ResultSigned, ResultText
from lienthong.dossiers.models import Dossier, DossierResult, DossierTask
from lienthong.dossiers.result_forms import ResultForm, SeenForm, seen_among
from lienthong.dossiers.result_text import result_text
from lienthong.dossiers.results import names_of
from lienthong.dossiers.states import DRAFT_RESULT, DROP_RESULT, SIGN_RESULT, Who
from lienthong.dossiers.web.files import file_answer
from lienthong.dossiers.whole import Whole
from lienthong.identity.public import NotFound, Role, Viewer, needs, viewer_of
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import definition_of
from lienthong.signing.public import Pin, PinState, pin_state, verify_pdf

DRAFTERS: tuple[Role, ...] = tuple(sorted(policies.ROLES[Who.DRAFTER]))
CONFLICTS = {403, 404}


def results_section(viewer: Viewer, whole: Whole, tasks: list[DossierTask]) -> dict[str, Any]:
    """What the page of a dossier shows of its results."""
    found = whole.dossier
    rows = queries.results_of(found) if whole.has_results else []
    drafts = policies.makes(viewer, found, DRAFT_RESULT, tasks)
    left = set(names_of(found)) - {row.key for row in rows} if drafts else set()
    return {"results": rows, "hand_out": getattr(found, "hand_out", None), "drafts_result": bool(left)}


@needs(*DRAFTERS)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Draft a result; the form says what the facts of the dossier say."""
    viewer, at = viewer_of(request), now()
    found = queries.find_dossier(viewer, dossier_id)
    policies.require_makes(viewer, found, DRAFT_RESULT, queries.tasks_of(found))
    there = {row.key for row in queries.results_of(found)}
    names = {key: name for key, name in names_of(found).items() if key not in there}
    wanted = request.GET.get("key", "")
    key = wanted if wanted in names else next(iter(names), "")
    if request.method == "POST":
        form = ResultForm(request.POST, request.FILES, names=names)
        if form.is_valid():
            try:
                made = actions.draft_result(
                    dossier_id=dossier_id, text=form.text(), viewer=viewer, at=at, pdf=_file(form)
                )
            except Refusal as refusal:
                _add(form, refusal)
            else:
                messages.success(request, _("The draft is kept. Read how it will look."))
                return redirect("dossiers:result", made.pk)
    else:
        says = result_text(
            found, definition_of(found.version), key=key, name=names.get(key, ""), agency=viewer.agency_name
        )
        form = ResultForm(names=names, initial=ResultForm.initial_of(says))
    return _form_page(request, found, form)


@needs(*DRAFTERS)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Change a draft."""
    viewer, at = viewer_of(request), now()
    row = queries.find_result(viewer, result_id)
    found = queries.find_dossier(viewer, row.dossier_id)
    policies.require_makes(viewer, found, DRAFT_RESULT, queries.tasks_of(found))
    document = _document(row)
    given: dict[str, Any] = {"names": {row.key: row.name}, "has_file": document.uploaded is not None}
    seen = SeenForm(request.POST if request.method == "POST" else None, initial={"seen": document.pk})
    if request.method != "POST":
        form = ResultForm(initial=ResultForm.initial_of(_text(row, document)), **given)
        return _form_page(request, found, form, row=row, seen=seen)
    form = ResultForm(request.POST, request.FILES, **given)
    if form.is_valid() and seen.is_valid():
        try:
            actions.change_result(
                seen=seen.of(result_id), text=form.text(), viewer=viewer, at=at, pdf=_file(form)
            )
        except Refusal as refusal:
            _add(form, refusal)
        else:
            messages.success(request, _("The draft is kept. Read how it will look."))
            return redirect("dossiers:result", result_id)
    return _form_page(request, found, form, row=row, seen=seen)


@needs(*policies.READERS)
@require_GET
def result(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """A result: how the draft will look and who may sign it, or what its signatures are worth."""
    return _page(request, result_id)


@needs(*policies.READERS)
@require_GET
def result_pdf(request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """The signed file; of a draft the PDF that was made elsewhere."""
    viewer = viewer_of(request)
    row = queries.find_result(viewer, result_id)
    note_reading(dossier_id=row.dossier_id, viewer=viewer, at=now())
    if row.held is not None:
        return file_answer(row.held.blob, row.held.file_name, inline="save" not in request.GET)
    uploaded = _document(row).uploaded
    if uploaded is None:
        raise NotFound
    return file_answer(uploaded, "draft.pdf", inline=True)


@needs(Role.LEADER)
@sensitive_post_parameters("pin")
@require_POST
def sign(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Sign the draft that was read."""
    viewer = viewer_of(request)
    queries.find_result(viewer, result_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _page(request, result_id, refused=_("Read the draft first, then sign it here."))
    try:
        pin = Pin(request.POST.get("pin", ""))
        done = signing.sign_result(seen=form.of(result_id), viewer=viewer, at=now(), pin=pin)
    except Refusal as refusal:
        if refusal.status in CONFLICTS:
            raise
        return _page(request, result_id, refused=refusal.say())
    messages.success(request, _("Signed as %(code)s.") % {"code": done.code})
    return redirect("dossiers:result", result_id)


@needs(*DRAFTERS)
@require_POST
def drop(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Discard the draft that was read."""
    viewer = viewer_of(request)
    row = queries.find_result(viewer, result_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _page(request, result_id, refused=_("Read the draft first, then discard it here."))
    try:
        actions.drop_result(seen=form.of(result_id), viewer=viewer, at=now())
    except Refusal as refusal:
        if refusal.status in CONFLICTS:
            raise
        return _page(request, result_id, refused=refusal.say())
    messages.success(request, _("The draft was discarded."))
    return redirect("dossiers:dossier", row.dossier_id)


@needs(Role.LEADER)
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def to_sign(request: HttpRequest) -> HttpResponse:
    """The drafts that wait for the leader; those ticked are signed, and each says what came of it."""
    viewer, refused = viewer_of(request), ""
    ticked = request.POST.getlist("result")
    if request.method == "POST":
        chosen = seen_among(ticked, most=queries.MOST_TO_SIGN)
        pin = Pin(request.POST.get("pin", ""))
        try:
            done = signing.sign_results(chosen=chosen, viewer=viewer, at=now(), pin=pin)
        except Refusal as refusal:
            if refusal.status in CONFLICTS:
                raise
            refused = refusal.say()
        else:
            _say(request, done)
            return redirect("dossiers:to_sign")
    context = {
        "rows": queries.ready_to_sign(viewer),
        "most": queries.MOST_TO_SIGN,
        "ticked": ticked,
        "refused": refused,
        "key": _key(viewer),
    }
    return render(request, "dossiers/to_sign.html", context, status=422 if refused else 200)


def _say(request: HttpRequest, done: list[ResultSigned]) -> None:
    """How many were signed, and of each other one why not."""
    number = sum(one.refusal is None for one in done)
    if number:
        said = ngettext("%(number)d result was signed.", "%(number)d results were signed.", number)
        messages.success(request, said % {"number": number})
    for one in done:
        if one.refusal is not None:
            messages.error(request, f"{one.subject}: {one.refusal.say()}")


def _page(request: HttpRequest, result_id: UUID, *, refused: str = "") -> HttpResponse:
    viewer, at = viewer_of(request), now()
    row = queries.find_result(viewer, result_id)
    found = queries.find_dossier(viewer, row.dossier_id)
    document, tasks = _document(row), queries.tasks_of(found)
    ours = row.agency_id == viewer.agency_id and not row.signed
    signs = ours and policies.signs(viewer) and policies.makes(viewer, found, SIGN_RESULT, tasks)
    pictures = [] if row.signed or not document.body else preview_draft(document, at=at)
    context = {
        "row": row,
        "dossier": found,
        "document": document,
        "procedure": found.version.procedure,
        "pictures": [base64.b64encode(page).decode() for page in pictures],
        "verdict": verify_pdf(read_blob(row.held.blob), at=at) if row.held else None,
        "signs": signs,
        "drops": ours and DROP_RESULT in policies.allowed_actions(viewer, found),
        "drafts": ours and policies.makes(viewer, found, DRAFT_RESULT, tasks),
        "key": _key(viewer) if signs else None,
        "refused": refused,
    }
    return render(request, "dossiers/result.html", context, status=422 if refused else 200)


def _form_page(
    request: HttpRequest,
    found: Dossier,
    form: ResultForm,
    *,
    row: DossierResult | None = None,
    seen: SeenForm | None = None,
) -> HttpResponse:
    context = {
        "dossier": found,
        "procedure": found.version.procedure,
        "form": form,
        "row": row,
        "seen": seen,
    }
    return render(request, "dossiers/result_form.html", context, status=422 if form.is_bound else 200)


def _text(row: DossierResult, document: OfficialDocument) -> ResultText:
    """What the draft says now."""
    return ResultText(
        key=row.key,
        type_code=document.type,
        subject=document.subject,
        paragraphs=tuple(document.body),
        recipients=tuple(document.recipients),
        authority=document.authority,
        position=document.position,
        place=document.place,
    )


def _document(row: DossierResult) -> OfficialDocument:
    if row.document is None:
        raise NotFound
    return row.document


def _file(form: ResultForm) -> Any:
    return form.cleaned_data.get("pdf") or None


def _add(form: ResultForm, refusal: Refusal) -> None:
    """Say the refusal beside its field, so that what was written stays; another page answers who may not."""
    if refusal.status in CONFLICTS:
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())


def _key(viewer: Viewer) -> PinState:
    return pin_state(official_id=viewer.official_id or 0, at=now())
